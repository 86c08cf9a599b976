package wire

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
)

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
	text := string(body)
	if !validJSON(text) {
		return gjson.Result{}, notJSON(body)
	}
	return gjson.Parse(text), nil
}

// notJSON is the fault of what is not one whole JSON value.
func notJSON(body []byte) *Fault {
	switch {
	case len(body) == 0:
		return unexpected("the answer is empty")
	case looksLikePage(nil, body):
		return unexpected("the answer is an HTML page, not the API: check the base URL, a web application may answer there")
	}
	return unexpected("the answer is not JSON, or was truncated")
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
