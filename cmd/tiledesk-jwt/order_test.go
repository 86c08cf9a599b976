package main

import (
	"slices"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// A field is sorted as a time, a number or a text, as it came where two are the same,
// and tokens without it come last in either direction.
func TestOrder_sorts(t *testing.T) {
	t.Parallel()
	early, late := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC), time.Date(2026, 11, 22, 20, 0, 0, 1000, time.UTC)
	tokens := []*tiledesk.Token{
		{ID: "b", JTI: "y", CreatedAt: late, UpdatedAt: early, Raw: []byte(`{"n":10,"s":"b","o":{"k":2},"m":null}`)},
		{ID: "", JTI: "", Raw: []byte(`{}`)},
		{ID: "c", JTI: "z", CreatedAt: early, UpdatedAt: late, Raw: []byte(`{"n":9,"s":"a","o":{"k":1},"m":"x"}`)},
		{ID: "a", JTI: "x", CreatedAt: early, UpdatedAt: early, Raw: []byte(`{"n":9,"s":"c","o":{"k":3}}`)},
	}
	for _, c := range []struct {
		field, direction string
		want             []int
		missing          bool
	}{
		{"", "", []int{0, 1, 2, 3}, false},
		{"", "asc", []int{2, 3, 0, 1}, false}, // by the time
		{"", "desc", []int{0, 2, 3, 1}, false},
		{"createdAt", "asc", []int{2, 3, 0, 1}, false},
		{"createdAt", "", []int{0, 2, 3, 1}, false},
		{"updatedAt", "asc", []int{0, 3, 2, 1}, false},
		{"id", "asc", []int{3, 0, 2, 1}, false},
		{"_id", "desc", []int{2, 0, 3, 1}, false},
		{"jti", "asc", []int{3, 0, 2, 1}, false},
		{"n", "asc", []int{2, 3, 0, 1}, false}, // 9 before 10
		{"n", "desc", []int{0, 2, 3, 1}, false},
		{"s", "asc", []int{2, 0, 3, 1}, false},
		{"o", "asc", []int{2, 0, 3, 1}, false},
		{"m", "asc", []int{2, 0, 1, 3}, false},
		{"gone", "asc", []int{0, 1, 2, 3}, true},
	} {
		o := newOrder(c.field, c.direction)
		for _, token := range tokens {
			o.add(token, newRow(token, "", nil))
		}
		missing := o.sort()
		var got []int
		for _, r := range o.rows {
			got = append(got, slices.IndexFunc(tokens, func(token *tiledesk.Token) bool { return token.ID == r.token.ID }))
		}
		if !slices.Equal(got, c.want) || missing != c.missing {
			t.Errorf("%s %s: %v, %v, want %v", c.field, c.direction, got, missing, c.want)
		}
	}
	if newOrder("gone", "").sort() {
		t.Error("of no tokens none lacks a field")
	}
}
