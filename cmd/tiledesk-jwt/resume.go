package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// maxRenewals is how often a run signs in again.
const maxRenewals = 3

// renewalPause is the shortest wait before a run signs in again; the longest is
// three times that. Two runs that revoke each other's newest token would otherwise
// do so until both give up: one of them ends while the other waits.
var renewalPause = [maxRenewals]time.Duration{0, time.Second, 4 * time.Second}

// rounds are the runs of the package that one run of the command makes. Where the
// token that it signed in for is refused meanwhile, it signs in again and goes on
// with what is left. Each target is told and counted once.
type rounds struct {
	app  *app
	s    *session
	opts tiledesk.RevokeOptions // as the command gave them

	settled map[tiledesk.Target]bool // what was told
	later   map[tiledesk.Target]bool // chosen, but left to a round after that over the older tokens
	told    tiledesk.RevokeReport    // of that, and of all rounds
	waiting []tiledesk.RevokeResult  // not done in this round, for the next one
	failed  []tiledesk.RevokeResult  // in a round before, and maybe listed no more
	refused bool                     // the token, in this round
}

// revokeAll is RevokeAll, in as many rounds as it takes.
func (a *app) revokeAll(ctx context.Context, s *session, opts tiledesk.RevokeOptions) *tiledesk.RevokeReport {
	if !s.signedIn {
		report, _ := s.JWT.RevokeAll(ctx, &opts) // the error is report.Err
		return report
	}
	r := &rounds{app: a, s: s, opts: opts, settled: make(map[tiledesk.Target]bool), later: make(map[tiledesk.Target]bool)}
	return r.run(ctx, func(older bool) *tiledesk.RevokeReport {
		report, _ := s.JWT.RevokeAll(ctx, r.options(older))
		return report
	})
}

// revokeEach is RevokeEach, in as many rounds as it takes.
func (a *app) revokeEach(ctx context.Context, s *session, targets []tiledesk.Target, opts tiledesk.RevokeOptions) *tiledesk.RevokeReport {
	if !s.signedIn {
		report, _ := s.JWT.RevokeEach(ctx, tiledesk.Targets(targets...), &opts)
		return report
	}
	r := &rounds{app: a, s: s, opts: opts, settled: make(map[tiledesk.Target]bool), later: make(map[tiledesk.Target]bool)}
	return r.run(ctx, func(bool) *tiledesk.RevokeReport {
		var left []tiledesk.Target
		for _, target := range targets {
			if !r.settled[target] {
				left = append(left, target)
			}
		}
		report, _ := s.JWT.RevokeEach(ctx, tiledesk.Targets(left...), r.options(false))
		return report
	})
}

// run makes rounds until one is not refused. Behind a refusal comes one over the
// older tokens alone: to revoke the newest first, as they are listed, would stop
// another run that signed in again just now, and that one would stop this.
func (r *rounds) run(ctx context.Context, round func(older bool) *tiledesk.RevokeReport) *tiledesk.RevokeReport {
	older := false
	for {
		report := round(older)
		err := report.RunErr()
		r.told.WithoutJTI += report.WithoutJTI
		r.refused = r.refused || isRefusal(err)
		switch {
		case r.refused && !errors.Is(err, tiledesk.ErrUnexpectedResponse) && r.renew(ctx):
			older = r.opts.Match != nil && !r.opts.DryRun && !r.s.began.IsZero()
		case !r.refused && older && (err == nil || errors.Is(err, tiledesk.ErrIncompleteHistory)):
			older = false
		default:
			return r.finish(report)
		}
		r.keepFailures()
		r.waiting, r.later, r.refused = nil, make(map[tiledesk.Target]bool), false
	}
}

// keepFailures remembers what failed for another reason than the refusal, and what was
// not revoked of the tokens without a jti, which work on without their row: where the
// next round does not list it any more, it is told all the same.
func (r *rounds) keepFailures() {
	for _, result := range r.waiting {
		nameless := result.Target.JTI == "" && result.Outcome != tiledesk.Skipped
		failed := result.Outcome == tiledesk.Failed && !isRefusal(result.Err)
		if (nameless || failed) && result.Target != (tiledesk.Target{}) {
			r.failed = append(r.failed, result)
		}
	}
}

// isRefusal reports whether the server itself refused the token in use.
func isRefusal(err error) bool {
	return errors.Is(err, tiledesk.ErrUnauthorized) && !fromElsewhere(err)
}

// options are those of one round.
func (r *rounds) options(older bool) *tiledesk.RevokeOptions {
	opts := r.opts
	opts.IncludeCurrent = opts.IncludeCurrent && !older // it comes last
	if opts.Match != nil {
		opts.Match = func(token *tiledesk.Token) bool {
			r.s.worked = true
			target := token.Target()
			if r.dealtWith(target) || !r.opts.Match(token) {
				return false
			}
			if older && !tiledesk.CreatedBefore(r.s.began)(token) {
				r.later[redacted(target)] = true
				return false
			}
			return true
		}
	}
	opts.OnResult = func(result tiledesk.RevokeResult) {
		switch result.Outcome {
		case tiledesk.Failed, tiledesk.NotAttempted:
			r.refused = r.refused || isRefusal(result.Err) && result.Outcome == tiledesk.Failed
			r.waiting = append(r.waiting, result)
		case tiledesk.Skipped:
			switch {
			case r.dealtWith(result.Target):
			case r.later[result.Target] && (r.opts.IncludeCurrent || !ident.SameJTI(result.Target.JTI, r.s.jti)):
				result.Outcome = tiledesk.NotAttempted
				r.waiting = append(r.waiting, result)
			case older, ident.SameJTI(result.Target.JTI, r.s.jti): // it can be another one in the next round
				r.waiting = append(r.waiting, result)
			default:
				r.tell(result)
			}
		default:
			r.s.worked = true
			r.tell(result)
		}
	}
	return &opts
}

// dealtWith reports whether a target was told before, or is a token that this run
// used before and revokes at its end.
func (r *rounds) dealtWith(target tiledesk.Target) bool {
	for _, jti := range r.s.replaced {
		if ident.SameJTI(jti, target.JTI) {
			return true
		}
	}
	return r.settled[redacted(target)]
}

// redacted is a target as results show it.
func redacted(target tiledesk.Target) tiledesk.Target {
	return tiledesk.Target{JTI: redact.Identifier(target.JTI), ID: redact.Identifier(target.ID)}
}

// tell counts a result and lets the command hear it.
func (r *rounds) tell(result tiledesk.RevokeResult) {
	if (result.Target != tiledesk.Target{}) {
		r.settled[result.Target] = true
	}
	switch result.Outcome {
	case tiledesk.Revoked:
		r.told.Revoked++
		r.s.ended = r.s.ended || ident.SameJTI(result.Target.JTI, r.s.jti)
	case tiledesk.AlreadyGone:
		r.told.AlreadyGone++
	case tiledesk.NotFound:
		r.told.NotFound++
	case tiledesk.Skipped:
		r.told.Skipped++
	case tiledesk.Planned:
		r.told.Planned++
	case tiledesk.Failed:
		r.told.Failed++
	case tiledesk.NotAttempted:
		r.told.NotAttempted++
	}
	switch result.Outcome {
	case tiledesk.NotFound, tiledesk.Failed, tiledesk.NotAttempted:
		r.told.Failures = append(r.told.Failures, result)
	}
	if r.opts.OnResult != nil {
		r.opts.OnResult(result)
	}
}

// finish tells what the last round did not do. What went wrong with the run as a
// whole is what did with that round: a round before it was refused and no more.
func (r *rounds) finish(last *tiledesk.RevokeReport) *tiledesk.RevokeReport {
	for _, result := range r.waiting {
		if result.Outcome == tiledesk.NotAttempted && result.Err == nil {
			result.Err = last.RunErr()
		}
		r.tell(result)
	}
	for _, result := range r.failed {
		if !r.dealtWith(result.Target) {
			r.tell(result)
		}
	}
	report := *last
	report.Revoked, report.AlreadyGone, report.NotFound = r.told.Revoked, r.told.AlreadyGone, r.told.NotFound
	report.Skipped, report.Planned = r.told.Skipped, r.told.Planned
	report.Failed, report.NotAttempted = r.told.Failed, r.told.NotAttempted
	report.WithoutJTI, report.Failures = r.told.WithoutJTI, r.told.Failures
	return &report
}

// renew signs in again, if that is to be done once more. A token that never worked
// may have been revoked before its first use, but hardly twice.
func (r *rounds) renew(ctx context.Context) bool {
	s, a := r.s, r.app
	switch {
	case ctx.Err() != nil, !s.worked && len(s.replaced) > 0:
		return false
	case len(s.replaced) == maxRenewals:
		a.console.complain("The token in use was revoked again, after this run had signed in again %d times. Find out what else revokes the tokens of this account, end it, then run the same command again.", maxRenewals)
		return false
	}
	pause := renewalPause[len(s.replaced)]
	if !s.worked { // whatever revoked it before its first use is at work right now
		pause = max(pause, time.Second)
	}
	if pause > 0 {
		pause += rand.N(2 * pause)
	}
	a.console.note("The token in use was revoked meanwhile, by another run or by somebody else. Signing in again (%d of %d)%s.", len(s.replaced)+1, maxRenewals, inTime(pause))
	if !a.pause(ctx, pause) {
		return false
	}
	fresh, err := a.signIn(ctx, s.who)
	if err != nil {
		a.console.complain("Signing in again failed. %s", explain(err))
		return false
	}
	s.CloseIdleConnections()
	s.replaced = append(s.replaced, s.jti)
	s.Client, s.jti, s.userID, s.ended = fresh.Client, fresh.jti, fresh.userID, false
	return true
}

func inTime(pause time.Duration) string {
	if pause == 0 {
		return ""
	}
	return " in " + pause.Round(100*time.Millisecond).String()
}

// pause waits, and is false when an interrupt ended that.
func (a *app) pause(ctx context.Context, d time.Duration) bool {
	if a.wait != nil {
		return a.wait(d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
