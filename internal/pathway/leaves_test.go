package pathway_test

import (
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// A sealed source, what may leave a record, what is given out block by block, and
// what scoring with an imported form needs are checked before the program starts.
func TestWhatLeavesIsChecked(t *testing.T) {
	t.Parallel()
	load := func(block string, replace ...string) (*pathway.Pathway, string) {
		p, faults := pathway.Load(folder(t, "worry", append(replace, "\nroles:", "\n"+block+"\nroles:")...), place())
		if p != nil {
			return p, ""
		}
		return nil, faults.Err().Error()
	}
	const redaction = "redaction: { title: x, about: children, by: [social_worker], in: [received], ground: rating }"
	for _, good := range []string{"leaves: { if: taken.decide, else: Not yet. }", redaction, "ask_first: { to: [social_worker], while: [received], words: Ask. }"} {
		if p, said := load(good); p == nil {
			t.Errorf("%s: %s", good, said)
		}
	}
	for _, c := range []struct{ block, want string }{
		{"source: { sealed_to: [] }", "nobody may be told whom a record came from"},
		{"source: { sealed_to: [king] }", "there is no role “king”"},
		{"leaves: { if: taken.dezide, else: x }", "there is no “taken.dezide”"},
		{"ask_first: { to: [king], while: [received], words: x }", "there is no role “king”"},
		{"ask_first: { to: [social_worker], while: [begone], words: x }", "there is no state “begone”"},
		{"ask_first: { to: [social_worker], while: [decided], words: x }", "nobody asks there"},
		{"ask_first: { to: [social_worker], while: [received] }", "does not say who is told what, and when"},
		{"leaves: { else: x }", "has no if"},
		{"leaves: { if: taken.decide }", "has no else"},
		{strings.Replace(redaction, "title: x, ", "", 1), "has no title"},
		{strings.Replace(redaction, "about: children", "about: kids", 1), "there is no group “kids”"},
		{strings.Replace(redaction, "in: [received]", "in: [begone]", 1), "there is no state “begone”"},
		{strings.Replace(redaction, "by: [social_worker]", "by: [king]", 1), "there is no role “king”"},
		{strings.Replace(redaction, "ground: rating", "ground: worry", 1), "has no codes"},
		{strings.Replace(redaction, "ground: rating", "ground: nothing", 1), "there is no question “nothing”"},
		{strings.Replace(redaction, ", in: [received]", "", 1), "does not say who decides"},
	} {
		if p, said := load(c.block); p != nil || !strings.Contains(said, c.want) {
			t.Errorf("%s gives %q, want %q", c.block, said, c.want)
		}
	}
	if p, said := load("", "  - id: children\n", "  - id: children\n    gate: { licence: true }\n"); p != nil || !strings.Contains(said, "asks for nothing") {
		t.Errorf("a gate without a tool gives %q", said)
	}
}

// What goes out holds neither what is hidden nor what is held back, whatever its
// capital letters, and does not say that something is held back where that would tell.
func TestTwoVersions(t *testing.T) {
	t.Parallel()
	x := pathway.Redaction{Words: "Kept."}
	records := []pathway.RedactedRecord{{Title: "A file", Blocks: []pathway.RedactedBlock{
		{Title: "What", Text: "LOU rang. Then lou came.", Decision: pathway.BlockRedact, Ground: "Another", Why: "No.", Hide: []string{"Lou"}},
		{Title: "Who", Text: "Lou", Decision: pathway.BlockWithhold, Ground: "Harm", Why: "Danger.", Quiet: true},
		{Title: "When", Text: "On Monday", Decision: pathway.BlockGive},
	}}, {Title: "A second", Blocks: []pathway.RedactedBlock{{Title: "Where", Text: "Here", Decision: pathway.BlockWithhold, Ground: "Harm", Why: "x", Quiet: true}}}}
	out, whole := x.Versions(records)
	for _, never := range []string{"Lou", "LOU", "lou", "Who", "Danger", "A second", "Here"} {
		if strings.Contains(out, never) {
			t.Errorf("%q goes out:\n%s", never, out)
		}
	}
	for _, want := range []string{"Kept.", `rang\. Then`, "Something is held back here: Another", "On Monday"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	for _, want := range []string{"LOU rang", `Danger\.`, "and that is not said", "A second", "Here"} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is missing of the whole:\n%s", want, whole)
		}
	}
	if got := pathway.Elsewhere(records); len(got) != 0 {
		t.Errorf("%v stand elsewhere", got)
	}
	records[0].Blocks[2].Text = "On Monday, lou said."
	if got := pathway.Elsewhere(records); len(got) != 1 || got[0] != "Lou" {
		t.Errorf("%v stand elsewhere, want Lou", got)
	}
}
