package tiledesk_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func Example() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	server.IssueWithJTI("agent@example.com", "phone")
	server.IssueWithJTI("agent@example.com", "stolen")

	ctx := context.Background()
	client, err := tiledesk.NewClient(
		tiledesk.JWTAuth(laptop),
		tiledesk.WithBaseURL(server.URL()), // the hosted service without it
	)
	if err != nil {
		log.Fatal(err)
	}
	for token, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(token.JTI)
	}
	if _, err := client.JWT.RevokeByJTI(ctx, "stolen"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked")
	// Output:
	// stolen
	// phone
	// laptop
	// revoked
}

func ExampleJWTService_ListHistory() {
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

	page, err := client.JWT.ListHistory(context.Background(), &tiledesk.ListHistoryOptions{
		SortField: "createdAt",
		Direction: tiledesk.Ascending,
	})
	if err != nil {
		log.Fatal(err)
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
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	server.IssueWithJTI("agent@example.com", "phone")
	server.IssueWithJTI("agent@example.com", "browser")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

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
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	server.IssueWithJTI("agent@example.com", "old 1")
	server.IssueWithJTI("agent@example.com", "old 2")
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	ctx := context.Background()
	var old []*tiledesk.Token
	for token, err := range client.JWT.History(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		if token.JTI != "laptop" {
			old = append(old, token)
		}
	}
	for _, token := range old {
		if _, err := client.JWT.RevokeByID(ctx, token.ID); err != nil {
			log.Fatal(err)
		}
		fmt.Println("revoked", token.JTI)
	}
	// Output:
	// revoked old 2
	// revoked old 1
}

func ExampleJWTService_RevokeByJTI() {
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

	response, err := client.JWT.RevokeByJTI(context.Background(), "phone")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked, answered", response.StatusCode)
	// Output: revoked, answered 200
}

// The id is for entries without a jti.
func ExampleJWTService_RevokeByID() {
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

	ctx := context.Background()
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.JWT.RevokeByID(ctx, page.Tokens[0].ID); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked", page.Tokens[0].JTI)
	// Output: revoked phone
}

func ExampleOutcome_String() {
	fmt.Println(tiledesk.Revoked)
	fmt.Println(tiledesk.NotAttempted)
	// Output:
	// revoked
	// not attempted
}
