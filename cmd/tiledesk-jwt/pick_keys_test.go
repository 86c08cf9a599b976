package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/go-tiledesk/tiledesk"
)

// manyTokens are as many as are asked for, with the numbers from 1 as their jtis.
func manyTokens(n int) []choice {
	var list []choice
	for i := range n {
		list = append(list, choice{name: fmt.Sprintf("jti-%d", i+1), age: "now", short: "now"})
	}
	return list
}

// What stands below the list says what can be done, and why something was not.
func TestPicker_feet(t *testing.T) {
	t.Parallel()
	const help = "Space: mark, a: all, /: filter, q: leave"
	for keys, want := range map[string]string{
		"":                     "Nothing marked. " + help,
		"x":                    "1 marked: Enter revokes them. " + help,
		"<enter>":              "Nothing is marked: space marks the token in this line.",
		"<enter><down>":        "Nothing marked. " + help,
		"<down><down>x":        "This one cannot be picked: in use.",
		"<down><down>x<up>":    "Nothing marked. " + help,
		"<down><down><down>x":  "This one cannot be picked: no jti.",
		"/":                    "5 of 5 shown. Enter: keep the filter, Esc: clear it",
		"/days":                "1 of 5 shown. Enter: keep the filter, Esc: clear it",
		"/days<enter>":         "Nothing marked. " + help,
		"x/days<enter>":        "1 marked (1 not shown): Enter revokes them. Space: mark, a: all, /: filter, q: …",
		"/days<esc>x":          "1 marked: Enter revokes them. " + help,
		"a/days<enter>":        "3 marked (2 not shown): Enter revokes them. Space: mark, a: all, /: filter, q: …",
		"/zzz<enter>x":         "Nothing marked. " + help,
		"/days<enter><esc>x":   "1 marked: Enter revokes them. " + help,
		"/days<backspace>":     "1 of 5 shown. Enter: keep the filter, Esc: clear it",
		"/<backspace><down>":   "5 of 5 shown. Enter: keep the filter, Esc: clear it",
		"<down>/days<enter>x":  "1 marked: Enter revokes them. " + help,
		"<end>/ago<enter>xx":   "Nothing marked. " + help,
		"/ago<down><enter>x":   "1 marked: Enter revokes them. " + help,
		"/ago<enter><enter>/x": "0 of 5 shown. Enter: keep the filter, Esc: clear it",
	} {
		p := testPicker(80, 24)
		press(p, keys)
		if got := p.foot(); got != want {
			t.Errorf("%s: %s\nwant %s", keys, got, want)
		}
	}
}

// What stands above the list: the warning, and the filter while there is one.
func TestPicker_heads(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"":                "The list may lack tokens.\n",
		"/":               "The list may lack tokens.\n/_\n",
		"/da":             "The list may lack tokens.\n/da_\n",
		"/da<enter>":      "The list may lack tokens.\n/da\n",
		"/da<esc>":        "The list may lack tokens.\n",
		"/da<enter><esc>": "The list may lack tokens.\n",
		"/<enter>":        "The list may lack tokens.\n",
	} {
		p := testPicker(120, 24)
		p.warning = "The list may lack tokens."
		press(p, keys)
		if got := strings.Join(p.head()[1:], "\n"); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

// The screen is one of its own, has a line that says where no token is, and ends with
// the choice.
func TestPicker_ends(t *testing.T) {
	t.Parallel()
	p := testPicker(80, 24)
	if !p.View().AltScreen {
		t.Error("the list stays among the lines of the shell")
	}
	for keys, missing := range map[string]bool{"/zzz": true, "/days": false, "": false} {
		p := testPicker(80, 24)
		press(p, keys)
		if got := slices.Contains(p.lines(), "  No token matches."); got != missing {
			t.Errorf("%q: %q", keys, p.lines())
		}
	}
	for key, ends := range map[tea.KeyPressMsg]bool{{Code: 'x', Text: "x"}: false, {Code: tea.KeyDown}: false, {Code: 'q', Text: "q"}: true} {
		if _, command := testPicker(80, 24).Update(key); (command != nil) != ends {
			t.Errorf("%v: %v", key, command != nil)
		}
	}
}

// A page is what the screen shows but one line, which stays.
func TestPicker_pages(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string][2]int{ // the first line that is shown, and that of the cursor
		"":                           {1, 1},
		"<pgdown>":                   {1, 20},
		"<pgdown><pgdown>":           {20, 39},
		"<pgdown><pgdown><pgup>":     {20, 20},
		"<pgdown><pgup>":             {1, 1},
		"<pgdown><down>":             {2, 21},
		"<pgdown><down><up>":         {2, 20},
		"<end>":                      {21, 40},
		"<end><up>":                  {21, 39},
		"<end><home>":                {1, 1},
		"G":                          {21, 40},
		"Gg":                         {1, 1},
		"jjk":                        {1, 2},
		"<up>":                       {1, 1},
		"<end><down>":                {21, 40},
		"<end><pgup>":                {21, 21},
		"<end><pgup><up>":            {20, 20},
		"<pgdown><pgdown>/jti<esc>":  {1, 1},
		"<end>/jti-4<enter>":         {4, 4},
		"<end>/jti-4<enter>jj":       {4, 40}, // jti-4, jti-40
		"<end>/jti-4<enter>jj<esc>j": {1, 2},
	} {
		p := newPicker(manyTokens(40), "here") // before the terminal tells its size: 80 columns, 24 lines
		press(p, keys)
		lines := p.lines()
		first := strings.Fields(lines[len(p.head())])
		cursor := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "> ") })
		var got [2]int
		_, _ = fmt.Sscanf(first[len(first)-1], "jti-%d", &got[0])
		_, _ = fmt.Sscanf(lines[cursor][strings.Index(lines[cursor], "jti"):], "jti-%d", &got[1])
		if got != want || len(lines) > 24 {
			t.Errorf("%s: %v, want %v, %d lines", keys, got, want, len(lines))
		}
	}
}

// A page of a low terminal is one line at least.
func TestPicker_pagesOfALowTerminal(t *testing.T) {
	t.Parallel()
	for height, want := range map[int]int{5: 1, 6: 1, 7: 2} { // of which two are above and two below the list
		p := newPicker(manyTokens(40), "here")
		p.Update(tea.WindowSizeMsg{Width: 120, Height: height})
		press(p, "<pgdown>")
		if p.cursor != want {
			t.Errorf("%d lines: %d", height, p.cursor)
		}
	}
}

// Columns come with the room for them.
func TestPicker_widths(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		100:        "> [ ] 20 minutes ago  2026-11-22 19:40 UTC  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210",
		99:         "> [ ] 20 minutes ago  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210",
		narrow:     "> [ ] 20 minutes ago  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210",
		narrow - 1: "> [ ] 20m  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210",
	} {
		p := testPicker(width, 24)
		if got := p.line(0); got != want {
			t.Errorf("%d columns: %q", width, got)
		}
		if got := p.foot(); strings.HasPrefix(got, "0 marked") != (width < narrow) {
			t.Errorf("%d columns: %q", width, got)
		}
	}
	p := testPicker(80, 24)
	p.color = true
	for at, want := range map[int]string{0: "\x1b[1m> [ ] 20", 1: "  [ ] 3 days", 2: "\x1b[32m   -  1 month"} {
		if got := p.line(at); !strings.HasPrefix(got, want) || strings.HasSuffix(got, "\x1b[0m") != (at != 1) {
			t.Errorf("%d: %q", at, got)
		}
	}
}

// A paste goes into a filter that is being typed, and nowhere else.
func TestPicker_pastes(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{"": "", "/": "7c0a", "/7<enter>": "7", "/x": "x7c0a"} {
		p := testPicker(80, 24)
		press(p, keys)
		p.Update(tea.PasteMsg{Content: " 7c0a\n"})
		if p.filter != want {
			t.Errorf("%s: %q", keys, p.filter)
		}
	}
}

func TestShortAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]string{
		0: "now", time.Minute - 1: "now", time.Minute: "1m", time.Hour - 1: "59m", time.Hour: "1h", day - 1: "23h",
		day: "1d", 1000*day - 1: "999d", 1000 * day: "2y", -time.Hour: "now",
	} {
		if got := shortAge(now.Add(-age), now); got != want {
			t.Errorf("%v: %s, want %s", age, got, want)
		}
	}
	if got := shortAge(time.Time{}, now); got != "?" {
		t.Error(got)
	}
}

// Lines that come one after another are for terminals that can do no more, and on demand.
func TestPick_readsAloud(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{
		"TERM=xterm": false, "TERM=dumb": true, "TERM=xterm ACCESSIBLE=1": true, "TERM=xterm ACCESSIBLE=yes": true,
		"TERM=xterm ACCESSIBLE=0": false, "TERM=xterm ACCESSIBLE=false": false,
	} {
		a, _ := testApp(new(bytes.Buffer))
		vars := make(map[string]string)
		for pair := range strings.FieldsSeq(env) {
			name, value, _ := strings.Cut(pair, "=")
			vars[name] = value
		}
		a.getenv = testEnv(vars)
		if got := a.readsAloud(); got != want {
			t.Errorf("%s: %v", env, got)
		}
	}
}

// Numbers that name nothing, or more than there is, pick nothing.
func TestNumbers_refuses(t *testing.T) {
	t.Parallel()
	const tooLarge = "99999999999999999999"
	for _, text := range []string{"0", "6", "x", "1-x", "x-1", "2-1", "1-6", "-1", "1-", tooLarge, "1-" + tooLarge, tooLarge + "-" + tooLarge, "1,x", "-" + tooLarge, "1--2"} {
		if chosen, err := numbers(text, manyTokens(5)); err == nil || !strings.Contains(err.Error(), "is not a number from 1 to 5, nor a range of them. Nothing was picked.") {
			t.Errorf("%q: %v, %v", text, chosen, err)
		}
	}
	for text, want := range map[string][]int{"1": {0}, "5": {4}, "1-5": {0, 1, 2, 3, 4}, "5,1 1": {0, 4}, "2-2": {1}, ",": nil} {
		if chosen, err := numbers(text, manyTokens(5)); err != nil || !slices.Equal(chosen, want) {
			t.Errorf("%q: %v, %v", text, chosen, err)
		}
	}
}

// The token in use is known in any spelling.
func TestChoices_knowWhatCannotBePicked(t *testing.T) {
	t.Parallel()
	list := choices([]*tiledesk.Token{{JTI: "ABC"}, {JTI: "abd"}, {ID: "1"}}, &session{jti: "abc"}, time.Now())
	for i, want := range []choice{{note: "in use", locked: true}, {}, {note: "no jti", locked: true}} {
		if list[i].note != want.note || list[i].locked != want.locked {
			t.Errorf("%+v", list[i])
		}
	}
}
