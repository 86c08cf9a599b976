package tiledesk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// tokenKey is where a request's context has the token of its user.
type tokenKey struct{}

// fromRequest gives each call the token of the user whose request it serves.
func fromRequest(ctx context.Context) (string, error) {
	token, ok := ctx.Value(tokenKey{}).(string)
	if !ok {
		return "", errors.New("the request has no token")
	}
	return tiledesk.JWTAuth(token).Authorization(ctx) // checks it, and says what is wrong
}

// A web service has one client for all its users: each call is authorized by the
// context of the request that it serves.
func ExampleCredentialsFunc() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("ann@example.com", "secret")
	server.AddUser("bob@example.com", "secret")
	ofAnn, ofBob := server.Issue("ann@example.com", 3)[0], server.Issue("bob@example.com", 1)[0]

	client, err := tiledesk.NewClient(tiledesk.CredentialsFunc(fromRequest), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	sessions := func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), tokenKey{}, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		page, err := client.JWT.ListHistory(ctx, nil)
		if err != nil {
			http.Error(w, "the sessions cannot be listed now", http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, page.Count, " sessions")
	}
	for _, token := range []string{ofAnn, ofBob} {
		r := httptest.NewRequest(http.MethodGet, "/sessions", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		sessions(w, r)
		fmt.Println(w.Body)
	}
	// Output:
	// 3 sessions
	// 1 sessions
}

// Fifty accounts in one job: one client, whose connections and limiter they share,
// and one of its kind for each account.
func ExampleClient_WithCredentials() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	var accounts []string // a token of each
	for i := range 50 {
		email := fmt.Sprintf("agent%d@example.com", i)
		server.AddUser(email, "secret")
		server.IssueAt(email, time.Now().AddDate(-1, 0, 0), 2)
		accounts = append(accounts, server.Issue(email, 1)...)
	}

	shared, err := tiledesk.NewClient(tiledesk.JWTAuth(accounts[0]), tiledesk.WithBaseURL(server.URL()),
		tiledesk.WithRateLimiter(nil)) // a server of our own
	if err != nil {
		log.Fatal(err)
	}
	defer shared.CloseIdleConnections()
	var revoked atomic.Int64
	var jobs sync.WaitGroup
	for _, token := range accounts {
		jobs.Go(func() {
			client, err := shared.WithCredentials(tiledesk.JWTAuth(token))
			if err != nil {
				log.Print(err)
				return
			}
			report, err := client.JWT.RevokeAll(context.Background(), &tiledesk.RevokeOptions{
				Match: tiledesk.CreatedBefore(time.Now().AddDate(0, 0, -30)),
			})
			if err != nil {
				log.Print(err)
			}
			revoked.Add(int64(report.Revoked))
		})
	}
	jobs.Wait()
	fmt.Println(revoked.Load(), "old tokens of", len(accounts), "accounts revoked")
	// Output: 100 old tokens of 50 accounts revoked
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

// What JWTAuth says about a token serves inside a function as well.
func ExampleCredentialsFunc_Authorization() {
	credentials := tiledesk.CredentialsFunc(func(ctx context.Context) (string, error) {
		return tiledesk.JWTAuth("Bearer from.a.vault").Authorization(ctx)
	})
	_, err := credentials.Authorization(context.Background())
	fmt.Println(err)
	// Output: tiledesk: invalid argument: the token has Bearer in front, which the server refuses: give it alone, or with JWT in front
}

// rotating are credentials from a vault, whose token changes every now and then.
type rotating struct {
	read func(ctx context.Context) (string, error) // of the newest token

	mu    sync.Mutex
	token string
}

// Authorization gives the token that was read last.
func (r *rotating) Authorization(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token == "" {
		if err := r.renew(ctx); err != nil {
			return "", err
		}
	}
	return tiledesk.JWTAuth(r.token).Authorization(ctx)
}

// Refused reads the vault again, unless another call has done so meanwhile.
func (r *rotating) Refused(ctx context.Context, authorization string) (again bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if authorization != "JWT "+r.token {
		return true, nil
	}
	if err := r.renew(ctx); err != nil {
		return false, err
	}
	return authorization != "JWT "+r.token, nil // or else nothing is gained
}

func (r *rotating) renew(ctx context.Context) error {
	token, err := r.read(ctx)
	if err == nil {
		r.token = token
	}
	return err
}

// Credentials that rotate: when the server refuses the token, the call asks for
// another, and is sent once more.
func ExampleCredentials_rotation() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	vault := server.IssueWithJTI("agent@example.com", "of yesterday")

	ctx := context.Background()
	credentials := &rotating{read: func(context.Context) (string, error) { return vault, nil }}
	client, err := tiledesk.NewClient(credentials, tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	if _, err := client.JWT.ListHistory(ctx, nil); err != nil {
		log.Fatal(err)
	}

	vault = server.IssueWithJTI("agent@example.com", "of today")
	if _, err := client.JWT.RevokeByJTI(ctx, "of yesterday"); err != nil { // as a rotation does
		log.Fatal(err)
	}
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listed with", page.Response.Attempts, "attempts")
	// Output: listed with 2 attempts
}
