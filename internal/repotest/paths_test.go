package repotest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// url.go is the only file that knows how a path is made: no other holds a text
// with a route in it, or joins and escapes paths.
func TestPaths_areBuiltInOnePlace(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := file.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "url.go" {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BasicLit:
				if node.Kind == token.STRING && strings.Contains(node.Value, "/jwt") {
					t.Errorf("%s: a route outside url.go: %s", set.Position(node.Pos()), node.Value)
				}
			case *ast.SelectorExpr:
				if node.Sel.Name == "JoinPath" || node.Sel.Name == "ResolveReference" && name != "response.go" {
					t.Errorf("%s: a path is put together outside url.go", set.Position(node.Pos()))
				}
			}
			return true
		})
	}
}
