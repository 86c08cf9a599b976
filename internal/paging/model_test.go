package paging_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// An event is what happens between two requests.
type event struct {
	signIns int
	hide    int  // this row leaves, 1 being the newest; 0: none
	toFront bool // it comes again as the newest
}

func (e event) happen(s *servertest.HistoryServer) {
	if e.hide > 0 && e.hide <= len(s.Rows) {
		row := s.Rows[e.hide-1]
		if s.Hide(row); e.toFront {
			s.Rows = slices.Insert(s.Rows, 0, row)
		}
	}
	s.SignIn(e.signIns)
}

// visible reports whether a client can know that rows moved up unseen: where the
// server counts all rows, one that leaves or moves shows in the count unless a new
// row takes its place in it.
func (e event) visible(s *servertest.HistoryServer) bool {
	return e.hide == 0 || e.hide > len(s.Rows) || s.Count == servertest.CountTotal && (e.toFront || e.signIns == 0)
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
				s.Rows, s.Before = slices.Clone(s.Rows), map[int]func(*servertest.HistoryServer){request: e.happen}
				visible := e.visible(&s)
				harmless := e.hide == 0 && e.signIns < s.PageSize && !s.Clamped
				check(t, what, walkOver(&s, 0, paging.Limits{}), visible, harmless)
				cases++
			}
		}
	}
	if cases < 100_000 {
		t.Errorf("%d cases only", cases)
	}
}

// TestWalk_twoEvents goes through all small servers, and all that may happen before two
// of their requests. `go test` takes every 499th case, and with MODEL=all every one.
func TestWalk_twoEvents(t *testing.T) {
	t.Parallel()
	step := 499
	if everything {
		step = 1
	}
	events := smallEvents(2)
	cases, made := 0, 0
	for s := range smallServers {
		for _, first := range events {
			for _, second := range events {
				for _, at := range [][2]int{{1, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 4}} {
					if cases++; cases%step != 0 {
						continue
					}
					made++
					checkTwo(t, s, first, second, at)
				}
			}
		}
	}
	t.Logf("%d of %d cases", made, cases)
}

func checkTwo(t *testing.T, original *servertest.HistoryServer, first, second event, at [2]int) {
	s := *original
	what := fmt.Sprintf("%s; before request %d %+v, before request %d %+v", &s, at[0], first, at[1], second)
	s.Rows, s.Before = slices.Clone(s.Rows), make(map[int]func(*servertest.HistoryServer))
	visible := true
	for i, e := range []event{first, second} {
		s.Before[at[i]] = func(s *servertest.HistoryServer) {
			visible = visible && e.visible(s)
			e.happen(s)
		}
	}
	newest := s.Newest
	got := walkOver(&s, 0, paging.Limits{})
	// As many new rows were listed as old ones were missed, so that the count is right:
	// the documentation of History names it.
	added := slices.DeleteFunc(slices.Clone(got.given), func(row int) bool { return row <= newest })
	visible = visible && (len(got.unseen()) == 0 || len(added) < len(got.unseen()))
	harmless := first.hide == 0 && second.hide == 0 && max(first.signIns, second.signIns) < s.PageSize && !s.Clamped
	check(t, what, got, visible, harmless)
}

// smallEvents are up to so many sign-ins, with a row that stays, leaves or moves.
func smallEvents(signIns int) (events []event) {
	for row := range 4 {
		for n := range signIns + 1 {
			events = append(events, event{n, row, false})
		}
		events = append(events, event{0, row + 1, true})
	}
	return events
}

// everything is true where each case of the models is wanted, which takes minutes.
var everything = os.Getenv("MODEL") == "all"

// smallServers are servers of up to seven rows, or nine for
// everything, and four to a page that page in every way but those that ignore the page.
func smallServers(yield func(*servertest.HistoryServer) bool) {
	most := 8
	if everything {
		most = 10
	}
	for kind := range 32 {
		for count := servertest.CountTotal; count <= servertest.CountNone; count++ {
			for size := 1; size <= 4; size++ {
				for rows := range most {
					s := servertest.NewHistory(rows, size)
					s.Count, s.Ascending, s.PerPageStated = count, kind&1 != 0, kind&2 != 0
					s.OneBased, s.EmptyZero, s.Clamped = kind&4 != 0, kind&8 != 0, kind&16 != 0
					if s.EmptyZero && (!s.OneBased || count == servertest.CountOfPage) {
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
		check(t, what, walkOver(s, 0, paging.Limits{}), true, harmless)
	})
}

// drawServer is a server that may page in any way, or not at all.
func drawServer(t *rapid.T) *servertest.HistoryServer {
	s := servertest.NewHistory(rapid.IntRange(0, 40).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "page size"))
	s.Count = rapid.SampledFrom([]servertest.CountKind{servertest.CountTotal, servertest.CountOfPage, servertest.CountNone}).Draw(t, "count")
	s.PerPageStated = rapid.Bool().Draw(t, "perPage")
	s.Anonymous = rapid.Bool().Draw(t, "anonymous")
	s.OneBased = rapid.Bool().Draw(t, "from 1")
	s.EmptyZero = s.OneBased && s.Count != servertest.CountOfPage && rapid.Bool().Draw(t, "page 0 empty")
	s.Ascending = rapid.IntRange(0, 4).Draw(t, "ascending") == 0
	switch rapid.IntRange(0, 9).Draw(t, "paging") {
	case 0:
		s.PageIgnored = true
	case 1:
		s.Circular = true
	case 2:
		s.Clamped = true
	}
	return s
}

// drawEvents lets people sign in and, where the server tells its total, revoke
// between the requests. It reports whether a walk has to be complete: the server
// pages, and less than a page came in at a time.
func drawEvents(t *rapid.T, s *servertest.HistoryServer) (harmless bool) {
	harmless = !s.PageIgnored && !s.Circular && !s.Clamped
	// Where a row leaves that nobody counts, no client can know it; nor where all
	// rows change on a server that ignores the page, and the count does not.
	hides := s.Count == servertest.CountTotal && !s.PageIgnored && rapid.Bool().Draw(t, "hides")
	for _, request := range rapid.SliceOfNDistinct(rapid.IntRange(1, 30), 0, 12, rapid.ID).Draw(t, "requests") {
		most := s.PageSize - 1
		if rapid.IntRange(0, 3).Draw(t, "rush") == 0 {
			most = 5 * s.PageSize
		}
		signIns := rapid.IntRange(0, most).Draw(t, "sign-ins")
		hidden := 0
		if hides {
			hidden = rapid.IntRange(0, 3).Draw(t, "hidden")
		}
		if s.Ascending && hidden > 0 {
			signIns = 0 // a row that leaves at one end as another comes at the other is not to be seen either
		}
		at := rapid.IntRange(0, 100).Draw(t, "where")
		harmless = harmless && hidden == 0 && signIns < s.PageSize
		s.Before[request] = func(s *servertest.HistoryServer) {
			for range min(hidden, len(s.Rows)) {
				s.Hide(s.Rows[at%len(s.Rows)])
			}
			s.SignIn(signIns)
		}
	}
	return harmless
}
