package pathway_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

func pages(shown []pathway.Shown) string {
	var out []string
	for _, s := range shown {
		out = append(out, strings.TrimSuffix(s.Page.ID+"/"+s.Row, "/"))
	}
	return strings.Join(out, " ")
}

func asked(s pathway.Shown) string {
	var out []string
	for _, a := range s.Questions {
		mark := ""
		if a.Required {
			mark = "*"
		}
		out = append(out, a.Question.ID+mark)
	}
	return strings.Join(out, " ")
}

func TestShown(t *testing.T) {
	t.Parallel()
	p := worry(t)
	f := facts(complete(), "draft", author)
	if got := pages(p.Shown(f)); got != "danger you child/r1 child/r2 worry" {
		t.Errorf("pages: %s", got)
	}
	f.Actor.Kind = "public"
	if got := pages(p.Shown(f)); got != "danger child/r1 child/r2 worry" {
		t.Errorf("pages for the public: %s", got)
	}
	if got := pages(p.Shown(facts(answer.Set{}, "draft", author))); got != "danger you worry" {
		t.Errorf("pages of an empty form: %s", got)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	p := worry(t)
	tests := []struct {
		name      string
		answers   answer.Set
		page, row string
		want      string
		stopped   bool
	}{
		{"unknown hides and does not require", answer.Set{}, "danger", "", "danger*", false},
		{"true shows, requires and stops", with(nil, "danger", "yes"), "danger", "", "danger* danger_done*", true},
		{"false hides", with(nil, "danger", "no"), "danger", "", "danger*", false},
		{"of school age", complete(), "child", "r1", "given_names* family_name* born* nhs school*", false},
		{"too young for school", with(complete(), "children/r1/born", "2025-01-01"), "child", "r1", "given_names* family_name* born* nhs", false},
		{"grown up", with(complete(), "children/r1/born", "2000-01-01"), "child", "r1", "given_names* family_name* born* nhs school", false},
		{"not a date", with(complete(), "children/r1/born", "2026-13-45"), "child", "r1", "given_names* family_name* born* nhs", false},
		{"one of a list", answer.Set{"signs": answer.List("alone", "hurt")}, "worry", "", "worry* signs sign_note source hunch", false},
		{"none of a list", answer.Set{"signs": answer.List("alone")}, "worry", "", "worry* signs source hunch", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := p.Page(facts(tt.answers, "draft", author), tt.page, tt.row)
			if !ok || asked(got) != tt.want || got.Stopped != tt.stopped {
				t.Errorf("%v: %s, stopped %v; want %s", ok, asked(got), got.Stopped, tt.want)
			}
		})
	}
	for _, x := range [][2]string{{"child", ""}, {"child", "r9"}, {"worry", "r1"}, {"none", ""}} {
		if _, ok := p.Page(facts(complete(), "draft", author), x[0], x[1]); ok {
			t.Errorf("the page %v shows", x)
		}
	}
}

func TestNextAndBefore(t *testing.T) {
	t.Parallel()
	p := worry(t)
	f := facts(complete(), "draft", author)
	page, row := "", ""
	var got []string
	for {
		s, ok := p.Next(f, page, row)
		if !ok {
			break
		}
		page, row = s.Page.ID, s.Row
		got = append(got, page+row)
	}
	if want := []string{"danger", "you", "childr1", "childr2", "worry"}; !cmp.Equal(got, want) {
		t.Errorf("on: %v", got)
	}
	if s, _ := p.Before(f, "worry", ""); s.Page.ID != "child" || s.Row != "r2" {
		t.Errorf("before the worry: %s %s", s.Page.ID, s.Row)
	}
	if _, ok := p.Before(f, "danger", ""); ok {
		t.Error("something is before the first page")
	}
	f.Actor.Kind = "public" // the page "you" is gone
	if s, _ := p.Next(f, "you", ""); s.Page.ID != "child" || s.Row != "r1" {
		t.Errorf("after a page that is gone: %s %s", s.Page.ID, s.Row)
	}
}

// An answer whose question went away with a changed mind counts for nothing.
func TestHiddenAnswersDoNotCount(t *testing.T) {
	t.Parallel()
	p := worry(t, "urgent: \"q.danger || q.rating == 'red'\"", "urgent: \"q.sign_note == 'very'\"")
	s := with(complete(), "sign_note", "very")
	s["signs"] = answer.List("hurt")
	if !p.Urgent(facts(s, "received", worker)) {
		t.Error("the answer does not count while its question is asked")
	}
	s["signs"] = answer.List("alone")
	if p.Urgent(facts(s, "received", worker)) {
		t.Error("the answer counts though its question is no longer asked")
	}
	// A page that shows to its sender only keeps its answers for everyone.
	p = worry(t, "urgent: \"q.danger || q.rating == 'red'\"", "urgent: \"q.agency == 'police'\"")
	if !p.Urgent(facts(complete(), "received", pathway.Actor{Kind: "public"})) {
		t.Error("an answer is lost because of who is looking")
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	p := worry(t)
	if got := p.Missing(facts(complete(), "draft", author)); len(got) != 0 {
		t.Errorf("complete: %+v", got)
	}
	s := complete()
	s.Apply(answer.Set{"worry": {}, "children/r2/family_name": {}})
	s["children/r1/born"] = answer.Text("2030-01-01")
	got := p.Missing(facts(s, "draft", author))
	want := []pathway.Gap{
		{Page: "child", Row: "r1", Key: "children/r1/born", Text: "Date of birth must be today or in the past"},
		{Page: "child", Row: "r2", Key: "children/r2/family_name", Text: "Enter the child’s family name"},
		{Page: "worry", Key: "worry", Text: "Enter an answer for “What are you worried about?”"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	s = complete()
	s.Apply(answer.Set{"children": {}})
	got = p.Missing(facts(s, "draft", author))
	if len(got) != 1 || got[0].Text != "Add at least one child" || got[0].Key != "children" || got[0].Page != "child" {
		t.Errorf("no children: %+v", got)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	p := worry(t)
	s := complete()
	s["rang"] = answer.Text("yes")
	f := facts(s, "draft", author)
	child, _ := p.Page(f, "child", "r1")
	you, _ := p.Page(f, "you", "")
	last, _ := p.Page(f, "worry", "")
	tests := []struct {
		name  string
		asked []pathway.Asked
		form  url.Values
		want  answer.Set
	}{
		{
			"white space", child.Questions[:1],
			url.Values{"children/r1/given_names": {"  Ann \t Marie\u0000 "}},
			answer.Set{"children/r1/given_names": answer.Text("Ann Marie")},
		},
		{
			"lines", last.Questions[:1],
			url.Values{"worry": {"\r\nOne  two \r\n\r\n  three\r\n"}},
			answer.Set{"worry": answer.Text("One  two\n\n  three")},
		},
		{
			"a date by its name", child.Questions[2:3],
			url.Values{"children/r1/born-day": {"7"}, "children/r1/born-month": {"March"}, "children/r1/born-year": {"2014"}},
			answer.Set{"children/r1/born": answer.Text("2014-03-07")},
		},
		{
			"no real date", child.Questions[2:3],
			url.Values{"children/r1/born-day": {"45"}, "children/r1/born-month": {"13"}, "children/r1/born-year": {"2026"}},
			answer.Set{"children/r1/born": answer.Text("2026-13-45")},
		},
		{
			"not known", child.Questions[2:3],
			url.Values{"children/r1/born-day": {""}, "children/r1/born-not_known": {"yes"}, "children/r1/born-not_known_reason": {"Just arrived"}},
			answer.Set{"children/r1/born": {NotKnown: "Just arrived"}},
		},
		{
			"not known without a reason", child.Questions[2:3],
			url.Values{"children/r1/born-not_known": {"yes"}},
			answer.Set{"children/r1/born": {NotKnown: pathway.NoReason}},
		},
		{
			"other", you.Questions[:1],
			url.Values{"agency": {"other"}, "agency-other": {"A club"}},
			answer.Set{"agency": answer.Text("other"), "agency_other": answer.Text("A club")},
		},
		{
			"a time", you.Questions[2:3],
			url.Values{"rang_at-day": {"3"}, "rang_at-month": {"11"}, "rang_at-year": {"2026"}, "rang_at-time": {"2.30 pm"}},
			answer.Set{"rang_at": answer.Text("2026-11-03T14:30")},
		},
		{
			"nothing ticked", last.Questions[1:2],
			url.Values{},
			answer.Set{"signs": {}},
		},
		{
			"ticked twice", last.Questions[1:2],
			url.Values{"signs": {"hurt", "", "hurt", "alone"}},
			answer.Set{"signs": answer.List("hurt", "alone")},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, p.Read(tt.asked, tt.form)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDateParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][4]string{
		"2014-03-07":       {"7", "3", "2014", ""},
		"2026-13-45":       {"45", "13", "2026", ""},
		"-03-":             {"", "3", "", ""},
		"2026-11-03T14:30": {"3", "11", "2026", "14:30"},
		"":                 {"", "", "", ""},
	} {
		d, m, y, c := pathway.DateParts(text)
		if got := [4]string{d, m, y, c}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	p := worry(t)
	one := func(q pathway.Question) *pathway.Pathway {
		line := "      - { id: extra, type: " + q.Type + ", label: \"" + q.Label + "\""
		for k, v := range map[string]string{"min": q.Min, "max": q.Max, "codes": q.Codes, "missing": q.Missing, "short": q.Short} {
			if v != "" {
				line += ", " + k + ": \"" + v + "\""
			}
		}
		return worry(t, "      - { id: hunch,", line+" }\n      - { id: hunch,")
	}
	tests := []struct {
		q    pathway.Question
		a    answer.Answer
		want string
	}{
		{pathway.Question{Type: "text", Label: "Your full name"}, answer.Answer{}, "Enter your full name"},
		{pathway.Question{Type: "text", Label: "NHS trust"}, answer.Answer{}, "Enter the NHS trust"},
		// A question or half a sentence is quoted, and a column's heading is no name.
		{pathway.Question{Type: "text", Label: "Is the child safer?", Short: "Safer"}, answer.Answer{}, "Enter an answer for “Is the child safer?”"},
		{pathway.Question{Type: "text", Label: "If they do not use it, their email"}, answer.Answer{}, "Enter an answer for “If they do not use it, their email”"},
		{pathway.Question{Type: "text", Label: "To the child, in your own words"}, answer.Answer{}, "Enter an answer for “To the child, in your own words”"},
		{pathway.Question{Type: "text", Label: "Child seen by"}, answer.Answer{}, "Enter an answer for “Child seen by”"},
		{pathway.Question{Type: "text", Label: "When, and whether it goes on"}, answer.Answer{}, "Enter an answer for “When, and whether it goes on”"},
		{pathway.Question{Type: "text", Label: "ViSOR reference"}, answer.Answer{}, "Enter the ViSOR reference"},
		{pathway.Question{Type: "text", Label: "Parents’ own words"}, answer.Answer{}, "Enter the parents’ own words"},
		{pathway.Question{Type: "text", Label: "Another team"}, answer.Answer{}, "Enter another team"},
		{pathway.Question{Type: "text", Label: "Who are you?", Missing: "Say who you are."}, answer.Answer{}, "Say who you are"},
		{pathway.Question{Type: "text", Label: "Name"}, answer.Text(strings.Repeat("é", 300)), ""},
		{pathway.Question{Type: "text", Label: "Name"}, answer.Text(strings.Repeat("é", 301)), "Name must be 300 characters or fewer"},
		{pathway.Question{Type: "radios", Label: "Agency", Codes: "agency"}, answer.Answer{}, "Select the agency"},
		{pathway.Question{Type: "radios", Label: "Agency", Codes: "agency"}, answer.Text("army"), "Select the agency"},
		{pathway.Question{Type: "radios", Label: "Which agency?", Codes: "agency"}, answer.Answer{}, "Select an answer for “Which agency?”"},
		{pathway.Question{Type: "yes_no", Label: "Is it so?"}, answer.Answer{}, "Select yes or no for “Is it so?”"},
		{pathway.Question{Type: "yes_no", Label: "Is it so?"}, answer.Text("maybe"), "Select yes or no for “Is it so?”"},
		{pathway.Question{Type: "yes_no_not_known", Label: "Is it so?"}, answer.Text("not_known"), ""},
		{pathway.Question{Type: "checkboxes", Label: "Signs", Codes: "signs", Max: "2"}, answer.List("hurt", "hungry", "alone"), "Select 2 or fewer for “Signs”"},
		{pathway.Question{Type: "checkboxes", Label: "Signs", Codes: "signs"}, answer.List("hurt", "sad"), "Select at least one answer for “Signs”"},
		{pathway.Question{Type: "files", Label: "Photographs"}, answer.List("../../etc"), "Add at least one file for “Photographs”"},
		{pathway.Question{Type: "email", Label: "Your email"}, answer.Text("a@b.example"), ""},
		{pathway.Question{Type: "email", Label: "Your email"}, answer.Text("a at b"), "Your email must be an email address, like name@example.com"},
		{pathway.Question{Type: "email", Label: "Your email"}, answer.Text("A <a@b.example>"), "Your email must be an email address, like name@example.com"},
		{pathway.Question{Type: "phone", Label: "Phone number"}, answer.Text("01375 652 802 ask for Sam"), ""},
		{pathway.Question{Type: "phone", Label: "Phone number"}, answer.Text("home"), "Phone number must be a phone number, like 01632 960 001 or +44 808 157 0192"},
		{pathway.Question{Type: "number", Label: "Visits", Min: "1", Max: "9"}, answer.Text("0"), "Visits must be between 1 and 9"},
		{pathway.Question{Type: "number", Label: "Visits", Min: "1"}, answer.Text("0"), "Visits must be 1 or more"},
		{pathway.Question{Type: "number", Label: "Visits"}, answer.Text("two"), "Visits must be a whole number, like 3"},
		{pathway.Question{Type: "scale", Label: "Safety", Min: "0", Max: "10"}, answer.Text("10"), ""},
		{pathway.Question{Type: "scale", Label: "Safety", Min: "0", Max: "10"}, answer.Text("11"), "Safety must be between 0 and 10"},
		{pathway.Question{Type: "date", Label: "Date of visit"}, answer.Text("2026-02-30"), "Date of visit must be a real date, like 27 3 2014"},
		{pathway.Question{Type: "date", Label: "Date of visit"}, answer.Text("2026-02-"), "Date of visit must include a day"},
		{pathway.Question{Type: "date", Label: "Date of visit"}, answer.Text("--05"), "Date of visit must include a month and a year"},
		{pathway.Question{Type: "date", Label: "Date of visit"}, answer.Text("26-02-03"), "Date of visit: the year must have 4 figures, like 2014"},
		{pathway.Question{Type: "date", Label: "When?", Max: "today"}, answer.Text("2026-11-18"), "The date must be today or in the past"},
		{pathway.Question{Type: "date", Label: "When?", Max: "today"}, answer.Text("2026-11-17"), ""},
		{pathway.Question{Type: "date", Label: "Meeting", Min: "today"}, answer.Text("2026-11-16"), "Meeting must be today or in the future"},
		{pathway.Question{Type: "date", Label: "Meeting", Min: "2026-12-01"}, answer.Text("2026-11-30"), "Meeting must be on or after Tuesday 1 December 2026"},
		{pathway.Question{Type: "datetime", Label: "Call", Max: "now"}, answer.Text("2026-11-17T10:00"), ""},
		{pathway.Question{Type: "datetime", Label: "Call", Max: "now"}, answer.Text("2026-11-17T10:01"), "Call must be in the past"},
		{pathway.Question{Type: "datetime", Label: "Call"}, answer.Text("2026-11-17T"), "Call must include a time, like 14:30"},
		{pathway.Question{Type: "datetime", Label: "Call"}, answer.Text("2026-11-17T25:00"), "Call must have a real time, like 14:30"},
		{pathway.Question{Type: "datetime", Label: "Call"}, answer.Text("2026-03-29T01:30"), "Call must be a time that happened: the clocks went forward that night"},
		{pathway.Question{Type: "postcode", Label: "Postcode"}, answer.Text("rm17 6sl"), ""},
		{pathway.Question{Type: "postcode", Label: "Postcode"}, answer.Text("RM17"), "Postcode must be a full UK postcode, like SS2 6ER"},
		{pathway.Question{Type: "address", Label: "Address"}, answer.Answer{Parts: map[string]string{"line1": "1 High Street", "postcode": "nowhere"}}, "Address must have a full UK postcode, like SS2 6ER, or none"},
		{pathway.Question{Type: "nhs_number", Label: "NHS number"}, answer.Text("943 476 5919"), ""},
		{pathway.Question{Type: "upn", Label: "UPN"}, answer.Text("H801200001001"), ""},
		{pathway.Question{Type: "worker", Label: "Social worker"}, answer.Answer{}, "Select the social worker"},
	}
	for _, tt := range tests {
		t.Run(tt.q.Type+" "+tt.want, func(t *testing.T) {
			t.Parallel()
			p := one(tt.q)
			q, _ := p.Question("extra")
			got := p.Check([]pathway.Asked{{Question: q, Key: "extra", Required: true}}, answer.Set{"extra": tt.a}, now)
			if got.For("extra") != tt.want {
				t.Errorf("%q, want %q", got.For("extra"), tt.want)
			}
		})
	}
	q, _ := p.Question("nhs")
	for _, wrong := range []string{"943 476 5918", "12345", "abc"} {
		if got := p.Check([]pathway.Asked{{Question: q, Key: "n"}}, answer.Set{"n": answer.Text(wrong)}, now); len(got) != 1 || strings.Contains(got.Error(), wrong) {
			t.Errorf("%s: %v", wrong, got)
		}
	}
}

func TestCheckNotKnownAndOther(t *testing.T) {
	t.Parallel()
	p := worry(t)
	born, _ := p.Question("born")
	agency, _ := p.Question("agency")
	tests := []struct {
		q    *pathway.Question
		a    answer.Set
		want string
	}{
		{born, answer.Set{"x": {NotKnown: "Just arrived"}}, ""},
		{born, answer.Set{"x": {NotKnown: pathway.NoReason}}, "Date of birth: say why it is not known"},
		{born, answer.Set{"x": {NotKnown: "Why", Text: "2014-01-01"}}, "Date of birth: give an answer or say that it is not known, not both"},
		{agency, answer.Set{"x": {NotKnown: "Why"}}, "Select your agency"},
		{agency, answer.Set{"x": answer.Text("other")}, "Enter what “other” is for “Your agency”"},
		{agency, answer.Set{"x": answer.Text("other"), "x_other": answer.Text("A club")}, ""},
	}
	for _, tt := range tests {
		got := p.Check([]pathway.Asked{{Question: tt.q, Key: "x", Required: true}}, tt.a, now)
		if got.Error() != tt.want {
			t.Errorf("%v: %q, want %q", tt.a, got.Error(), tt.want)
		}
	}
}

func TestLabel(t *testing.T) {
	t.Parallel()
	p := worry(t)
	tests := []struct {
		id   string
		a    answer.Answer
		want string
	}{
		{"agency", answer.Text("school"), "School, or college"},
		{"agency", answer.Text("gone"), "gone"},
		{"signs", answer.List("hurt", "alone"), "A child is hurt, A child is alone"},
		{"danger", answer.Text("yes"), "Yes"},
		{"born", answer.Text("2014-03-27"), "Thursday 27 March 2014"},
		{"born", answer.Answer{NotKnown: "Just arrived"}, "Not known: Just arrived"},
		{"rang_at", answer.Text("2026-07-01T14:30"), "Wednesday 1 July 2026, 14:30"},
		{"rating", answer.Text("red"), "Red"},
	}
	for _, tt := range tests {
		q, _ := p.Question(tt.id)
		if got := p.Label(q, tt.a); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.id, got, tt.want)
		}
	}
	f := facts(complete(), "draft", author)
	if got := p.RowName(f, "children", "r1"); got != "Annr1 Other" {
		t.Errorf("row: %q", got)
	}
	f.Answers = answer.Set{"children": answer.List("a", "b")}
	if got := p.RowName(f, "children", "b"); got != "Child 2" {
		t.Errorf("row without a name: %q", got)
	}
}

func TestAgeOn(t *testing.T) {
	t.Parallel()
	p := worry(t)
	for born, school := range map[string]bool{"2021-11-17": true, "2021-11-18": false, "2020-02-29": true, "2027-01-01": false} {
		s := with(complete(), "children/r1/born", born)
		page, _ := p.Page(facts(s, "draft", author), "child", "r1")
		if got := strings.Contains(asked(page), "school"); got != school {
			t.Errorf("born %s: school asked %v", born, got)
		}
	}
	leap := facts(with(complete(), "children/r1/born", "2020-02-29"), "draft", author)
	for day, school := range map[int]bool{28: false, 29: true} { // 1 March is the 29th day after 31 January in 2025
		leap.Now = time.Date(2025, 1, 31+day, 12, 0, 0, 0, time.UTC)
		page, _ := p.Page(leap, "child", "r1")
		if got := strings.Contains(asked(page), "school"); got != school {
			t.Errorf("%v: school asked %v", leap.Now, got)
		}
	}
}
