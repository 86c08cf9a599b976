package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/go-tiledesk/tiledesk"
)

const (
	barInterval  = 100 * time.Millisecond
	lineInterval = 10 * time.Second
	barWidth     = 10
	clearLine    = "\r\x1b[2K"
)

// progress shows how far a run is: a bar on a terminal, a line now and then where
// there is none, nothing with --quiet. Its methods are never called two at a time.
type progress struct {
	app     *app
	drawn   bool                     // there is a terminal to draw on
	bar     *progressbar.ProgressBar // nil before the first result
	total   int
	seen    int // tokens that were listed
	matched int
	done    int
	running bool // the first token was revoked, or not
	started time.Time
	told    time.Time // of the newest line
}

// newProgress expects that many tokens; 0 when it is not known yet.
func (a *app) newProgress(expected int) *progress {
	if expected == 0 {
		a.console.note("Listing the tokens.")
	}
	now := a.now()
	return &progress{
		app: a, total: expected, started: now, told: now,
		drawn: a.onTerminal.stderr && !a.dumb() && !a.flags.Quiet,
	}
}

// draw keeps the bar much shorter than most terminals are wide: where one is made
// narrower, what does not fit any more is wrapped and cannot be taken away.
func (p *progress) draw() {
	if p.bar == nil {
		p.bar = progressbar.NewOptions(p.total,
			progressbar.OptionSetWriter(p.app.stderr),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionThrottle(barInterval),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
		)
		if p.app.console.width >= narrow {
			progressbar.OptionShowIts()(p.bar)
			progressbar.OptionSetItsString("tok")(p.bar)
		}
	}
	p.bar.ChangeMax(p.total)
	_ = p.bar.Set(p.done) // it is decoration
}

// listed notes a token that was listed.
func (p *progress) listed(matched bool) {
	if p.running {
		return
	}
	p.seen++
	if matched {
		p.matched++
		p.total = max(p.total, p.matched)
	}
	if now := p.app.now(); now.Sub(p.told) >= lineInterval {
		p.told = now
		p.app.console.note("%d tokens listed so far", p.seen)
	}
}

// did notes what became of a token.
func (p *progress) did(r tiledesk.RevokeResult) {
	if r.Outcome == tiledesk.Skipped || r.Outcome == tiledesk.NotAttempted {
		return
	}
	now := p.app.now()
	if !p.running {
		p.running, p.started, p.told = true, now, now
	}
	p.done++
	p.total = max(p.total, p.done)
	switch {
	case p.drawn:
		p.draw()
	case now.Sub(p.told) >= lineInterval:
		p.told = now
		p.app.console.note("%d of %d tokens, %s", p.done, p.total, p.pace(now))
	}
}

// pace is the rate, and the time left at that rate.
func (p *progress) pace(now time.Time) string {
	elapsed := now.Sub(p.started)
	left := time.Duration(float64(elapsed) / float64(p.done) * float64(p.total-p.done))
	return fmt.Sprintf("%.1f a second, about %s left", float64(p.done)/elapsed.Seconds(), left.Round(time.Second))
}

// interrupt takes the bar away for a line of text. The bar itself would leave one
// that was drawn only once.
func (p *progress) interrupt() {
	if p.bar != nil {
		_, _ = io.WriteString(p.app.stderr, clearLine) // it is decoration
	}
}

func (p *progress) finish() { p.interrupt() }
