package pathway

import (
	"fmt"
	"slices"
	"strings"

	"frontdoor/internal/answer"
)

// TakeOn is a step that a step takes on other records: on those of a pathway about
// the same people that have not ended, or on the one that an answer names. So what
// was decided once is not typed again where it is carried on.
type TakeOn struct {
	Pathway string `yaml:"pathway"`
	// Each is a group of people: it is taken on the records about each of them. Without
	// it, on those about any of the children of the record.
	Each string `yaml:"each"`
	// Record names the question that holds the one record, in place of the people.
	Record  string            `yaml:"record"`
	If      string            `yaml:"if"`
	Step    string            `yaml:"step"`
	Answers map[string]string `yaml:"answers"` // question of the step: CEL over this record

	rule    *rule
	answers map[string]*rule
}

// MadeTake is one step to take on other records.
type MadeTake struct {
	*TakeOn
	Group, Row string // whose records; every row of the group when Row is empty
	In         string // the one record, where an answer names it
	Answers    answer.Set
}

// takeOn works out on which records a step takes another.
func (t *taker) takeOn(to *TakeOn) {
	scenes := []*scene{t.s}
	if to.Each != "" {
		scenes = nil
		for _, at := range t.s.over(to.Each) {
			if to.Each != t.step.Group() || at.row == t.f.Row {
				scenes = append(scenes, at.with(at.row))
			}
		}
	}
	for _, s := range scenes {
		if !t.decide(to.rule, s) {
			continue
		}
		made := MadeTake{TakeOn: to, Group: t.p.Roles.Children, Answers: answer.Set{}}
		if to.Each != "" {
			made.Group, made.Row = to.Each, s.row
		}
		if to.Record != "" {
			a, ok := t.answer(to.Record)
			if !ok {
				t.missing = append(t.missing, to.Record)
			}
			made.In = a.Text
		}
		for id, r := range to.answers {
			if a, ok := s.made(r); ok {
				made.Answers[answer.Key(id)] = a
			}
		}
		t.out.Takes = append(t.out.Takes, made)
	}
}

// along are, by group, the rows that go with a record that is started.
func (t *taker) along(st *Start) map[string][]string {
	out := map[string][]string{}
	for g, r := range st.rows {
		out[g] = []string{}
		for _, at := range t.s.over(g) {
			if t.decide(r, at) {
				out[g] = append(out[g], at.row)
			}
		}
	}
	return out
}

// rowsRule is the rule which rows of a group go along with what a step starts.
func (k *checker) rowsRule(st *Start, group, of string) *rule {
	if k.p.groups[group] == nil {
		k.d.fault(k.line(entry{&st.Rows, group}), instead(group, keys(k.p.groups)), "%s: there is no group “%s”", of, group)
		return nil
	}
	return k.compile(st.Rows[group], k.line(entry{&st.Rows, group}), group, "which rows go along in "+of, true)
}

func (k *checker) takeRules(s *Step, what string) {
	for i := range s.Takes {
		to := &s.Takes[i]
		group := s.Group()
		if k.p.groups[to.Each] != nil {
			group = to.Each
		}
		of := fmt.Sprintf("%s, where it takes “%s” on “%s”", what, to.Step, to.Pathway)
		to.rule = k.boolean(&to.If, group, "the condition of "+of)
		to.answers = map[string]*rule{}
		for _, id := range sortedKeys(to.Answers) {
			if r := k.compile(strings.TrimSpace(to.Answers[id]), k.d.lines[entry{&to.Answers, id}], group, "the answer “"+id+"” of "+of, false); r != nil {
				to.answers[id] = r
			}
		}
	}
}

// takes checks what steps take on other records, as far as one folder can tell.
func (k *checker) takes(s *Step, what string) {
	for i := range s.Takes {
		to := &s.Takes[i]
		k.needs(to, to.Pathway, what+", where it takes a step on another record,", "pathway")
		k.needs(to, to.Step, what+", where it takes a step on another record,", "step")
		if to.Each != "" {
			k.oneOf(&to.Each, to.Each, "group", keys(k.p.groups))
		}
		if g := k.p.groups[to.Each]; g != nil && g.Person == nil {
			k.d.fault(k.line(&to.Each), "Name a group of people", "%s looks for records about “%s”, who are no people", what, to.Each)
		}
		if to.Record != "" {
			k.stepQuestion(s, &to.Record, to.Record, "record")
			if to.Each != "" {
				k.d.fault(k.line(&to.Record), "Keep one", "%s takes a step on one record and on those about each", what)
			}
		} else if to.Each == "" && k.p.Roles.Children == "" {
			k.d.fault(k.line(to), "Write each: with a group of people", "%s looks for records about the children, and there are none", what)
		}
	}
}

// takesCheck checks the steps that steps of a pathway take on records of others.
func (l *Library) takesCheck(p *Pathway, fault func(at any, do, text string, args ...any)) {
	for i := range p.Steps {
		for j := range p.Steps[i].Takes {
			to := &p.Steps[i].Takes[j]
			other, ok := l.Get(to.Pathway)
			if !ok {
				fault(&to.Pathway, instead(to.Pathway, keys(l.byName)), "there is no pathway “%s”", to.Pathway)
				continue
			}
			s, ok := other.Step(to.Step)
			switch {
			case !ok:
				fault(&to.Step, instead(to.Step, keys(other.steps)), "the pathway “%s” has no step “%s”", other.Name, to.Step)
				continue
			case slices.Contains(s.From, other.start):
				fault(&to.Step, "Use starts: to begin a record", "the step “%s” of “%s” begins a record", s.ID, other.Name)
			case !slices.Contains(s.By, "system"):
				fault(&to.Step, "Write system in its by:", "the step “%s” of “%s” is not for the program to take", s.ID, other.Name)
			case s.Row != "" || len(s.Takes) > 0 || len(s.Marks) > 0:
				fault(&to.Step, "Name a step about the record, or one that adds a row", "the step “%s” of “%s” cannot be taken from elsewhere: it is about a row, needs a mark, or takes steps itself", s.ID, other.Name)
			}
			for _, id := range sortedKeys(to.Answers) {
				at, in := entry{&to.Answers, id}, other.questions[id]
				switch {
				case in == nil || !slices.ContainsFunc(s.Ask, func(q Question) bool { return q.ID == id }):
					fault(at, instead(id, keys(other.questions)), "the step “%s” of “%s” does not ask “%s”", s.ID, other.Name, id)
				case in.group != "" && in.group != s.Adds:
					fault(at, "Name a question that is asked once, or of the row that it adds", "“%s” of “%s” is asked of each %s", id, other.Name, other.item(in.group))
				case to.answers[id] != nil && !to.answers[id].gives(in.q.Type):
					fault(at, "Give it a value of its own type", "“%s” of “%s” is of type %s", id, other.Name, in.q.Type)
				}
				if r := to.answers[id]; r != nil {
					for _, read := range append(trimmed(r.vars), r.fields...) {
						if q := p.questions[read]; q != nil && closed(q.q) {
							fault(at, "Take it out", "“%s” of “%s” would be given the answer “%s”, which must not leave this record", id, other.Name, read)
						}
					}
				}
			}
		}
	}
}
