//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package main

import (
	"errors"
	"os"
)

// lockFile is for systems without locks that a run could rely on.
func lockFile(*os.File) error { return errors.ErrUnsupported }
