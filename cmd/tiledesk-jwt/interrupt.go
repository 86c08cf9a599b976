package main

import (
	"context"
	"errors"
)

// errInterrupted is the cause of a context that an interrupt ended.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that the first interrupt ends, so that the run
// can come to an orderly end. The second one ends the process at once.
func (a *app) interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan struct{})
	go func() {
		for times := 1; ; times++ {
			select {
			case <-done:
				return
			case <-a.interrupts:
			}
			if times > 1 {
				a.endAtOnce()
				return
			}
			cancel(errInterrupted)
			if a.onTerminal.stderr {
				a.console.note("") // behind the ^C that the terminal shows
			}
			a.console.note("Stopping. Press Ctrl-C again to end at once.")
		}
	}()
	return ctx, func() {
		close(done)
		cancel(nil)
	}
}

// endAtOnce says what is left behind, since nobody else will.
func (a *app) endAtOnce() {
	a.console.complain("Ended at once. Requests that were under way may or may not have been carried out.")
	if jti := a.held.Load(); jti != nil {
		a.console.warn("%s", tokenLeft(*jti))
	}
	a.exit(exitInterrupted)
}
