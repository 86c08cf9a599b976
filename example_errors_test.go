package tiledesk_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"sync"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Some errors are of several kinds, so that the order in which a program asks counts:
// the caller's own doing first, then what was told apart, then time, then the rest.
func Example_status() {
	status := func(err error) int { // for a service that calls Tiledesk for its users
		var answered *tiledesk.APIError
		switch {
		case err == nil:
			return http.StatusOK
		case errors.Is(err, context.Canceled):
			return 499 // the user went away, and nobody reads this
		case errors.Is(err, tiledesk.ErrCredentials):
			return http.StatusUnauthorized // also ErrInvalidArgument, for an empty token
		case errors.Is(err, tiledesk.ErrInvalidArgument):
			return http.StatusBadRequest
		case errors.Is(err, tiledesk.ErrHistoryUnavailable):
			return http.StatusNotImplemented
		case errors.Is(err, tiledesk.ErrRateLimited), errors.Is(err, tiledesk.ErrLimiterRefused):
			return http.StatusTooManyRequests // the second can be DeadlineExceeded as well
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, tiledesk.ErrNoAnswer):
			return http.StatusGatewayTimeout // whatever was answered before the time was up
		case errors.Is(err, tiledesk.ErrForbidden):
			return http.StatusForbidden
		case errors.As(err, &answered) && answered.FromServer():
			return answered.StatusCode // the server's own 401 and 404
		}
		return http.StatusBadGateway // of a proxy, redirected, unexpected, incomplete, 5xx
	}

	for _, err := range []error{
		&tiledesk.APIError{StatusCode: http.StatusServiceUnavailable},
		&tiledesk.APIError{StatusCode: http.StatusBadRequest, Message: "Invalid project id: jwt"},
		&tiledesk.APIError{StatusCode: http.StatusUnauthorized}, // not in the server's words
		fmt.Errorf("listing: %w", tiledesk.ErrInvalidArgument),
	} {
		fmt.Println(status(err))
	}
	// Output:
	// 502
	// 501
	// 502
	// 400
}

// The kind of an error decides what a program does, the text is for people.
func ExampleAPIError() {
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

	_, err = client.JWT.RevokeByJTI(context.Background(), "long gone")
	switch {
	case err == nil:
		fmt.Println("revoked")
	case errors.Is(err, tiledesk.ErrNotFound):
		fmt.Println("not there:", err)
	case errors.Is(err, tiledesk.ErrUnauthorized):
		fmt.Println("sign in again:", err)
	default:
		fmt.Println("may still be valid:", err)
	}

	var apiErr *tiledesk.APIError
	if errors.As(err, &apiErr) { // the server answered
		fmt.Println(apiErr.StatusCode, apiErr.Message, apiErr.Attempts)
	}
	// Output:
	// not there: tiledesk: DELETE /jwt/history/:jti: 404 Not Found: Object not found.
	// 404 Object not found. 1
}

// A server that asks for more patience than MaxRetryAfter is not asked again. The
// error says when it may be.
func ExampleAPIError_retryAfter() {
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

	server.Inject(tiledesktest.Fault{
		Status: http.StatusTooManyRequests,
		Header: http.Header{"Retry-After": {"3600"}},
		Body:   `{"msg":"Too many requests"}`,
	})

	_, err = client.JWT.ListHistory(context.Background(), nil)
	var apiErr *tiledesk.APIError
	if errors.Is(err, tiledesk.ErrRateLimited) && errors.As(err, &apiErr) {
		fmt.Println("again in", apiErr.RetryAfter)
	}
	// Output: again in 1h0m0s
}

// The fields of a 422 say what was refused, and never the value.
func ExampleFieldError() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")

	_, err = tiledesk.SignIn(context.Background(), "agent", "secret", tiledesk.WithBaseURL(server.URL()))
	var apiErr *tiledesk.APIError
	if errors.As(err, &apiErr) {
		for _, field := range apiErr.Fields {
			fmt.Printf("%s: %s\n", field.Field, field.Message)
		}
	}
	// Output: email: Invalid value
}

// A proxy that answers 200 with a web page has revoked nothing.
func ExampleAPIError_unexpectedResponse() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	server.IssueWithJTI("agent@example.com", "phone")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	server.Inject(tiledesktest.Fault{Status: http.StatusOK, Body: "<!doctype html><title>Log in</title>"})

	_, err = client.JWT.RevokeByJTI(context.Background(), "phone")
	fmt.Println(errors.Is(err, tiledesk.ErrUnexpectedResponse))
	// Output: true
}

func ExampleAPIError_FromServer() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(server.Issue("agent@example.com", 1)[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	server.Inject(tiledesktest.Fault{Status: 401, Body: "<html>please log in to the gateway</html>"})

	_, err = client.JWT.ListHistory(context.Background(), nil)
	var answered *tiledesk.APIError
	if errors.As(err, &answered) {
		fmt.Println("unauthorized:", errors.Is(err, tiledesk.ErrUnauthorized), "by the server:", answered.FromServer())
	}
	// Output: unauthorized: true by the server: false
}

func ExampleRevokeReport_RunErr() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(server.Issue("agent@example.com", 1)[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	report, err := client.JWT.RevokeEach(context.Background(), tiledesk.Targets(tiledesk.Target{JTI: "unknown"}), nil)
	fmt.Println("a target failed:", err != nil)
	fmt.Println("the run failed:", report.RunErr() != nil)
	// Output:
	// a target failed: true
	// the run failed: false
}

// Method, route and status are few, so that they serve as labels. The first answer
// is a failure, and the call is retried.
func ExampleWithObserver() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	token := server.IssueWithJTI("agent@example.com", "phone")
	server.Inject(tiledesktest.Fault{Status: http.StatusServiceUnavailable})

	var mu sync.Mutex // attempts of several goroutines are told of at the same time
	count, seconds := map[string]int{}, 0.0
	observe := func(a tiledesk.Attempt) {
		mu.Lock()
		defer mu.Unlock()
		count[fmt.Sprint(a.Method, " ", a.Route, " ", a.StatusCode)]++ // status 0: no answer
		seconds += a.Duration.Seconds()
	}
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(token), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithObserver(observe))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.RevokeByJTI(context.Background(), "phone"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked:", count["DELETE /jwt/history/:jti 200"])
	fmt.Println("busy:", count["DELETE /jwt/history/:jti 503"])
	fmt.Println("measured:", seconds > 0)
	// Output:
	// revoked: 1
	// busy: 1
	// measured: true
}
