package pathway

import (
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Named are the workers whom answers name to take a step: of the row, where the
// question is asked of rows. Sealed answers name nobody here.
func (p *Pathway) Named(s *Step, answers answer.Set, row string) []string {
	return p.workers(s.By, answers, row)
}

// workers are those whom the words "worker:<question>" among some stand for.
func (p *Pathway) workers(words []string, answers answer.Set, row string) []string {
	var out []string
	f := Facts{Answers: answers, Row: row}
	for _, w := range words {
		id, ok := strings.CutPrefix(w, "worker:")
		if in := p.questions[id]; !ok || in == nil || in.q.Sealed {
			continue
		}
		if who, answered := p.named(nil, &f, id); answered && !slices.Contains(out, bare(who)) {
			out = append(out, bare(who))
		}
	}
	return out
}

// AnswerFor are the workers whom answers name to see to a clock: those its owner
// names, and those who may take a step that stops it. Of a clock of a row they are
// that row's.
func (p *Pathway) AnswerFor(c *Clock, answers answer.Set, row string) []string {
	out := p.workers(c.Owner, answers, row)
	for _, s := range p.Stops(c) {
		if s.Row != "" && s.Row != c.Each {
			continue // taken on a row of its own
		}
		for _, who := range p.Named(s, answers, row) {
			if !slices.Contains(out, who) {
				out = append(out, who)
			}
		}
	}
	return out
}

// Stops are the steps that stop a clock, in the order of until.
func (p *Pathway) Stops(c *Clock) []*Step {
	var out []*Step
	for _, u := range c.Until {
		if id, ok := strings.CutPrefix(u, "step."); ok && p.steps[id] != nil {
			out = append(out, p.steps[id])
		}
	}
	return out
}

// OpenTo tells whether a step can be taken, on a row where it is about one, by
// the actor of the facts: as far as can be known before its questions are
// answered.
func (p *Pathway) OpenTo(s *Step, f Facts, row string) bool {
	p.begun(&f)
	f.Row = row
	if !p.MayTake(s, f, row) || len(p.barred(s, &f)) > 0 {
		return false
	}
	st := StepState{Step: s}
	p.guards(&st, p.scene(&f), &f)
	return st.Open
}

// MayTake tells whether a step is for the actor of the facts from where the
// record stands, whatever its guards say.
func (p *Pathway) MayTake(s *Step, f Facts, row string) bool {
	p.begun(&f)
	f.Row = row
	return slices.Contains(s.From, f.State) && p.isFor(s, &f)
}

// RowWords says what a row is about, from the answers a reader may see: its name
// where the group has one, or the first answer that its table shows.
func (p *Pathway) RowWords(f Facts, group, row string) string {
	g := p.groups[group]
	if g == nil || g.Listed() || len(g.Name) > 0 {
		return p.RowName(f, group, row)
	}
	columns := g.Columns
	if len(columns) == 0 {
		for i := range p.Steps {
			for _, q := range p.Steps[i].Ask {
				if q.Group == group {
					columns = append(columns, q.ID)
				}
			}
		}
	}
	for _, id := range columns {
		in, k := p.questions[id], answer.RowKey(group, row, id)
		if in == nil || f.Answers[k].Empty() || !slices.Contains([]string{"text", "textarea", "radios", "select", "checkboxes"}, in.q.Type) {
			continue
		}
		return p.LabelIn(in.q, k, f.Answers)
	}
	return p.RowName(f, group, row)
}

// SeenBy is the question whether the child was seen (see Roles.Seen), its group,
// and the step that records it; nil where the pathway has none.
func (p *Pathway) SeenBy() (q *Question, group string, step *Step) {
	in := p.questions[p.Roles.Seen]
	if in == nil {
		return nil, "", nil
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Group() == in.group && slices.ContainsFunc(s.Ask, func(q Question) bool { return q.ID == in.q.ID }) {
			return in.q, in.group, s
		}
	}
	return nil, "", nil
}

// SeenAt is when a child was seen, by a step taken on a row: from the answers as
// they stand, for a visit can be corrected. False when the child was not seen then.
func (p *Pathway) SeenAt(answers answer.Set, step *Step, row string, happened time.Time) (time.Time, bool) {
	q, group, _ := p.SeenBy()
	if q == nil || answers.Text(answer.RowKey(group, row, q.ID)) != "yes" {
		return time.Time{}, false
	}
	if step.Adds != "" && step.Happened != "" {
		if t, _, err := calendar.ParseTime(answers.Text(p.Key(step.Happened, row))); err == nil {
			return t, true
		}
	}
	return happened, true
}

// seen checks the question whether the child was seen.
func (k *checker) seen() {
	p := k.p
	if p.Roles.Seen == "" {
		return
	}
	if in := p.questions[p.Roles.Seen]; in == nil || in.q.Type != "yes_no" {
		k.anyQuestion(&p.Roles.Seen, p.Roles.Seen, p.GroupOf(p.Roles.Seen), "yes_no")
		return
	}
	if q, _, _ := p.SeenBy(); q == nil {
		k.d.fault(k.line(&p.Roles.Seen), "Name a yes or no that a step asks about a row", "no step records whether “%s”", p.Roles.Seen)
	}
}

// WorkersIn are the workers whom answers name.
func (p *Pathway) WorkersIn(answers answer.Set) []string {
	var out []string
	for k, a := range answers {
		_, _, id := k.Split()
		if in := p.questions[id]; in != nil && in.q.Type == "worker" && a.Text != "" && a.NotKnown == "" {
			out = append(out, bare(a.Text))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// InOrder gives the keys of answers to questions in the order in which they are
// asked: the form's, then the steps'.
func (p *Pathway) InOrder(answers answer.Set) []answer.Key {
	place := map[string]int{}
	note := func(list []Question) {
		for i := range list {
			if _, had := place[list[i].ID]; !had {
				place[list[i].ID] = len(place)
			}
		}
	}
	for i := range p.Pages {
		note(p.Pages[i].Questions)
	}
	for i := range p.Steps {
		note(p.Steps[i].Ask)
	}
	keys := answers.Keys()
	slices.SortStableFunc(keys, func(a, b answer.Key) int {
		_, _, x := a.Split()
		_, _, y := b.Split()
		return place[x] - place[y]
	})
	return keys
}
