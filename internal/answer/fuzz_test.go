package answer

import (
	"strings"
	"testing"
)

// FuzzKey: a key of a row comes apart into what it was made of, when none of that
// holds the sign between.
func FuzzKey(f *testing.F) {
	f.Add("children", "r1", "family_name")
	f.Add("", "", "")
	f.Add("a/b", "c", "d")
	f.Fuzz(func(t *testing.T, group, row, question string) {
		g, r, q := RowKey(group, row, question).Split()
		if !strings.Contains(group+row, "/") && (g != group || r != row || q != question) {
			t.Fatalf("%q %q %q came back as %q %q %q", group, row, question, g, r, q)
		}
	})
}
