package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// answerGrace is how long a DELETE that was sent may still be answered after
	// the run stopped, so that its result says what became of it.
	answerGrace = 5 * time.Second

	// maxSilent is the number of targets in a row without any answer after which a
	// run stops: each of them can take minutes.
	maxSilent = 10
)

// errOwn keeps a request from being sent that would revoke what authorizes it.
var errOwn = errors.New("tiledesk: the token is the one that the credentials give now")

// errOwnPerhaps is what became of a token that turned out to be one after a reply was lost.
var errOwnPerhaps = errors.New("tiledesk: unknown whether it was revoked: a reply was lost, and then the credentials gave another token, " +
	"which it is or may be; treat it as still valid")

// run is one Each or All: a pool of workers, a reason to stop, and what it learned.
type run struct {
	ctx     context.Context // ends with the caller's, and when the run stops
	cancel  context.CancelCauseFunc
	grace   context.Context // ends answerGrace after ctx, or with the run
	end     context.CancelFunc
	api     API
	options Options
	own     ownTokens

	// Written by one goroutine, between two works.
	jtis         bool       // some entry of the listings shows a jti
	revokedShown int        // listed tokens that this run had revoked, and that the newest listing shows; as jtis
	seen         seenTokens // while works run: guarded by mu

	turn chan struct{} // held while a result is recorded

	mu      sync.Mutex // guards what follows
	summary Summary
	undone  bool      // some result is Failed or NotAttempted
	held    []job     // the client's own tokens, for the end
	gone    []goneJob // listed tokens that the server calls gone, for the last listing
	ended   int       // listed tokens that this run revoked
	sample  job       // one of them
	missed  error     // shared by all that were not attempted
	silent  int       // targets in a row that nothing answered
	halted  error     // with which a callback stopped the run
	noted   bool      // the summary says why the run stopped
	thrown  *thrown   // what ended a worker too early
}

func newRun(ctx context.Context, api API, options Options) *run {
	r := &run{api: api, options: options, turn: make(chan struct{}, 1)}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.grace, r.end = outlasting(r.ctx, answerGrace)
	r.own.api = api
	return r
}

// close frees what the contexts of the run hold.
func (r *run) close() {
	r.end()
	r.cancel(nil)
}

// process decides what happens to one job, and sees to it that it is recorded.
func (r *run) process(j job) {
	req := j.request()
	if err := r.check(j, req); err != nil {
		r.record(j.result(Failed, err, 0))
		return
	}
	authorization, err := r.own.authorization(r.ctx)
	switch {
	case r.ctx.Err() != nil:
		r.notAttempted(j)
	case err != nil: // those that follow would do no better
		r.record(j.result(Failed, err, 0))
		r.stop(err)
	case r.own.has(j):
		r.hold(j)
	default:
		req.Authorization = authorization
		r.revoke(j, req)
	}
}

// check refuses what must not be sent.
func (r *run) check(j job, req Request) error {
	if j.target == (Target{}) {
		return fmt.Errorf("tiledesk: %w: neither an id nor a jti: such a token cannot be revoked", r.options.Kinds.InvalidArgument)
	}
	return r.api.Check(req.ByJTI, req.Identifier)
}

// revoke sends what it takes to revoke one token, and settles the outcome.
func (r *run) revoke(j job, req Request) {
	if r.options.DryRun {
		outcome, err := j.plan(r.jtis)
		r.record(j.result(outcome, err, 0))
		return
	}
	req.Grace = r.grace
	isOwn := false // it turns out to be the token that takes the place of a refused one
	authorize := func(ctx context.Context) (string, error) {
		authorization, err := r.own.authorization(ctx)
		if isOwn = r.own.has(j); isOwn {
			return "", errOwn
		}
		return authorization, err
	}
	answer := r.delete(j, req, authorize)
	switch {
	case isOwn && answer.ReplyLost && !r.options.IncludeCurrent: // to skip it would say that nothing was sent
		r.record(j.result(Failed, errOwnPerhaps, answer.Attempts))
	case isOwn:
		r.hold(j)
	default:
		r.settle(j, answer)
	}
}

// delete sends a DELETE, and that by the other route where it found nothing.
func (r *run) delete(j job, req Request, authorize Authorize) Answer {
	answer := r.api.Delete(r.ctx, authorize, req)
	second, ok := j.otherRoute(req)
	if !ok || !answer.NotFound {
		return answer
	}
	if err := r.api.Check(second.ByJTI, second.Identifier); err != nil {
		return answer.half(err)
	}
	second.Authorization = answer.Authorization
	return answer.and(r.api.Delete(r.ctx, authorize, second))
}

// settle turns an answer into an outcome, and stops the run where it must. The
// outcome is recorded first, so that the report begins with the cause.
func (r *run) settle(j job, answer Answer) {
	stop, before := r.reason(answer)
	outcome, err := answer.decide(j, facts{
		own:  (answer.Refused || answer.Gone) && j.isAmong(r.api.Sent(answer.Authorization)),
		took: answer.Refused && r.own.tookBefore(answer.Authorization),
		jtis: r.jtis,
		stop: stop,
		cut:  answer.cutOff(before),
	})
	if answer.Err == nil || answer.Gone {
		r.own.accepted(answer.Authorization)
	}
	if outcome == AlreadyGone && answer.Gone {
		r.await(j, answer.Attempts)
	} else {
		r.countRevoked(j, outcome)
		r.record(j.result(outcome, err, answer.Attempts))
	}
	if stop != nil {
		r.stop(stop)
	}
}

// countRevoked notes of a listed token that this run has revoked it.
func (r *run) countRevoked(j job, outcome Outcome) {
	if outcome != Revoked || !j.listed {
		return
	}
	key := j.key()
	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.seen[key]
	row.revoked = true
	r.seen[key] = row
	r.ended, r.sample = r.ended+1, j
	if j.nameless() {
		r.summary.WithoutJTI++
	}
}

// reason is why the run stops after an answer, or has stopped before; nil: it goes
// on.
func (r *run) reason(answer Answer) (reason error, before bool) {
	if reason := r.stopReason(); reason != nil {
		return reason, true
	}
	if answer.Forbidden {
		return r.named(answer, answer.Err, answer.Authorization), false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !answer.silent() {
		r.silent = 0
		return nil, false
	}
	if r.silent++; r.silent < maxSilent {
		return nil, false
	}
	return fmt.Errorf("tiledesk: %d targets in a row ended without any answer of the server; the last: %w", maxSilent, answer.Err), false
}

// named adds what a refusal means where the token worked before in this run.
func (r *run) named(answer Answer, err error, authorization string) error {
	if !answer.Refused || !r.own.tookBefore(authorization) {
		return err
	}
	return fmt.Errorf("the token in use was revoked meanwhile: %w", err)
}

// stopped is the cause of a context that the run itself ended.
type stopped struct{ reason error }

func (stopped) Error() string { return "the run stopped" }

// stop ends the run, unless it has ended already.
func (r *run) stop(reason error) { r.cancel(stopped{reason}) }

// halt stops the run with the error of a callback.
func (r *run) halt(err error) {
	err = r.api.Hide(err)
	r.mu.Lock()
	if r.halted == nil {
		r.halted = err
	}
	r.mu.Unlock()
	r.stop(err)
}

// stopReason is nil while the run goes on.
func (r *run) stopReason() error {
	if r.ctx.Err() == nil {
		return nil
	}
	if cause, ok := context.Cause(r.ctx).(stopped); ok {
		return cause.reason
	}
	return r.api.Ended(r.ctx)
}

// notAttempted records a job that nothing was sent for, because the run stopped. A
// token of the run itself would have been skipped anyway.
func (r *run) notAttempted(j job) {
	if !r.options.IncludeCurrent && !j.nameless() && r.own.has(j) {
		r.record(j.result(Skipped, nil, 0))
		return
	}
	reason := r.stopReason()
	r.mu.Lock()
	if r.missed == nil {
		r.missed = fmt.Errorf("tiledesk: not revoked, the run stopped: %w", reason)
	}
	missed := r.missed
	r.mu.Unlock()
	r.record(j.result(NotAttempted, missed, 0))
}

// record hands a result over, one at a time. The turn is a channel and not a mutex,
// so that a callback which waits lets the clock of a synctest bubble go on.
func (r *run) record(result Result) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	r.mu.Lock()
	r.undone = r.undone || result.Outcome == Failed || result.Outcome == NotAttempted
	r.mu.Unlock()
	if err := r.options.Record(result); err != nil {
		r.halt(err)
	}
}

// note adds what went wrong with the run as a whole.
func (r *run) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Whole = append(r.summary.Whole, err)
}

// noteStop adds why the run stopped before its natural end, if it did.
func (r *run) noteStop() {
	if reason := r.stopReason(); reason != nil && !r.noted {
		r.noted = true
		r.note(fmt.Errorf("the run stopped: %w", reason))
	}
}

// finish is the summary. The error of a callback is part of it even where nothing
// was left to do.
func (r *run) finish() Summary {
	if r.halted != nil {
		r.noteStop()
	}
	return r.summary
}
