//go:build unix

package main

import (
	"cmp"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/go-tiledesk/tiledesk/internal/redact"
	"github.com/go-tiledesk/tiledesk/tiledesktest"
)

// terminalSession runs the command, says how it ended, and stays until everything
// was read: when the leader of a session ends, the system drops what is unread.
const terminalSession = `trap : INT; cd "${DIR:-.}"; if [ "$STDOUT" ]; then tiledesk-jwt "$@" >"$STDOUT"; else tiledesk-jwt "$@"; fi; printf '[exit %d]' $?; read -r _`

var exited = regexp.MustCompile(`\[exit (\d+)\]$`)

// terminal is a tiledesk-jwt on a pseudo-terminal.
type terminal struct {
	*command
	t    *testing.T
	tty  io.ReadWriteCloser
	done chan struct{} // closed when the terminal is
}

// onTerminal starts the command on a terminal of that many columns.
func onTerminal(t *testing.T, server *tiledesktest.Server, columns uint16, env []string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", terminalSession, "sh"}, args...)...)
	cmd.Env = append([]string{
		"TERM=xterm", quickExit, "PATH=" + os.Getenv("PATH"),
		"TILEDESK_BASE_URL=" + server.URL(),
		"TILEDESK_EMAIL=" + testEmail, "TILEDESK_PASSWORD=" + testPassword,
		"GOCOVERDIR=" + cmp.Or(os.Getenv("GOCOVERDIR"), t.TempDir()), // with -cover the command complains without
	}, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{command: &command{Cmd: cmd, changed: make(chan struct{})}, t: t, tty: tty, done: make(chan struct{})}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), tty.Close() })
	go func() {
		defer close(term.done)
		_, _ = io.Copy(term.command, tty) // ends with an error when the command does
	}()
	return term
}

func (term *terminal) expect(pattern string) {
	term.t.Helper()
	want := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		text, more := term.text()
		if want.MatchString(text) {
			return
		}
		select {
		case <-more:
		case <-late:
			term.t.Fatalf("no %s in %q", pattern, text)
		}
	}
}

func (term *terminal) send(text string) {
	term.t.Helper()
	if _, err := io.WriteString(term.tty, text); err != nil {
		term.t.Fatal(err)
	}
}

// end waits for the command and returns all that was shown.
func (term *terminal) end(code int) string {
	term.t.Helper()
	term.expect(exited.String())
	text, _ := term.text()
	if got := exited.FindStringSubmatch(text)[1]; got != strconv.Itoa(code) {
		term.t.Fatalf("exit code %s, want %d: %q", got, code, text)
	}
	term.send("\n")
	<-term.done
	_ = term.Wait() // of the shell
	if redact.HasToken(text) || strings.Contains(text, testPassword) {
		term.t.Errorf("a secret was shown: %q", text)
	}
	return text
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")

// checkWidth fails when a line is wider than the terminal.
func checkWidth(t *testing.T, text string, columns uint16) {
	t.Helper()
	for _, line := range strings.FieldsFunc(ansi.ReplaceAllString(text, ""), func(r rune) bool { return r == '\r' || r == '\n' }) {
		if n := utf8.RuneCountInString(line); n > int(columns) {
			t.Errorf("%d columns in a terminal of %d: %q", n, columns, line)
		}
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{120, 80, 40} {
		server := newTestServer(t)
		old := server.IssueAt(testEmail, time.Now().Add(-40*day), 12)
		young := server.Issue(testEmail, 1)

		term := onTerminal(t, server, columns, nil, "list", "--sign-in")
		text := term.end(exitDone)
		checkWidth(t, text, columns)
		if !strings.Contains(text, "\x1b[32m* ") || !strings.Contains(text, "1 month ago") {
			t.Errorf("the token in use is not marked, or has no age: %q", text)
		}

		release := holdAfter(t, server, 4)
		term = onTerminal(t, server, columns, nil, "revoke-all", "--older-than", "30d", "--rate", "0")
		term.expect(`and 2 more`)
		term.expect(`Revoke\s+all\s+12\s+tokens\s+at\s+` + server.URL() + `,\s+account\s+agent@example\.com\?\s+This\s+cannot\s+be\s+undone\.\s+\[y/N\] $`)
		term.send("y\n")
		term.expect(`4 of 12 revoked`)
		release()
		term.expect(`12 revoked, 2 left alone\.`)
		checkWidth(t, term.end(exitDone), columns)
		for _, token := range old {
			if !server.Revoked(token) {
				t.Error("an old token is alive")
			}
		}
		if server.Revoked(young[0]) {
			t.Error("the young token was revoked")
		}

		checkWidth(t, onTerminal(t, server, columns, nil, "doctor").end(exitDone), columns)
		if columns < narrow {
			checkWidth(t, onTerminal(t, server, columns, nil, "revoke", "--help").end(exitDone), columns)
		}
	}
}

func TestTerminalAnswers(t *testing.T) {
	t.Parallel()
	for _, answer := range []struct {
		keys string
		code int
	}{{"n\n", exitUsage}, {"\n", exitUsage}, {"\x04", exitUsage}, {"\x03", exitInterrupted}} {
		server := newTestServer(t)
		token := server.Issue(testEmail, 1)[0]
		jti, _ := identify(token)
		term := onTerminal(t, server, 80, nil, "revoke", jti)
		term.expect(`Revoke ` + jti + ` at\s+` + server.URL() + `,\s+account\s+agent@example\.com\?\s+This\s+cannot\s+be\s+undone\.\s+\[y/N\] $`)
		term.send(answer.keys)
		if text := term.end(answer.code); !strings.Contains(text, "Nothing was revoked.") || server.Revoked(token) {
			t.Errorf("after %q: %q", answer.keys, text)
		}
	}
}

func TestTerminalWithoutPerson(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	server.Issue(testEmail, 1)
	text := onTerminal(t, server, 80, nil, "revoke-all", "--no-input").end(exitUsage)
	if !strings.Contains(text, "Nothing was sent: with --no-input") || strings.Contains(text, "no terminal") || len(server.Requests()) > 0 {
		t.Errorf("%q", text)
	}
}

// Nobody types a list for nothing, and the end of the input leaves no text behind
// the question.
func TestTerminalEnds(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	onTerminal(t, server, 80, nil, "revoke", "--from", "-").end(exitUsage)
	term := onTerminal(t, server, 80, nil, "revoke", "x")
	term.expect(`\[y/N\] $`)
	term.send("\x04")
	if text := term.end(exitUsage); !strings.Contains(text, "[y/N] \r\nNothing was revoked.") {
		t.Errorf("%q", text)
	}
}

func TestTerminalPlain(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		server := newTestServer(t)
		server.Issue(testEmail, 3)
		text := onTerminal(t, server, 80, []string{env}, "list").end(exitDone)
		text += onTerminal(t, server, 80, []string{env}, "doctor").end(exitDone)
		if env == "TERM=dumb" {
			text += onTerminal(t, server, 80, []string{env}, "revoke-all", "--yes").end(exitDone)
		}
		if strings.Contains(text, "\x1b") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			t.Errorf("with %s: %q", env, text)
		}
	}
}

func TestTerminalHidesToken(t *testing.T) {
	t.Parallel()
	server := newTestServer(t)
	token := server.Issue(testEmail, 1)[0]
	term := onTerminal(t, server, 80, []string{"TILEDESK_EMAIL="}, "revoke", "--token-from", "-", "--verify")
	term.expect(`it is not shown\): $`)
	term.send(token + "\n")
	_, user := identify(token)
	term.expect(`of user\s+` + user + `\s+at\s+` + server.URL() + `,\s+account\s+` + user + `\?\s[^?]+\[y/N\] $`)
	term.send("yes\n")
	if text := term.end(exitDone); !strings.Contains(text, "verified") || !strings.Contains(text, "[y/N] yes\r\n") || !server.Revoked(token) {
		t.Errorf("%q", text) // what is typed behind the token is shown again
	}

	term = onTerminal(t, server, 80, nil, "inspect", "-")
	term.expect(`it is not shown\): $`)
	term.send("\x03")
	term.end(exitInterrupted)
}
