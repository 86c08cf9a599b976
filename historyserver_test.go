package tiledesk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A countKind is what a list says about the number of its entries.
type countKind int

const (
	countTotal countKind = iota
	countOfPage
	countNone
	bareArray
)

// historyServer is a transport that answers as a server with a history would: one
// of the many that the closed module may be.
type historyServer struct {
	rows     []int // newest first; a row is a number
	pageSize int
	count    countKind

	perPageStated bool
	oneBased      bool
	emptyZero     bool // with oneBased: page 0 is there, and empty
	ascending     bool
	pageIgnored   bool
	circular      bool // beyond the last page comes the first
	clamped       bool // beyond the last page comes the last
	anonymous     bool // entries have neither _id nor jti
	before        map[int]func(*historyServer)
	broken        map[int]step // answers in the list's place

	requests []string // the query of each
	newest   int
}

// newHistory has n rows, numbered from the oldest, 1.
func newHistory(n, pageSize int) *historyServer {
	s := &historyServer{pageSize: pageSize, before: map[int]func(*historyServer){}, broken: map[int]step{}}
	s.signIn(n)
	return s
}

func (s *historyServer) signIn(n int) {
	for range n {
		s.newest++
		s.rows = slices.Insert(s.rows, 0, s.newest)
	}
}

// hide takes rows off the list, as a server does that hides revoked tokens.
func (s *historyServer) hide(rows ...int) {
	s.rows = slices.DeleteFunc(s.rows, func(row int) bool { return slices.Contains(rows, row) })
}

// RoundTrip answers request number n, after what happens before it.
func (s *historyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	n := len(s.requests)
	s.requests = append(s.requests, r.URL.RawQuery)
	if event := s.before[n]; event != nil {
		event(s)
	}
	if broken := s.broken[n]; broken != nil {
		return broken(r)
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return answer(200, s.render(s.page(page, r.URL.Query().Has("page")))), nil
}

func (s *historyServer) page(page int, asked bool) []int {
	rows := slices.Clone(s.rows)
	if s.ascending {
		slices.Reverse(rows)
	}
	if s.oneBased {
		if s.emptyZero && page == 0 || page == 0 && asked {
			return nil
		}
		page = max(page-1, 0)
	}
	last := max(0, (len(rows)-1)/s.pageSize)
	switch {
	case s.pageIgnored:
		page = 0
	case s.circular:
		page %= last + 1
	case s.clamped:
		page = min(page, last)
	}
	from := min(page*s.pageSize, len(rows))
	return rows[from:min(from+s.pageSize, len(rows))]
}

func (s *historyServer) render(rows []int) string {
	entries := make([]string, len(rows))
	for i, row := range rows {
		if entries[i] = fmt.Sprintf(`{"row":%d,"_id":"id-%d","jti":"jti-%d"}`, row, row, row); s.anonymous {
			entries[i] = fmt.Sprintf(`{"row":%d}`, row)
		}
	}
	list := "[" + strings.Join(entries, ",") + "]"
	perPage := ""
	if s.perPageStated {
		perPage = fmt.Sprintf(`"perPage":%d,`, s.pageSize)
	}
	switch s.count {
	case countTotal:
		return fmt.Sprintf(`{%s"count":%d,"jwts":%s}`, perPage, len(s.rows), list)
	case countOfPage:
		return fmt.Sprintf(`{%s"count":%d,"jwts":%s}`, perPage, len(rows), list)
	case countNone:
		return fmt.Sprintf(`{%s"jwts":%s}`, perPage, list)
	}
	return list
}

// String says which server it is.
func (s *historyServer) String() string {
	shape := []string{"total", "count of the page", "no count", "bare array"}[s.count]
	text := fmt.Sprintf("%d rows, %d a page, %s", len(s.rows), s.pageSize, shape)
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

// fatal is the part of testing.T that rapid has too.
type fatal interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// historyClient talks to the server; it neither waits nor retries.
func historyClient(t fatal, s http.RoundTripper) *Client {
	t.Helper()
	client, err := NewClient(JWTAuth(testToken), withTransport(s), WithRateLimiter(nil), WithRetryPolicy(RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// walkThrough ranges over the history and returns the rows in the order in which
// they came. It asserts what holds for every walk: an error comes last, once and
// without a token.
func walkThrough(t fatal, s *historyServer, opts *ListHistoryOptions) (rows []int, failure error) {
	t.Helper()
	for token, err := range historyClient(t, s).JWT.History(context.Background(), opts) {
		if failure != nil {
			t.Fatalf("something came after the error %v", failure)
		}
		if (token == nil) == (err == nil) {
			t.Fatalf("got token %v and error %v, want one of them", token, err)
		}
		if failure = err; err != nil {
			continue
		}
		var row int
		if _, err := token.Field("row", &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
		if len(s.requests) > 10_000 {
			t.Fatal("the walk does not end")
		}
	}
	return rows, failure
}

// sameRows asserts that each row from high down to low came once, in any order.
func sameRows(t *testing.T, got []int, high, low int) {
	t.Helper()
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	var want []int
	for row := low; row <= high; row++ {
		want = append(want, row)
	}
	if !slices.Equal(sorted, want) {
		t.Errorf("got rows %v, want %d to %d, each once", got, high, low)
	}
}
