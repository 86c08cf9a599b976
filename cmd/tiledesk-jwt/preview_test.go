package main

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// ran runs the command, and returns its exit code and what it wrote.
func ran(a *app, args ...string) (code int, out, said string) {
	code = a.run(args)
	return code, a.stdout.(*bytes.Buffer).String(), a.stderr.(*bytes.Buffer).String()
}

// deletes counts the revocations that were sent.
func deletes(server *tiledesktest.Server) (n int) {
	for _, r := range server.Requests() {
		if r.Method == http.MethodDelete {
			n++
		}
	}
	return n
}

// jtisOf are the jtis of tokens, in their order.
func jtisOf(tokens []string) (list []string) {
	for _, token := range tokens {
		jti, _ := identify(token)
		list = append(list, jti)
	}
	return list
}

// A dry run prints for programs what would be revoked and nothing else, and tells people
// the rest beside it.
func TestRevokeAll_dryRunPrintsThePlanForPrograms(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	old := jtisOf(server.IssueAt(testEmail, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), 2))
	server.IssueAt(testEmail, time.Date(2026, 11, 22, 19, 30, 0, 0, time.UTC), 1)
	own := server.IssueAt(testEmail, time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), 1)
	a, _ := signingIn(server)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": own[0]})
	code, out, said := ran(a, "revoke-all", "--dry-run", "--older-than", "1d", "--rate", "0")
	if want := "would be revoked: " + old[1] + "\nwould be revoked: " + old[0] + "\n"; code != exitDone || out != want {
		t.Errorf("exit code %d: %q, want %q", code, out, want)
	}
	want := "Dry run: nothing is revoked.\nListing the tokens.\n2 tokens would be revoked, created from 2026-11-01 12:00 UTC to 2026-11-01 12:00 UTC.\n" +
		"Left alone: the token in use; 1 token created after 2026-11-21 20:00 UTC.\n"
	if said != want || deletes(server) > 0 {
		t.Errorf("%d deletes: %q, want %q", deletes(server), said, want)
	}
	a, _ = signingIn(server)
	code, out, said = ran(a, "revoke-all", "--dry-run", "--older-than", "1d", "--rate", "0", "--format", "json")
	if code != exitDone || strings.Count(out, `"outcome":"planned"`) != 3 || !strings.Contains(out, `"dryRun":true,"revoked":0,`) || !strings.Contains(out, `"skipped":1,"planned":3,`) || strings.Contains(said, "would be revoked: ") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
}

// On a terminal it shows the first of them, and asks nothing.
func TestRevokeAll_dryRunShowsThePlanToPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		1:  "1 token would be revoked, created 2026-11-01 12:00 UTC.\n",
		10: "10 tokens would be revoked, created from 2026-11-01 12:00 UTC to 2026-11-01 12:00 UTC.\n",
		11: "  and 1 more\n11 tokens would be revoked, created from 2026-11-01 12:00 UTC to 2026-11-01 12:00 UTC.\n",
		12: "  and 2 more\n12 tokens would be revoked, created from 2026-11-01 12:00 UTC to 2026-11-01 12:00 UTC.\n",
	} {
		for _, width := range []int{narrow, narrow - 1} {
			server := newTestServer(t)
			tokens := jtisOf(server.IssueAt(testEmail, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), n))
			a, shown, _ := statusApp(width)
			a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
			a.onTerminal.stdout, a.flags.Timeout = true, patience
			c := &revokeAllCommand{running: running{Concurrency: 1}, DryRun: true}
			err := c.Run(t.Context(), a)
			age, lines := "", ""
			if width >= narrow {
				age = "  3 weeks ago"
			}
			for i := range min(n, maxShown) {
				lines += "  " + tokens[n-1-i] + age + "\n"
			}
			if got := a.stdout.(*bytes.Buffer).String(); err != nil || got != lines+want {
				t.Errorf("%d columns: %v: %q, want %q", width, err, got, lines+want)
			}
			if line := shown(); line != "" || deletes(server) > 0 {
				t.Errorf("%d deletes, the status line is left: %q", deletes(server), line)
			}
		}
	}
}

// A dry run of a list that cannot be had, or may lack tokens, does not end as one that is
// whole, and nothing is called all there is.
func TestRevokeAll_dryRunOfAListThatIsNotWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts  []tiledesktest.Option
		fault tiledesktest.Fault
		flags []string
		code  int
		says  string
		not   string
	}{
		"refused":                {nil, tiledesktest.Fault{Method: "GET", Status: 403}, nil, exitRefused, "The server forbids this", "nothing to revoke"},
		"failed":                 {nil, tiledesktest.Fault{Method: "GET", Status: 500, Times: -1}, nil, exitUndone, "The server failed", "nothing to revoke"},
		"without the module":     {[]tiledesktest.Option{tiledesktest.WithoutHistoryModule()}, tiledesktest.Fault{Method: "POST"}, nil, exitNoHistory, "no history module", "nothing to revoke"},
		"lacks tokens":           {[]tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(2)}, tiledesktest.Fault{Method: "POST"}, nil, exitUndone, "2 tokens would be revoked", "nothing to revoke"},
		"lacks tokens, none fit": {[]tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(2)}, tiledesktest.Fault{Method: "POST"}, []string{"--older-than", "100w"}, exitUndone, "No token that would be revoked was listed.", "nothing to revoke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			server.Issue(testEmail, 5)
			server.Inject(c.fault)
			a, _ := signingIn(server)
			code, out, said := ran(a, append([]string{"revoke-all", "--dry-run", "--rate", "0", "--retries", "0"}, c.flags...)...)
			if code != c.code || !strings.Contains(said, c.says) || strings.Contains(said+out, c.not) || deletes(server) > 0 {
				t.Errorf("exit code %d: %s%s", code, out, said)
			}
		})
	}
}

// The command reports now and then how far the listing has come, also in a dry run.
func TestRevokeAll_dryRunSaysHowFarTheListingIs(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--dry-run", "--yes"} {
		saysHowFarTheListingIs(t, flag)
	}
}

func saysHowFarTheListingIs(t *testing.T, flag string) {
	t.Helper()
	server := newTestServer(t, tiledesktest.WithPageSize(2))
	server.Issue(testEmail, 3)
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	start := *now
	var looked atomic.Int64
	a.now = func() time.Time { return start.Add(time.Duration(looked.Add(1)) * 4 * time.Second) }
	if code, _, said := ran(a, "revoke-all", flag, "--rate", "0"); code != exitDone || !strings.Contains(said, "Listing the tokens.\n") || !strings.Contains(said, " listed so far\n") || strings.Contains(said, basicIsSlow) != (flag == "--yes") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// A report that cannot be written is an error of a dry run too.
func TestRevokeAll_dryRunSaysThatItsReportCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 2)
	a, stderr := signingIn(server)
	a.flags.Timeout = patience
	report, _ := reportOf(t, "")
	report.close()
	c := &revokeAllCommand{running: running{Concurrency: 1}, DryRun: true}
	s, err := a.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = c.preview(t.Context(), a, s, newSelection(&c.filter, &undertaking{app: a, file: report}, a.now()))
	if codeOf(err) != exitUndone || !strings.HasPrefix(explainIf(err), "The report could not be written: ") || strings.Contains(stderr.String(), "would be revoked") {
		t.Errorf("%v: %s", err, stderr)
	}
}
