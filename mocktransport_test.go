package tiledesk

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// A step answers one attempt of a call.
type step func(*http.Request) (*http.Response, error)

// script is a transport that plays its steps in turn, the last one for ever, and
// remembers what was asked for and when.
type script struct {
	steps []step

	mu       sync.Mutex
	requests []*http.Request
	times    []time.Time
}

func answering(steps ...step) *script { return &script{steps: steps} }

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.requests)
	s.requests = append(s.requests, r)
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	return s.steps[min(n, len(s.steps)-1)](r)
}

// sent asserts that n requests were sent, each of that method and path.
func (s *script) sent(t *testing.T, n int, method, path string) {
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
		if r.Header.Get("Authorization") != "JWT "+testToken {
			t.Error("a request went without the authorization")
		}
	}
}

// waits are the times between one attempt and the next.
func (s *script) waits() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var waits []time.Duration
	for i := 1; i < len(s.times); i++ {
		waits = append(waits, s.times[i].Sub(s.times[i-1]))
	}
	return waits
}

// reply answers with a status; header are names and values in turn.
func reply(status int, body string, header ...string) step {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, header...), nil }
}

// breakOff is a connection that fails before any answer.
func breakOff(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// cutShort answers and breaks in the middle of the body.
func cutShort(status int, body string, header ...string) step {
	return func(*http.Request) (*http.Response, error) {
		resp := answer(status, body, header...)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{}))
		resp.ContentLength = int64(len(body)) + 100
		return resp, nil
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// hang answers nothing until the attempt is given up.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// apiErrorOf asserts that an error answers to *APIError with a status and a
// number of attempts.
func apiErrorOf(t *testing.T, err error, status, attempts int) *APIError {
	t.Helper()
	var apiErr *APIError
	if !errors.As(err, &apiErr) {
		t.Fatalf("got %v, want an *APIError", err)
	}
	if apiErr.StatusCode != status || apiErr.Attempts != attempts || apiErr.Response.Attempts != attempts {
		t.Errorf("got status %d after %d attempts (response: %d), want %d after %d",
			apiErr.StatusCode, apiErr.Attempts, apiErr.Response.Attempts, status, attempts)
	}
	return apiErr
}

const (
	testURL  = "https://tiledesk.test/v3"
	testJTI  = "2e5e5e9b-8a3b-4975-83e2-35ea216c468b"
	listPath = "/v3/jwt/history"
)

// bothCalls are a list and a revocation; the retries treat them alike.
var bothCalls = map[string]struct {
	method, path string
	success      string
	run          func(t *testing.T, c *Client) error
}{
	"list": {"GET", listPath, "[]", func(t *testing.T, c *Client) error {
		_, err := c.JWT.ListHistory(t.Context(), nil)
		return err
	}},
	"revoke": {"DELETE", listPath + "/" + testJTI, "{}", func(t *testing.T, c *Client) error {
		_, err := c.JWT.RevokeByJTI(t.Context(), testJTI)
		return err
	}},
}
