//go:build !race

package transport_test

// One goroutine goes through many megabytes here: the race detector would make it
// slow and find nothing.

import (
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/transport"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// Sixteen MiB of entries of three bytes each would be a gigabyte of tokens.
//
//nolint:paralleltest // counts the bytes that the whole program allocates
func TestListHistory_memoryOfEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("reads pages of 16 MiB")
	}
	for name, body := range map[string]string{
		"empty entries":      filled(transport.MaxBody, `[`, `{},`, `{}]`),
		"no entries but one": filled(transport.MaxBody, `{"jwts":[{},`, `0,`, `0]}`),
	} {
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(servertest.Reply(200, body)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		page, err := client.JWT.ListHistory(t.Context(), nil)
		runtime.ReadMemStats(&after)
		var apiErr *tiledesk.APIError
		if page != nil || !errors.Is(err, tiledesk.ErrResponseTooLarge) || !errors.As(err, &apiErr) {
			t.Errorf("%s: got %v, %v", name, page, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 20*transport.MaxBody {
			t.Errorf("%s: %d MiB were allocated", name, grown>>20)
		}
	}
	most := servertest.Reply(200, `[`+strings.Repeat(`{},`, wire.MaxEntries-1)+`{}]`)
	page, err := servertest.NewClient(t, servertest.URL, servertest.WithTransport(most)).JWT.ListHistory(t.Context(), nil)
	if err != nil || len(page.Tokens) != wire.MaxEntries {
		t.Errorf("got %v, %v; want a page of %d entries", page, err, wire.MaxEntries)
	}
}

// Nothing is read of an answer that announces more than the limit, and no more
// than a byte beyond it of one that does not.
func TestErrResponseTooLarge_nothingMoreIsRead(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 500} {
		for name, tt := range map[string]struct {
			length  int64
			atMost  int
			atLeast int
		}{
			"announced":   {length: transport.MaxBody + 1},
			"unannounced": {length: -1, atLeast: transport.MaxBody + 1, atMost: transport.MaxBody + 1},
			"a lie":       {length: 10, atLeast: transport.MaxBody + 1, atMost: transport.MaxBody + 1},
		} {
			body := &endless{}
			client := servertest.NewClient(t, "https://tiledesk.test", servertest.WithTransport(servertest.Step(func(*http.Request) (*http.Response, error) {
				resp := servertest.Answer(status, "")
				resp.Body, resp.ContentLength = body, tt.length
				return resp, nil
			})))
			_, err := client.JWT.RevokeByJTI(t.Context(), "j1")
			checkTooLarge(t, err, status)
			if body.read > tt.atMost || body.read < tt.atLeast || !body.closed {
				t.Errorf("%d, %s: %d bytes read, closed %t; want %d to %d", status, name, body.read, body.closed, tt.atLeast, tt.atMost)
			}
		}
	}
}

// endless is a body that never ends and counts what was taken from it.
type endless struct {
	read   int
	closed bool
}

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error {
	e.closed = true
	return nil
}
