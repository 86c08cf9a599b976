package facetest

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// slowly lets each request take 20 ms of the bubble's time.
func slowly(next http.RoundTripper) http.RoundTripper {
	return roundTripFunc(func(r *http.Request) (*http.Response, error) {
		time.Sleep(20 * time.Millisecond)
		return next.RoundTrip(r)
	})
}

// revokeAll revokes so many tokens on a server with these options, and tells how long
// it took, how many requests that was, and how many of them were answered 429.
func revokeAll(t *testing.T, tokens int, limiter tiledesk.RateLimiter, opts ...tiledesktest.Option) (took time.Duration, requests, refused int) {
	t.Helper()
	server := tiledesktest.NewHandler(append(opts, tiledesktest.WithoutRequestLog())...)
	server.AddUser(agent, password)
	server.IssueAt(agent, time.Now().AddDate(-1, 0, 0), tokens)
	var w watch
	client := newClient(t, server, tiledesk.JWTAuth(server.Issue(agent, 1)[0]),
		tiledesk.WithRateLimiter(limiter), tiledesk.WithObserver(w.observe), tiledesk.WithMiddleware(slowly))
	began := time.Now()
	report, err := client.JWT.RevokeAll(t.Context(), &tiledesk.RevokeOptions{Concurrency: 8})
	if err != nil || report.Revoked != tokens {
		t.Errorf("%d revoked, %v", report.Revoked, err)
	}
	for _, a := range w.attempts {
		if a.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	return time.Since(began), len(w.attempts), refused
}

func TestNewAdaptiveLimiter_beginsAtTheDocumentedRate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts  tiledesk.AdaptiveOptions
		first int // requests in the first five seconds
	}{
		"the defaults": {tiledesk.AdaptiveOptions{}, 200/12 + 10},
		"its own":      {tiledesk.AdaptiveOptions{Start: 600}, 600/12 + 10},
		"negative":     {tiledesk.AdaptiveOptions{Start: -1, Max: -1}, 200/12 + 10},
		"above Max":    {tiledesk.AdaptiveOptions{Start: 600, Max: 60}, 60/12 + 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter, began, left := tiledesk.NewAdaptiveLimiter(tt.opts), time.Now(), 0
				for ; time.Since(began) < 5*time.Second; left++ {
					if err := limiter.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if left < tt.first-2 || left > tt.first+2 {
					t.Errorf("%d left in the first five seconds, want %d", left, tt.first)
				}
			})
		})
	}
}

func TestNewAdaptiveLimiter_neverExceedsMax(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{Max: 500})
		_, requests, refused := revokeAll(t, 2000, limiter, tiledesktest.WithRateLimit(500))
		if refused != 0 {
			t.Errorf("%d of %d requests were refused", refused, requests)
		}
	})
}

// A server that asks for an hour keeps nobody waiting: each call ends at once, and nothing
// is sent, until no more than a minute of it is left.
func TestNewAdaptiveLimiter_waitsForNoLongPause(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		opts    tiledesk.AdaptiveOptions
		refused bool
	}{
		"the default":         {tiledesk.AdaptiveOptions{}, true},
		"negative":            {tiledesk.AdaptiveOptions{MaxRetryAfter: -1}, true},
		"as long as it takes": {tiledesk.AdaptiveOptions{MaxRetryAfter: 2 * time.Hour}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, tokens := newServer(t, "a")
				server.Inject(tiledesktest.Fault{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}}})
				client := newClient(t, server, tiledesk.JWTAuth(tokens[0]), tiledesk.WithRateLimiter(tiledesk.NewAdaptiveLimiter(tt.opts)))
				began := time.Now()
				var answered *tiledesk.APIError
				if _, err := client.JWT.ListHistory(t.Context(), nil); !errors.As(err, &answered) || answered.RetryAfter != time.Hour || time.Since(began) != 0 {
					t.Fatalf("the first: %v after %s", err, time.Since(began))
				}
				if tt.refused {
					if _, err := client.JWT.ListHistory(t.Context(), nil); !errors.Is(err, tiledesk.ErrLimiterRefused) || time.Since(began) != 0 || len(server.Requests()) != 1 {
						t.Errorf("the second: %v after %s and %d requests", err, time.Since(began), len(server.Requests()))
					}
					time.Sleep(59*time.Minute + time.Second)
				}
				if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil || time.Since(began) != time.Hour {
					t.Errorf("the last: %v after %s", err, time.Since(began))
				}
			})
		})
	}
}
