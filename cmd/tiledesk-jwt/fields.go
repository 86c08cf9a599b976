package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/ident"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// ownFields are the fields that every token has here, whatever the server calls them.
var ownFields = []string{"id", "jti", "createdAt", "updatedAt", "current"}

// fieldNames is a flag such as status,ip: names between commas.
type fieldNames []string

// UnmarshalText wants at least one name.
func (f *fieldNames) UnmarshalText(text []byte) error {
	for name := range strings.SplitSeq(string(text), ",") {
		if name = strings.TrimSpace(name); name == "" {
			return errors.New("a name is empty; write it like " + strings.Join(ownFields[:3], ","))
		} else if !slices.Contains(*f, name) {
			*f = append(*f, name)
		}
	}
	return nil
}

// member is a field of an entry. A value that is absent is nil.
type member struct {
	name  string
	value json.RawMessage // cleaned
}

// text is the value for people and CSV: a text without its quotes.
func (m member) text() string {
	var text string
	if json.Unmarshal(m.value, &text) == nil { // null is empty, and so is what is absent
		return text
	}
	return string(m.value)
}

// fieldOf is a field of a token, by the name that it has here or at the server.
func fieldOf(token *tiledesk.Token, current, name string) member {
	var value any
	switch name {
	case "id", "_id":
		value = redact.Identifier(token.ID)
	case "jti":
		value = redact.Identifier(token.JTI)
	case "createdAt":
		value = orNull(stamp(token.CreatedAt))
	case "updatedAt":
		value = orNull(stamp(token.UpdatedAt))
	case "current":
		value = ident.SameJTI(token.JTI, current)
	default:
		var raw json.RawMessage // nil where there is none
		_, _ = token.Field(name, &raw)
		return member{name, cleaned(raw)}
	}
	text, _ := json.Marshal(value) // a text, a boolean or null
	return member{name, text}
}

// scalars are the fields of an entry that are neither an object nor an array, in
// their order, without those that every token has here.
func scalars(token *tiledesk.Token) (list []member) {
	decoder := json.NewDecoder(bytes.NewReader(token.Raw))
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		name, err := decoder.Token()
		var raw json.RawMessage
		if err != nil || decoder.Decode(&raw) != nil {
			return list
		}
		key, _ := name.(string)
		if isOwn(key) || bytes.ContainsAny(raw[:1], "{[") {
			continue
		}
		m := member{clean(key), cleaned(raw)}
		if i := slices.IndexFunc(list, func(other member) bool { return other.name == m.name }); i >= 0 {
			list[i] = m // the last one counts, as everywhere
			continue
		}
		list = append(list, m)
	}
	return list
}

// cleaned is a JSON value without anything that looks like a token; nil for none.
func cleaned(raw json.RawMessage) json.RawMessage {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	text, err := json.Marshal(withoutTokens(value))
	if err != nil {
		return nil
	}
	return text
}

func withoutTokens(value any) any {
	switch value := value.(type) {
	case string:
		return clean(value)
	case []any:
		for i := range value {
			value[i] = withoutTokens(value[i])
		}
	case map[string]any:
		kept := make(map[string]any, len(value))
		for key, inner := range value {
			kept[clean(key)] = withoutTokens(inner)
		}
		return kept
	}
	return value
}

// clean takes whatever looks like a token out of a text, in whatever spelling.
func clean(text string) string { return redact.Identifier(text) }

// row is a token as it is shown, with the further fields that were asked for.
type row struct {
	ID        string  `json:"id"`
	JTI       string  `json:"jti"`
	CreatedAt *string `json:"createdAt"`
	UpdatedAt *string `json:"updatedAt"`
	Current   bool    `json:"current"`

	token   *tiledesk.Token // without the bytes that it came in
	further []member
}

// newRow marks the token in use. An entry without a jti cannot be recognized.
func newRow(token *tiledesk.Token, current string, further []member) row {
	kept := *token
	kept.Raw = nil
	return row{
		ID: redact.Identifier(token.ID), JTI: redact.Identifier(token.JTI),
		CreatedAt: orNull(stamp(token.CreatedAt)), UpdatedAt: orNull(stamp(token.UpdatedAt)),
		Current: ident.SameJTI(token.JTI, current),
		token:   &kept, further: further,
	}
}

// MarshalJSON writes the further fields behind the others. One that is absent is null.
func (r row) MarshalJSON() ([]byte, error) {
	type fixed row // without this method
	text, err := json.Marshal(fixed(r))
	if err != nil || len(r.further) == 0 {
		return text, err
	}
	return append(append(text[:len(text)-1], ','), object(r.further)[1:]...), nil
}

// object is a JSON object of some fields, in their order.
func object(fields []member) []byte {
	text := []byte("{")
	for i, field := range fields {
		if i > 0 {
			text = append(text, ',')
		}
		name, _ := json.Marshal(field.name) // a text
		text = append(append(text, name...), ':')
		if field.value == nil {
			text = append(text, "null"...)
			continue
		}
		text = append(text, field.value...)
	}
	return append(text, '}')
}

// cells are the columns of CSV.
func (r row) cells(further []string) []string {
	cells := []string{safe(r.ID), safe(r.JTI), stamp(r.token.CreatedAt), stamp(r.token.UpdatedAt), strconv.FormatBool(r.Current)}
	for _, name := range further {
		cells = append(cells, safe(r.field(name)))
	}
	return cells
}

// field is the text of a further field; empty where there is none.
func (r row) field(name string) string {
	for _, m := range r.further {
		if m.name == name {
			return m.text()
		}
	}
	return ""
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
