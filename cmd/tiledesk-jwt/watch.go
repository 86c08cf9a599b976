package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
)

const (
	// enoughKnown is how many tokens in a row have to be known before the rest of a
	// list that begins with the newest is taken to be known as well.
	enoughKnown = 50

	// enoughSeen is how many tokens of such a list are looked at in the beginning. It is
	// more than enoughKnown, since tokens that are revoked meanwhile can leave the list.
	enoughSeen = 200

	// clockSkew is how far the clocks of the machines behind one server may differ.
	clockSkew = time.Minute
)

type watchCommand struct {
	Interval time.Duration `default:"10s" placeholder:"DURATION" help:"How long to wait between two polls (${default})."`
	Format   string        `enum:"text,jsonl" default:"text" placeholder:"FORMAT" help:"text, or jsonl for the lines of list --format jsonl (${default})."`
	Fields   fieldNames    `placeholder:"A,B" help:"Show these fields of the entries as well."`
	Exec     given         `placeholder:"CMD" help:"Run this in the shell for each sign-in. It gets the JSON line on stdin, and TILEDESK_JTI and TILEDESK_ID in the environment."`
}

// Help is what watch --help says in addition.
func (*watchCommand) Help() string {
	return `A sign-in appears as a token that was not in the list before. Each look costs one request as long as little happens. A server that cannot be reached is asked again.

With TILEDESK_EMAIL and a password the watch needs no token, so that no revocation ends it. Press Ctrl-C to end.

The command of --exec gets the whole environment, the credentials in it too, so that it can be tiledesk-jwt revoke. Where it is something else that may print or send its environment, keep the secret in a file and name that by TILEDESK_PASSWORD_FILE or TILEDESK_TOKEN_FILE.`
}

// Run is tiledesk-jwt watch.
func (c *watchCommand) Run(ctx context.Context, a *app) error {
	if c.Interval <= 0 {
		return usage("--interval: give a time above 0, such as 10s")
	}
	return a.withSession(ctx, func(s *session) error {
		w := &watch{watchCommand: c, app: a, s: s, seen: make(map[tiledesk.Target]bool)}
		err := w.run(ctx)
		a.status.show(nil)
		if interrupted(ctx) { // which is how a watch ends
			a.console.note("%s since the watch began.", count(int(w.came.Load()), "sign-in"))
			return nil
		}
		return err
	})
}

// watch is one run of the command.
type watch struct {
	*watchCommand
	*app
	s      *session
	seen   map[tiledesk.Target]bool
	since  time.Time    // nothing older is a new sign-in; zero when there was none
	order  newestFirst  // of the list
	came   atomic.Int64 // the status line asks at any time
	silent bool         // the newest look failed
}

func (w *watch) run(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	for w.pause(ctx, w.Interval) {
		fresh, err := w.look(ctx)
		switch {
		case err != nil && (ctx.Err() != nil || !passes(err)):
			return err
		case err != nil && !w.silent:
			w.console.complain("%s The next look is in %s.", w.explainAsked(err), roughly(w.Interval))
		case err == nil && w.silent:
			w.console.note("The server answers again.")
		}
		w.silent = err != nil
		slices.Reverse(fresh) // the oldest first
		for _, r := range fresh {
			if err := w.tell(ctx, r); err != nil {
				return unwritten("The sign-in", err)
			}
		}
	}
	return nil // an interrupt
}

// passes reports whether an error may be gone at the next look.
func passes(err error) bool {
	return errors.Is(err, tiledesk.ErrNoAnswer) || errors.Is(err, tiledesk.ErrServer) || errors.Is(err, tiledesk.ErrRateLimited) || errors.Is(err, tiledesk.ErrLimiterRefused)
}

// begin learns what is there.
func (w *watch) begin(ctx context.Context) error {
	for token, err := range w.list(ctx) {
		if err != nil && !errors.Is(err, tiledesk.ErrIncompleteHistory) {
			return err
		}
		if err != nil {
			break
		}
		w.order.see(token.CreatedAt)
		if token.CreatedAt.After(w.since) {
			w.since = token.CreatedAt
		}
		w.seen[token.Target()] = true
		if w.order.holds() && len(w.seen) >= enoughSeen {
			break
		}
	}
	if !w.since.IsZero() {
		w.since = w.since.Add(-clockSkew)
	}
	there := count(len(w.seen), "token")
	if w.order.holds() && len(w.seen) >= enoughSeen {
		there = "at least " + there
	}
	w.console.note("Watching for sign-ins at %s; %s there now. Press Ctrl-C to end.", w.s.where(), areThere(there, len(w.seen)))
	w.status.show(func(time.Time) string { return count(int(w.came.Load()), "sign-in") + " so far" })
	return nil
}

func areThere(tokens string, n int) string {
	if n == 1 {
		return tokens + " is"
	}
	return tokens + " are"
}

func (w *watch) list(ctx context.Context) func(func(*tiledesk.Token, error) bool) {
	return w.s.JWT.History(ctx, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Descending})
}

// look returns the sign-ins that were not seen before, in the order of the list.
func (w *watch) look(ctx context.Context) (fresh []row, err error) {
	known := 0
	w.order.last = time.Time{}
	for token, err := range w.list(ctx) {
		if err == nil {
			w.order.see(token.CreatedAt)
		}
		switch target := token.Target(); {
		case errors.Is(err, tiledesk.ErrIncompleteHistory):
			return fresh, nil // the next look has another chance
		case err != nil:
			return fresh, err
		case w.seen[target]:
			if known++; w.order.holds() && known >= enoughKnown {
				return fresh, nil
			}
		default:
			known = 0
			w.seen[target] = true
			if token.CreatedAt.IsZero() || !token.CreatedAt.Before(w.since) {
				fresh = append(fresh, newRow(token, w.s.jti, w.further(token)))
			}
		}
	}
	return fresh, nil
}

// newestFirst is what the times of the tokens tell of the order of a list. One without
// a time tells nothing.
type newestFirst struct {
	last         time.Time // of the token before, in this walk through the list; zero: none
	told, denied bool      // some token was older than the one before it; some was younger
}

func (o *newestFirst) see(t time.Time) {
	if t.IsZero() {
		return
	}
	o.told = o.told || t.Before(o.last)
	o.denied = o.denied || !o.last.IsZero() && t.After(o.last)
	o.last = t
}

// holds reports whether the list is known to begin with the newest.
func (o *newestFirst) holds() bool { return o.told && !o.denied }

func (w *watch) further(token *tiledesk.Token) (list []member) {
	for _, name := range w.Fields {
		if !isOwn(name) {
			list = append(list, fieldOf(token, w.s.jti, name))
		}
	}
	return list
}

// tell prints a sign-in and runs the command for it.
func (w *watch) tell(ctx context.Context, r row) error {
	w.came.Add(1)
	var err error
	if w.Format == "jsonl" {
		err = writeJSON(w.console.out(), r)
	} else {
		_, err = fmt.Fprintln(w.console.out(), w.line(r))
	}
	if err != nil {
		return err
	}
	if w.Exec == "" {
		return nil
	}
	if err := w.execute(ctx, string(w.Exec), r); err != nil {
		w.console.warn("the command of --exec failed for %s: %s", nameOf(r.token.Target()), err)
	}
	return nil
}

// line is a sign-in for people: on one line where the terminal has room for it.
func (w *watch) line(r row) string {
	parts := []string{moment(r.token.CreatedAt).seconds(), orDash(r.JTI), "id:" + orDash(r.ID)}
	for _, m := range r.further {
		parts = append(parts, safe(m.name)+"="+orDash(m.text()))
	}
	text := strings.Join(parts, "  ")
	if w.onTerminal.stdout && utf8.RuneCountInString(text) > w.console.width {
		return strings.Join(parts, "\n  ")
	}
	return text
}

// seconds is the time as people read it who wait for the next one.
func (m moment) seconds() string {
	if time.Time(m).IsZero() {
		return "at an unknown time"
	}
	return time.Time(m).UTC().Format("2006-01-02 15:04:05 UTC")
}
