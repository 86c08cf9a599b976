package main

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// A look ends behind fifty tokens in a row that were there before, and not a token sooner.
func TestWatch_looksBehindFiftyKnownTokens(t *testing.T) {
	t.Parallel()
	for behind, seen := range map[int]bool{enoughKnown - 1: true, enoughKnown: false} {
		list := &changingList{perPage: 1000}
		list.add("old", 2*enoughSeen, watched2026)
		_, out, _ := watching(t, list, 0, func(look int) bool {
			list.entries = slices.Insert(list.entries, behind, `{"_id":"late","jti":"jti-late"}`)
			return look < 2
		})
		if (out == "at an unknown time  jti-late  id:late\n") != seen || !seen && out != "" {
			t.Errorf("behind %d: %q", behind, out)
		}
	}
}

// They have to be in a row: what is new begins the count again.
func TestWatch_countsKnownTokensInARow(t *testing.T) {
	t.Parallel()
	list := &changingList{perPage: 1000}
	list.add("old", 2*enoughSeen, watched2026)
	_, out, _ := watching(t, list, 0, func(look int) bool {
		list.entries = slices.Insert(list.entries, enoughKnown-1, `{"_id":"one","jti":"jti-one"}`)
		list.entries = slices.Insert(list.entries, 2*enoughKnown-1, `{"_id":"two","jti":"jti-two"}`)
		return look < 2
	})
	if want := "at an unknown time  jti-two  id:two\nat an unknown time  jti-one  id:one\n"; out != want {
		t.Errorf("%q", out)
	}
}

// A list that turns out to be in another order is read to its end from then on, and one
// that turns out to begin with the newest no further than is needed.
func TestWatch_learnsTheOrderFromEachLook(t *testing.T) {
	t.Parallel()
	list := &changingList{perPage: 1000}
	list.add("old", enoughSeen, watched2026)
	_, out, _ := watching(t, list, 0, func(look int) bool {
		list.entries[0], list.entries[1] = list.entries[1], list.entries[0]
		list.entries = append(list.entries, `{"_id":"last","jti":"jti-last","createdAt":"2026-11-22T10:00:30Z"}`)
		return look < 2
	})
	if want := "2026-11-22 10:00:30 UTC  jti-last  id:last\n"; out != want {
		t.Errorf("%q", out)
	}

	list = &changingList{perPage: 100}
	list.add("old", 1, watched2026)
	var requests []int
	watching(t, list, 0, func(look int) bool {
		if look == 1 {
			list.add("new", 300, watched2026.Add(300*time.Minute))
		}
		requests = append(requests, list.requests)
		return look < 4
	})
	if fmt.Sprint(requests) != "[2 7 8 9]" {
		t.Errorf("%v requests before the looks", requests)
	}
}
