package pathways_test

import (
	"io/fs"
	"slices"
	"testing"

	"frontdoor/internal/guidance"
	"frontdoor/partnerships"
)

// Every section of the manual that a form opens beside it is in the manual that
// ships.
func TestClausesAreInTheManualThatShips(t *testing.T) {
	t.Parallel()
	texts, err := fs.Sub(partnerships.FS, "set/guidance")
	if err != nil {
		t.Fatal(err)
	}
	manual, _ := guidance.Load(texts, guidance.Place{})
	have := manual.Clauses()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		for _, c := range p.Clauses() {
			if !slices.Contains(have, c) {
				t.Errorf("%s opens %s, which is not in the manual", p.Name, c)
			}
		}
	}
	if n := len(get(t, "referral").Clauses()); n < 12 {
		t.Errorf("the referral opens %d sections beside it", n)
	}
}
