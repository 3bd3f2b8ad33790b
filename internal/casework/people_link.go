package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// visibleLinks gives the joins of a person with entries that the worker may know
// of. A join with any other is left out without a trace, and nobody is reached
// through it: what stands on a locked record stays there.
func (d *Desk) visibleLinks(tx *store.Tx, by By, me string) ([]person.SameAs, error) {
	return d.visibleLinksOf(tx, by, []string{me})
}

// visibleLinksOf is visibleLinks for several people, all of whom the worker may
// know of.
func (d *Desk) visibleLinksOf(tx *store.Tx, by By, us []string) ([]person.SameAs, error) {
	return d.linksWith(tx, us, func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.visible(tx, by, "", all) })
}

// linksWith gives the joins of people with entries on records that seen leaves.
func (d *Desk) linksWith(tx *store.Tx, us []string, seen func([]store.PersonRecord) ([]store.PersonRecord, error)) ([]person.SameAs, error) {
	links, err := tx.SameAsOf(us)
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
	known := map[string]bool{}
	for _, id := range us {
		known[id] = true
	}
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
	if by.Kind != "system" {
		return tx.MayView(by.Viewer.Principals, by.Worker(), by.Now, ids)
	}
	may := make(map[string]bool, len(ids))
	for _, id := range ids {
		may[id] = true
	}
	return may, nil
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
