package tiledesk

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/tidwall/gjson"
)

const (
	maxMessage    = 300      // characters of the server's words that an error shows
	messageWindow = 64 << 10 // bytes in which they are looked for
	cleanWindow   = 1 << 20  // bytes that are searched for secrets, so that many of them leave a window full
	maxFields     = 100      // of a 422

	// blotted stands for a secret until a text is done: a noncharacter, short
	// enough that no text grows, and with nothing in it that is a secret too.
	blotted = "\uFFFF"
)

// errorMessage finds what the server said in any of the shapes that it uses
// (measured and read in its source), and the fields of a 422.
func errorMessage(header http.Header, body []byte) (message string, fields []FieldError) {
	body = bytes.TrimSpace(trimBOM(body))
	switch {
	case len(body) == 0:
		return "", nil
	case validJSON(body):
		return messageOf(gjson.ParseBytes(body))
	case body[0] == '<' || strings.Contains(header.Get("Content-Type"), "html"):
		return pageTitle(string(body[:min(len(body), messageWindow)])), nil
	case body[0] == '{' || body[0] == '[':
		return "", nil // JSON that was cut: it can hold the value of a 422
	default:
		return string(body), nil
	}
}

// messageOf reads {"msg"}, {"message"}, {"error"}, {"err"}, also one level below
// one of these, {"errors":[…]} and bare text in quotes.
func messageOf(value gjson.Result) (string, []FieldError) {
	if value.Type == gjson.String {
		return value.Str, nil
	}
	return messageWithin(value, 1)
}

// messageWithin goes no deeper than it is told: each level reads the text again,
// which a hostile server could make last for hours.
func messageWithin(value gjson.Result, levels int) (string, []FieldError) {
	if !value.IsObject() {
		return "", nil
	}
	for _, name := range []string{"msg", "message", "error", "err"} {
		switch found := value.Get(name); {
		case found.Type == gjson.String && found.Str != "":
			return found.Str, nil
		case found.IsObject() && levels > 0:
			if message, fields := messageWithin(found, levels-1); message != "" {
				return message, fields
			}
		}
	}
	return fieldErrors(value.Get("errors"))
}

// fieldErrors reads the list of a 422, or an object with a member a field. The
// refused value stays where it is: it can be a password.
func fieldErrors(list gjson.Result) (string, []FieldError) {
	var fields []FieldError
	var texts []string
	list.ForEach(func(key, item gjson.Result) bool {
		field := FieldError{
			Field:   cmp.Or(textOf(item.Get("param")), textOf(item.Get("path")), key.Str), // the second in newer validators
			Message: cmp.Or(textOf(item.Get("msg")), textOf(item.Get("message"))),
		}
		if item.Type == gjson.String {
			field.Message = item.Str
		}
		if field != (FieldError{}) {
			fields = append(fields, field)
			texts = append(texts, strings.Trim(field.Field+": "+field.Message, ": "))
		}
		return len(fields) < maxFields
	})
	return strings.Join(texts, "; "), fields
}

// pageTitle is all that an HTML page may contribute to an error.
func pageTitle(page string) string {
	page = strings.ToValidUTF8(page, "?") // so that both have the same offsets
	lower := asciiLower(page)
	start := strings.Index(lower, "<title")
	if start < 0 {
		return ""
	}
	open := strings.IndexByte(lower[start:], '>')
	end := strings.Index(lower[start:], "</title")
	if open < 0 || end < open {
		return ""
	}
	return html.UnescapeString(page[start+open+1 : start+end])
}

// asciiLower keeps every offset, which strings.ToLower does not for all of Unicode.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// secrets gives the texts of one call that no error and no log may show.
type secrets func() []string

// secretsOf collects what URL, identifier and Authorization header of a call could
// be recognised by, should the server repeat them, in every way in which a text is
// escaped on its way into another.
func secretsOf(authorization string, u *url.URL, others ...string) []string {
	scheme, rest, _ := strings.Cut(authorization, " ")
	rest = strings.TrimSpace(rest)
	texts := append([]string{authorization, u.String(), u.RequestURI(), rest}, others...)
	if dot := strings.LastIndexByte(rest, '.'); dot >= 0 { // a JWT under whatever scheme
		texts = append(append(texts, rest[:dot]), strings.Split(rest, ".")...)
	}
	if plain, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(plain), ":")
		texts = append(texts, string(plain), password)
	}
	for _, text := range texts {
		quoted := strconv.Quote(text)
		texts = append(texts, quoted[1:len(quoted)-1], url.PathEscape(text), url.QueryEscape(text), html.EscapeString(text))
	}
	return texts
}

// redactSecrets puts a mark in the place of every secret in a text. Whole tokens come
// first: all those of a server begin alike, so that hiding our own piece by piece
// would leave the rest of another in the open.
func redactSecrets(text string, hide secrets) string {
	text = redact.Replace(text, blotted)
	for _, secret := range hide() {
		if len(secret) >= len(blotted) { // shorter ones are in every text by chance
			text = strings.ReplaceAll(text, secret, blotted)
		}
	}
	return text
}

// tells reports whether an error, or one that it wraps, has a secret in its text.
func tells(err error, hide secrets) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	if _, ok := err.(*url.Error); ok || redactSecrets(text, hide) != text {
		return true
	}
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return tells(err.Unwrap(), hide)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(err.Unwrap(), func(inner error) bool { return tells(inner, hide) })
	}
	return false
}

// clean makes a text of the server fit for an error or a terminal: no secret, no
// control or invisible character, one line, at most 300 characters.
func clean(text string, hide secrets) string {
	text = redactSecrets(text[:min(len(text), cleanWindow)], hide)
	text = strings.ToValidUTF8(text[:min(len(text), messageWindow)], "\uFFFD")
	text = strings.Join(strings.Fields(strings.Map(visible, text)), " ")
	text = redactSecrets(text, hide) // one may have come to light
	text = strings.ReplaceAll(text, blotted, redact.Mark)
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage-1]) + "…"
	}
	return strings.Clone(text) // it may be a piece of the whole body
}

// visible turns controls into spaces and drops what only changes the display,
// such as a right-to-left override.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r), unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
