package main

import (
	"bytes"
	"strings"
	"testing"
)

// An expression can join the pieces of a token, or decode one: it shows it nowhere.
func TestQuery_showsNoTokenThatItMade(t *testing.T) {
	t.Parallel()
	token := newTestServer(t).Issue(testEmail, 1)[0]
	rows := []map[string]string{{"a": token[:50], "b": token[50:]}}
	for _, expression := range []string{`.[] | .a + .b`, `.[] | {a: (.a + .b)}`, `.[] | {(.a + .b): 1}`, `map([.a + .b])`, `.[] | .a + .b | @base64 | {a: @base64d}`} {
		q := new(query)
		if err := q.UnmarshalText([]byte(expression)); err != nil {
			t.Fatal(err)
		}
		a, _ := testApp(new(bytes.Buffer))
		if err := q.write(t.Context(), a, rows); err != nil {
			t.Fatal(err)
		}
		if got := a.stdout.(*bytes.Buffer).String(); strings.Contains(got, token) || !strings.Contains(got, "[redacted") {
			t.Errorf("%s: %s", expression, got)
		}
	}
}
