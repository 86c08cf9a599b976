package tiledesk

import (
	"bytes"
	"cmp"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/tidwall/gjson"
)

const (
	maxMessage    = 300      // characters of the server's words that an error shows
	messageWindow = 64 << 10 // bytes in which they are looked for
	maxFields     = 100      // of a 422
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

// clean makes a text of the server, or of the caller's code, fit for an error or a
// terminal: no secret, one line, at most 300 characters.
func clean(text string, secrets *redact.Secrets) string {
	return strings.Clone(cut(secrets.Clean(text), maxMessage)) // it may be a piece of the whole body
}

// cut leaves at most so many characters of a text.
func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// hide gives an error of the caller's code as it is, nil included, unless it holds
// a secret.
func hide(err error, secrets *redact.Secrets) error {
	if !tells(err, secrets) {
		return err
	}
	return newSafeError(err, secrets)
}

// tells reports whether an error, or one that it wraps, has a secret in its text.
func tells(err error, secrets *redact.Secrets) bool {
	if err == nil {
		return false
	}
	if _, ok := err.(*url.Error); ok || secrets.In(err.Error()) {
		return true
	}
	return slices.ContainsFunc(unwrap(err), func(inner error) bool { return tells(inner, secrets) })
}

// silent gives the errors inside one that hold no secret, the outermost of each.
func silent(err error, secrets *redact.Secrets) []error {
	if !tells(err, secrets) {
		return []error{err}
	}
	var shown []error
	for _, inner := range unwrap(err) {
		if inner != nil {
			shown = append(shown, silent(inner, secrets)...)
		}
	}
	return shown
}

// unwrap gives the errors that an error wraps; one can be nil.
func unwrap(err error) []error {
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		return []error{err.Unwrap()}
	case interface{ Unwrap() []error }:
		return err.Unwrap()
	}
	return nil
}

// withoutURL takes off what http.Client wraps around an error: the whole URL.
func withoutURL(err error) error {
	for {
		wrapped, ok := err.(*url.Error)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}
