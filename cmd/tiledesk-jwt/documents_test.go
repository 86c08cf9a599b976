//go:build unix

package main

import (
	"cmp"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// asDocumented is the address that the documents name.
const asDocumented = "https://chat.example.com/api"

var (
	shellBlock = regexp.MustCompile("(?ms)^```(sh|console|cron)\n(.*?)^```$")
	settings   = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )+`)
	schedule   = regexp.MustCompile(`^(?:\S+ +){5}`)
)

// texts are those that tell people what to type.
var texts = []string{"README.md", "docs/command.md", "docs/server.md"}

// What README and the documents tell people to type does what they say, line after
// line and on a terminal, where each question is answered with yes.
func TestDocuments_commandsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	commands := 0
	for _, name := range texts {
		for _, block := range shellBlocks(t, name) {
			if block[1] == "console" {
				continue
			}
			page := newPage(t)
			for line := range strings.Lines(block[2]) {
				if block[1] == "cron" {
					line = schedule.ReplaceAllString(line, "")
				}
				if strings.HasPrefix(settings.ReplaceAllString(line, ""), "tiledesk-jwt ") && (!strings.Contains(line, " jq ") || onPath("jq")) {
					page.runs(t, strings.TrimSpace(line))
					commands++
				}
			}
		}
	}
	if commands < 12 {
		t.Errorf("found %d commands only", commands)
	}
}

// Flags and commands that a text names are those of the command.
func TestDocuments_nameWhatThereIs(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("tiledesk-jwt", "man").Output()
	if err != nil {
		t.Fatal(err)
	}
	manual := strings.ReplaceAll(string(out), `\-`, "-")
	for _, name := range texts {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range regexp.MustCompile("--[a-z][a-z-]+").FindAllString(string(text), -1) {
			if flag != "--repo" && !strings.Contains(manual, flag) { // of gh, in the one other command line
				t.Errorf("%s names %s", name, flag)
			}
		}
		for _, found := range regexp.MustCompile("tiledesk-jwt ([a-z][a-z-]+)").FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(manual, `.SS "`+found[1]) {
				t.Errorf("%s names the command %s", name, found[1])
			}
		}
	}
}

// A transcript shows what the command prints, but for ids, times and addresses.
func TestDocuments_transcriptsAreThoseOfTheCommand(t *testing.T) {
	t.Parallel()
	for _, name := range texts {
		for _, block := range shellBlocks(t, name) {
			if block[1] != "console" {
				continue
			}
			page := newPage(t)
			page.env = slices.DeleteFunc(page.env, func(entry string) bool { // the leaked token revokes itself
				return strings.HasPrefix(entry, "TILEDESK_EMAIL=") || strings.HasPrefix(entry, "TILEDESK_PASSWORD")
			})
			for step := range strings.SplitSeq("\n"+block[2], "\n$ ") {
				line, want, _ := strings.Cut(step, "\n")
				if !strings.HasPrefix(line, "tiledesk-jwt") {
					continue // the page has the file, and the address of its server
				}
				if got := page.runs(t, line); inGeneral(got) != inGeneral(want) {
					t.Errorf("%s: %s printed\n%s\nand not\n%s", name, line, inGeneral(got), inGeneral(want))
				}
			}
		}
	}
}

func shellBlocks(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return shellBlock.FindAllStringSubmatch(string(text), -1)
}

func onPath(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// page is what a reader of a document has: a server, a leaked token, and the
// credentials of the account.
type page struct {
	dir string
	env []string
	url string
}

func newPage(t *testing.T) *page {
	t.Helper()
	server := newTestServer(t)
	server.IssueAt(testEmail, time.Now().Add(-400*day), 3)
	leaked := server.IssueAt(testEmail, time.Now().Add(-3*time.Hour), 2)
	server.SetField(leaked[1], "ip", "203.0.113.7")
	p := &page{dir: t.TempDir(), url: server.URL()}
	for file, text := range map[string]string{"leaked.txt": leaked[0], "password": testPassword} {
		if err := os.WriteFile(filepath.Join(p.dir, file), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.env = []string{
		"TERM=dumb", "PATH=" + os.Getenv("PATH"), quickExit, "HOME=" + p.dir, "TMPDIR=" + p.dir,
		"TILEDESK_BASE_URL=" + p.url, "TILEDESK_EMAIL=" + testEmail, "TILEDESK_PASSWORD_FILE=" + filepath.Join(p.dir, "password"),
		"GOCOVERDIR=" + cmp.Or(os.Getenv("GOCOVERDIR"), t.TempDir()),
	}
	return p
}

// typedAnswers are what is typed when the command waits for it.
var typedAnswers = []struct {
	wait *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`\[(y/N|Y/n)\] $`), "y\n"},
	{regexp.MustCompile(`Numbers to revoke[^\n]* $`), "1\n"},
	{regexp.MustCompile(`Watching for sign-ins`), "\x03"},
}

// runs types a line at a terminal, and returns what it printed. It has to end with 0.
func (p *page) runs(t *testing.T, line string) string {
	t.Helper()
	line = strings.NewReplacer(
		asDocumented, p.url, "bot@example.com", testEmail, "/etc/tiledesk/password", filepath.Join(p.dir, "password"),
	).Replace(line)
	cmd := exec.Command("sh", "-c", "trap : INT\n"+line+"\nprintf '[exit %d]' $?; read -r _")
	cmd.Dir, cmd.Env = p.dir, p.env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{command: &command{Cmd: cmd, changed: make(chan struct{})}, t: t, tty: tty, done: make(chan struct{})}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), tty.Close() })
	go func() {
		defer close(term.done)
		_, _ = io.Copy(term.command, tty)
	}()
	term.answer(line)
	return exited.ReplaceAllString(term.end(exitDone), "")
}

// answer types what the command waits for, until it has ended.
func (term *terminal) answer(line string) {
	term.t.Helper()
	late := time.After(patience)
	for seen := 0; ; {
		text, more := term.text()
		if exited.MatchString(text) {
			return
		}
		for _, answer := range typedAnswers {
			if answer.wait.MatchString(text[seen:]) {
				term.send(answer.text)
				seen = len(text)
				break
			}
		}
		select {
		case <-more:
		case <-late:
			term.t.Fatalf("%s did not end: %q", line, text)
		}
	}
}

var unlike = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{24}\b|\d{4}-\d\d-\d\d \d\d:\d\d|http://127\.0\.0\.1:\d+|` + regexp.QuoteMeta(asDocumented))

// inGeneral is a text without what differs from run to run, and without its ends of lines.
func inGeneral(text string) string {
	text = unlike.ReplaceAllString(ansi.ReplaceAllString(text, ""), "…")
	return strings.Join(strings.Fields(text), " ")
}
