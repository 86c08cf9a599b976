//go:build live

package live

import (
	"net/http"
	"slices"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/live/standin"
)

func TestStandInListsInPagesOfAnEnvelopeThatKeepsRevokedTokens(t *testing.T) {
	t.Parallel()
	s := bootWithUser(t, Options{StandIn: standin.Switches{PageSize: 2}})
	tokens := []string{signIn(t, s), signIn(t, s), signIn(t, s)}
	oldest, middle, newest := jtiOf(t, tokens[0]), jtiOf(t, tokens[1]), jtiOf(t, tokens[2])
	byJTI := slices.Sorted(slices.Values([]string{oldest, middle, newest}))

	for query, want := range map[string][]string{
		"":                                   {newest, middle},
		"?page=0":                            {newest, middle},
		"?page=1":                            {oldest},
		"?page=2":                            nil,
		"?page=nonsense":                     {newest, middle},
		"?direction=1":                       {oldest, middle},
		"?sortField=createdAt&direction=1":   {oldest, middle},
		"?sortField=createdAt&direction=-1":  {newest, middle},
		"?sortField=createdAt&page=1":        {oldest},
		"?sortField=nothing&direction=1":     {oldest, middle},
		"?sortField=jti&direction=1":         byJTI[:2],
		"?sortField=jti&direction=1&page=1":  byJTI[2:],
		"?sortField=jti&direction=1&page=10": nil,
		"?sort=jti&direction=1":              {oldest, middle},
	} {
		page := list(t, s, query, tokens[0])
		if page.PerPage != 2 || page.Count != 3 || !slices.Equal(jtis(page.JWTs), want) {
			t.Errorf("the list%s is %+v, want 2 a page of 3 and %v", query, page, want)
		}
	}

	for _, time := range []string{"first", "second"} {
		answer := call(t, s, http.MethodDelete, "/jwt/history/"+oldest, tokens[1])
		if answer.Status != http.StatusOK {
			t.Errorf("the %s revocation answers %s", time, answer)
		}
	}
	if page := list(t, s, "?page=1", tokens[1]); page.Count != 3 || page.JWTs[0].Status != -1 {
		t.Errorf("after a revocation the list is %+v", page)
	}
}

func TestStandInWithEverySwitchTurned(t *testing.T) {
	t.Parallel()
	s := bootWithUser(t, Options{StandIn: standin.Switches{
		HideRevoked: true, BareArray: true, SortAlias: true, SecondRevokeNotFound: true, OneBasedPages: true, PageSize: 2,
	}})
	tokens := []string{signIn(t, s), signIn(t, s), signIn(t, s)}
	oldest, middle, newest := jtiOf(t, tokens[0]), jtiOf(t, tokens[1]), jtiOf(t, tokens[2])
	byJTI := slices.Sorted(slices.Values([]string{oldest, middle, newest}))
	array := func(query string) []string {
		var rows []row
		decode(t, call(t, s, http.MethodGet, "/jwt/history"+query, tokens[2]).Body, &rows)
		return jtis(rows)
	}

	for query, want := range map[string][]string{
		"":                           {newest, middle},
		"?page=1":                    {newest, middle},
		"?page=2":                    {oldest},
		"?page=3":                    nil,
		"?sort=_id&direction=1":      {oldest, middle},
		"?sort=jti&direction=1":      byJTI[:2],
		"?sortField=jti&direction=1": {oldest, middle},
	} {
		if got := array(query); !slices.Equal(got, want) {
			t.Errorf("the list%s holds %v, want %v", query, got, want)
		}
	}

	for _, want := range []int{http.StatusOK, http.StatusNotFound} {
		if answer := call(t, s, http.MethodDelete, "/jwt/history/"+middle, tokens[2]); answer.Status != want {
			t.Errorf("the revocation answers %s, want %d", answer, want)
		}
	}
	if got := array(""); !slices.Equal(got, []string{newest, oldest}) {
		t.Errorf("after a revocation the list holds %v", got)
	}
	answersAsRecorded(t, s, "token_revoked_401", tokens[1])
}
