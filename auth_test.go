package tiledesk

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// credentialsFunc are credentials of the caller's own.
type credentialsFunc func(context.Context) (string, error)

func (f credentialsFunc) Authorization(ctx context.Context) (string, error) { return f(ctx) }

// always gives one authorization.
func always(value string) Credentials {
	return credentialsFunc(func(context.Context) (string, error) { return value, nil })
}

func TestAuthorization_asItIsSent(t *testing.T) {
	t.Parallel()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("agent@example.com:Passw0rd!x"))
	tests := map[string]struct {
		credentials Credentials
		want        string
	}{
		"a bare token":                          {credentials: JWTAuth(testToken), want: "JWT " + testToken},
		"a token as sign-in gives it":           {credentials: JWTAuth("JWT " + testToken), want: "JWT " + testToken},
		"jwt in small letters":                  {credentials: JWTAuth("jwt " + testToken), want: "JWT " + testToken},
		"Jwt in mixed letters":                  {credentials: JWTAuth("Jwt " + testToken), want: "JWT " + testToken},
		"two spaces, as documented":             {credentials: JWTAuth("JWT  " + testToken), want: "JWT " + testToken},
		"a tab and a line break between":        {credentials: JWTAuth("JWT\t\r\n" + testToken), want: "JWT " + testToken},
		"a no-break space between":              {credentials: JWTAuth("JWT\u00a0" + testToken), want: "JWT " + testToken},
		"white space around a bare token":       {credentials: JWTAuth(" \t" + testToken + "\r\n"), want: "JWT " + testToken},
		"white space around everything":         {credentials: JWTAuth("\n JWT \t" + testToken + " \n"), want: "JWT " + testToken},
		"a token of another make":               {credentials: JWTAuth("opaque-token"), want: "JWT opaque-token"},
		"a token that begins with the scheme":   {credentials: JWTAuth("JWTabc"), want: "JWT JWTabc"},
		"a token that begins with Bearer":       {credentials: JWTAuth("Bearerabc"), want: "JWT Bearerabc"},
		"email and password":                    {credentials: BasicAuth("agent@example.com", "Passw0rd!x"), want: basic},
		"a password with colons":                {credentials: BasicAuth("a", ":b:c:"), want: "Basic YTo6YjpjOg=="},
		"a password beyond ASCII":               {credentials: BasicAuth("a", "pässwörd"), want: "Basic YTpww6Rzc3fDtnJk"},
		"an empty password":                     {credentials: BasicAuth("a", ""), want: "Basic YTo="},
		"a custom scheme":                       {credentials: always("Bearer of-a-gateway"), want: "Bearer of-a-gateway"},
		"a custom value with white space":       {credentials: always(" Bearer of-a-gateway "), want: "Bearer of-a-gateway"},
		"custom Basic":                          {credentials: always(basic), want: basic},
		"a custom token with two spaces":        {credentials: always("jwt  " + testToken), want: "JWT " + testToken},
		"a custom token with a line break":      {credentials: always("JWT " + testToken + "\n"), want: "JWT " + testToken},
		"a custom token without its scheme":     {credentials: always(testToken), want: "JWT " + testToken},
		"a custom value with a token inside it": {credentials: always("Token=" + testToken), want: "Token=" + testToken},
		"credentials inside credentials": {credentials: credentialsFunc(func(ctx context.Context) (string, error) {
			return JWTAuth(testToken).Authorization(ctx)
		}), want: "JWT " + testToken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newWire(t, answerOK)
			client, err := NewClient(tt.credentials, WithBaseURL(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := server.only(t).Header.Values("Authorization"); len(got) != 1 || got[0] != tt.want {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNewClient_refusesCredentials(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		credentials Credentials
		text        string
	}{
		"an empty token":                {credentials: JWTAuth(""), text: "empty"},
		"a blank token":                 {credentials: JWTAuth(" \n\t"), text: "empty"},
		"the scheme alone":              {credentials: JWTAuth("JWT"), text: "empty"},
		"the scheme and white space":    {credentials: JWTAuth(" jwt \n"), text: "empty"},
		"Bearer":                        {credentials: JWTAuth("Bearer " + testToken), text: "Bearer"},
		"bearer in small letters":       {credentials: JWTAuth(" bearer\t" + testToken), text: "Bearer"},
		"Bearer alone":                  {credentials: JWTAuth("Bearer"), text: "Bearer"},
		"Bearer behind JWT":             {credentials: JWTAuth("JWT Bearer " + testToken), text: "Bearer"},
		"two tokens":                    {credentials: JWTAuth(testToken + " " + testToken), text: "white space"},
		"JWT twice":                     {credentials: JWTAuth("JWT jwt " + testToken), text: "white space"},
		"a line break inside":           {credentials: JWTAuth(testToken[:40] + "\r\n" + testToken[40:]), text: "white space"},
		"a NUL inside":                  {credentials: JWTAuth(testToken[:40] + "\x00" + testToken[40:]), text: "no header can carry"},
		"a DEL at the end":              {credentials: JWTAuth(testToken + "\x7f"), text: "no header can carry"},
		"a byte order mark in front":    {credentials: JWTAuth("\ufeff" + testToken), text: "no header can carry"},
		"a token of 64 KiB and a byte":  {credentials: JWTAuth(strings.Repeat("a", maxToken+1)), text: "no token has"},
		"an empty email":                {credentials: BasicAuth("", "s3cret"), text: "email of BasicAuth is empty"},
		"a blank email":                 {credentials: BasicAuth(" \t", "s3cret"), text: "email of BasicAuth is empty"},
		"an email with a colon":         {credentials: BasicAuth("s3cret:agent@example.com", ""), text: "colon"},
		"an email with a line break":    {credentials: BasicAuth("agent@example.com\n", "s3cret"), text: "control character"},
		"a password with a line break":  {credentials: BasicAuth("agent@example.com", "s3cret\n"), text: "line break"},
		"a password with a NUL":         {credentials: BasicAuth("agent@example.com", "s3cret\x00"), text: "control character"},
		"nothing":                       {credentials: nil, text: "no credentials"},
		"a nil pointer":                 {credentials: (*pointerCredentials)(nil), text: "no credentials"},
		"a nil function of a func type": {credentials: credentialsFunc(nil), text: "no credentials"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := NewClient(tt.credentials)
			if client != nil || !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("got %v, %v; want ErrInvalidArgument with %q", client, err, tt.text)
			}
			if strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), testToken[:20]) {
				t.Errorf("%q repeats what was given", err)
			}
		})
	}
}

// An error or a useless value of the caller's own credentials ends the call
// before anything is sent, and without another try.
func TestAuthorization_refusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	unreachable := errors.New("the vault is sealed")
	tests := map[string]struct {
		value string
		err   error
		want  error
		text  string
	}{
		"an error":                   {err: unreachable, want: unreachable, text: "nothing was sent: the vault is sealed"},
		"an error with a value":      {value: "JWT " + testToken, err: unreachable, want: unreachable, text: "nothing was sent"},
		"a context's error":          {err: context.DeadlineExceeded, want: context.DeadlineExceeded, text: "nothing was sent"},
		"an empty value":             {want: ErrInvalidArgument, text: "empty authorization"},
		"a blank value":              {value: " \t", want: ErrInvalidArgument, text: "empty authorization"},
		"a scheme without a token":   {value: "JWT ", want: ErrInvalidArgument, text: "empty"},
		"a token with a space in it": {value: "JWT a b", want: ErrInvalidArgument, text: "white space"},
		"another header":             {value: "Bearer x\r\nX-Admin: yes", want: ErrInvalidArgument, text: "control character"},
	}
	for name, tt := range tests {
		for call, do := range serviceCalls {
			t.Run(name+", "+call, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				client, err := NewClient(credentialsFunc(func(context.Context) (string, error) {
					asked.Add(1)
					return tt.value, tt.err
				}), withTransport(newMock(t)))
				if err != nil {
					t.Fatal(err)
				}
				if err := do(t.Context(), client); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
				}
				if asked.Load() != 1 {
					t.Errorf("asked %d times, want once", asked.Load())
				}
			})
		}
	}
}

func TestAuthorization_askedOnceACall(t *testing.T) {
	t.Parallel()
	type key struct{}
	var asked, attempts atomic.Int32
	credentials := credentialsFunc(func(ctx context.Context) (string, error) {
		if ctx.Value(key{}) != "mine" {
			t.Error("the credentials got another context than the call")
		}
		return "Bearer " + strings.Repeat("x", int(asked.Add(1))), nil
	})
	transport := roundTripFunc(func(r *http.Request) (*http.Response, error) {
		if got := r.Header.Get("Authorization"); got != "Bearer x" {
			t.Errorf("attempt %d sent %q", attempts.Load()+1, got)
		}
		if attempts.Add(1) < 4 {
			return answer(503, ""), nil
		}
		return answer(200, `{}`), nil
	})
	client, err := NewClient(credentials, withTransport(transport), WithRetryPolicy(quick), WithRateLimiter(nil))
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
