package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

type revokeCommand struct {
	JTI       []string `arg:"" optional:"" name:"jti" help:"The jti of a token to revoke."`
	ID        []string `sep:"none" placeholder:"ID" help:"The id of a token's entry; can be given several times."`
	From      given    `placeholder:"FILE|-" help:"Read a jti a line, id:ID for an id, the objects of list --format jsonl, or the lines of a dry run."`
	TokenFrom given    `name:"token-from" placeholder:"FILE|-" help:"Read a leaked token and revoke it. Without credentials it revokes itself."`
	DryRun    bool     `name:"dry-run" help:"Say what would be revoked, and revoke nothing."`
	Yes       bool     `short:"y" help:"Do not ask."`
	proving
	running
}

// running are the flags of a run over many tokens.
type running struct {
	Concurrency int    `default:"4" placeholder:"N" help:"How many requests are under way at once (${default})."`
	Report      given  `placeholder:"FILE" help:"Write what became of each token to this file, a JSON object a line. A run that finds the file resumes where it stopped."`
	Format      string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"text, or json for one object at the end (${default})."`
}

func (r *running) check() error {
	if r.Concurrency < 1 {
		return usage("--concurrency: %d is below 1", r.Concurrency)
	}
	return nil
}

// Help is what revoke --help says in addition.
func (*revokeCommand) Help() string {
	return `Without any token named, and on a terminal, you pick from the list. ACCESSIBLE=1 shows it in plain lines with numbers.

A token leaked? Put it into a file and run: tiledesk-jwt revoke --token-from FILE --verify

A revocation cannot be undone. On a terminal you are asked first; elsewhere --yes is needed.`
}

// Run is tiledesk-jwt revoke.
func (c *revokeCommand) Run(ctx context.Context, a *app) error {
	if err := cmp.Or(c.proving.check(), c.running.check()); err != nil {
		return err
	}
	byName := len(c.JTI) + len(c.ID)
	switch {
	case c.TokenFrom != "" && (byName > 0 || c.From != ""):
		return usage("--token-from revokes one token and goes with no other. Run tiledesk-jwt revoke twice.")
	case c.TokenFrom != "" && c.Report != "":
		return usage("--token-from revokes one token, so that there is nothing that --report could resume.")
	case c.wanted() && c.TokenFrom == "" && !a.flags.SignIn:
		return usage("--verify needs a token to try. Use it with --token-from, or with --sign-in, whose own token is tried.")
	case c.TokenFrom != "":
		return c.revokeLeaked(ctx, a)
	case byName == 0 && c.From == "" && a.canAsk():
		return c.revokePicked(ctx, a)
	case byName == 0 && c.From == "":
		return usage("Say which token to revoke: a jti, --id, --from or --token-from. To revoke all, use tiledesk-jwt revoke-all.")
	}
	return c.revokeNamed(ctx, a)
}

// revokeNamed revokes what was named on the command line or in a file.
func (c *revokeCommand) revokeNamed(ctx context.Context, a *app) error {
	ask := !c.DryRun && !c.Yes
	if c.From == "-" && a.onTerminal.stdin { // before somebody types a list in vain
		if err := a.mustBeThere(ask, true); err != nil {
			return err
		}
	}
	targets, err := c.targets(ctx, a)
	if err != nil {
		return err
	}
	if len(targets) == 0 && c.Format != inJSON {
		a.console.note("There is nothing to revoke: the list is empty.")
		return nil
	}
	if err := a.mustBeThere(ask && len(targets) > 0, c.From == "-"); err != nil {
		return err
	}
	u, err := c.running.start(a)
	if err != nil {
		return err
	}
	defer u.file.close()
	return a.withUndertaking(ctx, u, &c.proving, a.connect, c.DryRun, func(s *session) error {
		if slices.ContainsFunc(targets[:min(len(targets), len(c.JTI))], s.inUse) {
			return usage("Nothing was sent: %s is the token in use, and no run revokes that by its jti. %s", s.jti, endCurrent)
		}
		left := slices.DeleteFunc(slices.Clone(targets), u.file.hasTarget)
		others := slices.DeleteFunc(slices.Clone(left), s.inUse) // which would be skipped
		if ask && len(others) > 0 {
			if err := a.confirmTargets(ctx, s, others); err != nil {
				return err
			}
		}
		return c.revokeEach(ctx, a, s, u, left)
	})
}

// start opens the report of a run.
func (r *running) start(a *app) (*undertaking, error) {
	file, err := openReport(string(r.Report), lockFile)
	if err != nil {
		return nil, err
	}
	if file.unlocked {
		a.console.warn("%s cannot be locked where it is. Let no other run use it before this one has ended.", string(r.Report))
	}
	if r.Report != "" {
		if err := a.place(file); err != nil {
			file.close()
			return nil, err
		}
	}
	if file.resumed() > 0 {
		a.console.note("Resuming %s: %s done before.", string(r.Report), count(file.resumed(), "token"))
	}
	return &undertaking{app: a, json: r.Format == inJSON, file: file}, nil
}

// place refuses a report of another server before anything is sent.
func (a *app) place(file *reportFile) error {
	server, err := a.asked()
	if err != nil {
		return err
	}
	if file.unplaced() {
		a.console.warn("%s does not say which server it is of. What it has as done counts only if that was %s.", file.Name(), server)
	}
	return file.isAt(place{Server: server})
}

// endCurrent says how to end the token in use and no other.
const endCurrent = "To end this token alone, run tiledesk-jwt revoke --token-from FILE, where FILE holds it."

// inUse reports whether a target is the token in use by its jti. An id does not tell.
func (s *session) inUse(target tiledesk.Target) bool { return ident.SameJTI(target.JTI, s.jti) }

// targets are all that were named, those of the command line first, each once.
func (c *revokeCommand) targets(ctx context.Context, a *app) ([]tiledesk.Target, error) {
	var all []tiledesk.Target
	for _, jti := range c.JTI {
		all = append(all, tiledesk.Target{JTI: jti})
	}
	for _, id := range c.ID {
		all = append(all, tiledesk.Target{ID: id})
	}
	for _, target := range all {
		switch err := checkTarget(target); {
		case target == tiledesk.Target{}:
			return nil, usage("A jti or id on the command line is empty. Was a variable not set? Nothing was sent.")
		case err != nil:
			return nil, usage("On the command line, %s. Nothing was sent.", err)
		}
	}
	if c.From != "" {
		listed, err := a.readTargets(ctx, string(c.From))
		if err != nil {
			return nil, err
		}
		all = append(all, listed...)
	}
	seen := make(map[tiledesk.Target]bool, len(all))
	var once []tiledesk.Target
	for _, target := range all {
		if !seen[target] {
			once = append(once, target)
		}
		seen[target] = true
	}
	return once, nil
}

func (c *revokeCommand) revokeEach(ctx context.Context, a *app, s *session, u *undertaking, targets []tiledesk.Target) error {
	if c.DryRun {
		a.console.note("Dry run: nothing is revoked.")
	}
	ctx, u.stop = context.WithCancelCause(ctx)
	defer u.stop(nil)
	u.lines = len(targets) <= maxShown || !a.onTerminal.stdout
	if len(targets) > maxShown && !c.DryRun {
		u.progress = a.newProgressOf(len(targets))
	}
	told := make(map[tiledesk.Target]bool, len(targets))
	report := a.revokeEach(ctx, s, targets, tiledesk.RevokeOptions{
		Concurrency: c.Concurrency,
		DryRun:      c.DryRun,
		OnResult: func(r tiledesk.RevokeResult) {
			told[r.Target] = true
			u.did(r)
		},
	})
	u.report = u.withUntaken(report, targets, told)
	u.finish()
	if len(targets) != 1 && !u.json {
		a.summarize(u.report)
	}
	return ended(u.conclude(ctx, s.signedIn))
}

// confirmTargets names the first targets, the server and the account, and asks.
func (a *app) confirmTargets(ctx context.Context, s *session, targets []tiledesk.Target) error {
	if len(targets) == 1 {
		return a.confirm(ctx, "Revoke %s at %s? This cannot be undone.", nameOf(targets[0]), s.where())
	}
	for _, target := range targets[:min(len(targets), maxShown)] {
		a.console.show("  %s", nameOf(target))
	}
	if more := len(targets) - maxShown; more > 0 {
		a.console.show("  and %s more", humanize.Comma(int64(more)))
	}
	if text := a.howLong(len(targets)); text != "" {
		a.console.note("%s", text)
	}
	return a.confirm(ctx, "Revoke all %s at %s? This cannot be undone.", count(len(targets), "token"), s.where())
}

// showResult prints what became of one target: data on stdout, trouble on stderr.
func (a *app) showResult(r tiledesk.RevokeResult) {
	name := nameOf(r.Target)
	switch r.Outcome {
	case tiledesk.Failed, tiledesk.NotFound:
		a.console.complain("%s: %s: %s", r.Outcome, name, reason(r.Err))
	case tiledesk.NotAttempted:
		a.console.complain("not attempted: %s", name)
	case tiledesk.Skipped:
		a.console.note("skipped: %s: it is the token in use", name)
	case tiledesk.Planned:
		a.console.print(plannedLine+" %s", name)
	default:
		if !a.flags.Quiet {
			a.console.print("%s: %s", r.Outcome, name)
		}
	}
}

// reason is why one target failed, in the words for people where there are some.
func reason(err error) string {
	switch {
	case err == nil:
		return "no reason is known"
	case errors.Is(err, tiledesk.ErrNotFound) && !fromElsewhere(err):
		return "your list has no such token. Check the identifier, and that the token is of your account. (" + withoutPrefix(err) + ")"
	}
	return explain(err)
}
