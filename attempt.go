package tiledesk

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-tiledesk/tiledesk/internal/transport"
)

// Attempt is what became of one attempt of a call, see [WithObserver]. Nothing in it
// is secret, and nothing names a token: there is no URL and no identifier.
type Attempt struct {
	Method     string        // "GET", "DELETE" or "POST"
	Route      string        // "/jwt/history/:jti": the template, so that it serves as a label
	Number     int           // 1 for the first
	StatusCode int           // 0 when no response came
	Err        error         // why none came, or no whole one, cleaned; of the kind ErrNoAnswer or ErrResponseTooLarge
	RetryAfter time.Duration // what the server asked to wait; 0 when it did not
	Limited    time.Duration // spent in the rate limiter before it
	Duration   time.Duration // of the attempt itself, to the last byte of the body
	Wait       time.Duration // before the next; 0 after the last
}

// WithObserver calls a function after each attempt that was sent, retries and the
// exchange of [SignIn] included, for metrics: how many, with which status, how long.
// The call waits for it, and calls in several goroutines call it at the same time.
// An attempt that the rate limiter refused was not sent. Nil means none.
func WithObserver(observe func(Attempt)) Option {
	return func(o *options) error {
		o.observe = observe
		return nil
	}
}

// observer tells everybody who wants to know of each attempt; nil when nobody does.
func (c *call) observer(ctx context.Context) func(transport.Attempt) {
	logged := c.logger != nil && c.logger.Enabled(ctx, slog.LevelDebug)
	if !logged && c.observe == nil && c.paced == nil {
		return nil
	}
	return func(t transport.Attempt) {
		a := c.attempt(t)
		if c.paced != nil {
			c.paced(a)
		}
		if logged {
			c.logger.LogAttrs(ctx, slog.LevelDebug, "tiledesk: attempt", a.attrs()...)
		}
		if c.observe != nil {
			c.observe(a)
		}
	}
}

// attempt is one without secrets.
func (c *call) attempt(t transport.Attempt) Attempt {
	a := Attempt{
		Method: c.route.method, Route: c.route.template, Number: t.Number, StatusCode: t.StatusCode,
		RetryAfter: t.RetryAfter, Limited: t.Limited, Duration: t.Duration, Wait: t.Wait,
	}
	if t.Err == nil {
		return a
	}
	a.Err = c.safely(t.Err)
	switch {
	case t.TooLarge:
		a.Err = ofKind{a.Err, ErrResponseTooLarge}
	case t.StatusCode == 0:
		a.Err = ofKind{a.Err, ErrNoAnswer}
	}
	return a
}

// attrs are the attempt as a log line has it.
func (a Attempt) attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("method", a.Method),
		slog.String("route", a.Route),
		slog.Int("attempt", a.Number),
		slog.Duration("duration", a.Duration),
		slog.Duration("wait", a.Wait),
	}
	if a.StatusCode != 0 {
		attrs = append(attrs, slog.Int("status", a.StatusCode))
	}
	if a.Err != nil {
		attrs = append(attrs, slog.String("error", a.Err.Error()))
	}
	return attrs
}
