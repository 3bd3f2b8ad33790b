package storetest

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"frontdoor/internal/store"
)

// errNoPostgres means the machine has no PostgreSQL programs.
var errNoPostgres = errors.New("no PostgreSQL here: install the package postgresql or set FRONTDOOR_TEST_POSTGRES")

// postgresDatabase makes a database for one test, a copy of a template's or with
// nothing in it at all, and drops it afterwards.
func postgresDatabase(t testing.TB, of *Template) string {
	t.Helper()
	server, err := server()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("test PostgreSQL: %v", err)
	}
	from := "template0"
	if of != nil {
		if from, err = of.database(); err != nil {
			t.Fatalf("test PostgreSQL: %v", err)
		}
	}
	name := "frontdoor_test_" + strings.ToLower(rand.Text())
	if err := create(server, name, from); err != nil {
		t.Fatalf("test PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if _, err := server.Exec("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return databaseURL(name)
}

func create(server *sql.DB, name, template string) error {
	_, err := server.Exec("create database " + name + " template " + template + strategy + " encoding 'UTF8' locale 'C.UTF-8'")
	return err
}

// postgresTemplate makes a prepared database and gives its name.
func postgresTemplate(prepare func(*store.DB) error) (string, error) {
	server, err := server()
	if err != nil {
		return "", err
	}
	name := "frontdoor_template_" + strings.ToLower(rand.Text())
	if err := create(server, name, "template0"); err != nil {
		return "", err
	}
	db, err := store.OpenPostgres(context.Background(), databaseURL(name))
	if err != nil {
		return "", err
	}
	return name, prepare(db)
}

func databaseURL(name string) string {
	u, err := url.Parse(serverURL)
	if err != nil {
		panic(err) // it served a connection already
	}
	u.Path = "/" + name
	return u.String()
}

// Set by server.
var (
	serverURL string
	strategy  string // to copy a database by its files
)

// server connects to the server that tests share.
var server = sync.OnceValues(func() (*sql.DB, error) {
	serverURL = os.Getenv("FRONTDOOR_TEST_POSTGRES")
	if serverURL == "" {
		var err error
		if serverURL, err = startServer(); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("pgx", serverURL)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	var version int
	if err := db.QueryRow("select current_setting('server_version_num')::int").Scan(&version); err != nil {
		return nil, err
	}
	if version >= 150000 { // earlier ones know no other way
		strategy = " strategy file_copy"
	}
	return db, nil
})

// serverScript starts a throwaway server and lives as long as its input does.
//
//go:embed server.sh
var serverScript string

func startServer() (string, error) {
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(bins) == 0 {
		return "", errNoPostgres
	}
	if os.Getuid() == 0 {
		if _, err := user.Lookup("postgres"); err != nil {
			return "", errNoPostgres
		}
	}
	cmd := exec.Command("sh", "-c", serverScript)
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "postgres://") {
			// Waiting holds the input open for as long as this process lives.
			go func() { _ = cmd.Wait() }()
			return lines.Text(), nil
		}
		said = append(said, lines.Text())
	}
	return "", fmt.Errorf("PostgreSQL did not start: %s", strings.Join(said, "\n"))
}
