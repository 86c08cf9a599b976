package main

import (
	"context"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// inJSON is the format for programs.
const inJSON = "json"

// undertaking is a run that revokes, and what is told of it: lines as it goes, or
// one object at its end.
type undertaking struct {
	app      *app
	json     bool
	plans    bool // nothing is revoked
	keeps    bool // the results are kept, also where nothing is printed as JSON
	lines    bool // each target has a line of its own
	file     *reportFile
	progress *progress               // nil: nothing is drawn
	stop     context.CancelCauseFunc // ends the run where its report takes no more; nil: there is none

	report    *tiledesk.RevokeReport // nil: nothing was sent that revokes
	results   []resultLine           // for programs
	failed    int
	witnesses []witness // tokens that this run revoked and that the server accepted before
	unproved  bool      // a token that was to be tried cannot prove anything, which was said
	verified  string    // in other words than usual
	cached    *bool     // see proof
	left      string    // of tokens that earlier runs could not end
	byID      int       // tokens that were revoked by their id alone, so that they may have no jti
}

// resultLine is what became of one target, for programs.
type resultLine struct {
	ID       string           `json:"id"`
	JTI      string           `json:"jti"`
	Outcome  tiledesk.Outcome `json:"outcome"`
	Attempts int              `json:"attempts"`
	Error    *string          `json:"error"`
}

func resultLineOf(r tiledesk.RevokeResult) resultLine {
	line := resultLine{ID: redact.Identifier(r.Target.ID), JTI: redact.Identifier(r.Target.JTI), Outcome: r.Outcome, Attempts: r.Attempts}
	if r.Err != nil {
		line.Error = orNull(safe(withoutPrefix(r.Err)))
	}
	return line
}

// did takes in and tells what became of a target.
func (u *undertaking) did(r tiledesk.RevokeResult) {
	if !u.file.write(r, u.app.now()) && u.stop != nil {
		u.stop(errNoReport)
	}
	if (u.json || u.keeps) && r.Outcome != tiledesk.Skipped {
		u.results = append(u.results, resultLineOf(r))
	}
	if r.Outcome == tiledesk.Revoked && r.Target.JTI == "" {
		u.byID++
	}
	trouble := r.Outcome == tiledesk.Failed || r.Outcome == tiledesk.NotFound
	if trouble {
		u.failed++
	}
	switch {
	case u.lines && (!u.json || trouble || r.Outcome == tiledesk.NotAttempted), !u.lines && trouble && u.failed <= maxShown:
		u.show(r)
	}
	if u.progress != nil {
		u.progress.did(r)
	}
}

// show tells what became of a target, or what would.
func (u *undertaking) show(r tiledesk.RevokeResult) {
	if u.plans && r.Outcome == tiledesk.Failed {
		u.app.console.complain("would fail: %s: %s", nameOf(r.Target), reason(r.Err))
		return
	}
	u.app.showResult(r)
}

// withUntaken adds the targets that a run which stopped did not even take up: it takes
// one after the other, and what it has not seen it cannot report.
func (u *undertaking) withUntaken(report *tiledesk.RevokeReport, targets []tiledesk.Target, told map[tiledesk.Target]bool) *tiledesk.RevokeReport {
	whole := *report
	for _, target := range targets {
		if target = redacted(target); told[target] {
			continue
		}
		r := tiledesk.RevokeResult{Target: target, Outcome: tiledesk.NotAttempted, Err: report.RunErr()}
		whole.NotAttempted++
		whole.Failures = append(whole.Failures, r)
		u.did(r)
	}
	return &whole
}

// tell counts and tells what became of the only target.
func (u *undertaking) tell(count *int, r tiledesk.RevokeResult) {
	*count = 1
	u.lines = r.Outcome != tiledesk.NotAttempted // of which the reason is said
	u.did(r)
}

// finish ends the drawing and says how many failures were not shown.
func (u *undertaking) finish() {
	if u.progress != nil {
		u.progress.finish()
	}
	if more := u.failed - maxShown; more > 0 && !u.lines {
		u.app.console.complain("%d more failed; --report writes down each of them.", more)
	}
}

// conclude says what the counts do not, and returns the exit code.
func (u *undertaking) conclude(ctx context.Context, proves bool) int {
	if err := u.file.failed; err != nil {
		u.app.console.complain("The report could not be written, so the run stopped: %s. Make room, then run the same command again.", unreadable(err))
	}
	code := u.app.conclude(ctx, u.report, proves)
	if u.byID > 0 && u.report.WithoutJTI == 0 { // else it was said
		u.app.console.warn("revoked by the id alone: %s. The server looks for revoked tokens by their jti: where the entry shows none, it still accepts the token. %s", count(u.byID, "token"), whatEndsIt)
	}
	if u.file.failed != nil {
		code = worse(code, exitUndone)
	}
	return code
}

// runJSON is a run for programs.
type runJSON struct {
	BaseURL      string       `json:"baseURL"`
	Account      *string      `json:"account"`
	DryRun       bool         `json:"dryRun"`
	Revoked      int          `json:"revoked"`
	AlreadyGone  int          `json:"alreadyGone"`
	NotFound     int          `json:"notFound"`
	Skipped      int          `json:"skipped"`
	Planned      int          `json:"planned"`
	Failed       int          `json:"failed"`
	NotAttempted int          `json:"notAttempted"`
	WithoutJTI   int          `json:"withoutJTI"`
	Incomplete   bool         `json:"incomplete"`
	DoneBefore   int          `json:"doneBefore"`
	Verified     *bool        `json:"verified"`
	Cached       *bool        `json:"cached"` // of a token that is still accepted: the server checks, and remembers that
	Error        *string      `json:"error"`
	Results      []resultLine `json:"results"`
}

func (u *undertaking) result(s *session, dryRun bool, verified *bool) runJSON {
	r := u.report
	result := runJSON{
		BaseURL: s.BaseURL(), Account: orNull(s.account), DryRun: dryRun,
		Revoked: r.Revoked, AlreadyGone: r.AlreadyGone, NotFound: r.NotFound, Skipped: r.Skipped, Planned: r.Planned,
		Failed: r.Failed, NotAttempted: r.NotAttempted, WithoutJTI: r.WithoutJTI, Incomplete: r.Incomplete,
		DoneBefore: u.file.resumed(), Verified: verified, Cached: u.cached, Results: u.results,
	}
	if result.Results == nil {
		result.Results = []resultLine{}
	}
	if err := r.RunErr(); err != nil {
		result.Error = orNull(safe(withoutPrefix(err)))
	} else {
		result.Error = orNull(u.left)
	}
	return result
}

// withUndertaking lends a session to a run, signs out, proves what was done, and
// prints the result for programs. The run can prove what it did by its own token,
// whose sign-out is a revocation too, without having been asked to.
func (a *app) withUndertaking(ctx context.Context, u *undertaking, proving *proving, connect func(context.Context) (*session, error), dryRun bool, use func(*session) error) error {
	s, err := connect(ctx)
	if err != nil {
		return err
	}
	err = u.file.isAt(place{s.BaseURL(), s.account})
	if err == nil {
		err = use(s)
	}
	err = a.leave(ctx, s, err)
	if u.report == nil {
		return err
	}
	code, verified := exitDone, (*bool)(nil)
	if !dryRun && (proving.wanted() || s.signedIn && u.report.Revoked > 0) {
		code, verified = a.proveUndertaking(ctx, u, s, proving)
	}
	if u.json {
		if err := unwritten("The result", writeJSON(a.console.out(), u.result(s, dryRun, verified))); err != nil {
			a.console.complain("%s", explain(err))
			code = worse(code, codeOf(err))
		}
	}
	if code == exitDone {
		return err
	}
	if text := explainIf(err); text != "" {
		a.console.complain("%s", text)
	}
	return ended(worse(codeOf(err), code))
}

// proved is what a refusal proves. It says nothing about a token without a jti, since
// the server looks for revoked tokens by that alone.
func (u *undertaking) proved() string {
	const usual = "verified: the server refuses revoked tokens"
	switch {
	case u.report.WithoutJTI > 0:
		u.unproved = true
		return "The server refuses revoked tokens that have a jti. Those without one it may still accept."
	case u.unproved:
		return "The server refuses revoked tokens, as another one shows that was tried."
	case u.byID > 0:
		return usual + " that have a jti"
	case len(u.witnesses) == 0: // but the token of the sign-in
		return usual
	}
	return either(u.verified, usual)
}

// proveUndertaking returns the exit code, and the proof for programs.
func (a *app) proveUndertaking(ctx context.Context, u *undertaking, s *session, proving *proving) (int, *bool) {
	witnesses := append(u.witnesses, s.ownWitness()...)
	switch {
	case interrupted(ctx): // was said
		return exitDone, nil
	case len(witnesses) == 0 && u.unproved:
		return exitUndone, nil
	case len(witnesses) == 0 && !proving.wanted():
		return exitDone, nil
	}
	p := a.prove(ctx, witnesses, proving.VerifyFor)
	p.good = u.proved()
	if p.verdict == accepted && proving.wanted() {
		p.cached = a.remembersCheck(ctx, s)
		u.cached = p.cached
	}
	code, verified := a.tellProof(ctx, p, proving.wanted(), u.json), p.known()
	if len(u.witnesses) > 0 && p.verdict == refused {
		a.console.note("%s", stillElsewhere)
	}
	if u.unproved && p.verdict == refused {
		if proving.wanted() {
			code = worse(code, exitUndone)
		}
		return code, nil
	}
	if u.byID > 0 && p.verdict == refused { // that one may have no jti
		return code, nil
	}
	return code, verified
}
