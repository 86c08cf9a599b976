package tiledesk

import (
	"context"
	"errors"
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

func TestRevokeAllSparesTheTokenInUse(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 95)
	report, err := client.JWT.RevokeAll(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Revoked != 94 || report.Skipped != 1 || report.Passes != 2 {
		t.Errorf("got %+v", report)
	}
	for _, token := range tokens[:94] {
		if !server.Revoked(token) {
			t.Error("a token is alive that was reported as revoked")
		}
	}
	if server.Revoked(tokens[94]) {
		t.Error("the run revoked the token that it uses")
	}
}

func TestRevokeAllRevokesTheTokenInUseLast(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 95, tiledesktest.WithRevokedHidden())
	var last RevokeResult
	report, err := client.JWT.RevokeAll(context.Background(), &RevokeOptions{IncludeCurrent: true, OnResult: func(r RevokeResult) { last = r }})
	if err != nil || report.Revoked != 95 {
		t.Fatalf("got %+v, %v", report, err)
	}
	claims, _ := ParseClaims(tokens[94])
	if last.Target.JTI != claims.JTI || !server.Revoked(tokens[94]) {
		t.Errorf("the last result is %+v", last)
	}
}

func TestRevokeEachStopsOn401(t *testing.T) {
	t.Parallel()
	server, client, _ := newTestServer(t, 10)
	server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: "Unauthorized", Times: -1})
	targets := make([]Target, 100)
	for i := range targets {
		targets[i].JTI = "some"
	}
	report, err := client.JWT.RevokeEach(context.Background(), Targets(targets...), &RevokeOptions{Concurrency: 1})
	if !errors.Is(err, ErrUnauthorized) || report.Failed != 1 || report.NotAttempted > 2 {
		t.Errorf("got %+v, %v", report, err)
	}
}
