package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// writeLines writes JSON lines in large pieces.
func writeLines(w io.Writer, list []row) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	for _, r := range list {
		if err := writeJSON(buffered, r); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// writeTable writes the widest layout that the terminal has room for, and into a
// pipe the plain one.
func writeTable(a *app, list []row) error {
	if len(list) == 0 {
		a.console.note("There are no tokens here.")
		return nil
	}
	if !a.onTerminal.stdout {
		_, err := io.WriteString(a.console.out(), aligned(plainCells(list, a.now())))
		return err
	}
	text := aligned(wideCells(list, a.now()))
	if widest(text) > a.console.width {
		text = aligned(narrowCells(list, a.now()))
	}
	if widest(text) > a.console.width {
		text = stacked(list, a.now())
	}
	_, err := io.WriteString(a.console.out(), a.console.highlight(text))
	return err
}

func plainCells(list []row, now time.Time) [][]string {
	cells := [][]string{{"ID", "JTI", "CREATED", "IN USE", "AGE"}}
	for _, r := range list {
		inUse := "no"
		if r.Current {
			inUse = "yes"
		}
		created := "unknown"
		if r.CreatedAt != nil {
			created = *r.CreatedAt
		}
		cells = append(cells, []string{orDash(r.ID), orDash(r.JTI), created, inUse, ago(r.token.CreatedAt, now)})
	}
	return cells
}

func wideCells(list []row, now time.Time) [][]string {
	cells := [][]string{{"  ID", "JTI", "CREATED", "AGE"}}
	for _, r := range list {
		cells = append(cells, []string{mark(r) + orDash(r.ID), orDash(r.JTI), clock(r.token.CreatedAt), aged(r, now)})
	}
	return cells
}

func narrowCells(list []row, now time.Time) [][]string {
	cells := [][]string{{"  ID", "JTI", "CREATED"}}
	for _, r := range list {
		cells = append(cells, []string{mark(r) + orDash(r.ID), orDash(r.JTI), ago(r.token.CreatedAt, now)})
	}
	return cells
}

// stacked writes each token below the other: its id, its jti and its age.
func stacked(list []row, now time.Time) string {
	var b strings.Builder
	for _, r := range list {
		fmt.Fprintf(&b, "%s%s\n  %s\n  %s\n", mark(r), orDash(r.ID), orDash(r.JTI), aged(r, now))
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

// aligned puts cells into columns with two spaces between.
func aligned(cells [][]string) string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, line := range cells {
		_, _ = io.WriteString(table, strings.Join(line, "\t")+"\n") // into memory
	}
	_ = table.Flush()
	return b.String()
}

func widest(text string) int {
	width := 0
	for line := range strings.Lines(text) {
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	return width
}

// highlight colours the heading and the token in use.
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
