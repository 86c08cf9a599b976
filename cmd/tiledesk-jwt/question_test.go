//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// What is asked about is shown where the question is, also when stdout is a file
// and with --quiet.
func TestRevokeAll_showsWhatItAsksAbout(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.IssueAt(testEmail, time.Now().Add(-40*day), 12)
	jti, _ := identify(tokens[11])
	term := onTerminal(t, server, 80, []string{"STDOUT=" + filepath.Join(t.TempDir(), "out")}, "revoke-all", "--quiet")
	term.expect(`(?s)  ` + jti + `  1 month ago.*  and 2 more\s+12 tokens would be revoked, created.*Revoke\s+all\s+12\s+tokens\s+at.*\[y/N\] $`)
	term.send("n\n")
	term.end(exitUsage)
}

// Where the list may lack tokens, the question does not say "all".
func TestRevokeAll_asksAboutWhatCouldBeListed(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5))
	server.Issue(testEmail, 12)
	term := onTerminal(t, server, 80, nil, "revoke-all")
	term.expect(`The list may lack tokens`)
	term.expect(`Revoke the 5 tokens that could be listed at`)
	term.send("n\n")
	if text := term.end(exitUsage); strings.Contains(text, "all 5") {
		t.Errorf("%q", text)
	}
}

// The token in use is refused before the question.
func TestRevoke_refusesTheTokenInUseBeforeItAsks(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	jti, _ := identify(token)
	text := onTerminal(t, server, 80, []string{"TILEDESK_TOKEN=" + token}, "revoke", strings.ToUpper(jti)).end(exitUsage)
	if !strings.Contains(text, "Nothing was sent") || strings.Contains(text, "[y/N]") || len(server.Requests()) > 0 {
		t.Errorf("%q", text)
	}
}

// A terminal that is made narrower meanwhile keeps nothing of the status.
func TestProgress_leavesNothingInANarrowerTerminal(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 6)
	release := holdAfter(t, server, 3)
	term := onTerminal(t, server, 120, nil, "revoke-all", "--yes", "--rate", "0", "--concurrency", "1")
	term.expect(`█████░░░░░ 3 of 6 revoked(, \d+ s left)?; waiting for the server \(\d+ s\)`)
	if err := pty.Setsize(term.tty.(*os.File), &pty.Winsize{Rows: 50, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	release()
	text := term.end(exitDone)
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if strings.Contains(line, "of 6 revoked") && utf8.RuneCountInString(line) > 60 {
			t.Errorf("this would be wrapped: %q", line)
		}
	}
	if !strings.Contains(text, "\r\x1b[2K6 revoked.") {
		t.Errorf("the bar is left beside the result: %q", text)
	}
}

// Before the question a long job says how long it takes. There is one listing before
// the first DELETE, and a no is the end.
func TestRevokeAll_saysHowLongItTakesAndListsOnce(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t, tiledesktest.WithPageSize(1000))
		server.Issue(testEmail, 1000)
		term := onTerminal(t, server, columns, nil, "revoke-all")
		term.expect(`(?s)1,000 tokens would be revoked.*about\s+5\s+min,\s+since\s+it\s+is\s+limited\s+to\s+200\s+requests/min\..*--rate\s+auto.*--rate\s+0.*Revoke\s+all\s+1,000\s+tokens\s+at.*\[y/N\] $`)
		listings := 0
		for _, r := range server.Requests() {
			if page := r.Query.Get("page"); r.Method == http.MethodGet && (page == "" || page == "0") {
				listings++
			}
		}
		if listings != 1 {
			t.Errorf("%d columns: %d listings", columns, listings)
		}
		term.send("n\n")
		text := term.end(exitUsage)
		checkWidth(t, text, columns)
		if strings.Contains(text, "not attempted") {
			t.Errorf("%d columns: %q", columns, text)
		}
	}
}

// Where nothing would be revoked nobody is asked, and what appears meanwhile is left
// alone.
func TestRevokeAll_asksAboutNothingWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 2)
	text := onTerminal(t, server, 80, []string{"TILEDESK_TOKEN=" + tokens[0]}, "revoke-all", "--older-than", "1d").end(exitDone)
	if !strings.Contains(text, "There is nothing to revoke.") || !strings.Contains(text, "Left alone: 2 tokens created after") || strings.Contains(text, "[y/N]") {
		t.Errorf("%q", text)
	}
	term := onTerminal(t, server, 80, []string{"TILEDESK_TOKEN=" + tokens[0]}, "revoke-all")
	term.expect(`(?s)1 token would be revoked, created .* UTC\.\s+Left alone: the token in use\.\s+Revoke this token at`)
	term.send("y\n")
	term.expect(`1 revoked, 1 left alone\.`)
	term.end(exitDone)
}
