package calendar

import (
	"fmt"
	"strings"
	"time"
)

// searchDays is how far ahead to look for an opening. Longer than any run of
// closed days an office that answers for children could have.
const searchDays = 400

// hoursOn is the office's window on a date, closures and holidays taken out.
func (c *Calendar) hoursOn(d Date) Window {
	if c.holidays[d] != "" || c.closures[d] != "" {
		return Window{}
	}
	w := c.settings.Hours[d.Weekday()]
	if early := c.settings.CloseBeforeHoliday; early > 0 && early < w.Close && c.holidays[d.AddDays(1)] != "" {
		w.Close = early
		if w.Open >= w.Close {
			return Window{}
		}
	}
	return w
}

// opening is the same window as instants.
func (c *Calendar) opening(d Date) (from, to time.Time, ok bool) {
	w := c.hoursOn(d)
	if w == (Window{}) {
		return time.Time{}, time.Time{}, false
	}
	return d.At(0, w.Open, 0), d.At(0, w.Close, 0), true
}

// IsOpen tells whether the front door is open. It is at 09:00:00 exactly and is
// not at 16:30:00 exactly, with the usual hours.
func (c *Calendar) IsOpen(t time.Time) bool {
	from, to, ok := c.opening(DateOf(t))
	return ok && !t.Before(from) && t.Before(to)
}

// OpenUntil is when the front door closes, if it is open at t.
func (c *Calendar) OpenUntil(t time.Time) (time.Time, bool) {
	if !c.IsOpen(t) {
		return time.Time{}, false
	}
	_, to, _ := c.opening(DateOf(t))
	// An office open round the clock does not close at midnight.
	for range searchDays {
		if !c.IsOpen(to) {
			break
		}
		_, to, _ = c.opening(DateOf(to))
	}
	return to, true
}

// NextOpen is when the front door next opens: t itself if it is open then. It
// is false when no opening is known in the next 400 days.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) {
	if c.IsOpen(t) {
		return t, true
	}
	d := DateOf(t)
	for range searchDays {
		if from, _, ok := c.opening(d); ok && !from.Before(t) {
			return from, true
		}
		d = d.AddDays(1)
	}
	return time.Time{}, false
}

// WhyClosed says in words why the front door is shut at t, as the end of "It is
// closed: ". It is empty when the door is open.
func (c *Calendar) WhyClosed(t time.Time) string {
	if c.IsOpen(t) {
		return ""
	}
	d := DateOf(t)
	if name := c.holidays[d]; name != "" {
		return "today is " + name
	}
	if name := c.closures[d]; name != "" {
		return "today is " + name
	}
	from, to, ok := c.opening(d)
	switch {
	case !ok:
		return fmt.Sprintf("it does not open on a %s", d.Weekday())
	case t.Before(from):
		return "it opens at " + clock(from)
	case c.holidays[d.AddDays(1)] != "" && c.hoursOn(d) != c.settings.Hours[d.Weekday()]:
		return fmt.Sprintf("it closed at %s, before %s", clock(to), c.holidays[d.AddDays(1)])
	default:
		return "it closed at " + clock(to)
	}
}

// actBy is when to act on a limit that runs out at the end of a day: the usual
// closing time of that day of the week.
func (c *Calendar) actBy(d Date) time.Time {
	if w := c.settings.Hours[d.Weekday()]; w != (Window{}) {
		return d.At(0, w.Close, 0)
	}
	return d.At(0, usualClose, 0)
}

// HoursText is the opening hours as a page says them: "Monday to Thursday 09:00
// to 17:30, Friday 09:00 to 16:30, closed on public holidays".
func (c *Calendar) HoursText() string {
	text := WeekText(c.settings.Hours) + ", closed on public holidays"
	if m := c.settings.CloseBeforeHoliday; m > 0 {
		text += fmt.Sprintf(" and from %02d:%02d the day before one", m/60, m%60)
	}
	return text
}

// WeekText is a week's hours in words, days with the same hours together.
func WeekText(hours map[time.Weekday]Window) string {
	var parts []string
	for i := 1; i <= 7; i++ {
		from := time.Weekday(i % 7)
		w := hours[from]
		last := from
		for i < 7 && hours[time.Weekday((i+1)%7)] == w {
			i++
			last = time.Weekday(i % 7)
		}
		if w == (Window{}) {
			continue
		}
		days := from.String()
		if last != from {
			days += " to " + last.String()
		}
		parts = append(parts, fmt.Sprintf("%s %02d:%02d to %02d:%02d", days, w.Open/60, w.Open%60, w.Close/60, w.Close%60))
	}
	return strings.Join(parts, ", ")
}
