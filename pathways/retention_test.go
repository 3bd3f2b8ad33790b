package pathways_test

import (
	"io/fs"
	"slices"
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
