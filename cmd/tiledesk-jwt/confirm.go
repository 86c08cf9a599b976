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
	if !ask {
		return nil
	}
	if why := a.whyNobody(stdinTaken); why != "" {
		return usage("Nothing was sent: %s. Look at it with --dry-run, then use --yes.", why)
	}
	return nil
}

// whyNobody is why nobody can be asked; empty where somebody can.
func (a *app) whyNobody(stdinTaken bool) string {
	switch {
	case a.flags.NoInput:
		return "with --no-input you cannot be asked"
	case stdinTaken && a.onTerminal.stderr:
		return "stdin is in use, so that you cannot be asked"
	case stdinTaken, !a.canAsk():
		return "there is no terminal to ask on"
	}
	return ""
}

// confirm asks; anything but y or yes is a no.
func (a *app) confirm(ctx context.Context, format string, args ...any) error {
	switch yes, err := a.askYesNo(ctx, false, format, args...); {
	case err != nil:
		return err
	case yes:
		return nil
	}
	return errDeclined
}

// askYesNo asks. An empty answer is the default, and the end of the input is a no. An
// error is an interrupt.
func (a *app) askYesNo(ctx context.Context, byDefault bool, format string, args ...any) (bool, error) {
	choice := " [y/N]"
	if byDefault {
		choice = " [Y/n]"
	}
	a.console.ask(format+choice, args...)
	answer, err := wait(ctx, func() (string, error) {
		line, _ := bufio.NewReader(a.stdin).ReadString('\n')
		return line, nil
	})
	if err != nil {
		return false, err
	}
	if answer == "" {
		a.console.complain("") // a Ctrl-D leaves the cursor behind the question
		return false, nil
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	case "":
		return byDefault, nil
	}
	return false, nil
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
