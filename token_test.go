package tiledesk

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestRevokeTokenSendsTheJTIAndNeverTheToken(t *testing.T) {
	t.Parallel()
	server, client, tokens := newTestServer(t, 3)
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

func TestRevokeTokenRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	client := newTestClient(t, "http://localhost", withTransport(newMock(t)))
	for name, test := range map[string]struct{ token, text string }{
		"no token":            {"some-jti", "parts"},
		"no jti":              {rawToken(`{"sub":"user"}`), "no revocation ends it"},
		"a jti that is blank": {tokenOf(" "), "blank"},
		"a jti that climbs":   {tokenOf("../../project"), "segment"},
		"a jti with a dot":    {tokenOf("a/."), "segment"},
		"a jti with a break":  {tokenOf("a\nb"), "control character"},
		"a jti of a token":    {tokenOf(testToken), "whole token"},
	} {
		resp, err := client.JWT.RevokeToken(t.Context(), test.token)
		if resp != nil || !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "eyJ") {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
	}
}

func TestLeakedTokenOfAnotherAccountCanRevokeItself(t *testing.T) {
	t.Parallel()
	server, client, _ := newTestServer(t, 1)
	server.AddUser("other@example.com", testPassword)
	leaked := server.Issue("other@example.com", 1)[0]
	if _, err := client.JWT.RevokeToken(t.Context(), leaked); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	itself := newTestClient(t, server.URL())
	other, err := NewClient(JWTAuth(leaked), WithBaseURL(server.URL()), WithHTTPClient(&http.Client{Transport: itself.settings.attempts.RoundTripper}))
	if err != nil {
		t.Fatal(err)
	}
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
		"a list":                 {answer(200, `{"perPage":40,"count":0,"jwts":[]}`), true, nil},
		"a bare list":            {answer(200, `[]`), true, nil},
		"401":                    {answer(401, "Unauthorized"), false, nil},
		"403":                    {answer(403, ""), false, ErrForbidden},
		"404":                    {answer(404, ""), false, ErrNotFound},
		"a page with 200":        {answer(200, page404), false, ErrUnexpectedResponse},
		"a success without list": {answer(200, `{"success":true}`), false, ErrUnexpectedResponse},
		"null":                   {answer(200, `null`), false, ErrUnexpectedResponse},
		"a redirect":             {answer(302, "", "Location", "/login"), false, ErrRedirected},
		"503":                    {answer(503, "", "Retry-After", "86400"), false, ErrServer},
		"no history module":      {answer(400, `{"error":"Invalid project id: jwt"}`), false, ErrHistoryUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := tokenOf("asked")
			client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
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

func TestAcceptsRefusesWhatIsNoToken(t *testing.T) {
	t.Parallel()
	client := newTestClient(t, "http://localhost", withTransport(newMock(t)))
	for _, token := range []string{"", "JWT ", "Bearer " + testToken, "two words", "line\nbreak"} {
		if accepts, err := client.JWT.Accepts(t.Context(), token); accepts || !errors.Is(err, ErrInvalidArgument) || strings.Contains(err.Error(), "eyJ") {
			t.Errorf("%q: got %v, %v", token, accepts, err)
		}
	}
}

func TestAcceptsTellsWhetherRevocationIsEnforced(t *testing.T) {
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
			_, client, tokens := newTestServer(t, 2, test.option)
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
