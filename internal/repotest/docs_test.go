package repotest_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are what people read beside the doc comments.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("docs/*.md")
	if err != nil || len(names) < 2 {
		t.Fatalf("found %q: %v", names, err)
	}
	return append(names, "README.md", "CONTRIBUTING.md", ".github/SECURITY.md")
}

// packages are those that a block of Go may use, by their names.
var packages = map[string]string{
	"context": "context", "errors": "errors", "fmt": "fmt", "log": "log", "slog": "log/slog", "http": "net/http",
	"os": "os", "testing": "testing", "time": "time", "tiledesk": module, "tiledesktest": module + "/tiledesktest",
}

// What a block of Go in a document may take for granted.
const blockBefore = `func _(ctx context.Context, client *tiledesk.Client, t *testing.T) error {
%s
return nil
}`

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// Whoever copies a block of Go out of a document gets one that compiles.
func TestDocuments_goBlocksCompile(t *testing.T) {
	t.Parallel()
	fileSet := token.NewFileSet()
	from := importer.ForCompiler(fileSet, "gc", exportData(t, slices.Collect(maps.Values(packages))...))
	blocks := 0
	for _, name := range documents(t) {
		for _, found := range fenced.FindAllStringSubmatch(readText(t, name), -1) {
			if found[1] != "go" {
				continue
			}
			blocks++
			file, err := parser.ParseFile(fileSet, name, program(found[2]), 0)
			if err != nil {
				t.Errorf("%s: %v in\n%s", name, err, found[2])
				continue
			}
			if _, err := (&types.Config{Importer: from}).Check("main", fileSet, []*ast.File{file}, nil); err != nil {
				t.Errorf("%s: %v in\n%s", name, err, found[2])
			}
		}
	}
	if blocks < 2 {
		t.Errorf("found %d blocks of Go only", blocks)
	}
}

// program makes a file of a block: its imports are those that it uses.
func program(block string) string {
	body := fmt.Sprintf(blockBefore, block)
	var imports strings.Builder
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(body) {
			fmt.Fprintf(&imports, "import %q\n", packages[name])
		}
	}
	return "package main\n" + imports.String() + body
}

var (
	linked  = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// A link within the repository leads to a file, and to a heading of it.
func TestDocuments_linksLeadSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	for _, name := range documents(t) {
		for _, found := range linked.FindAllStringSubmatch(readText(t, name), -1) {
			target := found[1] + found[2]
			if strings.Contains(target, "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(target, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(filepath.ToSlash(name)), file)
			}
			if strings.HasPrefix(file, "../../") && strings.HasPrefix(to, "..") {
				continue // a page of the hosting service, as badges have
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s: %v", name, target, err)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(readText(t, to)), anchor) {
				t.Errorf("%s links to %s, where no such heading is", name, target)
			}
		}
	}
	if links < 10 {
		t.Errorf("found %d links only", links)
	}
}

// anchors are the names that the hosting service gives to the headings of a text.
func anchors(text string) []string {
	var names []string
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(found[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}
