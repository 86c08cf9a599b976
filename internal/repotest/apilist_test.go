package repotest_test

import (
	"flag"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "update the lists of the exported API in api/")

// TestAPI compares the exported API with api/*.txt, a line for each name, so that
// no change of it passes a review unseen. A removed or changed line breaks the
// programs of others. "go test ./internal/repotest -run TestAPI -update" writes the files.
func TestAPI(t *testing.T) {
	t.Parallel()
	for _, path := range []string{module, module + "/tiledesktest"} {
		got := strings.Join(listAPI(t, path), "\n") + "\n"
		name := filepath.Join("api", filepath.Base(path)+".txt")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		compareLines(t, name, string(want), got)
	}
}

func compareLines(t *testing.T, name, want, got string) {
	t.Helper()
	was, is := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			t.Errorf("%s: gone: %s", name, line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("%s: new: %s", name, line)
		}
	}
	if !t.Failed() && want != got {
		t.Errorf("%s: the same lines in another order", name)
	}
}

// listAPI describes what a package exports, a sorted line for each name.
func listAPI(t *testing.T, path string) []string {
	t.Helper()
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", exportData(t, path)).Import(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		declared, isType := object.(*types.TypeName)
		switch constant, isConst := object.(*types.Const); {
		case isType:
			lines = append(lines, describeType(declared)...)
		case isConst:
			lines = append(lines, describe(object)+" = "+constant.Val().ExactString())
		default:
			lines = append(lines, describe(object))
		}
	}
	slices.Sort(lines)
	return lines
}

// describeType gives the type's own line, and one for each field and method.
func describeType(name *types.TypeName) []string {
	named := name.Type().(*types.Named)
	kind := types.TypeString(named.Underlying(), short(name.Pkg()))
	var lines []string
	if structure, ok := named.Underlying().(*types.Struct); ok {
		kind = "struct"
		for i := range structure.NumFields() {
			if field := structure.Field(i); field.Exported() {
				line := fmt.Sprintf("field %s.%s %s", name.Name(), field.Name(), types.TypeString(field.Type(), short(name.Pkg())))
				if tag := structure.Tag(i); tag != "" {
					line += " `" + tag + "`"
				}
				lines = append(lines, line)
			}
		}
	}
	methods := types.NewMethodSet(types.NewPointer(named))
	for i := range methods.Len() {
		if method := methods.At(i).Obj(); method.Exported() {
			lines = append(lines, strings.Replace(describe(method), "func", "method", 1))
		}
	}
	return append(lines, "type "+name.Name()+" "+kind)
}

func describe(object types.Object) string { return types.ObjectString(object, short(object.Pkg())) }

// short leaves out the name of the package itself.
func short(pkg *types.Package) types.Qualifier {
	return func(other *types.Package) string {
		if other.Path() == pkg.Path() {
			return ""
		}
		return other.Path()
	}
}

// exportData opens what the compiler wrote about packages and their imports.
func exportData(t *testing.T, paths ...string) importer.Lookup {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)...)
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}
