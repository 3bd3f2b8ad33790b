package pathway

import (
	"slices"
	"strings"

	"frontdoor/internal/answer"
)

// StepState is a step that the actor's role may take from where the record
// stands, and whether it is open.
type StepState struct {
	Step    *Step
	Row     string // the row it would be taken on, for a step about one
	Open    bool
	Refused []string     // what to do first, when it is not open
	Missing []answer.Key // the answers that it waits for
}

// StepsFor gives the steps from the record's state that are for the actor. A step
// is open as far as can be known before its own questions are answered.
func (p *Pathway) StepsFor(f Facts) []StepState {
	p.begun(&f)
	s := p.scene(&f)
	var gaps []Gap
	looked := false
	var out []StepState
	for i := range p.Steps {
		step := &p.Steps[i]
		if !slices.Contains(step.From, f.State) {
			continue
		}
		for _, row := range p.rowsOf(step, &f) {
			f.Row = row
			if !p.isFor(step, &f) {
				continue
			}
			st := StepState{Step: step}
			if step.Row != "" {
				st.Row = row
			}
			st.Refused = append(st.Refused, p.barred(step, &f)...)
			if p.wantsForm(step, &f) {
				if !looked {
					gaps, looked = p.Missing(f), true
				}
				for _, g := range gaps {
					st.Refused = append(st.Refused, g.Text+".")
					st.Missing = append(st.Missing, g.Key)
				}
			}
			p.guards(&st, s, &f)
			out = append(out, st)
		}
	}
	return out
}

// NewRow stands for the row that a step is about to add, until it has an id.
const NewRow = "new"

// rowsOf gives the rows on which a step could be taken: none but "" for one about
// the record.
func (p *Pathway) rowsOf(step *Step, f *Facts) []string {
	switch {
	case step.Adds != "":
		return []string{NewRow}
	case step.Row != "":
		return f.Answers.Rows(step.Row)
	}
	return []string{""}
}

// guards says what the guards of a step ask for first.
func (p *Pathway) guards(st *StepState, s *scene, f *Facts) {
	step := st.Step
	own := p.own(step, f)
	before := s
	if len(own) > 0 && len(step.AllowIf) > 0 {
		before = s.without(own)
	}
	before = before.inStep(step, "")[0]
	for j := range step.AllowIf {
		p.guard(st, &step.AllowIf[j], before, own)
	}
	slices.Sort(st.Missing)
	st.Missing = slices.Compact(st.Missing)
	st.Open = len(st.Refused) == 0
}

// guard adds to a step's state what one guard says before the step's own
// questions, whose keys are own, are answered.
func (p *Pathway) guard(st *StepState, g *Guard, before *scene, own []answer.Key) {
	t, missing := before.truth(g.rule)
	switch t {
	case yes:
	case no:
		// A rule over rows can be false only because the step's own questions
		// about them are not answered yet.
		if !slices.ContainsFunc(st.Step.Ask, func(q Question) bool { return slices.Contains(g.rule.fields, q.ID) }) {
			st.Refused = append(st.Refused, g.Else)
		}
	case unknown:
		if slices.ContainsFunc(missing, func(m string) bool { return slices.Contains(own, answer.Key(m)) }) {
			return // decided when the step's form is filled in
		}
		if len(missing) == 0 {
			st.Refused = append(st.Refused, g.Else)
		}
		for _, m := range missing {
			if text := p.answerFirst(m); !slices.Contains(st.Refused, text) {
				st.Refused = append(st.Refused, text)
			}
			if !strings.HasPrefix(m, "@") {
				st.Missing = append(st.Missing, answer.Key(m))
			}
		}
	}
}

// isFor tells whether the step is for the actor.
func (p *Pathway) isFor(s *Step, f *Facts) bool {
	a := f.Actor
	return slices.ContainsFunc(s.By, func(by string) bool {
		if id, ok := strings.CutPrefix(by, "worker:"); ok {
			named, answered := p.named(s, f, id)
			return answered && a.Acting && a.ID != "" && bare(named) == bare(a.ID)
		}
		switch by {
		case "author":
			if a.Author {
				return true
			}
		case "system", "professional", "public":
			if a.Kind == by {
				return true
			}
		}
		return slices.Contains(a.Roles, by)
	})
}

// named is the one answer to a question that a step names somewhere, of its row
// where it is asked of rows.
func (p *Pathway) named(s *Step, f *Facts, id string) (string, bool) {
	in := p.questions[id]
	if in == nil {
		return "", false
	}
	key := keyOf("", "", id)
	if in.group != "" {
		key = keyOf(in.group, f.Row, id)
	}
	a := f.Answers[key]
	return a.Text, a.NotKnown == "" && a.Text != ""
}

// ForBeginner tells whether a record can be begun by someone: the first step is
// for them.
func (p *Pathway) ForBeginner(a Actor) bool {
	first, ok := p.Beginning()
	return ok && p.isFor(first, &Facts{Actor: a})
}

// wantsForm tells whether the form must be complete before the step.
func (p *Pathway) wantsForm(s *Step, f *Facts) bool {
	system := f.Actor.Kind == "system" || slices.Contains(f.Actor.Roles, "system")
	return s.Complete || (f.Actor.Author && !system && f.State == p.start)
}

// Beginning is the step that records begin with: the first that can be taken in
// the start state.
func (p *Pathway) Beginning() (*Step, bool) {
	for i := range p.Steps {
		if slices.Contains(p.Steps[i].From, p.start) {
			return &p.Steps[i], true
		}
	}
	return nil, false
}

// begun is the state a record stands in: the start state before it has any.
func (p *Pathway) begun(f *Facts) {
	if f.State == "" {
		f.State = p.start
	}
}

// own gives the keys of what a step asks.
func (p *Pathway) own(step *Step, f *Facts) []answer.Key {
	var out []answer.Key
	for i := range step.Ask {
		q := &step.Ask[i]
		switch q.Group {
		case "":
			out = append(out, answer.Key(q.ID))
		case step.Group():
			out = append(out, answer.RowKey(q.Group, f.Row, q.ID))
		default:
			for _, r := range f.Answers.Rows(q.Group) {
				out = append(out, answer.RowKey(q.Group, r, q.ID))
			}
		}
	}
	return out
}

// barred says why the actor may not take a step, whatever is answered.
func (p *Pathway) barred(step *Step, f *Facts) []string {
	var out []string
	for _, id := range step.NotBy {
		t, taken := f.Taken[id]
		if !taken {
			continue
		}
		if me := bare(f.Actor.ID); me == "" || bare(t.By) == "" || me == bare(t.By) {
			out = append(out, "Someone else must do this: it may not be the person who did “"+p.steps[id].Label+"”.")
		}
	}
	if text := p.toolRefused(step, f); text != "" {
		out = append(out, text)
	}
	for _, m := range step.Marks {
		if n, _ := f.Count(m); n <= 0 {
			out = append(out, p.answerFirst("@count."+m))
		}
	}
	return out
}

// bare is a worker's id without the word that says that it is one.
func bare(principal string) string { return strings.TrimPrefix(principal, "worker:") }

// Ask gives the questions of a step that show, once for each row where they
// are asked of a group; of the row f.Row alone where the step adds it or is about it. The rows are in order and each row's questions are
// together.
func (p *Pathway) Ask(step *Step, f Facts) []Asked {
	s := p.scene(&f)
	var out []Asked
	for i := 0; i < len(step.Ask); {
		j := i + 1
		for j < len(step.Ask) && step.Ask[j].Group == step.Ask[i].Group {
			j++
		}
		for _, at := range s.inStep(step, step.Ask[i].Group) {
			for n := i; n < j; n++ {
				if a, ok := at.ask(&step.Ask[n], step.Ask[n].Group); ok && !barredFrom(step.Ask[n].Group, &f) {
					out = append(out, a)
				}
			}
		}
		i = j
	}
	return out
}
