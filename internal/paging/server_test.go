package paging

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A countKind is what a list says about the number of its entries.
type countKind int

const (
	countTotal countKind = iota
	countOfPage
	countNone
	countKinds
)

// server is a list that pages in one of the many ways in which the closed module
// may; it answers values where a real one answers JSON.
type server struct {
	rows     []int // newest first; a row is a number
	newest   int
	pageSize int
	count    countKind

	perPageStated bool
	oneBased      bool
	emptyZero     bool // with oneBased: page 0 is there, and empty
	ascending     bool
	pageIgnored   bool
	circular      bool // beyond the last page comes the first
	clamped       bool // beyond the last page comes the last
	anonymous     bool // rows name no token

	before map[int]func(*server) // what happens before a request
}

// newServer has n rows, numbered from the oldest, 1.
func newServer(n, pageSize int) *server {
	s := &server{pageSize: pageSize, before: map[int]func(*server){}}
	s.signIn(n)
	return s
}

func (s *server) signIn(n int) {
	for range n {
		s.newest++
		s.rows = slices.Insert(s.rows, 0, s.newest)
	}
}

func (s *server) hide(rows ...int) {
	s.rows = slices.DeleteFunc(s.rows, func(row int) bool { return slices.Contains(rows, row) })
}

// page answers a request for that page.
func (s *server) page(number int) Page {
	rows := slices.Clone(s.rows)
	if s.ascending {
		slices.Reverse(rows)
	}
	answer := Page{Count: -1}
	if s.perPageStated {
		answer.PerPage = s.pageSize
	}
	total := len(rows)
	rows = s.cut(rows, number)
	switch s.count {
	case countTotal:
		answer.Count = total
	case countOfPage:
		answer.Count = len(rows)
	}
	for _, row := range rows {
		answer.Rows = append(answer.Rows, Row{Key: keyOf(row), Named: !s.anonymous, Size: 1})
	}
	return answer
}

func (s *server) cut(rows []int, number int) []int {
	if s.oneBased {
		if s.emptyZero && number == 0 {
			return nil
		}
		number = max(number-1, 0)
	}
	last := max(0, (len(rows)-1)/s.pageSize)
	switch {
	case s.pageIgnored:
		number = 0
	case s.circular:
		number %= last + 1
	case s.clamped:
		number = min(number, last)
	}
	from := min(number*s.pageSize, len(rows))
	return rows[from:min(from+s.pageSize, len(rows))]
}

func keyOf(row int) (key Key) {
	binary.BigEndian.PutUint64(key[:], uint64(row))
	return key
}

func rowOf(key Key) int { return int(binary.BigEndian.Uint64(key[:])) }

// String says which server it is.
func (s *server) String() string {
	text := fmt.Sprintf("%d rows, %d a page, %s", len(s.rows), s.pageSize, []string{"total", "count of the page", "no count"}[s.count])
	for _, kind := range []struct {
		is   bool
		name string
	}{
		{s.perPageStated, "perPage"}, {s.oneBased, "from 1"}, {s.emptyZero, "page 0 empty"}, {s.ascending, "ascending"},
		{s.pageIgnored, "page ignored"}, {s.circular, "circular"}, {s.clamped, "clamped"}, {s.anonymous, "anonymous"},
	} {
		if kind.is {
			text += ", " + kind.name
		}
	}
	return text
}

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

// walk walks through the server from a page, up to some requests.
func (s *server) walk(start int, limits Limits) (o outcome) {
	walk := NewWalk(start, limits)
	for done := false; !done && o.requests < 10_000; o.requests++ {
		if event := s.before[o.requests]; event != nil {
			event(s)
		}
		if o.requests == 0 {
			o.there = slices.Clone(s.rows)
		} else {
			o.there = slices.DeleteFunc(o.there, func(row int) bool { return !slices.Contains(s.rows, row) })
		}
		page := s.page(start + o.requests)
		var fresh []int
		fresh, done = walk.Next(page)
		for _, i := range fresh {
			o.given = append(o.given, rowOf(page.Rows[i].Key))
		}
	}
	o.missed, o.exceeded = walk.Missed(), walk.Exceeded()
	return o
}
