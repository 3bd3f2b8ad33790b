package attack

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
	testNamed = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)`")
	tableRow  = regexp.MustCompile(`(?m)^\| ([0-9]+\.[0-9]+\.[0-9]+) \| ([12]) \| ([^|]+) \| (met|partly|not|n/a) \| ([^|]+) \|([^|]*)\|$`)
)

// docs/asvs.md has each requirement of levels 1 and 2 once, with an answer, and
// every test that it or the threat model names is in the tree.
func TestTheStandardIsCovered(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	want, err := os.ReadFile(filepath.Join("testdata", "asvs-5.0.0-level-2.txt"))
	if err != nil {
		t.Fatal(err)
	}
	asvs, err := os.ReadFile(filepath.Join(root, "docs", "asvs.md"))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, m := range tableRow.FindAllStringSubmatch(string(asvs), -1) {
		got.WriteString(m[1] + " " + m[2] + "\n")
		if m[4] == "met" && strings.TrimSpace(m[5]) == "" {
			t.Errorf("%s is met, and nothing says how", m[1])
		}
	}
	if got.String() != string(want) {
		t.Error("the rows of docs/asvs.md are not those of the standard, in its order")
	}
	tests := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllStringSubmatch(string(b), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asvs.md", "threat-model.md"} {
		b, err := os.ReadFile(filepath.Join(root, "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		named := testNamed.FindAllStringSubmatch(string(b), -1)
		if len(named) < 40 {
			t.Errorf("%s names only %d tests", name, len(named))
		}
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("%s names %s, which there is none of", name, m[1])
			}
		}
	}
}
