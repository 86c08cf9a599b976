package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// MaxEntries is what one answer may list: 16 MiB of entries that are shorter than
// 52 bytes, and so than one with a jti, would take a hundred times their length.
const MaxEntries = 40 << 13

// usualPage is how many entries the server lists on a page (measured).
const usualPage = 40

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
}

// ReadList reads a list, an envelope with an array in it or a bare array, and gives
// every entry, odd ones too, so that none is lost. Their Raw shares the memory of
// the body.
//
// A 206 is a part of a list, and its end would be taken for the end of the history.
func ReadList(answer Answer) ([]Entry, Envelope, *Fault) {
	if answer.Status == http.StatusPartialContent {
		return nil, Envelope{}, unexpected("206 is a part of a list")
	}
	body := bytes.TrimSpace(trimBOM(answer.Body))
	l := list{body: body, text: string(body), Envelope: Envelope{Count: -1}, best: array{rank: noArray}}
	switch whole := l.read(); {
	case !whole:
		return nil, Envelope{}, notJSON(body)
	case l.complaint.failed(false):
		return nil, Envelope{}, reportedFailure(gjson.Parse(l.text))
	case l.best.rank == noArray:
		return nil, Envelope{}, &Fault{Kind: Unexpected, Message: firstOf(messageOf(gjson.Parse(l.text))), Advice: "a list has to hold an array, and this answer has none"}
	case l.best.length > 0 && !l.best.objects:
		return nil, Envelope{}, unexpected("the array of this list holds no objects")
	case l.best.length == 0 && holdsTokens(gjson.Parse(l.text), maxWrapping, false):
		return nil, Envelope{}, unexpected("the array of this list is empty, and the answer holds entries in another place: treat the tokens as still valid")
	case l.best.length > MaxEntries:
		return nil, Envelope{}, &Fault{Kind: TooLarge, Advice: fmt.Sprintf("it lists more than %d entries", MaxEntries)}
	}
	return l.best.entries, l.Envelope, nil
}

// list is a list on its way through the reader, which goes through the text once.
type list struct {
	body []byte
	text string // the same
	Envelope
	complaint
	best array
}

// read is false where the text is not one JSON value and nothing else.
func (l *list) read() (ok bool) {
	switch {
	case strings.HasPrefix(l.text, "["):
		return l.readArray("", 0, 0) == len(l.text)
	case strings.HasPrefix(l.text, "{"):
		return endOfList(l.text, 0, 0, l.readMember) == len(l.text)
	}
	return validJSON(l.text)
}

// readMember reads a member of the envelope.
func (l *list) readMember(name string, i, depth int) (end int) {
	if l.text[i] == '[' {
		end = l.readArray(name, i, depth)
	} else {
		end = endOfValue(l.text, i, depth)
	}
	if end == nowhere {
		return nowhere
	}
	value := valueOf(l.text[i:end])
	l.complaint.readOK(name, value)
	switch name {
	case "perPage":
		l.PerPage = max(0, wholeNumber(value, 0))
	case "count":
		l.Count = wholeNumber(value, -1)
	}
	return end
}

// readArray reads an array, and keeps the better one of it and the best so far: one
// with a known name, else one that holds objects, else an empty one, else any.
func (l *list) readArray(name string, i, depth int) (end int) {
	if arrayRank(name, true, 1) >= l.best.rank { // whatever it holds
		return endOfValue(l.text, i, depth)
	}
	var a array
	end = endOfList(l.text, i, depth, func(_ string, i, depth int) int {
		entry, end := l.readEntry(i, depth)
		if end != nowhere {
			a.add(entry)
		}
		return end
	})
	if a.rank = arrayRank(name, a.objects, a.length); a.rank < l.best.rank && !(a.length == 0 && notLists[name]) {
		l.best = a
	}
	return end
}

// array is an array of the list.
type array struct {
	rank    int
	length  int
	objects bool    // it holds one
	entries []Entry // at most MaxEntries
}

// add adds an entry, unless there are too many.
func (a *array) add(entry Entry) {
	if a.length++; a.length == 1 {
		a.entries = make([]Entry, 0, usualPage)
	}
	if a.length <= MaxEntries {
		a.entries = append(a.entries, entry)
	}
	a.objects = a.objects || entry.Raw[0] == '{'
}

// arrayNames are the names that the array of a list may well have. The real one
// is unknown, since the module is closed; any other name is taken as well.
var arrayNames = []string{"jwts", "history", "tokens", "jwthistory", "jwtHistory", "jwthistories", "jwtHistories", "data"}

// notLists are the names of arrays that are not the list when empty: an answer that
// has nothing but {"errors":[]} does not say that there are no tokens.
var notLists = map[string]bool{
	"errors": true, "warnings": true, "messages": true, "notices": true, "links": true, "_links": true, "meta": true, "fields": true, "sort": true, "filters": true,
}

// noArray is the rank of what is not there.
var noArray = len(arrayNames) + 3

// arrayRank tells how likely an array is the list, the lower the likelier.
func arrayRank(name string, objects bool, length int) int {
	for rank, known := range arrayNames {
		if name == known {
			return rank
		}
	}
	switch {
	case objects:
		return len(arrayNames)
	case length == 0:
		return len(arrayNames) + 1
	}
	return len(arrayNames) + 2
}

// mayBeList reports whether an array has a known name or holds objects.
func mayBeList(name string, value gjson.Result) bool {
	return arrayRank(name, holdsObjects(value), 1) <= len(arrayNames)
}

func holdsObjects(array gjson.Result) (found bool) {
	array.ForEach(func(_, entry gjson.Result) bool {
		found = entry.IsObject()
		return !found
	})
	return found
}

// holdsTokens reports whether an object whose list is empty has entries elsewhere: in an
// array that shows a jti, or in one below a name that a list may have. The empty array
// would then say that there is nothing left.
func holdsTokens(object gjson.Result, depth int, named bool) (found bool) {
	object.ForEach(func(key, value gjson.Result) bool {
		below := named || isWrapper(key.Str) || slices.Contains(arrayNames, key.Str)
		switch {
		case value.IsArray():
			found = holdsObjects(value) && (below || showsJTI(value))
		case value.IsObject() && depth > 0:
			found = holdsTokens(value, depth-1, below)
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

// readEntry reads the entry at i. One that is not an object has nothing but its Raw.
func (l *list) readEntry(i, depth int) (entry Entry, end int) {
	if l.text[i] == '{' {
		end = endOfList(l.text, i, depth, func(name string, i, depth int) int {
			end := endOfValue(l.text, i, depth)
			if end != nowhere {
				entry.set(name, l.text[i:end])
			}
			return end
		})
	} else {
		end = endOfValue(l.text, i, depth)
	}
	if end != nowhere {
		entry.Raw = l.body[i:end:end]
	}
	return entry, end
}

// set takes in a member of the entry.
func (e *Entry) set(name, raw string) {
	switch name {
	case "_id":
		e.ID = textOf(valueOf(raw))
	case "jti":
		e.JTI = textOf(valueOf(raw))
	case "createdAt":
		e.CreatedAt = entryTime(valueOf(raw))
	case "updatedAt":
		e.UpdatedAt = entryTime(valueOf(raw))
	}
}
