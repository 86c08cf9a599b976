//go:build live

package live

import (
	_ "embed"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

//go:embed preload.js
var preloadJS []byte

func writePreload(dir string) (path string, err error) {
	path = filepath.Join(dir, "preload.js")
	return path, os.WriteFile(path, preloadJS, 0o644)
}

// A child is a Node process that ends with this one: by end, or because its
// standard input closes, which preload.js watches.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	log   *tail
	done  chan struct{} // closed when it is gone
	err   error         // how it went, once done
}

// spawn starts a program in dir. Each line that it says goes to its log, and to
// onLine unless that is nil.
func spawn(dir string, env []string, onLine func(string), name string, args ...string) (*child, error) {
	log := &tail{onLine: onLine}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, stdin: stdin, log: log, done: make(chan struct{})}
	go func() {
		c.err = cmd.Wait()
		close(c.done)
	}()
	return c, nil
}

// end asks the child to go, and kills it when it does not.
func (c *child) end() {
	// Without the word the child would take this process for dead and remove the
	// folder, under a database that still has files open there.
	_, _ = io.WriteString(c.stdin, "bye\n")
	_ = c.stdin.Close()
	select {
	case <-c.done:
	case <-time.After(5 * time.Second):
		killGroup(c.cmd)
		<-c.done
	}
}

// A tail keeps the last lines of what is written to it.
type tail struct {
	onLine func(string)

	mu      sync.Mutex
	partial string
	lines   []string
}

const (
	tailLines = 200
	tailWidth = 400 // the server says whole stack traces in one line, a dozen times
)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	whole := strings.Split(t.partial+string(p), "\n")
	t.partial = whole[len(whole)-1]
	for _, line := range whole[:len(whole)-1] {
		line = strings.TrimRight(line[:min(len(line), tailWidth)], "\r")
		t.lines = append(t.lines, line)
		if t.onLine != nil {
			t.onLine(line)
		}
	}
	t.lines = t.lines[max(0, len(t.lines)-tailLines):]
	return len(p), nil
}

func (t *tail) last(n int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	if t.partial != "" {
		lines = append(lines[:len(lines):len(lines)], t.partial)
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
