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

// foreignRefusals are 401s that are not in the words of the Tiledesk server.
var foreignRefusals = map[string]string{
	"a page":          "<html><title>401 Authorization Required</title></html>",
	"JSON":            `{"message":"Unauthorized"}`,
	"JSON of the API": `{"success":false,"msg":"Unauthorized"}`,
	"in quotes":       `"Unauthorized"`,
	"nothing":         "",
	"other words":     "Unauthorized: the session of the gateway has ended",
	"another case":    "unauthorized",
}

func TestSignOut_onlyTheServersOwn401(t *testing.T) {
	t.Parallel()
	for name, body := range foreignRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := tiledesktest.NewServer(t)
			server.AddUser(servertest.Email, servertest.Password)
			client, err := signIn(t, server.URL())
			if err != nil {
				t.Fatal(err)
			}
			server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: body})
			resp, err := client.SignOut(t.Context())
			if resp != nil || !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), "nothing is known about the token") {
				t.Errorf("got %v, %v", resp, err)
			}
			if resp, err = client.SignOut(t.Context()); resp == nil || err != nil || !server.Revoked(server.Tokens(servertest.Email)[0]) {
				t.Errorf("the second time: got %v, %v", resp, err)
			}
		})
	}
}

// The server's own 401 is the end of a token only where the server accepted it before.
func TestSignOut_ofATokenThatIsRefused(t *testing.T) {
	t.Parallel()
	list, refused := servertest.Reply(200, "[]"), servertest.Reply(401, "Unauthorized")
	lists := func(t *testing.T, c *tiledesk.Client) error {
		_, err := c.JWT.ListHistory(t.Context(), nil)
		return err
	}
	for name, test := range map[string]struct {
		steps  []servertest.Step
		before func(t *testing.T, c *tiledesk.Client) error
		done   bool
		says   string
	}{
		"never accepted": {[]servertest.Step{refused}, nil, false, "does not prove that it is revoked"},
		"listed before":  {[]servertest.Step{list, refused}, lists, true, ""},
		"revoked before": {[]servertest.Step{servertest.Reply(200, "{}"), refused}, func(t *testing.T, c *tiledesk.Client) error {
			_, err := c.JWT.RevokeByJTI(t.Context(), "a")
			return err
		}, true, ""},
		"accepted before": {[]servertest.Step{list, refused}, func(t *testing.T, c *tiledesk.Client) error {
			_, err := c.JWT.Accepts(t.Context(), servertest.Token)
			return err
		}, true, ""},
		"run before":       {[]servertest.Step{list, list, refused}, func(t *testing.T, c *tiledesk.Client) error { _, err := c.JWT.RevokeAll(t.Context(), nil); return err }, true, ""},
		"refused before":   {[]servertest.Step{refused}, func(t *testing.T, c *tiledesk.Client) error { _, _ = c.JWT.ListHistory(t.Context(), nil); return nil }, false, "truncated or of another server"},
		"a page before":    {[]servertest.Step{servertest.Reply(200, servertest.Page404), refused}, func(t *testing.T, c *tiledesk.Client) error { _, _ = c.JWT.ListHistory(t.Context(), nil); return nil }, false, "expired"},
		"a lost reply":     {[]servertest.Step{servertest.CutShort(200, "{"), refused}, nil, false, "an earlier reply was lost"},
		"lost, but listed": {[]servertest.Step{list, servertest.CutShort(200, "{"), refused}, lists, true, ""},
		"another was accepted": {[]servertest.Step{list, refused}, func(t *testing.T, c *tiledesk.Client) error {
			_, err := c.JWT.Accepts(t.Context(), servertest.TokenOf("other"))
			return err
		}, false, "the account's own credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := servertest.Answering(test.steps...)
			client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))
			if test.before != nil {
				if err := test.before(t, client); err != nil {
					t.Fatal(err)
				}
			}
			resp, err := client.SignOut(t.Context())
			last := transport.Requests()[len(transport.Requests())-1]
			if last.Method != http.MethodDelete || last.URL.Path != servertest.ListPath+"/"+servertest.JTI {
				t.Errorf("sent %s %s", last.Method, last.URL.Path)
			}
			switch {
			case test.done && (err != nil || resp.StatusCode != 401):
				t.Errorf("got %v, %v; want it signed out", resp, err)
			case !test.done && (resp != nil || !errors.Is(err, tiledesk.ErrUnauthorized) || !strings.Contains(err.Error(), test.says)):
				t.Errorf("got %v, %v; want %q", resp, err, test.says)
			}
			if again, err := client.SignOut(t.Context()); (err == nil) != test.done {
				t.Errorf("the second time: got %v, %v", again, err)
			}
		})
	}
}

// A token that was truncated is refused like a revoked one, and works whole.
func TestSignOut_ofATruncatedToken(t *testing.T) {
	t.Parallel()
	server, whole, tokens := servertest.NewServer(t, 1)
	cut, err := tiledesk.NewClient(tiledesk.JWTAuth(tokens[0][:len(tokens[0])-4]), tiledesk.WithBaseURL(server.URL()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cut.CloseIdleConnections)
	if resp, err := cut.SignOut(t.Context()); resp != nil || !errors.Is(err, tiledesk.ErrUnauthorized) || server.Revoked(tokens[0]) {
		t.Errorf("got %v, %v", resp, err)
	}
	if resp, err := whole.SignOut(t.Context()); err != nil || resp.StatusCode != 200 || !server.Revoked(tokens[0]) {
		t.Errorf("got %v, %v", resp, err)
	}
}

// The own token of a run is not gone where the server never accepted it.
func TestRevokeEach_ownTokenThatWasNeverTaken(t *testing.T) {
	t.Parallel()
	for listed, want := range map[bool]tiledesk.Outcome{false: tiledesk.Failed, true: tiledesk.AlreadyGone} {
		t.Run(want.String(), func(t *testing.T) {
			t.Parallel()
			transport := servertest.Answering(servertest.Reply(401, "Unauthorized"))
			if listed {
				transport = servertest.Answering(servertest.Reply(200, "[]"), servertest.Reply(401, "Unauthorized"))
			}
			client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))
			if listed {
				if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
			}
			var heard servertest.Hearing
			_, err := client.JWT.RevokeEach(t.Context(), servertest.ByJTI(servertest.JTI), &tiledesk.RevokeOptions{IncludeCurrent: true, OnResult: heard.Hear})
			if got := heard.Of(t, servertest.JTI); got.Outcome != want || errors.Is(err, tiledesk.ErrUnauthorized) != (want == tiledesk.Failed) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
