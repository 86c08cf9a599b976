package redact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// The mark for what is hidden has letters that a secret can have too.
func TestAPIError_secretWithinTheMark(t *testing.T) {
	t.Parallel()
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(400, `{"msg":"red is a dacredder color"}`)))
	_, err := client.JWT.RevokeByJTI(t.Context(), "red")
	var apiErr *tiledesk.APIError
	if !errors.As(err, &apiErr) || apiErr.Message != "[redacted] is a dac[redacted]der color" {
		t.Errorf("got %v", err)
	}
}

// spellers are the ways in which a server writes a text into another.
var spellers = map[string]func(string) string{
	"white space inside":    func(s string) string { return s[:len(s)/2] + " \n " + s[len(s)/2:] },
	"percent in lower case": func(s string) string { return lowerPercent(url.QueryEscape(s)) },
	"encodeURIComponent":    func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
	"percent twice":         func(s string) string { return url.PathEscape(url.PathEscape(s)) },
	"entities of other makers": func(s string) string {
		return strings.NewReplacer("/", "&#x2F;", "'", "&apos;").Replace(html.EscapeString(s))
	},
	"JSON that escapes slashes": func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"JSON of ASCII":             func(s string) string { return strings.Trim(fmt.Sprintf("%+q", s), `"`) },
	"a text of JavaScript":      func(s string) string { return strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) },
	"every character": func(s string) string {
		var b strings.Builder
		for i, r := range []rune(s) {
			fmt.Fprintf(&b, []string{`\u%04x`, "&#%d;"}[i%2], r)
		}
		return b.String()
	},
}

func lowerPercent(s string) string {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '%' {
			s = s[:i] + strings.ToLower(s[i:i+3]) + s[i+3:]
		}
	}
	return s
}

const spelledPassword = "Pä ss'w/0rd+<41>"

// A server that repeats a secret in another spelling gets its message withheld.
func TestAPIError_withholdsASpelledSecret(t *testing.T) {
	t.Parallel()
	const jti = "jti/of'this täst"
	bodies := map[string]func(string) string{
		"msg":    func(s string) string { return jsonObject("msg", "Cannot find "+s+".") },
		"text":   func(s string) string { return "Cannot find " + s },
		"errors": func(s string) string { return `{"errors":[` + jsonObject("msg", s) + `]}` },
		"title":  func(s string) string { return "<html><title>" + html.EscapeString(s) + "</title>" },
	}
	secrets := map[string]tiledesk.Credentials{
		servertest.Token: tiledesk.JWTAuth(servertest.Token), spelledPassword: tiledesk.BasicAuth("agent@example.com", spelledPassword), jti: tiledesk.JWTAuth(servertest.Token),
		"S3cret/of'täst": servertest.Always("Custom Key=id, Signature=\"S3cret/of'täst\""),
	}
	for secret, credentials := range secrets {
		for spelling, spell := range spellers {
			for shape, body := range bodies {
				spelled := spell(secret)
				if spelled == secret {
					continue
				}
				client := servertest.NewClientWith(t, credentials, func(*http.Request) (*http.Response, error) { return servertest.Answer(400, body(spelled)), nil })
				_, err := client.JWT.RevokeByJTI(t.Context(), jti)
				var apiErr *tiledesk.APIError
				if !errors.As(err, &apiErr) || apiErr.Message != redact.Withheld {
					t.Errorf("%s, %s of %q: got %v", shape, spelling, secret, err)
				}
				if text := undone(fmt.Sprintf("%v %+v %#v %v", err, err, err, apiErr.Fields)); strings.Contains(text, undone(secret)) {
					t.Errorf("%s, %s: the text shows %q: %s", shape, spelling, secret, text)
				}
			}
		}
	}
}

func jsonObject(name, value string) string {
	text, _ := json.Marshal(map[string]string{name: value})
	return string(text)
}

// The token of somebody else is known by its shape alone.
func TestAPIError_withholdsASpelledTokenOfAnother(t *testing.T) {
	t.Parallel()
	other := servertest.TokenOf("of somebody else")
	for name, spelled := range map[string]string{
		"white space": other[:9] + " " + other[9:], "dots": strings.ReplaceAll(other, ".", "%2e"),
		"entities": strings.ReplaceAll(other, ".", "&#x2E;"), "JSON": strings.ReplaceAll(other, "e", `\u0065`),
	} {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
			return servertest.Answer(500, jsonObject("msg", "no: "+spelled)), nil
		})
		if _, err := client.JWT.ListHistory(t.Context(), nil); !strings.Contains(fmt.Sprint(err), redact.Withheld) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What servers really say stays as it is.
func TestAPIError_leavesInnocentMessagesAlone(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"Object not found.", "Wrong password 'x' & more: 100% of 5", `C:\new\table`, "Zugriff verweigert: Öl &c.", "a+b = c", "Token is not valid.",
	} {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
			return servertest.Answer(400, jsonObject("msg", message)), nil
		})
		_, err := client.JWT.RevokeByJTI(t.Context(), "0b1d5c1e-8a3b-4975-83e2-35ea216c468b")
		var apiErr *tiledesk.APIError
		if !errors.As(err, &apiErr) || apiErr.Message != message {
			t.Errorf("%q: got %v", message, err)
		}
	}
}

// The values of a list of custom credentials are secrets, each by itself.
func TestCredentials_partsOfACustomAuthorization(t *testing.T) {
	t.Parallel()
	for header, part := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPL/20150830/iam, Signature=5d672d79c15b13162d92": "5d672d79c15b13162d92",
		`Digest username="agent", realm="x", response="6629fae49393a0539745"`:                          "6629fae49393a0539745",
		"Signature=c2VjcmV0LXNpZw; key=other":                                                          "c2VjcmV0LXNpZw",
		"ApiKey name:k3y-of-this-test":                                                                 "k3y-of-this-test",
		"Bearer, opaque-t0ken":                                                                         "opaque-t0ken",
	} {
		client := servertest.NewClientWith(t, servertest.Always(header), func(*http.Request) (*http.Response, error) {
			return servertest.Answer(403, jsonObject("msg", "refused: <"+part+">")), nil
		})
		_, err := client.JWT.ListHistory(t.Context(), nil)
		var apiErr *tiledesk.APIError
		if !errors.As(err, &apiErr) || apiErr.Message != "refused: <[redacted]>" {
			t.Errorf("%q: got %v", header, err)
		}
	}
}
