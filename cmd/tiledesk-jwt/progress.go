package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk"
)

const (
	lineInterval = 10 * time.Second
	barWidth     = 10

	// rushed is how long a run goes on before its pace is taken for that of the rest.
	rushed = 3 * time.Second
)

// progress shows how far a run is: in the status line of a terminal, by a line now
// and then where there is none, not at all with --quiet.
type progress struct {
	app *app

	mu      sync.Mutex // the status line asks at any time
	total   int
	seen    int // tokens that were listed
	matched int
	done    int  // tokens that were revoked, or not
	failed  int  // of those
	named   bool // the targets are known without a list
	running bool
	started time.Time // when the first was done
	told    time.Time // of the newest line
}

// newProgress expects that many tokens; 0 when it is not known yet.
func (a *app) newProgress(expected int) *progress {
	if expected == 0 && (!a.status.isShown() || a.status.tells) {
		a.console.note("Listing the tokens.")
	}
	p := &progress{app: a, total: expected, told: a.now()}
	a.status.show(p.text)
	return p
}

// newProgressOf is for targets that are known without a list.
func (a *app) newProgressOf(targets int) *progress {
	p := &progress{app: a, total: targets, named: true, told: a.now()}
	a.status.show(p.text)
	return p
}

// listed notes a token that was listed.
func (p *progress) listed(matched bool) {
	if line := p.list(matched); line != "" {
		p.app.console.note("%s", line)
	}
}

// list is a line that is due, or empty.
func (p *progress) list(matched bool) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running {
		return ""
	}
	p.seen++
	if matched {
		p.matched++
		p.total = max(p.total, p.matched)
	}
	if !p.isDue(p.app.now()) {
		return ""
	}
	return count(p.seen, "token") + " listed so far"
}

// did notes what became of a token.
func (p *progress) did(r tiledesk.RevokeResult) {
	if line := p.do(r); line != "" {
		p.app.console.note("%s", line)
	}
}

func (p *progress) do(r tiledesk.RevokeResult) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.Outcome {
	case tiledesk.Skipped, tiledesk.NotAttempted:
		return ""
	case tiledesk.Failed, tiledesk.NotFound:
		p.failed++
	}
	now := p.app.now()
	if !p.running {
		p.running, p.started, p.told = true, now, now
	}
	p.done++
	p.total = max(p.total, p.done)
	if !p.isDue(now) {
		return ""
	}
	return p.words(now)
}

// isDue reports whether it is time for another line where no status is drawn.
func (p *progress) isDue(now time.Time) bool {
	if p.app.status.isShown() || now.Sub(p.told) < lineInterval {
		return false
	}
	p.told = now
	return true
}

// text is the status line, with a bar where there is room for one.
func (p *progress) text(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.running:
	case p.named:
		return "Revoking " + count(p.total, "token")
	case p.seen == 0:
		return "Listing the tokens"
	default:
		return count(p.seen, "token") + " listed"
	}
	text, room := p.words(now), p.app.console.width-1
	if full := barWidth * p.done / p.total; len(text)+1+barWidth <= room {
		return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full) + " " + text
	}
	return fit(text, room)
}

// words say how much is done, how long the rest takes, and what it waits for.
func (p *progress) words(now time.Time) string {
	text := fmt.Sprintf("%s of %s revoked", humanize.Comma(int64(p.done-p.failed)), humanize.Comma(int64(p.total)))
	if p.failed > 0 {
		text += fmt.Sprintf(", %s failed", humanize.Comma(int64(p.failed)))
	}
	rest := p.total - p.done
	if rest == 0 {
		return text
	}
	elapsed := now.Sub(p.started)
	byPace := time.Duration(float64(elapsed) / float64(p.done) * float64(rest))
	byLimit := p.app.leftByLimit(rest, now)
	switch {
	case byLimit > 0 && byLimit >= byPace*9/10: // the first requests leave at once, so the pace says too little
		return text + ", " + roughly(byLimit) + " left (" + p.app.limitedTo() + ")"
	case elapsed < rushed:
		return text
	}
	return text + ", " + roughly(byPace) + " left"
}

// limitedTo says how fast requests may leave.
func (a *app) limitedTo() string {
	return fmt.Sprintf("limited to %s requests/min", humanize.Comma(int64(a.flags.Rate.n)))
}

// finish takes the status away.
func (p *progress) finish() { p.app.status.show(nil) }
