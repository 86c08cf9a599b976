package main

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"
)

// readHidden reads a line from the terminal without showing it. The terminal is
// told so before the question, since an answer can come at once.
func (a *app) readHidden(ctx context.Context, file *os.File) (string, error) {
	fd := int(file.Fd())
	shown, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	defer func() { _ = term.Restore(fd, shown) }() // nothing else can be done about it
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{file, a.stderr}, "")
	text, err := wait(ctx, func() (string, error) { return terminal.ReadPassword("The token (it is not shown): ") })
	if errors.Is(err, io.EOF) { // a Ctrl-C or Ctrl-D, which are no signals now
		return "", errNotAnswered
	}
	return text, err
}

var errNotAnswered = &failure{exitInterrupted, "Interrupted. Nothing was revoked."}

// wait returns what a read gives, or an error as soon as an interrupt ends the
// context: no read can be called off.
func wait[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		value, err := read()
		results <- result{value, err}
	}()
	select {
	case <-ctx.Done():
		var none T
		return none, errNotAnswered
	case r := <-results:
		return r.value, r.err
	}
}
