package tiledesk

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const longest = time.Duration(math.MaxInt64)
	tests := map[string]struct {
		value string
		want  time.Duration
		known bool
	}{
		"whole seconds":        {"7", 7 * time.Second, true},
		"none":                 {"0", 0, true},
		"fractional":           {"1.5", 1500 * time.Millisecond, true},
		"a bare fraction":      {".25", 250 * time.Millisecond, true},
		"white space around":   {" 2 ", 2 * time.Second, true},
		"RFC 1123":             {"Sat, 01 Jan 2000 00:00:09 GMT", 9 * time.Second, true},
		"RFC 850":              {"Saturday, 01-Jan-00 00:00:09 GMT", 9 * time.Second, true},
		"asctime":              {"Sat Jan  1 00:00:09 2000", 9 * time.Second, true},
		"a date that passed":   {"Fri, 31 Dec 1999 23:59:59 GMT", 0, true},
		"a date far away":      {"Fri, 31 Dec 9999 23:59:59 GMT", longest, true},
		"overflows int64":      {"9223372037", longest, true},
		"overflows float64":    {strings.Repeat("9", 400), longest, true},
		"negative":             {"-5", 0, false},
		"a sign":               {"+5", 0, false},
		"NaN":                  {"NaN", 0, false},
		"infinite":             {"Inf", 0, false},
		"hexadecimal":          {"0x10", 0, false},
		"junk":                 {"soon", 0, false},
		"two dots":             {"1.2.3", 0, false},
		"a dot":                {".", 0, false},
		"empty":                {"", 0, false},
		"blank":                {"  ", 0, false},
		"a date without GMT":   {"Sat, 01 Jan 2000 00:00:09", 0, false},
		"ISO 8601, not a date": {"2000-01-01T00:00:09Z", 0, false},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // its clock stands at the start of 2000
				got, known := retryAfter(http.Header{"Retry-After": {test.value}})
				if got != test.want || known != test.known {
					t.Errorf("got %v, %t, want %v, %t", got, known, test.want, test.known)
				}
			})
		})
	}
}

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

func TestRetry_fullJitter(t *testing.T) {
	t.Parallel()
	policy := RetryPolicy{}.withDefaults()
	bounds := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second}
	for i, bound := range bounds {
		var lowest, highest time.Duration = math.MaxInt64, 0
		for range 4000 {
			wait, ok := policy.wait(i+1, &Response{StatusCode: 503})
			if !ok || wait < 0 || wait > bound {
				t.Fatalf("attempt %d: waits %s, want 0 to %s", i+1, wait, bound)
			}
			lowest, highest = min(lowest, wait), max(highest, wait)
		}
		if lowest > bound/50 || highest < bound-bound/50 {
			t.Errorf("attempt %d: waits %s to %s, want the whole of 0 to %s", i+1, lowest, highest, bound)
		}
	}
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

func TestRetryPolicy_wait_neverOverflows(t *testing.T) {
	t.Parallel()
	huge := RetryPolicy{MaxRetries: math.MaxInt, MinWait: math.MaxInt64, MaxWait: math.MaxInt64, MaxRetryAfter: math.MaxInt64}
	small := RetryPolicy{MaxRetries: math.MaxInt, MinWait: 1, MaxWait: math.MaxInt64}.withDefaults()
	for _, policy := range []RetryPolicy{huge, small} {
		for _, attempt := range []int{1, 2, 62, 63, 64, 65, 1000, math.MaxInt} {
			for _, answer := range []*Response{nil, {StatusCode: 429}, {StatusCode: 503}} {
				if wait, ok := policy.wait(attempt, answer); wait < 0 || !ok {
					t.Errorf("attempt %d after %v: waits %s, %t", attempt, answer, wait, ok)
				}
			}
		}
	}
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
