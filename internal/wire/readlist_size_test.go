//go:build !race

package wire_test

// One goroutine goes through many megabytes here: the race detector would make it
// slow and find nothing.

import (
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// tinyFields are answers with as many fields or elements as the body limit lets through.
var tinyFields = map[string]func(size int) string{
	"arrays":  func(size int) string { return `{"count":1` + strings.Repeat(`,"a":[]`, size/8) + `,"z":[{"_id":"a"}]}` },
	"numbers": func(size int) string { return "[" + strings.Repeat("1,", size/2-2) + "1]" },
	"fields":  func(size int) string { return `[{"jti":"x"` + strings.Repeat(`,"a":1`, size/8) + `}]` },
}

// A reader whose time is quadratic would need days here, where it takes a second: go
// test's own limit ends it. BenchmarkReadList_tinyFields shows the time.
func TestReadList_tinyFields(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	entries, _, fault := list(tinyFields["arrays"](size))
	if fault != nil || len(entries) != 1 || entries[0].ID != "a" {
		t.Errorf("got %v, %v, want one entry", entries, fault)
	}
	if _, _, fault := list(tinyFields["numbers"](size)); fault == nil || fault.Kind != wire.Unexpected {
		t.Errorf("got %v, want what is unexpected", fault)
	}
	fields := tinyFields["fields"](size)
	if entries, _, fault = list(fields); fault != nil || entries[0].JTI != "x" || len(entries[0].Raw) != len(fields)-2 {
		t.Errorf("got %v, %v, want one entry with all its fields", entries, fault)
	}
}

// BenchmarkReadList_tinyFields takes as long for a byte of a long answer as of a short
// one: the MB/s are alike.
func BenchmarkReadList_tinyFields(b *testing.B) {
	for name, answer := range tinyFields {
		for _, size := range []int{1 << 20, 16 << 20} {
			body := answer(size)
			b.Run(name+"/"+map[bool]string{true: "16MiB", false: "1MiB"}[size > 1<<20], func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					_, _, _ = list(body)
				}
			})
		}
	}
}
