// Package wire reads the bytes that a Tiledesk server answers: a list, the outcome
// of a revocation, a sign-in, what an error says. Values in, values out.
//
// The bodies of the history module are unknown, so the readers take every shape
// that its sibling routes use, and refuse what is something else.
package wire

import (
	"fmt"

	"github.com/tidwall/gjson"
)

// Answer is what a reader has to know of an answer.
type Answer struct {
	Status int
	Body   []byte
	Whole  bool // the body ends where it was meant to; false where nobody knows
}

// Kind is what kind of fault an answer has.
type Kind int

// The kinds. Zero is a failure that the server reports in words.
const (
	Reported Kind = iota
	Unexpected
	NotFound
	TooLarge
)

// Fault is what is wrong with an answer that HTTP calls a success.
type Fault struct {
	Kind    Kind
	Message string // the server's words, not cleaned
	Advice  string
}

func unexpected(format string, args ...any) *Fault {
	return &Fault{Kind: Unexpected, Advice: fmt.Sprintf(format, args...)}
}

// SaysUnauthorized reports whether a 401 is that of the server itself, the bare
// text "Unauthorized" (measured), and known to be whole: it may begin another text.
// net/http.Error, by which most gateways in Go refuse, adds a line break to it.
func SaysUnauthorized(answer Answer) bool {
	return answer.Whole && string(answer.Body) == "Unauthorized"
}

// SaysNotFound reports whether a 404 is the API's word that a token is not there,
// in the shape of its sibling routes. An HTML page, or the JSON of some gateway, is
// a wrong address instead: the token may well be still valid.
func SaysNotFound(answer Answer) bool {
	m, ok := readRefusal(answer)
	return ok && m.saysAbsent()
}

// SaysFailure reports whether an answer is the JSON by which the API says that
// something failed, {"success":false,…} (measured, and read in its source).
func SaysFailure(answer Answer) bool {
	m, ok := readRefusal(answer)
	return ok && m.refused && !m.success
}

// readRefusal reads the JSON object that a body is. It is false for any other body.
func readRefusal(answer Answer) (m members, ok bool) {
	ok = m.read(string(trimBOM(answer.Body)))
	return m, ok
}

// ReadSignIn takes the token out of the reply to a sign-in.
func ReadSignIn(body []byte) (token string, fault *Fault) {
	root, fault := parseJSON(trimBOM(body))
	if fault != nil {
		return "", fault
	}
	var c complaint
	var found gjson.Result // the last of several
	root.ForEach(func(key, value gjson.Result) bool {
		c.readOK(key.Str, value)
		if key.Str == "token" {
			found = value
		}
		return true
	})
	switch {
	case c.failed(false):
		return "", reportedFailure(root)
	case found.Type != gjson.String:
		return "", NoToken()
	}
	return found.Str, nil
}

// NoToken is the fault of a reply to a sign-in that carries none.
func NoToken() *Fault { return unexpected("the reply carries no token") }
