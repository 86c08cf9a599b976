//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Step by step, with a question before each that does something.
func TestIncident_asksBeforeEachStep(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		others := server.IssueAt(testEmail, time.Now().Add(-3*day), 12)
		leaked := server.Issue(testEmail, 1)[0]
		jti, user := identify(leaked)
		record := filepath.Join(t.TempDir(), "record.json")
		term := onTerminal(t, server, columns, nil, "incident", "--token-from", fileWith(t, leaked), "--sign-in", "--report", record, "--rate", "0")
		term.expect(`Server: ` + server.URL() + `\s+Account:\s+` + testEmail)
		term.expect(`(?s)jti.*` + jti + `.*expires`)
		term.expect(`Revoke\s+the\s+token\s+` + jti + `\s+of\s+user\s+` + user + `\s+at\s+` + server.URL() + `,\s[^?]+\?\s+This\s+cannot\s+be\s+undone\.\s+\[y/N\] $`)
		term.send("y\n")
		term.expect(`revoked: ` + jti)
		term.expect(`Try\s+whether\s+the\s+server\s+refuses\s+it\s+now\?\s+\[Y/n\] $`)
		term.send("\n")
		term.expect(`verified:\s+the\s+server\s+accepted`)
		term.expect(`List\s+the\s+tokens\s+of\s+` + testEmail + `\?\s+\[Y/n\] $`)
		term.send("\n")
		term.expect(`(?s)and 2 more.*12\s+other\s+tokens\s+listed`)
		term.expect(`Revoke\s+all\s+12\s+other\s+tokens\s+at\s[^?]+,\s+but\s+the\s+one\s+in\s+use\?\s[^?]*\[y/N\] $`)
		term.send("y\n")
		term.expect(`12 revoked, 2 left alone\.`)
		term.expect(`(?s)What came of it.*revoked,\s+and\s+the\s+server\s+refuses\s+it\..*12\s+revoked`)
		term.expect(`(?s)What remains to be done.*GLOBAL_SECRET`)
		text := term.end(exitDone)
		checkWidth(t, strings.NewReplacer(record, "", "revoked: "+jti, "").Replace(text), columns) // but lines of data
		for _, token := range server.Tokens(testEmail) {
			if !server.Revoked(token) {
				t.Error("a token is alive")
			}
		}
		if written, err := os.ReadFile(record); err != nil || !json.Valid(written) || len(others) != 12 || strings.Contains(string(written), testPassword) {
			t.Errorf("%v: %s", err, written)
		}
	}
}

// Each step can be left out, and what was not done is not said to be.
func TestIncident_leavesStepsOut(t *testing.T) {
	t.Parallel()
	for answer, c := range map[string]struct {
		code int
		says string
	}{
		"n": {exitUndone, `NOT\s+known\s+to\s+be\s+revoked`},
		"y": {exitDone, `was\s+not\s+verified:\s+treat\s+it\s+as\s+still\s+valid`},
	} {
		server := newTestServer(t)
		tokens := server.Issue(testEmail, 2)
		term := onTerminal(t, server, 80, nil, "incident", "--token-from", fileWith(t, tokens[0]))
		term.expect(`cannot\s+be\s+undone\.\s+\[y/N\] $`)
		term.send(answer + "\n")
		if answer == "y" {
			term.expect(`refuses\s+it\s+now\?\s+\[Y/n\] $`)
			term.send("n\n")
		}
		term.expect(`List\s+the\s+tokens\s+of[^?]+\?\s+\[Y/n\] $`)
		term.send("n\n")
		term.expect(c.says)
		term.expect(`Write\s+this\s+down\s+in\s+tiledesk-incident-[0-9-]+\.json\?\s+\[Y/n\] $`)
		term.send("n\n")
		if text := term.end(c.code); server.Revoked(tokens[0]) != (answer == "y") || server.Revoked(tokens[1]) || strings.Contains(text, "verified: the server") {
			t.Errorf("%q", text)
		}
	}
}

// At its end it offers to write down what was done, in a new file beside.
func TestIncident_writesDownWhatWasDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone bool // the folder, when it is to be written
		code int
		says string
	}{
		"written":     {false, exitDone, `Written\s+down\s+in\s+tiledesk-incident-\d{8}-\d{6}\.json,\s+without\s+any\s+secret`},
		"not written": {true, exitUndone, `tiledesk-incident-\d{8}-\d{6}\.json:\s+there\s+is\s+no\s+such\s+file`},
	} {
		dir := t.TempDir()
		server := newTestServer(t)
		leaked := server.Issue(testEmail, 1)[0]
		term := onTerminal(t, server, 80, []string{"DIR=" + dir}, "incident", "--token-from", "-", "--skip", "prove,list,rest")
		term.expect(`it is not shown\): $`)
		term.send(leaked + "\n")
		term.expect(`cannot\s+be\s+undone\.\s+\[y/N\] $`)
		term.send("y\n")
		term.expect(`Write\s+this\s+down\s+in\s+tiledesk-incident-[0-9-]+\.json\?\s+\[Y/n\] $`)
		if c.gone {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
		}
		term.send("\n")
		term.expect(c.says)
		term.end(c.code)
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(files) != 1-c.code {
			t.Fatalf("%s: %q", name, files)
		}
		for _, file := range files {
			info, err := os.Stat(file)
			if record := recordIn(t, file); err != nil || info.Mode().Perm() != 0o600 || record.Outcome != "revoked" {
				t.Errorf("%v: %s", err, record.gist())
			}
		}
	}
}

// Where the leaked token is not tried, that of the sign-in shows all the same that the
// server accepts revoked tokens: nothing is done then.
func TestIncident_failsByItsOwnToken(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithoutEnforcement())
	leaked := server.Issue(testEmail, 1)[0]
	term := onTerminal(t, server, 80, nil, "incident", "--token-from", fileWith(t, leaked), "--sign-in", "--verify-for", "0s", "--skip", "list,rest")
	term.expect(`cannot\s+be\s+undone\.\s+\[y/N\] $`)
	term.send("y\n")
	term.expect(`refuses\s+it\s+now\?\s+\[Y/n\] $`)
	term.send("n\n")
	term.expect(`STILL\s+ACCEPTED`)
	term.expect(`Write\s+this\s+down\s+in\s+tiledesk-incident-[0-9-]+\.json\?\s+\[Y/n\] $`)
	term.send("n\n")
	term.end(exitUndone)
}

// Ctrl-C at a question ends it with what was done so far, and no token of its own is
// left.
func TestIncident_interruptedAtAQuestion(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	leaked := server.Issue(testEmail, 1)[0]
	term := onTerminal(t, server, 80, nil, "incident", "--token-from", fileWith(t, leaked), "--sign-in")
	term.expect(`cannot\s+be\s+undone\.\s+\[y/N\] $`)
	term.send("y\n")
	term.expect(`refuses\s+it\s+now\?\s+\[Y/n\] $`)
	term.send("\x03")
	text := term.end(exitInterrupted)
	tokens := server.Tokens(testEmail)
	if strings.Contains(text, "Nothing was revoked") || !strings.Contains(text, "What was done until here stands") || !strings.Contains(text, "was not verified") ||
		len(tokens) != 2 || !server.Revoked(tokens[0]) || !server.Revoked(tokens[1]) {
		t.Errorf("%q", text)
	}
}
