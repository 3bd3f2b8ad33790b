package casework

import (
	"context"
	"errors"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// A meeting can be about several records: the core group of brothers and sisters
// who each have a plan of their own. Its time, its place and who came are then the
// same for all; what is decided, and what is written to whom, stays each record's
// own. The steps that a pathway lists under together: are taken on all of them.

// Acts on a meeting about several records, as the audit log names them.
const (
	actTogether = "meet-together"
	actApart    = "meet-apart"
)

var (
	errNotAll = fault.New(fault.Forbidden, "This meeting is also about other records, and you may not do this on all of them. Ask a colleague who may, or let this record have a meeting by itself first.")
	errNotKin = fault.New(fault.Invalid, "Choose records of brothers and sisters that you may work on and whose meeting can be held with this one.")
)

// Companion is another record that a meeting is about, as far as the reader may
// know of it. Of one that they may not open it says only that it is there.
type Companion struct {
	*Chronology
	May       bool // the reader may open it
	Act       bool // and may take it out
	Gathering pathway.Gathering
	Going     bool // it is still to be held
	// Only are the rows of those who are on its list and on none before it.
	Only []string
}

// allOf gives every record that a meeting of one is about, that one as it is
// given, in the order in which they came to it.
func (d *Desk) allOf(tx *store.Tx, by By, l *loaded, meeting string, shared []store.MeetingTogether) ([]*loaded, error) {
	var out []*loaded
	for _, m := range shared {
		switch {
		case m.Meeting != meeting:
		case m.Record == l.rec.ID:
			out = append(out, l)
		default:
			o, err := d.load(tx, BySystem(by.Now), m.Record, true)
			if err != nil {
				return nil, err
			}
			if _, ok := o.p.FindMeeting(meeting); ok {
				out = append(out, &o)
			}
		}
	}
	if len(out) == 0 {
		out = []*loaded{l}
	}
	return out, nil
}

// guest is who a row of a meeting's list stands for.
func (d *Desk) guest(l *loaded, m *pathway.Meeting, row string) (pathway.Guest, error) {
	return d.guestOf(l.p, l.rec.ID, l.f, m, row)
}

func (d *Desk) guestOf(p *pathway.Pathway, rec string, f pathway.Facts, m *pathway.Meeting, row string) (pathway.Guest, error) {
	g := p.Guest(m, f, row)
	if m.Email == "" {
		return g, nil
	}
	k := answer.RowKey(m.Invited, row, m.Email)
	a, err := d.openAnswer(p, rec, k, f.Answers[k])
	g.Email = a.Text
	return g, err
}

// anyDeceased tells whether a child of one of some records has died, or may have.
func (d *Desk) anyDeceased(tx *store.Tx, all []*loaded) (bool, error) {
	for _, l := range all {
		if why, err := d.silence(tx, l.rec.ID); err != nil || why != "" {
			return why != "", err
		}
	}
	return false, nil
}

// noted is what a step says of one person.
type noted struct {
	pathway.Guest
	row answer.Set // by question
}

// takeTogether takes a step that was taken on one record on all others that its
// meeting is about: all or none. Who came and what they answered is noted on those
// of them on which the one who acts may note it; the time is changed for all, or
// for none.
func (d *Desk) takeTogether(tx *store.Tx, by By, l *loaded, s *pathway.Step, row string, given answer.Set, also map[string]answer.Set) error {
	m := l.p.TakenTogether(s.ID)
	if m == nil {
		return nil
	}
	shared, err := tx.MeetsTogether(l.rec.ID)
	if err != nil {
		return err
	}
	var people []noted
	if people, err = d.notedOn(l, m, s, row, given, people); err != nil {
		return err
	}
	for _, c := range shared {
		if c.Meeting != m.ID || c.Record == l.rec.ID {
			continue
		}
		o, err := d.load(tx, BySystem(by.Now), c.Record, true)
		if err != nil {
			return err
		}
		om, os := o.meets(l, m, s)
		if om == nil {
			continue
		}
		at := ""
		if s.Row != "" {
			if at, err = d.rowOf(&o, om, people[0].Guest); err != nil {
				return err
			}
			if at == "" {
				continue // they are not on its list
			}
		}
		if o, err = d.load(tx, by, c.Record, true); err != nil && !errors.As(err, new(hidden)) {
			return err
		}
		if err != nil || !o.p.MayTake(os, o.f, at) {
			if s.Row != "" || s.ID == m.Attendance {
				continue // it is noted there by those who may
			}
			return errNotAll
		}
		if people, err = d.takeOn(tx, by, &o, om, os, at, given, people, also[c.Record]); err != nil {
			return err
		}
	}
	return nil
}

// meets gives the meeting of a record, and its step, that a step taken on another
// changes too; nil when it does not: the record has ended, its own meeting is over,
// or is at another time.
func (o *loaded) meets(l *loaded, m *pathway.Meeting, s *pathway.Step) (*pathway.Meeting, *pathway.Step) {
	om, ok := o.p.FindMeeting(m.ID)
	os, there := o.p.Step(s.ID)
	if !ok || !there || !slices.Contains(os.From, o.rec.State) {
		return nil, nil
	}
	if slices.Contains(m.Invite, s.ID) {
		return om, os
	}
	if !atOnce(om, o.f, m, l.f) {
		return nil, nil
	}
	return om, os
}

// atOnce tells whether another record's meeting is still the same one as a
// record's: not over yet, and at the same time.
func atOnce(om *pathway.Meeting, o pathway.Facts, m *pathway.Meeting, f pathway.Facts) bool {
	at := answer.Key(m.At)
	return !om.Over(o) && o.Answers.Text(at) == f.Answers.Text(at)
}

// rowOf is the row of a record's list that stands for somebody; empty when none
// does.
func (d *Desk) rowOf(l *loaded, m *pathway.Meeting, who pathway.Guest) (string, error) {
	for _, row := range l.rec.Answers.Rows(m.Invited) {
		g, err := d.guest(l, m, row)
		if err != nil {
			return "", err
		}
		if g.Same(who) {
			return row, nil
		}
	}
	return "", nil
}

// notedOn adds what a step says of those on a record's list.
func (d *Desk) notedOn(l *loaded, m *pathway.Meeting, s *pathway.Step, row string, given answer.Set, people []noted) ([]noted, error) {
	rows := given.Rows(m.Invited)
	if s.Row != "" {
		rows = []string{row}
	}
	for _, r := range rows {
		g, err := d.guest(l, m, r)
		if err != nil {
			return nil, err
		}
		n := noted{Guest: g, row: answer.Set{}}
		for _, q := range s.Ask {
			for _, id := range []string{q.ID, q.ID + "_other"} {
				if a, ok := given[answer.RowKey(m.Invited, r, id)]; ok && q.Group == m.Invited {
					n.row[answer.Key(id)] = a
				}
			}
		}
		if len(n.row) > 0 || s.Row != "" {
			people = append(people, n)
		}
	}
	return people, nil
}

// takeOn takes a step on one more record, with what was given for the first.
func (d *Desk) takeOn(tx *store.Tx, by By, o *loaded, m *pathway.Meeting, s *pathway.Step, row string, given answer.Set, people []noted, also answer.Set) ([]noted, error) {
	changes := answer.Set{}
	for _, q := range s.Ask {
		for _, id := range []string{q.ID, q.ID + "_other"} {
			if a, ok := given[answer.Key(id)]; ok && q.Group == "" {
				changes[answer.Key(id)] = a
			}
		}
	}
	rows := o.rec.Answers.Rows(m.Invited)
	if row != "" {
		rows = []string{row}
	}
	for _, r := range rows {
		g, err := d.guest(o, m, r)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(people, func(n noted) bool { return n.Same(g) }); i >= 0 {
			for id, a := range people[i].row {
				changes[answer.RowKey(m.Invited, r, string(id))] = a
			}
			continue
		}
		for _, q := range s.Ask {
			for _, id := range []string{q.ID, q.ID + "_other"} {
				k := answer.RowKey(m.Invited, r, id)
				if a, ok := also[k]; ok && q.Group == m.Invited {
					changes[k] = a
				}
			}
		}
	}
	ref := s.ID
	if row != "" {
		ref += "/" + row
	}
	theirs, err := d.take(tx, by, o, ref, 0, changes)
	if err != nil {
		var fields fault.Fields
		if errors.As(err, &fields) {
			return nil, err
		}
		return nil, fault.New(fault.KindOf(err), o.rec.Reference+": "+fault.SafeText(err))
	}
	return d.notedOn(o, m, s, row, theirs, people)
}

// MayMeetTogether tells whether the reader of a record may add others to a meeting
// of it.
func (d *Desk) MayMeetTogether(p *pathway.Pathway, f pathway.Facts, m *pathway.Meeting) bool {
	s := p.SetsTogether(m)
	return s != nil && f.Actor.Acting && p.MeetsIn(m, f.State) && p.MayTake(s, f, "")
}

// mayMeet refuses whoever may not change which records a meeting is about.
func (d *Desk) mayMeet(l *loaded, meeting string) error {
	m, ok := l.p.FindMeeting(meeting)
	if !ok || l.p.SetsTogether(m) == nil {
		return errNotThere
	}
	if !d.MayMeetTogether(l.p, l.f, m) {
		return errForbidden
	}
	return nil
}

// Kin are the records that could be added to a meeting of a record: on the same
// pathway, of brothers and sisters of the children of this one, where a meeting can
// be set by the one who acts. Reading them leaves a line in the audit log of each.
func (d *Desk) Kin(ctx context.Context, by By, v *View, meeting string) ([]*Chronology, error) {
	var out []*Chronology
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, v.Record.ID, false)
		if err != nil {
			return err
		}
		out, err = d.kin(tx, by, &l, meeting)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.readOf(ctx, by, "", out, "meetings")
}

func (d *Desk) kin(tx *store.Tx, by By, l *loaded, meeting string) ([]*Chronology, error) {
	if err := d.mayMeet(l, meeting); err != nil {
		return nil, err
	}
	r := d.reading(tx, by)
	var near []*Chronology
	if l.rec.Parent != "" {
		list, err := tx.RecordsStartedBy(l.rec.Parent)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(list))
		for i, rec := range list {
			ids[i] = rec.ID
		}
		if near, err = r.records(ids); err != nil {
			return nil, err
		}
	}
	for _, rp := range l.people {
		if rp.Role != roleChild {
			continue
		}
		of, err := r.profile(rp.Person.ID)
		if errors.Is(err, errNotThere) {
			continue
		}
		f := &Family{Of: of, Because: map[string][]string{}}
		if err == nil {
			err = r.children(f)
		}
		if err != nil {
			return nil, err
		}
		for _, child := range f.Children {
			if !slices.Contains(child.Same, of.ID) {
				near = append(near, child.records()...)
			}
		}
	}
	var out []*Chronology
	for _, c := range near {
		m, ok := c.Pathway.FindMeeting(meeting)
		if c.Record.ID == l.rec.ID || c.Record.Pathway != l.rec.Pathway || !ok || slices.Contains(out, c) || !d.MayMeetTogether(c.Pathway, c.Facts, m) {
			continue
		}
		others, err := inMeeting(tx, c.Record.ID, meeting)
		if err != nil {
			return nil, err
		}
		if len(others) < 2 { // one that meets with others already comes out of that first
			out = append(out, c)
		}
	}
	return out, nil
}

// inMeeting gives the rows of all who are in a meeting with a record.
func inMeeting(tx *store.Tx, rec, meeting string) ([]store.MeetingTogether, error) {
	all, err := tx.MeetsTogether(rec)
	return slices.DeleteFunc(all, func(m store.MeetingTogether) bool { return m.Meeting != meeting }), err
}

// MeetTogether makes a meeting of a record one with those of others, records of
// brothers and sisters. When its time is set already it is theirs from now on.
func (d *Desk) MeetTogether(ctx context.Context, by By, id, meeting string, others []string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		near, err := d.kin(tx, by, &l, meeting)
		if err != nil {
			return err
		}
		if len(others) == 0 {
			return errNotKin
		}
		have, err := inMeeting(tx, id, meeting)
		if err != nil {
			return err
		}
		together := newUID()
		if len(have) > 0 {
			together = have[0].Together
		} else if err := d.joins(tx, by, id, meeting, together, store.MeetingJoin); err != nil {
			return err
		}
		for _, other := range others {
			if !slices.ContainsFunc(near, func(c *Chronology) bool { return c.Record.ID == other }) {
				return errNotKin
			}
			o, err := d.load(tx, by, other, true)
			if err != nil {
				return err
			}
			if err := d.joins(tx, by, other, meeting, together, store.MeetingJoin); err != nil {
				return err
			}
			if err := d.takesTime(tx, by, &l, &o, meeting); err != nil {
				return err
			}
		}
		return d.meet(tx, by, &l)
	})
}

// joins keeps that a record comes into a meeting about several, or goes out of it.
func (d *Desk) joins(tx *store.Tx, by By, rec, meeting, together, act string) error {
	m := store.MeetingTogether{ID: store.NewID(by.Now), Record: rec, Meeting: meeting, Together: together, Act: act, By: string(by.Principal), At: by.Now}
	if err := tx.AddMeetingTogether(m); err != nil {
		return err
	}
	word := actTogether
	if act == store.MeetingLeave {
		word = actApart
	}
	return d.log(tx, by, word, rec, map[string]string{"meeting": meeting, "together": together})
}

// takesTime sets the time of a record's meeting to that of the one it joins.
func (d *Desk) takesTime(tx *store.Tx, by By, l, o *loaded, meeting string) error {
	g, going := gatheringOf(l.p, l.f, meeting)
	if !going || !g.At.After(by.Now) {
		return nil
	}
	s := l.p.SetsTogether(g.Meeting)
	om, os := o.meets(l, g.Meeting, s)
	if om == nil {
		return errNotKin
	}
	given := l.f.Answers.Clone()
	if err := d.openAll(l.p, l.rec.ID, given); err != nil {
		return err
	}
	_, err := d.takeOn(tx, by, o, om, os, "", given, nil, nil)
	return err
}

// MeetApart lets a record have meetings by itself again. Its next one stays at the
// time that is set.
func (d *Desk) MeetApart(ctx context.Context, by By, id, meeting string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if err := d.mayMeet(&l, meeting); err != nil {
			return err
		}
		have, err := inMeeting(tx, id, meeting)
		if err != nil || len(have) < 2 {
			return err
		}
		if err := d.joins(tx, by, id, meeting, have[0].Together, store.MeetingLeave); err != nil {
			return err
		}
		if err := d.meet(tx, by, &l); err != nil {
			return err
		}
		for _, m := range have {
			if m.Record == id {
				continue
			}
			o, err := d.load(tx, BySystem(by.Now), m.Record, true)
			if err != nil {
				return err
			}
			return d.meet(tx, by, &o) // those who stay, at once
		}
		return nil
	})
}

// companions gives the others that a meeting of a record is about, and notes in
// told the invitations that went out from their lists to people on this one's.
func (d *Desk) companions(tx *store.Tx, by By, v *View, g pathway.Gathering, shared []store.MeetingTogether, told map[string]store.MeetingInvite) ([]Companion, error) {
	var ids []string
	for _, m := range shared {
		if m.Meeting == g.Meeting.ID && m.Record != v.Record.ID {
			ids = append(ids, m.Record)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	recs, err := tx.RecordsByID(ids)
	if err != nil {
		return nil, err
	}
	kept, err := d.keptOf(tx, by, recs)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(kept, id) })
	r := d.reading(tx, by)
	may, err := r.records(ids)
	if err != nil {
		return nil, err
	}
	people, err := d.guests(v.Pathway, v.Record.ID, v.Facts, g.Meeting)
	if err != nil {
		return nil, err
	}
	if err := d.toldElsewhere(tx, ids, g, people, told); err != nil {
		return nil, err
	}
	var out []Companion
	for _, id := range ids {
		i := slices.IndexFunc(may, func(c *Chronology) bool { return c.Record.ID == id })
		if i < 0 {
			out = append(out, Companion{})
			continue
		}
		c := Companion{Chronology: may[i], May: true}
		m, ok := c.Pathway.FindMeeting(g.Meeting.ID)
		if !ok {
			continue
		}
		c.Gathering, c.Going = gatheringOf(c.Pathway, c.Facts, m.ID)
		c.Going = c.Going && c.Pathway.MeetsIn(m, c.Record.State)
		c.Act = d.MayMeetTogether(c.Pathway, c.Facts, m)
		list, err := d.guests(c.Pathway, id, c.Facts, m)
		if err != nil {
			return nil, err
		}
		for _, who := range list {
			if !slices.ContainsFunc(people, who.Same) {
				c.Only = append(c.Only, who.Row)
			}
		}
		people = append(people, list...)
		out = append(out, c)
	}
	return out, nil
}

func (d *Desk) guests(p *pathway.Pathway, rec string, f pathway.Facts, m *pathway.Meeting) ([]pathway.Guest, error) {
	var out []pathway.Guest
	for _, row := range f.Answers.Rows(m.Invited) {
		g, err := d.guestOf(p, rec, f, m, row)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// toldElsewhere notes, for those on a record's list whom no invitation of its own
// stands for, the one that another record of the same meeting sent them.
func (d *Desk) toldElsewhere(tx *store.Tx, ids []string, g pathway.Gathering, people []pathway.Guest, told map[string]store.MeetingInvite) error {
	for _, id := range ids {
		sent, err := tx.MeetingInvites(id)
		if err != nil {
			return err
		}
		for _, s := range sent {
			if s.Meeting != g.Meeting.ID || s.Act != store.MeetingRequest || !s.Starts.Equal(g.At) {
				continue
			}
			to, err := d.invitedAt(s)
			if err != nil {
				return err
			}
			for _, who := range people {
				own, has := told[who.Row]
				if has && own.Act == store.MeetingRequest {
					continue
				}
				if who.Same(pathway.Guest{Worker: s.Worker, Email: to}) {
					told[who.Row] = s
				}
			}
		}
	}
	return nil
}

// Also are the others that a step about a meeting is taken on, as far as the one
// who acts may take it there: each opened, with those on its list who are on none
// before it.
func (d *Desk) Also(ctx context.Context, by By, v *View, step string) ([]*View, [][]string, error) {
	m := v.Pathway.TakenTogether(step)
	if m == nil {
		return nil, nil, nil
	}
	var with []Companion
	if err := d.DB.Read(ctx, func(tx *store.Tx) error {
		shared, err := tx.MeetsTogether(v.Record.ID)
		if err != nil {
			return err
		}
		with, err = d.companions(tx, by, v, pathway.Gathering{Meeting: m}, shared, map[string]store.MeetingInvite{})
		return err
	}); err != nil {
		return nil, nil, err
	}
	var out []*View
	var only [][]string
	for _, c := range with {
		if !c.May || len(c.Only) == 0 {
			continue
		}
		s, ok := c.Pathway.Step(step)
		om, there := c.Pathway.FindMeeting(m.ID)
		if !ok || !there || !c.Pathway.MayTake(s, c.Facts, "") || !atOnce(om, c.Facts, m, v.Facts) {
			continue
		}
		o, err := d.Open(ctx, by, c.Record.ID)
		if err != nil {
			return nil, nil, err
		}
		out, only = append(out, o), append(only, c.Only)
	}
	return out, only, nil
}

// alsoMine are the other records that a meeting is about and the one who is asked
// to it may open.
func (d *Desk) alsoMine(tx *store.Tx, by By, m store.MeetingInvite) ([]record.Record, error) {
	shared, err := inMeeting(tx, m.Record, m.Meeting)
	if err != nil || len(shared) < 2 {
		return nil, err
	}
	var out []record.Record
	for _, s := range shared {
		dec, err := d.access(tx, by, s.Record)
		if err != nil {
			return nil, err
		}
		if s.Record == m.Record || !dec.May(access.View) {
			continue
		}
		rec, err := tx.Record(s.Record)
		if err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, nil
}
