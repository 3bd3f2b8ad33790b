package calendar

import (
	"fmt"
	"time"

	"frontdoor/internal/fault"
)

// Before works out a limit that stands some length before a moment that is known,
// such as papers that must be out 5 working days before a meeting. day says that
// only the date is known: then the limit is the end of it. No length gives the
// moment itself.
//
// Hours come off on the UTC timeline. Days, working days and months come off the
// London date; the limit is the end of the day they lead to.
func (c *Calendar) Before(at time.Time, day bool, l Length) (Due, error) {
	if at.IsZero() {
		return Due{}, fault.New(fault.Invalid, "Give the date and time that the limit comes before.")
	}
	date := DateOf(at)
	shown := Show(at)
	if day {
		shown = date.Long()
	}
	switch {
	case l.IsZero() && day:
		return Due{At: date.End(), Act: c.actBy(date), Unit: Days, Sum: "due by the end of " + shown}, nil
	case l.IsZero():
		return Due{At: at.UTC(), Act: at.UTC(), Unit: Hours, Sum: "due by " + shown}, nil
	case l.Unit == OpenHours || unitNames[l.Unit] == "" || l.N < 1 || l.N > maxLength:
		return Due{}, fault.New(fault.Invalid, "Count back in hours, working days, days, weeks or months.")
	}
	sum := fmt.Sprintf("%s before %s", l, shown)
	if l.Unit == Hours {
		if day {
			at = c.actBy(date)
		}
		limit := at.UTC().Add(-time.Duration(l.N) * time.Hour)
		if change := clockChange(limit, at); change != "" {
			sum += fmt.Sprintf(": %s, so the time on the wall is %s", change, clock(limit))
		}
		return Due{At: limit, Act: limit, Unit: Hours, Sum: sum + "; due by " + Show(limit)}, nil
	}
	limit := date
	switch l.Unit {
	case WorkingDays:
		for range l.N {
			limit = c.WorkingDayOnOrBefore(limit.AddDays(-1))
		}
	case Months:
		limit = date.AddMonths(-l.N)
	default:
		limit = date.AddDays(-l.N)
	}
	return Due{At: limit.End(), Act: c.actBy(limit), Unit: l.Unit, Sum: sum + ": due by the end of " + limit.Long()}, nil
}
