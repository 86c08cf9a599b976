package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk/internal/servertest"
	"github.com/go-tiledesk/tiledesk/internal/wire"
)

// addBodies seeds a target with every body that was recorded.
func addBodies(f *testing.F) {
	f.Helper()
	for _, name := range servertest.RecordingNames(f) {
		f.Add([]byte(servertest.ReadRecording(f, name).Response.Body))
	}
}

func FuzzReadList(f *testing.F) {
	addBodies(f)
	for _, seed := range []string{
		"", "null", "[]", "{}", "[null]", `[{"_id":{"$oid":"a"},"jti":1,"createdAt":{"$date":{"$numberLong":"1"}}}]`,
		" \n{\"x\":[ {\"a\":1} ,null]}", "\xef\xbb\xbf[{}]", `{"success":false,"msg":"no"}`, `{"count":"1e3","perPage":-1,"a":["x"],"b":[]}`,
		`[{"_id":"\ud83d\ude00\u0000"}]`, `{"jwts":[{"a":"]"}],"jwts":[]}`, strings.Repeat("[", 12_000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		entries, list, fault := list(string(body))
		if fault != nil {
			return
		}
		if !json.Valid(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))) {
			t.Fatal("took what is not JSON for a list")
		}
		if list.PerPage < 0 || list.Count < -1 {
			t.Fatalf("perPage %d, count %d", list.PerPage, list.Count)
		}
		rest := string(body)
		for _, entry := range entries {
			_, after, found := strings.Cut(rest, string(entry.Raw))
			if rest = after; !found || !json.Valid(entry.Raw) {
				t.Fatalf("the raw entry %q is not JSON, or not the body's", entry.Raw)
			}
			if _, err := json.Marshal(entry); err != nil {
				t.Fatal(err)
			}
			if len(entry.Raw) == 0 || entry.Raw[0] != '{' && (entry.ID != "" || entry.JTI != "") {
				t.Fatalf("identifiers out of %q", entry.Raw)
			}
		}
	})
}

// FuzzReadRevocation holds the verdict to an oracle of its own: encoding/json must
// find something that says yes, and nothing that says no.
func FuzzReadRevocation(f *testing.F) {
	addBodies(f)
	for _, verdict := range verdicts {
		if len(verdict.body) < 1000 {
			f.Add([]byte(named(verdict.body)))
		}
	}
	for _, denial := range denials {
		for _, yes := range said {
			f.Add([]byte(named("{" + yes + "," + denial + "}")))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if fault := wire.ReadRevocation(wire.Answer{Status: 200, Body: body, Whole: true}, asked["jti"]); fault != nil {
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
		checkRevoked(t, object)
	})
}

// checkRevoked looks in an object that counts as a revocation for what says no.
func checkRevoked(t *testing.T, object map[string]any) {
	t.Helper()
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
	if jti, _ := object["jti"].(string); jti != "" && jti != askedJTI {
		t.Fatalf("took the document of %q for a revocation", jti)
	}
	if object["perPage"] != nil {
		t.Fatal("took a list for a revocation")
	}
	if e, _ := object["error"].(string); e != "" && e != "0" && !strings.EqualFold(e, "false") {
		t.Fatalf("took the error %q for a revocation", e)
	}
}
