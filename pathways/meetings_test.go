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

// notMailed are the clocks of rows whose day somebody agreed to, and who it is that
// is not reminded by mail there.
var notMailed = map[string]string{
	"allegation/suspension":    "the designated officer looks at it again",
	"case_audit/part":          "auditors grade inside",
	"case_audit/embedded":      "the auditors look at it again",
	"child_death/embedded":     "the review team looks at it again",
	"child_death/form":         "the agency answers inside, on a record of its own",
	"local_review/agency":      "the agency answers inside, on a record of its own",
	"rapid_review/agency":      "the agency answers inside, on a record of its own",
	"local_review/process":     "the review team asks again",
	"rapid_review/process":     "the review team asks again",
	"local_review/embedded":    "the review team tests it",
	"rapid_review/embedded":    "the review team tests it",
	"serious_incident/process": "the review team asks again",
	"section_47/see":           "a social worker sees the child",
	"stalking_diary/order":     "whoever keeps the diary asks",
	"subject_access/consult":   "they may be somebody in danger: the records officer asks in the way that was agreed",
}

// Whatever somebody is to do by a day that was agreed reminds them before it and
// after, and whoever has no account by mail.
func TestEveryActionIsRemindedOf(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	found := map[string]bool{}
	for _, p := range library.All() {
		for _, c := range p.Clocks {
			question, agreed := strings.CutPrefix(c.Due, "answer.")
			if !agreed || c.Each == "" || p.GroupOf(question) != c.Each {
				continue
			}
			name := p.Name + "/" + c.ID
			mailed := slices.ContainsFunc(c.Owner, func(o string) bool { return strings.Contains(o, "email:") })
			if found[name] = true; mailed == (notMailed[name] != "") {
				t.Errorf("%s: is whoever has no account reminded: %v %v; why not: %q", name, mailed, c.Owner, notMailed[name])
			}
		}
		for _, g := range p.Groups {
			runs := slices.ContainsFunc(p.Clocks, func(c pathway.Clock) bool { return c.Each == g.ID })
			if slices.Contains([]string{"action", "recommendation", "milestone", "target"}, g.Item) && !runs {
				t.Errorf("%s: no clock runs for each of %s", p.Name, g.ID)
			}
		}
	}
	if len(found) < 30 {
		t.Errorf("only %d are looked at", len(found))
	}
}
