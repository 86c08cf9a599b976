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

// readDeleted reads an object: {}, {"success":true}, a write result or the
// document of the token.
func readDeleted(r request, root gjson.Result) error {
	if failure := readFailure(root); failure != nil {
		return failure
	}
	if holdsList(root) {
		return unexpected("the server answered with a list: take the token for alive")
	}
	wrote, err := readWriteResult(root)
	if err != nil {
		return err
	}
	document, known := root, false
	if inner := root.Get("value"); inner.Exists() && wrote { // of a findOneAndUpdate
		if inner.Type == gjson.Null {
			return nothingRevoked("the server found no such token")
		}
		document = inner
	}
	if known, err = readDocument(r, document); err != nil {
		return err
	}
	if known || wrote || root.Get("success").Exists() || isEmpty(root) {
		return nil
	}
	return unexpected("the server answered with an object that does not say what became of the token: take it for alive")
}

// readFailure finds what an object says against success; nil when it says nothing.
func readFailure(root gjson.Result) error {
	failed := false
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "success":
			failed = failed || !truthy(value)
		case "error", "err":
			failed = failed || truthy(value)
		case "errors":
			failed = failed || value.IsArray() && value.Get("0").Exists()
		}
		return true
	})
	if !failed {
		return nil
	}
	return &fault{message: firstOf(messageOf(root)), advice: "the server reports a failure"}
}

// readWriteResult reads what MongoDB and its drivers answer to a write, at the
// top or in "result" or "lastErrorObject". A nModified of 0 beside an n of 1 is a
// token that was revoked before, which is fine.
func readWriteResult(root gjson.Result) (wrote bool, err error) {
	for _, part := range []gjson.Result{root, root.Get("result"), root.Get("lastErrorObject")} {
		if !part.IsObject() {
			continue
		}
		part.ForEach(func(key, value gjson.Result) bool {
			switch key.Str {
			case "n", "matchedCount", "deletedCount":
				wrote = true
				if n := wholeNumber(value, -1); n == 0 {
					err = nothingRevoked("the server found no such token")
				} else if n < 0 {
					err = unexpected("the server answered a write result that cannot be read")
				}
			case "ok", "acknowledged":
				wrote = true
				if !truthy(value) {
					err = unexpected("the server did not acknowledge the revocation")
				}
			case "nModified", "modifiedCount":
				wrote = true
			}
			return err == nil
		})
	}
	return wrote, err
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
// turned into a GET is no revocation.
func holdsList(root gjson.Result) bool {
	found := root.Get("perPage").Exists()
	root.ForEach(func(key, value gjson.Result) bool {
		found = found || value.IsArray() && arrayRank(key.Str, value) < len(arrayNames)
		return !found
	})
	return found
}

func nothingRevoked(advice string) error { return &fault{kind: ErrNotFound, advice: advice} }

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
