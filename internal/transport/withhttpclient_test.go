package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// closableTransport is a transport that others may use, too.
type closableTransport struct {
	servertest.Step
	closed atomic.Int32
}

func (c *closableTransport) CloseIdleConnections() { c.closed.Add(1) }

// A failed call makes go-retryablehttp close idle connections: not those of a
// transport that the caller shares with others. CloseIdleConnections spares it too.
func TestWithHTTPClient_isLeftAsItWas(t *testing.T) {
	t.Parallel()
	answers := map[string]servertest.Step{
		"a broken connection": func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") },
		"a 503":               func(*http.Request) (*http.Response, error) { return servertest.Answer(503, ""), nil },
		"a 401":               func(*http.Request) (*http.Response, error) { return servertest.Answer(401, ""), nil },
		"neither":             func(*http.Request) (*http.Response, error) { return nil, nil },
	}
	for name, roundTrip := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &closableTransport{Step: roundTrip}
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			own := &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}
			client := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithHTTPClient(own))
			for call, do := range servertest.Calls {
				if err := do.Run(t.Context(), client); err == nil {
					t.Errorf("%s succeeded", call)
				}
			}
			client.CloseIdleConnections()
			if closed := transport.closed.Load(); closed != 0 {
				t.Errorf("its idle connections were closed %d times", closed)
			}
			if own.Transport != http.RoundTripper(transport) || own.Jar != http.CookieJar(jar) || own.Timeout != time.Minute || own.CheckRedirect != nil {
				t.Errorf("the caller's client was changed: %+v", own)
			}
		})
	}
}

// The caller may go on changing its own client: ours has a copy.
func TestWithHTTPClient_isCopied(t *testing.T) {
	t.Parallel()
	transport := servertest.Step(func(*http.Request) (*http.Response, error) { return servertest.Answer(200, `[]`), nil })
	own := &http.Client{Transport: transport}
	client := servertest.NewClient(t, "https://tiledesk.test", tiledesk.WithHTTPClient(own))
	own.Transport, own.Timeout = servertest.Step(func(*http.Request) (*http.Response, error) { return nil, errors.New("changed") }), 1
	if err := servertest.Calls["listing"].Run(t.Context(), client); err != nil {
		t.Error(err)
	}
}

// The transport of the caller is innermost: it sees every attempt, in the form in
// which it leaves.
func TestWithHTTPClient_transportSeesEveryAttempt(t *testing.T) {
	t.Parallel()
	var seen []string
	transport := servertest.Step(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
		if len(seen) < 3 {
			return servertest.Answer(503, ""), nil
		}
		return servertest.Answer(200, `{}`), nil
	})
	if _, err := servertest.NewClient(t, "https://tiledesk.test/v3", servertest.WithTransport(transport)).JWT.RevokeByJTI(t.Context(), "a/b"); err != nil {
		t.Fatal(err)
	}
	want := "DELETE https://tiledesk.test/v3/jwt/history/a%2Fb JWT " + servertest.Token
	if len(seen) != 3 || seen[0] != want || seen[1] != want || seen[2] != want {
		t.Errorf("saw %q, want three times %q", seen, want)
	}
}

// Cookies of the jar are sent, those of an answer are kept, and a retry sends
// each once, with the value that the failed attempt brought.
func TestWithHTTPClient_cookies(t *testing.T) {
	t.Parallel()
	attempts := 0
	server := servertest.NewLoopback(t, func(w http.ResponseWriter, r *http.Request) {
		attempts++
		http.SetCookie(w, &http.Cookie{Name: "node", Value: fmt.Sprint(attempts)})
		if attempts < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		servertest.AnswerOK(w, r)
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(u, []*http.Cookie{{Name: "lang", Value: "it", Path: "/"}})
	client := servertest.NewClient(t, server.URL, tiledesk.WithHTTPClient(&http.Client{Jar: jar}))
	for range 2 {
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range server.Arrived() {
		got = append(got, strings.Join(r.Header.Values("Cookie"), " + "))
	}
	want := []string{"lang=it", "node=1; lang=it", "node=2; lang=it", "node=3; lang=it"}
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		t.Errorf("sent the cookies %q, want %q", got, want)
	}
}

// Every body up to 64 KiB is read to its end, so that one connection serves all
// calls, errors included.
func TestWithHTTPClient_connectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	bodies := map[string]http.HandlerFunc{
		"success":                     servertest.AnswerOK,
		"401 with a short body":       servertest.AnswerWith(401, "Unauthorized"),
		"500 with 64 KiB":             servertest.AnswerWith(500, strings.Repeat("x", 64<<10)),
		"404 with 64 KiB in pieces":   func(w http.ResponseWriter, _ *http.Request) { inPieces(w, 404, 64<<10) },
		"503, retried, with 64 KiB":   servertest.AnswerWith(503, strings.Repeat("x", 64<<10)),
		"302 with 64 KiB":             servertest.AnswerWith(302, strings.Repeat("x", 64<<10), "Location", "https://login.test/"),
		"200 that is a page of 1 MiB": servertest.AnswerWith(200, "<html>"+strings.Repeat("x", 1<<20)),
	}
	for name, handler := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servertest.NewLoopback(t, handler)
			client := servertest.NewClient(t, server.URL)
			for range 10 {
				for _, do := range servertest.Calls {
					if err := do.Run(t.Context(), client); err != nil && name == "success" {
						t.Error(err)
					}
				}
			}
			// On a busy machine net/http itself gives a connection up now and then: it
			// waits 50 ms for its own goroutine to say that the request was written. A
			// body that is left unread costs one for each request.
			if got, requests := server.Opened(), len(server.Arrived()); got > requests/3 {
				t.Errorf("%d connections for %d requests, want 1", got, requests)
			}
		})
	}
}

// inPieces sends a body without saying how long it will be.
func inPieces(w http.ResponseWriter, status, length int) {
	w.WriteHeader(status)
	for sent := 0; sent < length; sent += 4 << 10 {
		_, _ = w.Write(make([]byte, 4<<10))
		_ = http.NewResponseController(w).Flush()
	}
}

// An attempt ends after 30 s, or after the timeout of the caller's own client,
// and the next one begins again.
func TestWithHTTPClient_attemptEndsInTime(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ timeout, want time.Duration }{
		"by default":                           {timeout: 0, want: 30 * time.Second},
		"with a shorter timeout of the caller": {timeout: 2 * time.Second, want: 2 * time.Second},
		"with a longer timeout of the caller":  {timeout: 5 * time.Minute, want: 5 * time.Minute},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var took []time.Duration
				transport := servertest.Step(func(r *http.Request) (*http.Response, error) {
					began := time.Now()
					<-r.Context().Done()
					took = append(took, time.Since(began))
					return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: r.Context().Err()} // as a transport around another client has it
				})
				client := servertest.NewClient(t, "https://tiledesk.test",
					tiledesk.WithHTTPClient(&http.Client{Transport: transport, Timeout: tt.timeout}), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 1}))
				_, err := client.JWT.RevokeByJTI(context.Background(), "j1")
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "longer than "+tt.want.String()) {
					t.Errorf("got %v, want DeadlineExceeded and how long was waited", err)
				}
				if len(took) != 2 || took[0] != tt.want || took[1] != tt.want {
					t.Errorf("the attempts took %s, want twice %s", took, tt.want)
				}
			})
		})
	}
}

func TestWithHTTPClient_timeoutIsRetried(t *testing.T) {
	t.Parallel()
	for name, call := range servertest.BothCalls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := servertest.Answering(servertest.Hang, servertest.Reply(200, call.Success))
				if err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))); err != nil {
					t.Error(err)
				}
				if wait := transport.Waits()[0]; wait < 30*time.Second || wait > 31*time.Second {
					t.Errorf("the second attempt came after %s, want 30s and a little", wait)
				}

				transport = servertest.Answering(servertest.Hang)
				own := tiledesk.WithHTTPClient(&http.Client{Transport: transport, Timeout: 7 * time.Second})
				err := call.Run(t, servertest.NewClient(t, servertest.URL, own))
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "after 4 attempts") || !strings.Contains(err.Error(), "7s") {
					t.Errorf("got %v, want DeadlineExceeded after 4 attempts of 7s", err)
				}
				transport.Sent(t, 4, call.Method, call.Path)
			})
		})
	}
}
