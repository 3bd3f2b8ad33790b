package pathways_test

import (
	"flag"
	"os"
	"testing"

	"frontdoor/internal/pathway"
)

var update = flag.Bool("update", false, "write docs/clocks.md and docs/exports.md from the folders")

// docs/clocks.md and docs/exports.md say what the folders say.
func TestClocks(t *testing.T) { written(t, "TestClocks", "clocks.md", (*pathway.Library).ClockList) }

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
