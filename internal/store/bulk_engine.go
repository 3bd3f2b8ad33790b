package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
)

// bulkShuffled are tables whose keys come in no order, with the order in which the
// embedded engine writes them once it has them all: else each row would change
// another page of an index that is larger than memory.
var bulkShuffled = map[string]string{"person_key": "value, person", "record_word": "word, record"}

// sqliteLoad fills the embedded database without a journal: there is nothing yet
// that one could bring back. Indexes are built at the end, in order of their keys, and
// triggers, which undo what is not written row by row, are put aside until then.
type sqliteLoad struct {
	c     *sqlite3.Conn
	stmts map[string]*sqlite3.Stmt
	later []string // what was put aside
}

func newSQLiteLoad(raw any) (*sqliteLoad, error) {
	d, ok := raw.(*liteConn)
	if !ok {
		return nil, fmt.Errorf("store: not a connection of the embedded engine: %T", raw)
	}
	l := &sqliteLoad{c: d.raw, stmts: map[string]*sqlite3.Stmt{}}
	var aside []string
	for table := range bulkShuffled {
		aside = append(aside, "create temp table aside_"+table+" as select * from "+table+" where false")
	}
	for _, p := range append([]string{
		"pragma wal_checkpoint(truncate)", "pragma journal_mode = delete", "pragma journal_mode = off", "pragma synchronous = off",
		"pragma cache_size = -120000", "pragma foreign_keys = off", "begin immediate",
	}, aside...) {
		if err := l.c.Exec(p); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	list, _, err := l.c.Prepare(`select type || ' ' || name, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null order by rowid`)
	if err != nil {
		return nil, err
	}
	var names []string
	for list.Step() {
		names, l.later = append(names, list.ColumnText(0)), append(l.later, list.ColumnText(1))
	}
	if err := list.Close(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := l.c.Exec("drop " + name); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *sqliteLoad) write(table string, columns []string, rows [][]any) error {
	s := l.stmts[table]
	if s == nil {
		var err error
		into := table
		if bulkShuffled[table] != "" {
			into = "temp.aside_" + table
		}
		s, _, err = l.c.Prepare(`insert into ` + into + ` (` + strings.Join(columns, ", ") + `) values (?` + strings.Repeat(", ?", len(columns)-1) + `)`)
		if err != nil {
			return err
		}
		l.stmts[table] = s
	}
	for _, row := range rows {
		if len(row) != len(columns) {
			return fmt.Errorf("a row of %d columns", len(row))
		}
		for i, v := range row {
			var err error
			switch v := v.(type) {
			case nil:
				err = s.BindNull(i + 1)
			case string:
				err = s.BindText(i+1, v)
			case int64:
				err = s.BindInt64(i+1, v)
			case bool:
				err = s.BindBool(i+1, v)
			case []byte:
				err = s.BindBlob(i+1, v)
			default:
				err = fmt.Errorf("a value of type %T", v)
			}
			if err != nil {
				return err
			}
		}
		if err := s.Exec(); err != nil {
			return err
		}
	}
	return nil
}

func (l *sqliteLoad) finish(head []any) error {
	if err := l.c.Exec(fmt.Sprintf("update audit_head set size = %d, mark = mark + %d where id = 1", head...)); err != nil {
		return err
	}
	// A connection has 256 MB in all, so what waits to be written makes room for
	// the sorting, which takes twice what the cache may have.
	if err := l.rest("pragma cache_size = -30000"); err != nil {
		return err
	}
	for table, order := range bulkShuffled {
		if err := errors.Join(l.stmts[table].Close(), l.c.Exec("insert into "+table+" select * from temp.aside_"+table+" order by "+order),
			l.c.Exec("drop table temp.aside_"+table), l.rest("")); err != nil {
			return err
		}
		delete(l.stmts, table)
	}
	for _, text := range l.later {
		if err := errors.Join(l.c.Exec(text), l.rest("")); err != nil {
			return err
		}
	}
	if err := l.c.Exec("commit"); err != nil {
		return err
	}
	return l.back("pragma synchronous = full")
}

// rest writes everything out, gives memory back and goes on.
func (l *sqliteLoad) rest(setting string) error {
	return errors.Join(l.c.Exec("commit"), l.c.Exec(setting), l.c.Exec("pragma shrink_memory"), l.c.Exec("begin immediate"))
}

// back gives the connection the settings it was opened with.
func (l *sqliteLoad) back(first string) error {
	var err error
	for _, s := range l.stmts {
		err = errors.Join(err, s.Close())
	}
	for _, p := range []string{first, "pragma journal_mode = wal", "pragma cache_size = -20000", "pragma foreign_keys = on"} {
		err = errors.Join(err, l.c.Exec(p))
	}
	return err
}

func (l *sqliteLoad) drop() {
	_ = errors.Join(l.c.Exec("rollback"), l.back("pragma synchronous = full"))
}

// postgresLoad fills PostgreSQL by its copy protocol in one transaction, with
// every constraint and index put aside and built again at the end.
type postgresLoad struct {
	ctx   context.Context
	c     *pgx.Conn
	tx    pgx.Tx
	later []string
}

func newPostgresLoad(ctx context.Context, raw any) (*postgresLoad, error) {
	d, ok := raw.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("store: not a connection of PostgreSQL: %T", raw)
	}
	tx, err := d.Conn().Begin(ctx)
	if err != nil {
		return nil, err
	}
	l := &postgresLoad{ctx: ctx, c: d.Conn(), tx: tx}
	if err := l.putAside(); err != nil {
		l.drop()
		return nil, err
	}
	return l, nil
}

// putAside drops what slows a load down and remembers how to build it again:
// first the keys, then other indexes, then references to them, then triggers.
func (l *postgresLoad) putAside() error {
	rows, err := l.tx.Query(l.ctx, `
		select 'alter table '||conrelid::regclass||' drop constraint '||quote_ident(conname),
			'alter table '||conrelid::regclass||' add constraint '||quote_ident(conname)||' '||pg_get_constraintdef(oid),
			case contype when 'f' then 2 else 0 end
		from pg_constraint where connamespace = current_schema()::regnamespace and (contype = 'f'
			or contype in ('p', 'u') and conrelid::regclass::text = any($1))
		union all
		select 'drop index '||i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), 1
		from pg_index i join pg_class c on c.oid = i.indrelid
		where c.relnamespace = current_schema()::regnamespace and c.relname = any($1)
			and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
		union all
		select 'drop trigger '||quote_ident(t.tgname)||' on '||t.tgrelid::regclass, pg_get_triggerdef(t.oid), 3
		from pg_trigger t join pg_class c on c.oid = t.tgrelid
		where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace and c.relname = any($1)
		order by 3, 2`, bulkTables())
	if err != nil {
		return err
	}
	type part struct {
		Drop, Add string
		Order     int
	}
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[part])
	if err != nil {
		return err
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if _, err := l.tx.Exec(l.ctx, parts[i].Drop); err != nil {
			return err
		}
	}
	for _, p := range parts {
		l.later = append(l.later, p.Add)
	}
	return nil
}

func (l *postgresLoad) write(table string, columns []string, rows [][]any) error {
	_, err := l.tx.CopyFrom(l.ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

func (l *postgresLoad) finish(head []any) error {
	if _, err := l.tx.Exec(l.ctx, `update audit_head set size = $1, mark = mark + $2 where id = 1`, head...); err != nil {
		return err
	}
	if _, err := l.tx.Exec(l.ctx, `set local maintenance_work_mem = '256MB'`); err != nil {
		return err
	}
	for _, text := range l.later {
		if _, err := l.tx.Exec(l.ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	if err := l.tx.Commit(l.ctx); err != nil {
		return err
	}
	// The engine plans by what it knows of the tables, and has not looked yet.
	_, err := l.c.Exec(l.ctx, "analyze")
	return err
}

func (l *postgresLoad) drop() { _ = l.tx.Rollback(context.WithoutCancel(l.ctx)) }

func bulkTables() []string {
	var names []string
	for name := range bulkColumns {
		names = append(names, name)
	}
	return names
}
