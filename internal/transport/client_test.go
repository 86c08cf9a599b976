package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

var errBroken = errors.New("broken pipe")

// do makes a GET with 3 retries, an attempt's time of 30 s and waits of 1 to 10 s.
func do(ctx context.Context, change func(*transport.Client, *transport.Request), steps ...servertest.Step) (transport.Result, *servertest.Script) {
	s := servertest.Answering(steps...)
	c := &transport.Client{
		RoundTripper: s, AttemptTimeout: 30 * time.Second,
		Retry: transport.Policy{MaxRetries: 3, MinWait: time.Second, MaxWait: 10 * time.Second, MaxRetryAfter: time.Minute},
	}
	r := transport.Request{Method: "GET", Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: "tiledesk.test", Path: "/jwt/history"}}
	if change != nil {
		change(c, &r)
	}
	return c.Do(ctx, r), s
}

func TestClient_Do_saysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: errBroken}
	type facts struct {
		status, attempts        int
		whole, cut, lost, large bool
		err                     error
	}
	for name, test := range map[string]struct {
		steps []servertest.Step
		want  facts
	}{
		"an answer":                      {[]servertest.Step{servertest.Reply(200, "[]")}, facts{status: 200, attempts: 1, whole: true}},
		"a refusal":                      {[]servertest.Step{servertest.Reply(404, "")}, facts{status: 404, attempts: 1, whole: true}},
		"a 500":                          {[]servertest.Step{servertest.Reply(500, "")}, facts{status: 500, attempts: 1, whole: true}},
		"busy, then an answer":           {[]servertest.Step{servertest.Reply(503, ""), servertest.Reply(200, "[]")}, facts{status: 200, attempts: 2, whole: true}},
		"busy for ever":                  {[]servertest.Step{servertest.Reply(503, "")}, facts{status: 503, attempts: 4, whole: true}},
		"a proxy's answer for ever":      {[]servertest.Step{servertest.Reply(502, "")}, facts{status: 502, attempts: 4, whole: true, lost: true}},
		"broken, then an answer":         {[]servertest.Step{servertest.BreakOff(io.EOF), servertest.Reply(200, "")}, facts{status: 200, attempts: 2, whole: true, lost: true}},
		"broken for ever":                {[]servertest.Step{servertest.BreakOff(io.EOF)}, facts{attempts: 4, lost: true, err: io.EOF}},
		"nobody there":                   {[]servertest.Step{servertest.BreakOff(dial)}, facts{attempts: 4, err: dial}},
		"busy, then broken":              {[]servertest.Step{servertest.Reply(503, ""), servertest.BreakOff(io.EOF)}, facts{status: 503, attempts: 4, lost: true, err: io.EOF}},
		"a success cut for ever":         {[]servertest.Step{servertest.CutShort(200, "{")}, facts{status: 200, attempts: 4, cut: true, lost: true, err: io.ErrUnexpectedEOF}},
		"a refusal cut":                  {[]servertest.Step{servertest.CutShort(404, "{")}, facts{status: 404, attempts: 1, cut: true, err: io.ErrUnexpectedEOF}},
		"busy and cut":                   {[]servertest.Step{servertest.CutShort(503, "{"), servertest.Reply(200, "")}, facts{status: 200, attempts: 2, whole: true}},
		"a redirect":                     {[]servertest.Step{servertest.Reply(308, "", "Location", "://")}, facts{status: 308, attempts: 1, whole: true}},
		"a long header":                  {[]servertest.Step{servertest.BreakOff(errors.New("net/http: server response headers exceeded 1 bytes"))}, facts{attempts: 1, lost: true, large: true, err: nil}},
		"neither an answer nor an error": {[]servertest.Step{servertest.BreakOff(nil)}, facts{attempts: 4, lost: true}},
		"more patience than we have":     {[]servertest.Step{servertest.Reply(429, "", "Retry-After", "61")}, facts{status: 429, attempts: 1, whole: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result, s := do(t.Context(), nil, test.steps...)
				got := facts{attempts: result.Attempts, whole: result.Whole(), cut: result.Cut(), lost: result.ReplyLost, large: result.TooLarge, err: test.want.err}
				if result.Response != nil {
					got.status = result.Response.StatusCode
				}
				if got != test.want || len(s.Times()) != result.Attempts || test.want.err != nil && !errors.Is(result.Err, test.want.err) || result.Stop != nil {
					t.Errorf("got %+v, %v, stopped by %v, %d sent; want %+v", got, result.Err, result.Stop, len(s.Times()), test.want)
				}
			})
		})
	}
}

func TestClient_Do_bodyAboveItsBound(t *testing.T) {
	t.Parallel()
	endless := func(*http.Request) (*http.Response, error) {
		resp := servertest.Answer(200, "")
		resp.Body, resp.ContentLength = io.NopCloser(io.LimitReader(zeros{}, transport.MaxBody+1)), -1
		return resp, nil
	}
	result, s := do(t.Context(), nil, endless)
	if !result.TooLarge || !result.Cut() || len(s.Times()) != 1 {
		t.Errorf("got %+v after %d attempts", result.Err, len(s.Times()))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestClient_Do_stopsForItsContext(t *testing.T) {
	t.Parallel()
	why := errors.New("the user went away")
	for name, test := range map[string]struct {
		steps  []servertest.Step
		within time.Duration
		stop   error
		cause  error
		status int
	}{
		"during an attempt":                      {[]servertest.Step{servertest.Hang}, time.Second, context.Canceled, why, 0},
		"during a wait":                          {[]servertest.Step{servertest.Reply(503, "", "Retry-After", "20")}, time.Second, context.Canceled, why, 503},
		"in an attempt after a refusal":          {[]servertest.Step{servertest.Reply(503, "", "Retry-After", "1"), servertest.Hang}, 2 * time.Second, context.Canceled, why, 503},
		"while it is connected for the 1st time": {[]servertest.Step{servertest.BreakOff(io.EOF)}, 0, context.Canceled, why, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(test.within, func() { cancel(why) })
				result, _ := do(ctx, nil, test.steps...)
				status := 0
				if result.Response != nil {
					status = result.Response.StatusCode
				}
				if !errors.Is(result.Stop, test.stop) || !errors.Is(result.Stop, test.cause) || status != test.status {
					t.Errorf("stopped by %v with status %d", result.Stop, status)
				}
			})
		})
	}
}

func TestClient_Do_neverWaitsBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		result, _ := do(ctx, nil, servertest.Reply(429, "", "Retry-After", "20"))
		if !errors.Is(result.Stop, context.DeadlineExceeded) || time.Since(start) != 0 || !result.Whole() {
			t.Errorf("stopped by %v after %s", result.Stop, time.Since(start))
		}
	})
}

// A deadline that passes after the last attempt was not what ended the request.
func TestClient_Do_blamesNoDeadlineAfterTheLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		refuse := func(r *http.Request) (*http.Response, error) { cancel(); return servertest.Reply(503, "")(r) }
		result, _ := do(ctx, func(c *transport.Client, _ *transport.Request) { c.Retry.MaxRetries = 0 }, refuse)
		if !result.Whole() || result.Stop != nil {
			t.Errorf("stopped by %v", result.Stop)
		}
	})
}

func TestClient_Do_limiter(t *testing.T) {
	t.Parallel()
	refusal := errors.New("no more today")
	for name, test := range map[string]struct {
		limit func(context.Context) error
		want  error
	}{
		"that refuses":                          {func(context.Context) error { return refusal }, refusal},
		"that cannot serve before the deadline": {func(context.Context) error { return errors.New("rate: Wait(n=1) would exceed context deadline") }, context.DeadlineExceeded},
		"in which the context ends":             {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				result, s := do(ctx, func(c *transport.Client, _ *transport.Request) { c.Limit = test.limit }, servertest.Reply(200, ""))
				if !errors.Is(result.Stop, test.want) || !result.Limited || result.ReplyLost || result.Attempts != 0 || len(s.Times()) != 0 {
					t.Errorf("got %+v, %d sent", result, len(s.Times()))
				}
			})
		})
	}
}

// A limiter may let a request through as its context ends: nothing may leave then.
func TestClient_Do_nothingLeavesWhenTheLimiterTookTooLong(t *testing.T) {
	t.Parallel()
	why := errors.New("the user went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	result, s := do(ctx, func(c *transport.Client, _ *transport.Request) {
		c.Limit = func(context.Context) error { cancel(why); return nil }
	}, servertest.Reply(200, ""))
	if !errors.Is(result.Stop, context.Canceled) || !errors.Is(result.Stop, why) || result.Limited || result.Attempts != 0 || len(s.Times()) != 0 {
		t.Errorf("got %+v, %d sent", result, len(s.Times()))
	}
}

func TestClient_Do_onceIsOnce(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]servertest.Step{"busy": servertest.Reply(503, ""), "broken": servertest.BreakOff(io.EOF), "cut": servertest.CutShort(200, "{")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			once := func(_ *transport.Client, r *transport.Request) {
				r.Method, r.Body, r.Once = "POST", []byte("{}"), true
			}
			unrepeatable := func(r *http.Request) (*http.Response, error) {
				if r.GetBody != nil {
					t.Error("net/http itself could send the body again")
				}
				return first(r)
			}
			if _, s := do(t.Context(), once, unrepeatable); len(s.Times()) != 1 {
				t.Errorf("%d were sent", len(s.Times()))
			}
		})
	}
}

func TestClient_Do_cookiesOfTheMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		var cookies []string
		set := func(r *http.Request) (*http.Response, error) {
			cookies = append(cookies, r.Header.Get("Cookie"))
			return servertest.Reply(503, "", "Set-Cookie", "route=a"+strings.Repeat("b", len(cookies)))(r)
		}
		do(t.Context(), func(c *transport.Client, _ *transport.Request) { c.Jar, c.Retry.MaxRetries = jar, 2 }, set)
		if !reflect.DeepEqual(cookies, []string{"", "route=ab", "route=abb"}) {
			t.Errorf("sent %q", cookies)
		}
	})
}
