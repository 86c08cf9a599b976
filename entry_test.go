package tiledesk

import (
	"encoding/json"
	"testing"
	"time"
)

func TestToken_identifiers(t *testing.T) {
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
			page, err := listing(t, `[{"_id":`+test.value+`,"jti":`+test.value+`}]`)
			if err != nil {
				t.Fatal(err)
			}
			if token := page.Tokens[0]; token.ID != test.want || token.JTI != test.want {
				t.Errorf("got id %q, jti %q, want %q", token.ID, token.JTI, test.want)
			}
		})
	}
	page, err := listing(t, `[{"ID":"x","Jti":"x","_ID":"x"}]`)
	if err != nil || page.Tokens[0].ID != "" || page.Tokens[0].JTI != "" {
		t.Errorf("got %v, %v, want no identifier where none has the exact name", page, err)
	}
}

func TestToken_times(t *testing.T) {
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
		"a day that is none":           {`"2026-02-30T10:22:29Z"`, never},
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
			page, err := listing(t, `[{"_id":"a","createdAt":`+test.value+`,"updatedAt":`+test.value+`}]`)
			if err != nil {
				t.Fatal(err)
			}
			token := page.Tokens[0]
			if !token.CreatedAt.Equal(test.want) || !token.UpdatedAt.Equal(test.want) || token.ID != "a" {
				t.Errorf("got %s and %s, want %s", token.CreatedAt, token.UpdatedAt, test.want)
			}
			if token.CreatedAt.Location() != time.UTC {
				t.Errorf("the time is in %s, want UTC", token.CreatedAt.Location())
			}
			if _, err := json.Marshal(token); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestToken_rawCannotGrowIntoItsNeighbour(t *testing.T) {
	t.Parallel()
	page, err := listing(t, `[{"a":1},{"a":2}]`)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(page.Tokens[0].Raw, "XXXXXXXX"...)
	if got := string(page.Tokens[1].Raw); got != `{"a":2}` {
		t.Errorf("appending to one entry changed the next: %s", got)
	}
}
