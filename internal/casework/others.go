package casework

import (
	"errors"
	"fmt"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// Rules ask where the other records about the same people stand, and steps are taken
// on them. The same are those whom a worker has joined, those who came with the
// record, and those who are likely to be the same, as for contacts. Records of the
// same authority count, whether or not the worker may open them, so that a colleague's
// work is not begun a second time; those that a lock, an exclusion or a restricted
// pathway keeps from them do not, for the answer would tell of them.

// othersOf answers rules for one record, and reads each thing once.
func (d *Desk) othersOf(by By, l *loaded, read func(func(*store.Tx) error) error) func(name, group, row string) ([]pathway.Other, bool) {
	rec, p, answers := l.rec, l.p, l.rec.Answers
	if len(answers) == 0 {
		answers = l.f.Answers // it is about to begin
	}
	answers = answers.Clone()
	kept := map[string][]pathway.Other{}
	return func(name, group, row string) ([]pathway.Other, bool) {
		key := name + " " + group + " " + row
		if others, had := kept[key]; had {
			return others, true
		}
		var others []pathway.Other
		err := read(func(tx *store.Tx) error {
			all, err := d.alsoAbout(tx, by, kinOf{rec.ID, rec.Parent, rec.Authority, p, answers}, name, group, row)
			for _, pr := range all {
				others = append(others, pathway.Other{State: pr.State, Ended: pr.ClosedAt})
			}
			return err
		})
		if err == nil {
			kept[key] = others
		}
		return others, err == nil
	}
}

// kinOf is the record whose people are looked for on others; ID is empty while it
// has none.
type kinOf struct {
	ID, Parent, Authority string
	p                     *pathway.Pathway
	answers               answer.Set
}

// alsoAbout gives the other records of a pathway about the people of a group, or of
// one row of it, in the same role.
func (d *Desk) alsoAbout(tx *store.Tx, by By, k kinOf, name, group, row string) ([]store.PersonRecord, error) {
	g, ok := k.p.Group(group)
	if !ok || g.Person == nil {
		return nil, nil
	}
	rows := []string{row}
	if row == "" {
		rows = k.answers.Rows(group)
	}
	own, err := tx.PeopleOf(k.ID)
	if err != nil {
		return nil, err
	}
	if k.ID == "" && k.Parent != "" {
		if own, err = tx.PeopleOf(k.Parent); err != nil {
			return nil, err
		}
	}
	own = slices.DeleteFunc(own, func(rp store.RecordPerson) bool { return rp.Group != group })
	var ids []string
	for _, rp := range own {
		ids = append(ids, rp.Person.ID)
	}
	links, err := d.linksWith(tx, ids, func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.notKept(tx, by, all) })
	if err != nil {
		return nil, err
	}
	near, clusters := alikeIn(tx), person.Clusters(links)
	var out []store.PersonRecord
	for _, row := range rows {
		one := oneOf{p: personFrom(*g.Person, k.answers.Row(group, row), "row "+row, person.Source{}), clusters: clusters} // of nobody who is kept yet
		for _, rp := range own {
			if members := person.Members(clusters, rp.Person.ID); rp.Row == row {
				one.p, one.same = rp.Person, members
			} else {
				one.apart = append(one.apart, members...)
			}
		}
		found, err := d.alsoAboutOne(tx, by, near, k, one, name, g.Person.Role)
		if err != nil {
			return nil, err
		}
		for _, pr := range found {
			if !slices.ContainsFunc(out, func(had store.PersonRecord) bool { return had.Record == pr.Record }) {
				out = append(out, pr)
			}
		}
	}
	return out, nil
}

// oneOf is one person of a record: who is known to be the same, and who is known to be
// another, because they stand in another row. Of twins who are not born yet only that
// tells which record is whose.
type oneOf struct {
	p           person.Person
	same, apart []string
	clusters    map[string]string
}

func (d *Desk) alsoAboutOne(tx *store.Tx, by By, near alike, k kinOf, one oneOf, name, role string) ([]store.PersonRecord, error) {
	open := func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.notKept(tx, by, all) }
	counted := func(ids []string) ([]store.PersonRecord, error) {
		all, err := tx.RecordsOf(ids)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(pr store.PersonRecord) bool {
			return pr.Pathway != name || pr.Record == k.ID || pr.Authority != k.Authority || pr.Role != role
		})
		if other, ok := d.Pathways.Get(name); ok && len(other.Restricted) > 0 {
			return d.visible(tx, by, k.ID, all)
		}
		return open(all)
	}
	out, err := counted(one.same)
	if err != nil {
		return nil, err
	}
	shared, err := near.to(one.p)
	if err != nil {
		return nil, err
	}
	theirs, err := counted(slices.DeleteFunc(slices.Clone(shared), func(id string) bool { return slices.Contains(one.same, id) || slices.Contains(one.apart, id) }))
	if err != nil || len(theirs) == 0 {
		return out, err
	}
	var ids []string
	for _, pr := range theirs {
		ids = append(ids, pr.Person)
	}
	slices.Sort(ids)
	alike, err := near.people(slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	for _, other := range alike {
		if person.Match(one.p, other, person.Context{SameAs: one.clusters}).Band != person.Likely {
			continue
		}
		for _, pr := range theirs {
			if pr.Person == other.ID {
				out = append(out, pr)
			}
		}
	}
	return out, nil
}

// takeOnOthers takes the steps that a step takes on other records: on those that have
// not ended and stand where the step can be taken. One that the worker may not open is
// left as it is when it would be refused there, without a word.
func (d *Desk) takeOnOthers(tx *store.Tx, by By, l *loaded, takes []pathway.MadeTake) error {
	done := map[string]bool{}
	for _, t := range takes {
		ids := []string{t.In}
		if t.In == "" {
			about, err := d.alsoAbout(tx, by, kinOf{l.rec.ID, l.rec.Parent, l.rec.Authority, l.p, l.rec.Answers}, t.Pathway, t.Group, t.Row)
			if err != nil {
				return err
			}
			ids = nil
			for _, pr := range about {
				if pr.ClosedAt.IsZero() {
					ids = append(ids, pr.Record)
				}
			}
		}
		for _, id := range ids {
			if at := t.Step + " " + id; !done[at] {
				done[at] = true
				if err := d.takeOnOther(tx, by, l, t, id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *Desk) takeOnOther(tx *store.Tx, by By, l *loaded, t pathway.MadeTake, id string) error {
	dec, err := d.access(tx, by, id)
	if err != nil {
		return err
	}
	sees := by.Kind == "system" || dec.May(access.View)
	o, err := d.load(tx, BySystem(by.Now), id, true)
	if err != nil && t.In == "" {
		return err
	}
	named := t.In != ""
	if named && (err != nil || !sees || o.rec.Pathway != t.Pathway || o.rec.ID == l.rec.ID || o.rec.Authority != l.rec.Authority) {
		title := t.Pathway
		if p, ok := d.Pathways.Get(t.Pathway); ok {
			title = p.Title
		}
		return fault.New(fault.Invalid, "Choose another record that you can open. It must be this: "+title+".")
	}
	s, ok := o.p.Step(t.Step)
	if !ok || !slices.Contains(s.From, o.rec.State) {
		if named {
			return fault.New(fault.Invalid, o.rec.Reference+" cannot take this on as it stands. Look at it first.")
		}
		return nil // made on an earlier text, or not at that point
	}
	o.f.Actor = pathway.Actor{ID: by.Worker(), Kind: by.Kind, Roles: []string{"system"}}
	changes := answer.Set{}
	for k, a := range t.Answers {
		if q, group := string(k), o.p.GroupOf(string(k)); group != "" {
			changes[answer.RowKey(group, pathway.NewRow, q)] = a
		} else {
			changes[k] = a
		}
	}
	if !sees { // asked beforehand: nothing may be written where it is refused
		f := o.f
		row, with := onRow(o.rec, s, "", changes)
		f.Row, f.Answers = row, overlay(o.rec.Answers, with)
		if _, err := o.p.Take(s.ID, f); err != nil {
			return nil
		}
	}
	if _, err := d.take(tx, by, &o, s.ID, 0, changes); err != nil {
		if k := fault.KindOf(err); k == fault.Invalid || k == fault.Conflict || k == fault.Forbidden {
			return fault.New(fault.Invalid, fmt.Sprintf("%s %s: %s", o.p.Title, o.rec.Reference, fault.SafeText(err)))
		}
		return err
	}
	return d.meet(tx, by, &o)
}

// tellOfEnd tells the record from which this one was begun that it has ended, and how.
// Of one that is locked, or is not there for most, nothing is told.
func (d *Desk) tellOfEnd(tx *store.Tx, by By, l *loaded, t pathway.Taking) error {
	how := l.p.EndedBy(t, l.f)
	if how == "" || l.rec.Parent == "" || l.rec.Restricted || len(l.p.Restricted) > 0 {
		return nil
	}
	from, err := tx.Record(l.rec.Parent)
	if errors.Is(err, store.ErrNone) {
		return nil // destroyed, when its time had come
	}
	if err != nil {
		return err
	}
	p, err := d.pathway(tx, from.Hash)
	if err != nil {
		return err
	}
	s := p.HearsEnd()
	if s == nil {
		return nil
	}
	return d.takeOnOther(tx, by, l, pathway.MadeTake{TakeOn: &pathway.TakeOn{Pathway: from.Pathway, Step: s.ID}, Answers: answer.Set{
		answer.Key(s.HearsEnd.What): answer.Text(l.p.Title + ", " + l.rec.Reference),
		answer.Key(s.HearsEnd.How):  answer.Text(how),
		answer.Key(s.HearsEnd.At):   answer.Text(calendar.Wall(happened(l.p, t.Step, l.f))),
	}}, from.ID)
}

// endedWorkers are the workers who hold a record by one of the grants that a step
// ends, by the grant's key.
func (d *Desk) endedWorkers(tx *store.Tx, by By, l *loaded, t pathway.Taking) (map[string][]access.Principal, error) {
	out := map[string][]access.Principal{}
	ended := func(to string) bool { kind, _, _ := cut(to, ":"); return kind == "ended" }
	if !slices.ContainsFunc(t.Notices, func(n pathway.MadeNotice) bool { return ended(n.To) }) &&
		!slices.ContainsFunc(t.Grants, func(g pathway.MadeGrant) bool { return ended(g.To) }) {
		return out, nil
	}
	grants, err := tx.Grants(l.rec.ID)
	for _, g := range grants {
		if _, worker := g.To.Worker(); worker && g.Live(by.Now) && slices.Contains(t.Ends, g.Key) {
			out[g.Key] = append(out[g.Key], g.To)
		}
	}
	return out, err
}
