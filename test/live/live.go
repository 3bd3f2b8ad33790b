// Package live runs the real program, built from this tree, as a process of its
// own on a loopback address, and speaks to it as a browser without script does.
// Tests that kill it, serve from two of it, measure it or attack it begin here.
//
//	o := live.Place(t)                                  // an empty data folder and a key
//	accounts := live.Accounts(t, o, live.Person{Name: "Sol Worker", Role: "mash_social_worker"})
//	s := live.Start(t, o)                               // ends with the test
//	c := live.NewClient(s.URL())
//	err := c.SignIn(ctx, accounts[0])
//	sent, err := c.Refer(ctx, live.Neighbour())
//	s.Kill(); s.Restart()
package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds everything that is waited for. It only bounds a failure.
const patience = 90 * time.Second

// root is the folder of the module.
var root = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(out))), err
})

// binary builds the program once a process.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := root()
	if err != nil {
		return "", err
	}
	at := filepath.Join(dir, "bin", "live")
	if err := os.MkdirAll(at, 0o755); err != nil {
		return "", err
	}
	path, fresh := filepath.Join(at, "frontdoor"), filepath.Join(at, "frontdoor."+strconv.Itoa(os.Getpid()))
	// One that is up to date is not linked again.
	if last, err := os.ReadFile(path); err == nil {
		if err := os.WriteFile(fresh, last, 0o755); err != nil {
			return "", err
		}
	}
	defer func() { _ = os.Remove(fresh) }() // when it does not build
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", fresh, "./cmd/frontdoor")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	// Other test processes may be running the one that is there: it is replaced,
	// never written over.
	return path, os.Rename(fresh, path)
})

// Binary builds cmd/frontdoor without the race detector, once a test process,
// and gives its path.
func Binary(tb testing.TB) string {
	tb.Helper()
	path, err := binary()
	if err != nil {
		tb.Fatalf("building the program: %v", err)
	}
	dependOnSources(tb)
	return path
}

// dependOnSources makes "go test" see that a test's result follows from the
// program's sources, which it does not import: it notes what a test looks at.
func dependOnSources(tb testing.TB) {
	dir, err := root()
	if err != nil {
		tb.Fatal(err)
	}
	for _, top := range []string{"cmd", "internal", "pathways", "partnerships", "reports"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.HasSuffix(path, "_test.go") {
				_, _ = os.Stat(path)
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// Options say how the program is started. The zero value is "serve" on an empty
// place of its own.
type Options struct {
	// Command is "serve", or "demo", which has its own place and people.
	Command string
	// Data and Key are the data folder and the key file; see Place. Empty ones
	// are made for the test.
	Data, Key string
	// Database is a PostgreSQL URL, instead of the data folder.
	Database string
	// Addr is where it listens; empty is any free port of 127.0.0.1.
	Addr string
	// Args go after the program's own flags, Env after the environment of the test.
	Args, Env []string
	// Wrap is put before the program: a command that runs it, such as faketime.
	Wrap []string
}

// Place is an empty data folder with the path of a key beside it. The key is
// made when the place is first opened.
func Place(tb testing.TB) Options {
	tb.Helper()
	dir := tb.TempDir()
	return Options{Data: filepath.Join(dir, "data"), Key: filepath.Join(dir, "key")}
}

// where are the flags that name the place.
func (o Options) where() []string {
	var args []string
	if o.Data != "" {
		args = append(args, "--data", o.Data)
	}
	if o.Key != "" {
		args = append(args, "--key", o.Key)
	}
	if o.Database != "" {
		args = append(args, "--database", o.Database)
	}
	return args
}

func (o Options) command(path string, args ...string) *exec.Cmd {
	line := append(append([]string{}, o.Wrap...), path)
	c := exec.Command(line[0], append(line[1:], args...)...)
	c.Env = append(os.Environ(), o.Env...)
	return c
}

// Run runs another command of the program on a place, such as "verify", to its
// end, and gives what it printed and its exit code.
func Run(tb testing.TB, o Options, args ...string) (string, int) {
	tb.Helper()
	path := Binary(tb)
	c := o.command(path, append(args, o.where()...)...)
	out := &buffer{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		tb.Fatalf("%v: %v", args, err)
	}
	defer time.AfterFunc(2*patience, func() { _ = c.Process.Kill() }).Stop()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("%v: %v", args, err)
	}
	return out.String(), c.ProcessState.ExitCode()
}

// Server is one running program.
type Server struct {
	tb      testing.TB
	path    string
	o       Options
	args    []string
	metrics string
	log     *buffer

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
}

// Start starts the program and waits until it answers. It fails the test if it
// does not, and ends it with the test.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := New(tb, o)
	if err := s.Up(); err != nil {
		tb.Fatal(err)
	}
	return s
}

// New is Start without starting: for what is expected to fail, or to be started
// later with Up.
func New(tb testing.TB, o Options) *Server {
	tb.Helper()
	if o.Command == "" {
		o.Command = "serve"
	}
	if o.Command == "serve" && o.Database == "" && o.Data == "" || o.Command == "serve" && o.Key == "" {
		p := Place(tb)
		o.Key = p.Key
		if o.Database == "" {
			o.Data = p.Data
		}
	}
	if o.Addr == "" {
		o.Addr = freeAddr(tb)
	}
	s := &Server{tb: tb, path: Binary(tb), o: o, log: &buffer{}}
	s.args = []string{o.Command, "--addr", o.Addr}
	if o.Command == "serve" {
		s.metrics = freeAddr(tb)
		s.args = append(append(s.args, "--metrics", s.metrics), o.where()...)
	}
	s.args = append(s.args, o.Args...)
	tb.Cleanup(s.Kill)
	return s
}

// freeAddr is a port that nobody listens on. It is outside the range that the
// system takes ports from for connections, so that it stays free while the
// program is down.
func freeAddr(tb testing.TB) string {
	tb.Helper()
	for range 200 {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(12000+rand.IntN(20000)))
		if ln, err := net.Listen("tcp", addr); err == nil {
			_ = ln.Close()
			return addr
		}
	}
	tb.Fatal("no free port")
	return ""
}

// Up starts a program that is not running and waits until it answers. When it
// ends instead, the error holds what it said.
func (s *Server) Up() error {
	s.mu.Lock()
	from := s.log.Len()
	c := s.o.command(s.path, s.args...)
	c.Stdout, c.Stderr = s.log, s.log
	apart(c)
	if err := c.Start(); err != nil {
		s.mu.Unlock()
		return err
	}
	ended := make(chan struct{})
	s.cmd, s.ended = c, ended
	s.mu.Unlock()
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		if ready(ctx, s.URL()+"/readyz") {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("the program ended with %d:\n%s", c.ProcessState.ExitCode(), s.log.String()[from:])
		case <-ctx.Done():
			s.Kill()
			return fmt.Errorf("the program does not answer:\n%s", s.log.String()[from:])
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func ready(ctx context.Context, url string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	r.Close = true
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// URL is the address people reach it at.
func (s *Server) URL() string { return "http://" + s.o.Addr }

// Addr is where it listens, 127.0.0.1:port.
func (s *Server) Addr() string { return s.o.Addr }

// MetricsURL is its measurements in the Prometheus text format; empty for the
// demonstration.
func (s *Server) MetricsURL() string {
	if s.metrics == "" {
		return ""
	}
	return "http://" + s.metrics + "/metrics"
}

// Place is where its data is, for Run, Accounts and Open.
func (s *Server) Place() Options { return s.o }

// Pid is the process's number, 0 when it never ran.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Ended is closed when the process has ended, however it did.
func (s *Server) Ended() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// Kill ends it with SIGKILL, as a power cut does to a process, and waits. One
// that is not running is left so.
func (s *Server) Kill() { s.signal(syscall.SIGKILL) }

// Stop asks it to end, with SIGTERM, and waits; after a time it is killed.
func (s *Server) Stop() {
	s.tb.Helper()
	if !s.signal(syscall.SIGTERM) {
		s.tb.Error("the program did not end when it was asked to")
		s.Kill()
	}
}

func (s *Server) signal(sig syscall.Signal) bool {
	s.mu.Lock()
	c, ended := s.cmd, s.ended
	s.mu.Unlock()
	if c == nil {
		return true
	}
	select {
	case <-ended:
		return true
	default:
	}
	signal(c, sig)
	select {
	case <-ended:
		return true
	case <-time.After(40 * time.Second):
		return false
	}
}

// Restart kills it if it runs, and starts it again on the same place and
// address.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Kill()
	if err := s.Up(); err != nil {
		s.tb.Fatal(err)
	}
}

// Log is all that it printed so far, over every start.
func (s *Server) Log() string { return s.log.String() }

// buffer is written by a process and read by a test.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (b *buffer) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Len()
}
