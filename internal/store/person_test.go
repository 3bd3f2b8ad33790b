package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func aPerson(given, family string) person.Person {
	return person.Person{
		ID: store.NewID(morning), Names: []person.Name{{ID: store.NewID(morning), Kind: person.Legal, Given: given, Family: family}},
		Births: []person.Birth{{ID: store.NewID(morning), Kind: person.Born, Date: calendar.NewDate(2016, 5, 4)}},
		Sex:    person.Female, Gender: "02", Ethnicity: "NOBT",
	}
}

func kept(t testing.TB, db *store.DB, people ...person.Person) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for _, p := range people {
			if err := tx.PutPerson(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func thePerson(t testing.TB, db *store.DB, id string) person.Person {
	t.Helper()
	return read(t, db, func(tx *store.Tx) (person.Person, error) { return tx.Person(id) })
}

func found(t testing.TB, db *store.DB, keys []person.Key) []string {
	t.Helper()
	ids := []string{}
	for _, p := range read(t, db, func(tx *store.Tx) ([]person.Person, error) { return tx.FindByKeys(keys, 10) }) {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestAPersonComesBackAsTheyWereKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		from := person.Source{Record: r.ID, At: morning, By: "worker:w"}
		p := aPerson("Amy", "Stone")
		p.Names[0].From, p.Names[0].Until, p.Names[0].Source = calendar.NewDate(2016, 5, 4), calendar.NewDate(2020, 2, 29), from
		p.Names = append(p.Names, person.Name{ID: "n2", Kind: person.KnownAs, Given: "Zoë"})
		p.Births[0].Source = from
		p.Died, p.FirstLanguage, p.Interpreter, p.Babies = calendar.NewDate(2026, 1, 2), "pol", person.Yes, 2
		p.Identifiers = []person.Identifier{{ID: "i", Kind: person.NHS, Value: "9434765919", Issuer: "nhs", Valid: true, Verified: true, Source: from}}
		p.Addresses = []person.Address{
			{ID: "a", Kind: person.Home, Lines: []string{"1 High Street", "Grays"}, Postcode: "RM17 6AB", UPRN: "100", From: calendar.NewDate(2020, 1, 1), Until: calendar.NewDate(2021, 1, 1), Disclosure: person.ConfidentialFromNamed, WithheldFrom: []string{"x"}, Source: from},
			{ID: "b", Kind: person.Placement, Disclosure: person.NeverPrint},
		}
		p.Phones = []person.Phone{{ID: "p", Number: "01702 215007", Safe: person.No, When: "Never in the evening", Source: from}}
		kept(t, db, p)
		same(t, thePerson(t, db, p.ID), p)

		p.Names, p.Addresses, p.Phones, p.Sex = p.Names[1:], nil, nil, person.UnknownSex
		kept(t, db, p)
		same(t, thePerson(t, db, p.ID), p)
		versions := list(t, db, `select cast(version as text) from person_version where person = $1 order by version`, p.ID)
		same(t, versions, []string{"1", "2"})

		q := aPerson("Ben", "Cole")
		kept(t, db, q)
		people := read(t, db, func(tx *store.Tx) ([]person.Person, error) { return tx.People([]string{q.ID, "nobody", p.ID}) })
		same(t, people, []person.Person{q, p})
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.Person("nobody"); return err }), store.ErrNone)
	})
}

// A family put in together is kept, versioned, found and compared as if each had been
// put in after the other, those who were there before as well.
func TestPeoplePutInTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		family := func(prefix string) (before person.Person, after []person.Person) {
			child := aPerson("Amy", "Stone")
			child.ID, child.Names[0].ID, child.Births[0].ID = prefix+"child", prefix+"n", prefix+"b"
			child.Phones = []person.Phone{{ID: prefix + "p", Number: "01702 215007"}}
			before = child
			child.Names = append(slices.Clone(child.Names), person.Name{ID: prefix + "n2", Kind: person.Alias, Given: "Mia"})
			child.Phones = nil
			child.Addresses = []person.Address{{ID: prefix + "a", Kind: person.Home, Lines: []string{"1 High Street"}, Postcode: "RM17 6AB"}}
			sister := child
			sister.ID, sister.Names, sister.Addresses, sister.Births = prefix+"sister", []person.Name{{ID: prefix + "n3", Given: "Ann", Family: "Stone"}}, nil, nil
			mother := person.Person{ID: prefix + "mother", Names: []person.Name{{ID: prefix + "n4", Given: "Eve", Family: "Cole"}}}
			for _, of := range []string{"child", "sister"} {
				mother.Relationships = append(mother.Relationships, person.Relationship{ID: prefix + of, From: mother.ID, To: prefix + of, Kind: person.Mother})
			}
			nobody := person.Person{ID: prefix + "nobody"}
			return before, []person.Person{child, sister, mother, nobody}
		}
		rows := func(prefix string) []string {
			// A version holds the relationships that were known when it was kept: those of the
			// children are more when their mother comes with them.
			all := list(t, db, `select p.id || ' ' || cast(p.version as text) || ' ' || cast(v.version as text) || ' ' || case when p.id like '%mother' or v.version < p.version then cast(v.body as text) else '' end || ' ' || cast(o.body as text)
				from person p join person_version v on v.person = p.id join person_outline o on o.person = p.id
				where p.id like $1 order by p.id, v.version`, prefix+"%")
			all = append(all, list(t, db, `select person || ' ' || value from person_key where person like $1 order by person, value`, prefix+"%")...)
			for i := range all {
				all[i] = strings.ReplaceAll(all[i], prefix, "")
			}
			return all
		}
		before, after := family("one-")
		kept(t, db, before)
		for _, p := range after {
			kept(t, db, p)
		}
		before, after = family("two-")
		kept(t, db, before)
		write(t, db, func(tx *store.Tx) error { return tx.PutPeople(after) })
		got, want := rows("two-"), rows("one-")
		if len(got) < 20 {
			t.Fatalf("only %d rows", len(got))
		}
		same(t, got, want)
		for i, p := range after {
			same(t, len(thePerson(t, db, p.ID).Relationships), []int{1, 1, 2, 0}[i])
		}
	})
}

func TestPeopleAreFoundThroughTheirKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := aPerson("Amy", "Stone"), aPerson("Ben", "Cole")
		b.Births[0].Date = calendar.NewDate(2011, 11, 21)
		kept(t, db, a, b)
		same(t, found(t, db, person.Keys(a)), []string{a.ID})
		same(t, found(t, db, nil), []string{})
		both := append(person.Keys(a), person.Keys(b)[0])
		same(t, found(t, db, both), []string{a.ID, b.ID}) // who shares most comes first

		old := person.Keys(a)
		a.Names[0].Given, a.Names[0].Family, a.Births = "Nora", "Field", nil
		kept(t, db, a)
		same(t, found(t, db, old), []string{})
		same(t, found(t, db, person.Keys(a)), []string{a.ID})

		a.Sealed = true
		was := person.Keys(person.Person{ID: a.ID, Names: a.Names})
		kept(t, db, a)
		same(t, found(t, db, was), []string{})
	})
}

func TestARelationshipBelongsToBoth(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		child, mother := aPerson("Amy", "Stone"), aPerson("Ann", "Stone")
		kept(t, db, child)
		r := person.Relationship{ID: store.NewID(morning), From: mother.ID, To: child.ID, Kind: person.Mother, ParentalResponsibility: person.Yes, LivesWith: person.No, Since: calendar.NewDate(2016, 5, 4), Source: person.Source{At: morning, By: "worker:w"}}
		mother.Relationships = []person.Relationship{r}
		kept(t, db, mother)
		want := child
		want.Relationships = []person.Relationship{r}
		same(t, thePerson(t, db, child.ID), want)
		key := []person.Key{{Kind: person.KeyMother, Value: mother.ID}}
		same(t, found(t, db, key), []string{child.ID})

		kept(t, db, child) // which was read before the mother was known
		same(t, thePerson(t, db, child.ID), want)
		stranger := aPerson("Cat", "Hill")
		stranger.Relationships = []person.Relationship{r}
		if writeErr(db, func(tx *store.Tx) error { return tx.PutPerson(stranger) }) == nil {
			t.Error("a relationship of two others was kept with a third")
		}
		write(t, db, func(tx *store.Tx) error { return tx.DropRelationship(r.ID) })
		same(t, thePerson(t, db, child.ID), child)
		same(t, found(t, db, key), []string{})
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.DropRelationship(r.ID) }), store.ErrNone)
	})
}

func TestPeopleOfRecords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := aPerson("Amy", "Stone"), aPerson("Ben", "Cole")
		kept(t, db, a, b)
		one := created(t, db, "TH-1")
		two := created(t, db, "TH-2", func(r *record.Record) { r.CreatedAt, r.ClosedAt = morning.Add(time.Hour), morning.Add(2*time.Hour) })
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(
				tx.LinkPersonToRecord(one.ID, b.ID, "children", "r2", "child"),
				tx.LinkPersonToRecord(one.ID, a.ID, "children", "r1", "guess"),
				tx.LinkPersonToRecord(one.ID, a.ID, "children", "r1", "child"),
				tx.LinkPersonToRecord(two.ID, a.ID, "adults", "r1", "parent"),
			)
		})
		same(t, read(t, db, func(tx *store.Tx) ([]store.RecordPerson, error) { return tx.PeopleOf(one.ID) }), []store.RecordPerson{
			{Person: a, Group: "children", Row: "r1", Role: "child"}, {Person: b, Group: "children", Row: "r2", Role: "child"},
		})
		same(t, read(t, db, func(tx *store.Tx) ([]store.PersonRecord, error) { return tx.RecordsOf([]string{a.ID}) }), []store.PersonRecord{
			{Person: a.ID, Record: two.ID, Reference: "TH-2", Pathway: "contact", Authority: "thurrock", State: "new", Role: "parent", CreatedAt: two.CreatedAt, ClosedAt: two.ClosedAt},
			{Person: a.ID, Record: one.ID, Reference: "TH-1", Pathway: "contact", Authority: "thurrock", State: "new", Role: "child", CreatedAt: one.CreatedAt},
		})
		write(t, db, func(tx *store.Tx) error { return tx.UnlinkPersonFromRecord(one.ID, b.ID, "children", "r2") })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.UnlinkPersonFromRecord(one.ID, b.ID, "children", "r2") }), store.ErrNone)
		same(t, read(t, db, func(tx *store.Tx) ([]store.PersonRecord, error) { return tx.RecordsOf([]string{b.ID}) }), []store.PersonRecord(nil))
	})
}

func TestUndoingAJoinRestoresTheGroups(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var p [5]person.Person
		for i := range p {
			p[i] = aPerson("Amy", "Stone")
		}
		kept(t, db, p[:]...)
		join := func(a, b int) person.SameAs {
			s := person.SameAs{ID: store.NewID(morning), A: p[a].ID, B: p[b].ID, Why: "The same NHS number.", Source: person.Source{At: morning, By: "worker:w"}}
			write(t, db, func(tx *store.Tx) error { return tx.AddSameAs(s) })
			return s
		}
		first, middle, last := join(1, 0), join(1, 2), join(3, 2)
		group := func(i int) []string {
			links := read(t, db, func(tx *store.Tx) ([]person.SameAs, error) { return tx.SameAsOf([]string{p[i].ID}) })
			return person.Members(person.Clusters(links), p[i].ID)
		}
		ids := func(from, to int) []string {
			var out []string
			for _, x := range p[from:to] {
				out = append(out, x.ID)
			}
			slices.Sort(out)
			return out
		}
		for i := range 4 {
			same(t, group(i), ids(0, 4))
		}
		same(t, group(4), ids(4, 5))
		same(t, read(t, db, func(tx *store.Tx) ([]person.SameAs, error) { return tx.SameAsOf([]string{p[3].ID}) }), []person.SameAs{first, middle, last})

		write(t, db, func(tx *store.Tx) error {
			return tx.UndoSameAs(middle.ID, "worker:x", "Twins.", morning.Add(time.Hour))
		})
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.UndoSameAs(middle.ID, "worker:y", "", morning) }), store.ErrNone)
		same(t, group(0), ids(0, 2))
		same(t, group(3), ids(2, 4))
		middle.Undone, middle.UndoneWhy = &person.Source{At: morning.Add(time.Hour), By: "worker:x"}, "Twins."
		same(t, read(t, db, func(tx *store.Tx) ([]person.SameAs, error) { return tx.SameAsOf([]string{p[0].ID}) }), []person.SameAs{first, middle})
		for i, x := range p {
			same(t, thePerson(t, db, p[i].ID), x)
		}
	})
}
