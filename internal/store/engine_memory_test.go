package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// tooMuch needs more memory than a connection has.
const tooMuch = `select length(hex(zeroblob($1))) `

// A statement that needs too much memory fails, whoever else works, and all goes
// on: it once ended the connection with the database locked.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	execute(t, db, `create table thing (id bigint primary key)`)
	few := func(err error) {
		t.Helper()
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.SafeText(err), "Ask for less") {
			t.Errorf("%v: %q", err, fault.SafeText(err))
		}
	}
	ask := func(tx *store.Tx) error { _, err := store.Strings(tx, tooMuch, 90<<20); return err }
	few(writeErr(db, func(tx *store.Tx) error {
		if _, err := tx.Exec(`insert into thing (id) values ($1)`, 1); err != nil {
			return err
		}
		first := ask(tx)
		few(first)
		// Nothing more is done in that transaction, whatever is tried.
		if _, err := tx.Exec(`insert into thing (id) values ($1)`, 2); err == nil {
			t.Error("the transaction went on")
		}
		if _, err := store.Strings(tx, `select id from thing where id = $1`, 1); err == nil {
			t.Error("the transaction went on")
		}
		return nil // and its commit fails
	}))
	same(t, list(t, db, `select cast(id as text) from thing where id > $1`, 0), []string(nil))
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() { few(db.Read(t.Context(), ask)) })
		all.Go(func() {
			if err := writeErr(db, func(tx *store.Tx) error { _, err := tx.Exec(`insert into thing (id) values ($1)`, i); return err }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	same(t, list(t, db, `select cast(count(*) as text) from thing where id >= $1`, 0), []string{"3"})
}

// A fault of the engine itself ends one connection, and what it did not commit.
func TestEngineFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.OpenDir(t, dir)
	execute(t, db, `create table thing (id bigint primary key)`)
	if err := store.Faulty(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		t.Helper()
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.SafeText(err), "nothing of it was saved") || strings.Contains(err.Error(), "typed") {
			t.Error(err)
		}
	}
	check(writeErr(db, func(tx *store.Tx) error {
		for i := range 3000 { // more than the cache holds, so that some are in the log
			if _, err := tx.Exec(`insert into thing (id) values ($1)`, i); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`insert into thing (id) select 5000 + fault() from thing where id = $1`, 1)
		return err
	}))
	check(db.Read(t.Context(), func(tx *store.Tx) error {
		_, err := store.Strings(tx, `select fault() from thing union all select fault() where 1 = $1`, 1)
		return err
	}))
	execute(t, db, `insert into thing (id) values ($1)`, 7)
	same(t, list(t, db, `select cast(id as text) from thing where id >= $1`, 0), []string{"7"})
	// And all of the log gets into the database at the end: nobody holds that up.
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*-wal")); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}

// Sorting much spills to files that nobody can read.
func TestSortingSpills(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	const word = "Amelia Kingsnorth, 12 Marsh Lane. "
	const query = `with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
		select i from (select i, replace(hex(zeroblob($1)), '00', '` + word + `') || i as word from n) order by word desc`
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(query, 2500) // 42 MB
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		n := 0
		for ; rows.Next(); n++ {
			if n == 0 && runtime.GOOS == "linux" {
				unreadable(t, word)
			}
		}
		if n != 500 {
			t.Errorf("%d rows: %v", n, rows.Err())
		}
		return rows.Err()
	})
	if err != nil {
		t.Error(err)
	}
}

// unreadable looks into the files without a name that this process has open.
func unreadable(t *testing.T, word string) {
	t.Helper()
	all, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, link := range all {
		if at, err := os.Readlink(link); err != nil || !strings.HasSuffix(at, " (deleted)") {
			continue
		}
		f, err := os.Open(link)
		if err != nil {
			continue // closed since
		}
		part := make([]byte, 1<<20)
		n, _ := f.ReadAt(part, 0)
		_ = f.Close()
		if n > 0 {
			found++
		}
		if bytes.Contains(part[:n], []byte(word)) {
			t.Error(fmt.Sprint("personal data in the clear in ", link))
		}
	}
	if found == 0 {
		t.Error("no file that sorting spilled to was found")
	}
}

// A statement that fails undoes all it did and nothing else, be it little or more
// than is put aside in memory.
func TestOneStatementIsUndone(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{10, 100, 2500} { // 2,500 are 10 MB
		db := storetest.Open(t)
		execute(t, db, `create table thing (id bigint primary key, body text check (length(body) < 4100))`)
		err := writeErr(db, func(tx *store.Tx) error {
			if _, err := tx.Exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
				insert into thing (id, body) select i, replace(hex(zeroblob(2000)), '0', 'a') from n`, rows); err != nil {
				return err
			}
			for range 2 {
				_, err := tx.Exec(`update thing set body = replace(body, 'a', 'b') || case when id = $1 then '`+strings.Repeat("x", 200)+`' else '' end`, rows)
				if err == nil {
					t.Error("the last row was changed too")
				}
			}
			_, err := tx.Exec(`insert into thing (id, body) values ($1, 'last')`, rows+1)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		same(t, list(t, db, `select cast(count(*) as text) from thing where body = 'last' or body = replace(hex(zeroblob($1)), '0', 'a')`, 2000), []string{fmt.Sprint(rows + 1)})
		same(t, list(t, db, `select integrity_check from pragma_integrity_check where 1 = $1`, 1), []string{"ok"})
	}
}
