package store

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/ncruces/go-sqlite3"
)

// What tests outside the package need of its inside.

var NumberPlaceholders = numberPlaceholders

// SureURL is what OpenPostgres decides of a URL before it asks the network.
func SureURL(url string) bool {
	config, err := pgx.ParseConfig(url)
	return err == nil && sure(config)
}

func MigrationNames(files fs.FS, engine string) ([]string, error) {
	d := sqlite
	if engine == "postgres" {
		d = postgres
	}
	all, err := loadMigrations(files, d)
	var names []string
	for _, m := range all {
		names = append(names, m.name)
	}
	return names, err
}

func AppendOnly(db *DB, table string) string {
	text, err := appendOnly(db.dialect, table)
	if err != nil {
		panic(err)
	}
	return text
}

func Strings(tx *Tx, query string, args ...any) ([]string, error) {
	return queryAll(tx, scanValue[string], query, args...)
}

func (tx *Tx) InList(column string, arg int) string { return tx.inList(column, arg) }
func (tx *Tx) JSONRows(array, as string) string     { return tx.jsonRows(array, as) }
func (tx *Tx) LockRow() string                      { return tx.lockRow() }
func (tx *Tx) Tables() ([]string, error)            { return tx.tables() }
func Backoff(attempt int) time.Duration             { return backoff(attempt) }
func (tx *Tx) ColumnKinds(table string) (map[string]string, error) {
	cols, err := tx.columns(table)
	kinds := map[string]string{}
	for _, c := range cols {
		kinds[c.name] = c.kind
	}
	return kinds, err
}

// Claim leases jobs without running them.
func (db *DB) Claim(ctx context.Context, clock func() time.Time, handlers map[string]Handler, limit int) ([]Work, error) {
	return db.claimJobs(ctx, clock, handlers, limit, true, true)
}

// Forget is what the death of this process would do to a claimed job.
func (db *DB) Forget(w Work) {
	db.mu.Lock()
	delete(db.running, w.ID)
	db.mu.Unlock()
}

// GiveBack is what stopping the program does to a job that does not end in time.
func (db *DB) GiveBack(ctx context.Context, w Work) error {
	db.Forget(w)
	return db.Write(ctx, func(tx *Tx) error { return tx.release(w, context.Canceled, true) })
}

// BulkColumns are the tables that a bulk load fills, with their columns.
func BulkColumns() map[string][]string { return bulkColumns }

// Faulty gives the writing and the reading connections of the embedded engine a
// function fault() that panics while the engine works.
func Faulty(ctx context.Context, db *DB) error {
	for _, pool := range []pool{db.write, db.read} {
		c, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		err = c.Raw(func(raw any) error {
			return raw.(*liteConn).raw.CreateFunction("fault", 0, 0, func(sqlite3.Context, ...sqlite3.Value) {
				panic("what someone typed")
			})
		})
		if err := errors.Join(err, c.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Remembers gives what one database holds in memory to another, as if that were
// the server that took its place.
func (db *DB) Remembers(other *DB) {
	db.open.state.Store(other.open.state.Load())
	db.open.turns.Store(other.open.turns.Load())
}

// FillOutlines is what a migration does for those who were there before it.
func (tx *Tx) FillOutlines() error { return tx.fillOutlines() }

// Waiting is how many wait to write to the embedded engine.
func (db *DB) Waiting() int { return db.line.behind() }
