package conformance

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// history is GET /jwt/history.
var history = map[string]func(*testing.T, Target){
	"a list holds the caller's own tokens and nobody else's": func(t *testing.T, target Target) {
		a, b := newAccount(t, target), newAccount(t, target)
		token := a.token(t, target)
		if entryOf(t, a.client, token) == nil {
			t.Error("the caller's token is not listed")
		}
		if entryOf(t, b.client, token) != nil {
			t.Error("the token of another user is listed")
		}
	},
	"an entry has an id, a jti and a time, and says so in its envelope or without one": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		page, err := a.client.JWT.ListHistory(t.Context(), nil)
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
	"the newest comes first, and direction turns it round": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		a.tokens(t, target, 3)
		down := pageOf(t, a.client, nil)
		up := pageOf(t, a.client, &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Ascending})
		slices.Reverse(up)
		if !slices.Equal(up, down) {
			t.Errorf("descending %v, ascending turned round %v", down, up)
		}
	},
	"the sort field is read from the parameter that the target reads": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		a.tokens(t, target, 3)
		aliased, err := tiledesk.NewClient(tiledesk.BasicAuth(a.email, a.password), append(options(target), tiledesk.WithSortAlias())...)
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

// revocation is both DELETE routes.
var revocation = map[string]func(*testing.T, Target){
	"a token is revoked by jti, and by id": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		tokens := a.tokens(t, target, 2)
		if _, err := a.client.JWT.RevokeByJTI(t.Context(), jtiOf(t, tokens[0])); err != nil {
			t.Error(err)
		}
		entry := entryOf(t, a.client, tokens[1])
		if entry == nil {
			t.Fatal("the token is not listed")
		}
		if _, err := a.client.JWT.RevokeByID(t.Context(), entry.ID); err != nil {
			t.Error(err)
		}
		for _, token := range tokens {
			if hidden := entryOf(t, a.client, token) == nil; hidden != target.RevokedHidden {
				t.Errorf("a revoked token is hidden: (got) %v, (want) %v", hidden, target.RevokedHidden)
			}
		}
	},
	"a second revoke answers as the target is known to": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		jti := jtiOf(t, a.token(t, target))
		if _, err := a.client.JWT.RevokeByJTI(t.Context(), jti); err != nil {
			t.Fatal(err)
		}
		_, err := a.client.JWT.RevokeByJTI(t.Context(), jti)
		if gone := errors.Is(err, tiledesk.ErrNotFound); gone != (target.SecondRevoke == 404) || err != nil && !gone {
			t.Errorf("the second revoke is %v, want %d", err, target.SecondRevoke)
		}
	},
	"an unknown jti and an unknown id are 404": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		_, byJTI := a.client.JWT.RevokeByJTI(t.Context(), "00000000-0000-4000-8000-000000000000")
		_, byID := a.client.JWT.RevokeByID(t.Context(), "000000000000000000000000")
		if !errors.Is(byJTI, tiledesk.ErrNotFound) || !errors.Is(byID, tiledesk.ErrNotFound) {
			t.Errorf("by jti %v, by id %v", byJTI, byID)
		}
	},
	"an id that is no ObjectId is 500": func(t *testing.T, target Target) {
		_, err := newAccount(t, target).client.JWT.RevokeByID(t.Context(), "nope")
		wantMessage(t, err, 500, "Error deleting object.")
	},
	"a jti with a slash reaches the jti route": func(t *testing.T, target Target) {
		_, err := newAccount(t, target).client.JWT.RevokeByJTI(t.Context(), "id/6b02c07b9faa1f3010013192")
		wantMessage(t, err, 404, "Object not found.")
	},
	"the token of another user is not found": func(t *testing.T, target Target) {
		a, b := newAccount(t, target), newAccount(t, target)
		if _, err := b.client.JWT.RevokeToken(t.Context(), a.token(t, target)); !errors.Is(err, tiledesk.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	},
	"revoking all spares the token in use, and revokes it last when asked to": func(t *testing.T, target Target) {
		a := newAccount(t, target)
		a.tokens(t, target, 5)
		report, err := a.client.JWT.RevokeAll(t.Context(), nil)
		if err != nil || report.Revoked != 5 || report.Skipped != 1 {
			t.Errorf("got %+v, %v", report, err)
		}
		report, err = a.client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{IncludeCurrent: true})
		if err != nil || report.Failed+report.NotAttempted > 0 {
			t.Errorf("got %+v, %v", report, err)
		}
		_, err = a.client.JWT.ListHistory(t.Context(), nil)
		if refused := errors.Is(err, tiledesk.ErrUnauthorized); refused == target.NotEnforced {
			t.Errorf("after it a list is %v", err)
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
