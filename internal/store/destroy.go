package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"frontdoor/internal/fault"
)

// reference is a column of one table that names rows of another.
type reference struct{ table, column, to, toColumn string }

// stays tells whether a row stays when the record it names goes, and names none
// from then on: a fact about a person that was learned on the record, and a record
// that was started from it. All other rows that name a record or a person belong
// to it and go with it, in every table there is or will be.
func (r reference) stays() bool {
	return r.column == "source_record" || r.table == "record" && r.column == "parent"
}

// references reads from the database itself which tables name which.
func (tx *Tx) references() ([]reference, error) {
	scan := func(row row) (reference, error) {
		var r reference
		return r, row.Scan(&r.table, &r.column, &r.to, &r.toColumn)
	}
	if tx.dialect == postgres {
		return queryAll(tx, scan, `select m.relname::text, a.attname::text, n.relname::text, b.attname::text
			from pg_catalog.pg_constraint c
			join pg_catalog.pg_class m on m.oid = c.conrelid
			join pg_catalog.pg_class n on n.oid = c.confrelid
			join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
			join pg_catalog.pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
			where c.contype = 'f' and c.connamespace = current_schema()::regnamespace order by 1, 2`)
	}
	return queryAll(tx, scan, `select t.name, f."from", f."table", coalesce(f."to", 'id')
		from pragma_table_list t, pragma_foreign_key_list(t.name) f where t.schema = 'main' and t.type = 'table' order by 1, 2`)
}

// foreverTables are those whose triggers refuse every change.
func foreverTables(d dialect) ([]string, error) {
	known, err := loadMigrations(migrationFiles, d)
	var out []string
	for _, m := range known {
		out = append(out, m.forever...)
	}
	slices.Sort(out)
	return out, err
}

// lift takes the triggers away that refuse deletes from append-only tables, or puts
// them back. Others see either only when this transaction has ended, and it ends
// with all of them in place or does nothing at all.
func (tx *Tx) lift(tables []string, up bool) error {
	for _, table := range tables {
		var statements []string
		switch {
		case tx.dialect == postgres && up:
			statements = []string{`alter table ` + quoteName(table) + ` disable trigger ` + quoteName(table+"_append_only")}
		case tx.dialect == postgres:
			statements = []string{`alter table ` + quoteName(table) + ` enable trigger ` + quoteName(table+"_append_only")}
		case up:
			statements = []string{`drop trigger ` + quoteName(table+"_no_update"), `drop trigger ` + quoteName(table+"_no_delete")}
		default:
			guard, err := appendOnly(sqlite, table)
			if err != nil {
				return err
			}
			statements = []string{guard}
		}
		for _, s := range statements {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// MayDestroy refuses an account that cannot take guards away: on PostgreSQL only
// the owner of the tables can.
func (tx *Tx) MayDestroy() error {
	if tx.dialect != postgres {
		return nil
	}
	owner, err := queryOne(tx, scanValue[bool], `select pg_has_role(relowner, 'member') from pg_class where oid = 'revision'::regclass`)
	if err == nil && !owner {
		err = fault.New(fault.Invalid, "This database account does not own the tables, so it can destroy nothing. Run the command as their owner, as you do for frontdoor migrate.")
	}
	return err
}

// destroyedRecords are those that two people decided to destroy and that were.
func (tx *Tx) destroyedRecords() (map[string]bool, error) {
	ids, err := queryAll(tx, scanValue[string], `select d.record from destruction d join destruction_end e on e.destruction = d.id where e.act = 'done'`)
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// Seen is a hash of everything that is kept of a record, who may open it and how
// its review stands left out: while it is the same, nothing was added, answered or
// linked.
func (tx *Tx) Seen(id string) (string, error) {
	h := sha256.New()
	for _, k := range keptTables {
		if slices.Contains([]string{"retention", "retention_act", "access_grant", "destruction"}, k.name) {
			continue
		}
		column := "record"
		switch {
		case k.name == "record":
			column = "id"
		case k.name == "link":
			column = "from_record"
		case k.of != "record":
			continue
		}
		if err := tx.seenIn(h.Write, k, column, id); err != nil {
			return "", err
		}
		if k.name == "link" {
			if err := tx.seenIn(h.Write, k, "to_record", id); err != nil {
				return "", err
			}
		}
	}
	children, err := queryAll(tx, scanValue[string], `select id from record where parent = $1 order by id`, id)
	if err != nil {
		return "", err
	}
	revision, err := queryOne(tx, scanValue[string], `select hash from revision where record = $1 order by seq desc limit 1`, id)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "children %s\nrevision %s\n", strings.Join(children, " "), revision)
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (tx *Tx) seenIn(write func([]byte) (int, error), k keptTable, column, id string) error {
	rows, err := queryAll(tx, k.scan, k.selects(column+` = $1`), id)
	if err != nil {
		return err
	}
	_, err = write([]byte(k.name + " " + column + " " + k.hash(rows) + "\n"))
	return err
}

// Destroy takes everything of a record out of the database, and everyone whom no
// other record is about, in whatever table it stands, and gives how many rows of
// each table went. It logs that they went, with no word of what they were.
//
// The triggers that keep such rows are taken away for this transaction and put
// back before it ends; whoever may not do that gets an error and nothing is
// changed. What is known of people who stay is theirs and stays.
func (tx *Tx) Destroy(id string) (map[string]int64, error) {
	forever, err := foreverTables(tx.dialect)
	if err != nil {
		return nil, err
	}
	if tx.dialect == postgres {
		// All at once, in one order, so that two of these never wait for each other.
		names := make([]string, len(forever))
		for i, t := range forever {
			names[i] = quoteName(t)
		}
		if _, err := tx.Exec(`lock table ` + strings.Join(names, ", ") + ` in share row exclusive mode`); err != nil {
			return nil, err
		}
	}
	if err := tx.lift(forever, true); err != nil {
		return nil, err
	}
	refs, err := tx.references()
	if err != nil {
		return nil, err
	}
	gone, left, err := tx.peopleWith(id)
	if err != nil {
		return nil, err
	}
	e := eraser{tx: tx, id: id, refs: refs, rows: map[string]int64{}}
	for _, r := range refs {
		if r.to == "record" && r.stays() {
			if err := e.note(r.table, r.column, []string{id}, false); err != nil {
				return nil, err
			}
			if _, err := tx.Exec(`update `+quoteName(r.table)+` set `+quoteName(r.column)+` = null where `+quoteName(r.column)+` = $1`, id); err != nil {
				return nil, err
			}
		}
	}
	if err := e.erase("person", "id", gone); err != nil {
		return nil, err
	}
	if err := e.erase("record", "id", []string{id}); err != nil {
		return nil, err
	}
	// Their last version says no more where each fact came from.
	if err := tx.renewPeople(left); err != nil {
		return nil, err
	}
	if err := tx.lift(forever, false); err != nil {
		return nil, err
	}
	return e.rows, tx.moved()
}

// peopleWith gives those whom no other record is about, who go with it, and those
// who stay and of whom something names the record or someone who goes.
func (tx *Tx) peopleWith(id string) (gone, left []string, err error) {
	var parts []string
	for _, t := range []string{"person_name", "person_birth", "person_identifier", "person_address", "person_phone"} {
		parts = append(parts, `select person as id from `+t+` where source_record = $1`)
	}
	touched := `select person as id from record_person where record = $1 union ` + strings.Join(parts, " union ") + `
		union select from_person from person_relationship where source_record = $1
		union select to_person from person_relationship where source_record = $1`
	if gone, err = queryAll(tx, scanValue[string], `select t.id from (`+touched+`) t
		where not exists (select 1 from record_person o where o.person = t.id and o.record <> $1) order by t.id`, id); err != nil {
		return nil, nil, err
	}
	left, err = queryAll(tx, scanValue[string], `select t.id from (`+strings.Join(parts, " union ")+`
			union select from_person from person_relationship where source_record = $1 or `+tx.inList("to_person", 2)+`
			union select to_person from person_relationship where source_record = $1 or `+tx.inList("from_person", 2)+`) t
		where not (`+tx.inList("t.id", 2)+`) order by t.id`, id, gone)
	return gone, left, err
}

// eraser deletes rows with everything that names them.
type eraser struct {
	tx   *Tx
	id   string // of the record
	refs []reference
	rows map[string]int64
}

func (e *eraser) erase(table, column string, values []string) error {
	if len(values) == 0 {
		return nil
	}
	in := e.tx.inList(quoteName(column), 1)
	for _, r := range e.refs {
		if r.to != table || r.stays() {
			continue
		}
		named := values
		if r.toColumn != column {
			var err error
			if named, err = queryAll(e.tx, scanValue[string], `select distinct `+quoteName(r.toColumn)+` from `+quoteName(table)+` where `+in, values); err != nil {
				return err
			}
		}
		if err := e.erase(r.table, r.column, named); err != nil {
			return fmt.Errorf("%s.%s: %w", r.table, r.column, err)
		}
	}
	if err := e.note(table, column, values, true); err != nil {
		return err
	}
	n, err := e.tx.Exec(`delete from `+quoteName(table)+` where `+in, values)
	if err == nil && n > 0 {
		e.rows[table] += n
	}
	return err
}

// note has the log told what becomes of rows that it holds a hash of.
func (e *eraser) note(table, column string, values []string, going bool) error {
	for _, k := range keptTables {
		if k.name != table {
			continue
		}
		owners, err := queryAll(e.tx, scanValue[string], `select distinct `+k.owner+` from `+quoteName(table)+` where `+e.tx.inList(quoteName(column), 1), values)
		if err != nil {
			return err
		}
		for _, o := range owners {
			if going {
				e.tx.keepOf(table, o, e.id)
			} else {
				e.tx.keep(table, o)
			}
		}
	}
	return nil
}

// Compact gives back the room of what was deleted, so that its bytes do not stay
// in the file. The embedded database is written anew as a whole; PostgreSQL may
// use the room for other rows.
func (db *DB) Compact(ctx context.Context) error {
	defer db.empty.alone()()
	if _, err := db.write.ExecContext(ctx, `vacuum`); err != nil {
		return mapError(err)
	}
	if db.dialect == postgres {
		return nil
	}
	_, err := db.write.ExecContext(ctx, `pragma wal_checkpoint(truncate)`)
	return mapError(err)
}
