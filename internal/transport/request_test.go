package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

func TestClient_Do_sendsTheBodyEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		read := func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			if err != nil {
				return nil, err
			}
			return servertest.Reply(503, "")(r)
		}
		do(t.Context(), func(_ *transport.Client, r *transport.Request) { r.Method, r.Body = "POST", []byte("{}") }, read)
		if !reflect.DeepEqual(bodies, []string{"{}", "{}", "{}", "{}"}) {
			t.Errorf("sent %q", bodies)
		}
	})
}

func TestRequest_Grace_letsAnAttemptBeAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		slow := func(r *http.Request) (*http.Response, error) {
			cancel()
			select {
			case <-r.Context().Done():
				return nil, r.Context().Err()
			case <-time.After(4 * time.Second):
				return servertest.Reply(200, "[]")(r)
			}
		}
		graceful := func(_ *transport.Client, r *transport.Request) { r.Grace = context.WithoutCancel(ctx) }
		if result, _ := do(ctx, graceful, slow); !result.Whole() || result.Response.StatusCode != 200 {
			t.Errorf("got %+v", result)
		}
	})
}

func TestRequest_Observe_isToldOfEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []transport.Attempt
		watch := func(c *transport.Client, r *transport.Request) {
			c.Limit = func(context.Context) error { time.Sleep(time.Second); return nil }
			r.Observe = func(a transport.Attempt) { told = append(told, a) }
		}
		slow := func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return servertest.Reply(429, "", "Retry-After", "7")(r)
		}
		do(t.Context(), watch, slow, servertest.BreakOff(&url.Error{Err: http.ErrSchemeMismatch}))
		want := []transport.Attempt{
			{Number: 1, StatusCode: 429, RetryAfter: 7 * time.Second, Limited: time.Second, Duration: 2 * time.Second, Wait: 7 * time.Second},
			{Number: 2, Limited: time.Second},
		}
		if len(told) != 2 || !errors.Is(told[1].Err, http.ErrSchemeMismatch) {
			t.Fatalf("told %+v", told)
		}
		told[1].Err = nil
		if !slices.Equal(told, want) {
			t.Errorf("told %+v, want %+v", told, want)
		}
	})
}

func TestResponse_Ended(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raw  string
		want bool
	}{
		"a length":           {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
		"chunks":             {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
		"no content":         {"HTTP/1.1 204 No Content\r\n\r\n", true},
		"nothing":            {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false},
		"nothing, HTTP/1.0":  {"HTTP/1.0 200 OK\r\n\r\n", false},
		"a length, HTTP/1.0": {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_, _ = io.WriteString(conn, test.raw)
					_ = conn.Close()
				}
			}))
			t.Cleanup(server.Close)
			base, _ := url.Parse(server.URL)
			real := func(c *transport.Client, r *transport.Request) {
				c.RoundTripper, r.URL, r.Method = server.Client().Transport, base, "DELETE"
			}
			result, _ := do(t.Context(), real)
			if !result.Whole() || result.Response.Ended != test.want {
				t.Errorf("got %+v", result)
			}
		})
	}
	mocked := func(*http.Request) (*http.Response, error) { // without a length, as httpmock makes it
		return &http.Response{StatusCode: 200, ContentLength: -1, Body: http.NoBody}, nil
	}
	if result, _ := do(t.Context(), nil, mocked); !result.Response.Ended {
		t.Error("the end of a response that no connection carried is not known")
	}
}
