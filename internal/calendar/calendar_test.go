package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	c := Default()
	for date, want := range map[string]string{
		"2026-04-02": "", "2026-04-03": "Good Friday", "2026-04-04": "Saturday", "2026-04-06": "Easter Monday",
		"2026-12-26": "Saturday", "2026-12-28": "Boxing Day (substitute day)", "2022-09-19": "Bank Holiday for the State Funeral of Queen Elizabeth II",
		"2023-05-08": "Bank holiday for the coronation of King Charles III", "2026-11-30": "",
	} {
		if got := c.NotWorking(day(t, date)); got != want {
			t.Errorf("%s: %q, want %q", date, got, want)
		}
	}
	if got := c.NextWorkingDay(day(t, "2026-04-02")).String(); got != "2026-04-07" {
		t.Errorf("next working day after 2 April 2026: %s", got)
	}
	if got := c.WorkingDayOnOrBefore(day(t, "2026-04-06")).String(); got != "2026-04-02" {
		t.Errorf("working day on or before Easter Monday 2026: %s", got)
	}
	if first, last := c.Known(); first.String() != "2012-01-01" || last.String() != "2028-12-31" {
		t.Errorf("known from %s to %s", first, last)
	}
	if n := len(c.Holidays(day(t, "2026-01-01"), day(t, "2026-12-31"))); n != 8 {
		t.Errorf("%d public holidays in 2026, want 8", n)
	}
}

// Every half hour of a year, and the second before and after it, against a
// plain reading of the rule. 2026 has both clock changes, Easter and Christmas.
func TestOpenThroughTheYear(t *testing.T) {
	t.Parallel()
	closure := NewDate(2026, time.December, 29)
	c := with(t, Settings{Closures: []NamedDay{{closure, "Christmas closure"}}})
	holidays := " 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28 2027-01-01 "
	end := at(t, "2027-01-02")
	for tick := at(t, "2026-01-01"); tick.Before(end); tick = tick.Add(30 * time.Minute) {
		for _, m := range []time.Time{tick.Add(-time.Second), tick, tick.Add(time.Second)} {
			local := m.In(London)
			clock := local.Format("15:04:05")
			weekday := local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
			date := local.Format(time.DateOnly)
			want := weekday && !strings.Contains(holidays, " "+date+" ") && date != "2026-12-29" && clock >= "09:00:00" && clock < "16:30:00"
			if got := c.IsOpen(m); got != want {
				t.Fatalf("%s: open is %v, want %v", local, got, want)
			}
			until, open := c.OpenUntil(m)
			next, ok := c.NextOpen(m)
			switch {
			case open != want || !ok:
				t.Fatalf("%s: open until says %v, next open says %v", local, open, ok)
			case open && (until.In(London).Format("15:04:05") != "16:30:00" || !next.Equal(m) || c.WhyClosed(m) != ""):
				t.Fatalf("%s: open until %s, next %s, closed because %q", local, Show(until), Show(next), c.WhyClosed(m))
			case !open && (!next.After(m) || !c.IsOpen(next) || c.IsOpen(next.Add(-time.Second)) || c.WhyClosed(m) == ""):
				t.Fatalf("%s: closed, next open %s, because %q", local, Show(next), c.WhyClosed(m))
			}
		}
	}
}

func TestWhyClosed(t *testing.T) {
	t.Parallel()
	c := with(t, Settings{
		Hours:              map[time.Weekday]Window{time.Monday: {540, 1050}, time.Wednesday: {540, 1050}, time.Thursday: {540, 1050}},
		CloseBeforeHoliday: 990,
		Closures:           []NamedDay{{NewDate(2026, time.December, 30), "the Christmas closure"}},
	})
	for moment, want := range map[string]string{
		"2026-12-25T12:00": "today is Christmas Day",
		"2026-12-30T12:00": "today is the Christmas closure",
		"2026-12-23T08:59": "it opens at 09:00",
		"2026-12-23T17:29": "",
		"2026-12-23T17:30": "it closed at 17:30",
		"2026-12-24T16:29": "",
		"2026-12-24T16:30": "it closed at 16:30, before Christmas Day",
		"2026-12-22T12:00": "it does not open on a Tuesday",
	} {
		if got := c.WhyClosed(at(t, moment)); got != want {
			t.Errorf("%s: %q, want %q", moment, got, want)
		}
	}
	if next, _ := c.NextOpen(at(t, "2026-12-24T16:30")); Show(next) != "Thursday 31 December 2026, 09:00" {
		t.Errorf("next open: %s", Show(next))
	}
}

func TestAlwaysOpenDoesNotCloseAtMidnight(t *testing.T) {
	t.Parallel()
	hours := map[time.Weekday]Window{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		hours[d] = Window{0, 24 * 60}
	}
	c := with(t, Settings{Hours: hours})
	if until, _ := c.OpenUntil(at(t, "2026-03-30T12:00")); Show(until) != "Friday 3 April 2026, 00:00" {
		t.Errorf("open until %s, want the start of Good Friday", Show(until))
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	d := NewDate(2026, time.December, 29)
	for name, s := range map[string]Settings{
		"backwards hours": {Hours: map[time.Weekday]Window{time.Monday: {990, 540}}},
		"past midnight":   {Hours: map[time.Weekday]Window{time.Monday: {540, 1441}}},
		"never open":      {Hours: map[time.Weekday]Window{}},
		"no name":         {Closures: []NamedDay{{Date: d}}},
		"no date":         {Holidays: []NamedDay{{Name: "x"}}},
		"twice":           {Closures: []NamedDay{{d, "a"}, {d, "b"}}},
	} {
		if _, err := New(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	base := Default().Version()
	if again := Default().Version(); again != base || len(base) != 12 {
		t.Errorf("version %q then %q", base, again)
	}
	seen := map[string]string{base: "the default"}
	for name, s := range map[string]Settings{
		"holiday":  {Holidays: []NamedDay{{NewDate(2026, 6, 15), "x"}}},
		"closure":  {Closures: []NamedDay{{NewDate(2026, 6, 15), "x"}}},
		"hours":    {Hours: map[time.Weekday]Window{time.Monday: {540, 990}}},
		"eve":      {CloseBeforeHoliday: 900},
		"counting": {CountStartDay: true},
		"late":     {LateArrivalMovesStart: true},
	} {
		v := with(t, s).Version()
		if seen[v] != "" {
			t.Errorf("%s has the same version as %s", name, seen[v])
		}
		seen[v] = name
	}
	known := with(t, Settings{Holidays: []NamedDay{{NewDate(2026, time.April, 3), "Good Friday, again"}}, Source: "a page", Confirmed: true})
	if known.Version() != base {
		t.Error("a holiday that is built in already, or where the hours come from, changed the version")
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	d := day(t, "2026-11-30")
	for got, want := range map[string]string{
		d.AddMonths(3).String():                        "2027-02-28",
		d.AddMonths(-9).String():                       "2026-02-28",
		day(t, "2028-01-31").AddMonths(1).String():     "2028-02-29",
		day(t, "2026-12-31").AddMonths(12).String():    "2027-12-31",
		d.AddDays(32).String():                         "2027-01-01",
		d.Long():                                       "Monday 30 November 2026",
		d.Short():                                      "30 Nov 2026",
		Date{}.Long() + Date{}.String():                "",
		DateOf(at(t, "2026-06-30T23:30:00Z")).String(): "2026-07-01",
		DateOf(time.Time{}).String():                   "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if d.DaysTo(day(t, "2027-01-01")) != 32 || !d.Before(d.AddDays(1)) || d.After(d) || d != NewDate(2026, time.November, 30) {
		t.Error("dates do not compare")
	}
	for _, bad := range []string{"", "2026-02-30", "30/11/2026", "0226-01-01", "2026-1-1", "3026-01-01"} {
		if got, err := ParseDate(bad); err == nil {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
	var back Date
	text, _ := d.MarshalText()
	if err := back.UnmarshalText(text); err != nil || back != d {
		t.Errorf("%s came back as %s, %v", d, back, err)
	}
	if err := back.UnmarshalText(nil); err != nil || !back.IsZero() {
		t.Errorf("an empty text is %s, %v", back, err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	good := `authorities:
  thurrock:
    hours: {mon: 09:00-16:30, sat: closed}
    close_before_holiday: 12:00
    closures:
      - {date: 2026-12-29, name: Christmas closure}
    holidays:
      - {date: 2026-06-15, name: A day of thanks}
    count_start_day: true
    source: a page
    checked: 2021-06-30
`
	all, err := Load([]byte(good), "calendar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := all["thurrock"]
	source, checked, confirmed := c.HoursChecked()
	if c.IsOpen(at(t, "2026-04-07T10:00")) || !c.IsOpen(at(t, "2026-04-13T10:00")) || c.IsWorkingDay(NewDate(2026, 6, 15)) ||
		source != "a page" || checked.String() != "2021-06-30" || confirmed {
		t.Error("the settings were not used")
	}
	if n := len(c.Closures(NewDate(2026, 12, 1), NewDate(2026, 12, 31))); n != 1 {
		t.Errorf("%d closures", n)
	}
	for change, want := range map[[2]string]string{
		{"closures:", "clousres:"}:                          `calendar.yaml, line 5: There is no setting called "clousres"`,
		{"09:00-16:30", "16:30-09:00"}:                      "calendar.yaml, line 3: Write opening hours as",
		{"mon:", "monday:"}:                                 `calendar.yaml, line 3: "monday" is not a day`,
		{"2026-12-29", "2026-02-30"}:                        "calendar.yaml, line 6: Write the date",
		{"name: Christmas closure", "name: ''"}:             "calendar.yaml, line 6: Give the day a name",
		{"12:00", "noon"}:                                   "calendar.yaml, line 4: Write the time",
		{"checked: 2021-06-30", "checked: last year"}:       "calendar.yaml, line 11: Write the date",
		{"    source: a page\n", ""}:                        "calendar.yaml, line 2: Say where",
		{"count_start_day: true", "count_start_day: 3"}:     "calendar.yaml, line 9: The value here is of the wrong kind",
		{"source: a page", "source: a page\n    source: b"}: `calendar.yaml, line 11: "source" is here twice`,
		{good, ""}:                "calendar.yaml: The file is empty",
		{good, "authorities: {"}:  "calendar.yaml, line 1: The file cannot be read",
		{good, "authorities: {}"}: "calendar.yaml, line 1: List at least one",
	} {
		_, err := Load([]byte(strings.Replace(good, change[0], change[1], 1)), "calendar.yaml")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", change[1], err, want)
		}
	}
}
