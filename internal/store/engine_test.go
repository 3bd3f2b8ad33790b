package store_test

import (
	"context"
	"database/sql"
	"errors"
	neturl "net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

var now = time.Date(2026, 11, 21, 19, 50, 36, 123456000, time.UTC)

// execute runs one statement in a transaction of its own.
func execute(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// list reads a column of text.
func list(t *testing.T, db *store.DB, query string, args ...any) []string {
	t.Helper()
	var all []string
	if err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		all, err = store.Strings(tx, query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInstantsAndDates(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key, at text, day text, no_at text, no_day text, ok boolean not null, raw bytea, no_raw bytea)`)
		zone := time.FixedZone("east", 3*60*60)
		execute(t, db, `insert into tried values ($1, $2, $3, $4, $5, $6, $7, $8)`, "a", now.In(zone).Add(999), calendar.NewDate(2026, 4, 9), time.Time{}, calendar.Date{}, true, []byte{0, 255}, []byte(nil))
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			var at, noAt, latest time.Time
			var day, noDay calendar.Date
			var ok bool
			var raw []byte
			var text string
			if err := tx.QueryRow(`select at, at, day, no_at, no_day, ok, raw, (select max(at) from tried) from tried where ok`).Scan(&at, &text, &day, &noAt, &noDay, &ok, &raw, &latest); err != nil {
				return err
			}
			if !at.Equal(now) || !latest.Equal(now) || text != "2026-11-21T19:50:36.123456Z" || day != calendar.NewDate(2026, 4, 9) ||
				!noAt.IsZero() || !noDay.IsZero() || !ok || string(raw) != "\x00\xff" {
				t.Errorf("read back %v %v %q %v %v %v %v %q", at, latest, text, day, noAt, noDay, ok, raw)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := list(t, db, `select id from tried where at > $1 and at <= $2 and no_raw is null`, now.Add(-time.Microsecond), now); len(got) != 1 {
			t.Errorf("not found by time: %q", got)
		}
	})
}

func TestInstantTextIsInTimeOrder(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, d := range []time.Duration{0, time.Microsecond, time.Millisecond, time.Second, time.Hour, 90 * 24 * time.Hour, 10000 * time.Hour} {
		text := store.FormatInstant(now.Truncate(time.Second).Add(d))
		back, err := store.ParseInstant(text)
		if err != nil || !back.Equal(now.Truncate(time.Second).Add(d)) {
			t.Errorf("%q read back as %v, %v", text, back, err)
		}
		texts = append(texts, text)
	}
	if !slices.IsSorted(texts) {
		t.Errorf("not in order: %q", texts)
	}
	for _, bad := range []string{"", "2026-11-21T19:50:36Z", "2026-11-21T19:50:36.12345Z", "2026-11-21T19:50:36.1234567Z", "2026-11-21 19:50:36.123456Z"} {
		if at, err := store.ParseInstant(bad); err == nil {
			t.Errorf("%q was read as %v", bad, at)
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	var made []string
	for i := range 20000 { // more than fit in fourteen bits
		made = append(made, store.NewID(now))
		if id := made[i]; len(id) != 36 || id[14] != '7' || !strings.Contains("89ab", id[19:20]) || id[8] != '-' || id[23] != '-' {
			t.Fatalf("%q is not a UUID of version 7", id)
		}
	}
	if slices.Sort(made); len(slices.Compact(made)) != 20000 {
		t.Error("an id came twice")
	}
	if a, b := store.NewID(now), store.NewID(now.Add(time.Millisecond)); a >= b {
		t.Errorf("%s is not before %s", a, b)
	}
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key)`)
		wrong := errors.New("wrong")
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Exec(`insert into tried values ('a')`); err != nil {
				return err
			}
			return wrong
		}); !errors.Is(err, wrong) {
			t.Fatalf("got %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.Write(t.Context(), func(tx *store.Tx) error {
				_, _ = tx.Exec(`insert into tried values ('b')`)
				panic("half way")
			})
		}()
		if got := list(t, db, `select id from tried`); len(got) != 0 {
			t.Errorf("kept %q", got)
		}
		execute(t, db, `insert into tried values ('c')`) // the connection is free again
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key, other text unique, n bigint check (n > 0))`)
		execute(t, db, `insert into tried values ('a', 'b', 1)`)
		write := func(query string, args ...any) error {
			return db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err })
		}
		for _, query := range []string{`insert into tried values ('a', 'c', 1)`, `insert into tried values ('c', 'b', 1)`} {
			if err := write(query); !errors.Is(err, store.ErrExists) || fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s: got %v", query, err)
			}
		}
		if err := write(`insert into tried values ('d', 'd', 0)`); err == nil || errors.Is(err, store.ErrExists) || fault.KindOf(err) != fault.Internal {
			t.Errorf("check constraint: got %v", err)
		}
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			var id string
			return tx.QueryRow(`select id from tried where id = $1`, "z").Scan(&id)
		})
		if !errors.Is(err, store.ErrNone) || fault.KindOf(err) != fault.NotFound {
			t.Errorf("no row: got %v", err)
		}
		err = db.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(`insert into tried values ('e', 'e', 1)`)
			return err
		})
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a write while reading: got %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Write(gone, func(*store.Tx) error { return nil }); fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
	})
}

func TestPostgresErrorsRepeatNoValue(t *testing.T) {
	t.Parallel()
	db, _ := storetest.OpenPostgres(t)
	execute(t, db, `create table tried (id text primary key, n bigint)`)
	execute(t, db, `insert into tried values ('Ffion Example', 1)`)
	for _, query := range []string{`insert into tried values ('Ffion Example', 2)`, `select cast('Ffion Example' as bigint)`} {
		err := db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(query); return err })
		if err == nil || strings.Contains(err.Error(), "Ffion") {
			t.Errorf("%s: got %v", query, err)
		}
	}
}

func TestPostgresAway(t *testing.T) {
	t.Parallel()
	if _, err := store.OpenPostgres(t.Context(), "postgres://a:Hidden9@127.0.0.1:1/x?sslmode=disable&connect_timeout=2"); fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "Hidden9") {
		t.Errorf("got %v", err)
	}
	if _, err := store.OpenPostgres(t.Context(), "postgres://a:Hidden9@:bad port"); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "Hidden9") {
		t.Errorf("got %v", err)
	}
}

func TestReadIsOneView(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key)`)
		if err := db.Read(t.Context(), func(tx *store.Tx) error {
			if _, err := store.Strings(tx, `select id from tried`); err != nil {
				return err
			}
			execute(t, db, `insert into tried values ('a')`) // by someone else meanwhile
			got, err := store.Strings(tx, `select id from tried`)
			if len(got) != 0 {
				t.Errorf("the view changed: %q", got)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestLockedCounter has many writers add to one number, each from what it
// read: none of the additions may be lost.
// What is read in one view is as it was when the view began, though others save
// meanwhile; a look is as of its query. Neither can write, and a view never waits for
// somebody who does.
func TestAViewIsOneAndALookIsOfTheMoment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		put := func(ctx context.Context, value string) error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta("name", value) })
		}
		get := func(ctx context.Context, read func(context.Context, func(*store.Tx) error) error) (value string) {
			t.Helper()
			if err := read(ctx, func(tx *store.Tx) (err error) { value, err = tx.GetMeta("name"); return err }); err != nil {
				t.Fatal(err)
			}
			return value
		}
		if err := put(t.Context(), "first"); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context(), func(ctx context.Context) error {
			same(t, get(ctx, db.Read), "first")
			if err := put(t.Context(), "second"); err != nil {
				return err
			}
			same(t, get(ctx, db.Read), "first")
			same(t, get(ctx, db.Look), "first")
			same(t, get(t.Context(), db.Read), "second")
			same(t, get(t.Context(), db.Look), "second")
			same(t, fault.KindOf(put(ctx, "third")), fault.Internal)
			same(t, fault.KindOf(db.WriteShared(ctx, func(*store.Tx) error { return nil })), fault.Internal)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func(context.Context, func(*store.Tx) error) error{"read": db.Read, "look": db.Look} {
			if read(t.Context(), func(tx *store.Tx) error { return tx.SetMeta("name", "written by a "+name) }) == nil {
				t.Errorf("a %s wrote", name)
			}
		}
		same(t, get(t.Context(), db.Look), "second")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		same(t, fault.KindOf(db.Look(ctx, func(tx *store.Tx) error { _, err := tx.GetMeta("name"); return err })), fault.Unavailable)
	})
}

func TestLockedCounter(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key, n bigint not null)`)
		execute(t, db, `insert into tried values ('a', 0)`)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 10 {
					if err := db.Write(t.Context(), func(tx *store.Tx) error {
						var n int
						if err := tx.QueryRow(`select n from tried where id = 'a'` + tx.LockRow()).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(`update tried set n = $1 where id = 'a'`, n+1)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got := list(t, db, `select cast(n as text) from tried`); got[0] != "80" {
			t.Errorf("counted %s, want 80", got[0])
		}
	})
}

// asked tells when somebody has begun to wait.
type asked struct {
	context.Context
	once    sync.Once
	waiting chan struct{}
}

func (a *asked) Done() <-chan struct{} {
	a.once.Do(func() { close(a.waiting) })
	return a.Context.Done()
}

// Who came first saves first, so that nobody waits much longer than others do.
func TestSavesInTurn(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	var all sync.WaitGroup
	var order []int
	err := db.Write(t.Context(), func(*store.Tx) error {
		for i := range 12 {
			ctx := &asked{Context: t.Context(), waiting: make(chan struct{})}
			all.Go(func() {
				if err := db.Write(ctx, func(*store.Tx) error {
					order = append(order, i) // one writer at a time
					return nil
				}); err != nil {
					t.Error(err)
				}
			})
			<-ctx.waiting
			time.Sleep(10 * time.Millisecond) // from being about to wait to waiting
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if !slices.IsSorted(order) {
		t.Errorf("saved in the order %v", order)
	}
}

// TestDeadlockRunsAgain has two writers lock two rows crosswise. PostgreSQL
// ends one of them; it must be run again and both must succeed.
func TestDeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	db, _ := storetest.OpenPostgres(t)
	execute(t, db, `create table tried (id text primary key, n bigint not null)`)
	execute(t, db, `insert into tried values ('a', 0), ('b', 0)`)
	var both, all sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		all.Go(func() {
			first := true
			if err := db.Write(t.Context(), func(tx *store.Tx) error {
				for _, id := range order {
					if _, err := tx.Exec(`update tried set n = n + 1 where id = $1`, id); err != nil {
						return err
					}
					if first {
						first = false
						both.Done()
						both.Wait() // each holds its first row
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := list(t, db, `select cast(n as text) from tried`); got[0] != "2" || got[1] != "2" {
		t.Errorf("counted %q, want 2 and 2", got)
	}
}

func TestEmbeddedIsEncrypted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := storetest.OpenDir(t, dir)
	execute(t, db, `create table tried (id text primary key)`)
	for range 50 {
		execute(t, db, `insert into tried values ($1)`, "Ffion Example "+store.NewID(now))
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "Ffion") || strings.Contains(string(b), "SQLite format") || strings.Contains(string(b), "create table") {
			t.Errorf("%s is readable", f.Name())
		}
	}
	info, err := os.Stat(filepath.Join(dir, "frontdoor.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestEmbeddedRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := store.OpenEmbedded(t.Context(), dir, storetest.Key)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, `create table tried (id text primary key)`)
	if _, err := store.OpenEmbedded(t.Context(), dir, storetest.Key); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second one: got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := store.NewKey([]byte(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenEmbedded(t.Context(), dir, other); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another key: got %v", err)
	}
	storetest.OpenDir(t, dir) // neither refusal harmed it or kept the lock
}

func TestForeignKeysHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table up (id text primary key); create table down (id text primary key, up text not null references up)`)
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(`insert into down values ('a', 'nobody')`)
			return err
		}); err == nil {
			t.Error("a row without its parent was kept")
		}
	})
}

func TestPostgresSortsByBytes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key)`)
		execute(t, db, `insert into tried values ('ab'), ('a-c'), ('B'), ('é'), ('z')`)
		if got := strings.Join(list(t, db, `select id from tried order by id`), " "); got != "B a-c ab z é" {
			t.Errorf("order %q", got)
		}
	})
}

// A query that nobody read to its end, or that a panic left, keeps no connection.
func TestRowsLeftOpen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (n bigint)`)
		execute(t, db, `insert into tried values (1), (2), (3)`)
		leaves := func(tx *store.Tx) error {
			rows, err := tx.Query(`select n from tried`)
			if err == nil && !rows.Next() {
				t.Error("no row")
			}
			return err
		}
		for range 30 { // more than there are connections
			for what, do := range map[string]func(context.Context, func(*store.Tx) error) error{"read": db.Read, "write": db.Write, "look": db.Look} {
				if what == "look" && db.Engine() == "postgres" {
					continue // no transaction ends with it
				}
				if err := do(t.Context(), leaves); err != nil {
					t.Error(err)
				}
				func() {
					defer func() {
						if recover() == nil {
							t.Error("no panic")
						}
					}()
					_ = do(t.Context(), func(tx *store.Tx) error {
						_ = leaves(tx)
						panic("halfway")
					})
				}()
			}
		}
		execute(t, db, `insert into tried values (4)`)
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if err := storetest.Open(b).Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadOne(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b)
			if engine == "postgres" {
				db, _ = storetest.OpenPostgres(b)
			}
			for b.Loop() {
				if err := db.Read(b.Context(), func(tx *store.Tx) error {
					var n int
					return tx.QueryRow(`select count(*) from job where id = $1`, "a").Scan(&n)
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	execute(t, db, `create table tried (id text primary key, raw bytea)`)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(`pragma max_page_count = 1`); err != nil { // never less than what is there
			return err
		}
		_, err := tx.Exec(`insert into tried values ('a', $1)`, make([]byte, 1<<20))
		return err
	})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.SafeText(err), "no room") {
		t.Errorf("got %v", err)
	}
	if got := list(t, db, `select id from tried`); len(got) != 0 {
		t.Errorf("kept %q", got)
	}
}

// TestPostgresRefusesAnotherOrder opens a database that sorts as a dictionary
// does.
// Names and answers do not travel to another machine in the open, nor to one that
// has not proved who it is. Nothing is asked of the network to say so.
func TestPostgresAwayNeedsProof(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://a@db.invalid/x", "postgres://a@db.invalid/x?sslmode=disable", "postgres://a@db.invalid/x?sslmode=prefer",
		"postgres://a@db.invalid/x?sslmode=require", "postgres://a@127.0.0.1,db.invalid/x?sslmode=disable", "postgres://a@192.0.2.1/x?sslmode=disable",
	} {
		if _, err := store.OpenPostgres(t.Context(), url); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "not safe") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{
		"postgres://a@127.0.0.1/x?sslmode=disable", "postgres://a@[::1]/x", "postgres://a@localhost/x", "postgres:///x?host=/run/postgresql",
		"postgres://a@db.invalid/x?sslmode=verify-full", "postgres://a@db.invalid,other.invalid/x?sslmode=verify-full&target_session_attrs=read-write",
	} {
		if !store.SureURL(url) {
			t.Errorf("%s is refused", url)
		}
	}
}

func TestPostgresRefusesAnotherOrder(t *testing.T) {
	t.Parallel()
	_, url := storetest.OpenPostgres(t)
	server, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	name := "frontdoor_order_" + strings.ReplaceAll(store.NewID(now), "-", "")
	if _, err := server.Exec("create database " + name + " template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'en-GB'"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := server.Exec("drop database " + name + " with (force)"); err != nil {
			t.Error(err)
		}
	}()
	other, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	other.Path = "/" + name
	if db, err := store.OpenPostgres(t.Context(), other.String()); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.SafeText(err), "create database") {
		t.Errorf("got %v, %v", db, err)
	}
}
