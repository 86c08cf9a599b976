package redact_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

const (
	secretPassword = `Pa"ss<w>0rd & %41\x`
	secretJTI      = "0b1d5c1e-jti/of this?test"
	secretSort     = "field-of-this-test"
	secretMark     = "only-in-the-body"
)

// secretTexts are what nothing that is printed, logged or marshaled may hold.
func secretTexts() map[string]string {
	parts := strings.Split(servertest.Token, ".")
	basic := base64.StdEncoding.EncodeToString([]byte("agent@example.com:" + secretPassword))
	return map[string]string{
		"the password": secretPassword, "its base64": base64.StdEncoding.EncodeToString([]byte(secretPassword)),
		"the Basic header": basic, "the quoted password": fmt.Sprintf("%q", secretPassword)[1:15],
		"the token": servertest.Token, "its payload": parts[1], "its signature": parts[2],
		"the jti": secretJTI, "the escaped jti": url.PathEscape(secretJTI),
		"the query": secretSort, "the body": secretMark,
	}
}

// checkNoSecret prints a value in every way that a program may and looks for the
// secrets of this file.
func checkNoSecret(t *testing.T, what string, value any) {
	t.Helper()
	texts := map[string]string{}
	wrapped := []any{value, []any{value}, map[string]any{"v": value}, struct{ V any }{value}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%30.500v"} {
		for _, in := range wrapped {
			text := fmt.Sprintf(verb, in)
			texts[verb] += text + "\n" + decodeHex(text) + "\n"
		}
	}
	var text, lines strings.Builder
	handlers := []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&lines, nil)}
	for _, handler := range handlers {
		for _, in := range wrapped {
			slog.New(handler).With("with", in).WithGroup("g").Info("m", "v", in, slog.Group("h", "v", in))
		}
	}
	texts["slog text"], texts["slog JSON"] = text.String(), lines.String()
	for _, in := range wrapped {
		if marshaled, err := json.Marshal(in); err == nil {
			texts["JSON"] += string(marshaled)
		}
	}
	secrets := secretTexts()
	for how, text := range texts {
		for secret, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s as %s shows %s:\n%s", what, how, secret, text[:min(len(text), 300)])
			}
		}
	}
}

// decodeHex undoes %x as far as it goes.
func decodeHex(text string) string {
	var plain []byte
	_, _ = fmt.Sscanf(strings.Trim(text, "[]{}\n"), "%x", &plain)
	return string(plain)
}

// checkNoSecretInError looks at every error of the tree as well.
func checkNoSecretInError(t *testing.T, what string, err error) {
	t.Helper()
	checkNoSecret(t, what, err)
	var apiErr *tiledesk.APIError
	if errors.As(err, &apiErr) {
		checkNoSecret(t, what+", copied", *apiErr)
		checkNoSecret(t, what+", its response", apiErr.Response)
		checkNoSecret(t, what+", its response copied", *apiErr.Response)
		checkNoSecret(t, what+", its message and fields", []any{apiErr.Message, apiErr.Fields})
	}
	for _, inner := range unwrap(err) {
		checkNoSecretInError(t, what+" > inner", inner)
	}
}

// secretClients are a client of each kind of credentials.
func secretClients(t *testing.T, opts ...tiledesk.Option) map[string]*tiledesk.Client {
	t.Helper()
	clients := map[string]*tiledesk.Client{}
	for name, credentials := range map[string]tiledesk.Credentials{
		"Basic": tiledesk.BasicAuth("agent@example.com", secretPassword), "a JWT": tiledesk.JWTAuth(servertest.Token), "custom": servertest.Always("Bearer  " + servertest.Token),
		"custom Basic": servertest.Always(" Basic  " + base64.StdEncoding.EncodeToString([]byte("agent@example.com:"+secretPassword))),
	} {
		client, err := tiledesk.NewClient(credentials, append([]tiledesk.Option{tiledesk.WithRetryPolicy(servertest.Quick), tiledesk.WithRateLimiter(nil)}, opts...)...)
		if err != nil {
			t.Fatal(err)
		}
		clients[name] = client
	}
	return clients
}

// secretCalls are every call of the service, with what they return.
var secretCalls = map[string]func(context.Context, *tiledesk.Client) (any, error){
	"list": func(ctx context.Context, c *tiledesk.Client) (any, error) {
		return c.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{SortField: secretSort})
	},
	"jti": func(ctx context.Context, c *tiledesk.Client) (any, error) { return c.JWT.RevokeByJTI(ctx, secretJTI) },
	"id":  func(ctx context.Context, c *tiledesk.Client) (any, error) { return c.JWT.RevokeByID(ctx, secretJTI) },
}

func TestClient_showsNoSecret(t *testing.T) {
	t.Parallel()
	for name, client := range secretClients(t) {
		checkNoSecret(t, name+" client", client)
		checkNoSecret(t, name+" client, copied", *client)
		checkNoSecret(t, name+" service", client.JWT)
		checkNoSecret(t, name+" service, copied", *client.JWT)
		for i := range reflect.TypeFor[tiledesk.Client]().NumField() {
			checkNoSecret(t, name+" client, a field", reflect.Indirect(reflect.ValueOf(*client).Field(i)))
		}
	}
	for name, credentials := range map[string]tiledesk.Credentials{
		"Basic": tiledesk.BasicAuth("agent@example.com", secretPassword), "a JWT": tiledesk.JWTAuth(servertest.Token),
		"refused Basic": tiledesk.BasicAuth(secretPassword+":", secretPassword), "a refused JWT": tiledesk.JWTAuth(servertest.Token + " " + servertest.Token),
	} {
		checkNoSecret(t, name, credentials)
		checkNoSecret(t, name+", copied", reflect.ValueOf(credentials).Elem().Interface())
		_, err := tiledesk.NewClient(credentials, nil)
		checkNoSecret(t, name+", NewClient", err)
	}
	checkNoSecret(t, "an option", tiledesk.WithBaseURL("https://agent:"+secretPassword+"@tiledesk.test"))
	_, err := tiledesk.NewClient(tiledesk.JWTAuth(servertest.Token), tiledesk.WithBaseURL("https://agent:"+secretMark+"@tiledesk.test"))
	checkNoSecret(t, "a base URL with a password", err)
	_, err = secretClients(t)["a JWT"].JWT.RevokeByJTI(t.Context(), servertest.Token)
	checkNoSecret(t, "a token as jti", err)
}

// echo is everything that a server knows of a request.
func echo(r *http.Request) string {
	header := r.Header.Get("Authorization")
	_, rest, _ := strings.Cut(header, " ")
	plain, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	return strings.Join([]string{
		header, rest, string(plain), secretPassword, servertest.Token, servertest.Token[strings.LastIndex(servertest.Token, ".")+1:], secretJTI,
		r.URL.String(), r.URL.EscapedPath(), r.URL.Path, fmt.Sprintf("%q", secretPassword), url.QueryEscape(secretPassword),
	}, " | ")
}
