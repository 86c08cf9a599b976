package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-tiledesk/tiledesk"
)

// errNoReport ends a run whose report takes no more: nothing is to be done that
// is not written down.
var errNoReport = errors.New("the report could not be written")

// summarize prints the counts of a run on one line. With --quiet it does so only
// when something is left undone.
func (a *app) summarize(report *tiledesk.RevokeReport) {
	if a.flags.Quiet && report.Err() == nil {
		return
	}
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{report.Revoked, "revoked"}, {report.AlreadyGone, "already gone"}, {report.Planned, "would be revoked"},
		{report.Skipped, "left alone"}, {report.NotFound, "not found"}, {report.Failed, "failed"},
		{report.NotAttempted, "not attempted"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	switch {
	case parts != nil:
	case report.Err() != nil: // the listing failed, so there may be any number
		parts = []string{"nothing was revoked"}
	default:
		parts = []string{"there was nothing to revoke"}
	}
	a.console.say("%s", sentence(strings.Join(parts, ", ")))
}

// conclude says why a run stopped, if it did, and returns the exit code.
func (a *app) conclude(ctx context.Context, report *tiledesk.RevokeReport) int {
	err := report.Err()
	if report.Revoked > 0 && a.onTerminal.stderr {
		a.console.note("The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.")
	}
	if err == nil {
		return exitDone
	}
	whole := report.RunErr()
	switch {
	case interrupted(ctx):
		a.console.complain("Interrupted. What was not attempted is still alive; run the same command again to go on.")
	case whole != nil && !errors.Is(context.Cause(ctx), errNoReport):
		a.console.complain("%s", explain(whole))
		if listingFailed(report, whole) {
			a.console.complain("The list was not read to its end, so that tokens may be alive which this run has not seen.")
		}
	}
	switch {
	case errors.Is(err, tiledesk.ErrUnauthorized), errors.Is(err, tiledesk.ErrForbidden):
		return exitRefused
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		return exitNoHistory
	case interrupted(ctx), report.NotAttempted > 0:
		return exitInterrupted
	}
	return exitUndone
}

// listingFailed reports whether it was a listing that ended the run, so that there
// may be more tokens than it has seen.
func listingFailed(report *tiledesk.RevokeReport, whole error) bool {
	var answered *tiledesk.APIError
	switch {
	case report.Passes == 0, report.NotAttempted > 0, errors.Is(whole, tiledesk.ErrIncompleteHistory), errors.Is(whole, tiledesk.ErrTokensKeepAppearing):
		return false
	}
	return !errors.As(whole, &answered) || answered.Method == http.MethodGet
}

// interrupted reports whether it was an interrupt that ended the context.
func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errInterrupted) }
