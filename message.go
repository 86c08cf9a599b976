package tiledesk

import (
	"encoding/base64"
	"html"
	"net/http"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

const (
	maxMessage = 300 // characters of the server's words that an error shows
	redacted   = "[redacted]"
)

// errorMessage finds what the server said in any of the shapes that it uses
// (measured and read in its source), and the fields of a 422.
func errorMessage(header http.Header, body []byte) (message string, fields []FieldError) {
	text := strings.TrimSpace(string(trimBOM(body)))
	switch {
	case validJSON([]byte(text)):
		return messageOf(gjson.Parse(text))
	case strings.HasPrefix(text, "<") || strings.Contains(header.Get("Content-Type"), "html"):
		return pageTitle(text), nil
	default:
		return text, nil
	}
}

// messageOf reads {"msg"}, {"message"}, {"error"}, {"err"}, {"errors":[…]}, the
// first three also one level below, and bare text in quotes.
func messageOf(value gjson.Result) (string, []FieldError) {
	if value.Type == gjson.String {
		return value.Str, nil
	}
	if !value.IsObject() {
		return "", nil
	}
	for _, name := range []string{"msg", "message", "error", "err"} {
		switch found := value.Get(name); {
		case found.Type == gjson.String && found.Str != "":
			return found.Str, nil
		case found.IsObject():
			if message, fields := messageOf(found); message != "" {
				return message, fields
			}
		}
	}
	return fieldErrors(value.Get("errors"))
}

// fieldErrors reads the list of a 422. The refused value stays where it is: it
// can be a password.
func fieldErrors(list gjson.Result) (string, []FieldError) {
	var fields []FieldError
	var texts []string
	list.ForEach(func(_, item gjson.Result) bool {
		field := FieldError{Field: item.Get("param").String(), Message: item.Get("msg").String()}
		if field.Field == "" {
			field.Field = item.Get("path").String() // its name in newer validators
		}
		if item.Type == gjson.String {
			field.Message = item.Str
		}
		fields = append(fields, field)
		texts = append(texts, strings.Trim(field.Field+": "+field.Message, ": "))
		return len(fields) < maxMessage
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

// secrets are the texts of one call that no error and no log may show.
type secrets func() []string

// secretsOf collects what the Authorization header and the identifier of a call
// could be recognised by, should the server repeat them. It is a closure, so
// that printing a struct that holds it shows nothing.
func secretsOf(authorization string, others ...string) secrets {
	return func() []string {
		texts := append([]string{authorization}, others...)
		scheme, rest, _ := strings.Cut(authorization, " ")
		texts = append(texts, rest)
		if strings.EqualFold(scheme, "JWT") {
			if dot := strings.LastIndexByte(rest, '.'); dot >= 0 {
				texts = append(texts, rest[:dot], rest[dot+1:])
			}
		}
		if plain, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
			_, password, _ := strings.Cut(string(plain), ":")
			texts = append(texts, string(plain), password)
		}
		return texts
	}
}

// clean makes a text of the server fit for an error or a terminal: no secret, no
// control or invisible character, one line, at most 300 characters.
func clean(text string, hide secrets) string {
	for _, secret := range hide() {
		if len(secret) >= 3 { // shorter ones are in every text by chance
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	const window = 64 << 10 // more than can matter, and bounded work
	text = strings.ToValidUTF8(text[:min(len(text), window)], "\uFFFD")
	text = shapedLikeJWT.ReplaceAllString(text, redacted)
	text = strings.Map(visible, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage-1]) + "…"
	}
	return text
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
