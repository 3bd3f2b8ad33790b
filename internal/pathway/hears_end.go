package pathway

import "slices"

// HearsEnd makes a step one that the program takes on a record when another that was
// begun from it has ended. So whoever passed something on learns what became of it,
// wherever it was carried on. It names the questions, of the row that the step adds,
// that are given what has ended, how, and when.
type HearsEnd struct {
	What string `yaml:"what"`
	How  string `yaml:"how"`
	At   string `yaml:"at"`
}

// HearsEnd is the step by which a record learns of the end of others that were begun
// from it; nil when it does not.
func (p *Pathway) HearsEnd() *Step {
	for i := range p.Steps {
		if p.Steps[i].HearsEnd != nil {
			return &p.Steps[i]
		}
	}
	return nil
}

// EndedBy says in words how a step ended a record: the state, and the reason that the
// step asked for. Empty when it did not end it.
func (p *Pathway) EndedBy(t Taking, f Facts) string {
	from, to := p.states[t.From], p.states[t.To]
	if to == nil || !to.End || from != nil && from.End {
		return ""
	}
	in := p.questions[p.Roles.Ended]
	if in == nil || !slices.ContainsFunc(t.Step.Ask, func(q Question) bool { return q.ID == in.q.ID }) {
		return to.Label
	}
	if why := p.Label(in.q, f.Answers[p.Key(in.q.ID, "")]); why != "" {
		return to.Label + ": " + why
	}
	return to.Label
}

// ended checks the question why a record ends.
func (k *checker) ended() {
	at := &k.p.Roles.Ended
	k.anyQuestion(at, *at, "", "radios", "select")
	for i := range k.p.Steps {
		s := &k.p.Steps[i]
		if slices.ContainsFunc(s.To, func(t Target) bool { return k.p.states[t.State] != nil && k.p.states[t.State].End }) &&
			slices.ContainsFunc(s.Ask, func(q Question) bool { return q.ID == *at }) {
			return
		}
	}
	if *at != "" {
		k.d.fault(k.line(at), "Name a choice that a step asks as it ends the record", "no step that ends a record asks “%s”", *at)
	}
}

func (k *checker) hearsEnd(s *Step, what string) {
	h := s.HearsEnd
	if h == nil {
		return
	}
	if s.Adds == "" || !slices.Equal(s.By, []string{"system"}) || len(s.Takes) > 0 || len(s.Marks) > 0 || k.p.HearsEnd() != s {
		k.d.fault(k.line(h), "Let one step add a row, with by: system, and take no other", "%s hears of an end, and it is not for the program alone", what)
	}
	for _, one := range []struct {
		at    *string
		part  string
		types []string
	}{{&h.What, "what", []string{"text", "textarea"}}, {&h.How, "how", []string{"text", "textarea"}}, {&h.At, "at", []string{"datetime"}}} {
		k.needs(h, *one.at, what+", where it hears of an end,", one.part)
		k.anyQuestion(one.at, *one.at, s.Adds, one.types...)
	}
}
