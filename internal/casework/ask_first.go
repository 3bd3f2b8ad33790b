package casework

import (
	"context"
	"slices"

	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// AskFirst is what a worker is told before they contact anybody of a record, because
// of other records about people who are, or are likely to be, the same: what to do,
// and nothing of what stands there.
type AskFirst struct {
	Words []string
	of    []string // those records
}

// asksFirst finds it. A worker whom a lock or an exclusion keeps from a record is
// told nothing of it: it may be about them.
func (d *Desk) asksFirst(tx *store.Tx, by By, rec string, people []store.RecordPerson) (AskFirst, error) {
	var out AskFirst
	roles := by.Viewer.Worker.Roles(by.Now)
	var tell []string
	for _, p := range d.Pathways.All() {
		if p.AskFirst.MayTell(roles) {
			tell = append(tell, p.Name)
		}
	}
	if by.Worker() == "" || len(tell) == 0 {
		return out, nil
	}
	mine := make([]string, len(people))
	for i, rp := range people {
		mine[i] = rp.Person.ID
	}
	links, err := tx.SameAsOf(mine)
	if err != nil {
		return out, err
	}
	clusters := person.Clusters(links)
	var same []string
	var keys []person.Key
	for _, rp := range people {
		same = append(same, person.Members(clusters, rp.Person.ID)...)
		keys = append(keys, person.MatchKeys(rp.Person)...)
	}
	all, err := tx.OpenRecordsLike(tell, same, keys)
	if err != nil {
		return out, err
	}
	all, err = d.notKept(tx, by, slices.DeleteFunc(all, func(pr store.PersonRecord) bool {
		p, _ := d.Pathways.Get(pr.Pathway)
		return pr.Record == rec || !p.AskFirst.Tells(roles, pr.State)
	}))
	if err != nil {
		return out, err
	}
	near := alikeIn(tx)
	for _, pr := range all {
		found, err := near.people([]string{pr.Person})
		if err != nil {
			return out, err
		}
		is := func(rp store.RecordPerson) bool {
			return slices.Contains(person.Members(clusters, rp.Person.ID), pr.Person) || len(found) > 0 && person.MayBe(rp.Person, found[0])
		}
		if slices.Contains(out.of, pr.Record) || !slices.ContainsFunc(people, is) {
			continue
		}
		out.of = append(out.of, pr.Record)
		if p, _ := d.Pathways.Get(pr.Pathway); !slices.Contains(out.Words, p.AskFirst.Words) {
			out.Words = append(out.Words, p.AskFirst.Words)
		}
	}
	return out, nil
}

// logAskFirst leaves a line in the log of each record that somebody was told to ask
// about. The log of the record they opened does not lead there.
func (d *Desk) logAskFirst(ctx context.Context, by By, a AskFirst) error {
	for _, id := range a.of {
		if err := d.logOnly(ctx, by, actAskFirst, id, nil); err != nil {
			return err
		}
	}
	return nil
}
