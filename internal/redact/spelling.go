package redact

import (
	"html"
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// layers gives a text without white space: first as it is, then with one layer of
// escapes after the other undone, and each with its depth. It does so twice where
// white space can stand inside an escape, or make one by accident. Plus signs are
// left out too, since they are spaces in a query.
func layers(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		if !yieldLayers(text, func(s string) string { return s }, yield) || !strings.ContainsAny(text, escapes) {
			return
		}
		if tight := squeeze(text); tight != text {
			yieldLayers(tight, squeeze, yield)
		}
	}
}

// yieldLayers reports whether the next layers are wanted too.
func yieldLayers(text string, tidy func(string) string, yield func(int, string) bool) bool {
	for depth := 0; ; depth++ {
		if !yield(depth, strings.ReplaceAll(squeeze(text), "+", "")) {
			return false
		}
		plain, changed := decode(text)
		if !changed {
			return true
		}
		text = tidy(plain)
	}
}

// escapes are the bytes with which an escape begins.
const escapes = `%\&`

// decode undoes one layer of escapes: those of URLs, of JSON and the programming
// languages, and of HTML. It takes time in proportion to the text.
func decode(text string) (plain string, changed bool) {
	i := strings.IndexAny(text, escapes)
	if i < 0 {
		return text, false
	}
	out := append(make([]byte, 0, len(text)), text[:i]...)
	for i < len(text) {
		n := 0
		switch text[i] {
		case '%':
			out, n = appendPercent(out, text[i:])
		case '\\':
			out, n = appendBackslash(out, text[i:])
		case '&':
			out, n = appendEntity(out, text[i:])
		}
		if n == 0 {
			out = append(out, text[i])
			i++
			continue
		}
		changed = true
		i += n
	}
	return string(out), changed
}

// appendPercent undoes %41, and the %u0041 of old browsers. Like the two below, it
// returns how many bytes it read, 0 for none.
func appendPercent(out []byte, text string) ([]byte, int) {
	if value, ok := hex(text, 1, 2); ok {
		return append(out, byte(value)), 3
	}
	if len(text) > 1 && text[1] == 'u' {
		return appendUnit(out, text)
	}
	return out, 0
}

// appendBackslash undoes what JSON, JavaScript, Go, C and Python write: \u0041,
// \u{41}, \U00000041, \x41, \101, \n. Before anything else the backslash goes.
func appendBackslash(out []byte, text string) ([]byte, int) {
	if len(text) < 2 {
		return out, 0
	}
	switch c := text[1]; c {
	case 'u':
		if end := strings.IndexByte(text[:min(len(text), 12)], '}'); end > 3 && text[2] == '{' {
			if value, ok := hex(text, 3, end-3); ok {
				return utf8.AppendRune(out, value), end + 1
			}
		}
		if out, n := appendUnit(out, text); n > 0 {
			return out, n
		}
	case 'U':
		if value, ok := hex(text, 2, 8); ok {
			return utf8.AppendRune(out, value), 10
		}
	case 'x':
		if value, ok := hex(text, 2, 2); ok {
			return append(out, byte(value)), 4
		}
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return append(out, ' '), 2
	case '0', '1', '2', '3', '4', '5', '6', '7':
		end := 2
		for end < min(len(text), 4) && text[end] >= '0' && text[end] <= '7' {
			end++
		}
		value, _ := strconv.ParseUint(text[1:end], 8, 16)
		return append(out, byte(value)), end
	}
	return append(out, text[1]), 2
}

// appendUnit undoes four hexadecimal digits behind two characters, or a surrogate
// pair of those.
func appendUnit(out []byte, text string) ([]byte, int) {
	value, ok := hex(text, 2, 4)
	if !ok {
		return out, 0
	}
	if utf16.IsSurrogate(value) && strings.HasPrefix(text[6:], text[:2]) {
		if low, ok := hex(text, 8, 4); ok {
			if r := utf16.DecodeRune(value, low); r != unicode.ReplacementChar {
				return utf8.AppendRune(out, r), 12
			}
		}
	}
	return utf8.AppendRune(out, value), 6
}

// appendEntity undoes &amp; and &#47; and &#x2F;, the semicolon left out or not.
func appendEntity(out []byte, text string) ([]byte, int) {
	end := 1
	for end < len(text) && (text[end] == '#' || isPart(text[end])) {
		end++
	}
	if end < len(text) && text[end] == ';' {
		end++
	}
	plain := html.UnescapeString(text[:end])
	if plain == text[:end] {
		return out, 0
	}
	return append(out, plain...), end
}

// hex reads digits from a place in a text.
func hex(text string, from, digits int) (rune, bool) {
	if from+digits > len(text) {
		return 0, false
	}
	value := rune(0)
	for _, c := range []byte(text[from : from+digits]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		value = value<<4 | rune(c)
	}
	return value, true
}

// squeeze drops what can stand inside a word unseen: white space, controls and
// invisible characters. Bytes that are not UTF-8 count as Latin-1.
func squeeze(text string) string {
	if !hasOdd(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			r = rune(text[i])
		}
		if !isUnseen(r) {
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

// hasOdd reports whether a text has more than letters, digits and signs of ASCII.
func hasOdd(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f {
			return true
		}
	}
	return false
}

func isUnseen(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// Line makes one line of a text: white space and controls become one space, and
// what only changes the display, such as a right-to-left override, goes.
func Line(text string) string {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	return strings.Join(strings.Fields(strings.Map(visible, text)), " ")
}

func visible(r rune) rune {
	switch {
	case unicode.IsControl(r), unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
