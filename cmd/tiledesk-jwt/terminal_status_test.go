//go:build unix

package main

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// holdAfter lets so many DELETEs be answered and keeps the others waiting until
// release is called.
func holdAfter(t *testing.T, server *tiledesktest.Server, n int64) (release func()) {
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	t.Cleanup(release) // before the server closes
	var deletes atomic.Int64
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodDelete && deletes.Add(1) > n {
			<-held
		}
	})
	return release
}

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

// The doctor says what it has found before it asks on.
func TestDoctor_tellsEachFindingAsItComes(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		server.Issue(testEmail, 50)
		release := make(chan struct{})
		var once sync.Once
		t.Cleanup(func() { once.Do(func() { close(release) }) }) // before the server closes
		server.OnRequest(func(r tiledesktest.Request) {
			if r.Query.Get("page") == "1" {
				<-release
			}
		})
		term := onTerminal(t, server, columns, []string{"NO_COLOR=1"}, "doctor")
		term.expect(`(?s)server\s+http.*credentials\s+the server accepts them.*history\s+the history\s+module.*list\s+an object whose.*Waiting for the server`)
		if text, _ := term.text(); strings.Contains(text, "pages") {
			t.Errorf("%d columns: told too early: %q", columns, text)
		}
		once.Do(func() { close(release) })
		term.expect(`(?s)pages\s+count from 0.*sorting.*recording.*enforcement.*revoked tokens.*second revoke`)
		checkWidth(t, term.end(exitDone), columns)
	}
}

func TestWatch_fitsIntoTheTerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		term := onTerminal(t, server, columns, nil, "watch", "--interval", "10ms", "--rate", "0")
		term.expect(`0 sign-ins so far`)
		jti, _ := identify(server.Issue(testEmail, 1)[0])
		if columns == 120 {
			term.expect(` UTC  ` + jti + `  id:[0-9a-f]{24}`)
		} else {
			term.expect(` UTC\s+` + jti + `\s+id:[0-9a-f]{24}`)
		}
		term.expect(`1 sign-in so far`)
		term.send("\x03")
		text := term.end(exitDone)
		checkWidth(t, strings.ReplaceAll(text, "^C", ""), columns)
		if !strings.Contains(text, "1 sign-in since the watch began.") {
			t.Errorf("%d columns: %q", columns, text)
		}
	}
}

func TestHelp_fitsIntoTheTerminal(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	for _, columns := range []uint16{120, 80, 40} {
		for _, args := range [][]string{{"--help"}, {"help", "exit-codes"}, {"help", "environment"}, {"list", "--help"}, {"revoke-all", "--help"}} {
			text := onTerminal(t, server, columns, []string{"NO_COLOR=1"}, args...).end(exitDone)
			checkWidth(t, text, columns)
			if len(strings.Fields(text)) < 50 {
				t.Errorf("%d columns: %v: %q", columns, args, text)
			}
		}
	}
}
