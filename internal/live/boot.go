//go:build live

package live

import (
	"errors"
	"testing"
	"time"
)

// Boot starts a server for a test and closes it after. Where its packages cannot
// be had the test is skipped, which is seen with -v only.
func Boot(tb testing.TB, opts Options) *Server {
	tb.Helper()
	began := time.Now()
	s, err := Start(tb.Context(), opts)
	skipIfUnavailable(tb, err)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the last lines of the %s:\n%s", s, s.LogTail(30))
		}
		s.Close()
	})
	tb.Logf("%s, up after %s", s, time.Since(began).Round(100*time.Millisecond))
	return s
}

// skipIfUnavailable says so in words that .ci/run looks for.
func skipIfUnavailable(tb testing.TB, err error) {
	tb.Helper()
	if errors.Is(err, ErrUnavailable) {
		tb.Skipf("NOTHING WAS TESTED: %v", err)
	}
}
