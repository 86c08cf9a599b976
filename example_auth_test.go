package tiledesk_test

import (
	"context"
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

func ExampleNewClient() {
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "secret"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.BaseURL())
	// Output: https://api.tiledesk.com/v3
}

// What cannot work is refused at once, and the text says what to change.
func ExampleNewClient_refused() {
	_, err := tiledesk.NewClient(tiledesk.JWTAuth("Bearer abc"))
	fmt.Println(errors.Is(err, tiledesk.ErrInvalidArgument))
	fmt.Println(err)
	// Output:
	// true
	// tiledesk: invalid argument: the token has Bearer in front, which the server refuses: give it alone, or with JWT in front
}

func ExampleBasicAuth() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")

	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "wrong"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(errors.Is(err, tiledesk.ErrUnauthorized))
	// Output: true
}

func ExampleJWTAuth() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	laptop := server.IssueWithJTI("agent@example.com", "laptop")

	// With or without JWT in front, with any white space around.
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("JWT "+laptop+"\n"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	page, err := client.JWT.ListHistory(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Tokens), "token")
	// Output: 1 token
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

	type tokenKey struct{} // where the context of a request has the token of its user
	credentials := tiledesk.CredentialsFunc(func(ctx context.Context) (string, error) {
		token, ok := ctx.Value(tokenKey{}).(string)
		if !ok {
			return "", errors.New("the request has no token")
		}
		return tiledesk.JWTAuth(token).Authorization(ctx) // checks it, and says what is wrong
	})
	client, err := tiledesk.NewClient(credentials, tiledesk.WithBaseURL(server.URL()))
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

// What JWTAuth says about a token serves inside a function as well.
func ExampleCredentialsFunc_Authorization() {
	credentials := tiledesk.CredentialsFunc(func(ctx context.Context) (string, error) {
		return tiledesk.JWTAuth("Bearer from.a.vault").Authorization(ctx)
	})
	_, err := credentials.Authorization(context.Background())
	fmt.Println(err)
	// Output: tiledesk: invalid argument: the token has Bearer in front, which the server refuses: give it alone, or with JWT in front
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

// A job signs in once, and out again when it ends.
func ExampleSignIn() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")
	server.IssueWithJTI("agent@example.com", "phone")
	server.IssueWithJTI("agent@example.com", "browser")

	ctx := context.Background()
	client, err := tiledesk.SignIn(ctx, "agent@example.com", "secret", tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		fmt.Println(err)
	} else {
		fmt.Println(page.Count, "tokens, with the one of this sign-in")
	}
	if _, err := client.SignOut(ctx); err != nil {
		fmt.Println("the token of this sign-in is still valid:", err)
	}
	// Output: 3 tokens, with the one of this sign-in
}

// Each sign-in makes a token that never expires, so a job has to sign out when
// it fails and when it is canceled, too. WithoutCancel gives the sign-out a
// context that still works, and the timeout one that ends.
func ExampleClient_SignOut() {
	server, err := tiledesktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	server.AddUser("agent@example.com", "secret")

	ctx, pressCtrlC := context.WithCancel(context.Background())
	job := func(ctx context.Context) (err error) {
		client, err := tiledesk.SignIn(ctx, "agent@example.com", "secret", tiledesk.WithBaseURL(server.URL()))
		if err != nil {
			return err
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if _, signOutErr := client.SignOut(ctx); signOutErr != nil {
				err = errors.Join(err, fmt.Errorf("signing out: %w", signOutErr))
			}
		}()

		pressCtrlC() // while the job works
		_, err = client.JWT.ListHistory(ctx, nil)
		return err
	}

	fmt.Println(job(ctx))
	fmt.Println("signed out:", server.Revoked(server.Tokens("agent@example.com")[0]))
	// Output:
	// tiledesk: GET /jwt/history: nothing was sent: context canceled
	// signed out: true
}
