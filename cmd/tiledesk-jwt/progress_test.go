package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
)

// progressOf has so many of the expected tokens done, some of them failed, the first of
// them that long ago.
func progressOf(a *app, now *time.Time, expected, done, failed int, ago time.Duration) *progress {
	p := a.newProgress(expected)
	*now = now.Add(-ago)
	for n := range done {
		outcome := tiledesk.Revoked
		if n < failed {
			outcome = tiledesk.NotFound
		}
		p.did(tiledesk.RevokeResult{Outcome: outcome})
	}
	*now = now.Add(ago)
	return p
}

// What is left to do is told from the third second on, until nothing is.
func TestProgress_countsToTheLast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expected, done, failed int
		ago                    time.Duration
		want                   string
	}{
		{4, 1, 0, rushed - time.Millisecond, "██░░░░░░░░ 1 of 4 revoked"},
		{4, 1, 0, rushed, "██░░░░░░░░ 1 of 4 revoked, 9 s left"},
		{4, 3, 1, 6 * time.Second, "███████░░░ 2 of 4 revoked, 1 failed, 2 s left"},
		{4, 4, 1, 6 * time.Second, "██████████ 3 of 4 revoked, 1 failed"},
		{0, 2, 0, 6 * time.Second, "██████████ 2 of 2 revoked"},
		{2, 3, 3, 6 * time.Second, "██████████ 0 of 3 revoked, 3 failed"},
	} {
		a, shown, now := statusApp(120)
		progressOf(a, now, c.expected, c.done, c.failed, c.ago)
		if got := shown(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The bar is drawn where it fits beside the text, to the last column but one.
func TestProgress_drawsABarWhereItFits(t *testing.T) {
	t.Parallel()
	const text = "2 of 4 revoked"
	for columns, want := range map[int]string{
		len(text) + barWidth + 2: "█████░░░░░ " + text,
		len(text) + barWidth + 1: text,
		len(text) + 1:            text,
		len(text):                "2 of 4 revok…",
	} {
		a, shown, now := statusApp(columns)
		progressOf(a, now, 4, 2, 0, 0)
		if got := shown(); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

// Where the limit is what the run waits for, it is said; a server that is slower than the
// limit is what it waits for otherwise.
func TestProgress_tellsTheLimitFromTheServer(t *testing.T) {
	t.Parallel()
	for slower, limited := range map[float64]bool{1.05: true, 1.2: false, 0.5: true} {
		a, shown, now := statusApp(120)
		a.flags.Rate.n = 200
		limiter := a.limit().(*rate.Limiter)
		limiter.AllowN(*now, limiter.Burst())
		byLimit := a.leftByLimit(900, *now)
		progressOf(a, now, 1000, 100, 0, time.Duration(float64(byLimit)*slower/9))
		if got := shown(); strings.Contains(got, "(limited to 200 requests/min)") != limited || !strings.Contains(got, " left") {
			t.Errorf("%v of the limit: %q", slower, got)
		}
	}
}

// Targets that are named need no list, and are counted from the beginning.
func TestProgress_ofNamedTargets(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	p := a.newProgressOf(1200)
	if got := shown(); got != "Revoking 1,200 tokens" {
		t.Errorf("%q", got)
	}
	p.did(tiledesk.RevokeResult{Outcome: tiledesk.NotAttempted})
	p.did(tiledesk.RevokeResult{Outcome: tiledesk.Skipped})
	if got := shown(); got != "Revoking 1,200 tokens" {
		t.Errorf("%q", got)
	}
	p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
	if got := shown(); got != "░░░░░░░░░░ 1 of 1,200 revoked" || a.stderr.(*bytes.Buffer).Len() == 0 {
		t.Errorf("%q", got)
	}
}

// That it lists is said where no status line says so, and not where one does.
func TestProgress_saysOnceThatItLists(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		draws, tells bool
		expected     int
		want         string
	}{
		{false, false, 0, "Listing the tokens.\n"},
		{false, true, 0, "Listing the tokens.\n"},
		{true, false, 0, ""},
		{false, false, 1, ""},
	} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.status = &status{console: a.console, now: a.now, draws: c.draws, tells: c.tells}
		a.newProgress(c.expected)
		if got := stderr.String(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// Lines come ten seconds apart at least, and only where no status line shows the same.
func TestProgress_linesAreTenSecondsApart(t *testing.T) {
	t.Parallel()
	for _, drawn := range []bool{false, true} {
		var stderr bytes.Buffer
		a, now := testApp(&stderr)
		a.status = &status{console: a.console, now: a.now, draws: drawn}
		p := a.newProgressOf(100)
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
		*now = now.Add(lineInterval - time.Nanosecond)
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
		if got := stderr.String(); got != "" {
			t.Errorf("too early: %q", got)
		}
		*now = now.Add(time.Nanosecond)
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Failed})
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
		want := "2 of 100 revoked, 1 failed, 5 min left\n"
		if drawn {
			want = ""
		}
		if got := stderr.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Tokens that were not chosen count as listed, and are not expected to be done.
func TestProgress_expectsWhatWasChosen(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	p := a.newProgress(0)
	for n := range 5 {
		p.listed(n < 3)
	}
	if got := shown(); got != "5 tokens listed" {
		t.Errorf("%q", got)
	}
	p.did(tiledesk.RevokeResult{Outcome: tiledesk.AlreadyGone})
	p.listed(true) // of a next pass
	if got := shown(); got != "███░░░░░░░ 1 of 3 revoked" {
		t.Errorf("%q", got)
	}
}
