package tiledesk

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// properServers are all kinds that page as they should.
func properServers(n, pageSize int) (servers []*historyServer) {
	for count := countTotal; count <= bareArray; count++ {
		for kind := range 16 {
			s := newHistory(n, pageSize)
			s.count = count
			s.oneBased, s.perPageStated = kind&1 != 0, kind&2 != 0
			s.ascending, s.anonymous = kind&4 != 0, kind&8 != 0
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
				rows, err := walkThrough(t, s, nil)
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				sameRows(t, rows, size.rows, 1)
				pages := (size.rows+size.page-1)/size.page + 1 // with the empty one at the end
				if s.oneBased && size.rows > 0 || size.rows == 0 && s.count > countOfPage {
					pages++ // the first one twice; or one more to see that there is nothing
				}
				if len(s.requests) != pages {
					t.Errorf("sent %d requests, want %d", len(s.requests), pages)
				}
				for i, query := range s.requests {
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
		first := s.newest
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			for request := 1; request <= 3; request++ { // not for ever: in ascending order new rows come at the end
				s.before[request] = func(s *historyServer) { s.signIn(2) }
			}
			rows, err := walkThrough(t, s, nil)
			if err != nil {
				t.Errorf("got %v, want no error: the rows moved by less than a page", err)
			}
			old := slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return row > first })
			sameRows(t, old, first, 1)
			if slices.Sort(rows); len(slices.Compact(rows)) != len(rows) {
				t.Errorf("a row came twice: %v", rows)
			}
		})
	}
}

func TestHistory_incomplete(t *testing.T) {
	t.Parallel()
	signIns := func(request, n int) func(*historyServer) {
		return func(s *historyServer) { s.before[request] = func(s *historyServer) { s.signIn(n) } }
	}
	tests := map[string]struct {
		rows   int
		counts []countKind
		setUp  func(*historyServer)
	}{
		"the server ignores the page":               {7, nil, func(s *historyServer) { s.pageIgnored = true }},
		"it ignores the page, one is full":          {3, []countKind{countOfPage, countNone, bareArray}, func(s *historyServer) { s.pageIgnored = true }},
		"its pages go in circles of two":            {6, []countKind{countOfPage, countNone, bareArray}, func(s *historyServer) { s.circular = true }},
		"its pages go in circles of three":          {9, nil, func(s *historyServer) { s.circular = true }},
		"its pages go in circles of seventy":        {209, nil, func(s *historyServer) { s.circular = true }},
		"a page of new rows after the first page":   {9, []countKind{countTotal}, signIns(1, 3)},
		"a page of new rows":                        {9, nil, signIns(2, 3)},
		"a page of new rows before the last":        {9, nil, signIns(3, 3)},
		"more than a page of new rows":              {30, nil, signIns(4, 4)},
		"nearly two pages of new rows":              {30, nil, signIns(4, 5)},
		"two pages of new rows":                     {30, nil, signIns(4, 6)},
		"three pages of new rows":                   {30, nil, signIns(4, 9)},
		"five and a half pages of new rows":         {60, nil, signIns(16, 17)},
		"more new rows than were listed":            {30, nil, signIns(4, 20)},
		"a page of new rows again and again":        {9, nil, func(s *historyServer) { signIns(2, 3)(s); signIns(3, 3)(s) }},
		"a row of the first page is hidden":         {9, []countKind{countTotal}, func(s *historyServer) { s.before[1] = func(s *historyServer) { s.hide(9) } }},
		"a row is hidden, and later there is a new": {9, []countKind{countTotal}, func(s *historyServer) { s.before[1] = func(s *historyServer) { s.hide(9) }; signIns(2, 1)(s) }},
		"two are hidden, and one is new":            {9, []countKind{countTotal}, func(s *historyServer) { s.before[1] = func(s *historyServer) { s.hide(9, 8); s.signIn(1) } }},
		"the count of the last page is less":        {9, []countKind{countTotal}, func(s *historyServer) { s.before[3] = func(s *historyServer) { s.hide(1) } }},
		"the list ends before the count does":       {9, []countKind{countTotal}, func(s *historyServer) { s.broken[2] = reply(200, `{"count":9,"jwts":[]}`) }},
		"only one page of many":                     {9, []countKind{countTotal}, func(s *historyServer) { s.broken[1] = reply(200, `{"jwts":[]}`) }},
	}
	for sentence, test := range tests {
		if test.counts == nil {
			test.counts = []countKind{countTotal, countOfPage, countNone, bareArray}
		}
		for _, count := range test.counts {
			s := newHistory(test.rows, 3)
			s.count = count
			test.setUp(s)
			t.Run(sentence+", "+s.String(), func(t *testing.T) {
				t.Parallel()
				_, err := walkThrough(t, s, nil)
				if !errors.Is(err, ErrIncompleteHistory) {
					t.Fatalf("got %v, want ErrIncompleteHistory", err)
				}
				apiErrorOf(t, err, 200, 1)
				if len(s.requests) > 100 {
					t.Errorf("sent %d requests", len(s.requests))
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
		count          countKind
	}{
		"seven rows, a bare array":  {7, 5, bareArray},
		"seven rows, no count":      {7, 5, countNone},
		"seven rows, a total":       {7, 5, countTotal},
		"none, a bare array":        {0, 2, bareArray},
		"none, no count":            {0, 2, countNone},
		"none, a total":             {0, 1, countTotal},
		"none, a count of the page": {0, 1, countOfPage},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := newHistory(test.rows, 3)
			s.oneBased, s.emptyZero, s.count = true, true, test.count
			rows, err := walkThrough(t, s, nil)
			if err != nil || len(s.requests) != test.requests {
				t.Errorf("got %v after %d requests, want no error after %d", err, len(s.requests), test.requests)
			}
			sameRows(t, rows, test.rows, 1)
		})
	}
	s := newHistory(7, 3)
	s.count = bareArray
	if rows, err := walkThrough(t, s, &ListHistoryOptions{Page: 5}); err != nil || len(rows) > 0 || len(s.requests) != 1 {
		t.Errorf("from a later page: got %v, %v after %d requests, want 1", rows, err, len(s.requests))
	}
}

func TestHistory_pageIgnoredTakesThreeRequests(t *testing.T) {
	t.Parallel()
	s := newHistory(7, 3)
	s.pageIgnored = true
	rows, err := walkThrough(t, s, nil)
	sameRows(t, rows, 7, 5)
	if !errors.Is(err, ErrIncompleteHistory) || len(s.requests) != 3 {
		t.Errorf("got %v after %d requests, want ErrIncompleteHistory after 3", err, len(s.requests))
	}
}

func TestHistory_completeInSpiteOfOddities(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows  int
		setUp func(*historyServer)
	}{
		"a server that counts from 1 and has an empty page 0": {7, func(s *historyServer) { s.oneBased, s.emptyZero = true, true }},
		"a page ignored that holds everything":                {2, func(s *historyServer) { s.pageIgnored, s.perPageStated = true, true }},
		"the last page again and again":                       {8, func(s *historyServer) { s.clamped = true }},
		"the last page again and again, and it is full":       {9, func(s *historyServer) { s.clamped = true }},
		"one sign-in while everything is on one page of unknown size": {1, func(s *historyServer) {
			s.pageSize = 40
			s.before[1] = func(s *historyServer) { s.signIn(1) }
		}},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := newHistory(test.rows, 3)
			test.setUp(s)
			rows, err := walkThrough(t, s, nil)
			if err != nil {
				t.Errorf("got %v, want no error", err)
			}
			sameRows(t, rows, test.rows, 1)
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
				opts := &ListHistoryOptions{Page: start}
				rows, err := walkThrough(t, &s, opts)
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				skipped := start
				if s.oneBased {
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
	s := newHistory(4, 3)
	s.pageIgnored = true
	if _, err := walkThrough(t, s, &ListHistoryOptions{Page: 1}); !errors.Is(err, ErrIncompleteHistory) {
		t.Errorf("a server that ignores the page: got %v, want ErrIncompleteHistory", err)
	}
}

func TestHistory_errorOnALaterPage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		broken step
		want   error
	}{
		"a 401":               {reply(401, "Unauthorized"), ErrUnauthorized},
		"HTML":                {reply(200, "<html>"), ErrUnexpectedResponse},
		"a connection broken": {breakOff(io.EOF), io.EOF},
		"a failure in a 200":  {reply(200, `{"success":false,"msg":"tired"}`), nil},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			s := newHistory(9, 3)
			s.broken[2] = test.broken
			rows, err := walkThrough(t, s, nil)
			sameRows(t, rows, 9, 4)
			if test.want != nil && !errors.Is(err, test.want) || test.want == nil && (err == nil || !strings.Contains(err.Error(), "tired")) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if len(s.requests) != 3 {
				t.Errorf("sent %d requests, want 3", len(s.requests))
			}
		})
	}
}
