package tiledesk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// list makes a client with the options and lists with it, on a server that the
// faults befall first.
func list(server *tiledesktest.Server, token string, options ...tiledesk.Option) error {
	options = append([]tiledesk.Option{tiledesk.WithBaseURL(server.URL())}, options...)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), options...)
	if err != nil {
		return err
	}
	_, err = client.JWT.ListHistory(context.Background(), nil)
	return err
}

func ExampleWithBaseURL() {
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
		tiledesk.WithBaseURL("https://chat.example.com/api/"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.BaseURL())

	_, err = tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithBaseURL("chat.example.com"))
	fmt.Println(err)
	// Output:
	// https://chat.example.com/api
	// tiledesk: invalid argument: the base URL has no scheme: put https:// in front
}

func ExampleClient_BaseURL() {
	server, client := start("laptop")
	defer server.Close()

	fmt.Println(client.BaseURL() == server.URL())
	// Output: true
}

// counter is a transport that counts; a proxy or a tracer goes in the same place.
type counter struct {
	next  http.RoundTripper
	count int
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count++
	return c.next.RoundTrip(r)
}

// The transport is below the client's retries, so it sees every attempt.
func ExampleWithHTTPClient() {
	server, tokens := startServer("laptop")
	defer server.Close()
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})

	attempts := &counter{next: http.DefaultTransport}
	err := list(server, tokens[0], tiledesk.WithHTTPClient(&http.Client{
		Transport: attempts,
		Timeout:   10 * time.Second, // of each attempt; the context bounds the call
	}))
	fmt.Println(attempts.count, "attempts, then", err)
	// Output: 2 attempts, then <nil>
}

// A program that somebody waits for gives up sooner.
func ExampleWithRetryPolicy() {
	server, tokens := startServer("laptop")
	defer server.Close()
	server.Inject(tiledesktest.Fault{Status: http.StatusBadGateway, Times: -1})

	err := list(server, tokens[0], tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{
		MaxRetries: 1,
		MinWait:    10 * time.Millisecond,
		MaxWait:    time.Second,
	}))
	fmt.Println(err)
	// Output: tiledesk: GET /jwt/history: 502 Bad Gateway (after 2 attempts)
}

// One limiter for several clients keeps them below one limit together.
func ExampleWithRateLimiter() {
	server, tokens := startServer("laptop", "phone")
	defer server.Close()

	perMinute := rate.NewLimiter(rate.Every(time.Minute/100), 10)
	for _, token := range tokens {
		if err := list(server, token, tiledesk.WithRateLimiter(perMinute)); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("at most 100 requests a minute, and 10 at once")
	// Output: at most 100 requests a minute, and 10 at once
}

func ExampleWithLogger() {
	server, tokens := startServer("laptop")
	defer server.Close()

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "time" || a.Key == "duration" { // not the same in every run
				return slog.Attr{}
			}
			return a
		},
	}))
	if err := list(server, tokens[0], tiledesk.WithLogger(logger)); err != nil {
		fmt.Println(err)
	}
	// Output: level=DEBUG msg="tiledesk: attempt" method=GET route=/jwt/history attempt=1 wait=0s status=200
}

func ExampleWithUserAgent() {
	server, tokens := startServer("laptop")
	defer server.Close()

	if err := list(server, tokens[0], tiledesk.WithUserAgent("nightly-cleanup/1.4")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(server.Requests()[0].Header.Get("User-Agent"))
	// Output: nightly-cleanup/1.4
}

// Plain http needs no option on loopback, and this one everywhere else.
func ExampleWithInsecureHTTP() {
	_, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
		tiledesk.WithBaseURL("http://tiledesk.internal:3000"))
	fmt.Println(errors.Is(err, tiledesk.ErrInvalidArgument))

	_, err = tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
		tiledesk.WithBaseURL("http://tiledesk.internal:3000"),
		tiledesk.WithInsecureHTTP())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleWithSortAlias() {
	server, tokens := startServer("laptop")
	defer server.Close()

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()), tiledesk.WithSortAlias())
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.JWT.ListHistory(context.Background(), &tiledesk.ListHistoryOptions{SortField: "updatedAt"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Requests()[0].Query.Encode())
	// Output: sort=updatedAt&sortField=updatedAt
}

// A program that ends needs not care; one that makes clients again and again does.
func ExampleClient_CloseIdleConnections() {
	server, client := start("laptop")
	defer server.Close()
	defer client.CloseIdleConnections()

	_, err := client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)
	// Output: <nil>
}
