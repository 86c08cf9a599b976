package main

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

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

// What is wrong with a line is said with its number, in words that tell what to do, and
// without repeating it.
func TestTargets_saysWhatIsWrongWithALine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", bufio.MaxScanTokenSize)
	for text, want := range map[string]string{
		"a\nid:":                    "--from, line 2: nothing follows id:, where an id belongs. Nothing was sent.",
		"id:  \n":                   "--from, line 1: nothing follows id:, where an id belongs. Nothing was sent.",
		"would be revoked: \n":      "--from, line 1: nothing follows \"would be revoked:\", where a token belongs. Nothing was sent.",
		"would be revoked: id:\n":   "--from, line 1: nothing follows id:, where an id belongs. Nothing was sent.",
		"a\nABC  2e5e  3 days ago":  "--from, line 2: this looks like a line of a table; use list --format jsonl. Nothing was sent.",
		"Id:abc":                    "--from, line 1: write id: in small letters, where an id follows. Nothing was sent.",
		"{}":                        "--from, line 1: the object has neither an id nor a jti. Nothing was sent.",
		"[":                         "--from, line 1: this looks like a JSON array; use list --format jsonl, which has one object a line. Nothing was sent.",
		"\xfe\xff\x00a":             "--from, line 1: this is UTF-16, as some shells of Windows write it; save it as UTF-8. Nothing was sent.",
		"a\n\n" + long:              "--from, line 3: it is longer than any jti. Nothing was sent.",
		"id/a":                      "; find the entry with tiledesk-jwt list --all and use --id. Nothing was sent.",
		"id:" + sample:              "; put it into a file and use --token-from. Nothing was sent.",
		`{"id":"a","jti":"b/../c"}`: "--from, line 1: the jti has a segment . or ..",
		`{"id":"a/../b","jti":"c"}`: "--from, line 1: the id ",
	} {
		targets, err := parseTargets(strings.NewReader(text))
		if codeOf(err) != exitUsage || targets != nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), sample) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	if _, err := parseTargets(iotest.ErrReader(errors.New("the disk is broken"))); codeOf(err) != exitUsage || err.Error() != "--from: the input cannot be read: the disk is broken. Nothing was sent." {
		t.Errorf("%v", err)
	}
}

// A comment can be long, a dry run is read as it was printed, and an object may name
// either.
func TestTargets_readsWhatNamesAToken(t *testing.T) {
	t.Parallel()
	text := "#" + strings.Repeat("x", 60<<10) + "\nwould be revoked: a\nwould be revoked: id:1\n  would be revoked:   b c \n{\"id\":\"2\"}\n{\"jti\":\"d\",\"id\":null}\nid:  3 \n"
	want := []tiledesk.Target{{JTI: "a"}, {ID: "1"}, {JTI: "b c"}, {ID: "2"}, {JTI: "d"}, {ID: "3"}}
	if got, err := parseTargets(strings.NewReader(text)); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, terminal := range []bool{true, false} {
		var stderr bytes.Buffer
		a, _ := testApp(&stderr)
		a.stdin, a.onTerminal.stdin = strings.NewReader("a\n"), terminal
		got, err := a.readTargets(t.Context(), "-")
		if err != nil || !slices.Equal(got, want[:1]) || (stderr.String() == "Reading a jti a line; Ctrl-D ends the list.\n") != terminal {
			t.Errorf("%v, %v: %s", got, err, stderr.String())
		}
		stderr.Reset()
		if got, err := a.readTargets(t.Context(), fileWith(t, "a")); err != nil || !slices.Equal(got, want[:1]) || stderr.Len() > 0 {
			t.Errorf("%v, %v: %s", got, err, stderr.String())
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

// A line names what it was written for, or nothing: not what the jti of a token spells.
func TestTargets_readWhatADryRunWrote(t *testing.T) {
	t.Parallel()
	for _, jti := range []string{
		"2e5e5e9b-8a3b-4975-83e2-35ea216c468b", "keyJobs.v1.2", "café", "a;b?c#d&e", "a\nid:victim", "b\x1b[31m", "c\u202egnp", "id:victim", "ID:victim", "would be revoked: id:victim",
		"# comment", `{"id":"victim"}`, `"a"`, "[a]", "id,jti,x", " padded", "two  words", "id/victim", sample,
	} {
		want := tiledesk.Target{ID: "6b02", JTI: jti}
		got, err := parseTargets(strings.NewReader(plannedLine + safe(nameOf(want)) + "\n"))
		if err != nil || len(got) != 1 || got[0] != (tiledesk.Target{JTI: jti}) && got[0] != (tiledesk.Target{ID: "6b02"}) {
			t.Errorf("%q reads as %v, %v", jti, got, err)
		}
	}
	if got := nameOf(tiledesk.Target{JTI: "id:victim"}); got != "id:victim" {
		t.Errorf("without an id: %s", got)
	}
}
