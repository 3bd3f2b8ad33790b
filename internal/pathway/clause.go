package pathway

import "slices"

// Clauses are the sections of the manual that the pathway's pages and steps name,
// each once, as neglect#signs.
func (p *Pathway) Clauses() []string {
	var out []string
	for _, at := range p.clauses() {
		if *at != "" && !slices.Contains(out, *at) {
			out = append(out, *at)
		}
	}
	return out
}

func (p *Pathway) clauses() []*string {
	var out []*string
	for i := range p.Pages {
		out = append(out, &p.Pages[i].Clause)
	}
	for i := range p.Steps {
		out = append(out, &p.Steps[i].Clause)
	}
	return out
}

// clauses checks that the manual has each section that is named.
func (k *checker) clauses() {
	if k.place.Clauses == nil {
		return
	}
	for _, at := range k.p.clauses() {
		if *at != "" && !slices.Contains(k.place.Clauses, *at) {
			k.outside(k.line(at), nearestClause(*at, k.place.Clauses), "the manual has no section “%s”", *at)
		}
	}
}

// nearestClause is what to write instead: a key that is nearly the same.
func nearestClause(clause string, have []string) string {
	if s := nearest(clause, have); s != "" {
		return "Did you mean “" + s + "”?"
	}
	return "Write the chapter’s key and the section’s, such as neglect#signs"
}
