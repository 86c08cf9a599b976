package tiledesk

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// testToken carries the claims of a real sign-in and a dummy signature.
const testToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJfaWQiOiI2YjAyYzI1NGI0ZjgxNjRiYzJhZTY0YjMiLCJlbWFpbCI6ImFnZW50QGV4YW1wbGUuY29tIiwiZmlyc3RuYW1lIjoiQSIsImxhc3RuYW1lIjoiQiIsImVtYWlsdmVyaWZpZWQiOmZhbHNlLCJpYXQiOjE3OTUzNDI5NDksImF1ZCI6Imh0dHBzOi8vdGlsZWRlc2suY29tIiwiaXNzIjoiaHR0cHM6Ly90aWxlZGVzay5jb20iLCJzdWIiOiJ1c2VyIiwianRpIjoiMmU1ZTVlOWItOGEzYi00OTc1LTgzZTItMzVlYTIxNmM0NjhiIn0.c2lnbmF0dXJl"

// quick retries without waiting noticeably.
var quick = RetryPolicy{MaxRetries: 3, MinWait: time.Millisecond, MaxWait: time.Millisecond}

// newTestClient is a client that waits for nothing; opts come after the defaults.
func newTestClient(t *testing.T, baseURL string, opts ...Option) *Client {
	t.Helper()
	opts = append([]Option{WithBaseURL(baseURL), WithRetryPolicy(quick), WithRateLimiter(nil)}, opts...)
	client, err := NewClient(JWTAuth(testToken), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// newMock is a transport that fails the test on any request it was not told of.
func newMock(t *testing.T) *httpmock.MockTransport {
	t.Helper()
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
		t.Errorf("unexpected request %s %s", r.Method, r.URL.EscapedPath())
		return nil, context.Canceled
	})
	return mock
}

// withTransport puts a transport below a client.
func withTransport(rt http.RoundTripper) Option {
	return WithHTTPClient(&http.Client{Transport: rt})
}

// roundTripFunc is a transport of one function.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answer is a response as a transport gives it.
func answer(status int, body string, header ...string) *http.Response {
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

// recording is one exchange of testdata.
type recording struct {
	Name       string `json:"name"`
	AnsweredBy string `json:"answered_by"`
	Request    struct {
		Method        string          `json:"method"`
		Path          string          `json:"path"`
		Authorization string          `json:"authorization"`
		Body          json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"response"`
}

// response replays what was recorded.
func (r recording) response() *http.Response {
	resp := answer(r.Response.Status, r.Response.Body)
	for name, value := range r.Response.Headers {
		resp.Header.Set(name, value)
	}
	return resp
}

// readRecording reads testdata/<name>.json.
func readRecording(t testing.TB, name string) recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

// recordingNames are all fixtures, sorted.
func recordingNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files
}

// pageOf reads a body as the answer to a list.
func pageOf(body []byte) (*HistoryPage, *wire.Fault) {
	return readPage(0, &Response{StatusCode: http.StatusOK, Body: body})
}
