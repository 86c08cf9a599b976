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
	return a.parser(new(grammar))
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

// helpAt is the help of a command on a terminal of that many columns.
func helpAt(t *testing.T, columns int, args ...string) (text string) {
	t.Helper()
	a, _ := testApp(new(bytes.Buffer))
	a.console.width, a.console.wrapOut = columns, true
	a.exit = func(code int) { panic(code) }
	defer func() {
		if code := recover(); code != 0 {
			t.Errorf("%v: exit code %v", args, code)
		}
		text = a.stdout.(*bytes.Buffer).String()
	}()
	_, _ = a.parser(new(grammar)).Parse(append(args, "--help"))
	return ""
}

const inspectAt40 = `Usage: tiledesk-jwt inspect [flags]

Show what a token says about itself.
Nothing is sent.
Nothing is sent, and the signature is
not checked: the claims are what the
token says of itself.

Examples:

# A token in a file
tiledesk-jwt inspect leaked.txt

# The one that the environment holds
tiledesk-jwt inspect
[<file>]
    A file that holds a token, or - for
    stdin. Without it: TILEDESK_TOKEN or
    TILEDESK_TOKEN_FILE, else stdin.
--format=FORMAT
    text or json (text).
-h, --help
    Show context-sensitive help.
-q, --quiet
    Say nothing but results and errors.
--no-input
    Never ask.
--no-color
    No colors; NO_COLOR does the same.
`

// On a narrow terminal nothing is put side by side.
func TestHelp_ofANarrowTerminal(t *testing.T) {
	t.Parallel()
	if got := helpAt(t, 40, "inspect"); got != inspectAt40 {
		t.Errorf("%s", got)
	}
	text := helpAt(t, 40)
	for _, want := range []string{"Usage: tiledesk-jwt [flags]\n\nList and revoke", "\nwatch\n    Show sign-ins as they appear.\n", "\n--rate=N\n    Requests a minute"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "__complete") {
		t.Errorf("a hidden command is shown:\n%s", text)
	}
	for columns, isNarrow := range map[int]bool{59: true, 60: false} {
		if text := helpAt(t, columns, "inspect"); strings.Contains(text, "Flags:") == isNarrow || strings.Contains(text, "--rate") {
			t.Errorf("%d columns:\n%s", columns, text)
		}
	}
	if text := helpAt(t, 80, "list"); !strings.Contains(text, "--rate") {
		t.Errorf("a flag is missing:\n%s", text)
	}
}

// Help that does not arrive is an error.
func TestHelp_thatIsNotWritten(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	a.stdout, a.exit = full{}, func(int) {}
	if code := a.run([]string{"list", "--help"}); code == exitDone || !strings.Contains(a.stderr.(*bytes.Buffer).String(), "no space left") {
		t.Errorf("exit code %d: %s", code, a.stderr)
	}
	for command, what := range map[string]string{"completion bash": "The script", "man": "The manual"} {
		a, _ := testApp(new(bytes.Buffer))
		a.stdout = full{}
		code := a.run(strings.Fields(command))
		if said := a.stderr.(*bytes.Buffer).String(); code != exitUndone || said != what+" could not be written: no space left. Make room, or write it somewhere else.\n" {
			t.Errorf("%s: exit code %d: %s", command, code, said)
		}
	}
}
