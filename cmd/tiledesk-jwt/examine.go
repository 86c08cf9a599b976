package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/go-tiledesk/tiledesk"
)

// lookAtLists finds out the shape, the paging and the sorting of the list.
func (x *examination) lookAtLists(ctx context.Context) error {
	first, err := x.base.JWT.ListHistory(ctx, nil)
	if err != nil {
		return err
	}
	x.shape(first)
	x.empty = len(first.Tokens) == 0
	x.reveal(false)
	if err := x.paging(ctx, first); err != nil {
		return err
	}
	x.paged = true
	x.reveal(false)
	if err := x.sorting(ctx); err != nil {
		return err
	}
	x.sorted = true
	x.reveal(false)
	return nil
}

func (x *examination) shape(page *tiledesk.HistoryPage) {
	body := bytes.TrimSpace(bytes.TrimPrefix(page.Response.Body, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(body, []byte("[")) {
		x.Envelope = ptr("array")
		return
	}
	x.Envelope = ptr("object")
	if name := arrayName(body, len(page.Tokens)); name != "" {
		x.ArrayName = ptr(safe(name))
	}
	if page.PerPage > 0 {
		x.PerPage = &page.PerPage
	}
	if page.Count >= 0 {
		x.Count = &page.Count
	}
}

// arrayName is the name of the array that holds the tokens: one that has as many
// objects as tokens came.
func arrayName(body []byte, tokens int) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	var names []string
	for name, value := range fields {
		var list []struct{}
		if json.Unmarshal(value, &list) == nil && list != nil && len(list) == tokens {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

// paging compares the first pages. Where pages count from 1, the first one comes
// for 0 and for 1; where the parameter is ignored, it comes for any number.
func (x *examination) paging(ctx context.Context, first *tiledesk.HistoryPage) error {
	second, err := x.base.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{Page: 1})
	if err != nil {
		return err
	}
	switch {
	case len(first.Tokens) == 0 && len(second.Tokens) == 0:
		return nil
	case len(first.Tokens) == 0:
		x.FirstPage = ptr(1)
		return nil
	case !alike(first, second):
		x.FirstPage = ptr(0)
		if x.PerPage == nil && len(second.Tokens) > 0 {
			x.PerPage = ptr(len(first.Tokens))
		}
		return nil
	}
	third, err := x.base.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{Page: 2})
	if err != nil {
		return err
	}
	if alike(first, third) {
		x.pageIgnored = true
		return nil
	}
	x.FirstPage = ptr(1)
	return nil
}

// alike reports whether most tokens of a page are on the other as well: a sign-in
// between two requests moves each of them by one.
func alike(a, b *tiledesk.HistoryPage) bool {
	known := make(map[tiledesk.Target]bool)
	for _, token := range a.Tokens {
		known[token.Target()] = true
	}
	same := 0
	for _, token := range b.Tokens {
		if known[token.Target()] {
			same++
		}
	}
	return same*2 > len(b.Tokens)
}

// sorting asks for the order of the jti, which is random, under either name of
// the parameter, and compares with the order that comes unasked.
func (x *examination) sorting(ctx context.Context) error {
	unasked, err := x.base.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{Direction: tiledesk.Ascending})
	if err != nil {
		return err
	}
	if sortedByJTI(unasked) {
		x.fewTokens = true
		return nil
	}
	for _, name := range []string{"sortField", "sort"} {
		opts := x.send
		if name == "sort" {
			opts = append(slices.Clone(opts), tiledesk.WithSortAlias()) // it sends both
		}
		var page *tiledesk.HistoryPage
		client, err := tiledesk.NewClient(x.who.credentials(), opts...)
		if err == nil {
			page, err = client.JWT.ListHistory(ctx, &tiledesk.ListHistoryOptions{SortField: "jti", Direction: tiledesk.Ascending})
		}
		if err != nil {
			return err
		}
		if sortedByJTI(page) {
			x.SortParameter = &name
			return nil
		}
	}
	return nil
}

func sortedByJTI(page *tiledesk.HistoryPage) bool {
	return slices.IsSortedFunc(page.Tokens, func(a, b *tiledesk.Token) int { return bytes.Compare([]byte(a.JTI), []byte(b.JTI)) })
}
