package main

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

var written = regexp.MustCompile(`>([^<>\n]+)</text>`)

// The pictures show what the tables of the document say. Draw them again where this fails.
func TestPictures_showTheTablesOfTheDocument(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := readTables(string(document))
	if err != nil || len(tables) < 3 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	for _, theme := range themes {
		drawn, err := theme.draw(tables)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile("../../../docs/img/performance-" + theme.name + ".svg")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := words(kept), words(drawn); !slices.Equal(got, want) {
			t.Errorf("the picture for %s pages says %q, want %q", theme.name, got, want)
		}
	}
}

func words(picture []byte) []string {
	var list []string
	for _, found := range written.FindAllSubmatch(picture, -1) {
		list = append(list, string(found[1]))
	}
	return list
}
