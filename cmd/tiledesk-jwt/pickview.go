package main

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// footLines are those below the tokens.
const footLines = 2

// View is the screen.
func (p *picker) View() tea.View {
	view := tea.NewView(strings.Join(p.lines(), "\n"))
	view.AltScreen = true
	return view
}

func (p *picker) lines() []string {
	lines := p.head()
	for at := p.top; at < min(p.top+p.rows(), len(p.shown)); at++ {
		lines = append(lines, p.line(at))
	}
	if len(p.shown) == 0 {
		lines = append(lines, "  No token matches.")
	}
	return append(lines, "", p.foot())
}

func (p *picker) head() []string {
	lines := wrap("Revoke tokens at "+p.where+". This cannot be undone.", p.width)
	if p.warning != "" {
		lines = append(lines, wrap(p.warning, p.width)...)
	}
	if p.typing || p.filter != "" {
		cursor := ""
		if p.typing {
			cursor = "_"
		}
		lines = append(lines, cut("/"+p.filter+cursor, p.width))
	}
	return append(lines, "")
}

// line is one token: its mark, its age, its jti and what is special about it.
func (p *picker) line(at int) string {
	c, mark, pointer := p.choices[p.shown[at]], "[ ]", "  "
	switch {
	case p.marked[p.shown[at]]:
		mark = "[x]"
	case c.locked:
		mark = " - "
	}
	if at == p.cursor {
		pointer = "> "
	}
	text := fmt.Sprintf("%s%s %-14s  %s", pointer, mark, c.age, c.name)
	if c.note != "" {
		text += "  " + c.note
	}
	switch {
	case p.width >= 100:
		text = fmt.Sprintf("%s%s %-14s  %-20s  %-36s  %s", pointer, mark, c.age, c.created, c.name, c.note)
	case p.width < narrow:
		text = fmt.Sprintf("%s%s %-4s %s", pointer, mark, c.short, c.name)
		if c.note != "" {
			text = cut(text, p.width-len(c.note)-1) + " " + c.note
		}
	}
	text = cut(strings.TrimRight(text, " "), p.width)
	switch {
	case p.color && at == p.cursor:
		return "\x1b[" + bold + "m" + text + "\x1b[0m"
	case p.color && c.note != "":
		return "\x1b[" + green + "m" + text + "\x1b[0m"
	}
	return text
}

// foot says what can be done, and how much would be.
func (p *picker) foot() string {
	hidden := len(p.marked)
	for _, i := range p.shown {
		if p.marked[i] {
			hidden--
		}
	}
	marked := fmt.Sprintf("%d marked", len(p.marked))
	if hidden > 0 {
		marked += fmt.Sprintf(" (%d not shown)", hidden)
	}
	text := marked + ": Enter revokes them. Space: mark, a: all, /: filter, q: leave"
	switch {
	case p.typing:
		text = fmt.Sprintf("%d of %d shown. Enter: keep the filter, Esc: clear it", len(p.shown), len(p.choices))
	case p.width < narrow:
		text = marked + ". Space Enter a / q"
	case len(p.marked) == 0:
		text = "Nothing marked. Space: mark, a: all, /: filter, q: leave"
	}
	return cut(either(p.hint, text), p.width)
}
