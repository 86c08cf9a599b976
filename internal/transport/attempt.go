package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// RoundTrip makes one attempt. It reads the whole body itself, so that a connection
// that breaks half-way through it counts as a failed attempt, and hides the
// caller's transport from http.Client.CloseIdleConnections, which go-retryablehttp
// calls after every failure.
func (l *loop) RoundTrip(req *http.Request) (*http.Response, error) {
	l.Err, l.TooLarge, l.sent, l.attempt = nil, false, false, Attempt{}
	ctx := req.Context()
	err := l.limited(ctx)
	l.Limited = err != nil
	if err == nil && ctx.Err() != nil { // it ended at the last moment: nothing may leave now
		err = ContextError(ctx)
	}
	if err != nil {
		l.Err, l.Stop = err, err
		return nil, err
	}
	l.Attempts++
	l.sent = true
	l.attempt.Number = l.Attempts
	started := l.clock()
	l.Err = l.exchange(req)
	l.attempt.Duration = since(started)
	if l.Err != nil {
		return nil, l.Err
	}
	// Without a status, so that http.Client follows no redirect.
	l.reply = http.Response{Body: http.NoBody}
	return &l.reply, nil
}

// limited waits for the limiter.
func (l *loop) limited(ctx context.Context) error {
	if l.Limit == nil {
		return nil
	}
	started := l.clock()
	err := l.Limit(ctx)
	l.attempt.Limited = since(started)
	if err == nil {
		return nil
	}
	l.Declined = ctx.Err() == nil
	// rate.Limiter says in words only that it could not serve before the deadline.
	if l.Declined && strings.Contains(err.Error(), "would exceed context deadline") {
		return fmt.Errorf("the rate limiter cannot serve before the deadline: %w", context.DeadlineExceeded)
	}
	return fmt.Errorf("the rate limiter let nothing through: %w", err)
}

// exchange sends the request and reads the whole answer.
func (l *loop) exchange(req *http.Request) error {
	ctx, cancel := l.attemptContext(req.Context())
	defer cancel()
	resp, err := l.send(req.WithContext(ctx))
	if err != nil {
		return l.explain(req.Context(), ctx, err)
	}
	l.attempt.StatusCode = resp.StatusCode
	l.Response = &Response{StatusCode: resp.StatusCode, Header: resp.Header, Attempt: l.Attempts}
	l.Response.Body, err = readBody(resp)
	l.Response.Ended = endIsKnown(resp, l.Response.Body)
	if err != nil {
		return l.explain(req.Context(), ctx, err)
	}
	return nil
}

// attemptContext bounds one attempt. With a grace, an attempt that has begun
// outlives its parent by that much, so that its outcome becomes known.
func (l *loop) attemptContext(parent context.Context) (context.Context, context.CancelFunc) {
	if l.request.Grace != nil {
		parent = l.request.Grace
	}
	return context.WithTimeout(parent, l.AttemptTimeout)
}

// send hands the request to the transport, with the cookies of the moment: a jar
// inside http.Client would add them to those of the attempt before.
func (l *loop) send(req *http.Request) (*http.Response, error) {
	req.Header = l.request.Header
	if l.Jar != nil {
		req.Header = req.Header.Clone()
		for _, cookie := range l.Jar.Cookies(req.URL) {
			req.AddCookie(cookie)
		}
	}
	resp, err := l.RoundTripper.RoundTrip(req)
	switch {
	case err == nil && resp == nil:
		return nil, errors.New("the transport gave neither an answer nor an error")
	case err == nil && l.Jar != nil && len(resp.Cookies()) > 0:
		l.Jar.SetCookies(req.URL, resp.Cookies())
	}
	return resp, err
}

// headerTooLong are the words, all that there is, by which net/http tells that a
// header or a flood of 1xx answers was longer than the transport allows.
var headerTooLong = regexp.MustCompile(`response headers exceeded|header list (?:larger than|too large)|too many 1xx`)

// explain says that it was our own timeout which ended the attempt, and notes that
// it was a length.
func (l *loop) explain(parent, attempt context.Context, err error) error {
	switch {
	case parent.Err() == nil && errors.Is(attempt.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the attempt took longer than %s: %w", l.AttemptTimeout, err)
	case errors.Is(err, errTooLarge):
		l.TooLarge = true
	case headerTooLong.MatchString(err.Error()):
		l.TooLarge = true
		return fmt.Errorf("the header of the answer is too long: %w", err)
	}
	return err
}

// clock is the time if anybody wants to know.
func (l *loop) clock() time.Time {
	if l.request.Observe == nil {
		return time.Time{}
	}
	return time.Now()
}

func since(started time.Time) time.Duration {
	if started.IsZero() {
		return 0
	}
	return time.Since(started)
}
