package mash

import (
	"net/http"
	"strconv"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// nightView is what matters while the front door is shut, and at the moment
// when one team hands over to another.
type nightView struct {
	Doors    []string
	Sections []nightSection
	Board    string
	Live     string
	Full     bool
}

// nightSection is the records that matter for one reason. A record stands under
// the first reason there is.
type nightSection struct {
	ID, Title, About string
	Rows             *parts.Table
}

var nightPage = page[nightView]("night")

// mostNight is how many open records the view looks through.
const mostNight = 400

func (d *door) night(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	now := web.Now(r)
	mark, err := d.Desk.Latest(r.Context())
	if err != nil {
		return err
	}
	found, err := d.Desk.Board(r.Context(), a.By, store.BoardQuery{OpenOnly: true, Limit: mostNight, Checks: d.answeredStates()})
	if err != nil {
		return err
	}
	view := nightView{Board: "/board", Live: listenFrom(mark), Full: found.Total > mostNight}
	hours := map[string]shut{}
	for _, auth := range d.Desk.Place.Register.Authorities {
		cal := d.CalendarOf(auth.ID)
		hours[auth.ID] = shutAround(cal, now)
		if d.coversNow(a, auth.ID) {
			line := auth.Name + ": the front door is shut"
			if why := cal.WhyClosed(now); why != "" {
				line += " (" + why + ")"
			}
			if next, ok := cal.NextOpen(now); ok && !cal.IsOpen(now) {
				line += " and opens " + calendar.Show(next)
			}
			if cal.IsOpen(now) {
				line = auth.Name + ": the front door is open. Last shut " + calendar.Show(hours[auth.ID].from)
			}
			view.Doors = append(view.Doors, line+".")
		}
	}
	const urgent, handed, came = 0, 1, 2
	rows := [3][]store.BoardRow{}
	for _, row := range found.Rows {
		p := d.pathwayOf(row.Record)
		if p == nil {
			continue
		}
		times := hours[row.Record.Authority]
		switch {
		case row.Record.Urgent || row.Clock != nil && (row.Clock.ActAt.Before(times.until) || runsAtNight(p, row)):
			rows[urgent] = append(rows[urgent], row)
		case d.handover(a, p, row.Record.State):
			rows[handed] = append(rows[handed], row)
		case !row.Record.CreatedAt.Before(times.from):
			rows[came] = append(rows[came], row)
		}
	}
	for i, s := range []nightSection{
		{ID: "tonight", Title: "Runs while the front door is shut", About: "Urgent, worked on past closing time, or with a limit before the front door opens."},
		{ID: "handover", Title: "For you to take or hand over", About: "The next step of each is yours. Take it here."},
		{ID: "came", Title: "Came in since the front door shut", About: "The day team may not have looked at these."},
	} {
		if len(rows[i]) > 0 {
			s.Rows = d.nightTable(a, s.ID, rows[i], now)
		}
		s.Title += " (" + strconv.Itoa(len(rows[i])) + ")"
		view.Sections = append(view.Sections, s)
	}
	c := d.chrome(r, a, "Out of hours")
	c.Wide = true
	c.Breadcrumbs = []parts.Link{{Text: "Board", Href: "/board"}, {Text: "Out of hours"}}
	return nightPage.Render(w, r, http.StatusOK, c, view)
}

func (d *door) coversNow(a *room.Asker, authority string) bool {
	for _, o := range d.covers(a) {
		if o.Value == authority {
			return true
		}
	}
	return false
}

// handover tells whether the main step from a state is the worker's own, and
// asks nothing or hands the record on.
func (d *door) handover(a *room.Asker, p *pathway.Pathway, state string) bool {
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Primary && holds(s.From, state) && a.Holds(s.By...) && len(s.To) > 0 && (len(s.Ask) == 0 || changesHands(p, s)) {
			return true
		}
	}
	return false
}

// changesHands tells whether the main step from where a step leads is for other
// roles than the step itself: the work goes to someone else.
func changesHands(p *pathway.Pathway, s *pathway.Step) bool {
	for _, to := range s.To {
		for i := range p.Steps {
			next := &p.Steps[i]
			if !next.Primary || !holds(next.From, to.State) {
				continue
			}
			for _, by := range next.By {
				if !holds(s.By, by) {
					return true
				}
			}
		}
	}
	return false
}

func holds(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func runsAtNight(p *pathway.Pathway, row store.BoardRow) bool {
	def, ok := p.Clock(row.Clock.Clock)
	return ok && def.Nights && !row.Clock.DueAt.IsZero()
}

func (d *door) nightTable(a *room.Asker, labelled string, rows []store.BoardRow, now time.Time) *parts.Table {
	t := &parts.Table{
		Stack: true, Attributes: parts.Attrs{{Name: "aria-labelledby", Value: labelled}},
		Head: []parts.Cell{{Text: "Reference"}, {Text: "Children"}, {Text: "Stage"}, {Text: "Rating"}, {Text: "Time left"}, {Text: "Came in"}, {Text: "Worker and answers"}, {Text: "To do"}},
	}
	for _, row := range rows {
		t.Rows = append(t.Rows, d.boardRow(a, row, now, true))
	}
	return t
}

// shut is the last time the front door was shut: from when, until when. Until is
// when it next opens while it is shut, and otherwise when it opened.
type shut struct{ from, until time.Time }

// shutAround finds the closing before an instant and the opening after that.
func shutAround(cal *calendar.Calendar, now time.Time) shut {
	const step, most = 15 * time.Minute, 21 * 24 * time.Hour
	at := now
	for cal.IsOpen(at) && now.Sub(at) < most {
		at = at.Add(-step)
	}
	for !cal.IsOpen(at) && now.Sub(at) < most {
		at = at.Add(-step)
	}
	var out shut
	if closed, ok := cal.OpenUntil(at); ok {
		out.from = closed
		out.until = closed
		if next, ok := cal.NextOpen(closed); ok {
			out.until = next
		}
	}
	return out
}
