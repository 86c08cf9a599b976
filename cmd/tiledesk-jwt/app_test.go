package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Colors are for a terminal that has them, and for people who want them.
func TestColors(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 1)
	for name, c := range map[string]struct {
		set    func(a *app, env map[string]string)
		flags  []string
		colors bool
	}{
		"a terminal":                {colors: true},
		"a pipe":                    {set: func(a *app, _ map[string]string) { a.onTerminal.stdout = false }},
		"--no-color":                {flags: []string{"--no-color"}},
		"NO_COLOR":                  {set: func(_ *app, env map[string]string) { env["NO_COLOR"] = "0" }},
		"TERM=dumb":                 {set: func(_ *app, env map[string]string) { env["TERM"] = "dumb" }},
		"TERM=xterm":                {set: func(_ *app, env map[string]string) { env["TERM"] = "xterm" }, colors: true},
		"an old console of Windows": {set: func(a *app, _ map[string]string) { a.appends = true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, stderr := signingIn(server)
			env := map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword}
			a.getenv, a.onTerminal.stdout = testEnv(env), true
			if c.set != nil {
				c.set(a, env)
			}
			code := a.run(append([]string{"doctor", "--read-only", "--rate", "0"}, c.flags...))
			if text := a.stdout.(*bytes.Buffer).String(); code != exitDone || strings.Contains(text, "\x1b[32m") != c.colors {
				t.Errorf("exit code %d: %q%s", code, text, stderr)
			}
		})
	}
}

// With --quiet nothing is said but results and errors.
func TestQuiet(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	for _, flag := range []string{"--quiet", "-q"} {
		a, stderr := signingIn(server)
		if code := a.run([]string{"doctor", flag, "--rate", "0"}); code != exitDone || stderr.Len() > 0 {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	}
	a, stderr := signingIn(server)
	if code := a.run(nil); code != exitUsage || !strings.HasPrefix(stderr.String(), "tiledesk-jwt: missing command. Use list,") || len(server.Requests()) == 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// Without a terminal the width is that of most.
func TestWidth_withoutATerminal(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	a.stdout = file
	if got := a.width(); got != defaultWidth {
		t.Errorf("%d columns", got)
	}
}

// What --debug logs of each request has the server, and of a listing the page: nobody
// takes the page of another request for that of a DELETE.
func TestDebug_logsTheServerAndThePage(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithPageSize(2))
	server.Issue(testEmail, 3)
	a, stderr := signingIn(server)
	if code := a.run([]string{"revoke-all", "--sign-in", "--yes", "--debug", "--quiet", "--rate", "0", "--concurrency", "1"}); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	lines := regexp.MustCompile(`(?m)^time=.*$`).FindAllString(stderr.String(), -1)
	pages := make(map[string]bool)
	for _, line := range lines {
		if !strings.Contains(line, " server="+server.URL()) {
			t.Errorf("no server in %s", line)
		}
		_, page, found := strings.Cut(line, " page=")
		if found && !strings.Contains(line, "method=GET") {
			t.Errorf("a page in %s", line)
		}
		pages[page] = true
	}
	if want := len(server.Requests()); len(lines) != want || !pages["1"] {
		t.Errorf("%d lines for %d requests, pages %v", len(lines), want, pages)
	}
	if n := sent(server, http.MethodDelete); n != 4 {
		t.Errorf("%d tokens were revoked", n)
	}
	a, stderr = signingIn(server)
	if code := a.run([]string{"list", "--rate", "0"}); code != exitDone || strings.Contains(stderr.String(), "method=") {
		t.Errorf("exit code %d: without --debug: %s", code, stderr)
	}
}
