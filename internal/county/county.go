// Package county makes the work of ten years of a whole county's front doors,
// for measuring the program at the size at which it will be used: a million
// people, half a million records, five million revisions, ten million lines of
// audit log. None of it is real. Names are as common in it as they are in
// Southend, Essex and Thurrock, households have brothers and sisters, move and
// come back, and each referral is a copy of one that was played through the
// real acts of casework, with its own people, words, workers and times, its
// own chain of hashes and its own limits. The same seed makes the same county.
package county

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/person"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// Sizes that have names, in people.
const (
	County = 1_000_000
	Town   = County / 10
)

// Options say what county is made.
type Options struct {
	Now    time.Time // everything in it happened before
	People int       // entries in the index of people; half as many records, five times the revisions, ten times the log
	Seed   uint64
	// Progress is told now and then how many people there are.
	Progress func(people int)
}

// Known is what a measurement needs to know to find its way in a county.
type Known struct {
	People    int       `json:"people"`
	Records   int       `json:"records"`
	Revisions int       `json:"revisions"`
	Events    int64     `json:"events"` // when it was filled; the demonstration's own come after
	Now       time.Time `json:"now"`
	// Long are open records with 500 revisions, one at each front door.
	Long []Place `json:"long"`
	// Open are some open records at each stage, and Sent some with the code that
	// their sender holds.
	Open []Place `json:"open"`
	Sent []Place `json:"sent"`
	// Names are children of open records, as people search for them.
	Names []string `json:"names"`
}

// Place is one record to go to.
type Place struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Authority string `json:"authority"`
	State     string `json:"state"`
	Code      string `json:"code,omitempty"`
}

// LongRevisions is how many revisions a long record has.
const LongRevisions = 500

const knownKey = "county"

// ReadKnown gives what [Fill] noted of the county in a database; false when there
// is none.
func ReadKnown(ctx context.Context, db *store.DB) (k Known, ok bool, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		text, err := tx.GetMeta(knownKey)
		if err != nil || text == "" {
			return err
		}
		ok = true
		return json.Unmarshal([]byte(text), &k)
	})
	return k, ok, err
}

// Fill makes the county in a database that has workers and no records.
func Fill(ctx context.Context, desk *casework.Desk, o Options) (Known, error) {
	list, posts, err := templates(ctx, desk, o.People < small)
	if err != nil {
		return Known{}, err
	}
	return fillFrom(ctx, desk, o, list, posts)
}

// fillFrom makes the county of copies of some templates.
func fillFrom(ctx context.Context, desk *casework.Desk, o Options, list []*template, posts map[post]agency.Worker) (Known, error) {
	// Everything is kept to the microsecond, and a clock that runs must not make
	// another county.
	o.Now = o.Now.UTC().Truncate(time.Minute)
	team, err := readStaff(ctx, desk, posts, o.Now)
	if err != nil {
		return Known{}, err
	}
	// Most of what is made is thrown away at once, so collecting it less often
	// costs some megabytes and saves a good part of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(700))
	g := newMaker(desk, team, list, o)
	if err := desk.DB.Bulk(ctx, g.run); err != nil {
		return Known{}, err
	}
	g.known.Now = o.Now
	text, err := json.Marshal(g.known)
	if err != nil {
		return Known{}, err
	}
	return g.known, desk.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(knownKey, string(text)) })
}

// small is how few people a county has of which only a few kinds of referral are
// played.
const small = 5_000

// maker fills the database contact by contact, in the order of time.
type maker struct {
	o      Options
	r      *rand.Rand
	desk   *casework.Desk
	team   *staff
	house  *households
	copier *copier
	line   *timeline
	closed map[string][]*template
	open   map[string][]*template
	refs   *rand.ChaCha8
	taken  map[uint64]bool // references, hashed

	again  families
	later  events
	order  int64
	known  Known
	want   Known // how much of everything there is to be
	longAt time.Time
}

func newMaker(desk *casework.Desk, team *staff, list []*template, o Options) *maker {
	house := newHouseholds(o.Seed)
	r := house.r
	var seed [32]byte
	copy(seed[:], fmt.Sprintf("references %d", o.Seed))
	g := &maker{
		o: o, r: r, desk: desk, team: team, house: house, line: newTimeline(o.Now),
		copier: &copier{r: r, desk: desk, staff: team, seal: desk.Sealer.SealText},
		closed: map[string][]*template{}, open: map[string][]*template{}, refs: rand.NewChaCha8(seed), taken: map[uint64]bool{},
		want:   Known{People: o.People, Records: o.People / 2, Revisions: o.People * 5, Events: int64(o.People) * 10},
		longAt: o.Now.AddDate(0, 0, -45),
	}
	for _, t := range list {
		if t.open {
			g.open[t.shape.authority] = append(g.open[t.shape.authority], t)
		} else {
			g.closed[t.shape.authority] = append(g.closed[t.shape.authority], t)
		}
	}
	return g
}

// run makes everything.
func (g *maker) run(b *store.Bulk) error {
	shown := 0
	for g.known.People < g.want.People {
		if err := g.next(b); err != nil {
			return err
		}
		if n := g.known.People * 100 / g.want.People; n != shown && g.o.Progress != nil {
			shown = n
			g.o.Progress(g.known.People)
		}
	}
	if err := g.long(b); err != nil {
		return err
	}
	g.pad(g.o.Now.Add(-6*time.Hour), g.o.Now, g.want.Events-b.Size()-int64(len(g.later)))
	if err := g.log(b, g.o.Now.Add(time.Hour)); err != nil {
		return err
	}
	g.known.Events = b.Size()
	return nil
}

// next makes one contact: about a family that comes back when its time has come,
// otherwise about one that nobody has heard of.
func (g *maker) next(b *store.Bulk) error {
	part := (float64(g.known.People) + g.r.Float64()*3) / float64(g.want.People)
	at := g.line.at(part, g.r.IntN(3) > 0, g.r)
	if !g.longAt.IsZero() && at.After(g.longAt) {
		if err := g.long(b); err != nil {
			return err
		}
	}
	f, first := (*family)(nil), false
	if len(g.again) > 0 && g.again[0].next.Before(at) {
		f = heap.Pop(&g.again).(*family)
		g.house.again(f)
	} else {
		f, first = g.house.family(at), true
	}
	return g.contact(b, f, first, g.template(f, at), at, 0, "")
}

// template chooses what comes of a contact: nearly all of it is done, and of the
// last weeks some still stands.
func (g *maker) template(f *family, at time.Time) *template {
	age := int(g.o.Now.Sub(at) / (24 * time.Hour))
	part := 0
	switch {
	case age <= 1:
		part = 96
	case age <= 5:
		part = 62
	case age <= 20:
		part = 30
	case age <= 55:
		part = 9
	}
	from := g.closed[f.authority]
	isOpen := g.r.IntN(100) < part
	if isOpen {
		from = g.open[f.authority]
	}
	fits := make([]*template, 0, len(from))
	var weights []int
	// What came before decides how many records the next should start.
	ahead := float64(g.known.Records)/float64(g.want.Records) - float64(g.known.People)/float64(g.want.People)
	left := g.want.People - g.known.People
	for _, t := range from {
		if t.shape.children > len(f.children) || len(t.people) > max(left, 1) {
			continue
		}
		if isOpen && (age > 5) != (t.shape.until == "passed" || t.shape.until == "working" || t.shape.until == "decided") {
			continue
		}
		if last := t.slots[len(t.slots)-1].day; !isOpen && age < last*3/2 {
			continue
		}
		w := 10
		if t.shape.children == len(f.children) {
			w *= 6
		}
		if ratio := float64(len(t.records)) / float64(len(t.people)); (ratio > 0.5) == (ahead < 0) {
			w *= 3
		} else if ahead < -0.001 || ahead > 0.001 {
			w /= 5
		}
		fits, weights = append(fits, t), append(weights, w)
	}
	if len(fits) == 0 {
		return g.closed[f.authority][0]
	}
	return weighted(g.r, fits, weights)
}

// contact makes one contact and everything that came of it.
func (g *maker) contact(b *store.Bulk, f *family, first bool, t *template, at time.Time, extra int, reference string) error {
	c := &contact{
		copier: g.copier, t: t, fam: f, told: g.house.told(f, t.shape, first), ids: map[string]string{}, words: map[string]string{}, extra: extra,
		times: g.line.played(t.slots, at, calendarOf(g.desk, f.authority), t.open, g.r), reference: g.reference,
	}
	if reference == "" {
		c.extra = g.extra(t)
	} else {
		root := true
		c.reference = func(prefix string) string {
			if root {
				root = false
				return reference
			}
			return g.reference(prefix)
		}
	}
	m, err := c.make()
	if err != nil {
		return err
	}
	if err := b.People(m.people); err != nil {
		return err
	}
	root := &m.records[0]
	if !first {
		root.beside.Same = g.join(c, f, m.people)
	}
	f.known = f.known[:0]
	for _, p := range m.people[:min(len(m.people), t.shape.children)] {
		f.known = append(f.known, p.ID)
	}
	last := at
	for i := range m.records {
		r := &m.records[i]
		r.rec.Demo = true
		if err := b.Record(r.rec, r.revs, r.clocks); err != nil {
			return err
		}
		if err := b.Beside(r.rec.ID, r.beside); err != nil {
			return err
		}
		if r.code != "" {
			b.Code(r.rec.ID, r.code, r.rec.CreatedAt)
		}
		for _, v := range r.revs {
			e, err := store.RevisionEvent(v)
			if err != nil {
				return err
			}
			g.event(e)
		}
		g.known.Revisions += len(r.revs)
		if r.rec.UpdatedAt.After(last) {
			last = r.rec.UpdatedAt
		}
	}
	g.known.People += len(m.people)
	g.known.Records += len(m.records)
	for _, e := range m.events {
		g.event(e)
	}
	for _, s := range root.beside.Same {
		g.event(audit.Event{At: s.Source.At, Actor: s.Source.By, Act: "link-person", Subject: root.rec.ID, Route: "POST /records/{id}/known/link"})
	}
	for _, e := range b.Kept(last) {
		g.event(e)
	}
	g.note(c, m)
	g.reads(b, c, m, last)
	if f.left > 0 {
		f.left--
		f.next = at.Add(time.Duration((5 + g.r.ExpFloat64()*260) * float64(24*time.Hour)))
		if f.next.Before(g.o.Now) {
			heap.Push(&g.again, f)
		}
	}
	return g.log(b, calendar.DateOf(at).Start())
}

// extra is how many revisions more than its template a contact has: few for most,
// hundreds for some, so that all together come out right.
func (g *maker) extra(t *template) int {
	done := float64(g.known.People+len(t.people)) / float64(g.want.People)
	due := int(done*float64(g.want.Revisions)) - g.known.Revisions - t.revisions
	if g.r.IntN(4000) == 0 {
		return LongRevisions - t.revisions
	}
	if due <= 0 {
		return 0
	}
	return min(LongRevisions, int(g.r.ExpFloat64()*float64(due)))
}

// join is a worker who sees that children of this contact are those of an
// earlier one.
func (g *maker) join(c *contact, f *family, people []person.Person) []person.SameAs {
	if g.r.IntN(5) > 2 {
		return nil
	}
	at := c.times[len(c.times)/2]
	by := "worker:" + g.team.of(g.r, f.authority+"_front_door", "mash_officer")
	var out []person.SameAs
	for i, p := range people[:min(len(people), c.t.shape.children, len(f.known))] {
		out = append(out, person.SameAs{
			ID: c.id(at), A: p.ID, B: f.known[i], Why: "The names, the birth date and the mother agree.",
			Source: person.Source{Record: c.ids[c.t.records[0].rec.ID], At: at, By: by},
		})
	}
	return out
}

// reference makes one that no record has.
func (g *maker) reference(prefix string) string {
	for {
		ref, err := secret.Reference(prefix, g.refs)
		if err != nil {
			panic(err) // for a prefix that no pathway may have
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(ref))
		if sum := h.Sum64(); !g.taken[sum] {
			g.taken[sum] = true
			return ref
		}
	}
}

// LongReference is the reference of the record with [LongRevisions] revisions at
// a front door whose records start with these letters.
func LongReference(letters string) string {
	var seed [32]byte
	copy(seed[:], "long "+letters)
	ref, err := secret.Reference(letters, rand.NewChaCha8(seed))
	if err != nil {
		panic(err)
	}
	return ref
}

// long makes, once, a record with very many revisions at each front door.
func (g *maker) long(b *store.Bulk) error {
	if g.longAt.IsZero() {
		return nil
	}
	at := g.longAt
	g.longAt = time.Time{}
	for _, a := range g.desk.Place.Register.Authorities {
		for _, t := range g.open[a.ID] {
			if t.shape.until != "screened" || t.shape.sender != "worker" {
				continue
			}
			f := g.house.family(at)
			f.left = 0
			for f.authority != a.ID || len(f.children) < t.shape.children {
				f = g.house.family(at)
				f.left = 0
			}
			first := calendar.DateOf(at).At(9, 20, 0).UTC()
			if err := g.contact(b, f, true, t, first, LongRevisions-t.revisions, LongReference(g.desk.Place.Letters(a.ID))); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// note keeps what a measurement wants to know of a contact.
func (g *maker) note(c *contact, m made) {
	r := m.records[0].rec
	p := Place{ID: r.ID, Reference: r.Reference, Authority: r.Authority, State: r.State}
	switch {
	case r.Revision == LongRevisions && r.Reference == LongReference(g.desk.Place.Letters(r.Authority)):
		g.known.Long = append(g.known.Long, p)
	case r.ClosedAt.IsZero() && len(g.known.Open) < 300:
		g.known.Open = append(g.known.Open, p)
		g.known.Names = append(g.known.Names, r.Names)
	}
	if m.records[0].code != "" && r.ClosedAt.IsZero() && len(g.known.Sent) < 300 {
		p.Code = c.code
		g.known.Sent = append(g.known.Sent, p)
	}
}

// reads are the lines of the log that change nothing: workers who open the
// record, look for people and sign in.
func (g *maker) reads(b *store.Bulk, c *contact, m made, last time.Time) {
	done := float64(g.known.People) / float64(g.want.People)
	due := int64(done*float64(g.want.Events)) - b.Size() - int64(len(g.later))
	span := last.Sub(c.times[0])
	for range due {
		at := c.times[0].Add(time.Duration(g.r.Float64() * float64(span))).Truncate(time.Microsecond)
		r := m.records[g.r.IntN(len(m.records))].rec
		if at.Before(r.CreatedAt) {
			r = m.records[0].rec
		}
		g.event(g.look(at, c.t.shape.authority, r.ID, r.Pathway))
	}
}

// look is one thing that somebody looked at.
func (g *maker) look(at time.Time, authority, rec, pathway string) audit.Event {
	who := g.team.of(g.r, authority+"_front_door", weighted(g.r, []string{"mash_officer", "mash_social_worker", "mash_manager"}, []int{5, 4, 2}))
	e := audit.Event{At: at, Actor: "worker:" + who}
	switch n := g.r.IntN(20); {
	case n < 2:
		e.Act, e.Subject, e.Detail = audit.ActSignIn, who, map[string]string{"with": "app"}
	case n < 4:
		e.Act, e.Subject, e.Route, e.Detail = audit.ActSearch, "people", "POST /people", map[string]string{"hits": fmt.Sprint(g.r.IntN(30))}
	case n < 5:
		e.Act, e.Subject, e.Route = "look-known", rec, "GET /records/{id}/known"
	default:
		e.Act, e.Subject, e.Route, e.Detail = audit.ActRead, rec, "GET /records/{id}", map[string]string{"pathway": pathway}
	}
	return e
}

// pad brings the log to its size, with workers who signed in.
func (g *maker) pad(from, until time.Time, n int64) {
	for range n {
		at := from.Add(time.Duration(g.r.Float64() * float64(until.Sub(from)))).Truncate(time.Microsecond)
		who := g.team.of(g.r, "essex_front_door", "mash_officer")
		g.event(audit.Event{At: at, Actor: "worker:" + who, Act: audit.ActSignIn, Subject: who, Detail: map[string]string{"with": "app"}})
	}
}
