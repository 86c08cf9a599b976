// Package transport makes the attempts that one call takes: it limits, times, sends
// and reads each of them, and decides whether there is a next one. What came of it
// is a value; what it means is for others to say.
//
// go-retryablehttp drives the loop. Innermost, as the transport of its client,
// stands one attempt, which ends when the whole body was read.
package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Client makes requests. Its fields do not change after the first.
type Client struct {
	RoundTripper   http.RoundTripper
	Jar            http.CookieJar // nil: no cookies
	AttemptTimeout time.Duration
	Retry          Policy
	Limit          func(context.Context) error // waits before each attempt; nil: no limit
}

// Request is what a call asks for.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header // sent as it is, never changed
	Body   []byte      // nil: none
	Once   bool        // never sent twice, whatever happens

	// Earlier is the number of attempts that were made before, under another header.
	// They count in what is told of this one, and not toward its retries.
	Earlier int

	// Grace outlasts the context of the call: an attempt that has begun may be
	// answered until it ends. Nil means the call's own context.
	Grace context.Context
	// Observe is told of each attempt after it. Nil means nobody.
	Observe func(Attempt)
}

// Attempt is what became of one attempt.
type Attempt struct {
	Number     int
	StatusCode int           // 0 when no response came
	Err        error         // why no whole response came, secrets and all
	TooLarge   bool          // Err is about a header or a body above its bound
	RetryAfter time.Duration // what the server asked to wait; 0 when it did not
	Limited    time.Duration // spent in the limiter before it
	Duration   time.Duration // of the attempt itself
	Wait       time.Duration // before the next one; 0 after the last
}

// Result is what became of a request.
type Result struct {
	// Response is the newest that came; nil when none did.
	Response *Response
	// Err is why the last attempt brought no whole response; nil when Response is
	// that of the last attempt, and whole.
	Err error
	// Stop is what kept the request from another attempt that it would have made:
	// its context, its deadline, or the limiter. Nil when nothing did.
	Stop error

	Attempts  int  // that were sent, earlier ones included
	TooLarge  bool // Err is about a header or a body above its bound
	Limited   bool // Stop is what the limiter said, a context that ended meanwhile included
	Declined  bool // Stop is a refusal of the limiter, and the context went on
	ReplyLost bool // an attempt may have taken effect without a whole answer to it
}

// Response is an answer as the last attempt, or one before it, read it.
type Response struct {
	StatusCode int
	Header     http.Header
	Body       []byte
	Attempt    int // the number of the attempt that brought it

	// Ended is false when nothing told where the body ends but the end of the
	// connection, which a cut connection looks like as well.
	Ended bool
}

// Whole reports whether the last attempt brought a whole response.
func (r Result) Whole() bool { return r.Err == nil && r.Response != nil }

// Cut reports whether the last attempt brought a response whose body broke off.
func (r Result) Cut() bool {
	return r.Err != nil && r.Response != nil && r.Response.Attempt == r.Attempts
}

// Do makes the attempts that a request takes.
func (c *Client) Do(ctx context.Context, r Request) Result {
	request, err := newRequest(ctx, r)
	if err != nil {
		return Result{Err: err}
	}
	l := &loop{Client: c, request: r, Result: Result{Attempts: r.Earlier}}
	l.http.Transport = l
	l.driver.HTTPClient, l.driver.RetryMax = &l.http, c.Retry.MaxRetries
	l.driver.CheckRetry, l.driver.Backoff = l.checkRetry, l.backoff
	_, _ = l.driver.Do(request) // what there is to know, the loop knows
	if l.again {                // the context ended while the driver waited
		l.Stop = ContextError(ctx)
	}
	return l.Result
}

// loop is one request with all its attempts.
type loop struct {
	*Client
	request Request
	Result
	sent    bool    // the newest attempt got past the limiter
	again   bool    // there is to be another one
	attempt Attempt // for the observer

	http   http.Client          // these three are here to be allocated with the rest
	driver retryablehttp.Client // not of NewClient, which logs to stderr
	reply  http.Response        // what go-retryablehttp sees of the answer
}

// newRequest makes a request without a header: the attempt adds it, since
// http.Client copies the one that it sees.
func newRequest(ctx context.Context, r Request) (*retryablehttp.Request, error) {
	plain := &http.Request{ // as http.NewRequest makes it, without parsing the URL again
		Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: http.Header{},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	request, err := retryablehttp.FromRequest(plain.WithContext(ctx))
	if err != nil || r.Body == nil {
		return request, err
	}
	err = request.SetBody(r.Body)
	if r.Once {
		request.GetBody = nil // without it net/http cannot send the body again either
	}
	return request, err
}

// ContextError is the error of a context together with its cause, if it has one.
// It is nil while the context goes on.
func ContextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || cause == err {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}
