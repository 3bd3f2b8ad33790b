package pathways_test

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/clocks.md from the folders")

// docs/clocks.md says what the folders say.
func TestClocks(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	const page = "../docs/clocks.md"
	want := library.ClockList()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/clocks.md is not what the folders say (%v): run go test ./pathways -run TestClocks -update", err)
	}
}
