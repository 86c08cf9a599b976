package facetest

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestCredentialsFunc_isAskedOnceACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop")
		server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})
		asked := 0
		client := newClient(t, server, tiledesk.CredentialsFunc(func(context.Context) (string, error) {
			asked++
			return tokens[0], nil // without JWT in front
		}))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || asked != 1 || page.Response.Attempts != 2 {
			t.Errorf("asked %d times, got %v, %v", asked, page, err)
		}
		for _, request := range server.Requests() {
			if got := request.Header.Get("Authorization"); got != "JWT "+tokens[0] {
				t.Errorf("sent %q", got)
			}
		}
	})
}

func TestCredentialsFunc_refusesNil(t *testing.T) {
	t.Parallel()
	if _, err := tiledesk.NewClient(tiledesk.CredentialsFunc(nil)); !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("NewClient: %v", err)
	}
	if _, err := tiledesk.CredentialsFunc(nil).Authorization(t.Context()); !errors.Is(err, tiledesk.ErrInvalidArgument) {
		t.Errorf("Authorization: %v", err)
	}
}

func TestWithCredentials_sendsItsOwnAndSharesConnections(t *testing.T) {
	t.Parallel()
	api := tiledesktest.NewHandler()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(api)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	shared, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithBaseURL(server.URL), tiledesk.WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.CloseIdleConnections)
	api.AddUser(agent, password)
	for _, token := range api.Issue(agent, 200) {
		client, err := shared.WithCredentials(tiledesk.JWTAuth(token))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		requests := api.Requests()
		if got := requests[len(requests)-1].Header.Get("Authorization"); got != "JWT "+token {
			t.Fatalf("sent %q", got)
		}
		if client.BaseURL() != server.URL {
			t.Fatalf("the base URL is %s", client.BaseURL())
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("200 calls by 200 clients took %d connections, want 1", n)
	}
}

func TestWithCredentials_sharesTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, tokens := newServer(t, "laptop", "phone")
		shared := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(rate.NewLimiter(rate.Every(time.Minute), 1)))
		began := time.Now()
		for _, token := range tokens {
			client, err := shared.WithCredentials(tiledesk.JWTAuth(token))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("two calls took %v, want the minute of one limiter", took)
		}
	})
}

func TestWithCredentials_knowsNotWhatTheOtherWasTold(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "laptop", "phone")
	first := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	if _, err := first.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	server.DisableUser(agent)
	if _, err := first.SignOut(t.Context()); err != nil {
		t.Errorf("a client whose token the server accepted before: %v", err)
	}
	second, err := first.WithCredentials(tiledesk.JWTAuth(tokens[1]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.SignOut(t.Context()); !errors.Is(err, tiledesk.ErrUnauthorized) {
		t.Errorf("a client whose token was never used: %v", err)
	}
}

func TestWithCredentials_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "laptop")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	for name, credentials := range map[string]tiledesk.Credentials{
		"nil": nil, "a nil function": tiledesk.CredentialsFunc(nil), "an empty token": tiledesk.JWTAuth(""),
	} {
		if got, err := client.WithCredentials(credentials); got != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestToken_TargetHasBothIdentifiers(t *testing.T) {
	t.Parallel()
	token := &tiledesk.Token{ID: "an id", JTI: "a jti"}
	if got := token.Target(); got != (tiledesk.Target{ID: "an id", JTI: "a jti"}) {
		t.Errorf("got %v", got)
	}
	if got := (*tiledesk.Token)(nil).Target(); got != (tiledesk.Target{}) {
		t.Errorf("of nil: %v", got)
	}
}

// A target by id alone would lock the client out.
func TestToken_TargetKeepsTheGuardOfTheOwnToken(t *testing.T) {
	t.Parallel()
	server, tokens := newServer(t, "laptop", "phone")
	client := newClient(t, server, tiledesk.JWTAuth(tokens[0]))
	var targets []tiledesk.Target
	for token, err := range client.JWT.History(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, token.Target())
	}
	report, err := client.JWT.RevokeEach(t.Context(), tiledesk.Targets(targets...), nil)
	if err != nil || report.Revoked != 1 || report.Skipped != 1 || server.Revoked(tokens[0]) || !server.Revoked(tokens[1]) {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestToken_readsBackWhatItMarshals(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	for want, token := range map[string]tiledesk.Token{
		`{"id":"a","jti":"b","createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:06.678Z"}`: {ID: "a", JTI: "b", CreatedAt: at, UpdatedAt: at.Add(time.Second)},
		`{"id":"a","jti":""}`: {ID: "a"},
	} {
		token.Raw = json.RawMessage(`{"secret":"stays here"}`)
		text, err := json.Marshal(&token)
		if err != nil || string(text) != want {
			t.Errorf("marshaled %s, %v; want %s", text, err, want)
		}
		var back tiledesk.Token
		if err := json.Unmarshal(text, &back); err != nil || back.Raw != nil || strings.Contains(string(text), "secret") {
			t.Errorf("unmarshaled %v, %v", back, err)
		}
		token.Raw = nil
		if back.ID != token.ID || back.JTI != token.JTI || !back.CreatedAt.Equal(token.CreatedAt) || !back.UpdatedAt.Equal(token.UpdatedAt) {
			t.Errorf("read back %v, want %v", back, token)
		}
	}
}
