package baseurl_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package when a test leaves a goroutine behind, or a connection
// that nobody closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
