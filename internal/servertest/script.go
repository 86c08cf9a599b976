package servertest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Step answers one attempt of a call. It is a transport too, which answers every
// attempt alike.
type Step func(*http.Request) (*http.Response, error)

// RoundTrip answers the request.
func (s Step) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

// Script is a transport that plays its steps in turn, the last one forever, and
// remembers what was asked for and when.
type Script struct {
	Steps []Step

	mu       sync.Mutex
	requests []*http.Request
	times    []time.Time
}

// Answering is a transport that plays the steps.
func Answering(steps ...Step) *Script { return &Script{Steps: steps} }

// RoundTrip plays the next step.
func (s *Script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, r)
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	return s.Steps[min(n, len(s.Steps)-1)](r)
}

// Sent asserts that n requests were sent, each of that method and path.
func (s *Script) Sent(t *testing.T, n int, method, path string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) != n {
		t.Errorf("sent %d requests, want %d", len(s.requests), n)
	}
	for _, r := range s.requests {
		if r.Method != method || r.URL.EscapedPath() != path {
			t.Errorf("sent %s %s, want %s %s", r.Method, r.URL.EscapedPath(), method, path)
		}
		if r.Header.Get("Authorization") != "JWT "+Token {
			t.Error("a request went without the authorization")
		}
	}
}

// Waits are the times between one attempt and the next.
func (s *Script) Waits() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var waits []time.Duration
	for i := 1; i < len(s.times); i++ {
		waits = append(waits, s.times[i].Sub(s.times[i-1]))
	}
	return waits
}

// Times are when each attempt was made.
func (s *Script) Times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.times)
}

// Requests are those that were sent.
func (s *Script) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Unasked is a step that fails the test: nothing may be sent.
func Unasked(t *testing.T) Step {
	t.Helper()
	return func(r *http.Request) (*http.Response, error) {
		t.Errorf("unexpected request %s %s", r.Method, r.URL.EscapedPath())
		return nil, context.Canceled
	}
}

// Reply answers with a status; header are names and values in turn.
func Reply(status int, body string, header ...string) Step {
	return func(*http.Request) (*http.Response, error) { return Answer(status, body, header...), nil }
}

// BreakOff is a connection that fails before any answer.
func BreakOff(err error) Step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// CutShort answers and breaks in the middle of the body.
func CutShort(status int, body string, header ...string) Step {
	return func(*http.Request) (*http.Response, error) {
		resp := Answer(status, body, header...)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{}))
		resp.ContentLength = int64(len(body)) + 100
		return resp, nil
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Hang answers nothing until the attempt is given up.
func Hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Answer is a response as a transport gives it.
func Answer(status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode:    status,
		Header:        http.Header{},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// Page404 is the page of an HTTP server that does not know the route.
const Page404 = "<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot DELETE</pre></body></html>"

// FirstPageOf answers the first page of a list, and an empty one after it.
func FirstPageOf(r *http.Request, entries ...string) *http.Response {
	if r.URL.Query().Has("page") {
		entries = nil
	}
	return Answer(200, "["+strings.Join(entries, ",")+"]")
}

// RowOf is a row with the id "id-<jti>".
func RowOf(jti string) string { return fmt.Sprintf(`{"_id":"id-%s","jti":%q}`, jti, jti) }
