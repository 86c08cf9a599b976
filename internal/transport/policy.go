package transport

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"time"
)

// The defaults of a [Policy].
const (
	defaultMaxRetries    = 3
	defaultMinWait       = 500 * time.Millisecond
	defaultMaxWait       = 10 * time.Second
	defaultMaxRetryAfter = time.Minute
)

// A 429 without Retry-After is waited out longer, since the server counts by the
// minute.
const (
	rateLimitedMinFactor = 10
	rateLimitedMaxFactor = 6
)

// Policy is how often and how patiently a request is retried.
type Policy struct {
	MaxRetries    int
	MinWait       time.Duration
	MaxWait       time.Duration
	MaxRetryAfter time.Duration
}

// DefaultPolicy is what a client has that asks for none.
func DefaultPolicy() Policy { return Policy{MaxRetries: defaultMaxRetries}.WithDefaults() }

// WithDefaults sets the waits that are zero.
func (p Policy) WithDefaults() Policy {
	if p.MaxWait == 0 {
		p.MaxWait = defaultMaxWait
	}
	if p.MinWait == 0 {
		p.MinWait = min(defaultMinWait, p.MaxWait)
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = defaultMaxRetryAfter
	}
	return p
}

// Check refuses what cannot be meant.
func (p Policy) Check() error {
	full := p.WithDefaults()
	switch {
	case p.MaxRetries < 0:
		return fmt.Errorf("MaxRetries is %d: use 0 for no retries", p.MaxRetries)
	case p.MinWait < 0, p.MaxWait < 0, p.MaxRetryAfter < 0:
		return errors.New("a wait of the retry policy is negative: use 0 for the default")
	case full.MinWait > full.MaxWait:
		return fmt.Errorf("MinWait %s is above MaxWait %s: raise MaxWait too", full.MinWait, full.MaxWait)
	}
	return nil
}

// wait is the time before the retry that follows an attempt; answer is nil when
// there was none. It is false when the server asks for more patience than we have.
func (p Policy) wait(attempt int, answer *Response) (time.Duration, bool) {
	if answer != nil {
		if after, ok := RetryAfter(answer.Header); ok {
			return after, after <= p.MaxRetryAfter
		}
		if answer.StatusCode == http.StatusTooManyRequests {
			return exponential(times(p.MinWait, rateLimitedMinFactor), times(p.MaxWait, rateLimitedMaxFactor), attempt), true
		}
	}
	return rand.N(exponential(p.MinWait, p.MaxWait, attempt) + 1), true
}

// longestWait leaves room for the one more that rand.N needs.
const longestWait time.Duration = math.MaxInt64 - 1

// exponential is low·2^(attempt−1), at most high, without overflow.
func exponential(low, high time.Duration, attempt int) time.Duration {
	high = min(high, longestWait)
	for ; attempt > 1 && low < high; attempt-- {
		low = times(low, 2)
	}
	return min(low, high)
}

// times multiplies without overflow.
func times(d time.Duration, factor time.Duration) time.Duration {
	if d > longestWait/factor {
		return longestWait
	}
	return d * factor
}
