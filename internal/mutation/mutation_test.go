package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A module with a room whose test notices some of the mutants.
var sample = map[string]string{
	"go.mod": "module " + modulePath + "\n\ngo 1.25.0\n",
	"room/room.go": `package room

func Clamp(n, limit int) (clamped int, err error) {
	if n > limit && limit > 0 {
		n = limit
	}
	switch {
	case n < 0:
		n = 0
	}
	return n, nil
}
`,
	"room/room_test.go": `package room

import "testing"

func TestClamp(t *testing.T) {
	if n, _ := Clamp(7, 5); n != 5 {
		t.Error(n)
	}
}

func TestClamp_below(t *testing.T) {
	if n, _ := Clamp(-1, 5); n != 0 {
		t.Error(n)
	}
}
`,
}

func TestHunt_saysWhichMutantsNobodyNotices(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range sample {
		if err := write(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
		git := exec.Command("git", args...)
		git.Dir = root
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	tree, err := build(root, t.TempDir(), []string{"room"}, []string{"room"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	h := &hunter{mutated: tree, workers: 2}
	tests, err := h.survey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tried, survivors, unreached := h.hunt(context.Background(), tests, tree.mutants, func(int, mutant, bool) {})
	var got []string
	for _, m := range survivors {
		got = append(got, m.key())
	}
	want := []string{
		"room/room.go Clamp change >: n > limit",
		"room/room.go Clamp change >: limit > 0",
		"room/room.go Clamp add one to: 0", // of the limit
		"room/room.go Clamp change <: n < 0",
		"room/room.go Clamp add one to: 0", // of n
	}
	if !slices.Equal(got, want) || len(unreached) != 1 { // no test has a limit that is not above 0
		t.Errorf("got\n%s\nnot reached: %v", strings.Join(got, "\n"), unreached)
	}
	if len(tree.mutants) != 11 || len(tried) != 11 {
		t.Errorf("got %d mutants: %v", len(tree.mutants), tree.mutants)
	}
}

// many are as many mutants of a room as it takes to judge it alone.
func many(room string) (mutants []mutant) {
	for i := range enough {
		mutants = append(mutants, mutant{ID: i, Room: room, Place: room + "/a.go:1", What: "z"})
	}
	return mutants
}

// What changed decides which rooms are built, and by which tests they are judged.
func TestChoose_onlyWhatChanged(t *testing.T) {
	t.Parallel()
	files := []string{"client.go", "internal/wire/json.go", "internal/pace/pace_test.go", "README.md"}
	rooms := roomsWith(strings.Split(library, ","), files)
	if !slices.Equal(rooms, []string{".", "internal/wire"}) {
		t.Errorf("got the rooms %q", rooms)
	}
	all := []mutant{{ID: 1, Place: "client.go:7"}, {ID: 2, Place: "call.go:7"}, {ID: 3, Place: "internal/wire/json.go:1"}}
	if got := choose(all, settings{changed: "main", files: files}); !slices.Equal(got, []mutant{all[0], all[2]}) {
		t.Errorf("got %v", got)
	}
	if got := choose(all, settings{sample: 2, seed: 7}); len(got) != 2 || !slices.Equal(got, choose(all, settings{sample: 2, seed: 7})) {
		t.Errorf("got %v", got)
	}
	if got := choose(all, settings{part: 2, parts: 2}); !slices.Equal(got, all[1:2]) {
		t.Errorf("got %v", got)
	}
	for _, tt := range []struct{ rooms, suites []string }{
		{[]string{".", "internal/wire"}, []string{".", "internal/bulk", "internal/facetest", "internal/wire"}},
		{[]string{testServer}, []string{"internal/conformance", testServer}},
		{[]string{command}, []string{command}},
	} {
		if got := nearTo("../..", tt.rooms); !slices.Equal(got, tt.suites) {
			t.Errorf("got the suites %q of %q", got, tt.rooms)
		}
	}
}

func TestReport_failsBelowTheLine(t *testing.T) {
	t.Parallel()
	all := []mutant{{ID: 1, Room: "a", Place: "a/a.go:1", What: "x"}, {ID: 2, Room: "a", Place: "a/a.go:2", What: "y"}, {ID: 3, Room: "b", Place: "b/b.go:3", What: "z"}}
	for name, test := range map[string]struct {
		result result
		fails  bool
	}{
		"half of a":           {result{mutants: all, survivors: all[:1]}, true},
		"it changes nothing":  {result{all, all[:1], nil, map[string]string{"a/a.go  x": "for a reason"}}, false},
		"all were noticed":    {result{mutants: all}, false},
		"nothing was mutated": {result{}, false},
		"a large room":        {result{mutants: slices.Concat(many("a"), many("b"), many("c"), many("b")), survivors: many("a")}, true},
		"all of a small room": {result{mutants: slices.Concat(many("b"), many("c"), all[:1]), survivors: all[:1]}, false},
	} {
		var out strings.Builder
		if err := report(&out, test.result, 70); (err != nil) != test.fails {
			t.Errorf("%s: got %v\n%s", name, err, out.String())
		}
	}
}
