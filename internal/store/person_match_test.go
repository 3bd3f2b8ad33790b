package store_test

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// A mother is a key of her child from when she is known as that until she is not,
// and the only relationship that matching reads.
func TestAMotherIsAKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		child, adult, other := aPerson("Amy", "Stone"), aPerson("Ann", "Reed"), aPerson("Una", "Marsh")
		kept(t, db, child)
		is := func(who person.Person, kind person.RelationshipKind) {
			who.Relationships = []person.Relationship{{
				ID: who.ID + "." + child.ID, From: who.ID, To: child.ID, Kind: kind,
				ParentalResponsibility: person.Unknown, LivesWith: person.Unknown,
			}}
			kept(t, db, who)
		}
		mothers := func(want ...string) {
			t.Helper()
			list := read(t, db, func(tx *store.Tx) ([]person.Person, error) { return tx.PeopleToMatch([]string{child.ID, adult.ID}) })
			if got := list[0].Mothers(); list[0].ID != child.ID || !slices.Equal(got, want) || len(list[0].Relationships) != len(want) {
				t.Errorf("%d people, mothers %v, not %v", len(list), got, want)
			}
			for _, who := range []person.Person{adult, other} {
				var should []string
				if slices.Contains(want, who.ID) {
					should = []string{child.ID}
				}
				if got := found(t, db, []person.Key{{Kind: person.KeyMother, Value: who.ID}}); !slices.Equal(got, should) {
					t.Errorf("by their mother: %v, not %v", got, should)
				}
			}
			if wrong := read(t, db, func(tx *store.Tx) ([]store.KeptProblem, error) { return tx.VerifyCopies() }); len(wrong) > 0 {
				t.Error(wrong)
			}
		}
		mothers()
		is(adult, person.Father) // new, and no mother
		mothers()
		is(adult, person.Mother) // by mistake a father before
		mothers(adult.ID)
		is(adult, person.OtherCarer)
		mothers()
		is(other, person.Mother) // new, and a mother at once
		mothers(other.ID)
	})
}

// Those who have the rarest thing in common come first by how much else they share,
// whether few or many have that.
func TestBroadKeysRankByWhatIsShared(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		sound := func(word string) person.Key {
			return person.Key{Kind: person.KeySound, Value: person.Sound(word)}
		}
		var people []person.Person
		for i := range 40 { // many are called Smith, and nothing else that is looked for
			people = append(people, aPerson("Quentin", "Smith"+strconv.Itoa(i)+" Smith"))
		}
		for range 9 {
			people = append(people, aPerson("Bronwen", "Ludlow"))
		}
		rare := []person.Person{aPerson("Zachary", "Vickers"), aPerson("Zachary", "Smith"), aPerson("Zachary Bronwen", "Smith"), aPerson("Zachary Bronwen", "Vickers")}
		kept(t, db, append(people, rare...)...)
		got := found(t, db, []person.Key{sound("smith"), sound("bronwen"), sound("zachary"), sound("nobody")})
		want := []string{rare[2].ID, rare[1].ID, rare[3].ID, rare[0].ID}
		if !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
	})
}

// Who shares more keys does not come before who shares what tells more.
func TestNarrowKeysRankByWeight(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		asked := aPerson("Jon", "Carver")
		asked.Births = []person.Birth{{ID: store.NewID(morning), Kind: person.Born, Date: calendar.NewDate(2016, 3, 14)}}
		asked.Identifiers = []person.Identifier{{ID: store.NewID(morning), Kind: person.NHS, Value: "9434765919", Valid: true}}
		sounds, number, birth, both := aPerson("John", "Carver"), aPerson("Una", "Marsh"), aPerson("Ed", "Vale"), aPerson("John", "Carver")
		sounds.Births = []person.Birth{{ID: store.NewID(morning), Kind: person.Born, Date: calendar.NewDate(1990, 3, 14)}}
		number.Identifiers, birth.Births, both.Births = asked.Identifiers, asked.Births, asked.Births
		kept(t, db, sounds, number, birth, both)
		if got, want := found(t, db, person.MatchKeys(asked)), []string{number.ID, both.ID, birth.ID, sounds.ID}; !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
	})
}

// What was made before a moment is left out, and what was made at it is not.
func TestRecordsOfSince(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := aPerson("Amy", "Stone")
		kept(t, db, who)
		r := created(t, db, "TH-1")
		write(t, db, func(tx *store.Tx) error { return tx.LinkPersonToRecord(r.ID, who.ID, "children", "r1", "child") })
		for since, n := range map[time.Time]int{{}: 1, r.CreatedAt: 1, r.CreatedAt.Add(time.Microsecond): 0, r.CreatedAt.Add(-time.Hour): 1} {
			if got := read(t, db, func(tx *store.Tx) ([]store.PersonRecord, error) { return tx.RecordsOfSince([]string{who.ID}, since) }); len(got) != n {
				t.Errorf("since %v: %v", since, got)
			}
		}
	})
}

// What is compared of somebody is kept in a row of its own. A program of before there
// were such rows may still serve beside this one and knows nothing of them: then what
// it wrote is compared.
func TestWhoeverIsChangedByAnOlderProgramIsComparedAsTheyAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		child, mother := aPerson("Amy", "Stone"), aPerson("Ann", "Reed")
		kept(t, db, child)
		kept(t, db, mother)
		compared := func() person.Person {
			t.Helper()
			list := read(t, db, func(tx *store.Tx) ([]person.Person, error) { return tx.PeopleToMatch([]string{child.ID}) })
			if len(list) != 1 || list[0].ID != child.ID {
				t.Fatalf("compared are %v", list)
			}
			return list[0]
		}
		whole := read(t, db, func(tx *store.Tx) (person.Person, error) { return tx.Person(child.ID) })
		if got := compared(); !reflect.DeepEqual(got, whole.Outline()) {
			t.Errorf("compared is %+v, not %+v", got, whole.Outline())
		}
		outlines := func() int { return len(list(t, db, `select body from person_outline where person = $1`, child.ID)) }

		whole.Names[0].Given = "Amelia"
		execute(t, db, `update person set version = 2 where id = $1`, child.ID)
		execute(t, db, `insert into person_version (person, version, body) values ($1, 2, $2)`, child.ID, store.JSON[person.Person]{V: whole})
		if got := compared().Names[0].Given; got != "Amelia" {
			t.Errorf("compared as %s after an older program had changed the name", got)
		}
		kept(t, db, whole)
		if outlines() != 1 {
			t.Error("what is compared was not kept again")
		}

		execute(t, db, `insert into person_relationship (id, from_person, to_person, kind, parental_responsibility, lives_with, source_by)
			values ('r1', $1, $2, 'father', '', '', '')`, mother.ID, child.ID)
		if outlines() != 1 {
			t.Error("a father is not compared, and yet what is went")
		}
		for _, step := range []struct {
			query string
			want  []string
		}{
			{`update person_relationship set kind = 'mother' where id = 'r1'`, []string{mother.ID}},
			{`update person_relationship set kind = 'carer' where id = 'r1'`, nil},
			{`insert into person_relationship (id, from_person, to_person, kind, parental_responsibility, lives_with, source_by)
				select 'r2', from_person, to_person, 'mother', '', '', '' from person_relationship where id = 'r1'`, []string{mother.ID}},
			{`delete from person_relationship where id = 'r2'`, nil},
		} {
			execute(t, db, `insert into person_outline (person, body) values ($1, '{"ID":"`+child.ID+`","Names":[{"Family":"Old"}]}') on conflict (person) do update set body = excluded.body`, child.ID)
			execute(t, db, step.query)
			if got := compared().Mothers(); !slices.Equal(got, step.want) {
				t.Errorf("after %s compared with the mothers %v, not %v", step.query, got, step.want)
			}
		}
	})
}

// Who was there before there were such rows has one after the migration, and verify
// names one that somebody changed.
func TestWhatIsComparedIsFilledInAndChecked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var ids []string
		for _, given := range []string{"Amy", "Ben", "Cal"} {
			p := aPerson(given, "Stone")
			kept(t, db, p)
			ids = append(ids, p.ID)
		}
		bodies := func() []string { return list(t, db, `select person || body from person_outline order by person`) }
		want := bodies()
		write(t, db, func(tx *store.Tx) error {
			if _, err := tx.Exec(`delete from person_outline`); err != nil {
				return err
			}
			return tx.FillOutlines()
		})
		if got := bodies(); len(got) != len(ids) || !slices.Equal(got, want) {
			t.Errorf("filled in are %v, not %v", got, want)
		}
		execute(t, db, `update person_outline set body = replace(body, 'Ben', 'Bet')`)
		wrong := read(t, db, func(tx *store.Tx) ([]store.KeptProblem, error) { return tx.VerifyCopies() })
		if len(wrong) != 1 || wrong[0].Table != "person_outline" || wrong[0].Owner != ids[1] {
			t.Errorf("verify names %v", wrong)
		}
	})
}
