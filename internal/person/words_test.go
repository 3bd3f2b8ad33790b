package person_test

import (
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
)

func TestAge(t *testing.T) {
	t.Parallel()
	on := calendar.NewDate(2026, time.March, 17)
	for born, want := range map[string]string{
		"2026-03-17": "0 days old", "2026-03-16": "1 day old", "2026-03-04": "13 days old", "2026-03-03": "2 weeks old", "2026-01-18": "8 weeks old",
		"2026-01-17": "2 months old", "2024-03-18": "23 months old", "2024-03-17": "2 years old", "2008-03-18": "17 years old", "2008-03-17": "18 years old",
		"2026-03-18": "not born yet",
	} {
		day, err := calendar.ParseDate(born)
		if err != nil {
			t.Fatal(err)
		}
		if got := person.Age(day, on); got != want {
			t.Errorf("born %s: %s, want %s", born, got, want)
		}
	}
}
