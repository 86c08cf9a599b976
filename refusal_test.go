package tiledesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

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

func TestAccepts_onlyTheServersOwn401(t *testing.T) {
	t.Parallel()
	for name, body := range foreignRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := answering(reply(401, body))
			accepts, err := newTestClient(t, testURL, withTransport(transport)).JWT.Accepts(t.Context(), testToken)
			if accepts || !errors.Is(err, ErrUnauthorized) || !strings.Contains(err.Error(), "nothing is known about the token") {
				t.Errorf("got %v, %v", accepts, err)
			}
			transport.sent(t, 1, "GET", listPath)
		})
	}
}

func TestSignOut_onlyTheServersOwn401(t *testing.T) {
	t.Parallel()
	for name, body := range foreignRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := tiledesktest.NewServer(t)
			server.AddUser(testEmail, testPassword)
			client, err := signIn(t, server.URL())
			if err != nil {
				t.Fatal(err)
			}
			server.Inject(tiledesktest.Fault{Method: "DELETE", Status: 401, Body: body})
			resp, err := client.SignOut(t.Context())
			if resp != nil || !errors.Is(err, ErrUnauthorized) || !strings.Contains(err.Error(), "nothing is known about the token") {
				t.Errorf("got %v, %v", resp, err)
			}
			if resp, err = client.SignOut(t.Context()); resp == nil || err != nil || !server.Revoked(server.Tokens(testEmail)[0]) {
				t.Errorf("the second time: got %v, %v", resp, err)
			}
		})
	}
}

// The server's own 401 is the end of a token only where the server took it before.
func TestSignOut_ofATokenThatIsRefused(t *testing.T) {
	t.Parallel()
	list, refused := reply(200, "[]"), reply(401, "Unauthorized")
	lists := func(t *testing.T, c *Client) error {
		_, err := c.JWT.ListHistory(t.Context(), nil)
		return err
	}
	for name, test := range map[string]struct {
		steps  []step
		before func(t *testing.T, c *Client) error
		done   bool
		says   string
	}{
		"never taken":      {[]step{refused}, nil, false, "does not prove that it is revoked"},
		"listed before":    {[]step{list, refused}, lists, true, ""},
		"revoked before":   {[]step{reply(200, "{}"), refused}, func(t *testing.T, c *Client) error { _, err := c.JWT.RevokeByJTI(t.Context(), "a"); return err }, true, ""},
		"accepted before":  {[]step{list, refused}, func(t *testing.T, c *Client) error { _, err := c.JWT.Accepts(t.Context(), testToken); return err }, true, ""},
		"run before":       {[]step{list, list, refused}, func(t *testing.T, c *Client) error { _, err := c.JWT.RevokeAll(t.Context(), nil); return err }, true, ""},
		"refused before":   {[]step{refused}, func(t *testing.T, c *Client) error { _, _ = c.JWT.ListHistory(t.Context(), nil); return nil }, false, "truncated or of another server"},
		"a page before":    {[]step{reply(200, page404), refused}, func(t *testing.T, c *Client) error { _, _ = c.JWT.ListHistory(t.Context(), nil); return nil }, false, "expired"},
		"a lost reply":     {[]step{cutShort(200, "{"), refused}, nil, false, "an earlier reply was lost"},
		"lost, but listed": {[]step{list, cutShort(200, "{"), refused}, lists, true, ""},
		"another was taken": {[]step{list, refused}, func(t *testing.T, c *Client) error {
			_, err := c.JWT.Accepts(t.Context(), tokenOf("other"))
			return err
		}, false, "the account's own credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := answering(test.steps...)
			client := newTestClient(t, testURL, withTransport(transport))
			if test.before != nil {
				if err := test.before(t, client); err != nil {
					t.Fatal(err)
				}
			}
			resp, err := client.SignOut(t.Context())
			last := transport.requests[len(transport.requests)-1]
			if last.Method != http.MethodDelete || last.URL.Path != listPath+"/"+testJTI {
				t.Errorf("sent %s %s", last.Method, last.URL.Path)
			}
			switch {
			case test.done && (err != nil || resp.StatusCode != 401):
				t.Errorf("got %v, %v; want it signed out", resp, err)
			case !test.done && (resp != nil || !errors.Is(err, ErrUnauthorized) || !strings.Contains(err.Error(), test.says)):
				t.Errorf("got %v, %v; want %q", resp, err, test.says)
			}
			if again, err := client.SignOut(t.Context()); (err == nil) != test.done {
				t.Errorf("the second time: got %v, %v", again, err)
			}
		})
	}
}

// A token whose end was cut off is refused like a revoked one, and works whole.
func TestSignOut_ofATruncatedToken(t *testing.T) {
	t.Parallel()
	server, whole, tokens := newTestServer(t, 1)
	cut, err := NewClient(JWTAuth(tokens[0][:len(tokens[0])-4]), WithBaseURL(server.URL()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cut.CloseIdleConnections)
	if resp, err := cut.SignOut(t.Context()); resp != nil || !errors.Is(err, ErrUnauthorized) || server.Revoked(tokens[0]) {
		t.Errorf("got %v, %v", resp, err)
	}
	if resp, err := whole.SignOut(t.Context()); err != nil || resp.StatusCode != 200 || !server.Revoked(tokens[0]) {
		t.Errorf("got %v, %v", resp, err)
	}
}

// The own token of a run is not gone where the server never took it.
func TestRevokeEach_ownTokenThatWasNeverTaken(t *testing.T) {
	t.Parallel()
	for listed, want := range map[bool]Outcome{false: Failed, true: AlreadyGone} {
		t.Run(want.String(), func(t *testing.T) {
			t.Parallel()
			transport := answering(reply(401, "Unauthorized"))
			if listed {
				transport = answering(reply(200, "[]"), reply(401, "Unauthorized"))
			}
			client := newTestClient(t, testURL, withTransport(transport))
			if listed {
				if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
			}
			var heard hearing
			_, err := client.JWT.RevokeEach(t.Context(), byJTI(testJTI), &RevokeOptions{IncludeCurrent: true, OnResult: heard.hear})
			if got := heard.of(t, testJTI); got.Outcome != want || errors.Is(err, ErrUnauthorized) != (want == Failed) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// A sign-in is refused in the API's own words. Any other 401 says nothing about
// the password.
func TestSignIn_refusedByAProxy(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"success":false,"msg":"Authentication failed. Wrong password."}`: "the server refused the email or the password",
		"<title>Log in</title>": "nothing is known about email and password",
		"":                      "nothing is known about email and password",
	} {
		_, err := SignIn(t.Context(), testEmail, testPassword, WithBaseURL(testURL), withTransport(answering(reply(401, body))))
		if !errors.Is(err, ErrUnauthorized) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}

//nolint:paralleltest // counts allocations
func TestClient_remembersWithoutCost(t *testing.T) {
	transport := answering(reply(200, "[]"))
	client := newTestClient(t, testURL, withTransport(transport))
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	authorization := "JWT " + testToken
	if !client.tookBefore(authorization) || client.tookBefore("JWT x") || client.tookBefore("") {
		t.Error("it remembers another token")
	}
	if n := testing.AllocsPerRun(100, func() { client.accepted.note(authorization) }); n != 0 {
		t.Errorf("noting the same token again allocates %v times", n)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, value := range []any{client, *client, client.accepted, client.accepted.last.Load()} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "eyJ") || strings.Contains(text, fmt.Sprintf("%x", testToken)) {
				t.Errorf("%s of %T shows the token", verb, value)
			}
		}
	}
}
