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

// Each runs a test once on each engine, on a migrated and empty database of
// its own.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, openPostgres(t, postgresDatabase(t, true))) })
}

// EachUnmigrated is Each with databases that hold nothing at all.
func EachUnmigrated(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, OpenDir(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { test(t, openPostgres(t, postgresDatabase(t, false))) })
}

// Open gives a migrated and empty SQLite database: for tests, mostly of other
// packages, to which the engine makes no difference.
func Open(t testing.TB) *store.DB {
	t.Helper()
	file, err := template()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "frontdoor.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return OpenDir(t, dir)
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
	url := postgresDatabase(t, true)
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

// template is the file of a migrated and empty SQLite database; copying it is
// many times faster than migrating.
var template = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "frontdoor-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := store.OpenEmbedded(context.Background(), dir, Key)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(context.Background(), Now); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "frontdoor.db"))
})

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
