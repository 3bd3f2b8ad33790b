package pathways_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/partnerships"
)

// What touches the sexual abuse of a child is kept longest, also where the
// allegation itself was of another kind and was disproved.
func TestAnAllegationThatTouchesSexualAbuseIsKeptLongest(t *testing.T) {
	t.Parallel()
	p := get(t, "allegation")
	closed := calendar.NewDate(2026, 5, 7)
	for touches, want := range map[string]string{"no": "2036-05-07", "yes": "2101-05-07"} {
		f := pathway.Facts{State: "closed", Now: time.Date(2026, 5, 8, 9, 0, 0, 0, time.UTC), Answers: answer.Set{
			"accused": answer.List("a1"), "accused/a1/accused_born": answer.Text("1980-01-01"),
			"allegations": answer.List("r1"), "allegations/r1/allegation_kind": answer.Text("online"), "allegations/r1/outcome": answer.Text("false"),
			"close_abuse": answer.Text(touches),
		}}
		if k := p.Keep(f, closed); k.Until.String() != want {
			t.Errorf("touches sexual abuse: %s: kept until %s, want %s: %s %s", touches, k.Until, want, k.Rule, k.Sum)
		}
	}
}

// Of what may be given to some roles alone, somebody of them decides whether it is
// kept: nobody else would ever be asked.
func TestSomebodyDecidesOnKeepingEachRestrictedPathway(t *testing.T) {
	t.Parallel()
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		t.Fatal(err)
	}
	place, _ := partnership.Load(set)
	library, _ := load()
	for _, p := range library.All() {
		if len(p.Restricted) > 0 && !slices.ContainsFunc(p.Restricted, func(id string) bool {
			role, ok := place.Register.Role(id)
			return ok && (slices.Contains(role.May, "retention_own") || slices.Contains(role.May, "retention"))
		}) {
			t.Errorf("%s is given to %v alone, and none of them decides on keeping it", p.Name, p.Restricted)
		}
	}
}

// Every folder says how long its closed records are kept, by every rule: of no kind
// of record does nobody know.
func TestEveryFolderSaysHowLongItsRecordsAreKept(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		if len(p.Retention) == 0 {
			t.Errorf("%s says nothing", p.Name)
		}
		for _, r := range p.Retention {
			if len(r.Keep) == 0 {
				t.Errorf("%s: %s: no length", p.Name, r.Words)
			}
		}
	}
}

// What touches the sexual abuse of a child is kept for 75 years, wherever it is
// known; what came to nothing for less than what did not.
func TestHowLongByWhatCameOfIt(t *testing.T) {
	t.Parallel()
	closed := calendar.NewDate(2026, 5, 7)
	now := time.Date(2026, 5, 8, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		pathway, state string
		answers        answer.Set
		want           string
	}{
		{"section_47", "agreed", answer.Set{"concerns": answer.List("sexual")}, "2101-05-07"},
		{"section_47", "agreed", answer.Set{"concerns": answer.List("neglect")}, "2061-05-07"},
		{"section_47", "agreed", answer.Set{}, "2061-05-07"},
		{"strategy_discussion", "closed", answer.Set{"concerns": answer.List("physical", "cse")}, "2101-05-07"},
		{"child_protection_conference", "finished", answer.Set{"children": answer.List("r1"), "children/r1/cp_category": answer.Text("SAB")}, "2101-05-07"},
		{"child_protection_conference", "finished", answer.Set{"children": answer.List("r1"), "children/r1/cp_category": answer.Text("NEG")}, "2061-05-07"},
		{"police_protection", "released", answer.Set{"grounds": answer.List("sexual")}, "2101-05-07"},
		{"referral", "decided", answer.Set{"concerns": answer.List("hsb"), "children": answer.List("r1"), "children/r1/outcome": answer.Text("nfa"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"referral", "decided", answer.Set{"concerns": answer.List("neglect"), "children": answer.List("r1"), "children/r1/outcome": answer.Text("nfa"), "children/r1/born": answer.Text("2012-06-01")}, "2032-05-07"},
		{"rapid_review", "done", answer.Set{}, "2061-05-07"},
		{"rapid_review", "not_needed", answer.Set{}, "2036-05-07"},
		{"serious_incident", "not_met", answer.Set{}, "2036-05-07"},
		{"serious_incident", "done", answer.Set{}, "2061-05-07"},
		{"child_death", "done", answer.Set{}, "2051-05-07"},
		{"child_death", "not_ours", answer.Set{}, "2036-05-07"},
		{"intelligence", "used", answer.Set{"int_kind": answer.List("sexual", "online")}, "2101-05-07"},
		{"intelligence", "used", answer.Set{"int_kind": answer.List("drugs")}, "2036-05-07"},
		{"strategy_discussion", "not_held", answer.Set{"concerns": answer.List("physical")}, "2036-05-07"},
		{"strategy_discussion", "not_held", answer.Set{"concerns": answer.List("sexual")}, "2101-05-07"},
		{"child_protection_conference", "cancelled", answer.Set{"concerns": answer.List("neglect"), "children": answer.List("r1"), "children/r1/given_names": answer.Text("A")}, "2036-05-07"},
		{"private_fostering", "not_one", answer.Set{"children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2032-05-07"},
		{"private_fostering", "ended", answer.Set{"children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2030-06-01"},
		{"marac", "declined", answer.Set{"children": answer.List("r1"), "children/r1/born": answer.Text("2020-06-01")}, "2036-05-07"},
		{"marac", "ended", answer.Set{"concerns": answer.List("cse"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"pre_proceedings", "ended", answer.Set{"concerns": answer.List("sexual")}, "2101-05-07"},
		{"pre_proceedings", "ended", answer.Set{"concerns": answer.List("neglect")}, "2061-05-07"},
		{"common_assessment", "closed", answer.Set{"concerns": answer.List("hsb")}, "2101-05-07"},
		{"domestic_abuse", "closed", answer.Set{"concerns": answer.List("sexual"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"safer_sleep", "closed", answer.Set{"concerns": answer.List("sexual"), "children": answer.List("r1"), "children/r1/born": answer.Text("2026-02-01")}, "2101-05-07"},
		{"stalking_diary", "closed", answer.Set{"concerns": answer.List("sexual")}, "2101-05-07"},
		{"parental_conflict", "closed", answer.Set{"concerns": answer.List("sexual"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"risk_offender", "not_ours", answer.Set{}, "2032-05-07"},
		{"child_in_need_plan", "ended", answer.Set{"concerns": answer.List("cse"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"child_in_need_plan", "ended", answer.Set{"factors": answer.List("4B", "19C"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"child_in_need_plan", "ended", answer.Set{"plan_abuse": answer.Text("yes"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
		{"child_in_need_plan", "ended", answer.Set{"plan_abuse": answer.Text("no"), "concerns": answer.List("neglect"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2030-06-01"},
		{"child_in_need_plan", "ended", answer.Set{"children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2030-06-01"},
		{"child_assessment", "stopped", answer.Set{"concerns": answer.List("sexual"), "children": answer.List("r1"), "children/r1/born": answer.Text("2012-06-01")}, "2101-05-07"},
	} {
		k := get(t, c.pathway).Keep(pathway.Facts{State: c.state, Now: now, Answers: c.answers}, closed)
		if k.Until.String() != c.want || !k.Unconfirmed {
			t.Errorf("%s, %s, %v: kept until %s, want %s: %s (%s)", c.pathway, c.state, c.answers, k.Until, c.want, k.Rule, k.Sum)
		}
	}
}

// Where a record can end in several ways, either how it ended decides how long it is
// kept, or the folder says that it does not.
func TestWhatCameOfItDecidesOrIsSaidNotTo(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		ends := 0
		for _, s := range p.States {
			if s.End {
				ends++
			}
		}
		last := p.Retention[len(p.Retention)-1]
		decides := slices.ContainsFunc(p.Retention, func(r pathway.KeepRule) bool { return r.If != "" && r.Law != "kept_sexual" })
		if said := strings.Contains(last.Words, "whatever came of it"); ends > 1 && decides == said {
			t.Errorf("%s ends in %d ways; one of them is kept longer or shorter: %v; said that all are alike: %v", p.Name, ends, decides, said)
		}
	}
}
