package facetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestRevokeToken_sendsTheJTIAndNeverTheToken(t *testing.T) {
	t.Parallel()
	server, client, tokens := servertest.NewServer(t, 3)
	for _, leaked := range []string{tokens[0], " JWT " + tokens[1] + "\n"} {
		if resp, err := client.JWT.RevokeToken(t.Context(), leaked); err != nil || resp.StatusCode != 200 || !server.Revoked(leaked) {
			t.Errorf("got %v, %v", resp, err)
		}
	}
	for _, request := range server.Requests() {
		if strings.Contains(request.Path, "eyJ") || request.Path == "/jwt/history/" {
			t.Errorf("%s was sent", request.Path)
		}
	}
}

func TestRevokeToken_refusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, "http://localhost", servertest.WithTransport(servertest.Unasked(t)))
	for name, test := range map[string]struct{ token, text string }{
		"no token":            {"some-jti", "parts"},
		"no jti":              {servertest.RawToken(`{"sub":"user"}`), "no revocation ends it"},
		"a jti that is blank": {servertest.TokenOf(" "), "blank"},
		"a jti that climbs":   {servertest.TokenOf("../../project"), "segment"},
		"a jti with a dot":    {servertest.TokenOf("a/."), "segment"},
		"a jti with a break":  {servertest.TokenOf("a\nb"), "control character"},
		"a jti of a token":    {servertest.TokenOf(servertest.Token), "whole token"},
	} {
		resp, err := client.JWT.RevokeToken(t.Context(), test.token)
		if resp != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "eyJ") {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}

func TestRevokeToken_leakedOfAnotherAccountCanRevokeItself(t *testing.T) {
	t.Parallel()
	server, client, _ := servertest.NewServer(t, 1)
	server.AddUser("other@example.com", servertest.Password)
	leaked := server.Issue("other@example.com", 1)[0]
	if _, err := client.JWT.RevokeToken(t.Context(), leaked); !errors.Is(err, tiledesk.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	other, err := tiledesk.NewClient(tiledesk.JWTAuth(leaked), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.CloseIdleConnections)
	if _, err := other.SignOut(t.Context()); err != nil || !server.Revoked(leaked) {
		t.Errorf("got %v", err)
	}
}
