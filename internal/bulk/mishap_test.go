package bulk_test

import (
	"fmt"
	"net/http"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// A mishap is what becomes of a DELETE, or of a request for a page of the list.
type mishap struct {
	name    string
	ofLists bool
	times   int  // how many attempts in a row it meets; 0: one
	lies    bool // it says falsely that the token is not there
	happens func(s *site, r *http.Request) (*http.Response, error)
}

// placedMishap is one that happens to the nth attempt of its kind; without one nothing
// happens.
type placedMishap struct {
	*mishap
	at int
}

func (p placedMishap) String() string {
	if p.mishap == nil {
		return "nothing"
	}
	kind := "DELETE"
	if p.ofLists {
		kind = "GET"
	}
	return fmt.Sprintf("%s %d: %s", kind, p.at, p.name)
}

// saying answers in the place of the server.
func saying(status int, body string) func(*site, *http.Request) (*http.Response, error) {
	return func(*site, *http.Request) (*http.Response, error) { return servertest.Answer(status, body), nil }
}

// afterEffect lets the request take effect, and answers something else.
func afterEffect(status int, body string) func(*site, *http.Request) (*http.Response, error) {
	return func(s *site, r *http.Request) (*http.Response, error) {
		_, _ = s.answer(r)
		if status == 0 {
			return cut()
		}
		return servertest.Answer(status, body), nil
	}
}

// beforeIt lets something happen before the server answers.
func beforeIt(what func(s *site, named *entry)) func(*site, *http.Request) (*http.Response, error) {
	return func(s *site, r *http.Request) (*http.Response, error) {
		what(s, s.named(r))
		return s.answer(r)
	}
}

func revokeByOthers(e *entry) {
	if e != nil && !e.ended {
		e.ended, e.byOthers = true, true
	}
}

const (
	dashboard   = "<!doctype html><title>Dashboard</title>"
	otherOne    = `{"_id":"id-z","jti":"z"}`
	expiredPage = `{"error":"session expired"}`
)

// mishaps are what can go wrong, after the table by which a run decides.
var mishaps = []*mishap{
	{name: "others revoke the token in use", happens: beforeIt(func(s *site, _ *entry) { revokeByOthers(s.current) })},
	{name: "others revoke the token in use, and the credentials give the very token next", happens: beforeIt(func(s *site, named *entry) {
		revokeByOthers(s.current)
		if named != nil && named.jti != "" && !named.ended && !named.own && s.rotates {
			s.next = named
		}
	})},
	{name: "others revoke the very token", happens: beforeIt(func(_ *site, named *entry) { revokeByOthers(named) })},
	{name: "the credentials sign in again", happens: beforeIt(func(s *site, _ *entry) {
		if s.rotates {
			s.signInAgain()
		}
	})},
	{name: "401 of a gateway", happens: saying(401, expiredPage)},
	{name: "403", happens: saying(403, `{"success":false,"msg":"Unauthorized."}`)},
	{name: "404 of the API, though it is there", lies: true, happens: saying(404, `{"success":false,"msg":"Object not found."}`)},
	{name: "a 404 page", happens: saying(404, dashboard)},
	{name: "a 404 with a document", happens: saying(404, otherOne)},
	{name: "429 twice", times: 2, happens: saying(429, "")},
	{name: "500", happens: saying(500, `{"success":false,"msg":"Error deleting object."}`)},
	{name: "500 after the effect", happens: afterEffect(500, `{"err":"error"}`)},
	{name: "502 after the effect", happens: afterEffect(502, "")},
	{name: "503", happens: saying(503, "")},
	{name: "cut before the effect, twice", times: 2, happens: func(*site, *http.Request) (*http.Response, error) { return cut() }},
	{name: "cut after the effect", happens: afterEffect(0, "")},
	{name: "cut after the effect, twice", times: 2, happens: afterEffect(0, "")},
	{name: "200 of a page", happens: saying(200, dashboard)},
	{name: "200 without success", happens: saying(200, `{"success":false}`)},
	{name: "200 of another token", happens: saying(200, otherOne)},
	{name: "200 of nothing", lies: true, happens: saying(200, `{"n":0,"ok":1}`)},
	{name: "202", happens: saying(202, "")},
	{name: "a redirect", happens: saying(302, "")},

	{ofLists: true, name: "others revoke the token in use", happens: beforeIt(func(s *site, _ *entry) { revokeByOthers(s.current) })},
	{ofLists: true, name: "others revoke a token", happens: beforeIt(func(s *site, _ *entry) { revokeByOthers(s.deck[0]) })},
	{ofLists: true, name: "a sign-in", happens: beforeIt(func(s *site, _ *entry) { s.issue(fmt.Sprint("new-", len(s.deck))) })},
	{ofLists: true, name: "401 of a gateway", happens: saying(401, expiredPage)},
	{ofLists: true, name: "403", happens: saying(403, `{"success":false,"msg":"Unauthorized."}`)},
	{ofLists: true, name: "500", happens: saying(500, "")},
	{ofLists: true, name: "cut twice", times: 2, happens: func(*site, *http.Request) (*http.Response, error) { return cut() }},
	{ofLists: true, name: "a page of a proxy", happens: saying(200, dashboard)},
	{ofLists: true, name: "a page without its rows", happens: func(s *site, _ *http.Request) (*http.Response, error) { return s.page(1000), nil }},
}

// placings are all of up to two mishaps among the first DELETEs and, with lists, among
// the first requests for pages, which are those of two listings.
func placings(lists bool, yield func(nth int, mishaps [2]placedMishap) bool) {
	all := []placedMishap{{}}
	for _, m := range mishaps {
		switch {
		case !m.ofLists:
			all = append(all, placedMishap{m, 0}, placedMishap{m, 1}, placedMishap{m, 2}, placedMishap{m, 3})
		case lists:
			all = append(all, placedMishap{m, 0}, placedMishap{m, 1}, placedMishap{m, 2}, placedMishap{m, 3}, placedMishap{m, 4})
		}
	}
	nth := 0
	for i, one := range all {
		for _, other := range all[i:] {
			if i > 0 && one == other {
				continue
			}
			if nth++; !yield(nth, [2]placedMishap{one, other}) {
				return
			}
		}
	}
}
