package bulletin

import (
	"time"

	"frontdoor/internal/calendar"
)

// monthOf is the month of an instant in London, such as November 2026.
func monthOf(t time.Time) string { return t.In(calendar.London).Format("January 2006") }
