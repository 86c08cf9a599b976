package bulk_test

import (
	"fmt"
	"iter"
	"testing"

	"go.uber.org/goleak"

	"github.com/go-tiledesk/tiledesk"
)

// TestMain fails the package when a test leaves a goroutine behind: a worker of a
// run, a timer's function, or a connection that nobody closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// targetsWithoutEnd are targets without end; read counts them.
func targetsWithoutEnd(read *int) iter.Seq2[tiledesk.Target, error] {
	return func(yield func(tiledesk.Target, error) bool) {
		for {
			*read++
			if !yield(tiledesk.Target{JTI: fmt.Sprintf("jti-%d", *read)}, nil) {
				return
			}
		}
	}
}
