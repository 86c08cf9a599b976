package main

import (
	"bufio"
	"context"
	"io"
	"strings"
)

// maxShown is how many tokens or failures are shown one by one to people.
const maxShown = 10

// mustBeThere refuses to go on when a question has to be asked and nobody can
// answer it. It is called before anything is sent.
func (a *app) mustBeThere(ask, stdinTaken bool) error {
	switch {
	case !ask:
		return nil
	case a.flags.NoInput:
		return usage("Nothing was sent: with --no-input you cannot be asked. Look at it with --dry-run, then use --yes.")
	case stdinTaken && a.onTerminal.stderr:
		return usage("Nothing was sent: stdin is taken, so that you cannot be asked. Look at it with --dry-run, then use --yes.")
	case stdinTaken, !a.canAsk():
		return usage("Nothing was sent: there is no terminal to ask on. Look at it with --dry-run, then use --yes.")
	}
	return nil
}

// confirm asks; anything but y or yes is a no.
func (a *app) confirm(ctx context.Context, format string, args ...any) error {
	a.console.ask(format+" [y/N]", args...)
	answer, err := wait(ctx, func() (string, error) {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n') // the end of the input is a no
		return line, nil
	})
	if err != nil {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	case "":
		if answer == "" {
			a.console.complain("") // a Ctrl-D leaves the cursor behind the question
		}
	}
	return errDeclined
}

// show writes to stderr a line of what is asked about.
func (c *console) show(format string, args ...any) { c.write(c.stderr, false, format, args) }

// ask writes a question to stderr and leaves the cursor behind it.
func (c *console) ask(format string, args ...any) {
	text := c.compose(c.wrapErr, format, args)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	_, _ = io.WriteString(c.stderr, text+" ")
}

// canAsk reports whether somebody is there to answer a question.
func (a *app) canAsk() bool {
	return a.onTerminal.stdin && a.onTerminal.stderr && !a.flags.NoInput
}
