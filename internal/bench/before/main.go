// Command before runs the benchmarks with an older tree of this repository as a client
// of its own, in the same run as today's:
//
//	go run ./before -commit 28f0bfc -name v0.1.0 -- -runs 7
//
// Since no program can import a module twice, the older tree is copied and gets another
// path. What stands behind -- goes to the benchmarks.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	module      = "github.com/go-tiledesk/tiledesk"
	otherModule = "github.com/go-tiledesk/tiledesk-before"
)

//go:embed client.go.txt
var clientFile string

func main() {
	log.SetFlags(0)
	commit := flag.String("commit", "", "the older tree")
	name := flag.String("name", "before", "what the tables call it")
	flag.Parse()
	if *commit == "" {
		log.Fatal("which commit? -commit names it")
	}
	if err := run(*commit, *name, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(commit, name string, args []string) error {
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return fmt.Errorf("not in a clone of the repository: %w", err)
	}
	root := strings.TrimSpace(string(top))
	dir, err := os.MkdirTemp("", "bench-before-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	older, bench := filepath.Join(dir, "older"), filepath.Join(dir, "bench")
	if err := command(root, "git", "worktree", "add", "--detach", "-q", older, commit); err != nil {
		return err
	}
	defer func() { _ = command(root, "git", "worktree", "remove", "--force", older) }()
	if err := rename(older); err != nil {
		return err
	}
	if err := os.CopyFS(bench, os.DirFS(filepath.Join(root, "internal", "bench"))); err != nil {
		return err
	}
	text := strings.NewReplacer("BEFORE/MODULE", otherModule, "BEFORE/NAME", name).Replace(clientFile)
	if err := os.WriteFile(filepath.Join(bench, "before_client.go"), []byte(text), 0o600); err != nil {
		return err
	}
	edits := []string{"mod", "edit", "-replace", module + "=" + root, "-require", otherModule + "@v0.0.0", "-replace", otherModule + "=" + older}
	if err := command(bench, "go", edits...); err != nil {
		return err
	}
	program := filepath.Join(dir, "bench-before")
	if err := command(bench, "go", "build", "-mod=mod", "-o", program, "."); err != nil {
		return err
	}
	return command(filepath.Join(root, "internal", "bench"), program, args...)
}

// rename gives the module in a folder its other path.
func rename(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") && entry.Name() != "go.mod" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		renamed := strings.NewReplacer(
			`"`+module+`"`, `"`+otherModule+`"`, `"`+module+`/`, `"`+otherModule+`/`, "module "+module, "module "+otherModule,
		).Replace(string(text))
		return os.WriteFile(path, []byte(renamed), entry.Type().Perm()|0o600)
	})
}

func command(dir, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	return nil
}
