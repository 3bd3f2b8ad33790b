package pathway

import (
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/answer"
)

// index finds the parts of a pathway by their ids.
type index struct {
	questions map[string]*subject
	groups    map[string]*Group
	states    map[string]*State
	steps     map[string]*Step
	documents map[string]*Document
	start     string      // id of the state records begin in
	lines     map[any]int // by pointer to what was read; nil once everything is checked
}

// subject is one question id, wherever it is asked.
type subject struct {
	q      *Question // as it is first asked
	group  string    // group whose rows it is asked of
	page   int       // number of its page, -1 when only steps ask it
	order  int       // place among the questions of the form
	places int       // how often it is asked
	always bool      // never goes away because of another answer
	codes  []Code
}

// yesNo and yesNoNotKnown are the choices of the two built-in code lists.
var (
	yesNo         = []Code{{Code: "yes", Label: "Yes"}, {Code: "no", Label: "No"}}
	yesNoNotKnown = append(slices.Clone(yesNo), Code{Code: "not_known", Label: "Not known"})
)

// choices are the only words the answer can be in rules; nil when any.
func (s *subject) choices() []string {
	if s.q.Type == "yes_no" { // a bool in rules
		return nil
	}
	out := make([]string, len(s.codes))
	for i, c := range s.codes {
		out[i] = c.Code
	}
	return out
}

// Question finds a question by its id, as it is first asked.
func (p *Pathway) Question(id string) (*Question, bool) {
	if in := p.questions[id]; in != nil {
		return in.q, true
	}
	return nil, false
}

// GroupOf gives the group whose rows a question is asked of; empty when it is
// asked once.
func (p *Pathway) GroupOf(question string) string {
	if in := p.questions[question]; in != nil {
		return in.group
	}
	return ""
}

// Group finds a group by its id.
func (p *Pathway) Group(id string) (*Group, bool) {
	g, ok := p.groups[id]
	return g, ok
}

// Fixed gives the rows of the groups whose rows are a list of codes: every
// record has them from the beginning.
func (p *Pathway) Fixed() answer.Set {
	out := answer.Set{}
	for i := range p.Groups {
		var rows []string
		for _, c := range p.Groups[i].codes {
			rows = append(rows, c.Code)
		}
		if len(rows) > 0 {
			out[answer.Key(p.Groups[i].ID)] = answer.List(rows...)
		}
	}
	return out
}

// Filled are the questions that an answer of the record it follows fills.
func (p *Pathway) Filled() []*Question {
	var out []*Question
	for _, id := range sortedKeys(p.questions) {
		if q := p.questions[id].q; strings.HasPrefix(q.Fill, "parent.") {
			out = append(out, q)
		}
	}
	return out
}

// CodesOfRows are the codes that the rows of a group are; nil when rows are added.
func (g *Group) CodesOfRows() []Code { return g.codes }

// State finds a state by its id.
func (p *Pathway) State(id string) (*State, bool) {
	s, ok := p.states[id]
	return s, ok
}

// Start is the state in which records begin.
func (p *Pathway) Start() *State { return p.states[p.start] }

// Step finds a step by its id.
func (p *Pathway) Step(id string) (*Step, bool) {
	s, ok := p.steps[id]
	return s, ok
}

// Document finds a document by its id.
func (p *Pathway) Document(id string) (*Document, bool) {
	d, ok := p.documents[id]
	return d, ok
}

// CodesOf gives the choices of a question.
func (p *Pathway) CodesOf(q *Question) []Code {
	if q.codes != nil {
		return q.codes
	}
	if in := p.questions[q.ID]; in != nil {
		return in.codes
	}
	return nil
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// reserved words cannot be ids: CEL keeps them for itself.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
	"loop", "package", "namespace", "null", "return", "true", "var", "void", "while",
}

// id checks the form of an id and that it is not taken.
func (k *checker) id(id string, at any, what string, taken bool) bool {
	line := k.d.lines[at]
	switch {
	case id == "":
		k.d.fault(line, "Give it one", "%s has no id", what)
	case !idForm.MatchString(id):
		k.d.fault(line, "Use small letters, figures and underscores, and begin with a letter", "“%s” cannot be an id", id)
	case slices.Contains(reserved, id):
		k.d.fault(line, "Choose another word", "“%s” cannot be an id: rules use the word themselves", id)
	case taken:
		k.d.fault(line, "Give one of them another id", "the id “%s” is used twice", id)
	default:
		return true
	}
	return false
}

func (k *checker) index() bool {
	p := k.p
	before := len(*k.d.faults)
	p.questions, p.groups, p.states = map[string]*subject{}, map[string]*Group{}, map[string]*State{}
	p.steps, p.documents = map[string]*Step{}, map[string]*Document{}
	for i := range p.Groups {
		g := &p.Groups[i]
		if k.id(g.ID, &g.ID, "a group", p.groups[g.ID] != nil) {
			p.groups[g.ID] = g
		}
	}
	for i := range p.States {
		s := &p.States[i]
		if k.id(s.ID, &s.ID, "a state", p.states[s.ID] != nil) {
			p.states[s.ID] = s
		}
	}
	pages := map[string]bool{}
	order := 0
	for i := range p.Pages {
		page := &p.Pages[i]
		if k.id(page.ID, &page.ID, "a page", pages[page.ID]) {
			pages[page.ID] = true
		}
		if page.Repeat != "" && p.groups[page.Repeat] == nil {
			k.d.fault(k.line(&page.Repeat), instead(page.Repeat, keys(p.groups)), "there is no group “%s”", page.Repeat)
		}
		for j := range page.Questions {
			q := &page.Questions[j]
			k.add(q, page.Repeat, i, order)
			order++
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if k.id(s.ID, &s.ID, "a step", p.steps[s.ID] != nil) {
			p.steps[s.ID] = s
		}
		for j := range s.Ask {
			q := &s.Ask[j]
			if q.Group != "" && p.groups[q.Group] == nil {
				k.d.fault(k.line(&q.Group), instead(q.Group, keys(p.groups)), "there is no group “%s”", q.Group)
				continue
			}
			k.add(q, q.Group, -1, -1)
		}
	}
	for i := range p.Documents {
		doc := &p.Documents[i]
		if k.id(doc.ID, &doc.ID, "a document", p.documents[doc.ID] != nil) {
			p.documents[doc.ID] = doc
		}
	}
	return len(*k.d.faults) == before
}

// add puts a question into the index. A step may ask again what was asked
// before, by its id alone or with the same type and choices; the answer is
// then the same answer.
func (k *checker) add(q *Question, group string, page, order int) {
	first := k.p.questions[q.ID]
	if first != nil && page < 0 {
		if k.again(q, first, &group) {
			first.places++
			return
		}
		return
	}
	if !k.id(q.ID, &q.ID, "a question", first != nil || k.p.groups[q.ID] != nil) {
		return
	}
	k.p.questions[q.ID] = &subject{q: q, group: group, page: page, order: order, places: 1}
}

// again makes a step's question the one that was asked before.
func (k *checker) again(q *Question, first *subject, group *string) bool {
	f := first.q
	norm := func(codes string) string {
		return strings.TrimSuffix(strings.TrimPrefix(codes, "codes/"), ".csv")
	}
	switch {
	case q.Group != "" && q.Group != first.group, q.Type != "" && q.Type != f.Type, q.Codes != "" && norm(q.Codes) != norm(f.Codes):
		k.d.fault(k.line(&q.ID), "Give one of them another id, or ask the first again by writing only its id",
			"the id “%s” is used for two different questions", q.ID)
		return false
	}
	*group = first.group
	mine := *q
	*q = *f
	q.Group = first.group
	q.Required = mine.Required || f.Required
	if byID := mine.Type+mine.Codes+mine.Label+mine.RequireIf+mine.ShowIf == "" && !mine.Required; !byID {
		q.RequireIf, q.ShowIf = mine.RequireIf, mine.ShowIf
	}
	for _, s := range []struct{ to, from *string }{
		{&q.Label, &mine.Label},
		{&q.Short, &mine.Short},
		{&q.Hint, &mine.Hint},
		{&q.Missing, &mine.Missing},
		{&q.Fill, &mine.Fill},
		{&q.Min, &mine.Min},
		{&q.Max, &mine.Max},
	} {
		if *s.from != "" {
			*s.to = *s.from
		}
	}
	q.NotKnown = mine.NotKnown || f.NotKnown
	q.Sealed, q.Guarded = mine.Sealed || f.Sealed, mine.Guarded || f.Guarded
	f.Sealed, f.Guarded = q.Sealed, q.Guarded
	if len(mine.SealedTo) > 0 {
		q.SealedTo = mine.SealedTo
	}
	return true
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// Clock finds a clock by its id, or by that of one of its rows' (see
// record.Clock).
func (p *Pathway) Clock(id string) (*Clock, bool) {
	id, _, _ = strings.Cut(id, "/")
	for i := range p.Clocks {
		if p.Clocks[i].ID == id {
			return &p.Clocks[i], true
		}
	}
	return nil, false
}

// item is what one row of a group is: "child".
func (p *Pathway) item(group string) string {
	if g := p.groups[group]; g != nil {
		return g.Item
	}
	return "row"
}
