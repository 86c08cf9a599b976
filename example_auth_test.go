package tiledesk_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func ExampleNewClient() {
	client, err := tiledesk.NewClient(tiledesk.BasicAuth("agent@example.com", "Passw0rd!x"))
	if err != nil {
		fmt.Println(err)
		return
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
	server, _ := startServer()
	defer server.Close()

	client, err := tiledesk.NewClient(tiledesk.BasicAuth(agent, "wrong"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(errors.Is(err, tiledesk.ErrUnauthorized))
	// Output: true
}

func ExampleJWTAuth() {
	server, tokens := startServer("laptop")
	defer server.Close()

	// With or without JWT in front, with any white space around.
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("JWT "+tokens[0]+"\n"), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.JWT.ListHistory(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(page.Tokens), "token")
	// Output: 1 token
}

// vault stands for wherever tokens are kept.
type vault struct{ token string }

// Authorization is asked once a call, so a token that changes is picked up.
func (v *vault) Authorization(context.Context) (string, error) {
	if v.token == "" {
		return "", errors.New("the vault is empty")
	}
	return "JWT " + v.token, nil
}

func ExampleCredentials() {
	server, tokens := startServer("laptop")
	defer server.Close()

	credentials := &vault{}
	client, err := tiledesk.NewClient(credentials, tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)

	credentials.token = tokens[0]
	_, err = client.JWT.ListHistory(context.Background(), nil)
	fmt.Println(err)
	// Output:
	// tiledesk: the credentials gave no authorization, nothing was sent: the vault is empty
	// <nil>
}

// A job signs in once, and out again when it ends.
func ExampleSignIn() {
	server, _ := startServer("phone", "browser")
	defer server.Close()

	ctx := context.Background()
	client, err := tiledesk.SignIn(ctx, agent, password, tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := client.JWT.ListHistory(ctx, nil)
	if err != nil {
		fmt.Println(err)
	} else {
		fmt.Println(page.Count, "tokens, with the one of this sign-in")
	}
	if _, err := client.SignOut(ctx); err != nil {
		fmt.Println("the token of this sign-in is still alive:", err)
	}
	// Output: 3 tokens, with the one of this sign-in
}

// Each sign-in makes a token that never expires, so a job has to sign out when
// it fails and when it is cancelled, too. WithoutCancel gives the sign-out a
// context that still works, and the timeout one that ends.
func ExampleClient_SignOut() {
	server, _ := startServer()
	defer server.Close()

	ctx, pressCtrlC := context.WithCancel(context.Background())
	job := func(ctx context.Context) (err error) {
		client, err := tiledesk.SignIn(ctx, agent, password, tiledesk.WithBaseURL(server.URL()))
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
	fmt.Println("signed out:", server.Revoked(server.Tokens(agent)[0]))
	// Output:
	// tiledesk: GET /jwt/history: nothing was sent: context canceled
	// signed out: true
}

func ExampleParseClaims() {
	server, tokens := startServer("laptop")
	defer server.Close()

	claims, err := tiledesk.ParseClaims(tokens[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("jti", claims.JTI)
	fmt.Println("never expires:", claims.ExpiresAt == nil)
	// Output:
	// jti laptop
	// never expires: true
}

// The token is sent nowhere: its jti is enough.
func ExampleJWTService_RevokeToken() {
	server, tokens := startServer("laptop", "leaked")
	defer server.Close()

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.JWT.RevokeToken(context.Background(), tokens[1]); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("revoked:", server.Revoked(tokens[1]))
	// Output: revoked: true
}

// A token of somebody else is not in your history, but it can revoke itself.
func ExampleJWTService_RevokeToken_ofAnotherUser() {
	server, tokens := startServer("leaked")
	defer server.Close()

	itself, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := itself.SignOut(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("revoked:", server.Revoked(tokens[0]))
	// Output: revoked: true
}

// Ask before and after: only the change shows that the revocation took effect.
func ExampleJWTService_Accepts() {
	server, tokens := startServer("laptop", "leaked")
	defer server.Close()

	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, leaked := context.Background(), tokens[1]
	before, err := client.JWT.Accepts(ctx, leaked)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.JWT.RevokeToken(ctx, leaked); err != nil {
		fmt.Println(err)
		return
	}
	after, err := client.JWT.Accepts(ctx, leaked)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("took effect:", before && !after)
	// Output: took effect: true
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
