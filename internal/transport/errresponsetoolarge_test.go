package transport_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

func checkTooLarge(t *testing.T, err error, status int) {
	t.Helper()
	var apiErr *tiledesk.APIError
	if !errors.Is(err, tiledesk.ErrResponseTooLarge) || !errors.As(err, &apiErr) || apiErr.StatusCode != status {
		t.Fatalf("got %v, want ErrResponseTooLarge with status %d", err, status)
	}
	if apiErr.Attempts != 1 || apiErr.Message != "" || len(apiErr.Response.Body) != 0 {
		t.Errorf("%d attempts, message %q, %d bytes kept", apiErr.Attempts, apiErr.Message, len(apiErr.Response.Body))
	}
}

// The limit itself is still read.
func TestErrResponseTooLarge_limitIsInclusive(t *testing.T) {
	t.Parallel()
	body := `[]` + strings.Repeat(" ", transport.MaxBody-2)
	server := servertest.NewLoopback(t, servertest.AnswerWith(200, body))
	client := servertest.NewClient(t, server.URL, tiledesk.WithHTTPClient(&http.Client{Timeout: time.Hour})) // a busy machine takes long over it
	page, err := client.JWT.ListHistory(t.Context(), nil)
	if err != nil || len(page.Response.Body) != transport.MaxBody {
		t.Errorf("got %v, %v; want a page of %d bytes", page, err, transport.MaxBody)
	}
}

func TestErrResponseTooLarge_onTheWire(t *testing.T) {
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
			server := servertest.NewLoopback(t, handler)
			client := servertest.NewClient(t, server.URL, tiledesk.WithHTTPClient(&http.Client{Timeout: time.Hour})) // only the size counts
			checkTooLarge(t, servertest.Calls["revoking by jti"].Run(t.Context(), client), 200)
			server.Only(t)
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
