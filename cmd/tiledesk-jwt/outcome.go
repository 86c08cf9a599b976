package main

import (
	"context"
	"errors"

	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk"
)

// errNoReport ends a run whose report takes no more: nothing is to be done that
// is not written down.
var errNoReport = errors.New("the report could not be written")

// summarize prints the counts of a run on one line. With --quiet it does so only
// when not everything was done.
func (a *app) summarize(report *tiledesk.RevokeReport) {
	if a.flags.Quiet && report.Err() == nil {
		return
	}
	parts := countsOf(report)
	switch {
	case parts != nil:
	case report.Err() != nil: // the listing failed, so there may be any number
		parts = []string{"nothing was revoked"}
	default:
		parts = []string{"there was nothing to revoke"}
	}
	if report.Planned > 0 && !a.onTerminal.stdout { // the lines of a dry run can be piped on
		a.console.complain("%s", sentence(strings.Join(parts, ", ")))
		return
	}
	a.console.say("%s", sentence(strings.Join(parts, ", ")))
}

// countsOf are the counts that are not 0, with their words.
func countsOf(report *tiledesk.RevokeReport) (parts []string) {
	for _, part := range []struct {
		n    int
		what string
	}{
		{report.Revoked, "revoked"}, {report.AlreadyGone, "already gone"}, {report.Planned, "would be revoked"},
		{report.Skipped, "left alone"}, {report.NotFound, "not found"}, {report.Failed, "failed"},
		{report.NotAttempted, "not attempted"},
	} {
		if part.n > 0 {
			parts = append(parts, humanize.Comma(int64(part.n))+" "+part.what)
		}
	}
	return parts
}

// conclude says why a run stopped, if it did, what it cannot vouch for, and returns
// the exit code. What became of single tokens was said before. A run that proves what
// it did says later whether the server refuses revoked tokens.
func (a *app) conclude(ctx context.Context, report *tiledesk.RevokeReport, proves bool) int {
	if report.Revoked > 0 && a.onTerminal.stderr && !proves {
		a.console.note("The server says so. Whether it refuses revoked tokens, tiledesk-jwt doctor finds out.")
	}
	if n := report.WithoutJTI; n > 0 {
		a.console.warn("the entries of %s show no jti, by which the server looks for revoked tokens: it may still accept them. %s", count(n, "revoked token"), whatEndsIt)
	}
	whole := report.RunErr()
	switch {
	case !interrupted(ctx) && wasTold(report, whole):
		if report.NotAttempted > 0 {
			a.console.complain("The run stopped there, since no other token would have done better.")
		}
	case interrupted(ctx):
		a.console.complain("Interrupted. Treat what was not attempted as still valid, and run the same command again to resume.")
	case whole != nil && !errors.Is(context.Cause(ctx), errNoReport):
		a.console.complain("%s", a.explainAsked(whole))
		if report.Incomplete && !errors.Is(whole, tiledesk.ErrIncompleteHistory) && !errors.Is(whole, tiledesk.ErrTokensKeepAppearing) {
			a.console.complain("The list was not read to its end, so there may be tokens that this run has not seen. Treat them as still valid.")
		}
	}
	return codeOfRun(ctx, report)
}

// wasTold reports whether the run stopped on a failure that was shown as that of its
// token: those that were not attempted say the same, where there are any others.
func wasTold(report *tiledesk.RevokeReport, whole error) bool {
	shown := 0
	for _, failure := range report.Failures {
		if failure.Outcome != tiledesk.Failed {
			continue
		}
		if shown++; shown > maxShown {
			return false
		}
		cause := failure.Err
		if cause == nil || !errors.Is(whole, cause) {
			continue
		}
		return slices.ContainsFunc(report.Failures, func(other tiledesk.RevokeResult) bool {
			return other.Outcome == tiledesk.NotAttempted && errors.Is(other.Err, cause)
		}) || len(report.Failures) == 1
	}
	return false
}

// codeOfRun is the exit code of a run.
func codeOfRun(ctx context.Context, report *tiledesk.RevokeReport) int {
	switch err := report.Err(); {
	case err == nil:
		return exitDone
	case errors.Is(err, tiledesk.ErrUnauthorized), errors.Is(err, tiledesk.ErrForbidden):
		return exitRefused
	case errors.Is(err, tiledesk.ErrHistoryUnavailable):
		return exitNoHistory
	case interrupted(ctx), report.NotAttempted > 0:
		return exitInterrupted
	}
	return exitUndone
}

// interrupted reports whether it was an interrupt that ended the context.
func interrupted(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errInterrupted) }
