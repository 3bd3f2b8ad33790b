package casework

import (
	"cmp"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// indexPeople puts the people a record's answers name into the index: each row
// of a group of people becomes one entry, as this sender gave it. Nobody is
// joined to anybody: that is a worker's act.
func (d *Desk) indexPeople(tx *store.Tx, by By, l *loaded, changes answer.Set) error {
	have, err := tx.PeopleOf(l.rec.ID)
	if err != nil {
		return err
	}
	var parents []store.RecordPerson
	if len(have) == 0 && l.rec.Parent != "" {
		if parents, err = tx.PeopleOf(l.rec.Parent); err != nil {
			return err
		}
	}
	on := slices.Clone(have) // and who is added
	var people, children []person.Person
	for _, g := range l.p.Groups {
		if g.Person == nil {
			continue
		}
		for _, row := range l.rec.Answers.Rows(g.ID) {
			if !touches(changes, g.ID, row) {
				continue
			}
			same := func(rp store.RecordPerson) bool { return rp.Group == g.ID && rp.Row == row }
			if i := slices.IndexFunc(parents, same); i >= 0 {
				on = append(on, store.RecordPerson{Person: parents[i].Person, Group: g.ID, Row: row, Role: g.Person.Role})
				continue
			}
			id := store.NewID(by.Now)
			if i := slices.IndexFunc(have, same); i >= 0 {
				id = have[i].Person.ID
			}
			answers := l.rec.Answers.Row(g.ID, row)
			if err := d.openRow(l.p, l.rec.ID, g.ID, row, answers); err != nil {
				return err
			}
			from := person.Source{Record: l.rec.ID, At: by.Now, By: string(by.Principal)}
			p := personFrom(*g.Person, answers, id, from)
			p.Relationships = relationships(on, l.p.Roles.Children, *g.Person, answers, id, from)
			people = append(people, p)
			if !slices.ContainsFunc(have, same) {
				on = append(on, store.RecordPerson{Person: p, Group: g.ID, Row: row, Role: g.Person.Role})
			}
			if g.Person.Role == roleChild {
				children = append(children, p)
			}
		}
	}
	if err := tx.PutPeople(people); err != nil {
		return err
	}
	for _, rp := range on[len(have):] {
		if err := tx.LinkPersonToRecord(l.rec.ID, rp.Person.ID, rp.Group, rp.Row, rp.Role); err != nil {
			return err
		}
	}
	for _, p := range children {
		if err := d.askWhoDied(tx, by, p); err != nil {
			return err
		}
	}
	return nil
}

// relationships says what an adult is to each child of those on the record, as the sender
// gave it. Parental responsibility is a fact of its own, never taken from the
// kind of relationship.
func relationships(on []store.RecordPerson, children string, m pathway.PersonMap, row answer.Set, id string, from person.Source) []person.Relationship {
	kind := row.Text(answer.Key(m.Relation))
	if m.Relation == "" || kind == "" {
		return nil
	}
	var out []person.Relationship
	for _, rp := range on {
		if rp.Group != children || rp.Person.ID == id {
			continue
		}
		out = append(out, person.Relationship{
			ID: id + "." + rp.Person.ID, From: id, To: rp.Person.ID, Kind: person.RelationshipKind(kind),
			ParentalResponsibility: said(row, m.Parental), LivesWith: said(row, m.InHousehold), Source: from,
		})
	}
	return out
}

// said reads a yes, no or not known.
func said(row answer.Set, q string) person.Answer {
	switch row.Text(answer.Key(q)) {
	case "yes":
		return person.Yes
	case "no":
		return person.No
	}
	return person.Unknown
}

func (d *Desk) openRow(p *pathway.Pathway, rec, group, row string, answers answer.Set) error {
	for q, a := range answers {
		o, err := d.openAnswer(p, rec, answer.RowKey(group, row, string(q)), a)
		if err != nil {
			return err
		}
		answers[q] = o
	}
	return nil
}

func touches(changes answer.Set, group, row string) bool {
	for k := range changes {
		if g, r, _ := k.Split(); g == group && r == row {
			return true
		}
	}
	_, listed := changes[answer.Key(group)]
	return listed
}

// personFrom reads a person out of one row's answers.
func personFrom(m pathway.PersonMap, row answer.Set, id string, from person.Source) person.Person {
	text := func(q string) string {
		if q == "" {
			return ""
		}
		return strings.TrimSpace(row.Text(answer.Key(q)))
	}
	p := person.Person{ID: id, Sex: person.Sex(text(m.Sex))}
	if family, given := text(m.FamilyName), text(m.GivenNames); family+given != "" {
		p.Names = append(p.Names, person.Name{ID: id + ".n1", Kind: person.AsReferred, Family: family, Given: given, Source: from})
	}
	for i, alias := range strings.FieldsFunc(text(m.Aliases), func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if alias = strings.TrimSpace(alias); alias != "" {
			p.Names = append(p.Names, person.Name{ID: id + ".a" + itoa(i+1), Kind: person.Alias, Given: alias, Source: from})
		}
	}
	if born, err := calendar.ParseDate(text(m.Born)); err == nil {
		kind := person.Born
		if text(m.BornEstimated) == "yes" {
			kind = person.Estimated
		}
		p.Births = append(p.Births, person.Birth{ID: id + ".b1", Kind: kind, Date: born, Source: from})
	}
	if due, err := calendar.ParseDate(text(m.Due)); err == nil {
		p.Births = append(p.Births, person.Birth{ID: id + ".b2", Kind: person.Expected, Date: due, Source: from})
	}
	if died, err := calendar.ParseDate(text(m.Died)); err == nil {
		p.Died = died
	}
	for kind, typed := range map[person.IdentifierKind]string{person.NHS: text(m.NHSNumber), person.UPN: text(m.UPN)} {
		if typed == "" {
			continue
		}
		ident, _ := person.NewIdentifier(kind, typed, from)
		p.Identifiers = append(p.Identifiers, ident)
	}
	slices.SortFunc(p.Identifiers, func(a, b person.Identifier) int { return cmp.Compare(a.Kind, b.Kind) })
	if parts := row[answer.Key(m.Address)].Parts; m.Address != "" && len(parts) > 0 {
		a := person.Address{ID: id + ".h1", Kind: person.Home, Postcode: parts["postcode"], Source: from, Disclosure: person.Ask}
		for _, part := range answer.AddressParts {
			if v := strings.TrimSpace(parts[part]); v != "" && part != "postcode" {
				a.Lines = append(a.Lines, v)
			}
		}
		if flag := text(m.AddressFlag); flag != "" {
			a.Disclosure = person.Disclosure(flag)
		}
		p.Addresses = append(p.Addresses, a)
	}
	if n := text(m.Phone); n != "" {
		p.Phones = append(p.Phones, person.Phone{ID: id + ".p1", Number: n, Safe: person.Unknown, Source: from})
	}
	return p
}
