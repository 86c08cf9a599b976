package tiledesk

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
)

// closableTransport is a transport that others may use, too.
type closableTransport struct {
	roundTripFunc
	closed atomic.Int32
}

func (c *closableTransport) CloseIdleConnections() { c.closed.Add(1) }

// A failed call makes go-retryablehttp close idle connections: not those of a
// transport that the caller shares with others. CloseIdleConnections spares it too.
func TestWithHTTPClient_isLeftAsItWas(t *testing.T) {
	t.Parallel()
	answers := map[string]roundTripFunc{
		"a broken connection": func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") },
		"a 503":               func(*http.Request) (*http.Response, error) { return answer(503, ""), nil },
		"a 401":               func(*http.Request) (*http.Response, error) { return answer(401, ""), nil },
		"neither":             func(*http.Request) (*http.Response, error) { return nil, nil },
	}
	for name, roundTrip := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &closableTransport{roundTripFunc: roundTrip}
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			own := &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}
			client := newTestClient(t, "https://tiledesk.test", WithHTTPClient(own))
			for call, do := range serviceCalls {
				if err := do(t.Context(), client); err == nil {
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
	transport := roundTripFunc(func(*http.Request) (*http.Response, error) { return answer(200, `[]`), nil })
	own := &http.Client{Transport: transport}
	client := newTestClient(t, "https://tiledesk.test", WithHTTPClient(own))
	own.Transport, own.Timeout = roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("changed") }), 1
	if err := serviceCalls["listing"](t.Context(), client); err != nil {
		t.Error(err)
	}
}

// The transport of the caller is innermost: it sees every attempt, in the form in
// which it leaves.
func TestWithHTTPClient_transportSeesEveryAttempt(t *testing.T) {
	t.Parallel()
	var seen []string
	transport := roundTripFunc(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
		if len(seen) < 3 {
			return answer(503, ""), nil
		}
		return answer(200, `{}`), nil
	})
	if _, err := newTestClient(t, "https://tiledesk.test/v3", withTransport(transport)).JWT.RevokeByJTI(t.Context(), "a/b"); err != nil {
		t.Fatal(err)
	}
	want := "DELETE https://tiledesk.test/v3/jwt/history/a%2Fb JWT " + testToken
	if len(seen) != 3 || seen[0] != want || seen[1] != want || seen[2] != want {
		t.Errorf("saw %q, want three times %q", seen, want)
	}
}

// Cookies of the jar are sent, those of an answer are kept, and a retry sends
// each once, with the value that the failed attempt brought.
func TestWithHTTPClient_cookies(t *testing.T) {
	t.Parallel()
	attempts := 0
	server := newWire(t, func(w http.ResponseWriter, r *http.Request) {
		attempts++
		http.SetCookie(w, &http.Cookie{Name: "node", Value: fmt.Sprint(attempts)})
		if attempts < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answerOK(w, r)
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
	client := newTestClient(t, server.URL, WithHTTPClient(&http.Client{Jar: jar}))
	for range 2 {
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range server.arrived() {
		got = append(got, strings.Join(r.Header.Values("Cookie"), " + "))
	}
	want := []string{"lang=it", "node=1; lang=it", "node=2; lang=it", "node=3; lang=it"}
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		t.Errorf("sent the cookies %q, want %q", got, want)
	}
}

// Every body up to 64 KiB is read to its end, so that one connection serves all
// calls, errors included.
func TestConnections_areUsedAgain(t *testing.T) {
	t.Parallel()
	bodies := map[string]http.HandlerFunc{
		"success":                     answerOK,
		"401 with a short body":       answerWith(401, "Unauthorized"),
		"500 with 64 KiB":             answerWith(500, strings.Repeat("x", 64<<10)),
		"404 with 64 KiB in pieces":   func(w http.ResponseWriter, _ *http.Request) { inPieces(w, 404, 64<<10) },
		"503, retried, with 64 KiB":   answerWith(503, strings.Repeat("x", 64<<10)),
		"302 with 64 KiB":             answerWith(302, strings.Repeat("x", 64<<10), "Location", "https://login.test/"),
		"200 that is a page of 1 MiB": answerWith(200, "<html>"+strings.Repeat("x", 1<<20)),
	}
	for name, handler := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newWire(t, handler)
			client := newTestClient(t, server.URL)
			for range 10 {
				for _, do := range serviceCalls {
					if err := do(t.Context(), client); err != nil && name == "success" {
						t.Error(err)
					}
				}
			}
			// On a busy machine net/http itself gives a connection up now and then: it
			// waits 50 ms for its own goroutine to say that the request was written.
			if got, requests := server.opened(), len(server.arrived()); got > requests/20 {
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
// and the next one begins anew.
func TestAttempt_endsInTime(t *testing.T) {
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
				transport := roundTripFunc(func(r *http.Request) (*http.Response, error) {
					began := time.Now()
					<-r.Context().Done()
					took = append(took, time.Since(began))
					return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: r.Context().Err()} // as a transport around another client has it
				})
				client := newTestClient(t, "https://tiledesk.test",
					WithHTTPClient(&http.Client{Transport: transport, Timeout: tt.timeout}), WithRetryPolicy(RetryPolicy{MaxRetries: 1}))
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
