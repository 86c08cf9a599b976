package wire

import (
	"math"
	"strconv"

	"github.com/tidwall/gjson"
)

// textOf reads an identifier: text, number or {"$oid"}. Anything else is empty.
func textOf(value gjson.Result) string {
	switch {
	case value.Type == gjson.String:
		return value.Str
	case value.Type == gjson.Number:
		return value.Raw
	case value.IsObject():
		return value.Get("$oid").Str
	}
	return ""
}

// wholeNumber reads a number or its text; anything else, negatives included, is
// the fallback.
func wholeNumber(value gjson.Result, fallback int) int {
	if value.Type != gjson.Number && value.Type != gjson.String {
		return fallback
	}
	n, err := strconv.ParseFloat(value.String(), 64)
	if err != nil || n < 0 || n > math.MaxInt32 || n != math.Trunc(n) {
		return fallback
	}
	return int(n)
}

// lastOf is the member of that name, the last of several as in the server's
// language. It does not exist where there is none, or no object.
func lastOf(object gjson.Result, name string) (found gjson.Result) {
	if object.IsObject() {
		object.ForEach(func(key, value gjson.Result) bool {
			if key.Str == name {
				found = value
			}
			return true
		})
	}
	return found
}
