package pathway

import (
	"slices"
	"strings"
)

// Source seals who a record of the pathway came from. Whoever begins it is called
// by the record alone, on every page, in every history and in the audit log; who
// they are is kept apart, sealed, and told to nobody but these roles.
type Source struct {
	SealedTo []string `yaml:"sealed_to"`
}

// Leaves says when anything of a record may leave it: as a copy, as a file, in the
// answer to somebody who asks for what is held, or on a page for everyone. Until
// then not even that it is there is said outside.
type Leaves struct {
	If   string `yaml:"if"`
	Else string `yaml:"else"` // what whoever tries is told

	rule *rule
}

// KeptIn gives the words that say why nothing of a record may leave it, and whether
// that is so.
func (p *Pathway) KeptIn(f Facts) (string, bool) {
	if p.Leaves == nil || p.holds(p.Leaves.rule, &f) {
		return "", false
	}
	return p.Leaves.Else, true
}

// source checks who may be told whom a record came from, and that nothing else
// tells it.
func (k *checker) source() {
	x := k.p.Source
	if x == nil {
		return
	}
	if len(x.SealedTo) == 0 {
		k.d.fault(k.line(x), "Write sealed_to: [<role>]", "nobody may be told whom a record came from")
	}
	k.roles(x, x.SealedTo)
	for i := range k.p.Pages {
		for j := range k.p.Pages[i].Questions {
			q := &k.p.Pages[i].Questions[j]
			line := k.line(firstLine(k, &q.ID, q))
			switch {
			case q.Type == "files":
				k.d.fault(line, "Let a step of those who receive it take files", "“%s” takes a file, and its hidden properties and name can tell who sent it", q.ID)
			case strings.HasPrefix(q.Fill, "worker.") && !q.Sealed:
				k.d.fault(line, "Write sealed: true and sealed_to:", "“%s” is filled in with who begins the record, which is sealed", q.ID)
			case strings.HasPrefix(q.Fill, "worker.") && slices.ContainsFunc(q.SealedTo, func(r string) bool { return !slices.Contains(x.SealedTo, r) }):
				k.d.fault(line, "Give it to the roles of source alone", "“%s” tells who began the record to others than source does", q.ID)
			}
		}
	}
}

// leaves checks the rule by which something may leave a record.
func (k *checker) leaves() {
	if x := k.p.Leaves; x != nil {
		k.needs(x, x.If, "leaves", "if")
		k.needs(x, x.Else, "leaves", "else")
	}
}
