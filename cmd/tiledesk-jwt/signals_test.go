//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/go-tiledesk/tiledesk"
)

// A terminal that is closed ends a run in good order, and under nohup not at all.
func TestCommand_outlivesItsTerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		code   int
		says   string
	}{
		"closed": {`exec tiledesk-jwt list --sign-in`, exitInterrupted, "Stopping. Press Ctrl-C again to end at once.\n"},
		"nohup":  {`trap "" HUP; exec tiledesk-jwt list --sign-in --quiet`, exitDone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.code == exitInterrupted && signal.Ignored(syscall.SIGHUP) {
				t.Skip("these tests run under nohup")
			}
			server := newTestServer(t)
			asked, goOn := make(chan struct{}), make(chan struct{})
			release := sync.OnceFunc(func() { close(goOn) })
			t.Cleanup(release)
			atRequest(server, "GET", 2, func() { close(asked); <-goOn }) // the first only asks whether there is a server
			run := &command{Cmd: exec.Command("sh", "-c", c.script), changed: make(chan struct{})}
			run.Env = append(os.Environ(), quickExit, "TILEDESK_BASE_URL="+server.URL(), "TILEDESK_EMAIL="+testEmail, "TILEDESK_PASSWORD="+testPassword)
			run.Stdout, run.Stderr = new(bytes.Buffer), run
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = run.Process.Kill() })
			select {
			case <-asked:
			case <-time.After(patience):
				t.Fatal("it does not list")
			}
			if err := run.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			for text, more := run.text(); !strings.Contains(text, c.says); text, more = run.text() {
				select {
				case <-more:
				case <-time.After(patience):
					t.Fatalf("%q", text)
				}
			}
			release()
			_ = run.Wait() // the exit code is looked at
			if code := run.ProcessState.ExitCode(); code != c.code {
				text, _ := run.text()
				t.Errorf("exit code %d: %s", code, text)
			}
			allRevoked(t, server)
		})
	}
}

// Nobody is warned of a pipe, which others can open and find nothing in.
func TestCredentials_ofAPipe(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		if err := os.WriteFile(name, []byte("b\n"), 0o600); err != nil {
			t.Error(err)
		}
	})
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	if secret, err := a.readSecretFile(name); secret != "b" || err != nil || stderr.Len() > 0 {
		t.Errorf("%q, %v: %s", secret, err, stderr.String())
	}
	writing.Wait()
}

// The width is that of whichever stream is a terminal.
func TestWidth_ofATerminal(t *testing.T) {
	t.Parallel()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = master.Close(), tty.Close() })
	for columns, want := range map[uint16]int{100: 100, 1: 1, 0: defaultWidth} {
		if err := pty.Setsize(master, &pty.Winsize{Rows: 50, Cols: columns}); err != nil {
			t.Fatal(err)
		}
		a, _ := testApp(new(bytes.Buffer))
		a.stdout = tty
		if got := a.width(); got != want {
			t.Errorf("stdout of %d columns: %d", columns, got)
		}
		a, _ = testApp(new(bytes.Buffer))
		a.stderr = tty
		if got := a.width(); got != want {
			t.Errorf("stderr of %d columns: %d", columns, got)
		}
	}
}

// A command of watch --exec gets the token as a line and as variables, what it prints
// goes to stderr, and how it ends is what is returned.
func TestWatch_executes(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	a, _ := testApp(&stderr)
	r := newRow(&tiledesk.Token{ID: "ä1", JTI: "a-b_c.d:e"}, "", nil)
	err := a.execute(t.Context(), `cat; echo "$TILEDESK_JTI and $TILEDESK_ID"; echo oops >&2; exit 3`, r)
	if want := `{"id":"ä1","jti":"a-b_c.d:e","createdAt":null,"updatedAt":null,"current":false}` + "\na-b_c.d:e and ä1\noops\n"; err == nil || err.Error() != "exit status 3" || stderr.String() != want || a.stdout.(*bytes.Buffer).Len() > 0 {
		t.Errorf("%v: %s", err, stderr.String())
	}
	file := filepath.Join(t.TempDir(), "ran")
	for _, bad := range []string{"a b", "a;b", "a$b", "a`b", "a'b", "a\nb", "a/b", "a%b"} {
		for _, r := range []row{{JTI: bad, ID: "1"}, {JTI: "a", ID: bad}} {
			if err := a.execute(t.Context(), "touch '"+file+"'", r); err == nil || !strings.Contains(err.Error(), "characters in them that a shell could obey") {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the command ran")
	}
}
