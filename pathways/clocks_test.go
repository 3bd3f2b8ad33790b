package pathways_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
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
	written(t, "TestClocks", "clocks.md", func(l *pathway.Library) string { return l.ClockList() + everyRecord(place) })
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
