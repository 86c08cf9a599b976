package tiledesk

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHistory_property walks through random servers on which random things happen
// between the requests. Whatever they are, each row that was there from the first
// request to the last came exactly once, or the walk says that it is incomplete;
// it ends; and it raises no alarm over sign-ins of less than a page.
func TestHistory_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawServer(t)
		what := s.String()
		harmless := drawEvents(t, s)
		there := slices.Clone(s.rows)
		for request, event := range s.before {
			s.before[request] = func(s *historyServer) {
				event(s)
				there = slices.DeleteFunc(there, func(row int) bool { return !slices.Contains(s.rows, row) })
			}
		}

		rows, err := walkThrough(t, s, nil)
		switch {
		case errors.Is(err, ErrIncompleteHistory):
			if harmless {
				t.Fatalf("%s: a false alarm: %v\nrows %v", what, err, rows)
			}
			return
		case err != nil:
			t.Fatalf("%s: %v", what, err)
		}
		times := map[int]int{}
		for _, row := range rows {
			times[row]++
		}
		for _, row := range there {
			if times[row] != 1 {
				t.Fatalf("%s: row %d came %d times, and no error did\nrows %v", what, row, times[row], rows)
			}
		}
		for row, n := range times {
			if n > 1 {
				t.Fatalf("%s: row %d came %d times\nrows %v", what, row, n, rows)
			}
		}
	})
}

// drawServer is a server that may page in any way, or not at all.
func drawServer(t *rapid.T) *historyServer {
	s := newHistory(rapid.IntRange(0, 40).Draw(t, "rows"), rapid.IntRange(1, 8).Draw(t, "page size"))
	s.count = countKind(rapid.IntRange(0, 3).Draw(t, "count"))
	s.perPageStated = rapid.Bool().Draw(t, "perPage")
	s.anonymous = rapid.Bool().Draw(t, "anonymous")
	s.oneBased = rapid.Bool().Draw(t, "from 1")
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
func drawEvents(t *rapid.T, s *historyServer) (harmless bool) {
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
		s.before[request] = func(s *historyServer) {
			for range min(hidden, len(s.rows)) {
				s.hide(s.rows[at%len(s.rows)])
			}
			s.signIn(signIns)
		}
	}
	return harmless
}
