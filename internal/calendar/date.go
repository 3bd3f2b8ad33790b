// Package calendar is the one place that knows what day and time it is in
// London, which days are working days, when an office is open, and how long
// each kind of limit runs.
//
// Five units of time are kept apart ([Unit]): hours on the real timeline,
// hours while the front door is open, working days, days and months. Every
// due time comes with its sum in words ([Due]), so that anyone can check it.
//
// Instants are in UTC. Dates ([Date]) are dates in London. Nothing here reads
// the clock: the time is always given.
package calendar

import (
	"fmt"
	"time"

	// The program may run on a machine that has no time zone data of its own.
	_ "time/tzdata"

	"frontdoor/internal/fault"
)

// London is the time zone of every date and every time on a screen.
var London = mustLondon()

func mustLondon() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic("calendar: the embedded time zone data has no Europe/London: " + err.Error())
	}
	return l
}

// The years a typed date or time may fall in. Outside them it is a slip of the
// finger (0226, 20026), and saying so is kinder than keeping it.
const (
	firstYear = 1900
	lastYear  = 2200
)

// Date is a day in London, with no time. The zero value means no date. Dates
// can be compared with == and used as map keys.
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate makes a date; a day that does not exist rolls over as it does in
// [time.Date] (30 February is 2 March in a common year).
func NewDate(year int, month time.Month, day int) Date {
	return dateIn(time.Date(year, month, day, 12, 0, 0, 0, time.UTC), time.UTC)
}

// DateOf is the date in London at an instant. The zero instant has no date.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return dateIn(t, London)
}

func dateIn(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// ParseDate reads an ISO date, "2026-04-09", between 1900 and 2200.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fault.Wrap(err, fault.Invalid, "Write the date as year-month-day, such as 2026-04-09, and check that the day exists.")
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return Date{}, fault.New(fault.Invalid, fmt.Sprintf("Check the year: it must be between %d and %d.", firstYear, lastYear))
	}
	return dateIn(t, time.UTC), nil
}

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Year is the year, such as 2026.
func (d Date) Year() int { return d.year }

// Month is the month.
func (d Date) Month() time.Month { return d.month }

// Day is the day of the month.
func (d Date) Day() int { return d.day }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// String is the ISO form, "2026-04-09", or nothing for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// Long is the date as a page says it: "Thursday 9 April 2026".
func (d Date) Long() string { return d.format("Monday 2 January 2006") }

// Short is the date as a table says it: "9 Apr 2026".
func (d Date) Short() string { return d.format("2 Jan 2006") }

func (d Date) format(layout string) string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

// AddDays moves by days; a negative number moves back.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// AddMonths moves by calendar months to the same day number, or to the last
// day of the month when it has no such day: 30 November and 3 months is 28
// February.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.year, d.month+time.Month(n), 1)
	last := NewDate(first.year, first.month+1, 0)
	return Date{first.year, first.month, min(d.day, last.day)}
}

// Before tells whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After tells whether d is later than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// Compare is -1, 0 or 1 as d is before, on or after other.
func (d Date) Compare(other Date) int { return d.utc().Compare(other.utc()) }

// DaysTo is how many days other is after d; negative when it is before.
func (d Date) DaysTo(other Date) int {
	return int(other.utc().Sub(d.utc()) / (24 * time.Hour))
}

// At is the instant of a time of day in London on this date, in UTC.
func (d Date) At(hour, minute, second int) time.Time {
	return time.Date(d.year, d.month, d.day, hour, minute, second, 0, London).UTC()
}

// Start is the first instant of the day in London.
func (d Date) Start() time.Time { return d.At(0, 0, 0) }

// End is the last second of the day in London, 23:59:59: when a limit counted
// in days runs out.
func (d Date) End() time.Time { return d.At(23, 59, 59) }

func (d Date) utc() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
}

// MarshalText writes the ISO form; no date is an empty text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; an empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
