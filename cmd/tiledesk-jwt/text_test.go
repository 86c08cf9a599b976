package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever is put into a sentence is made safe first: texts, errors and what can be
// written as a text. Numbers stay numbers.
func TestConsole_makesSafeWhatItIsGiven(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	c := &console{stderr: &stderr}
	c.complain("%s, %s, %s, %d, %s", "a\n"+sample, errors.New("b\x1b "+sample), named(sample+"\u202E"), 4, 3*time.Second)
	if got, want := stderr.String(), "a [redacted], b  [redacted], [redacted], 4, 3s\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

type named string

func (n named) String() string { return "" + string(n) }

// A log is written as it is, but for tokens; who writes is told of all of it.
func TestSafeWriter_redactsWholeLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	line := "Authorization: JWT " + sample + "\n"
	if n, err := (safeWriter{&b}).Write([]byte(line)); n != len(line) || err != nil || b.String() != "Authorization: JWT [redacted]\n" {
		t.Errorf("%d, %v: %q", n, err, b.String())
	}
	if n, err := (safeWriter{full{}}).Write([]byte(line)); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestWriteJSON_saysWhatWentWrong(t *testing.T) {
	t.Parallel()
	if err := writeJSON(full{}, 1); err == nil || err.Error() != "no space left" {
		t.Errorf("%v", err)
	}
	var b bytes.Buffer
	if err := writeJSON(&b, make(chan int)); err == nil || b.Len() > 0 {
		t.Errorf("%v: %s", err, b.String())
	}
}

// Characters that nobody sees are escaped one by one, with a pair where they need one.
func TestWriteJSON_escapesTheLastAndTheFirstOfAPlane(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\uFFFB":         `"\ufffb"`,
		"\U000110BD":     `"\ud804\udcbd"`,
		"a\u00ADb":       `"a\u00adb"`,
		"é\U0001F600":    "\"é\U0001F600\"",
		"\U000E007F\x7f": `"\udb40\udc7f\u007f"`,
	} {
		var b bytes.Buffer
		if err := writeJSON(&b, text); err != nil || b.String() != want+"\n" {
			t.Errorf("%q: %v, %s", text, err, b.String())
		}
	}
}

func TestSafe_keepsSentencesOnOneLine(t *testing.T) {
	t.Parallel()
	if got := safe("a\u2028b\u2029c\td\u00ADe"); got != "a b c de" {
		t.Errorf("%q", got)
	}
	if got := safeLines("a\tb\x1b\n" + sample + "\tc\n"); got != "a\tb \n[redacted]\tc\n" {
		t.Errorf("%q", got)
	}
}

// A line is as long as it may be, and no longer.
func TestWrap_fillsTheLine(t *testing.T) {
	t.Parallel()
	for width, want := range map[int][]string{
		7: {"ab äö x", "cd"}, 6: {"ab äö", "x cd"}, 5: {"ab äö", "x cd"}, 4: {"ab", "äö x", "cd"}, 1: {"ab", "äö", "x", "cd"}, 10: {"ab äö x cd"},
	} {
		if got := wrap(" ab  äö x cd ", width); !slices.Equal(got, want) {
			t.Errorf("%d: %q, want %q", width, got, want)
		}
	}
	if got := wrap("", 10); !slices.Equal(got, []string{""}) {
		t.Errorf("%q", got)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 tokens", 1: "1 token", 2: "2 tokens", 3000: "3,000 tokens"} {
		if got := count(n, "token"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A long command line is folded in front of a flag or a pipe, as a shell lets one do it.
func TestFolded(t *testing.T) {
	t.Parallel()
	flag := func(n int) string { return "--" + strings.Repeat("x", n-2) }
	const fold = "\\\n        "
	for line, want := range map[string]string{
		"tiledesk-jwt list":                                       "tiledesk-jwt list",
		"a " + flag(70):                                           "a " + flag(70),
		"a " + flag(71):                                           "a " + fold + flag(71),
		"a " + flag(30) + " value " + flag(33):                    "a " + flag(30) + " value " + flag(33),
		"a " + flag(30) + " value " + flag(34):                    "a " + flag(30) + " value " + fold + flag(34),
		"a " + flag(60) + " value | b":                            "a " + flag(60) + " value | b",
		"a " + flag(60) + " value | bcd":                          "a " + flag(60) + " value " + fold + "| bcd",
		strings.Repeat("p", 39) + " " + flag(33) + " " + flag(38): strings.Repeat("p", 39) + " " + fold + flag(33) + " " + flag(38),
		"a " + flag(60) + " twelve-chars":                         "a " + fold + flag(60) + " twelve-chars", // a word alone is no place to fold
		"a " + flag(50) + " " + flag(20) + " b | c":               "a " + flag(50) + " " + fold + flag(20) + " b | c",
		"a " + flag(68) + " " + flag(60) + " | " + flag(11):       "a " + flag(68) + " " + fold + flag(60) + " | " + fold + flag(11),
		"watch --exec 'b " + strings.Repeat("y", 60) + " --yes'":  "watch " + fold + "--exec 'b " + strings.Repeat("y", 60) + " --yes'",
	} {
		if got := folded(line); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A topic is a text in a pipe; on a terminal what stands behind two blanks is a column of
// its own, or below its name where the terminal is narrow.
func TestTopic_show(t *testing.T) {
	t.Parallel()
	of := topic{"x", "y", "A sentence.\nNAME      What it is.\nN  Another.\nA_LONG, AND, ANOTHER  More of them.\n\nThe end."}
	for columns, want := range map[int]string{
		0:  of.text + "\n",
		80: "A sentence.\nNAME  What it is.\nN     Another.\nA_LONG, AND, ANOTHER  More of them.\n\nThe end.\n",
		40: "A sentence.\nNAME\n  What it is.\nN\n  Another.\nA_LONG, AND, ANOTHER\n  More of them.\n\nThe end.\n",
	} {
		a, _ := testApp(new(bytes.Buffer))
		a.onTerminal.stdout, a.console.wrapOut = columns > 0, columns > 0
		if columns > 0 {
			a.console.width = columns
		}
		of.show(a)
		if got := a.stdout.(*bytes.Buffer).String(); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

// Each topic is there by its name, and named where another one is asked for.
func TestTopics(t *testing.T) {
	t.Parallel()
	for _, of := range topics {
		a, _ := testApp(new(bytes.Buffer))
		if code, out, _ := ran(a, "help", of.name); code != exitDone || out != of.text+"\n" {
			t.Errorf("%s: exit code %d: %s", of.name, code, out)
		}
		a, _ = testApp(new(bytes.Buffer))
		if code, _, said := ran(a, "help", of.name, "more"); code != exitUsage || strings.Contains(said, of.text) {
			t.Errorf("%s: exit code %d: %s", of.name, code, said)
		}
		a, _ = testApp(new(bytes.Buffer))
		if code, out, _ := ran(a, "list", of.name); code != exitUsage || out != "" {
			t.Errorf("%s: exit code %d: %s", of.name, code, out)
		}
	}
	if got, want := topicNames(), fmt.Sprintf("%s and %s", topics[0].name, topics[1].name); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
