package store

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"frontdoor/internal/person"
)

// PutPerson is PutPeople of one.
func (tx *Tx) PutPerson(p person.Person) error { return tx.PutPeople([]person.Person{p}) }

// PutPeople keeps people, new or changed, each once: everything said of somebody takes
// the place of what was known, and what it was stays in person_version.
// Relationships, also of two of these people, are kept once for both; those not named
// stay, see [Tx.DropRelationship]. All go into the index with few statements: a referral
// has several people, and each has a dozen tables.
func (tx *Tx) PutPeople(list []person.Person) error {
	versions, known := map[string]int{}, []string(nil)
	var names, births, identifiers, addresses, phones [][]any
	for _, p := range list {
		version, err := queryOne(tx, scanValue[int], `insert into person (id, version, died, sex, gender, ethnicity, first_language, interpreter, babies, sealed)
			values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (id) do update set version = person.version + 1, died = excluded.died, sex = excluded.sex, gender = excluded.gender,
				ethnicity = excluded.ethnicity, first_language = excluded.first_language, interpreter = excluded.interpreter,
				babies = excluded.babies, sealed = excluded.sealed
			returning version`,
			p.ID, p.Died, string(p.Sex), p.Gender, p.Ethnicity, p.FirstLanguage, string(p.Interpreter), p.Babies, p.Sealed)
		if err != nil {
			return err
		}
		if versions[p.ID] = version; version > 1 { // nothing can be known of somebody new
			known = append(known, p.ID)
		}
		for i, n := range p.Names {
			names = append(names, fact(p.ID, i, n.ID, n.Source, string(n.Kind), n.Family, n.Given, n.From, n.Until))
		}
		for i, b := range p.Births {
			births = append(births, fact(p.ID, i, b.ID, b.Source, string(b.Kind), b.Date))
		}
		for i, d := range p.Identifiers {
			identifiers = append(identifiers, fact(p.ID, i, d.ID, d.Source, string(d.Kind), d.Value, d.Issuer, d.Valid, d.Verified))
		}
		for i, a := range p.Addresses {
			addresses = append(addresses, fact(p.ID, i, a.ID, a.Source, string(a.Kind), JSON[[]string]{orEmpty(a.Lines)}, a.Postcode, a.UPRN,
				a.From, a.Until, string(a.Disclosure), JSON[[]string]{orEmpty(a.WithheldFrom)}))
		}
		for i, f := range p.Phones {
			phones = append(phones, fact(p.ID, i, f.ID, f.Source, f.Number, string(f.Safe), f.When))
		}
	}
	for _, t := range []struct {
		name, columns string
		rows          [][]any
	}{
		{"person_name", "kind, family, given, from_date, until_date", names},
		{"person_birth", "kind, date", births},
		{"person_identifier", "kind, value, issuer, valid, verified", identifiers},
		{"person_address", "kind, lines, postcode, uprn, from_date, until_date, disclosure, withheld_from", addresses},
		{"person_phone", "number, safe, use_when", phones},
	} {
		if len(known) > 0 {
			if _, err := tx.Exec(`delete from `+t.name+` where `+tx.inList("person", 1), known); err != nil {
				return err
			}
		}
		if err := tx.insertAll(t.name+` (person, place, id, source_record, source_at, source_by, `+t.columns+`)`, t.rows); err != nil {
			return err
		}
	}
	var touched []string
	for _, p := range list {
		for _, r := range p.Relationships {
			if r.From != p.ID && r.To != p.ID {
				return errors.New("store: a relationship of two other people")
			}
			if err := tx.putRelationship(r); err != nil {
				return err
			}
			if versions[p.ID] > 1 || r.Kind == person.Mother { // else it was of no kind before either, and is no key
				touched = append(touched, r.To)
			}
		}
	}
	return tx.peopleChanged(versions, touched...)
}

// fact is the row of one fact about somebody, with where it came from.
func fact(of string, place int, id string, s person.Source, values ...any) []any {
	return append([]any{of, place, id, orNull(s.Record), s.At, s.By}, values...)
}

func (tx *Tx) putRelationship(r person.Relationship) error {
	tx.keep("person_relationship", r.ID)
	n, err := tx.Exec(`insert into person_relationship (id, from_person, to_person, kind, parental_responsibility, lives_with,
			since_date, until_date, source_record, source_at, source_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		on conflict (id) do update set kind = excluded.kind, parental_responsibility = excluded.parental_responsibility,
			lives_with = excluded.lives_with, since_date = excluded.since_date, until_date = excluded.until_date,
			source_record = excluded.source_record, source_at = excluded.source_at, source_by = excluded.source_by
		where person_relationship.from_person = excluded.from_person and person_relationship.to_person = excluded.to_person`,
		r.ID, r.From, r.To, string(r.Kind), string(r.ParentalResponsibility), string(r.LivesWith), r.Since, r.Until,
		orNull(r.Source.Record), r.Source.At, r.Source.By)
	if err == nil && n == 0 { // the id is that of two other people
		err = ErrExists
	}
	return err
}

// DropRelationship takes away a relationship that was entered by mistake. One
// that has ended gets an Until instead.
func (tx *Tx) DropRelationship(id string) error {
	var from, to string
	if err := tx.QueryRow(`select from_person, to_person from person_relationship where id = $1`, id).Scan(&from, &to); err != nil {
		return err
	}
	tx.keep("person_relationship", id)
	if err := changed(tx.Exec(`delete from person_relationship where id = $1`, id)); err != nil {
		return err
	}
	return tx.renewPeople([]string{from}, to)
}

// renewPeople keeps a new version of people whose facts were changed where they stand.
func (tx *Tx) renewPeople(ids []string, others ...string) error {
	type numbered struct {
		id      string
		version int
	}
	list, err := queryAll(tx, func(row row) (n numbered, err error) { return n, row.Scan(&n.id, &n.version) },
		`update person set version = version + 1 where `+tx.inList("id", 1)+` returning id, version`, ids)
	if err != nil {
		return err
	}
	versions := make(map[string]int, len(list))
	for _, n := range list {
		versions[n.id] = n.version
	}
	return tx.peopleChanged(versions, others...)
}

// peopleChanged keeps the new versions, and writes anew by what all are found and
// compared who may have changed with them: a mother is one of her child's keys.
func (tx *Tx) peopleChanged(versions map[string]int, others ...string) error {
	ids := slices.Sorted(maps.Keys(versions))
	for _, id := range others {
		if _, ok := versions[id]; !ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	people, err := tx.peopleByFacts(ids)
	if err != nil {
		return err
	}
	// Those who were there before had keys.
	if had := slices.DeleteFunc(ids, func(id string) bool { return versions[id] == 1 }); len(had) > 0 {
		if _, err := tx.Exec(`delete from person_key where `+tx.inList("person", 1), had); err != nil {
			return err
		}
	}
	var bodies [][]any
	for _, p := range people {
		if version, ok := versions[p.ID]; ok {
			tx.keep("person_version", p.ID)
			bodies = append(bodies, []any{p.ID, version, JSON[person.Person]{p}})
		}
		if _, err := tx.Exec(`insert into person_outline (person, body) values ($1, $2) on conflict (person) do update set body = excluded.body`,
			p.ID, personText{p.Outline()}); err != nil {
			return err
		}
		keys := person.Keys(p)
		values := make([]string, len(keys))
		for i, k := range keys {
			values[i] = keyText(k)
		}
		if _, err := tx.Exec(`insert into person_key (value, person) select k.value, $2 from `+tx.items(1, "k"), values, p.ID); err != nil {
			return err
		}
	}
	return tx.insertAll(`person_version (person, version, body)`, bodies)
}

func keyText(k person.Key) string { return k.Kind + ":" + k.Value }

// Person reads a person with everything known of them.
func (tx *Tx) Person(id string) (person.Person, error) {
	list, err := tx.People([]string{id})
	if err == nil && len(list) == 0 {
		err = ErrNone
	}
	if err != nil {
		return person.Person{}, err
	}
	return list[0], nil
}

// People reads several people, in the order asked for; those not in the index
// are left out. They are read from their last version, which is one row in place of
// one for each fact; relationships, which are kept once for both people, beside.
func (tx *Tx) People(ids []string) ([]person.Person, error) {
	return tx.people(ids, func(by map[string]*person.Person) error { return tx.readVersions(by, ids) }, tx.eitherEnd())
}

// PeopleAlone is People without their relationships.
func (tx *Tx) PeopleAlone(ids []string) ([]person.Person, error) {
	return tx.people(ids, func(by map[string]*person.Person) error { return tx.readVersions(by, ids) }, "")
}

// PeopleToMatch is People with nothing but what [person.Match] reads of somebody
// ([person.Person.Outline]). It is kept in a row of its own, a fifth as long as a
// version: someone is compared with fifty.
func (tx *Tx) PeopleToMatch(ids []string) ([]person.Person, error) {
	return tx.people(ids, func(by map[string]*person.Person) error {
		found, err := queryAll(tx, scanValue[personText], `select body from person_outline where `+tx.inList("person", 1), ids)
		if err != nil {
			return err
		}
		for i := range found {
			by[found[i].ID] = &found[i].Person
		}
		rest := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return by[id] != nil })
		made, err := tx.outlines(rest)
		for i := range made {
			by[made[i].ID] = &made[i]
		}
		return err
	}, "")
}

// outlines makes what PeopleToMatch gives.
func (tx *Tx) outlines(ids []string) ([]person.Person, error) {
	list, err := tx.PeopleAlone(ids)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	mothers, err := queryAll(tx, func(row row) (person.Relationship, error) {
		r := person.Relationship{Kind: person.Mother}
		return r, row.Scan(&r.From, &r.To)
	}, `select from_person, to_person from person_relationship where `+tx.inList("to_person", 1)+` and kind = '`+string(person.Mother)+`' order by id`, ids)
	for i, p := range list {
		for _, r := range mothers {
			if r.To == p.ID {
				p.Relationships = append(p.Relationships, r)
			}
		}
		list[i] = p.Outline()
	}
	return list, err
}

// fillOutlines keeps the outline of everyone who was there before outlines were.
func (tx *Tx) fillOutlines() error {
	for after := ""; ; {
		ids, err := queryAll(tx, scanValue[string], `select id from person where id > $1 order by id limit 1000`, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		list, err := tx.outlines(ids)
		if err != nil {
			return err
		}
		rows := make([][]any, len(list))
		for i, p := range list {
			rows[i] = []any{p.ID, personText{p}}
		}
		if err := tx.insertAll("person_outline (person, body)", rows); err != nil {
			return err
		}
	}
}

// personText scans a person as they are kept. Someone is compared with hundreds, and
// [encoding/json] takes twice as long.
type personText struct{ person.Person }

// Value implements [driver.Valuer]: what is not known is left out.
func (p personText) Value() (driver.Value, error) {
	text, err := json.Marshal(p.Person, json.OmitZeroStructFields(true))
	return string(text), err
}

// Scan implements sql.Scanner; there is nobody in a null.
func (p *personText) Scan(src any) error {
	text, err := document(src)
	if err != nil || text == nil {
		return err
	}
	return json.Unmarshal(text, &p.Person)
}

// readVersions reads the last version of each: nobody is without one, and none is of
// anybody who is not there.
func (tx *Tx) readVersions(by map[string]*person.Person, ids []string) error {
	found, err := queryAll(tx, scanValue[personText], `select (select v.body from person_version v where v.person = i.value order by v.version desc limit 1)
		from `+tx.items(1, "i"), ids)
	for _, v := range found {
		if v.ID != "" {
			v.Relationships = nil
			by[v.ID] = &v.Person
		}
	}
	return err
}

// peopleByFacts is People read fact by fact, as the next version is made of them.
func (tx *Tx) peopleByFacts(ids []string) ([]person.Person, error) {
	return tx.people(ids, func(by map[string]*person.Person) error {
		found, err := queryAll(tx, func(row row) (person.Person, error) {
			var p person.Person
			err := row.Scan(&p.ID, &p.Died, &p.Sex, &p.Gender, &p.Ethnicity, &p.FirstLanguage, &p.Interpreter, &p.Babies, &p.Sealed)
			return p, err
		}, `select id, died, sex, gender, ethnicity, first_language, interpreter, babies, sealed from person where `+tx.inList("id", 1), ids)
		if err != nil {
			return err
		}
		for i := range found {
			by[found[i].ID] = &found[i]
		}
		return tx.readFacts(by, ids)
	}, tx.eitherEnd())
}

// people reads several people, and those of their relationships that a condition
// on the ids leaves; none when there is no condition.
func (tx *Tx) people(ids []string, read func(by map[string]*person.Person) error, relationships string) ([]person.Person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	by := make(map[string]*person.Person, len(ids))
	if err := read(by); err != nil {
		return nil, err
	}
	if relationships != "" {
		if err := tx.readRelationships(by, ids, relationships); err != nil {
			return nil, err
		}
	}
	out := make([]person.Person, 0, len(by))
	for _, id := range ids {
		if p, ok := by[id]; ok {
			out = append(out, *p)
		}
	}
	return out, nil
}

// facts reads one table of facts about people. into gives where the columns
// of one fact go, after the person it belongs to.
func facts[T any](tx *Tx, table, columns string, ids []string, into func(v *T) []any, give func(of string, v T)) error {
	type owned struct {
		of string
		v  T
	}
	list, err := queryAll(tx, func(row row) (owned, error) {
		var o owned
		return o, row.Scan(append([]any{&o.of}, into(&o.v)...)...)
	}, `select person, id, coalesce(source_record, ''), source_at, source_by, `+columns+` from `+table+
		` where `+tx.inList("person", 1)+` order by person, place`, ids)
	for _, o := range list {
		give(o.of, o.v)
	}
	return err
}

func idAndSource(id *string, s *person.Source, rest ...any) []any {
	return append([]any{id, &s.Record, &s.At, &s.By}, rest...)
}

func (tx *Tx) readFacts(by map[string]*person.Person, ids []string) error {
	if err := facts(tx, "person_name", "kind, family, given, from_date, until_date", ids, func(v *person.Name) []any {
		return idAndSource(&v.ID, &v.Source, &v.Kind, &v.Family, &v.Given, &v.From, &v.Until)
	}, func(of string, v person.Name) { by[of].Names = append(by[of].Names, v) }); err != nil {
		return err
	}
	if err := facts(tx, "person_birth", "kind, date", ids, func(v *person.Birth) []any {
		return idAndSource(&v.ID, &v.Source, &v.Kind, &v.Date)
	}, func(of string, v person.Birth) { by[of].Births = append(by[of].Births, v) }); err != nil {
		return err
	}
	if err := facts(tx, "person_identifier", "kind, value, issuer, valid, verified", ids, func(v *person.Identifier) []any {
		return idAndSource(&v.ID, &v.Source, &v.Kind, &v.Value, &v.Issuer, &v.Valid, &v.Verified)
	}, func(of string, v person.Identifier) { by[of].Identifiers = append(by[of].Identifiers, v) }); err != nil {
		return err
	}
	type address struct {
		person.Address
		lines, withheld JSON[[]string]
	}
	if err := facts(tx, "person_address", "kind, lines, postcode, uprn, from_date, until_date, disclosure, withheld_from", ids, func(v *address) []any {
		return idAndSource(&v.ID, &v.Source, &v.Kind, &v.lines, &v.Postcode, &v.UPRN, &v.From, &v.Until, &v.Disclosure, &v.withheld)
	}, func(of string, v address) {
		v.Lines, v.WithheldFrom = orNil(v.lines.V), orNil(v.withheld.V)
		by[of].Addresses = append(by[of].Addresses, v.Address)
	}); err != nil {
		return err
	}
	return facts(tx, "person_phone", "number, safe, use_when", ids, func(v *person.Phone) []any {
		return idAndSource(&v.ID, &v.Source, &v.Number, &v.Safe, &v.When)
	}, func(of string, v person.Phone) { by[of].Phones = append(by[of].Phones, v) })
}

func (tx *Tx) eitherEnd() string {
	return tx.inList("from_person", 1) + ` or ` + tx.inList("to_person", 1)
}

func (tx *Tx) readRelationships(by map[string]*person.Person, ids []string, where string) error {
	relationships, err := queryAll(tx, func(row row) (person.Relationship, error) {
		var r person.Relationship
		return r, row.Scan(&r.ID, &r.From, &r.To, &r.Kind, &r.ParentalResponsibility, &r.LivesWith, &r.Since, &r.Until,
			&r.Source.Record, &r.Source.At, &r.Source.By)
	}, `select id, from_person, to_person, kind, parental_responsibility, lives_with, since_date, until_date,
			coalesce(source_record, ''), source_at, source_by
		from person_relationship where `+where+` order by id`, ids)
	for _, r := range relationships {
		for _, of := range []string{r.From, r.To} {
			if p, ok := by[of]; ok {
				p.Relationships = append(p.Relationships, r)
			}
		}
	}
	return err
}

// FindByKeys gives the people who share any of the keys, without their
// relationships, those first whose shared keys weigh most ([person.Key.Weight]). It
// reads through the index of keys only. Keys that many people share are looked at
// only when the others find few, and then only as far as can be read at once: a
// county has 40,000 people called something like Smith.
func (tx *Tx) FindByKeys(keys []person.Key, limit int) ([]person.Person, error) {
	ids, err := tx.IDsByKeys(keys, limit)
	if err != nil {
		return nil, err
	}
	return tx.PeopleAlone(ids)
}

// IDsByKeys is FindByKeys for who they are alone.
func (tx *Tx) IDsByKeys(keys []person.Key, limit int) ([]string, error) {
	narrow, broad := map[string][]string{}, []string(nil) // the first by kind
	for _, k := range keys {
		if k.Broad() {
			broad = append(broad, keyText(k))
			continue
		}
		narrow[k.Kind] = append(narrow[k.Kind], keyText(k))
	}
	limit = orLimit(limit)
	const few = 50
	args, shared := []any{limit}, []string{}
	for _, kind := range slices.Sorted(maps.Keys(narrow)) {
		args = append(args, narrow[kind])
		one := `select ` // of a kind, however many are shared
		if len(narrow[kind]) > 1 {
			one += `distinct `
		}
		shared = append(shared, one+`person, `+strconv.Itoa(person.Key{Kind: kind}.Weight())+` as weight from person_key where `+tx.inList("value", len(args)))
	}
	var ids []string
	var err error
	if len(shared) > 0 {
		if ids, err = queryAll(tx, scanValue[string], `select k.person from (`+strings.Join(shared, " union all ")+`) k
			group by k.person order by sum(k.weight) desc, k.person limit $1`, args...); err != nil {
			return nil, err
		}
	}
	if len(ids) < min(few, limit) && len(broad) > 0 {
		more, err := tx.findByBroadKeys(broad, limit)
		if err != nil {
			return nil, err
		}
		for _, id := range more {
			if len(ids) < limit && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// findByBroadKeys starts from the people of the rarest key, at most so many of
// them, and puts those first who share most of the others.
func (tx *Tx) findByBroadKeys(keys []string, limit int) ([]string, error) {
	const most = 2000
	rarest, least := "", most+1
	holders := map[string]int{} // by key, most+1 where there are more
	for _, k := range keys {
		n, err := queryOne(tx, scanValue[int], `select count(*) from (select 1 from person_key where value = $1 limit $2) n`, k, most+1)
		if err != nil {
			return nil, err
		}
		if holders[k] = n; n > 0 && min(n, most) < least {
			rarest, least = k, min(n, most)
		}
	}
	ids, err := queryAll(tx, scanValue[string], `select person from person_key where value = $1 order by person limit $2`, rarest, most)
	if err != nil {
		return nil, err
	}
	shared := map[string]int{}
	for _, k := range keys {
		if k == rarest || holders[k] == 0 {
			continue
		}
		// All who have a key are read in a row; to ask of each whether they have it is
		// slower, if there are not many more. PostgreSQL asks each by the index only when
		// told to: a list it compares with everyone who has the key, a second of a county's.
		also, args := `select person from person_key where value = $1`, []any{k}
		if holders[k] > min(most, 4*len(ids)) {
			also = `select i.value from ` + tx.items(2, "i") + ` where (select 1 from person_key p where p.value = $1 and p.person = i.value) is not null`
			args = append(args, ids)
		}
		found, err := queryAll(tx, scanValue[string], also, args...)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			shared[id]++
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return shared[b] - shared[a] })
	return ids[:min(len(ids), limit)], nil
}

// LinkPersonToRecord says who in the index a row of a record is about.
func (tx *Tx) LinkPersonToRecord(id, person, group, row, role string) error {
	if err := tx.keepSet("record_person", "record", id); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into record_person (record, person, row_group, row_id, role) values ($1, $2, $3, $4, $5)
		on conflict (record, row_group, row_id, person) do update set role = excluded.role`, id, person, group, row, role)
	return err
}

// UnlinkPersonFromRecord undoes a link made to the wrong person; ErrNone when
// there is none.
func (tx *Tx) UnlinkPersonFromRecord(id, person, group, row string) error {
	if err := tx.keepSet("record_person", "record", id); err != nil {
		return err
	}
	return changed(tx.Exec(`delete from record_person where record = $1 and person = $2 and row_group = $3 and row_id = $4`, id, person, group, row))
}

// RecordPerson is someone of the index whom a record is about.
type RecordPerson struct {
	Person person.Person
	Group  string // the group and the row of the record that are about them
	Row    string
	Role   string
}

// PeopleOf gives the people a record is about.
func (tx *Tx) PeopleOf(id string) ([]RecordPerson, error) {
	list, err := queryAll(tx, func(row row) (RecordPerson, error) {
		var p RecordPerson
		return p, row.Scan(&p.Person.ID, &p.Group, &p.Row, &p.Role)
	}, `select person, row_group, row_id, role from record_person where record = $1 order by row_group, row_id, person`, id)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.Person.ID
	}
	people, err := tx.People(ids)
	by := make(map[string]person.Person, len(people))
	for _, p := range people {
		by[p.ID] = p
	}
	for i := range list {
		if p, ok := by[ids[i]]; ok { // and who has no version was put in behind the program's back
			list[i].Person = p
		}
	}
	return list, err
}

// PersonRecord is a record that is about someone.
type PersonRecord struct {
	Person    string
	Record    string
	Reference string
	Pathway   string
	Authority string
	State     string
	Role      string
	CreatedAt time.Time
	ClosedAt  time.Time
}

// RecordsOf gives the records about any of the people, newest first, whoever
// asks: what the asker may know of each is decided from its access rows.
func (tx *Tx) RecordsOf(people []string) ([]PersonRecord, error) {
	return tx.RecordsOfSince(people, time.Time{})
}

// RecordsOfSince is RecordsOf without those made before a moment.
func (tx *Tx) RecordsOfSince(people []string, since time.Time) ([]PersonRecord, error) {
	if len(people) == 0 {
		return nil, nil
	}
	args, later := []any{people}, ``
	if !since.IsZero() {
		args, later = append(args, since), ` and r.created_at >= $2`
	}
	return tx.personRecords(`record_person p join record r`+tx.by("record_brief")+` on r.id = p.record where `+tx.inList("p.person", 1)+later, args...)
}

// OpenRecordsLike gives the open records of some pathways that are about one of the
// people, or about somebody who has one of the keys.
func (tx *Tx) OpenRecordsLike(pathways, people []string, keys []person.Key) ([]PersonRecord, error) {
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = keyText(k)
	}
	// From the records, which are few, to their people: very many have such a key.
	return tx.personRecords(`record r`+tx.by("record_board_due")+` cross join record_person p
		where r.closed_at is null and `+tx.inList("r.pathway", 1)+` and p.record = r.id and (`+tx.inList("p.person", 2)+`
			or exists (select 1 from person_key k where k.person = p.person and `+tx.inList("k.value", 3)+`))`, pathways, people, values)
}

func (tx *Tx) personRecords(from string, args ...any) ([]PersonRecord, error) {
	all, err := queryAll(tx, func(row row) (PersonRecord, error) {
		var p PersonRecord
		return p, row.Scan(&p.Person, &p.Record, &p.Reference, &p.Pathway, &p.Authority, &p.State, &p.Role, &p.CreatedAt, &p.ClosedAt)
	}, `select p.person, r.id, r.reference, r.pathway, r.authority, r.state, p.role, r.created_at, r.closed_at
		from `+from, args...)
	slices.SortFunc(all, func(a, b PersonRecord) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.Record, b.Record), strings.Compare(a.Person, b.Person), strings.Compare(a.Role, b.Role))
	})
	return slices.Compact(all), err // two rows of a record can be about one person
}

// AddSameAs joins two entries of the index.
func (tx *Tx) AddSameAs(s person.SameAs) error {
	tx.keep("same_as", s.ID)
	_, err := tx.Exec(`insert into same_as (id, a, b, why, source_record, source_at, source_by, undone_by, undone_why)
		values ($1, $2, $3, $4, $5, $6, $7, '', '')`, s.ID, s.A, s.B, s.Why, orNull(s.Source.Record), s.Source.At, s.Source.By)
	return err
}

// UndoSameAs takes a join back; ErrNone when it does not stand. It is kept as
// undone.
func (tx *Tx) UndoSameAs(id, by, why string, at time.Time) error {
	tx.keep("same_as", id)
	return changed(tx.Exec(`update same_as set undone_at = $4, undone_by = $2, undone_why = $3 where id = $1 and undone_at is null`, id, by, why, at))
}

// SameAsOf gives every join of anyone who is, through joins that stand,
// however many, the same person as one of those asked for. Joins that were
// undone are among them, marked as such.
func (tx *Tx) SameAsOf(ids []string) ([]person.SameAs, error) {
	asked, all := map[string]bool{}, map[string]person.SameAs{}
	for _, id := range ids {
		asked[id] = true
	}
	// Step by step, and not as one recursive query: PostgreSQL has no better way to do
	// that than to go through every join there is, each time.
	for next := ids; len(next) > 0; {
		found, err := tx.sameAs(next)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, s := range found {
			all[s.ID] = s
			for _, id := range []string{s.A, s.B} {
				if s.Undone == nil && !asked[id] {
					asked[id] = true
					next = append(next, id)
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b person.SameAs) int { return strings.Compare(a.ID, b.ID) }), nil
}

// sameAs gives every join of one of these people with anybody.
func (tx *Tx) sameAs(ids []string) ([]person.SameAs, error) {
	return queryAll(tx, func(row row) (person.SameAs, error) {
		var s person.SameAs
		var undone person.Source
		err := row.Scan(&s.ID, &s.A, &s.B, &s.Why, &s.Source.Record, &s.Source.At, &s.Source.By, &undone.At, &undone.By, &s.UndoneWhy)
		if !undone.At.IsZero() {
			s.Undone = &undone
		}
		return s, err
	}, `select id, a, b, why, coalesce(source_record, ''), source_at, source_by, undone_at, undone_by, undone_why
		from same_as where `+tx.inList("a", 1)+` or `+tx.inList("b", 1), ids)
}
