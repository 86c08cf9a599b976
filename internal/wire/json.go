package wire

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

// maxNesting is the depth up to which gjson may recurse. A hostile 16 MiB of
// brackets would overflow its stack, which no program survives.
const maxNesting = 10_000

// Member is the value of a member of an object, the last of several of that name.
// It is nil when there is none, or no object.
func Member(object []byte, name string) json.RawMessage {
	if found := lastOf(gjson.ParseBytes(object), name); found.Exists() {
		return json.RawMessage(found.Raw)
	}
	return nil
}

// parseJSON refuses what is not one whole JSON value, and says what it was.
func parseJSON(body []byte) (gjson.Result, *Fault) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return gjson.Result{}, unexpected("the answer is empty")
	case validJSON(body):
		return gjson.ParseBytes(body), nil
	case looksLikePage(nil, body):
		return gjson.Result{}, unexpected("the answer is an HTML page, not the API: check the base URL, a web application may answer there")
	default:
		return gjson.Result{}, unexpected("the answer is not JSON, or was truncated")
	}
}

// validJSON is gjson's check where its recursion is harmless, and the standard
// library's, which counts the depth, where it may not be.
func validJSON(body []byte) bool {
	if bytes.Count(body, []byte{'['})+bytes.Count(body, []byte{'{'}) > maxNesting {
		return json.Valid(body)
	}
	return gjson.ValidBytes(body)
}

// isEmpty reports whether an object or an array has nothing in it.
func isEmpty(value gjson.Result) bool {
	empty := true
	value.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return empty
}

func trimBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) }

func firstOf(message string, _ []Field) string { return message }
