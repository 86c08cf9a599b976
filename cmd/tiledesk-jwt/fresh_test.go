package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// remembering is a front of a server that goes on accepting each token that was
// accepted once, as a check that is remembered does, until it is told to forget.
func remembering(t *testing.T, server *tiledesktest.Server) (front *httptest.Server, forget func()) {
	t.Helper()
	var mu sync.Mutex
	accepted := make(map[string]bool)
	front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization := r.Header.Get("Authorization")
		if r.Method != http.MethodGet || !strings.HasPrefix(authorization, "JWT ") {
			server.ServeHTTP(w, r)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if accepted[authorization] {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("[]"))
			return
		}
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		accepted[authorization] = answer.Code == http.StatusOK
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(front.Close)
	return front, func() {
		mu.Lock()
		defer mu.Unlock()
		clear(accepted)
	}
}

// A token that was revoked before its first use tells a check that is remembered from
// none, and is not left behind.
func TestVerify_tellsARememberedCheckFromNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts         []tiledesktest.Option
		says, record string
	}{
		"remembered": {nil, "It does check revocations: it refuses a token that was revoked before its first use.", `"verified":false,"enforced":true,"cached":true,`},
		"no check": {
			[]tiledesktest.Option{tiledesktest.WithoutEnforcement()},
			"It does not check revocations: it also accepts a token that was revoked before its first use. Its administrator has to start it with JWT_HISTORY_ENABLED=true.",
			`"verified":false,"enforced":false,"cached":false,`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, c.opts...)
			leaked := server.Issue(testEmail, 1)[0]
			front, _ := remembering(t, server)
			a, stderr := signingIn(server)
			a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": front.URL, "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
			code := a.run([]string{"incident", "--token-from", fileWith(t, leaked), "--yes", "--verify-for", "0s"})
			said := a.stdout.(*bytes.Buffer).String()
			if code != exitUndone || !strings.Contains(said, c.record) || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("exit code %d: %s%s", code, said, stderr)
			}
			tokens := server.Tokens(testEmail)
			if len(tokens) != 2 || !server.Revoked(tokens[1]) {
				t.Fatal("the token that was signed in for is left")
			}
			fresh, _ := identify(tokens[1])
			revoked := false
			for _, r := range server.Requests() {
				revoked = revoked || r.Method == http.MethodDelete && strings.HasSuffix(r.Path, fresh)
				if strings.HasSuffix(r.Header.Get("Authorization"), tokens[1]) && !revoked {
					t.Error("the token was used before it was revoked")
				}
			}
		})
	}
}

// What a second Ctrl-C names stays the token that the run itself signed in for, since
// that one is still there.
func TestVerify_keepsTheTokenOfTheRunInMind(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithoutEnforcement())
	a, _ := signingIn(server)
	who, err := a.account(true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.signIn(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if cached := a.remembersCheck(t.Context(), s); cached == nil || *cached {
		t.Error("the server does not check")
	}
	if held := a.held.Load(); held == nil || *held != s.jti {
		t.Error("the token of the run is forgotten")
	}
}

// Where the token cannot be revoked again, it is named.
func TestVerify_namesATokenThatItLeaves(t *testing.T) {
	t.Parallel()
	server := newTestServer(t, tiledesktest.WithoutEnforcement())
	leaked := server.Issue(testEmail, 1)[0]
	deletes := 0
	server.OnRequest(func(r tiledesktest.Request) {
		switch {
		case r.Method == http.MethodDelete:
			deletes++
		case r.Method == http.MethodPost: // the sign-in, behind the first revocation
			server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Times: -1, Status: http.StatusInternalServerError, Body: `{"success":false}`})
		}
	})
	a, stderr := signingIn(server)
	code := a.run([]string{"revoke", "--token-from", fileWith(t, leaked), "--yes", "--verify"})
	jti, _ := identify(server.Tokens(testEmail)[1])
	if said := stderr.String(); code != exitUndone || deletes != 2 || !strings.Contains(said, "was left and never expires. To end it, run: tiledesk-jwt revoke "+jti) || !strings.Contains(said, "STILL ACCEPTED") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// The doctor does not call a server lax because it remembers its checks, nor strict
// before it refused a token that was in use.
func TestDoctor_tellsARememberedCheckFromNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forgets int // after so many waits; 0: never
		code    int
		says    string
	}{
		"a short while": {4, exitDone, "a revoked token is refused, but late: 12s after the revocation"},
		"a long while":  {0, exitUndone, "PROBLEM: NOT REFUSED YET: 1m0s after the revocation the server still accepts a token that was in use before."},
	} {
		for format, want := range map[string]string{"text": c.says, "json": map[bool]string{true: `"enforced":true}`, false: `"enforced":null}`}[c.code == exitDone]} {
			t.Run(name+", "+format, func(t *testing.T) {
				t.Parallel()
				server := newTestServer(t)
				front, forget := remembering(t, server)
				a, stderr := signingIn(server)
				a.getenv = testEnv(map[string]string{"TILEDESK_BASE_URL": front.URL, "TILEDESK_EMAIL": testEmail, "TILEDESK_PASSWORD": testPassword})
				waits := 0
				a.wait = func(time.Duration) bool {
					if waits++; waits == c.forgets {
						forget()
					}
					return true
				}
				code := a.run([]string{"doctor", "--format", format})
				if said := a.stdout.(*bytes.Buffer).String(); code != c.code || !strings.Contains(strings.Join(strings.Fields(said), " "), want) {
					t.Errorf("exit code %d: %s%s", code, said, stderr)
				}
				allRevoked(t, server)
			})
		}
	}
}

// Where nobody can sign in, or somebody does not want to wait, it stays unknown, and
// nothing is signed in for.
func TestVerify_doesWithoutAFreshToken(t *testing.T) {
	t.Parallel()
	interruptedContext, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for name, c := range map[string]struct {
		ctx      context.Context
		password bool
		fault    tiledesktest.Fault
		sent     int // how many requests
	}{
		"no password":             {t.Context(), false, tiledesktest.Fault{Path: "/nothing"}, 0},
		"an interrupt":            {interruptedContext, true, tiledesktest.Fault{Path: "/nothing"}, 0},
		"a sign-in that fails":    {t.Context(), true, tiledesktest.Fault{Method: "POST", Status: 401}, 1},
		"a try that fails":        {t.Context(), true, tiledesktest.Fault{Method: "GET", Status: 500}, 3},
		"a revocation that fails": {t.Context(), true, tiledesktest.Fault{Method: "DELETE", Status: 500}, 2},
	} {
		server := newTestServer(t, tiledesktest.WithoutEnforcement())
		server.Inject(c.fault)
		a, stderr := signingIn(server)
		who, err := a.account(true)
		if err != nil {
			t.Fatal(err)
		}
		if !c.password {
			who.password = nil
		}
		if cached := a.remembersCheck(c.ctx, &session{who: who}); cached != nil || len(server.Requests()) != c.sent {
			t.Errorf("%s: %v, %d requests: %s", name, cached, len(server.Requests()), stderr)
		}
		if said := strings.Contains(stderr.String(), "A token that this command signed in for, to find out what the server does, could not be revoked."); said != (c.sent == 2) {
			t.Errorf("%s: %s", name, stderr)
		}
	}
}

// Where no fresh token is to be had, a token that is still accepted at the end shows that
// nothing is enforced, and one that could not be tried again shows nothing.
func TestDoctor_triesItsTokenAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args     []string
		failing  int // the GET that fails; 0: none
		enforced string
		says     string
	}{
		"accepted":  {[]string{"--verify-for", "0s"}, 0, "false", ""},
		"a failure": {[]string{"--verify-for", "0s"}, 9, "null", "The server failed."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, tiledesktest.WithoutEnforcement())
			for _, jti := range []string{"c", "b", "a"} {
				server.IssueWithJTI(testEmail, jti)
			}
			var mu sync.Mutex
			lists := 0
			server.OnRequest(func(r tiledesktest.Request) {
				mu.Lock()
				defer mu.Unlock()
				switch r.Method {
				case http.MethodDelete:
					server.Inject(tiledesktest.Fault{Method: "POST", Status: 500}) // the second sign-in
				case http.MethodGet:
					if lists++; lists == c.failing {
						server.Inject(tiledesktest.Fault{Method: "GET", Status: 500})
					}
				}
			})
			code, found, said := doctor(server, "", append(c.args, "--format", "json")...)
			if code != exitUndone || !strings.Contains(found, `"enforced":`+c.enforced+"}") || !strings.Contains(said, c.says) || c.says == "" && strings.Contains(said, "failed") {
				t.Errorf("exit code %d: %s%s", code, found, said)
			}
		})
	}
	server := newTestServer(t)
	if code, _, said := doctor(server, "", "--verify-for=-1s"); code != exitUsage || !strings.Contains(said, "--verify-for: give a time") || len(server.Requests()) > 0 {
		t.Errorf("exit code %d: %s", code, said)
	}
}
