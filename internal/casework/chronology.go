package casework

import (
	"cmp"
	"context"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Chronology is what one reader may see of one record, for pages that tell of
// several at once.
type Chronology struct {
	Record    record.Record
	Pathway   *pathway.Pathway
	Decision  access.Decision
	Facts     pathway.Facts // for rules; its answers are not for the page
	Answers   answer.Set    // opened for this reader
	Held      []answer.Key  // sealed answers this reader may not see
	Revisions []record.Revision
	Clocks    []record.Clock // nearest limit first
	Entries   []record.Entry
	Messages  []record.Message
	Files     []record.File
	Sent      []record.Document // without their bodies
	People    []store.Standing
	Grants    []access.Grant
}

// State is where the record stands.
func (c *Chronology) State() pathway.State {
	if s, ok := c.Pathway.State(c.Record.State); ok {
		return *s
	}
	return pathway.State{ID: c.Record.State, Label: c.Record.State}
}

// Read is the facts with the answers as the reader may see them, to name rows by.
func (c *Chronology) Read() pathway.Facts {
	f := c.Facts
	f.Answers = c.Answers
	return f
}

// reading reads records for one reader, each once.
type reading struct {
	d    *Desk
	tx   *store.Tx
	by   By
	have map[string]*Chronology
}

func (d *Desk) reading(tx *store.Tx, by By) *reading {
	return &reading{d, tx, by, map[string]*Chronology{}}
}

// records gives those of some records that the reader may view, in the order
// asked for. The others are left out without a trace.
func (r *reading) records(ids []string) ([]*Chronology, error) {
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, ok := r.have[id]; return ok })
	slices.Sort(missing)
	if missing = slices.Compact(missing); len(missing) > 0 {
		if err := r.read(missing); err != nil {
			return nil, err
		}
	}
	var out []*Chronology
	for _, id := range ids {
		if c := r.have[id]; c != nil && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (r *reading) read(ids []string) error {
	rows, err := r.tx.AccessOf(ids)
	if err != nil {
		return err
	}
	decided := map[string]access.Decision{}
	var may []string
	for _, id := range ids {
		r.have[id] = nil
		if decided[id] = access.Decide(r.by.Viewer, rows[id].Grants, rows[id].Restrictions, rows[id].Exclusions); decided[id].May(access.View) {
			may = append(may, id)
		}
	}
	recs, err := r.tx.RecordsByID(may)
	if err != nil {
		return err
	}
	for _, rec := range recs {
		p, err := r.d.pathway(r.tx, rec.Hash)
		if err != nil {
			return err
		}
		r.have[rec.ID] = &Chronology{Record: rec, Pathway: p, Decision: decided[rec.ID], Grants: rows[rec.ID].Grants}
	}
	if err := r.parts(may); err != nil {
		return err
	}
	for _, id := range may {
		if c := r.have[id]; c != nil {
			if err := r.open(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// parts puts what is kept beside records where it belongs.
func (r *reading) parts(ids []string) error {
	return cmp.Or(
		each(r, ids, r.tx.RevisionsOf, func(v record.Revision) string { return v.Record }, func(c *Chronology, v record.Revision) { c.Revisions = append(c.Revisions, v) }),
		each(r, ids, r.tx.ClocksOf, func(v record.Clock) string { return v.Record }, func(c *Chronology, v record.Clock) { c.Clocks = append(c.Clocks, v) }),
		each(r, ids, r.tx.EntriesOf, func(v record.Entry) string { return v.Record }, func(c *Chronology, v record.Entry) { c.Entries = append(c.Entries, v) }),
		each(r, ids, r.tx.MessagesOf, func(v record.Message) string { return v.Record }, func(c *Chronology, v record.Message) { c.Messages = append(c.Messages, v) }),
		each(r, ids, r.tx.FilesOn, func(v record.File) string { return v.Record }, func(c *Chronology, v record.File) { c.Files = append(c.Files, v) }),
		each(r, ids, r.tx.DocumentsOf, func(v record.Document) string { return v.Record }, func(c *Chronology, v record.Document) {
			v.Body = ""
			c.Sent = append(c.Sent, v)
		}),
		each(r, ids, r.tx.StandingOn, func(v store.Standing) string { return v.Record }, func(c *Chronology, v store.Standing) { c.People = append(c.People, v) }),
	)
}

func each[T any](r *reading, ids []string, read func([]string) ([]T, error), of func(T) string, put func(*Chronology, T)) error {
	list, err := read(ids)
	for _, v := range list {
		if c := r.have[of(v)]; c != nil {
			put(c, v)
		}
	}
	return err
}

// open gathers the facts of a record, and opens what the reader may see of it.
func (r *reading) open(c *Chronology) error {
	c.Facts = r.d.factsOf(r.by, c.Record, c.Decision, c.Revisions)
	roles := c.Facts.Actor.Roles
	c.Answers = c.Record.Answers.Clone()
	var err error
	if c.Held, err = r.d.openFor(c.Pathway, c.Record.ID, roles, c.Answers); err != nil {
		return err
	}
	for i := range c.Revisions {
		if _, err := r.d.openFor(c.Pathway, c.Record.ID, roles, c.Revisions[i].Changes); err != nil {
			return err
		}
	}
	if c.Messages, err = r.d.openMessages(c.Messages); err != nil {
		return err
	}
	return cmp.Or(r.d.openEntries(c.Entries), r.d.openNames(c.Files))
}

// factsOf are what rules may read about a record without asking the database
// again: what only it can count stays unknown, so that no rule about it holds.
func (d *Desk) factsOf(by By, rec record.Record, dec access.Decision, revs []record.Revision) pathway.Facts {
	f := pathway.Facts{
		Answers: rec.Answers, State: rec.State, Now: by.Now, Created: rec.CreatedAt, Authority: rec.Authority, Each: rec.Each,
		Actor: d.actor(by, dec, rec, false), Taken: map[string]pathway.Taken{},
	}
	for _, v := range revs {
		if v.Step == "" {
			continue
		}
		id, _ := access.Principal(v.By).Worker()
		f.Taken[v.Step] = pathway.Taken{By: id, At: v.HappenedAt}
		f.Acts = append(f.Acts, pathway.Act{Step: v.Step, Row: v.Row, At: v.HappenedAt})
	}
	return f
}

// readOf leaves a line in the audit log for each record of which something is
// shown: reading a page about a person is reading those records.
func (d *Desk) readOf(ctx context.Context, by By, of string, shown []*Chronology, page string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if of != "" {
			if err := d.log(tx, by, actRead, of, map[string]string{"kind": "person"}); err != nil {
				return err
			}
		}
		for _, c := range shown {
			if err := d.log(tx, by, actRead, c.Record.ID, map[string]string{"pathway": c.Record.Pathway, "page": page}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Seat is one person as one record tells of them, with the answers that the
// reader may see and no others.
type Seat struct {
	*Chronology
	Group, Row string // of the record, which are about them
	Role       string // child or adult
	Person     person.Person
	Called     string
	// Relation is what an adult is to the children of the record, in words, and
	// Kin the code for it.
	Relation string
	Kin      person.RelationshipKind
	Parental person.Answer // holds parental responsibility
	Lives    person.Answer // lives with the children
}

// seat reads a person out of the answers of a record.
func (c *Chronology) seat(st store.Standing) Seat {
	s := Seat{Chronology: c, Group: st.Group, Row: st.Row, Role: st.Role, Called: c.Pathway.RowName(c.Read(), st.Group, st.Row), Parental: person.Unknown, Lives: person.Unknown}
	g, ok := c.Pathway.Group(st.Group)
	if !ok || g.Person == nil {
		return s
	}
	row := c.Answers.Row(st.Group, st.Row)
	s.Person = personFrom(*g.Person, row, st.Person, person.Source{Record: c.Record.ID, At: c.Record.UpdatedAt, By: c.Record.Author})
	if q, ok := c.Pathway.Question(g.Person.Relation); ok {
		k := answer.RowKey(st.Group, st.Row, q.ID)
		if !c.Answers[k].Empty() {
			s.Relation, s.Kin = c.Pathway.LabelIn(q, k, c.Answers), person.RelationshipKind(c.Answers.Text(k))
		}
	}
	s.Parental, s.Lives = said(row, g.Person.Parental), said(row, g.Person.InHousehold)
	return s
}

// HeldFact tells whether the reader may not see an answer about this person.
func (s Seat) HeldFact(question string) bool {
	return question != "" && slices.Contains(s.Held, answer.RowKey(s.Group, s.Row, question))
}
