package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

// entryOf is a token whose entry is that JSON.
func entryOf(raw string) *tiledesk.Token {
	created := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	return &tiledesk.Token{ID: "an-id", JTI: "A-jti", CreatedAt: created, Raw: json.RawMessage(raw)}
}

const manyFields = `{"_id":"an-id","status":"replaced","tries":3,"on":true,"none":null,"tags":["a","` + sample + `"],
"device":{"os":"Linux","` + sample + `":["` + sample + `",1e400]},"raw":"` + sample + `","jti":"A-jti","status":"active","createdAt":"x","current":1}`

// A field has the text that the server wrote, without tokens, and one that is absent
// or null has none.
func TestFields_ofAnEntry(t *testing.T) {
	t.Parallel()
	token := entryOf(manyFields)
	for name, want := range map[string]struct{ text, json string }{
		"id": {"an-id", `"an-id"`}, "_id": {"an-id", `"an-id"`}, "jti": {"A-jti", `"A-jti"`}, "current": {"true", "true"},
		"createdAt": {"2026-11-22T20:00:00Z", `"2026-11-22T20:00:00Z"`}, "updatedAt": {"", "null"},
		"status": {"active", `"active"`}, "tries": {"3", "3"}, "on": {"true", "true"}, "none": {"", "null"}, "absent": {"", ""},
		"tags": {`["a","[redacted]"]`, `["a","[redacted]"]`}, "raw": {"[redacted]", `"[redacted]"`},
		"device": {`{"[redacted]":["[redacted]",1e400],"os":"Linux"}`, `{"[redacted]":["[redacted]",1e400],"os":"Linux"}`},
	} {
		got := fieldOf(token, "a-JTI", name)
		if got.name != name || got.text() != want.text || string(got.value) != want.json {
			t.Errorf("%s: %q, %s, want %q", name, got.text(), got.value, want.text)
		}
	}
	token.CreatedAt, token.UpdatedAt = time.Time{}, token.CreatedAt
	for name, want := range map[string]string{"current": "false", "createdAt": "", "updatedAt": "2026-11-22T20:00:00Z"} {
		if got := fieldOf(token, "another", name).text(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Of the plain values each comes once, the last one that has its name, without those that every token has.
func TestFields_thatArePlain(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		manyFields: `{"status":"active","tries":3,"on":true,"none":null,"raw":"[redacted]"}`,
		`[1]`:      "{}", `["a",1]`: "{}", `{"a":"[x","b":"{","c":0}`: `{"a":"[x","b":"{","c":0}`, "": "{}", `{}`: "{}", `{"a":1,"b":`: `{"a":1}`, `{"` + sample + `":1}`: `{"[redacted]":1}`,
	} {
		if got := string(object(scalars(entryOf(raw)))); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

// A row is JSON and CSV with the further fields behind the others.
func TestFields_ofARow(t *testing.T) {
	t.Parallel()
	token := entryOf(manyFields)
	const fixed = `{"id":"an-id","jti":"A-jti","createdAt":"2026-11-22T20:00:00Z","updatedAt":null,"current":true`
	r := newRow(token, "a-jti", []member{fieldOf(token, "", "status"), fieldOf(token, "", "absent"), fieldOf(token, "", "tries")})
	for _, c := range []struct {
		r    row
		want string
	}{{r, fixed + `,"status":"active","absent":null,"tries":3}`}, {newRow(token, "a-jti", nil), fixed + "}"}} {
		if text, err := json.Marshal(c.r); err != nil || string(text) != c.want {
			t.Errorf("%s, %v", text, err)
		}
	}
	cells := r.cells([]string{"tries", "absent", "status", "other"})
	if want := []string{"an-id", "A-jti", "2026-11-22T20:00:00Z", "", "true", "3", "", "active", ""}; !slices.Equal(cells, want) {
		t.Errorf("%q", cells)
	}
	if r.token.Raw != nil || token.Raw == nil {
		t.Error("a row keeps the bytes of its page")
	}
}

func TestFields_areNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a": "a", "a, b ,a": "a b", "": "", "a,": "", ",a": "", "a,,b": ""} {
		var names fieldNames
		err := names.UnmarshalText([]byte(text))
		if want == "" && (err == nil || err.Error() != "a name is empty; write it like id,jti,createdAt") || want != "" && (err != nil || strings.Join(names, " ") != want) {
			t.Errorf("%q: %q, %v", text, names, err)
		}
	}
}

// A filter compares word for word, and no value is not an empty one.
func TestFilter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"status=active": true, "status=Active": false, "status=": false, "tries=3": true, "on=true": true, "none=": false, "none=null": false,
		"absent=": false, "jti=a-JTI": true, "jti=a": false, "current=true": false, "id=an-id": true, "raw=[redacted]": true,
	} {
		var c condition
		if err := c.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := (&filter{Match: []condition{c}}).has(entryOf(manyFields), "another"); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if got := (&filter{Match: []condition{{"tries", "3"}, c}}).has(entryOf(manyFields), "another"); got != want {
			t.Errorf("tries=3 and %s: %v", text, got)
		}
	}
	var c condition
	if err := c.UnmarshalText([]byte("empty=")); err != nil || !c.holds(entryOf(`{"empty":""}`), "") {
		t.Errorf("an empty text: %v", err)
	}
	for _, text := range []string{"", "=", "=a", "status"} {
		if c.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is taken for a condition", text)
		}
	}
	if !new(filter).has(entryOf("{}"), "") || new(filter).chooses() {
		t.Error("without a filter not everything is chosen")
	}
}

// Of two bounds the earlier one counts.
func TestFilter_byAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	before := func(d time.Duration) moment { return moment(now.Add(-d)) }
	for _, c := range []struct {
		filter filter
		want   time.Time
	}{
		{filter{}, time.Time{}}, {filter{OlderThan: age(day)}, now.Add(-day)}, {filter{CreatedBefore: before(week)}, now.Add(-week)},
		{filter{OlderThan: age(day), CreatedBefore: before(week)}, now.Add(-week)},
		{filter{OlderThan: age(week), CreatedBefore: before(day)}, now.Add(-week)},
		{filter{OlderThan: 1}, now.Add(-1)},
	} {
		if got := c.filter.cutoff(now); !got.Equal(c.want) || c.filter.chooses() != !c.want.IsZero() {
			t.Errorf("%+v: %s, want %s", c.filter, got, c.want)
		}
	}
	if !(&filter{Match: []condition{{"a", "b"}}}).chooses() {
		t.Error("--match chooses nothing")
	}
}
