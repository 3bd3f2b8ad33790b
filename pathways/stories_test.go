package pathways_test

import (
	"slices"
	"strings"
	"testing"
)

// stories are the kinds of scenario that each folder has, by how their files'
// names begin, and a word that such a story cannot do without.
var stories = map[string]string{
	"usual_road":  "state:", // from the beginning to an outcome
	"half_filled": "refused:",
	"wrong_role":  "refused:",
	"late":        "late", // a limit that was missed: met late, or overdue
	"refused":     "",     // what somebody or a rule says no to
	"reopened":    "",     // opened again, or why it is not
}

// Every folder tells how its work goes, and how it goes wrong.
func TestEveryFolderTellsItsStories(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		files := sortedFiles(p)
		for kind, word := range stories {
			i := slices.IndexFunc(files, func(f string) bool {
				name, is := strings.CutPrefix(strings.TrimSuffix(f, ".yaml"), "tests/")
				return is && (name == kind || strings.HasPrefix(name, kind+"_"))
			})
			switch {
			case i < 0:
				t.Errorf("%s has no scenario tests/%s.yaml", p.Name, kind)
			case !strings.Contains(strings.ReplaceAll(p.Files[files[i]], "overdue", "late"), word):
				t.Errorf("%s: %s is no such story: nothing in it says %q", p.Name, files[i], word)
			}
		}
	}
}
