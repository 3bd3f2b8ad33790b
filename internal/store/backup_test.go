package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// tried is a table of every type, which the tests add to both ends.
const tried = `create table tried (
	id text not null, part bigint not null, said text, ok boolean, share double precision, raw bytea, doc jsonb,
	up text, primary key (id, part))`

func fill(t *testing.T, db *store.DB) {
	t.Helper()
	execute(t, db, tried)
	for i, doc := range []string{
		`{"b": 1, "a": [1.50, 2e3, -0.0, true, null, "é \" \\ \u0041"], "big": 9007199254740993}`,
		`{}`, `[]`, `12.5`, `7`, `"word"`, `null`, `{"long": "` + strings.Repeat("a dull sentence. ", 9000) + `"}`,
	} {
		execute(t, db, `insert into tried (id, part, said, ok, share, raw, doc, up) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			"é<&>", i, "Zażółć 'gęślą'\n\t\"jaźń\" 😀 ", i%2 == 0, 0.1+float64(i), []byte{0, 1, 255, byte(i)}, doc, "later")
	}
	execute(t, db, `insert into tried (id, part, share) values ('B', -9223372036854775808, 3)`)
	enqueue(t, db, store.Job{Kind: "a", Payload: map[string]any{"record": "x"}, UniqueKey: "k"}, store.Job{Kind: "b", RunAt: now.Add(time.Hour)})
}

const contents = `select id || ' ' || part || ' ' || coalesce(said, '-') || ' ' || coalesce(cast(share as text), '-') || ' ' ||
	coalesce(cast(doc->>'big' as text), '-') || ' ' || coalesce(doc->'a'->>5, '-') from tried order by id, part`

func backup(t *testing.T, db *store.DB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.backup")
	if _, err := db.Backup(t.Context(), file, storetest.Key, now); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBackupRestoresIntoEitherEngine(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, from *store.DB) {
		fill(t, from)
		file := backup(t, from)
		want := append(list(t, from, contents), list(t, from, `select id || kind || run_at || coalesce(unique_key, '') from job order by id`)...)
		storetest.Each(t, func(t *testing.T, to *store.DB) {
			execute(t, to, tried)
			info, err := store.Restore(t.Context(), file, storetest.Key, to, now)
			if err != nil {
				t.Fatal(err)
			}
			if info.Rows != 11 || !info.Made.Equal(now) || info.Engine != from.Engine() {
				t.Errorf("info %+v", info)
			}
			got := append(list(t, to, contents), list(t, to, `select id || kind || run_at || coalesce(unique_key, '') from job order by id`)...)
			if from.Engine() == to.Engine() && !slices.Equal(got, want) || len(got) != len(want) {
				t.Errorf("got %q\nwant %q", got, want)
			}
			// The restored database makes the same backup again.
			second := filepath.Join(t.TempDir(), "b.backup")
			again, err := to.Backup(t.Context(), second, storetest.Key, now)
			if err != nil || again.Rows != info.Rows || again.Tables != info.Tables || again.Migration != info.Migration {
				t.Errorf("again %+v, first %+v, %v", again, info, err)
			}
		})
	})
}

func TestRestoreIntoUnmigrated(t *testing.T) {
	t.Parallel()
	from := storetest.Open(t)
	enqueue(t, from, store.Job{Kind: "a"})
	file := backup(t, from)
	storetest.EachUnmigrated(t, func(t *testing.T, to *store.DB) {
		if _, err := store.Restore(t.Context(), file, storetest.Key, to, now); err != nil {
			t.Fatal(err)
		}
		if state, err := to.MigrationState(t.Context()); err != nil || len(state.Pending) > 0 {
			t.Errorf("%+v, %v", state, err)
		}
		if got := list(t, to, `select kind from job`); !slices.Equal(got, []string{"a"}) {
			t.Errorf("restored %q", got)
		}
		if _, err := store.Restore(t.Context(), file, storetest.Key, to, now); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a second time: %v", err)
		}
		if got := list(t, to, `select kind from job`); !slices.Equal(got, []string{"a"}) {
			t.Errorf("the refusal changed it: %q", got)
		}
	})
}

func TestBackupIsSealed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	enqueue(t, db, store.Job{Kind: "Ffion-Example"})
	file := backup(t, db)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(whole, []byte("Ffion")) || bytes.Contains(whole, []byte("table")) {
		t.Error("the backup is readable")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := db.Backup(t.Context(), file, storetest.Key, now); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over a file: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); err != nil || len(left) != 1 {
		t.Errorf("files %q, %v", left, err)
	}

	other, err := store.NewKey(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.CheckBackup(t.Context(), file, other); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.SafeText(err), storetest.Key.ID()) {
		t.Errorf("another key: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	check := func(what string, content []byte) {
		t.Helper()
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if info, err := store.CheckBackup(t.Context(), bad, storetest.Key); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %+v, %v", what, info, err)
		}
	}
	for n := 0; n < len(whole); n += 7 {
		check("cut short", whole[:n])
		changed := slices.Clone(whole)
		changed[n] ^= 1
		check("changed", changed)
	}
	check("longer", append(slices.Clone(whole), 'x'))
	check("doubled", append(slices.Clone(whole), whole...))

	to := storetest.OpenDir(t, t.TempDir())
	if _, err := store.Restore(t.Context(), bad, storetest.Key, to, now); err == nil {
		t.Error("a bad backup was restored")
	}
	if state, err := to.MigrationState(t.Context()); err != nil || state.Applied != 0 {
		t.Errorf("a bad backup touched the database: %+v, %v", state, err)
	}
}

// TestBackupIsOneMoment backs up while pairs of rows are being written: no
// backup may hold half a pair.
func TestBackupIsOneMoment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, stop := context.WithCancel(t.Context())
		var writer sync.WaitGroup
		ready := make(chan bool)
		writer.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				if i == 10 {
					close(ready)
				}
				enqueue(t, db, store.Job{Kind: "left"}, store.Job{Kind: "right"})
			}
		})
		<-ready
		for range 2 {
			to := storetest.OpenDir(t, t.TempDir())
			if _, err := store.Restore(t.Context(), backup(t, db), storetest.Key, to, now); err != nil {
				t.Fatal(err)
			}
			left, right := list(t, to, `select id from job where kind = 'left'`), list(t, to, `select id from job where kind = 'right'`)
			if len(left) != len(right) || len(left) < 10 {
				t.Errorf("%d left and %d right", len(left), len(right))
			}
		}
		stop()
		writer.Wait()
	})
}

// A backup is made beside the program that serves the folder, and changes
// nothing in it.
func TestBackupWhileServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	served := storetest.OpenDir(t, dir)
	if err := served.Migrate(t.Context(), storetest.Now); err != nil {
		t.Fatal(err)
	}
	if err := served.Write(t.Context(), func(tx *store.Tx) error { return tx.SetMeta("said", "before") }); err != nil {
		t.Fatal(err)
	}
	beside, err := store.OpenEmbeddedToRead(t.Context(), dir, storetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = beside.Close() })
	if err := beside.Write(t.Context(), func(tx *store.Tx) error { return tx.SetMeta("said", "beside") }); err == nil {
		t.Error("wrote to a database opened to be read")
	}
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := beside.Backup(t.Context(), file, storetest.Key, storetest.Now); err != nil {
		t.Fatal(err)
	}
	if err := served.Write(t.Context(), func(tx *store.Tx) error { return tx.SetMeta("said", "after") }); err != nil {
		t.Errorf("the service cannot write any more: %v", err)
	}
	if _, err := store.CheckBackup(t.Context(), file, storetest.Key); err != nil {
		t.Error(err)
	}
	if _, err := store.OpenEmbeddedToRead(t.Context(), t.TempDir(), storetest.Key); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an empty folder: %v", err)
	}
}
