package repotest_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// TestExamples_standByThemselves asks that each example can be read, and run, as the
// documentation page shows it: with all that it needs in its body, or in a file of its
// own.
func TestExamples_standByThemselves(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, dir := range []string{".", "tiledesktest"} {
		names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			// With its objects resolved, which is how go/doc knows.
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, example := range doc.Examples([]*ast.File{file}...) {
				seen++
				if example.Play == nil {
					t.Errorf("%s: Example%s calls what stands elsewhere", name, example.Name)
				}
				if example.Output == "" {
					t.Errorf("%s: Example%s has no output, so that nobody runs it", name, example.Name)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("saw %d examples; the check sees too little", seen)
	}
}
