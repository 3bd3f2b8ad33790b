package mash

import (
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web/parts"
)

// clockShapes are the shapes that stand for how a clock is.
var clockShapes = map[record.Status]string{
	record.OnTrack: "running", record.DueSoon: "soon", record.DueToday: "soon", record.Overdue: "overdue",
	record.Met: "met", record.MetLate: "late-met", record.Stood: "stopped",
}

// timeLeft says how a clock stands in words, with a shape. The sum is shown on
// request where there is room.
func (d *door) timeLeft(p *pathway.Pathway, c record.Clock, authority string, now time.Time, sum bool) parts.TimeLeft {
	t := parts.TimeLeft{State: clockShapes[deadline.StatusAt(c, now)], Text: deadline.Words(c, now)}
	if c.Open() {
		due := calendar.Due{At: c.DueAt, Act: c.ActAt, Unit: calendar.Hours}
		if def, ok := p.Clock(c.Clock); ok && !def.Length.IsZero() {
			due.Unit = def.Length.Unit
		}
		t.Text = capital(d.calendarOf(authority).TimeLeft(now, due))
		t.Due, t.Machine = calendar.ShowNear(c.DueAt, now), c.DueAt.UTC().Format(time.RFC3339)
		if due.Unit.CountsDays() {
			t.Due = calendar.DateOf(c.DueAt).Short()
		}
	}
	if sum {
		t.How = c.Sum
	}
	return t
}
