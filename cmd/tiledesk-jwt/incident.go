package main

import (
	"context"
	"slices"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

type incidentCommand struct {
	TokenFrom given         `name:"token-from" required:"" placeholder:"FILE|-" help:"Read the leaked token from this file."`
	Yes       bool          `short:"y" help:"Do not ask: revoke the leaked token, prove it, and list what else there is."`
	Rest      bool          `help:"With --yes: revoke the other tokens of the account too, but the one in use."`
	Skip      []string      `enum:"revoke,prove,list,rest" placeholder:"STEP" help:"Leave steps out: revoke, prove, list or rest."`
	VerifyFor time.Duration `name:"verify-for" default:"60s" placeholder:"DURATION" help:"How long to try again while the revoked token is still accepted, since a server can remember its check (${default})."`
	Format    string        `enum:"text,json," default:"" placeholder:"FORMAT" help:"text, or json for one object at the end, which is the default without a terminal."`
	Report    given         `placeholder:"FILE" help:"Write what was done to this new file, as JSON and without secrets."`
}

// Help is what incident --help says in addition.
func (*incidentCommand) Help() string {
	return `A token leaked: this goes through all that can be done, one step after the other. It names server and account, shows what the token says about itself, revokes it, proves that the server refuses it, lists what else is signed in and offers to end that, and says what remains to be done on the server itself. On a terminal you are asked before each step and can leave it out; elsewhere --yes is needed.

With the credentials of the account (see help environment) the other tokens can be listed and ended. Without any the leaked token revokes itself, and then it can do no more.

It ends with 0 only where the leaked token is revoked and nothing that was tried speaks against it.`
}

// incident is one run of it: what is known and what was done, step by step.
type incident struct {
	*incidentCommand
	*leak
	s      *session
	u      *undertaking // of the leaked token
	record *incidentRecord
	code   int
	owner  *session // with the leaked token itself, where the credentials are of another account; nil: not needed
	others []*tiledesk.Token
	listed bool
	known  bool                   // the list of the account showed the leaked token, where that had to be known
	rest   *tiledesk.RevokeReport // of the others; nil: they were left alone
}

// Run is tiledesk-jwt incident.
func (c *incidentCommand) Run(ctx context.Context, a *app) error {
	if c.VerifyFor < 0 {
		return usage("--verify-for: give a time, such as 60s, or 0s for a single try")
	}
	l, err := a.readLeak(ctx, string(c.TokenFrom))
	if err != nil {
		return err
	}
	if why := a.whyNobody(c.TokenFrom == "-" && !a.onTerminal.stdin); why != "" && !c.Yes {
		return usage("Nothing was sent: %s. With --yes the leaked token is revoked without a question, and with --rest the others too.", why)
	}
	file, err := newRecordFile(string(c.Report))
	if err != nil {
		return usage("--report %s: %s. Nothing was sent.", string(c.Report), err)
	}
	defer file.close()
	l.verify = true // a later step says what a try showed
	asJSON := c.Format == inJSON || c.Format == "" && !a.onTerminal.stdout
	i := &incident{incidentCommand: c, leak: l, u: &undertaking{app: a, json: asJSON, file: &reportFile{}}}
	if i.s, err = i.connect(ctx); err != nil {
		return err
	}
	i.record = newIncidentRecord(a.now(), i.s, l)
	i.steps(ctx)
	i.code = worse(i.code, codeOf(a.leave(ctx, i.s, nil)))
	i.proveByOwn(ctx)
	i.conclude(ctx)
	i.write(ctx, file)
	return ended(i.code)
}

// connect falls back to the leaked token where the sign-in is refused: it can still
// revoke itself.
func (i *incident) connect(ctx context.Context) (*session, error) {
	s, err := i.leak.connect(ctx)
	if codeOf(err) != exitRefused || interrupted(ctx) {
		return s, err
	}
	i.app.console.complain("%s", explain(err))
	goes, asked := i.goesOn(ctx, false, "Go on without them? The leaked token can revoke itself, and nothing else.")
	if asked != nil || !goes {
		return nil, ended(exitRefused)
	}
	return i.leak.connectAsItself()
}

// steps goes through what can be done, until an interrupt.
func (i *incident) steps(ctx context.Context) {
	i.open()
	for _, step := range []func(context.Context) error{i.try, i.recognize, i.revokeIt, i.proveIt, i.list, i.revokeRest} {
		if step(ctx) != nil {
			i.record.Interrupted = true
			i.app.console.complain("Interrupted. What was done until here stands, and is told below.")
			return
		}
	}
}

// skips reports whether a step was to be left out from the beginning.
func (i *incident) skips(step string) bool { return slices.Contains(i.Skip, step) }

// goesOn asks whether to take a step. An error is an interrupt.
func (i *incident) goesOn(ctx context.Context, byDefault bool, format string, args ...any) (bool, error) {
	if i.Yes {
		return true, nil
	}
	return i.app.askYesNo(ctx, byDefault, format, args...)
}

// heading begins a step, for people.
func (i *incident) heading(text string) {
	if !i.u.json {
		i.app.console.say("%s", styled("\n"+i.app.console.paint(bold, text)))
	}
}

// open names the server and the account, and shows what the token says.
func (i *incident) open() {
	if i.u.json {
		return
	}
	i.heading("The incident")
	i.app.console.say("Server: %s", i.s.BaseURL())
	if i.leak.self {
		i.app.console.say("Account: user %s, of the leaked token itself. It can revoke itself, and nothing can be ended with it after that. With the credentials of the account its other tokens can be ended too: leave with Ctrl-C, set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE, and begin again.", either(i.leak.claims.UserID, "unknown"))
	} else {
		i.app.console.say("Account: %s", either(i.s.account, "unknown"))
	}
	i.heading("The token")
	describe(i.app, i.leak.claims)
}

// try finds out whether the server accepts the token: only then it can prove
// anything later. A token that calls for itself is asked for the list as well, since
// it can do so now only.
func (i *incident) try(ctx context.Context) error {
	accepts, err := i.s.JWT.Accepts(ctx, i.leak.token())
	switch {
	case interrupted(ctx):
		return errNotAnswered
	case err != nil:
		i.record.failed(err)
		i.code = worse(i.code, worse(exitUndone, codeOf(err)))
		i.app.console.complain("Whether the server accepts the token could not be found out. %s", explain(err))
		return nil
	}
	i.record.AcceptedBefore = &accepts
	switch {
	case !accepts && !i.leak.self:
		i.app.console.complain("The server refuses this token already. That proves nothing: %s", i.leak.whyRefused(i.s))
	case accepts && i.leak.self && !i.skips("list"):
		return i.fetch(ctx)
	}
	return nil
}
