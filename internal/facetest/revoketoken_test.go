package facetest

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
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

func TestAccepts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer  *http.Response
		accepts bool
		err     error
	}{
		"a list":                 {servertest.Answer(200, `{"perPage":40,"count":0,"jwts":[]}`), true, nil},
		"a bare list":            {servertest.Answer(200, `[]`), true, nil},
		"401":                    {servertest.Answer(401, "Unauthorized"), false, nil},
		"403":                    {servertest.Answer(403, ""), false, tiledesk.ErrForbidden},
		"404":                    {servertest.Answer(404, ""), false, tiledesk.ErrNotFound},
		"a page with 200":        {servertest.Answer(200, servertest.Page404), false, tiledesk.ErrUnexpectedResponse},
		"a success without list": {servertest.Answer(200, `{"success":true}`), false, tiledesk.ErrUnexpectedResponse},
		"null":                   {servertest.Answer(200, `null`), false, tiledesk.ErrUnexpectedResponse},
		"a redirect":             {servertest.Answer(302, "", "Location", "/login"), false, tiledesk.ErrRedirected},
		"503":                    {servertest.Answer(503, "", "Retry-After", "86400"), false, tiledesk.ErrServer},
		"no history module":      {servertest.Answer(400, `{"error":"Invalid project id: jwt"}`), false, tiledesk.ErrHistoryUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := servertest.TokenOf("asked")
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
				if r.Header.Get("Authorization") != "JWT "+asked || r.Method != "GET" || r.URL.Path != "/jwt/history" {
					t.Errorf("%s %s under another token", r.Method, r.URL)
				}
				return test.answer, nil
			})
			accepts, err := client.JWT.Accepts(t.Context(), " jwt "+asked)
			if accepts != test.accepts || !errors.Is(err, test.err) || test.err == nil && err != nil {
				t.Errorf("got %v, %v", accepts, err)
			}
		})
	}
}

func TestAccepts_refusesWhatIsNotAToken(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, "http://localhost", servertest.WithTransport(servertest.Unasked(t)))
	for _, token := range []string{"", "JWT ", "Bearer " + servertest.Token, "two words", "line\nbreak"} {
		if accepts, err := client.JWT.Accepts(t.Context(), token); accepts || !errors.Is(err, tiledesk.ErrInvalidArgument) || strings.Contains(err.Error(), "eyJ") {
			t.Errorf("%q: got %v, %v", token, accepts, err)
		}
	}
}

func TestAccepts_tellsWhetherRevocationIsEnforced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option tiledesktest.Option
		after  bool
	}{
		"enforced":     {nil, false},
		"not enforced": {tiledesktest.WithoutEnforcement(), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client, tokens := servertest.NewServer(t, 2, test.option)
			if before, err := client.JWT.Accepts(t.Context(), tokens[0]); !before || err != nil {
				t.Errorf("before: %v, %v", before, err)
			}
			if _, err := client.JWT.RevokeToken(t.Context(), tokens[0]); err != nil {
				t.Fatal(err)
			}
			if after, err := client.JWT.Accepts(t.Context(), tokens[0]); after != test.after || err != nil {
				t.Errorf("after: %v, %v", after, err)
			}
		})
	}
}
