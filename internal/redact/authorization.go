package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
)

const (
	minValue = 6  // bytes of a named value that is a secret
	minWord  = 8  // bytes of a word without a name, and of a piece of one
	minPiece = 16 // bytes of a piece between slashes, where dates and regions stand
)

// pairForm is name=value or name="value", as in Digest, AWS and the like.
var pairForm = regexp.MustCompile(`[^\s=,;&"]+\s*=\s*("(?:[^"\\]|\\.)*"|[^\s=,;&"][^\s,;&"]*)`)

// Authorization gives the texts by which an Authorization header could be
// recognized, should a server repeat it or a part of it: the header, what follows
// its scheme, email and password of Basic, the parts of a token, and the values of
// a list.
func Authorization(header string) []string {
	header = strings.TrimSpace(header)
	texts := []string{header}
	scheme, rest, found := cutSpace(header)
	switch {
	case !found:
		rest = header
	case strings.EqualFold(scheme, "Basic"):
		return append(append(texts, rest), basic(rest)...)
	case strings.Contains(scheme, "="):
		rest = header // a list without a scheme
	}
	texts = append(texts, rest)
	if strings.Contains(rest, "=") {
		for _, pair := range pairForm.FindAllStringSubmatch(rest, -1) {
			if value := strings.Trim(pair[1], `"'`); len(value) >= minValue {
				texts = append(append(texts, value), pieces(value)...)
			}
		}
		rest = pairForm.ReplaceAllString(rest, " ")
	}
	for _, word := range strings.FieldsFunc(rest, isSeparator) {
		if len(word) >= minWord {
			texts = append(append(texts, word), pieces(word)...)
		}
	}
	return texts
}

func cutSpace(text string) (before, after string, found bool) {
	i := strings.IndexFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
	if i < 0 {
		return text, "", false
	}
	return text[:i], strings.TrimSpace(text[i:]), true
}

// basic gives email and password together, and the password alone.
func basic(encoded string) []string {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if plain, err := encoding.DecodeString(encoded); err == nil {
			_, password, _ := strings.Cut(string(plain), ":")
			return []string{string(plain), password}
		}
	}
	return nil
}

// pieces are the parts of a token, key and signature of id:signature, and the key
// of an AWS credential.
func pieces(value string) []string {
	var texts []string
	for _, piece := range strings.FieldsFunc(value, func(r rune) bool { return r == '.' || r == ':' }) {
		if len(piece) >= minWord {
			texts = append(texts, piece)
		}
	}
	for piece := range strings.SplitSeq(value, "/") {
		if len(piece) >= minPiece {
			texts = append(texts, piece)
		}
	}
	return texts
}

func isSeparator(r rune) bool { return strings.ContainsRune(" \t,;&\"'", r) }
