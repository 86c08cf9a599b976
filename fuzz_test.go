package tiledesk

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// addRecordings seeds a target with every body that was recorded.
func addRecordings(f *testing.F, add func(r recording)) {
	f.Helper()
	for _, name := range recordingNames(f) {
		add(readRecording(f, name))
	}
}

func FuzzReadPage(f *testing.F) {
	addRecordings(f, func(r recording) { f.Add([]byte(r.Response.Body)) })
	for _, seed := range []string{
		"", "null", "[]", "{}", "[null]", `[{"_id":{"$oid":"a"},"jti":1,"createdAt":{"$date":{"$numberLong":"1"}}}]`,
		" \n{\"x\":[ {\"a\":1} ,null]}", "\xef\xbb\xbf[{}]", `{"success":false,"msg":"no"}`, `{"count":"1e3","perPage":-1,"a":["x"],"b":[]}`,
		`[{"_id":"\ud83d\ude00\u0000"}]`, `{"jwts":[{"a":"]"}],"jwts":[]}`, strings.Repeat("[", 12_000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := pageOf(body)
		if (page == nil) == (err == nil) {
			t.Fatalf("got page %v and error %v", page, err)
		}
		if err != nil {
			return
		}
		if !json.Valid(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))) {
			t.Fatal("took what is not JSON for a list")
		}
		if page.PerPage < 0 || page.Count < -1 {
			t.Fatalf("perPage %d, count %d", page.PerPage, page.Count)
		}
		rest := string(body)
		for _, token := range page.Tokens {
			_, after, found := strings.Cut(rest, string(token.Raw))
			if rest = after; !found || !json.Valid(token.Raw) {
				t.Fatalf("the raw entry %q is not JSON, or not the body's", token.Raw)
			}
			if _, err := json.Marshal(token); err != nil {
				t.Fatal(err)
			}
			if len(token.Raw) == 0 || token.Raw[0] != '{' && (token.ID != "" || token.JTI != "") {
				t.Fatalf("identifiers out of %q", token.Raw)
			}
		}
	})
}

// FuzzVerdict holds the verdict to an oracle of its own: encoding/json must find
// something that says yes, and nothing that says no.
func FuzzVerdict(f *testing.F) {
	addRecordings(f, func(r recording) { f.Add([]byte(r.Response.Body)) })
	for _, verdict := range verdicts {
		if len(verdict.body) < 1000 {
			f.Add([]byte(strings.NewReplacer("JTI", testJTI, "ID", askedID).Replace(verdict.body)))
		}
	}
	for _, denial := range denials {
		for _, yes := range said {
			f.Add([]byte(strings.NewReplacer("JTI", testJTI, "ID", askedID).Replace("{" + yes + "," + denial + "}")))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if fault := wire.ReadRevocation(wire.Answer{Status: 200, Body: body, Whole: true}, wire.Asked{JTI: testJTI}); fault != nil {
			return
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(body), "\xef\xbb\xbf"))
		if text == "" || strings.EqualFold(text, "OK") {
			return
		}
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatalf("took broken JSON for a revocation: %v", err)
		}
		object, ok := value.(map[string]any)
		switch {
		case value == true, value == "OK", ok && len(object) == 0:
			return
		case !ok:
			s, _ := value.(string)
			if !strings.EqualFold(s, "OK") {
				t.Fatalf("took %T for a revocation", value)
			}
			return
		}
		for _, name := range []string{"n", "matchedCount", "deletedCount", "nRemoved", "ok", "acknowledged", "success", "revoked", "deleted", "removed", "updatedExisting"} {
			if no, there := object[name]; there && (no == nil || no == false || no == 0.0 || no == "0" || no == "" || no == "false") {
				t.Fatalf("took %s %v for a revocation", name, no)
			}
		}
		message, _ := object["message"].(string)
		if status, _ := object["statusCode"].(float64); status >= 400 && status < 1000 && message == "no" {
			t.Fatalf("took the status %v for a revocation", status)
		}
		if object["result"] == false {
			t.Fatal("took a result of false for a revocation")
		}
		if jti, _ := object["jti"].(string); jti != "" && jti != testJTI {
			t.Fatalf("took the document of %q for a revocation", jti)
		}
		if object["perPage"] != nil {
			t.Fatal("took a list for a revocation")
		}
		if e, _ := object["error"].(string); e != "" && e != "0" && !strings.EqualFold(e, "false") {
			t.Fatalf("took the error %q for a revocation", e)
		}
	})
}

// FuzzSignIn reads the reply to a sign-in: what it takes for a token fits into a
// header as it is.
func FuzzSignIn(f *testing.F) {
	addRecordings(f, func(r recording) { f.Add([]byte(r.Response.Body)) })
	for _, seed := range []string{
		`{"success":true,"token":"JWT ` + testToken + `"}`, `{"token":"a\u0000b"}`, `{"token":"a\r\nX: y"}`, `{"token":1}`, `{"token":""}`,
		`{"token":"a","token":"b c"}`, `{"success":false,"token":"a"}`, `[{"token":"a"}]`, `{"token":"Bearer a"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		credentials, fault := readSignIn(&Response{StatusCode: 200, Body: body})
		if (credentials == nil) == (fault == nil) {
			t.Fatalf("got %v and %v", credentials, fault)
		}
		if fault != nil {
			return
		}
		value, err := credentials.Authorization(t.Context())
		token, ok := strings.CutPrefix(value, "JWT ")
		if err != nil || !ok || token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("the token makes the header %q, %v", value, err)
		}
	})
}
