package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-tiledesk/tiledesk"
)

func TestEntry_identifiers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, want string }{
		"text":              {`"6b02c254b4f8164bc2ae64b7"`, "6b02c254b4f8164bc2ae64b7"},
		"text with escapes": {`"\u00fc\/\"x"`, `ü/"x`},
		"a surrogate pair":  {`"\ud83d\ude00"`, "😀"},
		"a number":          {`12`, "12"},
		"a big number":      {`12345678901234567890`, "12345678901234567890"},
		"null":              {`null`, ""},
		"$oid":              {`{"$oid":"6b02"}`, "6b02"},
		"an empty object":   {`{}`, ""},
		"an array":          {`["a"]`, ""},
		"true":              {`true`, ""},
		"empty":             {`""`, ""},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			entries, _, fault := list(`[{"_id":` + test.value + `,"jti":` + test.value + `}]`)
			if fault != nil {
				t.Fatal(fault)
			}
			if entry := entries[0]; entry.ID != test.want || entry.JTI != test.want {
				t.Errorf("got id %q, jti %q, want %q", entry.ID, entry.JTI, test.want)
			}
		})
	}
	entries, _, fault := list(`[{"ID":"x","Jti":"x","_ID":"x"}]`)
	if fault != nil || entries[0].ID != "" || entries[0].JTI != "" {
		t.Errorf("got %v, %v, want no identifier where none has the exact name", entries, fault)
	}
}

func TestEntry_times(t *testing.T) {
	t.Parallel()
	var (
		never   time.Time
		instant = time.Date(2026, 11, 22, 10, 22, 29, 737e6, time.UTC)
		second  = instant.Truncate(time.Second)
	)
	tests := map[string]struct {
		value string
		want  time.Time
	}{
		"ISO 8601":                     {`"2026-11-22T10:22:29.737Z"`, instant},
		"ISO 8601 without a fraction":  {`"2026-11-22T10:22:29Z"`, second},
		"with a zone":                  {`"2026-11-22T12:22:29.737+02:00"`, instant},
		"with a zone without a colon":  {`"2026-11-22T12:22:29.737+0200"`, instant},
		"with a zone of hours":         {`"2026-11-22T12:22:29.737+02"`, instant},
		"without a zone":               {`"2026-11-22T10:22:29.737"`, instant},
		"with a space":                 {`"2026-11-22 10:22:29"`, second},
		"with a space and a zone":      {`"2026-11-22 11:22:29+01:00"`, second},
		"without seconds":              {`"2026-11-22T10:22Z"`, instant.Truncate(time.Minute)},
		"a day":                        {`"2026-11-22"`, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)},
		"zero milliseconds":            {`0`, never},
		"milliseconds":                 {`1795342949737`, instant},
		"milliseconds as a float":      {`1.795342949737e12`, instant},
		"milliseconds as text":         {`"1795342949737"`, instant},
		"$date of ISO 8601":            {`{"$date":"2026-11-22T10:22:29.737Z"}`, instant},
		"$date of milliseconds":        {`{"$date":1795342949737}`, instant},
		"$date of a $numberLong":       {`{"$date":{"$numberLong":"1795342949737"}}`, instant},
		"$date of a bare $numberLong":  {`{"$date":{"$numberLong":1795342949737}}`, instant},
		"a day that is not":            {`"2026-02-30T10:22:29Z"`, never},
		"junk":                         {`"yesterday"`, never},
		"empty":                        {`""`, never},
		"a short number as text":       {`"2026"`, never},
		"null":                         {`null`, never},
		"true":                         {`true`, never},
		"an array":                     {`[1795342949737]`, never},
		"an object of something else":  {`{"date":1}`, never},
		"$date of an empty object":     {`{"$date":{}}`, never},
		"$date of $date of $date":      {`{"$date":{"$date":{"$date":1795342949737}}}`, never},
		"an infinite number":           {`1e999`, never},
		"a number beyond any calendar": {`9e18`, never},
		"a year beyond the calendar":   {`253402300800000`, never},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			entries, _, fault := list(`[{"_id":"a","createdAt":` + test.value + `,"updatedAt":` + test.value + `}]`)
			if fault != nil {
				t.Fatal(fault)
			}
			entry := entries[0]
			if !entry.CreatedAt.Equal(test.want) || !entry.UpdatedAt.Equal(test.want) || entry.ID != "a" {
				t.Errorf("got %s and %s, want %s", entry.CreatedAt, entry.UpdatedAt, test.want)
			}
			if entry.CreatedAt.Location() != time.UTC {
				t.Errorf("the time is in %s, want UTC", entry.CreatedAt.Location())
			}
			if _, err := json.Marshal(tiledesk.Token(entry)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Epoch seconds read as milliseconds are a day in January 1970, and would make the
// youngest token the oldest.
func TestEntry_secondsAreUnknown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`1795342949`: false, `1795342949.5`: false, `1.795342949e9`: false, `99999999999`: false, `-1795342949000`: false, `0`: false, `-1`: false,
		`"1795342949"`: false, `"001795342949"`: false, `"0000001795342949"`: false, `"99999999999"`: false, `{"$date":1795342949}`: false,
		`{"$date":"1795342949"}`: false, `{"$date":{"$numberLong":"1795342949"}}`: false, `{"$date":{"$numberLong":1795342949}}`: false,
		`{"$numberLong":"1795342949"}`: false, `"1970-01-21T18:42:22.949Z"`: false, `{"$date":"1970-01-21T18:42:22.949Z"}`: false,
		`1795342949000`: true, `"1795342949000"`: true, `100000000000`: true, `"100000000000"`: true, `{"$date":1795342949000}`: true,
		`{"$date":{"$numberLong":"1795342949000"}}`: true, `"2026-11-22T12:22:29Z"`: true,
	} {
		entries, _, fault := list(`[{"jti":"a","createdAt":` + text + `,"updatedAt":` + text + `}]`)
		if fault != nil {
			t.Fatal(fault)
		}
		token := tiledesk.Token(entries[0])
		if known := !token.CreatedAt.IsZero(); known != want || known == token.UpdatedAt.IsZero() {
			t.Errorf("%s: got %v and %v", text, token.CreatedAt, token.UpdatedAt)
		}
		if tiledesk.CreatedBefore(time.Unix(1_700_000_000, 0))(&token) && !strings.Contains(text, "100000000000") {
			t.Errorf("%s is older than 2023", text)
		}
	}
}

func TestEntry_rawCannotGrowIntoItsNeighbor(t *testing.T) {
	t.Parallel()
	entries, _, fault := list(`[{"a":1},{"a":2}]`)
	if fault != nil {
		t.Fatal(fault)
	}
	_ = append(entries[0].Raw, "XXXXXXXX"...)
	if got := string(entries[1].Raw); got != `{"a":2}` {
		t.Errorf("appending to one entry changed the next: %s", got)
	}
}
