package tiledesk_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func ExampleWithBaseURL() {
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
		tiledesk.WithBaseURL("https://chat.example.com/api/"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.BaseURL())

	_, err = tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"), tiledesk.WithBaseURL("chat.example.com"))
	fmt.Println(err)
	// Output:
	// https://chat.example.com/api
	// tiledesk: invalid argument: the base URL has no scheme: put https:// in front
}

func ExampleClient_BaseURL() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	fmt.Println(client.BaseURL() == server.URL())
	// Output: true
}

// A transport of the program's own takes the place of the built-in one, for another
// proxy or a certificate authority of one's own. To add to it, use WithMiddleware.
func ExampleWithHTTPClient() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithHTTPClient(&http.Client{
			Transport: &http.Transport{
				Proxy:                  http.ProxyFromEnvironment,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS13},
				MaxResponseHeaderBytes: 1 << 20,
			},
			Timeout: 10 * time.Second, // of each attempt; the context bounds the call
		}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)
	// Output: <nil>
}

// An attempt that hangs is given up and retried. The context bounds the call.
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

// A program that somebody waits for gives up sooner.
func ExampleWithRetryPolicy() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	server.Inject(tiledesktest.Fault{Status: http.StatusBadGateway, Times: -1})

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 1, MinWait: 10 * time.Millisecond}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)
	// Output: tiledesk: GET /jwt/history: 502 Bad Gateway (after 2 attempts)
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

// One limiter for several clients keeps them below one limit together.
func ExampleWithRateLimiter() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 2)

	perMinute := rate.NewLimiter(rate.Every(time.Minute/100), 10)
	for _, token := range tokens {
		client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
			tiledesk.WithRateLimiter(perMinute))
		if err != nil {
			log.Fatal(err)
		}
		defer client.CloseIdleConnections()
		if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("at most 100 requests a minute, and 10 at once")
	// Output: at most 100 requests a minute, and 10 at once
}

// A server of your own may accept far more than the 200 requests a minute that the
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

func ExampleWithLogger() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "time" || a.Key == "duration" { // not the same in every run
				return slog.Attr{}
			}
			return a
		},
	}))
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithLogger(logger))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
		log.Fatal(err)
	}
	// Output: level=DEBUG msg="tiledesk: attempt" method=GET route=/jwt/history attempt=1 wait=0s status=200
}

func ExampleWithUserAgent() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithUserAgent("nightly-cleanup/1.4"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
		log.Fatal(err)
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
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()), tiledesk.WithSortAlias())
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.ListHistory(context.Background(), &tiledesk.ListHistoryOptions{SortField: "updatedAt"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Requests()[0].Query.Encode())
	// Output: sort=updatedAt&sortField=updatedAt
}

// A program that ends needs not care; one that makes clients again and again does.
func ExampleClient_CloseIdleConnections() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)
	// Output: <nil>
}
