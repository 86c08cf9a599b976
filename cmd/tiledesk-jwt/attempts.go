package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

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

// Observe is told of each attempt, for a limiter that adapts to their outcomes.
func (w watched) Observe(attempt tiledesk.Attempt) {
	if adaptive, ok := w.limiter.(interface{ Observe(tiledesk.Attempt) }); ok {
		adaptive.Observe(attempt)
	}
	w.status.answered(attempt)
}

// debugLog are the options for --debug: what the client logs of each attempt, with
// the server that was asked and the page of a listing.
func (a *app) debugLog() []tiledesk.Option {
	if !a.flags.Debug {
		return nil
	}
	pages := new(pageLog)
	pages.Handler = slog.NewTextHandler(safeWriter{a.console.errors()}, &slog.HandlerOptions{Level: slog.LevelDebug})
	return []tiledesk.Option{tiledesk.WithLogger(slog.New(pages)), tiledesk.WithMiddleware(pages.around)}
}

// pageLog sees what leaves, and adds it to what is logged about it: in one run no two
// listings go on at once, and all requests go to one server.
type pageLog struct {
	slog.Handler
	newest atomic.Pointer[http.Request]
}

// around notes each listing.
func (l *pageLog) around(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodGet || l.newest.Load() == nil {
			l.newest.Store(req)
		}
		return next.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip is the function.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Handle adds the server and the page.
func (l *pageLog) Handle(ctx context.Context, record slog.Record) error {
	if req := l.newest.Load(); req != nil {
		record = record.Clone()
		record.AddAttrs(slog.String("server", req.URL.Scheme+"://"+req.URL.Host))
		if page := req.URL.Query().Get("page"); page != "" && isListing(record) {
			record.AddAttrs(slog.String("page", page))
		}
	}
	return l.Handler.Handle(ctx, record)
}

func isListing(record slog.Record) (found bool) {
	record.Attrs(func(attr slog.Attr) bool {
		found = found || attr.Key == "method" && attr.Value.String() == http.MethodGet
		return !found
	})
	return found
}
