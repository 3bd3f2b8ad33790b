package contact

import (
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Hours say when a service answers.
type Hours struct {
	kind     string
	week     map[time.Weekday]calendar.Window
	holidays string // "as usual", "not known", "closed" or hours
}

// The kinds of hours, as the file writes them; a week of days is the last.
const (
	always     = "always"
	frontDoor  = "front_door"
	outOfHours = "out_of_hours"
	notKnown   = "not known"
	weekly     = "weekly"
)

const asUsual = "as usual"

func parseHours(in any, authority string) (Hours, error) {
	bad := fault.New(fault.Invalid, "Give the hours as always, front_door, out_of_hours, not known, or the days: {mon: 09:00-17:00, holidays: closed}.")
	switch v := in.(type) {
	case string:
		switch v {
		case always, notKnown:
			return Hours{kind: v}, nil
		case frontDoor, outOfHours:
			if authority == Any {
				return Hours{}, fault.New(fault.Invalid, "Only a service of one authority can follow its front door's hours.")
			}
			return Hours{kind: v}, nil
		}
	case map[string]any:
		h := Hours{kind: weekly, week: map[time.Weekday]calendar.Window{}}
		for name, value := range v {
			text, ok := value.(string)
			if !ok {
				return Hours{}, bad
			}
			if name == "holidays" {
				if text != asUsual && text != notKnown {
					if _, err := calendar.ParseWindow(text); err != nil {
						return Hours{}, fault.New(fault.Invalid, "Give holidays as closed, as usual, not known, or hours such as 09:00-18:00.")
					}
				}
				h.holidays = text
				continue
			}
			day, ok := calendar.ParseWeekday(name)
			if !ok {
				return Hours{}, bad
			}
			w, err := calendar.ParseWindow(text)
			if err != nil {
				return Hours{}, err
			}
			h.week[day] = w
		}
		if h.holidays == "" || len(h.week) == 0 {
			return Hours{}, fault.New(fault.Invalid, "Say what the hours are on public holidays: closed, as usual, not known, or hours.")
		}
		return h, nil
	}
	return Hours{}, bad
}

// Status is whether a service answers at a moment. When Known is false, nobody
// has told us, and Open means nothing.
type Status struct {
	Known bool
	Open  bool
	Until *time.Time // when it closes, if it is open and ever closes
	Opens *time.Time // when it next opens, if it is closed
}

// Status tells whether a service answers at t.
func (d *Directory) Status(s Service, t time.Time) Status {
	switch s.Hours.kind {
	case always:
		return Status{Known: true, Open: true}
	case frontDoor, outOfHours:
		return doorStatus(d.calendars[s.Authority], s.Hours.kind == outOfHours, t)
	case weekly:
		return s.Hours.weekStatus(d.anyCalendar(s.Authority), t)
	default:
		return Status{}
	}
}

func doorStatus(c *calendar.Calendar, outside bool, t time.Time) Status {
	closes, open := c.OpenUntil(t)
	if open {
		if outside {
			return Status{Known: true, Opens: &closes}
		}
		return Status{Known: true, Open: true, Until: &closes}
	}
	st := Status{Known: true, Open: outside}
	if opens, ok := c.NextOpen(t); ok {
		if outside {
			st.Until = &opens
		} else {
			st.Opens = &opens
		}
	}
	return st
}

// anyCalendar gives public holidays to a service of every authority: national
// ones are the same for all.
func (d *Directory) anyCalendar(authority string) *calendar.Calendar {
	if c := d.calendars[authority]; c != nil {
		return c
	}
	return d.calendars[d.authorities[0].ID]
}

// windowOn is the hours on a date, and whether they are known.
func (h Hours) windowOn(c *calendar.Calendar, d calendar.Date) (calendar.Window, bool) {
	if c.Holiday(d) == "" || h.holidays == asUsual {
		return h.week[d.Weekday()], true
	}
	if h.holidays == notKnown {
		return calendar.Window{}, false
	}
	w, err := calendar.ParseWindow(h.holidays)
	return w, err == nil
}

func (h Hours) weekStatus(c *calendar.Calendar, t time.Time) Status {
	day := calendar.DateOf(t)
	w, known := h.windowOn(c, day)
	if !known {
		return Status{}
	}
	opens, closes := day.At(0, w.Open, 0), day.At(0, w.Close, 0)
	if !t.Before(opens) && t.Before(closes) {
		return Status{Known: true, Open: true, Until: &closes}
	}
	// A week ahead is enough; beyond a day whose hours are not known, say nothing.
	for d := day; d != day.AddDays(8); d = d.AddDays(1) {
		w, known := h.windowOn(c, d)
		if !known {
			break
		}
		if from := d.At(0, w.Open, 0); w != (calendar.Window{}) && from.After(t) {
			return Status{Known: true, Opens: &from}
		}
	}
	return Status{Known: true}
}

// HoursText is a service's hours as a page says them.
func (d *Directory) HoursText(s Service) string {
	switch s.Hours.kind {
	case always:
		return "Any time, day or night"
	case frontDoor:
		return d.calendars[s.Authority].HoursText()
	case outOfHours:
		return "Whenever " + d.must(FrontDoor, s.Authority).Name + " is closed: nights, weekends and public holidays"
	case weekly:
		text := calendar.WeekText(s.Hours.week)
		switch s.Hours.holidays {
		case asUsual:
			return text
		case notKnown:
			return text + "; hours on public holidays not known"
		case "closed":
			return text + ", closed on public holidays"
		default:
			return text + "; public holidays " + s.Hours.holidays
		}
	default:
		return "Hours not known"
	}
}
