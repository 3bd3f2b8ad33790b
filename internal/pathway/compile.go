package pathway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// rules compiles every rule of the pathway and checks that what shows depends
// only on what was asked before it.
func (k *checker) rules() {
	p := k.p
	order := 0
	for i := range p.Pages {
		page := &p.Pages[i]
		what := "the page “" + page.ID + "”"
		page.show = k.boolean(&page.ShowIf, page.Repeat, "show_if of "+what)
		k.earlier(page.show, &page.ShowIf, order, "show_if of "+what)
		for j := range page.Questions {
			q := &page.Questions[j]
			what := "the question “" + q.ID + "”"
			q.show = k.boolean(&q.ShowIf, page.Repeat, "show_if of "+what)
			k.earlier(q.show, &q.ShowIf, order, "show_if of "+what)
			order++
		}
		for j := range page.Questions {
			q := &page.Questions[j]
			what := "require_if of the question “" + q.ID + "”"
			q.require = k.boolean(&q.RequireIf, page.Repeat, what)
			k.earlier(q.require, &q.RequireIf, order, what)
		}
		page.stop = k.boolean(&page.Stop, page.Repeat, "stop of "+what)
		k.earlier(page.stop, &page.Stop, order, "stop of "+what)
	}
	for _, in := range p.questions {
		in.always = in.places > 1
	}
	for i := range p.Steps {
		k.stepRules(&p.Steps[i])
	}
	k.clockRules()
	k.meetingRules()
	for i := range p.WorkedOut {
		w := &p.WorkedOut[i]
		if w.Is != "" {
			w.rule = k.compile(w.Is, k.d.lines[&w.Is], "", "what is worked out as “"+w.ID+"”", false)
		}
	}
	for i := range p.Documents {
		d := &p.Documents[i]
		d.rule = k.boolean(&d.If, d.Row, "the condition of the document “"+d.ID+"”")
	}
	k.copyRules()
	if p.Publish != nil {
		p.Publish.rule = k.boolean(&p.Publish.If, "", "the condition of what is published")
	}
	k.recommendRules()
	if p.Leaves != nil {
		p.Leaves.rule = k.boolean(&p.Leaves.If, "", "the condition under which anything leaves")
	}
	k.bannerRules()
	p.Roles.urgent = k.boolean(&p.Roles.Urgent, "", "roles: urgent")
}

// earlier reports a rule of the form that reads a question asked at or after a
// place in it.
func (k *checker) earlier(r *rule, at *string, place int, what string) {
	if r == nil {
		return
	}
	for _, id := range r.reads() {
		in := k.p.questions[id]
		switch {
		case in == nil && k.p.groups[id] != nil:
			if first := k.firstOf(id); first >= place {
				k.d.fault(k.line(at), "Move it after a page of that group", "%s reads the group “%s”, which is asked later", what, id)
			}
		case in == nil:
		case in.page < 0:
			k.d.fault(k.line(at), "Only steps and clocks may depend on what a step asks", "%s reads “%s”, which is not a question of the form", what, id)
		case in.order >= place:
			k.d.fault(k.line(at), "Depend only on what is asked before it", "%s reads “%s”, which is asked later", what, id)
		}
	}
}

// firstOf is the place in the form of the first question of a group.
func (k *checker) firstOf(group string) int {
	first := len(k.p.questions)
	for _, in := range k.p.questions {
		if in.group == group && in.page >= 0 {
			first = min(first, in.order)
		}
	}
	return first
}

func (k *checker) stepRules(s *Step) {
	what := "the step “" + s.ID + "”"
	for i := range s.Ask {
		q := &s.Ask[i]
		of := fmt.Sprintf("the question “%s” in %s", q.ID, what)
		group := cmp.Or(q.Group, s.Group())
		q.show = k.boolean(&q.ShowIf, group, "show_if of "+of)
		q.require = k.boolean(&q.RequireIf, group, "require_if of "+of)
		if q.show == nil {
			continue
		}
		for _, later := range s.Ask[i:] {
			if slices.Contains(q.show.reads(), later.ID) {
				k.d.fault(k.line(&q.ShowIf), "Depend only on what is asked before it", "show_if of %s reads “%s”, which is asked later", of, later.ID)
			}
		}
	}
	for i := range s.To {
		s.To[i].rule = k.boolean(&s.To[i].If, s.Group(), "where "+what+" leads to “"+s.To[i].State+"”")
	}
	for i := range s.AllowIf {
		s.AllowIf[i].rule = k.boolean(&s.AllowIf[i].If, s.Group(), "a guard of "+what)
	}
	for i := range s.Grants {
		s.Grants[i].rule = k.boolean(&s.Grants[i].If, s.Group(), "the grant “"+s.Grants[i].Key+"” of "+what)
	}
	for i := range s.Notices {
		s.Notices[i].rule = k.boolean(&s.Notices[i].If, s.Group(), "the condition of a notice of "+what)
	}
	for i := range s.Starts {
		st := &s.Starts[i]
		group := s.Group()
		if k.p.groups[st.Each] != nil {
			group = st.Each
		}
		of := fmt.Sprintf("%s, where it starts “%s”", what, st.Pathway)
		st.rule = k.boolean(&st.If, group, "the condition of "+of)
		st.answers = map[string]*rule{}
		for _, id := range sortedKeys(st.Answers) {
			text := strings.TrimSpace(st.Answers[id])
			if r := k.compile(text, k.d.lines[entry{&st.Answers, id}], group, "the answer “"+id+"” of "+of, false); r != nil {
				st.answers[id] = r
			}
		}
		st.rows = map[string]*rule{}
		for _, g := range sortedKeys(st.Rows) {
			st.rows[g] = k.rowsRule(st, g, of)
		}
	}
	k.takeRules(s, what)
}
