// Package ident knows which identifiers of tokens may be sent. An identifier comes
// from a list, a file or a command line, and ends up in the path of a DELETE.
package ident

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// Max is the length in bytes that no jti and no id needs.
const Max = 4 << 10

// Reasons to refuse an identifier for which callers know what to do instead.
var (
	ErrToken   = errors.New("is a whole token, which is a secret")
	ErrIDRoute = errors.New("begins with id/, which a proxy could resolve to the route for ids")
)

// CheckID refuses an id that would reach another route or give a secret away. The
// error goes on where "the id" ends, and never repeats the identifier.
func CheckID(id string) error {
	switch {
	case id == "":
		return errors.New("is empty")
	case strings.TrimSpace(id) == "":
		return errors.New("is blank")
	case len(id) > Max:
		return fmt.Errorf("has %d bytes; more than %d cannot be one", len(id), Max)
	case strings.ContainsFunc(id, unicode.IsControl):
		return errors.New("has a control character in it; was a line break read along with it?")
	case hasDotSegment(id):
		return errors.New("has a segment . or .. in it, which a proxy could resolve to another route")
	case redact.Identifier(id) != id: // in whatever spelling
		return ErrToken
	}
	return nil
}

// CheckJTI is CheckID for a jti, which must not reach the route for ids either:
// some proxies decode %2F, and the server's router does not look at the case.
func CheckJTI(jti string) error {
	if err := CheckID(jti); err != nil {
		return err
	}
	if first, rest := firstSegment(jti); rest && strings.EqualFold(first, "id") {
		return ErrIDRoute
	}
	return nil
}

// FoldJTI is what a jti is known by, since a server may write it in another case.
func FoldJTI(jti string) string { return strings.ToLower(jti) }

// SameJTI reports whether two texts are the same jti. An empty text is none.
func SameJTI(a, b string) bool { return a != "" && FoldJTI(a) == FoldJTI(b) }

// firstSegment is what stands before the first slash; rest reports whether there
// is one. Slashes in front do not count, since some proxies merge them.
func firstSegment(s string) (first string, rest bool) {
	s = strings.TrimLeftFunc(s, isSlash)
	end := strings.IndexFunc(s, isSlash)
	if end < 0 {
		return s, false
	}
	return s[:end], true
}

// hasDotSegment splits at both slashes, because some servers take a backslash
// for one.
func hasDotSegment(s string) bool {
	if !strings.Contains(s, ".") { // as in most identifiers
		return false
	}
	for segment := range strings.FieldsFuncSeq(s, isSlash) {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }
