package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-tiledesk/tiledesk"
)

// someRows are a token in use, another one, and an entry that says next to nothing.
func someRows(now time.Time) []row {
	city := func(name string) []member {
		text, _ := json.Marshal(name)
		return []member{{"city", text}}
	}
	return []row{
		newRow(&tiledesk.Token{ID: "id-1", JTI: "jti-one", CreatedAt: now.Add(-3 * day)}, "jti-one", city("Rome")),
		newRow(&tiledesk.Token{ID: "id-2", JTI: "jti-two", CreatedAt: now.Add(-40 * day)}, "jti-one", city("Łódź, and "+strings.Repeat("so on ", 7))),
		newRow(&tiledesk.Token{ID: "id-33"}, "jti-one", nil),
	}
}

// tableOf is a table on a terminal of that many columns, or in a pipe where it is 0.
func tableOf(columns int, names ...string) (*table, []row) {
	a, now := testApp(new(bytes.Buffer))
	a.console.width, a.onTerminal.stdout = columns, columns > 0
	return &table{app: a, names: names}, someRows(*now)
}

// The widest layout is taken that fits, to the last column.
func TestTable_takesTheWidestLayoutThatFits(t *testing.T) {
	t.Parallel()
	const (
		wide = "  ID     JTI      CREATED               AGE\n" +
			"* id-1   jti-one  2026-11-19 20:00 UTC  3 days ago, in use\n" +
			"  id-2   jti-two  2026-10-13 20:00 UTC  1 month ago\n" +
			"  id-33  -        unknown               unknown\n"
		narrow = "  ID     JTI      CREATED\n" +
			"* id-1   jti-one  3 days ago\n" +
			"  id-2   jti-two  1 month ago\n" +
			"  id-33  -        unknown\n"
		stack = "* id-1\n  jti-one\n  3 days ago, in use\n" +
			"  id-2\n  jti-two\n  1 month ago\n" +
			"  id-33\n  -\n  unknown\n"
		plain = "ID     JTI      CREATED               IN USE  AGE\n" +
			"id-1   jti-one  2026-11-19T20:00:00Z  yes     3 days ago\n" +
			"id-2   jti-two  2026-10-13T20:00:00Z  no      1 month ago\n" +
			"id-33  -        unknown               no      unknown\n"
	)
	for columns, want := range map[int]string{200: wide, 58: wide, 57: narrow, 29: narrow, 28: stack, 0: plain} {
		table, rows := tableOf(columns)
		if got := table.format(rows); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
}

// Further fields are columns of their own: shortened on a terminal, whole in a pipe, and
// a line of their own where nothing fits side by side.
func TestTable_hasAColumnForEachFurtherField(t *testing.T) {
	t.Parallel()
	long := "Łódź, and " + strings.Repeat("so on ", 7)
	shortened := string([]rune(long)[:maxCell-1]) + "…"
	for columns, want := range map[int]string{
		200: "  ID     JTI      CREATED               AGE                 CITY\n" +
			"* id-1   jti-one  2026-11-19 20:00 UTC  3 days ago, in use  Rome\n" +
			"  id-2   jti-two  2026-10-13 20:00 UTC  1 month ago         " + shortened + "\n" +
			"  id-33  -        unknown               unknown             -\n",
		40: "* id-1\n  jti-one\n  3 days ago, in use\n  city: Rome\n" +
			"  id-2\n  jti-two\n  1 month ago\n  city: " + shortened + "\n" +
			"  id-33\n  -\n  unknown\n",
		0: "ID     JTI      CREATED               IN USE  AGE          CITY\n" +
			"id-1   jti-one  2026-11-19T20:00:00Z  yes     3 days ago   Rome\n" +
			"id-2   jti-two  2026-10-13T20:00:00Z  no      1 month ago  " + long + "\n" +
			"id-33  -        unknown               no      unknown      -\n",
	} {
		table, rows := tableOf(columns, "city")
		if got := table.format(rows); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
}

// The rows of a next page have no heading, and stand in the columns of the first.
func TestTable_keepsItsColumns(t *testing.T) {
	t.Parallel()
	table, rows := tableOf(200)
	first := table.format(rows)
	if second, want := table.format(rows[2:]), "  id-33  -        unknown               unknown\n"; second != want || !strings.HasSuffix(first, want) {
		t.Errorf("%q", second)
	}
	wider := newRow(&tiledesk.Token{ID: "id-4444", JTI: "jti-four"}, "", nil)
	if got := table.format([]row{wider}); got != "  id-4444  jti-four  unknown               unknown\n" {
		t.Errorf("%q", got)
	}
	if got := table.format(rows[2:]); got != "  id-33    -         unknown               unknown\n" {
		t.Errorf("%q after a wider one", got)
	}
}

// The heading and the token in use are colored, on a terminal that has colors.
func TestTable_colorsTheTokenInUse(t *testing.T) {
	t.Parallel()
	for _, colored := range []bool{true, false} {
		for _, columns := range []int{200, 0} {
			table, rows := tableOf(columns)
			table.console.color = colored
			if err := table.write(rows); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(table.stdout.(*bytes.Buffer).String(), "\n")
			if !colored || columns == 0 {
				if strings.Contains(strings.Join(lines, ""), "\x1b") {
					t.Errorf("%q", lines)
				}
				continue
			}
			if len(lines) != 5 || !strings.HasPrefix(lines[0], "\x1b[1m  ID") || !strings.HasPrefix(lines[1], "\x1b[32m* id-1") || !strings.HasSuffix(lines[1], "in use\x1b[0m") {
				t.Errorf("%q", lines)
			}
			if strings.Contains(lines[2]+lines[3], "\x1b") {
				t.Errorf("%q", lines)
			}
		}
	}
}

func TestTable_saysThatItCouldNotBeWritten(t *testing.T) {
	t.Parallel()
	table, rows := tableOf(80)
	table.console.stdout = full{}
	if err := table.write(rows); err == nil || err.Error() != "no space left" {
		t.Errorf("%v", err)
	}
}

// No line is wider than the terminal, whatever the fields hold.
func TestTable_isNeverWiderThanTheTerminal(t *testing.T) {
	t.Parallel()
	for columns := 48; columns < 120; columns++ {
		table, rows := tableOf(columns, "city")
		for line := range strings.Lines(table.format(rows)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("%d columns: %d in %q", columns, n, line)
			}
		}
	}
}
