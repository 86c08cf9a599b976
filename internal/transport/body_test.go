package transport

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"testing"
)

// TestClient_Do_boundsTheMemoryOfABody is not parallel, since it counts the bytes that the whole
// program allocates.
//
//nolint:paralleltest // see above
func TestClient_Do_boundsTheMemoryOfABody(t *testing.T) {
	var before, after runtime.MemStats
	resp := &http.Response{StatusCode: 200, Body: io.NopCloser(endless{}), ContentLength: -1}
	runtime.ReadMemStats(&before)
	body, err := readBody(resp)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, errTooLarge) || body != nil {
		t.Errorf("got %d bytes, %v", len(body), err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 12*MaxBody {
		t.Errorf("%d bytes were allocated", grown)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
