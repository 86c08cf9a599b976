//go:build !race

package facetest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// What the documentation promises of the pace, in the time of a bubble. These are too
// many requests for the race detector, under which the other tests of it run.

func TestNewAdaptiveLimiter_keepsToTheLimitOfTheServer(t *testing.T) {
	t.Parallel()
	for limit, tokens := range map[int]int{300: 1500, 1000: 4000, 6000: 20_000} {
		synctest.Test(t, func(t *testing.T) {
			took, requests, refused := revokeAll(t, tokens, tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{}), tiledesktest.WithRateLimit(limit))
			share := float64(refused) / float64(requests)
			ratio := took.Minutes() / (float64(requests-refused) / float64(limit))
			t.Logf("%d a minute: %d requests, %d refused (%.2f %%), %s: %.2f of the ideal time", limit, requests, refused, 100*share, took.Round(time.Second), ratio)
			if share > 0.02 || ratio > 1.2 {
				t.Errorf("%d a minute: %.2f %% refused and %.2f of the ideal time", limit, 100*share, ratio)
			}
		})
	}
}

func TestNewAdaptiveLimiter_isNoBrakeOnceUpToSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := tiledesk.NewAdaptiveLimiter(tiledesk.AdaptiveOptions{})
		revokeAll(t, 10_000, limiter) // to get up to speed
		with, _, _ := revokeAll(t, 20_000, limiter)
		without, _, _ := revokeAll(t, 20_000, nil)
		t.Logf("20,000 tokens took %s, without a limiter %s", with, without)
		if float64(with) > 1.3*float64(without) {
			t.Errorf("20,000 tokens took %s, without a limiter %s", with, without)
		}
	})
}
