package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// signedIn is a session that signed in and used its token once.
func signedIn(t *testing.T, a *app) *session {
	t.Helper()
	a.flags.SignIn, a.flags.Timeout, a.flags.Retries = true, patience, 0
	s, err := a.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// A sign-out that fails says how to end the token, which a second Ctrl-C names as well
// until then. What happened before is said first, and counts in the exit code.
func TestSession_leave(t *testing.T) {
	t.Parallel()
	const left = "The token that this run signed in for was left and never expires. To end it, run: tiledesk-jwt revoke %s\n"
	for name, c := range map[string]struct {
		opts  []tiledesktest.Option
		fault tiledesktest.Fault
		err   error
		code  int
		says  []string // in that order; %s is the jti
		held  bool
	}{
		"well":                    {nil, tiledesktest.Fault{Method: "PUT"}, nil, exitDone, nil, false},
		"well, but not the run":   {nil, tiledesktest.Fault{Method: "PUT"}, undone("Before."), exitUndone, nil, false},
		"the server fails":        {nil, tiledesktest.Fault{Method: "DELETE", Status: 500}, nil, exitUndone, []string{"The sign-out failed: The server failed.", left}, true},
		"the server fails too":    {nil, tiledesktest.Fault{Method: "DELETE", Status: 500}, &failure{exitInterrupted, "Before."}, exitInterrupted, []string{"Before.\nThe sign-out failed: ", left}, true},
		"a proxy knows no route":  {nil, tiledesktest.Fault{Method: "DELETE", Status: 404, Body: "<html>Cannot DELETE</html>"}, nil, exitUndone, []string{"The sign-out failed: This answer is not what the API", left}, true},
		"a proxy refuses":         {nil, tiledesktest.Fault{Method: "DELETE", Status: 401, Body: "<html>Restricted</html>"}, nil, exitUndone, []string{"The sign-out failed: This refusal is not one of", left}, true},
		"the server knows it not": {[]tiledesktest.Option{tiledesktest.WithoutRecording()}, tiledesktest.Fault{Method: "PUT"}, nil, exitUndone, []string{"The server knows nothing of the token that this run signed in for", "its jti is %s."}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			a, stderr := signingIn(server)
			s := signedIn(t, a)
			server.Inject(c.fault)
			err := a.leave(t.Context(), s, c.err)
			text := stderr.String()
			if codeOf(err) != c.code || (a.held.Load() != nil) != c.held || (c.says == nil) != (text == "") {
				t.Errorf("%v, exit code %d: %s", err, codeOf(err), text)
			}
			for _, want := range c.says {
				_, after, found := strings.Cut(text, strings.ReplaceAll(want, "%s", s.jti))
				if !found {
					t.Errorf("no %q in %q", want, text)
				}
				text = after
			}
			if server.Revoked(server.Tokens(testEmail)[0]) == c.held {
				t.Errorf("the token is revoked: %v", !c.held)
			}
		})
	}
}

// A session that did not sign in revokes nothing at its end.
func TestSession_leavesWhatItDidNotSignInFor(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, _ := signingIn(server)
	before := undone("Before.")
	if err := a.withSession(t.Context(), func(*session) error { return before }); err != before || len(server.Requests()) > 0 { //nolint:errorlint // the same one
		t.Errorf("%v, %d requests", err, len(server.Requests()))
	}
}

// Tokens that were refused during the run are revoked as well: that the server refuses
// them, or knows nothing of them, is enough.
func TestSession_endsTheTokensThatItReplaced(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault tiledesktest.Fault
		left  bool
	}{
		"revoked":                 {tiledesktest.Fault{Method: "PUT"}, false},
		"the server fails":        {tiledesktest.Fault{Status: 500}, true},
		"unknown":                 {tiledesktest.Fault{Status: 404, Body: `{"success":false,"msg":"Not found"}`}, false},
		"a proxy knows no route":  {tiledesktest.Fault{Status: 404, Body: "<html>Cannot DELETE</html>"}, true},
		"refused":                 {tiledesktest.Fault{Status: 401, Body: "Unauthorized"}, false},
		"refused by a proxy":      {tiledesktest.Fault{Status: 401, Body: "<html>Restricted</html>"}, true},
		"forbidden":               {tiledesktest.Fault{Status: 403}, true},
		"the answer did not come": {tiledesktest.Fault{Drop: tiledesktest.DropBefore}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t)
			jti := jtisOf(server.Issue(testEmail, 1))[0]
			a, stderr := signingIn(server)
			s := signedIn(t, a)
			s.replaced = []string{"", jti}
			if c.fault.Method == "" {
				c.fault.Method, c.fault.Path = http.MethodDelete, "/jwt/history/"+jti
			}
			server.Inject(c.fault)
			err := a.leave(t.Context(), s, nil)
			says := "A token of this run, which the server refused meanwhile, could not be revoked: "
			if (codeOf(err) == exitUndone) != c.left || strings.Contains(stderr.String(), says) != c.left || strings.Contains(stderr.String(), "tiledesk-jwt revoke "+jti+"\n") != c.left {
				t.Errorf("%v: %s", err, stderr)
			}
			if a.held.Load() != nil || deletes(server) != 2 || !server.Revoked(server.Tokens(testEmail)[1]) {
				t.Errorf("%d deletes; the token in use is left", deletes(server))
			}
		})
	}
}

// A token that shows no jti cannot be named.
func TestTokenLeft_namesATokenWithoutJTI(t *testing.T) {
	t.Parallel()
	if text := tokenLeft(""); strings.Contains(text, "tiledesk-jwt revoke") || !strings.Contains(text, "It shows no jti, so no revocation ends it. "+whatEndsIt) {
		t.Error(text)
	}
	if text := tokenUnknown(""); !strings.Contains(text, "its jti is unknown.") {
		t.Error(text)
	}
}

// The flags arrive at the server.
func TestOptions_areThoseOfTheFlags(t *testing.T) {
	t.Parallel()
	for _, alias := range []bool{false, true} {
		server := newTestServer(t)
		a, _ := signingIn(server)
		args := []string{"list", "--sort", "createdAt", "--rate", "0"}
		if alias {
			args = append(args, "--sort-alias")
		}
		if code, _, said := ran(a, args...); code != exitDone {
			t.Fatal(said)
		}
		request := server.Requests()[0]
		if request.Query.Has("sort") != alias || !request.Query.Has("sortField") || request.Header.Get("User-Agent") != "tiledesk-jwt/"+readBuild().version {
			t.Errorf("%v, %s", request.Query, request.Header)
		}
	}
	for retries, want := range map[string]int{"0": 1, "2": 3} {
		server := newTestServer(t)
		server.Inject(tiledesktest.Fault{Method: "GET", Status: 503, Times: -1, Header: http.Header{"Retry-After": {"0"}}})
		a, _ := signingIn(server)
		code, _, said := ran(a, "list", "--retries", retries, "--rate", "0")
		if code != exitUndone || len(server.Requests()) != want {
			t.Errorf("%s retries: exit code %d, %d requests: %s", retries, code, len(server.Requests()), said)
		}
	}
}

// With --rate auto a server can ask for a minute, which the sign-out waits for.
func TestPerMinute_longest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate perMinute
		n    int
		want time.Duration
	}{
		{perMinute{auto: true}, 3, time.Minute}, {perMinute{}, 3, 0}, {perMinute{n: 1}, 2, 2 * time.Minute},
	} {
		if got := c.rate.longest(c.n); got != c.want {
			t.Errorf("%+v, %d requests: %s", c.rate, c.n, got)
		}
	}
}
