//go:build !race

package tiledesk

// One goroutine goes through many megabytes here: the race detector would make it
// slow and find nothing.

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/transport"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// Sixteen MiB of entries of three bytes each would be a gigabyte of tokens.
//
//nolint:paralleltest // counts the bytes that the whole program allocates
func TestHostile_memoryOfEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("reads pages of 16 MiB")
	}
	for name, body := range map[string]string{
		"empty entries":      filled(transport.MaxBody, `[`, `{},`, `{}]`),
		"no entries but one": filled(transport.MaxBody, `{"jwts":[{},`, `0,`, `0]}`),
	} {
		client := newTestClient(t, testURL, withTransport(roundTripFunc(constant(func() *http.Response { return answer(200, body) }))))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		page, err := client.JWT.ListHistory(t.Context(), nil)
		runtime.ReadMemStats(&after)
		var apiErr *APIError
		if page != nil || !errors.Is(err, ErrResponseTooLarge) || !errors.As(err, &apiErr) {
			t.Errorf("%s: got %v, %v", name, page, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 20*transport.MaxBody {
			t.Errorf("%s: %d MiB were allocated", name, grown>>20)
		}
	}
	page, err := pageOf([]byte(`[` + strings.Repeat(`{},`, wire.MaxEntries-1) + `{}]`))
	if err != nil || len(page.Tokens) != wire.MaxEntries {
		t.Errorf("got %v, %v; want a page of %d entries", page, err, wire.MaxEntries)
	}
}

// TestListHistory_tinyFields reads as many fields as the body limit lets through.
// Its time limit is many times what encoding/json takes on the same machine under
// the same load, so far above what it takes, and far below anything quadratic.
func TestListHistory_tinyFields(t *testing.T) {
	t.Parallel()
	var reading, yardstick time.Duration
	read := func(body string) (*HistoryPage, *wire.Fault) {
		before := time.Now()
		_ = json.Valid([]byte(body[:len(body)/16])) // the end is missing, the time is not
		yardstick += 16 * time.Since(before)
		before = time.Now()
		page, err := pageOf([]byte(body))
		reading += time.Since(before)
		return page, err
	}
	arrays := `{"count":1` + strings.Repeat(`,"a":[]`, 2<<20) + `,"z":[{"_id":"a"}]}`
	page, err := read(arrays)
	if err != nil || len(page.Tokens) != 1 || page.Tokens[0].ID != "a" {
		t.Errorf("got %v, %v, want one entry", page, err)
	}
	numbers := "[" + strings.Repeat("1,", transport.MaxBody/2-2) + "1]"
	if _, err := read(numbers); !errors.Is(refusal(err), ErrUnexpectedResponse) {
		t.Errorf("got %v, want ErrUnexpectedResponse", err)
	}
	fields := `[{"jti":"x"` + strings.Repeat(`,"a":1`, 2<<20) + `}]`
	if page, err = read(fields); err != nil || page.Tokens[0].JTI != "x" || len(page.Tokens[0].Raw) != len(fields)-2 {
		t.Errorf("got %v, %v, want one entry with all its fields", page, err)
	}
	if reading > 300*yardstick {
		t.Errorf("took %s, where encoding/json takes %s", reading, yardstick)
	}
}

// refusal is the sentinel of what a reader found wrong.
func refusal(fault *wire.Fault) error {
	if fault == nil {
		return nil
	}
	return kinds[fault.Kind]
}

// Nothing is read of an answer that announces more than the limit, and no more
// than a byte beyond it of one that does not.
func TestLimit_stopsReading(t *testing.T) {
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
			client := newTestClient(t, "https://tiledesk.test", withTransport(roundTripFunc(func(*http.Request) (*http.Response, error) {
				resp := answer(status, "")
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
