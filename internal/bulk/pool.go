package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"time"
)

// errThrown stops a run in which a callback or the transport panicked.
var errThrown = errors.New("a function of the caller panicked or ended its goroutine")

// thrown is what ended a worker too early: a panic, or runtime.Goexit if it is nil.
type thrown struct{ value any }

// work lets workers deal with the jobs that feed gives. They start as they are
// needed, up to the bound. Once the run has stopped, give counts a job as not
// attempted. What ends a worker too early stops the run, and goes on in the
// goroutine that called.
func (r *run) work(feed func(give func(job))) {
	jobs := make(chan job)
	var workers sync.WaitGroup
	fed := false
	defer func() {
		if !fed { // feed panicked, which goes on by itself
			r.stop(errThrown)
		}
		close(jobs)
		workers.Wait()
		if fed {
			r.rethrow()
		}
	}()
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
		if started < r.options.Concurrency {
			started++
			workers.Go(func() { r.worker(j, jobs) })
			return
		}
		select {
		case jobs <- j:
		case <-r.ctx.Done():
			r.notAttempted(j)
		}
	})
	fed = true
}

// worker deals with one job, and with all that follow.
func (r *run) worker(first job, jobs <-chan job) {
	returned := false
	defer func() {
		if !returned {
			r.throw(recover())
		}
	}()
	r.process(first)
	for j := range jobs {
		r.process(j)
	}
	returned = true
}

// throw stops the run because a worker ended too early.
func (r *run) throw(value any) {
	r.mu.Lock()
	if r.thrown == nil {
		r.thrown = &thrown{value}
	}
	r.mu.Unlock()
	r.stop(errThrown)
}

// rethrow lets what ended a worker too early go on in the calling goroutine.
func (r *run) rethrow() {
	switch {
	case r.thrown == nil:
	case r.thrown.value == nil:
		runtime.Goexit()
	default:
		panic(r.thrown.value)
	}
}

// read gives the targets of a sequence as they come, and reads no more once the
// run has stopped.
func (r *run) read(targets iter.Seq2[Target, error], give func(job)) {
	if r.ctx.Err() == nil {
		for target, err := range targets {
			if err != nil {
				r.note(fmt.Errorf("the sequence of targets ended: %w", r.api.Hide(err)))
				break
			}
			if give(job{target: target}); r.ctx.Err() != nil {
				break
			}
		}
	}
	r.noteStop()
}

// outlasting returns a context that ends a while after another one.
func outlasting(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { release(); cancel() }
}
