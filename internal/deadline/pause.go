package deadline

import (
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
)

// stands begins the reason of a clock that stands still: it goes on as a new one,
// with the time that is left.
const stands = "Stands still since "

// still is a time for which a clock stood still; to is zero while it does.
type still struct{ from, to time.Time }

// stood are the times for which a clock stood still, as the steps tell.
func (a *advance) stood(c *pathway.Clock) []still {
	if len(c.Pauses) == 0 {
		return nil
	}
	var out []still
	until := []string(nil)
	for _, act := range a.f.Acts {
		if n := len(out) - 1; n >= 0 && out[n].to.IsZero() {
			if slices.Contains(until, "step."+act.Step) {
				out[n].to = act.At
			}
			continue
		}
		for _, p := range c.Pauses {
			if p.From == "step."+act.Step {
				out, until = append(out, still{from: act.At}), p.Until
				break
			}
		}
	}
	return out
}

// moved is a limit after the times for which the clock stood still. What began
// after it had run out changes nothing any more.
func (a *advance) moved(c *pathway.Clock, base time.Time, due calendar.Due) calendar.Due {
	for _, s := range a.stood(c) {
		if s.to.IsZero() {
			s.to = a.ev.At // it waits no longer: what it waited for came
		}
		if s.from.Before(base) {
			s.from = base
		}
		if s.to.Before(s.from) || s.from.After(a.rolled(c, due).At) {
			continue
		}
		due = a.cal.Still(due, s.from, s.to)
	}
	return due
}

// rolled is a limit on the next working day, where it moves on to that.
func (a *advance) rolled(c *pathway.Clock, due calendar.Due) calendar.Due {
	if c.Rolls {
		return a.cal.Onward(due)
	}
	return due
}

// standing tells whether a clock stands still now, and since when.
func (a *advance) standing(c *pathway.Clock) (time.Time, bool) {
	list := a.stood(c)
	if n := len(list) - 1; n >= 0 && list[n].to.IsZero() {
		return list[n].from, true
	}
	return time.Time{}, false
}

// Still tells whether a reason for which a clock is out of account is that it
// stands still.
func Still(reason string) bool { return strings.HasPrefix(reason, stands) }
