package pathway

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// scene is one record's facts as rules see them. It is made for one question
// put to the engine and then thrown away.
//
// An answer to a question that is no longer asked, because an earlier answer
// it depends on was changed, is kept on the record but counts for nothing: a
// changed mind must not go on deciding.
type scene struct {
	p      *Pathway
	f      *Facts
	row    string // row that row.<question> is about
	group  string // its group
	each   string
	hidden map[answer.Key]bool // not asked any more, or not yet taken into account
	asking map[answer.Key]bool // what a step is about to ask: not even known() to be missing
	values map[string]any      // by variable, once worked out
}

func (p *Pathway) scene(f *Facts) *scene {
	s := &scene{p: p, f: f, each: f.Each, hidden: map[answer.Key]bool{}, values: map[string]any{}}
	for i := range p.Pages {
		page := &p.Pages[i]
		for _, at := range s.over(page.Repeat) {
			gone := at.gone(page.show)
			for j := range page.Questions {
				q := &page.Questions[j]
				at.hide(q, page.Repeat, gone)
			}
		}
	}
	for i := range p.Steps {
		for j := range p.Steps[i].Ask {
			q := &p.Steps[i].Ask[j]
			for _, at := range s.over(q.Group) {
				at.hide(q, q.Group, false)
			}
		}
	}
	return s
}

// hide takes an answer out of account when its question is not asked. A
// question asked in several places stays while one of them asks it.
func (s *scene) hide(q *Question, group string, pageGone bool) {
	key := keyOf(group, s.row, q.ID)
	if _, answered := s.f.Answers[key]; !answered {
		return // before the rule is worked out: most questions are not answered
	}
	in := s.p.questions[q.ID]
	if in == nil || in.always || !(pageGone || s.gone(q.show)) {
		return
	}
	s.hidden[key] = true
	delete(s.values, "q."+q.ID)
}

// gone tells whether a rule over answers alone is false. A rule over who is
// looking, or the state, never takes an answer away.
func (s *scene) gone(r *rule) bool {
	if r == nil || !r.plain {
		return false
	}
	t, _ := s.truth(r)
	return t == no
}

// over gives the scene once, or once for each row of a group.
func (s *scene) over(group string) []*scene {
	if group == "" {
		return []*scene{s}
	}
	rows := s.f.Answers.Rows(group)
	out := make([]*scene, len(rows))
	for i, r := range rows {
		out[i] = s.at(group, r)
	}
	return out
}

func (s *scene) at(group, row string) *scene {
	c := *s
	c.group, c.row = group, row
	return &c
}

// inStep gives the scene for the questions of a group that a step asks: of each
// row, or of the one row that the step adds or is about.
func (s *scene) inStep(step *Step, group string) []*scene {
	if g := step.Group(); g != "" && (group == g || group == "") {
		return []*scene{s.at(g, s.f.Row)}
	}
	return s.over(group)
}

// with is the scene inside a start that makes one record for each choice or row.
func (s *scene) with(each string) *scene {
	c := *s
	c.each = each
	c.values = maps.Clone(s.values)
	delete(c.values, "each")
	return &c
}

// without is the scene before a step's own questions are answered.
func (s *scene) without(keys []answer.Key) *scene {
	c := *s
	c.hidden, c.asking, c.values = maps.Clone(s.hidden), map[answer.Key]bool{}, map[string]any{}
	for _, k := range keys {
		c.hidden[k], c.asking[k] = true, true
	}
	return &c
}

func keyOf(group, row, id string) answer.Key {
	if group == "" {
		return answer.Key(id)
	}
	return answer.RowKey(group, row, id)
}

// answer is what was answered to a question that is asked; false when nothing
// was, or "not known".
func (s *scene) answer(group, row, id string) (answer.Answer, bool) {
	key := keyOf(group, row, id)
	a, ok := s.f.Answers[key]
	if !ok || s.hidden[key] || a.NotKnown != "" || a.Empty() {
		return answer.Answer{}, false
	}
	return a, true
}

func (s *scene) known(group, row, id string) bool {
	_, isUnknown := s.value(group, row, id).(*types.Unknown)
	return !isUnknown
}

// value is an answer as a rule sees it. What cannot be read as its type, such
// as a date that is not one, is unknown.
func (s *scene) value(group, row, id string) any {
	a, ok := s.answer(group, row, id)
	if ok {
		if v := celValue(s.p.questions[id].q.Type, a); v != nil {
			return v
		}
	}
	return missing(string(keyOf(group, row, id)))
}

func missing(name string) *types.Unknown {
	id := int64(1)
	for _, c := range name { // any number that differs from name to name
		id = (id*31 + int64(c)) & 0x7fffffff
	}
	return types.NewUnknown(id, types.NewAttributeTrail(name))
}

func celValue(questionType string, a answer.Answer) any {
	switch questionType {
	case "number", "scale":
		if n, err := strconv.ParseInt(strings.TrimSpace(a.Text), 10, 64); err == nil {
			return n
		}
	case "date":
		if d, err := calendar.ParseDate(a.Text); err == nil && !d.IsZero() {
			return midnight(d)
		}
	case "datetime":
		if t, _, err := calendar.ParseTime(a.Text); err == nil {
			return t
		}
	case "yes_no":
		switch a.Text {
		case "yes":
			return true
		case "no":
			return false
		}
	case "checkboxes", "files":
		if len(a.List) > 0 {
			return a.List
		}
	case "address":
		parts := map[string]string{}
		for _, p := range answer.AddressParts {
			parts[p] = a.Parts[p]
		}
		return parts
	default:
		if a.Text != "" {
			return a.Text
		}
	}
	return nil
}

// Parent makes a scene the variables of a rule.
func (s *scene) Parent() cel.Activation { return nil }

// ResolveName gives one variable.
func (s *scene) ResolveName(name string) (any, bool) {
	space, id, dotted := strings.Cut(name, ".")
	if dotted && space == "row" {
		return s.value(s.group, s.row, id), true
	}
	if dotted && space == "known" {
		space, id, _ = strings.Cut(id, ".")
		if s.p.groups[id] != nil {
			return len(s.f.Answers.Rows(id)) > 0, true
		}
		group, row := "", ""
		if space == "row" {
			group, row = s.group, s.row
		}
		if key := keyOf(group, row, id); s.asking[key] {
			return missing(string(key)), true
		}
		return s.known(group, row, id), true
	}
	if step := s.p.steps[id]; dotted && space == "taken" && s.row != "" && step != nil && step.Group() == s.group {
		return s.takenOn(id), true // not kept: it is about this row
	}
	if dotted && (space == "others" || space == "others_ended") { // nor this: it may be about this row
		switch all, ok := s.othersHere(id); {
		case !ok:
			return missing("@others." + id), true
		case space == "others":
			return states(all), true
		default:
			return ends(all), true
		}
	}
	if v, ok := s.values[name]; ok {
		return v, true
	}
	v := s.resolve(name, space, id, dotted)
	if v == nil {
		return nil, false
	}
	s.values[name] = v
	return v, true
}

// takenOn tells whether a step was ever taken on the row.
func (s *scene) takenOn(step string) bool {
	return slices.ContainsFunc(s.f.Acts, func(a Act) bool { return a.Step == step && a.Row == s.row })
}

func (s *scene) resolve(name, space, id string, dotted bool) any {
	f := s.f
	if dotted {
		switch space {
		case "setting":
			if day, is := s.p.Settings[id].day(); is {
				return midnight(day)
			}
			n, _ := s.p.Settings[id].number()
			return n
		case "q":
			if g := s.p.groups[id]; g != nil {
				rows := f.Answers.Rows(id)
				if len(rows) == 0 && g.Min > 0 {
					// "All children are safe" must not be true because nobody
					// has been added yet.
					return missing(id)
				}
				out := make([]ref.Val, len(rows))
				for i, r := range rows {
					out[i] = &rowValue{s: s, group: id, row: r}
				}
				return out
			}
			if s.p.questions[id] != nil {
				return s.value("", "", id)
			}
		case "count":
			if n, ok := f.Count(id); ok {
				return n
			}
			return missing("@" + name)
		case "due":
			if f.Due != nil {
				if at, ok := f.Due(id); ok {
					return at
				}
			}
			return missing("@" + name)
		case "started":
			if states := f.Started[id]; states != nil {
				return states
			}
			return []string{}
		case "taken":
			_, ok := f.Taken[id]
			return ok
		case "actor":
			switch id {
			case "roles":
				if f.Actor.Roles == nil {
					return []string{}
				}
				return f.Actor.Roles
			case "kind":
				return f.Actor.Kind
			case "author":
				return f.Actor.Author
			}
		}
		return nil
	}
	switch name {
	case "state":
		if f.State == "" { // still being written
			return s.p.start
		}
		return f.State
	case "each":
		if s.each != "" {
			return s.each
		}
	case "authority":
		if f.Authority != "" {
			return f.Authority
		}
	case "now":
		if !f.Now.IsZero() {
			return f.Now
		}
	case "today":
		if !f.Now.IsZero() {
			return midnight(calendar.DateOf(f.Now))
		}
	default:
		return nil
	}
	return missing("@" + name)
}

// unanswered lists what a rule reads and has no answer to, when working it out
// failed and CEL cannot say why.
func (s *scene) unanswered(r *rule) []string {
	var out []string
	for _, v := range r.vars {
		got, _ := s.ResolveName(v)
		if u, ok := got.(*types.Unknown); ok {
			for _, id := range u.IDs() {
				trails, _ := u.GetAttributeTrails(id)
				for _, t := range trails {
					out = append(out, t.Variable())
				}
			}
		}
	}
	return out
}
