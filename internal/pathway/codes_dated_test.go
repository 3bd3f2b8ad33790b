package pathway_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// A code that has days is offered to a record that was there while it was in force,
// and to no other; whoever sends another is told.
func TestDatedCodes(t *testing.T) {
	t.Parallel()
	load := func(list string) (*pathway.Pathway, pathway.Faults) {
		files := folder(t, "worry")
		files["codes/agency.csv"] = &fstest.MapFile{Data: []byte(list)}
		return pathway.Load(files, place())
	}
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	const list = "code,label,hint,from,until\nschool,School,,,2022-12-31\npolice,Police,,2022-01-01,\nother,Other,,,\n"
	p, faults := load(list)
	if p == nil {
		t.Fatal(faults)
	}
	for _, c := range []struct {
		created, now string
		want         []string
	}{
		{"", "2021-06-01", []string{"school", "other"}},
		{"", "2022-12-31", []string{"school", "police", "other"}},
		{"", "2023-01-01", []string{"police", "other"}},
		{"2022-11-01", "2023-06-01", []string{"school", "police", "other"}},
		{"2021-11-01", "2021-12-31", []string{"school", "other"}},
	} {
		f := pathway.Facts{Now: day(c.now), Answers: answer.Set{"agency": answer.Text("school")}}
		if c.created != "" {
			f.Created = day(c.created)
		}
		var got []string
		for _, shown := range p.Shown(f) {
			for _, a := range shown.Questions {
				if a.Question.ID != "agency" {
					continue
				}
				for _, code := range a.Codes {
					got = append(got, code.Code)
				}
				wrong := p.Check([]pathway.Asked{a}, f.Answers, f.Now)
				if allowed := slices.Contains(c.want, "school"); allowed != (wrong == nil) || !allowed && !strings.Contains(wrong[0].Text, "in force") {
					t.Errorf("begun %s, on %s: school gives %v", c.created, c.now, wrong)
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("begun %s, on %s: offered %v, want %v", c.created, c.now, got, c.want)
		}
	}
	for bad, want := range map[string]string{
		"other,Other,,soon,\n":                 "has a day that cannot be read",
		"other,Other,,2023-01-01,2022-01-01\n": "ends before it begins",
	} {
		if p, faults := load(strings.Replace(list, "other,Other,,,\n", bad, 1)); p != nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%q gives %v, want %q", bad, faults, want)
		}
	}
}

// A document that must name nobody may show nothing that says who somebody is.
func TestAnonymousDocumentsAreChecked(t *testing.T) {
	t.Parallel()
	const letter = "    message: letter\n"
	for add, want := range map[string]string{
		"    hides: [agency]\n":                                           "is not anonymous",
		"    anonymous: true\n    hides: [agncy]\n":                       "there is no question “agncy”",
		"    anonymous: true\n    allow: [agency]\n    hides: [agency]\n": "which it hides",
		"    anonymous: true\n    row: children\n":                        "would be named by its row",
	} {
		text := string(folder(t, "worry")["pathway.yaml"].Data)
		i := strings.Index(text, letter)
		rest := text[i+len(letter):]
		end := strings.Index(rest, "\n  - id:")
		if end < 0 {
			end = strings.Index(rest, "\n\n")
		}
		p, faults := pathway.Load(folder(t, "worry", letter+rest[:end+1], letter+add), place())
		if p != nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%q gives %v, want %q", add, faults, want)
		}
	}
}
