package tiledesk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"
)

const (
	maxPasses = 10

	// answerGrace is how long a DELETE that was sent may still be answered after
	// the run stopped, so that the report knows what became of it.
	answerGrace = 5 * time.Second
)

var (
	errKeepAppearing = fmt.Errorf("tiledesk: %w: the last of %d listings still brought some; someone signs in faster than they are revoked, or the server lists only a part of them at a time", ErrTokensKeepAppearing, maxPasses)
	errNoIdentifier  = invalidArgument("neither an id nor a jti: such a token cannot be revoked")
)

// run is one RevokeEach or RevokeAll: a pool of workers, a reason to stop, and
// the report.
type run struct {
	caller context.Context
	ctx    context.Context // ends with the caller's, and when the run stops
	cancel context.CancelFunc
	grace  context.Context // ends answerGrace after ctx, or with the run
	end    context.CancelFunc
	client *Client
	opts   RevokeOptions
	own    ownTokens

	turn    chan struct{} // held while OnResult is called
	mu      sync.Mutex    // guards what follows
	report  *RevokeReport
	held    []job // the client's own tokens, for the end
	stopped error // why the run stopped
	missed  error // shared by all that were not attempted
}

func newRun(ctx context.Context, client *Client, opts *RevokeOptions) (*run, error) {
	r := &run{caller: ctx, client: client, report: new(RevokeReport), turn: make(chan struct{}, 1)}
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
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.grace, r.end = outlasting(r.ctx, answerGrace)
	r.own.ask = client.authorization
	return r, nil
}

// close frees what the contexts of the run hold.
func (r *run) close() {
	r.end()
	r.cancel()
}

// work lets workers deal with the jobs that feed gives. They start as they are
// needed, up to the bound. Once the run has stopped, give counts a job as not
// attempted.
func (r *run) work(feed func(give func(job))) {
	jobs := make(chan job)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(jobs)
	started := 0
	feed(func(j job) {
		if r.ctx.Err() != nil {
			r.notAttempted(j)
			return
		}
		select {
		case jobs <- j:
			return
		default:
		}
		if started < r.opts.Concurrency {
			started++
			workers.Go(func() {
				r.process(j)
				for j := range jobs {
					r.process(j)
				}
			})
			return
		}
		select {
		case jobs <- j:
		case <-r.ctx.Done():
			r.notAttempted(j)
		}
	})
}

// read gives the targets of a sequence as they come, and reads no more once the
// run has stopped.
func (r *run) read(targets iter.Seq2[Target, error], give func(job)) {
	if r.ctx.Err() == nil {
		for target, err := range targets {
			if err != nil {
				r.note(fmt.Errorf("the sequence of targets ended: %w", hide(err, r.client.secrets(request{}))))
				break
			}
			if give(job{target: target}); r.ctx.Err() != nil {
				break
			}
		}
	}
	if r.ctx.Err() != nil {
		r.noteStop()
	}
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
	case err != nil:
		r.record(j.result(Failed, err, 0))
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
	if second, ok := j.otherRoute(req); ok && errors.Is(v.err, ErrNotFound) {
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
		v := verdictOf(err)
		shorten(err)
		return v
	}
	return verdict{attempts: resp.Attempts}
}

// settle turns a verdict into an outcome, and stops the run where it must.
func (r *run) settle(j job, req request, v verdict) {
	switch {
	case v.err == nil:
		r.record(j.result(Revoked, nil, v.attempts))
	case v.gone && j.token != nil:
		r.record(j.result(AlreadyGone, nil, v.attempts))
	case v.refused && j.authorizes(req) && r.client.tookBefore(req.authorization):
		// The run's own token, last of all: the server took it before and refuses it now.
		r.record(j.result(AlreadyGone, nil, v.attempts))
	case errors.Is(v.err, ErrNotFound) && j.token == nil:
		r.record(j.result(NotFound, v.explained(), v.attempts))
	case r.forbids(v.err):
		// Recorded before it stops the run, so that the report begins with the cause.
		defer r.cancel()
		if r.cutOff(v.err) {
			r.cut(j, v)
			return
		}
		fallthrough
	default:
		r.record(j.result(Failed, v.err, v.attempts))
	}
}

// forbids reports whether an error means that no other target would do better. It
// is then why the run stops, unless there was a reason before.
func (r *run) forbids(err error) bool {
	reason := err
	var forbidden *stopError
	switch {
	case r.caller.Err() != nil:
		reason = contextError(r.caller, r.client.secrets(request{}))
	case errors.As(err, &forbidden),
		errors.Is(err, ErrUnauthorized), errors.Is(err, ErrForbidden), errors.Is(err, ErrRateLimited),
		errors.Is(err, ErrRedirected), errors.Is(err, ErrHistoryUnavailable):
	default:
		return r.ctx.Err() != nil
	}
	r.mu.Lock()
	if r.stopped == nil {
		r.stopped = reason
	}
	r.mu.Unlock()
	return true
}

// cutOff reports whether a request ended because the run did.
func (r *run) cutOff(err error) bool {
	var forbidden *stopError
	return errors.As(err, &forbidden) || r.ctx.Err() != nil &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// notAttempted records a job that nothing was sent for, because the run stopped. A
// token of the run itself would have been skipped anyway.
func (r *run) notAttempted(j job) {
	if !r.opts.IncludeCurrent && r.own.has(j) {
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

// cut records a job that the stop of the run cut off.
func (r *run) cut(j job, v verdict) {
	state := "not revoked"
	if v.replyLost {
		state = "unknown whether it was revoked"
	}
	err := fmt.Errorf("tiledesk: %s, the run stopped meanwhile: %w", state, r.stopReason())
	r.record(j.result(NotAttempted, err, v.attempts))
}

// stopReason is nil while the run goes on.
func (r *run) stopReason() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped == nil && r.caller.Err() != nil {
		r.stopped = contextError(r.caller, r.client.secrets(request{}))
	}
	return r.stopped
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
	if r.opts.OnResult != nil {
		r.opts.OnResult(result)
	}
}

func (r *run) finish() (*RevokeReport, error) { return r.report, r.report.Err() }

func (r *run) fail(err error) (*RevokeReport, error) {
	r.note(err)
	return r.finish()
}
