package bulk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// withoutIDRoutePage is a server that has no route for ids and says so as Express
// does, in HTML.
func withoutIDRoutePage(next http.RoundTripper) http.RoundTripper {
	return servertest.Step(func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/jwt/history/id/") {
			return next.RoundTrip(r)
		}
		return servertest.Answer(http.StatusNotFound, servertest.Page404, "Content-Type", "text/html; charset=utf-8"), nil
	})
}

// serverKinds are what the history module may be like.
var serverKinds = map[string]scenario{
	"revoked tokens stay in the list":     {tokens: 8},
	"revoked tokens leave the list":       {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithRevokedHidden()}},
	"the list is a bare array":            {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithBareArray()}},
	"a bare array that revoked leave":     {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithBareArray(), tiledesktest.WithRevokedHidden()}},
	"pages count from one":                {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithOneBasedPages(), tiledesktest.WithPageSize(5)}},
	"pages from one that revoked leave":   {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithOneBasedPages(), tiledesktest.WithPageSize(5), tiledesktest.WithRevokedHidden()}},
	"one entry a page":                    {tokens: 6, kind: []tiledesktest.Option{tiledesktest.WithPageSize(1)}},
	"one entry a page, and revoked leave": {tokens: 6, kind: []tiledesktest.Option{tiledesktest.WithPageSize(1), tiledesktest.WithRevokedHidden()}},
	"jtis that fit in no path":            {odd: []string{"..", "a/../b", " ", "eyJhIjoxfQ.eyJiIjoyfQ.c2lnbmF0dXJl", "a/b"}},
	"such jtis, and no route for ids":     {odd: []string{"..", "a/../b", " ", "eyJhIjoxfQ.eyJiIjoyfQ.c2lnbmF0dXJl", "a/b"}, kind: []tiledesktest.Option{tiledesktest.WithoutIDRoute()}},
	"entries without jti":                 {tokens: 6, nameless: 6},
	"an own token without jti":            {tokens: 6, nameless: 4, ownNameless: true},
	"sign-ins during the run":             {tokens: 8, signIns: 4, kind: []tiledesktest.Option{tiledesktest.WithPageSize(5)}},
	"sign-ins, and revoked leave":         {tokens: 8, signIns: 4, kind: []tiledesktest.Option{tiledesktest.WithPageSize(5), tiledesktest.WithRevokedHidden()}},
	"no route for ids, in JSON":           {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithoutIDRoute()}},
	"no route for ids, in HTML":           {tokens: 8, nameless: 3, front: withoutIDRoutePage},
	"a second revocation is 404":          {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithSecondRevokeNotFound()}},
	"the page parameter is ignored":       {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5)}},
	"page ignored, and revoked leave":     {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithPageIgnored(), tiledesktest.WithPageSize(5), tiledesktest.WithRevokedHidden()}},
	"no count":                            {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithoutCount(), tiledesktest.WithPageSize(5)}},
	"revocation is not enforced":          {tokens: 8, kind: []tiledesktest.Option{tiledesktest.WithoutEnforcement()}},
}

// after lets a fault begin with the n-th request after that many.
func after(n int, method string, fault tiledesktest.Fault) []tiledesktest.Fault {
	fault.Method = method
	return []tiledesktest.Fault{{Method: method, Times: n}, fault}
}

// faultKinds are what may go wrong on the way.
var faultKinds = map[string]scenario{
	"nothing":                              {},
	"one 503":                              {faults: after(2, "DELETE", tiledesktest.Fault{Status: 503, Times: 1})},
	"503 for ever":                         {faults: after(2, "DELETE", tiledesktest.Fault{Status: 503, Times: -1})},
	"503 with Retry-After":                 {faults: after(1, "DELETE", tiledesktest.Fault{Status: 503, Times: 2, Header: http.Header{"Retry-After": {"3"}}})},
	"a few 429":                            {faults: after(2, "DELETE", tiledesktest.Fault{Status: 429, Times: 2})},
	"a few 429 with Retry-After":           {faults: after(2, "DELETE", tiledesktest.Fault{Status: 429, Times: 2, Header: http.Header{"Retry-After": {"30"}}})},
	"429 for ever":                         {faults: after(3, "DELETE", tiledesktest.Fault{Status: 429, Times: -1})},
	"429 with an hour's Retry-After":       {faults: after(3, "DELETE", tiledesktest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}})},
	"connections drop before the effect":   {faults: after(1, "DELETE", tiledesktest.Fault{Drop: tiledesktest.DropBefore, Times: 3})},
	"connections drop after the effect":    {faults: after(1, "DELETE", tiledesktest.Fault{Drop: tiledesktest.DropAfter, Times: 3})},
	"every reply is lost":                  {faults: after(1, "DELETE", tiledesktest.Fault{Drop: tiledesktest.DropAfter, Times: -1})},
	"a gateway loses replies":              {faults: after(1, "DELETE", tiledesktest.Fault{Drop: tiledesktest.DropAfter, Status: 502, Times: 3})},
	"the newest reply is lost":             {faults: []tiledesktest.Fault{{Method: "DELETE", Drop: tiledesktest.DropAfter, Status: 504, Times: -1}}},
	"500 for one token":                    {failOne: true},
	"401 half-way":                         {faults: after(3, "DELETE", tiledesktest.Fault{Status: 401, Body: "Unauthorized", Times: -1})},
	"403 half-way":                         {faults: after(3, "DELETE", tiledesktest.Fault{Status: 403, Body: "Forbidden", Times: -1})},
	"a proxy's page with 200":              {faults: after(2, "DELETE", tiledesktest.Fault{Status: 200, Body: "<html><title>Sign in</title></html>", Times: 4})},
	"a proxy's page with 404":              {faults: after(2, "DELETE", tiledesktest.Fault{Status: 404, Body: servertest.Page404, Times: 4})},
	"a redirect":                           {faults: after(2, "DELETE", tiledesktest.Fault{Status: 302, Header: http.Header{"Location": {"https://login.example.com/"}}, Times: -1})},
	"null by the id":                       {faults: []tiledesktest.Fault{{Path: "/jwt/history/id/", Status: 200, Body: "null"}}},
	"one DELETE hangs":                     {faults: after(2, "DELETE", tiledesktest.Fault{Delay: time.Hour})},
	"every DELETE hangs":                   {faults: after(2, "DELETE", tiledesktest.Fault{Delay: time.Hour, Times: -1})},
	"the context is canceled":              {cancelAt: 3},
	"canceled while DELETEs are slow":      {cancelAt: 5, faults: []tiledesktest.Fault{{Method: "DELETE", Delay: 3 * time.Second, Times: -1}}},
	"canceled while DELETEs hang":          {cancelAt: 4, faults: []tiledesktest.Fault{{Method: "DELETE", Delay: time.Hour, Times: -1}}},
	"the deadline passes":                  {deadline: 10 * time.Second, faults: []tiledesktest.Fault{{Method: "DELETE", Delay: 4 * time.Second, Times: -1}}},
	"the deadline is before a retry":       {deadline: 10 * time.Second, faults: after(2, "DELETE", tiledesktest.Fault{Status: 503, Times: 1, Header: http.Header{"Retry-After": {"20"}}})},
	"the limiter cannot keep the deadline": {deadline: 2 * time.Second, limited: true, faults: []tiledesktest.Fault{{Times: 0}}},
	"a list breaks half-way":               {faults: after(1, "GET", tiledesktest.Fault{Status: 500, Times: 1})},
	"a list breaks on the second pass":     {faults: after(3, "GET", tiledesktest.Fault{Drop: tiledesktest.DropBefore, Times: -1})},
	"a list is a page of a proxy":          {faults: after(1, "GET", tiledesktest.Fault{Status: 200, Body: "<html></html>", Times: -1})},
}

func (s scenario) with(fault scenario) scenario {
	s.faults, s.failOne, s.cancelAt, s.deadline, s.limited, s.retries = fault.faults, fault.failOne, fault.cancelAt, fault.deadline, fault.limited, 2
	return s
}

func TestRevokeReport_agreesWithTheServer(t *testing.T) {
	t.Parallel()
	calls := map[string]scenario{
		"RevokeAll":                  {},
		"RevokeAll with the current": {opts: tiledesk.RevokeOptions{IncludeCurrent: true}},
		"RevokeEach":                 {each: true},
	}
	for kindName, kind := range serverKinds {
		for faultName, fault := range faultKinds {
			t.Run(kindName+"/"+faultName, func(t *testing.T) {
				t.Parallel()
				for callName, call := range calls {
					s := kind.with(fault)
					s.each, s.twice, s.opts = call.each, call.twice, call.opts
					synctest.Test(t, func(t *testing.T) {
						p := play(s)
						for _, lie := range p.judge() {
							t.Errorf("%s: %s (%v)", callName, lie, p.runs[0].err)
						}
					})
				}
			})
		}
	}
}

func TestRevokeAll_nothingGoesWrongWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	incomplete := map[string]bool{"the page parameter is ignored": true}
	endless := map[string]bool{"entries without jti": true} // a token without a jti still works
	unreachable := map[string]bool{"no route for ids, in HTML": true, "such jtis, and no route for ids": true}
	for name, kind := range serverKinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := play(kind)
				run := p.runs[0]
				wrong := incomplete[name] || unreachable[name] || endless[name]
				if (run.err != nil) != wrong {
					t.Errorf("got %+v, %v", *run.report, run.err)
				}
				if got := revokedAmong(p.server, p.tokens); !wrong && !kind.ownNameless && got != len(p.tokens) {
					t.Errorf("%d of %d tokens are revoked", got, len(p.tokens))
				}
				if p.server.Revoked(p.own) {
					t.Error("the own token is revoked")
				}
				if _, err := p.client().JWT.ListHistory(context.Background(), nil); err != nil {
					t.Errorf("the own token no longer works: %v", err)
				}
			})
		})
	}
}

// A run that never was shown a token, because another run moved the rows, says
// nothing false where it would have skipped that token; else it does.
func TestRevokeAll_judgeOfTwoRuns(t *testing.T) {
	t.Parallel()
	chosen := func(*tiledesk.Token) bool { return true }
	for name, test := range map[string]struct {
		match  func(*tiledesk.Token) bool
		others []tiledesk.Outcome // what the other run says of the token
		lie    bool
	}{
		"the other run skipped it":         {everyOther, []tiledesk.Outcome{tiledesk.Skipped}, false},
		"the other run did not see it":     {everyOther, nil, true},
		"the other run failed to do it":    {everyOther, []tiledesk.Outcome{tiledesk.Failed}, true},
		"the other run says it is revoked": {chosen, []tiledesk.Outcome{tiledesk.Revoked}, true},
		"skipped without a Match":          {nil, []tiledesk.Outcome{tiledesk.Skipped}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &story{server: tiledesktest.NewHandler()}
			p.opts.Match = test.match
			p.server.AddUser(servertest.Email, servertest.Password)
			raw := p.server.Issue(servertest.Email, 1)[0]
			silent, other := &played{report: new(tiledesk.RevokeReport)}, &played{report: new(tiledesk.RevokeReport)}
			for _, outcome := range test.others {
				other.heard = append(other.heard, tiledesk.RevokeResult{Target: tokenName(raw), Outcome: outcome})
			}
			p.runs = []*played{silent, other}
			if lie := p.misjudged(silent, raw); (lie != "") != test.lie {
				t.Errorf("the judge says %q", lie)
			}
		})
	}
}
