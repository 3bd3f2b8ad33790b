package pathway

import (
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/tool"
)

// fromTool stands before the name of a form of others whose items are the rows of
// a group: of: "tool:gcp2". Which items there are follows from the edition in
// force when the record began, and the record keeps that edition.
const fromTool = "tool:"

// toolType is the type of the question that an item of a tool is answered with.
const toolType = "tool"

// Sheet is the edition of a form that scores the rows of a group, with what the
// one who looks at it may do.
type Sheet struct {
	Form    *tool.Package
	Edition string // id under which the edition is kept
	May     tool.Standing
	Began   time.Time // when the scoring was begun
	Part    bool      // the record is more than the scoring
}

// Tool names the form of others whose items are the rows of the group; empty when
// they are not.
func (g *Group) Tool() string { return g.tool }

// Listed tells whether the rows are a list that nobody adds to.
func (g *Group) Listed() bool { return g.codes != nil || g.tool != "" }

// Beside tells whether the record stands without its form: one that is only there
// when it is imported, or one that is a part of the record. Whoever may not score
// then still works on it.
func (g *Group) Beside() bool { return g.IfImported || g.Part }

// ToolGroups are the groups whose rows are items of a form of others.
func (p *Pathway) ToolGroups() []*Group {
	var out []*Group
	for i := range p.Groups {
		if p.Groups[i].tool != "" {
			out = append(out, &p.Groups[i])
		}
	}
	return out
}

// ItemQuestion is the question with which the items of a group are scored.
func (p *Pathway) ItemQuestion(group string) *Question {
	var first *Question // by its id; each answer of a page asks this, so nothing is sorted
	for _, in := range p.questions {
		if in.group == group && in.q.Type == toolType && (first == nil || in.q.ID < first.ID) {
			first = in.q
		}
	}
	return first
}

// Scores are the answers to the items of a group, by item.
func (p *Pathway) Scores(group string, answers answer.Set) map[string]string {
	out := map[string]string{}
	if q := p.ItemQuestion(group); q != nil {
		for _, row := range answers.Rows(group) {
			if a := answers[answer.RowKey(group, row, q.ID)]; a.NotKnown == "" && a.Text != "" {
				out[row] = a.Text
			}
		}
	}
	return out
}

// QuestionAt is a question as it is asked under a key: for an item of a tool, with
// the item's own answers.
func (p *Pathway) QuestionAt(f Facts, k answer.Key) (*Question, bool) {
	group, row, id := k.Split()
	q, ok := p.Question(id)
	if ok && q.Type == toolType {
		if own := ofItem(q, f.Tools[group], row); own != nil {
			return own, true
		}
	}
	return q, ok
}

// RowHint is what helps to answer about a row of a list: the hint of its code, or
// the words of its item for those who may see them.
func (p *Pathway) RowHint(f Facts, group, row string) string {
	g := p.groups[group]
	if g == nil {
		return ""
	}
	if sheet := f.Tools[group]; sheet != nil {
		it, ok := sheet.Form.Item(row)
		if !ok || !sheet.May.Wording {
			return ""
		}
		return strings.TrimSpace(it.Text + "\n" + it.Hint)
	}
	for _, c := range g.codes {
		if c.Code == row {
			return c.Hint
		}
	}
	return ""
}

// itemName names a row that is an item of a tool. The name of an item of a
// practice example says so, wherever it is read.
func (f *Facts) itemName(g *Group, row string, wording bool) string {
	sheet := f.Tools[g.ID]
	if sheet == nil {
		return upperFirst(g.Item) + " " + row
	}
	it, ok := sheet.Form.Item(row)
	if !ok {
		return upperFirst(g.Item) + " " + row
	}
	name := it.Name(wording && sheet.May.Wording || sheet.Form.Practice) // its words are ours
	if sheet.Form.Practice {
		name += " (practice example)"
	}
	return name
}

// PracticeMark begins the name of a record that is nothing but a scoring with a
// practice example; empty for any other.
func (f Facts) PracticeMark() string {
	for _, sheet := range f.Tools {
		if sheet.Form.Practice && !sheet.Part {
			return tool.PracticeMark + ": "
		}
	}
	return ""
}

// PracticeParts are the titles of the parts of a record that were made with a
// practice example, where the record is more than they are.
func (p *Pathway) PracticeParts(f Facts) []string {
	var out []string
	for _, g := range p.ToolGroups() {
		if sheet := f.Tools[g.ID]; sheet != nil && sheet.Part && sheet.Form.Practice {
			out = append(out, g.Title)
		}
	}
	return out
}

// PracticeWords follow the name of what a practice example scored.
func (f Facts) PracticeWords(group string) string {
	if sheet := f.Tools[group]; sheet != nil && sheet.Form.Practice {
		return " (" + tool.PracticeMark + ")"
	}
	return ""
}

// ToolResult is something worked out by the rules of a form, for a page.
type ToolResult struct{ Label, Value, How string }

// ToolResults are what the form of a group works out for its areas and in all. They
// inform a judgement and decide nothing: no rule and no letter can read them.
func (p *Pathway) ToolResults(f Facts, group string) []ToolResult {
	sheet := f.Tools[group]
	if sheet == nil {
		return nil
	}
	var out []ToolResult
	for _, w := range sheet.Form.Work(p.Scores(group, f.Answers), sheet.May.Wording) {
		if w.Result.Of == tool.OfSubarea {
			continue
		}
		label := w.Result.Label
		if w.Title != "" {
			label += ": " + w.Title
		}
		out = append(out, ToolResult{label + f.PracticeWords(group), w.Value, w.How})
	}
	return out
}

// ofItem is a question as an item of a tool asks it: with the answers of the
// item's scale, and what they mean for those who may see the wording.
func ofItem(q *Question, sheet *Sheet, row string) *Question {
	if sheet == nil {
		return nil
	}
	it, ok := sheet.Form.Item(row)
	if !ok {
		return nil
	}
	out, scale := *q, sheet.Form.Scale(it)
	if scale.Kind == tool.Words {
		out.Type, out.MaxChars = "textarea", scale.Max
		return &out
	}
	out.Type, out.codes = "radios", []Code{}
	for _, a := range scale.Answers {
		c := Code{Code: a.Code, Label: strings.ReplaceAll(a.Code, "_", " ")}
		if sheet.May.Wording {
			c.Label, c.Hint = a.Label, sheet.Form.Means(it, a)
		}
		out.codes = append(out.codes, c)
	}
	return &out
}

// toolRefused says why the actor may not take a step that scores items of a form.
// A form that is only there when it is imported does not keep the step from anyone:
// its items are then not asked.
func (p *Pathway) toolRefused(s *Step, f *Facts) string {
	for i := range s.Ask {
		if g := p.groups[s.Ask[i].Group]; g != nil && !g.Beside() && s.Ask[i].Type == toolType && barredFrom(g.ID, f) {
			return f.Tools[g.ID].May.Refused
		}
	}
	return ""
}

// barredFrom tells whether the actor may not score a group.
func barredFrom(group string, f *Facts) bool {
	sheet := f.Tools[group]
	return sheet != nil && sheet.May.Refused != "" && f.Actor.Kind != "system"
}

// ScoringRefused says why the actor may not give some answers: they score items of
// a form that the actor may not use. Empty when they may.
func (p *Pathway) ScoringRefused(f Facts, changes answer.Set) string {
	for k := range changes {
		group, _, _ := k.Split()
		if sheet := f.Tools[group]; sheet != nil && sheet.May.Refused != "" {
			return sheet.May.Refused
		}
	}
	return ""
}

// toolGroup takes a group whose rows are a tool's; false when they are not.
func (k *checker) toolGroup(g *Group) bool {
	name, ok := strings.CutPrefix(g.Of, fromTool)
	if !ok {
		return false
	}
	g.tool = name
	if _, _, have := tool.PracticeOf(name); !have && !g.IfImported && !k.pinned {
		k.d.fault(k.line(&g.Of), instead(name, tool.Known())+" Or write if_imported: true: without an imported form there are then no rows", "no practice example ships for the tool “%s”", name)
	}
	return true
}

// tools checks what is asked of the items of tools: one question takes the item's
// own answers, and nothing carries the rows to another record, which may have
// another edition.
func (k *checker) tools() {
	p := k.p
	for i := range p.Groups {
		g := &p.Groups[i]
		what := "the group “" + g.ID + "”"
		k.gate(g)
		n := 0
		for _, in := range p.questions {
			if in.group == g.ID && in.q.Type == toolType {
				n++
			}
		}
		switch {
		case g.tool == "" && (g.Practise != "" || g.Beside()):
			k.d.fault(k.line(g), "Take practise:, if_imported: and part: out", "%s is not of a tool", what)
		case g.tool != "" && n != 1:
			k.d.fault(k.line(g), "Write one question with type: tool for its items", "%s has %d questions of type tool", what, n)
		}
		if g.tool == "" {
			continue
		}
		k.anyQuestion(&g.Practise, g.Practise, "", "yes_no")
		for j := range p.Carry {
			if p.Carry[j] == g.ID {
				k.d.fault(k.line(&p.Carry[j]), "Take it out: each record scores with the edition in force when it begins", "the rows of a tool cannot be carried")
			}
		}
	}
	for _, id := range sortedKeys(p.questions) {
		in := p.questions[id]
		if g := p.groups[in.group]; in.q.Type == toolType && (g == nil || g.tool == "") {
			k.d.fault(k.line(in.q), "Ask it of a group with of: \"tool:…\"", "the question “%s” is of type tool and not of a tool’s items", id)
		}
	}
}
