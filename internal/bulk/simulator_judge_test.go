package bulk_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// judge returns what the story's reports say that is not so.
func (p *story) judge() (lies []string) {
	for _, run := range p.runs {
		lies = append(lies, p.miscounted(run)...)
		lies = append(lies, p.unspoken(run)...)
		for _, raw := range append(slices.Clone(p.tokens), p.own) {
			if lie := p.misjudged(run, raw); lie != "" {
				lies = append(lies, lie)
			}
		}
	}
	return append(lies, p.overdone()...)
}

// miscounted compares the report with what OnResult heard.
func (p *story) miscounted(run *played) (lies []string) {
	counted, r := map[tiledesk.Outcome]int{}, run.report
	targets := map[tiledesk.Target]int{}
	var failures []tiledesk.RevokeResult
	for _, result := range run.heard {
		counted[result.Outcome]++
		targets[result.Target]++
		switch result.Outcome {
		case tiledesk.NotFound, tiledesk.Failed, tiledesk.NotAttempted:
			failures = append(failures, result)
			if result.Err == nil {
				lies = append(lies, fmt.Sprintf("%v without an error", result))
			}
		default:
			if result.Err != nil {
				lies = append(lies, fmt.Sprintf("%v with an error", result))
			}
		}
	}
	said := map[tiledesk.Outcome]int{tiledesk.Revoked: r.Revoked, tiledesk.AlreadyGone: r.AlreadyGone, tiledesk.NotFound: r.NotFound, tiledesk.Skipped: r.Skipped, tiledesk.Planned: r.Planned, tiledesk.Failed: r.Failed, tiledesk.NotAttempted: r.NotAttempted}
	for outcome, n := range said {
		if counted[outcome] != n {
			lies = append(lies, fmt.Sprintf("the report counts %d %v, OnResult heard %d", n, outcome, counted[outcome]))
		}
	}
	if !slices.Equal(failures, r.Failures) {
		lies = append(lies, "Failures are not what OnResult heard")
	}
	for target, n := range targets {
		if n > 1 {
			lies = append(lies, fmt.Sprintf("%v was heard %d times", target, n))
		}
	}
	if p.each && run.read != len(run.heard) {
		lies = append(lies, fmt.Sprintf("%d targets were read, %d were heard", run.read, len(run.heard)))
	}
	return lies
}

// unspoken compares the error with the report.
func (p *story) unspoken(run *played) (lies []string) {
	r := run.report
	if undone := r.Failed+r.NotFound+r.NotAttempted > 0 || r.RunErr() != nil; undone != (run.err != nil) {
		lies = append(lies, fmt.Sprintf("the error is %v with %+v", run.err, *r))
	}
	if run.err != nil && (len(run.err.Error()) > 2000 || strings.ContainsAny(run.err.Error(), "\n\r") || strings.Contains(run.err.Error(), "eyJ")) {
		lies = append(lies, "the error's text is "+run.err.Error())
	}
	if run.overlap.Load() {
		lies = append(lies, "OnResult was called twice at a time")
	}
	if !p.each && r.Passes > 10 {
		lies = append(lies, fmt.Sprintf("%d passes", r.Passes))
	}
	return lies
}

// misjudged compares what the run says of one token with the server's state.
func (p *story) misjudged(run *played, raw string) string {
	name, revoked := tokenName(raw), p.server.Revoked(raw)
	i := run.resultOf(name)
	isOwn := raw == p.own || p.ownNameless && name.JTI == ""
	if i < 0 {
		if !revoked && !isOwn && run.report.RunErr() == nil && !p.otherSkipped(run, name) {
			return fmt.Sprintf("%v lives, and nobody says so: %v", name, run.err)
		}
		return ""
	}
	result := run.heard[i]
	switch result.Outcome {
	case tiledesk.Revoked:
		if !revoked {
			return fmt.Sprintf("%v is said to be revoked and lives", name)
		}
	case tiledesk.AlreadyGone:
		// Two lies cannot be told from the truth: what a server without a route
		// for ids says of a token without a jti, and a 401 for the own token.
		if !revoked && name.JTI != "" && raw != p.own {
			return fmt.Sprintf("%v is said to be gone and lives", name)
		}
	case tiledesk.Skipped:
		// An entry without a jti may be the own token where the listing lacks that.
		maybeOwn := isOwn || !p.each && name.JTI == ""
		if !maybeOwn && (p.each || p.opts.Match == nil || p.opts.Match(&tiledesk.Token{ID: result.Target.ID})) {
			return fmt.Sprintf("%v was skipped", name)
		}
	case tiledesk.Planned:
		if !p.opts.DryRun {
			return fmt.Sprintf("%v was planned", name)
		}
	}
	return p.lockedOut(run, raw, revoked, i)
}

// resultOf is where the run heard of a token; -1 when it did not.
func (r *played) resultOf(name tiledesk.Target) int {
	return slices.IndexFunc(r.heard, func(result tiledesk.RevokeResult) bool {
		return result.Target.JTI == redact.Tokens(name.JTI) && (name.JTI != "" || result.Target.ID == name.ID)
	})
}

// otherSkipped reports whether another run saw the token and skipped it. Where
// revoked rows are hidden, each row that one run revokes moves those behind it up,
// so that the other may never be shown a token that Match does not choose. One
// that Match does choose must be spoken of all the same.
func (p *story) otherSkipped(run *played, name tiledesk.Target) bool {
	return p.opts.Match != nil && slices.ContainsFunc(p.runs, func(other *played) bool {
		i := other.resultOf(name)
		return other != run && i >= 0 && other.heard[i].Outcome == tiledesk.Skipped
	})
}

// lockedOut looks at the client's own token.
func (p *story) lockedOut(run *played, raw string, revoked bool, i int) string {
	switch {
	case raw != p.own || !revoked:
		return ""
	case !p.opts.IncludeCurrent:
		return "the run revoked its own token"
	case p.ownNameless || p.twice:
		return "" // nobody can tell when its turn is
	case i != len(run.heard)-1:
		return "the own token was not the last"
	}
	for _, other := range run.heard[:i] {
		if other.Outcome == tiledesk.Failed || other.Outcome == tiledesk.NotAttempted {
			return fmt.Sprintf("the own token was revoked although %v", other)
		}
	}
	return ""
}

// overdone looks for requests that should not have been sent.
func (p *story) overdone() (lies []string) {
	limit := p.opts.Concurrency
	if limit == 0 {
		limit = 4
	}
	if p.meter.most > limit*len(p.runs) {
		lies = append(lies, fmt.Sprintf("%d DELETEs at once with a concurrency of %d", p.meter.most, limit))
	}
	if p.opts.DryRun && len(p.meter.deletes) > 0 {
		lies = append(lies, "a dry run sent a DELETE")
	}
	ended := p.ended
	if p.deadline > 0 && ended.IsZero() {
		ended = p.started.Add(p.deadline)
	}
	if ended.IsZero() {
		return lies
	}
	for _, began := range p.meter.deletes {
		if began.After(ended) {
			lies = append(lies, "a DELETE began after the context had ended")
		}
	}
	if time.Since(ended) > 5*time.Second {
		lies = append(lies, fmt.Sprintf("the run ended %v after its context", time.Since(ended)))
	}
	return lies
}

// revokedAmong counts the tokens that the server calls revoked.
func revokedAmong(server *tiledesktest.Server, tokens []string) (n int) {
	for _, raw := range tokens {
		if server.Revoked(raw) {
			n++
		}
	}
	return n
}
