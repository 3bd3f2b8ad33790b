package pathway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/pathway"
)

func TestClausesAreInTheManual(t *testing.T) {
	t.Parallel()
	cited := func(ref string) []string {
		return []string{"  - page: danger\n", "  - page: danger\n    clause: " + ref + "\n"}
	}
	in := place()
	in.Clauses = []string{"neglect#signs", "referral#how"}
	p, faults := pathway.Load(folder(t, "worry", cited("neglect#signs")...), in)
	if p == nil {
		t.Fatal(faults)
	}
	if got := p.Clauses(); !cmp.Equal(got, []string{"neglect#signs"}) {
		t.Errorf("clauses: %v", got)
	}
	for ref, want := range map[string]string{
		"neglect#sign": "the manual has no section “neglect#sign”. Did you mean “neglect#signs”?",
		"children":     "the manual has no section “children”. Write the chapter’s key and the section’s, such as neglect#signs.",
	} {
		p, faults := pathway.Load(folder(t, "worry", cited(ref)...), in)
		if p != nil || !strings.Contains(faults.Error(), want) || !strings.HasPrefix(faults.Error(), "pathway.yaml:") {
			t.Errorf("%s: %v", ref, faults)
		}
	}
	// Where the manual is not at hand, and in a text that a record is pinned to,
	// nothing is refused for it.
	if p, faults := pathway.Load(folder(t, "worry", cited("lost#lost")...), place()); p == nil {
		t.Error(faults)
	}
	pinned, faults := pathway.Load(folder(t, "worry", cited("lost#lost")...), place())
	if pinned == nil {
		t.Fatal(faults)
	}
	if old, faults := pathway.FromFiles(pinned.Files, in); old == nil {
		t.Error(faults)
	}
}

func TestSignsGoIntoWords(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"worry": "", "danger": "is a question of type yes_no", "nothing": "there is no question “nothing”", "given_names": "is asked of each child",
	} {
		p, faults := pathway.Load(folder(t, "worry", "\nroles:\n", "\nroles:\n  indicators: ["+question+"]\n"), place())
		if want == "" && (p == nil || p.Roles.Indicators[0] != question) {
			t.Errorf("%s: %v", question, faults)
		}
		if want != "" && !strings.Contains(faults.Error(), want) {
			t.Errorf("%s: %v", question, faults)
		}
	}
}
