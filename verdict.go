package tiledesk

import (
	"strings"

	"github.com/tidwall/gjson"
)

// readVerdict decides whether a 2xx to a DELETE is a revocation: only if it is
// one of the answers that mean one, and nothing in it says otherwise. What the
// history module answers is unknown; its sibling routes send the document, null,
// or {"success"} (read in the server's source), others a write result.
func readVerdict(r request, resp *Response) error {
	if resp.StatusCode == 202 {
		return unexpected("202 means that the revocation was noted, not that it was done")
	}
	text := strings.TrimSpace(string(trimBOM(resp.Body)))
	if text == "" || strings.EqualFold(text, "OK") {
		return nil
	}
	root, err := parseJSON([]byte(text))
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
	if isEmpty(root) {
		return nil
	}
	said, err := readPart(r, root, maxWrapping)
	if err == nil && !said {
		err = unexpected("the server answered with an object that does not say what became of the token: take it for alive")
	}
	return err
}

// readPart reports whether an object says that the token is revoked. Whatever
// it says against that is an error, and outweighs the rest.
func readPart(r request, part gjson.Result, depth int) (said bool, err error) {
	if failure := readFailure(part); failure != nil {
		return false, failure
	}
	if holdsList(part) {
		return false, unexpected("the server answered with a list: take the token for alive")
	}
	wrote, err := readWriteResult(part)
	if err != nil {
		return false, err
	}
	if known, err := readDocument(r, part); known || err != nil {
		return known, err // its fields are the token's own, wrappers among them
	}
	said = wrote || part.Get("success").Exists()
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

// readFailure finds what an object says against success; nil when it says nothing.
func readFailure(root gjson.Result) error {
	failed := false
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "success":
			failed = failed || !affirmed(value)
		case "error", "err", "writeConcernError":
			failed = failed || truthy(value)
		case "errors", "writeErrors":
			failed = failed || truthy(value) && !(value.Type == gjson.JSON && isEmpty(value))
		}
		return true
	})
	if !failed {
		return nil
	}
	return &fault{message: firstOf(messageOf(root)), advice: "the server reports a failure"}
}

// readWriteResult reads what MongoDB and its drivers answer to a write. A
// nModified of 0 beside an n of 1 is a token that was revoked before, which is
// fine; alone it says that nothing changed.
func readWriteResult(part gjson.Result) (wrote bool, err error) {
	matched, unchanged := false, false
	part.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "n", "matchedCount", "deletedCount":
			matched = true
			if n := wholeNumber(value, -1); n == 0 {
				err = nothingRevoked("the server found no such token")
			} else if n < 0 {
				err = unexpected("the server answered with a write result that cannot be read")
			}
		case "ok", "acknowledged":
			wrote = true
			if !affirmed(value) {
				err = unexpected("the server did not acknowledge the revocation")
			}
		case "nModified", "modifiedCount":
			wrote = true
			unchanged = wholeNumber(value, 0) == 0
		}
		return err == nil
	})
	if err == nil && unchanged && !matched {
		err = unexpected("the server changed nothing, and does not say whether it found the token")
	}
	return wrote || matched, err
}

// readDocument compares the token that a document names with the one asked for.
// It is false when the document names none.
func readDocument(r request, document gjson.Result) (known bool, err error) {
	var token Token
	readEntry(document, &token)
	own, other := token.JTI, token.ID
	if r.route.argument == "id" {
		own, other = token.ID, token.JTI
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

// holdsList recognises the envelope of a list, so that a DELETE which some proxy
// turned into a GET is no revocation. The document of a token may well hold an
// array of its own.
func holdsList(root gjson.Result) bool {
	document := root.Get("_id").Exists() || root.Get("jti").Exists()
	found := false
	root.ForEach(func(key, value gjson.Result) bool {
		found = key.Str == "perPage" || !document && value.IsArray() && arrayRank(key.Str, value) <= len(arrayNames)
		return !found
	})
	return found
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
