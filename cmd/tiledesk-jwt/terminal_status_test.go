//go:build unix

package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// A wait that the server asks for is told, and can be ended.
func TestStatus_tellsOfAWaitThatTheServerAsksFor(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		server.Issue(testEmail, 1)
		server.Inject(tiledesktest.Fault{Method: "GET", Status: 429, Header: http.Header{"Retry-After": {"25"}}})
		term := onTerminal(t, server, columns, nil, "doctor", "--read-only")
		term.expect(`\x1b\[2KThe server asks us to wait 2\d s`)
		term.send("\x03")
		text := term.end(exitInterrupted)
		term.expect(`\x1b\[2K`)
		checkWidth(t, strings.ReplaceAll(text, "^C", ""), columns) // the terminal itself writes that
	}
}
