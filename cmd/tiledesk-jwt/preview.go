package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-tiledesk/tiledesk"
)

// preview lists without revoking and shows what would be revoked, also of a list
// that may lack tokens. It is false when there is nothing more to do.
func (c *revokeAllCommand) preview(ctx context.Context, a *app, s *session, selection *selection) (bool, error) {
	if c.DryRun {
		a.console.note("Dry run: nothing is revoked.")
	}
	u, progress := selection.undertaking, a.newProgress(0)
	report := a.revokeAll(ctx, s, tiledesk.RevokeOptions{
		DryRun:         true,
		Concurrency:    1, // nothing is sent, and so the order stays that of the list
		IncludeCurrent: c.IncludeCurrent,
		Match: func(token *tiledesk.Token) bool {
			matched := selection.match(token)
			progress.listed(matched)
			return matched
		},
		OnResult: func(r tiledesk.RevokeResult) {
			selection.count(r)
			if c.DryRun {
				u.lines = r.Outcome == tiledesk.Planned && !a.onTerminal.stdout
				u.did(r) // a report that takes no more is told below
			}
		},
	})
	progress.finish()
	code := a.conclude(ctx, report, false)
	if c.DryRun || report.Err() != nil && !errors.Is(report.Err(), tiledesk.ErrIncompleteHistory) || selection.tally.planned == 0 {
		u.report = report
	}
	if code != exitDone && !errors.Is(report.Err(), tiledesk.ErrIncompleteHistory) {
		return false, ended(code)
	}
	if err := selection.file.failed; err != nil {
		return false, undone("The report could not be written: %s.", err)
	}
	selection.incomplete = report.Incomplete
	a.showPlan(selection, c.DryRun)
	if c.DryRun || selection.tally.planned == 0 {
		return false, ended(code)
	}
	return true, nil
}

// showPlan shows the first tokens, how many there are, and what is left alone: on
// stdout when that is all that was asked for, else beside the question. Where stdout
// is read by a program, it has the lines of a dry run and nothing else.
func (a *app) showPlan(selection *selection, dryRun bool) {
	t, forPrograms := selection.tally, selection.undertaking.json || !a.onTerminal.stdout
	line, sentence := a.console.show, a.console.complain
	if dryRun && !forPrograms {
		line, sentence = a.console.print, a.console.say
	}
	if !dryRun || !forPrograms {
		for _, token := range t.first {
			text := "  " + nameOf(tiledesk.Target{JTI: token.JTI, ID: token.ID})
			if a.console.width >= narrow {
				text += "  " + ago(token.CreatedAt, a.now())
			}
			line("%s", text)
		}
		if more := t.planned - len(t.first); more > 0 {
			line("  and %d more", more)
		}
	}
	undated := ""
	if t.undated > 0 {
		undated = fmt.Sprintf("; %d of them at an unknown time", t.undated)
	}
	switch {
	case t.planned == 0 && selection.incomplete:
		sentence("No token that would be revoked was listed.")
	case t.planned == 0:
		sentence("There is nothing to revoke.")
	case t.oldest.IsZero():
		sentence("%s would be revoked.", count(t.planned, "token"))
	case t.planned == 1:
		sentence("1 token would be revoked, created %s.", clock(t.oldest))
	default:
		sentence("%s would be revoked, created from %s to %s%s.", count(t.planned, "token"), clock(t.oldest), clock(t.newest), undated)
	}
	if text := t.leftAlone(selection.before); text != "" {
		a.console.note("%s", text)
	}
}

// confirmPlan asks about what was shown. It says "all" only where the list did.
func (a *app) confirmPlan(ctx context.Context, s *session, selection *selection) error {
	what := fmt.Sprintf("all %d tokens", selection.tally.planned)
	switch {
	case selection.incomplete:
		what = fmt.Sprintf("the %s that could be listed", count(selection.tally.planned, "token"))
	case selection.tally.planned == 1:
		what = "this token"
	}
	return a.confirm(ctx, "Revoke %s at %s? This cannot be undone.", what, s.where())
}
