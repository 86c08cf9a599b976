package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-tiledesk/tiledesk"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	got, err := parseTargets(strings.NewReader("\uFEFF# a list\r\n\r\n a-jti \r\nid: 42\n{\"id\":\"1\",\"jti\":\"b\",\"current\":false}\n{\"outcome\":\"failed\",\"jti\":\"c\"}"))
	want := []tiledesk.Target{{JTI: "a-jti"}, {ID: "42"}, {ID: "1", JTI: "b"}, {JTI: "c"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

// A file that says nothing about tokens is told by what it is, not by a 404 for
// each of its lines.
func TestTargetsThatAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\xff\xfea\x00\n\x00":      "line 1: this is UTF-16",
		"a\n\"b\"\n":               "line 2: this looks like a JSON text",
		"\xff\xfe\xfd\n":           "line 1: this is UTF-16",
		"a\n\xfc\n":                "line 2: the jti is not UTF-8 text",
		"id:\xfc":                  "line 1: the id is not UTF-8 text",
		`{"id":"1"`:                "line 1: it begins like an object",
		"# fine\nid,jti,createdAt": "line 2: this looks like CSV",
	} {
		if _, err := parseTargets(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), "Nothing was sent.") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzTargets(f *testing.F) {
	f.Add("id:1\n{\"jti\":\"a\"}\n# no\n..")
	f.Add(sample)
	f.Fuzz(func(t *testing.T, text string) {
		targets, err := parseTargets(strings.NewReader(text))
		if err != nil && codeOf(err) != exitUsage {
			t.Errorf("%v", err)
		}
		for _, target := range targets {
			if target == (tiledesk.Target{}) || checkTarget(target) != nil {
				t.Errorf("%q", target)
			}
		}
	})
}
