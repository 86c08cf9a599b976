package main

import (
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// choice is a token that can be picked, in words.
type choice struct {
	name    string // the jti, or the id behind "id:"
	age     string // in words
	short   string // the same where there is little room
	created string
	note    string // "in use", or why it cannot be picked; empty otherwise
	locked  bool   // it cannot be picked
}

// matches reports whether a filter finds the token, in whatever is shown of it.
func (c choice) matches(filter string) bool {
	for _, text := range []string{c.name, c.age, c.created, c.note} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(filter)) {
			return true
		}
	}
	return false
}

// How a picker ended.
const (
	picking = iota
	picked
	leftIt    // with q or Esc
	brokenOff // with Ctrl-C
)

// picker is the list to pick from, as bubbletea runs it.
type picker struct {
	choices       []choice
	where         string // the server and the account
	warning       string // the list may lack tokens, for example
	width, height int
	color         bool

	shown  []int // of the choices, those that the filter lets through
	cursor int   // among those shown
	top    int   // the first one on the screen
	marked map[int]bool
	filter string
	typing bool // of the filter
	hint   string
	ended  int
}

func newPicker(choices []choice, where string) *picker {
	p := &picker{choices: choices, where: where, width: defaultWidth, height: 24, marked: make(map[int]bool)}
	p.refilter()
	return p
}

// Init starts nothing.
func (p *picker) Init() tea.Cmd { return nil }

// Update takes in a key or another size of the terminal.
func (p *picker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.width, p.height = msg.Width, msg.Height
	case tea.PasteMsg:
		if p.typing {
			p.setFilter(p.filter + safe(strings.TrimSpace(msg.Content)))
		}
	case tea.KeyPressMsg:
		p.hint = ""
		key := msg.String()
		p.move(key)
		if p.typing {
			p.types(key, msg.Text)
		} else {
			p.acts(key)
		}
	}
	p.scroll()
	if p.ended != picking {
		return p, tea.Quit
	}
	return p, nil
}

// move is for keys that move the cursor, and do nothing else. Letters are left to the
// filter.
func (p *picker) move(key string) {
	page := max(1, p.rows()-1)
	switch {
	case key == "up", key == "ctrl+p", key == "k" && !p.typing:
		p.cursor--
	case key == "down", key == "ctrl+n", key == "j" && !p.typing:
		p.cursor++
	case key == "pgup", key == "ctrl+b":
		p.cursor -= page
	case key == "pgdown", key == "ctrl+f":
		p.cursor += page
	case key == "home", key == "g" && !p.typing:
		p.cursor = 0
	case key == "end", key == "G" && !p.typing:
		p.cursor = len(p.shown) - 1
	}
}

// acts is for keys while no filter is typed.
func (p *picker) acts(key string) {
	switch key {
	case "space", "x":
		p.toggle()
	case "a":
		p.toggleAll()
	case "/":
		p.typing = true
	case "enter":
		if len(p.marked) == 0 {
			p.hint = "Nothing is marked: space marks the token in this line."
			return
		}
		p.ended = picked
	case "esc":
		if p.filter != "" {
			p.setFilter("")
			return
		}
		p.ended = leftIt
	case "q":
		p.ended = leftIt
	case "ctrl+c":
		p.ended = brokenOff
	}
}

// types is for keys of the filter.
func (p *picker) types(key, text string) {
	switch {
	case key == "ctrl+c":
		p.ended = brokenOff
	case key == "enter":
		p.typing = false
	case key == "esc":
		p.typing = false
		p.setFilter("")
	case key == "ctrl+u":
		p.setFilter("")
	case key == "backspace" && p.filter != "":
		_, size := utf8.DecodeLastRuneInString(p.filter)
		p.setFilter(p.filter[:len(p.filter)-size])
	case text != "":
		p.setFilter(p.filter + safe(text))
	}
}

func (p *picker) setFilter(filter string) {
	p.filter = filter
	p.cursor = 0
	p.refilter()
}

func (p *picker) refilter() {
	p.shown = p.shown[:0]
	for i, c := range p.choices {
		if c.matches(p.filter) {
			p.shown = append(p.shown, i)
		}
	}
}

// toggle marks the token under the cursor, or takes the mark away.
func (p *picker) toggle() {
	if len(p.shown) == 0 {
		return
	}
	i := p.shown[p.cursor]
	switch {
	case p.choices[i].locked:
		p.hint = "This one cannot be picked: " + p.choices[i].note + "."
	case p.marked[i]:
		delete(p.marked, i)
	default:
		p.marked[i] = true
	}
}

// toggleAll marks all that are shown, or takes all their marks away.
func (p *picker) toggleAll() {
	free := slices.DeleteFunc(slices.Clone(p.shown), func(i int) bool { return p.choices[i].locked })
	all := !slices.ContainsFunc(free, func(i int) bool { return !p.marked[i] })
	for _, i := range free {
		if all {
			delete(p.marked, i)
		} else {
			p.marked[i] = true
		}
	}
}

// scroll keeps the cursor among the shown, and on the screen.
func (p *picker) scroll() {
	p.cursor = max(0, min(p.cursor, len(p.shown)-1))
	p.top = max(0, min(p.top, p.cursor), p.cursor-p.rows()+1)
}

// rows is how many tokens have room.
func (p *picker) rows() int { return max(1, p.height-len(p.head())-footLines) }

// chosen are the marked ones, in the order of the list.
func (p *picker) chosen() []int {
	var list []int
	for i := range p.choices {
		if p.marked[i] {
			list = append(list, i)
		}
	}
	return list
}
