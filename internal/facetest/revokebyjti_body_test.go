package facetest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// rawWire is a server that writes these bytes as its answer and closes the connection.
func rawWire(t *testing.T, answer string) *servertest.Loopback {
	t.Helper()
	return servertest.NewLoopback(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write([]byte(answer))
		_ = conn.Close()
	})
}

// flush sends the header on its way.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

func zippedText(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// An answer whose end nothing tells may have been truncated: what begins another
// answer counts for nothing, and an empty body begins them all.
func TestRevokeByJTI_endOfTheBody(t *testing.T) {
	t.Parallel()
	const open, old = "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	const zipped = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	revoked := zippedText(`{"success":true}`)
	for name, test := range map[string]struct {
		answer string
		want   error
	}{
		"nothing":                       {open, tiledesk.ErrUnexpectedResponse},
		"nothing, HTTP/1.0":             {old, tiledesk.ErrUnexpectedResponse},
		"nothing, and a closing":        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", tiledesk.ErrUnexpectedResponse},
		"a line break":                  {open + "\r\n", tiledesk.ErrUnexpectedResponse},
		"OK":                            {open + "OK", tiledesk.ErrUnexpectedResponse},
		"true":                          {open + "true", tiledesk.ErrUnexpectedResponse},
		"null":                          {open + "null", tiledesk.ErrUnexpectedResponse},
		"a number":                      {open + "1", tiledesk.ErrUnexpectedResponse},
		"half an object":                {open + `{"success":true`, tiledesk.ErrUnexpectedResponse},
		"an object":                     {open + `{"success":true}`, nil},
		"an empty object":               {open + `{}`, nil},
		"an object, HTTP/1.0":           {old + `{"n":1,"ok":1}`, nil},
		"OK in quotes":                  {open + `"OK"`, nil},
		"gzip of nothing":               {zipped + "\r\n", tiledesk.ErrUnexpectedResponse},
		"gzip, cut":                     {zipped + "\r\n" + revoked[:len(revoked)-9], tiledesk.ErrUnexpectedResponse},
		"gzip":                          {zipped + "\r\n" + revoked, nil},
		"gzip of OK":                    {zipped + "\r\n" + zippedText("OK"), nil},
		"gzip with a length":            {fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", zipped, len(revoked), revoked), nil},
		"gzip of nothing with a length": {zipped + "Content-Length: 0\r\n\r\n", nil},
		"a length of 0":                 {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", nil},
		"a length of 0, HTTP/1.0":       {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", nil},
		"OK with a length":              {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", nil},
		"204":                           {"HTTP/1.1 204 No Content\r\n\r\n", nil},
		"chunks of nothing":             {chunked + "0\r\n\r\n", nil},
		"chunks of OK":                  {chunked + "2\r\nOK\r\n0\r\n\r\n", nil},
		"chunks without an end":         {chunked, tiledesk.ErrUnexpectedResponse},
		"chunks, cut":                   {chunked + "2\r\nOK\r\n", tiledesk.ErrUnexpectedResponse},
		"205":                           {"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", tiledesk.ErrUnexpectedResponse},
	} {
		for by, revoke := range servertest.BothRevocations {
			t.Run(name+", by "+by, func(t *testing.T) {
				t.Parallel()
				server := rawWire(t, test.answer)
				resp, err := revoke.Run(t, servertest.NewClient(t, server.URL+"/v3", tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{})))
				if (resp == nil) != (test.want != nil) || !errors.Is(err, test.want) || errors.Is(err, tiledesk.ErrNotFound) {
					t.Errorf("got %v, %v; want %v", resp, err, test.want)
				}
				if got := server.Only(t); got.Method != http.MethodDelete || got.URL.Path != revoke.Path {
					t.Errorf("sent %s %s", got.Method, got.URL.Path)
				}
			})
		}
	}
}

// A stream of HTTP/2 has an end of its own, and a reset is not one.
func TestRevokeByJTI_endOfAStream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    error
	}{
		"nothing": {func(http.ResponseWriter, *http.Request) {}, nil},
		"OK":      {func(w http.ResponseWriter, _ *http.Request) { flush(w); _, _ = w.Write([]byte("OK")) }, nil},
		"205":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusResetContent) }, tiledesk.ErrUnexpectedResponse},
		"a reset": {func(w http.ResponseWriter, _ *http.Request) { flush(w); panic(http.ErrAbortHandler) }, tiledesk.ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != 2 || r.Method != http.MethodDelete {
					t.Errorf("%s over %s", r.Method, r.Proto)
				}
				test.handler(w, r)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			t.Cleanup(server.Close)
			client := servertest.NewClient(t, server.URL, servertest.WithTransport(server.Client().Transport), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
			if _, err := client.JWT.RevokeByJTI(t.Context(), servertest.JTI); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// A 401 or a 404 that was truncated is not known to be the server's own.
func TestAPIError_FromServer_wholeBodies(t *testing.T) {
	t.Parallel()
	const notFound = `{"success":false,"msg":"Object not found."}`
	for name, test := range map[string]struct {
		answer string
		want   bool
	}{
		"401":               {"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\nc\r\nUnauthorized\r\n0\r\n\r\n", true},
		"401 without end":   {"HTTP/1.1 401 Unauthorized\r\n\r\nUnauthorized", false},
		"401, cut":          {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 99\r\n\r\nUnauthorized", false},
		"404":               {fmt.Sprintf("HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s", len(notFound), notFound), true},
		"404 without end":   {"HTTP/1.1 404 Not Found\r\n\r\n" + notFound, true},
		"404, cut":          {"HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n" + notFound, false},
		"404 in HTML":       {"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>", false},
		"401 of a gateway":  {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 26\r\n\r\n{\"message\":\"Unauthorized\"}", false},
		"401 with no words": {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := rawWire(t, test.answer)
			_, err := servertest.NewClient(t, server.URL, tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{})).JWT.RevokeByJTI(t.Context(), servertest.JTI)
			var answered *tiledesk.APIError
			if !errors.As(err, &answered) || answered.FromServer() != test.want {
				t.Errorf("got %v, of the server: %t", err, answered.FromServer())
			}
			server.Only(t)
		})
	}
}
