package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

const user = "agent@example.com"

// recorded holds the jti of each token that was recorded, newest first.
//
//go:embed tokens.txt
var recorded string

// tour shows the calls on a server of its own. It revokes the token with that
// jti, or the newest that is not the program's own.
func tour(ctx context.Context, out io.Writer, jti string) error {
	server, err := tiledesktest.Start()
	if err != nil {
		return err
	}
	defer server.Close()
	server.AddUser(user, "secret")
	tokens := map[string]string{} // by jti
	jtis := strings.Fields(recorded)
	for _, jti := range slices.Backward(jtis) {
		tokens[jti] = server.IssueWithJTI(user, jti)
	}
	if jti == "" {
		jti = jtis[1]
	}

	fmt.Fprintln(out, "A server inside this program stands in for Tiledesk.")
	fmt.Fprintln(out)
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[jtis[0]]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		return err
	}
	if err := list(ctx, out, client); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := revoke(ctx, out, client, jti); err != nil {
		return err
	}
	if err := showRefusal(ctx, out, client, tokens[jti]); err != nil {
		return err
	}
	if err := showNotFound(ctx, out, client); err != nil {
		return err
	}
	fmt.Fprintf(out, `
To list your own tokens, which revokes nothing:
  TILEDESK_BASE_URL=%s TILEDESK_EMAIL=… TILEDESK_PASSWORD=… go run ./examples/quickstart
`, tiledesk.DefaultBaseURL)
	return nil
}

// showRefusal proves the revocation: the server no longer accepts the token.
func showRefusal(ctx context.Context, out io.Writer, client *tiledesk.Client, token string) error {
	accepted, err := client.JWT.Accepts(ctx, token)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the server still accepts that token: %t\n", accepted)
	return nil
}

// showNotFound shows an error as a program meets it.
func showNotFound(ctx context.Context, out io.Writer, client *tiledesk.Client) error {
	_, err := client.JWT.RevokeByJTI(ctx, "00000000-0000-4000-8000-000000000000")
	if !errors.Is(err, tiledesk.ErrNotFound) {
		return fmt.Errorf("an unknown jti should not be found, got: %w", err)
	}
	fmt.Fprintf(out, "an unknown jti is tiledesk.ErrNotFound: %v\n", err)
	return nil
}
