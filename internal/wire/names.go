package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// meaning is what the name of a member promises to tell about a revocation.
type meaning int

const (
	otherwise meaning = iota // anything, and so no name of these words
	aFiller                  // says nothing alone
	aCount                   // how many, or which, tokens something was done to
	aDeed                    // the revocation itself
	aFailure                 // that something was not done
)

// meaningOf is the strongest meaning of the words of a name, however they are joined,
// if all of them have one: "notFound" and "createdCount" may be 0 for another reason.
// Of "affectedRows", "Affected-Rows" and "AFFECTED_ROWS" it is the same.
func meaningOf(name string) (strongest meaning) {
	for name != "" {
		var word string
		if word, name = firstWord(name); word == "" {
			continue
		}
		m := meaningOfWord(strings.ToLower(word))
		if m == otherwise { // as that of most first words
			return otherwise
		}
		strongest = max(strongest, m)
	}
	return strongest
}

// firstWord is what stands before the first joint, or before a capital that follows a
// small letter; rest is what stands behind.
func firstWord(name string) (word, rest string) {
	small := false
	for i, r := range name {
		switch {
		case r >= 'a' && r <= 'z':
			small = true
			continue
		case r == '_' || r == '-' || r == '.' || unicode.IsSpace(r):
			return name[:i], name[i+utf8.RuneLen(r):]
		case small && unicode.IsUpper(r):
			return name[:i], name[i:]
		}
		small = unicode.IsLower(r)
	}
	return name, ""
}

// meaningOfWord knows the words of which names such as "affectedRows", "tokens_revoked"
// and "isDeleted" are made.
func meaningOfWord(word string) meaning {
	switch word {
	case "n", "num", "number", "of", "is", "was", "were", "all",
		"token", "jwt", "row", "doc", "document", "entry", "item", "record",
		"message", "msg", "text", "description", "reason", "run":
		return aFiller
	case "count", "total", "matched", "modified", "updated", "affected", "changed",
		"changes", "processed", "found", "tokens", "jwts", "rows", "docs",
		"documents", "entries", "items", "records", "results", "sessions":
		return aCount
	case "revoked", "deleted", "removed", "invalidated", "revocations", "deletions", "removals",
		"success", "successful", "succeeded", "acknowledged", "ok":
		return aDeed
	case "not", "error", "errors", "err", "errmsg", "exception", "exceptions", "fail", "failed", "failure", "failures",
		"denied", "rejected", "skipped", "ignored", "dry":
		return aFailure
	}
	return otherwise
}

// isNothing reports whether a value is a count of nothing, or a no.
func isNothing(value gjson.Result) bool {
	return !truthy(value) || value.Type == gjson.Number && value.Num < 1 || value.IsArray() && isEmpty(value) || wholeNumber(value, 1) == 0
}
