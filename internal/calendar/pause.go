package calendar

import (
	"fmt"
	"time"
)

// Still moves a limit on by the time for which it stood still: by as many hours
// as passed, by as many working days, or by as many days where it is counted in
// days or months. Days are those after the one on which it stopped, up to and
// including the one on which it goes on.
func (c *Calendar) Still(d Due, from, to time.Time) Due {
	stop, on := DateOf(from), DateOf(to)
	var added string
	switch d.Unit {
	case WorkingDays:
		n := c.WorkingDaysTo(stop, on)
		day := DateOf(d.At)
		for range n {
			day = c.NextWorkingDay(day)
		}
		added = count(n, "working day")
		d.At, d.Act = day.End(), c.actBy(day)
	case Days, Months:
		n := stop.DaysTo(on)
		day := DateOf(d.At).AddDays(n)
		added = count(n, "day")
		d.At, d.Act = day.End(), c.actBy(day)
	default:
		long := to.Sub(from).Truncate(time.Minute)
		added = inWords(long)
		d.At = d.At.Add(long)
		d.Act = d.At
	}
	if d.Unit.CountsDays() {
		d.Sum += fmt.Sprintf("; it stood still from %s to %s, so %s more: due by the end of %s", stop.Long(), on.Long(), added, DateOf(d.At).Long())
		return d
	}
	d.Sum += fmt.Sprintf("; it stood still from %s to %s, so %s more: due by %s", Show(from), Show(to), added, Show(d.At))
	return d
}
