package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is the program, running as anyone would run it.
type server struct {
	cmd   *exec.Cmd
	url   string
	start time.Duration // from starting the process to the first answer of 200
	log   string
}

// startServer starts the program on a free port and waits until it answers.
func startServer(ctx context.Context, bin string, p place, log string, env ...string) (*server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	s := &server{url: "http://" + addr, log: log}
	s.cmd = exec.CommandContext(ctx, bin, append([]string{"serve", "--addr", addr}, p.flags()...)...)
	s.cmd.Stdout, s.cmd.Stderr = out, out
	s.cmd.Env = append(os.Environ(), env...)
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	for {
		res, err := http.Get(s.url + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.start = time.Since(began)
				return s, nil
			}
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log)
			return nil, fmt.Errorf("the program ended at once: %w\n%s", err, text)
		case <-time.After(time.Millisecond):
		}
		if time.Since(began) > 2*time.Minute {
			_ = s.cmd.Process.Kill()
			return nil, fmt.Errorf("the program did not answer in two minutes; see %s", log)
		}
	}
}

// stop ends the program as an operator does, and by force if that takes a minute.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	for range 600 {
		if err := s.cmd.Process.Signal(syscall.Signal(0)); err != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	_ = s.cmd.Process.Kill()
}

// profile begins a profile of the program, when a folder is given, and gives what
// ends it.
func (s *server) profile(dir, name string) (end func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	if err := os.WriteFile(filepath.Join(dir, "name"), []byte(strings.ReplaceAll(name, " ", "-")), 0o600); err != nil {
		return nil, err
	}
	return func() {
		_ = s.cmd.Process.Signal(syscall.SIGUSR2)
		time.Sleep(500 * time.Millisecond)
	}, s.cmd.Process.Signal(syscall.SIGUSR1)
}

// memory is what the process holds now and held at most, in MB of 10^6 bytes.
func (s *server) memory() (now, peak float64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	field := func(name string) float64 {
		_, rest, _ := strings.Cut(string(b), name+":")
		n, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
		return n * 1024 / 1e6
	}
	return field("VmRSS"), field("VmHWM")
}

// cpu is the processor time a process has used, in seconds.
func cpu(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / 100 // clock ticks, of which Linux shows 100 a second
}
