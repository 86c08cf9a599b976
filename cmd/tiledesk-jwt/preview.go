package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk"
)

// preview lists without revoking and shows what would be revoked, also of a list
// that may lack tokens.
func (c *revokeAllCommand) preview(ctx context.Context, a *app, s *session, selection *selection) error {
	a.console.note("Dry run: nothing is revoked.")
	u, progress := selection.undertaking, a.newProgress(0)
	u.plans = true
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
			u.lines = r.Outcome == tiledesk.Planned && !a.onTerminal.stdout
			u.did(r) // a report that takes no more is told below
		},
	})
	progress.finish()
	code := a.conclude(ctx, report, false)
	u.report = report
	if report.RunErr() != nil && !errors.Is(report.RunErr(), tiledesk.ErrIncompleteHistory) {
		return ended(code)
	}
	if err := selection.file.failed; err != nil {
		return undone("The report could not be written: %s.", err)
	}
	selection.incomplete = report.Incomplete
	a.showPlan(selection, true)
	if report.Failed > 0 {
		a.console.complain("%s would fail.", count(report.Failed, "token"))
	}
	return u.withLeft(ended(code))
}

// errNothingToDo stops a run that has nothing to ask about: what appears meanwhile
// must not be revoked without a question.
var errNothingToDo = errors.New("there is nothing to revoke")

// question shows what the first listing brought and asks about it; nil asks nobody. A
// run that signs in again and starts over has its answer.
func (c *revokeAllCommand) question(ctx context.Context, a *app, s *session, selection *selection) func([]*tiledesk.Token, bool) error {
	if c.Yes {
		return nil
	}
	asked := false
	return func(planned []*tiledesk.Token, incomplete bool) error {
		if asked {
			return nil
		}
		a.status.show(nil)
		if incomplete {
			a.console.complain(incompleteList)
		}
		if own := (&tiledesk.Token{JTI: s.jti, CreatedAt: s.began}); c.IncludeCurrent && s.jti != "" && !selection.ownListed && selection.match(own) {
			planned = append(planned, own) // the list does not show it
		}
		selection.plan(planned, incomplete)
		a.showPlan(selection, false)
		if len(planned) == 0 {
			selection.refused = errNothingToDo
		} else {
			selection.refused = a.confirmPlan(ctx, s, selection)
		}
		asked = selection.refused == nil
		if asked {
			a.status.show(selection.undertaking.progress.text)
		}
		return selection.refused
	}
}

// declined ends a run of which nothing was wanted, or nothing was there to be done.
func (s *selection) declined(report *tiledesk.RevokeReport) error {
	if !errors.Is(s.refused, errNothingToDo) {
		return s.refused
	}
	s.undertaking.report = &tiledesk.RevokeReport{Skipped: report.Skipped, Incomplete: s.incomplete}
	if s.incomplete {
		return ended(exitUndone)
	}
	return nil
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
			text := "  " + nameOf(token.Target())
			if a.console.width >= narrow {
				text += "  " + ago(token.CreatedAt, a.now())
			}
			line("%s", text)
		}
		if more := t.planned - len(t.first); more > 0 {
			line("  and %s more", humanize.Comma(int64(more)))
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
	if t.nameless > 0 {
		a.console.warn("%s of those shows no jti in the list. Whatever becomes of the entry, the server may still accept such a token. %s", count(t.nameless, "token"), whatEndsIt)
	}
	if text := t.leftAlone(selection.before); text != "" {
		a.console.note("%s", text)
	}
	if text := a.howLong(t.planned); text != "" {
		a.console.note("%s", text)
	}
}

// confirmPlan asks about what was shown. It says "all" only where the list did.
func (a *app) confirmPlan(ctx context.Context, s *session, selection *selection) error {
	what := "all " + count(selection.tally.planned, "token")
	switch {
	case selection.incomplete:
		what = fmt.Sprintf("the %s that could be listed", count(selection.tally.planned, "token"))
	case selection.tally.planned == 1:
		what = "this token"
	}
	return a.confirm(ctx, "Revoke %s at %s? This cannot be undone.", what, s.where())
}
