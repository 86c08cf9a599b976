//go:build !race

package main

import "testing"

// A history without an end ends as a failure, and what came of it is shown. The bound
// is that of the package, so that this takes 100,000 requests: too many to make them
// under the race detector as well.
func TestList_endsWhereTheHistoryDoesNot(t *testing.T) {
	t.Parallel()
	listsToItsEnd(t, func(page int) int { return page }, 100_000, "continues after 100000 pages")
}
