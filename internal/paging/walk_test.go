package paging_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/paging"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// What Missed says, by its beginning.
const (
	complete  = ""
	repeating = "the server gives the same page again and again"
	rushed    = "a whole page of new tokens came in"
	fell      = "the server's count fell"
	short     = "the server counts more tokens than it listed"
)

// parsePage reads "9 8 7 count=9 perPage=3"; without a count it is unknown. Rows
// of negative number name no token.
func parsePage(t *testing.T, text string) paging.Page {
	t.Helper()
	page := paging.Page{Count: -1}
	for field := range strings.FieldsSeq(text) {
		name, number, named := strings.Cut(field, "=")
		if !named {
			number = name
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case !named:
			page.Rows = append(page.Rows, paging.Row{Key: keyOf(n), Named: n >= 0, Size: 1})
		case name == "count":
			page.Count = n
		default:
			page.PerPage = n
		}
	}
	return page
}

// play walks through the pages, which must be over with the last one and not
// before, and asserts which rows came and what was missed.
func play(t *testing.T, start int, pages []string, given, missed string) {
	t.Helper()
	walk := paging.NewWalk(start, paging.Limits{})
	var came []string
	for i, text := range pages {
		page := parsePage(t, text)
		fresh, done := walk.Next(page)
		for _, row := range fresh {
			came = append(came, fmt.Sprint(rowOf(page.Rows[row].Key)))
		}
		if last := i == len(pages)-1; done != last {
			t.Errorf("done is %t after page %d of %q", done, i, pages)
		}
	}
	if got := strings.Join(came, " "); got != given {
		t.Errorf("%q gave the rows %s, want %s", pages, got, given)
	}
	if got := walk.Missed(); missed == "" && got != "" || !strings.HasPrefix(got, missed) {
		t.Errorf("%q missed: %q, want %q", pages, got, missed)
	}
	if got := walk.Exceeded(); got != "" {
		t.Errorf("%q exceeded %s", pages, got)
	}
}

func TestWalk_count(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		start  int
		pages  []string
		given  string
		missed string
	}{
		"steady":                                  {0, []string{"3 2 count=3", "1 count=3", "count=3"}, "3 2 1", complete},
		"grows by less than a page":               {0, []string{"3 2 count=3", "2 1 count=4", "count=4"}, "3 2 1", complete},
		"falls":                                   {0, []string{"4 3 count=4", "1 count=3", "count=3"}, "4 3 1", fell},
		"falls and recovers":                      {0, []string{"9 8 7 count=9", "6 5 4 count=8", "3 2 1 count=9", "count=9"}, "9 8 7 6 5 4 3 2 1", fell},
		"falls to what is on the page":            {0, []string{"9 8 7 count=9", "6 5 4 count=3", "count=3"}, "9 8 7 6 5 4", fell},
		"falls to nothing":                        {0, []string{"9 8 7 count=9", "6 5 4 count=9", "count=0"}, "9 8 7 6 5 4", fell},
		"grows, and falls to before":              {0, []string{"6 5 4 count=6", "4 3 2 count=7", "1 count=6", "count=6"}, "6 5 4 3 2 1", fell},
		"falls before it is known to be a total":  {0, []string{"3 2 1 count=3", "3 2 count=2", "count=2"}, "3 2 1", fell},
		"of the page, which gets shorter":         {0, []string{"3 2 count=2", "1 count=1", "count=0"}, "3 2 1", complete},
		"more than was listed":                    {0, []string{"3 2 count=4", "1 count=4", "count=4"}, "3 2 1", short},
		"more than was listed, told late":         {0, []string{"3 2", "1 count=4", "count=4"}, "3 2 1", short},
		"more than was listed, from a later page": {1, []string{"1 count=3", "count=3"}, "1", complete},
		"told once":                               {0, []string{"3 2 count=3", "1", ""}, "3 2 1", complete},

		"grows by a full page, as it says":               {0, []string{"1 count=1 perPage=3", "count=4"}, "1", rushed},
		"grows by a full page, as the first one was":     {0, []string{"1 2 3 count=7", "4 5 6 count=7", "7 count=7", "10 count=10", "count=10"}, "1 2 3 4 5 6 7 10", rushed},
		"grows by less than the first page":              {0, []string{"1 2 3 count=7", "4 5 6 count=7", "7 count=7", "count=9"}, "1 2 3 4 5 6 7", complete},
		"grows by a full page, from a later page":        {1, []string{"6 5 count=8", "4 3 count=10", "count=10"}, "6 5 4 3", rushed},
		"grows by a short page, from a later page":       {3, []string{"2 1 count=8", "0 count=9", "count=9"}, "2 1 0", complete},
		"grows after a short page, from a later page":    {3, []string{"2 1 count=8", "count=10"}, "2 1", complete},
		"grows by a full page, but two requests apart":   {0, []string{"6 5 count=6", "5 4", "4 3 count=8", "2 1 count=8", "count=8"}, "6 5 4 3 2 1", complete},
		"grows by one, all being on the first page":      {0, []string{"1 count=1", "count=2"}, "1", complete},
		"grows by a page of one row":                     {0, []string{"3 count=3 perPage=1", "2 count=4", "1 count=4", "0 count=4", "count=4"}, "3 2 1 0", rushed},
		"grows by a page behind the first one":           {0, []string{"6 5 count=6", "6 5 count=8", "4 3 count=8", "2 1 count=8", "count=8"}, "6 5 4 3 2 1", rushed},
		"the first page comes twice, and the count does": {0, []string{"6 5 count=6", "6 5 count=6", "4 3 count=6", "2 1 count=6", "count=6"}, "6 5 4 3 2 1", complete},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			play(t, test.start, test.pages, test.given, test.missed)
		})
	}
}

func TestWalk_repetitions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		start  int
		pages  []string
		given  string
		missed string
	}{
		"the page is ignored":                     {0, []string{"3 2", "3 2", "3 2"}, "3 2", repeating},
		"the page is ignored, from a later one":   {1, []string{"3 2 count=2", "3 2 count=2", "3 2 count=2"}, "3 2", repeating},
		"the page is ignored, from a later, all":  {1, []string{"3 2 perPage=3 count=2", "3 2 count=2", "3 2 count=2"}, "3 2", repeating},
		"the page is ignored, all is on it":       {0, []string{"3 2 perPage=3 count=2", "3 2 count=2", "3 2 count=2"}, "3 2", complete},
		"the page is ignored, it is full":         {0, []string{"3 2 perPage=2 count=2", "3 2 count=2", "3 2 count=2"}, "3 2", repeating},
		"the page is ignored, there are more":     {0, []string{"3 2 count=3", "3 2 count=3", "3 2 count=3"}, "3 2", repeating},
		"the page is ignored, the count grew":     {0, []string{"2 1 perPage=3 count=2", "3 2 1 count=3", "3 2 1 count=3", "3 2 1 count=3"}, "2 1 3", repeating},
		"the page is ignored, a count is lacking": {0, []string{"3 2 perPage=3 count=2", "3 2", "3 2 count=2"}, "3 2", repeating},
		"the page is ignored, a row was replaced": {0, []string{"3 2 count=3", "4 2 count=3", "4 2 count=3", "4 2 count=3"}, "3 2 4", repeating},
		"the last page again and again":           {0, []string{"3 2 count=3", "1 count=3", "1 count=3", "1 count=3"}, "3 2 1", complete},
		"the last page again, nobody counts":      {0, []string{"3 2", "1", "1", "1"}, "3 2 1", complete},
		"the last page again, it is full":         {0, []string{"4 3 count=4", "2 1 count=4", "2 1 count=4", "2 1 count=4"}, "4 3 2 1", complete},
		"the last page again, full, no count":     {0, []string{"4 3", "2 1", "2 1", "2 1"}, "4 3 2 1", repeating},

		"the first page twice":                    {0, []string{"5 4", "5 4", "3 2", "1", ""}, "5 4 3 2 1", complete},
		"the first page twice, all is on it":      {0, []string{"5 4", "5 4", ""}, "5 4", complete},
		"the first page twice, and a sign-in":     {0, []string{"5 4", "6 5", "4 3", "2 1", ""}, "5 4 6 3 2 1", complete},
		"the first page twice, spread over three": {0, []string{"5 4 3", "7 6 5", "5 4", "3 2", "1", ""}, "5 4 3 7 6 2 1", complete},
		"spread over three, nothing new between":  {0, []string{"5 4 3", "6 5", "5 4", "4 3", "2 1", ""}, "5 4 3 6 2 1", complete},
		"the first page again, later":             {0, []string{"5 4", "3 2", "5 4", "1", ""}, "5 4 3 2 1", rushed},
		"from a later page, the same one twice":   {1, []string{"5 4", "5 4", "3", ""}, "5 4 3", rushed},

		"pushed down by one":                     {0, []string{"5 4", "4 3", "3 2", "2 1", ""}, "5 4 3 2 1", complete},
		"pushed down by a page":                  {0, []string{"6 5", "4 3", "4 3", "2 1", ""}, "6 5 4 3 2 1", rushed},
		"pushed down by a page, at the end":      {0, []string{"6 5", "4 3", "4 3", ""}, "6 5 4 3", rushed},
		"pushed down by less, at the end":        {0, []string{"6 5", "4 3", "3", ""}, "6 5 4 3", complete},
		"pushed down by more than a page":        {0, []string{"8 7", "6 5", "7 6", "5 4", ""}, "8 7 6 5 4", rushed},
		"rows of long ago beside new ones":       {0, []string{"9 8", "7 6", "5 4", "3 2", "7 1", ""}, "9 8 7 6 5 4 3 2 1", rushed},
		"pages of long ago, and then it ends":    {0, []string{"6 5", "4 3", "2 1", "6 5", "4 3"}, "6 5 4 3 2 1", repeating},
		"a shorter page that was pushed down":    {0, []string{"5 4 3", "2 1", "1", "1"}, "5 4 3 2 1", complete},
		"one page that brings nothing, then two": {0, []string{"6 5", "4 3", "3", "2 1", "1", ""}, "6 5 4 3 2 1", complete},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			play(t, test.start, test.pages, test.given, test.missed)
		})
	}
}

// Two rows that name the same token are one entry, two that name none are two.
func TestWalk_rowsAlike(t *testing.T) {
	t.Parallel()
	play(t, 0, []string{"2 2 1 count=3", ""}, "2 1", complete)
	play(t, 0, []string{"-2 -2 -1 count=3", ""}, "-2 -2 -1", complete)
	play(t, 0, []string{"-3 -2 -2", "-2 -2 -1", ""}, "-3 -2 -2 -1", complete)
	play(t, 0, []string{"3 2", "2 2", "1", ""}, "3 2 1", complete)
}

// A server that counts its pages from 1 may have nothing on page 0. It costs one
// request more to know.
func TestWalk_emptyPageZero(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		start int
		pages []string
		given string
	}{
		"nothing there":                {0, []string{"", ""}, ""},
		"nothing there, as it says":    {0, []string{"count=0"}, ""},
		"nothing from a later page on": {1, []string{""}, ""},
		"no more from a later page on": {1, []string{"count=3"}, ""},
		"more behind it":               {0, []string{"", "3 2", "1", ""}, "3 2 1"},
		"more behind it, as it says":   {0, []string{"count=3", "3 2 count=3", "1 count=3", "count=3"}, "3 2 1"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			play(t, test.start, test.pages, test.given, complete)
		})
	}
	play(t, 0, []string{"count=3", "count=3"}, "", short)
}

// forgetful is a server that shows, of 75 rows, two that a walk with a memory for
// the last pages and for some marks has forgotten: see the first page, and each
// second row for eight times its page's largest power of two.
type forgetful struct {
	shown  map[int]int
	marked map[int]bool
}

func (s *forgetful) page(number int) (page paging.Page) {
	page.Count = -1
	for row := 1; row <= 75 && len(page.Rows) < 2; row++ {
		last, shown := s.shown[row]
		if shown && (last == 0 || number-last <= 2 || s.marked[row] && number-last-1 <= 8*(last&-last)) {
			continue
		}
		s.shown[row], s.marked[row] = number, len(page.Rows) == 1
		page.Rows = append(page.Rows, paging.Row{Key: keyOf(row), Named: true, Size: 1})
	}
	return page
}

func TestWalk_endsWhereRowsComeAgain(t *testing.T) {
	t.Parallel()
	s := forgetful{shown: map[int]int{}, marked: map[int]bool{}}
	walk := paging.NewWalk(0, paging.Limits{})
	rows := 0
	for number := range 1000 {
		fresh, done := walk.Next(s.page(number))
		if rows += len(fresh); !done {
			continue
		}
		if rows > 75 || walk.Missed() == "" {
			t.Errorf("gave %d of 75 rows, missed %q", rows, walk.Missed())
		}
		return
	}
	t.Errorf("1000 pages of 75 rows, and no end")
}

func TestWalk_limits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows     int
		limits   paging.Limits
		given    int
		requests int
		exceeded string
	}{
		"no limit":                {10, paging.Limits{}, 10, 6, ""},
		"as many pages as it has": {10, paging.Limits{Pages: 6}, 10, 6, ""},
		"one page":                {10, paging.Limits{Pages: 1}, 2, 1, "1 pages"},
		"more pages":              {10, paging.Limits{Pages: 5}, 10, 5, "5 pages"},
		"as many rows as it has":  {10, paging.Limits{Bytes: 10}, 10, 6, ""},
		"one row":                 {10, paging.Limits{Bytes: 1}, 1, 1, "0 MiB of tokens"},
		"more rows":               {10, paging.Limits{Bytes: 9}, 9, 5, "0 MiB of tokens"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			got := walkOver(servertest.NewHistory(test.rows, 2), 0, test.limits)
			if len(got.given) != test.given || got.requests != test.requests || got.exceeded != test.exceeded {
				t.Errorf("gave %d rows in %d requests, exceeded %q; want %d, %d, %q",
					len(got.given), got.requests, got.exceeded, test.given, test.requests, test.exceeded)
			}
		})
	}
}

func TestWalk_limitWithinAPage(t *testing.T) {
	t.Parallel()
	walk := paging.NewWalk(0, paging.Limits{Bytes: 2 << 20})
	rows := []paging.Row{{Key: keyOf(1), Named: true, Size: 1 << 20}, {Key: keyOf(2), Named: true, Size: 1 << 20}, {Key: keyOf(3), Named: true, Size: 1}}
	fresh, done := walk.Next(paging.Page{Rows: rows, Count: -1})
	if !slices.Equal(fresh, []int{0, 1}) || !done || walk.Exceeded() != "2 MiB of tokens" {
		t.Errorf("gave %v, done %t, exceeded %q", fresh, done, walk.Exceeded())
	}
}
