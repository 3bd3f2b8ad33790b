package pathway

import (
	"slices"
	"strings"
)

// MeetingParts are what each meeting has, or says why it has not: who leads it,
// what is talked about, who came, who could not, reports asked for by a day, what
// was agreed, on the list of the worker who does it, and minutes for each who was
// there.
var MeetingParts = []string{"chair", "agenda", "attendance", "reply", "report_due", "actions", "owner", "minutes"}

// Has tells whether a meeting has one of MeetingParts.
func (m *Meeting) Has(part string) bool {
	switch part {
	case "chair":
		return m.Chair != ""
	case "agenda":
		return m.Agenda != ""
	case "attendance":
		return m.Attendance != "" && m.Came != ""
	case "reply":
		return m.Reply != ""
	case "report_due":
		return m.ReportDue != "" && m.ReportHere != ""
	case "actions":
		return m.Actions != ""
	case "minutes":
		return len(m.Minutes) > 0
	}
	return false
}

// without checks that of each part of a meeting it is said where it is, or why
// there is none, and that what was agreed has a limit.
func (k *checker) without(m *Meeting, what string) {
	agreed := k.p.groups[m.Actions] != nil
	limited, owned := k.p.limits(m.Actions)
	has := func(part string) bool { return m.Has(part) || part == "owner" && (owned || !agreed) }
	for _, part := range sortedKeys(m.Without) {
		at := k.d.lines[entry{&m.Without, part}]
		switch {
		case !slices.Contains(MeetingParts, part):
			k.d.fault(at, instead(part, MeetingParts), "a meeting has no part “%s”", part)
		case has(part):
			k.d.fault(at, "Keep one of them", "%s has “%s”, and without: says that it has none", what, part)
		case m.Without[part] == "":
			k.d.fault(at, "Say why", "it is not said why %s has no “%s”", what, part)
		}
	}
	for _, part := range MeetingParts {
		if !has(part) && m.Without[part] == "" {
			do := "Name its questions"
			if part == "owner" {
				do = "Let a step that ends one be for the worker whom an answer names"
			}
			k.warn(k.line(m), do+", or write without: { "+part+": why there is none }", "%s has no “%s”", what, part)
		}
	}
	if agreed && !limited {
		k.warn(k.line(&m.Actions), "Add a clock with each: "+m.Actions, "what %s agrees is on no list, because no clock runs for each %s", what, k.p.item(m.Actions))
	}
}

// limits tells whether a clock runs for each row of a group, without which nobody is
// told that one is late, and whether one of its steps is for the worker whom the row
// names, on whose list it then stands.
func (p *Pathway) limits(group string) (limited, owned bool) {
	for i := range p.Clocks {
		c := &p.Clocks[i]
		if c.Each != group || group == "" {
			continue
		}
		limited = true
		for _, s := range p.Stops(c) {
			for _, by := range s.By {
				id, ok := strings.CutPrefix(by, "worker:")
				owned = owned || ok && p.GroupOf(id) == group
			}
		}
	}
	return limited, owned
}
