package paging_test

import (
	"fmt"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// BenchmarkWalk is what it takes to tell new rows from old ones.
func BenchmarkWalk(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var rows []paging.Row
		for i := range 40 {
			key, named := paging.KeyOf(fmt.Sprintf("%024d", i), fmt.Sprintf("%036d", i), nil)
			rows = append(rows, paging.Row{Key: key, Named: named, Size: 188})
		}
		walk := paging.NewWalk(0, paging.Limits{})
		if fresh, _ := walk.Next(paging.Page{Rows: rows, Count: 40}); len(fresh) != 40 {
			b.Fatal(fresh)
		}
	}
}
