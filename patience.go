package tiledesk

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk/internal/pace"
	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// promisedRate is how many requests a minute Tiledesk promises to accept (documented).
const promisedRate = 200

// RetryPolicy says how often and how patiently a call is retried.
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
	return RetryPolicy(transport.DefaultPolicy())
}

// WithRetryPolicy sets how often and how patiently a call is retried. The
// zero policy does not retry; begin with [DefaultRetryPolicy] to change one field.
func WithRetryPolicy(p RetryPolicy) Option {
	return func(o *options) error {
		policy := transport.Policy(p)
		if err := policy.Check(); err != nil {
			return invalidArgument("%w", err)
		}
		o.attempts.Retry = policy.WithDefaults()
		return nil
	}
}

// RateLimiter delays the attempts of a client. *rate.Limiter of
// golang.org/x/time/rate is one.
//
// One that also has the method Observe(Attempt) is told of each attempt that it let
// through, before the call goes on; see [NewAdaptiveLimiter].
type RateLimiter interface {
	// Wait returns when the next attempt may leave, or an error when the context
	// ends before that. It must be safe for concurrent use.
	Wait(ctx context.Context) error
}

// WithRateLimiter replaces the default limiter, which lets at most 200 requests
// leave in any minute. It is asked once for every attempt, retries included.
// Nil turns limiting off; a nil pointer of some type means the default.
func WithRateLimiter(l RateLimiter) Option {
	return func(o *options) error {
		o.paced = nil
		switch {
		case l == nil:
			o.attempts.Limit = nil
		case isNil(l):
			o.attempts.Limit = defaultLimit()
		default:
			o.attempts.Limit = l.Wait
			if observer, ok := l.(interface{ Observe(Attempt) }); ok {
				o.paced = observer.Observe
			}
		}
		return nil
	}
}

func defaultLimit() func(context.Context) error {
	evenly, burst := pace.Fixed(promisedRate)
	return rate.NewLimiter(rate.Limit(float64(evenly)/60), burst).Wait
}

// AdaptiveOptions configure [NewAdaptiveLimiter]. The zero value means the defaults,
// and so does what is negative.
type AdaptiveOptions struct {
	Start int // requests a minute to begin with; 0: 200, which Tiledesk promises to accept
	Max   int // requests that may leave in any minute, whatever the server accepts; 0: no bound

	// MaxRetryAfter is the longest Retry-After that is waited for; 0: 60 s, as in
	// [RetryPolicy]. Where a server asks for more, each attempt is refused at once
	// ([ErrLimiterRefused]) until no more than that is left.
	MaxRetryAfter time.Duration
}

// NewAdaptiveLimiter returns a [RateLimiter] that finds out how much the server accepts.
// It doubles its rate every 5 seconds while attempts have to wait for it and no 429
// comes. On a 429 nothing leaves for as long as the server asks (Retry-After), and where
// that is longer than [AdaptiveOptions].MaxRetryAfter, attempts are refused instead. The
// rate is halved, and from then on the limiter keeps a little below what the server
// accepted in the minute before; from time to time it tries whether there is room for
// more, and ever more rarely where there is none.
//
// It is told of the answers by the client whose [WithRateLimiter] it is, which must have
// this very value: inside a type of the caller's it stays at its start. All clients
// that share a server should share one, see [Client.WithCredentials].
//
// It is for a server of your own, and never the default: a hosted service may count
// each 429 against you.
func NewAdaptiveLimiter(opts AdaptiveOptions) RateLimiter {
	start := opts.Start
	if start <= 0 {
		start = promisedRate
	}
	return &adaptiveLimiter{pace.New(start, max(opts.Max, 0)).AskedAtMost(opts.MaxRetryAfter)}
}

type adaptiveLimiter struct{ *pace.Limiter }

// Observe tells the limiter what became of an attempt that it let through.
func (l *adaptiveLimiter) Observe(a Attempt) {
	if a.StatusCode == http.StatusTooManyRequests {
		l.Refused(a.Duration, a.RetryAfter)
		return
	}
	l.Took(a.Duration)
}
