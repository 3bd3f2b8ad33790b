package room

import (
	"strings"
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

// TimeLeft says how a clock stands in words, with a shape. The sum is shown on
// request where there is room.
func (h *House) TimeLeft(p *pathway.Pathway, c record.Clock, authority string, now time.Time, sum bool) parts.TimeLeft {
	t := parts.TimeLeft{State: clockShapes[deadline.StatusAt(c, now)], Text: deadline.Words(c, now)}
	if c.Open() {
		due := calendar.Due{At: c.DueAt, Act: c.ActAt, Unit: calendar.Hours}
		if def, ok := p.Clock(c.Clock); ok && !def.Length.IsZero() {
			due.Unit = def.Length.Unit
		} else if c.DueAt.Equal(calendar.DateOf(c.DueAt).End()) {
			due.Unit = calendar.Days // a day that somebody named, until its end
		}
		t.Text = h.CalendarOf(authority).TimeLeft(now, due)
		t.Text = strings.ToUpper(t.Text[:1]) + t.Text[1:]
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

// CalendarOf is the calendar of an authority's front door.
func (h *House) CalendarOf(authority string) *calendar.Calendar {
	if c, ok := h.Desk.Place.Calendars[authority]; ok {
		return c
	}
	return calendar.Default()
}
