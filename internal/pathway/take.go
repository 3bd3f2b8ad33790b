package pathway

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Taking is what taking a step does to the record. Casework writes it.
type Taking struct {
	Step      *Step
	Row       string // the row it adds or is about
	From, To  string
	Grants    []MadeGrant
	Ends      []string // keys of the grants that end
	Starts    []MadeStart
	Takes     []MadeTake
	Documents []MadeDocument
	Moves     string    // authority the record moves to
	Merges    string    // record it joins
	Team      string    // team it goes to
	Allocates string    // worker who gets it
	Happened  time.Time // when it was so; zero when it is now
	Notices   []MadeNotice
}

// MadeNotice is a notice with whom it is to: as a grant's, or "team" for the
// team the record lies with, "author" or "allocated".
type MadeNotice struct {
	To, Message string
}

// MadeGrant is a grant with whom it is to: "role:<r>", "team:<id>",
// "worker:<id>", "author", "parent:<role>", or "own_team" for the team the
// record was started for.
type MadeGrant struct {
	*Grant
	To string
}

// MadeStart is one record to start: for one choice or row when there is one.
type MadeStart struct {
	Start   *Start
	Step    string // the step that starts it
	Each    string
	Answers answer.Set
	Rows    map[string][]string // by group, the rows that go along; all of a group that is not here
	Team    string              // a team's id, or "<agency kind>/<role>", or empty
}

// MadeDocument is one document to make: about one row when there is one.
type MadeDocument struct {
	Document *Document
	Row      string
}

// Take works out what a step does. The facts hold the step's own answers
// already. It is refused with a Forbidden fault when the step is not for the
// actor, Conflict when the record has moved on, and otherwise Invalid, as
// fault.Fields where single answers are at fault.
func (p *Pathway) Take(id string, f Facts) (Taking, error) {
	step := p.steps[id]
	if step == nil {
		return Taking{}, fault.New(fault.NotFound, "There is no such step.")
	}
	p.begun(&f)
	if err := p.onRow(step, &f); err != nil {
		return Taking{}, err
	}
	if !p.isFor(step, &f) {
		return Taking{}, fault.New(fault.Forbidden, "“"+step.Label+"” is not for your role.")
	}
	if !slices.Contains(step.From, f.State) {
		now := "somewhere else"
		if st := p.states[f.State]; st != nil {
			now = "“" + st.Label + "”"
		}
		return Taking{}, fault.New(fault.Conflict, "This has moved on since you opened it and is now "+now+". Look at it again before you go on.")
	}
	if bars := p.barred(step, &f); len(bars) > 0 {
		kind := fault.Invalid
		if strings.HasPrefix(bars[0], "Someone else") {
			kind = fault.Forbidden
		}
		return Taking{}, fault.New(kind, strings.Join(bars, " "))
	}
	if fields := p.Check(p.Ask(step, f), f.Answers, f.Now); len(fields) > 0 {
		return Taking{}, fields
	}
	if p.wantsForm(step, &f) {
		var fields fault.Fields
		for _, g := range p.Missing(f) {
			fields.Add(string(g.Key), "%s", g.Text)
		}
		if len(fields) > 0 {
			return Taking{}, fields
		}
	}
	t := taker{p: p, step: step, f: &f, out: Taking{Step: step, Row: f.Row, From: f.State, To: f.State, Ends: step.Ends}}
	t.s = p.scene(&f).inStep(step, "")[0]
	t.take()
	if err := t.refusal(); err != nil {
		return Taking{}, err
	}
	return t.out, nil
}

// onRow checks that the row of the facts is one the step can be taken on.
func (p *Pathway) onRow(step *Step, f *Facts) error {
	g := p.groups[step.Group()]
	switch rows := f.Answers.Rows(step.Group()); {
	case g == nil:
		f.Row = ""
	case !slices.Contains(rows, f.Row):
		return fault.New(fault.NotFound, "“"+step.Label+"” is about one "+g.Item+", and this one is not there. Look at the record again.")
	case step.Adds != "" && len(rows) > maxAdded(g):
		return fault.New(fault.Conflict, fmt.Sprintf("No more than %d can be added here. Ask whoever looks after this pathway.", maxAdded(g)))
	}
	return nil
}

// maxAdded is the most rows that steps can add to a group.
func maxAdded(g *Group) int {
	if g.Max > 0 {
		return g.Max
	}
	return 200
}

// taker works out one step and collects why it is refused.
type taker struct {
	p         *Pathway
	step      *Step
	s         *scene
	f         *Facts
	out       Taking
	sentences []string
	missing   []string
}

// decide is a condition that must be known.
func (t *taker) decide(r *rule, s *scene) bool {
	v, missing := s.truth(r)
	if v == unknown {
		t.missing = append(t.missing, missing...)
		if len(missing) == 0 {
			t.sentences = append(t.sentences, "This cannot be worked out from the answers given. Check them and try again.")
		}
	}
	return v == yes
}

func (t *taker) refusal() error {
	var fields fault.Fields
	for _, m := range t.missing {
		text := t.p.answerFirst(m)
		if strings.HasPrefix(m, "@") {
			t.sentences = append(t.sentences, text)
		} else if fields.For(m) == "" {
			fields.Add(m, "%s", text)
		}
	}
	if len(t.sentences) == 0 {
		return fields.Err()
	}
	for _, x := range fields {
		t.sentences = append(t.sentences, x.Text)
	}
	var once []string
	for _, s := range t.sentences {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return fault.New(fault.Invalid, strings.Join(once, " "))
}

func (t *taker) take() {
	step := t.step
	for i := range step.AllowIf {
		v, missing := t.s.truth(step.AllowIf[i].rule)
		if v == no || (v == unknown && len(missing) == 0) {
			t.sentences = append(t.sentences, step.AllowIf[i].Else)
		}
		t.missing = append(t.missing, missing...)
	}
	for i := range step.To {
		held := len(t.missing)
		if t.decide(step.To[i].rule, t.s) {
			t.out.To = step.To[i].State
			break
		}
		if len(t.missing) > held {
			break // a later condition must not win over one that is not known
		}
	}
	for i := range step.Grants {
		if g := &step.Grants[i]; t.decide(g.rule, t.s) {
			t.out.Grants = append(t.out.Grants, MadeGrant{Grant: g, To: t.to(g.To)})
		}
	}
	for i := range step.Starts {
		t.start(&step.Starts[i])
	}
	for i := range step.Takes {
		t.takeOn(&step.Takes[i])
	}
	for _, id := range step.Documents {
		doc := t.p.documents[id]
		for _, at := range t.s.inStep(step, doc.Row) {
			if t.decide(doc.rule, at) {
				made := MadeDocument{Document: doc}
				if doc.Row != "" {
					made.Row = at.row
				}
				t.out.Documents = append(t.out.Documents, made)
			}
		}
	}
	for i := range step.Notices {
		if !t.decide(step.Notices[i].rule, t.s) {
			continue
		}
		for _, to := range step.Notices[i].To {
			t.out.Notices = append(t.out.Notices, MadeNotice{To: t.told(to), Message: step.Notices[i].Message})
		}
	}
	t.out.Moves, t.out.Merges = t.text(step.Moves), t.text(step.Merges)
	t.out.Allocates, t.out.Team = t.text(step.Allocates), t.text(step.Team)
	if a, ok := t.answer(step.Happened); ok {
		if d, err := calendar.ParseDate(a.Text); err == nil {
			t.out.Happened = d.Start()
		} else if at, _, err := calendar.ParseTime(a.Text); err == nil {
			t.out.Happened = at
		}
	}
}

func (t *taker) text(question string) string {
	if question == "" {
		return ""
	}
	a, _ := t.answer(question)
	return a.Text
}

// answer is the answer to a question that the step names: of its row where the
// question is asked of rows.
func (t *taker) answer(question string) (answer.Answer, bool) {
	if in := t.p.questions[question]; in != nil && in.group != "" {
		return t.s.answer(in.group, t.s.row, question)
	}
	return t.s.answer("", "", question)
}

// told finds out who a notice is to. One to nobody, because nobody was named,
// is not sent.
func (t *taker) told(to string) string {
	kind, id, _ := strings.Cut(to, ":")
	if (kind == "worker" || kind == "team") && t.p.questions[id] != nil {
		if a, ok := t.answer(id); ok {
			return kind + ":" + a.Text
		}
		return ""
	}
	return to
}

// to finds out who "team:<question>" or "worker:<question>" is. A grant to
// nobody would leave the record unseen, so it refuses the step.
func (t *taker) to(to string) string {
	kind, id, _ := strings.Cut(to, ":")
	in := t.p.questions[id]
	switch {
	case kind == "each":
		return "own_team"
	case kind != "team" && kind != "worker", in == nil:
		return to
	}
	a, ok := t.answer(id)
	if !ok {
		t.missing = append(t.missing, string(keyOf(in.group, t.s.row, id)))
	}
	return kind + ":" + a.Text
}

func (t *taker) start(st *Start) {
	scenes := []*scene{t.s}
	if t.p.groups[st.Each] != nil {
		scenes = nil
		for _, at := range t.s.over(st.Each) {
			if st.Each != t.step.Group() || at.row == t.f.Row { // a step about one row starts that one's
				scenes = append(scenes, at.with(at.row))
			}
		}
	} else if st.Each != "" {
		a, ok := t.s.answer("", "", st.Each)
		if !ok && t.p.required(t.step, st.Each) {
			t.missing = append(t.missing, st.Each)
		}
		scenes = nil
		for _, choice := range a.List {
			scenes = append(scenes, t.s.with(choice))
		}
	}
	for _, s := range scenes {
		if !t.decide(st.rule, s) {
			continue
		}
		made := MadeStart{Start: st, Step: t.step.ID, Answers: answer.Set{}}
		if st.Each != "" {
			made.Each = s.each
		}
		for id, r := range st.answers {
			if a, ok := s.made(r); ok {
				made.Answers[answer.Key(id)] = a
			}
		}
		made.Rows = t.along(st)
		made.Team = t.team(st, s)
		t.out.Starts = append(t.out.Starts, made)
	}
}

// required tells whether a question of the step must be answered; a choice of
// none is a choice where it need not be.
func (p *Pathway) required(step *Step, id string) bool {
	return slices.ContainsFunc(step.Ask, func(q Question) bool { return q.ID == id && q.Required })
}

func (t *taker) team(st *Start, s *scene) string {
	if rest, ok := strings.CutPrefix(st.Team, "each/"); ok {
		return s.each + "/" + rest
	}
	if _, rest, ok := strings.Cut(st.Team, ":"); ok || st.Team == "" {
		return rest
	}
	a, ok := t.s.answer("", "", st.Team)
	if !ok {
		t.missing = append(t.missing, st.Team)
	}
	return a.Text
}

// made is a rule's value as an answer of a new record. An answer that is only
// handed on stays as it is, "not known" and its reason included; what is not
// known otherwise is left out.
func (s *scene) made(r *rule) (answer.Answer, bool) {
	if space, id, ok := strings.Cut(r.copies, "."); ok && (space == "q" || space == "row") && s.p.questions[id] != nil {
		key := keyOf("", "", id)
		if space == "row" {
			key = keyOf(s.group, s.row, id)
		}
		a, ok := s.f.Answers[key]
		return a, ok && !s.hidden[key] && !a.Empty()
	}
	v, _ := r.eval(s)
	return fromValue(v)
}

var (
	stringsType = reflect.TypeFor[[]string]()
	partsType   = reflect.TypeFor[map[string]string]()
)

func fromValue(v ref.Val) (answer.Answer, bool) {
	switch x := v.(type) {
	case types.String:
		return answer.Text(string(x)), x != ""
	case types.Bool:
		if x {
			return answer.Text("yes"), true
		}
		return answer.Text("no"), true
	case types.Int:
		return answer.Text(strconv.FormatInt(int64(x), 10)), true
	case types.Timestamp:
		if t := x.UTC(); t.Equal(t.Truncate(24 * time.Hour)) { // how rules hold a date
			return answer.Text(t.Format("2006-01-02")), true
		}
		return answer.Text(calendar.Wall(x.Time)), true
	case nil:
		return answer.Answer{}, false
	}
	if list, err := v.ConvertToNative(stringsType); err == nil {
		got := list.([]string)
		return answer.List(got...), len(got) > 0
	}
	if parts, err := v.ConvertToNative(partsType); err == nil {
		got := answer.Answer{Parts: maps.Clone(parts.(map[string]string))}
		return got, !got.Empty()
	}
	return answer.Answer{}, false
}
