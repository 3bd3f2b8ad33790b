package pathways_test

import (
	"slices"
	"testing"

	"frontdoor/internal/pathway"
)

// Each folder says of every kind of reader what they may be given on paper, or why
// they are given nothing. What the family gets begins with words for them.
func TestEveryFolderSaysWhatEachReaderMayHave(t *testing.T) {
	t.Parallel()
	library, _ := load()
	for _, p := range library.All() {
		for _, kind := range p.CopyReadersOf() {
			gets := slices.ContainsFunc(p.Copies, func(c pathway.Copy) bool { return slices.Contains(c.To, kind) })
			if why := p.NoCopyFor(kind); gets == (why != "") {
				t.Errorf("%s: a copy for %q is there: %v; why there is none: %q", p.Name, kind, gets, why)
			}
		}
		for _, c := range p.Copies {
			if slices.ContainsFunc(c.To, pathway.FamilyReader) && c.Words == "" {
				t.Errorf("%s: the copy %s is for the family and does not say to them what it is", p.Name, c.ID)
			}
		}
	}
}

// What the domain keeps from somebody is in no copy for them: the talk of
// professionals from the family, an allegation from whom it is about, the police’s
// information from everyone, what the family must not find at home.
func TestWhatIsKeptFromSomeoneIsInNoCopyForThem(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string][]string{
		"intelligence":            {"child", "parent", "adult", "agency", "file"},
		"risk_offender":           {"child", "parent", "adult"},
		"allegation":              {"child", "parent", "adult"},
		"strategy_discussion":     {"child", "parent", "adult"},
		"agency_check":            {"child", "parent"},
		"domestic_abuse":          {"child", "parent", "adult"},
		"marac":                   {"child", "parent", "adult"},
		"stalking_diary":          {"child", "parent", "adult"},
		"sarc_referral":           {"child", "parent"},
		"mace_panel":              {"child", "parent"},
		"modern_slavery":          {"parent"},
		"exploitation_assessment": {"parent"},
		"child_death":             {"child", "parent", "adult"},
		"rapid_review":            {"child", "parent"},
		"local_review":            {"child", "parent"},
		"serious_incident":        {"child", "parent"},
	} {
		p := get(t, name)
		for _, kind := range kept {
			if p.NoCopyFor(kind) == "" || slices.ContainsFunc(p.Copies, func(c pathway.Copy) bool { return slices.Contains(c.To, kind) }) {
				t.Errorf("%s may be given to %q", name, kind)
			}
		}
	}
}

// No copy for anyone outside names what is sealed, guarded or an address; the
// check refuses the first two, and an address leaves by no list at all.
func TestNoCopyForTheFamilyNamesAnAddress(t *testing.T) {
	t.Parallel()
	library, _ := load()
	for _, p := range library.All() {
		for _, c := range p.Copies {
			if !slices.ContainsFunc(c.To, pathway.FamilyReader) {
				continue
			}
			for _, part := range c.Parts {
				for _, id := range part.Show {
					if q, ok := p.Question(id); ok && (q.Sealed || q.Guarded || q.Type == "address" || q.Type == "postcode") {
						t.Errorf("%s: the copy %s for the family shows %s", p.Name, c.ID, id)
					}
				}
				if len(part.Pages) > 0 {
					t.Errorf("%s: the copy %s for the family shows whole pages, under %q: name its questions", p.Name, c.ID, part.Heading)
				}
			}
		}
	}
}

// Whoever takes work on finds the people there: a record that another one starts, or
// is carried on into, begins with the people of that one. A paper without names does
// not.
func TestWhatFollowsBeginsWithItsPeople(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	people := func(p *pathway.Pathway) []string {
		var out []string
		for _, g := range p.Groups {
			if g.Person != nil {
				out = append(out, g.ID)
			}
		}
		return out
	}
	pairs := 0
	for _, to := range library.All() {
		from := slices.Clone(to.Follows)
		for _, p := range library.All() {
			for _, s := range p.Steps {
				if slices.ContainsFunc(s.Starts, func(st pathway.Start) bool { return st.Pathway == to.Name }) {
					from = append(from, p.Name)
				}
			}
		}
		for _, name := range from {
			before := people(get(t, name))
			for _, group := range people(to) {
				// Another allegation against the same adult is about other children.
				again := to.Name == name && name == "allegation" && group == "children"
				if pairs++; slices.Contains(before, group) && slices.Contains(to.Carry, group) == again {
					t.Errorf("%s begins without the %s of %s", to.Name, group, name)
				}
			}
		}
	}
	if pairs < 80 {
		t.Errorf("only %d are looked at", pairs)
	}
}
