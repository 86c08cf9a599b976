// Package facetest tests what the package tiledesk shows to its users, through
// nothing but that.
package facetest

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const (
	agent    = "agent@example.com"
	password = "Passw0rd!x"
	baseURL  = "https://tiledesk.example"
)

// TestMain fails the package when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer is a server within the process, on which the agent has signed in once
// for each jti.
func newServer(t *testing.T, jtis ...string) (server *tiledesktest.Server, tokens []string) {
	t.Helper()
	server = tiledesktest.NewHandler()
	server.AddUser(agent, password)
	for _, jti := range jtis {
		tokens = append(tokens, server.IssueWithJTI(agent, jti))
	}
	return server, tokens
}

// newClient is a client of the server that waits for no limiter; opts come after the
// defaults.
func newClient(t *testing.T, server *tiledesktest.Server, credentials tiledesk.Credentials, opts ...tiledesk.Option) *tiledesk.Client {
	t.Helper()
	client, err := tiledesk.NewClient(credentials, append(inMemory(server), opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// inMemory are the options that reach a server within the process.
func inMemory(server *tiledesktest.Server) []tiledesk.Option {
	return []tiledesk.Option{
		tiledesk.WithBaseURL(baseURL),
		tiledesk.WithHTTPClient(&http.Client{Transport: server.Transport()}),
		tiledesk.WithRateLimiter(nil),
	}
}

// roundTripFunc is a transport of one function.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
