package tiledesk

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	defaultMaxRetries    = 3
	defaultMinWait       = 500 * time.Millisecond
	defaultMaxWait       = 10 * time.Second
	defaultMaxRetryAfter = time.Minute

	// A 429 without Retry-After is waited out longer, since the server counts by
	// the minute.
	rateLimitedMinFactor = 10
	rateLimitedMaxFactor = 6
)

// RetryPolicy says how often and how patiently a call is tried again.
//
// Retried are 429, 502, 503, 504 and connections that broke or timed out, for
// listing and for revoking alike, since revoking twice does no harm. A 500 is
// not, because Tiledesk answers it for permanent faults.
//
// The wait after attempt n is anything from 0 to MinWait·2ⁿ⁻¹, at most MaxWait
// ("full jitter"). A Retry-After of the server is kept to the letter. A 429
// without one waits 10·MinWait, doubling up to 6·MaxWait.
type RetryPolicy struct {
	// MaxRetries is the number of attempts after the first; 0 means none.
	MaxRetries int
	// MinWait bounds the first wait; 0 means 500 ms, or MaxWait if that is less.
	MinWait time.Duration
	// MaxWait bounds every wait that the server did not ask for; 0 means 10 s.
	MaxWait time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for; 0 means 60 s.
	// A server that asks for more gets no retry: the error carries RetryAfter.
	MaxRetryAfter time.Duration
}

func (p RetryPolicy) check() error {
	full := p.withDefaults()
	switch {
	case p.MaxRetries < 0:
		return invalidArgument("MaxRetries is %d: use 0 for no retries", p.MaxRetries)
	case p.MinWait < 0, p.MaxWait < 0, p.MaxRetryAfter < 0:
		return invalidArgument("a wait of the retry policy is negative: use 0 for the default")
	case full.MinWait > full.MaxWait:
		return invalidArgument("MinWait %s is above MaxWait %s: raise MaxWait too", full.MinWait, full.MaxWait)
	}
	return nil
}

func (p RetryPolicy) withDefaults() RetryPolicy {
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

// wait is the time before the retry that follows an attempt; answer is nil when
// there was none. It is false when the server asks for more patience than we have.
func (p RetryPolicy) wait(attempt int, answer *Response) (time.Duration, bool) {
	if answer != nil {
		if after, ok := retryAfter(answer.Header); ok {
			return after, after <= p.MaxRetryAfter
		}
		if answer.StatusCode == http.StatusTooManyRequests {
			return exponential(times(p.MinWait, rateLimitedMinFactor), times(p.MaxWait, rateLimitedMaxFactor), attempt), true
		}
	}
	return rand.N(exponential(p.MinWait, p.MaxWait, attempt) + 1), true
}

// retryableStatus holds what is worth another try.
func retryableStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryableConnection reports whether a failed attempt may do better next time.
// Faults of certificate, scheme and name stay as they are, and so does a header
// that is too long.
func retryableConnection(err error) bool {
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound || isTLSFault(err) ||
		errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, ErrResponseTooLarge) {
		return false
	}
	retry, _ := retryablehttp.DefaultRetryPolicy(context.Background(), nil, err)
	return retry
}

// isTLSFault also sees through what a caller's transport wraps around an error,
// which go-retryablehttp does not.
func isTLSFault(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.As(err, &alert)
}

// retryAfter reads the header as seconds, whole or fractional, or as any HTTP
// date. A date that has passed is 0, one beyond reach the longest duration.
func retryAfter(header http.Header) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if strings.Trim(value, "0123456789.") == "" {
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, false
		}
		if seconds >= math.MaxInt64/float64(time.Second) {
			return math.MaxInt64, true
		}
		return time.Duration(seconds * float64(time.Second)), true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, time.Until(date)), true
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
