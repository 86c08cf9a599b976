package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	binaries map[string][]string // test binaries by the folder of their package, one for each worker
}

// build copies the module at root into dir, mutates the rooms and compiles the tests of
// the suites for some workers.
func build(root, dir string, rooms, suites []string, workers int) (*mutated, error) {
	m := &mutated{dir: filepath.Join(dir, "tree"), binaries: make(map[string][]string)}
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
		for worker := range workers {
			binary, err := m.compile(suite, worker)
			if err != nil {
				return nil, fmt.Errorf("the mutated tests of %s do not build: %w", suite, err)
			}
			m.binaries[suite] = append(m.binaries[suite], binary)
		}
	}
	return m, nil
}

// compile makes the tests of a suite for one worker. Those of the command start
// processes without an environment, which have the names of that worker's files in them;
// all others serve every worker.
func (m *mutated) compile(suite string, worker int) (binary string, err error) {
	name := strings.ReplaceAll(suite, "/", "_")
	if suite != command {
		if worker > 0 {
			return m.binaries[suite][0], nil
		}
		binary = filepath.Join(filepath.Dir(m.dir), "bin", name+".test")
		return binary, m.goTool("test", "-c", "-o", binary, "./"+suite)
	}
	binary = filepath.Join(filepath.Dir(m.dir), "bin", name+"-"+strconv.Itoa(worker)+".test")
	names := fmt.Sprintf("-X %[1]s.File=%[2]s -X %[1]s.TraceFile=%[3]s", switchboardPath, m.onFile(worker), m.traceFile(worker))
	return binary, m.goTool("test", "-c", "-o", binary, "-ldflags", names, "./"+suite)
}

// onFile and traceFile are those of a worker, see switchboard.File.
func (m *mutated) onFile(worker int) string { return m.dir + "-on-" + strconv.Itoa(worker) }

func (m *mutated) traceFile(worker int) string { return m.dir + "-trace-" + strconv.Itoa(worker) }

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
	return write(filepath.Join(m.dir, "internal", "switchboard", "switchboard.go"), text)
}

func (m *mutated) goTool(args ...string) error {
	command := exec.Command("go", args...)
	command.Dir = m.dir
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
