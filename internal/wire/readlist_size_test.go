//go:build !race

package wire_test

// One goroutine goes through many megabytes here: the race detector would make it
// slow and find nothing.

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// TestReadList_tinyFields reads as many fields as the body limit lets through.
// Its time limit is many times what encoding/json takes on the same machine under
// the same load, so far above what it takes, and far below anything quadratic.
func TestReadList_tinyFields(t *testing.T) {
	t.Parallel()
	var reading, yardstick time.Duration
	read := func(body string) ([]wire.Entry, *wire.Fault) {
		before := time.Now()
		_ = json.Valid([]byte(body[:len(body)/16])) // the end is missing, the time is not
		yardstick += 16 * time.Since(before)
		before = time.Now()
		entries, _, fault := list(body)
		reading += time.Since(before)
		return entries, fault
	}
	arrays := `{"count":1` + strings.Repeat(`,"a":[]`, 2<<20) + `,"z":[{"_id":"a"}]}`
	entries, fault := read(arrays)
	if fault != nil || len(entries) != 1 || entries[0].ID != "a" {
		t.Errorf("got %v, %v, want one entry", entries, fault)
	}
	numbers := "[" + strings.Repeat("1,", 8<<20-2) + "1]"
	if _, fault := read(numbers); fault == nil || fault.Kind != wire.Unexpected {
		t.Errorf("got %v, want what is unexpected", fault)
	}
	fields := `[{"jti":"x"` + strings.Repeat(`,"a":1`, 2<<20) + `}]`
	if entries, fault = read(fields); fault != nil || entries[0].JTI != "x" || len(entries[0].Raw) != len(fields)-2 {
		t.Errorf("got %v, %v, want one entry with all its fields", entries, fault)
	}
	if reading > 300*yardstick {
		t.Errorf("took %s, where encoding/json takes %s", reading, yardstick)
	}
}
