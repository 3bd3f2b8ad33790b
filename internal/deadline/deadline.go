// Package deadline runs the clocks of a record: it works out, from what just
// happened, which start, which stop and which no longer apply, and says how a
// clock stands. It is pure: the time is always given.
//
// A clock's due time is stored when it starts, with its sum, so that later
// changes of rules never rewrite history. A clock that did not apply at once,
// because an answer was missing or the rating was another, still runs from the
// event that its pathway names. It stops only at a recorded fact, at the time
// that fact happened. No clock is ever taken away.
package deadline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
)

// What can happen to a record that moves its clocks.
const (
	Created = "created" // the record began; Step is the step it began with
	Stepped = "step"    // a step was taken
	Answers = "answers" // answers changed
)

// Event is one thing that happened to a record.
type Event struct {
	Kind     string
	Step     string    // the step that was taken, if any
	Row      string    // the row it added or was about
	State    string    // where the record stands after it
	At       time.Time // when it happened
	Recorded time.Time // when it was recorded, which can be later
}

// Advance gives the clocks of a record to write after an event: those that
// start, with a new id, and those that stop or no longer apply. have are all
// clocks of the record so far; f are its facts after the event. The caller
// fills in the record's id.
//
// While it is not known whether a clock applies, it does not start; one that
// runs goes on.
func Advance(p *pathway.Pathway, cal *calendar.Calendar, have []record.Clock, ev Event, f pathway.Facts, newID func() string) ([]record.Clock, error) {
	f.State = ev.State
	a := advance{p: p, cal: cal, ev: ev, f: f, look: p.Look(f), have: have, newID: newID}
	for i := range p.Clocks {
		if err := a.clock(&p.Clocks[i]); err != nil {
			return nil, err
		}
	}
	return a.put, nil
}

type advance struct {
	p     *pathway.Pathway
	cal   *calendar.Calendar
	ev    Event
	f     pathway.Facts
	look  *pathway.Look
	have  []record.Clock
	put   []record.Clock
	newID func() string
}

// clock advances one clock, for each row where it is one a row.
func (a *advance) clock(c *pathway.Clock) error {
	if c.Each == "" {
		return a.one(c, "")
	}
	rows := a.f.Answers.Rows(c.Each)
	for _, r := range a.have { // a row that was taken away still has its clock
		if clock, row, _ := strings.Cut(r.Clock, "/"); clock == c.ID && r.Open() && !slices.Contains(rows, row) {
			a.cancel(&r, "It is no longer on the record.")
		}
	}
	for _, row := range rows {
		if err := a.one(c, row); err != nil {
			return err
		}
	}
	return nil
}

func (a *advance) one(c *pathway.Clock, row string) error {
	var rows []record.Clock
	for _, r := range a.have {
		if r.Clock == nameOf(c, row) {
			rows = append(rows, r)
		}
	}
	for i := range rows {
		if rows[i].Open() && a.stopsNow(c, row) {
			rows[i].StoppedAt, rows[i].StoppedBy = a.ev.At, a.ev.Step
			a.put = append(a.put, rows[i])
		}
	}
	applies, known := a.look.Applies(c, row)
	over := a.p.Over(c, a.ev.State)
	base := a.base(c, row)
	due, dueKnown, err := a.dueAnswer(c, row)
	if err != nil {
		return err
	}
	since, paused := a.standing(c)
	waited := paused && a.stopsNow(c, row) // what it waits for came while it stood still
	paused = paused && !waited
	for i := range rows {
		reason := ""
		switch r := rows[i]; {
		case !r.Open():
		case over:
			reason = "The work ended."
		case paused && !since.After(r.DueAt):
			reason = stands + calendar.DateOf(since).Long() + "."
		case known && !applies:
			reason = a.changed(c)
		case base.ok && base.answered && !r.StartedAt.Equal(base.at):
			reason = "The time it runs from was corrected."
		case c.Due != "" && dueKnown && !r.DueAt.Equal(due.At):
			reason = "The day it is due was changed."
		}
		if reason != "" {
			a.cancel(&rows[i], reason)
		}
	}
	if slices.Equal(c.From, created) && !base.ok && applies && known && !over {
		return fmt.Errorf("clock %s: the facts do not say when the record began", c.ID)
	}
	again := a.ev.Kind != Answers && slices.Contains(c.Again, "step."+a.ev.Step) && !a.stopsNow(c, row)
	if !base.ok || !applies || !known || paused || over && !waited || c.Due != "" && !dueKnown || a.running(rows, base, again) || (!a.stopsNow(c, row) && a.done(c, row, base.at)) {
		return nil
	}
	return a.start(c, row, base.at, due)
}

var created = []string{"created"}

// nameOf is the name of a clock, or of that of one row.
func nameOf(c *pathway.Clock, row string) string {
	if row == "" {
		return c.ID
	}
	return c.ID + "/" + row
}

// stopsNow tells whether the event is what a clock waits for.
func (a *advance) stopsNow(c *pathway.Clock, row string) bool {
	if a.ev.Kind == Answers {
		return false
	}
	return slices.ContainsFunc(c.Until, func(u string) bool {
		return u == "state."+a.ev.State || u == "step."+a.ev.Step && a.about(c, row, a.ev.Step, a.ev.Row)
	})
}

// about tells whether a step that was taken on a row moves a clock.
func (a *advance) about(c *pathway.Clock, row, step, taken string) bool {
	return a.p.OfRow(c, row, step, taken) && a.look.Counts(c, step, taken)
}

// start is when a clock runs from, if that has happened. fresh says that this
// event is what starts it; answered that an answer says when.
type start struct {
	at                  time.Time
	fresh, answered, ok bool
}

// base is the latest of what a clock runs from.
func (a *advance) base(c *pathway.Clock, row string) start {
	var last start
	for _, from := range c.From {
		if s := a.from(c, from, row); s.ok && (!last.ok || s.at.After(last.at) || s.fresh && !s.at.Before(last.at)) {
			last = s
		}
	}
	return last
}

func (a *advance) from(c *pathway.Clock, from, row string) start {
	kind, id, _ := strings.Cut(from, ".")
	switch kind {
	case "created":
		if a.ev.Kind == Created {
			return start{at: a.ev.At, fresh: true, ok: true}
		}
		at := a.created()
		return start{at: at, ok: !at.IsZero()}
	case "step":
		if a.ev.Kind != Answers && a.ev.Step == id && a.about(c, row, id, a.ev.Row) {
			return start{at: a.ev.At, fresh: true, ok: true}
		}
		at, ok := a.taken(c, row, id)
		return start{at: at, ok: ok}
	default:
		at, _, ok := a.look.AnsweredTime(id, row)
		return start{at: at, answered: true, ok: ok}
	}
}

// taken is the last time a step was taken that moves the clock.
func (a *advance) taken(c *pathway.Clock, row, step string) (time.Time, bool) {
	s, ok := a.p.Step(step)
	if !ok || s.Group() == "" {
		t, taken := a.f.Taken[step]
		return t.At, taken
	}
	for _, act := range slices.Backward(a.f.Acts) {
		if act.Step == step && a.about(c, row, step, act.Row) {
			return act.At, true
		}
	}
	return time.Time{}, false
}

// created is when the record began; told by another clock that runs from then
// when the facts do not say.
func (a *advance) created() time.Time {
	if !a.f.Created.IsZero() {
		return a.f.Created
	}
	for _, r := range a.have {
		for i := range a.p.Clocks {
			if c := &a.p.Clocks[i]; c.ID == r.Clock && slices.Equal(c.From, created) {
				return r.StartedAt
			}
		}
	}
	return time.Time{}
}

// running tells whether there is a clock already for what starts it.
func (a *advance) running(rows []record.Clock, base start, again bool) bool {
	return slices.ContainsFunc(rows, func(r record.Clock) bool {
		if r.Cancelled != "" || again && !r.Open() {
			return false
		}
		// A step that is taken again starts a fresh clock beside one that is
		// still open.
		return r.StartedAt.Equal(base.at) || (!base.fresh && r.Open())
	})
}

// done tells whether what a clock would wait for has happened since.
func (a *advance) done(c *pathway.Clock, row string, base time.Time) bool {
	return slices.ContainsFunc(c.Until, func(u string) bool {
		id, ok := strings.CutPrefix(u, "step.")
		if !ok || id == a.ev.Step && a.about(c, row, id, a.ev.Row) {
			return false
		}
		at, taken := a.taken(c, row, id)
		switch {
		case !taken:
			return false
		case slices.Contains(c.From, u):
			return at.After(base)
		}
		return !at.Before(base)
	})
}

// dueAnswer is the limit that an answer gives, and what comes off it; false while
// it is not answered.
func (a *advance) dueAnswer(c *pathway.Clock, row string) (calendar.Due, bool, error) {
	id, ok := strings.CutPrefix(c.Due, "answer.")
	if !ok {
		return calendar.Due{}, false, nil
	}
	at, day, ok := a.look.AnsweredTime(id, row)
	if !ok {
		return calendar.Due{}, false, nil
	}
	due, err := a.cal.Before(at, day, c.Ahead)
	if err != nil {
		return due, false, fmt.Errorf("clock %s: %w", c.ID, err)
	}
	return due, true, nil
}

// start starts a clock; due is its limit where an answer gives it.
func (a *advance) start(c *pathway.Clock, row string, base time.Time, due calendar.Due) error {
	if c.Due == "" {
		span, known := a.look.Span(c, row)
		if !known {
			return nil
		}
		if span.Length.IsZero() {
			return fault.New(fault.Internal, "The clock “"+c.Label+"” has no length. Ask your administrator to set it.")
		}
		var err error
		if due, err = a.cal.Due(base, span.Length, calendar.Options{HoldBefore: c.HoldBefore}); err != nil {
			return fmt.Errorf("clock %s: %w", c.ID, err)
		}
		due = a.rolled(c, a.moved(c, base, due))
	}
	warnings := warn(a.cal, c, base, due)
	r := record.Clock{
		ID: a.newID(), Clock: nameOf(c, row), Code: c.Code, Label: c.Label, StartedAt: base.UTC(), DueAt: due.At, ActAt: due.Act,
		WarnAt: warnings[0], More: warnings[1:], Sum: due.Sum, Calendar: a.cal.Version(), Law: c.Law,
	}
	// What a clock waits for can be the event that makes it known, as when a
	// phone call is confirmed by the form that says when the call was. A clock
	// from a step until the same step waits for the next time.
	if a.stopsNow(c, row) && !slices.Contains(c.From, "step."+a.ev.Step) {
		r.StoppedAt, r.StoppedBy = a.ev.At, a.ev.Step
	}
	a.put = append(a.put, r)
	return nil
}

// cancel takes a clock out of account, with the reason and the time. One that
// had run out by then says so, and stays overdue (see StatusAt).
func (a *advance) cancel(r *record.Clock, reason string) {
	if a.ev.At.After(r.DueAt) {
		reason += " It had run out by then."
	}
	r.Cancelled, r.StoppedAt, r.StoppedBy = reason, a.ev.At, a.ev.Step
	a.put = append(a.put, *r)
}

// changed says which answers made a clock not apply.
func (a *advance) changed(c *pathway.Clock) string {
	names := a.p.AppliesBy(c)
	if len(names) == 0 {
		return "It no longer applies."
	}
	return "It no longer applies, by the answer to “" + strings.Join(names, "” and “") + "”."
}

// warn is when people are told that a clock is about to run out, first to last:
// the pathway's own times before, or when a fifth of the time is left. A warning
// some days before comes at nine in the morning.
func warn(cal *calendar.Calendar, c *pathway.Clock, base time.Time, due calendar.Due) []time.Time {
	if len(c.Early) == 0 {
		return []time.Time{notBefore(due.Act.Add(-due.Act.Sub(base)/5), base)}
	}
	var out []time.Time
	for _, l := range c.Early {
		out = append(out, notBefore(early(cal, l, base, due), base))
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

func notBefore(at, base time.Time) time.Time {
	if at.Before(base) {
		at = base
	}
	return at.UTC().Truncate(time.Second)
}

// early is the moment some length before a limit.
func early(cal *calendar.Calendar, l calendar.Length, base time.Time, due calendar.Due) time.Time {
	day := calendar.DateOf(due.Act)
	switch l.Unit {
	case calendar.Hours:
		return due.Act.Add(-time.Duration(l.N) * time.Hour)
	case calendar.OpenHours:
		return openBefore(cal, l, base, due.Act)
	case calendar.WorkingDays:
		for range l.N {
			day = cal.WorkingDayOnOrBefore(day.AddDays(-1))
		}
		return day.At(9, 0, 0)
	case calendar.Months:
		return day.AddMonths(-l.N).At(9, 0, 0)
	}
	return day.AddDays(-l.N).At(9, 0, 0)
}

// openBefore is the last minute from which some open hours still end by a time.
func openBefore(cal *calendar.Calendar, l calendar.Length, base, end time.Time) time.Time {
	low, high := 0, int(end.Sub(base)/time.Minute)
	for low < high {
		mid := (low + high + 1) / 2
		d, err := cal.Due(base.Add(time.Duration(mid)*time.Minute), l, calendar.Options{})
		if err != nil || d.At.After(end) {
			high = mid - 1
		} else {
			low = mid
		}
	}
	return base.Add(time.Duration(low) * time.Minute)
}

// StatusAt says how a clock stands at a moment. A clock that was cancelled
// after it ran out stays overdue: a missed deadline is never taken away.
func StatusAt(c record.Clock, now time.Time) record.Status {
	switch {
	case c.Cancelled != "" && c.StoppedAt.After(c.DueAt):
		return record.Overdue
	case c.Cancelled != "":
		return record.Stood
	case !c.StoppedAt.IsZero() && c.StoppedAt.After(c.DueAt):
		return record.MetLate
	case !c.StoppedAt.IsZero():
		return record.Met
	case now.After(c.DueAt):
		return record.Overdue
	case calendar.DateOf(now) == calendar.DateOf(c.DueAt):
		return record.DueToday
	case !now.Before(c.WarnAt):
		return record.DueSoon
	}
	return record.OnTrack
}

// Nearest is the open clock to act on first; false when none is open.
func Nearest(clocks []record.Clock) (record.Clock, bool) {
	var best record.Clock
	found := false
	for _, c := range clocks {
		if c.Open() && (!found || c.ActAt.Before(best.ActAt)) {
			best, found = c, true
		}
	}
	return best, found
}

// Words says how a clock stands at a moment, for a page.
func Words(c record.Clock, now time.Time) string {
	due := calendar.Show(c.DueAt)
	if !c.ActAt.Equal(c.DueAt) {
		due = calendar.DateOf(c.DueAt).Long() + ", by " + c.ActAt.In(calendar.London).Format("15:04")
	}
	switch {
	case Still(c.Cancelled):
		return c.Cancelled
	case c.Cancelled != "":
		return "Cancelled: " + c.Cancelled
	case StatusAt(c, now) == record.Met:
		return "Met on " + calendar.Show(c.StoppedAt)
	case StatusAt(c, now) == record.MetLate:
		return "Met late, on " + calendar.Show(c.StoppedAt) + "; it was due " + due
	case StatusAt(c, now) == record.Overdue:
		return "Overdue: it was due " + due
	case StatusAt(c, now) == record.DueToday:
		return "Due today by " + c.ActAt.In(calendar.London).Format("15:04")
	}
	return "Due " + due
}
