package tiledesk

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetry_keepsRetryAfter(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 502, 503, 504} {
		for value, want := range map[string]time.Duration{
			"7": 7 * time.Second, "0.5": 500 * time.Millisecond, "60": time.Minute, "0": 0,
			"Sat, 01 Jan 2000 00:00:09 GMT": 9 * time.Second,
		} {
			t.Run(fmt.Sprintf("%d %s", status, value), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := answering(reply(status, "", "Retry-After", value), reply(200, "[]"))
					client := newTestClient(t, testURL, withTransport(transport))
					if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
						t.Error(err)
					}
					transport.sent(t, 2, "GET", listPath)
					if got := transport.waits()[0]; got != want {
						t.Errorf("waited %s, want %s", got, want)
					}
				})
			})
		}
	}
}

func TestRetry_tooLongARetryAfterStopsAtOnce(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"60.001": time.Minute + time.Millisecond, "86400": 24 * time.Hour, "9223372037": math.MaxInt64,
		"Sat, 01 Jan 2000 00:02:00 GMT": 2 * time.Minute,
	} {
		for name, call := range bothCalls {
			t.Run(name+" "+value, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					transport := answering(reply(429, "", "Retry-After", value))
					err := call.run(t, newTestClient(t, testURL, withTransport(transport)))
					if apiErr := apiErrorOf(t, err, 429, 1); apiErr.RetryAfter != want || time.Since(start) != 0 {
						t.Errorf("got RetryAfter %s after %s, want %s at once", apiErr.RetryAfter, time.Since(start), want)
					}
					if !errors.Is(err, ErrRateLimited) || apiErrHasCause(err) {
						t.Errorf("got %v, want ErrRateLimited and nothing else", err)
					}
				})
			})
		}
	}
}

func apiErrHasCause(err error) bool {
	var apiErr *APIError
	return errors.As(err, &apiErr) && apiErr.Unwrap() != nil
}

func TestRetry_junkInRetryAfterIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := answering(reply(503, "", "Retry-After", "-3600"), reply(429, "", "Retry-After", "NaN"), reply(200, "[]"))
		client := newTestClient(t, testURL, withTransport(transport), WithRetryPolicy(RetryPolicy{MaxRetries: 3, MinWait: time.Second, MaxWait: 8 * time.Second}))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if waits := transport.waits(); waits[0] > time.Second || waits[1] != 20*time.Second {
			t.Errorf("waited %v, want at most 1s, then 20s", waits)
		}
	})
}

func TestRetry_rateLimitedWaitsLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := answering(reply(429, "slow down"))
		client := newTestClient(t, testURL, withTransport(transport), WithRetryPolicy(RetryPolicy{MaxRetries: 6}))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		apiErrorOf(t, err, 429, 7)
		want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute}
		if got := transport.waits(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

func TestRetry_asOftenAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := answering(reply(503, ""))
		transport.steps = make([]step, 0, 5001)
		for range 5000 {
			transport.steps = append(transport.steps, reply(503, ""))
		}
		transport.steps = append(transport.steps, reply(200, "[]"))
		client := newTestClient(t, testURL, withTransport(transport), WithRetryPolicy(RetryPolicy{MaxRetries: math.MaxInt}))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 5001 {
			t.Errorf("got %v, %v, want a page after 5001 attempts", page, err)
		}
		for i, wait := range transport.waits() {
			if wait < 0 || wait > defaultMaxWait {
				t.Fatalf("wait %d was %s", i, wait)
			}
		}
	})
}
