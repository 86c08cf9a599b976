package facetest

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestCredentials_asTheyAreSent(t *testing.T) {
	t.Parallel()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("agent@example.com:Passw0rd!x"))
	tests := map[string]struct {
		credentials tiledesk.Credentials
		want        string
	}{
		"a bare token":                          {credentials: tiledesk.JWTAuth(servertest.Token), want: "JWT " + servertest.Token},
		"a token as sign-in gives it":           {credentials: tiledesk.JWTAuth("JWT " + servertest.Token), want: "JWT " + servertest.Token},
		"jwt in small letters":                  {credentials: tiledesk.JWTAuth("jwt " + servertest.Token), want: "JWT " + servertest.Token},
		"Jwt in mixed letters":                  {credentials: tiledesk.JWTAuth("Jwt " + servertest.Token), want: "JWT " + servertest.Token},
		"two spaces, as documented":             {credentials: tiledesk.JWTAuth("JWT  " + servertest.Token), want: "JWT " + servertest.Token},
		"a tab and a line break between":        {credentials: tiledesk.JWTAuth("JWT\t\r\n" + servertest.Token), want: "JWT " + servertest.Token},
		"a no-break space between":              {credentials: tiledesk.JWTAuth("JWT\u00a0" + servertest.Token), want: "JWT " + servertest.Token},
		"white space around a bare token":       {credentials: tiledesk.JWTAuth(" \t" + servertest.Token + "\r\n"), want: "JWT " + servertest.Token},
		"white space around everything":         {credentials: tiledesk.JWTAuth("\n JWT \t" + servertest.Token + " \n"), want: "JWT " + servertest.Token},
		"a token of another make":               {credentials: tiledesk.JWTAuth("opaque-token"), want: "JWT opaque-token"},
		"a token that begins with the scheme":   {credentials: tiledesk.JWTAuth("JWTabc"), want: "JWT JWTabc"},
		"a token that begins with Bearer":       {credentials: tiledesk.JWTAuth("Bearerabc"), want: "JWT Bearerabc"},
		"email and password":                    {credentials: tiledesk.BasicAuth("agent@example.com", "Passw0rd!x"), want: basic},
		"a password with colons":                {credentials: tiledesk.BasicAuth("a", ":b:c:"), want: "Basic YTo6YjpjOg=="},
		"a password beyond ASCII":               {credentials: tiledesk.BasicAuth("a", "pässwörd"), want: "Basic YTpww6Rzc3fDtnJk"},
		"an empty password":                     {credentials: tiledesk.BasicAuth("a", ""), want: "Basic YTo="},
		"a custom scheme":                       {credentials: servertest.Always("Bearer of-a-gateway"), want: "Bearer of-a-gateway"},
		"a custom value with white space":       {credentials: servertest.Always(" Bearer of-a-gateway "), want: "Bearer of-a-gateway"},
		"custom Basic":                          {credentials: servertest.Always(basic), want: basic},
		"a custom token with two spaces":        {credentials: servertest.Always("jwt  " + servertest.Token), want: "JWT " + servertest.Token},
		"a custom token with a line break":      {credentials: servertest.Always("JWT " + servertest.Token + "\n"), want: "JWT " + servertest.Token},
		"a custom token without its scheme":     {credentials: servertest.Always(servertest.Token), want: "JWT " + servertest.Token},
		"a custom value with a token inside it": {credentials: servertest.Always("Token=" + servertest.Token), want: "Token=" + servertest.Token},
		"credentials inside credentials": {credentials: tiledesk.CredentialsFunc(func(ctx context.Context) (string, error) {
			return tiledesk.JWTAuth(servertest.Token).Authorization(ctx)
		}), want: "JWT " + servertest.Token},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servertest.NewLoopback(t, servertest.AnswerOK)
			client, err := tiledesk.NewClient(tt.credentials, tiledesk.WithBaseURL(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := server.Only(t).Header.Values("Authorization"); len(got) != 1 || got[0] != tt.want {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNewClient_refusesCredentials(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		credentials tiledesk.Credentials
		text        string
	}{
		"an empty token":                {credentials: tiledesk.JWTAuth(""), text: "empty"},
		"a blank token":                 {credentials: tiledesk.JWTAuth(" \n\t"), text: "empty"},
		"the scheme alone":              {credentials: tiledesk.JWTAuth("JWT"), text: "empty"},
		"the scheme and white space":    {credentials: tiledesk.JWTAuth(" jwt \n"), text: "empty"},
		"Bearer":                        {credentials: tiledesk.JWTAuth("Bearer " + servertest.Token), text: "Bearer"},
		"bearer in small letters":       {credentials: tiledesk.JWTAuth(" bearer\t" + servertest.Token), text: "Bearer"},
		"Bearer alone":                  {credentials: tiledesk.JWTAuth("Bearer"), text: "Bearer"},
		"Bearer behind JWT":             {credentials: tiledesk.JWTAuth("JWT Bearer " + servertest.Token), text: "Bearer"},
		"two tokens":                    {credentials: tiledesk.JWTAuth(servertest.Token + " " + servertest.Token), text: "white space"},
		"JWT twice":                     {credentials: tiledesk.JWTAuth("JWT jwt " + servertest.Token), text: "white space"},
		"a line break inside":           {credentials: tiledesk.JWTAuth(servertest.Token[:40] + "\r\n" + servertest.Token[40:]), text: "white space"},
		"a NUL inside":                  {credentials: tiledesk.JWTAuth(servertest.Token[:40] + "\x00" + servertest.Token[40:]), text: "no header can carry"},
		"a DEL at the end":              {credentials: tiledesk.JWTAuth(servertest.Token + "\x7f"), text: "no header can carry"},
		"a byte order mark in front":    {credentials: tiledesk.JWTAuth("\ufeff" + servertest.Token), text: "no header can carry"},
		"a token of 64 KiB and a byte":  {credentials: tiledesk.JWTAuth(strings.Repeat("a", 64<<10+1)), text: "no token has"},
		"an empty email":                {credentials: tiledesk.BasicAuth("", "s3cret"), text: "the email is empty"},
		"a blank email":                 {credentials: tiledesk.BasicAuth(" \t", "s3cret"), text: "the email is empty"},
		"an email with a colon":         {credentials: tiledesk.BasicAuth("s3cret:agent@example.com", ""), text: "colon"},
		"an email with a line break":    {credentials: tiledesk.BasicAuth("agent@example.com\n", "s3cret"), text: "control character"},
		"a password with a line break":  {credentials: tiledesk.BasicAuth("agent@example.com", "s3cret\n"), text: "line break"},
		"a password with a NUL":         {credentials: tiledesk.BasicAuth("agent@example.com", "s3cret\x00"), text: "control character"},
		"nothing":                       {credentials: nil, text: "no credentials"},
		"a nil pointer":                 {credentials: (*pointerCredentials)(nil), text: "no credentials"},
		"a nil function of a func type": {credentials: tiledesk.CredentialsFunc(nil), text: "no credentials"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := tiledesk.NewClient(tt.credentials)
			if client != nil || !errors.Is(err, tiledesk.ErrInvalidArgument) || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("got %v, %v; want ErrInvalidArgument with %q", client, err, tt.text)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), servertest.Token[:20]) {
				t.Errorf("%q repeats what was given", err)
			}
		})
	}
}

// An error or a useless value of the caller's own credentials ends the call
// before anything is sent, and without another try.
func TestCredentials_refusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	unreachable := errors.New("the vault is sealed")
	tests := map[string]struct {
		value string
		err   error
		want  error
		text  string
	}{
		"an error":                   {err: unreachable, want: unreachable, text: "nothing was sent: the vault is sealed"},
		"an error with a value":      {value: "JWT " + servertest.Token, err: unreachable, want: unreachable, text: "nothing was sent"},
		"a context's error":          {err: context.DeadlineExceeded, want: context.DeadlineExceeded, text: "nothing was sent"},
		"an empty value":             {want: tiledesk.ErrInvalidArgument, text: "empty authorization"},
		"a blank value":              {value: " \t", want: tiledesk.ErrInvalidArgument, text: "empty authorization"},
		"a scheme without a token":   {value: "JWT ", want: tiledesk.ErrInvalidArgument, text: "empty"},
		"a token with a space in it": {value: "JWT a b", want: tiledesk.ErrInvalidArgument, text: "white space"},
		"another header":             {value: "Bearer x\r\nX-Admin: yes", want: tiledesk.ErrInvalidArgument, text: "control character"},
	}
	for name, tt := range tests {
		for call, do := range servertest.Calls {
			t.Run(name+", "+call, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				client, err := tiledesk.NewClient(tiledesk.CredentialsFunc(func(context.Context) (string, error) {
					asked.Add(1)
					return tt.value, tt.err
				}), servertest.WithTransport(servertest.Unasked(t)))
				if err != nil {
					t.Fatal(err)
				}
				if err := do.Run(t.Context(), client); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
				}
				if asked.Load() != 1 {
					t.Errorf("asked %d times, want once", asked.Load())
				}
			})
		}
	}
}

func TestCredentials_askedOnceACall(t *testing.T) {
	t.Parallel()
	type key struct{}
	var asked, attempts atomic.Int32
	credentials := tiledesk.CredentialsFunc(func(ctx context.Context) (string, error) {
		if ctx.Value(key{}) != "mine" {
			t.Error("the credentials got another context than the call")
		}
		return "Bearer " + strings.Repeat("x", int(asked.Add(1))), nil
	})
	transport := servertest.Step(func(r *http.Request) (*http.Response, error) {
		if got := r.Header.Get("Authorization"); got != "Bearer x" {
			t.Errorf("attempt %d sent %q", attempts.Load()+1, got)
		}
		if attempts.Add(1) < 4 {
			return servertest.Answer(503, ""), nil
		}
		return servertest.Answer(200, `{}`), nil
	})
	client, err := tiledesk.NewClient(credentials, servertest.WithTransport(transport), tiledesk.WithRetryPolicy(servertest.Quick), tiledesk.WithRateLimiter(nil))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.JWT.RevokeByJTI(context.WithValue(t.Context(), key{}, "mine"), "j1")
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 1 || attempts.Load() != 4 || resp.Attempts != 4 {
		t.Errorf("asked %d times in %d attempts (%d in the response), want once in 4", asked.Load(), attempts.Load(), resp.Attempts)
	}
}
