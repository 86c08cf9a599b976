package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// triesOf counts the requests for a list under a token.
func triesOf(server *tiledesktest.Server, token string) (n int) {
	for _, r := range server.Requests() {
		if r.Method == http.MethodGet && r.Header.Get("Authorization") == "JWT "+token {
			n++
		}
	}
	return n
}

// Each token of the file is tried before and after, whatever stands beside it.
func TestRevokeAll_triesEachTokenOfTheFile(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.IssueAt(testEmail, time.Now().Add(-3*day), 3)
	file := fileWith(t, "# leaked\n\n  "+tokens[0]+"  \r\n"+tokens[1])
	a, _ := signingIn(server)
	a.now = time.Now
	code, out, said := ran(a, "revoke-all", "--older-than", "1d", "--token-from", file, "--yes", "--rate", "0")
	if code != exitDone || out != "3 revoked.\nverified: the server refuses revoked tokens\n" || !strings.Contains(said, stillElsewhere) {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	for i, want := range []int{2, 2, 0} {
		if got := triesOf(server, tokens[i]); got != want {
			t.Errorf("token %d was tried %d times, not %d", i, got, want)
		}
	}
	allRevoked(t, server)
}

// A file without a token, or with half a token, is refused before anything is sent.
func TestRevokeAll_refusesAFileWithoutTokens(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	for text, want := range map[string]string{
		"# none\n\n":                     "it holds no token. Write one a line into it.",
		token + "\n" + token[:40] + "\n": "three parts with dots between",
		token + "\n" + token + "'":       "this is not exactly one token",
	} {
		a, _ := signingIn(server)
		code, _, said := ran(a, "revoke-all", "--token-from", fileWith(t, text), "--yes", "--rate", "0")
		if code != exitUsage || !strings.Contains(said, want) || len(server.Requests()) > 0 || strings.Contains(said, token) {
			t.Errorf("exit code %d, %d requests: %s", code, len(server.Requests()), said)
		}
	}
}

// A token that cannot be tried before ends the run before it begins.
func TestRevokeAll_revokesNothingWhereATokenCannotBeTried(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 2)[0]
	jti, _ := identify(token)
	server.Inject(tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusForbidden, Times: -1})
	a, _ := signingIn(server)
	code, out, said := ran(a, "revoke-all", "--token-from", fileWith(t, token), "--yes", "--rate", "0", "--retries", "0")
	if code != exitRefused || out != "" || deletes(server) > 0 || !strings.Contains(said, "Nothing was revoked, since the token "+jti+" could not be tried before.") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// Only a token that was accepted before and that the run revoked, or a run before it by
// the same report, proves anything. With a dry run none is tried.
func TestRevokeAll_triesOnlyWhatItRevoked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts   []tiledesktest.Option
		before func(t *testing.T, server *tiledesktest.Server, report string) // the run
		flags  []string
		code   int
		says   string // where %s is the jti
		tries  int
	}{
		"left alone":     {nil, nil, []string{"--older-than", "100w"}, exitUndone, "not verified: %s: this run did not revoke it, so it was not tried.", 1},
		"revoked before": {nil, revokeByReport, nil, exitUndone, "not verified: %s: the server refused it before, so that it refuses it now proves nothing.", 1},
		"revoked by the report, still accepted": {
			[]tiledesktest.Option{tiledesktest.WithoutEnforcement()}, revokeByReport, nil, exitUndone,
			"STILL ACCEPTED: the server noted the revocation of %s and still accepts the token", 2,
		},
		"already gone": {
			[]tiledesktest.Option{tiledesktest.WithoutEnforcement()},
			func(t *testing.T, server *tiledesktest.Server, _ string) {
				t.Helper()
				server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Drop: tiledesktest.DropAfter})
			},
			[]string{"--retries", "1"}, exitUndone, "STILL ACCEPTED: the server noted the revocation of %s", 2,
		},
		"dry run": {nil, nil, []string{"--dry-run"}, exitDone, "1 token would be revoked", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			token := server.IssueAt(testEmail, time.Now().Add(-3*day), 1)[0]
			jti, _ := identify(token)
			report := filepath.Join(t.TempDir(), "report")
			if c.before != nil {
				c.before(t, server, report)
			}
			a, _ := signingIn(server)
			a.now = time.Now
			code, out, said := ran(a, append([]string{"revoke-all", "--token-from", fileWith(t, token), "--yes", "--rate", "0", "--report", report}, c.flags...)...)
			if code != c.code || !strings.Contains(said, strings.ReplaceAll(c.says, "%s", jti)) || strings.Contains(out, "verified") {
				t.Errorf("exit code %d: %s%s", code, out, said)
			}
			if strings.Contains(said, "The token "+jti+" is not accepted even before, so nothing is proved by it.") != (name == "revoked before") {
				t.Errorf("%s", said)
			}
			if strings.Contains(said, "Resuming "+report+": 1 token done before.\n") != strings.Contains(name, "revoked b") {
				t.Errorf("%s", said)
			}
			if got := triesOf(server, token); got != c.tries {
				t.Errorf("tried %d times, not %d", got, c.tries)
			}
		})
	}
}

// revokeByReport is a run that revokes everything and writes it down.
func revokeByReport(t *testing.T, server *tiledesktest.Server, report string) {
	t.Helper()
	a, _ := signingIn(server)
	if code, out, said := ran(a, "revoke-all", "--yes", "--rate", "0", "--report", report); code != exitDone {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// One token that proves nothing takes the proof from all, also for programs: one that is
// left alone, and one that was refused before.
func TestRevokeAll_provesNothingByHalf(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		for half, counts := range map[string]string{"left alone": "1 revoked, 1 left alone.\n", "refused before": "2 revoked.\n"} {
			server := newTestServer(t)
			first := server.IssueAt(testEmail, time.Now().Add(-3*day), 1)[0]
			second := server.IssueAt(testEmail, time.Now().Add(-2*day), 1)[0]
			age := "60h"
			if half == "refused before" {
				age = "1d"
				a, _ := signingIn(server)
				if code, out, said := ran(a, "revoke", jtisOf([]string{second})[0], "--yes", "--rate", "0"); code != exitDone {
					t.Fatal(out, said)
				}
			}
			a, _ := signingIn(server)
			a.now = time.Now
			args := []string{"revoke-all", "--older-than", age, "--token-from", fileWith(t, first+"\n"+second), "--yes", "--rate", "0"}
			if asJSON {
				args = append(args, "--format", "json")
			}
			code, out, said := ran(a, args...)
			if code != exitUndone || strings.Contains(out, "verified:") || asJSON && !strings.Contains(out, `"verified":null`) {
				t.Errorf("%s: exit code %d: %s%s", half, code, out, said)
			}
			if !asJSON && out != counts+"The server refuses revoked tokens, as another one shows that was tried.\n" {
				t.Errorf("%s: %s", half, out)
			}
		}
	}
}
