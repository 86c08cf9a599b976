package repotest_test

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/go-tiledesk/tiledesk"

// allowed are the imports of each room beside the standard library. No room knows
// the package itself, and none of transport, wire and paging knows another of them.
var allowed = map[string][]string{
	".": {
		"github.com/google/go-querystring/query", "golang.org/x/time/rate",
		module + "/internal/authz", module + "/internal/baseurl", module + "/internal/bulk", module + "/internal/ident", module + "/internal/pace", module + "/internal/paging", module + "/internal/redact",
		module + "/internal/transport", module + "/internal/wire",
	},
	"internal/bulk":      {module + "/internal/ident", module + "/internal/paging", module + "/internal/redact"},
	"internal/transport": {"github.com/hashicorp/go-retryablehttp"},
	"internal/wire":      {"github.com/tidwall/gjson"},
	"internal/ident":     {module + "/internal/redact"},
	"internal/baseurl":   nil,
	"internal/pace":      nil,
	"internal/authz":     {module + "/internal/redact", module + "/internal/wire"},
	"internal/paging":    nil,
	"internal/redact":    nil,
	"tiledesktest":       nil,

	"internal/servertest": {module, module + "/tiledesktest"}, // which nothing but tests imports
}

// TestImports keeps each room to what it may import.
func TestImports(t *testing.T) {
	t.Parallel()
	for room, may := range allowed {
		for _, path := range imported(t, room) {
			if !slices.Contains(may, path) {
				t.Errorf("%s imports %s", room, path)
			}
		}
	}
}

// imported are the imports of the package in dir, those of its tests apart, that
// are not of the standard library.
func imported(t *testing.T, dir string) []string {
	t.Helper()
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(pkg.Imports, func(path string) bool {
		domain, _, _ := strings.Cut(path, "/")
		return !strings.Contains(domain, ".")
	})
}

// TestGoDirective keeps the module, and every nested one, open to the older of the two Go
// releases that are supported. The next one raises it.
func TestGoDirective(t *testing.T) {
	t.Parallel()
	for _, name := range append([]string{"go.mod"}, nestedModules(t)...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\ntoolchain ")) {
			t.Errorf("%s has a toolchain line", name)
		}
		directive := regexp.MustCompile(`(?m)^go 1\.(\d+)\.0$`).FindSubmatch(text)
		if directive == nil {
			t.Fatalf("%s has no go directive of the form 1.N.0", name)
		}
		if minor, _ := strconv.Atoi(string(directive[1])); minor != olderRelease {
			t.Errorf("%s: the go directive is 1.%d, want 1.%d", name, minor, olderRelease)
		}
	}
}

// olderRelease is the minor version of the older Go release that is supported.
const olderRelease = 26

func nestedModules(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*/*/go.mod", "*/go.mod"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 3 {
		t.Errorf("found the nested modules %q only", names)
	}
	return names
}

// TestNoSecrets looks through every file for a token with a signature other than
// the dummies, and for other things that only secrets look like.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	signed := regexp.MustCompile(`eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.([\w-]{8,})`)
	others := regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_\w{30,}|\bAKIA[0-9A-Z]{16}\b|\bnpm_\w{30,}`)
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, found := range signed.FindAllSubmatch(text, -1) {
			if signature := string(found[1]); signature != dummySignature && !looksMadeUp(signature) {
				t.Errorf("%s holds a token that may be signed", path)
			}
		}
		if others.Match(text) {
			t.Errorf("%s holds what looks like a key", path)
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("looked at %d files only: %v", files, err)
	}
}

const dummySignature = "c2lnbmF0dXJl" // "signature"

// looksMadeUp is true for the signatures that tests write by hand. A real one has
// 43 characters and more, of every kind.
func looksMadeUp(signature string) bool {
	return len(signature) < 20 || !strings.ContainsAny(signature, "0123456789") && strings.Contains(strings.ToLower(signature), "signature")
}

// TestExportedTypes keeps the types of dependencies out of the API, so that each
// can be replaced without a change to anybody's code.
func TestExportedTypes(t *testing.T) {
	t.Parallel()
	exported := 0
	for _, file := range parsePackage(t) {
		foreign := foreignNames(file)
		for _, declaration := range file.Decls {
			exported += checkDeclaration(t, declaration, foreign)
		}
	}
	if exported < 40 {
		t.Errorf("saw %d exported declarations; the check sees too little", exported)
	}
}

func parsePackage(t *testing.T) []*ast.File {
	t.Helper()
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, token.NewFileSet(), pkg.GoFiles)
}

func parse(t *testing.T, fset *token.FileSet, names []string) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// foreignNames are the names under which a file knows its dependencies.
func foreignNames(file *ast.File) []string {
	var names []string
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		domain, _, _ := strings.Cut(path, "/")
		if !strings.Contains(domain, ".") || strings.HasPrefix(path, module) {
			continue
		}
		name := strings.TrimPrefix(filepath.Base(path), "go-")
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names = append(names, name)
	}
	return names
}

// checkDeclaration reports the dependencies that an exported declaration names,
// bodies and unexported fields apart. It returns how many names it declares.
func checkDeclaration(t *testing.T, declaration ast.Decl, foreign []string) int {
	t.Helper()
	file := &ast.File{Name: ast.NewIdent("tiledesk"), Decls: []ast.Decl{declaration}}
	if !ast.FileExports(file) { // leaves what godoc shows
		return 0
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BlockStmt:
			return false
		case *ast.SelectorExpr:
			if pkg, ok := node.X.(*ast.Ident); ok && slices.Contains(foreign, pkg.Name) {
				t.Errorf("the exported API names %s.%s", pkg.Name, node.Sel.Name)
			}
		}
		return true
	})
	return 1
}

// TestExamples asks for an example of every exported function and method; those
// that only fmt, encoding/json and errors call are shown by what they do.
func TestExamples(t *testing.T) {
	t.Parallel()
	shown := regexp.MustCompile(`\.(Error|Is|Unwrap|Format|(Unm|M)arshal(Text|JSON))$`)
	source, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	files := parse(t, fset, slices.Concat(source.GoFiles, source.XTestGoFiles))
	pkg, err := doc.NewFromFiles(fset, files, module)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, examples []*doc.Example) {
		if len(examples) == 0 && !shown.MatchString(name) {
			t.Errorf("%s has no example", name)
		}
	}
	check("the package", pkg.Examples)
	for _, function := range pkg.Funcs {
		check(function.Name, function.Examples)
	}
	for _, kind := range pkg.Types {
		for _, function := range kind.Funcs {
			check(function.Name, function.Examples)
		}
		for _, method := range kind.Methods {
			check(kind.Name+"."+method.Name, method.Examples)
		}
	}
}
