package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// errInterrupted is the cause of a context that an interrupt ended.
var errInterrupted = errors.New("interrupted")

// oneSignal is how long after the first signal others are taken for the same one:
// timeout(1) sends SIGTERM twice within milliseconds, to its child and to the group.
const oneSignal = time.Second

// interruptible returns a context that the first signal ends, so that the run can
// come to an orderly end. A later Ctrl-C ends the process at once; a SIGTERM or
// SIGHUP never does, since it would cut off a sign-out that nobody makes up for.
func (a *app) interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan struct{})
	var listening sync.WaitGroup
	listening.Go(func() {
		var first time.Time
		for {
			var signal os.Signal
			select {
			case <-done:
				return
			case signal = <-a.interrupts:
			}
			switch now := a.now(); {
			case first.IsZero():
				first = now
				cancel(errInterrupted)
				a.sayStopping()
			case now.Sub(first) >= oneSignal && signal == os.Interrupt:
				a.endAtOnce()
				return
			}
		}
	})
	return ctx, func() {
		close(done)
		listening.Wait() // for what it says
		cancel(nil)
	}
}

func (a *app) sayStopping() {
	if a.onTerminal.stderr {
		a.console.note("") // behind the ^C that the terminal shows
	}
	a.console.note("Stopping. Press Ctrl-C again to end at once.")
}

// endAtOnce says what is left behind, since nobody else will.
func (a *app) endAtOnce() {
	a.console.complain("Ended at once. Requests that were under way may or may not have been carried out.")
	if jti := a.held.Load(); jti != nil {
		a.console.warn("%s", tokenLeft(*jti))
	}
	a.exit(exitInterrupted)
}
