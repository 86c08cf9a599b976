package servertest

import (
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Email and Password are those of the user of NewServer.
const Email, Password = "agent@example.com", "Passw0rd!x"

// NewServer is a server with one user and a client of that user's newest of
// n tokens; the tokens come oldest first.
func NewServer(t testing.TB, n int, opts ...tiledesktest.Option) (*tiledesktest.Server, *tiledesk.Client, []string) {
	t.Helper()
	server := tiledesktest.NewServer(t, opts...)
	server.AddUser(Email, Password)
	tokens := server.Issue(Email, n)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[n-1]), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRetryPolicy(Quick), tiledesk.WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return server, client, tokens
}
