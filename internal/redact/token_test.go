package redact_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// A server can put a token into the identifiers of an entry, spelled in some way.
func TestToken_redactsAWholeToken(t *testing.T) {
	t.Parallel()
	whole := servertest.TokenOf("listed")
	for name, id := range map[string]string{
		"as it is": whole, "with JWT": "JWT " + whole, "white space": whole[:9] + " " + whole[9:],
		"percent": strings.ReplaceAll(whole, ".", "%2e"), "invisible": whole[:9] + "\u200b" + whole[9:],
	} {
		client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(r *http.Request) (*http.Response, error) {
			row, err := json.Marshal(map[string]string{"_id": id, "jti": id, "createdAt": "2026-01-02T03:04:05Z"})
			return servertest.FirstPageOf(r, string(row)), err
		})
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		token := page.Tokens[0]
		target := token.Target()
		result := tiledesk.RevokeResult{Target: target, Token: token, Outcome: tiledesk.Failed}
		var text strings.Builder
		show(&text, token, *token, page, *page, page.Tokens, target, &target, result, tiledesk.RevokeReport{Failures: []tiledesk.RevokeResult{result}})
		show(&text, client, *client, client.JWT, *client.JWT)
		report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{OnResult: func(r tiledesk.RevokeResult) { show(&text, r, r.Target, r.Token) }})
		show(&text, report, *report, report.Failures, err, report.RunErr())
		for _, left := range []string{whole, "c2lnbmF0dXJl", strings.Split(whole, ".")[1]} {
			if shown := undone(strings.ReplaceAll(text.String(), "\u200b", "")); strings.Contains(shown, left) {
				t.Errorf("%s: %s is shown: %s", name, left, shown)
			}
		}
		if page.Tokens[0] == nil || target.JTI != id {
			t.Errorf("%s: the fields do not keep what the server sent", name)
		}
	}
}

// Names and values of the JSON are those of the Go fields, as ever.
func TestToken_marshalsItsFields(t *testing.T) {
	t.Parallel()
	token := &tiledesk.Token{ID: "a", JTI: "b<c>", CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Raw: []byte(`{}`)}
	text, err := json.Marshal(tiledesk.HistoryPage{Tokens: []*tiledesk.Token{token, nil}, Count: -1})
	const want = `{"Tokens":[{"id":"a","jti":"b\u003cc\u003e","createdAt":"2026-01-02T03:04:05Z"},null],"Page":0,"PerPage":0,"Count":-1}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
	var page tiledesk.HistoryPage
	if err := json.Unmarshal(text, &page); err != nil || page.Tokens[0].JTI != token.JTI || !page.Tokens[0].CreatedAt.Equal(token.CreatedAt) {
		t.Errorf("read back: %+v, %v", page, err)
	}
	text, err = json.Marshal(tiledesk.Target{JTI: "a", ID: "b"})
	if got := fmt.Sprintf("%s %v %+v %v", text, tiledesk.Target{JTI: "a"}, tiledesk.Target{JTI: "a", ID: "b"}, err); got != `{"JTI":"a","ID":"b"} {a } {JTI:a ID:b} <nil>` {
		t.Errorf("got %s", got)
	}
}

// undone decodes a text as far as it goes and drops white space.
func undone(text string) string {
	for range 5 {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
		var plain string
		if json.Unmarshal([]byte(`"`+strings.NewReplacer(`\'`, "'", `"`, `\"`).Replace(text)+`"`), &plain) == nil {
			text = plain
		}
		text = html.UnescapeString(text)
	}
	return strings.Join(strings.Fields(text), "")
}
