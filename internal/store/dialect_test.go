package store_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestPlaceholdersOutOfOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			var a, b, c string
			if err := tx.QueryRow(`select cast($2 as text), cast($1 as text), cast($2 as text)`, "one", "two").Scan(&a, &b, &c); err != nil {
				return err
			}
			if got := a + " " + b + " " + c; got != "two one two" {
				t.Errorf("got %q, want %q", got, "two one two")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNumberPlaceholders(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"select $2, $1", "select ?2, ?1"},
		{"x=$10and y=$1", "x=$10and y=?1"}, // $10and is no placeholder on either engine
		{"x='$1' and y=$1", "x='$1' and y=?1"},
		{"x='it''s $1' and y=$2", "x='it''s $1' and y=?2"},
		{`"a$1" = $1`, `"a$1" = ?1`},
		{"[a $1] `b $1` $1", "[a $1] `b $1` ?1"},
		{"-- $1\n$1", "-- $1\n?1"},
		{"/* $1 -- */ $1", "/* $1 -- */ ?1"},
		{"a$1 $1", "a$1 ?1"},
		{"'open $1", "'open $1"},
		{"doc->>'a'=$1", "doc->>'a'=?1"},
		{"$name $ $$ $1", "$name $ $$ ?1"},
		{"1-$1", "1-?1"},
		{"", ""},
	} {
		if got := store.NumberPlaceholders(c[0]); got != c[1] {
			t.Errorf("%q became %q, want %q", c[0], got, c[1])
		}
	}
}

func FuzzNumberPlaceholders(f *testing.F) {
	f.Add("select $2, '$1' -- $3\n, $1")
	f.Fuzz(func(t *testing.T, query string) {
		got := store.NumberPlaceholders(query)
		if len(got) != len(query) {
			t.Fatalf("%q became %q: another length", query, got)
		}
		for i := range len(query) {
			if query[i] == got[i] {
				continue
			}
			if query[i] != '$' || got[i] != '?' || i+1 == len(query) || query[i+1] < '0' || query[i+1] > '9' {
				t.Fatalf("%q became %q: byte %d changed", query, got, i)
			}
		}
		// Nothing inside one quoted text changes, whatever it is.
		quoted := "'" + strings.ReplaceAll(query, "'", "''") + "'"
		if store.NumberPlaceholders(quoted) != quoted {
			t.Fatalf("the quoted text %q changed", quoted)
		}
	})
}

func TestListsAndDocuments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Exec(`create table tried (id text primary key, doc jsonb not null)`); err != nil {
				return err
			}
			for _, id := range []string{"a", "b", `c "quoted", with, commas`} {
				if _, err := tx.Exec(`insert into tried (id, doc) values ($1, $2)`, id, store.JSON[any]{V: map[string]any{"teams": []string{id, "x"}, "n": 3}}); err != nil {
					return err
				}
			}
			for _, c := range []struct {
				list []string
				want int
			}{{[]string{"a", `c "quoted", with, commas`, "z"}, 2}, {[]string{}, 0}, {nil, 0}} {
				got, err := store.Strings(tx, `select id from tried where `+tx.InList("id", 1)+` order by id`, c.list)
				if err != nil {
					return err
				}
				if len(got) != c.want {
					t.Errorf("list %q found %q, want %d", c.list, got, c.want)
				}
				got, err = store.Strings(tx, `select id from tried where not (`+tx.InList("id", 1)+`)`, c.list)
				if err != nil {
					return err
				}
				if len(got) != 3-c.want {
					t.Errorf("not in list %q found %q", c.list, got)
				}
			}
			teams, err := store.Strings(tx, `select team.value from tried, `+tx.JSONRows("tried.doc->'teams'", "team")+` where tried.id = $1 order by team.value`, "b")
			if err != nil {
				return err
			}
			if !slices.Equal(teams, []string{"b", "x"}) {
				t.Errorf("teams %q", teams)
			}
			var doc store.JSON[struct {
				Teams []string
				N     int
			}]
			if err := tx.QueryRow(`select doc from tried where doc->'teams'->>0 = $1`+tx.LockRow(), "a").Scan(&doc); err != nil {
				return err
			}
			if doc.V.N != 3 || len(doc.V.Teams) != 2 {
				t.Errorf("document %+v", doc.V)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
