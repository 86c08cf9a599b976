package servertest

import (
	"errors"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

// APIErrorOf asserts that an error answers to *APIError with a status and a
// number of attempts.
func APIErrorOf(t testing.TB, err error, status, attempts int) *tiledesk.APIError {
	t.Helper()
	var apiErr *tiledesk.APIError
	if !errors.As(err, &apiErr) {
		t.Fatalf("got %v, want an *APIError", err)
	}
	if apiErr.StatusCode != status || apiErr.Attempts != attempts || apiErr.Response.Attempts != attempts {
		t.Errorf("got status %d after %d attempts (response: %d), want %d after %d",
			apiErr.StatusCode, apiErr.Attempts, apiErr.Response.Attempts, status, attempts)
	}
	return apiErr
}
