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
	if id, ok := strings.CutPrefix(c.From, "step."); ok {
		var first []string
		for _, f := range k.p.steps[id].From {
			if reached[f] {
				first = append(first, k.p.steps[id].leads(f)...)
			}
		}
		running = k.after(first)
	}
	return slices.ContainsFunc(c.Until, func(u string) bool {
		kind, id, _ := strings.Cut(u, ".")
		if kind == "state" {
			return running[id]
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
		return slices.Contains(roles, role)
	}
	return kind != "author"
}

// crossCheck reports what a pathway starts of another that is not there. whole
// says that every folder could be read.
func (l *Library) crossCheck(p *Pathway, whole bool) Faults {
	var faults Faults
	fault := func(at any, do, text string, args ...any) {
		faults.add(Fault{File: p.Name + "/pathway.yaml", Line: p.lines[at], Text: fmt.Sprintf(text, args...), Do: do})
	}
	for i := range p.Steps {
		for j := range p.Steps[i].Starts {
			st := &p.Steps[i].Starts[j]
			child, ok := l.Get(st.Pathway)
			if !ok {
				if whole {
					fault(&st.Pathway, instead(st.Pathway, keys(l.byName)), "there is no pathway “%s”", st.Pathway)
				}
				continue
			}
			if s, ok := child.Step(st.Step); st.Step != "" && !ok {
				fault(&st.Step, instead(st.Step, keys(child.steps)), "the pathway “%s” has no step “%s”", child.Name, st.Step)
			} else if ok && !slices.Contains(s.From, child.start) {
				fault(&st.Step, "Name a step that its first state allows", "the step “%s” of “%s” cannot be the first", st.Step, child.Name)
			}
			for _, id := range sortedKeys(st.Answers) {
				at := entry{&st.Answers, id}
				switch in := child.questions[id]; {
				case in == nil:
					fault(at, instead(id, keys(child.questions)), "the pathway “%s” has no question “%s”", child.Name, id)
				case in.group != "":
					fault(at, "Name a question that is asked once", "“%s” of “%s” is asked of each %s", id, child.Name, child.item(in.group))
				case st.answers[id] != nil && !st.answers[id].gives(in.q.Type):
					fault(at, "Give it a value of its own type", "“%s” of “%s” is of type %s", id, child.Name, in.q.Type)
				}
			}
			for id, r := range st.answers {
				if r == nil {
					continue
				}
				for _, read := range append(trimmed(r.vars), r.fields...) {
					if q := p.questions[read]; q != nil && closed(q.q) {
						fault(entry{&st.Answers, id}, "Take it out", "“%s” of “%s” would be given the answer “%s”, which must not leave this record", id, child.Name, read)
					}
				}
			}
			for _, id := range child.Carry {
				mine, theirs := p.questions[id], child.questions[id]
				if mine != nil && theirs != nil && closed(mine.q) && !(mine.q.Sealed && theirs.q.Sealed) {
					fault(st, "Take it out of carry", "“%s” would carry the answer “%s”, which must not leave this record", child.Name, id)
				}
				if mine != nil && theirs != nil && mine.q.Type != theirs.q.Type {
					fault(st, "Give both the same type", "“%s” carries the answer “%s”, which is of type %s there and %s here", child.Name, id, theirs.q.Type, mine.q.Type)
				}
			}
		}
	}
	return faults
}

// closed tells whether an answer must not leave its record: it informs the
// decision only, or is sealed to some.
func closed(q *Question) bool { return q.Guarded || q.Sealed }

// trimmed gives the questions behind the variables of a rule.
func trimmed(vars []string) []string {
	out := make([]string, 0, len(vars))
	for _, v := range vars {
		_, id, _ := strings.Cut(v, ".")
		out = append(out, id)
	}
	return out
}
