package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// safe makes a text fit for a terminal: one line, no control or invisible
// character, nothing that looks like a token.
func safe(text string) string {
	return redact.Tokens(strings.Map(printable, strings.ToValidUTF8(text, "\uFFFD")))
}

func printable(r rune) rune {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// safeWriter takes everything that looks like a token out of whole lines.
type safeWriter struct{ w io.Writer }

func (s safeWriter) Write(line []byte) (int, error) {
	if _, err := io.WriteString(s.w, redact.Tokens(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// safeArgs cleans the texts among the arguments of a format.
func safeArgs(args []any) []any {
	cleaned := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			cleaned[i] = safe(arg)
		case error:
			cleaned[i] = safe(arg.Error())
		case fmt.Stringer:
			cleaned[i] = safe(arg.String())
		default:
			cleaned[i] = arg
		}
	}
	return cleaned
}

// writeJSON writes one value as one line. The text keeps every character, but
// those that a terminal would obey are written as \u escapes.
func writeJSON(w io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, escapeInvisible(string(line))+"\n")
	return err
}

// escapeInvisible escapes what encoding/json leaves as it is: DEL, the C1
// controls and characters that only change the display.
func escapeInvisible(line string) string {
	if strings.IndexFunc(line, isInvisible) < 0 {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		switch {
		case !isInvisible(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(r>>10), 0xDC00+(r&0x3FF))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func isInvisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// wrap breaks a text into lines of at most width characters, where it can.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// count is a number with its noun: "1 token", "3,000 tokens".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}
