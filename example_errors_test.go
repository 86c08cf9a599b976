package tiledesk_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// The kind of an error decides what a program does, the text is for people.
func ExampleAPIError() {
	server, client := start("laptop")
	defer server.Close()

	_, err := client.JWT.RevokeByJTI(context.Background(), "long gone")
	switch {
	case err == nil:
		fmt.Println("revoked")
	case errors.Is(err, tiledesk.ErrNotFound):
		fmt.Println("not there:", err)
	case errors.Is(err, tiledesk.ErrUnauthorized):
		fmt.Println("sign in again:", err)
	default:
		fmt.Println("may still be alive:", err)
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
	server, client := start("laptop")
	defer server.Close()
	server.Inject(tiledesktest.Fault{
		Status: http.StatusTooManyRequests,
		Header: http.Header{"Retry-After": {"3600"}},
		Body:   `{"msg":"Too many requests"}`,
	})

	_, err := client.JWT.ListHistory(context.Background(), nil)
	var apiErr *tiledesk.APIError
	if errors.Is(err, tiledesk.ErrRateLimited) && errors.As(err, &apiErr) {
		fmt.Println("again in", apiErr.RetryAfter)
	}
	// Output: again in 1h0m0s
}

// The fields of a 422 say what was refused, and never the value.
func ExampleFieldError() {
	server, _ := startServer()
	defer server.Close()

	_, err := tiledesk.SignIn(context.Background(), "agent", password, tiledesk.WithBaseURL(server.URL()))
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
	server, client := start("laptop", "phone")
	defer server.Close()
	server.Inject(tiledesktest.Fault{Status: http.StatusOK, Body: "<!doctype html><title>Log in</title>"})

	_, err := client.JWT.RevokeByJTI(context.Background(), "phone")
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
