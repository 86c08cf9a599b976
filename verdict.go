package tiledesk

import (
	"bytes"
	"strings"

	"github.com/tidwall/gjson"
)

// readVerdict decides whether a 2xx to a DELETE is a revocation: only if it is
// one of the answers that mean one, and nothing in it says otherwise. What the
// history module answers is unknown; its sibling routes send the document, null,
// or {"success"} (read in the server's source), others a write result.
func readVerdict(r request, resp *Response) error {
	err := readOutcome(r, resp.Body)
	if err == nil && resp.StatusCode == 202 { // a body that says otherwise says it better
		return unexpected("202 means that the revocation was noted, not that it was done")
	}
	return err
}

// readOutcome is the verdict of the body alone.
func readOutcome(r request, body []byte) error {
	body = bytes.TrimSpace(trimBOM(body))
	if len(body) == 0 || bytes.EqualFold(body, []byte("OK")) {
		return nil
	}
	root, err := parseJSON(body)
	if err != nil {
		return err
	}
	switch {
	case root.Type == gjson.Null:
		return nothingRevoked("the server answered null")
	case root.Type == gjson.True, root.Type == gjson.String && strings.EqualFold(root.Str, "OK"):
		return nil
	case root.Type == gjson.False:
		return &fault{advice: "the server answered false: it did not revoke the token"}
	case root.IsObject():
		return readDeleted(r, root)
	}
	return unexpected("the server answered something else than the outcome of a revocation: take the token for alive")
}

// wrappers are the names under which a server may put the document or the write
// result that it speaks of.
var wrappers = map[string]bool{
	"value": true, "result": true, "lastErrorObject": true, "data": true, "doc": true, "document": true,
	"jwt": true, "token": true, "history": true, "jwthistory": true, "jwtHistory": true,
}

// maxWrapping is the depth to which wrappers are opened: {"result":{"value":{…}}}
// is as deep as it gets.
const maxWrapping = 3

// readDeleted reads an object: {}, {"success":true}, a write result or the
// document of the token, the last two also in a wrapper.
func readDeleted(r request, root gjson.Result) error {
	said, err := readPart(r, root, maxWrapping)
	if err == nil && !said && !isEmpty(root) {
		err = unexpected("the server answered with an object that does not say what became of the token: take it for alive")
	}
	return err
}

// readPart reports whether an object says that the token is revoked. Whatever
// it says against that is an error, and outweighs the rest.
func readPart(r request, part gjson.Result, depth int) (said bool, err error) {
	var m members
	m.read(part)
	switch {
	case m.failed:
		return false, reportedFailure(part)
	case m.isList():
		return false, unexpected("the server answered with a list: take the token for alive")
	}
	wrote, err := m.write.verdict()
	if err != nil {
		return false, err
	}
	if known, err := m.document.isOf(r); known || err != nil {
		return known, err // its fields are the token's own, wrappers among them
	}
	said = wrote || m.success
	part.ForEach(func(key, value gjson.Result) bool {
		switch {
		case !wrappers[key.Str]:
		case value.Type == gjson.Null:
			err = nothingRevoked("the server found no such token")
		case value.IsArray():
			err = unexpected("the server answered with a list: take the token for alive")
		case value.IsObject() && depth > 0:
			var inner bool
			inner, err = readPart(r, value, depth-1)
			said = said || inner
		}
		return err == nil
	})
	return said, err
}

// members is what the members of an object say, all read in one go: going
// through JSON is most of the work that an answer makes.
type members struct {
	failed  bool // one speaks against success
	success bool
	perPage bool
	array   bool // such as lists have
	write   writeResult
	document
}

func (m *members) read(object gjson.Result) {
	object.ForEach(func(key, value gjson.Result) bool {
		m.failed = m.failed || saysFailure(key.Str, value)
		m.array = m.array || value.IsArray() && arrayRank(key.Str, value) <= len(arrayNames)
		m.write.read(key.Str, value)
		switch key.Str {
		case "success":
			m.success = true
		case "perPage":
			m.perPage = true
		case "_id":
			m.id, m.named = textOf(value), true
		case "jti":
			m.jti, m.named = textOf(value), true
		}
		return true
	})
}

// isList recognises the envelope of a list, so that a DELETE which some proxy
// turned into a GET is no revocation. The document of a token may well hold an
// array of its own.
func (m *members) isList() bool { return m.perPage || m.array && !m.named }

// readFailure finds what an object says against success; nil when it says nothing.
func readFailure(root gjson.Result) error {
	failed := false
	root.ForEach(func(key, value gjson.Result) bool {
		failed = saysFailure(key.Str, value)
		return !failed
	})
	if !failed {
		return nil
	}
	return reportedFailure(root)
}

// saysFailure reports whether a member of an object speaks against success.
func saysFailure(name string, value gjson.Result) bool {
	switch name {
	case "success":
		return !affirmed(value)
	case "error", "err", "writeConcernError":
		return truthy(value)
	case "errors", "writeErrors":
		return truthy(value) && !(value.Type == gjson.JSON && isEmpty(value))
	}
	return false
}

func reportedFailure(root gjson.Result) error {
	return &fault{message: firstOf(messageOf(root)), advice: "the server reports a failure"}
}

// writeResult is what MongoDB and its drivers answer to a write. A nModified of 0
// beside an n of 1 is a token that was revoked before, which is fine; alone it
// says that nothing changed.
type writeResult struct {
	wrote, matched, unchanged bool
	err                       error // the first thing that speaks against a revocation
}

// read takes in one member of an object.
func (w *writeResult) read(name string, value gjson.Result) {
	if w.err != nil {
		return
	}
	switch name {
	case "n", "matchedCount", "deletedCount":
		w.matched = true
		if n := wholeNumber(value, -1); n == 0 {
			w.err = nothingRevoked("the server found no such token")
		} else if n < 0 {
			w.err = unexpected("the server answered with a write result that cannot be read")
		}
	case "ok", "acknowledged":
		w.wrote = true
		if !affirmed(value) {
			w.err = unexpected("the server did not acknowledge the revocation")
		}
	case "nModified", "modifiedCount":
		w.wrote = true
		w.unchanged = wholeNumber(value, 0) == 0
	}
}

// verdict reports whether there was a write at all.
func (w *writeResult) verdict() (wrote bool, err error) {
	if w.err == nil && w.unchanged && !w.matched {
		return true, unexpected("the server changed nothing, and does not say whether it found the token")
	}
	return w.wrote || w.matched, w.err
}

// document is the token that an object names.
type document struct {
	id, jti string
	named   bool // it has one of the two, if only as null
}

// isOf compares it with the token asked for. It is false when there is none.
func (d document) isOf(r request) (known bool, err error) {
	own, other := d.jti, d.id
	if r.route.argument == "id" {
		own, other = d.id, d.jti
	}
	if own == "" {
		own = other
	}
	switch {
	case own == "":
		return false, nil
	case own == r.identifier, r.route.argument == "id" && isObjectID(own) && strings.EqualFold(own, r.identifier):
		return true, nil
	}
	return false, unexpected("the server answered with a document that names another token: take this one for alive")
}

func nothingRevoked(advice string) error { return &fault{kind: ErrNotFound, advice: advice} }

// affirmed is a yes: true, the number 1, or a text that says so. A text
// like "failed" or "pending" is none.
func affirmed(value gjson.Result) bool {
	switch value.Type {
	case gjson.True:
		return true
	case gjson.Number:
		return value.Num == 1
	case gjson.String:
		return strings.EqualFold(value.Str, "true") || strings.EqualFold(value.Str, "OK") || value.Str == "1"
	default:
		return false
	}
}

// truthy is what the server's language takes for true; "false" counts as false,
// because somebody meant it.
func truthy(value gjson.Result) bool {
	switch value.Type {
	case gjson.True, gjson.JSON:
		return true
	case gjson.Number:
		return value.Num != 0
	case gjson.String:
		return value.Str != "" && !strings.EqualFold(value.Str, "false") && value.Str != "0"
	default:
		return false
	}
}

// isObjectID reports whether an id is 24 hexadecimal digits, whose case means
// nothing.
func isObjectID(id string) bool {
	return len(id) == 24 && strings.Trim(id, "0123456789abcdefABCDEF") == ""
}
