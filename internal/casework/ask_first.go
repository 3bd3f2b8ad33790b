package casework

import (
	"context"
	"slices"

	"frontdoor/internal/pathway"
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
	if by.Worker() == "" || !slices.ContainsFunc(d.Pathways.All(), func(p *pathway.Pathway) bool { return p.AskFirst.MayTell(roles) }) {
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
	near := alikeIn(tx)
	var asked []string
	for _, rp := range people {
		ids, err := near.to(rp.Person)
		if err != nil {
			return out, err
		}
		asked = append(append(asked, ids...), person.Members(clusters, rp.Person.ID)...)
	}
	slices.Sort(asked)
	all, err := tx.RecordsOf(slices.Compact(asked))
	if err != nil {
		return out, err
	}
	all, err = d.notKept(tx, by, slices.DeleteFunc(all, func(pr store.PersonRecord) bool {
		p, ok := d.Pathways.Get(pr.Pathway)
		return !ok || pr.Record == rec || !p.AskFirst.Tells(roles, pr.State)
	}))
	if err != nil {
		return out, err
	}
	for _, pr := range all {
		found, err := near.people([]string{pr.Person})
		if err != nil {
			return out, err
		}
		same := func(rp store.RecordPerson) bool {
			return slices.Contains(person.Members(clusters, rp.Person.ID), pr.Person) || len(found) > 0 && person.MayBe(rp.Person, found[0])
		}
		if slices.Contains(out.of, pr.Record) || !slices.ContainsFunc(people, same) {
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
