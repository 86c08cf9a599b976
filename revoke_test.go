package tiledesk

import (
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const testEmail, testPassword = "agent@example.com", "Passw0rd!x"

// newTestServer is a server with one user and a client of that user's newest of
// n tokens; the tokens come oldest first.
func newTestServer(t *testing.T, n int, opts ...tiledesktest.Option) (*tiledesktest.Server, *Client, []string) {
	t.Helper()
	server := tiledesktest.NewServer(t, opts...)
	server.AddUser(testEmail, testPassword)
	tokens := server.Issue(testEmail, n)
	client, err := NewClient(JWTAuth(tokens[n-1]), WithBaseURL(server.URL()), WithRetryPolicy(quick), WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return server, client, tokens
}
