package facetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// What an error says, and what it must not.
func TestAPIError_saysWhatFollowsFromTheAnswer(t *testing.T) {
	t.Parallel()
	list := func(c *tiledesk.Client) error { _, err := c.JWT.ListHistory(t.Context(), nil); return err }
	revoke := func(c *tiledesk.Client) error { _, err := c.JWT.RevokeByJTI(t.Context(), "a"); return err }
	signOut := func(c *tiledesk.Client) error { _, err := c.SignOut(t.Context()); return err }
	lost, refused := servertest.CutShort(200, "{"), servertest.Reply(401, "Unauthorized")
	for name, tt := range map[string]struct {
		steps     []servertest.Step
		call      func(*tiledesk.Client) error
		says, not string // "": nothing
		kinds     []string
	}{
		"a truncated refusal":           {[]servertest.Step{servertest.CutShort(403, "locked", "Content-Type", "text/plain")}, list, "403 Forbidden: locked", "", []string{"ErrForbidden"}},
		"a truncated success":           {[]servertest.Step{servertest.CutShort(299, "{")}, list, "truncated", "", []string{"ErrUnexpectedResponse"}},
		"a truncated redirect":          {[]servertest.Step{servertest.CutShort(300, "{")}, list, "truncated", "", []string{"ErrRedirected"}},
		"a list without an end":         {[]servertest.Step{servertest.Reply(200, "["+strings.Repeat("{},", 327_680)+"{}]")}, list, "response too large: ", "", []string{"ErrResponseTooLarge"}},
		"a sign-out that is refused":    {[]servertest.Step{refused}, signOut, "does not prove", "an earlier reply was lost", []string{"ErrUnauthorized"}},
		"a sign-out that was lost":      {[]servertest.Step{lost, refused}, signOut, "does not prove that it is revoked: it may be revoked already, expired, truncated or of another server; list the history with the account's own credentials to find out; an earlier reply was lost", "", []string{"ErrUnauthorized"}},
		"a revocation that was lost":    {[]servertest.Step{lost, refused}, revoke, "the server refused the JWT", "may have revoked it", []string{"ErrUnauthorized"}},
		"a revocation that is refused":  {[]servertest.Step{refused}, revoke, "the server refused the JWT", "may have revoked it", []string{"ErrUnauthorized"}},
		"what only looks like a module": {[]servertest.Step{servertest.Reply(400, `{"error":"Invalid project id: jwts"}`)}, list, "Invalid project id: jwts", "history module", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Answering(tt.steps...)))
			err := tt.call(client)
			wantKinds(t, err, tt.kinds...)
			if !strings.Contains(fmt.Sprint(err), tt.says) || tt.not != "" && strings.Contains(fmt.Sprint(err), tt.not) {
				t.Errorf("it says %q, want %q and not %q", err, tt.says, tt.not)
			}
		})
	}
}

// A redirected sign-in has minted nothing.
func TestSignIn_redirectedMintedNothing(t *testing.T) {
	t.Parallel()
	client, err := signIn(t, servertest.URL, servertest.WithTransport(servertest.Reply(300, "")))
	checkSignInFailed(t, client, err, tiledesk.ErrRedirected, false)
}

func TestErrNoAnswer_printsForEveryVerb(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.BreakOff(io.ErrUnexpectedEOF)))
	_, err := client.JWT.ListHistory(t.Context(), nil)
	want := "tiledesk: GET /jwt/history: no answer after 4 attempts: unexpected EOF"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, err); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if got := fmt.Sprintf("%q", err); got != fmt.Sprintf("%q", want) {
		t.Errorf("%%q prints %s", got)
	}
}

// Only where an identifier names the route of the ids is that the advice.
func TestRevokeByJTI_saysWhatIsWrongWithTheJTI(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Unasked(t)))
	for jti, byID := range map[string]bool{"id/a": true, "": false, "..": false} {
		_, err := client.JWT.RevokeByJTI(t.Context(), jti)
		wantKinds(t, err, "ErrInvalidArgument")
		if strings.Contains(err.Error(), "use RevokeByID") != byID {
			t.Errorf("%q: it says %q", jti, err)
		}
	}
}

// The error of a result keeps a KiB of the body, and the header if that is not longer than
// eight.
func TestRevokeEach_errorsKeepLittle(t *testing.T) {
	t.Parallel()
	const gone = `{"success":false,"msg":"Object not found."}`
	for more := range 2 {
		body := gone + strings.Repeat(" ", 1<<10-len(gone)+more)
		value := strings.Repeat("x", 8<<10-len("X-Long")+more)
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(404, body, "X-Long", value)))
		report, _ := client.JWT.RevokeEach(t.Context(), servertest.ByJTI("a"), nil)
		var answered *tiledesk.APIError
		if report.NotFound != 1 || !errors.As(report.Failures[0].Err, &answered) {
			t.Fatalf("got %+v", report)
		}
		if whole := more == 0; len(answered.Response.Body) != 1<<10 || answered.FromServer() != whole || (answered.Response.Header != nil) != whole {
			t.Errorf("%d bytes more: kept %d of the body and %d fields, from the server: %v", more, len(answered.Response.Body), len(answered.Response.Header), answered.FromServer())
		}
	}
}

func TestRevokeReport_cutsALongReason(t *testing.T) {
	t.Parallel()
	const began = "the sequence of targets ended: "
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Unasked(t)))
	for length, want := range map[int]string{500: strings.Repeat("x", 500-len(began)), 501: strings.Repeat("x", 499-len(began)) + "…"} {
		report, _ := client.JWT.RevokeEach(t.Context(), func(yield func(tiledesk.Target, error) bool) {
			yield(tiledesk.Target{}, errors.New(strings.Repeat("x", length-len(began))))
		}, nil)
		if got := fmt.Sprint(report.RunErr()); got != "tiledesk: "+began+want {
			t.Errorf("%d: got %s", length, got)
		}
	}
}

func TestRevokeReport_refusesWhatIsNotOne(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"Revoked":"many"}`, `{"Failures":[{"outcome":"vanished"}]}`, `[]`} {
		report := tiledesk.RevokeReport{Revoked: 7}
		if err := json.Unmarshal([]byte(text), &report); err == nil || report.Revoked != 7 {
			t.Errorf("%s became %+v, %v", text, report, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"attempts":"many"}`), new(tiledesk.RevokeResult)); err == nil {
		t.Error("attempts can be many")
	}
}

// stubborn are credentials that say what is asked of them on a refusal.
type stubborn struct {
	values []string // the authorizations, in turn
	again  bool
	err    error
	asked  int // about a refusal
}

func (s *stubborn) Authorization(context.Context) (string, error) {
	return s.values[min(s.asked, len(s.values)-1)], nil
}

func (s *stubborn) Refused(context.Context, string) (bool, error) {
	s.asked++
	return s.again, s.err
}

func TestCredentials_refusedDecideWhetherToSendAgain(t *testing.T) {
	t.Parallel()
	errSealed := errors.New("the vault is sealed")
	refused := servertest.Reply(401, "Unauthorized")
	for name, tt := range map[string]struct {
		credentials stubborn
		step        servertest.Step
		asked, sent int
		kinds       []string
	}{
		"there is no other":        {stubborn{}, refused, 1, 1, []string{"ErrUnauthorized"}},
		"there is, and an error":   {stubborn{again: true, err: errSealed}, refused, 1, 1, []string{"ErrUnauthorized", "ErrCredentials"}},
		"there is":                 {stubborn{again: true}, refused, 1, 2, []string{"ErrUnauthorized"}},
		"no answer came":           {stubborn{again: true}, servertest.BreakOff(io.ErrUnexpectedEOF), 0, 4, []string{"ErrNoAnswer"}},
		"the answer was truncated": {stubborn{again: true}, servertest.CutShort(401, "Unauthorized"), 0, 1, []string{"ErrUnauthorized"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := servertest.Answering(tt.step)
			tt.credentials.values = []string{"Own first", "Own second"}
			_, err := servertest.NewClientWith(t, &tt.credentials, transport.RoundTrip).JWT.ListHistory(t.Context(), nil)
			wantKinds(t, err, tt.kinds...)
			if sent := len(transport.Requests()); tt.credentials.asked != tt.asked || sent != tt.sent {
				t.Errorf("asked %d times, and sent %d requests", tt.credentials.asked, sent)
			}
		})
	}
}

// No text shows the authorization that was replaced, nor the one that replaced it.
func TestCredentials_refusedAreNotShown(t *testing.T) {
	t.Parallel()
	transport := servertest.Answering(servertest.Reply(401, "Unauthorized"), servertest.Reply(403, `{"success":false,"msg":"not opensesame1234 nor abracadabra567"}`))
	credentials := &stubborn{values: []string{"Own opensesame1234", "Own abracadabra567"}, again: true}
	_, err := servertest.NewClientWith(t, credentials, transport.RoundTrip).JWT.ListHistory(t.Context(), nil)
	wantKinds(t, err, "ErrForbidden")
	for _, secret := range []string{"opensesame1234", "abracadabra567"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("it shows %s: %v", secret, err)
		}
	}
}
