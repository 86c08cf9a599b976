package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// namesIn is a file of so many names, the last ones of which the server does not know.
func namesIn(t *testing.T, known []string, unknown int) string {
	t.Helper()
	names := append([]string{}, known...)
	for i := range unknown {
		names = append(names, fmt.Sprintf("lost-%d", i))
	}
	return fileWith(t, strings.Join(names, "\n"))
}

// On a terminal ten failures are shown, and the others are counted. A pipe gets each.
func TestRevoke_showsTenFailuresOnATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		terminal     bool
		n, shown     int
		more, format string
	}{
		{true, 10, 10, "", "text"},
		{true, 11, 10, "1 more failed; --report writes down each of them.\n", "text"},
		{true, 25, 10, "15 more failed; --report writes down each of them.\n", "text"},
		{false, 11, 11, "", "text"},
		{false, 11, 11, "", "json"},
		{true, 11, 10, "1 more failed;", "json"},
	} {
		server := newTestServer(t)
		a, _ := signingIn(server)
		a.onTerminal.stdout = c.terminal
		code, out, said := ran(a, "revoke", "--from", namesIn(t, nil, c.n), "--yes", "--rate", "0", "--format", c.format)
		if code != exitUndone || strings.Count(said, "not found: lost-") != c.shown || strings.Contains(said, "more failed") != (c.more != "") || !strings.Contains(said, c.more) {
			t.Errorf("%+v: exit code %d: %s", c, code, said)
		}
		want := fmt.Sprintf("%d not found.\n", c.n)
		if c.format == "json" {
			if strings.Count(out, `"outcome":"not found"`) != c.n || !strings.Contains(out, fmt.Sprintf(`"notFound":%d,`, c.n)) {
				t.Errorf("%+v: %s", c, out)
			}
		} else if out != want {
			t.Errorf("%+v: %q, want %q", c, out, want)
		}
	}
}

// Ten failures among others are all shown.
func TestRevoke_countsNoFailuresThatItShowed(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, _ := signingIn(server)
	a.onTerminal.stdout = true
	code, out, said := ran(a, "revoke", "--from", namesIn(t, jtisOf(server.Issue(testEmail, 1)), 10), "--yes", "--rate", "0")
	if code != exitUndone || out != "1 revoked, 10 not found.\n" || strings.Count(said, "not found: lost-") != 10 || strings.Contains(said, "more failed") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// On a terminal ten tokens have a line each; of more there is the number, and how far the
// run is.
func TestRevoke_showsTenTokensOnATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		terminal bool
		n, lines int
		far      bool
		flags    []string
	}{
		{true, 10, 10, false, nil}, {true, 11, 0, true, nil},
		{false, 10, 10, false, nil}, {false, 11, 11, true, nil},
		{false, 11, 11, false, []string{"--dry-run"}},
	} {
		server := newTestServer(t)
		jtis := jtisOf(server.Issue(testEmail, c.n))
		a, _ := signingIn(server)
		now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
		a.onTerminal.stdout = c.terminal
		var looked atomic.Int64
		a.now = func() time.Time { return now.Add(time.Duration(looked.Add(1)) * lineInterval) }
		code, out, said := ran(a, append([]string{"revoke", "--from", namesIn(t, jtis, 0), "--yes", "--rate", "0"}, c.flags...)...)
		if code != exitDone || strings.Count(out, "revoked: ") != c.lines || strings.Contains(said, fmt.Sprintf(" of %d revoked", c.n)) != c.far {
			t.Errorf("%+v: exit code %d: %s%s", c, code, out, said)
		}
	}
}

// A run that stops says of each target what became of it, also of those that it did not
// take up.
func TestRevoke_namesWhatWasNotAttempted(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		server := newTestServer(t)
		jtis := jtisOf(server.Issue(testEmail, 12))
		server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Path: "/jwt/history/" + jtis[1], Status: http.StatusForbidden})
		a, _ := signingIn(server)
		report := filepath.Join(t.TempDir(), "report")
		code, out, said := ran(a, "revoke", "--from", namesIn(t, jtis, 0), "--yes", "--rate", "0", "--concurrency", "1", "--format", format, "--report", report)
		if code != exitRefused || deletes(server) != 2 || strings.Count(said, "not attempted: ") != 10 || strings.Count(said, "failed: "+jtis[1]) != 1 || !strings.Contains(said, "The run stopped there") {
			t.Errorf("exit code %d, %d deletes: %s%s", code, deletes(server), out, said)
		}
		if again, err := openReport(report, lockFile); err != nil {
			t.Errorf("the report is still in use: %v", err)
		} else {
			again.close()
		}
		lines := readFile(t, report)
		if strings.Count(lines, `"outcome":"not attempted"`) != 10 || strings.Count(lines, "\n") != 12 {
			t.Errorf("the report: %s", lines)
		}
		if format == "text" {
			if out != "revoked: "+jtis[0]+"\n1 revoked, 1 failed, 10 not attempted.\n" {
				t.Errorf("%s", out)
			}
			continue
		}
		if strings.Count(out, `"outcome":"not attempted"`) != 10 || !strings.Contains(out, `"revoked":1,`) || !strings.Contains(out, `"failed":1,"notAttempted":10,`) || strings.Contains(out, `"error":null,"results"`) {
			t.Errorf("%s", out)
		}
	}
}

// A result for programs that cannot be written is an error, whatever became of the run;
// what the run came to says more than that.
func TestRevoke_saysThatItsResultCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault tiledesktest.Fault
		code  int
	}{
		"all is done": {tiledesktest.Fault{Method: "POST"}, exitUndone},
		"refused":     {tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusForbidden}, exitRefused},
	} {
		server := newTestServer(t)
		jtis := jtisOf(server.Issue(testEmail, 1))
		server.Inject(c.fault)
		a, stderr := signingIn(server)
		a.stdout = full{}
		code := a.run([]string{"revoke", jtis[0], "--yes", "--rate", "0", "--format", "json"})
		if code != c.code || !strings.Contains(stderr.String(), "The result could not be written: no space left.") {
			t.Errorf("%s: exit code %d: %s", name, code, stderr)
		}
	}
}

// Programs get what was skipped as a number, and an array also where there is nothing.
func TestRevokeAll_tellsProgramsWhatItDid(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	tokens := server.Issue(testEmail, 2)
	a, _ := signingIn(server)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": tokens[1]})
	code, out, said := ran(a, "revoke-all", "--yes", "--rate", "0", "--format", "json")
	if code != exitDone || !strings.Contains(out, `"revoked":1,`) || !strings.Contains(out, `"skipped":1,`) || strings.Count(out, `"outcome"`) != 1 || strings.Contains(said, basicIsSlow) {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	a, _ = signingIn(newTestServer(t))
	if code, out, said := ran(a, "revoke-all", "--yes", "--rate", "0", "--format", "json"); code != exitDone || !strings.HasSuffix(out, `"error":null,"results":[]}`+"\n") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	a, _ = signingIn(newTestServer(t))
	if code, out, said := ran(a, "revoke", "--from", fileWith(t, "# none"), "--yes", "--rate", "0", "--format", "json"); code != exitDone || !strings.Contains(out, `"revoked":0,`) {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// What is revoked by its id alone may have no jti, by which it would be refused: that is
// said once, and nothing is called verified of it.
func TestRevoke_saysWhatAnIDDoesNotProve(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(server.Issue(testEmail, 2))
	ids := idsOf(t, server)
	a, _ := signingIn(server)
	code, out, said := ran(a, "revoke", "--id", ids[jtis[0]], jtis[1], "--yes", "--rate", "0", "--sign-in", "--verify")
	if strings.Contains(said, stillElsewhere) { // which is about tokens that were leaked
		t.Errorf("%s", said)
	}
	if code != exitDone || !strings.Contains(out, "\n2 revoked.\nverified: the server refuses revoked tokens that have a jti\n") || strings.Count(said, "warning: revoked by the id alone: 1 token.") != 1 {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	for flag, verified := range map[string]string{"--id=" + ids[jtis[0]]: "null", jtis[0]: "true"} {
		a, _ = signingIn(server)
		if code, out, said := ran(a, "revoke", flag, "--yes", "--rate", "0", "--sign-in", "--format", "json"); code != exitDone || !strings.Contains(out, `"verified":`+verified+`,`) {
			t.Errorf("%s: exit code %d: %s%s", flag, code, out, said)
		}
	}
	a, _ = signingIn(server)
	code, _, said = ran(a, "revoke", "--id", "000000000000000000000000", "--yes", "--rate", "0")
	if code != exitUndone || strings.Contains(said, "by the id alone") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// idsOf are the ids of the entries by their jtis.
func idsOf(t *testing.T, server *tiledesktest.Server) map[string]string {
	t.Helper()
	a, _ := signingIn(server)
	s, err := a.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]string)
	for entry, err := range s.JWT.History(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids[entry.JTI] = entry.ID
	}
	return ids
}

// A token of the run that somebody else revoked before its sign-out proves nothing: that is
// told only where a proof was asked for, and nothing is called verified.
func TestRevoke_provesNothingByATokenThatSomebodyElseEnded(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		server := newTestServer(t)
		jtis := jtisOf(server.Issue(testEmail, 1))
		meddler(server, 2) // the sign-out
		a, _ := signingIn(server)
		args, code := []string{"revoke", jtis[0], "--sign-in", "--yes", "--rate", "0"}, exitDone
		if asked {
			args, code = append(args, "--verify"), exitUndone
		}
		got, out, said := ran(a, args...)
		if got != code || out != "revoked: "+jtis[0]+"\n" || strings.Contains(said, "was not tried: there was no token to try") != asked {
			t.Errorf("exit code %d: %s%s", got, out, said)
		}
		allRevoked(t, server)
	}
}

// Where several requests fail alike at once, the reason is told with the first of them and
// not once more at the end.
func TestRevoke_tellsOnceWhyItStopped(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	jtis := jtisOf(server.Issue(testEmail, 12))
	server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusForbidden, Times: -1})
	var mu sync.Mutex
	arrived, both := 0, make(chan struct{})
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method != http.MethodDelete {
			return
		}
		mu.Lock()
		if arrived++; arrived == 2 {
			close(both)
		}
		mu.Unlock()
		<-both
	})
	a, _ := signingIn(server)
	code, out, said := ran(a, "revoke", "--from", namesIn(t, jtis, 0), "--yes", "--rate", "0", "--concurrency", "2")
	if code != exitRefused || strings.Count(said, "The run stopped there") != 1 || strings.Contains(said, "The server asked was") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}
