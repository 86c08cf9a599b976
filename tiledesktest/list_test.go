package tiledesktest_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestServer_listShowsTheCallersOwnTokensNewestFirst(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	s.AddUser("other@example.com", password)
	s.Issue("other@example.com", 3)
	want := jtis(s.Issue(agent, 5))
	slices.Reverse(want)
	if got := listJTIs(s, ""); !slices.Equal(got, want) {
		t.Errorf("the list shows %v, want %v", got, want)
	}
}

func TestIssue_eachTokenIsYoungerThanTheOneBefore(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	before := time.Now()
	s.Issue(agent, 500)
	if tokens := s.Issue(agent, 0); len(tokens) != 0 {
		t.Errorf("Issue of none gave %d tokens", len(tokens))
	}
	s.Issue(agent, 1)
	signIn(t, s, `{"email":"agent@example.com","password":"`+password+`"}`).wantStatus(t, http.StatusOK)
	s.IssueWithoutJTI(agent, 2)

	var last string
	for page := 12; page >= 0; page-- {
		rows := entries(s, fmt.Sprintf("/jwt/history?page=%d", page), basic(agent, password))
		for _, row := range slices.Backward(rows) {
			if row.CreatedAt <= last {
				t.Fatalf("%s is not younger than %s", row.CreatedAt, last)
			}
			last = row.CreatedAt
		}
	}
	newest, err := time.Parse(time.RFC3339, last)
	if err != nil || newest.Before(before.Add(-time.Millisecond)) || newest.After(time.Now().Add(time.Second)) {
		t.Errorf("the newest token is of %s, want about %s", last, before)
	}
}

func TestIssueAt_putsTokensAtTheirTime(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	young := s.Issue(agent, 1)
	old := s.IssueAt(agent, noon, 3)
	between := s.IssueAt(agent, noon.Add(time.Millisecond), 1)

	want := jtis([]string{old[0], old[1], between[0], old[2], young[0]})
	if got := listJTIs(s, "direction=1"); !slices.Equal(got, want) {
		t.Errorf("the list shows %v, want %v", got, want)
	}
	if got := jtis(s.Tokens(agent)); !slices.Equal(got, want) {
		t.Errorf("Tokens gives %v, want %v", got, want)
	}
	row := entries(s, "/jwt/history?direction=1", basic(agent, password))[0]
	if row.CreatedAt != "2026-01-02T12:00:00.000Z" || row.UpdatedAt != row.CreatedAt {
		t.Errorf("times %s and %s, want noon", row.CreatedAt, row.UpdatedAt)
	}
	if iat := claimsOf(old[0])["iat"]; iat != float64(noon.Unix()) {
		t.Errorf("iat %v, want %d", iat, noon.Unix())
	}
}

func TestServer_listIsSortedByTheFieldAskedFor(t *testing.T) {
	t.Parallel()
	s := tiledesktest.NewServer(t)
	s.AddUser(agent, password)
	tokens := s.Issue(agent, 9)
	oldest := jtiOf(tokens[0])
	s.IssueWithoutJTI(agent, 1)
	revoke(t, s, "/jwt/history/"+oldest).wantStatus(t, http.StatusOK)

	byJTI := func(a, b listed) int { return strings.Compare(a.JTI, b.JTI) }
	byID := func(a, b listed) int { return strings.Compare(a.ID, b.ID) }
	byUpdate := func(a, b listed) int { return strings.Compare(a.UpdatedAt, b.UpdatedAt) }
	byCreation := func(a, b listed) int { return strings.Compare(a.CreatedAt, b.CreatedAt) }
	byStatus := func(a, b listed) int { return cmp.Compare(a.Status, b.Status) }
	for field, order := range map[string]func(a, b listed) int{
		"jti": byJTI, "_id": byID, "updatedAt": byUpdate, "createdAt": byCreation, "status": byStatus, "": byCreation,
	} {
		for range 2 { // the second answer comes from what the first computed
			rows := entries(s, "/jwt/history?direction=1&sortField="+field, basic(agent, password))
			if len(rows) != 10 || !slices.IsSortedFunc(rows, order) {
				t.Errorf("%d entries, not ascending by %q: %v", len(rows), field, rows)
			}
			rows = entries(s, "/jwt/history?direction=-1&sortField="+field, basic(agent, password))
			slices.Reverse(rows)
			if len(rows) != 10 || !slices.IsSortedFunc(rows, order) {
				t.Errorf("%d entries, not descending by %q: %v", len(rows), field, rows)
			}
		}
	}
	s.Issue(agent, 1)
	if got := listJTIs(s, "direction=1&sortField=jti"); len(got) != 11 || !slices.IsSorted(got) {
		t.Errorf("after a sign-in: %v, want 11 in order", got)
	}
}

func TestWithSortParam_namesTheParameterThatTheListReads(t *testing.T) {
	t.Parallel()
	for name, params := range map[string][2]string{"sort": {"sort", "sortField"}, "": {"sortField", "sort"}} {
		s := tiledesktest.NewServer(t, tiledesktest.WithSortParam(name))
		s.AddUser(agent, password)
		byCreation := jtis(s.Issue(agent, 20))
		byJTI := slices.Sorted(slices.Values(byCreation))
		if got := listJTIs(s, "direction=1&"+params[0]+"=jti"); !slices.Equal(got, byJTI) {
			t.Errorf("%q: %s: %v, want %v", name, params[0], got, byJTI)
		}
		if got := listJTIs(s, "direction=1&"+params[1]+"=jti"); !slices.Equal(got, byCreation) {
			t.Errorf("%q: %s: %v, want %v", name, params[1], got, byCreation)
		}
	}
}

func TestServer_pagesAreCountedAsTheOptionsSay(t *testing.T) {
	t.Parallel()
	oneBased, ignored := tiledesktest.WithOneBasedPages(), tiledesktest.WithPageIgnored()
	for _, c := range []struct {
		name   string
		option tiledesktest.Option
		query  string
		want   []int // ages: 0 is the newest
	}{
		{"no page is the first", nil, "", []int{0, 1}},
		{"page 0 is the first", nil, "page=0", []int{0, 1}},
		{"page 1 is the second", nil, "page=1", []int{2, 3}},
		{"the last page is short", nil, "page=2", []int{4}},
		{"a page past the end is empty", nil, "page=3", nil},
		{"a huge page is empty", nil, "page=4611686018427387905", nil},
		{"a page that is not a number is the first", nil, "page=x", []int{0, 1}},
		{"white space in front of a number is skipped", nil, "page=%20%091", []int{2, 3}},
		{"a page that begins with a number is that", nil, "page=1.9", []int{2, 3}},
		{"one-based: no page is the first", oneBased, "", []int{0, 1}},
		{"one-based: page 0 is the first", oneBased, "page=0", []int{0, 1}},
		{"one-based: page 1 is the first", oneBased, "page=1", []int{0, 1}},
		{"one-based: page 3 is the last", oneBased, "page=3", []int{4}},
		{"ignored: page 2 is the first", ignored, "page=2", []int{0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := tiledesktest.NewServer(t, tiledesktest.WithPageSize(2), c.option)
			s.AddUser(agent, password)
			newest := jtis(s.Issue(agent, 5))
			slices.Reverse(newest)
			var want []string
			for _, age := range c.want {
				want = append(want, newest[age])
			}
			if got := listJTIs(s, c.query); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestServer_negativePageIsAnError(t *testing.T) {
	t.Parallel()
	for _, option := range []tiledesktest.Option{nil, tiledesktest.WithOneBasedPages()} {
		s := tiledesktest.NewServer(t, option)
		s.AddUser(agent, password)
		send(t, s, http.MethodGet, "/jwt/history?page=-1", basic(agent, password), "").
			want(t, http.StatusInternalServerError, `{"success":false,"msg":"Error getting object."}`)
	}
}

func TestServer_envelopeIsThatOfTheOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		options []tiledesktest.Option
		prefix  string
	}{
		{"all of them", nil, `{"perPage":40,"count":50,"jwts":[{"_id"`},
		{"a page size below one", []tiledesktest.Option{tiledesktest.WithPageSize(0)}, `{"perPage":40,`},
		{"no count", []tiledesktest.Option{tiledesktest.WithoutCount()}, `{"perPage":40,"jwts":[{"_id"`},
		{"count of the page", []tiledesktest.Option{tiledesktest.WithPageCount()}, `{"perPage":40,"count":40,`},
		{"no envelope", []tiledesktest.Option{tiledesktest.WithBareArray()}, `[{"_id"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := tiledesktest.NewServer(t, c.options...)
			s.AddUser(agent, password)
			s.Issue(agent, 50)
			got := send(t, s, http.MethodGet, "/jwt/history", basic(agent, password), "")
			if !strings.HasPrefix(got.body, c.prefix) {
				t.Errorf("the body begins with %.60s, want %s", got.body, c.prefix)
			}
		})
	}
}

func listJTIs(s *tiledesktest.Server, query string) []string {
	var got []string
	for _, row := range entries(s, "/jwt/history?"+query, basic(agent, password)) {
		got = append(got, row.JTI)
	}
	return got
}

func revoke(t *testing.T, s *tiledesktest.Server, path string) answer {
	t.Helper()
	return send(t, s, http.MethodDelete, path, basic(agent, password), "")
}
