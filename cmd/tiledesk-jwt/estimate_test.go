package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

func TestRoughly_atItsBounds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "1 s", 99*time.Second + 499*time.Millisecond: "99 s", 99*time.Second + 500*time.Millisecond: "2 min",
		99 * time.Minute: "99 min", 110 * time.Minute: "1 h 50 min", 47*time.Hour + 59*time.Minute: "47 h 59 min", 48 * time.Hour: "2 days",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

// A text that is too long loses what is in brackets at its end first.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"waiting (3 s)", 13, "waiting (3 s)"}, {"waiting (3 s)", 12, "waiting"}, {"waiting (3 s)", 6, "waiti…"},
		{" (3 s)", 3, " (…"}, {"a (3 s)", 3, "a"}, {"äöü", 3, "äöü"}, {"äöü", 2, "ä…"}, {"äöü", 0, "…"}, {"äöü", 1, "…"}, {"", 0, ""},
	} {
		if got := fit(c.text, c.width); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
	for text, want := range map[string]string{"": "", "a": "A", "of b": "Of b"} {
		if got := sentenceCase(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A run that takes a minute or more says so; what may leave at once is not counted.
func TestHowLong(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	if text := a.howLong(100_000); text != "" || a.leftByLimit(100_000, a.now()) != 0 {
		t.Errorf("without a limit: %s", text)
	}
	a.flags.Rate.n = 200
	limiter := a.limit().(*rate.Limiter)
	atOnce, minute := limiter.Burst(), int(float64(limiter.Limit())*60)
	for requests, want := range map[int]time.Duration{0: 0, atOnce: 0, atOnce + minute: time.Minute} {
		if got := a.leftByLimit(requests, a.now()); (got - want).Abs() > time.Second {
			t.Errorf("%d requests take %s, want %s", requests, got, want)
		}
	}
	limiter.SetLimit(2) // so that a minute is a round number
	for requests, long := range map[int]bool{atOnce + 119: false, atOnce + 120: true} {
		text := a.howLong(requests)
		if long != (text != "") || long && !strings.HasPrefix(text, "This takes about 60 s, since it is limited to 200 requests/min. ") {
			t.Errorf("%d requests: %q", requests, text)
		}
	}
}
