package casework

import (
	"cmp"
	"context"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// Profile is one person through every record that the reader may see: nothing in
// it comes from any other, and nothing counts them.
type Profile struct {
	ID    string // the entry that was asked for
	Name  string
	Role  string   // child or adult, on the newest record
	Same  []string // every entry that workers have joined, this one included
	Links []person.SameAs
	On    []Seat // newest record first
	// Died is when they died, zero while no record says so. As with letters, a record
	// that the reader may not know of counts: the day is all that is told of it.
	Died calendar.Date
	// Around are the others on the same records, each once.
	Around []Neighbour
	// More is set when there are older records than one page reads.
	More bool
}

// Neighbour is someone on the same records.
type Neighbour struct {
	ID, Name, Role string
	Same           []string
	On             []Seat // newest record first
}

// Child is a person's page: the profile, and who is named in it.
type Child struct {
	Profile
	Names   map[string]string        // principal → name to show
	Workers map[string]agency.Worker // those who work on the records
}

// mostRecords is how many records of one person are read, newest first.
const mostRecords = 60

// Child reads everything the reader may see about a person, and leaves a line in
// the audit log for the person and for each record. Someone known only through
// records that the reader may not see is not there.
func (d *Desk) Child(ctx context.Context, by By, id string) (*Child, error) {
	c := &Child{Names: map[string]string{}}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		p, err := d.reading(tx, by).profile(id)
		if err != nil {
			return err
		}
		c.Profile = *p
		c.Workers, err = d.namesIn(tx, c.records(), c.Names, p.Links)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, d.readOf(ctx, by, id, c.records(), "person")
}

// records are the records of a profile, newest first.
func (p *Profile) records() []*Chronology {
	var out []*Chronology
	for _, s := range p.On {
		if !slices.Contains(out, s.Chronology) {
			out = append(out, s.Chronology)
		}
	}
	return out
}

// profile reads one person.
func (r *reading) profile(id string) (*Profile, error) {
	p := &Profile{ID: id}
	all, err := r.d.visibleRecords(r.tx, r.by, "", []string{id})
	if err != nil || len(all) == 0 {
		return nil, cmp.Or(err, error(errNotThere))
	}
	if p.Links, err = r.d.visibleLinks(r.tx, r.by, id); err != nil {
		return nil, err
	}
	p.Same = person.Members(person.Clusters(p.Links), id)
	if len(p.Same) > 1 {
		if all, err = r.d.visibleRecords(r.tx, r.by, "", p.Same); err != nil {
			return nil, err
		}
	}
	if len(all) > mostRecords {
		all, p.More = all[:mostRecords], true
	}
	ids := make([]string, len(all))
	for i, pr := range all {
		ids[i] = pr.Record
	}
	list, err := r.records(ids)
	if err != nil {
		return nil, err
	}
	var others []store.Standing
	for _, c := range list {
		for _, st := range c.People {
			if slices.Contains(p.Same, st.Person) {
				p.On = append(p.On, c.seat(st))
			} else {
				others = append(others, st)
			}
		}
	}
	if len(p.On) == 0 {
		return nil, errNotThere
	}
	p.Name, p.Role = called(p.On), p.On[0].Role
	same, err := samePeople(r.tx, p.On[0].Person)
	if err != nil {
		return nil, err
	}
	p.Died = same.died()
	p.Around, err = r.around(others)
	return p, err
}

// called is the name that the newest record knows someone by.
func called(on []Seat) string {
	for _, s := range on {
		if len(s.Person.Names) > 0 || s.Person.Unborn() {
			return s.Person.Called()
		}
	}
	return on[0].Called
}

// around puts the seats of some people together, those of each in the order they
// came, the entries that workers joined as one.
func (r *reading) around(all []store.Standing) ([]Neighbour, error) {
	var ids []string
	for _, st := range all {
		if !slices.Contains(ids, st.Person) {
			ids = append(ids, st.Person)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	links, err := r.d.visibleLinksOf(r.tx, r.by, ids)
	if err != nil {
		return nil, err
	}
	clusters := person.Clusters(links)
	var out []Neighbour
	for _, st := range all {
		seat := r.have[st.Record].seat(st)
		i := slices.IndexFunc(out, func(n Neighbour) bool { return slices.Contains(n.Same, st.Person) })
		if i < 0 {
			out = append(out, Neighbour{ID: st.Person, Role: st.Role, Same: person.Members(clusters, st.Person)})
			i = len(out) - 1
		}
		out[i].On = append(out[i].On, seat)
	}
	for i := range out {
		out[i].Name = called(out[i].On)
	}
	slices.SortStableFunc(out, func(a, b Neighbour) int { return cmp.Compare(b.Role, a.Role) }) // children first
	return out, nil
}

// namesIn reads the names of everyone who did something on records, and the
// workers who have one of them now.
func (d *Desk) namesIn(tx *store.Tx, list []*Chronology, into map[string]string, links []person.SameAs) (map[string]agency.Worker, error) {
	var who, now naming
	for _, c := range list {
		for _, v := range c.Revisions {
			who.add(v.By)
			who.add(string(access.ToWorker(v.Allocated)))
		}
		for _, v := range c.Entries {
			who.add(v.By)
		}
		for _, v := range c.Messages {
			who.add(v.By)
		}
		for _, v := range c.Files {
			who.add(v.By)
		}
		for _, v := range c.Sent {
			who.add(v.By)
		}
		for _, g := range c.Grants {
			who.add(string(g.To))
			now.add(string(g.To))
		}
		now.add(string(access.ToWorker(c.Record.Allocated)))
		for _, id := range c.Pathway.WorkersIn(c.Answers) {
			who.add(string(access.ToWorker(id)))
		}
	}
	for _, l := range links {
		who.add(l.Source.By)
	}
	if err := who.read(tx, into); err != nil {
		return nil, err
	}
	found, err := tx.WorkersByID(now.ids)
	out := make(map[string]agency.Worker, len(found))
	for _, w := range found {
		out[w.ID] = w
	}
	return out, err
}

// Family is the children who belong together, each as they are now, and the
// adults around them.
type Family struct {
	Of       *Profile   // the person whose family it is
	Children []*Profile // the one asked for first
	// Because says of each child, by id, why they are here.
	Because map[string][]string
	Adults  []Neighbour
	Names   map[string]string
	Workers map[string]agency.Worker
	More    bool // there are more children than one page shows
}

// mostChildren is how many children a family's page shows side by side.
const mostChildren = 12

// parents are what an adult is to a child, where other children of theirs are
// that child's family.
var parents = []person.RelationshipKind{person.Mother, person.Father, person.Parent, person.StepParent, person.SpecialGuardian}

// Family reads the children recorded together with a person, on the same records
// or as children of the same parent, as far as the reader may see, and leaves a
// line in the audit log for the person and for each record.
func (d *Desk) Family(ctx context.Context, by By, id string) (*Family, error) {
	f := &Family{Because: map[string][]string{}, Names: map[string]string{}}
	var shown []*Chronology
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		r := d.reading(tx, by)
		var err error
		if f.Of, err = r.profile(id); err != nil {
			return err
		}
		if err := r.children(f); err != nil {
			return err
		}
		var others []store.Standing
		for _, child := range f.Children {
			for _, c := range child.records() {
				if slices.Contains(shown, c) {
					continue
				}
				shown = append(shown, c)
				for _, st := range c.People {
					if st.Role != roleChild {
						others = append(others, st)
					}
				}
			}
		}
		if f.Adults, err = r.around(others); err != nil {
			return err
		}
		f.Workers, err = d.namesIn(tx, shown, f.Names, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, d.readOf(ctx, by, id, shown, "family")
}

// roleChild is what the index calls a child on a record.
const roleChild = "child"

// children finds the children of a family and reads each.
func (r *reading) children(f *Family) error {
	type found struct{ id, why string }
	var list []found
	if f.Of.Role == roleChild {
		list = append(list, found{f.Of.ID, ""})
	}
	for _, n := range f.Of.Around {
		if n.Role == roleChild {
			list = append(list, found{n.ID, "On the same record, " + n.On[0].Record.Reference})
		}
	}
	for _, n := range f.Of.Around {
		if f.Of.Role != roleChild || !slices.ContainsFunc(n.On, func(s Seat) bool { return slices.Contains(parents, s.Kin) }) {
			continue
		}
		theirs, err := r.profile(n.ID)
		if err != nil {
			return err
		}
		for _, s := range theirs.On {
			if !slices.Contains(parents, s.Kin) {
				continue
			}
			for _, st := range s.Chronology.People {
				if st.Role == roleChild {
					list = append(list, found{st.Person, s.Relation + " is the same: " + n.Name})
				}
			}
		}
	}
	for _, one := range list {
		i := slices.IndexFunc(f.Children, func(p *Profile) bool { return slices.Contains(p.Same, one.id) })
		if i < 0 {
			if len(f.Children) == mostChildren {
				f.More = true
				continue
			}
			p, err := r.profile(one.id)
			if err != nil {
				return err
			}
			f.Children = append(f.Children, p)
			i = len(f.Children) - 1
		}
		if why := f.Because[f.Children[i].ID]; one.why != "" && (i > 0 || f.Of.Role != roleChild) && !slices.Contains(why, one.why) {
			f.Because[f.Children[i].ID] = append(why, one.why)
		}
	}
	return nil
}
