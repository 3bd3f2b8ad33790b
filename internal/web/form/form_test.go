package form_test

import (
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
)

// every is a pathway with one question of each type, and some that show only
// with another's answer.
func every(t *testing.T) *pathway.Pathway {
	t.Helper()
	var y strings.Builder
	y.WriteString(`pathway: every
version: 1
title: Every type
summary: One question of each type.
owner: Nobody
reference: "EV"
groups:
  - { id: people, item: person, title: People, min: 0, max: 3, name: [person_name] }
pages:
  - page: all
    title: All
    section: All
    questions:
`)
	for _, kind := range pathway.Types {
		y.WriteString("      - { id: a_" + kind + ", type: " + kind + ", label: The " + strings.ReplaceAll(kind, "_", " "))
		switch kind {
		case "radios", "checkboxes":
			y.WriteString(", codes: few, other: other")
		case "select":
			y.WriteString(", codes: many")
		case "scale":
			y.WriteString(`, min: "0", max: "10"`)
		case "text":
			y.WriteString(", required: true, not_known: true")
		case "textarea":
			y.WriteString(", max_chars: 200")
		}
		y.WriteString(" }\n")
	}
	y.WriteString(`  - page: more
    title: Do you agree?
    section: More
    questions:
      - { id: agree, type: yes_no, label: "Do you agree?", required: true }
      - { id: why_not, type: textarea, label: "Why not?", show_if: "!q.agree", require_if: "!q.agree" }
      - { id: which, type: radios, codes: few, label: "Which?" }
      - { id: two, type: text, label: "For one or two", show_if: 'q.which in ["one", "two"]' }
  - page: person
    title: Who?
    section: People
    repeat: people
    questions:
      - { id: person_name, type: text, label: "Name" }
states:
  - { id: begun, label: Begun, sender: received, start: true }
  - { id: over, label: Over, sender: closed, end: true }
steps:
  - id: send
    label: Send
    from: [begun]
    to: over
    by: [author]
    grants:
      - { key: all, to: author, may: [view, status], why: "They wrote it." }
`)
	few := "code,label,hint\none,One,The first\ntwo,Two,\nother,Something else,\nnone,None of these,\n"
	many := "code,label,hint\n"
	for _, c := range "abcdefghijklmnopq" {
		many += string(c) + ",Choice " + string(c) + ",\n"
	}
	p, faults := pathway.FromFiles(map[string]string{"pathway.yaml": y.String(), "codes/few.csv": few, "codes/many.csv": many, "guidance.md": "# Every type\n"}, pathway.Place{})
	if p == nil {
		t.Fatal(faults)
	}
	return p
}

func facts(a answer.Set) pathway.Facts {
	return pathway.Facts{Answers: a, Now: time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC), Actor: pathway.Actor{Author: true}}
}

func asker(p *pathway.Pathway, page, row string) func(answer.Set) []pathway.Asked {
	return func(a answer.Set) []pathway.Asked {
		shown, _ := p.Page(facts(a), page, row)
		return shown.Questions
	}
}

func drawn(t *testing.T, p *pathway.Pathway, page string, a answer.Set, errs fault.Fields, o form.Options) string {
	t.Helper()
	h, err := form.Fields(p, asker(p, page, "")(a), a, errs, o).Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

var ids = regexp.MustCompile(` id="([^"]*)"`)

func TestNothingIsChosenForAnyone(t *testing.T) {
	t.Parallel()
	p := every(t)
	h := drawn(t, p, "all", answer.Set{}, nil, form.Options{Workers: []parts.Option{{Value: "w1", Text: "Asha"}}, Teams: []parts.Option{{Value: "t1", Text: "Team"}}})
	if strings.Contains(h, " checked") || strings.Contains(h, " selected") {
		t.Error("something is chosen")
	}
	for _, q := range p.Pages[0].Questions {
		if !strings.Contains(h, "The "+strings.ReplaceAll(q.Type, "_", " ")) {
			t.Errorf("%s is not drawn", q.Type)
		}
	}
	seen := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(h, -1) {
		if seen[m[1]] {
			t.Errorf("the id %s is used twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, want := range []string{`type="tel"`, `type="email"`, `inputmode="numeric"`, `data-maxlength="200"`, `data-behaviour="exclusive"`, `type="file"`, `<option value="">Choose one</option>`, `name="a_address-line1"`, `name="a_datetime-time"`, `value="10"`} {
		if !strings.Contains(h, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(h, "The text (optional)") || !strings.Contains(h, "The textarea (optional)") {
		t.Error("what is optional is not said, or what is required is called so")
	}
}

// What is typed comes back from the form exactly as the engine keeps it, for
// every type, and is drawn again as it was typed.
func TestEveryTypeGoesRound(t *testing.T) {
	t.Parallel()
	p := every(t)
	ask := asker(p, "all", "")
	typed := answer.Set{
		"a_text": {NotKnown: "nobody said"}, "a_textarea": answer.Text("two\nlines"), "a_email": answer.Text("a@example.org"), "a_phone": answer.Text("01632 960001"),
		"a_number": answer.Text("3"), "a_scale": answer.Text("0"), "a_date": answer.Text("2026-13-45"), "a_datetime": answer.Text("2026-03-17T10:00"),
		"a_yes_no": answer.Text("no"), "a_yes_no_not_known": answer.Text("not_known"), "a_radios": answer.Text("other"), "a_radios_other": answer.Text("my words"),
		"a_checkboxes": answer.List("one", "other"), "a_checkboxes_other": answer.Text("others"), "a_select": answer.Text("q"),
		"a_address": {Parts: map[string]string{"line1": "1 High Street", "postcode": "SS1 1AA"}}, "a_postcode": answer.Text("SS1 1AA"), "a_nhs_number": answer.Text("943 476 5919"),
		"a_upn": answer.Text("A123"), "a_files": answer.List("f1"), "a_worker": answer.Text("w1"), "a_team": answer.Text("t1"), "a_record": answer.Text("r1"),
	}
	o := form.Options{
		Workers: []parts.Option{{Value: "w1", Text: "Asha"}}, Teams: []parts.Option{{Value: "t1", Text: "Team"}}, Records: []parts.Option{{Value: "r1", Text: "Record"}},
		Files: []record.File{{ID: "f1", Name: "photo.jpg", Size: 2048, Draft: "d"}},
	}
	h := drawn(t, p, "all", typed, nil, o)
	for _, want := range []string{"photo.jpg", "2 KB", `value="f1" formnovalidate`, "nobody said", "my words", `value="45"`, `value="13"`} {
		if !strings.Contains(h, want) {
			t.Errorf("there is no %s", want)
		}
	}
	sent := submit(h)
	got := form.Read(p, sent, answer.Set{}, ask)
	for _, k := range slices.Sorted(maps.Keys(typed)) {
		if !got[k].Equal(typed[k]) {
			t.Errorf("%s came back as %+v, want %+v", k, got[k], typed[k])
		}
	}
}

var (
	inputTag = regexp.MustCompile(`<input[^>]*>`)
	attr     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	area     = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>`)
	choose   = regexp.MustCompile(`(?s)<select[^>]* name="([^"]*)".*?</select>`)
	option   = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

// submit gives what a browser would send of a form as it is drawn.
func submit(h string) url.Values {
	v := url.Values{}
	for _, tag := range inputTag.FindAllString(h, -1) {
		a := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(tag, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		picks := a["type"] == "radio" || a["type"] == "checkbox"
		if a["type"] != "file" && (!picks || strings.Contains(tag, " checked")) {
			v.Add(a["name"], a["value"])
		}
	}
	for _, m := range area.FindAllStringSubmatch(h, -1) {
		v.Add(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range choose.FindAllStringSubmatch(h, -1) {
		if o := option.FindStringSubmatch(m[0]); o != nil {
			v.Add(m[1], o[1])
		}
	}
	return v
}

func TestErrorsStandBesideTheirQuestion(t *testing.T) {
	t.Parallel()
	p := every(t)
	ask := asker(p, "all", "")
	a := answer.Set{"a_date": answer.Text("2026-02-31"), "a_radios": answer.Text("other"), "a_address": {Parts: map[string]string{"postcode": "?"}}}
	errs := p.Check(ask(a), a, facts(a).Now)
	h := drawn(t, p, "all", a, errs, form.Options{})
	if len(errs) != 4 {
		t.Errorf("%d things are wrong, want 4: %v", len(errs), errs)
	}
	for _, e := range errs {
		if !strings.Contains(h, `id="`+e.Key+`"`) {
			t.Errorf("nothing has the id %s that the summary leads to", e.Key)
		}
		if !strings.Contains(html.UnescapeString(h), e.Text) {
			t.Errorf("%q is not beside its question", e.Text)
		}
	}
}

func TestPartOfAForm(t *testing.T) {
	t.Parallel()
	p := every(t)
	ask := asker(p, "all", "")
	have := answer.Set{
		"a_date": answer.Text("2026-03-17"), "a_datetime": answer.Text("2026-03-17T10:00"), "a_address": {Parts: map[string]string{"line1": "1 High Street", "town": "Grays"}},
		"a_text": {NotKnown: "nobody said"}, "a_checkboxes": answer.List("one", "other"), "a_checkboxes_other": answer.Text("words"), "a_email": answer.Text("a@example.org"),
	}
	for _, x := range []struct {
		name string
		sent url.Values
		want answer.Set
	}{
		{"a day", url.Values{"a_date-day": {"9"}}, answer.Set{"a_date": answer.Text("2026-03-09")}},
		{"a time", url.Values{"a_datetime-time": {"11:30"}}, answer.Set{"a_datetime": answer.Text("2026-03-17T11:30")}},
		{"a town", url.Values{"a_address-town": {""}}, answer.Set{"a_address": {Parts: map[string]string{"line1": "1 High Street"}}}},
		{"a reason", url.Values{"a_text-not_known_reason": {"not asked"}}, answer.Set{"a_text": {NotKnown: "not asked"}}},
		{"known after all", url.Values{"a_text-not_known": {""}}, answer.Set{"a_text": {}}},
		{"the words of other", url.Values{"a_checkboxes-other": {"new"}}, answer.Set{"a_checkboxes": answer.List("one", "other"), "a_checkboxes_other": answer.Text("new")}},
		{"no ticks", url.Values{"a_checkboxes": {""}}, answer.Set{"a_checkboxes": {}, "a_checkboxes_other": answer.Text("words")}},
		{"emptied", url.Values{"a_email": {""}}, answer.Set{"a_email": {}}},
		{"not of this page", url.Values{"person_name": {"x"}}, answer.Set{}},
	} {
		got := form.ReadPart(p, x.sent, have, ask)
		if len(got) != len(x.want) {
			t.Errorf("%s: changed %v", x.name, got)
		}
		for k, v := range x.want {
			if !got[k].Equal(v) {
				t.Errorf("%s: %s is %+v, want %+v", x.name, k, got[k], v)
			}
		}
	}
}

func TestQuestionsThatAChoiceShows(t *testing.T) {
	t.Parallel()
	p := every(t)
	ask := asker(p, "more", "")
	reveal, asked := form.Reveals(p, answer.Set{}, ask)
	if got := reveal["agree"]["no"]; len(got) != 1 || got[0].Key != "why_not" || !got[0].Required {
		t.Errorf("no shows %v", got)
	}
	if len(reveal["which"]) != 0 {
		t.Errorf("what two choices show is drawn below one: %v", reveal["which"])
	}
	if len(asked) != 2 {
		t.Errorf("%d questions at first, want 2", len(asked))
	}
	// Both the choice and what it shows are taken from one form.
	marks := []string{"agree", "why_not", "which"}
	got := form.Read(p, url.Values{"asked": marks, "agree": {"no"}, "why_not": {"I was there"}}, answer.Set{}, ask)
	if got.Text("why_not") != "I was there" {
		t.Errorf("read %v", got)
	}
	// A choice taken back leaves what was typed below it out.
	got = form.Read(p, url.Values{"asked": marks, "agree": {"yes"}, "why_not": {"I was there"}}, answer.Set{}, ask)
	if _, ok := got["why_not"]; ok {
		t.Errorf("read %v", got)
	}
	// What a form did not ask stays as it is.
	got = form.Read(p, url.Values{"asked": {"agree"}, "agree": {"no"}}, answer.Set{"which": answer.Text("one")}, ask)
	if _, ok := got["which"]; ok {
		t.Errorf("read %v", got)
	}
	// Answered already, it is still drawn below its choice and not twice.
	have := answer.Set{"agree": answer.Text("no")}
	reveal, asked = form.Reveals(p, have, ask)
	h, err := form.Fields(p, asked, have, nil, form.Options{Reveal: reveal}).Render()
	if err != nil || strings.Count(string(h), `name="why_not"`) != 1 {
		t.Errorf("%v: %s", err, h)
	}
}

func TestALoneQuestionIsThePage(t *testing.T) {
	t.Parallel()
	p := every(t)
	one := asker(p, "more", "")(answer.Set{})[:1]
	if !form.Heads("Do you agree?", "", one) || form.Heads("Do you agree?", "Some words", one) || form.Heads("Another", "", one) {
		t.Error("wrong about when a question is the heading")
	}
	h, _ := form.Fields(p, one, nil, nil, form.Options{Title: "Do you agree?", Heading: true}).Render()
	if strings.Count(string(h), "<h1") != 1 {
		t.Errorf("no heading: %s", h)
	}
	h, _ = form.Fields(p, one, nil, fault.Fields{{Key: "agree", Text: "Select yes or no"}}, form.Options{Title: "Do you agree?"}).Render()
	if !strings.Contains(string(h), `<span class="govuk-visually-hidden">Do you agree?</span>`) || !strings.Contains(string(h), `aria-describedby="agree-error"`) {
		t.Errorf("the words are said twice, or the error is not tied to them: %s", h)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	p := every(t)
	a := answer.Set{
		"agree": answer.Text("no"), "why_not": answer.Text("one\n<two>"), "a_files": answer.List("f1"), "a_worker": answer.Text("w1"),
		"people": answer.List("r1"), "people/r1/person_name": answer.Text("Kim"), "a_radios": answer.Text("other"), "a_radios_other": answer.Text("my words"),
	}
	h, err := form.Summary(p, facts(a), form.SummaryOptions{
		Unanswered: true, Names: map[string]string{"f1": "photo.jpg", "w1": "Asha Noor"}, Held: []answer.Key{"a_phone"},
		Change: func(page, row string) string { return "/change/" + page + "/" + row },
		Source: func(k answer.Key) string { return map[answer.Key]string{"agree": "Given by Asha on 17 March"}[k] },
	}).Render()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"People: Kim", "one<br>&lt;two&gt;", "photo.jpg", "Asha Noor", "fd-sealed", "Not answered", "/change/person/r1#people/r1/person_name", "Given by Asha on 17 March", "Something else: my words", ">No<"} {
		if !strings.Contains(string(h), want) {
			t.Errorf("there is no %s", want)
		}
	}
	h, _ = form.Summary(p, facts(a), form.SummaryOptions{}).Render()
	if strings.Contains(string(h), "Not answered") || strings.Contains(string(h), "Change") {
		t.Error("a reader sees gaps or links to change")
	}
}
