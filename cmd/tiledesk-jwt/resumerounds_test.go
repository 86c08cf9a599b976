package main

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The second wait before a run signs in again is from one second to three, the third from
// four to twelve; the first is none.
func TestRevokeAll_waitsLongerBeforeEachSignIn(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.IssueAt(testEmail, time.Now().Add(-time.Hour), 3)
	server.Inject(tiledesktest.Fault{Method: "DELETE", Path: "/jwt/history/id/", Times: -1, Status: 401, Body: "Unauthorized"})
	a, stderr := signingIn(server)
	var waits []time.Duration
	a.wait = func(d time.Duration) bool { waits = append(waits, d); return true }
	a.run([]string{"revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1"})
	if len(waits) != 3 || waits[0] != 0 || waits[1] < time.Second || waits[1] >= 3*time.Second || waits[2] < 4*time.Second || waits[2] >= 12*time.Second {
		t.Errorf("%v: %s", waits, stderr)
	} else if waits[1] == time.Second && waits[2] == 4*time.Second {
		t.Error("two runs would wait equally long")
	}
	if said := stderr.String(); !strings.Contains(said, "Signing in again (1 of 3).\n") || !strings.Contains(said, "Signing in again (2 of 3) in ") || !strings.Contains(said, "Signing in again (3 of 3) in ") {
		t.Errorf("%s", said)
	}
}

// An interrupt during the wait ends the run, and a sign-in that fails does: what was not
// revoked is not attempted, and the exit code says that the server refused.
func TestRevokeAll_endsWhereItCannotSignInAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		waits bool
		says  string
	}{
		"interrupted": {false, "Signing in again (1 of 3)."},
		"refused":     {true, "Signing in again failed. The server refused the credentials."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			server.IssueAt(testEmail, time.Now().Add(-time.Hour), 4)
			meddler(server, 2)
			a, _ := signingIn(server)
			a.wait = func(time.Duration) bool {
				if c.waits {
					server.Inject(tiledesktest.Fault{Method: "POST", Status: 401, Body: `{"success":false,"msg":"Authentication failed."}`})
				}
				return c.waits
			}
			code, out, said := ran(a, "revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1")
			if code != exitRefused || !strings.HasPrefix(out, "1 revoked, 1 left alone, 1 failed, 2 not attempted.\n") || !strings.Contains(said, c.says) || len(server.Tokens(testEmail)) != 5 {
				t.Errorf("exit code %d, %d tokens: %s%s", code, len(server.Tokens(testEmail)), out, said)
			}
		})
	}
}

// A token that never worked is replaced once: it may have been revoked before its first
// use, but hardly twice.
func TestRevokeAll_replacesATokenThatNeverWorkedOnce(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 2)
	probed := false
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodGet && !probed {
			probed = true
			server.Inject(tiledesktest.Fault{Method: "GET", Times: -1, Status: 401, Body: "Unauthorized"})
		}
	})
	a, _ := signingIn(server)
	var waits []time.Duration
	a.wait = func(d time.Duration) bool { waits = append(waits, d); return true }
	code, out, said := ran(a, "revoke-all", "--sign-in", "--yes", "--rate", "0")
	if len(waits) != 1 || waits[0] < time.Second {
		t.Errorf("whatever revoked it is at work right now: %v", waits)
	}
	if code != exitRefused || strings.Count(said, "Signing in again (") != 1 || len(server.Tokens(testEmail)) != 4 || out != "Nothing was revoked.\n" {
		t.Errorf("exit code %d, %d tokens: %s%s", code, len(server.Tokens(testEmail)), out, said)
	}
}

// Each outcome is counted and told once, and what failed is kept with its reason.
func TestRounds_tellCountsEachOutcome(t *testing.T) {
	t.Parallel()
	var told []tiledesk.Outcome
	r := &rounds{s: &session{jti: "own"}, settled: make(map[tiledesk.Target]bool), opts: tiledesk.RevokeOptions{
		OnResult: func(r tiledesk.RevokeResult) { told = append(told, r.Outcome) },
	}}
	outcomes := []tiledesk.Outcome{tiledesk.Revoked, tiledesk.AlreadyGone, tiledesk.NotFound, tiledesk.Skipped, tiledesk.Planned, tiledesk.Failed, tiledesk.NotAttempted}
	for _, outcome := range outcomes {
		r.tell(tiledesk.RevokeResult{Target: tiledesk.Target{JTI: outcome.String()}, Outcome: outcome})
	}
	got := r.told
	if len(told) != len(outcomes) || got.Revoked != 1 || got.AlreadyGone != 1 || got.NotFound != 1 || got.Skipped != 1 || got.Planned != 1 || got.Failed != 1 || got.NotAttempted != 1 || len(got.Failures) != 3 {
		t.Errorf("%+v", got)
	}
	if r.s.ended || !r.dealtWith(tiledesk.Target{JTI: "revoked"}) || r.dealtWith(tiledesk.Target{}) {
		t.Error("the wrong ones are dealt with")
	}
	r.tell(tiledesk.RevokeResult{Target: tiledesk.Target{JTI: "OWN"}, Outcome: tiledesk.Revoked})
	if !r.s.ended {
		t.Error("the token in use was revoked")
	}
}

// With --include-current a run that was disturbed still revokes the token in use, last of
// all, and tries that one.
func TestRevokeAll_includesTheTokenThatItSignedInForAgain(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tiledesktest.Option{"rows kept": nil, "rows hidden": {tiledesktest.WithRevokedHidden()}} {
		server := newTestServer(t, opts...)
		server.IssueAt(testEmail, time.Now().Add(-time.Hour), 4)
		meddler(server, 2)
		a, _ := signingIn(server)
		code, out, said := ran(a, "revoke-all", "--sign-in", "--include-current", "--yes", "--rate", "0", "--concurrency", "1", "--verify")
		if code != exitDone || !strings.HasPrefix(out, "5 revoked.\nverified: ") {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, said)
		}
		allRevoked(t, server)
	}
}

// Tokens that appeared after the run began are revoked too, once the older ones are.
func TestRevokeAll_revokesYoungerOnesBehindTheOlder(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(append(server.IssueAt(testEmail, time.Now().Add(-time.Hour), 3), server.IssueAt(testEmail, time.Now().Add(time.Hour), 2)...))
	ids := idsOf(t, server)
	old, young := []string{ids[jtis[0]], ids[jtis[1]], ids[jtis[2]]}, []string{ids[jtis[3]], ids[jtis[4]]}
	meddled := false
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodDelete && !meddled {
			meddled = true
			server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: "Unauthorized"})
		}
	})
	a, _ := signingIn(server)
	a.now = time.Now
	code, out, said := ran(a, "revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1")
	if code != exitDone || !strings.HasPrefix(out, "5 revoked, 1 left alone.\n") || strings.Count(said, "Signing in again") != 1 {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	var order []string
	for _, r := range server.Requests() {
		if r.Method == http.MethodPost {
			order = nil // what was sent under the last token
		} else if r.Method == http.MethodDelete {
			order = append(order, path.Base(r.Path))
		}
	}
	want := slices.Concat(old, young)
	slices.Sort(want[:3])
	slices.Sort(want[3:])
	if len(order) > 5 {
		slices.Sort(order[:3])
		slices.Sort(order[3:5])
		order = order[:5]
	}
	if !slices.Equal(order, want) {
		t.Errorf("%q, want %q first", order, want)
	}
	allRevoked(t, server)
}

// A dry run that is refused meanwhile goes on with the whole list.
func TestRevokeAll_dryRunSignsInAgain(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageSize(2))
	server.IssueAt(testEmail, time.Now().Add(time.Hour), 3)
	refused := false
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Query.Get("page") == "1" && !refused {
			refused = true
			server.Inject(tiledesktest.Fault{Method: "GET", Status: 401, Body: "Unauthorized"})
		}
	})
	a, _ := signingIn(server)
	code, out, said := ran(a, "revoke-all", "--sign-in", "--dry-run", "--rate", "0")
	if listings := len(server.Requests()) - 3; listings > 12 { // but two sign-ins and a sign-out
		t.Errorf("%d requests for pages", listings)
	}
	if code != exitDone || strings.Count(out, plannedLine) != 3 || !strings.Contains(said, "Signing in again (1 of 3).") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

func TestInTime(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "", time.Second: " in 1s", 1449 * time.Millisecond: " in 1.4s"} {
		if got := inTime(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A run that comes to its end before it has gone back to the younger tokens does not say
// of them that they were left alone: they were not attempted, and the reason is told.
func TestRevokeAll_namesTheYoungerOnesThatItDidNotAttempt(t *testing.T) {
	t.Parallel()
	for _, include := range []bool{false, true} {
		server := newTestServer(t)
		server.IssueAt(testEmail, time.Now().Add(-time.Hour), 3)
		server.IssueAt(testEmail, time.Now().Add(time.Hour), 2)
		deletes := 0
		server.OnRequest(func(r tiledesktest.Request) {
			if r.Method != http.MethodDelete {
				return
			}
			switch deletes++; deletes {
			case 1:
				server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: "Unauthorized"})
			case 2:
				server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 403})
			}
		})
		a, _ := signingIn(server)
		a.now = time.Now
		report := filepath.Join(t.TempDir(), "report")
		args := []string{"revoke-all", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1", "--format", "json", "--report", report}
		counts := `"skipped":1,"planned":0,"failed":1,"notAttempted":4,`
		if include {
			args, counts = append(args, "--include-current"), `"skipped":0,"planned":0,"failed":1,"notAttempted":5,`
		}
		code, out, said := ran(a, args...)
		if code != exitRefused || !strings.Contains(out, counts) {
			t.Errorf("exit code %d: %s%s", code, out, said)
		}
		for line := range strings.Lines(readFile(t, report)) {
			if strings.Contains(line, `"error":null`) != strings.Contains(line, `"outcome":"skipped"`) {
				t.Errorf("%s", line)
			}
		}
	}
}

// Named tokens survive more than one revocation of the token in use: it had worked.
func TestRevoke_signsInAgainAsOftenAsItWorked(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(server.IssueAt(testEmail, time.Now().Add(-time.Hour), 6))
	meddler(server, 2, 5)
	a, _ := signingIn(server)
	var waits []time.Duration
	a.wait = func(d time.Duration) bool { waits = append(waits, d); return true }
	code, out, said := ran(a, append([]string{"revoke", "--sign-in", "--yes", "--rate", "0", "--concurrency", "1"}, jtis...)...)
	if code != exitDone || !strings.Contains(out, "\n6 revoked.\n") || len(waits) != 2 || waits[0] != 0 {
		t.Errorf("exit code %d, %v: %s%s", code, waits, out, said)
	}
	allRevoked(t, server)
}

// The token in use comes last: a round over the older ones leaves it.
func TestRounds_optionsOfARoundOverTheOlder(t *testing.T) {
	t.Parallel()
	r := &rounds{s: new(session), opts: tiledesk.RevokeOptions{IncludeCurrent: true}}
	if r.options(true).IncludeCurrent || !r.options(false).IncludeCurrent {
		t.Error("the token in use does not come last")
	}
}

// An interrupt ends a wait.
func TestApp_pause(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	ctx, interrupt := context.WithCancel(t.Context())
	if !a.pause(ctx, time.Nanosecond) {
		t.Error("nobody interrupted it")
	}
	interrupt()
	if a.pause(ctx, time.Hour) {
		t.Error("it waits on")
	}
}
