package tiledesk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// endlessHistory is a client of a server whose every page has one more token. It
// counts the requests.
func endlessHistory(t *testing.T, limits paging.Limits, requests *int) *Client {
	t.Helper()
	return newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			return answer(200, ""), nil
		}
		*requests++
		return answer(200, fmt.Sprintf(`[{"jti":"%s%d"}]`, strings.Repeat("x", 1000), *requests)), nil
	}, func(o *options) error { o.listing = limits; return nil })
}

func TestHistory_endsWhereTheListDoesNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		limits paging.Limits
		pages  int
		tokens int
		says   string
	}{
		"pages":  {paging.Limits{Pages: 50, Bytes: 1 << 20}, 50, 50, "the history goes on after 50 pages"},
		"memory": {paging.Limits{Pages: 5000, Bytes: 1 << 20}, 928, 927, "the history goes on after 1 MiB of tokens"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			requests, tokens := 0, 0
			var last error
			for token, err := range endlessHistory(t, test.limits, &requests).JWT.History(t.Context(), nil) {
				if last = err; err == nil {
					tokens++
				} else if token != nil {
					t.Error("a token came with the error")
				}
			}
			if requests != test.pages || tokens != test.tokens {
				t.Errorf("got %d tokens by %d requests, want %d by %d", tokens, requests, test.tokens, test.pages)
			}
			if !errors.Is(last, ErrResponseTooLarge) || errors.Is(last, ErrIncompleteHistory) || !strings.Contains(last.Error(), test.says) {
				t.Errorf("got %v", last)
			}
			apiErrorOf(t, last, 200, 1)
		})
	}
}

func TestHistory_limits(t *testing.T) {
	t.Parallel()
	got := newTestClient(t, testURL).JWT.client.settings.listing
	if got.Pages != 100_000 || got.Bytes != 256<<20 || got.Bytes/(entrySize(&Token{})+60) < 1_000_000 {
		t.Errorf("got %+v: a million tokens with both identifiers have to find room", got)
	}
}

// What a listing without an end gave is dealt with, and the report tells.
func TestRevokeAll_endsWhereTheListDoesNot(t *testing.T) {
	t.Parallel()
	requests := 0
	report, err := endlessHistory(t, paging.Limits{Pages: 50}, &requests).JWT.RevokeAll(t.Context(), nil)
	if report.Revoked != 50 || report.Passes != 1 || requests != 50 || !errors.Is(err, ErrResponseTooLarge) || !errors.Is(report.RunErr(), ErrResponseTooLarge) {
		t.Errorf("got %+v by %d requests, %v", report, requests, err)
	}
}

func TestRevokeAll_asksForPageOneWherePageZeroIsEmpty(t *testing.T) {
	t.Parallel()
	var sent []string
	client := newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method+" "+r.URL.RequestURI())
		switch {
		case r.Method == "DELETE":
			return answer(200, ""), nil
		case r.URL.Query().Get("page") == "1":
			return answer(200, "["+rowOf("a")+"]"), nil
		}
		return answer(200, "[]"), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	want := []string{"GET /jwt/history", "GET /jwt/history?page=1", "GET /jwt/history?page=2", "DELETE /jwt/history/id/id-a"}
	if err != nil || report.Revoked != 1 || len(sent) < 4 || strings.Join(sent[:4], ", ") != strings.Join(want, ", ") {
		t.Errorf("got %+v, %v, sent %q", report, err, sent)
	}
}

func TestRevokeAll_tellsEntriesApartByBothIdentifiers(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"a zero byte within a name": {`{"_id":"a\u0000b","jti":"c"}`, `{"_id":"a","jti":"b\u0000c"}`},
		"where one ends":            {`{"_id":"ab","jti":"c"}`, `{"_id":"a","jti":"bc"}`},
		"none":                      {`{"x":1}`, `{"x":1}`, `{"x":11}`},
	}
	for sentence, entries := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			client := newMockClient(t, JWTAuth(tokenOf("own")), func(r *http.Request) (*http.Response, error) {
				return firstPageOf(r, entries...), nil
			})
			var heard hearing
			_, _ = client.JWT.RevokeAll(t.Context(), &RevokeOptions{DryRun: true, OnResult: heard.hear})
			if len(heard) != len(entries) {
				t.Errorf("heard of %v, want %d entries", heard, len(entries))
			}
		})
	}
}
