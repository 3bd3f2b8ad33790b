package calendar

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	got, _, err := ParseTime(s)
	if err != nil {
		t.Fatalf("ParseTime(%q): %v", s, err)
	}
	return got
}

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatalf("ParseDate(%q): %v", s, err)
	}
	return d
}

func due(t *testing.T, c *Calendar, from, length string, o Options) Due {
	t.Helper()
	l, err := ParseLength(length)
	if err != nil {
		t.Fatalf("ParseLength(%q): %v", length, err)
	}
	d, err := c.Due(at(t, from), l, o)
	if err != nil {
		t.Fatalf("Due(%s, %s): %v", from, length, err)
	}
	return d
}

func with(t *testing.T, s Settings) *Calendar {
	t.Helper()
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWorkedExamples holds the 26 examples of the field's own arithmetic. Want
// is a time in London for hours and a date for days.
func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	hold, roll, first := Options{HoldBefore: true}, Options{RollForward: true}, Options{CountStart: true}
	for _, x := range []struct {
		name, from, length string
		o                  Options
		want               string
	}{
		{"1 ordinary day", "2026-04-01T15:10", "1 working day", Options{}, "2026-04-02"},
		{"2 before Easter", "2026-04-02T16:10", "1 working day", Options{}, "2026-04-07"},
		{"3 same, elapsed", "2026-04-02T16:10", "24 hours", Options{}, "2026-04-03T16:10"},
		{"4 weekend arrival", "2026-01-03T02:00", "1 working day", Options{}, "2026-01-05"},
		{"5 late evening", "2026-11-10T18:40", "1 working day", Options{}, "2026-11-11"},
		{"6 confirmation in hours", "2026-12-24T11:00", "48 hours", Options{}, "2026-12-26T11:00"},
		{"7 confirmation in days", "2026-12-24T11:00", "2 working days", Options{}, "2026-12-30"},
		{"8 Christmas", "2026-12-24T11:00", "1 working day", Options{}, "2026-12-29"},
		{"9 conference over Easter", "2026-03-17", "15 working days", Options{}, "2026-04-09"},
		{"9 counting the start day", "2026-03-17", "15 working days", first, "2026-04-08"},
		{"10 conference over Christmas", "2026-12-14", "15 working days", Options{}, "2027-01-07"},
		{"10 counting the start day", "2026-12-14", "15 working days", first, "2027-01-06"},
		{"11 assessment", "2026-03-02", "45 working days", Options{}, "2026-05-07"},
		{"12 assessment over Christmas", "2026-12-01", "45 working days", Options{}, "2027-02-05"},
		{"13 core group", "2026-04-22", "10 working days", Options{}, "2026-05-07"},
		{"14 transfer in", "2026-08-20", "15 working days", Options{}, "2026-09-11"},
		{"15 clocks go back", "2026-10-23T22:30", "72 hours", Options{}, "2026-10-26T21:30"},
		{"16 clocks go forward", "2026-03-27T20:00", "72 hours", Options{}, "2026-03-30T21:00"},
		{"17 over local midnight", "2027-03-27T23:15", "72 hours", Options{}, "2027-03-31T00:15"},
		{"18 allegation", "2026-12-04T17:00", "24 hours", Options{}, "2026-12-05T17:00"},
		{"19 child death", "2026-10-24T14:00", "24 hours", Options{}, "2026-10-25T13:00"},
		{"20 the limit itself", "2026-11-30", "3 months", Options{}, "2027-02-28"},
		{"20 held before", "2026-11-30", "3 months", hold, "2027-02-26"},
		{"21 next review", "2027-02-26", "6 months", hold, "2027-08-26"},
		{"22 eighth day", "2026-12-18", "8 days", first, "2026-12-25"},
		{"22 moved on by the court", "2026-12-18", "8 days", Options{CountStart: true, RollForward: true}, "2026-12-29"},
		{"23 from police protection", "2026-10-05", "8 days", first, "2026-10-12"},
		{"24 open hours", "2026-12-17T15:00", "4 open hours", Options{}, "2026-12-18T11:30"},
		{"24 elapsed instead", "2026-12-17T15:00", "4 hours", Options{}, "2026-12-17T19:00"},
		{"25 elapsed to a holiday", "2026-08-28T13:00", "72 hours", Options{}, "2026-08-31T13:00"},
		{"25 working days instead", "2026-08-28T13:00", "3 working days", Options{}, "2026-09-03"},
		{"26 the limit itself", "2027-01-31", "1 month", Options{}, "2027-02-28"},
		{"26 rolled forward", "2027-01-31", "1 month", roll, "2027-03-01"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			got := due(t, Default(), x.from, x.length, x.o)
			want, act := at(t, x.want), at(t, x.want)
			if got.Unit.CountsDays() {
				want, act = day(t, x.want).End(), day(t, x.want).At(16, 30, 0)
			}
			if !got.At.Equal(want) || !got.Act.Equal(act) {
				t.Errorf("due %s, act %s; want %s, act %s\n%s", Show(got.At), Show(got.Act), Show(want), Show(act), got.Sum)
			}
			if got.At.Location() != time.UTC || got.Act.Location() != time.UTC {
				t.Errorf("the due time is not in UTC: %v, %v", got.At, got.Act)
			}
			shown := Show(got.At)
			if got.Unit.CountsDays() {
				shown = DateOf(got.At).Long()
			}
			if !strings.HasSuffix(got.Sum, shown) {
				t.Errorf("the sum does not end with the due time %q: %q", shown, got.Sum)
			}
		})
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	late := with(t, Settings{LateArrivalMovesStart: true})
	counted := with(t, Settings{CountStartDay: true})
	for _, x := range []struct {
		c            *Calendar
		from, length string
		o            Options
		want         string
	}{
		{Default(), "2026-03-17", "15 working days", Options{}, "15 working days from Tuesday 17 March 2026: skips Good Friday 3 April and Easter Monday 6 April (and weekends); due by the end of Thursday 9 April 2026"},
		{Default(), "2026-04-01", "1 working day", Options{}, "1 working day from Wednesday 1 April 2026: due by the end of Thursday 2 April 2026"},
		{Default(), "2026-01-03", "1 working day", Options{}, "1 working day from Saturday 3 January 2026: skips the weekend; due by the end of Monday 5 January 2026"},
		{Default(), "2026-12-14", "15 working days", Options{}, "15 working days from Monday 14 December 2026: skips Christmas Day 25 December, Boxing Day (substitute day) 28 December and New Year’s Day 1 January 2027 (and weekends); due by the end of Thursday 7 January 2027"},
		{Default(), "2026-10-23T22:30", "72 hours", Options{}, "72 hours from Friday 23 October 2026, 22:30: the clocks go back on Sunday 25 October, so the time on the wall is 21:30; due by Monday 26 October 2026, 21:30"},
		{Default(), "2026-03-27T20:00", "72 hours", Options{}, "72 hours from Friday 27 March 2026, 20:00: the clocks go forward on Sunday 29 March, so the time on the wall is 21:00; due by Monday 30 March 2026, 21:00"},
		{Default(), "2026-12-17T15:00", "4 open hours", Options{}, "4 open hours from Thursday 17 December 2026, 15:00: 1 hour 30 minutes on Thursday 17 December and 2 hours 30 minutes on Friday 18 December; due by Friday 18 December 2026, 11:30"},
		{Default(), "2026-11-30", "3 months", Options{HoldBefore: true}, "3 months from Monday 30 November 2026: February 2027 has no day 30, so its last day counts; the limit, Sunday 28 February 2027, is not a working day, so the last working day before it counts; due by the end of Friday 26 February 2027"},
		{Default(), "2026-10-05", "8 days", Options{CountStart: true}, "8 days from Monday 5 October 2026, counting that day as day 1: due by the end of Monday 12 October 2026"},
		{Default(), "2026-12-18", "7 days", Options{RollForward: true}, "7 days from Friday 18 December 2026: due by the end of Friday 25 December 2026; that is not a working day (Christmas Day), so the next one counts: due by the end of Tuesday 29 December 2026"},
		{Default(), "2028-12-28", "2 working days", Options{}, "2 working days from Thursday 28 December 2028: skips the weekend; due by the end of Monday 1 January 2029 (public holidays after 31 December 2028 are not published yet, so this may move)"},
		{late, "2026-11-10T18:40", "1 working day", Options{}, "1 working day from Wednesday 11 November 2026 (it arrived on Tuesday 10 November, when the office was closed): due by the end of Thursday 12 November 2026"},
		{late, "2026-11-10T16:29", "1 working day", Options{}, "1 working day from Tuesday 10 November 2026: due by the end of Wednesday 11 November 2026"},
		{counted, "2026-03-17", "1 working day", Options{}, "1 working day from Tuesday 17 March 2026, counting that day as day 1: due by the end of Tuesday 17 March 2026"},
		{counted, "2026-03-14", "1 working day", Options{}, "1 working day from Saturday 14 March 2026, the first working day being day 1: skips the weekend; due by the end of Monday 16 March 2026"},
	} {
		if got := due(t, x.c, x.from, x.length, x.o).Sum; got != x.want {
			t.Errorf("got  %s\nwant %s", got, x.want)
		}
	}
}

func TestDueRefuses(t *testing.T) {
	t.Parallel()
	c, now := Default(), at(t, "2026-03-17")
	for name, try := range map[string]func() (Due, error){
		"no start":           func() (Due, error) { return c.Due(time.Time{}, Length{1, Days}, Options{}) },
		"no length":          func() (Due, error) { return c.Due(now, Length{}, Options{}) },
		"no unit":            func() (Due, error) { return c.Due(now, Length{N: 3}, Options{}) },
		"too long":           func() (Due, error) { return c.Due(now, Length{10001, Days}, Options{}) },
		"hours held before":  func() (Due, error) { return c.Due(now, Length{72, Hours}, Options{HoldBefore: true}) },
		"open hours moved":   func() (Due, error) { return c.Due(now, Length{4, OpenHours}, Options{RollForward: true}) },
		"months from day 1":  func() (Due, error) { return c.Due(now, Length{3, Months}, Options{CountStart: true}) },
		"both ways":          func() (Due, error) { return c.Due(now, Length{3, Days}, Options{HoldBefore: true, RollForward: true}) },
		"never open so long": func() (Due, error) { return tiny(t).Due(now, Length{10000, OpenHours}, Options{}) },
	} {
		if d, err := try(); err == nil {
			t.Errorf("%s: accepted, due %s", name, Show(d.At))
		}
	}
}

func tiny(t *testing.T) *Calendar {
	return with(t, Settings{Hours: map[time.Weekday]Window{time.Monday: {540, 541}}})
}

// A closure shuts the office and moves no limit in working days.
func TestClosureMovesOnlyOpenHours(t *testing.T) {
	t.Parallel()
	c := with(t, Settings{Closures: []NamedDay{{NewDate(2026, time.December, 29), "Christmas closure"}}})
	if got := due(t, c, "2026-12-24T11:00", "1 working day", Options{}); DateOf(got.At).String() != "2026-12-29" {
		t.Errorf("a closure moved a limit in working days: %s", got.Sum)
	}
	if got := due(t, c, "2026-12-24T16:00", "1 open hour", Options{}); Show(got.At) != "Wednesday 30 December 2026, 09:30" {
		t.Errorf("open hours ran during a closure: %s", got.Sum)
	}
}

// A public holiday called at short notice moves limits, and the version.
func TestAddedHoliday(t *testing.T) {
	t.Parallel()
	c := with(t, Settings{Holidays: []NamedDay{{NewDate(2026, time.March, 18), "A day of thanks"}}})
	got := due(t, c, "2026-03-17", "1 working day", Options{})
	if DateOf(got.At).String() != "2026-03-19" || !strings.Contains(got.Sum, "skips A day of thanks 18 March") {
		t.Error(got.Sum)
	}
	if c.Version() == Default().Version() {
		t.Error("the version did not change with the holidays")
	}
}

func TestHoldBeforeNeverBeforeTheStart(t *testing.T) {
	t.Parallel()
	got := due(t, Default(), "2026-04-04", "1 day", Options{HoldBefore: true})
	if DateOf(got.At).String() != "2026-04-05" {
		t.Errorf("held before it began: %s", got.Sum)
	}
}

// For any two starts and lengths, the later start is never due earlier, a longer
// limit is never due before a shorter one, and a limit in working days never
// lands on another day, whatever the settings.
func TestWorkingDayDueIsMonotone(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(4, 9))
	begin := at(t, "2024-01-01")
	for _, s := range []Settings{{}, {CountStartDay: true}, {LateArrivalMovesStart: true}, {CountStartDay: true, LateArrivalMovesStart: true}} {
		c := with(t, s)
		get := func(from time.Time, n int) Due {
			d, err := c.Due(from, Length{n, WorkingDays}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !c.IsWorkingDay(DateOf(d.At)) {
				t.Fatalf("landed on %s: %s", c.NotWorking(DateOf(d.At)), d.Sum)
			}
			if d.At.Before(from) {
				t.Fatalf("due before it began: %s", d.Sum)
			}
			return d
		}
		for range 800 {
			from := begin.Add(time.Duration(rnd.IntN(4*365*24*60)) * time.Minute)
			later := from.Add(time.Duration(rnd.IntN(6*24*60)) * time.Minute)
			n := 1 + rnd.IntN(60)
			a, b, longer := get(from, n), get(later, n), get(from, n+1)
			if b.At.Before(a.At) || !longer.At.After(a.At) {
				t.Fatalf("out of order:\n%s\n%s\n%s", a.Sum, b.Sum, longer.Sum)
			}
		}
	}
}

// Open hours counted out by Due agree with the minutes IsOpen allows.
func TestOpenHoursAgreeWithIsOpen(t *testing.T) {
	t.Parallel()
	c := with(t, Settings{
		Hours:              map[time.Weekday]Window{time.Sunday: {0, 180}, time.Tuesday: {540, 1050}, time.Thursday: {540, 1050}},
		CloseBeforeHoliday: 990,
	})
	for _, from := range []string{"2026-03-26T16:00", "2026-10-22T12:13", "2026-12-24T10:00"} {
		start := at(t, from)
		end := due(t, c, from, "6 open hours", Options{}).At
		open := time.Duration(0)
		for m := start; m.Before(end); m = m.Add(time.Minute) {
			if c.IsOpen(m) {
				open += time.Minute
			}
		}
		if open != 6*time.Hour {
			t.Errorf("from %s to %s the office is open for %s, not 6 hours", from, Show(end), open)
		}
	}
}
