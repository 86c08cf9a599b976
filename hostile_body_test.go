package tiledesk

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// Failures by the thousand keep no more than a little of each answer.
func TestHostile_failuresKeepLittle(t *testing.T) {
	t.Parallel()
	padding := strings.Repeat("x", 1<<20)
	client := newTestClient(t, testURL, withTransport(roundTripFunc(constant(func() *http.Response {
		return answer(400, `{"msg":"no","padding":"`+padding+`"}`, "X-Padding", padding)
	}))))
	targets := Targets(Target{JTI: "a"}, Target{ID: "b"})
	report, _ := client.JWT.RevokeEach(t.Context(), targets, nil)
	for _, failure := range report.Failures {
		var apiErr *APIError
		if !errors.As(failure.Err, &apiErr) || apiErr.Message != "no" {
			t.Fatalf("got %v", failure.Err)
		}
		if kept := cap(apiErr.Response.Body) + len(apiErr.Response.Header.Get("X-Padding")); kept > maxBulkBody+maxBulkHeader {
			t.Errorf("%d bytes are kept", kept)
		}
	}
}
