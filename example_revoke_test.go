package tiledesk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// Everything but the token that the client itself uses.
func ExampleJWTService_RevokeAll() {
	server, client := start("laptop", "phone", "browser")
	defer server.Close()

	report, err := client.JWT.RevokeAll(context.Background(), nil)
	fmt.Println(report.Revoked, "revoked,", report.Skipped, "skipped, error:", err)
	// Output: 2 revoked, 1 skipped, error: <nil>
}

// A dry run sends no DELETE, and says of each token what would become of it.
func ExampleJWTService_RevokeAll_dryRun() {
	server, client := start("laptop", "phone")
	defer server.Close()

	_, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
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
	server, client := start("laptop", "phone", "browser")
	defer server.Close()

	ctx := context.Background()
	if _, err := client.JWT.RevokeByJTI(ctx, "phone"); err != nil {
		fmt.Println(err)
		return
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
	server, tokens := startServer("laptop")
	defer server.Close()
	old := server.IssueAt(agent, time.Now().AddDate(0, -2, 0), 3)

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
		Match: tiledesk.CreatedBefore(time.Now().AddDate(0, 0, -30)),
	})
	fmt.Println(report.Revoked, "of", len(old), "old tokens revoked, error:", err)
	// Output: 3 of 3 old tokens revoked, error: <nil>
}

func ExampleTargets() {
	server, client := start("laptop", "phone", "browser")
	defer server.Close()

	report, err := client.JWT.RevokeEach(context.Background(), tiledesk.Targets(
		tiledesk.Target{JTI: "phone"},
		tiledesk.Target{JTI: "browser"},
	), nil)
	fmt.Println(report.Revoked, "revoked, error:", err)
	// Output: 2 revoked, error: <nil>
}

// fromLines reads a jti a line. An error of the reader ends the run, and stands
// in the report.
func fromLines(lines *bufio.Scanner) iter.Seq2[tiledesk.Target, error] {
	return func(yield func(tiledesk.Target, error) bool) {
		for lines.Scan() {
			if !yield(tiledesk.Target{JTI: lines.Text()}, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(tiledesk.Target{}, err)
		}
	}
}

// Targets come from anywhere, one after the other, and are never collected.
func ExampleJWTService_RevokeEach() {
	server, client := start("laptop", "phone", "browser")
	defer server.Close()

	file := strings.NewReader("phone\nlong gone\nbrowser\n")
	out := json.NewEncoder(os.Stdout)
	report, err := client.JWT.RevokeEach(context.Background(), fromLines(bufio.NewScanner(file)), &tiledesk.RevokeOptions{
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

// The error is one line. The report has all the rest.
func ExampleRevokeReport_Err() {
	server, client := start("laptop", "phone", "browser")
	defer server.Close()
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
	server, client := start("laptop", "phone")
	defer server.Close()
	server.Inject(tiledesktest.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError})

	report, _ := client.JWT.RevokeAll(context.Background(), nil)
	stored, err := json.Marshal(report)
	if err != nil {
		fmt.Println(err)
		return
	}
	var back tiledesk.RevokeReport
	if err := json.Unmarshal(stored, &back); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Passes, "pass:", back.Err())
	// Output: 1 pass: tiledesk: GET /jwt/history: 500 Internal Server Error
}

// A line of a report, read back.
func ExampleRevokeResult_UnmarshalJSON() {
	line := `{"id":"","jti":"phone","outcome":"failed","attempts":4,"error":"no answer"}`
	var result tiledesk.RevokeResult
	if err := json.Unmarshal([]byte(line), &result); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Target.JTI, result.Outcome, "after", result.Attempts, "attempts:", result.Err)
	// Output: phone failed after 4 attempts: no answer
}

func ExampleOutcome_String() {
	fmt.Println(tiledesk.Revoked)
	fmt.Println(tiledesk.NotAttempted)
	// Output:
	// revoked
	// not attempted
}

// A callback that fails keeps its error, and Stop hands it to the run: here the disk
// is full after the first line.
func ExampleRevokeOptions_stop() {
	server, err := tiledesktest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	server.Issue("agent@example.com", 3)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}

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
