package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/transport"
)

var errBroken = errors.New("broken pipe")

// step answers one attempt.
type step func(*http.Request) (*http.Response, error)

// script is a transport that answers attempt after attempt, the last step again and
// again.
type script struct {
	steps []step
	sent  []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.sent = append(s.sent, time.Now())
	return s.steps[min(len(s.sent), len(s.steps))-1](r)
}

func answer(status int, body string, header ...string) step {
	return answerWith(status, strings.NewReader(body), header...)
}

func answerWith(status int, body io.Reader, header ...string) step {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(body), Request: r}, nil
	}
}

func breaks(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func cut(status int) step {
	return func(r *http.Request) (*http.Response, error) {
		return answerWith(status, io.MultiReader(strings.NewReader("{"), failing{}))(r)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

// do makes a GET with 3 retries, an attempt's time of 30 s and waits of 1 to 10 s.
func do(ctx context.Context, change func(*transport.Client, *transport.Request), steps ...step) (transport.Result, *script) {
	s := &script{steps: steps}
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
		steps []step
		want  facts
	}{
		"an answer":                      {[]step{answer(200, "[]")}, facts{status: 200, attempts: 1, whole: true}},
		"a refusal":                      {[]step{answer(404, "")}, facts{status: 404, attempts: 1, whole: true}},
		"a 500":                          {[]step{answer(500, "")}, facts{status: 500, attempts: 1, whole: true}},
		"busy, then an answer":           {[]step{answer(503, ""), answer(200, "[]")}, facts{status: 200, attempts: 2, whole: true}},
		"busy for ever":                  {[]step{answer(503, "")}, facts{status: 503, attempts: 4, whole: true}},
		"a proxy's answer for ever":      {[]step{answer(502, "")}, facts{status: 502, attempts: 4, whole: true, lost: true}},
		"broken, then an answer":         {[]step{breaks(io.EOF), answer(200, "")}, facts{status: 200, attempts: 2, whole: true, lost: true}},
		"broken for ever":                {[]step{breaks(io.EOF)}, facts{attempts: 4, lost: true, err: io.EOF}},
		"nobody there":                   {[]step{breaks(dial)}, facts{attempts: 4, err: dial}},
		"busy, then broken":              {[]step{answer(503, ""), breaks(io.EOF)}, facts{status: 503, attempts: 4, lost: true, err: io.EOF}},
		"a success cut for ever":         {[]step{cut(200)}, facts{status: 200, attempts: 4, cut: true, lost: true, err: errBroken}},
		"a refusal cut":                  {[]step{cut(404)}, facts{status: 404, attempts: 1, cut: true, err: errBroken}},
		"busy and cut":                   {[]step{cut(503), answer(200, "")}, facts{status: 200, attempts: 2, whole: true}},
		"a redirect":                     {[]step{answer(308, "", "Location", "://")}, facts{status: 308, attempts: 1, whole: true}},
		"a long header":                  {[]step{breaks(errors.New("net/http: server response headers exceeded 1 bytes"))}, facts{attempts: 1, lost: true, large: true, err: nil}},
		"neither an answer nor an error": {[]step{breaks(nil)}, facts{attempts: 4, lost: true}},
		"more patience than we have":     {[]step{answer(429, "", "Retry-After", "61")}, facts{status: 429, attempts: 1, whole: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				result, s := do(t.Context(), nil, test.steps...)
				got := facts{attempts: result.Attempts, whole: result.Whole(), cut: result.Cut(), lost: result.ReplyLost, large: result.TooLarge, err: test.want.err}
				if result.Response != nil {
					got.status = result.Response.StatusCode
				}
				if got != test.want || len(s.sent) != result.Attempts || test.want.err != nil && !errors.Is(result.Err, test.want.err) || result.Stop != nil {
					t.Errorf("got %+v, %v, stopped by %v, %d sent; want %+v", got, result.Err, result.Stop, len(s.sent), test.want)
				}
			})
		})
	}
}

func TestClient_Do_bodyAboveItsBound(t *testing.T) {
	t.Parallel()
	endless := io.LimitReader(zeros{}, transport.MaxBody+1)
	result, s := do(t.Context(), nil, answerWith(200, endless))
	if !result.TooLarge || !result.Cut() || len(s.sent) != 1 {
		t.Errorf("got %+v after %d attempts", result.Err, len(s.sent))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestClient_Do_stopsForItsContext(t *testing.T) {
	t.Parallel()
	why := errors.New("the user went away")
	for name, test := range map[string]struct {
		steps  []step
		within time.Duration
		stop   error
		cause  error
		status int
	}{
		"during an attempt":                      {[]step{hangs}, time.Second, context.Canceled, why, 0},
		"during a wait":                          {[]step{answer(503, "", "Retry-After", "20")}, time.Second, context.Canceled, why, 503},
		"in an attempt after a refusal":          {[]step{answer(503, "", "Retry-After", "1"), hangs}, 2 * time.Second, context.Canceled, why, 503},
		"while it is connected for the 1st time": {[]step{breaks(io.EOF)}, 0, context.Canceled, why, 0},
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
		result, _ := do(ctx, nil, answer(429, "", "Retry-After", "20"))
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
		refuse := func(r *http.Request) (*http.Response, error) { cancel(); return answer(503, "")(r) }
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
				result, s := do(ctx, func(c *transport.Client, _ *transport.Request) { c.Limit = test.limit }, answer(200, ""))
				if !errors.Is(result.Stop, test.want) || !result.Limited || result.ReplyLost || result.Attempts != 0 || len(s.sent) != 0 {
					t.Errorf("got %+v, %d sent", result, len(s.sent))
				}
			})
		})
	}
}

func TestClient_Do_onceIsOnce(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]step{"busy": answer(503, ""), "broken": breaks(io.EOF), "cut": cut(200)} {
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
			if _, s := do(t.Context(), once, unrepeatable); len(s.sent) != 1 {
				t.Errorf("%d were sent", len(s.sent))
			}
		})
	}
}

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
			return answer(503, "")(r)
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
				return answer(200, "[]")(r)
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
			return answer(429, "", "Retry-After", "7")(r)
		}
		do(t.Context(), watch, slow, breaks(&url.Error{Err: http.ErrSchemeMismatch}))
		want := []transport.Attempt{
			{Number: 1, StatusCode: 429, Limited: time.Second, Duration: 2 * time.Second, Wait: 7 * time.Second},
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
			return answer(503, "", "Set-Cookie", "route=a"+strings.Repeat("b", len(cookies)))(r)
		}
		do(t.Context(), func(c *transport.Client, _ *transport.Request) { c.Jar, c.Retry.MaxRetries = jar, 2 }, set)
		if !reflect.DeepEqual(cookies, []string{"", "route=ab", "route=abb"}) {
			t.Errorf("sent %q", cookies)
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
	if result, _ := do(t.Context(), nil, answer(200, "")); !result.Response.Ended {
		t.Error("a response that no connection carried")
	}
}
