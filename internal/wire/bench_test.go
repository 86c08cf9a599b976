package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// BenchmarkReadList decodes a recorded page of 40 entries, every field kept, and
// beside it what encoding/json takes for a struct that loses the unknown ones.
func BenchmarkReadList(b *testing.B) {
	body := servertest.ReadRecording(b, "list_200_first_page_jwt").Response.Body

	b.Run("tiledesk", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			entries, _, fault := list(body)
			if fault != nil || len(entries) != 40 {
				b.Fatal(entries, fault)
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
			if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Tokens) != 40 {
				b.Fatal(page, err)
			}
		}
	})
}
