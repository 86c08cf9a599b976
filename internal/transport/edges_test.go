package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// 299 is the last status whose body is worth another try, and whose request acted.
func TestClient_Do_cutBodies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for status, want := range map[int]struct {
			attempts int
			lost     bool
		}{200: {4, true}, 299: {4, true}, 300: {1, false}, 400: {1, false}} {
			if result, _ := do(t.Context(), nil, servertest.CutShort(status, "{")); result.Attempts != want.attempts || result.ReplyLost != want.lost || !result.Cut() {
				t.Errorf("%d: got %+v", status, result)
			}
		}
	})
}

func TestClient_Do_saysThatAHeaderWasTooLong(t *testing.T) {
	t.Parallel()
	long := servertest.BreakOff(errors.New("net/http: server response headers exceeded 10 bytes; aborted"))
	if result, _ := do(t.Context(), nil, long); !result.TooLarge || result.Err == nil || !strings.Contains(result.Err.Error(), "header of the answer is too long") {
		t.Errorf("got %+v", result)
	}
}

// The bound itself may be announced.
func TestClient_Do_announcedLengths(t *testing.T) {
	t.Parallel()
	for surplus, large := range map[int64]bool{0: false, 1: true} {
		result, _ := do(t.Context(), nil, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: transport.MaxBody + surplus, Body: io.NopCloser(strings.NewReader("[]"))}, nil
		})
		if result.TooLarge != large || !large && string(result.Response.Body) != "[]" {
			t.Errorf("%d too many: got %+v", surplus, result)
		}
	}
}

// gzip tells its own end, unless nothing came at all.
func TestResponse_Ended_ofGzip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body         string
		uncompressed bool
		want         bool
	}{{"[]", true, true}, {"x", true, true}, {"", true, false}, {"[]", false, false}} {
		result, _ := do(t.Context(), nil, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ProtoMajor: 1, ContentLength: -1, Uncompressed: tt.uncompressed, Body: io.NopCloser(strings.NewReader(tt.body))}, nil
		})
		if result.Response.Ended != tt.want {
			t.Errorf("%+v: got %t", tt, result.Response.Ended)
		}
	}
}

// What ends while the limiter lets an attempt through is not sent any more.
func TestClient_Do_sendsNothingAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("somebody hung up")
	result, sent := do(ctx, func(c *transport.Client, _ *transport.Request) {
		c.Limit = func(context.Context) error { cancel(why); return nil }
	}, servertest.Unasked(t))
	if len(sent.Requests()) != 0 || result.Attempts != 0 || !errors.Is(result.Stop, why) || !errors.Is(result.Err, why) {
		t.Errorf("got %+v after %d requests", result, len(sent.Requests()))
	}
}

func TestNew_sendsToNoProxyWhatIsForThisMachine(t *testing.T) {
	t.Parallel()
	for _, direct := range []bool{false, true} {
		if got := transport.New(direct); (got.Proxy == nil) != direct {
			t.Errorf("direct %v: it asks for a proxy: %v", direct, got.Proxy != nil)
		}
	}
}

// A request without a body has none on the wire either, not an empty one.
func TestClient_Do_sendsNoBodyWhereThereIsNone(t *testing.T) {
	t.Parallel()
	do(t.Context(), nil, func(r *http.Request) (*http.Response, error) {
		if r.Body != nil && r.Body != http.NoBody || r.GetBody != nil {
			t.Errorf("it has the body %v", r.Body)
		}
		return servertest.Reply(200, "")(r)
	})
}

// After the last attempt nobody waits, whatever the server asks for.
func TestRequest_Observe_lastAttemptHasNoWait(t *testing.T) {
	t.Parallel()
	var told []transport.Attempt
	watch := func(_ *transport.Client, r *transport.Request) {
		r.Observe = func(a transport.Attempt) { told = append(told, a) }
	}
	do(t.Context(), watch, servertest.Reply(429, "", "Retry-After", "3600"))
	if len(told) != 1 || told[0].Wait != 0 || told[0].RetryAfter != time.Hour {
		t.Errorf("told %+v", told)
	}
}

// The context that ended is the reason only where it kept the call from going on, and
// where nothing else did before.
func TestClient_Do_contextThatEndsWithAnAnswer(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	for name, tt := range map[string]struct {
		step    func(*http.Request) (*http.Response, error)
		limit   error
		stopped string // what the text of Stop holds; empty: there is none
	}{
		"busy":        {servertest.Reply(503, ""), nil, "context canceled: enough"},
		"done":        {servertest.Reply(200, "[]"), nil, ""},
		"refused":     {servertest.Reply(404, ""), nil, ""},
		"broken":      {servertest.BreakOff(http.ErrSchemeMismatch), nil, "context canceled: enough"},
		"the limiter": {nil, errors.New("closed"), "let nothing through: closed"},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		set := func(c *transport.Client, _ *transport.Request) {
			if tt.limit != nil {
				c.Limit = func(context.Context) error { cancel(cause); return tt.limit }
			}
		}
		result, _ := do(ctx, set, func(r *http.Request) (*http.Response, error) {
			cancel(cause)
			return tt.step(r)
		})
		if (result.Stop == nil) != (tt.stopped == "") || result.Stop != nil && !strings.Contains(result.Stop.Error(), tt.stopped) {
			t.Errorf("%s: stopped by %v, want %q", name, result.Stop, tt.stopped)
		}
	}
}

func TestContextError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	if err := transport.ContextError(ctx); err != nil {
		t.Errorf("got %v of a context that goes on", err)
	}
	if cancel(); transport.ContextError(ctx) != context.Canceled {
		t.Errorf("got %v", transport.ContextError(ctx))
	}
}
