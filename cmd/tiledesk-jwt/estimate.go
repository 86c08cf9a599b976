package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
)

// leftByLimit is how long the limiter takes to let so many more requests leave, what
// it lets leave at once not counted. It is 0 without a limit.
func (a *app) leftByLimit(requests int, now time.Time) time.Duration {
	limiter, ok := a.limit().(*rate.Limiter)
	if !ok {
		return 0
	}
	waiting := max(0, float64(requests)-limiter.TokensAt(now))
	return time.Duration(waiting / float64(limiter.Limit()) * float64(time.Second))
}

// howLong says how long a run over so many tokens takes at least, where that is long, and
// what makes it faster.
func (a *app) howLong(tokens int) string {
	left := a.leftByLimit(tokens, a.now())
	if left < time.Minute {
		return ""
	}
	return "This takes about " + roughly(left) + ", since it is " + a.limitedTo() + ". On a server of your own, --rate auto goes as fast as it takes, and --rate 0 sets no limit."
}

// roughly is a duration as people say it: "40 s", "16 min", "1 h 20 min".
func roughly(d time.Duration) string {
	switch seconds, minutes := int(d.Round(time.Second)/time.Second), int(d.Round(time.Minute)/time.Minute); {
	case seconds < 100:
		return fmt.Sprintf("%d s", max(seconds, 1))
	case minutes < 100:
		return fmt.Sprintf("%d min", minutes)
	case minutes < 48*60:
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", minutes/60, minutes%60), " 0 min")
	}
	return fmt.Sprintf("%d days", int(d.Round(day)/day))
}

// sentenceCase begins a text with a capital.
func sentenceCase(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// fit leaves out what stands in brackets at the end where a text is too long, and then
// what does not fit.
func fit(text string, width int) string {
	if i := strings.LastIndex(text, " ("); i > 0 && utf8.RuneCountInString(text) > width {
		text = text[:i]
	}
	return cut(text, width)
}

// cut shortens a text to a number of characters.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(width-1, 0)]) + "…"
}
