package tiledesk_test

import (
	"context"
	"fmt"
	"log"
	"sync"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

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

// Credentials of a type of one's own. These rotate: when the server refuses the token,
// the call asks for another, and is sent once more.
func ExampleCredentials() {
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
