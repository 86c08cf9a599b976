package repotest_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// others are the folders below internal that test no room and no name.
var others = []string{"bench", "conformance", "live", "mutation", "repotest"}

// TestNamesOfTests_beginWithTheirSubject lets "go test -run RevokeAll ./..." find
// all that is tested of RevokeAll: each test is TestSubject or TestSubject_behavior,
// where the subject is an exported name of the package tiledesk or of the room.
func TestNamesOfTests_beginWithTheirSubject(t *testing.T) {
	t.Parallel()
	face := exportedNames(t, ".")
	rooms, err := filepath.Glob("internal/*")
	if err != nil || len(rooms) < 8 {
		t.Fatalf("rooms: %q, %v", rooms, err)
	}
	for _, room := range append(rooms, "tiledesktest") {
		if slices.Contains(others, filepath.Base(room)) {
			continue
		}
		subjects := maps.Clone(face)
		maps.Copy(subjects, exportedNames(t, room))
		for name, place := range testsOf(t, room) {
			subject, _, _ := strings.Cut(strings.TrimPrefix(name, "Test"), "_")
			if !subjects[subject] {
				t.Errorf("%s: %s begins with nothing that is exported; name it TestSubject_behavior", place, name)
			}
		}
	}
}

// TestRoot_staysSmall keeps the folder that everybody sees first to what has to be
// there.
func TestRoot_staysSmall(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "git", "ls-files")
	out, err := list.Output()
	if err != nil || len(out) == 0 {
		t.Skipf("no list of files: %v", err)
	}
	entries, tests := map[string]bool{}, 0
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		entry, _, within := strings.Cut(file, "/")
		entries[entry] = true
		if !within && strings.HasSuffix(entry, "_test.go") {
			tests++
		}
	}
	if len(entries) > 45 || tests > 25 {
		t.Errorf("%d entries and %d test files in the root, want at most 45 and 25: %v", len(entries), tests, slices.Sorted(maps.Keys(entries)))
	}
}

// exportedNames are the names of functions, types, methods, variables and constants
// that a package exports. A folder of tests alone has none.
func exportedNames(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	pkg, err := build.ImportDir(dir, 0)
	if err != nil && len(pkg.GoFiles) > 0 {
		t.Fatal(err)
	}
	for _, file := range parse(t, token.NewFileSet(), inDir(dir, pkg.GoFiles)) {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				names[node.Name.Name] = node.Name.IsExported()
				return false
			case *ast.TypeSpec:
				names[node.Name.Name] = node.Name.IsExported()
			case *ast.ValueSpec:
				for _, name := range node.Names {
					names[name.Name] = name.IsExported()
				}
			}
			return true
		})
	}
	return names
}

// testsOf are the tests of a folder, and where each stands.
func testsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && strings.HasPrefix(function.Name.Name, "Test") && function.Name.Name != "TestMain" {
				tests[function.Name.Name] = name
			}
		}
	}
	return tests
}

func inDir(dir string, names []string) (paths []string) {
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}
