package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// filled is before, a unit again and again, and after, of that length in all.
func filled(length int, before, unit, after string) string {
	return before + strings.Repeat(unit, (length-len(before)-len(after))/len(unit)) + after
}

// hostileBodies are whole and valid JSON, most of it, that costs whoever is naive
// more than its length.
func hostileBodies(length int) map[string]string {
	deep := strings.Repeat
	return map[string]string{
		"tiny fields":                     filled(length, `{`, `"a":1,`, `"b":1}`),
		"tiny fields of an entry":         filled(length, `[{`, `"a":1,`, `"b":1}]`),
		"keys of escapes":                 filled(length, `{`, `"\u0041":1,`, `"b":1}`),
		"one key of escapes":              filled(length, `{"`, `\u0041`, `":1}`),
		"an id of escapes":                filled(length, `[{"_id":"`, `\u001b`, `"}]`),
		"the same id, once more":          filled(length, `[{`, `"_id":"a",`, `"jti":"b"}]`),
		"ids in objects":                  filled(length, `[{`, `"_id":{"$oid":"a"},`, `"jti":"b"}]`),
		"dates in objects":                filled(length, `[{`, `"createdAt":{"$date":{"$numberLong":"1"}},`, `"jti":"b"}]`),
		"dates that are not":              filled(length, `[{`, `"createdAt":"2026-01-01T00:00:00x",`, `"jti":"b"}]`),
		"a date of a million digits":      filled(length, `[{"createdAt":`, `9`, `}]`),
		"a count of a million digits":     filled(length, `{"jwts":[],"count":"`, `9`, `"}`),
		"arrays to choose from":           filled(length, `{`, `"a":[0],`, `"b":[]}`),
		"arrays of arrays":                filled(length, `{"a":[`, `[],`, `[]]}`),
		"successes":                       filled(length, `{`, `"success":true,`, `"b":1}`),
		"wrappers":                        filled(length, `{`, `"data":{"doc":{"jwt":{}}},`, `"b":1}`),
		"a wrapper of everything":         filled(length, `{"data":{"data":{"data":{"data":{`, `"a":1,`, `"b":1}}}}}`),
		"errors that say nothing":         filled(length, `{"success":false,"errors":[`, `{"x":1},`, `{}]}`),
		"a message":                       filled(length, `{"success":false,"msg":"`, `\u001b[31m`, `"}`),
		"the identifier in a message":     filled(length, `{"success":false,"msg":"`, `red`, `"}`),
		"the token in a message":          filled(length, `{"success":false,"msg":"`, servertest.Token+` `, `"}`),
		"what looks like tokens":          filled(length, `{"success":false,"msg":"`, `eyJa.eyJa.a `, `"}`),
		"a token":                         filled(length, `{"success":true,"token":"`, `a`, `"}`),
		"tokens":                          filled(length, `{"success":true,`, `"token":"a b",`, `"b":1}`),
		"arrays in arrays":                deep("[", 9_999) + deep("]", 9_999),
		"arrays in arrays, deeper":        deep("[", length/2) + deep("]", length/2),
		"objects in objects":              deep(`{"jwts":`, 9_999) + `[]` + deep("}", 9_999),
		"objects in objects, deeper":      deep(`{"jwts":`, length/9) + `[]` + deep("}", length/9),
		"objects in arrays in objects":    deep(`{"jwts":[`, 4_999) + deep("]}", 4_999),
		"objects in arrays, deeper":       deep(`[{"_id":`, length/11) + `1` + deep("}]", length/11),
		"depth in a text":                 `[{"jti":"` + deep(`[{`, length/2) + `"}]`,
		"depth in an entry":               `[{"jti":"j","_id":` + deep(`{"$oid":`, 9_000) + `1` + deep("}", 9_000) + `}]`,
		"depth in an entry, and an error": `{"error":` + deep(`{"err":`, 9_000) + filled(length, `"`, `a`, `"`) + deep("}", 9_001),
		"invalid UTF-8":                   filled(length, `[{"jti":"`, "\xff\xc0\x80", `"}]`),
		"a page of HTML":                  filled(length, `<title>`, `&#27;`, `</title>`),
	}
}

// Every body is read or refused in the time of its length, under a success and
// under an error.
func TestClient_survivesHostileBodies(t *testing.T) {
	t.Parallel()
	length := 128 << 10
	if testing.Short() {
		length = 16 << 10
	}
	for name, body := range hostileBodies(length) {
		for _, status := range []int{200, 400} {
			t.Run(fmt.Sprint(name, " under ", status), func(t *testing.T) {
				t.Parallel()
				playHostile(t, []tiledesk.Option{
					tiledesk.WithBaseURL(servertest.URL), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}),
					servertest.WithTransport(servertest.Reply(status, body)),
				}, func(t *testing.T, err error) {
					var apiErr *tiledesk.APIError
					if err != nil && !errors.As(err, &apiErr) && !errors.Is(err, tiledesk.ErrInvalidArgument) || err == nil && status == 400 {
						t.Errorf("got %v, want an *APIError", err)
					}
				})
			})
		}
	}
}

// A body that comes byte by byte ends each attempt after its time.
func TestClient_slowBytesEndAnAttempt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call     string
		attempts int
	}{
		"listing":    {"listing", 4},
		"revoking":   {"revoking", 4},
		"signing in": {"signing in", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts := []tiledesk.Option{
					tiledesk.WithBaseURL(servertest.URL), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 3}),
					servertest.WithTransport(servertest.Step(func(r *http.Request) (*http.Response, error) {
						resp := servertest.Answer(200, "")
						resp.ContentLength, resp.Body = 1000, slowBody{r.Context()}
						return resp, nil
					})),
				}
				client := servertest.NewClient(t, servertest.URL, opts...)
				start := time.Now()
				err := hostileCalls[tt.call](t.Context(), client, opts...)
				took := time.Since(start)
				if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, tiledesk.ErrUnexpectedResponse) {
					t.Errorf("got %v", err)
				}
				if least := time.Duration(tt.attempts) * 30 * time.Second; took < least || took > least+10*time.Second {
					t.Errorf("it took %s, want %s and the waits", took, least)
				}
			})
		})
	}
}

// slowBody gives a space a second, as long as the request lives.
type slowBody struct{ ctx context.Context }

func (b slowBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

func (slowBody) Close() error { return nil }

var _ io.ReadCloser = slowBody{}

// What entries hold is kept to the byte, and obeyed by no terminal that a token or
// an error is printed on.
func TestListHistory_hostileEntries(t *testing.T) {
	t.Parallel()
	const title = "\x1b]0;pwned\x07"
	body := `[{"_id":"a\u001b]0;pwned\u0007","jti":"\u202eb"},{"_id":"c","_id":"d","jti":"\ufffe` + "\xff" + `"}]`
	client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Step(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete && strings.ContainsAny(r.URL.Path, "\x1b\x07") {
			t.Error("an identifier with control characters was sent")
		}
		return servertest.Answer(200, map[string]string{http.MethodGet: body, http.MethodDelete: ""}[r.Method]), nil
	})))
	page, err := client.JWT.ListHistory(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	first, second := page.Tokens[0], page.Tokens[1]
	if first.ID != "a"+title || first.JTI != "\u202eb" || second.ID != "d" || second.JTI != "\ufffe\xff" {
		t.Errorf("got %q", page.Tokens)
	}
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if !errors.Is(err, tiledesk.ErrInvalidArgument) || report.Revoked != 1 || report.Failed != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
	for _, text := range []string{fmt.Sprint(first), fmt.Sprintf("%+v", *first), err.Error(), report.Failures[0].Err.Error()} {
		if strings.ContainsAny(text, "\x1b\x07\u202e") {
			t.Errorf("a terminal would obey %q", text)
		}
	}
}
