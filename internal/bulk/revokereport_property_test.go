package bulk_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// TestRevokeReport_tellsTheTruthOfAnyRun plays random histories, servers, faults and options,
// and holds each report against the state of its server.
func TestRevokeReport_tellsTheTruthOfAnyRun(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyScenario(t)
		rapid.SyncTest(t, func(t *rapid.T) {
			p := play(s)
			for _, lie := range p.judge() {
				t.Errorf("%s", lie)
			}
		})
	})
}

func anyScenario(t *rapid.T) scenario {
	s := scenario{
		kind:        anyKind(t),
		tokens:      rapid.IntRange(0, 25).Draw(t, "tokens"),
		nameless:    rapid.SampledFrom([]int{0, 0, 0, 1, 5}).Draw(t, "tokens without jti"),
		odd:         rapid.SliceOfNDistinct(rapid.SampledFrom(oddJTIs), 0, 4, rapid.ID[string]).Draw(t, "odd jtis"),
		ownNameless: rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "own token without jti"),
		signIns:     rapid.SampledFrom([]int{0, 0, 1, 3, 40}).Draw(t, "sign-ins"),
		failOne:     rapid.SampledFrom([]bool{false, false, true}).Draw(t, "500 for one"),
		cancelAt:    rapid.SampledFrom([]int{0, 0, 0, 1, 2, 7}).Draw(t, "canceled at"),
		deadline:    rapid.SampledFrom([]time.Duration{0, 0, 0, time.Second, time.Minute}).Draw(t, "deadline"),
		retries:     rapid.IntRange(0, 3).Draw(t, "retries"),
		limited:     rapid.SampledFrom([]bool{false, false, true}).Draw(t, "limited"),
		each:        rapid.Bool().Draw(t, "RevokeEach"),
		twice:       rapid.SampledFrom([]bool{false, false, true}).Draw(t, "two at once"),
		opts: tiledesk.RevokeOptions{
			Concurrency:    rapid.IntRange(0, 6).Draw(t, "concurrency"),
			DryRun:         rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "dry run"),
			IncludeCurrent: rapid.Bool().Draw(t, "include current"),
		},
	}
	if rapid.Bool().Draw(t, "match") {
		s.opts.Match = everyOther
	}
	if rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "no route for ids, in HTML") {
		s.front = withoutIDRoutePage
	}
	for range rapid.IntRange(0, 3).Draw(t, "faults") {
		s.faults = append(s.faults, anyFaults(t)...)
	}
	return s
}

// oddJTIs are what a project that signs its own tokens may call them. Some of them
// cannot stand in a path, so that such a token can be revoked by its id only.
var oddJTIs = []string{"a/b", "a?b#c", "a%2Fb", "id/x", "ü", "..", "a/../b", " ", "line\nbreak", "eyJhIjoxfQ.eyJiIjoyfQ.c2lnbmF0dXJl"}

func anyKind(t *rapid.T) (kind []tiledesktest.Option) {
	options := map[string]tiledesktest.Option{
		"bare array":               tiledesktest.WithBareArray(),
		"no count":                 tiledesktest.WithoutCount(),
		"count of the page":        tiledesktest.WithPageCount(),
		"pages from one":           tiledesktest.WithOneBasedPages(),
		"page ignored":             tiledesktest.WithPageIgnored(),
		"revoked hidden":           tiledesktest.WithRevokedHidden(),
		"second revocation is 404": tiledesktest.WithSecondRevokeNotFound(),
		"no route for ids":         tiledesktest.WithoutIDRoute(),
		"not enforced":             tiledesktest.WithoutEnforcement(),
	}
	for _, name := range slices.Sorted(maps.Keys(options)) { // the same draws for the same seed
		if rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, name) {
			kind = append(kind, options[name])
		}
	}
	return append(kind, tiledesktest.WithPageSize(rapid.SampledFrom([]int{1, 2, 3, 7, 40}).Draw(t, "page size")))
}

// someFaults hold no answer that lies about the state of the server.
var someFaults = map[string]tiledesktest.Fault{
	"503":                          {Status: 503},
	"503 with Retry-After":         {Status: 503, Header: http.Header{"Retry-After": {"2"}}},
	"429":                          {Status: 429},
	"429 with Retry-After":         {Status: 429, Header: http.Header{"Retry-After": {"1"}}},
	"429 with a long Retry-After":  {Status: 429, Header: http.Header{"Retry-After": {"3600"}}},
	"500":                          {Status: 500, Body: `{"success":false,"msg":"Error deleting object."}`},
	"502 before the effect":        {Status: 502, Body: "<html><title>502 Bad Gateway</title></html>"},
	"502 after the effect":         {Status: 502, Drop: tiledesktest.DropAfter},
	"504 after the effect":         {Status: 504, Drop: tiledesktest.DropAfter, Delay: 2 * time.Second},
	"dropped before the effect":    {Drop: tiledesktest.DropBefore},
	"dropped after the effect":     {Drop: tiledesktest.DropAfter},
	"dropped long after":           {Drop: tiledesktest.DropAfter, Delay: 20 * time.Second},
	"401":                          {Status: 401, Body: "Unauthorized"},
	"401 in HTML":                  {Status: 401, Body: "<html><title>Sign in</title></html>"},
	"403":                          {Status: 403, Body: "Forbidden"},
	"302":                          {Status: 302, Header: http.Header{"Location": {"https://login.example.com/"}}},
	"301 without Location":         {Status: 301},
	"a page with 200":              {Status: 200, Body: "<html><title>App</title></html>"},
	"a page with 404":              {Status: 404, Body: servertest.Page404},
	"a gateway's JSON with 404":    {Status: 404, Body: `{"message":"no Route matched with those values"}`},
	"the history module is gone":   {Status: 400, Body: `{"error":"Invalid project id: jwt"}`},
	"a failure with 200":           {Status: 200, Body: `{"success":false,"msg":"not now"}`},
	"an empty list with 200":       {Status: 200, Body: `{"perPage":40,"count":0,"jwts":[]}`, Method: "DELETE"},
	"noted, not done":              {Status: 202, Body: `{}`},
	"a slow answer":                {Delay: 3 * time.Second},
	"an answer slower than 5 s":    {Delay: 8 * time.Second},
	"no answer":                    {Delay: time.Hour},
	"another token's document 200": {Status: 200, Body: `{"_id":"6b02c254b4f8164bc2ae64b3","jti":"another"}`},
}

func anyFaults(t *rapid.T) []tiledesktest.Fault {
	names := slices.Sorted(maps.Keys(someFaults))
	fault := someFaults[rapid.SampledFrom(names).Draw(t, "fault")]
	if fault.Method == "" {
		fault.Method = rapid.SampledFrom([]string{"DELETE", "DELETE", "GET", ""}).Draw(t, "method")
	}
	fault.Times = rapid.SampledFrom([]int{1, 1, 2, 4, -1}).Draw(t, "times")
	skip := rapid.IntRange(0, 8).Draw(t, "after")
	if skip == 0 {
		return []tiledesktest.Fault{fault}
	}
	return []tiledesktest.Fault{{Method: fault.Method, Times: skip}, fault}
}
