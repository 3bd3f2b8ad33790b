package calendar_test

import (
	"testing"
	"time"

	"frontdoor/internal/calendar"
)

func TestBefore(t *testing.T) {
	t.Parallel()
	cal := calendar.Default()
	at := func(s string) time.Time {
		v, _, err := calendar.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, x := range []struct {
		from, length, want string
		day                bool
	}{
		{"2026-04-09T10:00", "3 working days", "2026-04-02T23:59", false}, // over Easter
		{"2026-04-09T10:00", "48 hours", "2026-04-07T10:00", false},       // real hours
		{"2026-10-26T09:00", "48 hours", "2026-10-24T10:00", false},       // the clocks go back between
		{"2026-03-30T09:00", "24 hours", "2026-03-29T09:00", false},       // they went forward before
		{"2026-05-06T00:00", "", "2026-05-06T23:59", true},                // the day itself
		{"2026-05-06T14:00", "", "2026-05-06T14:00", false},               // the moment itself
		{"2026-05-06T00:00", "2 weeks", "2026-04-22T23:59", true},         // dates
		{"2027-03-31T00:00", "1 months", "2027-02-28T23:59", true},        // a shorter month
		{"2026-12-29T11:00", "1 working day", "2026-12-24T23:59", false},  // over Christmas
	} {
		var l calendar.Length
		if err := l.UnmarshalText([]byte(x.length)); err != nil {
			t.Fatal(err)
		}
		due, err := cal.Before(at(x.from), x.day, l)
		if err != nil {
			t.Fatal(err)
		}
		if got := due.At.In(calendar.London).Format("2006-01-02T15:04"); got != x.want {
			t.Errorf("%s before %s is %s, want %s (%s)", x.length, x.from, got, x.want, due.Sum)
		}
	}
	if _, err := cal.Before(at("2026-05-06T14:00"), false, calendar.Length{N: 2, Unit: calendar.OpenHours}); err == nil {
		t.Error("counted back in open hours")
	}
}
