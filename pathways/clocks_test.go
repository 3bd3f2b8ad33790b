package pathways_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"

	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/partnerships"
)

var update = flag.Bool("update", false, "write docs/clocks.md and docs/exports.md from the folders")

// docs/clocks.md and docs/exports.md say what the folders say.
func TestClocks(t *testing.T) {
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		t.Fatal(err)
	}
	place, _ := partnership.Load(set)
	list, err := os.Open("duties.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	duties, err := pathway.ReadDuties(list)
	if err != nil {
		t.Fatal(err)
	}
	written(t, "TestClocks", "clocks.md", func(l *pathway.Library) string {
		over, _ := storiesOver(t, l)
		told := func(c pathway.DutyClock) string { return over[c.Pathway.Name+"/"+c.Clock.ID] }
		for _, d := range duties {
			clocks, missing := l.ClocksOf(d)
			if len(missing) > 0 || len(clocks) == 0 && d.Instead == "" {
				t.Errorf("duties.csv, “%s”: there is no clock %v, and nothing says where it is held", d.Words, missing)
			}
			for _, c := range clocks {
				if p := c.Pathway; p.Law[c.Clock.Law].Source == "" || told(c) == "" {
					t.Errorf("duties.csv, “%s”: %s/%s has no source, or no story over a day that does not count", d.Words, p.Name, c.Clock.ID)
				}
			}
		}
		return l.ClockList() + everyRecord(place) + l.DutyList(duties, told)
	})
}

// everyRecord writes the clock that runs on a record of any pathway.
func everyRecord(p *partnership.Partnership) string {
	local := "not confirmed"
	if p.Locks.Confirmed {
		local = "confirmed"
	}
	return fmt.Sprintf("\n## A record of any kind\n\n| code | clock | length | from | until | source | set locally |\n| --- | --- | --- | --- | --- | --- | --- |\n"+
		"| RESTRICT | A lock to named workers is looked at again | %s | it is locked, or kept locked | it is lifted, or kept | Common practice. %s | `locks: review` in partnership.yaml, %s |\n", p.LockReview, p.Locks.Source, local)
}

func TestExports(t *testing.T) {
	written(t, "TestExports", "exports.md", func(l *pathway.Library) string { return l.ExportList() + compared(l) + censusPage() })
}

func written(t *testing.T, test, name string, list func(*pathway.Library) string) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	page := "../docs/" + name
	want := list(library)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/%s is not what the folders say (%v): run go test ./pathways -run %s -update", name, err, test)
	}
}

// A length that rests on no law and no national guidance is for the partnership to
// set. One that is chosen in the record, such as how often a child is visited, may
// be shorter than the one that is set.
func TestLocalLengthsAreSettings(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		for _, c := range p.Clocks {
			kind := p.Law[c.Law].Kind
			if kind == "statute" || kind == "statutory_guidance" {
				continue
			}
			set := slices.ContainsFunc(c.Within, func(s pathway.Span) bool { return s.Setting != "" })
			for _, s := range c.Within {
				if s.Setting == "" && (s.If == "" || !set) {
					t.Errorf("%s/%s runs for %s by %s, and nobody can set another length", p.Name, c.ID, s.Length, kind)
				}
			}
			if !c.Ahead.IsZero() && c.Setting == "" {
				t.Errorf("%s/%s runs until %s before, and nobody can set another length", p.Name, c.ID, c.Ahead)
			}
		}
	}
}
