package pathway

import (
	"slices"

	"frontdoor/internal/tool"
)

// Gate is the least that scoring the rows of a group needs, whatever the file says
// with which the form was imported: a licence that holds, and a course of so many
// sessions, each of which must have been attended. The practice example needs
// neither.
type Gate struct {
	Licence  bool `yaml:"licence"`
	Sessions int  `yaml:"sessions"`
	// Answers are codes that rules of the pathway look for. Whoever imports a form
	// without them is told.
	Answers []string `yaml:"answers"`
}

// Unanswered gives the codes that rules look for and no scale of a form has.
func (g *Group) Unanswered(form *tool.Package) []string {
	if g.Gate == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(g.Gate.Answers), func(code string) bool {
		return slices.ContainsFunc(form.Scales, func(s tool.Scale) bool {
			_, ok := s.Answer(code)
			return ok
		})
	})
}

// Lacks gives where in its file a form asks for less than the gate of the group,
// and what must stand there.
func (g *Group) Lacks(form *tool.Package) tool.Faults {
	if g.Gate == nil || form.Practice {
		return nil
	}
	var out tool.Faults
	if g.Gate.Licence && !form.Needs.Licence {
		out = append(out, tool.Fault{Path: "needs.licence", Text: "this form is used under a licence: write true"})
	}
	if n := g.Gate.Sessions; len(form.Needs.Sessions) < n {
		out = append(out, tool.Fault{Path: "needs.sessions", Text: "whoever scores with this form attended a course: name each of its sessions, " + gateWords[min(n, len(gateWords)-1)] + " or more"})
	}
	return out
}

var gateWords = []string{"none", "one", "two", "three", "four", "several"}

// gate checks what scoring with a form needs.
func (k *checker) gate(g *Group) {
	if x := g.Gate; x != nil && (g.tool == "" || x.Sessions < 0 || !x.Licence && x.Sessions == 0 && len(x.Answers) == 0) {
		k.d.fault(k.line(x), "Write it of a group with of: \"tool:…\", with licence: true, the number of sessions, or answers that rules look for", "the gate of the group “%s” asks for nothing", g.ID)
	}
}
