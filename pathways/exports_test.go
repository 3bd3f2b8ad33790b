package pathways_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// formField is a field of a national form, from forms.csv of the folder whose
// export goes there: which fields of ours hold it, and why none does, or what to
// know of it.
type formField struct {
	form, field string
	ours        []string
	why         string
}

func formFields(p *pathway.Pathway) ([]formField, error) {
	rows, err := csv.NewReader(strings.NewReader(p.Files["forms.csv"])).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s/forms.csv: %w", p.Name, err)
	}
	var out []formField
	for _, r := range rows[min(1, len(rows)):] {
		out = append(out, formField{form: r[0], field: r[1], ours: strings.Fields(r[2]), why: r[3]})
	}
	return out, nil
}

// What the national forms ask is in the file, or forms.csv says why not; and
// what is in the file stands there too.
func TestExportsHoldWhatTheFormsAsk(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		if len(p.Exports) == 0 {
			continue
		}
		fields, err := formFields(p)
		if err != nil || len(fields) == 0 {
			t.Errorf("%s has an export, and no forms.csv says what the form asks: %v", p.Name, err)
		}
		inFile, asked := map[string]bool{}, map[string]bool{}
		for _, e := range p.Exports {
			for _, part := range e.Parts {
				for _, f := range part.Fields {
					inFile[part.Part+"."+f.Name] = true
				}
			}
		}
		for _, f := range fields {
			if len(f.ours) == 0 && f.why == "" {
				t.Errorf("%s: “%s” of the form %s is not in the file, and nothing says why", p.Name, f.field, f.form)
			}
			for _, name := range f.ours {
				asked[f.form+"."+name] = true
				if !inFile[f.form+"."+name] {
					t.Errorf("%s: %s of the form %s is in forms.csv and not in the file", p.Name, name, f.form)
				}
			}
		}
		for name := range inFile {
			// What only the program needs of the file, or of the forms that came on paper.
			if !asked[name] && !slices.Contains([]string{"notification.national_reference"}, name) {
				t.Errorf("%s: %s is in the file, and forms.csv does not say what for", p.Name, name)
			}
		}
	}
}

const comparedHead = `
## What the forms ask, field by field: %s

Compared on 22 November 2026 with a list put together from what is published of the national forms and of their changes up to 2022. The editions in force stand in the database’s own portal,
which was not seen. Written from ` + "`pathways/%s/forms.csv`" + `.

| form | field of the form | question | field of the file | if not, why; or what to know |
| --- | --- | --- | --- | --- |
`

// compared is the comparison as docs/exports.md has it.
func compared(library *pathway.Library) string {
	var b strings.Builder
	for _, p := range library.All() {
		fields, err := formFields(p)
		if err != nil || len(fields) == 0 {
			continue
		}
		fmt.Fprintf(&b, comparedHead, p.Title, p.Name)
		for _, f := range fields {
			var ours, questions []string
			for _, name := range f.ours {
				ours = append(ours, "`"+name+"`")
				if label := asks(library, p, f.form, name); !slices.Contains(questions, label) {
					questions = append(questions, label)
				}
			}
			file := "no"
			if len(ours) > 0 {
				file = strings.Join(ours, ", ")
			}
			cells := []string{f.form, f.field, strings.Join(questions, "; "), file, f.why}
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	return b.String()
}

// asks is the label of the question that a field of the file comes from.
func asks(library *pathway.Library, p *pathway.Pathway, form, name string) string {
	for _, e := range p.Exports {
		for _, part := range e.Parts {
			if part.Part != form {
				continue
			}
			of := p
			if other, ok := library.Get(part.Of); ok {
				of = other
			}
			for _, f := range part.Fields {
				if f.Name == name {
					id, _ := f.Question()
					if q, ok := of.Question(id); ok {
						return q.Label
					}
				}
			}
		}
	}
	return ""
}
