package paging

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// An event is what happens between two requests.
type event struct {
	signIns int
	hide    int  // this row leaves, 1 being the newest; 0: none
	toFront bool // it comes again as the newest
}

func (e event) happen(s *server) {
	if e.hide > 0 && e.hide <= len(s.rows) {
		row := s.rows[e.hide-1]
		if s.hide(row); e.toFront {
			s.rows = slices.Insert(s.rows, 0, row)
		}
	}
	s.signIn(e.signIns)
}

// visible reports whether a client can know that rows moved up unseen: where the
// server counts all rows, one that leaves or moves shows in the count unless a new
// row takes its place in it.
func (e event) visible(s *server) bool {
	return e.hide == 0 || e.hide > len(s.rows) || s.count == countTotal && (e.toFront || e.signIns == 0)
}

// check asserts what holds for every walk: each row that was there from the first
// request to the last came exactly once, or the walk says what it missed; it ends;
// and where nothing happened that can hide a row it says so.
func check(t interface{ Errorf(string, ...any) }, what string, got outcome, visible, harmless bool) {
	if got.twice() {
		t.Errorf("%s: a row came twice: %v", what, got.given)
	}
	if got.requests > 200 {
		t.Errorf("%s: %d requests", what, got.requests)
	}
	if unseen := got.unseen(); visible && got.missed == "" && len(unseen) > 0 {
		t.Errorf("%s: the rows %v did not come, and nothing tells", what, unseen)
	}
	if harmless && got.missed != "" {
		t.Errorf("%s: a false alarm: %s", what, got.missed)
	}
}

// TestWalk_smallServers goes through all small servers, and all that may happen
// before one of their requests.
func TestWalk_smallServers(t *testing.T) {
	t.Parallel()
	var events []event
	for row := range 6 {
		for signIns := range 4 {
			events = append(events, event{signIns, row, false})
		}
		events = append(events, event{0, row + 1, true})
	}
	cases := 0
	for s := range smallServers {
		for _, e := range events {
			for request := 1; request <= 4; request++ {
				s := *s
				what := fmt.Sprintf("%s; before request %d %+v", &s, request, e)
				s.rows, s.before = slices.Clone(s.rows), map[int]func(*server){request: e.happen}
				visible := e.visible(&s)
				harmless := e.hide == 0 && e.signIns < s.pageSize && !s.clamped
				check(t, what, s.walk(0, Limits{}), visible, harmless)
				cases++
			}
		}
	}
	if cases < 100_000 {
		t.Errorf("%d cases only", cases)
	}
}

// smallServers are servers of up to seven rows and four to a page that page in
// every way but those that ignore the page.
func smallServers(yield func(*server) bool) {
	for kind := range 32 {
		for count := range countKinds {
			for size := 1; size <= 4; size++ {
				for rows := range 8 {
					s := newServer(rows, size)
					s.count, s.ascending, s.perPageStated = count, kind&1 != 0, kind&2 != 0
					s.oneBased, s.emptyZero, s.clamped = kind&4 != 0, kind&8 != 0, kind&16 != 0
					if s.emptyZero && (!s.oneBased || count == countOfPage) {
						continue // page 0 is not empty, or says that nothing is there
					}
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// TestWalk_property walks through random servers, larger and odder ones, on which
// random things happen between the requests.
func TestWalk_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawServer(t)
		what := s.String()
		harmless := drawEvents(t, s)
		check(t, what, s.walk(0, Limits{}), true, harmless)
	})
}

// drawServer is a server that may page in any way, or not at all.
func drawServer(t *rapid.T) *server {
	s := newServer(rapid.IntRange(0, 40).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "page size"))
	s.count = rapid.SampledFrom([]countKind{countTotal, countOfPage, countNone}).Draw(t, "count")
	s.perPageStated = rapid.Bool().Draw(t, "perPage")
	s.anonymous = rapid.Bool().Draw(t, "anonymous")
	s.oneBased = rapid.Bool().Draw(t, "from 1")
	s.emptyZero = s.oneBased && s.count != countOfPage && rapid.Bool().Draw(t, "page 0 empty")
	s.ascending = rapid.IntRange(0, 4).Draw(t, "ascending") == 0
	switch rapid.IntRange(0, 9).Draw(t, "paging") {
	case 0:
		s.pageIgnored = true
	case 1:
		s.circular = true
	case 2:
		s.clamped = true
	}
	return s
}

// drawEvents lets people sign in and, where the server tells its total, revoke
// between the requests. It reports whether a walk has to be complete: the server
// pages, and less than a page came in at a time.
func drawEvents(t *rapid.T, s *server) (harmless bool) {
	harmless = !s.pageIgnored && !s.circular && !s.clamped
	// Where a row leaves that nobody counts, no client can know it; nor where all
	// rows change on a server that ignores the page, and the count does not.
	hides := s.count == countTotal && !s.pageIgnored && rapid.Bool().Draw(t, "hides")
	for _, request := range rapid.SliceOfNDistinct(rapid.IntRange(1, 30), 0, 12, rapid.ID).Draw(t, "requests") {
		most := s.pageSize - 1
		if rapid.IntRange(0, 3).Draw(t, "rush") == 0 {
			most = 5 * s.pageSize
		}
		signIns := rapid.IntRange(0, most).Draw(t, "sign-ins")
		hidden := 0
		if hides {
			hidden = rapid.IntRange(0, 3).Draw(t, "hidden")
		}
		if s.ascending && hidden > 0 {
			signIns = 0 // a row that leaves at one end as another comes at the other is not to be seen either
		}
		at := rapid.IntRange(0, 100).Draw(t, "where")
		harmless = harmless && hidden == 0 && signIns < s.pageSize
		s.before[request] = func(s *server) {
			for range min(hidden, len(s.rows)) {
				s.hide(s.rows[at%len(s.rows)])
			}
			s.signIn(signIns)
		}
	}
	return harmless
}
