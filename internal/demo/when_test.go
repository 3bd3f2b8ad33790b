package demo

import (
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
)

// Whenever the world is made, each story can be put in order before now: over
// Christmas, Easter, a leap day and both changes of the clocks, at all hours.
func TestEveryStoryIsInThePast(t *testing.T) {
	t.Parallel()
	stories, usual, err := readStories()
	if err != nil {
		t.Fatal(err)
	}
	d := &casework.Desk{Place: caseworktest.Partnership()}
	for _, from := range []time.Time{
		time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC),
		time.Date(2026, 12, 23, 8, 0, 0, 0, time.UTC),
		time.Date(2027, 3, 25, 8, 0, 0, 0, time.UTC),
		time.Date(2028, 2, 28, 20, 0, 0, 0, time.UTC),
	} {
		for now := from; now.Before(from.AddDate(0, 0, 6)); now = now.Add(5*time.Hour + 17*time.Minute) {
			events, err := storyEvents(d, nil, stories, usual, now)
			if err != nil {
				t.Fatalf("%s: %v", now, err)
			}
			if len(events) < 100 {
				t.Fatalf("%s: only %d acts", now, len(events))
			}
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	cal := caseworktest.Partnership().Calendars["thurrock"] // open 09:00 to 16:30
	monday := calendar.NewDate(2026, 11, 23)
	for _, c := range []struct {
		text      string
		now, want time.Time
	}{
		{"-2h10m", monday.At(10, 0, 0), monday.At(7, 50, 0)},
		{"-1wd 10:15", monday.At(10, 0, 0), monday.AddDays(-3).At(10, 15, 0)},
		{"open -90m", monday.At(9, 30, 0), monday.AddDays(-3).At(15, 30, 0)},
		{"open -30m", monday.At(9, 30, 0), monday.At(9, 0, 0)},
		{"open -30m", monday.At(23, 0, 0), monday.At(16, 0, 0)},
		{"shut -55m", monday.At(14, 0, 0), monday.At(8, 5, 0)},
		{"shut -55m", monday.At(23, 0, 0), monday.At(22, 5, 0)},
	} {
		if got, err := moment(c.text, c.now, cal); err != nil || !got.Equal(c.want) {
			t.Errorf("%q at %s is %s, want %s (%v)", c.text, c.now, got, c.want, err)
		}
	}
	for _, bad := range []string{"", "yesterday", "-1wd", "open soon", "x1wd 10:00"} {
		if got, err := moment(bad, monday.At(10, 0, 0), cal); err == nil {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	cal := caseworktest.Partnership().Calendars["thurrock"]
	at := calendar.NewDate(2026, 1, 5).At(10, 0, 0) // a Monday
	now := calendar.NewDate(2026, 11, 24).At(10, 0, 0)
	for text, want := range map[string]string{
		"7y 40d": "2018-11-26", "0y 5d": "2025-12-31", "8y on 03-04": "2018-03-04", "in 2w": "2026-01-19",
		"-1wd": "2026-01-02", "-0d": "2026-01-05", "-30d": "2025-12-06", "2017-03-04": "2017-03-04",
	} {
		if got, err := day(text, at, now, cal); err != nil || got.String() != want {
			t.Errorf("%q is %s, want %s (%v)", text, got, want, err)
		}
	}
	for _, bad := range []string{"", "soon", "in a week", "8y on 13-40", "7y x"} {
		if got, err := day(bad, at, now, cal); err == nil {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
}
