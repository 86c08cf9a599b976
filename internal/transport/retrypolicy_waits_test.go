package transport_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/servertest"
)

func TestRetryPolicy_keepsRetryAfter(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 502, 503, 504} {
		for value, want := range map[string]time.Duration{
			"7": 7 * time.Second, "0.5": 500 * time.Millisecond, "60": time.Minute, "0": 0,
			"Sat, 01 Jan 2000 00:00:09 GMT": 9 * time.Second,
		} {
			t.Run(fmt.Sprintf("%d %s", status, value), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := servertest.Answering(servertest.Reply(status, "", "Retry-After", value), servertest.Reply(200, "[]"))
					client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport))
					if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
						t.Error(err)
					}
					transport.Sent(t, 2, "GET", servertest.ListPath)
					if got := transport.Waits()[0]; got != want {
						t.Errorf("waited %s, want %s", got, want)
					}
				})
			})
		}
	}
}

func TestRetryPolicy_tooLongARetryAfterStopsAtOnce(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"60.001": time.Minute + time.Millisecond, "86400": 24 * time.Hour, "9223372037": math.MaxInt64,
		"Sat, 01 Jan 2000 00:02:00 GMT": 2 * time.Minute,
	} {
		for name, call := range servertest.BothCalls {
			t.Run(name+" "+value, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					transport := servertest.Answering(servertest.Reply(429, "", "Retry-After", value))
					err := call.Run(t, servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport)))
					if apiErr := servertest.APIErrorOf(t, err, 429, 1); apiErr.RetryAfter != want || time.Since(start) != 0 {
						t.Errorf("got RetryAfter %s after %s, want %s at once", apiErr.RetryAfter, time.Since(start), want)
					}
					if !errors.Is(err, tiledesk.ErrRateLimited) || apiErrHasCause(err) {
						t.Errorf("got %v, want ErrRateLimited and nothing else", err)
					}
				})
			})
		}
	}
}

func apiErrHasCause(err error) bool {
	var apiErr *tiledesk.APIError
	return errors.As(err, &apiErr) && apiErr.Unwrap() != nil
}

func TestRetryPolicy_junkInRetryAfterIsNotAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := servertest.Answering(servertest.Reply(503, "", "Retry-After", "-3600"), servertest.Reply(429, "", "Retry-After", "NaN"), servertest.Reply(200, "[]"))
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 3, MinWait: time.Second, MaxWait: 8 * time.Second}))
		if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if waits := transport.Waits(); waits[0] > time.Second || waits[1] != 20*time.Second {
			t.Errorf("waited %v, want at most 1s, then 20s", waits)
		}
	})
}

func TestRetryPolicy_rateLimitedWaitsLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := servertest.Answering(servertest.Reply(429, "slow down"))
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: 6}))
		_, err := client.JWT.ListHistory(t.Context(), nil)
		servertest.APIErrorOf(t, err, 429, 7)
		want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute}
		if got := transport.Waits(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

func TestRetryPolicy_asOftenAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		steps := append(slices.Repeat([]servertest.Step{servertest.Reply(503, "")}, 5000), servertest.Reply(200, "[]"))
		transport := servertest.Answering(steps...)
		client := servertest.NewClient(t, servertest.URL, servertest.WithTransport(transport), tiledesk.WithRetryPolicy(tiledesk.RetryPolicy{MaxRetries: math.MaxInt}))
		page, err := client.JWT.ListHistory(t.Context(), nil)
		if err != nil || page.Response.Attempts != 5001 {
			t.Errorf("got %v, %v, want a page after 5001 attempts", page, err)
		}
		for i, wait := range transport.Waits() {
			if wait < 0 || wait > 10*time.Second {
				t.Fatalf("wait %d was %s", i, wait)
			}
		}
	})
}
