package paging_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestHistory_breakSendsNothingMore(t *testing.T) {
	t.Parallel()
	for _, after := range []int{1, 2, 3, 4} {
		s := servertest.NewHistory(9, 3)
		n := 0
		for range servertest.HistoryClient(t, s).JWT.History(t.Context(), nil) {
			if n++; n == after {
				break
			}
		}
		if want := (after + 2) / 3; len(s.Requests) != want {
			t.Errorf("break after entry %d: %d requests, want %d", after, len(s.Requests), want)
		}
	}
	s := servertest.NewHistory(2, 3)
	s.Broken[1] = servertest.Reply(401, "")
	for _, err := range servertest.HistoryClient(t, s).JWT.History(t.Context(), nil) {
		if err != nil {
			break
		}
	}
	if len(s.Requests) != 2 {
		t.Errorf("break at the error: %d requests, want 2", len(s.Requests))
	}
}

func TestHistory_asksNothingBeforeItIsRanged(t *testing.T) {
	t.Parallel()
	s := servertest.NewHistory(9, 3)
	_ = servertest.HistoryClient(t, s).JWT.History(t.Context(), nil)
	if len(s.Requests) != 0 {
		t.Errorf("sent %d requests, want none", len(s.Requests))
	}
}

func TestHistory_canBeRangedAgain(t *testing.T) {
	t.Parallel()
	s := servertest.NewHistory(7, 3)
	opts := &tiledesk.ListHistoryOptions{SortField: "createdAt", Direction: tiledesk.Descending}
	history := servertest.HistoryClient(t, s).JWT.History(t.Context(), opts)
	opts.SortField, opts.Page = "changed", 5 // after the call: must not matter

	for range history {
		break
	}
	for round := range 2 {
		s.Requests = nil
		n := 0
		for _, err := range history {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		want := []string{
			"direction=-1&sortField=createdAt", "direction=-1&page=1&sortField=createdAt",
			"direction=-1&page=2&sortField=createdAt", "direction=-1&page=3&sortField=createdAt",
		}
		if n != 7 || !slices.Equal(s.Requests, want) {
			t.Errorf("round %d: got %d entries by %q, want 7 by %q", round, n, s.Requests, want)
		}
	}
	if *opts != (tiledesk.ListHistoryOptions{SortField: "changed", Direction: tiledesk.Descending, Page: 5}) {
		t.Errorf("the caller's options were changed: %+v", *opts)
	}
}

func TestHistory_twoRangesAtOnce(t *testing.T) {
	t.Parallel()
	history := servertest.HistoryClient(t, servertest.NewHistory(5, 2)).JWT.History(t.Context(), nil)
	pairs := 0
	for a, err := range history {
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range history {
			if err != nil {
				t.Fatal(err)
			}
			if a.ID == b.ID {
				pairs++
			}
		}
	}
	if pairs != 5 {
		t.Errorf("got %d pairs, want 5", pairs)
	}
}

func TestHistory_refusesBadOptionsOnce(t *testing.T) {
	t.Parallel()
	for _, opts := range []*tiledesk.ListHistoryOptions{{Page: -1}, {Direction: 2}, {Direction: -2}} {
		s := servertest.NewHistory(3, 3)
		rows, err := servertest.WalkThrough(t, s, opts)
		if len(rows) > 0 || !errors.Is(err, tiledesk.ErrInvalidArgument) || len(s.Requests) > 0 {
			t.Errorf("%+v: got %v, %v after %d requests, want ErrInvalidArgument and none", *opts, rows, err, len(s.Requests))
		}
	}
}

func TestHistory_canceledBetweenPages(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := servertest.NewHistory(9, 3)
	n := 0
	var last error
	for _, err := range servertest.HistoryClient(t, s).JWT.History(ctx, nil) {
		if last = err; err == nil {
			n++
			cancel()
		}
	}
	if n != 3 || !errors.Is(last, context.Canceled) || len(s.Requests) != 1 {
		t.Errorf("got %d entries and %v after %d requests, want 3, Canceled, 1", n, last, len(s.Requests))
	}
}

func TestHistory_rowsWithoutIdentity(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pages []string
		want  string // the raw entries, joined
	}{
		"alike on one page":            {[]string{`[{"a":1},{"a":1},{"a":2}]`}, `{"a":1} {"a":1} {"a":2}`},
		"alike but for white space":    {[]string{`[{"a":1},{"a": 1}]`}, `{"a":1} {"a": 1}`},
		"null beside entries":          {[]string{`[null,{"a":1},null]`}, `null {"a":1} null`},
		"two of a token are one":       {[]string{`[{"jti":"x","a":1},{"jti":"x","a":2}]`}, `{"jti":"x","a":1}`},
		"pushed down to the next page": {[]string{`[{"a":1},{"a":2}]`, `[{"a":2},{"a":3}]`}, `{"a":1} {"a":2} {"a":3}`},
		"a zero byte within a name":    {[]string{`[{"_id":"a\u0000b","jti":"c"},{"_id":"a","jti":"b\u0000c"}]`}, `{"_id":"a\u0000b","jti":"c"} {"_id":"a","jti":"b\u0000c"}`},
		"the same jti, other ids":      {[]string{`[{"_id":1,"jti":"x"},{"_id":2,"jti":"x"}]`}, `{"_id":1,"jti":"x"} {"_id":2,"jti":"x"}`},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var steps []servertest.Step
			for _, page := range test.pages {
				steps = append(steps, servertest.Reply(200, page))
			}
			var raws []string
			for token, err := range servertest.HistoryClient(t, servertest.Answering(append(steps, servertest.Reply(200, "[]"))...)).JWT.History(t.Context(), nil) {
				if err != nil {
					t.Fatal(err)
				}
				raws = append(raws, string(token.Raw))
			}
			if got := strings.Join(raws, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestHistory_holdsOnePage follows the pages by weak pointers to their tokens.
func TestHistory_holdsOnePage(t *testing.T) {
	t.Parallel()
	s := servertest.NewHistory(2000, 10)
	var pages []weak.Pointer[tiledesk.Token]
	n := 0
	for token, err := range servertest.HistoryClient(t, s).JWT.History(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%10 == 1 {
			pages = append(pages, weak.Make(token))
		}
		if n%500 != 0 {
			continue
		}
		runtime.GC()
		alive := 0
		for _, page := range pages {
			if page.Value() != nil {
				alive++
			}
		}
		if alive > 1 {
			t.Errorf("after %d entries %d pages are held, want no more than 1", n, alive)
		}
	}
}
