package tiledesk

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/paging"
)

// BenchmarkReadPage decodes a recorded page of 40 entries, every field kept, and
// beside it what encoding/json takes for a struct that loses the unknown ones.
func BenchmarkReadPage(b *testing.B) {
	body := []byte(readRecording(b, "list_200_first_page_jwt").Response.Body)

	b.Run("tiledesk", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			page, err := pageOf(body)
			if err != nil || len(page.Tokens) != 40 {
				b.Fatal(page, err)
			}
		}
	})
	b.Run("encoding-json one pass", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var page struct {
				PerPage int `json:"perPage"`
				Count   int `json:"count"`
				Tokens  []*struct {
					ID        string    `json:"_id"`
					JTI       string    `json:"jti"`
					CreatedAt time.Time `json:"createdAt"`
					UpdatedAt time.Time `json:"updatedAt"`
				} `json:"jwts"`
			}
			if err := json.Unmarshal(body, &page); err != nil || len(page.Tokens) != 40 {
				b.Fatal(page, err)
			}
		}
	})
}

// BenchmarkWalk is what it takes to tell new rows from old ones.
func BenchmarkWalk(b *testing.B) {
	page, err := pageOf([]byte(readRecording(b, "list_200_first_page_jwt").Response.Body))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		walk := paging.NewWalk(0, paging.Limits{})
		if fresh, _ := walk.Next(paging.Page{Rows: rowsOf(page), Count: page.Count}); len(fresh) != 40 {
			b.Fatal(fresh)
		}
	}
}
