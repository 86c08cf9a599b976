package tiledesk

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// loopback is a server on loopback that remembers what reached it.
type loopback struct {
	URL string

	mu          sync.Mutex
	requests    []*http.Request
	connections int
}

// newWire starts a server that answers with the handler.
func newWire(t *testing.T, handler http.HandlerFunc) *loopback {
	t.Helper()
	w := &loopback{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, r.Clone(context.Background()))
		w.mu.Unlock()
		handler(rw, r)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.connections++
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	w.URL = server.URL
	return w
}

// arrived are the requests so far.
func (w *loopback) arrived() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.requests...)
}

// opened is the number of connections so far.
func (w *loopback) opened() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.connections
}

// only is the one request that arrived.
func (w *loopback) only(t *testing.T) *http.Request {
	t.Helper()
	requests := w.arrived()
	if len(requests) != 1 {
		t.Fatalf("%d requests arrived, want 1", len(requests))
	}
	return requests[0]
}

// answerOK answers every route with a success.
func answerOK(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		_, _ = w.Write([]byte(`{"perPage":40,"count":1,"jwts":[{"_id":"6b02c254b4f8164bc2ae64b3","jti":"j1"}]}`))
		return
	}
	_, _ = w.Write([]byte(`{"success":true}`))
}

// answerWith answers every route with that.
func answerWith(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// serviceCalls are the calls of the service, each with something valid.
var serviceCalls = map[string]func(context.Context, *Client) error{
	"listing": func(ctx context.Context, c *Client) error {
		_, err := c.JWT.ListHistory(ctx, nil)
		return err
	},
	"revoking by jti": func(ctx context.Context, c *Client) error {
		_, err := c.JWT.RevokeByJTI(ctx, "2e5e5e9b-8a3b-4975-83e2-35ea216c468b")
		return err
	},
	"revoking by id": func(ctx context.Context, c *Client) error {
		_, err := c.JWT.RevokeByID(ctx, "6b02c254b4f8164bc2ae64b3")
		return err
	},
}

// constant is a transport that makes the same answer every time.
func constant(answer func() *http.Response) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return answer(), nil }
}
