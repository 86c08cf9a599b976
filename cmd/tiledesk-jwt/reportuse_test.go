package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// A report that could not be written is an error, also where all is done.
func TestRevoke_failsWhereItsLastLineCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		server := newTestServer(t)
		jtis := jtisOf(server.Issue(testEmail, 1))
		a, stderr := signingIn(server)
		a.flags.Timeout = patience
		report, _ := reportOf(t, "")
		report.close()
		s, err := a.connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		u := &undertaking{app: a, file: report}
		if all {
			c := &revokeAllCommand{running: running{Concurrency: 1}, Yes: true}
			err = c.revokeAll(t.Context(), a, s, newSelection(&c.filter, u, a.now()))
		} else {
			err = (&revokeCommand{running: running{Concurrency: 1}}).revokeEach(t.Context(), a, s, u, []tiledesk.Target{{JTI: jtis[0]}})
		}
		if codeOf(err) == exitDone || !strings.Contains(stderr.String(), "The report could not be written") {
			t.Errorf("all is %v: %v: %s", all, err, stderr)
		}
		allRevoked(t, server)
	}
}

// A report of another server is refused before anything is sent, and can be used again.
func TestRevokeAll_refusesAReportOfAnotherServer(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 1)
	name := filepath.Join(t.TempDir(), "report")
	text := `{"time":"2026-11-22T20:00:00Z","server":"https://other.example.com","account":"","id":"1","jti":"a","outcome":"revoked","attempts":1,"error":null}` + "\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{"--rate=0": "it is of the server https://other.example.com", "--base-url=ftp://example.com": "use https"} {
		a, _ := signingIn(server)
		code, out, said := ran(a, "revoke-all", "--yes", "--report", name, flag)
		if code != exitUsage || !strings.Contains(said, want) || strings.Contains(said, "Resuming") || len(server.Requests()) > 0 || readFile(t, name) != text {
			t.Errorf("exit code %d, %d requests: %s%s", code, len(server.Requests()), out, said)
		}
		if again, err := openReport(name, lockFile); err != nil {
			t.Errorf("the report is still in use: %v", err)
		} else {
			again.close()
		}
	}
}
