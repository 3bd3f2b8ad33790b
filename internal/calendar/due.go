package calendar

import (
	"fmt"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

// Options are the ways a limit can differ from its unit's usual rule.
type Options struct {
	// HoldBefore moves a limit that is not a working day back to the last
	// working day before it, because the limit is a maximum: a review
	// conference due on a Sunday is held by the Friday.
	HoldBefore bool
	// RollForward moves such a limit on to the next working day instead, as
	// for the reply to a request for one's own records.
	RollForward bool
	// CountStart makes the start day day 1, as for an emergency protection
	// order (Children Act 1989 s45). Only for days and working days.
	CountStart bool
}

// Due is when a limit runs out, and why.
type Due struct {
	// At is the limit, in UTC. For a limit in days it is 23:59:59 in London on
	// the last day: the moment that counts for statistics.
	At time.Time
	// Act is when to have acted, in UTC: the usual closing time on that day for
	// a limit in days, otherwise the same as At.
	Act time.Time
	// Unit is what the limit was counted in; it decides how the time left is
	// told.
	Unit Unit
	// Sum is the working in words, for a person to check.
	Sum string
}

// Due works out when a limit that starts at from runs out.
//
// Elapsed hours are added on the UTC timeline, never to the time on the wall.
// A limit in days starts from the date in London. A faulty length, or options
// that do not go with its unit, is an Invalid fault.
func (c *Calendar) Due(from time.Time, l Length, o Options) (Due, error) {
	switch {
	case from.IsZero():
		return Due{}, fault.New(fault.Invalid, "Give the date and time the limit starts from.")
	case l.N < 1 || l.N > maxLength || unitNames[l.Unit] == "":
		return Due{}, fault.New(fault.Invalid, "Give a length, such as 15 working days or 72 hours.")
	case !l.Unit.CountsDays() && o != (Options{}):
		return Due{}, fault.New(fault.Invalid, "A limit in hours runs out at a moment. It cannot be moved to a working day, and has no start day to count.")
	case l.Unit == Months && o.CountStart:
		return Due{}, fault.New(fault.Invalid, "Only a limit in days or working days can count its start day.")
	case o.HoldBefore && o.RollForward:
		return Due{}, fault.New(fault.Invalid, "A limit that is not a working day can move back or on, not both.")
	}
	switch l.Unit {
	case Hours:
		return elapsed(from, l), nil
	case OpenHours:
		return c.openHours(from, l)
	case WorkingDays:
		return c.workingDays(from, l, o), nil
	default:
		return c.dates(from, l, o), nil
	}
}

func elapsed(from time.Time, l Length) Due {
	at := from.UTC().Add(time.Duration(l.N) * time.Hour)
	sum := fmt.Sprintf("%s from %s", l, Show(from))
	if change := clockChange(from, at); change != "" {
		sum += fmt.Sprintf(": %s, so the time on the wall is %s", change, clock(at))
	}
	return Due{At: at, Act: at, Unit: Hours, Sum: sum + "; due by " + Show(at)}
}

// clockChange says which way and when the clocks change between two instants,
// or nothing when the time on the wall runs straight on.
func clockChange(from, to time.Time) string {
	if offset(from) == offset(to) {
		return ""
	}
	way := "back"
	if offset(to) > offset(from) {
		way = "forward"
	}
	d := DateOf(from)
	for d.Before(DateOf(to)) && offset(d.AddDays(1).Start()) == offset(from) {
		d = d.AddDays(1)
	}
	return fmt.Sprintf("the clocks go %s on %s", way, d.format("Monday 2 January"))
}

func offset(t time.Time) int {
	_, seconds := t.In(London).Zone()
	return seconds
}

func (c *Calendar) openHours(from time.Time, l Length) (Due, error) {
	left := time.Duration(l.N) * time.Hour
	var parts []string
	d := DateOf(from)
	// A century: only hours of a few minutes a week could need longer.
	for range 36525 {
		opens, closes, ok := c.opening(d)
		if opens.Before(from) {
			opens = from
		}
		if used := min(closes.Sub(opens), left); ok && used > 0 {
			left -= used
			parts = append(parts, fmt.Sprintf("%s on %s", inWords(used), dayIn(d, DateOf(from).year)))
			if left == 0 {
				at := opens.Add(used).UTC()
				counted := list(parts)
				if len(parts) > 4 {
					counted = fmt.Sprintf("counted over %d days the front door is open", len(parts))
				}
				sum := fmt.Sprintf("%s from %s: %s; due by %s", l, Show(from), counted, Show(at))
				return Due{At: at, Act: at, Unit: OpenHours, Sum: sum + c.unknown(d)}, nil
			}
		}
		d = d.AddDays(1)
	}
	return Due{}, fault.New(fault.Invalid, "The front door is not open for long enough to reach this limit. Check its opening hours.")
}

func (c *Calendar) workingDays(from time.Time, l Length, o Options) Due {
	arrived := DateOf(from)
	start, moved := arrived, ""
	if c.settings.LateArrivalMovesStart && (!c.IsWorkingDay(start) || !from.Before(c.actBy(start))) {
		start = c.NextWorkingDay(start)
		moved = fmt.Sprintf(" (it arrived on %s, when the office was closed)", dayIn(arrived, start.year))
	}
	d, n, counting := start, l.N, ""
	if o.CountStart || c.settings.CountStartDay {
		counting = ", counting that day as day 1"
		if c.IsWorkingDay(start) {
			n--
		} else {
			counting = ", the first working day being day 1"
		}
	}
	for range n {
		d = c.NextWorkingDay(d)
	}
	sum := fmt.Sprintf("%s from %s%s%s", l, start.Long(), moved, counting)
	skipped := c.skipped(start, d)
	if skipped != "" {
		sum += ": skips " + skipped
	}
	return c.endOfDay(d, WorkingDays, sum, skipped != "")
}

// skipped names the days between two dates that did not count.
func (c *Calendar) skipped(start, end Date) string {
	var holidays []string
	saturdays, sundays := 0, 0
	for d := start.AddDays(1); d.Before(end); d = d.AddDays(1) {
		switch d.Weekday() {
		case time.Saturday:
			saturdays++
		case time.Sunday:
			sundays++
		default:
			if name := c.holidays[d]; name != "" {
				holidays = append(holidays, name+" "+dayMonth(d, start.year))
			}
		}
	}
	weekends := ""
	switch max(saturdays, sundays) {
	case 0:
	case 1:
		weekends = "the weekend"
	default:
		weekends = "weekends"
	}
	switch {
	case len(holidays) == 0:
		return weekends
	case weekends == "":
		return list(holidays)
	default:
		return list(holidays) + " (and " + weekends + ")"
	}
}

func (c *Calendar) dates(from time.Time, l Length, o Options) Due {
	start := DateOf(from)
	sum := fmt.Sprintf("%s from %s", l, start.Long())
	var limit Date
	if l.Unit == Months {
		limit = start.AddMonths(l.N)
		if limit.day != start.day {
			sum += fmt.Sprintf(": %s has no day %d, so its last day counts", limit.format("January 2006"), start.day)
		}
	} else {
		n := l.N
		if o.CountStart {
			n--
			sum += ", counting that day as day 1"
		}
		limit = start.AddDays(n)
	}
	held := limit
	if o.HoldBefore && !c.IsWorkingDay(limit) {
		// Never before the limit began.
		if back := c.WorkingDayOnOrBefore(limit); !back.Before(start) {
			held = back
			sum += fmt.Sprintf("; the limit, %s, is not a working day%s, so the last working day before it counts", limit.Long(), c.holiday(limit))
		}
	}
	due := c.endOfDay(held, l.Unit, sum, o.HoldBefore)
	if o.RollForward {
		due = c.Onward(due)
	}
	return due
}

// Onward moves a limit in days that is not a working day on to the next one.
func (c *Calendar) Onward(d Due) Due {
	day := DateOf(d.At)
	if d.Unit.CountsDays() && !c.IsWorkingDay(day) {
		next := c.NextWorkingDay(day)
		d.At, d.Act = next.End(), c.actBy(next)
		d.Sum += fmt.Sprintf("; that is not a working day%s, so the next one counts: due by the end of %s", c.holiday(day), next.Long())
		day = next
	}
	d.Sum += c.unknown(day)
	return d
}

func (c *Calendar) holiday(d Date) string {
	if name := c.holidays[d]; name != "" {
		return " (" + name + ")"
	}
	return ""
}

func (c *Calendar) endOfDay(d Date, unit Unit, sum string, holidaysMatter bool) Due {
	join := "; "
	if !strings.Contains(sum, ": ") && !strings.Contains(sum, "; ") {
		join = ": "
	}
	sum += join + "due by the end of " + d.Long()
	if holidaysMatter {
		sum += c.unknown(d)
	}
	return Due{At: d.End(), Act: c.actBy(d), Unit: unit, Sum: sum}
}

// unknown warns that a limit is later than the published public holidays.
func (c *Calendar) unknown(d Date) string {
	if !d.After(c.last) {
		return ""
	}
	return fmt.Sprintf(" (public holidays after %s are not published yet, so this may move)", c.last.format("2 January 2006"))
}

// dayIn is a weekday and date without the year, unless it is another year.
func dayIn(d Date, year int) string { return d.format("Monday ") + dayMonth(d, year) }

func dayMonth(d Date, year int) string {
	if d.year == year {
		return d.format("2 January")
	}
	return d.format("2 January 2006")
}
