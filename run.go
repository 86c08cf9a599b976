package tiledesk

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	maxPasses = 10

	// answerGrace is how long a DELETE that was sent may still be answered after
	// the run stopped, so that the report knows what became of it.
	answerGrace = 5 * time.Second

	// maxSilent is the number of targets in a row without any answer after which a
	// run stops: each of them can take minutes.
	maxSilent = 10
)

var (
	errKeepAppearing = fmt.Errorf("tiledesk: %w: the last of %d listings still brought some; someone signs in faster than they are revoked, or the server lists only a part of them at a time", ErrTokensKeepAppearing, maxPasses)
	errNoIdentifier  = invalidArgument("neither an id nor a jti: such a token cannot be revoked")
)

// run is one RevokeEach or RevokeAll: a pool of workers, a reason to stop, and
// the report.
type run struct {
	ctx    context.Context // ends with the caller's, and when the run stops
	cancel context.CancelCauseFunc
	grace  context.Context // ends answerGrace after ctx, or with the run
	end    context.CancelFunc
	client *Client
	opts   RevokeOptions
	own    ownTokens

	jtis         bool // some entry of the listings shows a jti; written between two works only
	revokedShown int  // listed tokens that this run had revoked, and that the newest listing shows; as jtis

	turn chan struct{} // held while OnResult is called
	deaf bool          // OnResult ended badly, and is not called again; guarded by turn

	mu     sync.Mutex // guards what follows
	report *RevokeReport
	held   []job      // the client's own tokens, for the end
	gone   []goneJob  // listed tokens that the server calls gone, for the last listing
	ended  int        // listed tokens that this run revoked
	seen   seenTokens // nil in RevokeEach
	missed error      // shared by all that were not attempted
	silent int        // targets in a row that nothing answered
	thrown *thrown    // what ended a worker too early
}

func newRun(ctx context.Context, client *Client, opts *RevokeOptions) (*run, error) {
	r := &run{client: client, report: new(RevokeReport), turn: make(chan struct{}, 1)}
	if opts != nil {
		r.opts = *opts
	}
	switch {
	case ctx == nil:
		return r, invalidArgument("the context is nil: use context.Background()")
	case r.opts.Concurrency < 0:
		return r, invalidArgument("the concurrency is %d: use 0 for the default of %d", r.opts.Concurrency, defaultConcurrency)
	case r.opts.Concurrency == 0:
		r.opts.Concurrency = defaultConcurrency
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.grace, r.end = outlasting(r.ctx, answerGrace)
	r.own.ask = client.authorization
	return r, nil
}

// close frees what the contexts of the run hold.
func (r *run) close() {
	r.end()
	r.cancel(nil)
}

// process decides what happens to one job, and sees to it that it is recorded.
func (r *run) process(j job) {
	req, err := j.request()
	if err != nil {
		r.record(j.result(Failed, err, 0))
		return
	}
	req.authorization, err = r.own.authorization(r.ctx)
	switch {
	case r.ctx.Err() != nil:
		r.notAttempted(j)
	case err != nil: // those that follow would do no better
		r.record(j.result(Failed, err, 0))
		r.stop(err)
	case r.own.has(j):
		r.hold(j)
	default:
		r.revoke(j, req)
	}
}

// revoke sends what it takes to revoke one token, and settles the outcome.
func (r *run) revoke(j job, req request) {
	if r.opts.DryRun {
		r.record(j.result(Planned, nil, 0))
		return
	}
	req.grace = r.grace
	v := r.send(req)
	if second, ok := j.otherRoute(req); ok && v.notFound {
		if err := second.route.checkIdentifier(second.identifier); err != nil {
			v = v.half(err)
		} else {
			v = v.and(r.send(second))
		}
	}
	r.settle(j, req, v)
}

// send makes one DELETE.
func (r *run) send(req request) verdict {
	resp, err := r.client.JWT.revoke(r.ctx, req)
	if err != nil {
		return verdictOf(err)
	}
	return verdict{attempts: resp.Attempts, answered: true}
}

// settle turns a verdict into an outcome, and stops the run where it must. The
// outcome is recorded first, so that the report begins with the cause.
func (r *run) settle(j job, req request, v verdict) {
	stop, before := r.reason(v, req)
	outcome, err := v.decide(j, facts{
		own:  (v.refused || v.gone) && j.authorizes(req),
		took: v.refused && r.tookBefore(req.authorization),
		jtis: r.jtis,
		stop: stop,
		cut:  v.cutOff(before),
	})
	if v.err == nil || v.gone {
		r.own.accepted(req.authorization)
	}
	if outcome == AlreadyGone && v.gone {
		r.await(j, v.attempts)
	} else {
		r.recordListed(j, outcome)
		r.record(j.result(outcome, err, v.attempts))
	}
	if stop != nil {
		r.stop(stop)
	}
}

// recordListed notes of a listed token that this run has revoked it.
func (r *run) recordListed(j job, outcome Outcome) {
	if outcome != Revoked || !j.listed {
		return
	}
	key := j.key()
	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.seen[key]
	row.revoked = true
	r.seen[key] = row
	r.ended++
}

// reason is why the run stops after a verdict, or has stopped before; nil: it goes
// on.
func (r *run) reason(v verdict, req request) (reason error, before bool) {
	if reason := r.stopReason(); reason != nil {
		return reason, true
	}
	if v.forbidden {
		return r.named(v, v.err, req.authorization), false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !v.silent() {
		r.silent = 0
		return nil, false
	}
	if r.silent++; r.silent < maxSilent {
		return nil, false
	}
	return fmt.Errorf("tiledesk: %d targets in a row ended without any answer of the server; the last: %w", maxSilent, v.err), false
}

// tookBefore reports whether the server took an authorization before, in this run or
// in an earlier call; "" means the newest.
func (r *run) tookBefore(authorization string) bool {
	return r.own.tookBefore(authorization) || len(sentClaims(authorization)) > 0 && r.client.tookBefore(authorization)
}

// named adds what a refusal means where the token worked before in this run.
func (r *run) named(v verdict, err error, authorization string) error {
	if !v.refused || !r.tookBefore(authorization) {
		return err
	}
	return fmt.Errorf("the token in use was revoked meanwhile: %w", err)
}

// stopped is the cause of a context that the run itself ended.
type stopped struct{ reason error }

func (stopped) Error() string { return "the run stopped" }

// stop ends the run, unless it has ended already.
func (r *run) stop(reason error) { r.cancel(stopped{reason}) }

// stopReason is nil while the run goes on.
func (r *run) stopReason() error {
	if r.ctx.Err() == nil {
		return nil
	}
	if cause, ok := context.Cause(r.ctx).(stopped); ok {
		return cause.reason
	}
	return contextError(r.ctx, r.client.secrets(request{}))
}

// notAttempted records a job that nothing was sent for, because the run stopped. A
// token of the run itself would have been skipped anyway.
func (r *run) notAttempted(j job) {
	if !r.opts.IncludeCurrent && !j.nameless() && r.own.has(j) {
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

// note adds what went wrong with the run as a whole.
func (r *run) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.add(err)
}

// noteStop adds why the run stopped before its natural end, if it did.
func (r *run) noteStop() {
	if reason := r.stopReason(); reason != nil {
		r.note(fmt.Errorf("the run stopped: %w", reason))
	}
}

// record counts a result and lets OnResult hear it, one at a time. The turn is a
// channel and not a mutex, so that an OnResult which waits lets the clock of a
// synctest bubble go on.
func (r *run) record(result RevokeResult) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	r.mu.Lock()
	r.report.count(result)
	r.mu.Unlock()
	if r.opts.OnResult != nil && !r.deaf {
		r.deaf = true // unless it returns
		r.opts.OnResult(result)
		r.deaf = false
	}
}

func (r *run) finish() (*RevokeReport, error) { return r.report, r.report.Err() }

func (r *run) fail(err error) (*RevokeReport, error) {
	r.note(err)
	return r.finish()
}
