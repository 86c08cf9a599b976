package wire

import (
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

// meaning is what the name of a member promises to tell about a revocation.
type meaning int

const (
	otherwise meaning = iota // anything, and so no name of these words
	aFiller                  // says nothing alone
	aCount                   // how many, or which, tokens something was done to
	aDeed                    // the revocation itself
)

// meanings are the words of which names such as "affectedRows", "tokens_revoked" and
// "isDeleted" are made.
var meanings = map[string]meaning{
	"n": aFiller, "num": aFiller, "number": aFiller, "of": aFiller, "is": aFiller, "was": aFiller, "were": aFiller, "all": aFiller,
	"token": aFiller, "jwt": aFiller, "row": aFiller, "doc": aFiller, "document": aFiller, "entry": aFiller, "item": aFiller, "record": aFiller,

	"count": aCount, "total": aCount, "matched": aCount, "modified": aCount, "updated": aCount, "affected": aCount, "changed": aCount,
	"changes": aCount, "processed": aCount, "found": aCount, "tokens": aCount, "jwts": aCount, "rows": aCount, "docs": aCount,
	"documents": aCount, "entries": aCount, "items": aCount, "records": aCount, "results": aCount, "sessions": aCount,

	"revoked": aDeed, "deleted": aDeed, "removed": aDeed, "invalidated": aDeed, "revocations": aDeed, "deletions": aDeed, "removals": aDeed,
}

// meaningOf is the strongest meaning of the words of a name, however they are joined,
// if all of them have one: "notFound" and "createdCount" may be 0 for another reason.
func meaningOf(name string) (strongest meaning) {
	for _, word := range wordsOf(name) {
		m := meanings[word]
		if m == otherwise {
			return otherwise
		}
		strongest = max(strongest, m)
	}
	return strongest
}

// wordsOf are the words of a name in lower case: of "affectedRows", "Affected-Rows"
// and "AFFECTED_ROWS" the same.
func wordsOf(name string) []string {
	var spaced strings.Builder
	small := false
	for _, r := range name {
		switch {
		case r == '_' || r == '-' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && small:
			spaced.WriteByte(' ')
		}
		small = unicode.IsLower(r)
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(spaced.String())
}

// isNothing reports whether a value is a count of nothing, or a no.
func isNothing(value gjson.Result) bool {
	return !truthy(value) || value.Type == gjson.Number && value.Num < 1 || value.IsArray() && isEmpty(value) || wholeNumber(value, 1) == 0
}
