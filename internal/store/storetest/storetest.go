// Package storetest runs tests against real databases: each on an encrypted
// SQLite file and on PostgreSQL.
//
// PostgreSQL is the server named by FRONTDOOR_TEST_POSTGRES, a URL under whose
// account databases may be made, or else a throwaway server started from the
// machine's own PostgreSQL programs. Where there are none the PostgreSQL half
// is skipped, except when CI=true: there it fails.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/store"
)

// Now is the instant at which the databases of tests were migrated.
var Now = time.Date(2026, 3, 17, 9, 0, 0, 0, time.UTC)

// Key is the key of every test database.
var Key = func() store.Key {
	k, err := store.NewKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return k
}()

// Template makes databases that begin alike. Each is a copy of one that was
// prepared once, which is many times faster than preparing it again.
type Template struct {
	file     func() ([]byte, error) // the SQLite database
	database func() (string, error) // the name of the PostgreSQL database
}

// NewTemplate prepares databases by migrating them and then filling them.
func NewTemplate(fill func(ctx context.Context, db *store.DB) error) *Template {
	prepare := func(db *store.DB) error {
		ctx := context.Background()
		err := db.Migrate(ctx, Now)
		if err != nil {
			err = fmt.Errorf("migrate: %w", err)
		} else {
			err = fill(ctx, db)
		}
		return errors.Join(err, db.Close())
	}
	return &Template{
		file:     sync.OnceValues(func() ([]byte, error) { return sqliteTemplate(prepare) }),
		database: sync.OnceValues(func() (string, error) { return postgresTemplate(prepare) }),
	}
}

var empty = NewTemplate(func(context.Context, *store.DB) error { return nil })

// Each runs a test once on each engine, on a database of its own.
func (x *Template) Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, x.Open(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, openPostgres(t, postgresDatabase(t, x))) })
}

// Open gives a SQLite database.
func (x *Template) Open(t testing.TB) *store.DB {
	t.Helper()
	file, err := x.file()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "frontdoor.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return OpenDir(t, dir)
}

// Each runs a test once on each engine, on a migrated and empty database of
// its own.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	empty.Each(t, test)
}

// EachUnmigrated is Each with databases that hold nothing at all.
func EachUnmigrated(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, OpenDir(t, folder(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, openPostgres(t, postgresDatabase(t, nil))) })
}

// Open gives a migrated and empty SQLite database: for tests, mostly of other
// packages, to which the engine makes no difference.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return empty.Open(t)
}

// folder is a folder of the test's own: in memory where there is room, since
// every commit waits for the disk and nothing here need outlive the test.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "frontdoor-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// OpenDir opens the SQLite database of a data folder as it is, and closes it
// when the test ends.
func OpenDir(t testing.TB, dir string) *store.DB {
	t.Helper()
	db, err := store.OpenEmbedded(context.Background(), dir, Key)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

// OpenPostgres gives a migrated and empty PostgreSQL database and its URL.
func OpenPostgres(t testing.TB) (*store.DB, string) {
	t.Helper()
	url := postgresDatabase(t, empty)
	return openPostgres(t, url), url
}

func openPostgres(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.OpenPostgres(context.Background(), url)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

func closeDB(t testing.TB, db *store.DB) {
	if err := db.Close(); err != nil {
		t.Errorf("close test database: %v", err)
	}
}

// sqliteTemplate is the file of a prepared database.
func sqliteTemplate(prepare func(*store.DB) error) ([]byte, error) {
	dir, err := os.MkdirTemp("", "frontdoor-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := store.OpenEmbedded(context.Background(), dir, Key)
	if err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "frontdoor.db"))
}

// Texts are the values of a query of one text column.
func Texts(tx *store.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
