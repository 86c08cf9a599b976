package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/go-tiledesk/tiledesk"
)

// fewTokens are what the tests pick from: the third is in use, the fourth has no jti.
func fewTokens(now time.Time) []choice {
	return choices([]*tiledesk.Token{
		{ID: "1", JTI: "0f2e9547-3cb5-4b80-9926-2ae5b1fa4210", CreatedAt: now.Add(-20 * time.Minute)},
		{ID: "2", JTI: "7c0a1d52-0d6e-4a43-8a39-5c6f5f0f7a11", CreatedAt: now.Add(-3 * day)},
		{ID: "3", JTI: "b52bb3cf-70f0-4b4b-9d52-2f0f1b6f4e22", CreatedAt: now.Add(-40 * day)},
		{ID: "6b0356b9b40a465092000001", CreatedAt: now.Add(-400 * day)},
		{ID: "5", JTI: "e7a1f8a0-58a4-4a52-a2f5-0c9f4e9b1c33"},
	}, &session{jti: "b52bb3cf-70f0-4b4b-9d52-2f0f1b6f4e22"}, now)
}

func testPicker(width, height int) *picker {
	p := newPicker(fewTokens(time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)), "https://chat.example.com/api, account agent@example.com")
	p.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return p
}

// press types keys, each of one character or by its name in <>.
func press(p *picker, keys string) {
	named := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "space": tea.KeySpace,
		"end": tea.KeyEnd, "home": tea.KeyHome, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "backspace": tea.KeyBackspace,
	}
	for keys != "" {
		if name, rest, found := strings.Cut(strings.TrimPrefix(keys, "<"), ">"); keys[0] == '<' && found {
			if name == "ctrl+c" {
				p.Update(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
			} else {
				p.Update(tea.KeyPressMsg{Code: named[name]})
			}
			keys = rest
			continue
		}
		p.Update(tea.KeyPressMsg{Code: rune(keys[0]), Text: keys[:1]})
		keys = keys[1:]
	}
}

func TestPicker_screens(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		120: `
Revoke tokens at https://chat.example.com/api, account agent@example.com. This cannot be undone.

  [x] 20 minutes ago  2026-11-22 19:40 UTC  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210
> [ ] 3 days ago      2026-11-19 20:00 UTC  7c0a1d52-0d6e-4a43-8a39-5c6f5f0f7a11
   -  1 month ago     2026-10-13 20:00 UTC  b52bb3cf-70f0-4b4b-9d52-2f0f1b6f4e22  in use
   -  1 year ago      2025-10-18 20:00 UTC  id:6b0356b9b40a465092000001           no jti
  [ ] unknown         unknown               e7a1f8a0-58a4-4a52-a2f5-0c9f4e9b1c33

1 marked: Enter revokes them. Space: mark, a: all, /: filter, q: leave`,
		80: `
Revoke tokens at https://chat.example.com/api, account agent@example.com. This
cannot be undone.

  [x] 20 minutes ago  0f2e9547-3cb5-4b80-9926-2ae5b1fa4210
> [ ] 3 days ago      7c0a1d52-0d6e-4a43-8a39-5c6f5f0f7a11
   -  1 month ago     b52bb3cf-70f0-4b4b-9d52-2f0f1b6f4e22  in use
   -  1 year ago      id:6b0356b9b40a465092000001  no jti
  [ ] unknown         e7a1f8a0-58a4-4a52-a2f5-0c9f4e9b1c33

1 marked: Enter revokes them. Space: mark, a: all, /: filter, q: leave`,
		40: `
Revoke tokens at
https://chat.example.com/api, account
agent@example.com. This cannot be
undone.

  [x] 20m  0f2e9547-3cb5-4b80-9926-2ae5…
> [ ] 3d   7c0a1d52-0d6e-4a43-8a39-5c6f…
   -  40d  b52bb3cf-70f0-4b4b-9d… in use
   -  400d id:6b0356b9b40a465092… no jti
  [ ] ?    e7a1f8a0-58a4-4a52-a2f5-0c9f…

1 marked. Space Enter a / q`,
	} {
		p := testPicker(width, 24)
		press(p, "<space><down>")
		got := "\n" + strings.Join(p.lines(), "\n")
		if got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", width, got, want)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("wider than %d: %q", width, line)
			}
		}
	}
}

func TestPicker_keys(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]struct {
		ended  int
		chosen []int
	}{
		"<enter>":                                   {picking, nil}, // nothing is marked
		"<space><enter>":                            {picked, []int{0}},
		"x<space><enter>":                           {picking, nil},
		"jx<up>x<enter>":                            {picked, []int{0, 1}},
		"<end>x<home>x<enter>":                      {picked, []int{0, 4}},
		"<pgdown>xgx<enter>":                        {picked, []int{0, 4}},
		"<down><down>x<enter>":                      {picking, nil}, // in use
		"<down><down><down>x<enter>":                {picking, nil}, // without a jti
		"a<enter>":                                  {picked, []int{0, 1, 4}},
		"aa<enter>":                                 {picking, nil},
		"/days<enter>x<enter>":                      {picked, []int{1}},
		"x/E7A<enter>x<esc><enter>":                 {picked, []int{0, 4}}, // what is marked stays so
		"/jx<backspace><backspace><enter>Gx<enter>": {picked, []int{4}},
		"/nothing<enter>xa<enter>":                  {picking, nil},
		"/days<enter>a<enter>":                      {picked, []int{1}},
		"q":                                         {leftIt, nil},
		"x<esc>":                                    {leftIt, []int{0}},
		"/q<esc>":                                   {picking, nil},
		"x<ctrl+c>":                                 {brokenOff, []int{0}},
		"/a<ctrl+c>":                                {brokenOff, nil},
	} {
		p := testPicker(80, 24)
		press(p, keys)
		if p.ended != want.ended || !slices.Equal(p.chosen(), want.chosen) {
			t.Errorf("%s: ended %d with %v, want %d with %v", keys, p.ended, p.chosen(), want.ended, want.chosen)
		}
	}
}

// The cursor is always on the screen, and every screen fits into the terminal.
func TestPicker_scrolls(t *testing.T) {
	t.Parallel()
	for height := 1; height < 14; height++ {
		p := testPicker(80, height)
		for _, key := range []string{"<end>", "<up>", "<home>", "<pgdown>", "<down>", "<down>", "<pgup>"} {
			press(p, key)
			lines := p.lines()
			if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "> ") }) {
				t.Errorf("%d lines, after %s: %q", height, key, lines)
			}
			if height >= 6 && len(lines) > height {
				t.Errorf("%d lines in %d", len(lines), height)
			}
		}
	}
}

// Marks that a filter hides are counted where Enter is offered.
func TestPicker_tellsOfHiddenMarks(t *testing.T) {
	t.Parallel()
	p := testPicker(80, 24)
	press(p, "x/days<enter>x")
	if got := p.foot(); !strings.HasPrefix(got, "2 marked (1 not shown): Enter revokes them.") {
		t.Error(got)
	}
}

// What the list holds cannot reach the terminal as it is.
func TestChoices_areSafe(t *testing.T) {
	t.Parallel()
	list := choices([]*tiledesk.Token{{JTI: "a\x1b[2Jb"}, {JTI: sample}}, &session{}, time.Now())
	if strings.Contains(list[0].name, "\x1b") || strings.Contains(list[1].name, sample) {
		t.Errorf("%+v", list)
	}
}

func TestPickByNumber_reads(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]struct {
		chosen []int
		says   string
		err    bool
	}{
		"1\n":           {[]int{0}, "3: b52bb3cf-70f0-4b4b-9d52-2f0f1b6f4e22, 1 month ago, in use", false},
		"1-2, 5 5\n":    {[]int{0, 1, 4}, "the newest first", false},
		"3\n1\n":        {[]int{0}, "3 cannot be picked: in use. Nothing was picked.", false},
		"1-5\n\n":       {nil, "3 cannot be picked", true},
		"0\n6\nx\n2\n":  {[]int{1}, `"6" is not a number from 1 to 5`, false},
		"2-1\n-1\n5-\n": {nil, "not a number", true},
		"/days\n2\n":    {[]int{1}, "2: 7c0a1d52-0d6e-4a43-8a39-5c6f5f0f7a11, 3 days ago\n", false},
		"/zzz\nm\nq\n":  {nil, "No token matches.", true},
		"m\n\n":         {nil, "There are no more.", true},
		"":              {nil, "Numbers to revoke", true},
	} {
		var stderr bytes.Buffer
		a, now := testApp(&stderr)
		a.stdin = strings.NewReader(answers)
		chosen, err := a.pickByNumber(context.Background(), fewTokens(*now), "here", "")
		if !slices.Equal(chosen, want.chosen) || errors.Is(err, errDeclined) != want.err || !strings.Contains(stderr.String(), want.says) {
			t.Errorf("%q: %v, %v: %s", answers, chosen, err, stderr.String())
		}
	}
}

func TestPickByNumber_showsAFullPage(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	list := choices(slices.Repeat([]*tiledesk.Token{{JTI: "a"}}, maxNumbered), &session{}, *now)
	a.stdin = strings.NewReader("20\n")
	if _, err := a.pickByNumber(context.Background(), list, "here", ""); err != nil || strings.Contains(stderr.String(), "There are more.") || !strings.Contains(stderr.String(), "20: a, unknown\n") {
		t.Errorf("%v: %s", err, stderr.String())
	}
}

func TestPickByNumber_showsPages(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, now := testApp(&stderr)
	list := choices(slices.Repeat([]*tiledesk.Token{{JTI: "a"}}, maxNumbered+2), &session{}, *now)
	a.stdin = strings.NewReader("m\n22\n")
	chosen, err := a.pickByNumber(context.Background(), list, "here", "The list may lack tokens.")
	said := stderr.String()
	if err != nil || !slices.Equal(chosen, []int{21}) || strings.Count(said, "There are more.") != 1 || strings.Count(said, "20: a, unknown\n") != 1 || strings.Count(said, "21: a, unknown\n") != 1 || !strings.Contains(said, "warning: The list may lack tokens.") {
		t.Errorf("%v, %v: %s", chosen, err, said)
	}
}
