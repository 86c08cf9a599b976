package main

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile keeps other runs from using a file until it is closed. It is errInUse
// where another one has it, any other error where the file system has no locks.
//
// Nobody can read or write the bytes that Windows locks, so it is one far behind
// the end of any report.
func lockFile(file *os.File) error {
	behind := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, behind)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errInUse
	}
	return err
}
