package tiledesk

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// listing asks a server with that one answer for a list.
func listing(t *testing.T, body string, header ...string) (*HistoryPage, error) {
	t.Helper()
	transport := answering(reply(200, body, header...))
	page, err := newTestClient(t, testURL, withTransport(transport)).JWT.ListHistory(t.Context(), nil)
	transport.sent(t, 1, "GET", listPath)
	if (page == nil) == (err == nil) {
		t.Fatalf("got page %v and error %v, want one of them", page, err)
	}
	return page, err
}

func TestListHistory_shapes(t *testing.T) {
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
		"numbers that are none":                  {`{"perPage":true,"count":{"a":1},"x":[]}`, ``, 0, -1},
		"NaN as text":                            {`{"perPage":"NaN","count":"Inf","x":[]}`, ``, 0, -1},
		"numbers null":                           {`{"perPage":null,"count":null,"x":[]}`, ``, 0, -1},
		"a known name after another array":       {`{"links":[{"rel":"next"}],"jwts":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"objects after an array of text":         {`{"fields":["a","b"],"list":[{"a":1}]}`, `{"a":1}`, 0, -1},
		"an empty list after an array of text":   {`{"fields":["a","b"],"list":[]}`, ``, 0, -1},
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
			page, err := listing(t, test.body)
			if err != nil {
				t.Fatal(err)
			}
			var raws []string
			for _, token := range page.Tokens {
				raws = append(raws, string(token.Raw))
			}
			if got := strings.Join(raws, " "); got != test.raws {
				t.Errorf("got entries %s\nwant %s", got, test.raws)
			}
			if page.PerPage != test.perPage || page.Count != test.count {
				t.Errorf("got perPage %d, count %d, want %d, %d", page.PerPage, page.Count, test.perPage, test.count)
			}
			if string(page.Response.Body) != test.body {
				t.Error("the response has not the whole body")
			}
		})
	}
}

func TestListHistory_contentTypeDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"", "text/html", "text/plain; charset=utf-8", "application/octet-stream"} {
		page, err := listing(t, `[{"_id":"a"}]`, "Content-Type", contentType)
		if err != nil || len(page.Tokens) != 1 {
			t.Errorf("%q: got %v, %v, want one entry", contentType, page, err)
		}
	}
}

func TestListHistory_refuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body    string
		kind    error // nil: an *APIError of no kind
		message string
	}{
		"nothing":                         {"", ErrUnexpectedResponse, ""},
		"white space":                     {" \n", ErrUnexpectedResponse, ""},
		"a byte order mark":               {"\xef\xbb\xbf", ErrUnexpectedResponse, ""},
		"HTML":                            {"<!doctype html><title>Dashboard</title>", ErrUnexpectedResponse, ""},
		"null":                            {"null", ErrUnexpectedResponse, ""},
		"true":                            {"true", ErrUnexpectedResponse, ""},
		"a number":                        {"12", ErrUnexpectedResponse, ""},
		"text":                            {`"hello"`, ErrUnexpectedResponse, "hello"},
		"bare text":                       {`OK`, ErrUnexpectedResponse, ""},
		"an object without an array":      {`{"count":0}`, ErrUnexpectedResponse, ""},
		"an empty object":                 {`{}`, ErrUnexpectedResponse, ""},
		"an array in an object inside":    {`{"data":{"jwts":[{"a":1}]}}`, ErrUnexpectedResponse, ""},
		"an array of numbers":             {`[1,2]`, ErrUnexpectedResponse, ""},
		"an array of nulls":               {`{"jwts":[null,null]}`, ErrUnexpectedResponse, ""},
		"an array of arrays":              {`[[{"_id":"a"}]]`, ErrUnexpectedResponse, ""},
		"cut inside an entry":             {`{"jwts":[{"_id":"a"},{"_i`, ErrUnexpectedResponse, ""},
		"cut after an entry":              {`[{"_id":"a"}`, ErrUnexpectedResponse, ""},
		"trailing text":                   {`[{"_id":"a"}] <!-- proxy -->`, ErrUnexpectedResponse, ""},
		"two values":                      {`[] []`, ErrUnexpectedResponse, ""},
		"a trailing comma":                {`[{"_id":"a"},]`, ErrUnexpectedResponse, ""},
		"single quotes":                   {`[{'_id':'a'}]`, ErrUnexpectedResponse, ""},
		"a control character inside text": {"[{\"a\":\"\x01\"}]", ErrUnexpectedResponse, ""},
		"bottomless nesting":              {strings.Repeat("[", 1<<20), ErrUnexpectedResponse, ""},
		"bottomless, closed":              {strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20), ErrUnexpectedResponse, ""},
		"success false":                   {`{"success":false,"msg":"No way."}`, nil, "No way."},
		"success false with an array":     {`{"jwts":[{"a":1}],"success":false,"message":"No."}`, nil, "No."},
		"an error":                        {`{"error":"broken","jwts":[]}`, nil, "broken"},
		"an err":                          {`{"err":{"message":"broken"}}`, nil, "broken"},
		"errors":                          {`{"errors":[{"param":"page","msg":"bad"}],"jwts":[]}`, nil, "page: bad"},
	}
	for sentence, test := range tests {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			_, err := listing(t, test.body)
			apiErr := apiErrorOf(t, err, 200, 1)
			if test.kind != nil && !errors.Is(err, test.kind) || test.kind == nil && errors.Is(err, ErrUnexpectedResponse) {
				t.Errorf("got %v, want %v", err, test.kind)
			}
			if apiErr.Message != test.message || string(apiErr.Response.Body) != test.body {
				t.Errorf("got message %q and %d bytes, want %q and the whole body", apiErr.Message, len(apiErr.Response.Body), test.message)
			}
		})
	}
}

func TestToken_Field(t *testing.T) {
	t.Parallel()
	token := &Token{Raw: json.RawMessage(`{"status":100,"st\u0061te":"on","a":1,"a":2,"":"empty"}`)}
	var status, last int
	var state, empty string
	for name, v := range map[string]any{"status": &status, "state": &state, "a": &last, "": &empty} {
		if found, err := token.Field(name, v); !found || err != nil {
			t.Errorf("%q: got %t, %v", name, found, err)
		}
	}
	if status != 100 || state != "on" || last != 2 || empty != "empty" {
		t.Errorf("got %d, %q, %d, %q", status, state, last, empty)
	}
	if found, err := token.Field("status", &state); !found || err == nil || strings.Contains(err.Error(), "100") {
		t.Errorf("another type: got %t, %v, want an error that does not show the value", found, err)
	}
	for _, raw := range []string{`null`, `"text"`, `12`, `[1,2]`, `{}`} {
		for _, name := range []string{"status", ""} {
			if found, err := (&Token{Raw: json.RawMessage(raw)}).Field(name, &status); found || err != nil {
				t.Errorf("%q in %s: got %t, %v, want nothing", name, raw, found, err)
			}
		}
	}
}

// A token without Raw cannot tell whether a field is there.
func TestToken_Field_withoutRaw(t *testing.T) {
	t.Parallel()
	var heard hearing
	client := newMockClient(t, JWTAuth(testToken), func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodDelete {
			return answer(200, `{"n":1}`), nil
		}
		return firstPageOf(r, rowOf("a")), nil
	})
	if _, err := client.JWT.RevokeAll(t.Context(), &RevokeOptions{OnResult: heard.hear}); err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]*Token{"of a run": heard.of(t, "a").Token, "zero": {}, "nil": nil} {
		var v any
		if found, err := token.Field("status", &v); found || !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "Raw") {
			t.Errorf("%s: got %t, %v", name, found, err)
		}
	}
}

// Epoch seconds read as milliseconds are a day in January 1970, and would make the
// youngest token the oldest.
func TestToken_CreatedAt_secondsAreUnknown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`1795342949`: false, `1795342949.5`: false, `1.795342949e9`: false, `99999999999`: false, `-1795342949000`: false, `0`: false, `-1`: false,
		`"1795342949"`: false, `"001795342949"`: false, `"0000001795342949"`: false, `"99999999999"`: false, `{"$date":1795342949}`: false,
		`{"$date":"1795342949"}`: false, `{"$date":{"$numberLong":"1795342949"}}`: false, `{"$date":{"$numberLong":1795342949}}`: false,
		`{"$numberLong":"1795342949"}`: false, `"1970-01-21T18:42:22.949Z"`: false, `{"$date":"1970-01-21T18:42:22.949Z"}`: false,
		`1795342949000`: true, `"1795342949000"`: true, `100000000000`: true, `"100000000000"`: true, `{"$date":1795342949000}`: true,
		`{"$date":{"$numberLong":"1795342949000"}}`: true, `"2026-11-22T12:22:29Z"`: true,
	} {
		page, err := pageOf([]byte(`[{"jti":"a","createdAt":` + text + `,"updatedAt":` + text + `}]`))
		if err != nil {
			t.Fatal(err)
		}
		token := page.Tokens[0]
		if known := !token.CreatedAt.IsZero(); known != want || known == token.UpdatedAt.IsZero() {
			t.Errorf("%s: got %v and %v", text, token.CreatedAt, token.UpdatedAt)
		}
		if CreatedBefore(time.Unix(1_700_000_000, 0))(token) && !strings.Contains(text, "100000000000") {
			t.Errorf("%s is older than 2023", text)
		}
	}
}

// A list in an answer that reports a failure is none: an empty one would say that
// nothing is left to revoke.
func TestListHistory_failuresWithAList(t *testing.T) {
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
		_, err := listing(t, body)
		if got := apiErrorOf(t, err, 200, 1); got.Message != message || errors.Is(err, ErrUnexpectedResponse) {
			t.Errorf("%s: got %v, want a failure", body, err)
		}
		if accepts, err := newTestClient(t, testURL, withTransport(answering(reply(200, body)))).JWT.Accepts(t.Context(), testToken); accepts || err == nil {
			t.Errorf("%s: Accepts says %v, %v", body, accepts, err)
		}
	}
	for _, body := range []string{`{"status":200,"message":"ok","jwts":[]}`, `{"code":0,"ok":1,"jwts":[]}`, `{"status":"success","jwts":[]}`} {
		if _, err := listing(t, body); err != nil {
			t.Errorf("%s: got %v, want a list", body, err)
		}
	}
	if _, err := newTestClient(t, testURL, withTransport(answering(reply(206, "[]")))).JWT.ListHistory(t.Context(), nil); !errors.Is(err, ErrUnexpectedResponse) {
		t.Errorf("206: got %v", err)
	}
}
