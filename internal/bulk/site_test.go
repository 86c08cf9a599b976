package bulk_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// site is a small server on the other side of HTTP, of one of the kinds that the closed
// module may be, with two mishaps; and the credentials of whoever calls it. It is the
// transport of a client.
type site struct {
	siteKind
	mishaps [2]placedMishap
	deck    []*entry // newest first

	deletes, lists int      // attempts that came
	current        *entry   // the own token that the credentials give
	next           *entry   // the token that they give next; nil: a new one
	overhasty      bool     // they were asked for another token though the server accepts theirs
	atLast         []*entry // that were there when the newest listing began
}

// siteKind is what kind of server a site is, and of run.
type siteKind struct {
	number     int
	keeps      bool // revoked rows in the list
	twiceGone  bool // it calls a revoked one gone
	withoutIDs bool // it lacks the route by id
	rotates    bool // the credentials sign in again where they are refused
	include    bool // the run revokes its own token too
	own        ownRow
	nameless   bool // the token of one row has no jti
	byJTI      bool // RevokeEach names the tokens by their jti alone
}

// ownRow is how the list shows the token in use.
type ownRow int

const (
	ownListed ownRow = iota
	ownWithoutJTI
	ownUnlisted
)

// entry is a token and its row.
type entry struct {
	id, jti string
	header  string // that authorizes with it
	shows   bool   // the list shows the jti
	listed  bool   // the list shows the row
	own     bool   // the credentials gave it

	ended, byOthers bool // revoked
	sent            bool // a DELETE named it while it was an own one
	seen            bool // a page that arrived had it
}

// works reports whether the server still accepts the token: it asks for the jti alone.
func (e *entry) works() bool { return !e.ended || e.jti == "" }

func (e *entry) String() string {
	return fmt.Sprintf("%s (jti %q, shows it %t, own %t, revoked %t, by others %t)", e.id, e.jti, e.shows, e.own, e.ended, e.byOthers)
}

// newSite has three tokens and the own one between them.
func newSite(kind siteKind, mishaps [2]placedMishap) *site {
	s := &site{siteKind: kind, mishaps: mishaps}
	s.issue("a")
	if s.issue("b"); s.nameless {
		s.deck[0].jti, s.deck[0].shows = "", false
	}
	own := s.issue("own")
	own.own, own.shows, own.listed = true, s.own == ownListed, s.own != ownUnlisted
	s.current = own
	s.issue("c")
	return s
}

// issue is a sign-in.
func (s *site) issue(name string) *entry {
	e := &entry{id: "id-" + name, jti: name, header: "JWT " + servertest.TokenOf(name), shows: true, listed: true}
	s.deck = slices.Insert(s.deck, 0, e)
	return e
}

// Authorization gives the token in use, which is an own one of the run from then on.
func (s *site) Authorization(context.Context) (string, error) {
	if e := s.current; !e.own {
		e.own = true
		e.byOthers = e.ended // before it was in use, by a DELETE whose reply was lost
	}
	return s.current.header, nil
}

// Refused signs in again where that is the way of these credentials.
func (s *site) Refused(_ context.Context, authorization string) (again bool, err error) {
	s.overhasty = s.overhasty || s.accepts(authorization)
	if !s.rotates || len(s.deck) > 12 {
		return false, nil
	}
	s.signInAgain()
	return true, nil
}

func (s *site) signInAgain() {
	if s.current, s.next = s.next, nil; s.current == nil {
		s.current = s.issue("own-" + strconv.Itoa(len(s.deck)))
	}
}

// accepts reports whether the server accepts an authorization.
func (s *site) accepts(authorization string) bool {
	return slices.ContainsFunc(s.deck, func(e *entry) bool { return e.own && e.works() && authorization == e.header })
}

// client calls the site without any wait. Each call is tried twice.
func (s *site) client() *tiledesk.Client {
	client, err := tiledesk.NewClient(s, servertest.WithTransport(s), tiledesk.WithBaseURL("http://localhost"), tiledesk.WithRateLimiter(nil),
		tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 1, MinWait: time.Nanosecond, MaxWait: time.Nanosecond}))
	if err != nil {
		panic(err)
	}
	return client
}

// RoundTrip answers a request, or lets the mishap happen that was placed at it.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	isList := r.Method == http.MethodGet
	n := s.deletes
	if isList {
		n = s.lists
		s.lists++
	} else {
		s.deletes++
	}
	named := s.named(r)
	if named != nil && named.own {
		named.sent = true
	}
	if isList && !r.URL.Query().Has("page") {
		s.atLast = slices.Clone(s.deck)
	}
	for _, m := range s.mishaps {
		if m.mishap != nil && m.ofLists == isList && n >= m.at && n < m.at+max(m.times, 1) {
			return m.happens(s, r)
		}
	}
	return s.answer(r)
}

// named is the token that a DELETE names; nil: none.
func (s *site) named(r *http.Request) *entry {
	name, byID := strings.CutPrefix(r.URL.Path, "/jwt/history/id/")
	if !byID {
		name = strings.TrimPrefix(r.URL.Path, "/jwt/history/")
	}
	i := slices.IndexFunc(s.deck, func(e *entry) bool {
		return r.Method == http.MethodDelete && (byID && !s.withoutIDs && e.id == name || !byID && e.jti == name)
	})
	if i < 0 {
		return nil
	}
	return s.deck[i]
}

// answer is what the server itself says.
func (s *site) answer(r *http.Request) (*http.Response, error) {
	named := s.named(r)
	switch {
	case !s.accepts(r.Header.Get("Authorization")):
		return servertest.Answer(401, "Unauthorized"), nil
	case r.Method == http.MethodGet:
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		return s.page(page), nil
	case named == nil, named.ended && s.twiceGone:
		return servertest.Answer(404, `{"success":false,"msg":"Object not found."}`), nil
	}
	named.ended = true
	return servertest.Answer(200, named.document()), nil
}

const sitePage = 2

// page is a page of the list, whose entries are seen.
func (s *site) page(number int) *http.Response {
	rows := slices.DeleteFunc(slices.Clone(s.deck), func(e *entry) bool { return !e.listed || e.ended && !s.keeps })
	from := min(number*sitePage, len(rows))
	var documents []string
	for _, e := range rows[from:min(from+sitePage, len(rows))] {
		e.seen = true
		documents = append(documents, e.document())
	}
	return servertest.Answer(200, fmt.Sprintf(`{"perPage":%d,"count":%d,"jwts":[%s]}`, sitePage, len(rows), strings.Join(documents, ",")))
}

func (e *entry) document() string {
	if !e.shows {
		return fmt.Sprintf(`{"_id":%q}`, e.id)
	}
	return fmt.Sprintf(`{"_id":%q,"jti":%q}`, e.id, e.jti)
}

// cut is what comes of a connection that breaks.
func cut() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
