package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// added are the rows that sending one referral added to a table, and the statement that
// adds all of them.
type added struct {
	table, insert string
	rows          [][]any
}

// tape are the rows that sending one referral added, to be added again and again: to
// the same tables, with the same indexes, under keys of their own. What it changed or
// deleted is not among them.
type tape struct {
	added   []added
	count   int   // of the rows that were added
	sizes   []int // in bytes, of each row that was added or deleted
	columns map[string][]column
	fresh   []string // ids that the rows made up
	mu      sync.Mutex
	last    map[string]int64 // the numbers given out, by table
}

type column struct {
	name   string
	kind   string // as SQLite has it
	key    bool
	number bool // the whole key is this number
	single bool // no two rows have the same
}

var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// contents are all rows of every table, by what they hold.
func contents(ctx context.Context, db *store.DB) (map[string]map[string][]any, []string, error) {
	out := map[string]map[string][]any{}
	var order []string
	err := db.Read(ctx, func(tx *store.Tx) error {
		var err error
		if order, err = storetest.Texts(tx, `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by rowid`); err != nil {
			return err
		}
		for _, name := range order {
			columns, err := storetest.Texts(tx, `select name from pragma_table_info($1)`, name)
			if err != nil {
				return err
			}
			rows, err := tx.Query(`select "` + strings.Join(columns, `", "`) + `" from "` + name + `"`)
			if err != nil {
				return err
			}
			out[name] = map[string][]any{}
			for rows.Next() {
				values := make([]any, len(columns))
				into := make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				out[name][fmt.Sprint(values...)] = values
			}
			if err := rows.Err(); err != nil {
				return err
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	return out, order, err
}

// newTape makes one of what was there before and after.
func newTape(ctx context.Context, db *store.DB, before, after map[string]map[string][]any, order []string) (*tape, error) {
	t := &tape{columns: map[string][]column{}}
	known, fresh := map[string]bool{}, map[string]bool{}
	for _, rows := range before {
		for text := range rows {
			for _, id := range anID.FindAllString(text, -1) {
				known[id] = true
			}
		}
	}
	for _, table := range order {
		if err := t.describe(ctx, db, table); err != nil {
			return nil, err
		}
		had, has := t.keys(table, before[table]), t.keys(table, after[table])
		var rows [][]any
		for text, values := range after[table] {
			if had[t.key(table, values)] {
				continue
			}
			rows, t.sizes = append(rows, values), append(t.sizes, size(values))
			for _, id := range anID.FindAllString(text, -1) {
				fresh[id] = !known[id]
			}
		}
		if len(rows) > 0 {
			t.added = append(t.added, added{table, t.insert(table, len(rows)), rows})
			t.count += len(rows)
		}
		for _, values := range before[table] {
			if !has[t.key(table, values)] {
				t.sizes = append(t.sizes, size(values))
			}
		}
	}
	for id, is := range fresh {
		if is {
			t.fresh = append(t.fresh, id)
		}
	}
	return t, nil
}

func size(values []any) (n int) {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		case nil:
		default:
			n += 8
		}
	}
	return max(1, n)
}

func (t *tape) describe(ctx context.Context, db *store.DB, table string) error {
	return db.Read(ctx, func(tx *store.Tx) error {
		alone, err := storetest.Texts(tx, `select min(i.name) from pragma_index_list($1) l, pragma_index_info(l.name) i where l."unique" group by l.name having count(*) = 1`, table)
		if err != nil {
			return err
		}
		rows, err := tx.Query(`select name, lower(type), pk from pragma_table_info($1)`, table)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		keys := 0
		for rows.Next() {
			var c column
			var place int
			if err := rows.Scan(&c.name, &c.kind, &place); err != nil {
				return err
			}
			if c.key = place > 0; c.key {
				keys++
			}
			c.single = slices.Contains(alone, c.name)
			t.columns[table] = append(t.columns[table], c)
		}
		for i, c := range t.columns[table] {
			t.columns[table][i].number = c.key && keys == 1 && c.kind != "text"
		}
		return rows.Err()
	})
}

// key is the key of a row, as text.
func (t *tape) key(table string, values []any) string {
	var b strings.Builder
	for i, c := range t.columns[table] {
		if c.key {
			fmt.Fprint(&b, values[i], "|")
		}
	}
	return b.String()
}

func (t *tape) keys(table string, rows map[string][]any) map[string]bool {
	out := map[string]bool{}
	for _, values := range rows {
		out[t.key(table, values)] = true
	}
	return out
}

// begin finds the numbers from which to go on.
func (t *tape) begin(ctx context.Context, db *store.DB) error {
	t.last = map[string]int64{}
	return db.Read(ctx, func(tx *store.Tx) error {
		for table, columns := range t.columns {
			for _, c := range columns {
				if !c.number {
					continue
				}
				var last int64
				if err := tx.QueryRow(`select coalesce(max(` + c.name + `), 0) from ` + table).Scan(&last); err != nil {
					return err
				}
				t.last[table] = last
			}
		}
		return nil
	})
}

func (t *tape) next(table string) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last[table]++
	return t.last[table]
}

// insert is the statement that adds so many rows to a table.
func (t *tape) insert(table string, rows int) string {
	var names, all []string
	for _, c := range t.columns[table] {
		names = append(names, c.name)
	}
	n := 0
	for range rows {
		var places []string
		for range names {
			n++
			places = append(places, "$"+strconv.Itoa(n))
		}
		all = append(all, "("+strings.Join(places, ", ")+")")
	}
	return `insert into ` + table + ` (` + strings.Join(names, ", ") + `) values ` + strings.Join(all, ", ")
}

// play adds the rows once more.
func (t *tape) play(tx *store.Tx, now time.Time) error {
	var pairs []string
	for _, id := range t.fresh {
		pairs = append(pairs, id, store.NewID(now))
	}
	again := strings.NewReplacer(pairs...)
	for _, a := range t.added {
		var args []any
		for _, row := range a.rows {
			for i, c := range t.columns[a.table] {
				args = append(args, t.value(again, a.table, c, row[i]))
			}
		}
		if _, err := tx.Exec(a.insert, args...); err != nil {
			return fmt.Errorf("%s: %w", a.table, err)
		}
	}
	return nil
}

// value is a value of a row that is added once more.
func (t *tape) value(again *strings.Replacer, table string, c column, v any) any {
	switch was := v.(type) {
	case int64:
		switch {
		case c.number:
			return t.next(table)
		case c.kind == "boolean":
			return was != 0
		}
	case string:
		text := again.Replace(was)
		if c.single && text == was { // a hash or a reference
			other := make([]byte, len(was))
			_, _ = rand.Read(other) // never fails
			return hex.EncodeToString(other)[:len(was)]
		}
		return text
	}
	return v
}
