package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A command that leaves something in the background, which holds what the command
// prints open, does not keep the watch from its next look.
func TestWatch_waitsForNothingInTheBackground(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the command is for sh")
	}
	a, _ := testApp(new(bytes.Buffer))
	file := filepath.Join(t.TempDir(), "pid")
	if err := a.execute(context.Background(), "sleep 30 & echo $! > '"+file+"'", row{JTI: "a", ID: "b"}); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = process.Release() }()
	if err := process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("it was waited for: %v", err)
	}
	_ = process.Kill()
}

// An identifier that a command could take for a flag runs none.
func TestWatch_executesNoFlag(t *testing.T) {
	t.Parallel()
	for _, r := range []row{{JTI: "--help", ID: "a"}, {JTI: "a", ID: "-y"}} {
		a, _ := testApp(new(bytes.Buffer))
		if err := a.execute(context.Background(), "exit 0", r); err == nil {
			t.Errorf("%s %s: no error", r.JTI, r.ID)
		}
	}
}
