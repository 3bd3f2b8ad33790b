package calendar

import (
	"strings"
	"testing"
)

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-03-17", "2026-02-30", "0000-00-00", "9999-12-31", "+2026-03-17", "２０２６-03-17", strings.Repeat("1", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q became %q", s, d)
		}
		if err == nil && d.AddDays(1).AddDays(-1) != d {
			t.Fatalf("%v is not the day before the day after it", d)
		}
	})
}

func FuzzParseWindow(f *testing.F) {
	for _, s := range []string{"09:00-17:30", "09:00-24:00", "17:00-09:00", "-", "99:99-00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { _, _ = ParseWindow(s) })
}
