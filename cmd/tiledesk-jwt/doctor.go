package main

import (
	"context"
	"errors"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

type doctorCommand struct {
	ReadOnly bool   `name:"read-only" help:"Sign in to nothing and revoke nothing."`
	Format   string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"text, or json to attach to a bug report (${default})."`

	VerifyFor time.Duration `name:"verify-for" default:"60s" placeholder:"DURATION" help:"How long to try again while the revoked token is still accepted, since a server can remember its check (${default})."`
}

// Help is what doctor --help says in addition.
func (*doctorCommand) Help() string {
	return `What a server does with revocations differs, and nobody outside knows. The doctor finds out: it signs in for a token of its own, revokes that one twice, and leaves every other token alone. Where the server still accepts it, one more token, revoked before its first use, tells whether it remembers its check, and the first is tried again for a minute. That needs TILEDESK_EMAIL and a password; with a token alone, or with --read-only, it only looks.

It ends with 1 when the server still accepts revoked tokens.`
}

// examination is one run of the doctor.
type examination struct {
	*app
	findings
	base *session          // with the credentials of the environment
	own  *session          // with the token that it signed in for; nil when it only looks
	send []tiledesk.Option // for clients that sort under either name
	who  account

	patience time.Duration // for which a revoked token is tried again

	asJSON bool            // nothing is told before the end
	told   map[string]bool // the findings that were printed
}

// findings are what it found out; nil stands for what it could not.
type findings struct {
	BaseURL       string  `json:"baseURL"`
	Authorization *string `json:"authorization"`
	HistoryModule *bool   `json:"historyModule"`
	Envelope      *string `json:"envelope"`
	ArrayName     *string `json:"arrayName"`
	PerPage       *int    `json:"perPage"`
	Count         *int    `json:"count"`
	FirstPage     *int    `json:"firstPage"`
	SortParameter *string `json:"sortParameter"`
	RevokedStay   *bool   `json:"revokedStay"`
	SecondRevoke  *int    `json:"secondRevoke"`
	Enforced      *bool   `json:"enforced"`

	empty       bool // the list
	paged       bool // the pages were looked at; the same of the sorting
	sorted      bool
	pageIgnored bool
	ownListed   *bool         // the token in use, or the one that it signed in for; nil: not known
	fewTokens   bool          // too few to tell one order from another
	readOnly    bool          // no token of its own was to be had
	late        *bool         // its token was still accepted: the server checks, and remembers that; nil: not known
	waited      time.Duration // until it was refused, or given up
	noRevoke    error         // why its own token could not be revoked
	left        error         // that its own token was left
}

// Run is tiledesk-jwt doctor.
func (c *doctorCommand) Run(ctx context.Context, a *app) error {
	if c.VerifyFor < 0 {
		return usage("--verify-for: give a time, such as 60s, or 0s for a single try")
	}
	who, err := a.account(!c.ReadOnly)
	if err != nil {
		return err
	}
	if a.flags.SignIn && who.hasToken() {
		return usage("--sign-in needs an email and a password. Set TILEDESK_EMAIL and TILEDESK_PASSWORD_FILE, or omit --sign-in.")
	}
	x := &examination{app: a, who: who, send: a.withoutAlias(), patience: c.VerifyFor}
	x.asJSON, x.told = c.Format == "json", make(map[string]bool)
	client, err := tiledesk.NewClient(who.credentials(), a.options()...)
	if err != nil {
		return err
	}
	x.base, x.BaseURL = &session{Client: client, basic: !who.hasToken()}, client.BaseURL()
	if who.hasToken() {
		x.base.jti, x.base.userID = identify(who.token())
	}
	x.readOnly = c.ReadOnly || who.hasToken()
	if !x.readOnly {
		a.console.note("Looking at %s; this signs in for one token and revokes it.", x.BaseURL)
	}
	err = x.examine(ctx)
	switch looked := x.HistoryModule != nil || x.Authorization != nil; {
	case x.asJSON: // also of a server that could not be looked at
		if err := unwritten("The findings", writeJSON(a.console.out(), x.findings)); err != nil {
			return err
		}
	case looked:
		x.reveal(true)
	}
	return ended(x.verdict(ctx, err))
}

// verdict is the exit code: what was said in the findings is not said again.
func (x *examination) verdict(ctx context.Context, err error) int {
	if x.left != nil {
		x.console.lines(explain(x.left))
	}
	code := codeOf(err)
	shown := x.Authorization != nil && *x.Authorization == "refused" || x.HistoryModule != nil && !*x.HistoryModule
	switch {
	case err != nil && !shown:
		x.console.complain("%s", x.explainAsked(err))
	case interrupted(ctx):
		x.console.complain("Interrupted.")
	}
	if refused := codeOf(x.noRevoke); refused == exitRefused || refused == exitNoHistory {
		code = worse(code, refused)
	}
	if interrupted(ctx) {
		code = worse(code, exitInterrupted)
	}
	if x.left != nil || x.Enforced != nil && !*x.Enforced || x.notRefusedYet() {
		code = worse(code, exitUndone)
	}
	return code
}

func (x *examination) examine(ctx context.Context) error {
	_, err := x.base.JWT.ListHistory(ctx, nil)
	switch {
	case errors.Is(err, tiledesk.ErrUnauthorized) && !fromElsewhere(err), errors.Is(err, tiledesk.ErrForbidden):
		x.Authorization = ptr("refused")
		return err
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		x.HistoryModule = ptr(false)
		return err
	case err != nil:
		return err
	}
	x.Authorization, x.HistoryModule = ptr("ok"), ptr(true)
	x.reveal(false)
	if x.readOnly {
		if err := x.lookAtLists(ctx); err != nil || x.base.jti == "" {
			return err
		}
		x.ownListed, err = x.lists(ctx, x.base.jti)
		return err
	}
	if x.own, err = x.signIn(ctx, x.who); err != nil {
		return err
	}
	err = x.lookAtLists(ctx)
	if err == nil {
		err = x.tryRevocation(ctx)
	}
	switch {
	case x.recordsNothing():
		x.left = undone("The token that was signed in for was left and never expires; its jti is %s.", x.own.jti)
	case x.held.Load() != nil: // its own token was not revoked
		x.left = x.signOut(ctx, x.own)
	}
	return err
}

// tryRevocation revokes its own token twice and watches what happens. That the token
// is refused in the end proves something only where it was accepted before.
func (x *examination) tryRevocation(ctx context.Context) error {
	before, err := x.lists(ctx, x.own.jti)
	x.ownListed = before
	if err != nil {
		return err
	}
	if _, err = x.own.JWT.ListHistory(ctx, nil); !x.revokesOwn(ctx) || err != nil {
		return err
	}
	still, err := takes(ctx, x.own.Client)
	if err != nil {
		return err
	}
	x.Enforced = ptr(!still)
	if still {
		if err := x.tryAgain(ctx); err != nil {
			return err
		}
	}
	x.reveal(false)
	if before != nil && *before {
		if x.RevokedStay, err = x.lists(ctx, x.own.jti); err != nil {
			return err
		}
	}
	var answered *tiledesk.APIError
	switch resp, err := x.base.JWT.RevokeByJTI(ctx, x.own.jti); {
	case err == nil:
		x.SecondRevoke = &resp.StatusCode
	case errors.As(err, &answered):
		x.SecondRevoke = &answered.StatusCode
	default:
		return err
	}
	return nil
}

// tryAgain finds out about its token, which is revoked and still accepted, whether the
// server refuses it later. Where it refuses another one that was never used, that alone
// proves nothing for those that were.
func (x *examination) tryAgain(ctx context.Context) error {
	x.late = x.remembersCheck(ctx, x.own)
	if x.late != nil && !*x.late {
		return nil
	}
	p := x.prove(ctx, []witness{{x.own.jti, func(ctx context.Context) (bool, error) { return takes(ctx, x.own.Client) }}}, x.patience)
	x.waited = p.waited
	switch {
	case p.verdict == refused:
		x.Enforced, x.late = ptr(true), ptr(true)
	case p.verdict == unknown, x.late != nil:
		x.Enforced = nil
	}
	return p.err
}

// notRefusedYet reports whether its token is still accepted by a server that does check.
func (x *examination) notRefusedYet() bool { return x.Enforced == nil && x.late != nil && *x.late }

// revokesOwn revokes its own token for the first time.
func (x *examination) revokesOwn(ctx context.Context) bool {
	_, x.noRevoke = x.base.JWT.RevokeByJTI(ctx, x.own.jti)
	if x.noRevoke == nil {
		x.held.Store(nil)
	}
	x.reveal(false)
	return x.noRevoke == nil
}

// lists reports whether a token is among the newest of the list; nil when the list
// may lack tokens or goes on behind those that were looked at.
func (x *examination) lists(ctx context.Context, jti string) (*bool, error) {
	const enough = 200 // the newest come first, unless the server has an order of its own
	seen := 0
	for token, err := range x.base.JWT.History(ctx, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Descending}) {
		switch {
		case errors.Is(err, tiledesk.ErrIncompleteHistory):
			return nil, nil
		case err != nil:
			return nil, err
		case ident.SameJTI(token.JTI, jti):
			return ptr(true), nil
		}
		if seen++; seen >= enough {
			return nil, nil
		}
	}
	return ptr(false), nil
}

// recordsNothing reports whether the server does not know the token that was signed
// in for just now: then it knows none of any sign-in.
func (x *examination) recordsNothing() bool {
	return errors.Is(x.noRevoke, tiledesk.ErrNotFound) && !fromElsewhere(x.noRevoke)
}

func ptr[T any](value T) *T { return &value }
