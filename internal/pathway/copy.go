package pathway

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Copy says what of a record one kind of reader may be given on paper. What no
// part of it names cannot get in, but into the copy for the file.
type Copy struct {
	ID    string     `yaml:"id"`
	Title string     `yaml:"title"` // names nobody: it is the file's title
	To    []string   `yaml:"to"`    // some of CopyReaders
	Words string     `yaml:"words"` // Markdown at its head
	Parts []CopyPart `yaml:"parts"`
	// LeavesOut says, of the copy for the file, by question why it is not in it:
	// everything else that may leave is, also where no part names it.
	LeavesOut map[string]string `yaml:"leaves_out"`
}

// CopyPart is one heading of a copy and the only questions that may stand under it.
type CopyPart struct {
	Heading string `yaml:"heading"`
	Body    string `yaml:"body"`  // Markdown under the heading
	Group   string `yaml:"group"` // its questions are asked of each row of this group
	// Step makes the part a decision: it is there once the step was taken, says
	// when, and can be given by itself.
	Step  string            `yaml:"step"`
	If    string            `yaml:"if"`
	Show  []string          `yaml:"show"`  // questions
	Pages []string          `yaml:"pages"` // every question of these pages that may leave
	As    map[string]string `yaml:"as"`    // what a question is called here

	rule *rule
}

// CopyReaders are the kinds of reader that a copy can be for. A parent is an
// adult on the record who holds parental responsibility, an adult any other one.
var CopyReaders = []string{"child", "parent", "adult", "agency", "court", "file"}

// FamilyReader tells whether a reader belongs to the family.
func FamilyReader(kind string) bool {
	return slices.Contains([]string{"child", "parent", "adult"}, kind)
}

// FamilyReads tells whether the family reads what such a reader is given: the parents are
// parties in court and have its papers.
func FamilyReads(kind string) bool { return FamilyReader(kind) || kind == "court" }

// CopyFor is whom a copy is made for.
type CopyFor struct {
	Kind       string
	Group, Row string // of someone on the record
}

// Copied is what a copy holds.
type Copied struct {
	Body string // Markdown
	Used []answer.Key
	Left []LeftOut
}

// LeftOut is an answer that stands in the record and not in a copy of it, and
// why. It never holds the answer.
type LeftOut struct {
	Key   answer.Key
	Label string
	Why   string
}

// Why an answer is left out of a copy, where the pathway alone says so.
const (
	LeftSealed  = "Sealed"
	LeftGuarded = "For the decision only: it leaves the front door in no copy"
	LeftOther   = "About somebody else"
	LeftStale   = "Not asked any more"
	LeftUnnamed = "Not among what this reader may have"
	LeftFile    = "Files do not go into a copy"
	LeftFlag    = "It says who must not be found or known"
)

// CopySource is what a copy is made from.
type CopySource struct {
	Text  *Pathway // the text the record was made on
	Facts Facts
	For   CopyFor
	Only  string // a step: that decision alone
	// Words gives an answer that holds the id of a worker or team in words.
	Words func(q *Question, a answer.Answer) string
	// Keep says why an answer must be left out though it is on the list; empty
	// lets it stand.
	Keep func(key answer.Key, q *Question, words string) string
}

// Copy finds one by its id.
func (p *Pathway) Copy(id string) (*Copy, bool) {
	i := slices.IndexFunc(p.Copies, func(c Copy) bool { return c.ID == id })
	if i < 0 {
		return nil, false
	}
	return &p.Copies[i], true
}

// Decisions are the steps of a copy that were taken, each of which can be given
// by itself.
func (c *Copy) Decisions(f Facts) []string {
	var out []string
	for _, part := range c.Parts {
		if _, taken := f.Taken[part.Step]; taken && part.Step != "" && !slices.Contains(out, part.Step) {
			out = append(out, part.Step)
		}
	}
	return out
}

// MakeCopy makes the words of a copy, and says what was left out of it. The list
// is that of p, the pathway as it is now: a list that was put right holds for
// old records too.
func (p *Pathway) MakeCopy(c *Copy, src CopySource) Copied {
	m := copying{p: p, c: c, src: src, scene: p.scene(&src.Facts), why: map[answer.Key]string{}}
	m.hidden = src.Text.scene(&src.Facts).hidden
	var out strings.Builder
	out.WriteString(p.bannerHead(src.Facts))
	if c.Words != "" && src.Only == "" {
		out.WriteString(c.Words + "\n\n")
	}
	for i := range c.Parts {
		out.WriteString(m.part(&c.Parts[i]))
	}
	return Copied{Body: strings.TrimSpace(out.String()) + "\n", Used: m.used, Left: m.left()}
}

// copying is one copy being made.
type copying struct {
	p      *Pathway
	c      *Copy
	src    CopySource
	scene  *scene
	hidden map[answer.Key]bool
	used   []answer.Key
	why    map[answer.Key]string // of answers that are on the list and left out
}

// family tells whether the reader is one of the people of the record.
func (m *copying) family() bool { return FamilyReader(m.src.For.Kind) }

func (m *copying) part(part *CopyPart) string {
	if m.src.Only != "" && part.Step != m.src.Only {
		return ""
	}
	taken, was := m.src.Facts.Taken[part.Step]
	if part.Step != "" && !was {
		return ""
	}
	if part.Group == "" && !m.holds(part, "") {
		return ""
	}
	var body string
	if part.Group == "" {
		body = m.answers(part, "")
	} else {
		body = m.rows(part)
	}
	if body == "" && part.Body == "" {
		return ""
	}
	out := "## " + escape(part.Heading) + "\n\n"
	if part.Step != "" && !taken.At.IsZero() {
		out += "Date: " + escape(calendar.DateOf(taken.At).Long()) + "\n\n"
	}
	if part.Body != "" {
		out += part.Body + "\n\n"
	}
	return out + body
}

func (m *copying) holds(part *CopyPart, row string) bool {
	if part.rule == nil {
		return true
	}
	t, _ := m.scene.at(part.Group, row).truth(part.rule)
	return t == yes
}

// theirs are the rows of a group that the reader may have: in a group of people
// of whom they are one, their own; of the other adults none, for one parent's
// details are never the other's to know.
func (m *copying) theirs(group string) []string {
	rows := m.src.Facts.Answers.Rows(group)
	g := m.src.Text.groups[group]
	if !m.family() || g == nil || g.Person == nil {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row string) bool {
		if group == m.src.For.Group {
			return row != m.src.For.Row
		}
		return g.Person.Role != "child"
	})
}

func (m *copying) rows(part *CopyPart) string {
	g := m.src.Text.groups[part.Group]
	if g == nil {
		return ""
	}
	rows := m.theirs(part.Group)
	for _, row := range m.src.Facts.Answers.Rows(part.Group) {
		if !slices.Contains(rows, row) {
			for _, id := range m.questions(part) {
				m.leave(answer.RowKey(part.Group, row, id), LeftOther)
			}
		}
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(row string) bool { return !m.holds(part, row) })
	// A row is named by its answers only where all of them may be shown.
	named := len(g.Name) > 0 && !slices.ContainsFunc(g.Name, func(id string) bool { return !slices.Contains(m.questions(part), id) })
	var out strings.Builder
	for _, row := range rows {
		title := fmt.Sprintf("%s %d", upperFirst(g.Item), slices.Index(m.src.Facts.Answers.Rows(part.Group), row)+1)
		if g.tool != "" {
			title = m.src.Facts.itemName(g, row, false) // a copy goes to people who may not see the wording
		}
		if g.codes != nil {
			title = m.src.Text.RowName(m.src.Facts, part.Group, row)
		}
		skip := []string(nil)
		if named && m.nameMayStand(g, row) {
			title, skip = m.src.Text.RowName(m.src.Facts, part.Group, row), g.Name
			for _, id := range g.Name {
				m.use(answer.RowKey(g.ID, row, id))
			}
		}
		// Whoever reads of themselves need not be told who it is.
		own := skip == nil && m.family() && part.Group == m.src.For.Group
		if body := m.answers(part, row, skip...); body != "" && own {
			out.WriteString(body)
		} else if body != "" {
			out.WriteString("### " + escape(title) + "\n\n" + body)
		} else if skip != nil {
			out.WriteString("### " + escape(title) + "\n\n")
		}
	}
	return out.String()
}

// nameMayStand tells whether nothing keeps any of the answers that name a row.
func (m *copying) nameMayStand(g *Group, row string) bool {
	for _, id := range g.Name {
		q, ok := m.src.Text.Question(id)
		key := answer.RowKey(g.ID, row, id)
		if !ok {
			return false
		}
		if a := m.src.Facts.Answers[key]; !a.Empty() && m.kept(key, q, m.src.Text.Label(q, a)) != "" {
			return false
		}
	}
	return true
}

// questions are those that a part may show, in order.
func (m *copying) questions(part *CopyPart) []string {
	out := slices.Clone(part.Show)
	for _, name := range part.Pages {
		for i := range m.p.Pages {
			if m.p.Pages[i].ID != name {
				continue
			}
			for _, q := range m.p.Pages[i].Questions {
				if !slices.Contains(out, q.ID) {
					out = append(out, q.ID)
				}
			}
		}
	}
	return out
}

// answers writes those of a part, asked once or of one row.
func (m *copying) answers(part *CopyPart, row string, skip ...string) string {
	var out strings.Builder
	ids := m.questions(part)
	alone := len(ids) == 1 && row == ""
	for _, id := range ids {
		q, ok := m.src.Text.Question(id)
		if !ok || slices.Contains(skip, id) || m.src.Text.GroupOf(id) != part.Group {
			continue
		}
		key := keyOf(part.Group, row, id)
		a := m.src.Facts.Answers[key]
		if a.Empty() {
			continue
		}
		// What is sealed is never put into words, not even to look at them.
		if why := m.shut(key, q); why != "" {
			m.leave(key, why)
			continue
		}
		words := m.src.Text.LabelIn(q, key, m.src.Facts.Answers)
		if q.Type == "worker" || q.Type == "team" {
			words = m.src.Words(q, a)
		}
		if why := m.kept(key, q, words); why != "" {
			m.leave(key, why)
			continue
		}
		m.use(key)
		label := part.As[id]
		if label == "" && !alone {
			label = m.called(q)
		}
		out.WriteString(lined(strings.TrimSpace(label), words))
	}
	return out.String()
}

// lined writes an answer under what it answers, or beside it when it is short.
func lined(label, words string) string {
	if label == "" {
		return escape(words) + "\n\n"
	}
	if strings.ContainsRune(words, '\n') || utf8.RuneCountInString(label+words) > 90 {
		return "**" + escape(label) + "**\n\n" + escape(words) + "\n\n"
	}
	if !strings.HasSuffix(label, "?") {
		label += ":"
	}
	return "**" + escape(label) + "** " + escape(words) + "\n\n"
}

func (m *copying) called(q *Question) string {
	if m.family() {
		return q.Label
	}
	return q.Heading()
}

// shut says why a question's answer may stand in no copy at all.
func (m *copying) shut(key answer.Key, q *Question) string {
	now := m.p.questions[q.ID]
	switch {
	case q.Sealed || now != nil && now.q.Sealed:
		return LeftSealed
	case q.Guarded || now != nil && now.q.Guarded:
		return LeftGuarded
	case q.Type == "files" || q.Type == "record":
		return LeftFile
	case m.hidden[key]:
		return LeftStale
	case m.src.For.Kind != "file" && m.src.Text.flags(q.ID):
		return LeftFlag
	}
	return ""
}

func (m *copying) kept(key answer.Key, q *Question, words string) string {
	if why := m.shut(key, q); why != "" {
		return why
	}
	return m.src.Keep(key, q, words)
}

func (m *copying) use(key answer.Key) {
	if !slices.Contains(m.used, key) {
		m.used = append(m.used, key)
	}
}

func (m *copying) leave(key answer.Key, why string) {
	if !m.src.Facts.Answers[key].Empty() {
		m.why[key] = why
	}
}

// left says of every answer of the record that the copy does not hold why not.
func (m *copying) left() []LeftOut {
	var out []LeftOut
	for _, key := range m.src.Facts.Answers.Keys() {
		_, _, id := key.Split()
		q, ok := m.src.Text.Question(id)
		if !ok || m.src.Facts.Answers[key].Empty() || slices.Contains(m.used, key) {
			continue // a group’s rows, or the words of an “other”
		}
		why := m.shut(key, q)
		if why == "" {
			why = m.why[key]
		}
		if why == "" {
			why = m.c.LeavesOut[id]
		}
		if why == "" {
			why = LeftUnnamed
		}
		out = append(out, LeftOut{Key: key, Label: q.Heading(), Why: why})
	}
	return out
}

// copyRules compiles the conditions of the parts.
func (k *checker) copyRules() {
	for i := range k.p.Copies {
		c := &k.p.Copies[i]
		for j := range c.Parts {
			part := &c.Parts[j]
			part.rule = k.boolean(&part.If, part.Group, "the condition of “"+part.Heading+"” in the copy “"+c.ID+"”")
		}
	}
}

// copies checks the lists of what readers may be given.
func (k *checker) copies() {
	seen := map[string]bool{}
	for i := range k.p.Copies {
		c := &k.p.Copies[i]
		what := "the copy “" + c.ID + "”"
		k.id(c.ID, firstLine(k, &c.ID, c), "a copy", seen[c.ID])
		seen[c.ID] = true
		k.needs(c, c.Title, what, "title")
		if len(c.To) == 0 {
			k.d.fault(k.line(c), "Write to: some of "+strings.Join(CopyReaders, ", "), "%s is for nobody", what)
		}
		for j := range c.To {
			k.oneOf(&c.To[j], c.To[j], "kind of reader", CopyReaders)
		}
		if len(c.Parts) == 0 {
			k.d.fault(k.line(c), "Write parts:", "%s holds nothing", what)
		}
		k.copyText(&c.Words, c.Words)
		for j := range c.Parts {
			k.copyPart(c, &c.Parts[j], what)
		}
	}
}

// copyText refuses an answer put into fixed words, past the list.
func (k *checker) copyText(at *string, text string) {
	if len(holes(text)) > 0 || strings.Contains(text, "{{") {
		k.d.fault(k.line(at), "Name the question under show:", "a copy’s own words cannot be filled in")
	}
}

func (k *checker) copyPart(c *Copy, part *CopyPart, what string) {
	k.needs(part, part.Heading, "a part of "+what, "heading")
	k.copyText(&part.Body, part.Body)
	if part.Group != "" {
		k.oneOf(&part.Group, part.Group, "group", keys(k.p.groups))
	}
	if part.Step != "" {
		k.oneOf(&part.Step, part.Step, "step", keys(k.p.steps))
	}
	for j := range part.Show {
		id := part.Show[j]
		k.anyQuestion(&part.Show[j], id, part.Group)
		k.copyQuestion(c, &part.Show[j], id, what, true)
	}
	for j := range part.Pages {
		name := part.Pages[j]
		n := slices.IndexFunc(k.p.Pages, func(p Page) bool { return p.ID == name })
		if n < 0 {
			var have []string
			for _, p := range k.p.Pages {
				have = append(have, p.ID)
			}
			k.oneOf(&part.Pages[j], name, "page", have)
			continue
		}
		if k.p.Pages[n].Repeat != part.Group {
			k.d.fault(k.line(&part.Pages[j]), "Write group: "+k.p.Pages[n].Repeat+" on the part, or take it out", "the page “%s” is asked of other rows than “%s”", name, part.Heading)
		}
		for _, q := range k.p.Pages[n].Questions {
			k.copyQuestion(c, &part.Pages[j], q.ID, what, false)
		}
	}
	for _, id := range sortedKeys(part.As) {
		if !slices.Contains(part.Show, id) {
			k.d.fault(k.d.lines[entry{&part.As, id}], instead(id, part.Show), "“%s” is given another name and not shown", id)
		}
	}
}

// copyQuestion refuses what may leave in no copy, and to the family what tells
// where somebody is. A page may hold what is left out of it for agencies.
func (k *checker) copyQuestion(c *Copy, at *string, id, what string, named bool) {
	in := k.p.questions[id]
	if in == nil {
		return
	}
	family := slices.ContainsFunc(c.To, FamilyReader)
	switch {
	case (in.q.Sealed || in.q.Guarded) && (named || family):
		k.d.fault(k.line(at), "Take it off the list", "%s may hold “%s”, which is sealed or must not leave the hub", what, id)
	case named && (in.q.Type == "files" || in.q.Type == "record"):
		k.d.fault(k.line(at), "Take it off the list", "%s may hold “%s”, and a copy holds no files or other records", what, id)
	case named && slices.Contains([]string{k.p.Roles.SenderEmail, k.p.Roles.NotContact}, id) && slices.ContainsFunc(c.To, FamilyReads):
		k.d.fault(k.line(at), "Take it off the list", "%s is read by the family and may hold “%s”", what, id)
	case named && k.p.flags(id) && slices.ContainsFunc(c.To, func(to string) bool { return to != "file" }):
		k.d.fault(k.line(at), "Take it off the list", "%s may hold “%s”, which tells that someone must not be found", what, id)
	}
}

// flags tells whether a question says who may be told an address or an identity.
func (p *Pathway) flags(question string) bool {
	return slices.ContainsFunc(p.Groups, func(g Group) bool {
		return g.Person != nil && (g.Person.AddressFlag == question || g.Person.IdentityFlag == question)
	})
}
