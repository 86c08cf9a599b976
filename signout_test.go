package tiledesk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestSignOutRevokesTheOwnToken(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(testEmail, testPassword)
	client, err := signIn(t, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is refused already
		if resp, err := client.SignOut(t.Context()); err != nil || resp == nil {
			t.Errorf("got %v, %v", resp, err)
		}
	}
	if !server.Revoked(server.Tokens(testEmail)[0]) {
		t.Error("the token is alive")
	}
}

func TestSignOutEvenWhenTheJobWasCancelled(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(testEmail, testPassword)
	job := func(ctx context.Context, cancel context.CancelFunc) (err error) {
		client, err := signIn(t, server.URL())
		if err != nil {
			return err
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			_, signOutErr := client.SignOut(ctx)
			err = errors.Join(err, signOutErr)
		}()
		cancel()
		_, err = client.JWT.RevokeAll(ctx, nil)
		return err
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := job(ctx, cancel); !errors.Is(err, context.Canceled) || !server.Revoked(server.Tokens(testEmail)[0]) {
		t.Errorf("the token is alive: %v", err)
	}
}

func TestSignOutRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	var none context.Context
	broken := errors.New("the vault is sealed")
	for name, test := range map[string]struct {
		credentials Credentials
		ctx         context.Context
		kind        error
		text        string
	}{
		"Basic":                   {BasicAuth(testEmail, testPassword), t.Context(), ErrInvalidArgument, "Basic"},
		"another scheme":          {always("Custom abc"), t.Context(), ErrInvalidArgument, "no token"},
		"a token without jti":     {JWTAuth(rawToken(`{}`)), t.Context(), ErrInvalidArgument, "no revocation ends it"},
		"a token that is none":    {JWTAuth("opaque"), t.Context(), ErrInvalidArgument, "parts"},
		"a jti that climbs":       {JWTAuth(tokenOf("../x")), t.Context(), ErrInvalidArgument, "segment"},
		"a nil context":           {JWTAuth(testToken), none, ErrInvalidArgument, "context"},
		"credentials that cannot": {credentialsFunc(func(context.Context) (string, error) { return "", broken }), t.Context(), broken, "sealed"},
	} {
		client := newMockClient(t, test.credentials, func(*http.Request) (*http.Response, error) {
			t.Errorf("%s: a request was sent", name)
			return answer(200, ""), nil
		})
		if resp, err := client.SignOut(test.ctx); resp != nil || !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}

func TestSignOutThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *http.Response
		kind   error
	}{
		"403":             {answer(403, ""), ErrForbidden},
		"404":             {answer(404, ""), ErrNotFound},
		"500":             {answer(500, ""), ErrServer},
		"a page with 200": {answer(200, page404), ErrUnexpectedResponse},
		"a redirect":      {answer(301, ""), ErrRedirected},
	} {
		client := newMockClient(t, JWTAuth(testToken), func(*http.Request) (*http.Response, error) { return test.answer, nil })
		if resp, err := client.SignOut(t.Context()); resp != nil || !errors.Is(err, test.kind) {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}
