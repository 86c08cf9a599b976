package repotest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// An action runs with what the workflow may do, so that each is named by the commit
// that was looked at, with its version for those who read.
func TestWorkflows_pinEachAction(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %q: %v", files, err)
	}
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+( .*)?$`)
	for _, name := range files {
		text := readText(t, name)
		for line := range strings.Lines(text) {
			_, action, found := strings.Cut(strings.TrimSpace(line), "uses: ")
			if found && !pinned.MatchString(action) {
				t.Errorf("%s uses %s, which is not pinned", name, action)
			}
		}
		if !regexp.MustCompile(`(?m)^permissions:`).MatchString(text) {
			t.Errorf("%s takes the permissions that the repository gives", name)
		}
	}
}

func TestDependabot_knowsEachModule(t *testing.T) {
	t.Parallel()
	text := readText(t, ".github/dependabot.yml")
	for _, name := range nestedModules(t) {
		if dir := "/" + filepath.ToSlash(filepath.Dir(name)); !strings.Contains(text, dir) {
			t.Errorf("dependabot.yml lacks %s", dir)
		}
	}
}

// readText is a file of the repository, with the line ends of git.
func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}
