package paging_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// TestWalk_property walks through random servers, larger and odder ones, on which
// random things happen between the requests.
func TestWalk_property(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawServer(t)
		what := s.String()
		harmless := drawEvents(t, s)
		if problem := judge(walkOver(s, 0, paging.Limits{}), true, harmless); problem != "" {
			t.Errorf("%s: %s", what, problem)
		}
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
