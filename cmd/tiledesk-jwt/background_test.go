package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// command is a tiledesk-jwt in the background.
type command struct {
	*exec.Cmd
	mu      sync.Mutex
	output  bytes.Buffer // stdout and stderr
	changed chan struct{}
}

func (c *command) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.changed = make(chan struct{})
	return c.output.Write(p)
}

// text is what came so far, and a channel that is closed when more comes.
func (c *command) text() (string, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.String(), c.changed
}

// startCommand is: start arg...
func startCommand(w *world, ts *testscript.TestScript, _ bool, args []string) {
	c := &command{Cmd: exec.Command("tiledesk-jwt", args...), changed: make(chan struct{})}
	c.Dir = ts.MkAbs(".")
	c.Env = []string{quickExit}
	for _, name := range []string{"PATH", "TILEDESK_BASE_URL", "TILEDESK_EMAIL", "TILEDESK_PASSWORD", "TILEDESK_TOKEN_FILE", "TMPDIR"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	c.Stdout, c.Stderr = c, c
	ts.Check(c.Start())
	ts.Defer(func() { _ = c.Process.Kill() })
	w.running = c
}

// awaitRequests is: await METHOD N, for as many requests since the server began.
func awaitRequests(w *world, ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	deadline := time.After(patience)
	for {
		w.mu.Lock()
		got, more := w.arrivals[args[0]], w.arrived
		w.mu.Unlock()
		if got >= n {
			return
		}
		select {
		case <-more:
		case <-deadline:
			ts.Fatalf("only %d requests %s came", got, args[0])
		}
	}
}

// awaitOutput is: expect REGEXP, in what the started command prints.
func awaitOutput(w *world, ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[0])
	deadline := time.After(patience)
	for {
		text, more := w.running.text()
		if want.MatchString(text) {
			return
		}
		select {
		case <-more:
		case <-deadline:
			ts.Fatalf("the output is %q", text)
		}
	}
}

// interruptCommand is: interrupt
func interruptCommand(w *world, ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(w.running.Process.Signal(os.Interrupt))
}

// terminateCommand is: terminate
func terminateCommand(w *world, ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(w.running.Process.Signal(syscall.SIGTERM))
}

// finishCommand is: finish CODE. The output can be checked with stdout.
func finishCommand(w *world, ts *testscript.TestScript, _ bool, args []string) {
	late := time.AfterFunc(patience, func() { _ = w.running.Process.Kill() })
	defer late.Stop()
	_ = w.running.Wait() // the exit code is looked at
	text, _ := w.running.text()
	_, _ = ts.Stdout().Write([]byte(text))
	checkSecrets(w, ts, text)
	if code := w.running.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d\n%s", code, text)
	}
}

// useDemo is: demo-env, which sets what the started demo printed.
func useDemo(w *world, ts *testscript.TestScript, _ bool, _ []string) {
	text, _ := w.running.text()
	for _, match := range regexp.MustCompile(`(?m)^export (\w+)=(.*)$`).FindAllStringSubmatch(text, -1) {
		ts.Setenv(match[1], match[2])
	}
}

// enterDemo is: demo-cd, the folder that the started demo names. It is $LEAKED.
func enterDemo(w *world, ts *testscript.TestScript, _ bool, _ []string) {
	text, _ := w.running.text()
	folder := regexp.MustCompile(`(?m)^cd '(.*)'$`).FindStringSubmatch(text)[1]
	ts.Setenv("LEAKED", folder)
	ts.Check(ts.Chdir(folder))
}
