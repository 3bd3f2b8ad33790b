package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/fault"
)

type fileDay struct {
	Date string `yaml:"date"`
	Name string `yaml:"name"`
}

type fileSettings struct {
	Hours                 map[string]string `yaml:"hours"`
	CloseBeforeHoliday    string            `yaml:"close_before_holiday"`
	Holidays              []fileDay         `yaml:"holidays"`
	Closures              []fileDay         `yaml:"closures"`
	CountStartDay         bool              `yaml:"count_start_day"`
	LateArrivalMovesStart bool              `yaml:"late_arrival_moves_start"`
	Source                string            `yaml:"source"`
	Checked               string            `yaml:"checked"`
	Confirmed             bool              `yaml:"confirmed"`
}

type calendarFile struct {
	Authorities map[string]fileSettings `yaml:"authorities"`
}

// Load reads a partnership's calendar.yaml: one calendar for each authority,
// by the authority's id. Unknown names, days and times that cannot be read, and
// hours that end before they begin are faults that name the file and line.
func Load(data []byte, file string) (map[string]*Calendar, error) {
	var in calendarFile
	y, err := ReadYAML(data, file, &in)
	if err != nil {
		return nil, err
	}
	if len(in.Authorities) == 0 {
		return nil, y.Fault("List at least one authority under authorities.")
	}
	out := map[string]*Calendar{}
	for id, fs := range in.Authorities {
		s, err := fs.settings(y, "authorities", id)
		if err != nil {
			return nil, err
		}
		c, err := New(s)
		if err != nil {
			return nil, y.Fault(fault.SafeText(err), "authorities", id)
		}
		out[id] = c
	}
	return out, nil
}

func (fs fileSettings) settings(y *YAML, at ...any) (Settings, error) {
	s := Settings{
		CountStartDay: fs.CountStartDay, LateArrivalMovesStart: fs.LateArrivalMovesStart,
		Source: fs.Source, Confirmed: fs.Confirmed,
	}
	path := func(more ...any) []any { return append(slices.Clone(at), more...) }
	if fs.Hours == nil {
		return s, y.Fault("Give the opening hours, such as hours: {mon: 09:00-16:30}.", at...)
	}
	s.Hours = map[time.Weekday]Window{}
	for name, text := range fs.Hours {
		day, ok := ParseWeekday(name)
		if !ok {
			return s, y.Fault(fmt.Sprintf("%q is not a day. Use mon, tue, wed, thu, fri, sat or sun.", name), path("hours", name)...)
		}
		w, err := ParseWindow(text)
		if err != nil {
			return s, y.Fault(fault.SafeText(err), path("hours", name)...)
		}
		s.Hours[day] = w
	}
	if fs.CloseBeforeHoliday != "" {
		m, ok := parseMinutes(fs.CloseBeforeHoliday)
		if !ok {
			return s, y.Fault("Write the time as 16:30.", path("close_before_holiday")...)
		}
		s.CloseBeforeHoliday = m
	}
	var err error
	if s.Holidays, err = namedDays(y, fs.Holidays, path("holidays")); err != nil {
		return s, err
	}
	if s.Closures, err = namedDays(y, fs.Closures, path("closures")); err != nil {
		return s, err
	}
	if fs.Source == "" || fs.Checked == "" {
		return s, y.Fault("Say where the opening hours come from (source) and when they were last checked (checked).", at...)
	}
	if s.Checked, err = ParseDate(fs.Checked); err != nil {
		return s, y.Fault(fault.SafeText(err), path("checked")...)
	}
	return s, nil
}

func namedDays(y *YAML, days []fileDay, at []any) ([]NamedDay, error) {
	var out []NamedDay
	for i, d := range days {
		parsed, err := ParseDate(d.Date)
		if err != nil {
			return nil, y.Fault(fault.SafeText(err), append(slices.Clone(at), i)...)
		}
		if strings.TrimSpace(d.Name) == "" {
			return nil, y.Fault("Give the day a name, as people will read it.", append(slices.Clone(at), i)...)
		}
		out = append(out, NamedDay{parsed, d.Name})
	}
	return out, nil
}

// ParseWeekday reads mon, tue, wed, thu, fri, sat or sun.
func ParseWeekday(s string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if s == strings.ToLower(day.String()[:3]) {
			return day, true
		}
	}
	return 0, false
}

// ParseWindow reads opening hours such as "09:00-16:30", or "closed". 24:00 is
// midnight at the end of the day.
func ParseWindow(s string) (Window, error) {
	if s == "closed" {
		return Window{}, nil
	}
	from, to, _ := strings.Cut(s, "-")
	opens, ok1 := parseMinutes(strings.TrimSpace(from))
	closes, ok2 := parseMinutes(strings.TrimSpace(to))
	if !ok1 || !ok2 || opens >= closes {
		return Window{}, fault.New(fault.Invalid, `Write opening hours as 09:00-16:30, with the earlier time first, or as closed.`)
	}
	return Window{opens, closes}, nil
}

// String is the hours as [ParseWindow] reads them.
func (w Window) String() string {
	if w == (Window{}) {
		return "closed"
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.Open/60, w.Open%60, w.Close/60, w.Close%60)
}

// parseMinutes reads "16:30" as minutes after midnight.
func parseMinutes(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, err1 := strconv.ParseUint(s[:2], 10, 8)
	m, err2 := strconv.ParseUint(s[3:], 10, 8)
	if err1 != nil || err2 != nil || m > 59 || h > 24 || (h == 24 && m > 0) {
		return 0, false
	}
	return int(h*60 + m), true
}
