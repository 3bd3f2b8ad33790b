// Package cluster_test proves what the program does when PostgreSQL serves
// several nodes, is restarted, loses connections or loses its primary. It runs
// the real program against servers of its own, made from the machine's
// PostgreSQL programs.
package cluster_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// machine is a folder of PostgreSQL servers. They end with the test, and also
// when the test is killed.
type machine struct {
	t   *testing.T
	bin string
	dir string
	as  []string // before each command: PostgreSQL refuses to run as root
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("no PostgreSQL programs here")
		}
		t.Skip("no PostgreSQL programs here: install the package postgresql")
	}
	slices.SortFunc(found, func(a, b string) int { return release(a) - release(b) })
	m := &machine{t: t, bin: filepath.Dir(found[len(found)-1])}
	if m.dir, err = os.MkdirTemp("/tmp", "frontdoor-cluster-"); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		m.as = []string{"runuser", "-u", "postgres", "--"}
		who, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		id, _ := strconv.Atoi(who.Uid)
		group, _ := strconv.Atoi(who.Gid)
		if err := os.Chown(m.dir, id, group); err != nil {
			t.Fatal(err)
		}
	}
	// The guard's input ends when this process does, in whatever way.
	guard := exec.Command("sh", "-c", `cat >/dev/null; cd "$1"; bin=$2; shift 2
		for d in */; do "$@" "$bin/pg_ctl" -D "$PWD/$d" -m immediate stop; done; cd /; rm -rf "$OLDPWD"`,
		"sh", m.dir, m.bin)
	guard.Args = append(guard.Args, m.as...)
	if len(m.as) == 0 {
		guard.Args = append(guard.Args, "env")
	}
	in, err := guard.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := guard.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = guard.Wait()
	})
	return m
}

// release is the major version in a path like /usr/lib/postgresql/15/bin.
func release(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// run runs one of PostgreSQL's programs to its end.
func (m *machine) run(program string, args ...string) {
	m.t.Helper()
	if out, err := m.try(program, args...); err != nil {
		m.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

func (m *machine) try(program string, args ...string) (string, error) {
	args = slices.Concat(m.as, []string{filepath.Join(m.bin, program)}, args)
	// A file and no pipe: a server that is started keeps it open.
	out, err := os.CreateTemp(m.dir, "out")
	if err != nil {
		return "", err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", out, out
	err = cmd.Run()
	said, readErr := os.ReadFile(out.Name())
	return string(said), errors.Join(err, readErr, os.Remove(out.Name()))
}

// server is one PostgreSQL server.
type server struct {
	*machine
	name string
	port int
}

// primary makes a server with settings, and starts it. Its commits reach the
// disk, as those of a real one do.
func (m *machine) primary(name string, settings ...string) *server {
	m.t.Helper()
	s := &server{m, name, freePort(m.t)}
	m.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	s.set(append([]string{"max_connections = 100", "shared_buffers = 64MB"}, settings...)...)
	s.start()
	return s
}

// conninfo is how PostgreSQL's own programs find the server.
func (s *server) conninfo() string { return fmt.Sprintf("host=127.0.0.1 port=%d", s.port) }

func (s *server) data() string { return filepath.Join(s.dir, s.name) }

// set adds lines to the configuration.
func (s *server) set(lines ...string) {
	s.t.Helper()
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	lines = append(lines, "listen_addresses = '127.0.0.1'", "port = "+strconv.Itoa(s.port), "unix_socket_directories = ''")
	if _, err := f.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) start() {
	s.t.Helper()
	if said, err := s.try("pg_ctl", "-D", s.data(), "-l", s.data()+".log", "-w", "start"); err != nil {
		log, _ := os.ReadFile(s.data() + ".log")
		s.t.Fatalf("start %s: %v\n%s\n%s", s.name, err, said, log)
	}
}

// stop ends the server: "fast" cuts everybody off and writes everything down,
// "immediate" is a crash.
func (s *server) stop(mode string) {
	s.t.Helper()
	s.run("pg_ctl", "-D", s.data(), "-m", mode, "-w", "stop")
}

// kill ends every process of the server at once, as a loss of power does.
func (s *server) kill() {
	s.t.Helper()
	said, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(said), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		s.t.Fatal(err)
	}
	// Held still first, so that it makes no more.
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		b, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		after := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(after) > 1 && after[1] == first {
			child, _ := strconv.Atoi(strings.Split(stat, "/")[2])
			_ = syscall.Kill(child, syscall.SIGKILL)
		}
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	// Nobody may be there to bury it, and then its number stays taken.
	if err := os.Remove(filepath.Join(s.data(), "postmaster.pid")); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) promote() {
	s.t.Helper()
	s.run("pg_ctl", "-D", s.data(), "-w", "promote")
}

// urlOf is where an account finds a database of a server.
func urlOf(account, database string, s *server) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", account, s.port, database)
}

// sql runs statements as the server's owner, in a database.
func (s *server) sql(database string, statements ...string) {
	s.t.Helper()
	db := s.open("postgres", database)
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// open opens a database of the server with an account.
func (s *server) open(account, database string) *sql.DB {
	s.t.Helper()
	db, err := sql.Open("pgx", urlOf(account, database, s))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

// value is the one value that a query gives.
func value[T any](t *testing.T, db *sql.DB, query string, args ...any) T {
	t.Helper()
	var v T
	if err := db.QueryRow(query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// createDatabase is what an operator types to make the program's database.
func createDatabase(name, owner string) string {
	return "create database " + name + " owner " + owner + " template template0 encoding 'UTF8' locale 'C.UTF-8'"
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// until waits for something that takes a moment, at most three minutes.
func until(t *testing.T, what string, done func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for time.Since(began) < 3*time.Minute {
		if done() {
			return time.Since(began)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited three minutes for %s", what)
	return 0
}
