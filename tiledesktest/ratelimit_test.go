package tiledesktest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

func TestWithRateLimit_refusesWhatIsAboveAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler(tiledesktest.WithRateLimit(2))
		get := func() answer {
			w := httptest.NewRecorder()
			server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			return answer{w.Code, w.Header(), strings.TrimSpace(w.Body.String())}
		}
		get().wantStatus(t, http.StatusOK)
		time.Sleep(20 * time.Second)
		get().wantStatus(t, http.StatusOK)
		time.Sleep(500 * time.Millisecond)
		for range 2 { // refused ones do not count
			refused := get()
			refused.wantStatus(t, http.StatusTooManyRequests)
			if after := refused.header.Get("Retry-After"); after != "40" {
				t.Errorf("Retry-After %q, want the 39.5 seconds rounded up", after)
			}
		}
		time.Sleep(40 * time.Second)
		get().wantStatus(t, http.StatusOK)
		get().wantStatus(t, http.StatusTooManyRequests)
	})
}

func TestWithRateLimit_below1IsNone(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, -1} {
		server := tiledesktest.NewHandler(tiledesktest.WithRateLimit(limit))
		for range 3 {
			got, err := inMemory(t.Context(), server, http.MethodGet, "/", "")
			if err != nil || got.status != http.StatusOK {
				t.Errorf("limit %d: status %d, %v", limit, got.status, err)
			}
		}
	}
}

func TestWithRateLimit_hasNoEffectAboveTheLimit(t *testing.T) {
	t.Parallel()
	server := tiledesktest.NewServer(t, tiledesktest.WithRateLimit(1))
	server.AddUser("agent@example.com", "secret")
	tokens := server.Issue("agent@example.com", 2)
	send(t, server, http.MethodGet, "/jwt/history", "JWT "+tokens[0], "").wantStatus(t, http.StatusOK)
	send(t, server, http.MethodDelete, "/jwt/history/"+jtiOf(tokens[1]), "JWT "+tokens[0], "").wantStatus(t, http.StatusTooManyRequests)
	if server.Revoked(tokens[1]) {
		t.Error("a request above the limit revoked a token")
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests recorded, want both", n)
	}
}

func TestWithRateLimit_countsAMinuteToTheMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := tiledesktest.NewHandler(tiledesktest.WithRateLimit(1))
		for _, c := range []struct {
			wait time.Duration
			want int
		}{{0, http.StatusOK}, {time.Minute - time.Millisecond, http.StatusTooManyRequests}, {time.Millisecond, http.StatusOK}, {0, http.StatusTooManyRequests}} {
			time.Sleep(c.wait)
			got, err := inMemory(t.Context(), server, http.MethodGet, "/", "")
			if err != nil || got.status != c.want {
				t.Errorf("after %v: status %d, %v, want %d", c.wait, got.status, err, c.want)
			}
		}
	})
}
