package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

const (
	modulePath      = "github.com/go-tiledesk/tiledesk"
	switchboardPath = modulePath + "/internal/switchboard"
)

//go:embed switchboard/switchboard.go
var switchboardFiles embed.FS

// mutated is a copy of the module in which all mutants can be switched on.
type mutated struct {
	dir      string // of the copy
	mutants  []mutant
	binaries map[string]string // test binaries by the folder of their package
	onFile   string            // see switchboard.File
	trace    string            // see switchboard.TraceFile
}

// build copies the module at root into dir, mutates the rooms and compiles the tests of
// the suites.
func build(root, dir string, rooms, suites []string) (*mutated, error) {
	m := &mutated{
		dir: filepath.Join(dir, "tree"), binaries: make(map[string]string),
		onFile: filepath.Join(dir, "on"), trace: filepath.Join(dir, "trace-to"),
	}
	if err := copyTree(root, m.dir); err != nil {
		return nil, err
	}
	if err := m.mutateRooms(root, rooms); err != nil {
		return nil, err
	}
	if err := m.addSwitchboard(); err != nil {
		return nil, err
	}
	for _, suite := range suites {
		binary := filepath.Join(dir, "bin", strings.ReplaceAll(suite, "/", "_")+".test")
		if err := m.goTool("test", "-c", "-o", binary, "./"+suite); err != nil {
			return nil, fmt.Errorf("the mutated tests of %s do not build: %w", suite, err)
		}
		m.binaries[suite] = binary
	}
	return m, nil
}

// copyTree copies what Git knows of a tree, changes that are not committed included.
func copyTree(from, to string) error {
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = from
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		text, err := os.ReadFile(filepath.Join(from, name))
		if os.IsNotExist(err) {
			continue // deleted, and that is not committed
		}
		if err != nil {
			return err
		}
		if err := write(filepath.Join(to, name), text); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// mutateRooms writes the mutated files of the rooms into the copy.
func (m *mutated) mutateRooms(root string, rooms []string) error {
	config := &packages.Config{
		Dir:  root,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
	}
	for _, room := range rooms {
		loaded, err := packages.Load(config, "./"+room)
		if err != nil {
			return err
		}
		for _, pkg := range loaded {
			if len(pkg.Errors) > 0 {
				return fmt.Errorf("%s: %v", room, pkg.Errors[0])
			}
			for i, file := range pkg.Syntax {
				if err := m.mutateFile(root, room, pkg, i); err != nil {
					return fmt.Errorf("%s: %w", pkg.Fset.Position(file.Pos()).Filename, err)
				}
			}
		}
	}
	return nil
}

func (m *mutated) mutateFile(root, room string, pkg *packages.Package, i int) error {
	name := pkg.GoFiles[i]
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	path, err := filepath.Rel(root, name)
	if err != nil {
		return err
	}
	c := &collector{pkg: pkg, file: pkg.Syntax[i], text: text, room: room, path: path}
	c.add = func(found mutant) int {
		found.ID = len(m.mutants) + 1
		m.mutants = append(m.mutants, found)
		return found.ID
	}
	return write(filepath.Join(m.dir, path), mutate(c))
}

func (m *mutated) addSwitchboard() error {
	text, err := switchboardFiles.ReadFile("switchboard/switchboard.go")
	if err != nil {
		return err
	}
	dir := filepath.Join(m.dir, "internal", "switchboard")
	if err := write(filepath.Join(dir, "switchboard.go"), text); err != nil {
		return err
	}
	files := fmt.Sprintf("package switchboard\n\nconst (\n\tFile      = %q\n\tTraceFile = %q\n)\n", m.onFile, m.trace)
	return write(filepath.Join(dir, "file.go"), []byte(files))
}

func (m *mutated) goTool(args ...string) error {
	command := exec.Command("go", args...)
	command.Dir = m.dir
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
