package wire_test

import (
	"math"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

func TestReadList_shapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body           string
		raws           string // joined by a space
		perPage, count int
	}{
		"an envelope":                            {`{"perPage":40,"count":95,"jwts":[{"_id":"a"},{"_id":"b"}]}`, `{"_id":"a"} {"_id":"b"}`, 40, 95},
		"an envelope of an unknown name":         {`{"perPage":40,"count":95,"völlig":[{"_id":"a"}]}`, `{"_id":"a"}`, 40, 95},
		"the array before the numbers":           {`{"jwts":[{"_id":"a"}],"count":1,"perPage":2}`, `{"_id":"a"}`, 2, 1},
		"a bare array":                           {`[{"_id":"a"}]`, `{"_id":"a"}`, 0, -1},
		"an empty array":                         {`[]`, ``, 0, -1},
		"an empty envelope":                      {`{"perPage":40,"count":0,"jwts":[]}`, ``, 40, 0},
		"success true":                           {`{"success":true,"jwts":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"an error of null":                       {`{"error":null,"err":"","errors":[],"jwts":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"numbers as text":                        {`{"perPage":"40","count":"95","x":[]}`, ``, 40, 95},
		"negative numbers":                       {`{"perPage":-1,"count":-95,"x":[]}`, ``, 0, -1},
		"whole floats":                           {`{"perPage":4e1,"count":95.0,"x":[]}`, ``, 40, 95},
		"fractions":                              {`{"perPage":0.5,"count":1.5,"x":[]}`, ``, 0, -1},
		"huge numbers":                           {`{"perPage":1e300,"count":"99999999999999999999","x":[]}`, ``, 0, -1},
		"numbers that are not":                   {`{"perPage":true,"count":{"a":1},"x":[]}`, ``, 0, -1},
		"the largest numbers":                    {`{"perPage":2147483647,"count":2147483648,"x":[]}`, ``, math.MaxInt32, -1},
		"NaN as text":                            {`{"perPage":"NaN","count":"Inf","x":[]}`, ``, 0, -1},
		"numbers null":                           {`{"perPage":null,"count":null,"x":[]}`, ``, 0, -1},
		"a known name after another array":       {`{"links":[{"rel":"next"}],"jwts":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"objects after an array of text":         {`{"fields":["a","b"],"list":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"an empty list after an array of text":   {`{"fields":["a","b"],"list":[]}`, ``, 0, -1},
		"an empty list beside other objects":     {`{"jwts":[],"user":{"roles":[{"_id":"a"}]},"links":[{"rel":"next"}]}`, ``, 0, -1},
		"an empty list above all that is deeper": {`{"jwts":[],"a":{"b":{"c":{"d":{"rows":[{"jti":"a"}]}}}}}`, ``, 0, -1},
		"an empty list beside empty ones":        {`{"jwts":[],"data":{"jwts":[]},"history":[]}`, ``, 0, -1},
		"two arrays of objects: the first":       {`{"one":[{"a":1}],"two":[{"a":2}]}`, `{"a":1}`, 0, -1},
		"null among the entries":                 {`[null,{"a":1},null]`, `null {"a":1} null`, 0, -1},
		"odd entries among the good":             {`[1.50,"x",[],{"a":1},true]`, `1.50 "x" [] {"a":1} true`, 0, -1},
		"white space anywhere":                   {" \r\n\t{ \"jwts\" : [ {\"a\": 1 } ,\n{ } ] } \n", `{"a": 1 } { }`, 0, -1},
		"white space before a bare array":        {"\n  [ {\"a\":1}]", `{"a":1}`, 0, -1},
		"a byte order mark":                      {"\xef\xbb\xbf[{\"a\":1}]", `{"a":1}`, 0, -1},
		"a byte order mark and white space":      {"\xef\xbb\xbf\r\n{\"x\":[{\"a\":1}]}", `{"a":1}`, 0, -1},
		"brackets and quotes inside of text":     {`[{"a":"]}[{\"\\"},{"b":"é\u00e9,"}]`, `{"a":"]}[{\"\\"} {"b":"é\u00e9,"}`, 0, -1},
		"a duplicate key: the last one":          {`{"count":1,"count":2,"x":[]}`, ``, 0, 2},
		"an escaped key":                         {`{"co\u0075nt":7,"jw\u0074s":[{"a":1}],"b":[{}]}`, `{"a":1}`, 0, 7},
		"an entry with a list of its own inside": {`[{"jwts":[{"_id":"x"}],"count":3}]`, `{"jwts":[{"_id":"x"}],"count":3}`, 0, -1},
		"deep nesting":                           {`[{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}]`, `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 0, -1},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			entries, list, fault := list(test.body)
			if fault != nil {
				t.Fatal(fault)
			}
			var raws []string
			for _, entry := range entries {
				raws = append(raws, string(entry.Raw))
			}
			if got := strings.Join(raws, " "); got != test.raws {
				t.Errorf("got entries %s\nwant %s", got, test.raws)
			}
			if list.PerPage != test.perPage || list.Count != test.count {
				t.Errorf("got perPage %d, count %d, want %d, %d", list.PerPage, list.Count, test.perPage, test.count)
			}
		})
	}
}

func TestReadList_refuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body    string
		kind    wire.Kind
		message string
	}{
		"nothing":                         {"", wire.Unexpected, ""},
		"white space":                     {" \n", wire.Unexpected, ""},
		"a byte order mark":               {"\xef\xbb\xbf", wire.Unexpected, ""},
		"HTML":                            {"<!doctype html><title>Dashboard</title>", wire.Unexpected, ""},
		"null":                            {"null", wire.Unexpected, ""},
		"true":                            {"true", wire.Unexpected, ""},
		"a number":                        {"12", wire.Unexpected, ""},
		"text":                            {`"hello"`, wire.Unexpected, "hello"},
		"bare text":                       {`OK`, wire.Unexpected, ""},
		"an object without an array":      {`{"count":0}`, wire.Unexpected, ""},
		"an empty object":                 {`{}`, wire.Unexpected, ""},
		"an array in an object inside":    {`{"data":{"jwts":[{"a":1}]}}`, wire.Unexpected, ""},
		"an empty array beside it":        {`{"data":{"jwts":[{"a":1}]},"links":[]}`, wire.Unexpected, ""},
		"one of a name beside it":         {`{"result":{"data":{"rows":[{"a":1}]}},"items":[]}`, wire.Unexpected, ""},
		"an empty one, and a full one":    {`{"jwts":[],"history":[{"_id":"a"}]}`, wire.Unexpected, ""},
		"the same, by what it holds":      {`{"data":[],"völlig":[{"x":1},{"jti":null}]}`, wire.Unexpected, ""},
		"the same, deeper":                {`{"items":[],"völlig":{"rows":[{"jti":"a"}]}}`, wire.Unexpected, ""},
		"the same, as deep as is looked":  {`{"items":[],"a":{"b":{"c":{"rows":[{"jti":"a"}]}}}}`, wire.Unexpected, ""},
		"nothing but no errors":           {`{"errors":[]}`, wire.Unexpected, ""},
		"nothing but no links":            {`{"count":0,"_links":[],"jwts":null}`, wire.Unexpected, ""},
		"an array of numbers":             {`[1,2]`, wire.Unexpected, ""},
		"an array of nulls":               {`{"jwts":[null,null]}`, wire.Unexpected, ""},
		"an array of arrays":              {`[[{"_id":"a"}]]`, wire.Unexpected, ""},
		"cut inside an entry":             {`{"jwts":[{"_id":"a"},{"_i`, wire.Unexpected, ""},
		"cut after an entry":              {`[{"_id":"a"}`, wire.Unexpected, ""},
		"trailing text":                   {`[{"_id":"a"}] <!-- proxy -->`, wire.Unexpected, ""},
		"two values":                      {`[] []`, wire.Unexpected, ""},
		"a trailing comma":                {`[{"_id":"a"},]`, wire.Unexpected, ""},
		"single quotes":                   {`[{'_id':'a'}]`, wire.Unexpected, ""},
		"a control character inside text": {"[{\"a\":\"\x01\"}]", wire.Unexpected, ""},
		"bottomless nesting":              {strings.Repeat("[", 1<<20), wire.Unexpected, ""},
		"bottomless, closed":              {strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20), wire.Unexpected, ""},
		"success false":                   {`{"success":false,"msg":"No way."}`, wire.Reported, "No way."},
		"success false with an array":     {`{"jwts":[{"a":1}],"success":false,"message":"No."}`, wire.Reported, "No."},
		"an error":                        {`{"error":"broken","jwts":[]}`, wire.Reported, "broken"},
		"an err":                          {`{"err":{"message":"broken"}}`, wire.Reported, "broken"},
		"errors":                          {`{"errors":[{"param":"page","msg":"bad"}],"jwts":[]}`, wire.Reported, "page: bad"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			entries, _, fault := list(test.body)
			if fault == nil || len(entries) > 0 {
				t.Fatalf("got %v and %d entries, want a fault and none", fault, len(entries))
			}
			if fault.Kind != test.kind || fault.Message != test.message {
				t.Errorf("got %+v, want kind %d and the message %q", fault, test.kind, test.message)
			}
		})
	}
}

// A list in an answer that reports a failure is not one: an empty one would say that
// nothing is left to revoke.
func TestReadList_failuresWithAList(t *testing.T) {
	t.Parallel()
	for body, message := range map[string]string{
		`{"statusCode":500,"message":"down","data":[]}`:   "down",
		`{"message":"down","status":"503","jwts":[]}`:     "down",
		`{"status":404,"count":0,"jwts":[]}`:              "",
		`{"status":"error","message":"down","jwts":[]}`:   "down",
		`{"code":400,"msg":"down","jwts":[]}`:             "down",
		`{"ok":0,"jwts":[]}`:                              "",
		`{"success":true,"success":false,"jwts":[]}`:      "",
		`{"success":false,"jwts":[],"success":true}`:      "",
		`{"errors":[{"msg":"down"}],"jwts":[],"count":0}`: "down",
	} {
		if _, _, fault := list(body); fault == nil || fault.Kind != wire.Reported || fault.Message != message {
			t.Errorf("%s: got %+v, want a failure", body, fault)
		}
	}
	for _, body := range []string{`{"status":200,"message":"ok","jwts":[]}`, `{"code":0,"ok":1,"jwts":[]}`, `{"status":"success","jwts":[]}`} {
		if _, _, fault := list(body); fault != nil {
			t.Errorf("%s: got %+v, want a list", body, fault)
		}
	}
}

// What one answer may list is bounded, and what an envelope holds is named.
func TestReadList_limit(t *testing.T) {
	t.Parallel()
	for surplus, want := range map[int]bool{0: true, 2: false} {
		body := "[" + strings.Repeat("{},", wire.MaxEntries+surplus-1) + "{}]"
		entries, _, fault := list(body)
		if want && (fault != nil || len(entries) != wire.MaxEntries) || !want && (fault == nil || fault.Kind != wire.TooLarge) {
			t.Errorf("%d too many: got %d and %+v", surplus, len(entries), fault)
		}
	}
	if _, _, fault := list(`{"x":[1]}`); fault == nil || !strings.Contains(fault.Advice, "holds no objects") {
		t.Errorf("got %+v", fault)
	}
}

// A part of a list is not one, however whole it looks.
func TestReadList_partialContent(t *testing.T) {
	t.Parallel()
	if _, _, fault := wire.ReadList(whole(206, "[]")); fault == nil || fault.Kind != wire.Unexpected {
		t.Errorf("got %+v", fault)
	}
}
