package tiledesk_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func ExampleClient_Claims() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	client, err := tiledesk.SignIn(context.Background(), "agent@example.com", "secret", tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	own, err := client.Claims(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for token, err := range client.JWT.History(context.Background(), nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("this session:", token.JTI == own.JTI)
	}
	// Output: this session: true
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
