package calendar

import (
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-17T10:00":          "2026-03-17T10:00:00Z",
		"2026-06-17T10:00":          "2026-06-17T09:00:00Z",
		"2026-06-17T10:00:30":       "2026-06-17T09:00:30Z",
		"2026-06-17 10:00":          "2026-06-17T09:00:00Z",
		" 2026-06-17 ":              "2026-06-16T23:00:00Z",
		"2026-03-17T10:00:00Z":      "2026-03-17T10:00:00Z",
		"2026-03-17T10:00:00+05:30": "2026-03-17T04:30:00Z",
		"2026-03-29T00:59":          "2026-03-29T00:59:00Z",
		"2026-03-29T02:00":          "2026-03-29T01:00:00Z",
		"2026-10-25T00:59":          "2026-10-24T23:59:00Z",
		"2026-10-25T02:00":          "2026-10-25T02:00:00Z",
	} {
		got, twice, err := ParseTime(in)
		if err != nil || twice || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v, %v, %v; want %s", in, got, twice, err, want)
		}
	}
	for _, in := range []string{"2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T01:59:59"} {
		got, twice, err := ParseTime(in)
		if err != nil || !twice || got.In(London).Format("2006-01-02T15:04 MST") != in[:16]+" BST" {
			t.Errorf("%q: %v, %v, %v; want the first of two", in, got.In(London), twice, err)
		}
	}
	for in, want := range map[string]string{
		"2026-03-29T01:00":          "There was no 01:00 on Sunday 29 March 2026",
		"2027-03-28T01:59:59":       "the clocks went forward",
		"":                          "Write the date and time",
		"17/03/2026":                "Write the date and time",
		"2026-02-30":                "Write the date and time",
		"2026-03-17T24:01":          "Write the date and time",
		"0226-03-17":                "Check the year",
		"9999-12-31T23:59:59-12:00": "Check the year",
	} {
		if got, _, err := ParseTime(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", in, got, err, want)
		}
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-04-09T09:30:00Z": "Thursday 9 April 2026, 10:30",
		"2026-10-25T00:30:00Z": "Sunday 25 October 2026, 01:30 BST",
		"2026-10-25T01:30:00Z": "Sunday 25 October 2026, 01:30 GMT",
		"2026-10-25T02:00:00Z": "Sunday 25 October 2026, 02:00",
		"2026-03-29T01:00:00Z": "Sunday 29 March 2026, 02:00",
	} {
		if got := Show(at(t, in)); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	if got := ShowShort(at(t, "2026-04-09T09:30:00Z")); got != "9 Apr 2026, 10:30" {
		t.Error(got)
	}
	if Show(time.Time{})+ShowShort(time.Time{}) != "" {
		t.Error("no time is shown as something")
	}
}

func TestParseLength(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Length{
		"15 working days": {15, WorkingDays}, "1 working day": {1, WorkingDays}, "72 hours": {72, Hours}, "1 hour": {1, Hours},
		"4 open hours": {4, OpenHours}, "8 days": {8, Days}, "3 months": {3, Months}, " 3  Months ": {3, Months}, "1 week": {7, Days}, "6 weeks": {42, Days},
	} {
		if got, err := ParseLength(in); err != nil || got != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "15", "days", "0 days", "-1 days", "+1 days", "1.5 days", "1429 weeks", "10001 hours", "99999999999999999999 days", "1 working", "three days", "1 days days"} {
		if got, err := ParseLength(in); err == nil {
			t.Errorf("%q was read as %v", in, got)
		} else if !strings.Contains(err.Error(), "hours, open hours, working days, days, weeks") {
			t.Errorf("%q: the fault does not name the units: %v", in, err)
		}
	}
	if got := (Length{1, OpenHours}).String() + ", " + WorkingDays.String(); got != "1 open hour, working days" {
		t.Error(got)
	}
}

func TestTimeLeft(t *testing.T) {
	t.Parallel()
	c := Default()
	hours := Due{At: at(t, "2026-04-03T16:10"), Act: at(t, "2026-04-03T16:10"), Unit: Hours}
	end := day(t, "2026-04-07")
	working := Due{At: end.End(), Act: end.At(16, 30, 0), Unit: WorkingDays}
	dates := Due{At: end.End(), Act: end.At(16, 30, 0), Unit: Days}
	for _, x := range []struct {
		due       Due
		now, want string
	}{
		{hours, "2026-04-03T14:00", "2 hours 10 minutes left"},
		{hours, "2026-04-02T16:10", "24 hours left"},
		{hours, "2026-03-31T15:10", "73 hours left"},
		{hours, "2026-03-20T15:09", "14 days left"},
		{hours, "2026-04-09T16:10", "overdue by 6 days"},
		{hours, "2026-04-03T15:09:01", "1 hour left"},
		{hours, "2026-04-03T16:09:30", "less than 1 minute left"},
		{hours, "2026-04-03T16:10", "due now"},
		{hours, "2026-04-03T17:11", "overdue by 1 hour 1 minute"},
		{working, "2026-03-31T10:00", "3 working days left"},
		{working, "2026-04-02T10:00", "1 working day left"},
		{working, "2026-04-05T10:00", "1 working day left"},
		{working, "2026-04-07T00:00", "due today by 16:30"},
		{working, "2026-04-07T16:30", "due by the end of today"},
		{working, "2026-04-07T23:59:59", "due by the end of today"},
		{working, "2026-04-08T00:00", "overdue by 1 day"},
		{working, "2026-04-10T10:00", "overdue by 3 days"},
		{dates, "2026-04-02T10:00", "5 days left"},
		{dates, "2026-04-06T23:00", "1 day left"},
	} {
		if got := c.TimeLeft(at(t, x.now), x.due); got != x.want {
			t.Errorf("%s at %s: %q, want %q", x.due.Unit, x.now, got, x.want)
		}
	}
}

func FuzzParseLength(f *testing.F) {
	for _, s := range []string{"15 working days", "1 working day", "72 hours", "4 open hours", "8 days", "3 months", "", "0 days", "1 week"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLength(s)
		if err != nil {
			if !l.IsZero() {
				t.Errorf("%q: refused and read as %v", s, l)
			}
			return
		}
		if again, err := ParseLength(l.String()); err != nil || again != l {
			t.Errorf("%q is %v, which reads back as %v, %v", s, l, again, err)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-03-17T10:00", "2026-03-29T01:30", "2026-10-25T01:30", "2026-03-17", "2026-03-17T10:00:00Z", "2026-03-17T10:00:00.5-11:00", "", "1941-05-04T01:30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, twice, err := ParseTime(s)
		if err != nil {
			if !got.IsZero() || twice {
				t.Errorf("%q: refused and read as %v", s, got)
			}
			return
		}
		if got.Location() != time.UTC {
			t.Errorf("%q is not in UTC: %v", s, got)
		}
		again, _, err := ParseTime(got.Format(time.RFC3339Nano))
		if err != nil || !again.Equal(got) {
			t.Errorf("%q is %v, which reads back as %v, %v", s, got, again, err)
		}
		if strings.TrimSpace(Show(got)) == "" {
			t.Errorf("%q shows as nothing", s)
		}
	})
}
