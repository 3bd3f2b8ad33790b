package live

import (
	"os/exec"
	"syscall"
)

// apart gives a process a group of its own, so that what Options.Wrap started
// ends with it, and lets it end when the test process does.
func apart(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func signal(c *exec.Cmd, s syscall.Signal) { _ = syscall.Kill(-c.Process.Pid, s) }
