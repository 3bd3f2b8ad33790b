package casework

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/contact"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// noticeAcross tells those who answer for a record that another authority has one
// about someone who may be the same person.
const noticeAcross = "known_across"

// Elsewhere is an authority that has a record about someone who may be the person
// of this one: that, and whom to ring, is all that is told.
type Elsewhere struct {
	Authority string
	Band      person.Band
	Phone     string // empty when no number stands in the directory
}

// alikeRecord is another record of the same pathway about someone who may be the
// same person.
type alikeRecord struct {
	store.PersonRecord
	band person.Band
}

// alikeRecords finds them in every authority, the newest first: through joins that
// workers made, and by what the index knows of each. What a lock or an exclusion
// keeps from the worker is left out, for the number would tell of it.
func (d *Desk) alikeRecords(near alike, by By, rec record.Record, p *pathway.Pathway, people []store.RecordPerson) ([]alikeRecord, error) {
	if p.Across == nil {
		return nil, nil
	}
	open := func(all []store.PersonRecord) ([]store.PersonRecord, error) { return d.notKept(near.tx, by, all) }
	found := map[string]alikeRecord{}
	for _, rp := range people {
		if rp.Group != p.Across.Group {
			continue
		}
		links, err := d.linksWith(near.tx, []string{rp.Person.ID}, open)
		if err != nil {
			return nil, err
		}
		bands, err := near.bands(rp.Person, links)
		if err != nil {
			return nil, err
		}
		for id, band := range bands {
			if band == "" || band == person.Possible && person.MayBe(rp.Person, near.read[id]) {
				bands[id] = person.Likely
			}
		}
		ids := slices.Sorted(maps.Keys(bands))
		all, err := near.tx.RecordsOf(ids)
		if err == nil {
			all, err = open(all)
		}
		if err != nil {
			return nil, err
		}
		for _, pr := range all {
			if pr.Pathway != p.Name || pr.Record == rec.ID || pr.Role != rp.Role {
				continue
			}
			if one, had := found[pr.Record]; !had || one.band != person.Likely {
				found[pr.Record] = alikeRecord{pr, bands[pr.Person]}
			}
		}
	}
	out := make([]alikeRecord, 0, len(found))
	for _, one := range found {
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b alikeRecord) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.Record, b.Record))
	})
	return out, nil
}

// samePerson counts, when a rule asks, the other records of the pathway about
// someone who may be the same person, wherever they are, and those among them that
// have begun since somebody last looked before a step. For whoever may not learn of
// them there are none.
func (d *Desk) samePerson(by By, l *loaded) (all, since func() (int64, bool)) {
	var list []alikeRecord
	var done, ok bool
	read := func() bool {
		if done {
			return ok
		}
		done, ok = true, true
		if !l.p.Across.MayLearn(l.f.Actor) {
			return ok
		}
		err := l.near.read(func(tx *store.Tx) (err error) {
			people := l.people
			if len(people) == 0 {
				if people, err = tx.PeopleOf(l.rec.ID); err != nil {
					return err
				}
			}
			list, err = d.alikeRecords(alikeIn(tx), by, l.rec, l.p, people)
			return err
		})
		ok = err == nil
		return ok
	}
	return func() (int64, bool) { ok := read(); return int64(len(list)), ok },
		func() (int64, bool) {
			ok := read()
			looked, n := lastLooked(l), int64(0)
			for _, one := range list {
				if one.CreatedAt.After(looked) {
					n++
				}
			}
			return n, ok
		}
}

// lastLooked is when a step was last taken before which somebody had to look.
func lastLooked(l *loaded) time.Time {
	var last time.Time
	for i := range l.p.Steps {
		if s := &l.p.Steps[i]; s.Looks() {
			if t, ok := l.f.Taken[s.ID]; ok && t.At.After(last) {
				last = t.At
			}
		}
	}
	return last
}

// elsewhere is what whoever acts on a record may learn of other authorities.
func (d *Desk) elsewhere(near alike, by By, v *View, people []store.RecordPerson) (out []Elsewhere, of []string, err error) {
	x := v.Pathway.Across
	if !x.MayLearn(v.Facts.Actor) {
		return nil, nil, nil
	}
	list, err := d.alikeRecords(near, by, v.Record, v.Pathway, people)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range list {
		if one.Authority == v.Record.Authority {
			continue
		}
		of = append(of, one.Record)
		i := slices.IndexFunc(out, func(e Elsewhere) bool { return e.Authority == one.Authority })
		if i < 0 {
			out = append(out, Elsewhere{Authority: one.Authority, Band: one.band, Phone: d.ringAbout(x.Ring, one.Authority, by.Now)})
		} else if one.band == person.Likely {
			out[i].Band = one.band
		}
	}
	slices.SortFunc(out, func(a, b Elsewhere) int { return strings.Compare(a.Authority, b.Authority) })
	return out, of, nil
}

// tellAcross tells those who answer for open records of other authorities that
// there is one here about someone who may be the same person, once somebody here has
// looked and knows whom it is about. It says no more, and leads to their own record.
func (d *Desk) tellAcross(tx *store.Tx, by By, l *loaded, s *pathway.Step) error {
	x := l.p.Across
	if x == nil || !s.Looks() {
		return nil
	}
	list, err := d.alikeRecords(alikeIn(tx), by, l.rec, l.p, l.people)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.Authority == l.rec.Authority || !one.ClosedAt.IsZero() {
			continue
		}
		for _, role := range x.To {
			if err := d.noticeTo(tx, by, record.Record{ID: one.Record}, access.ToRole(role, one.Authority), noticeAcross); err != nil {
				return err
			}
		}
	}
	return nil
}

// ringAbout is the number for what something is about: one that answers now, or
// else when its office next opens.
func (d *Desk) ringAbout(about, authority string, now time.Time) string {
	at := now
	if cal := d.calendarFor(authority); !cal.IsOpen(at) {
		if opens, ok := cal.NextOpen(at); ok {
			at = opens
		}
	}
	a, err := d.Contacts(now).Decide(contact.Ask{Authority: authority, Caller: contact.Professional, About: contact.About(about), At: at})
	if err != nil {
		return ""
	}
	return a.Phone
}
