package pathway

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"unicode"
)

// Earlier reads the pathways of a folder as they were once, by name, to compare
// those of now with them. What has changed around them since is no fault, and a
// folder that cannot be read any more is passed over.
func Earlier(fsys fs.FS, place Place) (map[string]*Pathway, error) {
	var err error
	if place.Shared, err = readShared(fsys); err != nil {
		return nil, err
	}
	found, err := fs.Glob(fsys, "*/pathway.yaml")
	if err != nil {
		return nil, err
	}
	read := make([]*Pathway, len(found))
	var wg sync.WaitGroup
	for i, file := range found {
		name, _, _ := strings.Cut(file, "/")
		if strings.ContainsAny(name[:1], "._") {
			continue
		}
		wg.Go(func() {
			sub, err := fs.Sub(fsys, name)
			if err != nil {
				return
			}
			files, err := readFiles(sub)
			if err != nil {
				return
			}
			if p, faults := load(files, place, true); faults.Err() == nil {
				read[i] = p
			}
		})
	}
	wg.Wait()
	out := map[string]*Pathway{}
	for _, p := range read {
		if p != nil {
			out[p.Name] = p
		}
	}
	return out, nil
}

// Reused finds ids that meant something else in an earlier text of the pathway: an
// id is never used again. A question of another kind is a fault, because the answers
// of records made before would be misread. A question, state, step or code of the
// same kind, whose words have nothing in common with those of before, is a warning:
// nobody but its author can say whether it is still the same.
func (p *Pathway) Reused(before *Pathway) Faults {
	var faults Faults
	file := p.Name + "/pathway.yaml"
	for _, id := range sortedKeys(p.questions) {
		was, is := before.questions[id], p.questions[id]
		switch {
		case was == nil:
		case kindOf(was.q) != kindOf(is.q) || was.group != is.group:
			faults.add(Fault{
				File: file, Text: fmt.Sprintf("the id “%s” was that of another question in version %d: “%s”, of type %s", id, before.Version, was.q.Label, was.q.Type),
				Do: "Give the new question an id of its own",
			})
		default:
			faults.reworded(file, "question", id, before.Version, was.q.Label, is.q.Label)
			codes := map[string]string{}
			for _, c := range was.codes {
				codes[c.Code] = c.Label
			}
			for _, c := range is.codes {
				faults.reworded(file, "answer of the question “"+id+"”", c.Code, before.Version, codes[c.Code], c.Label)
			}
		}
	}
	for i := range p.States {
		if was := before.states[p.States[i].ID]; was != nil {
			faults.reworded(file, "state", was.ID, before.Version, was.Label, p.States[i].Label)
		}
	}
	for i := range p.Steps {
		if was := before.steps[p.Steps[i].ID]; was != nil {
			faults.reworded(file, "step", was.ID, before.Version, was.Label, p.Steps[i].Label)
		}
	}
	return faults
}

// reworded warns when the words of an id have nothing in common with those of before.
func (f *Faults) reworded(file, what, id string, version int, was, is string) {
	if was == "" || was == is || alike(was, is) {
		return
	}
	f.add(Fault{
		File: file, Warning: true, Text: fmt.Sprintf("the %s “%s” was “%s” in version %d and is “%s” now", what, id, was, version, is),
		Do: "If it means something else, give it an id of its own",
	})
}

// alike tells whether two labels share a word that says something.
func alike(a, b string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	said := map[string]bool{}
	for _, w := range words(a) {
		said[stem(w)] = true
	}
	for _, w := range words(b) {
		if len(w) > 3 && said[stem(w)] {
			return true
		}
	}
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// stem is a word without the endings that a new wording often changes.
func stem(w string) string {
	for _, end := range []string{"ing", "ed", "es", "s"} {
		if short := strings.TrimSuffix(w, end); len(short) > 3 && short != w {
			return short
		}
	}
	return w
}
