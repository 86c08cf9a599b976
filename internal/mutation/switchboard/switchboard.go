// Package switchboard holds all mutants of a test binary, of which at most one is on.
// It is copied into the module under test, and has no dependency.
package switchboard

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// File names the mutant that is on, and TraceFile the file for the trace, where the
// environment does not, since some tests start processes without it. The linker
// writes paths here.
var File, TraceFile string

// on is the mutant that is switched on; 0 for none, since they count from 1. A file
// tells the processes that the tests start without an environment.
var on = func() int32 {
	text := os.Getenv("MUTANT")
	if text == "" {
		read, _ := os.ReadFile(File)
		text = string(read)
	}
	id, _ := strconv.Atoi(strings.TrimSpace(text))
	return int32(id)
}()

var (
	tracing = func() string {
		path := os.Getenv("MUTANT_TRACE")
		if path == "" {
			read, _ := os.ReadFile(TraceFile)
			path = string(read)
		}
		return path
	}()
	reached [1 << 16]atomic.Bool
	mu      sync.Mutex
)

// On reports whether a mutant is switched on, and notes that the code was reached.
func On(id int32) bool {
	if tracing != "" && !reached[id].Swap(true) {
		note(id)
	}
	return id == on
}

func note(id int32) {
	mu.Lock()
	defer mu.Unlock()
	file, err := os.OpenFile(tracing, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := file.WriteString(strconv.Itoa(int(id)) + "\n"); err != nil {
		panic(err)
	}
}

// Not turns a condition around.
func Not(id int32, b bool) bool { return b != On(id) }

// Nil leaves an error out.
func Nil(id int32, err error) error {
	if On(id) {
		return nil
	}
	return err
}

// Add makes a number greater by one.
func Add[T int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64](id int32, n T) T {
	if On(id) {
		n++
	}
	return n
}

// And is && that becomes ||.
func And(id int32, a bool, b func() bool) bool {
	if On(id) {
		return a || b()
	}
	return a && b()
}

// Or is || that becomes &&.
func Or(id int32, a bool, b func() bool) bool {
	if On(id) {
		return a && b()
	}
	return a || b()
}

// Less is < that becomes <=.
func Less[T cmp.Ordered](id int32, a, b T) bool { return a < b || On(id) && a == b }

// More is > that becomes >=.
func More[T cmp.Ordered](id int32, a, b T) bool { return a > b || On(id) && a == b }

// AtMost is <= that becomes <.
func AtMost[T cmp.Ordered](id int32, a, b T) bool { return a < b || !On(id) && a == b }

// AtLeast is >= that becomes >.
func AtLeast[T cmp.Ordered](id int32, a, b T) bool { return a > b || !On(id) && a == b }
