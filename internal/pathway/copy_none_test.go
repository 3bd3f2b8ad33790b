package pathway_test

import (
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// Of each kind of reader it is said what they may have, or why they may have
// nothing, and never both.
func TestWhoIsGivenNoCopy(t *testing.T) {
	t.Parallel()
	copies := "  - { id: a, title: x, to: [agency, file], parts: [ { heading: x, show: [worry] } ] }\n"
	for _, c := range []struct{ none, has, not string }{
		{"", "may be given on paper", "“agency” may be given"},
		{"no_copies:\n  - { to: [child, parent, adult], because: They are told. }\n", "", "may be given on paper"},
		{"no_copies:\n  - { to: [agency], because: x }\n", "a copy is for “agency”, and no_copies says that there is none", ""},
		{"no_copies:\n  - { to: [mother], because: x }\n", "there is no kind of reader “mother”", ""},
		{"no_copies:\n  - { because: x }\n", "it is not said who is given no copy", ""},
		{"no_copies:\n  - { to: [child] }\n", "because", ""},
	} {
		_, faults := pathway.Load(folder(t, "worry", withCopies(copies+c.none)...), place())
		if said := faults.Error(); !strings.Contains(said, c.has) || c.not != "" && strings.Contains(said, c.not) {
			t.Errorf("%q: want %q and not %q, got %v", c.none, c.has, c.not, faults)
		}
	}
}
