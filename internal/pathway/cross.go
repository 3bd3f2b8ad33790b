package pathway

import (
	"fmt"
	"slices"
	"strings"
)

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
			for _, g := range sortedKeys(st.Rows) {
				if child.groups[g] == nil {
					fault(entry{&st.Rows, g}, instead(g, keys(child.groups)), "the pathway “%s” has no group “%s”", child.Name, g)
				}
			}
			p.handsOn(child, func(do, text string, args ...any) { fault(st, do, text, args...) })
		}
	}
	if whole {
		l.takesCheck(p, fault)
	}
	for i, name := range p.Follows {
		parent, ok := l.Get(name)
		switch {
		case ok:
			parent.handsOn(p, func(do, text string, args ...any) { fault(&p.Follows[i], do, text, args...) })
		case whole:
			fault(&p.Follows[i], instead(name, keys(l.byName)), "there is no pathway “%s”", name)
		}
	}
	for i := range p.Exports {
		for j := range p.Exports[i].Parts {
			x := &p.Exports[i].Parts[j]
			child, ok := l.Get(x.Of)
			if x.Of == "" || !ok {
				continue // what it starts was looked at above
			}
			if _, there := child.Step(x.Step); x.Step != "" && !there {
				fault(&x.Step, instead(x.Step, keys(child.steps)), "the pathway “%s” has no step “%s”", child.Name, x.Step)
			}
			child.exportFields(x, fault)
		}
	}
	if whole {
		l.othersCheck(p, fault)
	}
	for _, name := range startedNames(p) {
		if _, ok := l.Get(name); !ok && whole {
			fault(&p.Steps, instead(name, keys(l.byName)), "a rule reads what was started of the pathway “%s”, which is not there", name)
		}
	}
	return faults
}

// handsOn checks what a record of the pathway hands on to one that follows it:
// each answer means the same in both, and nothing that is closed leaves.
func (p *Pathway) handsOn(child *Pathway, fault func(do, text string, args ...any)) {
	pairs := map[string]string{} // of the child: of the parent
	for _, id := range child.Carry {
		pairs[id] = id
	}
	for _, q := range child.Filled() {
		pairs[q.ID] = strings.TrimPrefix(q.Fill, "parent.")
	}
	for _, id := range sortedKeys(pairs) {
		mine, theirs := p.questions[pairs[id]], child.questions[id]
		if mine == nil || theirs == nil {
			continue
		}
		if closed(mine.q) && !(id == pairs[id] && mine.q.Sealed && theirs.q.Sealed) {
			fault("Take it out of carry and fill", "“%s” would carry the answer “%s” of “%s”, which must not leave that record", child.Name, id, p.Name)
		}
		if mine.q.Type != theirs.q.Type {
			fault("Give both the same type", "“%s” carries the answer “%s”, which is of type %s there and %s in “%s”", child.Name, id, theirs.q.Type, mine.q.Type, p.Name)
		}
		if mine.group != theirs.group {
			fault("Ask it of the same group in both", "“%s” carries the answer “%s”, which is asked of another group in “%s”", child.Name, id, p.Name)
		}
	}
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

// sameKind are types whose answers can be read as each other's.
var sameKind = map[string]string{"textarea": "text", "select": "radios"}

func kindOf(q *Question) string {
	if k := sameKind[q.Type]; k != "" {
		return k
	}
	return q.Type
}
