package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode"
)

// letGo is how long a command that has ended, or was to end, may keep what it prints
// open: something that it left in the background holds that for as long as it runs.
const letGo = time.Second

// obeyed reports whether a shell could take a character for something else than a part
// of a word: cmd looks at what stands in a variable, and so does sh without quotes.
func obeyed(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.:", r)
}

// execute runs a command of the user's in the shell, for one token: its JSON line is
// on stdin, its identifiers are in the environment, where no shell takes them for
// something else. What the command prints goes to stderr, since stdout has the lines.
func (a *app) execute(ctx context.Context, command string, r row) error {
	switch {
	case strings.ContainsFunc(r.JTI+r.ID, obeyed):
		return errors.New("its identifiers have characters in them that a shell could obey")
	case strings.HasPrefix(r.JTI, "-"), strings.HasPrefix(r.ID, "-"):
		return errors.New("one of its identifiers begins with a dash, as the flag of a command does")
	}
	var line bytes.Buffer
	if err := writeJSON(&line, r); err != nil {
		return err
	}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	child := exec.CommandContext(ctx, shell, flag, command) //nolint:gosec // whoever runs this names the command
	child.Env = append(os.Environ(), "TILEDESK_JTI="+r.JTI, "TILEDESK_ID="+r.ID)
	child.Stdin, child.Stdout, child.Stderr = &line, a.console.errors(), a.console.errors()
	child.WaitDelay = letGo
	if err := child.Run(); !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	return nil // it ended well, and left something in the background
}
