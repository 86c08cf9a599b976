package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// There is a line to draw where somebody sees it and it can be drawn over, lines of text
// where it cannot, and nothing elsewhere.
func TestStatus_isForAPersonWhoReadsAlong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		terminal, quiet, appends bool
		term                     string
		draws, tells             bool
	}{
		{terminal: true, term: "xterm", draws: true},
		{terminal: true, term: "dumb", tells: true},
		{terminal: true, appends: true, tells: true},
		{terminal: true, quiet: true, term: "xterm"},
		{terminal: true, quiet: true, term: "dumb"},
		{term: "xterm"},
		{term: "dumb"},
	} {
		a, _ := testApp(new(bytes.Buffer))
		a.onTerminal.stderr, a.flags.Quiet, a.appends = c.terminal, c.quiet, c.appends
		a.getenv = testEnv(map[string]string{"TERM": c.term})
		s := a.newStatus()
		if s.draws != c.draws || s.tells != c.tells || s.isShown() != (c.draws || c.tells) {
			t.Errorf("%+v: draws %v, tells %v", c, s.draws, s.tells)
		}
	}
}

// What a run said of itself is taken away at once where it says no more, and a next run
// draws with the next tick.
func TestStatus_showsNothingOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	stderr := a.stderr.(*bytes.Buffer)
	a.status.show(func(time.Time) string { return "One" })
	if got := shown(); got != "One" {
		t.Errorf("%q", got)
	}
	a.status.show(func(time.Time) string { return "Two" })
	if got := stderr.String(); got != clearLine+"One" {
		t.Errorf("%q before the next tick", got)
	}
	_ = shown()
	_ = shown() // the same again is not drawn again
	a.status.show(nil)
	if got := stderr.String(); got != clearLine+"One"+clearLine+"Two"+clearLine {
		t.Errorf("%q", got)
	}
}

// Nothing is silent for a second before it is said, and a wait is told to its last moment.
func TestStatus_isSilentForASecond(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	a.status.holds()
	a.status.lets(true)
	start := *now
	for after, want := range map[time.Duration]string{quietTime - 1: "", quietTime: "Waiting for the server (1 s)"} {
		*now = start.Add(after)
		if got := shown(); got != want {
			t.Errorf("%q after %s", got, after)
		}
	}
	*now = start
	a.status.answered(tiledesk.Attempt{StatusCode: 429, Wait: quietTime})
	for after, want := range map[time.Duration]string{quietTime - 1: "The server wants fewer requests, waiting 1 s (1 s left)", quietTime: ""} {
		*now = start.Add(after)
		if got := shown(); got != want {
			t.Errorf("%q after %s", got, after)
		}
	}
}

// Of several waits the longest is told, and a short one is none.
func TestStatus_tellsTheLongestWait(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	a.status.answered(tiledesk.Attempt{StatusCode: 500, Wait: quietTime - 1})
	if got := shown(); got != "" {
		t.Errorf("%q", got)
	}
	a.status.answered(tiledesk.Attempt{StatusCode: 500, Wait: 5 * time.Second})
	a.status.answered(tiledesk.Attempt{StatusCode: 503, Wait: 4 * time.Second})
	if got := shown(); got != "The server failed with 500, waiting 5 s (5 s left)" {
		t.Errorf("%q", got)
	}
	a.status.answered(tiledesk.Attempt{StatusCode: 503, Wait: 6 * time.Second})
	if got := shown(); got != "The server failed with 503, waiting 6 s (6 s left)" {
		t.Errorf("%q", got)
	}
}

// While the limiter keeps one request waiting, others may be under way: it is the server
// that is waited for then, since the last of them left.
func TestStatus_tellsTheServerFromTheLimiter(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	s := a.status
	step := func(d time.Duration, want string) {
		t.Helper()
		*now = now.Add(d)
		if got := shown(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s.holds()
	step(2*time.Second, "Waiting, since --rate allows no more (2 s)")
	s.holds() // another one changes nothing
	step(time.Second, "Waiting, since --rate allows no more (3 s)")
	s.lets(true)
	step(2*time.Second, "Waiting for the server (2 s)")
	s.holds()
	step(time.Second, "Waiting for the server (3 s)")
	s.answered(tiledesk.Attempt{StatusCode: 200})
	step(2*time.Second, "Waiting, since --rate allows no more (2 s)")
	s.lets(false)
	s.lets(false)
	step(2*time.Second, "")
	s.answered(tiledesk.Attempt{StatusCode: 200}) // of a request that was not counted
	s.holds()
	s.lets(true)
	s.lets(true) // two are under way
	step(2*time.Second, "Waiting for the server (2 s)")
	s.answered(tiledesk.Attempt{StatusCode: 200})
	step(2*time.Second, "Waiting for the server (2 s)")
	s.answered(tiledesk.Attempt{StatusCode: 200})
	s.holds()
	s.holds()
	step(2*time.Second, "Waiting, since --rate allows no more (2 s)")
}

// Beside what the run says stands for what it waits where there is room, else in its place.
func TestStatus_fitsIntoTheTerminal(t *testing.T) {
	t.Parallel()
	const both = "12345; the server failed with 500, waiting 5 s (5 s left)"
	for columns, want := range map[int]string{
		len(both) + 1: both,
		len(both):     "The server failed with 500, waiting 5 s (5 s left)",
		20:            "The server failed …",
	} {
		a, shown, _ := statusApp(columns)
		a.status.show(func(time.Time) string { return "12345" })
		a.status.answered(tiledesk.Attempt{StatusCode: 500, Wait: 5 * time.Second})
		if got := shown(); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

// What is written to stderr as it is makes room first, too.
func TestStatus_makesRoomForALog(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	a.newProgress(0)
	_ = shown()
	n, err := a.console.errors().Write([]byte("a log line\n"))
	if got := a.stderr.(*bytes.Buffer).String(); err != nil || n != 11 || got != clearLine+"Listing the tokens"+clearLine+"a log line\n" {
		t.Errorf("%d, %v: %q", n, err, got)
	}
	a.console.note("Another.")
	if got := a.stderr.(*bytes.Buffer).String(); !strings.HasSuffix(got, "a log line\nAnother.\n") {
		t.Errorf("%q", got)
	}
	a.status.show(func(time.Time) string { return "a\x1b[31mb " + sample })
	if got := shown(); got != "a [31mb [redacted]" {
		t.Errorf("%q", got)
	}
}

// Where nothing can be drawn over, the first line comes after a second of silence, and the
// next one ten seconds later: neither a moment sooner nor later.
func TestStatus_linesComeInTime(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	a.status = &status{console: a.console, now: a.now, tells: true}
	a.status.holds()
	start := *now
	for _, c := range []struct {
		after time.Duration
		lines int
	}{{quietTime - 1, 0}, {quietTime, 1}, {quietTime + lineInterval - 1, 1}, {quietTime + lineInterval, 2}} {
		*now = start.Add(c.after)
		a.status.tick()
		if got := strings.Count(stderr.String(), "\n"); got != c.lines {
			t.Errorf("%d lines after %s: %s", got, c.after, stderr.String())
		}
	}
}

// A run that has ended leaves no status line, also where one is being drawn at that moment.
func TestStatus_start(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _, _ := statusApp(80)
		stderr := a.stderr.(*bytes.Buffer)
		drawing, stopped := make(chan struct{}), false
		a.status.show(func(time.Time) string { <-drawing; return "Late" })
		stop := a.status.start()
		time.Sleep(statusInterval)
		go func() { stop(); stopped = true }()
		synctest.Wait()
		if stopped {
			t.Error("it did not wait for what is being drawn")
		}
		close(drawing)
		synctest.Wait()
		if got := stderr.String(); !stopped || got != clearLine+"Late"+clearLine {
			t.Errorf("stopped is %v: %q", stopped, got)
		}
		time.Sleep(time.Minute)
		if got := stderr.String(); got != clearLine+"Late"+clearLine {
			t.Errorf("%q after the end", got)
		}
	})
	(&status{}).start()() // of which nobody sees anything
}
