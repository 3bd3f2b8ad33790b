package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestMigrateByManyAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachUnmigrated(t, func(t *testing.T, db *store.DB) {
		before, err := db.MigrationState(t.Context())
		if err != nil || before.Applied != 0 || before.Pending[0] != "0001_job" {
			t.Fatalf("before: %+v, %v", before, err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := db.Migrate(t.Context(), now); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		after, err := db.MigrationState(t.Context())
		if err != nil || after.Applied != len(before.Pending) || len(after.Pending) != 0 {
			t.Errorf("after: %+v, %v", after, err)
		}
	})
}

func TestMigrateRefusesAnothersDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `update migration set checksum = 'x' where number = 1`)
		if err := db.Migrate(t.Context(), now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("changed migration: got %v", err)
		}
	})
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `insert into migration (number, name, checksum, applied_at) values (9999, 'later', 'x', 'x')`)
		if err := db.Migrate(t.Context(), now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("newer database: got %v", err)
		}
		if _, err := db.MigrationState(t.Context()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("newer database: got %v", err)
		}
	})
}

func TestMigrationFiles(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{Data: []byte("select 1;\n")}
	for name, c := range map[string]struct {
		files []string
		ok    bool
	}{
		"shared and pair":    {[]string{"0001_a.sql", "0002_b.sqlite.sql", "0002_b.postgres.sql", "0003_c.sql"}, true},
		"gap":                {[]string{"0001_a.sql", "0003_c.sql"}, false},
		"two of one number":  {[]string{"0001_a.sql", "0001_b.sql"}, false},
		"half a pair":        {[]string{"0001_a.sqlite.sql"}, false},
		"pair beside shared": {[]string{"0001_a.sql", "0001_a.sqlite.sql", "0001_a.postgres.sql"}, false},
		"bad name":           {[]string{"1_a.sql"}, false},
		"not from one":       {[]string{"0002_a.sql"}, false},
	} {
		files := fstest.MapFS{}
		for _, f := range c.files {
			files["migrations/"+f] = file
		}
		for _, engine := range []string{"sqlite", "postgres"} {
			names, err := store.MigrationNames(files, engine)
			if (err == nil) != c.ok {
				t.Errorf("%s, %s: %v, %v", name, engine, names, err)
			}
		}
	}
	bad := fstest.MapFS{"migrations/0001_a.sql": {Data: []byte("-- append only: a, b; drop table c\n")}}
	if _, err := store.MigrationNames(bad, "sqlite"); err == nil {
		t.Error("a bad table name was taken")
	}
}

func TestAppendOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key, said text not null)`)
		execute(t, db, store.AppendOnly(db, "tried"))
		execute(t, db, `insert into tried values ('a', 'first')`)
		tries := []string{
			`update tried set said = 'second'`,
			`delete from tried where id = 'a'`,
			`insert into tried values ('a', 'second') on conflict (id) do update set said = excluded.said`,
		}
		if db.Engine() == "sqlite" {
			tries = append(tries, `insert or replace into tried values ('a', 'second')`)
		} else {
			tries = append(tries, `truncate tried`)
		}
		for _, query := range tries {
			err := db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(query); return err })
			if !errors.Is(err, store.ErrAppendOnly) {
				t.Errorf("%s: got %v", query, err)
			}
		}
		if got := list(t, db, `select said from tried`); !slices.Equal(got, []string{"first"}) {
			t.Errorf("now %q", got)
		}
	})
}

// TestSchema holds the rules of migrations: the engines have the same tables
// with the same columns, of the six types both understand, and a fresh
// database holds no rows.
func TestSchema(t *testing.T) {
	t.Parallel()
	types := []string{"text", "bigint", "boolean", "bytea", "double precision", "jsonb"}
	schemas := map[string]map[string]map[string]string{}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		schema := map[string]map[string]string{}
		if err := db.Read(t.Context(), func(tx *store.Tx) error {
			tables, err := tx.Tables()
			if err != nil {
				return err
			}
			for _, table := range tables {
				if schema[table], err = tx.ColumnKinds(table); err != nil {
					return err
				}
				for name, kind := range schema[table] {
					if !slices.Contains(types, kind) {
						t.Errorf("%s.%s is %q; use one of %v", table, name, kind, types)
					}
				}
				var rows int
				if err := tx.QueryRow(`select count(*) from "` + table + `"`).Scan(&rows); err != nil {
					return err
				}
				if rows > 0 && table != "migration" {
					t.Errorf("a migration puts rows into %s", table)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		schemas[db.Engine()] = schema
	})
	if len(schemas) < 2 {
		t.Skip("one engine only: nothing to compare")
	}
	for table, cols := range schemas["sqlite"] {
		for name, kind := range cols {
			if got := schemas["postgres"][table][name]; got != kind {
				t.Errorf("%s.%s is %q on SQLite and %q on PostgreSQL", table, name, kind, got)
			}
		}
	}
	for table, cols := range schemas["postgres"] {
		if len(cols) != len(schemas["sqlite"][table]) {
			t.Errorf("%s has other columns on each engine", table)
		}
	}
}
