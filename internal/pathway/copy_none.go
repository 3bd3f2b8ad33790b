package pathway

import (
	"slices"
	"strings"
)

// NoCopy says of some kinds of reader that nothing of a record is given to them
// on paper, and why. Workers read the reason where they would make a copy.
type NoCopy struct {
	To      []string `yaml:"to"` // some of CopyReaders
	Because string   `yaml:"because"`
}

// CopyReadersOf are the kinds of reader who could want a copy of a record of the
// pathway: of the people that it is about, the agencies, and the file. A child's
// parents count also where the record does not list them.
func (p *Pathway) CopyReadersOf() []string {
	var child, adult bool
	for i := range p.Groups {
		if m := p.Groups[i].Person; m != nil {
			child, adult = child || m.Role == "child", adult || m.Role == "adult"
		}
	}
	var out []string
	if child {
		out = append(out, "child", "parent")
	}
	if adult {
		out = append(out, "adult")
	}
	return append(out, "agency", "file")
}

// UnlistedParents tells whether a record is about children and lists none of the
// adults who hold parental responsibility: then a parent is a reader all the
// same, who is no row of it.
func (p *Pathway) UnlistedParents() bool {
	return slices.Contains(p.CopyReadersOf(), "parent") &&
		!slices.ContainsFunc(p.Groups, func(g Group) bool { return g.Person != nil && g.Person.Parental != "" })
}

// copyTo tells whether some copy is for a kind of reader.
func (p *Pathway) copyTo(kind string) bool {
	return slices.ContainsFunc(p.Copies, func(c Copy) bool { return slices.Contains(c.To, kind) })
}

// NoCopyFor says why a kind of reader is given no copy; empty where they may be
// given one, and where nobody has said.
func (p *Pathway) NoCopyFor(kind string) string {
	for _, n := range p.NoCopies {
		if slices.Contains(n.To, kind) {
			return n.Because
		}
	}
	return ""
}

// noCopies checks that of each kind of reader it is said what they may have, or
// why they may have nothing, and never both.
func (k *checker) noCopies() {
	p := k.p
	for i := range p.NoCopies {
		n := &p.NoCopies[i]
		if len(n.To) == 0 {
			k.d.fault(k.line(n), "Write to: some of "+strings.Join(CopyReaders, ", "), "it is not said who is given no copy")
		}
		k.needs(n, n.Because, "a part of no_copies", "because")
		for j, kind := range n.To {
			if k.oneOf(&n.To[j], kind, "kind of reader", CopyReaders) && p.copyTo(kind) {
				k.d.fault(k.line(&n.To[j]), "Keep one of them", "a copy is for “%s”, and no_copies says that there is none", kind)
			}
		}
	}
	for _, kind := range p.CopyReadersOf() {
		if !p.copyTo(kind) && p.NoCopyFor(kind) == "" {
			k.warn(k.line(&p.Name), "Add a copy for them under copies:, or say why not under no_copies: with to: and because:", "nothing says what of a record “%s” may be given on paper", kind)
		}
	}
}
