package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// The manual has what the help has: every command that is shown with its flags, the
// flags for all, and the topics.
func TestMan_holdsTheWholeHelp(t *testing.T) {
	t.Parallel()
	a, _ := testApp(new(bytes.Buffer))
	if code := a.run([]string{"man"}); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	manual := a.stdout.(*bytes.Buffer).String()
	want := []string{
		`.TH TILEDESK-JWT 1 "" "tiledesk-jwt `, "\n.SH \"NAME\"\ntiledesk\\-jwt \\- list and revoke the JWT tokens of a Tiledesk account\n",
		"\n.SH \"SYNOPSIS\"\n.B tiledesk-jwt\nCOMMAND [flags]\n", "\n.SH \"DESCRIPTION\"\n" + escapeTroff(strings.Split(description, "\n")[0]) + "\n", "\n.SH \"COMMANDS\"\n",
	}
	model := parserOf(t).Model
	for _, command := range model.Children {
		if command.Hidden {
			continue
		}
		want = append(want, "\n.SS \""+escapeTroff(strings.TrimPrefix(command.Summary(), "tiledesk-jwt "))+"\"\n"+escapeTroff(command.Help)+"\n")
		if command.Detail != "" {
			first, _, _ := strings.Cut(command.Detail, "\n")
			want = append(want, "\n.PP\n"+escapeTroff(first)+"\n")
		}
		for _, argument := range command.Positional {
			want = append(want, manEntry(argument.Summary(), argument.Help))
		}
		for _, flag := range command.Flags {
			want = append(want, manEntry(flag.String(), flag.Help))
		}
	}
	want = append(want, "\n.SH \"FLAGS FOR ALL COMMANDS\"\nA command that sends nothing takes few of them: see its \\-\\-help.\n")
	for _, flag := range model.Flags {
		want = append(want, manEntry(flag.String(), flag.Help))
	}
	want = append(want,
		"\n.SH \"EXIT CODES\"\n", manEntry("0", "Everything asked for is done. A token that is already gone counts as done."), "\nWhen several apply: 3, then 5, then 4, then 1.",
		"\n.SH \"ENVIRONMENT\"\n", manEntry("TILEDESK_TOKEN_FILE", "A file that holds it."))
	rest := manual
	for _, part := range want {
		at := strings.Index(rest, part)
		if at < 0 {
			t.Fatalf("not there, or not in this order: %q", part)
		}
		rest = rest[at+len(part)-1:] // the end of a line can be the beginning of the next part
	}
}

func manEntry(name, text string) string {
	return "\n.TP\n.B \"" + strings.ReplaceAll(escapeTroff(name), `"`, `\(dq`) + "\"\n" + escapeTroff(text) + "\n"
}

// No text of the manual is read as a troff request, and all of it can be copied.
func TestMan_escapes(t *testing.T) {
	t.Parallel()
	var m troff
	m.paragraphs(".one\n\n    tiledesk-jwt list\n'two' \\ .")
	m.entry(`--match="x"`, "-.")
	want := "\\&.one\n.PP\n.EX\n    tiledesk\\-jwt list\n.EE\n\\(aqtwo\\(aq \\e .\n.TP\n.B \"\\-\\-match=\\(dqx\\(dq\"\n\\-.\n"
	if got := m.String(); got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	const hidden = "do not show"
	text := manual(&kong.Application{Node: &kong.Node{Children: []*kong.Node{{Name: "a", Help: hidden, Hidden: true}, {Name: "b", Help: "B", Type: kong.CommandNode}}}})
	if strings.Contains(text, hidden) || !strings.Contains(text, "\n.SS \"b\"\nB\n.PP\n.SH ") {
		t.Error(text)
	}
}

func TestMan_failsWhereItCannotWrite(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	a.stdout = full{}
	if code := a.run([]string{"man"}); code != exitUndone || !strings.HasPrefix(stderr.String(), "The manual could not be written: no space left.") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}
