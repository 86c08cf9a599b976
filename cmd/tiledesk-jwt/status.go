package main

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

const (
	statusInterval = 200 * time.Millisecond

	// quietTime is how long nothing may happen before the status says for what the
	// run waits. Nothing is silent for twice as long.
	quietTime = time.Second

	clearLine = "\r\x1b[2K"
)

// status is the last line of a terminal while a run goes on: how far the run is, and
// for what it waits. Elsewhere, and with --quiet, there is none; a terminal that can
// only append text gets a line now and then. Its methods may be called from anywhere.
type status struct {
	console *console
	now     func() time.Time
	draws   bool // there is a line that can be drawn over
	tells   bool // there is not, but a person who reads along

	mu      sync.Mutex
	say     func(now time.Time) string // how far the run is; nil: it does not tell
	pending int                        // requests under way
	limited int                        // requests that the limiter keeps waiting
	since   time.Time                  // when something was sent or came, at last
	until   time.Time                  // the end of a wait between two attempts
	reason  string                     // of that
	told    time.Time                  // of the newest line, where there is nothing to draw on
}

// newStatus is the status of a run whose flags are known.
func (a *app) newStatus() *status {
	isRead := a.onTerminal.stderr && !a.flags.Quiet
	return &status{console: a.console, now: a.now, draws: isRead && !a.dumb(), tells: isRead && a.dumb()}
}

// isShown reports whether anybody sees it.
func (s *status) isShown() bool { return s != nil && (s.draws || s.tells) }

// show lets a run say how far it is; nil ends that.
func (s *status) show(say func(now time.Time) string) {
	if !s.isShown() {
		return
	}
	s.mu.Lock()
	s.say = say
	s.mu.Unlock()
	if say == nil {
		s.console.draw("")
	}
}

// start draws now and then until the function that it returns is called.
func (s *status) start() (stop func()) {
	if !s.isShown() {
		return func() {}
	}
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		ticks := time.NewTicker(statusInterval)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				s.tick()
			}
		}
	})
	return func() {
		close(done)
		ended.Wait()
		s.console.draw("")
	}
}

// tick shows what there is to say at this moment.
func (s *status) tick() {
	now := s.now()
	text := s.text(now)
	switch {
	case s.draws:
		s.console.draw(text)
	case text != "" && s.isDue(now):
		s.console.note("%s", text)
	}
}

// isDue reports whether a terminal that cannot be drawn on gets another line.
func (s *status) isDue(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.since) < quietTime || now.Sub(s.told) < lineInterval {
		return false
	}
	s.told = now
	return true
}

// text is one line that fits into the terminal.
func (s *status) text(now time.Time) string {
	s.mu.Lock()
	say, wait := s.say, s.waiting(now)
	s.mu.Unlock()
	text := ""
	if say != nil {
		text = say(now)
	}
	room := s.console.width - 1 // in the last column some terminals wrap
	switch {
	case text == "":
		text = sentenceCase(wait)
	case wait != "" && len(text)+2+len(wait) <= room:
		text += "; " + wait
	case wait != "":
		text = sentenceCase(wait)
	}
	return fit(text, room)
}

// waiting says for what the run waits; empty when it does not, or not for long.
func (s *status) waiting(now time.Time) string {
	silent := now.Sub(s.since)
	switch {
	case now.Before(s.until):
		return s.reason + " (" + roughly(s.until.Sub(now)) + " left)"
	case silent < quietTime:
		return ""
	case s.pending > 0:
		return "waiting for the server (" + roughly(silent) + ")"
	case s.limited > 0:
		return "waiting, since --rate allows no more (" + roughly(silent) + ")"
	}
	return ""
}

// holds notes that the limiter keeps a request waiting.
func (s *status) holds() {
	if !s.isShown() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limited++; s.limited == 1 && s.pending == 0 {
		s.since = s.now()
	}
}

// lets notes that the limiter lets a request go, or gives up on it.
func (s *status) lets(sent bool) {
	if !s.isShown() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limited--
	if sent {
		s.pending++
		s.since = s.now()
	}
}

// answered notes what came of an attempt, and how long the next one waits.
func (s *status) answered(attempt tiledesk.Attempt) {
	if !s.isShown() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = s.now()
	s.pending = max(0, s.pending-1)
	end := s.since.Add(attempt.Wait)
	if attempt.Wait < quietTime || end.Before(s.until) {
		return
	}
	s.until = end
	wait := roughly(attempt.Wait)
	switch {
	case attempt.RetryAfter > 0:
		s.reason = "the server asks us to wait " + wait
	case attempt.StatusCode == http.StatusTooManyRequests:
		s.reason = "the server wants fewer requests, waiting " + wait
	case attempt.StatusCode == 0:
		s.reason = "no answer came, waiting " + wait
	default:
		s.reason = "the server failed with " + strconv.Itoa(attempt.StatusCode) + ", waiting " + wait
	}
}

// draw puts a text into the last line of the terminal, or takes it away.
func (c *console) draw(text string) {
	text = safe(text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if text == c.drawn {
		return
	}
	c.drawn = text
	_, _ = io.WriteString(c.stderr, clearLine+text) // it is decoration
}

// erase takes the status line away before something else is written; the next tick
// draws it again. The lock is held.
func (c *console) erase() {
	if c.drawn != "" {
		c.drawn = ""
		_, _ = io.WriteString(c.stderr, clearLine)
	}
}

// out is stdout, and errors stderr, for what is not written line by line.
func (c *console) out() io.Writer    { return direct{c, c.stdout} }
func (c *console) errors() io.Writer { return direct{c, c.stderr} }

// direct writes as it is what it is given.
type direct struct {
	*console
	w io.Writer
}

// Write makes room first.
func (d direct) Write(text []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
	return d.w.Write(text)
}
