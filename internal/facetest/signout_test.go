package facetest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestSignOut_revokesTheOwnToken(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(servertest.Email, servertest.Password)
	client, err := signIn(t, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is refused already
		if resp, err := client.SignOut(t.Context()); err != nil || resp == nil {
			t.Errorf("got %v, %v", resp, err)
		}
	}
	if !server.Revoked(server.Tokens(servertest.Email)[0]) {
		t.Error("the token is alive")
	}
}

func TestSignOut_evenWhenTheJobWasCanceled(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t)
	server.AddUser(servertest.Email, servertest.Password)
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
	if err := job(ctx, cancel); !errors.Is(err, context.Canceled) || !server.Revoked(server.Tokens(servertest.Email)[0]) {
		t.Errorf("the token is alive: %v", err)
	}
}

func TestSignOut_refusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	var none context.Context
	broken := errors.New("the vault is sealed")
	for name, test := range map[string]struct {
		credentials tiledesk.Credentials
		ctx         context.Context
		kind        error
		text        string
	}{
		"Basic":                   {tiledesk.BasicAuth(servertest.Email, servertest.Password), t.Context(), tiledesk.ErrInvalidArgument, "Basic"},
		"another scheme":          {servertest.Always("Custom abc"), t.Context(), tiledesk.ErrInvalidArgument, "no token"},
		"a token without jti":     {tiledesk.JWTAuth(servertest.RawToken(`{}`)), t.Context(), tiledesk.ErrInvalidArgument, "no revocation ends it"},
		"a token that is not one": {tiledesk.JWTAuth("opaque"), t.Context(), tiledesk.ErrInvalidArgument, "parts"},
		"a jti that climbs":       {tiledesk.JWTAuth(servertest.TokenOf("../x")), t.Context(), tiledesk.ErrInvalidArgument, "segment"},
		"a nil context":           {tiledesk.JWTAuth(servertest.Token), none, tiledesk.ErrInvalidArgument, "context"},
		"credentials that cannot": {tiledesk.CredentialsFunc(func(context.Context) (string, error) { return "", broken }), t.Context(), broken, "sealed"},
	} {
		client := servertest.NewClientWith(t, test.credentials, func(*http.Request) (*http.Response, error) {
			t.Errorf("%s: a request was sent", name)
			return servertest.Answer(200, ""), nil
		})
		if resp, err := client.SignOut(test.ctx); resp != nil || !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}

func TestSignOut_thatFailsSaysSo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *http.Response
		kind   error
	}{
		"403":             {servertest.Answer(403, ""), tiledesk.ErrForbidden},
		"404":             {servertest.Answer(404, ""), tiledesk.ErrNotFound},
		"500":             {servertest.Answer(500, ""), tiledesk.ErrServer},
		"a page with 200": {servertest.Answer(200, servertest.Page404), tiledesk.ErrUnexpectedResponse},
		"a redirect":      {servertest.Answer(301, ""), tiledesk.ErrRedirected},
	} {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) { return test.answer, nil })
		if resp, err := client.SignOut(t.Context()); resp != nil || !errors.Is(err, test.kind) {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}
