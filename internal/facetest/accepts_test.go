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

func TestAccepts_onlyTheServersOwn401(t *testing.T) {
	t.Parallel()
	for name, body := range foreignRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := servertest.Answering(servertest.Reply(401, body))
			accepts, err := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)).JWT.Accepts(t.Context(), servertest.Token)
			if accepts || !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), "nothing is known about the token") {
				t.Errorf("got %v, %v", accepts, err)
			}
			transport.Sent(t, 1, "GET", servertest.ListPath)
		})
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
