// Package servertest has what tests of every room share: clients, a scripted
// transport, a history in many shapes, a server on loopback, the recordings. It is
// for tests alone, and plays a server in three ways: tiledesktest (NewServer), a
// transport of steps (Answering), and pages of a history (NewHistory).
package servertest

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

const (
	// URL is the base URL of a server that nobody has to reach.
	URL = "https://tiledesk.test/v3"
	// JTI is the jti of Token.
	JTI = "2e5e5e9b-8a3b-4975-83e2-35ea216c468b"
	// ID is the id of an entry.
	ID = "6b02c254b4f8164bc2ae64b7"
	// ListPath is the path of the history below URL.
	ListPath = "/v3/jwt/history"
)

// Token carries the claims of a real sign-in and a dummy signature.
const Token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJfaWQiOiI2YjAyYzI1NGI0ZjgxNjRiYzJhZTY0YjMiLCJlbWFpbCI6ImFnZW50QGV4YW1wbGUuY29tIiwiZmlyc3RuYW1lIjoiQSIsImxhc3RuYW1lIjoiQiIsImVtYWlsdmVyaWZpZWQiOmZhbHNlLCJpYXQiOjE3OTUzNDI5NDksImF1ZCI6Imh0dHBzOi8vdGlsZWRlc2suY29tIiwiaXNzIjoiaHR0cHM6Ly90aWxlZGVzay5jb20iLCJzdWIiOiJ1c2VyIiwianRpIjoiMmU1ZTVlOWItOGEzYi00OTc1LTgzZTItMzVlYTIxNmM0NjhiIn0.c2lnbmF0dXJl"

// Quick retries without waiting noticeably.
var Quick = tiledesk.RetryPolicy{MaxRetries: 3, MinWait: time.Millisecond, MaxWait: time.Millisecond}

// NewClient is a client that waits for nothing; opts come after the defaults.
func NewClient(t testing.TB, baseURL string, opts ...tiledesk.Option) *tiledesk.Client {
	t.Helper()
	opts = append([]tiledesk.Option{tiledesk.WithBaseURL(baseURL), tiledesk.WithRetryPolicy(Quick), tiledesk.WithRateLimiter(nil)}, opts...)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(Token), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// NewClientWith is a client with these credentials, whose requests a step answers.
func NewClientWith(t testing.TB, credentials tiledesk.Credentials, answer Step, opts ...tiledesk.Option) *tiledesk.Client {
	t.Helper()
	opts = append([]tiledesk.Option{tiledesk.WithBaseURL("http://localhost"), tiledesk.WithRetryPolicy(Quick), tiledesk.WithRateLimiter(nil), WithTransport(answer)}, opts...)
	client, err := tiledesk.NewClient(credentials, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// WithTransport puts a transport below a client.
func WithTransport(rt http.RoundTripper) tiledesk.Option {
	return tiledesk.WithHTTPClient(&http.Client{Transport: rt})
}
