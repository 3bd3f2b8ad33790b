package site

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/guidance"
	"frontdoor/partnerships"
)

// A text that would take away the list of signs, or a section that a form opens
// beside it, is not published.
func TestTextsThatTheProgramNeeds(t *testing.T) {
	t.Parallel()
	s := &Site{Config: Config{Desk: &casework.Desk{Place: caseworktest.Partnership(), Pathways: caseworktest.Library()}}}
	shipped, err := fs.Sub(partnerships.FS, "set/guidance")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, from, to string) string {
		t.Helper()
		texts := fstest.MapFS{}
		err := fs.WalkDir(shipped, ".", func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(shipped, file)
			if file == name {
				if !strings.Contains(string(data), from) {
					t.Fatalf("%s has no %q", name, from)
				}
				data = []byte(strings.Replace(string(data), from, to, 1))
			}
			texts[file] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		lib, _ := guidance.Load(texts, guidance.Place{})
		return s.checkTexts(lib, nil).Error()
	}
	if got := check("", "", ""); got != "" {
		t.Errorf("what ships has faults: %s", got)
	}
	if got := check("manual/recognising.md", "{#call}", "{#ring}"); !strings.Contains(got, "no section recognising#call, which the form “Worry about a child” opens beside it") {
		t.Errorf("a section lost its key: %q", got)
	}
	if got := check("thresholds.yaml", `level: "4", area`, `level: "5", area`); !strings.Contains(got, "thresholds.yaml:") {
		t.Errorf("a sign at no level: %q", got)
	}
}
