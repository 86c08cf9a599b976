package tiledesk_test

import (
	"context"
	"fmt"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const (
	agent    = "agent@example.com"
	password = "Passw0rd!x"
)

// startServer starts the server that stands in for Tiledesk in an example. The
// agent has signed in once for each jti.
func startServer(jtis ...string) (server *tiledesktest.Server, tokens []string) {
	server, err := tiledesktest.Start()
	if err != nil {
		panic(err)
	}
	server.AddUser(agent, password)
	for _, jti := range jtis {
		tokens = append(tokens, server.IssueWithJTI(agent, jti))
	}
	return server, tokens
}

// start is startServer with a client that holds the first of the tokens.
func start(jtis ...string) (*tiledesktest.Server, *tiledesk.Client) {
	server, tokens := startServer(jtis...)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		panic(err)
	}
	return server, client
}

func Example() {
	server, tokens := startServer("laptop", "phone", "stolen")
	defer server.Close()

	ctx := context.Background()
	client, err := tiledesk.NewClient(
		tiledesk.JWTAuth(tokens[0]),
		tiledesk.WithBaseURL(server.URL()), // the hosted service without it
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for token, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(token.JTI)
	}
	if _, err := client.JWT.RevokeByJTI(ctx, "stolen"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("revoked")
	// Output:
	// stolen
	// phone
	// laptop
	// revoked
}

func ExampleJWTService_ListHistory() {
	server, client := start("laptop", "phone")
	defer server.Close()

	page, err := client.JWT.ListHistory(context.Background(), &tiledesk.ListHistoryOptions{
		SortField: "createdAt",
		Direction: tiledesk.Ascending,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d tokens\n", len(page.Tokens), page.Count)
	for _, token := range page.Tokens {
		fmt.Println(token.JTI)
	}
	// Output:
	// 2 of 2 tokens
	// laptop
	// phone
}

func ExampleJWTService_History() {
	server, client := start("laptop", "phone", "browser")
	defer server.Close()

	for token, err := range client.JWT.History(context.Background(), nil) {
		if err != nil { // the last thing that comes, if it comes
			fmt.Println(err)
			return
		}
		fmt.Println(token.JTI)
	}
	// Output:
	// browser
	// phone
	// laptop
}

// Do not revoke while ranging: where revoked tokens leave the list, the rest
// moves up and is never seen. Collect first, or use RevokeAll.
func ExampleJWTService_History_collect() {
	server, client := start("laptop", "old 1", "old 2")
	defer server.Close()

	ctx := context.Background()
	var old []*tiledesk.Token
	for token, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if token.JTI != "laptop" {
			old = append(old, token)
		}
	}
	for _, token := range old {
		if _, err := client.JWT.RevokeByID(ctx, token.ID); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("revoked", token.JTI)
	}
	// Output:
	// revoked old 2
	// revoked old 1
}

// An entry keeps every field that the server sent.
func ExampleToken_Field() {
	server, client := start("laptop")
	defer server.Close()

	page, err := client.JWT.ListHistory(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var status int
	if found, err := page.Tokens[0].Field("status", &status); err != nil || !found {
		fmt.Println("no status:", err)
		return
	}
	fmt.Println("status", status)
	// Output: status 100
}

func ExampleJWTService_RevokeByJTI() {
	server, client := start("laptop", "phone")
	defer server.Close()

	response, err := client.JWT.RevokeByJTI(context.Background(), "phone")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("revoked, answered", response.StatusCode)
	// Output: revoked, answered 200
}

// The id is for entries without a jti.
func ExampleJWTService_RevokeByID() {
	server, client := start("laptop", "phone")
	defer server.Close()

	ctx := context.Background()
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.JWT.RevokeByID(ctx, page.Tokens[0].ID); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("revoked", page.Tokens[0].JTI)
	// Output: revoked phone
}
