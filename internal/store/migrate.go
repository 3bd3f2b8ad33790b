package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

// Migrations are numbered SQL files, applied in order and never changed once
// released. 0042_name.sql serves both engines; where they must differ, a pair
// 0042_name.sqlite.sql and 0042_name.postgres.sql does. Each runs in one
// transaction.
//
// A migration adds and alters; it never inserts rows, because a backup is
// restored into freshly made, empty tables. Tables whose names start with
// "search_" hold what can be derived again, and are left out of backups.
//
// A line "-- append only: record_revision, audit_event" adds, at the end, the
// triggers that refuse every update and delete of those tables (ErrAppendOnly).
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// fills are what must be worked out by the program once a migration has made room
// for it, by the number of that migration. They belong to its transaction.
var fills = map[int]func(*Tx) error{23: (*Tx).fillOutlines}

type migration struct {
	number   int
	name     string
	sql      string
	checksum string
	forever  []string // the tables it makes append only
}

var (
	migrationName  = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)(?:\.(sqlite|postgres))?\.sql$`)
	appendOnlyLine = regexp.MustCompile(`(?m)^-- append only: (.+)$`)
	tableName      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// loadMigrations reads the migrations of one engine, in order.
func loadMigrations(files fs.FS, d dialect) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	engines := map[string][]string{}
	var all []migration
	for _, path := range names {
		file := strings.TrimPrefix(path, "migrations/")
		part := migrationName.FindStringSubmatch(file)
		if part == nil {
			return nil, fmt.Errorf("migration %s: the name must be like 0042_name.sql, 0042_name.sqlite.sql or 0042_name.postgres.sql", file)
		}
		stem := part[1] + "_" + part[2]
		engines[stem] = append(engines[stem], part[3])
		if part[3] != "" && part[3] != d.String() {
			continue
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		text := string(b)
		sum := sha256.Sum256(b)
		number, _ := strconv.Atoi(part[1]) // four digits
		var forever []string
		for _, line := range appendOnlyLine.FindAllStringSubmatch(text, -1) {
			for table := range strings.SplitSeq(line[1], ",") {
				table = strings.TrimSpace(table)
				guard, err := appendOnly(d, table)
				if err != nil {
					return nil, fmt.Errorf("migration %s: %w", file, err)
				}
				text += guard
				forever = append(forever, table)
			}
		}
		all = append(all, migration{number, part[2], text, hex.EncodeToString(sum[:]), forever})
	}
	for stem, have := range engines {
		slices.Sort(have)
		if !slices.Equal(have, []string{""}) && !slices.Equal(have, []string{"postgres", "sqlite"}) {
			return nil, fmt.Errorf("migration %s: it needs either one shared file or one for each engine", stem)
		}
	}
	for i, m := range all {
		if m.number != i+1 {
			return nil, fmt.Errorf("migration %04d_%s: the next number is %04d", m.number, m.name, i+1)
		}
	}
	return all, nil
}

// appendOnly is the SQL that refuses every change to the rows of a table.
func appendOnly(d dialect, table string) (string, error) {
	if !tableName.MatchString(table) {
		return "", fmt.Errorf("%q is not the name of a table", table)
	}
	if d == sqlite {
		return fmt.Sprintf(`
create trigger %[1]s_no_update before update on %[1]s begin select raise(abort, 'append only'); end;
create trigger %[1]s_no_delete before delete on %[1]s begin select raise(abort, 'append only'); end;
`, table), nil
	}
	return fmt.Sprintf(`
create or replace function append_only() returns trigger language plpgsql as
  'begin raise exception using message = ''append only'', errcode = ''restrict_violation''; end';
create trigger %[1]s_append_only before update or delete or truncate on %[1]s
  for each statement execute function append_only();
`, table), nil
}

// Migrate brings the database to this program's newest migration. Several
// nodes may do so at once. A database that a newer program has migrated, or
// whose migrations are not this program's, is refused with fault.Invalid.
//
// An account that does not own the tables ([DB.LetUse]) cannot migrate, and
// need not when there is nothing to do.
func (db *DB) Migrate(ctx context.Context, now time.Time) error {
	if db.dialect == postgres {
		done, err := db.nothingToMigrate(ctx)
		if done || err != nil {
			return err
		}
	}
	return db.migrateTo(ctx, now, 1<<31)
}

// migrateTo applies migrations up to and including a number.
func (db *DB) migrateTo(ctx context.Context, now time.Time, last int) error {
	known, err := loadMigrations(migrationFiles, db.dialect)
	if err != nil {
		return err
	}
	for {
		finished := false
		err := db.Write(ctx, func(tx *Tx) error {
			if tx.dialect == postgres {
				// Any fixed number will do; this one is "door" in ASCII.
				if _, err := tx.Exec("select pg_advisory_xact_lock(1685024626)"); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(`create table if not exists migration (
				number bigint primary key, name text not null, checksum text not null, applied_at text not null)`); err != nil {
				return err
			}
			applied, err := tx.applied(known)
			if err != nil {
				return err
			}
			if finished = applied == len(known) || applied >= last; finished {
				return nil
			}
			m := known[applied]
			if _, err := tx.tx.ExecContext(ctx, m.sql); err != nil { // as written, with no placeholders
				return fmt.Errorf("migration %04d_%s: %w", m.number, m.name, mapError(err))
			}
			if fill := fills[m.number]; fill != nil {
				if err := fill(tx); err != nil {
					return fmt.Errorf("filling in after migration %04d_%s: %w", m.number, m.name, err)
				}
			}
			_, err = tx.Exec("insert into migration (number, name, checksum, applied_at) values ($1, $2, $3, $4)",
				m.number, m.name, m.checksum, now)
			return err
		})
		if err != nil || finished {
			return err
		}
	}
}

// applied counts the migrations the database has, which must be the first of
// those this program knows.
func (tx *Tx) applied(known []migration) (int, error) {
	have, err := queryAll(tx, func(r row) (migration, error) {
		var m migration
		return m, r.Scan(&m.number, &m.name, &m.checksum)
	}, "select number, name, checksum from migration order by number")
	if err != nil {
		return 0, err
	}
	for i, m := range have {
		if i >= len(known) {
			return 0, fault.New(fault.Invalid, fmt.Sprintf("The database was made by a newer Frontdoor (migration %04d_%s). Install that version or a later one.", m.number, m.name))
		}
		if k := known[i]; m.number != k.number || m.name != k.name || m.checksum != k.checksum {
			return 0, fault.New(fault.Invalid, fmt.Sprintf("Migration %04d_%s of the database is not the one this Frontdoor knows. Install the version that made the database.", m.number, m.name))
		}
	}
	return len(have), nil
}

// MigrationState is how far a database has come.
type MigrationState struct {
	Applied int      // how many migrations it has
	Pending []string // those it still needs, in order, such as "0002_person"
}

// MigrationState tells how far the database has come, without changing it. It
// fails as Migrate does when the database is not this program's.
func (db *DB) MigrationState(ctx context.Context) (MigrationState, error) {
	var state MigrationState
	known, err := loadMigrations(migrationFiles, db.dialect)
	if err != nil {
		return state, err
	}
	err = db.Read(ctx, func(tx *Tx) error {
		tables, err := tx.tables()
		if err != nil || !slices.Contains(tables, "migration") {
			return err
		}
		state.Applied, err = tx.applied(known)
		return err
	})
	for _, m := range known[min(state.Applied, len(known)):] {
		state.Pending = append(state.Pending, fmt.Sprintf("%04d_%s", m.number, m.name))
	}
	return state, err
}

// tables names the tables that hold what is kept, oldest first.
func (tx *Tx) tables() ([]string, error) {
	query := `select name from pragma_table_list where schema = 'main' and type = 'table'
		and name not like 'sqlite\_%' escape '\' and name not like 'search\_%' escape '\'
		order by (select s.rowid from sqlite_schema s where s.type = 'table' and s.name = pragma_table_list.name)`
	if tx.dialect == postgres {
		query = `select relname::text from pg_catalog.pg_class
			where relkind = 'r' and relnamespace = current_schema()::regnamespace
			and relname not like 'search\_%' order by oid`
	}
	return queryAll(tx, scanValue[string], query)
}

// column is one column of a table as both engines describe it.
type column struct {
	name string
	kind string // text, bigint, boolean, bytea, double precision or jsonb
	key  int    // place in the primary key, from 1; 0 when it is no part of it
}

// columns describes a table's columns, without those the database computes.
func (tx *Tx) columns(table string) ([]column, error) {
	query := `select name, lower(type), pk from pragma_table_xinfo($1) where hidden = 0 order by cid`
	if tx.dialect == postgres {
		query = `select a.attname::text, format_type(a.atttypid, a.atttypmod),
				coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1
			from pg_catalog.pg_attribute a
			join pg_catalog.pg_class c on c.oid = a.attrelid
			left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
			where c.relname = $1 and c.relnamespace = current_schema()::regnamespace
			and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`
	}
	cols, err := queryAll(tx, func(r row) (column, error) {
		var c column
		return c, r.Scan(&c.name, &c.kind, &c.key)
	}, query, table)
	if err == nil && len(cols) == 0 {
		err = errors.New("no such table: " + table)
	}
	return cols, err
}
