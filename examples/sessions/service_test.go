package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const agent = "agent@example.com"

// start runs the service on a server within the process, where the agent has signed
// in once for each jti.
func start(t *testing.T, server *tiledesktest.Server, jtis ...string) (http.Handler, []string) {
	t.Helper()
	server.AddUser(agent, "secret")
	var tokens []string
	for _, jti := range jtis {
		tokens = append(tokens, server.IssueWithJTI(agent, jti))
	}
	s, err := newService(
		tiledesk.WithBaseURL("https://tiledesk.example"),
		tiledesk.WithHTTPClient(&http.Client{Transport: server.Transport()}))
	if err != nil {
		t.Fatal(err)
	}
	return s.handler(), tokens
}

// ask sends a request of the user who has the token.
func ask(handler http.Handler, method, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestList_showsWhichSessionIsThisOne(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	handler, tokens := start(t, server, "laptop", "phone")
	w := ask(handler, http.MethodGet, "/sessions", tokens[0])
	var sessions []session
	if err := json.Unmarshal(w.Body.Bytes(), &sessions); err != nil || len(sessions) != 2 {
		t.Fatalf("got %s, %v", w.Body, err)
	}
	for _, s := range sessions {
		if s.Current != (s.Session.JTI == "laptop") || s.Session.CreatedAt.IsZero() {
			t.Errorf("got %v, current %v", s.Session, s.Current)
		}
	}
}

func TestEnd_endsOneSession(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	handler, tokens := start(t, server, "laptop", "phone")
	var sessions []session
	if err := json.Unmarshal(ask(handler, http.MethodGet, "/sessions", tokens[0]).Body.Bytes(), &sessions); err != nil {
		t.Fatal(err)
	}
	if w := ask(handler, http.MethodDelete, "/sessions/"+sessions[0].Session.ID, tokens[0]); w.Code != http.StatusNoContent {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	if server.Revoked(tokens[0]) || !server.Revoked(tokens[1]) {
		t.Error("another session ended than the one that was named")
	}
}

func TestEndOthers_keepsTheSessionOfTheRequest(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	handler, tokens := start(t, server, "laptop", "phone", "browser")
	w := ask(handler, http.MethodDelete, "/sessions", tokens[0])
	if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != `{"ended":2,"kept":1}` {
		t.Errorf("got %d: %s", w.Code, got)
	}
	if server.Revoked(tokens[0]) || !server.Revoked(tokens[1]) || !server.Revoked(tokens[2]) {
		t.Error("not the others ended")
	}
}

func TestSignOut_endsTheSessionOfTheRequest(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewHandler()
	handler, tokens := start(t, server, "laptop")
	if w := ask(handler, http.MethodDelete, "/sessions/current", tokens[0]); w.Code != http.StatusNoContent || !server.Revoked(tokens[0]) {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	if w := ask(handler, http.MethodGet, "/sessions", tokens[0]); w.Code != http.StatusUnauthorized {
		t.Errorf("afterward: %d: %s", w.Code, w.Body)
	}
}

func TestFailures_haveTheirStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			fault tiledesktest.Fault
			path  string
			token string
			want  int
		}{
			"no token":                {path: "/sessions", want: 401},
			"no token at all":         {path: "/sessions", token: "Bearer", want: 401},
			"an ended session":        {path: "/sessions", token: "a.token.here", want: 401},
			"an id that cannot be":    {path: "/sessions/a%00b", token: "laptop", want: 400},
			"an id that is not there": {path: "/sessions/000000000000000000000000", token: "laptop", want: 404},
			"a gateway":               {fault: tiledesktest.Fault{Status: 401, Body: "<html>"}, path: "/sessions", token: "laptop", want: 502},
			"a redirect":              {fault: tiledesktest.Fault{Status: 302}, path: "/sessions", token: "laptop", want: 502},
			"forbidden":               {fault: tiledesktest.Fault{Status: 403}, path: "/sessions", token: "laptop", want: 403},
			"busy":                    {fault: tiledesktest.Fault{Status: 429, Header: http.Header{"Retry-After": {"90"}}}, path: "/sessions", token: "laptop", want: 429},
			"silent":                  {fault: tiledesktest.Fault{Drop: tiledesktest.DropBefore, Times: -1}, path: "/sessions", token: "laptop", want: 504},
			"without the module":      {fault: tiledesktest.Fault{Status: 400, Body: `{"error":"Invalid project id: jwt"}`}, path: "/sessions", token: "laptop", want: 501},
		} {
			server := tiledesktest.NewHandler()
			handler, tokens := start(t, server, "laptop")
			server.Inject(tt.fault)
			method, token := http.MethodGet, tt.token
			if tt.path != "/sessions" {
				method = http.MethodDelete
			}
			if token == "laptop" {
				token = tokens[0]
			}
			w := ask(handler, method, tt.path, token)
			if w.Code != tt.want || strings.Contains(w.Body.String(), tokens[0]) {
				t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, tt.want)
			}
			if after := w.Header().Get("Retry-After"); name == "busy" && after != "90" {
				t.Errorf("Retry-After %q", after)
			}
		}
	})
}

func TestMetrics_countAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler()
		handler, tokens := start(t, server, "laptop")
		server.Inject(tiledesktest.Fault{Status: 503, Delay: 2 * time.Second})
		ask(handler, http.MethodGet, "/sessions", tokens[0])
		got := ask(handler, http.MethodGet, "/metrics", "").Body.String()
		for _, line := range []string{
			`tiledesk_attempts_total{method="GET",route="/jwt/history",status="503"} 1`,
			`tiledesk_attempt_seconds_total{method="GET",route="/jwt/history",status="503"} 2`,
			`tiledesk_attempts_total{method="GET",route="/jwt/history",status="200"} `,
		} {
			if !strings.Contains(got, line) {
				t.Errorf("no %s in\n%s", line, got)
			}
		}
	})
}

// A request that has begun is answered, though the service is told to stop.
func TestServe_endsGracefully(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		for { // until nobody can connect any more
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				break
			}
			_ = conn.Close()
		}
		w.WriteHeader(http.StatusNoContent)
	})
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, slow) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("got %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRun_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), func(string) string { return "no address" })
	if !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("got %v", err)
	}
}
