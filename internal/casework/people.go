package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
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
				if err := tx.LinkPersonToRecord(l.rec.ID, parents[i].Person.ID, g.ID, row, g.Person.Role); err != nil {
					return err
				}
				continue
			}
			id, fresh := store.NewID(by.Now), true
			if i := slices.IndexFunc(have, same); i >= 0 {
				id, fresh = have[i].Person.ID, false
			}
			answers := l.rec.Answers.Row(g.ID, row)
			if err := d.openRow(l.p, l.rec.ID, g.ID, row, answers); err != nil {
				return err
			}
			from := person.Source{Record: l.rec.ID, At: by.Now, By: string(by.Principal)}
			p := personFrom(*g.Person, answers, id, from)
			if p.Relationships, err = d.relationships(tx, l, *g.Person, answers, id, from); err != nil {
				return err
			}
			if err := tx.PutPerson(p); err != nil {
				return err
			}
			if fresh {
				if err := tx.LinkPersonToRecord(l.rec.ID, id, g.ID, row, g.Person.Role); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// relationships says what an adult is to each child of the record, as the sender
// gave it. Parental responsibility is a fact of its own, never taken from the
// kind of relationship.
func (d *Desk) relationships(tx *store.Tx, l *loaded, m pathway.PersonMap, row answer.Set, id string, from person.Source) ([]person.Relationship, error) {
	kind := row.Text(answer.Key(m.Relation))
	if m.Relation == "" || kind == "" {
		return nil, nil
	}
	people, err := tx.PeopleOf(l.rec.ID)
	if err != nil {
		return nil, err
	}
	var out []person.Relationship
	for _, rp := range people {
		if rp.Group != l.p.Roles.Children || rp.Person.ID == id {
			continue
		}
		out = append(out, person.Relationship{
			ID: id + "." + rp.Person.ID, From: id, To: rp.Person.ID, Kind: person.RelationshipKind(kind),
			ParentalResponsibility: said(row, m.Parental), LivesWith: said(row, m.InHousehold), Source: from,
		})
	}
	return out, nil
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

// Candidate is someone in the index who may be the same person, and why.
type Candidate struct {
	Person  person.Person
	Score   person.Score
	Records []store.PersonRecord
}

// KnownPerson is what is known already about one person of a record.
type KnownPerson struct {
	On         store.RecordPerson
	Same       []person.Person // entries a worker has joined to this one
	Links      []person.SameAs
	Candidates []Candidate
	Records    []store.PersonRecord // earlier work, through the joins
}

// Known is what the program already holds about everyone on a record.
type Known struct {
	People  []KnownPerson
	Address []store.PersonRecord // work with anyone at the same address
	Count   int64                // contacts about these children in the last 12 months, this one included
	Since   time.Time
}

// Known looks up what is known already, and leaves a line in the audit log: the
// history check a decision needs.
func (d *Desk) Known(ctx context.Context, by By, id string) (*Known, *View, error) {
	v, err := d.Open(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	k := &Known{Since: by.Now.AddDate(-1, 0, 0)}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		people, err := tx.PeopleOf(id)
		if err != nil {
			return err
		}
		near := alikeIn(tx)
		if k.Count, err = d.contacts(near, by, v.Record, people); err != nil {
			return err
		}
		for _, rp := range people {
			kp, err := d.knownPerson(near, by, v.Record, rp)
			if err != nil {
				return err
			}
			k.People = append(k.People, kp)
		}
		k.Address, err = d.sameAddress(tx, by, v.Record, people)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if err := d.logOnly(ctx, by, actKnown, id, nil); err != nil {
		return nil, nil, err
	}
	return k, v, nil
}

// mostCompared is with how many of the index one person is compared: those who
// share most with them. Each costs a dozen reads.
const mostCompared = 80

// alike finds people of the index who may be someone. In one transaction nobody is
// looked for or read twice.
type alike struct {
	tx   *store.Tx
	ids  map[string][]string // those who may be the same, by id
	read map[string]person.Person
}

func alikeIn(tx *store.Tx) alike {
	return alike{tx, map[string][]string{}, map[string]person.Person{}}
}

// to gives the ids of those who share most with someone.
func (a alike) to(p person.Person) ([]string, error) {
	ids, ok := a.ids[p.ID]
	if ok {
		return ids, nil
	}
	ids, err := a.tx.IDsByKeys(person.MatchKeys(p), mostCompared)
	a.ids[p.ID] = ids
	return ids, err
}

// people reads some of them, in the order asked for.
func (a alike) people(ids []string) ([]person.Person, error) {
	list, err := a.tx.People(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, ok := a.read[id]; return ok }))
	for _, p := range list {
		a.read[p.ID] = p
	}
	out := make([]person.Person, 0, len(ids))
	for _, id := range ids {
		if p, ok := a.read[id]; ok {
			out = append(out, p)
		}
	}
	return out, err
}

func (d *Desk) knownPerson(near alike, by By, rec record.Record, rp store.RecordPerson) (KnownPerson, error) {
	kp, tx := KnownPerson{On: rp}, near.tx
	var err error
	if kp.Links, err = d.visibleLinks(tx, by, rp.Person.ID); err != nil {
		return kp, err
	}
	same := person.Members(person.Clusters(kp.Links), rp.Person.ID)
	if kp.Same, err = tx.People(without(same, rp.Person.ID)); err != nil {
		return kp, err
	}
	if kp.Records, err = d.visibleRecords(tx, by, rec.ID, same); err != nil {
		return kp, err
	}
	ids, err := near.to(rp.Person)
	if err != nil {
		return kp, err
	}
	found, err := near.people(ids)
	if err != nil {
		return kp, err
	}
	clusters := person.Clusters(kp.Links)
	for _, p := range found {
		if slices.Contains(same, p.ID) {
			continue
		}
		score := person.Match(rp.Person, p, person.Context{SameAs: clusters})
		if score.Band == person.Unlikely {
			continue
		}
		kp.Candidates = append(kp.Candidates, Candidate{Person: p, Score: score})
	}
	ids = make([]string, len(kp.Candidates))
	for i, c := range kp.Candidates {
		ids[i] = c.Person.ID
	}
	seen, err := d.visibleOf(tx, by, rec.ID, ids)
	if err != nil {
		return kp, err
	}
	for i := range kp.Candidates {
		kp.Candidates[i].Records = seen[kp.Candidates[i].Person.ID]
	}
	// Someone known only through records this worker may not see stays hidden.
	kp.Candidates = slices.DeleteFunc(kp.Candidates, func(c Candidate) bool { return len(c.Records) == 0 })
	slices.SortStableFunc(kp.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Score.Points, a.Score.Points) })
	if len(kp.Candidates) > 12 {
		kp.Candidates = kp.Candidates[:12]
	}
	return kp, nil
}

// visibleLinks gives the joins of a person with entries that the worker may know
// of. A join with any other is left out without a trace, and nobody is reached
// through it: what stands on a locked record stays there.
func (d *Desk) visibleLinks(tx *store.Tx, by By, me string) ([]person.SameAs, error) {
	return d.linksWith(tx, me, func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.visible(tx, by, "", all) })
}

// linksWith gives the joins of a person with entries on records that seen leaves.
func (d *Desk) linksWith(tx *store.Tx, me string, seen func([]store.PersonRecord) ([]store.PersonRecord, error)) ([]person.SameAs, error) {
	links, err := tx.SameAsOf([]string{me})
	if err != nil || len(links) == 0 {
		return nil, err
	}
	var ends []string
	for _, l := range links {
		ends = append(ends, l.A, l.B)
	}
	all, err := tx.RecordsOf(ends)
	if err != nil {
		return nil, err
	}
	if all, err = seen(all); err != nil {
		return nil, err
	}
	known := map[string]bool{me: true}
	for _, pr := range all {
		known[pr.Person] = true
	}
	return slices.DeleteFunc(links, func(l person.SameAs) bool { return !known[l.A] || !known[l.B] }), nil
}

// notKept leaves out the records that a lock or an exclusion keeps from the
// worker. The program itself is kept from none.
func (d *Desk) notKept(tx *store.Tx, by By, all []store.PersonRecord) ([]store.PersonRecord, error) {
	if by.Kind == "system" || len(all) == 0 {
		return all, nil
	}
	ids := make([]string, len(all))
	for i, pr := range all {
		ids[i] = pr.Record
	}
	kept, err := tx.KeptFrom(by.Worker(), by.Now, ids)
	return slices.DeleteFunc(all, func(pr store.PersonRecord) bool { return slices.Contains(kept, pr.Record) }), err
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(x string) bool { return x == id })
}

// visibleRecords gives the other records of some people that the worker may
// know of. Restricted ones are left out without a trace.
func (d *Desk) visibleRecords(tx *store.Tx, by By, except string, people []string) ([]store.PersonRecord, error) {
	all, err := tx.RecordsOf(people)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	return d.visible(tx, by, except, slices.DeleteFunc(all, func(pr store.PersonRecord) bool {
		again := seen[pr.Record]
		seen[pr.Record] = true
		return again
	}))
}

// visible leaves of some people's records those that the worker may view.
func (d *Desk) visible(tx *store.Tx, by By, except string, all []store.PersonRecord) ([]store.PersonRecord, error) {
	var ids []string
	for _, pr := range all {
		if pr.Record != except {
			ids = append(ids, pr.Record)
		}
	}
	slices.Sort(ids)
	may, err := d.mayView(tx, by, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var out []store.PersonRecord
	for _, pr := range all {
		if pr.Record != except && may[pr.Record] {
			out = append(out, pr)
		}
	}
	return out, nil
}

// mayView decides for several records at once.
func (d *Desk) mayView(tx *store.Tx, by By, ids []string) (map[string]bool, error) {
	rows, err := tx.AccessOf(ids)
	may := make(map[string]bool, len(ids))
	for _, id := range ids {
		may[id] = by.Kind == "system" || access.Decide(by.Viewer, rows[id].Grants, rows[id].Restrictions, rows[id].Exclusions).May(access.View)
	}
	return may, err
}

// visibleOf is visibleRecords for several people at once, by their ids. A record
// about several of them is among those of each.
func (d *Desk) visibleOf(tx *store.Tx, by By, except string, people []string) (map[string][]store.PersonRecord, error) {
	all, err := tx.RecordsOf(people)
	if err != nil {
		return nil, err
	}
	if all, err = d.visible(tx, by, except, all); err != nil {
		return nil, err
	}
	out := map[string][]store.PersonRecord{}
	for _, pr := range all {
		if !slices.ContainsFunc(out[pr.Person], func(had store.PersonRecord) bool { return had.Record == pr.Record }) {
			out[pr.Person] = append(out[pr.Person], pr)
		}
	}
	return out, nil
}

func (d *Desk) sameAddress(tx *store.Tx, by By, rec record.Record, people []store.RecordPerson) ([]store.PersonRecord, error) {
	ids, err := d.atSameAddress(tx, people)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return d.visibleRecords(tx, by, rec.ID, ids)
}

func (d *Desk) atSameAddress(tx *store.Tx, people []store.RecordPerson) ([]string, error) {
	var keys []person.Key
	for _, rp := range people {
		for _, k := range person.Keys(rp.Person) {
			if k.Kind == person.KeyAddress && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return tx.IDsByKeys(keys, 200)
}

// contacts counts approaches to the front door in the last 12 months about the
// children of a record or anyone at their address, this one included: through
// joins a worker made and matches that are likely, so that a low-level worry is
// never the first for ever. Records of other front doors count, though the worker
// may not open them: a family that moves is still seen. Those that a lock or an
// exclusion keeps from the worker do not, for the number would tell of them.
func (d *Desk) contacts(near alike, by By, rec record.Record, people []store.RecordPerson) (int64, error) {
	tx := near.tx
	since := by.Now.AddDate(-1, 0, 0)
	counts := func(pr store.PersonRecord) bool {
		p, ok := d.Pathways.Get(pr.Pathway)
		return ok && p.CountsAsContact && !pr.CreatedAt.Before(since) && !pr.CreatedAt.After(by.Now)
	}
	open := func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.notKept(tx, by, all) }
	var ids []string
	for _, rp := range people {
		if rp.Role != "child" {
			continue
		}
		links, err := d.linksWith(tx, rp.Person.ID, open)
		if err != nil {
			return 0, err
		}
		clusters := person.Clusters(links)
		same := person.Members(clusters, rp.Person.ID)
		ids = append(ids, same...)
		shared, err := near.to(rp.Person)
		if err != nil {
			return 0, err
		}
		// Most are of long ago: who has nothing to count is not compared. Nor is
		// who has it on a locked record alone, so that nothing is done for them.
		theirs, err := tx.RecordsOf(shared)
		if err != nil {
			return 0, err
		}
		if theirs, err = open(theirs); err != nil {
			return 0, err
		}
		lately := map[string]bool{}
		for _, pr := range theirs {
			lately[pr.Person] = lately[pr.Person] || counts(pr)
		}
		found, err := near.people(slices.DeleteFunc(slices.Clone(shared), func(id string) bool { return !lately[id] }))
		if err != nil {
			return 0, err
		}
		for _, p := range found {
			if !slices.Contains(ids, p.ID) && person.Match(rp.Person, p, person.Context{SameAs: clusters}).Band == person.Likely {
				ids = append(ids, p.ID)
			}
		}
	}
	home, err := d.atSameAddress(tx, people)
	if err != nil {
		return 0, err
	}
	ids = append(ids, home...)
	if len(ids) == 0 {
		return 1, nil
	}
	all, err := tx.RecordsOf(ids)
	if err != nil {
		return 0, err
	}
	if all, err = open(all); err != nil {
		return 0, err
	}
	counted := map[string]bool{rec.ID: true}
	for _, pr := range all {
		if counts(pr) {
			counted[pr.Record] = true
		}
	}
	return int64(len(counted)), nil
}

// LinkPerson says that two entries of the index are the same person. Nothing is
// merged: each keeps its own facts, and the link can be undone.
func (d *Desk) LinkPerson(ctx context.Context, by By, rec, a, b, why string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.mayMatch(tx, by, rec, a); err != nil {
			return err
		}
		if a == b {
			return fault.New(fault.Invalid, "Choose two different entries.")
		}
		if strings.TrimSpace(why) == "" {
			return fault.Fields{{Key: "why", Text: "Say how you know that they are the same person"}}
		}
		// Someone known only by records that this worker may not see is not there.
		if seen, err := d.visibleRecords(tx, by, "", []string{b}); err != nil || len(seen) == 0 {
			return cmp.Or(err, error(errNotThere))
		}
		links, err := tx.SameAsOf([]string{a})
		if err != nil {
			return err
		}
		if slices.Contains(person.Members(person.Clusters(links), a), b) {
			return nil
		}
		if err := tx.AddSameAs(person.SameAs{ID: store.NewID(by.Now), A: a, B: b, Why: why, Source: person.Source{Record: rec, At: by.Now, By: string(by.Principal)}}); err != nil {
			return err
		}
		return d.log(tx, by, "link-person", rec, map[string]string{"a": a, "b": b})
	})
}

// UnlinkPerson undoes a link and keeps that it was made.
func (d *Desk) UnlinkPerson(ctx context.Context, by By, rec, link, why string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.mayMatch(tx, by, rec, ""); err != nil {
			return err
		}
		if strings.TrimSpace(why) == "" {
			return fault.Fields{{Key: "why", Text: "Say why they are not the same person"}}
		}
		on, err := tx.PeopleOf(rec)
		if err != nil {
			return err
		}
		theirs := false
		for _, rp := range on {
			links, err := d.visibleLinks(tx, by, rp.Person.ID)
			if err != nil {
				return err
			}
			theirs = theirs || slices.ContainsFunc(links, func(l person.SameAs) bool { return l.ID == link && l.Undone == nil })
		}
		if !theirs {
			return errNotThere
		}
		if err := tx.UndoSameAs(link, string(by.Principal), why, by.Now); err != nil {
			return err
		}
		return d.log(tx, by, "unlink-person", rec, map[string]string{"link": link})
	})
}

func (d *Desk) mayMatch(tx *store.Tx, by By, rec, p string) error {
	l, err := d.load(tx, by, rec, false)
	if err != nil {
		return err
	}
	if !l.dec.May(access.Act) || !by.May("people", &d.Place.Register) {
		return errForbidden
	}
	if p == "" {
		return nil
	}
	on, err := tx.PeopleOf(rec)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(on, func(rp store.RecordPerson) bool { return rp.Person.ID == p }) {
		return errNotThere
	}
	return nil
}

// FindPeople searches the index by anything. Only people on records the worker
// may see are found; the search and the number found are logged.
func (d *Desk) FindPeople(ctx context.Context, by By, typed string) ([]Candidate, error) {
	if !by.May("people", &d.Place.Register) {
		return nil, errForbidden
	}
	q := person.ParseQuery(typed, calendar.DateOf(by.Now))
	var out []Candidate
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.FindByKeys(q.Keys(), 120)
		if err != nil {
			return err
		}
		const most = 50
		for hits := range slices.Chunk(person.Rank(q, found), most+10) {
			ids := make([]string, len(hits))
			for i, hit := range hits {
				ids[i] = hit.Person.ID
			}
			seen, err := d.visibleOf(tx, by, "", ids)
			if err != nil {
				return err
			}
			for _, hit := range hits {
				recs := seen[hit.Person.ID]
				if len(recs) == 0 || len(out) == most {
					continue
				}
				c := Candidate{Person: hit.Person, Score: person.Score{Points: hit.Points}, Records: recs}
				for _, why := range hit.Reasons {
					c.Score.Reasons = append(c.Score.Reasons, person.Reason{Text: why})
				}
				out = append(out, c)
			}
			if len(out) == most {
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.logOnly(ctx, by, actSearch, "people", map[string]string{"hits": itoa(len(out))}); err != nil {
		return nil, err
	}
	return out, nil
}

// OpenPerson reads one person: the entry, those joined to it, and the records
// the worker may see.
func (d *Desk) OpenPerson(ctx context.Context, by By, id string) (*KnownPerson, error) {
	if !by.May("people", &d.Place.Register) {
		return nil, errForbidden
	}
	var kp KnownPerson
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		seen, err := d.visibleRecords(tx, by, "", []string{id})
		if err != nil || len(seen) == 0 {
			return cmp.Or(err, error(errNotThere))
		}
		p, err := tx.Person(id)
		if err != nil {
			return err
		}
		if kp, err = d.knownPerson(alikeIn(tx), by, record.Record{}, store.RecordPerson{Person: p}); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.logOnly(ctx, by, actRead, id, map[string]string{"kind": "person"}); err != nil {
		return nil, err
	}
	return &kp, nil
}
