package hostile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// unwatched are the tables and columns of which verify does not notice a
// change, each with the reason why it need not.
var unwatched = map[string]string{
	"migration":             "what the program itself did to the tables; it refuses to start on others",
	"meta":                  "settings of the program: the time of the last backup, the public key, that it is a demonstration",
	"job":                   "work that waits; a mail that is lost or repeated says nothing and holds a sealed address",
	"draft":                 "not yet part of a record; its answers are sealed and bound to it, and end in a revision",
	"session":               "lives for hours, and every act done in it is logged under its worker; see the threat model on an insider with the database",
	"attempt":               "failed sign-ins of the last hour; each is in the log too",
	"notice":                "a neutral line that something is new; what is new is kept elsewhere",
	"notice_read":           "who put such a line away",
	"source_read":           "that a sealed source put such a line away",
	"newsletter_ask":        "who asked for the newsletter and has not said yes; gone within days, and the address is sealed",
	"newsletter_subscriber": "who gets the newsletter: the row must be able to go wholly, and the address is sealed and bound to it",
	"newsletter_delivery":   "whether a mail of the newsletter went; the issue itself is watched",
	"text_draft":            "what somebody writes and has not asked for; it becomes a change, which is watched",
	"link_check":            "what other sites answered when they were asked; anyone can ask them again",
	"text_head":             "the number of the last act; set back, the next act is refused, and no text is another",
	"message_read":          "when the other side first opened a message; their visit is in the log",
	"clock_warning":         "when people are warned again of a clock, and whether they were; the clock, its first warning and when it is due are watched",
	"course_told":           "who was reminded that their training ends; what they attended is watched",
	"tool_told":             "who was reminded that a licence ends; the licence itself is watched",
	"clock.told":            "whether people were warned of a clock; the clock itself is watched",
	"audit_head.id":         "one row, held so by the table",
	"audit_head.mark":       "a counter that makes live boards look again",
	"person_name.place":     "an order, of which only a change that reorders matters", "person_birth.place": "as names", "person_identifier.place": "as names",
	"person_address.place": "as names", "person_phone.place": "as names",
	"file.draft": "empty on every file of a record; the table refuses both",
}

// spare are tables of which a row can be missing, with why that tells no lie.
var spare = map[string]string{"person_outline": "whoever has none is compared by the last version, which is watched"}

// nonsense is a value that the program would never write. An engine that knows
// the type of a column refuses it, and then there is nothing to see.
func nonsense(kind string, v any) []any {
	switch kind {
	case "bytea":
		return []any{[]byte("x")}
	case "bigint":
		return []any{int64(-1) << 62}
	case "jsonb":
		return []any{`"x"`, `[[[]]]`}
	}
	return []any{"\u202e'; drop table record; --", strings.Repeat("z", 100000)}
}

// apart are values that are not the one given, of the same kind.
func apart(kind string, v any) []any {
	switch old := v.(type) {
	case nil:
		switch kind {
		case "bigint":
			return []any{int64(7)}
		case "bytea":
			return []any{[]byte("x")}
		}
		return []any{store.FormatInstant(noon), "x"}
	case bool:
		return []any{!old}
	case int64:
		if kind == "boolean" {
			return []any{1 - old}
		}
		return []any{old + 1, old + 100000}
	case []byte:
		if kind == "bytea" {
			b := slices.Clone(old)
			if len(b) == 0 {
				return []any{[]byte("x")}
			}
			b[len(b)/2] ^= 1
			return []any{b}
		}
		return apart(kind, string(old))
	case string:
		if kind == "jsonb" {
			if strings.HasPrefix(old, "[") {
				return []any{`["x"]`, `[{"id": "x"}]`}
			}
			return []any{`{"danger": {"text": "yes"}}`, `{"x": "y"}`}
		}
		if at, err := store.ParseInstant(old); err == nil {
			return []any{store.FormatInstant(at.Add(time.Microsecond))}
		}
		if at, err := time.Parse(time.DateOnly, old); err == nil {
			return []any{at.AddDate(0, 0, 1).Format(time.DateOnly)}
		}
		// Last those that the checks on columns let in.
		out := []any{old + "x"}
		for _, s := range []string{"note", "call", "unscanned", "clean", "answered", "stepped", "yes", "no", "M", "F", "estimated", "born", "about", "started", strings.Repeat("0", 64)} {
			if s != old {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

type column struct {
	name, kind string
	key        bool
}

// insider holds the database's own password and no key of the program.
type insider struct {
	t       *testing.T
	h       house
	db      *store.DB
	primary map[string][]string
}

func (in insider) tx(fn func(tx *store.Tx) error) error {
	return in.db.Write(context.Background(), func(tx *store.Tx) error {
		if in.db.Engine() == "postgres" {
			// Neither triggers nor foreign keys.
			if _, err := tx.Exec(`set local session_replication_role = replica`); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

func (in insider) tables() []string {
	var out []string
	must(in.t, in.tx(func(tx *store.Tx) (err error) {
		query := `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`
		if in.db.Engine() == "postgres" {
			query = `select tablename from pg_tables where schemaname = current_schema() order by tablename`
		}
		out, err = storetest.Texts(tx, query)
		return err
	}))
	return out
}

func (in insider) columns(table string) []column {
	var out []column
	must(in.t, in.tx(func(tx *store.Tx) error {
		query := `select name || ' ' || lower(type) from pragma_table_info('` + table + `') order by cid`
		if in.db.Engine() == "postgres" {
			query = `select column_name || ' ' || data_type from information_schema.columns where table_schema = current_schema() and table_name = '` + table + `' order by ordinal_position`
		}
		list, err := storetest.Texts(tx, query)
		for _, s := range list {
			name, kind, _ := strings.Cut(s, " ")
			out = append(out, column{name, kind, slices.Contains(in.primary[table], name)})
		}
		return err
	}))
	return out
}

// primaryKeys are read on SQLite for both engines: they have the same tables.
func primaryKeys(t *testing.T, db *store.DB) map[string][]string {
	out := map[string][]string{}
	must(t, db.Read(context.Background(), func(tx *store.Tx) error {
		list, err := storetest.Texts(tx, `select t.name || ' ' || c.name from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and c.pk > 0 order by t.name, c.pk`)
		for _, s := range list {
			table, name, _ := strings.Cut(s, " ")
			out[table] = append(out[table], name)
		}
		return err
	}))
	return out
}

// row is all values of one row.
type row map[string]any

func (in insider) rows(table string, limit int) []row {
	columns := in.columns(table)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	where := ""
	if table == "file" {
		where = " where record is not null"
	}
	var out []row
	must(in.t, in.tx(func(tx *store.Tx) error {
		rows, err := tx.Query(`select ` + strings.Join(names, ", ") + ` from ` + table + where + ` order by ` + strings.Join(in.primary[table], ", ") + fmt.Sprintf(` limit %d`, limit))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			r := row{}
			for i, n := range names {
				r[n] = values[i]
				if columns[i].kind != "bytea" && columns[i].kind != "blob" {
					if b, ok := values[i].([]byte); ok {
						r[n] = string(b)
					}
				}
				if at, ok := values[i].(time.Time); ok { // SQLite's driver reads text that looks like a time
					r[n] = store.FormatInstant(at)
				}
			}
			out = append(out, r)
		}
		return rows.Err()
	}))
	return out
}

func (in insider) where(table string, r row, from int) (string, []any) {
	var parts []string
	var args []any
	for i, k := range in.primary[table] {
		parts = append(parts, fmt.Sprintf("%s = $%d", k, from+i))
		args = append(args, r[k])
	}
	return strings.Join(parts, " and "), args
}

func (in insider) set(table, column string, r row, v any) error {
	where, args := in.where(table, r, 2)
	return in.tx(func(tx *store.Tx) error {
		n, err := tx.Exec(`update `+table+` set `+column+` = $1 where `+where, append([]any{v}, args...)...)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows", n)
		}
		return err
	})
}

func (in insider) insert(table string, r row) error {
	var names, marks []string
	var args []any
	for i, c := range in.columns(table) {
		names, marks, args = append(names, c.name), append(marks, fmt.Sprintf("$%d", i+1)), append(args, r[c.name])
	}
	return in.tx(func(tx *store.Tx) error {
		_, err := tx.Exec(`insert into `+table+` (`+strings.Join(names, ", ")+`) values (`+strings.Join(marks, ", ")+`)`, args...)
		return err
	})
}

func (in insider) remove(table string, r row) error {
	where, args := in.where(table, r, 1)
	return in.tx(func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from `+table+` where `+where, args...)
		return err
	})
}

// named fails unless verify complains and says where.
func (in insider) named(what, table string) {
	in.t.Helper()
	found := in.h.verify(in.t)
	if len(found) == 0 {
		in.t.Errorf("%s: verify sees nothing", what)
		return
	}
	all := strings.Join(found, "\n")
	if strings.Contains(all, "verify failed") {
		in.t.Errorf("%s: verify gives up: %s", what, all)
		return
	}
	if strings.HasPrefix(table, "person_") {
		table = "table person"
	}
	if !strings.Contains(all, table) && !strings.Contains(all, "record ") && !strings.Contains(all, "audit log") {
		in.t.Errorf("%s: verify does not say where:\n%s", what, all)
	}
}

// also are columns that a second copy of a row must not share.
var also = map[string][]string{
	"record": {"reference"}, "revision": {"hash"}, "entry": {"seq"}, "worker": {"email_fold"}, "invitation": {"token_hash"},
	"suggestion": {"reference", "token_hash"}, "retention_act": {"nth"}, "nomination": {"place"}, "newsletter_issue": {"number"},
	"letter_check": {"seq"}, "meeting_invite": {"uid"}, "meeting_together": {"nth"}, "redaction": {"nth"}, "died_question": {"person"},
}

// copyOf is a row like another, such as somebody would put in.
func (in insider) copyOf(table string, r row) row {
	out := row{}
	for k, v := range r {
		out[k] = v
	}
	for _, c := range in.columns(table) {
		if c.key || slices.Contains(also[table], c.name) {
			switch v := r[c.name].(type) {
			case int64:
				out[c.name] = v + 100000
			case string:
				if at, err := store.ParseInstant(v); err == nil {
					out[c.name] = store.FormatInstant(at.Add(time.Hour))
					continue
				}
				if c.name == "hash" {
					out[c.name] = strings.Repeat("0", 64)
					continue
				}
				if table == "died_question" && c.name == "person" {
					out[c.name] = r["dead"]
					continue
				}
				if table == "link" && c.name == "kind" {
					out[c.name] = "merged_into"
					continue
				}
				// The keys of a row that only ties two others stay real.
				if len(in.primary[table]) == 1 || c.name == "kind" || c.name == "row_id" || c.name == "word" || c.name == "value" {
					out[c.name] = v + "x"
				}
			}
		}
	}
	return out
}

var references = regexp.MustCompile(` references [a-z_]+ \([a-z_]+\)( on delete cascade)?`)

// disarm takes away what the engine itself would refuse, as whoever holds the
// database can.
func disarm(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := context.Background()
	must(t, db.Write(ctx, func(tx *store.Tx) error {
		triggers, err := storetest.Texts(tx, `select name from sqlite_schema where type = 'trigger'`)
		if err != nil {
			return err
		}
		for _, name := range triggers {
			if _, err := tx.Exec(`drop trigger ` + name); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`pragma writable_schema = on`); err != nil {
			return err
		}
		list, err := storetest.Texts(tx, `select sql from sqlite_schema where type = 'table' and sql like '% references %'`)
		if err != nil {
			return err
		}
		for _, text := range list {
			if _, err := tx.Exec(`update sqlite_schema set sql = $1 where sql = $2`, references.ReplaceAllString(text, ""), text); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`pragma writable_schema = off`)
		return err
	}))
}

func tampered(t *testing.T, db *store.DB, primary map[string][]string, every bool, seed uint64) {
	h := build(t, db)
	if found := h.verify(t); len(found) > 0 {
		t.Fatalf("untouched: %s", strings.Join(found, "\n"))
	}
	in := insider{t, h, db, primary}
	rng := rand.New(rand.NewPCG(seed, 1))
	changes := 0
	for _, table := range in.tables() {
		if unwatched[table] != "" {
			continue
		}
		rows := in.rows(table, 400)
		if len(rows) == 0 {
			t.Errorf("%s has no row: let the small world make one, or say why it need not be watched", table)
			continue
		}
		columns := in.columns(table)
		for i, c := range columns {
			if unwatched[table+"."+c.name] != "" || !every && rng.IntN(3) > 0 && i > 0 {
				continue
			}
			r := rows[rng.IntN(len(rows))]
			// A column that is empty almost everywhere is changed where it is not.
			if r[c.name] == nil {
				for _, other := range rows {
					if other[c.name] != nil {
						r = other
					}
				}
			}
			done := false
			var last error
			values := apart(c.kind, r[c.name])
			if rng.IntN(3) == 0 {
				values = append(nonsense(c.kind, r[c.name]), values...)
			}
			for _, v := range values {
				if last = in.set(table, c.name, r, v); last != nil {
					continue
				}
				done = true
				changes++
				in.named(fmt.Sprintf("%s.%s of %v changed from %.40v to %.40v", table, c.name, r[in.primary[table][0]], r[c.name], v), table)
				now := row{}
				for k, x := range r {
					now[k] = x
				}
				now[c.name] = v
				must(t, in.set(table, c.name, now, r[c.name]))
				break
			}
			if !done {
				t.Logf("%s.%s: the database itself refuses: %v", table, c.name, last)
			}
		}
		r := rows[rng.IntN(len(rows))]
		if err := in.remove(table, r); err != nil {
			t.Errorf("%s: %v", table, err)
		} else if spare[table] != "" {
			if found := h.verify(t); len(found) > 0 {
				t.Errorf("%s: without a row verify says %q, but %s", table, found, spare[table])
			}
			must(t, in.insert(table, r))
		} else {
			changes++
			in.named(table+": a row taken away", table)
			must(t, in.insert(table, r))
		}
		if table != "audit_head" {
			c := in.copyOf(table, r)
			err := in.insert(table, c)
			if last := in.primary[table][len(in.primary[table])-1]; err != nil { // a row that only ties two others
				c[last] = fmt.Sprint(c[last], "x")
				err = in.insert(table, c)
			}
			if err != nil {
				t.Errorf("%s: a row could not be put in: %v", table, err)
			} else {
				changes++
				in.named(table+": a row put in", table)
				must(t, in.remove(table, c))
			}
		}
		if len(rows) > 1 {
			a, b := rows[0], rows[len(rows)-1]
			swap := func(a, b row) bool {
				moved := false
				for _, c := range columns {
					if !c.key && !slices.Contains(also[table], c.name) && unwatched[table+"."+c.name] == "" && fmt.Sprint(a[c.name]) != fmt.Sprint(b[c.name]) {
						if errors.Join(in.set(table, c.name, a, b[c.name]), in.set(table, c.name, b, a[c.name])) == nil {
							moved = true
						}
					}
				}
				return moved
			}
			if swap(a, b) {
				changes++
				in.named(table+": two rows changed places", table)
				for _, c := range columns {
					if !c.key {
						_ = in.set(table, c.name, a, a[c.name])
						_ = in.set(table, c.name, b, b[c.name])
					}
				}
			}
		}
		if found := h.verify(t); len(found) > 0 {
			t.Fatalf("%s was not put back as it was: %s", table, strings.Join(found, "\n"))
		}
	}
	t.Logf("%d changes behind the program's back", changes)
}

// Whoever holds the database and takes its triggers and ties away can change,
// delete, insert or reorder rows, and verify names what they did.
func TestEveryTamperedRowIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func() *store.DB {
		db, err := store.OpenEmbedded(context.Background(), dir, storetest.Key)
		must(t, err)
		return db
	}
	first := open()
	must(t, first.Migrate(context.Background(), storetest.Now))
	primary := primaryKeys(t, first)
	disarm(t, first)
	must(t, first.Close())
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		db := open()
		t.Cleanup(func() { _ = db.Close() })
		tampered(t, db, primary, true, 1)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, _ := storetest.OpenPostgres(t)
		tampered(t, db, primary, false, 2)
	})
}

// cut takes the newest events out of the log with their hashes, as if they had
// never been, and everything that they speak of.
func (in insider) cut(to int64) {
	must(in.t, in.tx(func(tx *store.Tx) error {
		for _, query := range []string{
			`delete from audit where seq >= $1`,
			`delete from checkpoint where size > $1`,
			`update audit_head set size = $1`,
		} {
			if _, err := tx.Exec(query, to); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`delete from audit_hash where place >= $1`, audit.HashCount(to))
		return err
	}))
}

// rewrite changes who did one event, and recomputes every hash, as somebody
// who knows the program would.
func (in insider) rewrite(seq int64) {
	must(in.t, in.tx(func(tx *store.Tx) error {
		type stored struct {
			seq  int64
			body []byte
		}
		var list []stored
		for r, err := range tx.AuditRows() {
			if err != nil {
				return err
			}
			list = append(list, stored{r.Seq, r.Bytes})
		}
		if _, err := tx.Exec(`delete from audit_hash`); err != nil {
			return err
		}
		for _, s := range list {
			if s.seq == seq {
				e, err := audit.ParseEvent(s.body)
				if err != nil {
					return err
				}
				e.Actor = "worker:somebody-else"
				if s.body, err = e.Encode(); err != nil {
					return err
				}
				if _, err := tx.Exec(`update audit set actor = $2, body = $3 where seq = $1`, seq, e.Actor, string(s.body)); err != nil {
					return err
				}
			}
			hashes, err := audit.Append(s.seq, audit.LeafHash(s.body), tx.HashReader())
			if err != nil {
				return err
			}
			for i, hash := range hashes {
				if _, err := tx.Exec(`insert into audit_hash (place, hash) values ($1, $2)`, audit.HashIndex(s.seq)+int64(i), hash[:]); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// An insider who knows the program rewrites the log wholly, with every hash. The
// signed checkpoints inside the database catch it; when these are taken away
// too, the log says that they were there; and when that is rewritten as well,
// a checkpoint that has left the building catches it, and nothing else does.
func TestARewrittenLogIsCaughtByCheckpoints(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		in := insider{t, h, db, nil}
		if db.Engine() == "sqlite" {
			disarm(t, db)
		}
		var size int64
		must(t, db.Read(t.Context(), func(tx *store.Tx) (err error) {
			size, err = tx.AuditSize()
			return err
		}))
		outside := h.checkpoint(t, noon.Add(3*time.Hour))
		if found := h.verify(t, outside); len(found) > 0 {
			t.Fatalf("untouched: %v", found)
		}
		seen := func(what, words string, kept ...[]byte) {
			t.Helper()
			found := strings.Join(h.verify(t, kept...), "\n")
			if (words == "") != (found == "") || !strings.Contains(found, words) {
				t.Errorf("%s: verify says %q, want %q", what, found, words)
			}
		}

		in.rewrite(3)
		seen("rewritten, checkpoints left", "was signed over other events")
		forged, err := audit.NewKey("audit.example", []byte(strings.Repeat("k", 32)))
		must(t, err)
		must(t, in.tx(func(tx *store.Tx) error {
			root, err := audit.TreeHash(size, tx.HashReader())
			if err != nil {
				return err
			}
			text, err := forged.Sign(size, root, noon)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`update checkpoint set body = $1`, string(text))
			return err
		}))
		seen("checkpoints forged with another key", "cannot be relied on")
		must(t, in.tx(func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from checkpoint`)
			return err
		}))
		seen("checkpoints taken away", "of the table checkpoint is missing")
		seen("and one kept elsewhere", "was signed over other events", outside)
	})
}

// What was done since the last checkpoint can be cut off by somebody who owns the
// database: nothing inside it can tell. A checkpoint kept elsewhere can, for all
// that it covers; so the newest hour, and no more, rests on backups and on a
// replica. This holds the documentation to its word.
func TestACutOffTailIsCaughtOnlyFromOutside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := build(t, db)
		in := insider{t, h, db, nil}
		if db.Engine() == "sqlite" {
			disarm(t, db)
		}
		officer := casework.ByWorker(caseworktest.Worker(t, h.desk, "Olly Officer", "mash_officer", "thurrock", ""), &h.desk.Place.Register, noon.Add(5*time.Hour))
		h.checkpoint(t, noon.Add(4*time.Hour))
		before := h.verify(t)
		var size int64
		must(t, db.Read(t.Context(), func(tx *store.Tx) (err error) {
			size, err = tx.AuditSize()
			return err
		}))
		must(t, h.desk.AddEntry(t.Context(), officer, record.Entry{Record: h.record.ID, Kind: "call", HappenedAt: officer.Now, Text: "He rang and threatened her"}, ""))
		outside := h.checkpoint(t, noon.Add(6*time.Hour))

		// The log alone is cut: what it spoke of is still there.
		in.cut(size)
		found := strings.Join(h.verify(t), "\n")
		if !strings.Contains(found, "of the table entry was put in") {
			t.Errorf("the log cut off, the entry left: %q", found)
		}
		// Everything of that hour is cut.
		must(t, in.tx(func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from entry where seq = (select max(seq) from entry where record = $1) and record = $1`, h.record.ID)
			return err
		}))
		if found := h.verify(t); !slices.Equal(found, before) {
			t.Errorf("everything cut off: verify says %q; if it can tell now, say so in the threat model", found)
		}
		if found := strings.Join(h.verify(t, outside), "\n"); !strings.Contains(found, "the end of the log was cut off") {
			t.Errorf("with a checkpoint kept elsewhere: %q", found)
		}
	})
}
