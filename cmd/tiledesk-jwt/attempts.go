package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// watched is a limiter that lets the command and the status line know of each request.
type watched struct {
	*app
	limiter tiledesk.RateLimiter // nil: none
}

// Wait is that of the limiter.
func (w watched) Wait(ctx context.Context) error {
	if w.onRequest != nil {
		w.onRequest()
	}
	w.status.holds()
	var err error
	if w.limiter != nil {
		err = w.limiter.Wait(ctx)
	}
	w.status.lets(err == nil)
	return err
}

// attempts hears what the client logs of each attempt: for the status line, and for
// --debug.
type attempts struct {
	status *status
	debug  slog.Handler // nil: nobody reads it
}

// Enabled reports whether anybody wants to know.
func (h attempts) Enabled(ctx context.Context, level slog.Level) bool {
	return h.status.isShown() || h.debug != nil && h.debug.Enabled(ctx, level)
}

// Handle takes in one record.
func (h attempts) Handle(ctx context.Context, record slog.Record) error {
	if h.status.isShown() {
		var code int
		var wait time.Duration
		record.Attrs(func(attr slog.Attr) bool {
			switch attr.Key {
			case "status":
				code = int(attr.Value.Int64())
			case "wait":
				wait = attr.Value.Duration()
			}
			return true
		})
		h.status.answered(code, wait)
	}
	if h.debug == nil {
		return nil
	}
	return h.debug.Handle(ctx, record)
}

// WithAttrs and WithGroup are never called by the client.
func (h attempts) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup is like WithAttrs.
func (h attempts) WithGroup(string) slog.Handler { return h }
