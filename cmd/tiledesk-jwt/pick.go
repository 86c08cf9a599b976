package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

// maxNumbered is how many tokens the numbered prompt shows at once.
const maxNumbered = 20

// revokePicked lets a person pick the tokens to revoke from the list.
func (c *revokeCommand) revokePicked(ctx context.Context, a *app) error {
	u, err := c.running.start(a)
	if err != nil {
		return err
	}
	defer u.file.close()
	return a.withUndertaking(ctx, u, &c.proving, a.connect, c.DryRun, func(s *session) error {
		tokens, warning, err := a.listToPick(ctx, s, u.file)
		if err != nil {
			return err
		}
		if len(tokens) == 0 {
			u.report = new(tiledesk.RevokeReport)
			a.console.note("There is nothing to revoke: the list is empty.")
			return nil
		}
		chosen, sure, err := a.pick(ctx, choices(tokens, s, a.now()), s.where(), warning)
		if err != nil {
			return err
		}
		targets := make([]tiledesk.Target, len(chosen))
		for i, at := range chosen {
			targets[i] = tokens[at].Target()
		}
		if !sure && !c.DryRun && !c.Yes {
			if err := a.confirmTargets(ctx, s, targets); err != nil {
				return err
			}
		}
		return c.revokeEach(ctx, a, s, u, targets)
	})
}

// listToPick lists the tokens, the newest first, but those that a report has as done.
func (a *app) listToPick(ctx context.Context, s *session, file *reportFile) (tokens []*tiledesk.Token, warning string, err error) {
	progress := a.newProgress(0)
	defer progress.finish()
	order := newOrder("createdAt", "desc")
	for token, err := range s.JWT.History(ctx, nil) {
		switch {
		case err != nil && len(order.rows) > 0 && cutOff(err):
			warning = "The list may lack tokens."
		case err != nil:
			return nil, "", err
		case !file.has(token):
			order.add(token, newRow(token, s.jti, nil))
			progress.listed(true)
		}
	}
	order.sort()
	for _, r := range order.rows {
		tokens = append(tokens, r.token)
	}
	return tokens, warning, nil
}

// choices are tokens in words. The token in use cannot be picked, and neither can one
// without a jti, which no revocation ends.
func choices(tokens []*tiledesk.Token, s *session, now time.Time) []choice {
	list := make([]choice, len(tokens))
	for i, token := range tokens {
		c := choice{
			name:    safe(nameOf(token.Target())),
			age:     ago(token.CreatedAt, now),
			short:   shortAge(token.CreatedAt, now),
			created: clock(token.CreatedAt),
		}
		switch {
		case token.JTI == "":
			c.note, c.locked = "no jti", true
		case ident.SameJTI(token.JTI, s.jti):
			c.note, c.locked = "in use", true
		}
		list[i] = c
	}
	return list
}

// shortAge is an age in at most four characters.
func shortAge(t, now time.Time) string {
	age := now.Sub(t)
	switch {
	case t.IsZero():
		return "?"
	case age < time.Minute:
		return "now"
	case age < time.Hour:
		return strconv.Itoa(int(age.Minutes())) + "m"
	case age < day:
		return strconv.Itoa(int(age.Hours())) + "h"
	case age < 1000*day:
		return strconv.Itoa(int(age/day)) + "d"
	}
	return strconv.Itoa(int(age/(365*day))) + "y"
}

// pick asks which of them. It is sure where the answer was given in sight of the
// tokens, the server and the account.
func (a *app) pick(ctx context.Context, list []choice, where, warning string) (chosen []int, sure bool, err error) {
	if a.readsAloud() {
		chosen, err = a.pickByNumber(ctx, list, where, warning)
		return chosen, false, err
	}
	p := newPicker(list, where)
	p.warning, p.color = warning, a.wantsColor()
	_, err = tea.NewProgram(p, tea.WithContext(ctx), tea.WithInput(a.stdin), tea.WithOutput(a.stderr), tea.WithoutSignalHandler()).Run()
	switch {
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted), p.ended == brokenOff:
		return nil, false, errNotAnswered
	case err != nil:
		return nil, false, undone("The list could not be shown: %s. With ACCESSIBLE=1 it is shown in plain lines.", err)
	case p.ended != picked:
		return nil, false, errDeclined
	}
	return p.chosen(), true, nil
}

// readsAloud reports whether lines have to come one after another and stay: on a
// terminal that cannot do more, and for those who have them read out.
func (a *app) readsAloud() bool {
	wish := a.getenv("ACCESSIBLE")
	nameless := a.getenv("TERM") == "" && runtime.GOOS != "windows" // whose terminals have no name
	return a.dumb() || nameless || wish != "" && wish != "0" && wish != "false"
}

// pickByNumber shows the tokens with numbers and reads which of them.
func (a *app) pickByNumber(ctx context.Context, list []choice, where, warning string) ([]int, error) {
	a.console.complain("The tokens at %s, the newest first.", where)
	if warning != "" {
		a.console.warn("%s", warning)
	}
	lines, filter := bufio.NewReader(a.stdin), ""
	from := a.showNumbered(list, filter, 0)
	for {
		a.console.ask("Numbers to revoke, such as 1,3-5; m: more; /TEXT: filter; nothing: leave.")
		answer, err := wait(ctx, func() (string, error) { return lines.ReadString('\n') })
		answer = strings.TrimSpace(answer)
		switch {
		case errors.Is(err, errNotAnswered):
			return nil, err
		case err != nil && !errors.Is(err, io.EOF), answer == "", answer == "q":
			return nil, errDeclined
		case answer == "m":
			from = a.showNumbered(list, filter, from)
		case answer[0] == '/':
			filter = answer[1:]
			from = a.showNumbered(list, filter, 0)
		default:
			chosen, err := numbers(answer, list)
			if err == nil {
				return chosen, nil
			}
			a.console.complain("%s", err)
		}
	}
}

// showNumbered shows some tokens from one on, and returns where to go on.
func (a *app) showNumbered(list []choice, filter string, from int) int {
	shown := 0
	for i := from; i < len(list); i++ {
		c := list[i]
		if !c.matches(filter) {
			continue
		}
		if shown++; shown > maxNumbered {
			a.console.complain("There are more.")
			return i
		}
		text := fmt.Sprintf("%d: %s, %s", i+1, c.name, c.age)
		if c.note != "" {
			text += ", " + c.note
		}
		a.console.show("%s", text)
	}
	if shown == 0 && from < len(list) {
		a.console.complain("No token matches.")
	} else if shown == 0 {
		a.console.complain("There are no more.")
	}
	return len(list)
}

// numbers reads a list such as 1,3-5 into indexes, each once and in order.
func numbers(text string, list []choice) ([]int, error) {
	want := make([]bool, len(list))
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, _ := strconv.Atoi(first) // 0 where it is not a number, and beyond the list where it is too large
		to, _ := strconv.Atoi(last)
		if from < 1 || to < from || to > len(list) {
			return nil, usage("%q is not a number from 1 to %d, nor a range of them. Nothing was picked.", part, len(list))
		}
		for n := from; n <= to; n++ {
			if list[n-1].locked {
				return nil, usage("%d cannot be picked: %s. Nothing was picked.", n, list[n-1].note)
			}
			want[n-1] = true
		}
	}
	var chosen []int
	for i, wanted := range want {
		if wanted {
			chosen = append(chosen, i)
		}
	}
	return chosen, nil
}
