package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const agent = "agent@example.com"

// An integration test: the whole program against a server with a state of its
// own. Nothing is mocked, so the test says nothing about how the program asks.
func TestReportsNewSignIns(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t, tiledesktest.WithPageSize(2))
	server.AddUser(agent, "secret")
	tokens := server.Issue(agent, 5)

	var log strings.Builder
	w := newWatcher(newClient(t, server, tokens[4]), slog.New(slog.NewTextHandler(&log, nil)))
	for _, want := range []struct{ signIns, reports int }{{0, 0}, {0, 0}, {3, 3}, {0, 3}} {
		server.Issue(agent, want.signIns)
		if err := w.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(log.String(), `msg="new sign-in"`); got != want.reports {
			t.Errorf("%d sign-ins reported, want %d:\n%s", got, want.reports, &log)
		}
	}
}

// A fault of the network must neither end the watch nor hide a sign-in.
func TestSurvivesFaults(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(agent, "secret")
	token := server.Issue(agent, 1)[0]
	var log strings.Builder
	w := newWatcher(newClient(t, server, token), slog.New(slog.NewTextHandler(&log, nil)))
	if err := w.look(t.Context()); err != nil {
		t.Fatal(err)
	}

	server.Issue(agent, 1)
	server.Inject(tiledesktest.Fault{Path: "/jwt/history", Status: 500, Body: "<html><title>Oops</title></html>"})
	if err := w.look(t.Context()); !errors.Is(err, tiledesk.ErrServer) || permanent(err) {
		t.Errorf("got %v, want an error that is not permanent", err)
	}
	if err := w.look(t.Context()); err != nil || !strings.Contains(log.String(), "new sign-in") {
		t.Errorf("the sign-in was lost: %v\n%s", err, &log)
	}
}

// A revoked token ends the watch.
func TestStopsWhenRevoked(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(agent, "secret")
	client := newClient(t, server, server.Issue(agent, 1)[0])
	if _, err := client.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := newWatcher(client, slog.New(slog.DiscardHandler)).watch(t.Context(), 1); !errors.Is(err, tiledesk.ErrUnauthorized) {
		t.Errorf("got %v, want ErrUnauthorized", err)
	}
}

// newClient is the client of a test: it waits for nothing.
func newClient(t *testing.T, server *tiledesktest.Server, token string) *tiledesk.Client {
	t.Helper()
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token),
		tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithRateLimiter(nil),
		tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
