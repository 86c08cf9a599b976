package transport

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// testPolicy is the default of a client.
var testPolicy = Policy{MaxRetries: 3, MinWait: 500 * time.Millisecond, MaxWait: 10 * time.Second, MaxRetryAfter: time.Minute}

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
				got, known := RetryAfter(http.Header{"Retry-After": {test.value}})
				if got != test.want || known != test.known {
					t.Errorf("got %v, %t, want %v, %t", got, known, test.want, test.known)
				}
			})
		})
	}
}

func TestPolicy_wait_isFullJitter(t *testing.T) {
	t.Parallel()
	policy := testPolicy
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

func TestPolicy_wait_neverOverflows(t *testing.T) {
	t.Parallel()
	huge := Policy{MaxRetries: math.MaxInt, MinWait: math.MaxInt64, MaxWait: math.MaxInt64, MaxRetryAfter: math.MaxInt64}
	small := Policy{MaxRetries: math.MaxInt, MinWait: 1, MaxWait: math.MaxInt64, MaxRetryAfter: time.Minute}
	for _, policy := range []Policy{huge, small} {
		for _, attempt := range []int{1, 2, 62, 63, 64, 65, 1000, math.MaxInt} {
			for _, answer := range []*Response{nil, {StatusCode: 429}, {StatusCode: 503}} {
				if wait, ok := policy.wait(attempt, answer); wait < 0 || !ok {
					t.Errorf("attempt %d after %v: waits %s, %t", attempt, answer, wait, ok)
				}
			}
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "7", "1.5", ".", "1.2.3", "-5", "NaN", "Inf", "9223372037", strings.Repeat("9", 400), "0x10", "1e5",
		"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(seed, 1)
	}
	f.Fuzz(func(t *testing.T, value string, attempt int) {
		header := http.Header{"Retry-After": {value}}
		after, known := RetryAfter(header)
		if after < 0 || !known && after != 0 {
			t.Fatalf("%q is %s, %t", value, after, known)
		}
		policy := testPolicy
		for _, status := range []int{429, 503} {
			wait, ok := policy.wait(max(1, attempt), &Response{StatusCode: status, Header: header})
			if wait < 0 || ok && wait > time.Minute || ok && known && wait > after {
				t.Fatalf("%q after attempt %d is a wait of %s, %t", value, attempt, wait, ok)
			}
		}
	})
}
