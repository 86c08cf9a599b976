package tiledesk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// An entry keeps every field that the server sent.
func ExampleToken_Field() {
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

	page, err := client.JWT.ListHistory(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	var status int
	if found, err := page.Tokens[0].Field("status", &status); err != nil || !found {
		fmt.Println("no status:", err)
		return
	}
	fmt.Println("status", status)
	// Output: status 100
}

// With its Target a token keeps its jti, by which a run recognizes the client's own
// token and skips it. Target{ID: token.ID} would revoke that as well.
func ExampleToken_Target() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 3)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[2]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	ctx := context.Background()
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	var targets []tiledesk.Target
	for _, token := range page.Tokens {
		targets = append(targets, token.Target())
	}
	report, err := client.JWT.RevokeEach(ctx, tiledesk.Targets(targets...), nil)
	fmt.Println(report.Revoked, "revoked,", report.Skipped, "skipped, error:", err)
	// Output: 2 revoked, 1 skipped, error: <nil>
}

// An entry can be stored and read back; what is unknown is left out.
func ExampleToken_MarshalJSON() {
	stored, err := json.Marshal(&tiledesk.Token{ID: "6b02c254b4f8164bc2ae64b3", JTI: "phone", CreatedAt: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(stored))
	var token tiledesk.Token
	if err := json.Unmarshal(stored, &token); err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.JTI, token.UpdatedAt.IsZero())
	// Output:
	// {"id":"6b02c254b4f8164bc2ae64b3","jti":"phone","createdAt":"2026-03-01T09:30:00Z"}
	// phone true
}

func ExampleParseClaims() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	claims, err := tiledesk.ParseClaims(laptop)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("jti", claims.JTI)
	fmt.Println("never expires:", claims.ExpiresAt == nil)
	// Output:
	// jti laptop
	// never expires: true
}

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

// The token is sent nowhere: its jti is enough.
func ExampleJWTService_RevokeToken() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	leaked := server.IssueWithJTI("agent@example.com", "leaked")

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.RevokeToken(context.Background(), leaked); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked:", server.Revoked(leaked))
	// Output: revoked: true
}

// A token of somebody else is not in your history, but it can revoke itself.
func ExampleJWTService_RevokeToken_ofAnotherUser() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	leaked := server.IssueWithJTI("agent@example.com", "leaked")

	itself, err := tiledesk.NewClient(tiledesk.JWTAuth(leaked), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := itself.SignOut(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("revoked:", server.Revoked(leaked))
	// Output: revoked: true
}

// Ask before and after: only the change shows that the revocation took effect.
func ExampleJWTService_Accepts() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	leaked := server.IssueWithJTI("agent@example.com", "leaked")

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	ctx := context.Background()
	before, err := client.JWT.Accepts(ctx, leaked)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.JWT.RevokeToken(ctx, leaked); err != nil {
		log.Fatal(err)
	}
	after, err := client.JWT.Accepts(ctx, leaked)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("took effect:", before && !after)
	// Output: took effect: true
}

// Show what is about to be revoked, and let somebody decide.
func ExampleRevokeOptions_confirm() {
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

	errDeclined := errors.New("somebody said no")
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		Confirm: func(planned []*tiledesk.Token, incomplete bool) error {
			for _, token := range planned {
				fmt.Println("would be revoked:", token.JTI)
			}
			return errDeclined
		},
	})
	fmt.Println(report.Revoked, "revoked,", errors.Is(err, errDeclined))
	// Output:
	// would be revoked: phone
	// 0 revoked, true
}
