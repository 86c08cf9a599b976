package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// sample is a token with a dummy signature.
const sample = "eyJhbGciOiJub25lIn0.eyJqdGkiOiJhIn0.c2lnbmF0dXJl"

func TestAge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"30d": 30 * day, "2w": 2 * week, "12h": 12 * time.Hour, "1d12h": 36 * time.Hour,
		"1w1d": 8 * day, "1.5d": 36 * time.Hour, "90m": 90 * time.Minute,
	} {
		var got age
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(got), err)
		}
	}
	for _, text := range []string{"", "30", "d", "-3d", "0s", "1y", "d1", "1d2w", "NaNd", "1e300d", "99999999w", "106751.99116730064d"} {
		var got age
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken for %v", text, time.Duration(got))
		}
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-11-22":                want.Add(-20 * time.Hour),
		"2026-11-22T20:00:00Z":      want,
		"2026-11-22T21:00:00+01:00": want,
	} {
		var got moment
		if err := got.UnmarshalText([]byte(text)); err != nil || !time.Time(got).Equal(want) {
			t.Errorf("%s: %v, %v", text, time.Time(got), err)
		}
	}
	var got moment
	if got.UnmarshalText([]byte("22.11.2026")) == nil {
		t.Error("22.11.2026 is taken for a time")
	}
}

func TestSafe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                "plain",
		"a\x1b[31mb\r\nc":      "a [31mb  c",
		"\u202Eright\u200B":    "right",
		"\x7f\u0085":           "  ",
		"bad \xff":             "bad \uFFFD",
		"JWT " + sample + " x": "JWT [redacted] x",
	} {
		if got := safe(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := writeJSON(&b, "a\x1b\x7f\u0085\u202E\U000E0041é"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), `"a\u001b\u007f\u0085\u202e\udb40\udc41é"`+"\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	got := wrap("one two  three äöü a-word-that-is-too-long end", 9)
	if want := []string{"one two", "three äöü", "a-word-that-is-too-long", "end"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	ranks := []int{exitRefused, exitNoHistory, exitInterrupted, exitUndone, exitDone}
	for i, higher := range ranks {
		for _, lower := range ranks[i:] {
			if worse(higher, lower) != higher || worse(lower, higher) != higher {
				t.Errorf("%d and %d", higher, lower)
			}
		}
	}
	for want, err := range map[int]error{
		exitDone:        nil,
		exitUndone:      errors.New("any"),
		exitUsage:       fmt.Errorf("x: %w", tiledesk.ErrInvalidArgument),
		exitRefused:     &tiledesk.APIError{StatusCode: 403},
		exitInterrupted: fmt.Errorf("x: %w", context.Canceled),
	} {
		if got := codeOf(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

// Errors of the package name its functions, which nobody finds on a command line.
func TestExplainSpeaksOfFlags(t *testing.T) {
	t.Parallel()
	for _, opts := range []struct {
		credentials tiledesk.Credentials
		url         string
	}{
		{tiledesk.JWTAuth("a b"), ""}, {tiledesk.JWTAuth("Bearer x"), ""}, {tiledesk.BasicAuth("a:b", "c"), ""},
		{tiledesk.BasicAuth("a", "b\n"), ""}, {tiledesk.BasicAuth("a", "b"), "http://example.com"},
		{tiledesk.BasicAuth("a", "b"), "https://a:b@example.com"},
	} {
		_, err := tiledesk.NewClient(opts.credentials, tiledesk.WithBaseURL(either(opts.url, tiledesk.DefaultBaseURL)))
		text := explain(err)
		if err == nil || strings.Contains(text, "Auth") || strings.Contains(text, "With") || !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
			t.Errorf("%v: %s", err, text)
		}
	}
}

func TestLimiterKeepsToTheMinute(t *testing.T) {
	t.Parallel()
	if limiter(perMinute{}) != nil {
		t.Error("0 is not without a limit")
	}
	for _, n := range []int{1, 2, 9, 10, 60, 200, 6000} {
		l := limiter(perMinute{n: n}).(interface {
			AllowN(time.Time, int) bool
		})
		start, passed := time.Now(), 0
		for step := range 6000 { // a minute and a bit, in steps of 10 ms
			if l.AllowN(start.Add(time.Duration(step)*10*time.Millisecond), 1) {
				passed++
			}
		}
		if passed > max(n, 2) || passed < n*9/10 {
			t.Errorf("%d a minute lets %d pass", n, passed)
		}
	}
}
