package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// FuzzFields shows whatever fields an entry has in all formats: what comes out can be
// read, tells a terminal nothing, and has no token in it.
func FuzzFields(f *testing.F) {
	f.Add([]byte(`{"_id":"1","status":"active","tries":3,"on":true,"none":null,"device":{"os":"Linux"}}`), "status")
	f.Add([]byte(`{"raw":"`+sample+`","`+sample+`":1,"deep":[{"a":["`+sample+`"]}]}`), "deep")
	f.Add([]byte(`{"a":"\u001b[2J","a":"\u202e","\u0007":"\ud800","n":1e999}`), "a")
	f.Add([]byte(`{"`+strings.Replace(sample, ".", `\u002e`, 1)+`":"`+strings.Replace(sample, ".", "%2e", 1)+`"}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		if !json.Valid(raw) || !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
			return
		}
		token := &tiledesk.Token{ID: "1", JTI: "a", Raw: raw}
		_ = condition{name, "1"}.holds(token, "")
		for _, c := range []*listCommand{
			{Format: "table", Wide: true}, {Format: "jsonl", Wide: true}, {Format: "csv", Wide: true},
			{Format: "jsonl", Fields: fieldNames{name}}, {Format: "table", JSON: fieldNames{name, "id"}},
		} {
			a, _ := testApp(new(bytes.Buffer))
			l := &listing{listCommand: c, app: a, s: &session{}}
			out := l.writer()
			if err := errors.Join(out.write([]row{newRow(token, "", l.further(token))}), out.end(context.Background())); err != nil {
				t.Fatal(err)
			}
			text := a.stdout.(*bytes.Buffer).String()
			if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), isInvisible) || redact.HasToken(text) {
				t.Fatalf("%+v shows %q", c, text)
			}
			if (c.Format == "jsonl" || c.JSON != nil) && !json.Valid([]byte(text)) {
				t.Fatalf("%+v: this is not JSON: %q", c, text)
			}
		}
	})
}
