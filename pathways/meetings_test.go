package pathways_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// Each meeting of each folder has a chair, an agenda, attendance, apologies, reports
// asked for by a day, actions with somebody who does them and minutes for each who
// was there, or says why it has not. What is said to be there is what it says.
func TestEveryMeetingHasAllItsParts(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	meetings := 0
	for _, p := range library.All() {
		for i := range p.Meetings {
			m := &p.Meetings[i]
			meetings++
			for _, part := range pathway.MeetingParts {
				if part != "owner" && m.Has(part) == (m.Without[part] != "") {
					t.Errorf("%s: the meeting %s has %s: %v; why not: %q", p.Name, m.ID, part, m.Has(part), m.Without[part])
				}
			}
			for _, id := range m.Minutes {
				doc, _ := p.Document(id)
				if doc == nil || doc.Withhold == "" && doc.If == "" {
					t.Errorf("%s: the minutes %s go to everyone, and nobody can say that one gets none", p.Name, id)
				}
			}
		}
	}
	if meetings < 11 {
		t.Errorf("only %d meetings", meetings)
	}
	for _, f := range faults {
		if strings.Contains(f.Text, "the meeting “") || strings.Contains(f.Text, "on paper") {
			t.Error(f)
		}
	}
}

// Each action that a meeting or plan agrees on has a day, a reminder before it, and
// somebody who is told when it is late. Whoever does it and has no account is
// reminded by mail.
func TestEveryActionIsRemindedOf(t *testing.T) {
	t.Parallel()
	library, _ := load()
	for _, p := range library.All() {
		for _, g := range p.Groups {
			if !slices.Contains([]string{"action", "recommendation"}, g.Item) {
				continue
			}
			var limits []pathway.Clock
			for _, c := range p.Clocks {
				if c.Each == g.ID {
					limits = append(limits, c)
				}
			}
			if len(limits) == 0 {
				t.Errorf("%s: no clock runs for each of %s", p.Name, g.ID)
				continue
			}
			if len(limits[0].Owner) == 0 || !slices.ContainsFunc(limits[0].Owner, func(o string) bool { return strings.HasPrefix(o, "email:") }) {
				t.Errorf("%s: whoever does one of %s and has no account is not reminded: %v", p.Name, g.ID, limits[0].Owner)
			}
		}
	}
}
