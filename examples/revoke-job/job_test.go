package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	lines, code := runJob(t, nil)
	if code != exitDone || len(lines) != 5 {
		t.Errorf("exit code %d and %d lines, want 0 and the 5 old tokens", code, len(lines))
	}
}

// After the job, the old tokens are dead, the young ones alive, and the token of
// the job itself is signed out.
func TestRevokesWhatIsOld(t *testing.T) {
	t.Parallel()
	server, env := startServer(t)
	old := server.IssueAt(demoEmail, time.Now().AddDate(0, 0, -31), 10)
	young := server.IssueAt(demoEmail, time.Now().AddDate(0, 0, -29), 3)

	lines, code := runJob(t, env)
	if code != exitDone || len(lines) != len(old) {
		t.Errorf("exit code %d and %d lines, want 0 and %d", code, len(lines), len(old))
	}
	wantRevoked(t, server, true, old...)
	wantRevoked(t, server, false, young...)
	wantSignedOut(t, server)
}

// With a token of its own the job signs neither in nor out, and keeps that token
// although it is old.
func TestKeepsWhatItUses(t *testing.T) {
	t.Parallel()
	server, _ := startServer(t)
	old := server.IssueAt(demoEmail, time.Now().AddDate(-1, 0, 0), 3)

	lines, code := runJob(t, map[string]string{"TILEDESK_BASE_URL": server.URL(), "TILEDESK_TOKEN": old[1]})
	if code != exitDone || len(lines) != 2 {
		t.Errorf("exit code %d and %d lines, want 0 and 2", code, len(lines))
	}
	wantRevoked(t, server, true, old[0], old[2])
	wantRevoked(t, server, false, old[1])
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	server, env := startServer(t)
	old := server.IssueAt(demoEmail, time.Now().AddDate(-1, 0, 0), 3)

	lines, code := runJob(t, env, "-dry-run")
	if code != exitDone || len(lines) != 3 || lines[0].Outcome != "planned" {
		t.Errorf("exit code %d and %v, want 0 and three lines of what is planned", code, lines)
	}
	wantRevoked(t, server, false, old...)
	wantSignedOut(t, server)
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault tiledesktest.Fault
		want  int
	}{
		"one fails":           {tiledesktest.Fault{Method: http.MethodDelete, Status: 500}, exitTryAgain},
		"the list fails":      {tiledesktest.Fault{Path: "/jwt/history", Status: 500}, exitTryAgain},
		"refused":             {tiledesktest.Fault{Method: http.MethodDelete, Path: "/jwt/history/id/", Status: 403, Times: -1}, exitLookAtMe},
		"a redirect":          {tiledesktest.Fault{Path: "/jwt/history", Status: 302, Header: http.Header{"Location": {"/login"}}}, exitLookAtMe},
		"wrong password":      {tiledesktest.Fault{Path: "/auth/signin", Status: 401}, exitLookAtMe},
		"no history module":   {tiledesktest.Fault{Method: http.MethodGet, Status: 400, Body: `{"error":"Invalid project id: jwt"}`}, exitLookAtMe},
		"a 503 that goes by":  {tiledesktest.Fault{Method: http.MethodDelete, Status: 503, Header: http.Header{"Retry-After": {"0"}}}, exitDone},
		"a web page, not API": {tiledesktest.Fault{Method: http.MethodDelete, Status: 200, Body: "<html>"}, exitTryAgain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startServer(t)
			server.IssueAt(demoEmail, time.Now().AddDate(-1, 0, 0), 3)
			server.Inject(test.fault)
			if _, code := runJob(t, env); code != test.want {
				t.Errorf("exit code %d, want %d", code, test.want)
			}
		})
	}
}

func TestBadEnvironment(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		{"TILEDESK_TOKEN": "abc"},
		{"TILEDESK_BASE_URL": "https://tiledesk.test"},
		{"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_EMAIL": demoEmail},
		{"TILEDESK_BASE_URL": "tiledesk.test", "TILEDESK_TOKEN": "abc"},
		{"TILEDESK_BASE_URL": "https://tiledesk.test", "TILEDESK_TOKEN": "abc", "TILEDESK_EMAIL": demoEmail},
	} {
		if lines, code := runJob(t, env); code != exitLookAtMe || len(lines) > 0 {
			t.Errorf("%v: exit code %d, want %d", env, code, exitLookAtMe)
		}
	}
	if _, code := runJob(t, nil, "-days", "0"); code != exitLookAtMe {
		t.Errorf("-days 0: exit code %d, want %d", code, exitLookAtMe)
	}
}

// Somebody stops the job half-way: what was not done stands in the report, and
// the job signs out all the same.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	server, env := startServer(t)
	old := server.IssueAt(demoEmail, time.Now().AddDate(-1, 0, 0), 12)
	ctx, cancel := context.WithCancel(t.Context())
	server.OnRequest(func(r tiledesktest.Request) {
		if r.Method == http.MethodDelete {
			cancel()
		}
	})

	var out strings.Builder
	err := run(ctx, nil, lookup(env), &out)
	if !errors.Is(err, context.Canceled) || exitCode(err) != exitTryAgain {
		t.Errorf("ended with %v and exit code %d", err, exitCode(err))
	}
	revoked := 0
	for _, line := range parse(t, out.String()) {
		if line.Outcome == "revoked" {
			revoked++
		}
	}
	if dead := count(server, old); dead != revoked || dead == len(old) {
		t.Errorf("%d of %d tokens are revoked, the report says %d", dead, len(old), revoked)
	}
	wantSignedOut(t, server)
}

// A report that cannot be written ends the job: nobody would know what it did.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	server, env := startServer(t)
	old := server.IssueAt(demoEmail, time.Now().AddDate(-1, 0, 0), 12)

	err := run(t.Context(), nil, lookup(env), fullDisk{})
	if err == nil || !strings.Contains(err.Error(), "no space left") || exitCode(err) != exitTryAgain {
		t.Errorf("got %v", err)
	}
	if dead := count(server, old); dead == len(old) {
		t.Errorf("%d tokens were revoked after the report broke", dead)
	}
	wantSignedOut(t, server)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// startServer is a server with the agent, and the environment that names it.
func startServer(t *testing.T) (*tiledesktest.Server, map[string]string) {
	t.Helper()
	server := tiledesktest.NewServer(t)
	server.AddUser(demoEmail, demoPassword)
	return server, map[string]string{
		"TILEDESK_BASE_URL": server.URL(),
		"TILEDESK_EMAIL":    demoEmail,
		"TILEDESK_PASSWORD": demoPassword,
	}
}

type reported struct{ ID, JTI, Outcome, Error string }

func runJob(t *testing.T, env map[string]string, args ...string) ([]reported, int) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), args, lookup(env), &out)
	return parse(t, out.String()), exitCode(err)
}

func parse(t *testing.T, report string) []reported {
	t.Helper()
	var lines []reported
	for text := range strings.Lines(report) {
		var line reported
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Errorf("not a line of JSON: %q", text)
		}
		lines = append(lines, line)
	}
	return lines
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func count(server *tiledesktest.Server, tokens []string) (revoked int) {
	for _, token := range tokens {
		if server.Revoked(token) {
			revoked++
		}
	}
	return revoked
}

func wantRevoked(t *testing.T, server *tiledesktest.Server, want bool, tokens ...string) {
	t.Helper()
	for i, token := range tokens {
		if server.Revoked(token) != want {
			t.Errorf("token %d: revoked is %t, want %t", i, !want, want)
		}
	}
}

// wantSignedOut looks at the newest token, which is that of the job.
func wantSignedOut(t *testing.T, server *tiledesktest.Server) {
	t.Helper()
	tokens := server.Tokens(demoEmail)
	wantRevoked(t, server, true, tokens[len(tokens)-1])
}
