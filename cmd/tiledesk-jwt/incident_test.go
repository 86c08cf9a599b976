package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// fileWith is a file that holds a token.
func fileWith(t *testing.T, token string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(name, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// An interrupt in the middle of the rest leaves exact counts, the leaked token
// revoked, and no token of the run.
func TestIncident_interruptedInTheRest(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 30)
	signals, brokenOff := make(chan os.Signal), make(chan struct{})
	var deletes atomic.Int64
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method != http.MethodDelete {
			return
		}
		switch n := deletes.Add(1); {
		case n == 6:
			breakOff(signals, nil)
			close(brokenOff)
		case n > 6: // those beside it must not do the whole rest meanwhile
			<-brokenOff
		}
	})
	a, stderr := signingIn(server)
	a.interrupts = signals
	code := a.run([]string{"incident", "--token-from", fileWith(t, tokens[7]), "--yes", "--sign-in", "--rest", "--rate", "0"})
	var record incidentRecord
	if err := json.Unmarshal(a.stdout.(*bytes.Buffer).Bytes(), &record); err != nil {
		t.Fatalf("%v: %s%s", err, a.stdout, stderr)
	}
	revoked := 0
	for _, token := range tokens {
		if server.Revoked(token) {
			revoked++
		}
	}
	all := server.Tokens(testEmail)
	if !server.Revoked(tokens[7]) || !server.Revoked(all[len(all)-1]) {
		t.Error("the leaked token or that of the run is alive")
	}
	rest := record.Rest
	if code != exitInterrupted || !record.Interrupted || record.Verified == nil || !*record.Verified || rest == nil ||
		rest.Revoked+1 != revoked || rest.Revoked+rest.NotAttempted != 29 || rest.NotAttempted == 0 {
		t.Errorf("exit code %d, %d revoked: %s%s", code, revoked, a.stdout, stderr)
	}
}

// A server that remembers its check for a while is waited for, and told from one that
// does not check. Time passes in the pauses alone.
func TestIncident_waitsForACachedCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		accepted int // answers after the revocation that still accept the token
		code     int
		says     string
	}{
		"cached":      {3, exitDone, "refuses it now, 9s after the revocation: it remembers its check of a token for a while"},
		"not checked": {-1, exitUndone, "The leaked token is revoked by the word of the server, and the server STILL ACCEPTS it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			token := server.Issue(testEmail, 1)[0]
			server.OnRequest(func(r tiledesktest.Request) {
				if r.Method == http.MethodDelete {
					server.Inject(tiledesktest.Fault{Method: http.MethodGet, Times: c.accepted, Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: "[]"})
				}
			})
			var stderr bytes.Buffer
			a, now := testApp(&stderr)
			a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
			a.wait = func(d time.Duration) bool {
				*now = now.Add(d)
				return true
			}
			code := a.run([]string{"incident", "--token-from", fileWith(t, token), "--yes", "--format", "text", "--skip", "list", "--rate", "0"})
			said := a.stdout.(*bytes.Buffer).String()
			if code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "verified") != (c.code == exitDone) {
				t.Errorf("exit code %d: %s%s", code, said, stderr.String())
			}
			if c.code != exitDone && !strings.Contains(stderr.String(), "STILL ACCEPTED: the server noted the revocation of") {
				t.Error(stderr.String())
			}
		})
	}
}

// Where it is not known whether the leaked token is of the account, nobody's other
// tokens are revoked without a question.
func TestIncident_endsNoTokensOfTheWrongAccount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken bool // the server refuses the leaked token
		any    bool // it calls every token revoked
		flags  []string
	}{
		"a token that is refused":              {broken: true},
		"a token that is left":                 {flags: []string{"--skip", "revoke"}},
		"a token that is left, and no list":    {flags: []string{"--skip", "revoke,list"}},
		"a server that calls all of them gone": {any: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			server.AddUser("other@example.com", testPassword)
			leaked := server.Issue("other@example.com", 1)[0]
			if at := strings.LastIndex(leaked, ".") + 1; c.broken {
				leaked = leaked[:at] + strings.Repeat("A", len(leaked)-at)
			}
			if c.any {
				server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusOK, Body: `{"success":true}`})
			}
			mine := server.Issue(testEmail, 3)
			a, stderr := signingIn(server)
			code := a.run(append([]string{"incident", "--token-from", fileWith(t, leaked), "--yes", "--rest", "--rate", "0", "--verify-for", "0s"}, c.flags...))
			for _, token := range mine {
				if server.Revoked(token) {
					t.Error("a token of another account than that of the leaked one is revoked")
				}
			}
			if code != exitUndone || !strings.Contains(stderr.String(), "may be another account") {
				t.Errorf("exit code %d: %s%s", code, a.stdout, stderr)
			}
		})
	}
}

// Where the list shows it, the others are, also with an email and a password.
func TestIncident_endsTheRestWhereTheListShowsTheLeakedToken(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithRevokedHidden())
	tokens := server.Issue(testEmail, 3)
	a, stderr := signingIn(server)
	if code := a.run([]string{"incident", "--token-from", fileWith(t, tokens[0]), "--yes", "--rest", "--rate", "0"}); code != exitDone {
		t.Errorf("exit code %d: %s%s", code, a.stdout, stderr)
	}
	allRevoked(t, server)
}

// A list that may lack tokens is not told as if there were none, nor the rest as done.
func TestIncident_saysThatTheListMayLackTokens(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(1))
	server.Issue(testEmail, 2)
	leaked := server.Issue(testEmail, 1)[0]
	a, stderr := signingIn(server)
	code := a.run([]string{"incident", "--token-from", fileWith(t, leaked), "--yes", "--rest", "--rate", "0"})
	said := a.stdout.(*bytes.Buffer).String()
	if code != exitUndone || !strings.Contains(said, "No other token is listed. The list may lack tokens.") || !strings.Contains(stderr.String(), "Nothing else could be listed") {
		t.Errorf("exit code %d: %s%s", code, said, stderr)
	}
}
