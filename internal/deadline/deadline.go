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
	a := advance{p: p, cal: cal, ev: ev, f: f, have: have, newID: newID}
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
	have  []record.Clock
	put   []record.Clock
	newID func() string
}

func (a *advance) clock(c *pathway.Clock) error {
	var rows []record.Clock
	for _, r := range a.have {
		if r.Clock == c.ID {
			rows = append(rows, r)
		}
	}
	for i := range rows {
		if rows[i].Open() && a.stopsNow(c) {
			rows[i].StoppedAt, rows[i].StoppedBy = a.ev.At, a.ev.Step
			a.put = append(a.put, rows[i])
		}
	}
	applies, known := a.p.Applies(c, a.f)
	over := a.p.Over(c, a.ev.State)
	base, fresh, ok := a.base(c)
	moved := ok && strings.HasPrefix(c.From, "answer.")
	for i := range rows {
		reason := ""
		switch r := rows[i]; {
		case !r.Open():
		case over:
			reason = "The work ended."
		case known && !applies:
			reason = a.changed(c)
		case moved && !r.StartedAt.Equal(base):
			reason = "The time it runs from was corrected."
		}
		if reason != "" {
			a.cancel(&rows[i], reason)
		}
	}
	if c.From == "created" && !ok && applies && known && !over {
		return fmt.Errorf("clock %s: the facts do not say when the record began", c.ID)
	}
	if !ok || !applies || !known || over || a.running(rows, base, fresh) || (!a.stopsNow(c) && a.done(c, base)) {
		return nil
	}
	return a.start(c, base)
}

// stopsNow tells whether the event is what a clock waits for.
func (a *advance) stopsNow(c *pathway.Clock) bool {
	if a.ev.Kind == Answers {
		return false
	}
	return slices.ContainsFunc(c.Until, func(u string) bool {
		return u == "step."+a.ev.Step || u == "state."+a.ev.State
	})
}

// base is when a clock runs from, if that has happened. fresh says that this
// event is what starts it.
func (a *advance) base(c *pathway.Clock) (at time.Time, fresh, ok bool) {
	kind, id, _ := strings.Cut(c.From, ".")
	switch kind {
	case "created":
		if a.ev.Kind == Created {
			return a.ev.At, true, true
		}
		at = a.created()
		return at, false, !at.IsZero()
	case "step":
		if a.ev.Step == id {
			return a.ev.At, true, true
		}
		t, taken := a.f.Taken[id]
		return t.At, false, taken
	default:
		at, ok = a.p.AnsweredTime(id, a.f)
		return at, false, ok
	}
}

// created is when the record began; told by another clock that runs from then
// when the facts do not say.
func (a *advance) created() time.Time {
	if !a.f.Created.IsZero() {
		return a.f.Created
	}
	for _, r := range a.have {
		for i := range a.p.Clocks {
			if c := &a.p.Clocks[i]; c.ID == r.Clock && c.From == "created" {
				return r.StartedAt
			}
		}
	}
	return time.Time{}
}

// running tells whether there is a clock already for what starts it.
func (a *advance) running(rows []record.Clock, base time.Time, fresh bool) bool {
	return slices.ContainsFunc(rows, func(r record.Clock) bool {
		if r.Cancelled != "" {
			return false
		}
		// A step that is taken again starts a fresh clock beside one that is
		// still open.
		return r.StartedAt.Equal(base) || (!fresh && r.Open())
	})
}

// done tells whether what a clock would wait for has happened since.
func (a *advance) done(c *pathway.Clock, base time.Time) bool {
	return slices.ContainsFunc(c.Until, func(u string) bool {
		id, ok := strings.CutPrefix(u, "step.")
		t, taken := a.f.Taken[id]
		switch {
		case !ok || !taken || id == a.ev.Step:
			return false
		case u == c.From:
			return t.At.After(base)
		}
		return !t.At.Before(base)
	})
}

func (a *advance) start(c *pathway.Clock, base time.Time) error {
	if c.Length.IsZero() {
		return fault.New(fault.Internal, "The clock “"+c.Label+"” has no length. Ask your administrator to set it.")
	}
	due, err := a.cal.Due(base, c.Length, calendar.Options{HoldBefore: c.HoldBefore})
	if err != nil {
		return fmt.Errorf("clock %s: %w", c.ID, err)
	}
	r := record.Clock{
		ID: a.newID(), Clock: c.ID, Code: c.Code, Label: c.Label, StartedAt: base.UTC(), DueAt: due.At, ActAt: due.Act,
		WarnAt: warn(a.cal, c, base, due), Sum: due.Sum, Calendar: a.cal.Version(), Law: c.Law,
	}
	// What a clock waits for can be the event that makes it known, as when a
	// phone call is confirmed by the form that says when the call was. A clock
	// from a step until the same step waits for the next time.
	if a.stopsNow(c) && c.From != "step."+a.ev.Step {
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

// warn is when people are told that a clock is about to run out: the pathway's
// own time before, or when a fifth of the time is left. A warning some days
// before comes at nine in the morning.
func warn(cal *calendar.Calendar, c *pathway.Clock, base time.Time, due calendar.Due) time.Time {
	at := due.Act.Add(-due.Act.Sub(base) / 5)
	day := calendar.DateOf(due.Act)
	switch n := c.Early.N; c.Early.Unit {
	case calendar.Hours:
		at = due.Act.Add(-time.Duration(n) * time.Hour)
	case calendar.OpenHours:
		at = openBefore(cal, c.Early, base, due.Act)
	case calendar.WorkingDays:
		for range n {
			day = cal.WorkingDayOnOrBefore(day.AddDays(-1))
		}
		at = day.At(9, 0, 0)
	case calendar.Days:
		at = day.AddDays(-n).At(9, 0, 0)
	case calendar.Months:
		at = day.AddMonths(-n).At(9, 0, 0)
	}
	if at.Before(base) {
		at = base
	}
	return at.UTC().Truncate(time.Second)
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
