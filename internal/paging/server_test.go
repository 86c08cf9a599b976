package paging_test

import (
	"encoding/binary"
	"slices"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// pageOf is what a server answers to a request for that page, as the walk sees it:
// values where a real one answers JSON.
func pageOf(s *servertest.HistoryServer, number int) paging.Page {
	rows := s.Page(number, number > 0)
	answer := paging.Page{Count: -1}
	if s.PerPageStated {
		answer.PerPage = s.PageSize
	}
	switch s.Count {
	case servertest.CountTotal:
		answer.Count = len(s.Rows)
	case servertest.CountOfPage:
		answer.Count = len(rows)
	}
	for _, row := range rows {
		answer.Rows = append(answer.Rows, paging.Row{Key: keyOf(row), Named: !s.Anonymous, Size: 1})
	}
	return answer
}

func keyOf(row int) (key paging.Key) {
	binary.BigEndian.PutUint64(key[:], uint64(row))
	return key
}

func rowOf(key paging.Key) int { return int(binary.BigEndian.Uint64(key[:])) }

// outcome is what a walk came to.
type outcome struct {
	given    []int // rows in the order in which they came
	there    []int // rows that were there from the first request to the last
	missed   string
	exceeded string
	requests int
}

// unseen are the rows that were there all the time and did not come.
func (o outcome) unseen() []int {
	return slices.DeleteFunc(slices.Clone(o.there), func(row int) bool { return slices.Contains(o.given, row) })
}

// twice reports whether a row came more than once.
func (o outcome) twice() bool {
	sorted := slices.Sorted(slices.Values(o.given))
	return len(slices.Compact(sorted)) != len(o.given)
}

// walkOver walks through the server from a page, up to some requests.
func walkOver(s *servertest.HistoryServer, start int, limits paging.Limits) (o outcome) {
	walk := paging.NewWalk(start, limits)
	for done := false; !done && o.requests < 10_000; o.requests++ {
		if event := s.Before[o.requests]; event != nil {
			event(s)
		}
		if o.requests == 0 {
			o.there = slices.Clone(s.Rows)
		} else {
			o.there = slices.DeleteFunc(o.there, func(row int) bool { return !slices.Contains(s.Rows, row) })
		}
		page := pageOf(s, start+o.requests)
		var fresh []int
		fresh, done = walk.Next(page)
		for _, i := range fresh {
			o.given = append(o.given, rowOf(page.Rows[i].Key))
		}
	}
	o.missed, o.exceeded = walk.Missed(), walk.Exceeded()
	return o
}
