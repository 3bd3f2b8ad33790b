package calendar

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

//go:embed holidays.csv
var holidaysCSV string

// NamedDay is a date and what it is called: "Good Friday", "Christmas closure".
type NamedDay struct {
	Date Date
	Name string
}

// Window is the part of a day an office is open, in minutes after midnight in
// London: from Open up to but not including Close. The zero value is shut.
type Window struct{ Open, Close int }

// Settings is what an authority decides about its calendar. The public
// holidays of England and Wales are built in.
type Settings struct {
	// Holidays are public holidays that are not built in, such as one called
	// at short notice. They are not working days.
	Holidays []NamedDay
	// Closures are days the office is shut that are not public holidays, such
	// as those between Christmas and New Year. They change who answers; they
	// are still working days, so no limit moves.
	Closures []NamedDay
	// Hours are the opening hours; nil means Monday to Friday, 09:00 to 16:30.
	Hours map[time.Weekday]Window
	// CloseBeforeHoliday, in minutes after midnight, is an earlier close on the
	// eve of a public holiday; 0 means the usual time.
	CloseBeforeHoliday int
	// CountStartDay makes the start day day 1 of a limit in working days. The
	// usual way is that the day after is day 1.
	CountStartDay bool
	// LateArrivalMovesStart makes something that arrives after closing, or on a
	// day that is not a working day, start on the next working day.
	LateArrivalMovesStart bool
	// Source, Checked and Confirmed say where the opening hours come from, when
	// they were last checked and whether the authority has confirmed them.
	Source    string
	Checked   Date
	Confirmed bool
}

// Calendar answers for one authority. It does not change once made and is safe
// to share.
type Calendar struct {
	settings    Settings
	holidays    map[Date]string
	closures    map[Date]string
	first, last Date // the years whose public holidays are known
	version     string
}

// usualClose is 16:30, the time by which to act where an office has no opening
// hours on that day of the week.
const usualClose = 16*60 + 30

func usualHours() map[time.Weekday]Window {
	hours := map[time.Weekday]Window{}
	for day := time.Monday; day <= time.Friday; day++ {
		hours[day] = Window{9 * 60, usualClose}
	}
	return hours
}

// New makes a calendar. It refuses hours that end before they begin, days with
// no name or no date, and the same day twice.
func New(s Settings) (*Calendar, error) {
	if s.Hours == nil {
		s.Hours = usualHours()
	}
	c := &Calendar{settings: s, holidays: map[Date]string{}, closures: map[Date]string{}}
	if err := c.addBuiltIn(); err != nil {
		return nil, err
	}
	added := map[Date]string{}
	for _, d := range s.Holidays {
		if err := addDay(added, d); err != nil {
			return nil, err
		}
		// A day added at short notice is built in by a later release: that must
		// not stop the program, nor change the version.
		if c.holidays[d.Date] == "" {
			c.holidays[d.Date] = d.Name
		}
	}
	for _, d := range s.Closures {
		if err := addDay(c.closures, d); err != nil {
			return nil, err
		}
	}
	open := 0
	for day, w := range s.Hours {
		if w == (Window{}) {
			continue
		}
		open++
		if w.Open < 0 || w.Open >= w.Close || w.Close > 24*60 {
			return nil, fault.New(fault.Invalid, fmt.Sprintf("The opening hours on %s must begin before they end, within one day.", day))
		}
	}
	if open == 0 {
		return nil, fault.New(fault.Invalid, "Give opening hours for at least one day of the week.")
	}
	if s.CloseBeforeHoliday < 0 || s.CloseBeforeHoliday > 24*60 {
		return nil, fault.New(fault.Invalid, "The closing time before a public holiday must be a time of day.")
	}
	c.version = c.hash()
	return c, nil
}

// Default is the calendar with the usual hours and the built-in holidays only.
func Default() *Calendar {
	c, err := New(Settings{})
	if err != nil {
		panic("calendar: the built-in holidays cannot be read: " + err.Error())
	}
	return c
}

func (c *Calendar) addBuiltIn() error {
	r := csv.NewReader(strings.NewReader(holidaysCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return fault.Wrap(err, fault.Internal, "The built-in list of bank holidays cannot be read.")
	}
	for _, row := range rows[1:] {
		d, err := ParseDate(row[0])
		if err != nil {
			return fault.Wrap(err, fault.Internal, "The built-in list of bank holidays holds a date that cannot be read.")
		}
		name := row[1]
		if row[2] == "yes" {
			name += " (substitute day)"
		}
		c.holidays[d] = name
		if c.first.IsZero() {
			c.first = NewDate(d.year, time.January, 1)
		}
		c.last = NewDate(d.year, time.December, 31)
	}
	return nil
}

func addDay(days map[Date]string, d NamedDay) error {
	if d.Date.IsZero() || strings.TrimSpace(d.Name) == "" {
		return fault.New(fault.Invalid, "Each added holiday or closure needs a date and a name.")
	}
	if was, ok := days[d.Date]; ok {
		return fault.New(fault.Invalid, fmt.Sprintf("%s is listed already, as %s. Remove one of them.", d.Date.Long(), was))
	}
	days[d.Date] = d.Name
	return nil
}

// hash covers everything that can change an answer, and nothing else.
func (c *Calendar) hash() string {
	h := sha256.New()
	for _, days := range []map[Date]string{c.holidays, c.closures} {
		for _, d := range sorted(days) {
			fmt.Fprintf(h, "%s %q\n", d.Date, d.Name)
		}
		fmt.Fprintln(h, "-")
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		fmt.Fprintln(h, day, c.settings.Hours[day])
	}
	fmt.Fprintln(h, c.settings.CloseBeforeHoliday, c.settings.CountStartDay, c.settings.LateArrivalMovesStart)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func sorted(days map[Date]string) []NamedDay {
	out := make([]NamedDay, 0, len(days))
	for d, name := range days {
		out = append(out, NamedDay{d, name})
	}
	slices.SortFunc(out, func(a, b NamedDay) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Version names this calendar by its content: all its dates and settings. It
// is stored with each deadline, so that a change of calendar can be seen and
// open deadlines worked out again.
func (c *Calendar) Version() string { return c.version }

// Known is the first and last date for which public holidays are listed. A due
// time after it may move when more are published.
func (c *Calendar) Known() (first, last Date) { return c.first, c.last }

// HoursChecked says where the opening hours come from, when they were last
// checked, and whether the authority has confirmed them.
func (c *Calendar) HoursChecked() (source string, checked Date, confirmed bool) {
	return c.settings.Source, c.settings.Checked, c.settings.Confirmed
}

// Holidays are the public holidays from one date to another, both included.
func (c *Calendar) Holidays(from, to Date) []NamedDay { return between(c.holidays, from, to) }

// Closures are the office's own closed days from one date to another.
func (c *Calendar) Closures(from, to Date) []NamedDay { return between(c.closures, from, to) }

func between(days map[Date]string, from, to Date) []NamedDay {
	return slices.DeleteFunc(sorted(days), func(d NamedDay) bool { return d.Date.Before(from) || d.Date.After(to) })
}

// Holiday is the name of the public holiday on a date, or nothing.
func (c *Calendar) Holiday(d Date) string { return c.holidays[d] }

// IsWorkingDay tells whether a date is Monday to Friday and not a public
// holiday in England. A day the office is closed for its own reasons is still
// a working day.
func (c *Calendar) IsWorkingDay(d Date) bool { return c.NotWorking(d) == "" }

// NotWorking says why a date is not a working day, "Good Friday" or
// "Saturday", or nothing when it is one.
func (c *Calendar) NotWorking(d Date) string {
	if name := c.holidays[d]; name != "" {
		return name
	}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return w.String()
	}
	return ""
}

// NextWorkingDay is the first working day after a date.
func (c *Calendar) NextWorkingDay(d Date) Date {
	for d = d.AddDays(1); !c.IsWorkingDay(d); d = d.AddDays(1) {
	}
	return d
}

// WorkingDayOnOrBefore is the date itself or the last working day before it.
func (c *Calendar) WorkingDayOnOrBefore(d Date) Date {
	for ; !c.IsWorkingDay(d); d = d.AddDays(-1) {
	}
	return d
}

// WorkingDaysTo counts the working days after one date up to and including
// another; 0 when the other is not later.
func (c *Calendar) WorkingDaysTo(from, to Date) int {
	n := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if c.IsWorkingDay(d) {
			n++
		}
	}
	return n
}
