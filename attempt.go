package tiledesk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// stopError is the limiter's refusal: it forbids another attempt, and another call
// of the same run as well.
type stopError struct {
	text  string
	cause error
}

func (e *stopError) Error() string { return e.text + ": " + e.cause.Error() }
func (e *stopError) Unwrap() error { return e.cause }

// RoundTrip makes one attempt. It reads the whole body itself, so that a
// connection that breaks half-way through it counts as a failed attempt, and
// hides the caller's transport from http.Client.CloseIdleConnections, which
// go-retryablehttp calls after every failure.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	c.broken, c.sent = nil, false
	if c.limit != nil {
		if err := c.limit(req.Context()); err != nil {
			c.stopped = limiterError(req.Context(), err, c.secrets())
			return nil, c.stopped
		}
	}
	if err := req.Context().Err(); err != nil {
		c.stopped = err // it ended at the last moment: nothing may leave now
		return nil, err
	}
	c.attempts++
	c.sent = true
	if c.logger != nil {
		c.started = time.Now()
	}

	ctx, cancel := c.attemptContext(req.Context())
	defer cancel()
	resp, err := c.send(req.WithContext(ctx))
	if err != nil {
		c.broken = c.attemptError(req.Context(), ctx, err)
		return nil, c.broken
	}
	var body []byte
	body, err = readBody(resp)
	c.answer = &Response{StatusCode: resp.StatusCode, Header: resp.Header, Body: body, Attempts: c.attempts, end: endOf(resp, body, err)}
	if err != nil {
		c.broken = c.attemptError(req.Context(), ctx, err)
		return nil, c.broken
	}
	c.reply = http.Response{
		StatusCode: resp.StatusCode,
		Header:     withoutLocation(resp),
		Body:       http.NoBody,
		Request:    req,
	}
	return &c.reply, nil
}

// attemptContext bounds one attempt. With a grace, an attempt that has begun
// outlives its parent by that much, so that its outcome becomes known.
func (c *call) attemptContext(parent context.Context) (context.Context, context.CancelFunc) {
	if c.grace != nil {
		parent = c.grace
	}
	return context.WithTimeout(parent, c.attemptTimeout)
}

// outlasting returns a context that ends a while after another one.
func outlasting(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { release(); cancel() }
}

// send hands a request to the transport, with the cookies of the moment: a jar
// inside http.Client would add them to those of the attempt before.
func (c *call) send(req *http.Request) (*http.Response, error) {
	req.Header = c.header
	if c.jar != nil {
		req.Header = c.header.Clone()
		for _, cookie := range c.jar.Cookies(req.URL) {
			req.AddCookie(cookie)
		}
	}
	resp, err := c.transport.RoundTrip(req)
	switch {
	case err == nil && resp == nil:
		return nil, errors.New("the transport gave neither an answer nor an error")
	case err == nil && c.jar != nil && len(resp.Cookies()) > 0:
		c.jar.SetCookies(req.URL, resp.Cookies())
	}
	return resp, err
}

// headerTooLong are the words, all that there is, by which net/http tells that a
// header or a flood of 1xx answers was longer than the transport allows.
var headerTooLong = regexp.MustCompile(`response headers exceeded|header list (?:larger than|too large)|too many 1xx`)

// attemptError says that it was our own timeout which ended the attempt, or the
// length of the header.
func (c *call) attemptError(parent, attempt context.Context, err error) error {
	if parent.Err() == nil && errors.Is(attempt.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("the attempt took longer than %s: %w", c.attemptTimeout, err)
	}
	if headerTooLong.MatchString(err.Error()) {
		return fmt.Errorf("%w, already its header: %w", ErrResponseTooLarge, err)
	}
	return err
}

// checkRetry decides after each attempt whether there is a next one, and when.
func (c *call) checkRetry(ctx context.Context, _ *http.Response, err error) (bool, error) {
	c.replyLost = c.replyLost || c.mayHaveActed(err)
	again := c.worthAnother(err)
	if again && ctx.Err() != nil {
		c.stopped, again = contextError(ctx, c.secrets()), false
	}
	c.wait = 0
	if again {
		c.wait, again = c.retry.wait(c.attempts, c.answerOfThisAttempt())
	}
	if deadline, ok := ctx.Deadline(); again && ok && time.Until(deadline) <= c.wait {
		c.stopped = fmt.Errorf("the wait before the next attempt would outlast the deadline: %w", context.DeadlineExceeded)
		again = false
	}
	if !again {
		c.wait = 0 // for the logger
	}
	if c.sent {
		c.log(ctx, err)
	}
	if err == nil {
		err = c.stopped
	}
	return again, err
}

func (c *call) worthAnother(err error) bool {
	if c.stopped != nil || c.attempts > c.retries() {
		return false
	}
	answer := c.answerOfThisAttempt()
	if answer == nil {
		return retryableConnection(err)
	}
	cut := c.broken != nil && answer.StatusCode <= 299 && !errors.Is(c.broken, ErrResponseTooLarge)
	return cut || retryableStatus(answer.StatusCode)
}

// mayHaveActed reports whether the newest attempt may have taken effect without
// telling us: its reply broke, or a proxy answered in the server's place. A 503
// or 429 is an answer of its own, and who never got through did nothing.
func (c *call) mayHaveActed(err error) bool {
	answer := c.answerOfThisAttempt()
	if answer != nil {
		return c.broken != nil && answer.StatusCode <= 299 || answer.StatusCode == http.StatusBadGateway || answer.StatusCode == http.StatusGatewayTimeout
	}
	return c.stopped == nil && !neverSent(err)
}

// neverSent reports whether a connection failed before anything was written to it.
func neverSent(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") ||
		errors.As(err, &certificate) || errors.As(err, &record)
}

func (c *call) retries() int {
	if c.once {
		return 0
	}
	return c.retry.MaxRetries
}

// answerOfThisAttempt is nil when the newest attempt brought no status.
func (c *call) answerOfThisAttempt() *Response {
	if c.answer == nil || c.answer.Attempts != c.attempts {
		return nil
	}
	return c.answer
}

// backoff gives go-retryablehttp the wait that checkRetry found.
func (c *call) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait }

func (c *call) log(ctx context.Context, err error) {
	if c.logger == nil || !c.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", c.route.method),
		slog.String("route", c.route.template),
		slog.Int("attempt", c.attempts),
		slog.Duration("duration", time.Since(c.started)),
		slog.Duration("wait", c.wait),
	}
	if answer := c.answerOfThisAttempt(); answer != nil {
		attrs = append(attrs, slog.Int("status", answer.StatusCode))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", clean(withoutURL(err).Error(), c.secrets())))
	}
	c.logger.LogAttrs(ctx, slog.LevelDebug, "tiledesk: attempt", attrs...)
}

// withoutLocation keeps http.Client from looking at a redirect at all: it fails
// on a malformed Location before it asks CheckRedirect, with the URL in the text.
func withoutLocation(resp *http.Response) http.Header {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return resp.Header
	}
	header := resp.Header.Clone()
	header.Del("Location")
	return header
}

// limiterError also answers to context.DeadlineExceeded when the limiter saw
// that it could not serve before the deadline: rate.Limiter says so in words only.
func limiterError(ctx context.Context, err error, secrets *redact.Secrets) error {
	if ctx.Err() == nil && strings.Contains(err.Error(), "would exceed context deadline") {
		return &stopError{"the rate limiter cannot serve before the deadline", context.DeadlineExceeded}
	}
	return &stopError{"the rate limiter let nothing through", hide(err, secrets)}
}

// contextError is the context's error together with its cause, if it has one.
// Both can be the caller's, so that a secret can stand in them.
func contextError(ctx context.Context, secrets *redact.Secrets) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) || errors.Is(cause, err) {
		return hide(err, secrets)
	}
	return fmt.Errorf("%w: %w", hide(err, secrets), hide(cause, secrets))
}
