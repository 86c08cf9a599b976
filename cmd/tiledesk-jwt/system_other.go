//go:build !windows

package main

import (
	"errors"
	"os"
	"syscall"
)

// readerLeft reports whether a write failed because whoever read has seen enough.
func readerLeft(err error) bool { return errors.Is(err, syscall.EPIPE) }

// obeysCodes is about the consoles of Windows; TERM tells the rest.
func obeysCodes(*os.File) bool { return true }
