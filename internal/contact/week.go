package contact

import (
	"maps"
	"time"

	"frontdoor/internal/calendar"
)

// ParseHours reads hours as contacts.yaml writes them, for a service that no
// authority's front door stands for: always, not known, or a week of days.
func ParseHours(in any) (Hours, error) { return parseHours(in, Any) }

// Week is the hours of each day of a week; false when they are not the same
// each week, or not known. Days that are not in it are closed.
func (d *Directory) Week(s Service) (map[time.Weekday]calendar.Window, bool) {
	switch s.Hours.kind {
	case always:
		all := map[time.Weekday]calendar.Window{}
		for day := time.Sunday; day <= time.Saturday; day++ {
			all[day] = calendar.Window{Open: 0, Close: 24 * 60}
		}
		return all, true
	case weekly:
		return maps.Clone(s.Hours.week), true
	}
	return nil, false
}
