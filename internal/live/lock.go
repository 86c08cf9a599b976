//go:build live

package live

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errLocked = errors.New("locked by another process")

// lock waits until no other process holds the file at path. The system gives it
// free when its holder dies, so there is no such thing as a stale lock.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	for {
		unlock, err := tryLock(path)
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process installs the server: %w", context.Cause(ctx))
		case <-time.After(200 * time.Millisecond):
		}
	}
}
