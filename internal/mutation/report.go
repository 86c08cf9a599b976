package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// result is what a hunt came to.
type result struct {
	mutants, survivors, unreached []mutant
	equivalents                   map[string]string // the reasons, by their keys
}

// line is how a report shows it.
func (m mutant) line() string { return m.Place + "  " + m.Function + "  " + m.What }

// key names a mutant in equivalent.txt: not by its line, which wanders.
func (m mutant) key() string {
	file, _, _ := strings.Cut(m.Place, ":")
	return file + " " + m.Function + " " + m.What
}

// readEquivalents reads lines of a key, a tab and a reason.
func readEquivalents(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	known := make(map[string]string)
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			key, reason, ok := strings.Cut(line, "\t")
			if !ok || strings.TrimSpace(reason) == "" {
				return nil, fmt.Errorf("%s: a line has no reason behind a tab: %s", path, line)
			}
			known[key] = reason
		}
	}
	return known, lines.Err()
}

// enough are so many mutants of a room that it is judged alone.
const enough = 20

// report writes a table of the rooms and the mutants that nobody noticed, and fails
// below a percentage.
func report(out io.Writer, r result, min float64) error {
	living := slices.DeleteFunc(slices.Clone(r.survivors), func(m mutant) bool { return r.equivalents[m.key()] != "" })
	for _, m := range living {
		how := "survived"
		if slices.Contains(r.unreached, m) {
			how = "not reached"
		}
		fmt.Fprintf(out, "%-11s  %s\n", how, m.line())
	}
	fmt.Fprintf(out, "\n| room | mutants | change nothing | noticed | of those that change something |\n|---|--:|--:|--:|--:|\n")
	var below []string
	for _, room := range append(roomsOf(r.mutants), "all") {
		in := func(m mutant) bool { return room == "all" || m.Room == room }
		all, alive, survived := count(r.mutants, in), count(living, in), count(r.survivors, in)
		score := 100.0
		if changing := all - (survived - alive); changing > 0 {
			score = 100 * float64(changing-alive) / float64(changing)
		}
		fmt.Fprintf(out, "| %s | %d | %d | %d | %.1f %% |\n", room, all, survived-alive, all-survived, score)
		if score < min && (all >= enough || room == "all") {
			below = append(below, room)
		}
	}
	if below != nil {
		return fmt.Errorf("fewer than %.0f %% are noticed in %s", min, strings.Join(below, ", "))
	}
	return nil
}

func roomsOf(mutants []mutant) (rooms []string) {
	for _, m := range mutants {
		if !slices.Contains(rooms, m.Room) {
			rooms = append(rooms, m.Room)
		}
	}
	slices.Sort(rooms)
	return rooms
}

func count(mutants []mutant, holds func(mutant) bool) (n int) {
	for _, m := range mutants {
		if holds(m) {
			n++
		}
	}
	return n
}
