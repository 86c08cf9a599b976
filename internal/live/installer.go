//go:build live

package live

import (
	"context"
	"fmt"
	"time"
)

// installTimeout is far above the 50 to 90 seconds that an install takes, and
// leaves the tests some of their 10 minutes.
const installTimeout = 4 * time.Minute

var errTooSlow = fmt.Errorf("%w: they were not installed within %s", ErrUnavailable, installTimeout)

// An installer lets a process install once, whatever comes of it: every test that
// follows would wait as long again for the same end.
type installer struct {
	install func(context.Context) (dir string, err error)

	turn     chan struct{} // held by the one who installs; guards what follows
	deadline time.Time     // for all tries together, since a caller may give up and the next go on
	ended    bool
	dir      string
	err      error
}

func newInstaller(install func(context.Context) (string, error)) *installer {
	return &installer{install: install, turn: make(chan struct{}, 1)}
}

// folder returns what the install came to. The error is ErrUnavailable when it did
// not end in its time. A context that ends before is an error for its caller only.
func (i *installer) folder(ctx context.Context) (string, error) {
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("another test installs the server: %w", context.Cause(ctx))
	}
	if i.ended {
		return i.dir, i.err
	}
	if i.deadline.IsZero() {
		i.deadline = time.Now().Add(installTimeout)
	}
	limited, cancel := context.WithDeadlineCause(ctx, i.deadline, errTooSlow)
	defer cancel()
	dir, err := i.install(limited)
	if err != nil && limited.Err() != nil && context.Cause(limited) != errTooSlow {
		return "", err // the caller gave up, which says nothing about the install
	}
	i.ended, i.dir, i.err = true, dir, err
	return dir, err
}
