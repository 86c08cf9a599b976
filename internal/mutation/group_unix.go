//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// alone lets a command begin a group of processes, so that endGroup finds them all.
func alone(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// endGroup ends what a test left running when it did not come to its end: a command
// that polls a port would disturb the next test which gets that port.
func endGroup(command *exec.Cmd) {
	if command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	}
}
