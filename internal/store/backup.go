package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

// BackupInfo is what a backup says of itself.
type BackupInfo struct {
	Made      time.Time // the moment whose view of the database it holds
	Engine    string    // the engine it was taken from; it restores into either
	Migration int       // how far that database had come
	Tables    int
	Rows      int
}

// Backup writes everything in the database to a new file while the program
// goes on working: one view of it, compressed, encrypted with the key and
// sealed against change. The file restores into either engine. It is read
// back and checked before Backup returns; a file of that name is never
// overwritten.
func (db *DB) Backup(ctx context.Context, file string, key Key, now time.Time) (info BackupInfo, err error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return info, fault.Wrap(errors.Join(err, fs.ErrExist), fault.Conflict, "There is a file of that name already. Name a new file for the backup.")
	}
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return info, fault.Wrap(err, fault.Unavailable, "The backup file cannot be made. Check the folder's name and who may write there.")
	}
	defer func() {
		_ = f.Close() // a second close after success does nothing
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	w, err := newDumpWriter(f, key)
	if err != nil {
		return info, err
	}
	if err := db.Read(ctx, func(tx *Tx) error { return tx.dump(w, now) }); err != nil {
		return info, err
	}
	if err := errors.Join(w.close(), f.Sync(), f.Close()); err != nil {
		return info, fault.Wrap(err, fault.Unavailable, "The backup could not be written. Check the room left on the disk.")
	}
	if info, err = CheckBackup(ctx, part, key); err != nil {
		return info, err
	}
	return info, os.Rename(part, file)
}

// CheckBackup reads a whole backup and proves that the key opens it and that
// nothing in it was changed or is missing. fault.Invalid otherwise.
func CheckBackup(ctx context.Context, file string, key Key) (BackupInfo, error) {
	return readDump(file, key, dumpVisitor{
		table: func(dumpTable) (func([]any) error, error) {
			return func([]any) error { return ctx.Err() }, nil
		},
	})
}

// Restore fills an empty database from a backup of either engine, in one
// transaction, reads every row back and compares it with the backup, and then
// migrates to this program's newest migration. A database that holds anything
// is refused with fault.Conflict and stays as it is.
func Restore(ctx context.Context, file string, key Key, target *DB, now time.Time) (BackupInfo, error) {
	// Nothing is touched for a backup that is no good.
	info, err := CheckBackup(ctx, file, key)
	if err != nil {
		return info, err
	}
	known, err := loadMigrations(migrationFiles, target.dialect)
	if err != nil {
		return info, err
	}
	if info.Migration > len(known) {
		return info, fault.New(fault.Invalid, "The backup was made by a newer Frontdoor. Install that version or a later one, then restore.")
	}
	if err := target.Read(ctx, func(tx *Tx) error { return tx.mustBeEmpty(known, info.Migration) }); err != nil {
		return info, err
	}
	if err := target.migrateTo(ctx, now, info.Migration); err != nil {
		return info, err
	}
	if err := target.Write(ctx, func(tx *Tx) error { return tx.load(file, key) }); err != nil {
		return info, err
	}
	return info, target.Migrate(ctx, now)
}

// mustBeEmpty refuses a database that holds a row, or that has come further
// than the backup.
func (tx *Tx) mustBeEmpty(known []migration, most int) error {
	tables, err := tx.tables()
	if err != nil {
		return err
	}
	refused := fault.New(fault.Conflict, "The database is not empty. Restore into a new data folder or a new database.")
	for _, t := range tables {
		if t == "migration" {
			if n, err := tx.applied(known); err != nil {
				return err
			} else if n > most {
				return refused
			}
			continue
		}
		switch _, err := queryOne(tx, scanValue[int], "select 1 from "+quoteName(t)+" limit 1"); {
		case err == nil:
			return refused
		case !errors.Is(err, ErrNone):
			return err
		}
	}
	return nil
}

// dumped names the tables that go into a backup.
func (tx *Tx) dumped() ([]string, error) {
	tables, err := tx.tables()
	return slices.DeleteFunc(tables, func(t string) bool { return t == "migration" }), err
}

// dump writes every table.
func (tx *Tx) dump(w *dumpWriter, now time.Time) error {
	migrations, err := queryOne(tx, scanValue[int], "select count(*) from migration")
	if err != nil {
		return err
	}
	tables, err := tx.dumped()
	if err != nil {
		return err
	}
	if err := w.begin(dumpHead{Made: FormatInstant(now), Engine: tx.dialect.String(), Migration: migrations}); err != nil {
		return err
	}
	for _, name := range tables {
		cols, err := tx.columns(name)
		if err != nil {
			return err
		}
		if err := w.table(name, cols); err != nil {
			return err
		}
		if err := tx.eachRow(name, cols, w.row); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
		if err := w.endTable(); err != nil {
			return err
		}
	}
	return w.end(len(tables))
}

// eachRow gives every row of a table in the order of its key.
func (tx *Tx) eachRow(table string, cols []column, do func([]any) error) error {
	names, order := make([]string, len(cols)), []column{}
	for i, c := range cols {
		names[i] = quoteName(c.name)
		if c.key > 0 {
			order = append(order, c)
		}
	}
	slices.SortFunc(order, func(a, b column) int { return a.key - b.key })
	if len(order) == 0 {
		return errors.New("a table needs a primary key")
	}
	by := make([]string, len(order))
	for i, c := range order {
		by[i] = quoteName(c.name)
	}
	rows, err := tx.Query("select " + strings.Join(names, ", ") + " from " + quoteName(table) + " order by " + strings.Join(by, ", "))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	values, into := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := do(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// load inserts every row of a backup and reads it back.
func (tx *Tx) load(file string, key Key) error {
	// Rows that point at one another may come in any order.
	postpone := "pragma defer_foreign_keys = on"
	if tx.dialect == postgres {
		postpone = "set constraints all deferred"
	}
	if _, err := tx.Exec(postpone); err != nil {
		return err
	}
	missing, err := tx.dumped()
	if err != nil {
		return err
	}
	_, err = readDump(file, key, dumpVisitor{
		table: func(t dumpTable) (func([]any) error, error) {
			at := slices.Index(missing, t.Table)
			if at < 0 {
				return nil, fmt.Errorf("the backup holds a table %q this program does not know", t.Table)
			}
			missing = slices.Delete(missing, at, at+1)
			return tx.inserter(t)
		},
		end: func(t dumpTable, rows int, sum string) error {
			cols, err := tx.columns(t.Table)
			if err != nil {
				return err
			}
			d := newDigest(cols)
			if err := tx.eachRow(t.Table, cols, d.add); err != nil {
				return err
			}
			if d.rows != rows || d.sum() != sum {
				return fault.New(fault.Internal, "The restored rows are not those of the backup, so nothing was kept.")
			}
			return nil
		},
	})
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("the backup lacks the tables %v", missing)
	}
	return err
}

// inserter gives the function that inserts one row of a table.
func (tx *Tx) inserter(t dumpTable) (func([]any) error, error) {
	cols, err := tx.columns(t.Table)
	if err != nil {
		return nil, err
	}
	names, holders := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, name := range t.Columns {
		if !slices.ContainsFunc(cols, func(c column) bool { return c.name == name && c.kind == t.Kinds[i] }) {
			return nil, fmt.Errorf("the backup's column %s.%s is not in the database", t.Table, name)
		}
		names[i], holders[i] = quoteName(name), fmt.Sprintf("$%d", i+1)
	}
	if len(cols) != len(t.Columns) {
		return nil, fmt.Errorf("the backup's table %s lacks columns", t.Table)
	}
	stmt, err := tx.tx.PrepareContext(tx.asked, tx.dialect.text("insert into "+quoteName(t.Table)+
		" ("+strings.Join(names, ", ")+") values ("+strings.Join(holders, ", ")+")"))
	if err != nil {
		return nil, mapError(err)
	}
	return func(values []any) error {
		_, err := stmt.ExecContext(tx.asked, values...)
		return mapError(err)
	}, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
