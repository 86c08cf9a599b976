package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/tidwall/gjson"
)

// MaxEntries is what one answer may list: 16 MiB of entries that are shorter than
// 52 bytes, and so than one with a jti, would take a hundred times their length.
const MaxEntries = 40 << 13

// arrayNames are the names that the array of a list may well have. The real one
// is unknown, since the module is closed; any other name is taken as well.
var arrayNames = []string{"jwts", "history", "tokens", "jwthistory", "jwtHistory", "jwthistories", "jwtHistories", "data"}

// Entry is one entry of a list.
type Entry struct {
	ID        string
	JTI       string
	CreatedAt time.Time // zero when absent or unreadable
	UpdatedAt time.Time
	Raw       json.RawMessage
}

// Envelope is what a list says about itself.
type Envelope struct {
	PerPage int // 0: unknown
	Count   int // -1: unknown

	array gjson.Result // has no type when there is none
}

// ReadList reads a list, an envelope with an array in it or a bare array, and adds
// every entry, odd ones too, so that none is lost. Their Raw shares the memory of
// the body.
//
// A 206 is a part of a list, and its end would be taken for the end of the history.
func ReadList(answer Answer, add func(Entry)) (Envelope, *Fault) {
	if answer.Status == http.StatusPartialContent {
		return Envelope{}, unexpected("206 is a part of a list")
	}
	body := bytes.TrimSpace(trimBOM(answer.Body)) // so that parseJSON keeps every offset
	root, fault := parseJSON(body)
	if fault != nil {
		return Envelope{}, fault
	}
	list := Envelope{array: root, Count: -1}
	if root.IsObject() {
		if fault := readFailure(root); fault != nil {
			return Envelope{}, fault
		}
		list = readEnvelope(root)
	}
	if !list.array.IsArray() {
		return Envelope{}, &Fault{Kind: Unexpected, Message: firstOf(messageOf(root)), Advice: "a list has to hold an array, and this answer has none"}
	}
	switch {
	case holdsObjects(list.array):
	case !isEmpty(list.array):
		return Envelope{}, unexpected("the array of this list holds no objects")
	case root.IsObject() && holdsTokens(root, list.array.Index, maxWrapping, false):
		return Envelope{}, unexpected("the array of this list is empty, and the answer holds entries in another place: treat the tokens as still valid")
	}
	return list, readEntries(list.array, body, add)
}

// readEnvelope takes the array that is there: one with a known name, else one
// that holds objects, else an empty one, else any.
func readEnvelope(root gjson.Result) Envelope {
	found := Envelope{Count: -1}
	best := len(arrayNames) + 3
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "perPage":
			found.PerPage = max(0, wholeNumber(value, 0))
		case "count":
			found.Count = wholeNumber(value, -1)
		}
		if value.IsArray() && !(notLists[key.Str] && isEmpty(value)) {
			if rank := arrayRank(key.Str, value); rank < best {
				best, found.array = rank, value
			}
		}
		return true
	})
	return found
}

// notLists are the names of arrays that are no list where they are empty: an answer that
// has nothing but {"errors":[]} does not say that there are no tokens.
var notLists = map[string]bool{
	"errors": true, "warnings": true, "messages": true, "notices": true, "links": true, "_links": true, "meta": true, "fields": true, "sort": true, "filters": true,
}

// holdsTokens reports whether an object whose list is empty has entries elsewhere: in an
// array that shows a jti, or in one below a name that a list may have. The empty array,
// which begins at an index, would then say that there is nothing left.
func holdsTokens(object gjson.Result, except, depth int, named bool) (found bool) {
	object.ForEach(func(key, value gjson.Result) bool {
		below := named || wrappers[key.Str] || slices.Contains(arrayNames, key.Str)
		switch {
		case value.IsArray() && value.Index != except:
			found = holdsObjects(value) && (below || showsJTI(value))
		case value.IsObject() && depth > 0:
			found = holdsTokens(value, except, depth-1, below)
		}
		return !found
	})
	return found
}

// showsJTI reports whether an entry of an array has a jti.
func showsJTI(array gjson.Result) (found bool) {
	array.ForEach(func(_, entry gjson.Result) bool {
		found = lastOf(entry, "jti").Exists()
		return !found
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

// readEntries adds the entries of an array, unless there are too many.
func readEntries(array gjson.Result, body []byte, add func(Entry)) (fault *Fault) {
	entries := 0
	array.ForEach(func(_, value gjson.Result) bool {
		if entries++; entries > MaxEntries {
			fault = &Fault{Kind: TooLarge, Advice: fmt.Sprintf("it lists more than %d entries", MaxEntries)}
			return false
		}
		entry := Entry{Raw: rawOf(value, body)}
		readEntry(value, &entry)
		add(entry)
		return true
	})
	return fault
}

func readEntry(value gjson.Result, entry *Entry) {
	if !value.IsObject() {
		return
	}
	value.ForEach(func(key, member gjson.Result) bool {
		switch key.Str {
		case "_id":
			entry.ID = textOf(member)
		case "jti":
			entry.JTI = textOf(member)
		case "createdAt":
			entry.CreatedAt = entryTime(member)
		case "updatedAt":
			entry.UpdatedAt = entryTime(member)
		}
		return true
	})
}

// rawOf is the entry as it came, cut out of the body.
func rawOf(value gjson.Result, body []byte) json.RawMessage {
	from, to := value.Index, value.Index+len(value.Raw)
	return json.RawMessage(body[from:to:to])
}
