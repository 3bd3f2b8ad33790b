package pathway_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// noCopies is what the folder of these tests says of copies.
const noCopies = "no_copies: [ { to: [child, parent, agency, file], because: \"Nobody asks for one.\" } ]\n"

func withCopies(text string) []string {
	return []string{noCopies, "copies:\n" + text + "\n"}
}

// What may be given to nobody, or not to the family, is refused before the
// program starts.
func TestListsOfCopiesAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"  - { id: f, title: x, to: [parent], parts: [ { heading: x, show: [source] } ] }":                                                                             "may hold “source”, which is sealed",
		"  - { id: f, title: x, to: [parent], parts: [ { heading: x, show: [hunch] } ] }":                                                                              "may hold “hunch”, which is sealed",
		"  - { id: f, title: x, to: [agency], parts: [ { heading: x, show: [hunch] } ] }":                                                                              "may hold “hunch”",
		"  - { id: f, title: x, to: [child], parts: [ { heading: x, pages: [worry] } ] }":                                                                              "may hold “source”",
		"  - { id: f, title: x, to: [mother], parts: [ { heading: x, show: [worry] } ] }":                                                                              "there is no kind of reader “mother”",
		"  - { id: f, title: x, parts: [ { heading: x, show: [worry] } ] }":                                                                                            "is for nobody",
		"  - { id: f, title: x, to: [file] }":                                                                                                                          "holds nothing",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, show: [wory] } ] }":                                                                                 "there is no question “wory”",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, show: [school] } ] }":                                                                               "“school” is asked of each child",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, pages: [child] } ] }":                                                                               "is asked of other rows",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, pages: [chid] } ] }":                                                                                "there is no page “chid”",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, step: deside, show: [worry] } ] }":                                                                  "there is no step “deside”",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, body: \"{{q.source}}\", show: [worry] } ] }":                                                        "cannot be filled in",
		"  - { id: f, title: x, to: [file], words: \"{{ x }}\", parts: [ { heading: x, show: [worry] } ] }":                                                            "cannot be filled in",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, show: [worry], as: { signs: y } } ] }":                                                              "is given another name and not shown",
		"  - { id: f, title: x, to: [file], parts: [ { show: [worry] } ] }":                                                                                            "has no heading",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, if: q.wory == \"\", show: [worry] } ] }":                                                            "there is no “q.wory”",
		"  - { id: f, title: x, to: [file], parts: [ { heading: x, show: [worry] } ] }\n  - { id: f, title: x, to: [file], parts: [ { heading: x, show: [worry] } ] }": "is used twice",
	} {
		p, faults := pathway.Load(folder(t, "worry", withCopies(text)...), place())
		if p != nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%s\n  gives %v, want %q", text, faults, want)
		}
	}
	// For an agency a page may hold what is left out of it.
	if p, faults := pathway.Load(folder(t, "worry", withCopies("  - { id: a, title: x, to: [agency, file], parts: [ { heading: x, pages: [worry] } ] }")...), place()); p == nil {
		t.Error(faults)
	}
}

// The copy for the file holds all that may leave, also what no part names; what it
// leaves out it says why. One that an agency may have too holds what it names.
func TestTheFileHoldsEverything(t *testing.T) {
	t.Parallel()
	list := func(to, out string) string {
		return "  - { id: f, title: x, to: " + to + out + ", parts: [ { heading: x, show: [worry] } ] }"
	}
	set := with(complete(), "source", "SEALED", "hunch", "GUARDED", "worry", "She is thin.")
	given := func(to, out string) pathway.Copied {
		t.Helper()
		p := worry(t, withCopies(list(to, out))...)
		c, _ := p.Copy("f")
		f := pathway.Facts{Answers: set, State: "decided", Now: now, Taken: map[string]pathway.Taken{"decide": {At: now}}}
		return p.MakeCopy(c, pathway.CopySource{Text: p, Facts: f, For: pathway.CopyFor{Kind: to[1 : len(to)-1]}, Keep: func(answer.Key, *pathway.Question, string) string { return "" }})
	}
	file := given("[file]", "")
	for _, want := range []string{"She is thin", "Annr1", "Annr2", "Hill School"} {
		if !strings.Contains(file.Body, want) {
			t.Errorf("the file lacks %q: %s", want, file.Body)
		}
	}
	if strings.Contains(file.Body, "SEALED") || strings.Contains(file.Body, "GUARDED") {
		t.Error("the file holds what may not leave")
	}
	less := given("[file]", ", leaves_out: { school: It stays with the school. }")
	if strings.Contains(less.Body, "Hill School") || !slices.ContainsFunc(less.Left, func(l pathway.LeftOut) bool { return l.Why == "It stays with the school." }) {
		t.Errorf("what is left out stands in it, or without why: %+v", less.Left)
	}
	if agency := given("[agency]", ""); strings.Contains(agency.Body, "Hill School") {
		t.Error("an agency is given what no part names")
	}
	for text, want := range map[string]string{
		list("[agency]", ", leaves_out: { school: x }"): "holds what its parts name",
		list("[file]", ", leaves_out: { shool: x }"):    "there is no question “shool”",
		list("[file]", ", leaves_out: { worry: x }"):    "leaves_out says that it does not",
		list("[file]", ", leaves_out: { school: }"):     "it is not said why",
	} {
		if p, faults := pathway.Load(folder(t, "worry", withCopies(text)...), place()); p != nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%s\n  gives %v, want %q", text, faults, want)
		}
	}
}

// What a copy holds follows from its list alone, also on a record that was made
// on an older text.
func TestMakeCopy(t *testing.T) {
	t.Parallel()
	older := worry(t)
	p := worry(t, withCopies(`
  - id: a
    title: x
    to: [agency]
    parts:
      - { heading: "Child #1", group: children, show: [given_names, school] }
      - { heading: Worry, pages: [worry] }
      - { heading: Danger, if: q.danger, show: [danger_done] }
      - { heading: Decided, step: decide, show: [happened_at, parents_told] }`)...)
	set := with(complete(), "source", "SEALED", "hunch", "GUARDED", "worry", "*She* is thin.\n\n# Not a heading", "danger_done", "rang 999")
	set["signs"] = answer.List("hurt")
	c, ok := p.Copy("a")
	if !ok {
		t.Fatal("no copy")
	}
	made := p.MakeCopy(c, pathway.CopySource{
		Text: older, Facts: pathway.Facts{Answers: set, State: "received", Now: now}, For: pathway.CopyFor{Kind: "agency"},
		Keep: func(key answer.Key, _ *pathway.Question, _ string) string {
			if key == "children/r2/school" {
				return "kept"
			}
			return ""
		},
	})
	for _, want := range []string{"## Child \\#1", "Annr1", "Annr2", "Hill School", "\\*She\\* is thin", "\\# Not a heading"} {
		if !strings.Contains(made.Body, want) {
			t.Errorf("no %q: %s", want, made.Body)
		}
	}
	for _, never := range []string{"SEALED", "GUARDED", "Other", "999", "Decided", "Danger"} {
		if strings.Contains(made.Body, never) {
			t.Errorf("it holds %q", never)
		}
	}
	if strings.Count(made.Body, "Hill School") != 1 {
		t.Error("what was kept stands in it")
	}
	why := map[answer.Key]string{}
	for _, l := range made.Left {
		why[l.Key] = l.Why
		if strings.Contains(l.Label, "SEALED") {
			t.Error("what was left out is told")
		}
	}
	for key, want := range map[answer.Key]string{
		"source": pathway.LeftSealed, "hunch": pathway.LeftGuarded, "danger_done": pathway.LeftStale, "children/r2/school": "kept", "children/r1/family_name": pathway.LeftUnnamed,
	} {
		if why[key] != want {
			t.Errorf("%s is left out as %q, want %q", key, why[key], want)
		}
	}
	if !slices.Contains(made.Used, answer.Key("worry")) {
		t.Error("what it shows is not named")
	}
}
