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
