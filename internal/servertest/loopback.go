package servertest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Loopback is a server on loopback that remembers what reached it.
type Loopback struct {
	URL string

	mu          sync.Mutex
	requests    []*http.Request
	connections int
}

// NewLoopback starts a server that answers with the handler.
func NewLoopback(t testing.TB, handler http.HandlerFunc) *Loopback {
	t.Helper()
	w := &Loopback{}
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

// Arrived are the requests so far.
func (w *Loopback) Arrived() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*http.Request(nil), w.requests...)
}

// Opened is the number of connections so far.
func (w *Loopback) Opened() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.connections
}

// Only is the one request that arrived.
func (w *Loopback) Only(t testing.TB) *http.Request {
	t.Helper()
	requests := w.Arrived()
	if len(requests) != 1 {
		t.Fatalf("%d requests arrived, want 1", len(requests))
	}
	return requests[0]
}

// AnswerOK answers every route with a success.
func AnswerOK(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(successOf(r.Method, r.URL.Path)))
}

// AnswerWith answers every route with that.
func AnswerWith(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}
