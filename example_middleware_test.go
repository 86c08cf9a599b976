package tiledesk_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

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
