package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// meddler revokes the newest token of the account, which is the one that a run signed
// in for, when the n-th DELETE comes, and again at each of further ones.
func meddler(server *tiledesktest.Server, at ...int) {
	var mu sync.Mutex
	deletes := 0
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method != http.MethodDelete || r.Header.Get("X-Meddler") != "" {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		deletes++
		for _, n := range at {
			if n == deletes {
				tokens := server.Tokens(testEmail)
				jti, _ := identify(tokens[len(tokens)-1])
				req, _ := http.NewRequest(http.MethodDelete, server.URL()+"/jwt/history/"+jti, http.NoBody)
				req.SetBasicAuth(testEmail, testPassword)
				req.Header.Set("X-Meddler", "1")
				if resp, err := http.DefaultClient.Do(req); err == nil {
					_ = resp.Body.Close()
				}
			}
		}
	})
}

// signingIn is an app that signs in as the test's user.
func signingIn(server *tiledesktest.Server) (*app, *bytes.Buffer) {
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	return a, &stderr
}

// allRevoked fails for tokens of the account that are alive.
func allRevoked(t *testing.T, server *tiledesktest.Server) {
	t.Helper()
	for i, token := range server.Tokens(testEmail) {
		if !server.Revoked(token) {
			t.Errorf("token %d is alive", i)
		}
	}
}

// A run whose token is refused after it had worked signs in again and goes on; what
// it tells and counts is what one undisturbed run does, and no token of its own is
// left.
func TestRevokeAll_signsInAgain(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tiledesktest.Option{
		"rows kept": nil, "rows hidden": {tiledesktest.WithRevokedHidden()}, "small pages": {tiledesktest.WithPageSize(3)},
		"gone rows": {tiledesktest.WithRevokedHidden(), tiledesktest.WithSecondRevokeNotFound()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, opts...)
			server.IssueAt(testEmail, time.Now().Add(-time.Hour), 10)
			meddler(server, 4)
			a, stderr := signingIn(server)
			report := filepath.Join(t.TempDir(), "report")
			code := a.run([]string{"revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "2", "--report", report})
			said := a.stdout.(*bytes.Buffer).String()
			if code != exitDone || said != "10 revoked, 1 left alone.\nverified: the server refuses revoked tokens\n" {
				t.Errorf("exit code %d: %s%s", code, said, stderr)
			}
			if strings.Count(stderr.String(), "Signing in again (1 of 3).") != 1 {
				t.Errorf("it does not say so: %s", stderr)
			}
			lines, err := os.ReadFile(report)
			if err != nil || strings.Count(string(lines), `"outcome":"revoked"`) != 10 || strings.Contains(string(lines), `"outcome":"failed"`) || strings.Contains(string(lines), "not attempted") {
				t.Errorf("the report: %v\n%s", err, lines)
			}
			allRevoked(t, server)
		})
	}
}

// The same for named tokens, and for the list before the question.
func TestRevoke_signsInAgain(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	var jtis []string
	for _, token := range server.IssueAt(testEmail, time.Now().Add(-time.Hour), 6) {
		jti, _ := identify(token)
		jtis = append(jtis, jti)
	}
	meddler(server, 3)
	a, stderr := signingIn(server)
	code := a.run(append([]string{"revoke", "--sign-in", "--yes", "--rate", "0"}, jtis...))
	said := a.stdout.(*bytes.Buffer).String()
	if code != exitDone || strings.Count(said, "revoked: ") != 6 || !strings.Contains(said, "\n6 revoked.") {
		t.Errorf("exit code %d: %s%s", code, said, stderr)
	}
	allRevoked(t, server)
}

// A server that refuses for another reason than a revocation does not get a token
// more for each request.
func TestRevokeAll_signsInAgainThreeTimes(t *testing.T) {
	t.Parallel()
	for name, issued := range map[string]time.Time{
		"tokens of this moment": time.Now().Add(time.Hour), "older tokens": time.Now().Add(-time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			server.IssueAt(testEmail, issued, 3)
			server.Inject(tiledesktest.Fault{Method: "DELETE", Path: "/jwt/history/id/", Times: -1, Status: 401, Body: "Unauthorized"})
			a, stderr := signingIn(server)
			waited := 0
			a.wait = func(d time.Duration) bool { waited++; return d <= 12*time.Second }
			code := a.run([]string{"revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1"})
			said := a.stdout.(*bytes.Buffer).String()
			if code != exitRefused || said != "1 left alone, 1 failed, 2 not attempted.\n" || waited != 3 {
				t.Errorf("exit code %d, %d waits: %s%s", code, waited, said, stderr)
			}
			if !strings.Contains(stderr.String(), "signed in again 3 times") || len(server.Tokens(testEmail)) != 3+4 {
				t.Errorf("%d tokens: %s", len(server.Tokens(testEmail)), stderr)
			}
			for i, token := range server.Tokens(testEmail)[3:] {
				if !server.Revoked(token) {
					t.Errorf("token %d of the run was left", i)
				}
			}
		})
	}
}

// A refusal that is not the server's own is not about the token.
func TestRevokeAll_signsInOnceBehindAGateway(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 3)
	server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: `{"error":"expired"}`})
	a, stderr := signingIn(server)
	if code := a.run([]string{"revoke-all", "--sign-in", "--yes", "--rate", "0"}); code != exitRefused || strings.Contains(stderr.String(), "Signing in again") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// Two runs at once revoke each other's token, and both end with all tokens revoked.
func TestRevokeAll_twoRunsAtOnce(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tiledesktest.Option{
		"rows kept": nil, "rows hidden": {tiledesktest.WithRevokedHidden()},
		"gone rows": {tiledesktest.WithRevokedHidden(), tiledesktest.WithSecondRevokeNotFound()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, append(opts, tiledesktest.WithPageSize(10))...)
			server.IssueAt(testEmail, time.Now().Add(-time.Hour), 60)
			meetSignedIn(server, 2)
			var runs sync.WaitGroup
			for range 2 {
				runs.Go(func() {
					c := exec.Command("tiledesk-jwt", "revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "2")
					c.Env = append(os.Environ(), quickExit, "TILEDESK_BASE_URL="+server.URL(), "TILEDESK_EMAIL="+testEmail, "TILEDESK_PASSWORD="+testPassword)
					text, err := c.CombinedOutput()
					if err != nil || strings.Contains(string(text), "failed") || strings.Contains(string(text), "not attempted") {
						t.Errorf("%v: %s", err, text)
					}
				})
			}
			runs.Wait()
			allRevoked(t, server)
		})
	}
}

// meetSignedIn lets no request under a token be served before so many signed in.
func meetSignedIn(server *tiledesktest.Server, n int) {
	var mu sync.Mutex
	signedIn, all := 0, make(chan struct{})
	server.OnRequest(func(r tiledesktest.Request) {
		mu.Lock()
		if r.Method == http.MethodPost {
			if signedIn++; signedIn == n {
				close(all)
			}
		}
		mu.Unlock()
		if strings.HasPrefix(r.Header.Get("Authorization"), "JWT ") {
			<-all
		}
	})
}

// What failed for good before the run signed in again is told, also where the list does
// not show it any more: a token without a jti still works after its row is gone.
func TestRevokeAll_forgetsNoFailureWhenItSignsInAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  tiledesktest.Fault
		refuse int // the DELETE that finds the token in use revoked
		code   int
		says   string
	}{
		"the row is gone":                    {tiledesktest.Fault{Method: "POST"}, 2, exitUndone, "2 revoked, 1 left alone, 1 failed.\n"},
		"the row is gone, the reply is lost": {tiledesktest.Fault{Method: "DELETE", Drop: tiledesktest.DropAfter}, 2, exitRefused, "2 revoked, 1 left alone, 1 failed.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, tiledesktest.WithRevokedHidden())
			server.IssueAt(testEmail, time.Now().Add(-time.Hour), 2)
			server.IssueWithoutJTI(testEmail, 1)
			server.Inject(c.fault)
			meddler(server, c.refuse)
			a, stderr := signingIn(server)
			code := a.run([]string{"revoke-all", "--sign-in", "--yes", "--rate", "0", "--retries", "1", "--concurrency", "1"})
			said := a.stdout.(*bytes.Buffer).String()
			if code != c.code || !strings.HasPrefix(said, c.says) || !strings.Contains(stderr.String(), "failed: id:") {
				t.Errorf("exit code %d: %s%s", code, said, stderr)
			}
			if !strings.Contains(stderr.String(), "Signing in again (1 of 3).") {
				t.Errorf("it did not sign in again: %s", stderr)
			}
		})
	}
}
