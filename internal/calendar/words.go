package calendar

import (
	"fmt"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

// wallLayouts are the times without a zone that are read as London time.
var wallLayouts = []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// Wall is a moment as clocks in London show it, in the form in which it is answered.
func Wall(at time.Time) string { return at.In(London).Format("2006-01-02T15:04") }

// ParseTime reads a time with its zone (RFC 3339, "2026-03-17T10:00:00Z"), or a
// time on the clock in London ("2026-03-17T10:00"), or a date, which means its
// first minute. The answer is in UTC.
//
// A time the clocks skip in spring is refused. A time that happens twice in
// autumn gives the first of the two, and twice is true, so that the page can
// ask or say so.
func ParseTime(s string) (t time.Time, twice bool, err error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return inRange(t.UTC(), false)
	}
	for _, layout := range wallLayouts {
		wall, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		found := wallTimes(wall)
		if len(found) == 0 {
			return time.Time{}, false, fault.New(fault.Invalid, fmt.Sprintf(
				"There was no %s on %s: the clocks went forward. Check the time.", wall.Format("15:04"), wall.Format("Monday 2 January 2006")))
		}
		return inRange(found[0], len(found) > 1)
	}
	return time.Time{}, false, fault.New(fault.Invalid, "Write the date and time as 2026-03-17T10:00, or the date alone as 2026-03-17, and check that they exist.")
}

func inRange(t time.Time, twice bool) (time.Time, bool, error) {
	if y := t.In(London).Year(); y < firstYear || y > lastYear {
		return time.Time{}, false, fault.New(fault.Invalid, fmt.Sprintf("Check the year: it must be between %d and %d.", firstYear, lastYear))
	}
	return t, twice, nil
}

// wallTimes are the instants at which a clock in London shows a time, earliest
// first: usually one, none when the clocks skip it, two when it comes twice.
// The time is given as if it were UTC.
func wallTimes(wall time.Time) []time.Time {
	var found []time.Time
	before, after := offset(wall.Add(-24*time.Hour)), offset(wall.Add(24*time.Hour))
	for _, seconds := range []int{max(before, after), min(before, after)} {
		t := wall.Add(-time.Duration(seconds) * time.Second)
		if offset(t) == seconds && (len(found) == 0 || !t.Equal(found[0])) {
			found = append(found, t)
		}
	}
	return found
}

// Show is an instant as a page says it, in London: "Thursday 9 April 2026,
// 10:30". A time that comes twice when the clocks go back has BST or GMT after
// it.
func Show(t time.Time) string { return show(t, Date.Long) }

// ShowShort is an instant as a table says it, in London: "9 Apr 2026, 10:30".
func ShowShort(t time.Time) string { return show(t, Date.Short) }

// ShowNear is ShowShort without the year when it is now's: "9 Apr, 10:30", for
// tables with little room.
func ShowNear(t, now time.Time) string {
	if DateOf(t).Year() != DateOf(now).Year() {
		return ShowShort(t)
	}
	return show(t, func(d Date) string { return d.format("2 Jan") })
}

func show(t time.Time, date func(Date) string) string {
	if t.IsZero() {
		return ""
	}
	return date(DateOf(t)) + ", " + clock(t)
}

// clock is the time on the wall in London, "10:30".
func clock(t time.Time) string {
	local := t.In(London)
	text := local.Format("15:04")
	// Only an hour either side of a change of offset can come twice.
	if offset(t.Add(-time.Hour)) != offset(t.Add(time.Hour)) && len(wallTimes(local.Add(time.Duration(offset(t))*time.Second).UTC())) > 1 {
		text += local.Format(" MST")
	}
	return text
}

// TimeLeft is how long there is until a limit, in the words of its unit: "2
// hours 10 minutes left", "3 working days left", "due today by 16:30", "overdue
// by 1 day". It never says there is more time than there is.
func (c *Calendar) TimeLeft(now time.Time, due Due) string {
	if !due.Unit.CountsDays() {
		left := due.At.Sub(now)
		switch {
		case left < 0:
			return "overdue by " + roughly(-left)
		case left == 0:
			return "due now"
		default:
			return roughly(left) + " left"
		}
	}
	today, last := DateOf(now), DateOf(due.At)
	switch days := today.DaysTo(last); {
	case days < 0:
		return "overdue by " + count(-days, "day")
	case days == 0 && now.Before(due.Act):
		return "due today by " + clock(due.Act)
	case days == 0:
		return "due by the end of today"
	default:
		if n := c.WorkingDaysTo(today, last); due.Unit == WorkingDays && n > 0 {
			return count(n, "working day") + " left"
		}
		return count(days, "day") + " left"
	}
}

// roughly is a span in hours and minutes, and from four days on in whole days:
// nobody reckons in hundreds of hours.
func roughly(d time.Duration) string {
	if d >= 4*24*time.Hour {
		return count(int(d/(24*time.Hour)), "day")
	}
	return inWords(d)
}

// inWords is a span in hours and whole minutes, "2 hours 10 minutes".
func inWords(d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case hours == 0 && minutes == 0:
		return "less than 1 minute"
	case hours == 0:
		return count(minutes, "minute")
	case minutes == 0:
		return count(hours, "hour")
	default:
		return count(hours, "hour") + " " + count(minutes, "minute")
	}
}
