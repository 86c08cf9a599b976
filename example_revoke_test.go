package tiledesk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Everything but the token that the client itself uses.
func ExampleJWTService_RevokeAll() {
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

	report, err := client.JWT.RevokeAll(context.Background(), nil)
	fmt.Println(report.Revoked, "revoked,", report.Skipped, "skipped, error:", err)
	// Output: 2 revoked, 1 skipped, error: <nil>
}

// A dry run sends no DELETE, and says of each token what would become of it.
func ExampleJWTService_RevokeAll_dryRun() {
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

	_, err = client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		DryRun:      true,
		Concurrency: 1, // so that the results come in order
		OnResult: func(result tiledesk.RevokeResult) {
			fmt.Println(result.Target.JTI, result.Outcome)
		},
	})
	fmt.Println(err)
	// Unordered output:
	// laptop skipped
	// phone planned
	// <nil>
}

// On a server that keeps revoked tokens in the list, Match leaves out those that
// say they are revoked.
func ExampleJWTService_RevokeAll_match() {
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

	ctx := context.Background()
	if _, err := client.JWT.RevokeByJTI(ctx, "phone"); err != nil {
		log.Fatal(err)
	}
	report, err := client.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{
		Match: func(token *tiledesk.Token) bool {
			var status int
			found, err := token.Field("status", &status)
			return err != nil || !found || status != -1 // when in doubt, revoke
		},
	})
	fmt.Println(report.Revoked, "revoked,", report.Skipped, "skipped, error:", err)
	// Output: 1 revoked, 2 skipped, error: <nil>
}

func ExampleCreatedBefore() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")
	old := server.IssueAt("agent@example.com", time.Now().AddDate(0, -2, 0), 3)

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(laptop), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		Match: tiledesk.CreatedBefore(time.Now().AddDate(0, 0, -30)),
	})
	fmt.Println(report.Revoked, "of", len(old), "old tokens revoked, error:", err)
	// Output: 3 of 3 old tokens revoked, error: <nil>
}

func ExampleTargets() {
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

	report, err := client.JWT.RevokeEach(context.Background(), tiledesk.Targets(
		tiledesk.Target{JTI: "phone"},
		tiledesk.Target{JTI: "browser"},
	), nil)
	fmt.Println(report.Revoked, "revoked, error:", err)
	// Output: 2 revoked, error: <nil>
}

// Targets come from anywhere, one after the other, and are never collected.
func ExampleJWTService_RevokeEach() {
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

	lines := bufio.NewScanner(strings.NewReader("phone\nlong gone\nbrowser\n")) // a jti a line
	targets := func(yield func(tiledesk.Target, error) bool) {
		for lines.Scan() {
			if !yield(tiledesk.Target{JTI: lines.Text()}, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(tiledesk.Target{}, err) // ends the run, and stands in the report
		}
	}
	out := json.NewEncoder(os.Stdout)
	report, err := client.JWT.RevokeEach(context.Background(), targets, &tiledesk.RevokeOptions{
		Concurrency: 1, // so that the results come in order
		OnResult: func(result tiledesk.RevokeResult) {
			_ = out.Encode(result)
		},
	})
	fmt.Println(report.Revoked, "revoked,", report.NotFound, "not found")
	fmt.Println(errors.Is(err, tiledesk.ErrNotFound))
	// Output:
	// {"id":"","jti":"phone","outcome":"revoked","attempts":1,"error":""}
	// {"id":"","jti":"long gone","outcome":"not found","attempts":1,"error":"tiledesk: DELETE /jwt/history/:jti: 404 Not Found: Object not found."}
	// {"id":"","jti":"browser","outcome":"revoked","attempts":1,"error":""}
	// 2 revoked, 1 not found
	// true
}

// A callback that fails keeps its error, and Stop hands it to the run: here the disk
// is full after the first line.
func ExampleRevokeOptions_stop() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 3)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	var full error
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		Concurrency: 1,
		OnResult: func(result tiledesk.RevokeResult) {
			if result.Outcome == tiledesk.Revoked {
				full = errors.New("no space left on device")
			}
		},
		Stop: func() error { return full },
	})
	fmt.Println(report.Revoked, "revoked,", report.NotAttempted, "not attempted")
	fmt.Println(errors.Is(err, full))
	// Output:
	// 1 revoked, 2 not attempted
	// true
}

// The error is one line. The report has all the rest.
func ExampleRevokeReport_Err() {
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

	server.Inject(tiledesktest.Fault{Method: http.MethodDelete, Status: http.StatusUnauthorized, Times: -1})

	report, _ := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{Concurrency: 1})
	fmt.Println(errors.Is(report.Err(), tiledesk.ErrUnauthorized))
	for _, failure := range report.Failures {
		fmt.Println(failure.Target.JTI, "is", failure.Outcome)
	}
	// Unordered output:
	// true
	// browser is failed
	// phone is not attempted
}

// A report can be stored, and says later on what it said before.
func ExampleRevokeReport_MarshalJSON() {
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

	server.Inject(tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError})

	report, _ := client.JWT.RevokeAll(context.Background(), nil)
	stored, err := json.Marshal(report)
	if err != nil {
		log.Fatal(err)
	}
	var back tiledesk.RevokeReport
	if err := json.Unmarshal(stored, &back); err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Passes, "pass:", back.Err())
	// Output: 1 pass: tiledesk: GET /jwt/history: 500 Internal Server Error
}

// A line of a report, read back.
func ExampleRevokeResult_UnmarshalJSON() {
	line := `{"id":"","jti":"phone","outcome":"failed","attempts":4,"error":"no answer"}`
	var result tiledesk.RevokeResult
	if err := json.Unmarshal([]byte(line), &result); err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Target.JTI, result.Outcome, "after", result.Attempts, "attempts:", result.Err)
	// Output: phone failed after 4 attempts: no answer
}
