package tiledesk

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// endless is a body that never ends and counts what was taken from it.
type endless struct {
	read   int
	closed bool
}

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error {
	e.closed = true
	return nil
}

func checkTooLarge(t *testing.T, err error, status int) {
	t.Helper()
	var apiErr *APIError
	if !errors.Is(err, ErrResponseTooLarge) || !errors.As(err, &apiErr) || apiErr.StatusCode != status {
		t.Fatalf("got %v, want ErrResponseTooLarge with status %d", err, status)
	}
	if apiErr.Attempts != 1 || apiErr.Message != "" || len(apiErr.Response.Body) != 0 {
		t.Errorf("%d attempts, message %q, %d bytes kept", apiErr.Attempts, apiErr.Message, len(apiErr.Response.Body))
	}
}

// Nothing is read of an answer that announces more than the limit, and no more
// than a byte beyond it of one that does not.
func TestLimit_stopsReading(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 500} {
		for name, tt := range map[string]struct {
			length  int64
			atMost  int
			atLeast int
		}{
			"announced":   {length: transport.MaxBody + 1},
			"unannounced": {length: -1, atLeast: transport.MaxBody + 1, atMost: transport.MaxBody + 1},
			"a lie":       {length: 10, atLeast: transport.MaxBody + 1, atMost: transport.MaxBody + 1},
		} {
			body := &endless{}
			client := newTestClient(t, "https://tiledesk.test", withTransport(roundTripFunc(func(*http.Request) (*http.Response, error) {
				resp := answer(status, "")
				resp.Body, resp.ContentLength = body, tt.length
				return resp, nil
			})))
			_, err := client.JWT.RevokeByJTI(t.Context(), "j1")
			checkTooLarge(t, err, status)
			if body.read > tt.atMost || body.read < tt.atLeast || !body.closed {
				t.Errorf("%d, %s: %d bytes read, closed %t; want %d to %d", status, name, body.read, body.closed, tt.atLeast, tt.atMost)
			}
		}
	}
}

// The limit itself is still read.
func TestLimit_isInclusive(t *testing.T) {
	t.Parallel()
	body := `[]` + strings.Repeat(" ", transport.MaxBody-2)
	server := newWire(t, answerWith(200, body))
	client := newTestClient(t, server.URL)
	client.settings.attempts.AttemptTimeout = time.Hour // a busy machine takes long over it
	page, err := client.JWT.ListHistory(t.Context(), nil)
	if err != nil || len(page.Response.Body) != transport.MaxBody {
		t.Errorf("got %v, %v; want a page of %d bytes", page, err, transport.MaxBody)
	}
}

func TestLimit_onTheWire(t *testing.T) {
	t.Parallel()
	zeros := gzipped(t, make([]byte, 1<<20)) // one after the other they are one answer
	tests := map[string]http.HandlerFunc{
		"an endless answer in pieces": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		},
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for range 1 << 10 {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newWire(t, handler)
			client := newTestClient(t, server.URL)
			client.settings.attempts.AttemptTimeout = time.Hour // only the size counts
			checkTooLarge(t, serviceCalls["revoking by jti"](t.Context(), client), 200)
			server.only(t)
		})
	}
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
