package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"frontdoor/internal/person"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// A statement is kept from one use to the next. Nothing of one use may show in
// another.
func TestAKeptStatementStartsAfresh(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table thing (id bigint primary key, word text, flag boolean)`)
		const insert = `insert into thing (id, word, flag) values ($1, $2, $3)`
		execute(t, db, insert, 1, "one", true)
		execute(t, db, insert, 2, nil, nil)
		const words = `select coalesce(word, 'nothing') from thing where id >= $1 order by id`
		same(t, list(t, db, words, 1), []string{"one", "nothing"})
		// One that failed, one that was not read to its end, and one that was
		// stopped are as good as new the next time.
		if writeErr(db, func(tx *store.Tx) error { _, err := tx.Exec(insert, 1, "again", true); return err }) == nil {
			t.Error("two rows with one key")
		}
		execute(t, db, insert, 3, "three", false)
		var word string
		write(t, db, func(tx *store.Tx) error { return tx.QueryRow(words, 1).Scan(&word) })
		same(t, word, "one")
		ctx, stop := context.WithCancel(t.Context())
		err := db.Read(ctx, func(tx *store.Tx) error {
			stop()
			_, err := store.Strings(tx, words, 1)
			return err
		})
		if err == nil {
			t.Error("a stopped query gave an answer")
		}
		same(t, list(t, db, words, 1), []string{"one", "nothing", "three"})
		// A changed table is seen.
		execute(t, db, `alter table thing add column more text not null default 'new'`)
		same(t, list(t, db, `select more from thing where id = $1`, 3), []string{"new"})
		same(t, list(t, db, words, 3), []string{"three"})
	})
}

// The same text inside itself, many texts, and a wrong number of arguments.
func TestStatementsOfOneConnection(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	write(t, db, func(tx *store.Tx) error {
		const one = `select value from json_each($1)`
		rows, err := tx.Query(one, []string{"a", "b"})
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			inner, err := store.Strings(tx, one, []string{"x", "y", "z"})
			if err != nil || len(inner) != 3 {
				return fmt.Errorf("inner: %v %w", inner, err)
			}
		}
		return rows.Err()
	})
	for i := range 700 { // more than are kept
		same(t, list(t, db, fmt.Sprintf(`select 'n%d' where 1 = $1`, i), 1), []string{fmt.Sprintf("n%d", i)})
	}
	for _, query := range []string{`select 1 where 1 = $1 and 2 = $2`, `select 1; select $1`} {
		if writeErr(db, func(tx *store.Tx) error { _, err := store.Strings(tx, query, 1); return err }) == nil {
			t.Errorf("taken: %s", query)
		}
	}
	// Whoever panics leaves no transaction open behind.
	func() {
		defer func() { _ = recover() }()
		_ = db.Write(t.Context(), func(*store.Tx) error { panic("gone") })
	}()
	if err := db.Write(t.Context(), func(*store.Tx) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	execute(t, db, `create table after (id bigint)`)
}

func TestBroadKeysAreForWhoIsNotFoundOtherwise(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		amy, ann, bob := aPerson("Amy", "Stone"), aPerson("Ann", "Stone"), aPerson("Bob", "Marsh")
		kept(t, db, amy, ann, bob)
		stone, of := person.Key{Kind: person.KeySound, Value: person.Sound("stone")}, func(p person.Person) person.Key {
			return person.Key{Kind: person.KeySound, Value: person.Sound(person.Fold(p.Names[0].Given))}
		}
		same(t, found(t, db, []person.Key{stone}), []string{amy.ID, ann.ID})
		same(t, found(t, db, []person.Key{stone, of(ann)}), []string{ann.ID})
		names := person.Key{Kind: person.KeyNames, Value: "marsh bob"}
		for _, k := range person.Keys(bob) {
			if k.Kind == person.KeyNames {
				names = k
			}
		}
		same(t, found(t, db, []person.Key{stone, names})[0], bob.ID)
		same(t, found(t, db, []person.Key{{Kind: person.KeySound, Value: "NOBODY"}}), []string{})
	})
}
