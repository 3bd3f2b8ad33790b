package pathway

import (
	"strings"

	"cel.dev/cel-go/cel"
)

// Worked is one figure as it stands.
type Worked struct {
	*Figure
	Value string
	Known bool // false while an answer it needs is missing
}

// WorkedOutNow gives the figures of the record as it is.
func (p *Pathway) WorkedOutNow(f Facts) []Worked {
	if len(p.WorkedOut) == 0 {
		return nil
	}
	p.begun(&f)
	s := p.scene(&f)
	out := make([]Worked, len(p.WorkedOut))
	for i := range p.WorkedOut {
		out[i].Figure = &p.WorkedOut[i]
		if v, _ := p.WorkedOut[i].rule.eval(s); v != nil {
			a, _ := fromValue(v)
			out[i].Value, out[i].Known = a.Text, true
			if v.Type() == cel.BoolType {
				out[i].Value = map[string]string{"yes": "Yes", "no": "No"}[a.Text]
			}
		}
	}
	return out
}

// workedOut checks the figures: each says what it is and how it came about, and
// none shows to everyone what is sealed to some.
func (k *checker) workedOut() {
	seen := map[string]bool{}
	for i := range k.p.WorkedOut {
		w := &k.p.WorkedOut[i]
		what := "what is worked out as “" + w.ID + "”"
		if k.id(w.ID, &w.ID, "what is worked out", seen[w.ID] || k.p.questions[w.ID] != nil) {
			seen[w.ID] = true
		}
		k.needs(w, w.Label, what, "label")
		k.needs(w, w.Is, what, "is")
		k.needs(w, w.Explain, what, "explain")
		if w.rule == nil {
			continue
		}
		if t := w.rule.kind; !t.IsExactType(cel.IntType) && !t.IsExactType(cel.StringType) && !t.IsExactType(cel.BoolType) {
			k.d.fault(k.line(&w.Is), "Count it, as with .size(), or add it up with sum()", "%s is neither a number nor a word", what)
		}
		for _, id := range w.rule.reads() {
			if in := k.p.questions[id]; in != nil && in.q.Sealed {
				k.d.fault(k.line(&w.Is), "Leave it out", "%s reads “%s”, which is sealed", what, id)
			}
		}
		if strings.Contains(w.Explain, "{{") {
			k.d.fault(k.line(&w.Explain), "Say it in words", "%s has a hole in its explanation", what)
		}
	}
}
