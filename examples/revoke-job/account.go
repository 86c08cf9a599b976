package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// account is whose tokens are revoked, and where.
type account struct {
	baseURL, token, email, password string
}

// accountFrom reads the environment. Without a word about Tiledesk in it the
// account has no base URL.
func accountFrom(getenv func(string) string) (account, error) {
	a := account{
		baseURL:  getenv("TILEDESK_BASE_URL"),
		token:    getenv("TILEDESK_TOKEN"),
		email:    getenv("TILEDESK_EMAIL"),
		password: getenv("TILEDESK_PASSWORD"),
	}
	switch signIn := a.email != "" || a.password != ""; {
	case a == account{}:
		return a, nil
	case a.baseURL == "":
		return a, fmt.Errorf("TILEDESK_BASE_URL is not set: it is %s for the hosted service", tiledesk.DefaultBaseURL)
	case a.token != "" && signIn:
		return a, errors.New("both TILEDESK_TOKEN and TILEDESK_EMAIL or TILEDESK_PASSWORD are set: unset one or the other")
	case a.token == "" && (a.email == "" || a.password == ""):
		return a, errors.New("there are no credentials: set TILEDESK_EMAIL and TILEDESK_PASSWORD, or TILEDESK_TOKEN")
	}
	return a, nil
}

// client is a client for the account, and what has to be called at the end.
func (a account) client(ctx context.Context) (client *tiledesk.Client, signOut func(context.Context) error, err error) {
	options := []tiledesk.Option{tiledesk.WithBaseURL(a.baseURL), tiledesk.WithUserAgent("revoke-job/1.0")}
	if a.token != "" {
		client, err = tiledesk.NewClient(tiledesk.JWTAuth(a.token), options...)
		return client, func(context.Context) error { return nil }, err
	}
	client, err = tiledesk.SignIn(ctx, a.email, a.password, options...)
	return client, func(ctx context.Context) error {
		// The job may have been told to stop, and the sign-out must still be sent.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, err := client.SignOut(ctx)
		return err
	}, err
}

const demoEmail, demoPassword = "agent@example.com", "secret"

// startDemo starts a server where the agent signed in five times two months ago,
// and three times today.
func startDemo() (*tiledesktest.Server, error) {
	server, err := tiledesktest.Start()
	if err != nil {
		return nil, err
	}
	server.AddUser(demoEmail, demoPassword)
	server.IssueAt(demoEmail, time.Now().AddDate(0, -2, 0), 5)
	server.Issue(demoEmail, 3)
	return server, nil
}

func demoAccount(server *tiledesktest.Server) account {
	return account{baseURL: server.URL(), email: demoEmail, password: demoPassword}
}
