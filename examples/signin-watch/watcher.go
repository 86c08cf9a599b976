package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// watcher knows which tokens were there at its last look.
type watcher struct {
	client *tiledesk.Client
	log    *slog.Logger
	seen   map[string]bool // nil before the first look
}

func newWatcher(client *tiledesk.Client, log *slog.Logger) *watcher {
	return &watcher{client: client, log: log}
}

// watch looks until the context ends, which is not an error, or until looking again
// cannot help.
func (w *watcher) watch(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		switch err := w.look(ctx); {
		case ctx.Err() != nil:
			return nil
		case permanent(err):
			return err
		case err != nil:
			w.log.Warn("look failed, trying again", "error", err, "in", every)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// look reports the tokens that were not there at the look before. The first look
// only counts. A look that fails changes nothing, so that the next one reports
// what this one would have.
func (w *watcher) look(ctx context.Context) error {
	seen := make(map[string]bool)
	for token, err := range w.client.JWT.History(ctx, nil) {
		if err != nil {
			return err
		}
		seen[token.ID] = true
		if w.seen != nil && !w.seen[token.ID] {
			w.log.Info("new sign-in", "id", token.ID, "created", token.CreatedAt)
		}
	}
	if w.seen == nil {
		w.log.Info("watching", "tokens", len(seen))
	}
	w.seen = seen
	return nil
}

// permanent tells errors that stay from those that may be gone at the next look.
func permanent(err error) bool {
	for _, kind := range []error{
		tiledesk.ErrUnauthorized,
		tiledesk.ErrForbidden,
		tiledesk.ErrHistoryUnavailable,
		tiledesk.ErrRedirected,
		tiledesk.ErrInvalidArgument,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
