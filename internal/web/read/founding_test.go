package read_test

import (
	_ "embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"frontdoor/internal/guidance"
	"frontdoor/partnerships"
)

var update = flag.Bool("update", false, "write docs/founding-pages.md anew")

//go:embed testdata/founding.txt
var headings string

const foundingDoc = "../../../docs/founding-pages.md"

const foundingTop = `# What became of the founding pages

Each heading of the two public pages that this service follows on from, and the page or function that now does its work. It is made from
what each text says of itself (` + "`founding`" + ` in its first lines) and from ` + "`internal/web/read/testdata/founding.txt`" + `, by
` + "`go test ./internal/web/read -run TestFounding -update`" + `. The test fails when a row is empty or this file is old.
`

// place is a heading by the page and audience it stands under and its own name:
// two ways of writing where it stands are the same heading.
func place(heading string) string {
	page, rest, _ := strings.Cut(heading, ": ")
	parts := strings.Split(rest, " / ")
	return page + ": " + parts[0] + " / " + parts[len(parts)-1]
}

// Every heading of the founding pages has a page or a function.
func TestFounding(t *testing.T) {
	t.Parallel()
	set, err := fs.Sub(partnerships.FS, "set/guidance")
	if err != nil {
		t.Fatal(err)
	}
	lib, faults := guidance.Load(set, guidance.Place{})
	for _, f := range faults {
		if strings.Contains(f.Text, "reading age") {
			t.Error(f)
		}
	}
	by := map[string][]*guidance.Page{}
	for _, p := range append(append([]*guidance.Page{}, lib.Pages...), lib.Chapters...) {
		for _, h := range p.Founding {
			by[place(h)] = append(by[place(h)], p)
		}
	}
	var out strings.Builder
	out.WriteString(foundingTop)
	known, section := map[string]bool{}, ""
	for line := range strings.Lines(headings) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		heading, function, _ := strings.Cut(line, " => ")
		known[place(heading)] = true
		page, name, _ := strings.Cut(heading, ": ")
		if page != section {
			section = page
			title := map[string]string{"page 1": "The older page on the SET Procedures", "page 2": "The partnership’s page"}[page]
			fmt.Fprintf(&out, "\n## %s\n\n| Heading | Page or function |\n| --- | --- |\n", title)
		}
		var does []string
		for _, p := range by[place(heading)] {
			does = append(does, p.Title+" (`/"+p.Key+"`)")
		}
		if function != "" {
			does = append(does, strings.ToUpper(function[:1])+function[1:])
		}
		if len(does) == 0 {
			t.Errorf("nothing does the work of %q", heading)
		}
		fmt.Fprintf(&out, "| %s | %s |\n", name, strings.Join(does, "; "))
	}
	for h, pages := range by {
		if !known[h] {
			t.Errorf("%s says it answers %q, which is no heading", pages[0].File, h)
		}
	}
	if *update {
		if err := os.WriteFile(foundingDoc, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(foundingDoc)
	if err != nil || string(have) != out.String() {
		t.Error("docs/founding-pages.md is old. Run: go test ./internal/web/read -run TestFounding -update")
	}
}
