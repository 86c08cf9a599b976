package conformance

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// history is GET /jwt/history.
var history = map[string]func(*testing.T, Target){
	"a list holds the caller's own tokens and nobody else's": func(t *testing.T, target Target) {
		a := target.reader
		if entryOf(t, a.client, a.token) == nil {
			t.Error("the caller's token is not listed")
		}
		if entryOf(t, target.bystander.client, a.token) != nil {
			t.Error("the token of another user is listed")
		}
	},
	"an entry has an id, a jti and a time, and says so in its envelope or without one": func(t *testing.T, target Target) {
		page, err := target.bystander.client.JWT.ListHistory(t.Context(), nil)
		if err != nil || len(page.Tokens) == 0 {
			t.Fatalf("got %v, %v", page, err)
		}
		entry := page.Tokens[0]
		if entry.ID == "" || entry.JTI == "" || time.Since(entry.CreatedAt).Abs() > time.Hour || len(entry.Raw) == 0 {
			t.Errorf("got %v", entry)
		}
		if bare := page.Count < 0; bare != target.BareArray {
			t.Errorf("a bare array: (got) %v, (want) %v", bare, target.BareArray)
		}
	},
	"pages go on where the last one ended": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		a.tokens(t, target, target.PageSize+1)
		if all := listed(t, a.client); len(all) != target.PageSize+2 { // and the client's own
			t.Errorf("listed %d tokens, want %d", len(all), target.PageSize+2)
		}
		first := pageOf(t, a.client, &tiledesk.ListHistoryOptions{Page: 0})
		second := pageOf(t, a.client, &tiledesk.ListHistoryOptions{Page: 1})
		if len(first) != target.PageSize || slices.Equal(first, second) != target.OneBased {
			t.Errorf("page 0 has %d entries; the same as page 1: %v", len(first), slices.Equal(first, second))
		}
		if beyond := pageOf(t, a.client, &tiledesk.ListHistoryOptions{Page: 50}); len(beyond) != 0 {
			t.Errorf("a page past the end has %d entries", len(beyond))
		}
	},
	"a page is read as a number as far as it goes, and one below zero is an error": func(t *testing.T, target Target) {
		page := func(text string) reply {
			return send(t, target, http.MethodGet, historyPath+"?page="+text, "JWT "+target.bystander.token, "")
		}
		first, beyond := page("0"), page("7")
		wantBody(t, page("nonsense"), first.body)
		wantBody(t, page("7.5"), beyond.body)
		if first.body == beyond.body {
			t.Error("page 7 of one token is the first")
		}
		below := page("-1")
		wantStatus(t, below, 500)
		wantBody(t, below, `{"success":false,"msg":"Error getting object."}`)
	},
	"the newest comes first, and direction turns it round": func(t *testing.T, target Target) {
		a := target.reader
		down := pageOf(t, a.client, nil)
		up := pageOf(t, a.client, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending})
		slices.Reverse(up)
		if !slices.Equal(up, down) {
			t.Errorf("descending %v, ascending turned round %v", down, up)
		}
	},
	"a sort field that no entry has leaves the direction alone": func(t *testing.T, target Target) {
		a := target.reader
		want := pageOf(t, a.client, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending})
		if got := pageOf(t, a.client, &tiledesk.ListHistoryOptions{SortField: "nothing", Direction: tiledesk.Ascending}); !slices.Equal(got, want) {
			t.Errorf("(got) %v, (want) %v", got, want)
		}
	},
	"the sort field is read from the parameter that the target reads": func(t *testing.T, target Target) {
		a := target.reader
		aliased, err := tiledesk.NewClient(tiledesk.JWTAuth(a.token), append(options(target), tiledesk.WithSortAlias())...)
		if err != nil {
			t.Fatal(err)
		}
		byJTI := &tiledesk.ListHistoryOptions{SortField: "jti", Direction: tiledesk.Ascending}
		if got := jtisOf(t, aliased, byJTI); !slices.IsSorted(got) {
			t.Errorf("with the alias: %v", got)
		}
		want := jtisOf(t, aliased, byJTI)
		if target.SortParam != "sortField" { // then it reads the direction alone
			want = jtisOf(t, aliased, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending})
		}
		if got := jtisOf(t, a.client, byJTI); !slices.Equal(got, want) {
			t.Errorf("without the alias (got) %v, (want) %v", got, want)
		}
	},
}

// pageOf lists one page and returns its ids.
func pageOf(t *testing.T, client *tiledesk.Client, opts *tiledesk.ListHistoryOptions) []string {
	t.Helper()
	return fieldOf(t, client, opts, func(token *tiledesk.Token) string { return token.ID })
}

// jtisOf lists one page and returns its jtis.
func jtisOf(t *testing.T, client *tiledesk.Client, opts *tiledesk.ListHistoryOptions) []string {
	t.Helper()
	return fieldOf(t, client, opts, func(token *tiledesk.Token) string { return token.JTI })
}

func fieldOf(t *testing.T, client *tiledesk.Client, opts *tiledesk.ListHistoryOptions, field func(*tiledesk.Token) string) []string {
	t.Helper()
	page, err := client.JWT.ListHistory(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, token := range page.Tokens {
		fields = append(fields, field(token))
	}
	return fields
}
