package wire

import (
	"bytes"
	"cmp"
	"html"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

const (
	messageWindow = 64 << 10 // bytes in which the title of a page is looked for
	maxFields     = 100      // of a 422
)

// Field is one field that the server refused, without its value, which can be a
// password.
type Field struct{ Field, Message string }

// ReadMessage finds what the server said in any of the shapes that it uses
// (measured and read in its source), and the fields of a 422.
func ReadMessage(header http.Header, body []byte) (message string, fields []Field) {
	body = bytes.TrimSpace(trimBOM(body))
	switch {
	case len(body) == 0:
		return "", nil
	case validJSON(string(body)):
		return messageOf(gjson.ParseBytes(body))
	case looksLikePage(header, body):
		return pageTitle(string(body[:min(len(body), messageWindow)])), nil
	case body[0] == '{' || body[0] == '[':
		return "", nil // truncated JSON: it can hold the value of a 422
	default:
		return string(body), nil
	}
}

// IsPage reports whether a body is a web page, by how it begins or by its type. JSON is
// not one, whatever its type: the server sends some as text/html (measured).
func IsPage(header http.Header, body []byte) bool {
	body = bytes.TrimSpace(trimBOM(body))
	return len(body) > 0 && !validJSON(string(body)) && looksLikePage(header, body)
}

// looksLikePage is about a body that is neither empty nor JSON.
func looksLikePage(header http.Header, body []byte) bool {
	return body[0] == '<' || strings.Contains(header.Get("Content-Type"), "html")
}

// messageOf reads {"msg"}, {"message"}, {"error"}, {"err"}, also one level below
// one of these, {"errors":[…]} and bare text in quotes.
func messageOf(value gjson.Result) (string, []Field) {
	if value.Type == gjson.String {
		return value.Str, nil
	}
	return messageWithin(value, 1)
}

// messageWithin goes no deeper than it is told: each level reads the text again,
// which a hostile server could make last for hours.
func messageWithin(value gjson.Result, levels int) (string, []Field) {
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
func fieldErrors(list gjson.Result) (string, []Field) {
	var fields []Field
	var texts []string
	list.ForEach(func(key, item gjson.Result) bool {
		field := Field{
			Field:   cmp.Or(textOf(item.Get("param")), textOf(item.Get("path")), key.Str), // the second in newer validators
			Message: cmp.Or(textOf(item.Get("msg")), textOf(item.Get("message"))),
		}
		if item.Type == gjson.String {
			field.Message = item.Str
		}
		if field != (Field{}) {
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
