package main

import (
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// The footer of a page leads to the others where there are any, or may be.
func TestList_footsAPage(t *testing.T) {
	t.Parallel()
	const more = ". Use --all to see every page."
	for _, c := range []struct {
		page, perPage, count, tokens int
		want                         string
	}{
		{0, 2, 3, 2, "Page 1: 2 tokens of 3" + more},
		{0, 2, 2, 2, "Page 1: 2 tokens."},
		{1, 2, 3, 1, "Page 2: 1 token of 3" + more},
		{1, 2, 1, 1, "Page 2: 1 token" + more},
		{0, 2, -1, 2, "Page 1: 2 tokens" + more},
		{0, 1, -1, 1, "Page 1: 1 token" + more},
		{0, 2, -1, 1, "Page 1: 1 token."},
		{0, 0, -1, 0, "Page 1: 0 tokens."},
		{0, 2, 0, 2, "Page 1: 2 tokens."},
		{0, 2, 1000, 2, "Page 1: 2 tokens of 1,000" + more},
	} {
		page := &tiledesk.HistoryPage{Page: c.page, PerPage: c.perPage, Count: c.count, Tokens: make([]*tiledesk.Token, c.tokens)}
		if got := new(listing).pageFooter(page); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// Why there are no rows.
func TestList_saysWhyThereIsNothing(t *testing.T) {
	t.Parallel()
	match := filter{Match: []condition{{field: "city", value: "Rome"}}}
	for _, c := range []struct {
		page, seen int
		filter     filter
		want       string
	}{
		{0, 0, filter{}, "There are no tokens here."},
		{1, 0, filter{}, "There are no tokens here."},
		{2, 0, filter{}, "There are no tokens on page 2."},
		{2, 1, filter{}, "Of 1 token listed, none is chosen."},
		{0, 2, match, "Of 2 tokens listed, none has a field city."},
		{0, 1, match, "Of 1 token listed, none has a field city."},
		{0, 0, match, "There are no tokens here."},
	} {
		l := &listing{listCommand: &listCommand{Page: c.page, filter: c.filter}, seen: c.seen}
		if got := l.nothing(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
