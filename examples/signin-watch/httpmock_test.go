package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/go-tiledesk/tiledesk"
)

// A unit test with httpmock: each answer is written down. It runs inside the
// process, so that testing/synctest can make hours of waiting pass at once.
func TestWatchesOnATimer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mock := httpmock.NewMockTransport() // one a test; the global one cannot be used in parallel
		mock.RegisterResponder(http.MethodGet, "https://tiledesk.test/v3/jwt/history",
			history(`{"_id":"a"}`).
				Then(httpmock.NewStringResponder(http.StatusServiceUnavailable, "busy")). // tried again
				Then(history(`{"_id":"b"},{"_id":"a"}`)).
				Then(history(`{"_id":"b"},{"_id":"a"}`)))
		mock.RegisterResponderWithQuery(http.MethodGet, "https://tiledesk.test/v3/jwt/history", "page=1", history(""))

		client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.token.here"),
			tiledesk.WithBaseURL("https://tiledesk.test/v3"),
			tiledesk.WithHTTPClient(&http.Client{Transport: mock}),
		)
		if err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour+time.Minute)
		defer cancel()
		if err := newWatcher(client, slog.New(slog.NewTextHandler(&log, nil))).watch(ctx, time.Hour); err != nil {
			t.Fatal(err)
		}

		if got := strings.Count(log.String(), `msg="new sign-in" id=b`); got != 1 {
			t.Errorf("the sign-in was reported %d times, want once:\n%s", got, &log)
		}
		if got := mock.GetTotalCallCount(); got != 7 { // three looks at two pages each, and a retry
			t.Errorf("sent %d requests, want 7", got)
		}
	})
}

func history(entries string) httpmock.Responder {
	return httpmock.NewStringResponder(http.StatusOK, `{"jwts":[`+entries+`]}`)
}
