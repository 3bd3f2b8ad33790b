package casework

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

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
	// Elsewhere are the other authorities that know of someone of the record.
	Elsewhere []Elsewhere
	Count     int64 // contacts about these children in the last 12 months, this one included
	Since     time.Time
}

// Known looks up what is known already, and leaves a line in the audit log: the
// history check a decision needs.
func (d *Desk) Known(ctx context.Context, by By, id string) (*Known, *View, error) {
	v, err := d.Open(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	k := &Known{Since: by.Now.AddDate(-1, 0, 0)}
	var of []string
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		people, err := tx.PeopleOf(id)
		if err != nil {
			return err
		}
		near := alikeIn(tx)
		if k.Elsewhere, of, err = d.elsewhere(near, by, v, people); err != nil {
			return err
		}
		for _, rp := range people {
			kp, err := d.knownPerson(near, by, v.Record, rp)
			if err != nil {
				return err
			}
			k.People = append(k.People, kp)
		}
		if k.Count, err = d.contacts(near, by, v.Record, people); err != nil {
			return err
		}
		k.Address, err = d.sameAddress(tx, by, v.Record, people)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		// Whoever looks after the other record’s log sees that it was told of.
		for _, other := range of {
			if err := d.log(tx, by, actAcross, other, nil); err != nil {
				return err
			}
		}
		return d.log(tx, by, actKnown, id, nil)
	})
	if err != nil {
		return nil, nil, err
	}
	return k, v, nil
}

// mostCompared is with how many of the index one person is compared: those with
// whom they share what weighs most.
const mostCompared = 50

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
	list, err := a.tx.PeopleToMatch(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, ok := a.read[id]; return ok }))
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

// bands gives how likely it is of each entry of the index that it is someone: of all
// but the unlikely. Of their own entry, and of those that the links join to it, the
// band is empty.
func (a alike) bands(p person.Person, links []person.SameAs) (map[string]person.Band, error) {
	clusters := person.Clusters(links)
	out := map[string]person.Band{p.ID: ""}
	for _, id := range person.Members(clusters, p.ID) {
		out[id] = ""
	}
	ids, err := a.to(p)
	if err != nil {
		return nil, err
	}
	others, err := a.people(ids)
	for _, other := range others {
		if _, joined := out[other.ID]; joined {
			continue
		}
		if band := person.Match(p, other, person.Context{SameAs: clusters}).Band; band != person.Unlikely {
			out[other.ID] = band
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
	kp.Candidates = kp.Candidates[:min(len(kp.Candidates), 12)]
	// They were compared by what is compared of them; the page shows more.
	ids = ids[:0]
	for _, c := range kp.Candidates {
		ids = append(ids, c.Person.ID)
	}
	whole, err := tx.PeopleAlone(ids)
	for _, p := range whole {
		i := slices.IndexFunc(kp.Candidates, func(c Candidate) bool { return c.Person.ID == p.ID })
		kp.Candidates[i].Person = p
	}
	return kp, err
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
	open := func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.notKept(tx, by, all) }
	children := childrenOf(people)
	ids := make([]string, len(children))
	for i, rp := range children {
		ids[i] = rp.Person.ID
	}
	links, err := d.linksWith(tx, ids, open)
	if err != nil {
		return 0, err
	}
	clusters := person.Clusters(links)
	theirs, err := d.atSameAddress(tx, people) // whose contacts count
	if err != nil {
		return 0, err
	}
	asked := slices.Clone(theirs) // and who may be one of the children
	for _, id := range ids {
		same := person.Members(clusters, id)
		theirs, asked = append(theirs, same...), append(asked, same...)
	}
	for _, rp := range children {
		shared, err := near.to(rp.Person)
		if err != nil {
			return 0, err
		}
		asked = append(asked, shared...)
	}
	all, err := tx.RecordsOfSince(asked, since)
	if err != nil {
		return 0, err
	}
	all, err = open(slices.DeleteFunc(all, func(pr store.PersonRecord) bool {
		p, ok := d.Pathways.Get(pr.Pathway)
		return !ok || !p.CountsAsContact || pr.CreatedAt.Before(since) || pr.CreatedAt.After(by.Now)
	}))
	if err != nil {
		return 0, err
	}
	lately := map[string][]string{} // records, by whom they are about
	for _, pr := range all {
		lately[pr.Person] = append(lately[pr.Person], pr.Record)
	}
	for _, rp := range children {
		shared, err := near.to(rp.Person)
		if err != nil {
			return 0, err
		}
		// Most are of long ago: who has nothing to count is not read to be compared.
		// Nor is who has it on a locked record alone, so that nothing is done for them.
		found, err := near.people(slices.DeleteFunc(slices.Clone(shared), func(id string) bool { return lately[id] == nil }))
		if err != nil {
			return 0, err
		}
		for _, p := range found {
			if !slices.Contains(theirs, p.ID) && person.Match(rp.Person, p, person.Context{SameAs: clusters}).Band == person.Likely {
				theirs = append(theirs, p.ID)
			}
		}
	}
	contacts := map[string]bool{rec.ID: true}
	for _, id := range theirs {
		for _, r := range lately[id] {
			contacts[r] = true
		}
	}
	return int64(len(contacts)), nil
}

// A search shows the closest mostFound people. Of those who share a key with what was
// typed, as many parts as it needs for that are looked through: a worker of a small
// authority may see few of a part.
const (
	mostFound  = 50
	searchPart = 60
	mostParts  = 10
)

// FindPeople searches the index by anything, and tells whether there may be more than
// it gives. Only people on records the worker may see are found; the search and the
// number found are logged.
func (d *Desk) FindPeople(ctx context.Context, by By, typed string) (out []Candidate, more bool, err error) {
	if !by.May("people", &d.Place.Register) {
		return nil, false, errForbidden
	}
	q := person.ParseQuery(typed, calendar.DateOf(by.Now))
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.IDsByKeys(q.Keys(), mostParts*searchPart)
		if err != nil {
			return err
		}
		out, more = nil, len(ids) == mostParts*searchPart
		var people []person.Person
		records := map[string][]store.PersonRecord{}
		for part := range slices.Chunk(ids, searchPart) {
			if len(people) >= mostFound {
				more = true
				break
			}
			seen, err := d.visibleOf(tx, by, "", part)
			if err != nil {
				return err
			}
			maps.Copy(records, seen)
			found, err := tx.PeopleAlone(slices.DeleteFunc(slices.Clone(part), func(id string) bool { return len(seen[id]) == 0 }))
			if err != nil {
				return err
			}
			people = append(people, found...)
		}
		for _, hit := range person.Rank(q, people) {
			if len(out) == mostFound {
				more = true
				break
			}
			c := Candidate{Person: hit.Person, Score: person.Score{Points: hit.Points}, Records: records[hit.Person.ID]}
			for _, why := range hit.Reasons {
				c.Score.Reasons = append(c.Score.Reasons, person.Reason{Text: why})
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, d.logOnly(ctx, by, actSearch, "people", map[string]string{"hits": itoa(len(out))})
}
