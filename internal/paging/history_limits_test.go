//go:build !race

package paging_test

// One goroutine reads many pages here: the race detector would make it slow and
// find nothing.

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// A list without an end is given up after so many pages or so much memory, which
// is room for more than a million tokens with both identifiers.
func TestHistory_endsWhereTheListDoesNot(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads a million tokens")
	}
	const identifiers = 24 + 36 // an ObjectId and a UUID
	tests := map[string]struct {
		perPage int
		pages   int
		tokens  int
		says    string
	}{
		"pages":  {1, 100_000, 100_000, "the history continues after 100000 pages"},
		"memory": {150_000, 10, 256 << 20 / (128 + identifiers), "the history continues after 256 MiB of tokens"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			requests, tokens := 0, 0
			client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.Token), func(*http.Request) (*http.Response, error) {
				requests++
				return servertest.Answer(200, manyEntries((requests-1)*test.perPage, test.perPage)), nil
			})
			var last error
			for token, err := range client.JWT.History(t.Context(), nil) {
				if last = err; err == nil {
					tokens++
				} else if token != nil {
					t.Error("a token came with the error")
				}
			}
			if requests != test.pages || tokens != test.tokens {
				t.Errorf("got %d tokens by %d requests, want %d by %d", tokens, requests, test.tokens, test.pages)
			}
			if !errors.Is(last, tiledesk.ErrResponseTooLarge) || errors.Is(last, tiledesk.ErrIncompleteHistory) || !strings.Contains(last.Error(), test.says) {
				t.Errorf("got %v", last)
			}
			servertest.APIErrorOf(t, last, 200, 1)
		})
	}
}

// manyEntries is a list of n entries with both identifiers, numbered from first.
func manyEntries(first, n int) string {
	var list strings.Builder
	list.WriteByte('[')
	for i := range n {
		if i > 0 {
			list.WriteByte(',')
		}
		fmt.Fprintf(&list, `{"_id":"%024d","jti":"%036d"}`, first+i, first+i)
	}
	list.WriteByte(']')
	return list.String()
}
