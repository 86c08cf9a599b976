package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/go-tiledesk/tiledesk"
)

// statusApp is an app with a status line on a terminal of that many columns, which
// is drawn when the test says so.
func statusApp(columns int) (a *app, shown func() string, now *time.Time) {
	stderr := new(bytes.Buffer)
	a, now = testApp(stderr)
	a.console.width = columns
	a.status = &status{console: a.console, now: a.now, draws: true}
	return a, func() string {
		a.status.tick()
		_, line, _ := cutLast(stderr.String(), clearLine)
		return line
	}, now
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// After an hour of counting with 200 requests a minute, of which 20 may leave at
// once, the rest takes what the limit lets it take, from the first second on.
func TestProgress_tellsHowLongTheLimitMakesItLast(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		columns int
		want    string
	}{
		{120, "████░░░░░░ 1,204 of 3,000 revoked, 10 min left (limited to 200 requests/min)"},
		{80, "████░░░░░░ 1,204 of 3,000 revoked, 10 min left (limited to 200 requests/min)"},
		{40, "1,204 of 3,000 revoked, 10 min left"},
	} {
		a, shown, now := statusApp(tt.columns)
		a.flags.Rate.n = 200
		limiter := a.limit().(*rate.Limiter)
		p := a.newProgress(3000)
		for n := 1; n <= 1204; n++ {
			if !limiter.AllowN(*now, 1) {
				*now = now.Add(time.Second / 3)
				limiter.AllowN(*now, 1)
			}
			p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
			if line := shown(); n == 20 && !strings.Contains(line, "20 of 3,000 revoked, 17 min left") {
				t.Errorf("%d columns: %q after the first that leave at once", tt.columns, line)
			}
		}
		if got := shown(); got != tt.want {
			t.Errorf("%d columns: %q, want %q", tt.columns, got, tt.want)
		}
		p.finish()
		if got := shown(); got != "" {
			t.Errorf("left behind: %q", got)
		}
	}
}

// Without a limit the pace so far is all there is, and nothing is said from the
// first seconds.
func TestProgress_tellsByThePaceHowLongItLasts(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(120)
	p := a.newProgress(0)
	if got := shown(); got != "Listing the tokens" {
		t.Errorf("%q", got)
	}
	for range 1300 {
		p.listed(true)
	}
	if got := shown(); got != "1,300 tokens listed" {
		t.Errorf("%q", got)
	}
	for range 100 {
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
		p.did(tiledesk.RevokeResult{Outcome: tiledesk.Failed})
	}
	if got := shown(); got != "█░░░░░░░░░ 100 of 1,300 revoked, 100 failed" {
		t.Errorf("%q", got)
	}
	*now = now.Add(10 * time.Second)
	if got := shown(); got != "█░░░░░░░░░ 100 of 1,300 revoked, 100 failed, 55 s left" {
		t.Errorf("%q", got)
	}
}

func TestStatus_saysForWhatItWaits(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	s := a.status
	s.holds()
	s.lets(true)
	if got := shown(); got != "" {
		t.Errorf("%q before anything took long", got)
	}
	*now = now.Add(1500 * time.Millisecond)
	if got := shown(); got != "Waiting for the server (2 s)" {
		t.Errorf("%q", got)
	}
	s.answered(tiledesk.Attempt{StatusCode: 429, RetryAfter: 15 * time.Second, Wait: 15 * time.Second})
	if got := shown(); got != "The server asks us to wait 15 s (15 s left)" {
		t.Errorf("%q", got)
	}
	*now = now.Add(12 * time.Second)
	if got := shown(); got != "The server asks us to wait 15 s (3 s left)" {
		t.Errorf("%q", got)
	}
	*now = now.Add(3 * time.Second)
	s.holds()
	*now = now.Add(2 * time.Second)
	if got := shown(); got != "Waiting, since --rate allows no more (2 s)" {
		t.Errorf("%q", got)
	}
	s.lets(true)
	s.answered(tiledesk.Attempt{Wait: 2 * time.Second})
	if got := shown(); got != "No answer came, waiting 2 s (2 s left)" {
		t.Errorf("%q", got)
	}
	s.answered(tiledesk.Attempt{StatusCode: 502, Wait: 4 * time.Second})
	p := a.newProgress(0)
	p.listed(true)
	if got := shown(); got != "1 token listed; the server failed with 502, waiting 4 s (4 s left)" {
		t.Errorf("%q", got)
	}
	a.console.width = 40
	if got := shown(); got != "The server failed with 502, waiting 4 s" || utf8.RuneCountInString(got) > 40 {
		t.Errorf("%q", got)
	}
}

// What is printed takes the status line away, and it comes again.
func TestStatus_makesRoomForWhatIsPrinted(t *testing.T) {
	t.Parallel()
	a, shown, _ := statusApp(80)
	a.newProgress(0)
	_ = shown()
	a.console.note("A line.")
	_, _ = a.console.out().Write([]byte("a row\n"))
	if got := a.stderr.(*bytes.Buffer).String(); got != clearLine+"Listing the tokens"+clearLine+"A line.\n" {
		t.Errorf("%q", got)
	}
	if got := shown(); got != "Listing the tokens" {
		t.Errorf("%q", got)
	}
}

// A terminal that can only append text gets a line when nothing happens, and then
// one now and then.
func TestStatus_tellsATerminalThatCannotBeDrawnOn(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	a.status = &status{console: a.console, now: a.now, tells: true}
	limit := watched{a, nil}
	if err := limit.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 120 {
		a.status.tick()
		*now = now.Add(statusInterval)
	}
	if got := stderr.String(); got != "Waiting for the server (1 s)\nWaiting for the server (11 s)\nWaiting for the server (21 s)\n" {
		t.Errorf("%q", got)
	}
}

// A limiter that gives up on a request leaves nothing to wait for.
func TestWatched_forgetsWhatTheLimiterRefused(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	limit := watched{a, refusing{}}
	if err := limit.Wait(context.Background()); err == nil {
		t.Error("the error is lost")
	}
	*now = now.Add(time.Minute)
	if got := shown(); got != "" {
		t.Errorf("%q", got)
	}
}

type refusing struct{}

func (refusing) Wait(context.Context) error { return errors.New("no") }

func TestRoughly(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		100 * time.Millisecond: "1 s", 99 * time.Second: "99 s", 100 * time.Second: "2 min", 16 * time.Minute: "16 min",
		80 * time.Minute: "80 min", 100 * time.Minute: "1 h 40 min", 2 * time.Hour: "2 h", 72 * time.Hour: "3 days",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

// A limiter that adapts to the outcomes of the attempts is told of them.
func TestWatched_tellsTheLimiterOfAttempts(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	a, _ := testApp(new(bytes.Buffer))
	heard := new(hearing)
	client, err := tiledesk.NewClient(tiledesk.BasicAuth(testEmail, testPassword), tiledesk.WithBaseURL(server.URL()), tiledesk.WithRateLimiter(watched{a, heard}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.JWT.ListHistory(t.Context(), nil); err != nil || heard.code != 200 {
		t.Errorf("%v; the limiter heard %d", err, heard.code)
	}
}

type hearing struct{ code int }

func (*hearing) Wait(context.Context) error   { return nil }
func (h *hearing) Observe(a tiledesk.Attempt) { h.code = a.StatusCode }

// With --rate auto the limiter is the one of the library that goes by the answers,
// and nothing is said of how long it takes.
func TestLimiter_ofRateAuto(t *testing.T) {
	t.Parallel()
	a, shown, now := statusApp(80)
	if err := a.flags.Rate.UnmarshalText([]byte("auto")); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.limit().(interface{ Observe(tiledesk.Attempt) }); !ok {
		t.Errorf("%T", a.limit())
	}
	if text := a.howLong(100_000); text != "" {
		t.Errorf("%q", text)
	}
	p := a.newProgress(1000)
	p.did(tiledesk.RevokeResult{Outcome: tiledesk.Revoked})
	*now = now.Add(10 * time.Second)
	if got := shown(); got != "░░░░░░░░░░ 1 of 1,000 revoked, 2 h 47 min left" {
		t.Errorf("%q", got)
	}
}
