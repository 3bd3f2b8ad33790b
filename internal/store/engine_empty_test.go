package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// However much is saved, the engine's log begins again instead of growing as soon as
// nobody reads or saves for a moment, without anybody's save doing that; and a folder
// closed meanwhile opens with all of it.
func TestLogBeginsAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.OpenDir(t, dir)
	execute(t, db, `create table tried (id text primary key, words text not null)`)
	long := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "frontdoor.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	fill := func(round string, rows int) {
		execute(t, db, `with recursive n(i) as (select 1 union all select i + 1 from n where i < $2)
			insert into tried select $1 || i, hex(randomblob(2000)) from n`, round, rows)
	}
	// Whoever reads meanwhile keeps the log from being emptied to its end: half of it
	// stays, which is too little to make it long once more.
	fill("a", 500)
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		_, err := store.Strings(tx, `select id from tried`)
		fill("b", 600)
		time.Sleep(300 * time.Millisecond)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if full := long(); full < 1100*4096 {
		t.Fatalf("the log has %d bytes, which is not long", full)
	}
	for tries := 0; ; tries++ {
		before := long()
		execute(t, db, `update tried set words = hex(randomblob(9)) where id = 'a1'`)
		if long() == before {
			break
		}
		if tries == 60 {
			t.Fatalf("the log only grows: %d bytes", before)
		}
		time.Sleep(300 * time.Millisecond)
	}
	fill("c", 1500) // due to be emptied, and closed at once
	if err = db.Close(); err != nil {
		t.Fatal(err)
	}
	db = storetest.OpenDir(t, dir)
	if got := list(t, db, `select cast(count(*) as text) from tried`); got[0] != "2600" {
		t.Errorf("%s rows, want 2600", got[0])
	}
}
