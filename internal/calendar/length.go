package calendar

import (
	"fmt"
	"strconv"
	"strings"

	"frontdoor/internal/fault"
)

// Unit says what a limit is counted in. A number without its unit is not a
// limit: 24 hours from Thursday before Easter is Friday, 1 working day is
// Tuesday.
type Unit int

// The units, in the order they are explained to people.
const (
	// Hours are real hours. They run at night, at weekends and through clock
	// changes: 72 hours of police protection (Children Act 1989 s46(6)).
	Hours Unit = iota + 1
	// OpenHours run only while the front door is open.
	OpenHours
	// WorkingDays are Monday to Friday without public holidays. The day after
	// the start is day 1; the limit is the end of the last day.
	WorkingDays
	// Days are dates, whatever day they fall on.
	Days
	// Months are calendar months: the same day number, or the last day of a
	// shorter month.
	Months
)

var unitNames = map[Unit]string{Hours: "hour", OpenHours: "open hour", WorkingDays: "working day", Days: "day", Months: "month"}

// String is the unit in the plural: "working days".
func (u Unit) String() string {
	if name, ok := unitNames[u]; ok {
		return name + "s"
	}
	return "no unit"
}

// CountsDays tells whether the limit is the end of a day and not a moment.
func (u Unit) CountsDays() bool { return u == WorkingDays || u == Days || u == Months }

// maxLength keeps a slip of the finger from becoming a limit in the next
// century: 10,000 days are 27 years.
const maxLength = 10000

// Length is how long a limit is: a number and its unit. The zero value means
// no length.
type Length struct {
	N    int
	Unit Unit
}

// ParseLength reads "72 hours", "4 open hours", "15 working days", "8 days",
// "6 weeks", which are 42 days, or "3 months". The number is whole and from 1 to
// 10,000.
func ParseLength(s string) (Length, error) {
	bad := fault.New(fault.Invalid, `Write the length as a whole number and one of: hours, open hours, working days, days, weeks, months. For example "15 working days" or "72 hours".`)
	words := strings.Fields(strings.ToLower(s))
	if len(words) < 2 {
		return Length{}, bad
	}
	if strings.Trim(words[0], "0123456789") != "" {
		return Length{}, bad
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 1 || n > maxLength {
		return Length{}, fault.New(fault.Invalid, fmt.Sprintf("A length must be from 1 to %d hours, open hours, working days, days, weeks or months.", maxLength))
	}
	name := strings.Join(words[1:], " ")
	if (name == "week" || name == "weeks") && n <= maxLength/7 {
		return Length{n * 7, Days}, nil
	}
	for unit, singular := range unitNames {
		if name == singular || name == singular+"s" {
			return Length{n, unit}, nil
		}
	}
	return Length{}, bad
}

// IsZero tells whether there is no length.
func (l Length) IsZero() bool { return l == Length{} }

// String is the length as [ParseLength] reads it: "1 working day".
func (l Length) String() string {
	if l.IsZero() {
		return ""
	}
	return count(l.N, unitNames[l.Unit])
}

// MarshalText writes the length as [ParseLength] reads it.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what [ParseLength] reads; an empty text is no length.
func (l *Length) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = Length{}
		return nil
	}
	parsed, err := ParseLength(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

func count(n int, singular string) string {
	if n == 1 {
		return "1 " + singular
	}
	return strconv.Itoa(n) + " " + singular + "s"
}

// list joins names as a sentence does: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
