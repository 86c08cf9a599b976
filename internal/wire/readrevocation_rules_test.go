package wire_test

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// The rules of a revocation once more, as docs/server.md states them ("A 2xx to a DELETE,
// rule by rule") and not as the code decides them: a table of sentences over a tree that
// no parser of JSON has touched. readrevocation_model_test.go compares the two, and
// readrevocation_verdict_test.go holds the table against the document.

// object is an object of JSON with its members in order, names that come twice
// included.
type object []member

type member struct {
	name  string
	value any // nil, bool, float64, string, []any or object
}

// verdict is what an answer means for the token.
type verdict string

const (
	isRevoked verdict = "revoked"
	isGone    verdict = "not there"
	isAlive   verdict = "still valid"
)

// part is one object of an answer: the answer itself, or what a wrapper holds.
type part struct {
	object
	asked wire.Asked
	inner bool // it stands in the document of the token, whose fields are its own
}

// A rule is a sentence about one part.
type rule struct {
	says  string
	holds func(part) bool
}

// Where one of them holds for any part, the token is still valid.
var speaksAgainst = []rule{
	{"success is not a yes", func(p part) bool { return p.any(not(yes), "success") }},
	{"there is an error", func(p part) bool { return p.any(something, "error", "err", "writeConcernError") }},
	{"there are errors", func(p part) bool {
		return p.any(func(v any) bool { return something(v) && !bare(v) }, "errors", "writeErrors")
	}},
	{"the status is an error in words", func(p part) bool { return p.any(failure, "status") }},
	{"a status of 400 and more stands beside a message", func(p part) bool {
		return p.any(atLeast(400, math.MaxInt32), httpStatuses...) && p.any(something, "message", "msg", "detail", "title")
	}},
	{"the status is one of HTTP's errors, and cannot be the document's", func(p part) bool {
		return p.any(atLeast(400, 599), httpStatuses...) && !p.names()
	}},
	{"the deed was not done", func(p part) bool {
		return p.any(func(v any) bool { return !something(v) || negative(v) || v != nil && isArray(v) && bare(v) }, "revoked", "isRevoked", "deleted", "removed", "found")
	}},
	{"the deed was not done, in other words", func(p part) bool { return p.any(naught, otherDeeds...) }},
	{"something was not done, and that cannot be the document's", func(p part) bool {
		return !p.inner && !p.isOwn() && p.any(func(v any) bool { return !naught(v) && !bare(v) }, otherFailures...)
	}},
	{"the status is a word that says no, and cannot be the document's", func(p part) bool {
		return !p.inner && !p.isOwn() && p.any(negative, "status", "state", "outcome")
	}},
	{"a count of nothing, which cannot be the document's", func(p part) bool {
		return !p.inner && !p.isOwn() && p.any(naught, otherCounts...)
	}},
	{"a count is not a number of tokens", func(p part) bool { return p.any(not(atLeast(0, math.MaxInt32)), counts...) }},
	{"nobody knows whether anything was updated", func(p part) bool { return p.any(null, "updatedExisting") }},
	{"the write was not acknowledged", func(p part) bool { return p.any(not(yes), "ok", "acknowledged") }},
	{"nothing was changed, and nothing says that it was found", func(p part) bool {
		return p.any(not(atLeast(1, math.MaxInt32)), changes...) && !p.any(anything, counts...)
	}},
	{"an entry was made", func(p part) bool { return p.any(not(atLeast(0, 0)), "nUpserted", "upsertedCount") }},
	{"it is the document of another token", func(p part) bool { return !p.inner && p.namesAnother() }},
	{"it is a list", func(p part) bool {
		return !p.inner && (p.any(anything, "perPage") || !p.names() && slices.ContainsFunc(p.object, isListed))
	}},
	{"a wrapper holds false", func(p part) bool { return p.any(func(v any) bool { return v == false }, wrappers...) }},
	{"a wrapper holds 0, nothing or a word that says no, and is not a field of the token", func(p part) bool {
		return p.any(func(v any) bool { return v != nil && !something(v) || negative(v) }, p.foreign()...)
	}},
	{"a wrapper holds a list, and is not a field of the token", func(p part) bool { return p.any(isArray, p.foreign()...) }},
}

var saysNotThere = []rule{
	{"a count is 0", func(p part) bool { return p.any(atLeast(0, 0), counts...) }},
	{"nothing was updated", func(p part) bool {
		return p.any(func(v any) bool { return v != nil && !something(v) }, "updatedExisting")
	}},
	{"a wrapper holds null, and is not a field of the token", func(p part) bool { return p.any(null, p.foreign()...) }},
}

var saysThere = []rule{
	{"a count is above 0", func(p part) bool { return p.any(atLeast(1, math.MaxInt32), counts...) }},
	{"something was updated", func(p part) bool { return p.any(something, "updatedExisting") }},
	{"something was changed", func(p part) bool { return p.any(atLeast(1, math.MaxInt32), changes...) }},
	{"the deed was done", func(p part) bool {
		return p.any(func(v any) bool { return something(v) && !isObject(v) }, "revoked", "isRevoked", "deleted", "removed", "found")
	}},
	{"it is the document of the token", part.isOwn},
}

var saysRevoked = []rule{
	{"success is a yes", func(p part) bool { return !p.inner && p.any(yes, "success") }},
	{"a write result", func(p part) bool {
		return !p.inner && p.any(anything, slices.Concat(counts, changes, []string{"ok", "acknowledged"})...)
	}},
	{"it is the document of the token", part.isOwn},
}

// opened are a part and all that its wrappers hold, down to a depth; deep is true
// where something stands below that.
func opened(p part, depth int) (parts []part, deep bool) {
	parts = []part{p}
	for _, m := range p.object {
		inside, ok := m.value.(object)
		switch {
		case !ok || !slices.Contains(allWrappers, m.name):
		case depth == 0:
			deep = deep || len(inside) > 0
		default:
			more, below := opened(part{inside, p.asked, p.inner || p.isOwn()}, depth-1)
			parts, deep = append(parts, more...), deep || below
		}
	}
	return parts, deep
}

// foreign are the wrappers of a part that cannot be fields of the token.
func (p part) foreign() []string {
	if p.inner || p.isOwn() {
		return results
	}
	return wrappers
}

// any reports whether a member of one of these names is like that.
func (p part) any(like func(any) bool, names ...string) bool {
	return slices.ContainsFunc(p.object, func(m member) bool { return slices.Contains(names, m.name) && like(m.value) })
}

func (p part) names() bool { return p.any(anything, "_id", "jti") }

func (p part) isOwn() bool { return !p.inner && p.identifier() != "" && p.isAsked(p.identifier()) }

func (p part) namesAnother() bool { return p.identifier() != "" && !p.isAsked(p.identifier()) }

func (p part) isAsked(identifier string) bool {
	if p.asked.ID == "" {
		return identifier == p.asked.JTI
	}
	return identifier == p.asked.ID || len(identifier) == 24 && strings.EqualFold(identifier, p.asked.ID)
}

// identifier is the one of the kind that was asked for, else the other.
func (p part) identifier() string {
	kinds := []string{"jti", "_id"}
	if p.asked.ID != "" {
		slices.Reverse(kinds)
	}
	for _, kind := range kinds {
		last := ""
		for _, m := range p.object {
			if m.name == kind {
				last = text(m.value)
			}
		}
		if last != "" {
			return last
		}
	}
	return ""
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case object:
		if len(v) == 1 && v[0].name == "$oid" {
			s, _ := v[0].value.(string)
			return s
		}
	}
	return ""
}

func not(like func(any) bool) func(any) bool { return func(v any) bool { return !like(v) } }

func anything(any) bool   { return true }
func null(v any) bool     { return v == nil }
func isArray(v any) bool  { _, ok := v.([]any); return ok }
func isObject(v any) bool { _, ok := v.(object); return ok }
func isText(v any) bool   { _, ok := v.(string); return ok }

// bare is an array or an object with nothing in it.
func bare(v any) bool {
	array, _ := v.([]any)
	object, _ := v.(object)
	return (isArray(v) || isObject(v)) && len(array)+len(object) == 0
}

func isListed(m member) bool {
	array, ok := m.value.([]any)
	return ok && (slices.Contains(listNames, m.name) || slices.ContainsFunc(array, isObject))
}

func yes(v any) bool {
	s, _ := v.(string)
	return v == true || v == 1.0 || s == "1" || strings.EqualFold(s, "true") || strings.EqualFold(s, "ok")
}

// something is what JavaScript takes for true, but for "0" and "false".
func something(v any) bool {
	s, isText := v.(string)
	return v != nil && v != false && v != 0.0 && (!isText || s != "" && s != "0" && !strings.EqualFold(s, "false"))
}

// naught is a count of nothing.
func naught(v any) bool {
	n, isNumber := v.(float64)
	return !something(v) || isNumber && n < 1 || isArray(v) && bare(v) || atLeast(0, 0)(v)
}

func failure(v any) bool { return isOneOf(v, "error", "fail", "failed", "failure") }

func negative(v any) bool {
	return failure(v) || isOneOf(v, "no", "none", "null", "undefined", "never", "pending", "not found", "queued")
}

func isOneOf(v any, words ...string) bool {
	s, ok := v.(string)
	return ok && slices.Contains(words, strings.ToLower(s))
}

// atLeast is a whole number in that range, also as text.
func atLeast(low, high float64) func(any) bool {
	return func(v any) bool {
		n, ok := v.(float64)
		if s, isText := v.(string); isText {
			parsed, err := strconv.ParseFloat(s, 64)
			n, ok = parsed, err == nil
		}
		return ok && n == math.Trunc(n) && n >= low && n <= high
	}
}
