package pathway_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// A warning holds while its rule does, and begins every letter and copy.
func TestBanners(t *testing.T) {
	t.Parallel()
	p := worry(t, noCopies, "", "states:\n", "banners:\n  - { if: 'known(q.parents_told) && q.parents_told', words: Tell nobody., law: local }\n  - { words: Always., law: local }\n  - { words: Look twice., law: local, inside: true }\ncopies:\n  - { id: file, title: For the file, to: [file], parts: [{ heading: Worry, show: [worry] }] }\nstates:\n")
	f := facts(with(complete(), "parents_told", "yes"), "looking", manager)
	if got := p.BannersOf(f); !slices.Equal(got, []string{"Tell nobody.", "Always.", "Look twice."}) {
		t.Errorf("banners %v", got)
	}
	doc := &p.Documents[0]
	row := ""
	if doc.Row != "" {
		row = "r1"
	}
	text, _, err := p.Render(doc, row, f, map[string]string{
		"reference": "T1", "today": "today", "authority": "x", "front_door": "x", "phone": "x", "row_name": "x",
	})
	if err != nil || !strings.HasPrefix(text, "**Tell nobody.**\n\n**Always.**\n\n") {
		t.Errorf("%v: the letter begins %q", err, text[:min(len(text), 60)])
	}
	if strings.Contains(text, "Look twice") {
		t.Errorf("the letter holds what is for those inside: %q", text)
	}
	made := p.MakeCopy(&p.Copies[0], pathway.CopySource{Text: p, Facts: f, For: pathway.CopyFor{Kind: "file"}, Words: func(*pathway.Question, answer.Answer) string { return "" }, Keep: func(answer.Key, *pathway.Question, string) string { return "" }})
	if !strings.HasPrefix(made.Body, "**Tell nobody.**\n\n**Always.**\n\n") {
		t.Errorf("the copy begins %q", made.Body[:min(len(made.Body), 60)])
	}
	if strings.Contains(made.Body, "Look twice") {
		t.Errorf("the copy holds what is for those inside: %q", made.Body)
	}
	f.Answers = complete()
	if got := p.BannersOf(f); !slices.Equal(got, []string{"Always.", "Look twice."}) {
		t.Errorf("without the answer %v", got)
	}
}

func TestFaultsOfBannersAndOtherAreas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"states:\n", "banners:\n  - { words: x, law: decied }\nstates:\n", "banner 1 names the law “decied”, which is not there"},
		{"states:\n", "banners:\n  - { law: decide }\nstates:\n", "banner 1 has no words"},
		{"states:\n", "banners:\n  - { words: '**x**', law: decide }\nstates:\n", "holds marks"},
		{"states:\n", "banners:\n  - { if: q.nothing, words: x, law: decide }\nstates:\n", "there is no “q.nothing”"},
		{"states:\n", "known_across: { group: signs, to: [manager], ring: child, words: x }\nstates:\n", "whose rows are not people"},
		{"states:\n", "known_across: { group: children, to: [manger], ring: child, words: x }\nstates:\n", "there is no role “manger”"},
		{"states:\n", "known_across: { group: children, to: [manager], ring: chilled, words: x }\nstates:\n", "chilled"},
		{"states:\n", "known_across: { group: children, ring: child, words: x }\nstates:\n", "known_across tells nobody"},
		{"states:\n", "known_across: { group: children, to: [manager], ring: child }\nstates:\n", "known_across does not say what to do"},
		{"states:\n", "restricted: [social_worker]\nknown_across: { group: children, to: [manager], ring: child, words: x }\nstates:\n", "who may not know of records of this pathway"},
	} {
		_, faults := pathway.Load(folder(t, "worry", c.old, c.new), place())
		if !slices.ContainsFunc(faults, func(f pathway.Fault) bool { return strings.Contains(f.Text, c.want) }) {
			t.Errorf("%s: no fault says %q: %v", c.new, c.want, faults)
		}
	}
}
