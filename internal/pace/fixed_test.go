package pace_test

import (
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/pace"
)

// A tenth may leave at once, and what is left evenly; at least one of each.
func TestFixed_neverMoreThanItIsTold(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]int{
		-1: {1, 1}, 0: {1, 1}, 1: {1, 1}, 2: {1, 1}, 3: {2, 1}, 10: {9, 1}, 19: {18, 1}, 20: {18, 2}, 200: {180, 20},
	} {
		if evenly, burst := pace.Fixed(n); [2]int{evenly, burst} != want {
			t.Errorf("%d: got %d and %d, want %v", n, evenly, burst, want)
		}
	}
}
