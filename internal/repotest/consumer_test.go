package repotest_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var asConsumer = flag.Bool("consumer", false, "run TestConsumer, which needs git and a module proxy")

// release is the version under which TestConsumer gets this tree.
const release = "v0.0.1-rehearsal"

// mostSums is how many lines of go.sum a program may get with the package. They were
// 34 before and after the command got a list to pick from and jq.
const mostSums = 52

// comesAlong are the modules that a program gets with the package.
var comesAlong = []string{
	"github.com/google/go-querystring",
	"github.com/hashicorp/go-cleanhttp",
	"github.com/hashicorp/go-retryablehttp",
	"github.com/tidwall/gjson",
	"github.com/tidwall/match",
	"github.com/tidwall/pretty",
	"golang.org/x/time",
}

const consumerProgram = `package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/go-tiledesk/tiledesk"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Header.Get("User-Agent"))
		fmt.Fprint(w, "[]")
	}))
	defer server.Close()
	client, err := tiledesk.NewClient(tiledesk.JWTAuth("a.b.c"), tiledesk.WithBaseURL(server.URL))
	if err != nil {
		panic(err)
	}
	if _, err := client.JWT.ListHistory(context.Background(), nil); err != nil {
		panic(err)
	}
}
`

// TestConsumer builds a program in a module of its own which depends on a release
// of this tree, as somebody else's program would, and looks at what it gets.
//
// Nothing is replaced: a directory with the release in it is the first module
// proxy, the download cache of this machine the second, and what GOPROXY names the
// last. The program's own module cache begins empty.
//
// The last one is needed. "go mod tidy" also looks for what the tests of all
// imported packages import, ours and those of our dependencies, and there the
// program can select other versions than this module does, which no command run
// here ever downloads. None of that ends in the program's go.mod.
//
// So the test may need the network, and "go test" alone leaves it out. Where the
// modules cannot be had it fails with words that .ci/run looks for.
func TestConsumer(t *testing.T) {
	t.Parallel()
	if !*asConsumer {
		t.Skip("give -consumer")
	}
	program := newConsumer(t)
	if err := os.WriteFile(filepath.Join(program.dir, "main.go"), []byte(consumerProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	program.run(t, "go", "mod", "init", "example.com/consumer")
	program.download(t, "get", module+"@"+release)
	program.download(t, "mod", "tidy")
	program.run(t, "go", "build", "-o", "program.exe", ".")

	required := program.run(t, "go", "list", "-m", "-f", "{{if not .Main}}{{.Path}}{{end}}", "all")
	compareModules(t, "go.mod asks for", modulesIn(program.read(t, "go.mod")))
	compareModules(t, "the program holds", modulesIn(program.run(t, "go", "version", "-m", "program.exe")))
	t.Logf("in the module graph, mostly for tests: %s", strings.Join(strings.Fields(required), " "))
	sums := strings.Count(program.read(t, "go.sum"), "\n")
	t.Logf("go.mod has %d lines, go.sum has %d", strings.Count(program.read(t, "go.mod"), "\n"), sums)
	if sums > mostSums {
		t.Errorf("go.sum has %d lines, and is to have %d at most: what the command or a test imports is not to reach other programs", sums, mostSums)
	}

	if got := strings.TrimSpace(program.run(t, filepath.Join(program.dir, "program.exe"))); got != "tiledesk-go/"+release {
		t.Errorf("the program calls itself %q", got)
	}
	program.run(t, "go", "install", module+"/cmd/tiledesk-jwt@"+release) // of the versions that this module selects
	command := filepath.Join(program.dir, "tiledesk-jwt")
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	if got := program.run(t, command, "version"); !strings.HasPrefix(got, "tiledesk-jwt "+release) {
		t.Errorf("the command says %q", got)
	}
}

// compareModules wants this module and what comes along, and nothing else.
func compareModules(t *testing.T, what string, got []string) {
	t.Helper()
	want := append([]string{module}, comesAlong...)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s %q, want %q", what, got, want)
	}
}

// modulesIn finds the module paths before a version, each once and sorted.
func modulesIn(text string) []string {
	var paths []string
	for _, found := range regexp.MustCompile(`(\S+)\s+v\d+\.\d+\.\d+`).FindAllStringSubmatch(text, -1) {
		paths = append(paths, found[1])
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// consumer is a directory with an environment in which go finds the release.
type consumer struct {
	dir string
	env []string
}

func newConsumer(t *testing.T) consumer {
	t.Helper()
	downloads := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	proxy, dir := t.TempDir(), t.TempDir()
	writeRelease(t, filepath.Join(proxy, filepath.FromSlash(module), "@v"))
	return consumer{dir, append(os.Environ(),
		"GOPROXY="+fileURL(proxy)+","+fileURL(downloads)+","+goEnv(t, "GOPROXY"), "GONOSUMDB=*", "GOPRIVATE=", "GONOPROXY=", "GOVCS=*:off",
		"GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw", "GOWORK=off", "GOTOOLCHAIN=local", "GOBIN="+dir)}
}

// goEnv is how go is configured on this machine.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// download runs a go command that may need modules which this machine lacks.
func (c consumer) download(t *testing.T, args ...string) {
	t.Helper()
	if _, failure, err := c.command(t, "go", args...); err != nil {
		t.Fatalf("MODULES WERE NEEDED: go %s: %v\n%s", strings.Join(args, " "), err, failure)
	}
}

func (c consumer) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, failure, err := c.command(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, failure)
	}
	return out
}

func (c consumer) command(t *testing.T, name string, args ...string) (out, failure string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = c.dir, c.env
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	return stdout.String(), stderr.String(), err
}

func (c consumer) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func fileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}

// writeRelease writes what a module proxy gives of a version: about it, its go.mod
// and all its files but those of nested modules.
func writeRelease(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSpace(string(out)), "\n")
	var nested []string
	for _, name := range names {
		if dir, ok := strings.CutSuffix(name, "/go.mod"); ok {
			nested = append(nested, dir+"/")
		}
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for _, name := range names {
		if slices.ContainsFunc(nested, func(dir string) bool { return strings.HasPrefix(name, dir) }) {
			continue
		}
		if err := addFile(archive, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"list": []byte(release + "\n"), release + ".info": []byte(`{"Version":"` + release + `"}`),
		release + ".mod": gomod, release + ".zip": packed.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func addFile(archive *zip.Writer, name string) error {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil // deleted, and not committed yet
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	packed, err := archive.Create(module + "@" + release + "/" + name)
	if err == nil {
		_, err = io.Copy(packed, file)
	}
	return err
}
