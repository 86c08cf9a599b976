package main

import (
	"testing"
	"time"
)

// TestClients keeps the benchmarks from measuring errors, and the pages of the
// peers from being shorter or longer than ours.
func TestClients(t *testing.T) {
	s := newServer()
	defer s.Close()
	for _, equal := range []bool{false, true} {
		for _, c := range newClients(s, equal) {
			if err := c.check(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	want := len(s.pages["tiledesk"])
	for name, page := range s.pages {
		if len(page) < want*98/100 || len(page) > want*102/100 {
			t.Errorf("the page of %s has %d bytes, ours %d", name, len(page), want)
		}
	}
}

func TestRatio_isTheMedianOfEachRounds(t *testing.T) {
	table := table{calls: 1, rounds: [][]time.Duration{{100, 200}, {10, 30}, {1000, 500}}}
	if got := table.ratio(1, 0); got != 2 {
		t.Errorf("ratio %v, want 2", got)
	}
}
