package main

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// answering is the stdin of a person who answers each question alike, and looks at the
// terminal before that.
type answering struct {
	text string
	look func()
}

func (p answering) Read(into []byte) (int, error) {
	p.look()
	return copy(into, p.text+"\n"), nil
}

// asking is an app on a terminal, with the person who answers, and how often that was
// asked. The status line is drawn when somebody looks.
func asking(t *testing.T, server *tiledesktest.Server, answer string) (a *app, asked *int) {
	t.Helper()
	a, shown, _ := statusApp(200)
	a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
	a.onTerminal.stdin, a.onTerminal.stderr, a.flags.Timeout = true, true, patience
	asked = new(int)
	a.stdin = answering{answer, func() {
		*asked++
		before := a.stderr.(*bytes.Buffer).String()
		if !strings.HasSuffix(before, "[y/N] ") {
			t.Errorf("nothing is asked: %q", before)
		}
		_ = shown()
		if after := a.stderr.(*bytes.Buffer).String(); after != before {
			t.Errorf("the status line is drawn over the question: %q", after[len(before):])
		}
	}}
	return a, asked
}

// saidBy is what the app wrote to stderr, without the status line.
func saidBy(a *app) string {
	return regexp.MustCompile("\r\x1b\\[2K[^\r\n]*\r\x1b\\[2K|\r\x1b\\[2K").ReplaceAllString(a.stderr.(*bytes.Buffer).String(), "")
}

// A yes revokes what was asked about, and a no revokes nothing. The report says nothing
// then of what was asked about.
func TestRevokeAll_doesWhatWasAnswered(t *testing.T) {
	t.Parallel()
	for answer, c := range map[string]struct {
		code, deletes, lines int
		out                  string
	}{
		"y": {exitDone, 2, 3, "2 revoked, 1 left alone.\n"},
		"n": {exitUsage, 0, 1, ""}, // the one that is left alone either way
	} {
		server := newTestServer(t)
		server.IssueAt(testEmail, time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), 2)
		server.IssueAt(testEmail, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), 1)
		a, asked := asking(t, server, answer)
		server.OnRequest(func(r tiledesktest.Request) {
			a.status.mu.Lock()
			defer a.status.mu.Unlock()
			if r.Method == http.MethodDelete && a.status.say == nil {
				t.Error("how far the run is is shown no more")
			}
		})
		report, name := reportOf(t, "")
		report.close()
		err := (&revokeAllCommand{filter: filter{OlderThan: age(day)}, running: running{Concurrency: 1, Report: given(name)}}).Run(t.Context(), a)
		if codeOf(err) != c.code || *asked != 1 || deletes(server) != c.deletes {
			t.Errorf("%s: %v, %d questions, %d deletes: %s", answer, err, *asked, deletes(server), saidBy(a))
		}
		if out := a.stdout.(*bytes.Buffer).String(); out != c.out || strings.Count(readFile(t, name), "\n") != c.lines {
			t.Errorf("%s: %q, the report: %s", answer, out, readFile(t, name))
		}
		before := len(a.stderr.(*bytes.Buffer).String())
		if a.status.tick(); len(a.stderr.(*bytes.Buffer).String()) != before {
			t.Errorf("%s: the status line is left: %q", answer, a.stderr)
		}
		if hint := "tiledesk-jwt doctor finds out.\n"; strings.Contains(saidBy(a), hint) != (answer == "y") {
			t.Errorf("%s: %s", answer, saidBy(a))
		}
		if left := "Left alone: 1 token created after 2026-11-21 20:00 UTC.\n"; strings.Count(saidBy(a), left) != 1 {
			t.Errorf("%s: %s", answer, saidBy(a))
		}
	}
}

// The question is asked once, also where the run signs in again.
func TestRevokeAll_asksOnceWhenItSignsInAgain(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.IssueAt(testEmail, time.Now().Add(-time.Hour), 4)
	meddler(server, 2)
	a, asked := asking(t, server, "y")
	a.flags.SignIn = true
	err := (&revokeAllCommand{running: running{Concurrency: 1}}).Run(t.Context(), a)
	if err != nil || *asked != 1 || !strings.HasPrefix(a.stdout.(*bytes.Buffer).String(), "4 revoked, 1 left alone.\n") {
		t.Errorf("%v, asked %d times: %s%s", err, *asked, a.stdout, saidBy(a))
	}
	if said := saidBy(a); strings.Count(said, "4 tokens would be revoked") != 1 || !strings.Contains(said, "Signing in again (1 of 3).") || strings.Contains(said, "doctor finds out") {
		t.Errorf("%s", said)
	}
	allRevoked(t, server)
}

// What is left alone is said before the question, also where the run signed in.
func TestRevokeAll_saysWhatItLeavesAloneBeforeItAsks(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.IssueAt(testEmail, time.Now().Add(-3*day), 1)
	server.IssueAt(testEmail, time.Now().Add(time.Hour), 2)
	a, asked := asking(t, server, "n")
	a.now, a.flags.SignIn = time.Now, true
	err := (&revokeAllCommand{filter: filter{OlderThan: age(day)}, running: running{Concurrency: 1}}).Run(t.Context(), a)
	_, said, _ := strings.Cut(saidBy(a), "1 token would be revoked, created ")
	left, _, found := strings.Cut(said, "Revoke this token at ")
	if codeOf(err) != exitUsage || *asked != 1 || !found || !strings.Contains(left, "Left alone: 2 tokens created after ") {
		t.Errorf("%v, asked %d times: %s", err, *asked, saidBy(a))
	}
}

// With --include-current the token in use is asked about as well, also where the list
// does not show it, if its time fits.
func TestRevokeAll_asksAboutTheTokenInUseToo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts    []tiledesktest.Option
		current bool
		older   time.Duration
		signIn  bool
		asks    string // a pattern; empty: nothing
		says    string
	}{
		"listed":             {nil, true, 0, false, `Revoke all 2 tokens at`, "2 tokens would be revoked"},
		"listed, kept":       {nil, false, 0, false, `Revoke this token at`, "1 token would be revoked"},
		"not listed":         {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, true, 0, false, `Revoke this token at`, "1 token would be revoked."},
		"not listed, new":    {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, true, day, true, "", "There is nothing to revoke."},
		"not listed, dated":  {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, true, 0, true, `Revoke this token at`, "1 token would be revoked, created "},
		"not listed, kept":   {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, false, 0, true, "", "There is nothing to revoke."},
		"not listed, hidden": {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, true, day, false, "", "There is nothing to revoke."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			own := server.Issue(testEmail, 2)[1]
			a, asked := asking(t, server, "n")
			a.now = time.Now
			if a.flags.SignIn = c.signIn; !c.signIn {
				a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": own})
			}
			_ = (&revokeAllCommand{filter: filter{OlderThan: age(c.older)}, IncludeCurrent: c.current, running: running{Concurrency: 1}}).Run(t.Context(), a)
			said := saidBy(a)
			if !strings.Contains(said, c.says) || (c.asks != "") != (*asked == 1) || c.asks != "" && !strings.Contains(said, c.asks) {
				t.Errorf("asked %d times: %s", *asked, said)
			}
		})
	}
}

// Where the list may lack tokens and none of those listed matches, the command does not
// say that there is nothing to revoke.
func TestRevokeAll_saysThatTheListMayLackTokensWhereNoneFits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts []tiledesktest.Option
		code int
		says string
	}{
		"whole":        {nil, exitDone, "There is nothing to revoke.\n"},
		"lacks tokens": {[]tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(2)}, exitUndone, incompleteList + "\nNo token that would be revoked was listed.\n"},
	} {
		server := newTestServer(t, c.opts...)
		server.Issue(testEmail, 5)
		a, asked := asking(t, server, "y")
		a.now = time.Now
		err := (&revokeAllCommand{filter: filter{OlderThan: age(day)}, running: running{Concurrency: 1}}).Run(t.Context(), a)
		if out := a.stdout.(*bytes.Buffer).String(); codeOf(err) != c.code || *asked > 0 || deletes(server) > 0 || out != "" || !strings.Contains(saidBy(a), c.says) {
			t.Errorf("%s: %v, asked %d times: %s%s", name, err, *asked, a.stdout, saidBy(a))
		}
	}
}

// Where the output is for programs, they are told as well that nothing was revoked.
func TestRevokeAll_tellsProgramsThatThereWasNothing(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 3)
	a, asked := asking(t, server, "y")
	a.now = time.Now
	err := (&revokeAllCommand{filter: filter{OlderThan: age(day)}, running: running{Concurrency: 1, Format: inJSON}}).Run(t.Context(), a)
	if out := a.stdout.(*bytes.Buffer).String(); err != nil || *asked > 0 || !strings.Contains(out, `"revoked":0,`) || !strings.Contains(out, `"skipped":3,`) || !strings.Contains(out, `"incomplete":false`) {
		t.Errorf("%v: %s%s", err, out, saidBy(a))
	}
}

// Named tokens are shown before the question, the first ten of them.
func TestRevoke_showsWhatItAsksAbout(t *testing.T) {
	t.Parallel()
	for n, c := range map[int]struct{ shown, asks string }{
		1:  {"", "Revoke %s at URL, account agent@example.com? This cannot be undone. [y/N] "},
		2:  {"  t-0\n  id:t-1\n", "Revoke all 2 tokens at URL, account agent@example.com? This cannot be undone. [y/N] "},
		10: {"  t-0\n  id:t-1\n  t-2\n  t-3\n  t-4\n  t-5\n  t-6\n  t-7\n  t-8\n  t-9\n", "Revoke all 10 tokens at URL, account agent@example.com? This cannot be undone. [y/N] "},
		11: {"  t-0\n  id:t-1\n  t-2\n  t-3\n  t-4\n  t-5\n  t-6\n  t-7\n  t-8\n  t-9\n  and 1 more\n", "Revoke all 11 tokens at URL, account agent@example.com? This cannot be undone. [y/N] "},
		12: {"  t-0\n  id:t-1\n  t-2\n  t-3\n  t-4\n  t-5\n  t-6\n  t-7\n  t-8\n  t-9\n  and 2 more\n", "Revoke all 12 tokens at URL, account agent@example.com? This cannot be undone. [y/N] "},
	} {
		server := newTestServer(t)
		a, asked := asking(t, server, "n")
		var targets []tiledesk.Target
		for i := range n {
			target := tiledesk.Target{JTI: "t-" + string(rune('0'+i))}
			if i == 1 {
				target = tiledesk.Target{ID: target.JTI}
			}
			targets = append(targets, target)
		}
		s, err := a.connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = a.confirmTargets(t.Context(), s, targets)
		want := c.shown + strings.ReplaceAll(strings.ReplaceAll(c.asks, "%s", "t-0"), "URL", server.URL())
		if said := saidBy(a); codeOf(err) != exitUsage || *asked != 1 || said != want {
			t.Errorf("%d: %v: %q, want %q", n, err, said, want)
		}
	}
}

// How long it takes is said before the question, where that is long.
func TestRevoke_saysHowLongItTakesBeforeItAsks(t *testing.T) {
	t.Parallel()
	a, _ := asking(t, newTestServer(t), "n")
	a.flags.Rate.n = 1
	s, err := a.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = a.confirmTargets(t.Context(), s, make([]tiledesk.Target, 11))
	if !strings.Contains(saidBy(a), "\nThis takes about 10 min, since it is limited to 1 requests/min.") {
		t.Errorf("%s", saidBy(a))
	}
}
