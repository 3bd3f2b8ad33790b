package casework

import (
	"slices"
	"strings"
	"unicode"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// same is one person: the entry asked for, whoever a worker has joined it to, and
// whoever has a number of theirs where nobody has yet. It looks at records that the one
// who acts may not know of: what must not be told is not told from any.
type same []person.Person

func (s same) ids() []string {
	ids := make([]string, len(s))
	for i, p := range s {
		ids[i] = p.ID
	}
	return ids
}

// died is when they died, as any record of theirs says; zero while none does.
func (s same) died() calendar.Date {
	for _, p := range s {
		if !p.Died.IsZero() {
			return p.Died
		}
	}
	return calendar.Date{}
}

func samePeople(tx *store.Tx, p person.Person) (same, error) {
	all, err := sameOfEach(tx, []store.RecordPerson{{Person: p}})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// sameOfEach is samePeople for several people of a record, in their order.
func sameOfEach(tx *store.Tx, people []store.RecordPerson) ([]same, error) {
	ids := make([]string, len(people))
	for i, rp := range people {
		ids[i] = rp.Person.ID
	}
	links, err := tx.SameAsOf(ids)
	if err != nil {
		return nil, err
	}
	clusters := person.Clusters(links)
	out := make([]same, len(people))
	for i, rp := range people {
		joined, err := tx.People(without(person.Members(clusters, rp.Person.ID), rp.Person.ID))
		if err != nil {
			return nil, err
		}
		for _, one := range append(same{rp.Person}, joined...) {
			out[i] = append(out[i], one)
			numbered, err := tx.FindByKeys(person.NumberKeys(one), mostCompared)
			if err != nil {
				return nil, err
			}
			out[i] = append(out[i], numbered...)
		}
	}
	return out, nil
}

// childrenOf gives the children among the people of a record.
func childrenOf(people []store.RecordPerson) []store.RecordPerson {
	return slices.DeleteFunc(slices.Clone(people), func(rp store.RecordPerson) bool { return rp.Role != roleChild })
}

// protected is what must not be told about the people of a record.
type protected struct {
	addresses []person.Address      // that not everyone may be told
	rows      map[string]bool       // "group/row" of whose address or identity it is
	hidden    map[string]bool       // "group/row" of those whose identity it is
	phones    []string              // of theirs, as digits
	locked    bool                  // the record itself is locked to some
	said      bool                  // somebody has said of an address that it may not be told
	names     map[string][][]string // words of the names of those who must not be known, by "group/row"
}

// any tells whether there is anything that a second person must look out for.
func (f protected) any() bool { return len(f.addresses) > 0 || len(f.hidden) > 0 || f.locked }

// flagged tells whether somebody has said that something may not be told. An
// address of which nobody has said anything yet is withheld like those, and no
// letter may hold it; but a note to a neighbour need not wait for a colleague at
// night because nobody asked the neighbour.
func (f protected) flagged() bool { return f.said || len(f.hidden) > 0 || f.locked }

// flagsOf gathers what is flagged about everyone on a record, here or elsewhere.
func (d *Desk) flagsOf(tx *store.Tx, l loaded) (protected, error) {
	f := protected{rows: map[string]bool{}, hidden: map[string]bool{}, names: map[string][][]string{}}
	for _, r := range l.rows.restrictions {
		f.locked = f.locked || r.LiftedAt.IsZero()
	}
	people, err := tx.PeopleOf(l.rec.ID)
	if err != nil {
		return f, err
	}
	each, err := sameOfEach(tx, people)
	if err != nil {
		return f, err
	}
	for i, rp := range people {
		row := rp.Group + "/" + rp.Row
		for _, p := range each[i] {
			for _, a := range p.Addresses {
				if a.Disclosure == person.Open {
					continue
				}
				f.addresses = append(f.addresses, a)
				f.said = f.said || a.Disclosure != person.Ask && a.Disclosure != ""
				f.rows[row] = true
				for _, ph := range p.Phones {
					f.phones = append(f.phones, digits(ph.Number))
				}
			}
		}
	}
	for i := range l.p.Groups {
		g := &l.p.Groups[i]
		if g.Person == nil || g.Person.IdentityFlag == "" {
			continue
		}
		for _, row := range l.f.Answers.Rows(g.ID) {
			if l.f.Answers.Text(answer.RowKey(g.ID, row, g.Person.IdentityFlag)) != "yes" {
				continue
			}
			at := g.ID + "/" + row
			f.rows[at], f.hidden[at] = true, true
			if q := g.Person.FamilyName; q != "" {
				given := plainWords(l.f.Answers.Text(answer.RowKey(g.ID, row, g.Person.GivenNames)))
				family := plainWords(l.f.Answers.Text(answer.RowKey(g.ID, row, q)))
				if len(given) > 0 && len(family) > 0 {
					f.names[at] = append(f.names[at], slices.Concat(given, family), slices.Concat(family, given))
				}
			}
		}
	}
	return f, nil
}

// Why an answer is left out of a copy because of what must not be told.
const (
	leftAddress  = "It tells an address that may not be told to everyone"
	leftHolds    = "Its words hold an address, a number or a name that may not be told"
	leftWhere    = "It could show where someone is who must not be found"
	leftIdentity = "It is about someone who must not be known"
)

// keep says why an answer must stay out of a copy for a reader though it is on
// the list. Row is that of the reader, when they are on the record.
func (f protected) keep(p *pathway.Pathway, to pathway.CopyFor) func(answer.Key, *pathway.Question, string) string {
	mine := to.Group + "/" + to.Row
	family := pathway.FamilyReads(to.Kind)
	return func(key answer.Key, q *pathway.Question, words string) string {
		group, row, id := key.Split()
		at := group + "/" + row
		if to.Kind == "file" && !f.tells(words, "") {
			return ""
		}
		if row != "" && f.hidden[at] && at != mine {
			return leftIdentity
		}
		own := ""
		if at == mine {
			own = at
		}
		if f.tells(words, own) {
			if q.Type == "address" {
				return leftAddress
			}
			return leftHolds
		}
		g, _ := p.Group(group)
		if g == nil || g.Person == nil {
			return ""
		}
		switch {
		case id == g.Person.Address && f.rows[at]:
			return leftAddress
		case !slices.Contains(append([]string{g.Person.Address, g.Person.Phone}, g.Person.Whereabouts...), id):
			return ""
		case f.rows[at], family && len(f.rows) > 0 && at != mine:
			return leftWhere
		}
		return ""
	}
}

// tells tells whether words hold a flagged address, a phone of whoever lives
// there, or the name of someone who must not be known. A reader's own name may
// stand.
func (f protected) tells(words, own string) bool {
	all := plainWords(words)
	for _, a := range f.addresses {
		if tellsAddress(all, a) {
			return true
		}
	}
	run := digits(words)
	for _, p := range f.phones {
		if len(p) >= 7 && strings.Contains(run, p) {
			return true
		}
	}
	for at, names := range f.names {
		for _, n := range names {
			if at != own && holds(all, n) {
				return true
			}
		}
	}
	return false
}

// tellsAddress tells whether words hold an address: its postcode, however it is
// spaced, or a line that names the house.
func tellsAddress(all []string, a person.Address) bool {
	if code := plainWords(a.Postcode); len(code) > 0 {
		if holds(all, code) || holds(all, []string{strings.Join(code, "")}) {
			return true
		}
	}
	if len(a.Lines) == 0 {
		return false
	}
	line := plainWords(a.Lines[0])
	return len(line) > 1 && holds(all, line)
}

func holds(all, part []string) bool {
	for i := 0; i+len(part) <= len(all); i++ {
		if slices.Equal(all[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// plainWords are the words of a text, small, with nothing between them.
func plainWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
