package tiledesk

import (
	"time"

	"github.com/go-tiledesk/tiledesk/internal/transport"
)

const (
	defaultMaxRetries    = 3
	defaultMinWait       = 500 * time.Millisecond
	defaultMaxWait       = 10 * time.Second
	defaultMaxRetryAfter = time.Minute
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

// DefaultRetryPolicy is what a client has without [WithRetryPolicy], with all fields
// set: 3 retries, waits of 500 ms to 10 s, a Retry-After of up to a minute. Change
// a field of it, so that what you leave alone stays as it is.
func DefaultRetryPolicy() RetryPolicy {
	return RetryPolicy{MaxRetries: defaultMaxRetries}.withDefaults()
}

// WithRetryPolicy sets how often and how patiently a call is tried again. The
// zero policy does not retry; begin with [DefaultRetryPolicy] to change one field.
func WithRetryPolicy(p RetryPolicy) Option {
	return func(o *options) error {
		if err := p.check(); err != nil {
			return err
		}
		o.attempts.Retry = transport.Policy(p.withDefaults())
		return nil
	}
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
