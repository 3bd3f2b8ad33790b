package county

import (
	"math/rand/v2"
	"sort"
	"time"

	"frontdoor/internal/calendar"
)

// years is how long the county's work goes back.
const years = 10

// timeline says when contacts reach a front door: many on Mondays, few at
// weekends, fewer while schools are shut, a little more each year.
type timeline struct {
	first calendar.Date
	total []float64 // of the weights of the days up to and with each
	now   time.Time
}

func newTimeline(now time.Time) *timeline {
	t := &timeline{now: now, first: calendar.DateOf(now).AddMonths(-12 * years)}
	cal := calendar.Default()
	sum := 0.0
	for d := t.first; !d.After(calendar.DateOf(now)); d = d.AddDays(1) {
		w := [...]float64{0.22, 1.3, 1.08, 1.02, 1, 1.05, 0.28}[d.Weekday()]
		if cal.WorkingDayOnOrBefore(d) != d && w > 0.5 {
			w = 0.3 // a bank holiday
		}
		w *= 1 + 0.03*float64(d.Year()-t.first.Year())
		if holidays(d) {
			w *= 0.68
		}
		if d == calendar.DateOf(now) { // as much of today as there was
			w *= float64(now.Sub(d.Start())) / float64(24*time.Hour)
		}
		sum += w
		t.total = append(t.total, sum)
	}
	return t
}

// holidays are about when schools are shut.
func holidays(d calendar.Date) bool {
	switch m, day := d.Month(), d.Day(); m {
	case time.August:
		return true
	case time.July:
		return day > 22
	case time.December:
		return day > 19
	case time.January:
		return day < 4
	case time.April:
		return day < 15
	case time.February:
		return day > 12 && day < 20
	case time.May:
		return day > 25
	case time.October:
		return day > 23
	}
	return false
}

// at is when the part of all contacts that comes before has come. Two that follow
// each other come on one day in any order.
func (t *timeline) at(part float64, professional bool, r *rand.Rand) time.Time {
	x := part * t.total[len(t.total)-1]
	i := min(sort.SearchFloat64s(t.total, x), len(t.total)-1)
	d := t.first.AddDays(i)
	minute := 0
	if professional {
		minute = 8*60 + 10 + (r.IntN(300)+r.IntN(300))*9/10
	} else {
		minute = 9*60 + (r.IntN(400) + r.IntN(420))
	}
	at := d.At(0, 0, 0).Add(time.Duration(minute)*time.Minute + time.Duration(r.IntN(60_000_000))*time.Microsecond).UTC()
	if !at.Before(t.now) {
		at = t.now.Add(-time.Duration(1+r.IntN(45)) * time.Minute).UTC()
	}
	return at
}

// played gives the instants of a template when its first is at a time: on the
// same days of work after it and about the same times of day. One in nine is
// late by some days from some act on. An act that would come after now comes
// just before it.
func (t *timeline) played(slots []slot, first time.Time, cal *calendar.Calendar, open bool, r *rand.Rand) []time.Time {
	out := make([]time.Time, len(slots))
	out[0] = first
	day := calendar.DateOf(first)
	shift := int(first.Sub(day.Start())/time.Minute) - slots[0].minute
	if !cal.IsOpen(first) || shift > 150 {
		// It waits for the morning.
		day, shift = cal.NextWorkingDay(day), -r.IntN(60)
	}
	late, by := -1, 0
	if r.IntN(9) == 0 && len(slots) > 2 {
		late, by = 1+r.IntN(len(slots)-1), 1+r.IntN(3)
	}
	passed := 0
	for i := 1; i < len(slots); i++ {
		want := slots[i].day
		if late >= 0 && i >= late {
			want += by
		}
		for ; passed < want; passed++ {
			day = cal.NextWorkingDay(day)
			shift = r.IntN(90) - 30
		}
		minute := slots[i].minute + shift + r.IntN(12)
		at := day.At(0, 0, 0).Add(time.Duration(minute)*time.Minute + time.Duration(r.IntN(60_000_000))*time.Microsecond).UTC()
		if !at.After(out[i-1]) {
			at = out[i-1].Add(time.Duration(60+r.IntN(600))*time.Second + time.Duration(r.IntN(1_000_000))*time.Microsecond)
		}
		out[i] = at
	}
	if last := out[len(out)-1]; open && !last.Before(t.now) || last.After(t.now) {
		// All of it fits between its beginning and now.
		span, have := last.Sub(first)+time.Minute, t.now.Sub(first)
		for i := 1; i < len(out); i++ {
			out[i] = first.Add(time.Duration(float64(out[i].Sub(first)) / float64(span) * float64(have))).Truncate(time.Microsecond)
			if !out[i].After(out[i-1]) {
				out[i] = out[i-1].Add(time.Microsecond)
			}
		}
	}
	return out
}
