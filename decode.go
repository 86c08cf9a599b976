package tiledesk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"
)

// maxNesting is the depth up to which gjson may recurse. A hostile 16 MiB of
// brackets would overflow its stack, which no program survives.
const maxNesting = 10_000

// maxEntries is what one answer may list: 16 MiB of entries that are shorter than
// 52 bytes, and so than one with a jti, would take a hundred times their length.
const maxEntries = 40 << 13

// arrayNames are the names that the array of a list may well have. The real one
// is unknown, since the module is closed; any other name is taken as well.
var arrayNames = []string{"jwts", "history", "tokens", "jwthistory", "jwtHistory", "jwthistories", "jwtHistories", "data"}

// envelope is what a list says about itself.
type envelope struct {
	array   gjson.Result // has no type when there is none
	perPage int          // 0: unknown
	count   int          // -1: unknown
}

// readList reads the list that an answer is. A 206 is a part of one, and its end
// would be taken for the end of the history.
func readList(resp *Response) (*HistoryPage, error) {
	if resp.StatusCode == http.StatusPartialContent {
		return nil, unexpected("206 is a part of a list")
	}
	return readPage(resp.Body)
}

// readPage reads a list: an envelope with an array in it, or a bare array.
func readPage(body []byte) (*HistoryPage, error) {
	body = bytes.TrimSpace(trimBOM(body)) // so that parseJSON keeps every offset
	root, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	list := envelope{array: root, count: -1}
	if root.IsObject() {
		if failure := readFailure(root); failure != nil {
			return nil, failure
		}
		list = readEnvelope(root)
	}
	if !list.array.IsArray() {
		return nil, &fault{kind: ErrUnexpectedResponse, message: firstOf(messageOf(root)), advice: "a list has to hold an array, and this answer has none"}
	}
	if !holdsObjects(list.array) && !isEmpty(list.array) {
		return nil, unexpected("the array of this list holds no objects")
	}
	tokens, all := readEntries(list.array, body)
	if !all {
		return nil, &fault{kind: ErrResponseTooLarge, advice: fmt.Sprintf("%s: it lists more than %d entries", ErrResponseTooLarge, maxEntries)}
	}
	return &HistoryPage{Tokens: tokens, PerPage: list.perPage, Count: list.count}, nil
}

// readEnvelope takes the array that is there: one with a known name, else one
// that holds objects, else an empty one, else any.
func readEnvelope(root gjson.Result) envelope {
	found := envelope{count: -1}
	best := len(arrayNames) + 3
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "perPage":
			found.perPage = max(0, wholeNumber(value, 0))
		case "count":
			found.count = wholeNumber(value, -1)
		}
		if value.IsArray() {
			if rank := arrayRank(key.Str, value); rank < best {
				best, found.array = rank, value
			}
		}
		return true
	})
	return found
}

func arrayRank(name string, array gjson.Result) int {
	for rank, known := range arrayNames {
		if name == known {
			return rank
		}
	}
	switch {
	case holdsObjects(array):
		return len(arrayNames)
	case isEmpty(array):
		return len(arrayNames) + 1
	}
	return len(arrayNames) + 2
}

func holdsObjects(array gjson.Result) (found bool) {
	array.ForEach(func(_, entry gjson.Result) bool {
		found = entry.IsObject()
		return !found
	})
	return found
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

// readEntries reads every entry, odd ones too, so that none is lost, unless there
// are too many. Their Raw shares the memory of body.
func readEntries(array gjson.Result, body []byte) (tokens []*Token, all bool) {
	var entries []Token
	all = true
	array.ForEach(func(_, entry gjson.Result) bool {
		if len(entries) == maxEntries {
			all = false
			return false
		}
		if len(entries) == cap(entries) {
			entries = append(make([]Token, 0, max(40, 2*cap(entries))), entries...)
		}
		entries = append(entries, Token{Raw: rawOf(entry, body)})
		readEntry(entry, &entries[len(entries)-1])
		return true
	})
	tokens = make([]*Token, len(entries))
	for i := range entries {
		tokens[i] = &entries[i]
	}
	return tokens, all
}

func readEntry(entry gjson.Result, token *Token) {
	if !entry.IsObject() {
		return
	}
	entry.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "_id":
			token.ID = textOf(value)
		case "jti":
			token.JTI = textOf(value)
		case "createdAt":
			token.CreatedAt = entryTime(value)
		case "updatedAt":
			token.UpdatedAt = entryTime(value)
		}
		return true
	})
}

// rawOf is the entry as it came, cut out of the body where its place is known.
func rawOf(value gjson.Result, body []byte) json.RawMessage {
	from, to := value.Index, value.Index+len(value.Raw)
	if from > 0 && to <= len(body) {
		return json.RawMessage(body[from:to:to])
	}
	return json.RawMessage(value.Raw)
}

// parseJSON refuses what is not one whole JSON value, and says what it was.
func parseJSON(body []byte) (gjson.Result, error) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return gjson.Result{}, unexpected("the answer is empty")
	case validJSON(body):
		return gjson.ParseBytes(body), nil
	case body[0] == '<':
		return gjson.Result{}, unexpected("the answer is an HTML page, not the API: check the base URL, a web application may answer there")
	default:
		return gjson.Result{}, unexpected("the answer is not JSON, or was cut short")
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

func trimBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) }

func firstOf(message string, _ []FieldError) string { return message }
