package tiledesktest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRequests_areRecordedAsCopies(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	before := time.Now()
	send(t, s, http.MethodDelete, "/jwt/history/a%2Fb?x=1&x=2", "JWT x", "")

	got := s.Requests()
	if len(got) != 1 {
		t.Fatalf("%d requests, want 1", len(got))
	}
	r := got[0]
	if r.Method != http.MethodDelete || r.Path != "/jwt/history/a%2Fb" || len(r.Query["x"]) != 2 {
		t.Errorf("recorded as %s %s %v", r.Method, r.Path, r.Query)
	}
	if r.Header.Get("Authorization") != "JWT x" || r.Time.Before(before) || r.Time.After(time.Now()) {
		t.Errorf("recorded with header %v at %v", r.Header, r.Time)
	}
	r.Header.Set("Authorization", "changed")
	r.Query.Set("x", "changed")
	if again := s.Requests()[0]; again.Header.Get("Authorization") != "JWT x" || again.Query.Get("x") != "1" {
		t.Error("a change of the copy changed the record")
	}
}

func TestWithoutRequestLog_keepsNone(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithoutRequestLog())
	heard := 0
	s.OnRequest(func(tiledesktest.Request) { heard++ })
	send(t, s, http.MethodGet, "/", "", "")
	s.OnRequest(nil)
	send(t, s, http.MethodGet, "/", "", "")
	if n := len(s.Requests()); n != 0 || heard != 1 {
		t.Errorf("%d requests kept, %d heard of, want 0 and 1", n, heard)
	}
}

func TestOnRequest_canSignSomebodyInBetweenTwoPages(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithPageSize(1))
	s.AddUser(agent, password)
	first := s.Issue(agent, 1)[0]
	s.OnRequest(func(r tiledesktest.Request) {
		r.Header.Set("Authorization", "changed in a copy")
		if r.Query.Get("page") == "1" {
			s.Issue(agent, 1)
		}
	})
	rows := entries(s, "/jwt/history?page=1", "JWT "+first)
	if len(rows) != 1 || rows[0].JTI != jtiOf(first) {
		t.Errorf("page 1 shows %v, want the first token, shifted down", rows)
	}
}

func TestServer_isSafeForManyAtOnce(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t, tiledesktest.WithRevokedHidden())
	s.AddUser(agent, password)
	tokens := s.Issue(agent, 200)
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	t.Cleanup(transport.CloseIdleConnections)
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			for i := w; i < len(tokens); i += 8 {
				s.Inject(tiledesktest.Fault{Path: "/none"})
				for _, r := range []struct{ method, path string }{
					{http.MethodDelete, "/jwt/history/" + jtiOf(tokens[i])},
					{http.MethodGet, "/jwt/history?sortField=jti&page=1"},
				} {
					got, err := exchange(t.Context(), transport, s, r.method, r.path, basic(agent, password), "")
					if err != nil || got.status != http.StatusOK {
						t.Errorf("%s %s: %d, %v", r.method, r.path, got.status, err)
					}
				}
				s.Issue(agent, 1)
				_ = s.Requests()
			}
		})
	}
	workers.Wait()
	for _, token := range tokens {
		if !s.Revoked(token) {
			t.Fatalf("%s is not revoked", jtiOf(token))
		}
	}
	if n := len(s.Requests()); n != 400 {
		t.Errorf("%d requests recorded, want 400", n)
	}
	if n := len(s.Tokens(agent)); n != 400 {
		t.Errorf("%d tokens, want 400", n)
	}
}

func TestClose_canBeCalledAgainAndKeepsTheState(t *testing.T) {
	t.Parallel()
	s, err := tiledesktest.Start(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("URL %s is not on the loopback interface", s.URL())
	}
	s.AddUser(agent, password)
	token := s.Issue(agent, 1)[0]
	s.Close()
	s.Close()
	if s.Revoked(token) || len(s.Tokens(agent)) != 1 {
		t.Error("the state is lost")
	}
	if _, err := try(t.Context(), s, http.MethodGet, "/", "", ""); err == nil {
		t.Error("a closed server answered")
	}
	if !aborts(func() { serve(t.Context(), s, "/") }) {
		t.Error("a closed handler answered")
	}
}

func TestNewServer_endsWithItsTest(t *testing.T) {
	t.Parallel()
	var s *tiledesktest.Server
	t.Run("inner", func(t *testing.T) {
		s = tiledesktest.NewServer(t)
		send(t, s, http.MethodGet, "/", "", "").wantStatus(t, http.StatusOK)
	})
	if _, err := try(t.Context(), s, http.MethodGet, "/", "", ""); err == nil {
		t.Error("the server answered after the end of its test")
	}
}

func TestNewHandler_canBeMountedBelowAPrefix(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewHandler()
	s.AddUser(agent, password)
	token := s.IssueWithJTI(agent, "a/b")
	front := httptest.NewServer(http.StripPrefix("/v3", s))
	t.Cleanup(front.Close)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, front.URL+"/v3/jwt/history/a%2Fb", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "JWT "+token)
	response, err := front.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || !s.Revoked(token) {
		t.Errorf("status %d, revoked: %v, want 200 and true", response.StatusCode, s.Revoked(token))
	}
}

func TestServer_saysMisuseClearly(t *testing.T) {
	t.Parallel()
	for want, misuse := range map[string]func(*tiledesktest.Server){
		`Issue: there is no user "x"`:           func(s *tiledesktest.Server) { s.Issue("x", 1) },
		`DisableUser: there is no user "x"`:     func(s *tiledesktest.Server) { s.DisableUser("x") },
		`IssueAt: there is no user "x"`:         func(s *tiledesktest.Server) { s.IssueAt("x", time.Now(), 1) },
		`IssueWithJTI: there is no user "x"`:    func(s *tiledesktest.Server) { s.IssueWithJTI("x", "j") },
		`IssueWithoutJTI: there is no user "x"`: func(s *tiledesktest.Server) { s.IssueWithoutJTI("x", 1) },
		`the jti "" is empty`:                   func(s *tiledesktest.Server) { s.IssueWithJTI(agent, "") },
		`the jti "taken" is empty or already used`: func(s *tiledesktest.Server) {
			s.IssueWithJTI(agent, "taken")
			s.IssueWithJTI(agent, "taken")
		},
		`needs an email and a password`:                 func(s *tiledesktest.Server) { s.AddUser(agent, "") },
		`SetField: this server did not issue the token`: func(s *tiledesktest.Server) { s.SetField("a.b.c", "x", 1) },
		`SetField: the name is empty`:                   func(s *tiledesktest.Server) { s.SetField(s.Tokens(agent)[0], "", 1) },
		`SetField: json: unsupported type: chan int`:    func(s *tiledesktest.Server) { s.SetField(s.Tokens(agent)[0], "x", make(chan int)) },
		`199 is not the status of an`:                   func(s *tiledesktest.Server) { s.Inject(tiledesktest.Fault{Status: 199}) },
		`600 is not the status of an`:                   func(s *tiledesktest.Server) { s.Inject(tiledesktest.Fault{Status: 600}) },
		`99 is not the status of an`:                    func(s *tiledesktest.Server) { s.Inject(tiledesktest.Fault{Status: 99}) },
		`Inject: a Delay below zero: -1`:                func(s *tiledesktest.Server) { s.Inject(tiledesktest.Fault{Delay: -1}) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := tiledesktest.NewHandler()
			s.AddUser(agent, password)
			s.Issue(agent, 1)
			text := panicOf(func() { misuse(s) })
			if !strings.Contains(text, want) || !strings.HasPrefix(text, "tiledesktest: ") {
				t.Errorf("panics with %q, want %q", text, want)
			}
			s.Issue(agent, 1) // the lock is free
			if n := len(s.Tokens("x")); n != 0 {
				t.Errorf("%d tokens of nobody", n)
			}
		})
	}
}

// spy stands for a test that ends by misuse.
type spy struct {
	testing.TB
	said    string
	helpers []string // who called Helper, so that the test is named where it is wrong
}

func (s *spy) Helper() {
	pc, _, _, _ := runtime.Caller(1)
	name := runtime.FuncForPC(pc).Name()
	s.helpers = append(s.helpers, name[strings.LastIndexByte(name, '.')+1:])
}

func (s *spy) Fatalf(format string, args ...any) {
	s.said = fmt.Sprintf(format, args...)
}

func TestNewServer_misuseEndsTheTest(t *testing.T) {
	t.Parallel()
	tb := &spy{TB: t}
	s := tiledesktest.NewServer(tb)
	if !slices.Equal(tb.helpers, []string{"NewServer"}) {
		t.Errorf("helpers are %q", tb.helpers)
	}
	for _, tt := range []struct {
		misuse  func()
		helpers []string
	}{
		{func() { s.AddUser("", "x") }, []string{"AddUser"}},
		{func() { s.DisableUser("x") }, []string{"DisableUser", "unknownUser"}},
		{func() { s.Issue("x", 1) }, []string{"Issue", "unknownUser"}},
		{func() { s.IssueAt("x", time.Now(), 1) }, []string{"IssueAt", "unknownUser"}},
		{func() { s.IssueWithJTI("x", "j") }, []string{"IssueWithJTI", "unknownUser"}},
		{func() { s.IssueWithoutJTI("x", 1) }, []string{"IssueWithoutJTI", "unknownUser"}},
		{func() { s.SetField("x", "y", 1) }, []string{"SetField"}},
		{func() { s.Inject(tiledesktest.Fault{Status: 99}) }, []string{"Inject"}},
	} {
		tb.said, tb.helpers = "", nil
		if tt.misuse(); tb.said == "" || !slices.Equal(tb.helpers, tt.helpers) {
			t.Errorf("it said %q, and the helpers are %q, want %q", tb.said, tb.helpers, tt.helpers)
		}
	}
}

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}
