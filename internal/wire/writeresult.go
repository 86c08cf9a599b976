package wire

import (
	"strings"

	"github.com/tidwall/gjson"
)

// writeResult is what MongoDB and its drivers answer to a write, and what others
// say in its place. A nModified of 0 beside an n of 1 is a token that was revoked
// before, which is fine; alone it says that nothing changed.
type writeResult struct {
	wrote, matched, unchanged bool
	found                     bool // it says that the token was there
	none                      bool // a count that may also be the document's own is 0
	trouble                   bool // something was not done, unless that is the document's own

	worst   objection
	against *Fault
}

// counted are the words for the deed itself. They hold a count, a yes or no, or
// the time of it.
var counted = map[string]bool{"revoked": true, "deleted": true, "removed": true}

// read takes in one member of an object.
func (w *writeResult) read(name string, value gjson.Result) {
	switch name {
	case "n", "matchedCount", "deletedCount", "removedCount", "revokedCount", "nMatched", "nRemoved":
		w.matched, w.wrote = true, true
		w.count(wholeNumber(value, -1))
	case "updatedExisting":
		switch {
		case truthy(value):
			w.found = true
		case value.Type == gjson.Null:
			w.object(saysSomethingElse, errUnreadable)
		default:
			w.object(saysNothingThere, errNoSuchToken)
		}
	case "revoked", "isRevoked", "deleted", "removed", "found":
		w.deed(value)
	case "ok", "acknowledged":
		w.wrote = true
		if !affirmed(value) {
			w.object(saysSomethingElse, unexpected("the server did not acknowledge the revocation"))
		}
	case "nModified", "modifiedCount":
		w.wrote = true
		n := wholeNumber(value, 0)
		w.unchanged, w.found = w.unchanged || n == 0, w.found || n > 0
	case "nUpserted", "upsertedCount":
		if wholeNumber(value, -1) != 0 {
			w.object(saysSomethingElse, unexpected("the server made a new entry instead of revoking one"))
		}
	case "status", "state", "outcome":
		w.trouble = w.trouble || saysNo(value)
	default:
		w.readOther(name, value)
	}
}

// readOther takes in a member whose name is none of those above. What is 0, false, null
// or empty may speak against it: {"success":true,"count":0} says that nothing was revoked.
// So does {"notFound":1}, which is neither.
func (w *writeResult) readOther(name string, value gjson.Result) {
	m := meaningOf(name)
	if m < aCount {
		return
	}
	switch nothing := isNothing(value); {
	case m == aFailure:
		w.trouble = w.trouble || !nothing && !(value.IsObject() && isEmpty(value))
	case nothing && m == aDeed:
		w.object(saysNotDone, errNotDone)
	case nothing:
		w.none = true
	}
}

// count takes in how many entries were found.
func (w *writeResult) count(n int) {
	switch {
	case n > 0:
		w.found = true
	case n == 0:
		w.object(saysNothingThere, errNoSuchToken)
	default:
		w.object(saysSomethingElse, errUnreadable)
	}
}

// deed takes in what is said of the deed itself. An object is a wrapper.
func (w *writeResult) deed(value gjson.Result) {
	switch {
	case value.IsObject():
	case !truthy(value), saysNo(value), value.IsArray() && isEmpty(value):
		w.object(saysNotDone, errNotDone)
	default:
		w.found = true
	}
}

func saysNo(value gjson.Result) bool {
	switch strings.ToLower(value.Str) {
	case "no", "none", "null", "undefined", "never", "pending", "queued", "scheduled", "processing", "in progress", "denied", "rejected",
		"refused", "forbidden", "unauthorized", "skipped", "ignored", "noop", "not found", "not_found", "notfound", "unchanged", "unknown", "aborted", "canceled", "cancelled", "timeout":
		return true
	}
	return value.Type == gjson.String && failedInWords(value)
}

func (w *writeResult) object(o objection, fault *Fault) {
	if o > w.worst {
		w.worst, w.against = o, fault
	}
}

// verdict is the worst that speaks against a revocation.
func (w *writeResult) verdict() (objection, *Fault) {
	if w.unchanged && !w.matched {
		w.object(saysSomethingElse, unexpected("the server changed nothing, and does not say whether it found the token"))
	}
	return w.worst, w.against
}

var (
	errCountsNone  = unexpected("the server counts nothing that it did: treat the token as still valid")
	errNoSuchToken = nothingRevoked("the server found no such token")
	errUnreadable  = unexpected("the server answered with a write result that cannot be read")
)
