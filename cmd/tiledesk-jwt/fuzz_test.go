package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
	"github.com/go-tiledesk/tiledesk/internal/redact"
)

// FuzzReport reads files that may be reports of an earlier run. Whatever is in
// them, no token counts as dealt with that no whole line names.
func FuzzReport(f *testing.F) {
	for _, seed := range []string{
		"", "\n", `{"id":"1","jti":"a","outcome":"revoked"}` + "\n" + `{"id":"4","outcome":"revo`,
		`{"jti":"id:1","outcome":"already gone"}` + "\n", `{"id":"1","outcome":"skipped"}` + "\n\n", `{"outcome":"lost"}` + "\n", "null\n", "[]\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		report := &reportFile{done: make(map[entryKey]bool), passed: make(map[entryKey]bool)}
		whole, rest, err := report.readLines(bytes.NewReader(text))
		if whole < 0 || whole > int64(len(text)) || whole > 0 && text[whole-1] != '\n' {
			t.Fatalf("%d of %d bytes are whole lines", whole, len(text))
		}
		if err == nil && (!bytes.Equal(rest, text[whole:]) || bytes.IndexByte(rest, '\n') >= 0) {
			t.Fatalf("the rest has a line of its own: %q", text[whole:])
		}
		done := 0
		for line := range bytes.Lines(text[:whole]) {
			var object struct{ ID, JTI, Outcome string }
			if err := json.Unmarshal(line, &object); err != nil && len(bytes.TrimSpace(line)) > 0 {
				t.Fatalf("taken for a line of a report: %q", line)
			}
			if object.Outcome == "revoked" || object.Outcome == "already gone" {
				done++
				if key, tells := keyOfEntry(object.ID, object.JTI); tells && !report.done[key] {
					t.Fatalf("forgotten: %q", line)
				}
			}
		}
		if report.resumed() > done+1 { // the rest can be a line without its line break
			t.Fatalf("%d lines are %d tokens", done, report.resumed())
		}
	})
}

// FuzzEntries lists entries with any identifiers in all formats: a terminal is
// told nothing, and programs get back what the server wrote.
func FuzzEntries(f *testing.F) {
	f.Add("6b02c254b4f8164bc2ae64b3", "2e5e5e9b-8a3b-4975-83e2-35ea216c468b")
	f.Add("\x1b]0;title\x07\x1b[2J", "\u202e\u2028\r\n\x9b31m\x7f")
	f.Add("a,\"b\"\t", "\xff\xfe"+sample)
	f.Add("=1+1", "\U000E0041\u200b")
	f.Fuzz(func(t *testing.T, id, jti string) {
		token := &tiledesk.Token{ID: id, JTI: jti, CreatedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		for _, format := range []string{"table", "json", "jsonl", "csv"} {
			a, _ := testApp(new(bytes.Buffer))
			out := (&listing{listCommand: &listCommand{Format: format}, app: a}).writer()
			if err := errors.Join(out.write([]row{newRow(token, jti, nil)}), out.end(context.Background())); err != nil {
				t.Fatal(err)
			}
			text := a.stdout.(*bytes.Buffer).String()
			if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), isInvisible) || !utf8.ValidString(text) {
				t.Fatalf("%s: a terminal would obey %q", format, text)
			}
			if redact.HasToken(text) {
				t.Fatalf("%s shows a token", format)
			}
			checkReadBack(t, format, text, id, jti)
		}
	})
}

func checkReadBack(t *testing.T, format, text, id, jti string) {
	t.Helper()
	if !utf8.ValidString(id) || !utf8.ValidString(jti) || redact.HasToken(id) || redact.HasToken(jti) {
		return
	}
	switch format {
	case "jsonl":
		var got row
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.ID != id || got.JTI != jti {
			t.Fatalf("%q is read as %q and %q, %v", text, got.ID, got.JTI, err)
		}
	case "csv":
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(lines) != 2 || len(lines[1]) != 5 {
			t.Fatalf("%q is read as %q, %v", text, lines, err)
		}
	case "table":
		if lines := strings.Count(text, "\n"); lines != 2 || strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), unicode.IsControl) {
			t.Fatalf("%q has %d lines", text, lines)
		}
	}
}
