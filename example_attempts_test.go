package tiledesk_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// transportFunc is a transport of one function, as http.HandlerFunc is a handler.
type transportFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// gatewayKey adds the header that a gateway in front of Tiledesk asks for. A
// transport must not change the request that it got.
func gatewayKey(key string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return transportFunc(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("X-Gateway-Key", key)
			return next.RoundTrip(r)
		})
	}
}

// counted stands for a counter of Prometheus, whose own middleware is
// promhttp.InstrumentRoundTripperCounter(counter, next).
func counted(count map[string]int) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return transportFunc(func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil {
				count[resp.Status]++
			}
			return resp, err
		})
	}
}

// The transport of the client stays, and each attempt passes through all three.
func ExampleWithMiddleware() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})

	requests := map[string]int{}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithMiddleware(
			// func(next http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(next) },
			counted(requests),
			gatewayKey("open sesame"),
		))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(requests)
	fmt.Println(server.Requests()[1].Header.Get("X-Gateway-Key"))
	// Output:
	// map[200 OK:1 503 Service Unavailable:1]
	// open sesame
}

// An attempt that hangs is given up and tried again. The context bounds the call.
func ExampleWithAttemptTimeout() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.Issue("agent@example.com", 1)[0]
	server.Inject(tiledesktest.Fault{Delay: time.Hour})

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithAttemptTimeout(time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	page, err := client.JWT.ListHistory(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answered at attempt", page.Response.Attempts)
	// Output: answered at attempt 2
}

// A server that asks for ten minutes gets them. What is not changed stays as it is.
func ExampleDefaultRetryPolicy() {
	policy := tiledesk.DefaultRetryPolicy()
	policy.MaxRetryAfter = 10 * time.Minute
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithRetryPolicy(policy))
	fmt.Println(client != nil, err)
	fmt.Println(policy.MaxRetries, policy.MinWait, policy.MaxWait)
	// Output:
	// true <nil>
	// 3 500ms 10s
}

// metrics stands for the counters and histograms of a metrics library.
type metrics struct {
	mu      sync.Mutex
	count   map[string]int
	seconds time.Duration
	limited time.Duration
}

// observe hears of an attempt, possibly at the same time as of another.
func (m *metrics) observe(a tiledesk.Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count[fmt.Sprint(a.Method, " ", a.Route, " ", a.StatusCode)]++ // status 0: no answer
	m.seconds += a.Duration
	m.limited += a.Limited
}

// Method, route and status are few, so that they serve as labels. The first answer
// is a failure, and the call is tried again.
func ExampleWithObserver() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})

	m := metrics{count: map[string]int{}}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithObserver(m.observe))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.RevokeByJTI(context.Background(), "phone"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked:", m.count["DELETE /jwt/history/:jti 200"])
	fmt.Println("busy:", m.count["DELETE /jwt/history/:jti 503"])
	// Output:
	// revoked: 1
	// busy: 1
}

// A server of your own may take far more than the 200 requests a minute that the
// hosted service promises. One limiter for all clients of it finds out.
func ExampleNewAdaptiveLimiter() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 5)

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[4]), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithRateLimiter(tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{Max: 6000})))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	report, err := client.JWT.RevokeAll(context.Background(), nil)
	fmt.Println(report.Revoked, "revoked,", err)
	// Output: 4 revoked, <nil>
}
