package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdoor/internal/store/storetest"
)

// However much is saved, the engine's log begins again instead of growing, without
// anybody's save doing that; and a folder closed meanwhile opens with all of it.
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
	fill := func(round string) {
		execute(t, db, `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500)
			insert into tried select $1 || i, hex(randomblob(2000)) from n`, round)
	}
	fill("a")
	full := long()
	if full < 1500*4096 {
		t.Fatalf("the log has %d bytes, which is not long", full)
	}
	for ; ; time.Sleep(20 * time.Millisecond) {
		before := long()
		for i := range 20 {
			execute(t, db, `update tried set words = hex(randomblob(9)) where id = $1`, fmt.Sprint("a", i+1))
		}
		if long() == before {
			break
		}
		if before > 8000*4096 { // half of what makes a save empty it
			t.Fatalf("the log only grows: %d bytes", before)
		}
	}
	fill("b") // due to be emptied, and closed at once
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = storetest.OpenDir(t, dir)
	if got := list(t, db, `select cast(count(*) as text) from tried`); got[0] != "3000" {
		t.Errorf("%s rows, want 3000", got[0])
	}
}
