package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// defaultWidth is that of a terminal that does not tell.
const defaultWidth = 80

// narrow is the width below which nothing is put side by side.
const narrow = 60

// console is what people read: data on stdout, everything else on stderr. Every
// text that is put into a format is made safe first. Sentences are wrapped where
// a terminal shows them; lines of data are not.
type console struct {
	mu             sync.Mutex // progress and interrupts come from other goroutines
	stdout, stderr io.Writer
	wrapOut        bool // stdout is a terminal
	wrapErr        bool
	quiet          bool
	color          bool // of stdout
	width          int
	drawn          string // the status line, as it stands on stderr
}

// print writes a line of data to stdout.
func (c *console) print(format string, args ...any) { c.write(c.stdout, false, format, args) }

// say writes sentences to stdout.
func (c *console) say(format string, args ...any) { c.write(c.stdout, c.wrapOut, format, args) }

// note writes to stderr what may be left out.
func (c *console) note(format string, args ...any) {
	if !c.quiet {
		c.write(c.stderr, c.wrapErr, format, args)
	}
}

// warn writes to stderr what must not be left out.
func (c *console) warn(format string, args ...any) {
	c.write(c.stderr, c.wrapErr, "warning: "+format, args)
}

// complain writes an error to stderr.
func (c *console) complain(format string, args ...any) {
	c.write(c.stderr, c.wrapErr, format, args)
}

// lines writes an error of more than one line to stderr.
func (c *console) lines(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		c.complain("%s", line)
	}
}

func (c *console) write(w io.Writer, wrapped bool, format string, args []any) {
	text := c.compose(wrapped, format, args)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	// A terminal or pipe that is gone leaves nobody to tell.
	_, _ = io.WriteString(w, text+"\n")
}

func (c *console) compose(wrapped bool, format string, args []any) string {
	text := fmt.Sprintf(format, safeArgs(args)...)
	if !wrapped {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrap(line, c.width)...)
	}
	return strings.Join(lines, "\n")
}

// columns prints a label and a text that is wrapped beside it, or below it where
// the terminal is narrow. The style colors the label.
func (c *console) columns(style, label string, labelWidth int, text string) {
	label, indent := safe(label), labelWidth+2
	if c.width < narrow {
		indent = 2
		c.print("%s", styled(c.paint(style, label)))
	}
	for i, line := range wrap(safe(text), max(c.width-indent, 20)) {
		switch {
		case i == 0 && c.width >= narrow:
			c.print("%s  %s", styled(c.paint(style, fmt.Sprintf("%-*s", labelWidth, label))), line)
		default:
			c.print("%s%s", strings.Repeat(" ", indent), line)
		}
	}
}

// item writes an entry of a list to stdout.
func (c *console) item(text string) {
	if !c.wrapOut {
		c.print("- %s", text)
		return
	}
	for i, line := range wrap(safe(text), max(c.width-2, 20)) {
		c.print("%s%s", []string{"- ", "  "}[min(i, 1)], line)
	}
}

// The few styles that are used, as the codes of ANSI.
const (
	plain  = ""
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// styled is a text that was made safe before color was put around it.
type styled string

func (c *console) paint(style, text string) string {
	if !c.color || style == plain {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
