// The program licenses lists the modules that anything in this repository is built
// or tested with, and their licenses, as LICENSES.md. It fails on a license that
// is neither permissive nor MPL-2.0, and on one that it does not know.
//
//	go run ./.ci/licenses > LICENSES.md
//	go run ./.ci/licenses -texts DIR    the license texts of what is in the command
//
// It runs the go command in the root and in every nested module, and needs their
// dependencies in the module cache.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const own = "github.com/go-tiledesk/tiledesk"

// systems are those that CI builds for: each has dependencies of its own.
var systems = []string{"linux", "darwin", "windows"}

// use is a set of packages, and what to call it.
type use struct {
	name, dir string
	args      []string
}

// dependency is the license of a module, and what needs it first.
type dependency struct{ license, user string }

func main() {
	texts := flag.String("texts", "", "write the license texts of what is in the command below this folder instead")
	flag.Parse()
	task := run
	if *texts != "" {
		task = func() error { return writeTexts(*texts) }
	}
	if err := task(); err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

func run() error {
	uses := []use{
		{"package", ".", []string{".", "./tiledesktest"}},
		{"command", ".", []string{"./cmd/..."}},
		{"tests", ".", []string{"-test", "./..."}},
	}
	nested, err := nestedModules()
	if err != nil {
		return err
	}
	for _, dir := range nested {
		uses = append(uses, use{dir, dir, []string{"-test", "./..."}})
	}
	found := make(map[string]dependency)
	for _, u := range uses {
		if err := collect(found, u); err != nil {
			return err
		}
	}
	write(found)
	return nil
}

func nestedModules() ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case entry.Name() == "go.mod" && path != "go.mod":
			dirs = append(dirs, filepath.ToSlash(filepath.Dir(path)))
		}
		return nil
	})
	return dirs, err
}

// collect adds the modules of one use. A module that several need goes by the
// first, so that nothing counts as for tests alone that the package needs.
func collect(found map[string]dependency, u use) error {
	modules, err := modulesOf(u)
	if err != nil {
		return err
	}
	for path, m := range modules {
		if _, known := found[path]; known {
			continue
		}
		license, err := licenseIn(m.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		found[path] = dependency{license, u.name}
	}
	return nil
}

// module is where a version of a module is.
type module struct{ version, dir string }

// modulesOf are the modules that a use needs on any of the systems, by their paths.
func modulesOf(u use) (map[string]module, error) {
	modules := make(map[string]module)
	for _, system := range systems {
		args := append([]string{"list", "-deps", "-tags=live", "-f", "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}"}, u.args...)
		command := exec.Command("go", args...)
		command.Dir, command.Env = u.dir, append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		var failure bytes.Buffer
		command.Stderr = &failure
		out, err := command.Output()
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w\n%s", command, u.dir, err, failure.Bytes())
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) != 3 || fields[0] == own || strings.HasPrefix(fields[0], own+"/") {
				continue
			}
			modules[fields[0]] = module{fields[1], fields[2]}
		}
	}
	return modules, nil
}

var (
	licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)(\.(md|txt))?$`)
	white       = regexp.MustCompile(`\s+`)
)

// licenses that anybody may depend on, by words that are in every copy. The order
// matters: the Apache license speaks of others, BSD-3-Clause is a longer 2-Clause.
var licenses = []struct{ name, words string }{
	{"Apache-2.0", "Apache License Version 2.0, January 2004"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms, with or without modification, are permitted"},
	{"CC-BY-4.0", "Creative Commons Attribution 4.0 International"},
	{"FTL", "The FreeType License, which is similar to the original BSD license with an advertising clause"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

func licenseIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if !licenseFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		plain := white.ReplaceAllString(string(text), " ")
		for _, license := range licenses {
			if strings.Contains(plain, license.words) {
				return license.name, nil
			}
		}
		return "", fmt.Errorf("the license in %s is not known, or neither permissive nor MPL-2.0", entry.Name())
	}
	return "", errors.New("it has no file with a license")
}

func write(found map[string]dependency) {
	fmt.Println("# Licenses of the dependencies")
	fmt.Println()
	fmt.Println("Written by `go run ./.ci/licenses > LICENSES.md`, and checked by `.ci/run`. A program that imports the package gets the modules marked \"package\", and tiledesk-jwt is built with those marked \"command\" too; all others stay in this repository.")
	fmt.Println()
	fmt.Println("| module | license | first used by |")
	fmt.Println("|---|---|---|")
	for _, path := range slices.Sorted(maps.Keys(found)) {
		fmt.Printf("| %s | %s | %s |\n", path, found[path].license, found[path].user)
	}
}
