package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// order collects rows and sorts them by a field of their tokens, since a server may
// ignore what it was asked. Tokens without the field come last.
type order struct {
	rows       []row
	field      string // empty: as the server gave them
	descending bool
	keys       map[*tiledesk.Token]sortKey // by the token of the row
}

// newOrder sorts by nothing when neither is given, and by createdAt when only
// the direction is.
func newOrder(field, direction string) *order {
	if field == "" && direction != "" {
		field = "createdAt"
	}
	return &order{field: field, descending: direction != "asc", keys: make(map[*tiledesk.Token]sortKey)}
}

// add keeps the row of a token.
func (o *order) add(token *tiledesk.Token, r row) {
	if o.field != "" {
		o.keys[r.token] = keyOf(token, o.field)
	}
	o.rows = append(o.rows, r)
}

// sort reports whether no token had the field.
func (o *order) sort() (missing bool) {
	if o.field == "" || len(o.rows) == 0 {
		return false
	}
	slices.SortStableFunc(o.rows, func(x, y row) int {
		return o.keys[x.token].compare(o.keys[y.token], o.descending)
	})
	return !o.keys[o.rows[0].token].known
}

// sortKey is the value of a field: a time, a number or a text.
type sortKey struct {
	known  bool
	number float64 // counts first
	text   string
}

func (k sortKey) compare(other sortKey, descending bool) int {
	if k.known != other.known {
		if k.known {
			return -1
		}
		return 1
	}
	result := cmp.Or(cmp.Compare(k.number, other.number), strings.Compare(k.text, other.text))
	if descending {
		return -result
	}
	return result
}

func keyOf(token *tiledesk.Token, field string) sortKey {
	switch field {
	case "id", "_id":
		return sortKey{known: token.ID != "", text: token.ID}
	case "jti":
		return sortKey{known: token.JTI != "", text: token.JTI}
	case "createdAt":
		return timeKey(token.CreatedAt)
	case "updatedAt":
		return timeKey(token.UpdatedAt)
	}
	var value json.RawMessage
	if found, err := token.Field(field, &value); !found || err != nil || string(value) == "null" {
		return sortKey{}
	}
	var number float64
	if json.Unmarshal(value, &number) == nil {
		return sortKey{known: true, number: number}
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	return sortKey{known: true, text: text}
}

func timeKey(t time.Time) sortKey {
	if t.IsZero() {
		return sortKey{}
	}
	return sortKey{known: true, number: float64(t.UnixMicro())}
}

// serverField is a field as the server names it.
func serverField(field string) string {
	if field == "id" {
		return "_id"
	}
	return field
}
