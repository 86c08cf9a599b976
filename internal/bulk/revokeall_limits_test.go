//go:build !race

package bulk_test

// One goroutine reads many pages here: the race detector would make it slow and
// find nothing.

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

// What a listing without an end gave is dealt with, and the report tells.
func TestRevokeAll_endsWhereTheListDoesNot(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads 100,000 pages")
	}
	requests := 0
	client := servertest.NewClientWith(t, tiledesk.JWTAuth(servertest.TokenOf("own")), func(r *http.Request) (*http.Response, error) {
		if r.Method == "DELETE" {
			return servertest.Answer(200, ""), nil
		}
		requests++
		return servertest.Answer(200, fmt.Sprintf(`[{"jti":"%d"}]`, requests)), nil
	})
	report, err := client.JWT.RevokeAll(t.Context(), nil)
	if report.Revoked != 100_000 || report.Passes != 1 || requests != 100_000 || !errors.Is(err, tiledesk.ErrResponseTooLarge) || !errors.Is(report.RunErr(), tiledesk.ErrResponseTooLarge) {
		t.Errorf("got %+v by %d requests, %v", report, requests, err)
	}
}
