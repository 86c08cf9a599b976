package main

import (
	"bytes"
	"errors"
	"testing"
)

// What is put into a format is made safe, goes to its stream, and is wrapped where a
// terminal shows sentences, but not where it is data.
func TestConsole_writes(t *testing.T) {
	t.Parallel()
	const long = "one two three four five"
	for name, c := range map[string]struct {
		write       func(c *console)
		out, stderr string
	}{
		"data":                          {func(c *console) { c.print("%s", long+"\x1b") }, long + " \n", ""},
		"a sentence":                    {func(c *console) { c.say("%s", long) }, "one two three\nfour five\n", ""},
		"a note":                        {func(c *console) { c.note("%s", long) }, "", "one two three\nfour five\n"},
		"a warning":                     {func(c *console) { c.warn("%s", long) }, "", "warning: one\ntwo three four\nfive\n"},
		"an error":                      {func(c *console) { c.complain("%s", errors.New(long)) }, "", "one two three\nfour five\n"},
		"lines":                         {func(c *console) { c.lines("a " + sample + "\nb\x07") }, "", "a [redacted]\nb\n"},
		"a line of what is asked about": {func(c *console) { c.show("  %s", long) }, "", "  " + long + "\n"},
		"an entry":                      {func(c *console) { c.item(long + " six seven eight nine ten") }, "- one two three four five\n  six seven eight nine\n  ten\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, stderr bytes.Buffer
			console := &console{stdout: &out, stderr: &stderr, wrapOut: true, wrapErr: true, width: 14}
			if name == "an entry" {
				console.width = 25
			}
			c.write(console)
			if out.String() != c.out || stderr.String() != c.stderr {
				t.Errorf("%q and %q", out.String(), stderr.String())
			}
		})
	}
	var out, stderr bytes.Buffer
	console := &console{stdout: &out, stderr: &stderr, width: 14, quiet: true}
	console.say("%s", long)
	console.item(long)
	console.note("nothing")
	console.warn("%s", long)
	if out.String() != long+"\n- "+long+"\n" || stderr.String() != "warning: "+long+"\n" {
		t.Errorf("without a terminal: %q and %q", out.String(), stderr.String())
	}
}

// A text stands beside its label, or below it where there is no room.
func TestConsole_columns(t *testing.T) {
	t.Parallel()
	const text = "one two three four five six seven eight nine ten eleven twelve\x1b"
	var narrowest bytes.Buffer
	(&console{stdout: &narrowest, width: 10}).columns(plain, "label", 6, "one two three four 20 and one two three fours 21")
	if got := narrowest.String(); got != "label\n  one two three four\n  20 and one two three\n  fours 21\n" {
		t.Errorf("%q", got)
	}
	for width, want := range map[int]string{
		60: "\x1b[32mlabel \x1b[0m  one two three four five six seven eight nine ten\n        eleven twelve\n",
		59: "\x1b[32mlabel\x1b[0m\n  one two three four five six seven eight nine ten eleven\n  twelve\n",
		10: "\x1b[32mlabel\x1b[0m\n  one two three four\n  five six seven eight\n  nine ten eleven\n  twelve\n",
	} {
		var out bytes.Buffer
		c := &console{stdout: &out, color: true, width: width}
		c.columns(green, "label", 6, text)
		if out.String() != want {
			t.Errorf("%d columns: %q", width, out.String())
		}
	}
	for _, c := range []struct {
		color bool
		style string
		want  string
	}{{true, red, "\x1b[31ma\x1b[0m"}, {true, plain, "a"}, {false, red, "a"}} {
		if got := (&console{color: c.color}).paint(c.style, "a"); got != c.want {
			t.Errorf("%q", got)
		}
	}
}

// An entry gets some room also where the terminal has little.
func TestConsole_itemOfANarrowTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := &console{stdout: &out, wrapOut: true, width: 10}
	c.item("20 and one two three 21 and one two threes")
	if got := out.String(); got != "- 20 and one two three\n  21 and one two\n  threes\n" {
		t.Errorf("%q", got)
	}
}
