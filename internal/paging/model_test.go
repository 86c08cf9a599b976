package paging_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// An event is what happens between two requests: new rows come, or one leaves, or moves
// to the front of the newest. One of the three is not 0; rows count from the newest, 1.
type event struct{ signIns, leaves, moves int }

func (e event) happen(s *servertest.HistoryServer) {
	if n := max(e.leaves, e.moves); n > 0 {
		row := s.Rows[n-1]
		if s.Hide(row); e.moves > 0 {
			s.Rows = slices.Insert(s.Rows, 0, row)
		}
	}
	s.SignIn(e.signIns)
}

// events are all that can happen to so many rows: up to three sign-ins, and each row
// that leaves or moves.
func events(rows int) (all []event) {
	for n := 1; n <= 3; n++ {
		all = append(all, event{signIns: n})
	}
	for row := 1; row <= rows; row++ {
		all = append(all, event{leaves: row})
	}
	for row := 2; row <= rows; row++ { // the first is at the front
		all = append(all, event{moves: row})
	}
	return all
}

// after is how many rows there are when it has happened.
func (e event) after(rows int) int {
	if e.leaves > 0 {
		return rows - 1
	}
	return rows + e.signIns
}

// A placed event happens before a request, the first one being 0.
type placed struct {
	event
	before int
}

// TestWalk_smallServers goes through all small servers, and all that may happen
// before one of their requests.
func TestWalk_smallServers(t *testing.T) {
	t.Parallel()
	var played tally
	for s := range smallServers {
		last := requestsOf(s) + 1
		for _, e := range events(len(s.Rows)) {
			for before := 1; before <= last; before++ {
				played.add(playOut(t, s, placed{e, before}))
			}
		}
	}
	if played.cases < 50_000 {
		t.Errorf("%s only", played)
	}
	t.Log(played)
}

// tally counts cases, and those in which no client can see that it misses a row.
type tally struct{ cases, unseen int }

func (n *tally) add(happened, unseen bool) {
	if happened {
		n.cases++
	}
	if unseen {
		n.unseen++
	}
}

func (n tally) String() string {
	return fmt.Sprintf("%d cases, in %d of which no client can see that a row is missing", n.cases, n.unseen)
}

// TestWalk_twoEvents goes through all small servers, and all placements of two events
// among their requests. `go test` takes every 97th, and with MODEL=all every one.
func TestWalk_twoEvents(t *testing.T) {
	t.Parallel()
	step := 97
	if everything {
		step = 1
	}
	placements, played := 0, tally{}
	for s := range smallServers {
		last := requestsOf(s) + 1
		for _, first := range events(len(s.Rows)) {
			for _, second := range events(first.after(len(s.Rows))) {
				for one := 1; one <= last; one++ {
					for other := one; other <= last; other++ {
						if placements++; placements%step == 0 {
							played.add(playOut(t, s, placed{first, one}, placed{second, other}))
						}
					}
				}
			}
		}
	}
	t.Logf("one of %d of %d placements, the rest of which come after the end of the walk: %s", step, placements, played)
}

// requestsOf is how many requests a walk makes to which nothing happens.
func requestsOf(s *servertest.HistoryServer) int {
	calm := *s
	return walkOver(&calm, 0, paging.Limits{}).requests
}

// playOut walks through a copy of a server to which things happen. Not all of them did
// where the walk had ended before; unseen says that a row is missed in a way that no
// client can see.
func playOut(t *testing.T, original *servertest.HistoryServer, events ...placed) (all, unseen bool) {
	s := *original
	s.Rows, s.Before = slices.Clone(s.Rows), make(map[int]func(*servertest.HistoryServer))
	happened, signIns := 0, make(map[int]int)
	onlySignIns := true
	for _, e := range events {
		earlier := s.Before[e.before]
		s.Before[e.before] = func(s *servertest.HistoryServer) {
			if earlier != nil {
				earlier(s)
			}
			e.happen(s)
			happened++
		}
		signIns[e.before] += e.signIns
		onlySignIns = onlySignIns && e.signIns > 0
	}
	got := walkOver(&s, 0, paging.Limits{})
	if happened < len(events) {
		return false, false
	}
	// What no client can see, as the documentation of History names it.
	added := slices.DeleteFunc(slices.Clone(got.given), func(row int) bool { return row <= original.Newest })
	missing := len(got.unseen())
	excused := len(added) >= missing // the count is right
	if s.Count != servertest.CountTotal {
		excused = !onlySignIns // rows left or moved, and nobody counts them
	}
	harmless := onlySignIns && !s.Clamped
	for _, n := range signIns {
		harmless = harmless && n < s.PageSize
	}
	if problem := judge(got, !excused, harmless); problem != "" {
		t.Errorf("%s; %+v: %s", original, events, problem)
	}
	return true, missing > 0 && got.missed == ""
}

// judge asserts what holds for every walk: each row that was there from the first
// request to the last came exactly once, or the walk says what it missed; it ends;
// and where nothing happened that can hide a row it says so. It is empty where all of
// that is so.
func judge(got outcome, visible, harmless bool) string {
	switch unseen := got.unseen(); {
	case got.twice():
		return fmt.Sprintf("a row came twice: %v", got.given)
	case got.requests > 200:
		return fmt.Sprintf("%d requests", got.requests)
	case visible && got.missed == "" && len(unseen) > 0:
		return fmt.Sprintf("the rows %v did not come, and nothing tells", unseen)
	case harmless && got.missed != "":
		return "a false alarm: " + got.missed
	}
	return ""
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
