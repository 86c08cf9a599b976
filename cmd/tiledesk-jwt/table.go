package main

import (
	"context"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// maxCell is how wide a further column gets on a terminal.
const maxCell = 40

// table writes the widest layout that the terminal has room for, and into a pipe the
// plain one. The first rows decide which, and how wide the columns are at least.
type table struct {
	*app
	names  []string // of the further columns
	layout layout   // without a heading before the first rows, and where all are stacked
	widths []int
}

// layout is the heading of a table, and what makes the cells of a row.
type layout struct {
	heading []string
	cells   func(row, time.Time) []string
}

func (t *table) write(rows []row) error {
	text := t.format(rows)
	if t.onTerminal.stdout {
		text = t.console.highlight(text)
	}
	_, err := io.WriteString(t.console.out(), text)
	return err
}

func (*table) end(context.Context) error { return nil }

// format is the text of some rows; below the heading, where they are the first.
func (t *table) format(rows []row) string {
	if t.layout.heading != nil {
		return t.aligned(t.layout.all(rows, t.now())[1:])
	}
	layouts := []layout{
		{[]string{"  ID", "JTI", "CREATED", "AGE"}, wideCells},
		{[]string{"  ID", "JTI", "CREATED"}, narrowCells},
	}
	if !t.onTerminal.stdout {
		layouts = []layout{{[]string{"ID", "JTI", "CREATED", "IN USE", "AGE"}, plainCells}}
	}
	for _, l := range layouts {
		l = l.with(t.names, t.onTerminal.stdout)
		t.widths = nil
		text := t.aligned(l.all(rows, t.now()))
		if !t.onTerminal.stdout || widest(text) <= t.console.width {
			t.layout = l
			return text
		}
	}
	return stacked(rows, t.names, t.now())
}

// with adds further columns.
func (l layout) with(names []string, cutCells bool) layout {
	if len(names) == 0 {
		return l
	}
	cells := l.cells
	for _, name := range names {
		l.heading = append(l.heading, strings.ToUpper(safe(name)))
	}
	l.cells = func(r row, now time.Time) []string {
		list := cells(r, now)
		for _, name := range names {
			text := orDash(r.field(name))
			if cutCells {
				text = cut(text, maxCell)
			}
			list = append(list, text)
		}
		return list
	}
	return l
}

func (l layout) all(rows []row, now time.Time) [][]string {
	all := [][]string{l.heading}
	for _, r := range rows {
		all = append(all, l.cells(r, now))
	}
	return all
}

// aligned puts cells into columns with two spaces between. A column never gets
// narrower than it was.
func (t *table) aligned(cells [][]string) string {
	for _, line := range cells {
		for i, cell := range line {
			if i == len(t.widths) {
				t.widths = append(t.widths, 0)
			}
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range cells {
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", t.widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func plainCells(r row, now time.Time) []string {
	inUse := "no"
	if r.Current {
		inUse = "yes"
	}
	created := "unknown"
	if r.CreatedAt != nil {
		created = *r.CreatedAt
	}
	return []string{orDash(r.ID), orDash(r.JTI), created, inUse, ago(r.token.CreatedAt, now)}
}

func wideCells(r row, now time.Time) []string {
	return []string{mark(r) + orDash(r.ID), orDash(r.JTI), clock(r.token.CreatedAt), aged(r, now)}
}

func narrowCells(r row, now time.Time) []string {
	return []string{mark(r) + orDash(r.ID), orDash(r.JTI), ago(r.token.CreatedAt, now)}
}

// stacked writes each token below the other: its id, its jti, its age, and further
// fields that it has.
func stacked(rows []row, names []string, now time.Time) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(mark(r) + orDash(r.ID) + "\n  " + orDash(r.JTI) + "\n  " + aged(r, now) + "\n")
		for _, name := range names {
			if text := safe(r.field(name)); text != "" {
				b.WriteString("  " + safe(name) + ": " + cut(text, maxCell) + "\n")
			}
		}
	}
	return b.String()
}

func mark(r row) string {
	if r.Current {
		return "* "
	}
	return "  "
}

func aged(r row, now time.Time) string {
	text := ago(r.token.CreatedAt, now)
	if r.Current {
		text += ", in use"
	}
	return text
}

func orDash(text string) string {
	if text = safe(text); text == "" {
		return "-"
	}
	return text
}

func widest(text string) int {
	width := 0
	for line := range strings.Lines(text) {
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	return width
}

// highlight colors the heading and the token in use.
func (c *console) highlight(text string) string {
	if !c.color {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		body := strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(body, "  ID"):
			body = c.paint(bold, body)
		case strings.HasPrefix(body, "* "):
			body = c.paint(green, body)
		}
		b.WriteString(body + "\n")
	}
	return b.String()
}
