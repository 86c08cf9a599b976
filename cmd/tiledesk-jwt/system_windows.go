package main

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// readerLeft reports whether a write failed because whoever read has seen enough.
func readerLeft(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA) || errors.Is(err, syscall.EPIPE)
}

// obeysCodes lets a console obey the codes that move the cursor and color text, which
// it does not by itself. It is false for one that cannot; what is not a console is fine.
func obeysCodes(file *os.File) bool {
	console := windows.Handle(file.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return true
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
