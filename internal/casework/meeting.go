package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// The neutral mails about meetings, by name. What they are given is a time, the
// front door's number, and what a calendar needs: nothing from a record.
const (
	mailMeeting        = "meeting"         // to someone who signs in
	mailMeetingOutside = "meeting_outside" // to someone who does not
	mailMeetingOff     = "meeting_off"
	mailAsked          = "asked_outside" // something that was asked of them is due
)

// calendarForm is how an instant is given to a mail: as calendars write it.
const calendarForm = "20060102T150405Z"

// wanted is one person as they are to be invited now: from the list of which
// record, and to a meeting at what time.
type wanted struct {
	pathway.Invited
	pathway.Guest
	to string // address
	l  *loaded
	g  pathway.Gathering
}

// meet brings the invitations of a record up to date with what it now says: those
// who are invited and were not told are, those for whom something changed are told
// again with the next sequence, and those who are no longer asked are told that.
// It runs in the transaction of whatever changed the record, which is locked, so
// that two who invite at once send one invitation each.
//
// A meeting about several records is one: whoever is on the lists of two of them is
// invited once, by the first of those that they may open.
func (d *Desk) meet(tx *store.Tx, by By, l *loaded) error {
	if len(l.p.Meetings) == 0 {
		return nil
	}
	shared, err := tx.MeetsTogether(l.rec.ID)
	if err != nil {
		return err
	}
	for i := range l.p.Meetings {
		all, err := d.allOf(tx, by, l, l.p.Meetings[i].ID, shared)
		if err != nil {
			return err
		}
		var want []wanted
		var sent []store.MeetingInvite
		for _, one := range all {
			told, err := tx.MeetingInvites(one.rec.ID)
			if err != nil {
				return err
			}
			sent = append(sent, slices.DeleteFunc(told, func(m store.MeetingInvite) bool { return m.Meeting != l.p.Meetings[i].ID })...)
			g, going := gatheringOf(one.p, one.f, l.p.Meetings[i].ID)
			if !going || !g.At.After(by.Now) {
				continue
			}
			if want, err = d.wantedAt(tx, by, one, g, all, want); err != nil {
				return err
			}
		}
		if err := d.invite(tx, by, all, want, sent); err != nil {
			return err
		}
	}
	return nil
}

// gatheringOf is a meeting of a record as it stands, and whether people are
// invited to it.
func gatheringOf(p *pathway.Pathway, f pathway.Facts, meeting string) (pathway.Gathering, bool) {
	over := false
	if s, ok := p.State(f.State); ok {
		over = s.End
	}
	for _, g := range p.Gatherings(f) {
		if g.Meeting.ID == meeting {
			return g, g.Open && !over
		}
	}
	return pathway.Gathering{}, false
}

// wantedAt finds out who is to be invited to a meeting of a record, and where it is
// sent, and adds those who are not wanted at that time by another record yet.
func (d *Desk) wantedAt(tx *store.Tx, by By, l *loaded, g pathway.Gathering, all []*loaded, out []wanted) ([]wanted, error) {
	for _, who := range g.Invited {
		w := wanted{Invited: who, l: l, g: g}
		switch {
		case who.Worker != "":
			colleague, err := d.whoMayOpen(tx, by, l.rec.ID, who.Worker)
			if err != nil {
				return nil, err
			}
			if colleague.ID == "" {
				continue
			}
			w.to = colleague.Email
		case who.Email != "":
			a, err := d.openAnswer(l.p, l.rec.ID, who.Email, l.f.Answers[who.Email])
			if err != nil {
				return nil, err
			}
			if w.to = a.Text; w.to == "" {
				continue
			}
			if who.Family {
				if died, err := d.anyDeceased(tx, all); err != nil {
					return nil, err
				} else if died {
					continue
				}
			}
		default:
			continue
		}
		w.Guest = pathway.Guest{Worker: who.Worker}
		if who.Row != "" {
			var err error
			if w.Guest, err = d.guest(l, g.Meeting, who.Row); err != nil {
				return nil, err
			}
		}
		if slices.ContainsFunc(out, func(o wanted) bool {
			return o.l != l && o.g.At.Equal(g.At) && (o.Guest.Same(w.Guest) || o.to == w.to)
		}) {
			continue // one invitation is enough
		}
		out = append(out, w)
	}
	return out, nil
}

// whoMayOpen is a worker who is still here and may open a record; without an id
// when there is none. Whoever is kept from a record is not told that it has a
// meeting, or that anything of it is late.
func (d *Desk) whoMayOpen(tx *store.Tx, by By, rec, id string) (agency.Worker, error) {
	w, err := tx.Worker(id)
	if errors.Is(err, store.ErrNone) || w.Left(by.Now) {
		return agency.Worker{}, nil
	}
	if err != nil {
		return agency.Worker{}, err
	}
	dec, err := d.access(tx, By{Viewer: access.WorkerViewer(w, &d.Place.Register, by.Now)}, rec)
	if err != nil || !dec.May(access.View) {
		return agency.Worker{}, err
	}
	return w, nil
}

// invite sends what is different between who was told and who is wanted.
func (d *Desk) invite(tx *store.Tx, by By, all []*loaded, want []wanted, sent []store.MeetingInvite) error {
	as := make([]int, len(sent)) // who of those wanted an invitation is for
	to := make([]string, len(sent))
	told := make([]bool, len(want))
	for i, was := range sent {
		if as[i] = -1; was.Act != store.MeetingRequest {
			continue
		}
		var err error
		if to[i], err = d.invitedAt(was); err != nil {
			return err
		}
		as[i] = slices.IndexFunc(want, func(w wanted) bool {
			return was.Record == w.l.rec.ID && was.Nth == w.g.Number && w.Invited.Row == was.Row && w.Invited.Worker == was.Worker && w.to == to[i]
		})
		if as[i] >= 0 {
			told[as[i]] = true
		}
	}
	for i, was := range sent {
		if was.Act != store.MeetingRequest {
			continue
		}
		if as[i] < 0 && was.Starts.After(by.Now) { // asked by another record of the same meeting: it is theirs
			for j, w := range want {
				if !told[j] && was.Record != w.l.rec.ID && w.Invited.Worker == was.Worker && w.to == to[i] {
					as[i], told[j] = j, true
					break
				}
			}
		}
		next := was
		var from *loaded
		switch {
		case as[i] < 0 && was.Starts.After(by.Now):
			next.Act = store.MeetingCancel
			from = all[slices.IndexFunc(all, func(l *loaded) bool { return l.rec.ID == was.Record })]
		case as[i] < 0:
			continue // it is past
		default:
			w := want[as[i]]
			if was.Starts.Equal(w.g.At) && was.Ends.Equal(w.g.Ends) && was.Mark == placeMark(was.Record, w.g.Place) {
				continue
			}
			next.Record, next.Row, next.Nth, from = w.l.rec.ID, w.Invited.Row, w.g.Number, w.l
			next.Starts, next.Ends, next.Mark = w.g.At, w.g.Ends, placeMark(w.l.rec.ID, w.g.Place)
		}
		next.Sequence++
		if err := d.sendInvite(tx, by, from, all, next, to[i]); err != nil {
			return err
		}
	}
	for i, w := range want {
		if told[i] {
			continue
		}
		m := store.MeetingInvite{
			Record: w.l.rec.ID, Meeting: w.g.Meeting.ID, Nth: w.g.Number, Row: w.Invited.Row, UID: newUID(), Act: store.MeetingRequest,
			Worker: w.Invited.Worker, Starts: w.g.At, Ends: w.g.Ends, Mark: placeMark(w.l.rec.ID, w.g.Place),
		}
		if err := d.sendInvite(tx, by, w.l, all, m, w.to); err != nil {
			return err
		}
	}
	return nil
}

// sendInvite keeps one invitation and queues its mail, both or neither.
func (d *Desk) sendInvite(tx *store.Tx, by By, l *loaded, all []*loaded, m store.MeetingInvite, to string) error {
	var err error
	m.ID, m.By, m.At, m.Sealed = store.NewID(by.Now), string(by.Principal), by.Now, ""
	silent := false
	if m.Act == store.MeetingCancel { // the child may have died since they were invited
		if silent, err = d.toFamily(tx, l, all, m); err != nil {
			return err
		}
	}
	if !silent {
		if m.Sealed, err = d.sealText("meeting invite", m.ID, to); err != nil {
			return err
		}
	}
	if err := tx.AddMeetingInvite(m); err != nil {
		return err
	}
	template, method, message := mailMeeting, "REQUEST", "meeting_asked"
	if m.Worker == "" {
		template = mailMeetingOutside
	}
	if m.Sequence > 0 {
		message = "meeting_changed"
	}
	if m.Act == store.MeetingCancel {
		template, method, message = mailMeetingOff, "CANCEL", "meeting_off"
	}
	vars := map[string]string{
		"uid": m.UID, "sequence": strconv.Itoa(m.Sequence), "method": method,
		"starts": m.Starts.UTC().Format(calendarForm), "ends": m.Ends.UTC().Format(calendarForm),
		"phone": d.ring(l.p, l.rec.Authority, by.Now),
	}
	if m.Worker == "" {
		vars["outside"] = "yes"
	} else {
		if err := d.noticeTo(tx, by, l.rec, access.ToWorker(m.Worker), message); err != nil {
			return err
		}
	}
	if err := d.log(tx, by, "invite", l.rec.ID, map[string]string{"meeting": m.Meeting, "act": m.Act, "sequence": strconv.Itoa(m.Sequence)}); err != nil || silent {
		return err
	}
	return d.QueueMail(tx, by, to, template, vars)
}

// toFamily tells whether an invitation is one to the family of a child who has
// died: then not even that the meeting is off is mailed.
func (d *Desk) toFamily(tx *store.Tx, l *loaded, all []*loaded, m store.MeetingInvite) (bool, error) {
	if m.Worker != "" {
		return false, nil
	}
	for _, g := range l.p.Gatherings(l.f) {
		i := slices.IndexFunc(g.Invited, func(w pathway.Invited) bool { return w.Row == m.Row && !w.Family })
		if g.Meeting.ID == m.Meeting && i >= 0 {
			return false, nil
		}
	}
	return d.anyDeceased(tx, all)
}

// invitedAt opens the address that an invitation went to.
func (d *Desk) invitedAt(m store.MeetingInvite) (string, error) {
	return d.openText("meeting invite", m.ID, m.Sealed)
}

// newUID is what a calendar knows a meeting by: chance alone.
func newUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: the program ends instead
	return hex.EncodeToString(b)
}

// placeMark stands for a place without saying it.
func placeMark(rec, place string) string {
	if place == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(rec + "\n" + place))
	return hex.EncodeToString(sum[:8])
}

// mailOwners reminds those whom a clock names by their address and who do not use
// the program. Nobody of the family of a child who has died is reminded.
func (d *Desk) mailOwners(tx *store.Tx, by By, rec record.Record, p *pathway.Pathway, c *pathway.Clock, row string) error {
	var told []string
	for _, r := range p.Mailed(c, pathway.Facts{Answers: rec.Answers, State: rec.State, Authority: rec.Authority, Now: by.Now}, row) {
		a, err := d.openAnswer(p, rec.ID, r.Key, rec.Answers[r.Key])
		if err != nil {
			return err
		}
		if a.Text == "" || slices.Contains(told, a.Text) {
			continue
		}
		told = append(told, a.Text)
		vars := map[string]string{"phone": d.ring(p, rec.Authority, by.Now)}
		if r.Family {
			err = d.mailFamily(tx, by, rec.ID, a.Text, mailAsked, vars)
		} else {
			err = d.QueueMail(tx, by, a.Text, mailAsked, vars)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ring is the number that a mail about a record gives: that of the service which
// has such records, for not every front door may know of them.
func (d *Desk) ring(p *pathway.Pathway, authority string, now time.Time) string {
	i := slices.IndexFunc(p.Meetings, func(m pathway.Meeting) bool { return m.Ring != "" })
	if i < 0 {
		return d.phone(authority, now)
	}
	return d.ringAbout(p.Meetings[i].Ring, authority, now)
}

// Meeting is a meeting of a record with what has been sent about it.
type Meeting struct {
	pathway.Gathering
	// Told is the newest invitation of each row, and under "" of the chair; none
	// where nobody could be told.
	Told map[string]store.MeetingInvite
	Past []PastMeeting // the newest first
	With []Companion   // the other records that it is about
}

// PastMeeting is one that was held or was not: the record's answers as they were
// when that was noted.
type PastMeeting struct {
	At      time.Time
	Held    bool
	Answers answer.Set
}

// MeetingsOf gives the meetings of a record that its reader has opened.
func (d *Desk) MeetingsOf(ctx context.Context, by By, v *View) ([]Meeting, error) {
	var out []Meeting
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		sent, err := tx.MeetingInvites(v.Record.ID)
		if err != nil {
			return err
		}
		revs, err := tx.Revisions(v.Record.ID)
		if err != nil {
			return err
		}
		shared, err := tx.MeetsTogether(v.Record.ID)
		if err != nil {
			return err
		}
		for _, g := range v.Pathway.Gatherings(v.Facts) {
			m := Meeting{Gathering: g, Told: map[string]store.MeetingInvite{}}
			for _, s := range sent {
				if was, ok := m.Told[s.Row]; s.Meeting == g.Meeting.ID && s.Nth == g.Number && (!ok || was.Act == store.MeetingCancel || s.At.After(was.At)) {
					m.Told[s.Row] = s
				}
			}
			if m.With, err = d.companions(tx, by, v, g, shared, m.Told); err != nil {
				return err
			}
			for i, r := range revs {
				held := slices.Contains(g.Meeting.Held, r.Step)
				if r.Step == "" || !held && !slices.Contains(g.Meeting.Off, r.Step) {
					continue
				}
				past := PastMeeting{At: r.HappenedAt, Held: held, Answers: record.Fold(v.Record, revs[:i+1]).Answers}
				if _, err := d.openFor(v.Pathway, v.Record.ID, v.Facts.Actor.Roles, past.Answers); err != nil {
					return err
				}
				m.Past = append([]PastMeeting{past}, m.Past...)
			}
			out = append(out, m)
		}
		return nil
	})
	return out, err
}

// MyMeeting is a meeting that a worker is asked to come to.
type MyMeeting struct {
	Record    record.Record
	Title     string
	Place     string
	UID       string
	Row       string
	Starts    time.Time
	Ends      time.Time
	Changed   bool // since they were first asked
	Reply     string
	ReportDue calendar.Date // zero when no report is asked for
	ReportIn  bool
	Answer    []pathway.StepState // the steps open to them
	With      []record.Record     // the others that it is about and they may open
}

const mostMeetings = 100

// MyMeetings gives the meetings a worker is asked to come to that are not over,
// the soonest first: those of records that they may open.
func (d *Desk) MyMeetings(ctx context.Context, by By) ([]MyMeeting, error) {
	var out []MyMeeting
	if by.Worker() == "" {
		return nil, nil
	}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		mine, err := tx.MeetingsOf(by.Worker(), by.Now, mostMeetings)
		if err != nil {
			return err
		}
		for _, m := range mine {
			dec, err := d.access(tx, by, m.Record)
			if err != nil {
				return err
			}
			if !dec.May(access.View) {
				continue
			}
			l, err := d.load(tx, by, m.Record, false)
			if err != nil {
				return err
			}
			def, ok := l.p.FindMeeting(m.Meeting)
			if !ok {
				continue
			}
			one := d.mine(l, def, m)
			if one.With, err = d.alsoMine(tx, by, m); err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	return out, d.logOnly(ctx, by, actSearch, "meetings", map[string]string{"hits": itoa(len(out))})
}

func (d *Desk) mine(l loaded, def *pathway.Meeting, m store.MeetingInvite) MyMeeting {
	out := MyMeeting{
		Record: l.rec, Title: def.Title, UID: m.UID, Row: m.Row, Starts: m.Starts, Ends: m.Ends, Changed: m.Sequence > 0,
	}
	if def.Place != "" {
		out.Place = l.rec.Answers.Text(answer.Key(def.Place))
	}
	if m.Row == "" {
		return out
	}
	at := func(q string) answer.Answer { return l.rec.Answers[answer.RowKey(def.Invited, m.Row, q)] }
	if q, ok := l.p.Question(def.Reply); ok && !at(q.ID).Empty() {
		out.Reply = l.p.Label(q, at(q.ID))
	}
	if def.ReportDue != "" {
		text := at(def.ReportDue).Text
		if t, _, err := calendar.ParseTime(text); err == nil {
			out.ReportDue = calendar.DateOf(t)
		} else if day, err := calendar.ParseDate(text); err == nil {
			out.ReportDue = day
		}
		out.ReportIn = def.ReportHere != "" && !at(def.ReportHere).Empty()
	}
	for _, s := range l.p.StepsFor(l.f) {
		if s.Open && s.Row == m.Row && slices.Contains(def.Answer, s.Step.ID) {
			out.Answer = append(out.Answer, s)
		}
	}
	return out
}
