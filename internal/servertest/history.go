package servertest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// A CountKind is what a list says about the number of its entries.
type CountKind int

// What it may say: the total, the number on the page, or nothing; a bare array has
// no room for it.
const (
	CountTotal CountKind = iota
	CountOfPage
	CountNone
	BareArray
)

// HistoryServer is a transport that answers as a server with a history would: one
// of the many that the closed module may be.
type HistoryServer struct {
	Rows     []int // newest first; a row is a number
	PageSize int
	Count    CountKind

	PerPageStated bool
	OneBased      bool
	EmptyZero     bool // with OneBased: page 0 is there, and empty
	Ascending     bool
	PageIgnored   bool
	Circular      bool // beyond the last page comes the first
	Clamped       bool // beyond the last page comes the last
	Anonymous     bool // entries have neither _id nor jti
	Before        map[int]func(*HistoryServer)
	Broken        map[int]Step // answers in the list's place

	Requests []string // the query of each
	Newest   int
}

// NewHistory has n rows, numbered from the oldest, 1.
func NewHistory(n, pageSize int) *HistoryServer {
	s := &HistoryServer{PageSize: pageSize, Before: map[int]func(*HistoryServer){}, Broken: map[int]Step{}}
	s.SignIn(n)
	return s
}

// SignIn adds n rows on top.
func (s *HistoryServer) SignIn(n int) {
	for range n {
		s.Newest++
		s.Rows = slices.Insert(s.Rows, 0, s.Newest)
	}
}

// Hide takes rows off the list, as a server does that hides revoked tokens.
func (s *HistoryServer) Hide(rows ...int) {
	s.Rows = slices.DeleteFunc(s.Rows, func(row int) bool { return slices.Contains(rows, row) })
}

// RoundTrip answers request number n, after what happens before it.
func (s *HistoryServer) RoundTrip(r *http.Request) (*http.Response, error) {
	n := len(s.Requests)
	s.Requests = append(s.Requests, r.URL.RawQuery)
	if event := s.Before[n]; event != nil {
		event(s)
	}
	if broken := s.Broken[n]; broken != nil {
		return broken(r)
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return Answer(200, s.render(s.Page(page, r.URL.Query().Has("page")))), nil
}

// Page are the rows of a page; asked is false where a request names no page, which is 0 then.
func (s *HistoryServer) Page(page int, asked bool) []int {
	rows := slices.Clone(s.Rows)
	if s.Ascending {
		slices.Reverse(rows)
	}
	if s.OneBased {
		if s.EmptyZero && page == 0 || page == 0 && asked {
			return nil
		}
		page = max(page-1, 0)
	}
	last := max(0, (len(rows)-1)/s.PageSize)
	switch {
	case s.PageIgnored:
		page = 0
	case s.Circular:
		page %= last + 1
	case s.Clamped:
		page = min(page, last)
	}
	from := min(page*s.PageSize, len(rows))
	return rows[from:min(from+s.PageSize, len(rows))]
}

func (s *HistoryServer) render(rows []int) string {
	entries := make([]string, len(rows))
	for i, row := range rows {
		if entries[i] = fmt.Sprintf(`{"row":%d,"_id":"id-%d","jti":"jti-%d"}`, row, row, row); s.Anonymous {
			entries[i] = fmt.Sprintf(`{"row":%d}`, row)
		}
	}
	list := "[" + strings.Join(entries, ",") + "]"
	perPage := ""
	if s.PerPageStated {
		perPage = fmt.Sprintf(`"perPage":%d,`, s.PageSize)
	}
	switch s.Count {
	case CountTotal:
		return fmt.Sprintf(`{%s"count":%d,"jwts":%s}`, perPage, len(s.Rows), list)
	case CountOfPage:
		return fmt.Sprintf(`{%s"count":%d,"jwts":%s}`, perPage, len(rows), list)
	case CountNone:
		return fmt.Sprintf(`{%s"jwts":%s}`, perPage, list)
	}
	return list
}

// String says which server it is.
func (s *HistoryServer) String() string {
	shape := []string{"total", "count of the page", "no count", "bare array"}[s.Count]
	text := fmt.Sprintf("%d rows, %d a page, %s", len(s.Rows), s.PageSize, shape)
	for _, kind := range []struct {
		is   bool
		name string
	}{
		{s.PerPageStated, "perPage"}, {s.OneBased, "from 1"}, {s.EmptyZero, "page 0 empty"}, {s.Ascending, "ascending"},
		{s.PageIgnored, "page ignored"}, {s.Circular, "circular"}, {s.Clamped, "clamped"}, {s.Anonymous, "anonymous"},
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

// HistoryClient talks to the server; it neither waits nor retries.
func HistoryClient(t fatal, s http.RoundTripper) *tiledesk.Client {
	t.Helper()
	client, err := tiledesk.NewClient(tiledesk.JWTAuth(Token), WithTransport(s), tiledesk.WithRateLimiter(nil), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{}))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// WalkThrough ranges over the history and returns the rows in the order in which
// they came. It asserts what holds for every walk: an error comes last, once and
// without a token.
func WalkThrough(t fatal, s *HistoryServer, opts *tiledesk.ListHistoryOptions) (rows []int, failure error) {
	t.Helper()
	for token, err := range HistoryClient(t, s).JWT.History(context.Background(), opts) {
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
		if len(s.Requests) > 10_000 {
			t.Fatal("the walk does not end")
		}
	}
	return rows, failure
}

// SameRows asserts that each row from high down to low came once, in any order.
func SameRows(t *testing.T, got []int, high, low int) {
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
