package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
)

type revokeAllCommand struct {
	filter

	IncludeCurrent bool  `name:"include-current" help:"Revoke the token in use as well, last of all."`
	DryRun         bool  `name:"dry-run" help:"Say what would be revoked, and revoke nothing."`
	Yes            bool  `short:"y" help:"Do not ask."`
	TokenFrom      given `name:"token-from" placeholder:"FILE|-" help:"Verify by the tokens in this file, one a line: they are tried before the run and after it. The run has to revoke them."`
	proving
	running
}

// Help is what revoke-all --help says in addition.
func (*revokeAllCommand) Help() string {
	return `A token whose time is unknown never matches --created-before or --older-than. With both, the earlier time holds.

A revocation cannot be undone. On a terminal you see first what would be revoked and are asked; elsewhere --yes is needed.`
}

// Run is tiledesk-jwt revoke-all.
func (c *revokeAllCommand) Run(ctx context.Context, a *app) error {
	if err := cmp.Or(c.running.check(), c.proving.check()); err != nil {
		return err
	}
	c.Verify = c.Verify || c.TokenFrom != ""
	if c.wanted() && c.TokenFrom == "" && !a.flags.SignIn {
		return usage("--verify needs a token to try. Use it with --sign-in, whose own token is tried, or with --token-from FILE, where FILE holds tokens that the run revokes.")
	}
	ask := !c.DryRun && !c.Yes
	if err := a.mustBeThere(ask, c.TokenFrom == "-" && !a.onTerminal.stdin); err != nil {
		return err
	}
	samples, err := a.readSamples(ctx, string(c.TokenFrom))
	if err != nil {
		return err
	}
	u, err := c.running.start(a)
	if err != nil {
		return err
	}
	defer u.file.close()
	selection := newSelection(&c.filter, u, a.now())
	selection.samples = samples
	return a.withUndertaking(ctx, u, &c.proving, a.connect, c.DryRun, func(s *session) error {
		selection.s = s
		if !c.DryRun {
			if err := selection.samples.tryBefore(ctx, a, s); err != nil {
				return err
			}
		}
		if s.basic && !c.DryRun {
			a.console.note("%s", basicIsSlow)
		}
		if c.DryRun {
			return c.preview(ctx, a, s, selection)
		}
		return c.revokeAll(ctx, a, s, selection)
	})
}

// selection chooses tokens and counts what it chose.
type selection struct {
	*filter
	s          *session
	before     time.Time                // zero: any
	others     map[tiledesk.Target]bool // that a --match leaves alone
	file       *reportFile
	tally      tally
	incomplete bool  // there may be tokens that were not listed
	refused    error // why nothing is revoked of what was chosen
	ownListed  bool  // the token in use was chosen
	nameless   int   // tokens without a jti that were chosen

	undertaking *undertaking
	samples     samples // tokens to try before and after
}

// tally is what people are told before they are asked.
type tally struct {
	planned, young, unknown, reported int
	inUse                             bool // the token in use is left alone
	undated                           int  // of those planned
	others                            int  // that a --match leaves alone
	maybeInUse                        int  // without a jti, by which the token in use is known
	nameless                          int  // without a jti, of those planned
	oldest, newest                    time.Time
	first                             []*tiledesk.Token
}

func newSelection(chosen *filter, u *undertaking, now time.Time) *selection {
	return &selection{filter: chosen, s: &session{}, before: chosen.cutoff(now), file: u.file, undertaking: u, others: make(map[tiledesk.Target]bool)}
}

// match looks at the entry itself, which results do not hold any more.
func (s *selection) match(token *tiledesk.Token) bool {
	if !s.has(token, s.s.jti) {
		s.others[redacted(token.Target())] = true
		return false
	}
	if s.file.has(token) || !s.isOld(token) {
		return false
	}
	s.ownListed = s.ownListed || ident.SameJTI(token.JTI, s.s.jti)
	if token.JTI == "" {
		s.nameless++
	}
	return true
}

func (s *selection) isOld(token *tiledesk.Token) bool {
	return s.before.IsZero() || tiledesk.CreatedBefore(s.before)(token)
}

// count takes in a result that revoked nothing.
func (s *selection) count(r tiledesk.RevokeResult) {
	t := &s.tally
	switch {
	case r.Outcome == tiledesk.Planned:
		t.plan(r.Token)
	case r.Outcome != tiledesk.Skipped:
	case s.file.has(r.Token):
		t.reported++
	case s.others[r.Target]:
		t.others++
	case s.isOld(r.Token):
		if r.Target.JTI == "" {
			t.maybeInUse++
		} else {
			t.inUse = true
		}
	case r.Token.CreatedAt.IsZero():
		t.unknown++
	default:
		t.young++
	}
}

// plan takes in what is about to be revoked. What was chosen and is not among it is
// the token in use, or may be it.
func (s *selection) plan(planned []*tiledesk.Token, incomplete bool) {
	t, own, nameless := &s.tally, false, 0
	for _, token := range planned {
		t.plan(token)
		own = own || ident.SameJTI(token.JTI, s.s.jti)
		if token.JTI == "" {
			nameless++
		}
	}
	t.maybeInUse, s.incomplete = s.nameless-nameless, incomplete
	if s.ownListed && !own {
		t.inUse = true
	}
}

func (t *tally) plan(token *tiledesk.Token) {
	t.planned++
	if token.JTI == "" {
		t.nameless++
	}
	if len(t.first) < maxShown {
		t.first = append(t.first, token)
	}
	created := token.CreatedAt
	if created.IsZero() {
		t.undated++
		return
	}
	if t.oldest.IsZero() || created.Before(t.oldest) {
		t.oldest = created
	}
	if created.After(t.newest) {
		t.newest = created
	}
}

// leftAlone says what is not revoked, and why; empty when nothing is left alone.
func (t *tally) leftAlone(before time.Time) string {
	var parts []string
	if t.inUse {
		parts = append(parts, "the token in use")
	}
	if t.maybeInUse > 0 {
		parts = append(parts, count(t.maybeInUse, "token")+" without a jti, any of which may be the token in use")
	}
	if t.young > 0 {
		parts = append(parts, fmt.Sprintf("%s created after %s", count(t.young, "token"), clock(before)))
	}
	if t.unknown > 0 {
		parts = append(parts, count(t.unknown, "token")+" whose time is unknown, which never matches an age")
	}
	if t.others > 0 {
		parts = append(parts, count(t.others, "token")+" for which --match does not hold")
	}
	if t.reported > 0 {
		parts = append(parts, count(t.reported, "token")+" that the report has as done")
	}
	if parts == nil {
		return ""
	}
	return "Left alone: " + strings.Join(parts, "; ") + "."
}

// revokeAll is the run itself.
func (c *revokeAllCommand) revokeAll(ctx context.Context, a *app, s *session, selection *selection) error {
	u := selection.undertaking
	ctx, u.stop = context.WithCancelCause(ctx)
	defer u.stop(nil)
	u.progress = a.newProgress(0)
	report := a.revokeAll(ctx, s, tiledesk.RevokeOptions{
		Concurrency:    c.Concurrency,
		IncludeCurrent: c.IncludeCurrent,
		Confirm:        c.question(ctx, a, s, selection),
		Match: func(token *tiledesk.Token) bool {
			matched := selection.match(token)
			u.progress.listed(matched)
			return matched
		},
		OnResult: func(r tiledesk.RevokeResult) {
			selection.count(r)
			if selection.refused != nil { // nothing was done, and nothing is written down
				return
			}
			selection.samples.note(r, u.file)
			u.did(r)
		},
	})
	u.finish()
	if selection.refused != nil {
		return u.withLeft(selection.declined(report))
	}
	u.report = report
	if !u.json {
		a.summarize(u.report)
	}
	if text := selection.tally.leftAlone(selection.before); text != "" && c.Yes { // else it was said before
		a.console.note("%s", text)
	}
	code := u.conclude(ctx, s.signedIn || c.wanted())
	selection.samples.testify(u, s)
	return u.withLeft(ended(code))
}
