package paging_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// properServers are all kinds that page as they should.
func properServers(n, pageSize int) (servers []*servertest.HistoryServer) {
	for count := servertest.CountTotal; count <= servertest.BareArray; count++ {
		for kind := range 16 {
			s := servertest.NewHistory(n, pageSize)
			s.Count = count
			s.OneBased, s.PerPageStated = kind&1 != 0, kind&2 != 0
			s.Ascending, s.Anonymous = kind&4 != 0, kind&8 != 0
			servers = append(servers, s)
		}
	}
	return servers
}

func TestHistory_nothingChanges(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ rows, page int }{{0, 3}, {1, 3}, {2, 3}, {3, 3}, {4, 3}, {6, 3}, {7, 3}, {95, 40}, {1, 1}, {2, 1}, {5, 1}, {500, 2}} {
		for _, s := range properServers(size.rows, size.page) {
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel()
				rows, err := servertest.WalkThrough(t, s, nil)
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				servertest.SameRows(t, rows, size.rows, 1)
				pages := (size.rows+size.page-1)/size.page + 1 // with the empty one at the end
				if s.OneBased && size.rows > 0 || size.rows == 0 && s.Count > servertest.CountOfPage {
					pages++ // the first one twice; or one more to see that there is nothing
				}
				if len(s.Requests) != pages {
					t.Errorf("sent %d requests, want %d", len(s.Requests), pages)
				}
				for i, query := range s.Requests {
					if i == 0 && query != "" || i > 0 && query != fmt.Sprintf("page=%d", i) {
						t.Errorf("request %d has the query %q", i, query)
					}
				}
			})
		}
	}
}

func TestHistory_signInsBetweenRequests(t *testing.T) {
	t.Parallel()
	for _, s := range properServers(8, 3) {
		first := s.Newest
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			for request := 1; request <= 3; request++ { // not for ever: in ascending order new rows come at the end
				s.Before[request] = func(s *servertest.HistoryServer) { s.SignIn(2) }
			}
			rows, err := servertest.WalkThrough(t, s, nil)
			if err != nil {
				t.Errorf("got %v, want no error: the rows moved by less than a page", err)
			}
			old := slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return row > first })
			servertest.SameRows(t, old, first, 1)
			if slices.Sort(rows); len(slices.Compact(rows)) != len(rows) {
				t.Errorf("a row came twice: %v", rows)
			}
		})
	}
}

func TestHistory_incomplete(t *testing.T) {
	t.Parallel()
	signIns := func(request, n int) func(*servertest.HistoryServer) {
		return func(s *servertest.HistoryServer) {
			s.Before[request] = func(s *servertest.HistoryServer) { s.SignIn(n) }
		}
	}
	tests := map[string]struct {
		rows   int
		counts []servertest.CountKind
		setUp  func(*servertest.HistoryServer)
	}{
		"the server ignores the page":             {7, nil, func(s *servertest.HistoryServer) { s.PageIgnored = true }},
		"it ignores the page, one is full":        {3, []servertest.CountKind{servertest.CountOfPage, servertest.CountNone, servertest.BareArray}, func(s *servertest.HistoryServer) { s.PageIgnored = true }},
		"its pages go in circles of two":          {6, []servertest.CountKind{servertest.CountOfPage, servertest.CountNone, servertest.BareArray}, func(s *servertest.HistoryServer) { s.Circular = true }},
		"its pages go in circles of three":        {9, nil, func(s *servertest.HistoryServer) { s.Circular = true }},
		"its pages go in circles of seventy":      {209, nil, func(s *servertest.HistoryServer) { s.Circular = true }},
		"a page of new rows after the first page": {9, []servertest.CountKind{servertest.CountTotal}, signIns(1, 3)},
		"a page of new rows":                      {9, nil, signIns(2, 3)},
		"a page of new rows before the last":      {9, nil, signIns(3, 3)},
		"more than a page of new rows":            {30, nil, signIns(4, 4)},
		"nearly two pages of new rows":            {30, nil, signIns(4, 5)},
		"two pages of new rows":                   {30, nil, signIns(4, 6)},
		"three pages of new rows":                 {30, nil, signIns(4, 9)},
		"five and a half pages of new rows":       {60, nil, signIns(16, 17)},
		"more new rows than were listed":          {30, nil, signIns(4, 20)},
		"a page of new rows again and again":      {9, nil, func(s *servertest.HistoryServer) { signIns(2, 3)(s); signIns(3, 3)(s) }},
		"a row of the first page is hidden":       {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) { s.Before[1] = func(s *servertest.HistoryServer) { s.Hide(9) } }},
		"a row is hidden, and later there is a new": {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) {
			s.Before[1] = func(s *servertest.HistoryServer) { s.Hide(9) }
			signIns(2, 1)(s)
		}},
		"two are hidden, and one is new": {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) {
			s.Before[1] = func(s *servertest.HistoryServer) { s.Hide(9, 8); s.SignIn(1) }
		}},
		"the count of the last page is less":  {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) { s.Before[3] = func(s *servertest.HistoryServer) { s.Hide(1) } }},
		"the list ends before the count does": {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) { s.Broken[2] = servertest.Reply(200, `{"count":9,"jwts":[]}`) }},
		"only one page of many":               {9, []servertest.CountKind{servertest.CountTotal}, func(s *servertest.HistoryServer) { s.Broken[1] = servertest.Reply(200, `{"jwts":[]}`) }},
	}
	for sentence, test := range tests {
		if test.counts == nil {
			test.counts = []servertest.CountKind{servertest.CountTotal, servertest.CountOfPage, servertest.CountNone, servertest.BareArray}
		}
		for _, count := range test.counts {
			s := servertest.NewHistory(test.rows, 3)
			s.Count = count
			test.setUp(s)
			t.Run(sentence+", "+s.String(), func(t *testing.T) {
				t.Parallel()
				_, err := servertest.WalkThrough(t, s, nil)
				if !errors.Is(err, tiledesk.ErrIncompleteHistory) {
					t.Fatalf("got %v, want ErrIncompleteHistory", err)
				}
				servertest.APIErrorOf(t, err, 200, 1)
				if len(s.Requests) > 100 {
					t.Errorf("sent %d requests", len(s.Requests))
				}
			})
		}
	}
}

// A server that counts its pages from 1 may have nothing on page 0. Where it tells
// no total, it takes one request more to know that the list is empty.
func TestHistory_emptyPageZero(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows, requests int
		count          servertest.CountKind
	}{
		"seven rows, a bare array":  {7, 5, servertest.BareArray},
		"seven rows, no count":      {7, 5, servertest.CountNone},
		"seven rows, a total":       {7, 5, servertest.CountTotal},
		"none, a bare array":        {0, 2, servertest.BareArray},
		"none, no count":            {0, 2, servertest.CountNone},
		"none, a total":             {0, 1, servertest.CountTotal},
		"none, a count of the page": {0, 1, servertest.CountOfPage},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewHistory(test.rows, 3)
			s.OneBased, s.EmptyZero, s.Count = true, true, test.count
			rows, err := servertest.WalkThrough(t, s, nil)
			if err != nil || len(s.Requests) != test.requests {
				t.Errorf("got %v after %d requests, want no error after %d", err, len(s.Requests), test.requests)
			}
			servertest.SameRows(t, rows, test.rows, 1)
		})
	}
	s := servertest.NewHistory(7, 3)
	s.Count = servertest.BareArray
	if rows, err := servertest.WalkThrough(t, s, &tiledesk.ListHistoryOptions{Page: 5}); err != nil || len(rows) > 0 || len(s.Requests) != 1 {
		t.Errorf("from a later page: got %v, %v after %d requests, want 1", rows, err, len(s.Requests))
	}
}

func TestHistory_pageIgnoredTakesThreeRequests(t *testing.T) {
	t.Parallel()
	s := servertest.NewHistory(7, 3)
	s.PageIgnored = true
	rows, err := servertest.WalkThrough(t, s, nil)
	servertest.SameRows(t, rows, 7, 5)
	if !errors.Is(err, tiledesk.ErrIncompleteHistory) || len(s.Requests) != 3 {
		t.Errorf("got %v after %d requests, want ErrIncompleteHistory after 3", err, len(s.Requests))
	}
}

func TestHistory_completeInSpiteOfOddities(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows  int
		setUp func(*servertest.HistoryServer)
	}{
		"a server that counts from 1 and has an empty page 0": {7, func(s *servertest.HistoryServer) { s.OneBased, s.EmptyZero = true, true }},
		"a page ignored that holds everything":                {2, func(s *servertest.HistoryServer) { s.PageIgnored, s.PerPageStated = true, true }},
		"the last page again and again":                       {8, func(s *servertest.HistoryServer) { s.Clamped = true }},
		"the last page again and again, and it is full":       {9, func(s *servertest.HistoryServer) { s.Clamped = true }},
		"one sign-in while everything is on one page of unknown size": {1, func(s *servertest.HistoryServer) {
			s.PageSize = 40
			s.Before[1] = func(s *servertest.HistoryServer) { s.SignIn(1) }
		}},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewHistory(test.rows, 3)
			test.setUp(s)
			rows, err := servertest.WalkThrough(t, s, nil)
			if err != nil {
				t.Errorf("got %v, want no error", err)
			}
			servertest.SameRows(t, rows, test.rows, 1)
		})
	}
}

func TestHistory_fromALaterPage(t *testing.T) {
	t.Parallel()
	for _, s := range properServers(8, 3) {
		for _, start := range []int{1, 2, 3, 9} {
			s := *s
			t.Run(fmt.Sprintf("%s, from %d", &s, start), func(t *testing.T) {
				t.Parallel()
				opts := &tiledesk.ListHistoryOptions{Page: start}
				rows, err := servertest.WalkThrough(t, &s, opts)
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				skipped := start
				if s.OneBased {
					skipped--
				}
				sorted := slices.Clone(rows)
				slices.Sort(sorted)
				if want := max(0, 8-3*skipped); len(slices.Compact(sorted)) != want || len(rows) != want {
					t.Errorf("got rows %v, want %d", rows, want)
				}
				if opts.Page != start {
					t.Error("the caller's options were changed")
				}
			})
		}
	}
	s := servertest.NewHistory(4, 3)
	s.PageIgnored = true
	if _, err := servertest.WalkThrough(t, s, &tiledesk.ListHistoryOptions{Page: 1}); !errors.Is(err, tiledesk.ErrIncompleteHistory) {
		t.Errorf("a server that ignores the page: got %v, want ErrIncompleteHistory", err)
	}
}

func TestHistory_errorOnALaterPage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		broken servertest.Step
		want   error
	}{
		"a 401":               {servertest.Reply(401, "Unauthorized"), tiledesk.ErrUnauthorized},
		"HTML":                {servertest.Reply(200, "<html>"), tiledesk.ErrUnexpectedResponse},
		"a connection broken": {servertest.BreakOff(io.EOF), io.EOF},
		"a failure in a 200":  {servertest.Reply(200, `{"success":false,"msg":"tired"}`), nil},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := servertest.NewHistory(9, 3)
			s.Broken[2] = test.broken
			rows, err := servertest.WalkThrough(t, s, nil)
			servertest.SameRows(t, rows, 9, 4)
			if test.want != nil && !errors.Is(err, test.want) || test.want == nil && (err == nil || !strings.Contains(err.Error(), "tired")) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if len(s.Requests) != 3 {
				t.Errorf("sent %d requests, want 3", len(s.Requests))
			}
		})
	}
}
