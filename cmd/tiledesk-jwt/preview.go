package main

import (
	"context"
	"errors"

	"github.com/go-tiledesk/tiledesk"
)

// preview lists without revoking and shows what would be revoked, also of a list
// that may lack tokens. It is false when there is nothing more to do.
func (c *revokeAllCommand) preview(ctx context.Context, a *app, s *session, selection *selection) (bool, error) {
	if c.DryRun {
		a.console.note("Dry run: nothing is revoked.")
	}
	progress := a.newProgress(0)
	report, _ := s.JWT.RevokeAll(ctx, &tiledesk.RevokeOptions{ // the error is report.Err
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
				_ = selection.file.write(r, a.now()) // told below
				if r.Outcome == tiledesk.Planned && !a.onTerminal.stdout {
					a.showResult(r)
				}
			}
		},
	})
	code := a.conclude(ctx, report)
	if code != exitDone && !errors.Is(report.Err(), tiledesk.ErrIncompleteHistory) {
		return false, ended(code)
	}
	if err := selection.file.failed; err != nil {
		return false, undone("The report could not be written: %s.", err)
	}
	a.showPlan(selection)
	if c.DryRun {
		return false, ended(code)
	}
	return selection.tally.planned > 0, nil
}

// showPlan shows the first tokens, how many there are, and what is left alone.
func (a *app) showPlan(selection *selection) {
	t := selection.tally
	if a.onTerminal.stdout {
		for _, token := range t.first {
			line := "  " + nameOf(tiledesk.Target{JTI: token.JTI, ID: token.ID})
			if a.console.width >= narrow {
				line += "  " + ago(token.CreatedAt, a.now())
			}
			a.console.print("%s", line)
		}
		if more := t.planned - len(t.first); more > 0 {
			a.console.print("  and %d more", more)
		}
	}
	switch {
	case t.planned == 0:
		a.console.say("There is nothing to revoke.")
	case t.oldest.IsZero():
		a.console.say("%s would be revoked.", count(t.planned, "token"))
	case t.planned == 1:
		a.console.say("1 token would be revoked, created %s.", clock(t.oldest))
	default:
		a.console.say("%s would be revoked, created from %s to %s.", count(t.planned, "token"), clock(t.oldest), clock(t.newest))
	}
	if text := t.leftAlone(selection.before); text != "" {
		a.console.note("%s", text)
	}
}
