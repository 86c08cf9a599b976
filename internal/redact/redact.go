// Package redact knows what looks like a token, and takes it out of texts. The
// library, its reports and the command ask here, so that they agree.
package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Mark stands in a text where a secret was.
const Mark = "[redacted]"

// maxHeader is longer than the first part of any token, and keeps the search for
// one quick in a hostile text.
const maxHeader = 2 << 10

// HasToken reports whether a whole token stands anywhere in a text. An innocent
// identifier such as keyJobs.v1.2 is not one: the first part of a token is a JSON
// object.
func HasToken(text string) bool {
	_, _, found := find(text)
	return found
}

// IsToken reports whether a text is one whole token and nothing else.
func IsToken(text string) bool {
	start, end, found := find(text)
	return found && start == 0 && end == len(text)
}

// Tokens puts [Mark] in the place of every token in a text.
func Tokens(text string) string { return Replace(text, Mark) }

// Replace puts a mark in the place of every token in a text.
func Replace(text, mark string) string {
	start, end, found := find(text)
	if !found {
		return text
	}
	var b strings.Builder
	for found {
		b.WriteString(text[:start])
		b.WriteString(mark)
		text = text[end:]
		start, end, found = find(text)
	}
	b.WriteString(text)
	return b.String()
}

// find gives the place of the first token in a text: parts of base64url, padded or
// not, with dots between them. The last part of an unsigned token is empty; an
// encrypted one has five parts.
func find(text string) (start, end int, found bool) {
	for from := 0; ; {
		i := strings.Index(text[from:], "eyJ") // that is {"
		if i < 0 {
			return 0, 0, false
		}
		from += i
		stop := skip(text, from, isPart)
		if start, found := findHeader(text, max(from, stop-maxHeader), stop); found {
			if end, parts := endOfParts(text, stop); parts >= 2 {
				return start, end, true
			}
		}
		from = stop
	}
}

// endOfParts is where the parts behind a header end, of which there are at most 4.
func endOfParts(text string, from int) (end, parts int) {
	for parts < 4 {
		from = skip(text, from, isPadding)
		if from == len(text) || text[from] != '.' {
			break
		}
		stop := skip(text, from+1, isPart)
		if stop == from+1 && parts != 1 {
			break
		}
		from = stop
		parts++
	}
	return from, parts
}

// findHeader gives the place of a JSON object, in base64, at the end of a run. A run
// is decoded once for each of the three ways in which four characters can be
// three bytes of it, so that many beginnings cost no more than one.
func findHeader(text string, from, stop int) (start int, found bool) {
	if stop == len(text) || text[stop] != '.' && text[stop] != '=' {
		return 0, false
	}
	start = stop
	for _, tail := range []int{0, 2, 3} {
		first := from + (stop-from-tail)&3
		if first >= start {
			continue
		}
		plain, err := base64.RawURLEncoding.DecodeString(text[first:stop])
		if err != nil || !bytes.HasSuffix(bytes.TrimSpace(plain), []byte("}")) {
			continue
		}
		for i := 0; i < len(plain); i += 3 {
			at := first + i/3*4
			if at < start && strings.HasPrefix(text[at:stop], "eyJ") && json.Valid(plain[i:]) {
				start = at
				break
			}
		}
	}
	return start, start < stop
}

// skip goes on as long as the bytes are of a kind.
func skip(text string, from int, kind func(byte) bool) int {
	for from < len(text) && kind(text[from]) {
		from++
	}
	return from
}

func isPart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func isPadding(c byte) bool { return c == '=' }
