// Package casework holds the acts of the people who use the program: refer,
// answer, take a step, add an entry, ask an agency, link a person. Each act is
// one transaction that checks who may do it, writes the revision, moves the
// clocks, gives and ends access, sends notices and leaves a line in the audit
// log. Nothing else writes records.
package casework

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
	"frontdoor/internal/upload"
)

// Desk is where the acts happen: the database, the partnership's folder and the
// pathways, and the keys to seal what must be sealed.
type Desk struct {
	DB       *store.DB
	Place    *partnership.Partnership
	Pathways *pathway.Library
	Sealer   *seal.Sealer
	Scanner  *upload.Scanner // nil where no scanner is configured
	// Follow gives the contacts in force at an instant. Without it they are those
	// of the partnership's folder.
	Follow func(at time.Time) *contact.Directory
}

// Contacts are the services that can be called, as they stand at an instant.
func (d *Desk) Contacts(at time.Time) *contact.Directory {
	if d.Follow == nil {
		return d.Place.Contacts
	}
	return d.Follow(at)
}

// By is who acts, when, and on which page.
type By struct {
	Viewer    access.Viewer
	Principal access.Principal
	Kind      string // worker, professional, public, system
	Now       time.Time
	Route     string // the route's pattern, for the audit log
	Purpose   string // why, when the page asked
	Once      string // the mark of the form that was sent, when it has one: the same form sent again adds nothing
}

// ByWorker is a signed-in worker.
func ByWorker(w agency.Worker, reg *agency.Register, now time.Time) By {
	return By{Viewer: access.WorkerViewer(w, reg, now), Principal: access.ToWorker(w.ID), Kind: "worker", Now: now}
}

// ByCode is whoever holds the receipt code of a record.
func ByCode(rec string, now time.Time) By {
	return By{Viewer: access.CodeViewer(rec, now), Principal: access.ToCode(rec), Kind: "public", Now: now}
}

// ByVisitor is someone writing a referral without an account. The id is the
// keyed hash of the code they return with.
func ByVisitor(id string, now time.Time) By {
	return By{Viewer: access.Viewer{Now: now}, Principal: access.Principal("visitor:" + id), Kind: "public", Now: now}
}

// BySystem is the program itself: clocks that run out, jobs.
func BySystem(now time.Time) By {
	return By{Viewer: access.Viewer{Now: now}, Principal: "system", Kind: "system", Now: now}
}

// Worker gives the worker's id, empty when it is not a worker who acts.
func (b By) Worker() string {
	id, _ := b.Principal.Worker()
	return id
}

// May tells whether one of the roles held now has a program-wide power.
func (b By) May(power string, reg *agency.Register) bool {
	for _, id := range b.Viewer.Worker.Roles(b.Now) {
		if role, ok := reg.Role(id); ok && slices.Contains(role.May, power) {
			return true
		}
	}
	return false
}

var (
	errNotThere  = fault.New(fault.NotFound, "There is nothing here that you can open. Check the reference, or ask whoever sent you.")
	errForbidden = fault.New(fault.Forbidden, "Your role does not let you do this. Ask your manager if it should.")
)

// log leaves a line in the audit log. Whoever is the sealed source of a record is
// not named in what they do to it.
func (d *Desk) log(tx *store.Tx, by By, act, subject string, detail map[string]string) error {
	actor := string(by.Principal)
	if is, err := d.isSource(tx, by, subject); err != nil {
		return err
	} else if is {
		actor = string(toSource(subject))
	}
	return tx.Audit(audit.Event{
		At: by.Now, Actor: actor, Act: act, Subject: subject,
		Purpose: by.Purpose, Route: by.Route, Detail: detail,
	})
}

// logOnly leaves a line in the audit log of what was read already. What was read
// may be shown only when this has returned nil: then the line is safe on disk.
func (d *Desk) logOnly(ctx context.Context, by By, act, subject string, detail map[string]string) error {
	return d.DB.WriteShared(ctx, func(tx *store.Tx) error { return d.log(tx, by, act, subject, detail) })
}

// hidden is what someone is told of a record that they may not know of: the very
// same as when there is none. It remembers the record for the log alone.
type hidden struct {
	error
	record string
}

func (h hidden) Unwrap() error { return h.error }

// Refused notes that someone was kept out of a page, and of which record: that
// of the refusal, or else the one with the page's id when there is one. Those who
// look after it must learn of who tried.
func (d *Desk) Refused(ctx context.Context, by By, id string, why error) error {
	var of hidden
	if errors.As(why, &of) && of.record != "" {
		id = of.record
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Record(id)
		if errors.Is(err, store.ErrNone) {
			id, err = "", nil
		}
		if err != nil {
			return err
		}
		return d.log(tx, by, audit.ActRefused, id, nil)
	})
}

// pathway gives the pathway a record was made on, at the very text it had then.
func (d *Desk) pathway(tx *store.Tx, hash string) (*pathway.Pathway, error) {
	if p, ok := d.Pathways.At(hash); ok {
		return p, nil
	}
	files, err := tx.PathwayText(hash)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "The questions this record was made with could not be read.")
	}
	p, faults := pathway.FromFiles(files, d.Place.Place)
	if p == nil {
		return nil, fault.Wrap(faults, fault.Internal, "The questions this record was made with could not be read.")
	}
	d.Pathways.Pin(p)
	return p, nil
}

// calendarFor gives the calendar of an authority's front door.
func (d *Desk) calendarFor(authority string) *calendar.Calendar {
	if c, ok := d.Place.Calendars[authority]; ok {
		return c
	}
	return calendar.Default()
}

// KeepPathwayTexts stores the text of every pathway now loaded, so that a
// record made today can be read with today's questions for as long as it is
// kept.
func (d *Desk) KeepPathwayTexts(ctx context.Context, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		kept, err := tx.PathwayTexts()
		if err != nil {
			return err
		}
		for _, p := range d.Pathways.All() {
			if err := d.reused(tx, p, kept); err != nil {
				return err
			}
			if err := tx.PutPathwayText(p.Hash, p.Name, p.Version, p.Files, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// reused refuses a text that was not kept before and uses a question's id for
// another question: on records made before, the answer would be misread.
func (d *Desk) reused(tx *store.Tx, p *pathway.Pathway, kept []store.PathwayVersion) error {
	if slices.ContainsFunc(kept, func(v store.PathwayVersion) bool { return v.Hash == p.Hash }) {
		return nil
	}
	for _, v := range kept {
		if v.Name != p.Name {
			continue
		}
		before, err := d.pathway(tx, v.Hash)
		if err != nil {
			return err
		}
		if err := p.Reused(before).Err(); err != nil {
			return err
		}
	}
	return nil
}

// access reads the rows of one record and decides for the one who acts.
func (d *Desk) access(tx *store.Tx, by By, rec string) (access.Decision, error) {
	grants, restrictions, exclusions, err := tx.AccessRows(rec)
	if err != nil {
		return access.Decision{}, err
	}
	// A record that was never made takes the same work as one that is hidden.
	if by, _, err = d.asSources(tx, by, cmp.Or(rec, "none")); err != nil {
		return access.Decision{}, err
	}
	return access.Decide(by.Viewer, grants, restrictions, exclusions), nil
}

// actor is who acts, as rules see them. Roles are only those in which the
// record was given to them.
func (d *Desk) actor(by By, dec access.Decision, rec record.Record, source bool) pathway.Actor {
	a := pathway.Actor{ID: by.Worker(), Kind: by.Kind}
	if by.Kind == "system" {
		a.Roles = []string{"system"}
		return a
	}
	a.Acting = dec.May(access.Act)
	for _, role := range by.Viewer.Worker.Roles(by.Now) {
		if dec.May(access.Act) && dec.ActingAs(by.Viewer, role, &d.Place.Register) {
			a.Roles = append(a.Roles, role)
		}
	}
	if source || rec.Author != "" && string(by.Principal) == rec.Author {
		a.Author = true
		a.Roles = append(a.Roles, "author")
	}
	return a
}

// facts gathers what rules may read about a record, and keeps in l what it read
// for that.
func (d *Desk) facts(tx *store.Tx, by By, l *loaded) error {
	rec := l.rec
	f := pathway.Facts{
		Answers: rec.Answers.Clone(), State: rec.State, Now: by.Now, Authority: rec.Authority, Each: rec.Each,
		Actor: d.actor(by, l.dec, rec, l.source), Taken: map[string]pathway.Taken{},
	}
	taken, err := tx.StepsTaken(rec.ID)
	if err != nil {
		return err
	}
	for _, t := range taken {
		who := strings.TrimPrefix(t.By, "worker:")
		if l.source && t.By == rec.Author {
			who = by.Worker() // so that a step that someone else must take knows them
		}
		f.Taken[t.Step] = pathway.Taken{By: who, At: t.At}
	}
	f.Created = rec.CreatedAt
	if first, ok := l.p.Beginning(); ok {
		if t, taken := f.Taken[first.ID]; taken {
			f.Created = t.At
		}
	}
	if f.Counts, err = d.counts(tx, by, l); err != nil {
		return err
	}
	if f.Tools, err = d.sheets(tx, by, l.p, rec.ID); err != nil {
		return err
	}
	if l.p.HasRows() {
		if f.Acts, err = acts(tx, rec.ID); err != nil {
			return err
		}
	}
	f.Started = map[string][]string{}
	for _, s := range l.started {
		f.Started[s.Pathway] = append(f.Started[s.Pathway], s.State)
	}
	l.near = &nearby{read: func(fn func(*store.Tx) error) error { return fn(tx) }}
	f.Later = map[string]func() (int64, bool){"contacts_12m": func() (int64, bool) { return l.near.count(d, by, rec) }}
	f.Due = func(clock string) (time.Time, bool) { return l.near.due(rec.ID, clock) }
	f.Later["same_person"], f.Later["same_person_new"] = d.samePerson(by, l)
	near := l.near
	f.Others = d.othersOf(by, l, func(fn func(*store.Tx) error) error { return near.read(fn) })
	l.f = f
	return nil
}

// nearby is how many contacts there were about the children of a record. To
// count them is to match people, so it is done when something asks, once: the
// form of a decision does, a record's page does not.
type nearby struct {
	read func(func(*store.Tx) error) error
	done bool
	n    int64
	err  error
}

func (l *nearby) count(d *Desk, by By, rec record.Record) (int64, bool) {
	if !l.done {
		l.done = true
		l.err = l.read(func(tx *store.Tx) error {
			people, err := tx.PeopleOf(rec.ID)
			if err != nil {
				return err
			}
			l.n, err = d.contacts(alikeIn(tx), by, rec, people)
			return err
		})
	}
	return l.n, l.err == nil
}

// due is the limit of the last clock of an id that was not taken out of account.
func (l *nearby) due(rec, clock string) (at time.Time, ok bool) {
	err := l.read(func(tx *store.Tx) error {
		list, err := tx.Clocks(rec)
		for _, c := range list {
			if c.Clock == clock && c.Cancelled == "" {
				at, ok = c.DueAt, true
			}
		}
		return err
	})
	return at, ok && err == nil
}

// counts are the numbers that rules may ask for and only the database knows.
func (d *Desk) counts(tx *store.Tx, by By, l *loaded) (map[string]int64, error) {
	n := noCounts()
	for _, later := range []string{"contacts_12m", "same_person", "same_person_new"} {
		delete(n, later)
	}
	rec := l.rec
	var err error
	if l.started, err = tx.RecordsStartedBy(rec.ID); err != nil {
		return nil, err
	}
	for _, s := range l.started {
		sp, err := d.pathway(tx, s.Hash)
		if err != nil {
			return nil, err
		}
		if !sp.IsCheck {
			continue
		}
		n["sent_checks"]++
		if s.ClosedAt.IsZero() && !answered(sp, s.State) {
			n["open_checks"]++
		} else {
			n["answered_checks"]++
		}
	}
	if l.messages, err = tx.Messages(rec.ID); err != nil {
		return nil, err
	}
	for _, m := range l.messages {
		if m.Inward && m.ReadAt.IsZero() {
			n["unread_messages"]++
		}
	}
	looked, err := tx.LookedKnown(rec.ID, string(by.Principal))
	if err != nil {
		return nil, err
	}
	if looked {
		n["history_looked"] = 1
	}
	if l.people, err = tx.PeopleOf(rec.ID); err != nil {
		return nil, err
	}
	if err := redactionCounts(tx, l, n); err != nil {
		return nil, err
	}
	for _, rp := range l.people {
		for _, a := range rp.Person.Addresses {
			if a.Disclosure != person.Open {
				n["flagged_addresses"]++
			}
		}
	}
	return n, nil
}

// noCounts are the counts of a record that has only begun.
func noCounts() map[string]int64 {
	return map[string]int64{
		"sent_checks": 0, "open_checks": 0, "answered_checks": 0, "unread_messages": 0, "history_looked": 0,
		"flagged_addresses": 0, "contacts_12m": 1, "same_person": 0, "same_person_new": 0,
		"records_brought": 0, "versions_made": 0,
	}
}

func answered(p *pathway.Pathway, state string) bool {
	s, ok := p.State(state)
	return ok && s.Answered
}

// loaded is one record, locked or not, with what acting on it needs and what
// was read to know that.
type loaded struct {
	rec record.Record
	p   *pathway.Pathway
	dec access.Decision
	f   pathway.Facts

	source   bool // whoever acts is its sealed source
	rows     accessRows
	started  []record.Record
	messages []record.Message // sealed
	people   []store.RecordPerson
	near     *nearby
}

// accessRows are everything that access to one record is decided from.
type accessRows struct {
	grants       []access.Grant
	restrictions []access.Restriction
	exclusions   []access.Exclusion
}

// load reads a record for an act. Someone who may not know that it exists is
// told the same as when it does not.
func (d *Desk) load(tx *store.Tx, by By, id string, lock bool) (loaded, error) {
	var l loaded
	var err error
	if lock {
		l.rec, err = tx.LockRecord(id)
	} else {
		l.rec, err = tx.Record(id)
	}
	if err != nil && !errors.Is(err, store.ErrNone) {
		return l, err
	}
	// Read also for an id that there is not: the database does the same work for it
	// as for a record that this worker may not know of, so that no clock can tell
	// them apart.
	if l.rows.grants, l.rows.restrictions, l.rows.exclusions, err = tx.AccessRows(id); err != nil {
		return l, err
	}
	viewer := by
	if IsSource(l.rec.Author) {
		var of []string
		if viewer, of, err = d.asSources(tx, by, strings.TrimPrefix(l.rec.Author, sourceKind)); err != nil {
			return l, err
		}
		l.source = len(of) > 0
	}
	l.dec = access.Decide(viewer.Viewer, l.rows.grants, l.rows.restrictions, l.rows.exclusions)
	if l.rec.ID == "" || by.Kind != "system" && !l.dec.Any() {
		return l, hidden{errNotThere, l.rec.ID}
	}
	if l.p, err = d.pathway(tx, l.rec.Hash); err != nil {
		return l, err
	}
	return l, d.facts(tx, by, &l)
}

// newReference makes the short name people use for a record.
func (d *Desk) newReference(tx *store.Tx, p *pathway.Pathway, authority string) (string, error) {
	prefix := strings.ReplaceAll(p.Reference, "{authority}", d.Place.Letters(authority))
	for range 8 {
		ref, err := secret.Reference(prefix, rand.Reader)
		if err != nil {
			return "", err
		}
		if _, err := tx.RecordByReference(ref); !errors.Is(err, store.ErrNone) {
			continue
		}
		// Nor that of one that was destroyed: it stands on papers for longer.
		if _, err := tx.DestroyedAs(ref); errors.Is(err, store.ErrNone) {
			return ref, nil
		}
	}
	return "", fault.New(fault.Unavailable, "No free reference could be made. Try again.")
}

// names of a record for lists: the rows of its group of children, or of its
// first group.
func names(p *pathway.Pathway, f pathway.Facts) string {
	group := p.Roles.Children
	if group == "" {
		return ""
	}
	var out []string
	for _, row := range f.Answers.Rows(group) {
		out = append(out, p.RowName(f, group, row))
	}
	return strings.Join(out, ", ")
}

// view recomputes the columns of a record that lists are made from.
func (d *Desk) view(p *pathway.Pathway, rec *record.Record, f pathway.Facts) {
	rec.Names = f.PracticeMark() + names(p, f)
	rec.Urgent = p.Urgent(f)
	if p.Roles.Rating != "" {
		rec.Rating = rec.Answers.Text(answer.Key(p.Roles.Rating))
	}
	if s, ok := p.State(rec.State); ok && s.End {
		if rec.ClosedAt.IsZero() {
			rec.ClosedAt = f.Now
		}
	} else {
		rec.ClosedAt = time.Time{}
	}
}
