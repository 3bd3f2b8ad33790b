package pathway

import (
	"fmt"
	"slices"
	"strings"
)

// flow follows the steps from state to state and reports what can never happen.
func (k *checker) flow() {
	p := k.p
	reached := k.after([]string{p.start})
	for i := range p.States {
		s := &p.States[i]
		if !reached[s.ID] {
			k.d.fault(k.line(s), "Let a step lead to it, or take it out", "no step ever leads to the state “%s”", s.ID)
		} else if !s.End && len(k.after([]string{s.ID})) == 1 {
			k.warn(k.line(s), "Write end: true, or let a step lead on from it", "a record never leaves the state “%s”", s.ID)
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if !slices.ContainsFunc(s.From, func(f string) bool { return reached[f] }) {
			k.d.fault(k.line(s), "Correct its from:", "nobody can ever take the step “%s”: no record comes to %s", s.ID, strings.Join(s.From, " or "))
		}
	}
	for i := range p.Clocks {
		c := &p.Clocks[i]
		if !k.stops(c, reached) {
			k.d.fault(k.line(c), "Correct its until:", "the clock “%s” can never stop: nothing in its until: can happen once it runs", c.ID)
		}
	}
	k.visible(reached)
}

// leads gives the states a step can lead to from one state.
func (s *Step) leads(from string) []string {
	out := make([]string, 0, len(s.To)+1)
	last := false
	for _, t := range s.To {
		out = append(out, t.State)
		last = last || t.If == ""
	}
	if !last { // none of the conditions need hold
		out = append(out, from)
	}
	return out
}

// after gives every state that can come of the given ones, themselves included.
func (k *checker) after(from []string) map[string]bool {
	seen := map[string]bool{}
	for len(from) > 0 {
		at := from[0]
		from = from[1:]
		if seen[at] || at == "" {
			continue
		}
		seen[at] = true
		for i := range k.p.Steps {
			if s := &k.p.Steps[i]; slices.Contains(s.From, at) {
				from = append(from, s.leads(at)...)
			}
		}
	}
	return seen
}

// stops tells whether anything that stops a clock can happen once it runs.
func (k *checker) stops(c *Clock, reached map[string]bool) bool {
	running := reached
	var first []string
	for _, from := range c.From {
		id, ok := strings.CutPrefix(from, "step.")
		if !ok { // from the beginning, or at any time
			first = nil
			break
		}
		for _, f := range k.p.steps[id].From {
			if reached[f] {
				first = append(first, k.p.steps[id].leads(f)...)
			}
		}
	}
	if first != nil {
		running = k.after(first)
	}
	return slices.ContainsFunc(c.Until, func(u string) bool {
		kind, id, _ := strings.Cut(u, ".")
		if kind == "state" {
			return running[id]
		}
		// A row is added once: adding another stops nothing of this one's.
		if c.Each != "" && k.p.steps[id].Adds == c.Each {
			return false
		}
		return slices.ContainsFunc(k.p.steps[id].From, func(f string) bool { return running[f] })
	})
}

// visible follows the grants that a record can carry in each state and reports
// a state that nobody could see and a step that nobody could reach.
func (k *checker) visible(reached map[string]bool) {
	p := k.p
	carried := map[string]map[*Grant]bool{}
	for s := range reached {
		carried[s] = map[*Grant]bool{}
	}
	for changed := true; changed; {
		changed = false
		for i := range p.Steps {
			s := &p.Steps[i]
			for _, from := range s.From {
				for _, to := range s.leads(from) {
					if reached[from] && k.carry(carried[from], carried[to], s) {
						changed = true
					}
				}
			}
		}
	}
	for i := range p.States {
		s := &p.States[i]
		if s.Start || !reached[s.ID] {
			continue
		}
		if !holds(carried[s.ID], func(g *Grant) bool { return slices.Contains(g.May, "view") }) {
			k.d.fault(k.line(s), "Let a step that leads to it grant view", "nobody can see a record in the state “%s”", s.ID)
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if slices.Contains(s.From, p.start) || slices.ContainsFunc(s.By, func(b string) bool { return slices.Contains(builtIn, b) }) {
			continue
		}
		if !slices.ContainsFunc(s.From, func(f string) bool {
			return holds(carried[f], func(g *Grant) bool { return slices.Contains(g.May, "act") && reaches(g, s.By) })
		}) {
			k.d.fault(k.line(s), fmt.Sprintf("Let an earlier step grant act to %s", strings.Join(s.By, " or ")),
				"nobody can take the step “%s”: no one it is for is given the record", s.ID)
		}
	}
}

// carry adds to a state the grants a step brings to it; true when any is new.
func (k *checker) carry(from, to map[*Grant]bool, s *Step) bool {
	before := len(to)
	for g := range from {
		if !slices.Contains(s.Ends, g.Key) {
			to[g] = true
		}
	}
	for i := range s.Grants {
		to[&s.Grants[i]] = true
	}
	return len(to) > before
}

func holds(grants map[*Grant]bool, ok func(*Grant) bool) bool {
	for g := range grants {
		if ok(g) {
			return true
		}
	}
	return false
}

// reaches tells whether a grant can be to one of some roles. Who is in a team
// or is a named worker is not known here.
func reaches(g *Grant, roles []string) bool {
	kind, role, _ := strings.Cut(g.To, ":")
	if kind == "role" || kind == "parent" {
		return slices.Contains(roles, role) || slices.ContainsFunc(roles, func(r string) bool { return strings.HasPrefix(r, "worker:") })
	}
	return kind != "author"
}
