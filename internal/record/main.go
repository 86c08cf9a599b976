//go:build unix

// Program record types a session at a shell on a pseudo-terminal, and writes what the
// terminal showed as an asciicast, the recording of asciinema:
//
//	go run ./internal/record <session >session.cast
//
// Each line of the session is typed once the shell, or a question of the command that
// runs, waits for it. The times are made up, so that a busy machine makes no slow
// picture; docs/img/make has the rest.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/creack/pty"
)

const (
	columns, rows = 80, 22

	keystroke = 45 * time.Millisecond
	answering = 350 * time.Millisecond // between the end of a line and what it brings
	reading   = 1600 * time.Millisecond
	lasting   = 6 * time.Second // the last picture
	patience  = time.Minute
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(session io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	shell := exec.CommandContext(ctx, "sh")
	shell.Env = append(os.Environ(), "PS1=$ ", "TERM=xterm-256color")
	tty, err := pty.StartWithSize(shell, &pty.Winsize{Rows: rows, Cols: columns})
	if err != nil {
		return err
	}
	defer func() { _ = tty.Close() }()
	r := recorder{tty: tty, out: out, shown: make(chan string)}
	go r.read()
	if _, err := fmt.Fprintf(out, `{"version": 2, "width": %d, "height": %d}`+"\n", columns, rows); err != nil {
		return err
	}
	if err := r.await(waits); err != nil {
		return err
	}
	for lines := bufio.NewScanner(session); lines.Scan(); {
		if err := r.typed(lines.Text()); err != nil {
			return err
		}
	}
	r.clock += lasting
	return r.event(" ")
}

// recorder types at a terminal and writes events down.
type recorder struct {
	tty   io.ReadWriter
	out   io.Writer
	shown chan string
	clock time.Duration
	text  string // all that was shown
}

// read hands on what the terminal shows, until it is closed.
func (r *recorder) read() {
	buffer := make([]byte, 1<<16)
	for {
		n, err := r.tty.Read(buffer)
		if err != nil {
			close(r.shown)
			return
		}
		r.shown <- string(buffer[:n])
	}
}

// typed types a line, a key at a time, and waits for what it brings.
func (r *recorder) typed(line string) error {
	r.clock += reading
	for _, key := range line {
		if err := r.key(string(key), func(string) bool { return true }); err != nil {
			return err
		}
		r.clock += keystroke
	}
	r.clock += answering
	return r.key("\n", waits)
}

// key types one key, and waits until what was shown since is enough.
func (r *recorder) key(key string, enough func(shown string) bool) error {
	if _, err := io.WriteString(r.tty, key); err != nil {
		return err
	}
	return r.await(enough)
}

func (r *recorder) await(enough func(shown string) bool) error {
	late := time.After(patience)
	for from := len(r.text); ; {
		select {
		case text, open := <-r.shown:
			if !open {
				return fmt.Errorf("the shell has ended after %q", r.text)
			}
			r.text += text
			if err := r.event(text); err != nil {
				return err
			}
			if enough(r.text[from:]) {
				return nil
			}
		case <-late:
			return fmt.Errorf("nothing waits for a line after %q", r.text[from:])
		}
	}
}

// waits is true where a prompt or a question stands at the end.
func waits(shown string) bool {
	return strings.HasSuffix(shown, "\n$ ") || shown == "$ " || strings.HasSuffix(shown, "[y/N] ")
}

func (r *recorder) event(text string) error {
	line, err := json.Marshal([]any{r.clock.Seconds(), "o", text})
	if err == nil {
		_, err = fmt.Fprintf(r.out, "%s\n", line)
	}
	return err
}
