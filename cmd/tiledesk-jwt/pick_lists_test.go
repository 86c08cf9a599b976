package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// pickingFrom is an app with a person, before a server that answers like that.
func pickingFrom(t *testing.T, answers string, answer http.HandlerFunc) (*app, *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_EMAIL": "a", "TILEDESK_PASSWORD": "b", "TILEDESK_BASE_URL": server.URL})
	sitsThere(a, answers)
	return a, &stderr
}

// A list that could not be had is not called empty.
func TestRevoke_picksFromNoListThatIsMissing(t *testing.T) {
	t.Parallel()
	a, stderr := pickingFrom(t, "1\ny\n", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.CopyN(w, endless{}, 17<<20) })
	if code := a.run([]string{"revoke", "--rate", "0"}); code != exitUndone || strings.Contains(stderr.String(), "empty") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// The newest token is the first, whatever the order of the server.
func TestRevoke_picksFromTheNewestOn(t *testing.T) {
	t.Parallel()
	a, stderr := pickingFrom(t, "\n", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") != "" {
			_, _ = fmt.Fprint(w, `[]`)
			return
		}
		_, _ = fmt.Fprint(w, `[{"_id":"1","jti":"old","createdAt":"2026-11-01T20:00:00Z"},{"_id":"2","jti":"new","createdAt":"2026-11-21T20:00:00Z"},{"_id":"3","jti":"older","createdAt":"2026-10-01T20:00:00Z"}]`)
	})
	if code := a.run([]string{"revoke", "--rate", "0"}); code != exitUsage || !strings.Contains(flat(stderr), "1: new, 1 day ago 2: old, 3 weeks ago 3: older, 1 month ago") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// Ctrl-C at the numbers revokes nothing.
func TestRevoke_interruptedWhilePicking(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	a, stderr := signingIn(server)
	sitsThere(a, "")
	signals, over := make(chan os.Signal), make(chan struct{})
	a.stdin, a.interrupts = &interrupting{"", signals, over}, signals
	code := a.run([]string{"revoke", "--rate", "0"})
	close(over)
	if code != exitInterrupted || server.Revoked(token) || !strings.Contains(stderr.String(), "Interrupted. Nothing was revoked.") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// Lines that fill more than one buffer are missed as well as a few.
func TestList_saysThatManyLinesAreNotWritten(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageSize(1000))
	server.Issue(testEmail, 600)
	a, stderr := signingIn(server)
	a.stdout = full{}
	if code := a.run([]string{"list", "--format", "jsonl", "--rate", "0"}); code != exitUndone || !strings.HasPrefix(stderr.String(), "The list could not be written: no space left.") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
