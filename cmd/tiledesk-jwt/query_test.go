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

// Each result is a line: a text as it is, anything else as JSON.
func TestQuery_printsEachResult(t *testing.T) {
	t.Parallel()
	rows := []map[string]any{{"a": "one\ttwo\nthree\x1b", "n": 1.5}, {"a": "\u202Efour", "n": nil}}
	for expression, want := range map[string]string{
		`.[].a`:             "one\ttwo\nthree \nfour\n",
		`.[].n`:             "1.5\nnull\n",
		`.[0]`:              `{"a":"one\ttwo\nthree\u001b","n":1.5}` + "\n",
		`map(.a) | .[1]`:    "four\n",
		`.[1] | {a}`:        `{"a":"\u202efour"}` + "\n",
		`empty`:             "",
		`.[] | [.n] | @tsv`: "1.5\n\n",
	} {
		q := new(query)
		if err := q.UnmarshalText([]byte(expression)); err != nil {
			t.Fatal(err)
		}
		a, _ := testApp(new(bytes.Buffer))
		if err := q.write(t.Context(), a, rows); err != nil {
			t.Errorf("%s: %v", expression, err)
		}
		if got := a.stdout.(*bytes.Buffer).String(); got != want {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
	}
}

// What went wrong is said, and nothing is printed of it.
func TestQuery_saysWhatWentWrong(t *testing.T) {
	t.Parallel()
	q := new(query)
	if err := q.UnmarshalText([]byte(`.[] | 1 / .`)); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	if err := q.write(t.Context(), a, []int{1, 0}); codeOf(err) != exitUndone || !strings.HasPrefix(err.Error(), "--jq: ") || a.stdout.(*bytes.Buffer).Len() > 0 {
		t.Errorf("%v: %s", err, a.stdout)
	}
	if err := q.write(t.Context(), a, make(chan int)); err == nil {
		t.Error("what is no JSON has results")
	}
	a.console.stdout = full{}
	if err := q.write(t.Context(), a, []int{1}); err == nil || err.Error() != "no space left" {
		t.Errorf("%v", err)
	}
}
