package wire_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// TestMain fails the package when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// list reads a body as the answer to a list.
func list(body string) (entries []wire.Entry, envelope wire.Envelope, fault *wire.Fault) {
	return wire.ReadList(wire.Answer{Status: 200, Body: []byte(body), Whole: true})
}
