package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/calendar"
)

// moment reads when something in the world happened, as a time before now:
//
//	-2h10m        that long ago
//	-3wd 10:15    at 10:15 in London on the third working day before today
//	open -90m     after which the front door has been open for 90 minutes: so
//	              the day team never acts at night
//	shut -55m     that long before the end of the last time the front door was
//	              shut, which is now while it is shut
func moment(text string, now time.Time, cal *calendar.Calendar) (time.Time, error) {
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case word == "open":
		ago, err := time.ParseDuration(rest)
		if err != nil {
			return now, err
		}
		return openBefore(now, -ago, cal), nil
	case word == "shut":
		ago, err := time.ParseDuration(rest)
		return lastShut(now, cal).Add(ago), err
	case strings.HasSuffix(word, "wd"):
		n, err := strconv.Atoi(strings.TrimSuffix(word, "wd"))
		if err != nil {
			return now, err
		}
		var hour, minute int
		if _, err := fmt.Sscanf(rest, "%d:%d", &hour, &minute); err != nil {
			return now, fmt.Errorf("demo: %q has no time of day", text)
		}
		return workingDay(calendar.DateOf(now), n, cal).At(hour, minute, 0).UTC(), nil
	}
	ago, err := time.ParseDuration(text)
	return now.Add(ago), err
}

// workingDay is the nth working day before a date, or after it; a fourth working
// day back is -4.
func workingDay(d calendar.Date, n int, cal *calendar.Calendar) calendar.Date {
	for ; n < 0; n++ {
		d = cal.WorkingDayOnOrBefore(d.AddDays(-1))
	}
	for ; n > 0; n-- {
		d = cal.NextWorkingDay(d)
	}
	return d
}

// openBefore is the moment after which the front door has been open for a time.
func openBefore(now time.Time, left time.Duration, cal *calendar.Calendar) time.Time {
	t := now.Truncate(time.Minute)
	for left > 0 {
		t = t.Add(-time.Minute)
		if cal.IsOpen(t) {
			left -= time.Minute
		}
	}
	return t.UTC()
}

// lastShut is now while the front door is shut, and otherwise when it opened.
func lastShut(now time.Time, cal *calendar.Calendar) time.Time {
	t := now.Truncate(time.Minute)
	for cal.IsOpen(t.Add(-time.Minute)) {
		t = t.Add(-time.Minute)
	}
	return t.UTC()
}

// day reads a date that a question asks for, seen from when it is answered:
//
//	7y 40d         7 years and 40 days before
//	8y on 03-04    the 4th of March in the year 8 years before now
//	in 16w         16 weeks later
//	-2wd           the second working day before; -30d 30 days before
//	2017-03-04     itself
func day(text string, at, now time.Time, cal *calendar.Calendar) (calendar.Date, error) {
	today := calendar.DateOf(at)
	if d, err := calendar.ParseDate(text); err == nil {
		return d, nil
	}
	bad := fmt.Errorf("demo: %q is not a date", text)
	if rest, ok := strings.CutPrefix(text, "in "); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(rest, "w"))
		if err != nil {
			return today, bad
		}
		return today.AddDays(7 * n), nil
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(text, "wd")); err == nil {
		return workingDay(today, n, cal), nil
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(text, "d")); err == nil && n <= 0 {
		return today.AddDays(n), nil
	}
	word, rest, _ := strings.Cut(text, " ")
	years, err := strconv.Atoi(strings.TrimSuffix(word, "y"))
	if err != nil {
		return today, bad
	}
	if on, ok := strings.CutPrefix(rest, "on "); ok {
		return calendar.ParseDate(fmt.Sprintf("%d-%s", calendar.DateOf(now).Year()-years, on))
	}
	days := 0
	if rest != "" {
		if days, err = strconv.Atoi(strings.TrimSuffix(rest, "d")); err != nil {
			return today, bad
		}
	}
	return today.AddMonths(-12 * years).AddDays(-days), nil
}
