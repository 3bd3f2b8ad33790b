//go:build !linux

package live

import (
	"os/exec"
	"syscall"
)

func apart(*exec.Cmd) {}

func signal(c *exec.Cmd, s syscall.Signal) { _ = c.Process.Signal(s) }
