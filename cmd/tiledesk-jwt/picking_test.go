//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Without a token named, one is picked from the list; the one in use cannot be.
func TestRevoke_letsAPersonPick(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		tokens := server.IssueAt(testEmail, time.Now().Add(-3*day), 2)
		jti, _ := identify(tokens[1])
		term := onTerminal(t, server, columns, nil, "revoke", "--sign-in")
		term.expect(`in use`)
		term.expect(jti[:22])
		term.send(" ")
		term.expect(`cannot be pick`)
		term.send("\x1b[B \r")
		if text := term.end(exitDone); !strings.Contains(text, "revoked: "+jti) || !strings.Contains(text, "verified: the server refuses") {
			t.Errorf("%d columns: %q", columns, text)
		}
		if server.Revoked(tokens[0]) || !server.Revoked(tokens[1]) {
			t.Error("another token than the marked one was revoked")
		}
		if left := server.Tokens(testEmail); !server.Revoked(left[len(left)-1]) {
			t.Error("the token that was signed in for is left")
		}
	}
}

// Whoever leaves has revoked nothing, and no token is left behind.
func TestRevoke_leftWithoutPicking(t *testing.T) {
	t.Parallel()
	for keys, code := range map[string]int{" q": exitUsage, " \x03": exitInterrupted} {
		server := newTestServer(t)
		token := server.Issue(testEmail, 1)[0]
		term := onTerminal(t, server, 80, nil, "revoke", "--sign-in")
		term.expect(`in use`)
		term.send("\x1b[B" + keys)
		if text := term.end(code); !strings.Contains(text, "Nothing was revoked.") || server.Revoked(token) {
			t.Errorf("after %q: %q", keys, text)
		}
		if left := server.Tokens(testEmail); len(left) != 2 || !server.Revoked(left[1]) {
			t.Error("the token that was signed in for is left")
		}
	}
}

// Where lines have to stay, there are numbers and a question, and no escape sequence.
func TestRevoke_picksByNumber(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"TERM=dumb", "TERM=", "ACCESSIBLE=1"} {
		server := newTestServer(t)
		token := server.IssueAt(testEmail, time.Now().Add(-3*day), 1)[0]
		jti, _ := identify(token)
		term := onTerminal(t, server, 80, []string{env}, "revoke")
		term.expect(`1: ` + jti + `, 3 days ago`)
		term.expect(`nothing: leave\. $`)
		term.send("1\n")
		term.expect(`Revoke ` + jti + ` at\s[^?]+\?\s[^?]+\[y/N\] $`)
		term.send("y\n")
		text := term.end(exitDone)
		if !server.Revoked(token) || env == "TERM=dumb" && strings.Contains(text, "\x1b") {
			t.Errorf("with %s: %q", env, text)
		}
	}
}

func TestRevoke_doesNotPickWithoutAPerson(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	if text := onTerminal(t, server, 80, nil, "revoke", "--no-input").end(exitUsage); !strings.Contains(text, "Say which token") || len(server.Requests()) > 0 {
		t.Errorf("%q", text)
	}
}

// A long list has a bar where it would fill the screen, and only troubles have a line.
func TestRevoke_showsHowFarALongListIs(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		var list strings.Builder
		for _, token := range server.Issue(testEmail, 14) {
			jti, _ := identify(token)
			list.WriteString(jti + "\n")
		}
		list.WriteString("no-such-jti\n")
		name := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(name, []byte(list.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		free := sync.OnceFunc(func() { close(release) })
		t.Cleanup(free) // before the server closes
		var deletes atomic.Int64
		server.OnRequest(func(r tiledesktest.Request) {
			if r.Method == http.MethodDelete && deletes.Add(1) > 3 {
				<-release
			}
		})
		term := onTerminal(t, server, columns, nil, "revoke", "--from", name, "--yes", "--rate", "0", "--concurrency", "1")
		term.expect(`3 of 15 revoked`)
		free()
		text := term.end(exitUndone)
		checkWidth(t, regexp.MustCompile(`not found: no-such-jti[^\r]*`).ReplaceAllString(text, ""), columns)
		if !strings.Contains(text, "14 revoked, 1 not found.") || !strings.Contains(text, "not found: no-such-jti") || strings.Contains(text, "revoked: ") {
			t.Errorf("%d columns: %q", columns, text)
		}
	}
}
