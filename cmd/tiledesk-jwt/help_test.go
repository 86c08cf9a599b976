package main

import (
	"bytes"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func parserOf(t *testing.T) *kong.Kong {
	t.Helper()
	a, _ := testApp(new(bytes.Buffer))
	a.exit = func(int) { t.Error("the parser ended the process") }
	parser, err := a.parser(new(grammar))
	if err != nil {
		t.Fatal(err)
	}
	return parser
}

// Whoever adds a command shows how it is used.
func TestExamples_areTwoForEachCommand(t *testing.T) {
	t.Parallel()
	for _, command := range parserOf(t).Model.Children {
		if !command.Hidden && len(examples[command.Name]) < 2 {
			t.Errorf("%s has %d examples; add them to topics.go", command.Name, len(examples[command.Name]))
		}
	}
}

func TestExamples_canBeParsed(t *testing.T) {
	t.Parallel()
	for name, list := range examples {
		for _, e := range list {
			for part := range strings.SplitSeq(e.line, " | ") {
				part = strings.TrimSuffix(strings.TrimPrefix(part, "source <("), ")")
				part, _, _ = strings.Cut(part, " > ")
				args := words(part)
				if args[0] != "tiledesk-jwt" {
					continue
				}
				selected, err := parserOf(t).Parse(customary(args[1:]))
				if err == nil {
					err = refuseUnused(selected)
				}
				if err != nil {
					t.Errorf("%s: %s: %v", name, part, err)
				}
			}
		}
	}
}

// words splits a command line as a shell does, with single quotes only.
func words(line string) (list []string) {
	for i, piece := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, piece)
		} else {
			list = append(list, strings.Fields(piece)...)
		}
	}
	return list
}

// The script of bash offers what the command does, and files only where they belong.
func TestCompletion_ofBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no bash")
	}
	for line, want := range map[string]string{
		"tiledesk-jwt list --format js":   "json jsonl",
		"tiledesk-jwt list --format = js": "json jsonl", // as bash splits it
		"tiledesk-jwt rev":                "revoke revoke-all",
		"tiledesk-jwt revoke --from x":    "files",
		"tiledesk-jwt list --match x":     "",
	} {
		script := `compopt() { echo -n files; }; source <(tiledesk-jwt completion bash); COMP_WORDS=(` + line + `); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tiledesk_jwt; echo "${COMPREPLY[*]}"`
		cmd := exec.Command(bash, "--norc", "-c", script)
		cmd.Env = append(cmd.Environ(), quickExit)
		out, err := cmd.CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", line, got, err, want)
		}
	}
}

// What is too long for a terminal of 80 columns is broken where a shell allows it.
func TestExamples_fitIntoATerminal(t *testing.T) {
	t.Parallel()
	for name, list := range examples {
		for _, e := range list {
			text := folded(e.line)
			if joined := strings.ReplaceAll(text, "\\\n        ", ""); joined != e.line {
				t.Errorf("%s: %q", name, joined)
			}
			for line := range strings.SplitSeq(text, "\n") {
				if len(line) > 76 {
					t.Errorf("%s: %q has %d columns", name, line, len(line))
				}
			}
		}
	}
}

// The script of zsh works from a folder of fpath at the first time already, and when
// it is read into a shell.
func TestCompletion_ofZsh(t *testing.T) {
	t.Parallel()
	zsh, err := exec.LookPath("zsh")
	if err != nil {
		t.Skip("no zsh")
	}
	const try = `compadd() { print -r -- "offers ${@[2,-1]}" }
_files() { print files }
for line in "list --format=j" "revoke --from x" "list --match x"; do words=(tiledesk-jwt ${=line}); CURRENT=$#words; ${_comps[tiledesk-jwt]}; done`
	for _, load := range []string{
		`tiledesk-jwt completion zsh > _tiledesk-jwt; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D`,
		`autoload -Uz compinit; compinit -u -D; source <(tiledesk-jwt completion zsh)`,
	} {
		cmd := exec.Command(zsh, "-f", "-c", load+"\n"+try)
		cmd.Dir = t.TempDir()
		cmd.Env = append(cmd.Environ(), quickExit)
		out, err := cmd.CombinedOutput()
		if want := "offers --format=json --format=jsonl\nfiles\n"; err != nil && len(out) == 0 || string(out) != want {
			t.Errorf("%s: %q, %v", load, out, err)
		}
	}
}
