package main

import (
	"os"
	"strings"
	"testing"
)

// The recipe of docs/command.md for a leaked token is rehearsed word by word.
func TestDemo_rehearsesTheRecipeOfTheDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/command.md")
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, found := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n## A token leaked")
	recipe, _, _ = strings.Cut(recipe, "\n## Every night")
	lines, rest := 0, rehearsal+"\n"
	for line := range strings.SplitSeq(recipe, "\n") {
		line, _, _ = strings.Cut(strings.TrimPrefix(line, "$ "), "  #")
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "tiledesk-jwt ") && !strings.HasPrefix(line, "rm ") {
			continue
		}
		lines++
		_, after, next := strings.Cut(rest, "\n"+line+"\n")
		if !next {
			t.Errorf("the rehearsal lacks, or has in another place: %s", line)
			continue
		}
		rest = "\n" + after
	}
	if !found || lines < 5 {
		t.Errorf("only %d lines of a recipe were found", lines)
	}
}
