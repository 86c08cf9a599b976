package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// textFile is what a license wants to be passed on, under each name it goes by.
var textFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense|notice|patents|authors)([-.].*)?$`)

// writeTexts writes those files of each module that is in the command, and of Go
// itself, into folders of their names below dir, and a list of them.
func writeTexts(dir string) error {
	modules, err := modulesOf(use{"command", ".", []string{"./cmd/..."}})
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return err
	}
	golang := strings.Split(strings.TrimSpace(string(out)), "\n")
	modules["go"] = module{strings.TrimSpace(golang[1]), strings.TrimSpace(golang[0])}
	var list strings.Builder
	fmt.Fprint(&list, "What is in tiledesk-jwt beside its own code. The source of each is at its\npath and version, as \"go mod download PATH@VERSION\" gets it.\n\n")
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		m := modules[path]
		license, err := licenseIn(m.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := copyTexts(m.dir, filepath.Join(dir, filepath.FromSlash(path))); err != nil {
			return err
		}
		fmt.Fprintf(&list, "%s %s  %s\n", path, m.version, license)
	}
	return os.WriteFile(filepath.Join(dir, "README.txt"), []byte(list.String()), 0o644)
}

func copyTexts(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() || !textFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, entry.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
