package pathway

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Export says which answers of a record leave it as a file for a national
// database, and under which names. What no part of it names cannot get in.
type Export struct {
	ID       string `yaml:"id"`
	Title    string `yaml:"title"`    // names nobody
	Receiver string `yaml:"receiver"` // who the file is for
	Words    string `yaml:"words"`    // Markdown: how the file gets there
	// By are the roles that may make the file, of those who may act on the record.
	By []string `yaml:"by"`
	// Identity are the questions by which a second person makes sure that it is
	// about the right child.
	Identity []string     `yaml:"identity"`
	Parts    []ExportPart `yaml:"parts"`
}

// ExportPart is one form of the receiver's.
type ExportPart struct {
	Part string `yaml:"part"` // its name in the file
	// Edition of the form: words, or answer.<question> of the part's own record.
	Edition string `yaml:"edition"`
	Step    string `yaml:"step"` // the part is there once it was taken
	// Of names a pathway: the part is there once for each record of it that this
	// one started.
	Of     string        `yaml:"of"`
	Fields []ExportField `yaml:"fields"`
}

// ExportField is one field of the file and the answer it holds.
type ExportField struct {
	Name string `yaml:"name"`
	From string `yaml:"from"` // question, or <address question>.<part of it>
}

// ExportSource is one record that an export is made from.
type ExportSource struct {
	Text  *Pathway // the text the record was made on
	Facts Facts
	// Keep says why an answer must be left out though it is on the list.
	Keep func(key answer.Key, q *Question, words string) string
}

// ExportLine is one field of the file. A field that is asked of rows has a line
// for each row, and every field of the list has at least one line.
type ExportLine struct {
	Part     string `json:"part"`
	Edition  string `json:"edition"`
	Form     int    `json:"form"` // 1, or the how manieth of several forms of the part
	Field    string `json:"field"`
	Row      string `json:"row"`       // the how manieth row, or the code that the row is
	Value    string `json:"value"`     // a code, an ISO 8601 date or time, or words
	Words    string `json:"words"`     // the value as people read it
	NotKnown string `json:"not_known"` // why it is not known
	LeftOut  string `json:"left_out"`  // why it does not leave the record
	Label    string `json:"-"`         // the question as pages call it
}

// Export finds one by its id.
func (p *Pathway) Export(id string) (*Export, bool) {
	i := slices.IndexFunc(p.Exports, func(e Export) bool { return e.ID == id })
	if i < 0 {
		return nil, false
	}
	return &p.Exports[i], true
}

// Question is the question that a field's answer comes from, and the part of an
// address when it is one.
func (f ExportField) Question() (id, part string) {
	id, part, _ = strings.Cut(f.From, ".")
	return id, part
}

// MakeExport works out the lines of an export. Started gives, by pathway, the
// records that this one started and that whoever makes the file may read.
func (p *Pathway) MakeExport(e *Export, own ExportSource, started map[string][]ExportSource, now func(pathway string) *Pathway) []ExportLine {
	var out []ExportLine
	for i := range e.Parts {
		part := &e.Parts[i]
		sources, current := []ExportSource{own}, p
		if part.Of != "" {
			sources, current = started[part.Of], now(part.Of)
		}
		form := 0
		for _, src := range sources {
			if _, taken := src.Facts.Taken[part.Step]; part.Step != "" && !taken {
				continue
			}
			form++
			out = append(out, part.lines(src, current, form)...)
		}
	}
	return out
}

func (x *ExportPart) lines(src ExportSource, now *Pathway, form int) []ExportLine {
	hidden := src.Text.scene(&src.Facts).hidden
	edition := x.Edition
	if id, is := strings.CutPrefix(edition, "answer."); is {
		edition = "Not written down"
		if q, ok := src.Text.Question(id); ok && !src.Facts.Answers[answer.Key(id)].Empty() {
			edition = src.Text.Label(q, src.Facts.Answers[answer.Key(id)])
		}
	}
	var out []ExportLine
	for _, f := range x.Fields {
		id, piece := f.Question()
		line := ExportLine{Part: x.Part, Edition: edition, Form: form, Field: f.Name, Label: f.Name}
		q, ok := src.Text.Question(id)
		if !ok { // an older text did not ask it
			out = append(out, line)
			continue
		}
		line.Label = q.Heading()
		if piece != "" {
			line.Label += " (" + piece + ")"
		}
		group := src.Text.GroupOf(id)
		if group == "" {
			out = append(out, line.of(src, now, hidden, q, answer.Key(id), piece))
			continue
		}
		rows := src.Facts.Answers.Rows(group)
		if len(rows) == 0 {
			out = append(out, line)
		}
		for n, row := range rows {
			line.Row = fmt.Sprint(n + 1)
			if g := src.Text.groups[group]; g.codes != nil {
				line.Row = row
			}
			out = append(out, line.of(src, now, hidden, q, answer.RowKey(group, row, id), piece))
		}
	}
	return out
}

// of is the line with the answer under a key, or with why it stays where it is.
func (l ExportLine) of(src ExportSource, now *Pathway, hidden map[answer.Key]bool, q *Question, key answer.Key, piece string) ExportLine {
	a := src.Facts.Answers[key]
	if a.Empty() || hidden[key] {
		return l
	}
	if kept := now.questions[q.ID]; closed(q) || kept != nil && closed(kept.q) {
		l.LeftOut = LeftSealed
		return l
	}
	words := src.Text.LabelIn(q, key, src.Facts.Answers)
	if l.LeftOut = src.Keep(key, q, words); l.LeftOut != "" {
		return l
	}
	if a.NotKnown != "" {
		l.NotKnown = strings.TrimPrefix(words, "Not known: ")
		return l
	}
	l.Value, l.Words = exported(q, a), words
	if piece != "" {
		l.Value, l.Words = a.Parts[piece], a.Parts[piece]
	}
	return l
}

// exported is an answer as a machine reads it: codes as they are, several of them
// apart by semicolons, times with their distance from UTC.
func exported(q *Question, a answer.Answer) string {
	switch {
	case q.Type == "datetime":
		if t, _, err := calendar.ParseTime(a.Text); err == nil {
			return t.In(calendar.London).Format(time.RFC3339)
		}
	case q.Type == "address":
		var parts []string
		for _, k := range answer.AddressParts {
			if v := strings.TrimSpace(a.Parts[k]); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, ", ")
	case len(a.List) > 0:
		return strings.Join(a.List, ";")
	}
	return a.Text
}

// unexported are types whose answers cannot stand in a file for others.
var unexported = []string{"files", "record", "worker", "team", "tool"}

// exports checks the lists of what leaves as a file.
func (k *checker) exports() {
	seen := map[string]bool{}
	for i := range k.p.Exports {
		e := &k.p.Exports[i]
		what := "the export “" + e.ID + "”"
		k.id(e.ID, firstLine(k, &e.ID, e), "an export", seen[e.ID])
		seen[e.ID] = true
		k.needs(e, e.Title, what, "title")
		k.needs(e, e.Receiver, what, "receiver")
		k.needs(e, e.Words, what, "words")
		k.copyText(&e.Words, e.Words)
		if len(e.By) == 0 {
			k.d.fault(k.line(e), "Write by: the roles that may make the file", "%s is made by nobody", what)
		}
		for j := range e.By {
			if !slices.Contains(k.p.actors(), e.By[j]) {
				k.d.fault(k.line(&e.By[j]), "Name a role that is given the record to act on", "%s may be made by “%s”, who is never given a record", what, e.By[j])
			}
		}
		if len(e.Identity) == 0 {
			k.d.fault(k.line(e), "Write identity: the questions that say which child it is", "nobody could tell from %s whom it is about", what)
		}
		for j := range e.Identity {
			k.anyQuestion(&e.Identity[j], e.Identity[j], k.p.GroupOf(e.Identity[j]))
		}
		if len(e.Parts) == 0 {
			k.d.fault(k.line(e), "Write parts:", "%s holds nothing", what)
		}
		for j := range e.Parts {
			k.exportPart(&e.Parts[j], what)
		}
	}
}

func (k *checker) exportPart(x *ExportPart, what string) {
	k.id(x.Part, firstLine(k, &x.Part, x), "a part of "+what, false)
	k.needs(x, x.Edition, "a part of "+what, "edition")
	if len(x.Fields) == 0 {
		k.d.fault(k.line(x), "Write fields:", "a part of %s holds nothing", what)
	}
	names := map[string]bool{}
	for i := range x.Fields {
		f := &x.Fields[i]
		k.id(f.Name, firstLine(k, &f.Name, f), "a field of "+what, names[f.Name])
		names[f.Name] = true
	}
	if x.Of == "" { // else crossCheck, which knows the other folder
		if x.Step != "" {
			k.oneOf(&x.Step, x.Step, "step", keys(k.p.steps))
		}
		k.p.exportFields(x, func(at any, do, text string, args ...any) { k.d.fault(k.line(at), do, text, args...) })
	} else if !slices.ContainsFunc(k.p.Steps, func(s Step) bool {
		return slices.ContainsFunc(s.Starts, func(st Start) bool { return st.Pathway == x.Of })
	}) {
		k.d.fault(k.line(&x.Of), "Name a pathway that a step starts", "%s holds records of “%s”, and nothing starts one", what, x.Of)
	}
}

// exportFields checks a part against the pathway whose answers it holds.
func (p *Pathway) exportFields(x *ExportPart, fault func(at any, do, text string, args ...any)) {
	if id, is := strings.CutPrefix(x.Edition, "answer."); is {
		if in := p.questions[id]; in == nil || in.group != "" {
			fault(&x.Edition, instead(id, keys(p.questions)), "the edition of “%s” is read from “%s”, which is not a question that is asked once", x.Part, id)
		}
	}
	for i := range x.Fields {
		f := &x.Fields[i]
		id, piece := f.Question()
		in := p.questions[id]
		switch {
		case in == nil:
			fault(&f.From, instead(id, keys(p.questions)), "there is no question “%s”", id)
		case closed(in.q):
			fault(&f.From, "Take it off the list", "the field “%s” would hold “%s”, which is sealed or must not leave the record", f.Name, id)
		case slices.Contains(unexported, in.q.Type):
			fault(&f.From, "Take it off the list", "the field “%s” is a question of type %s, which cannot stand in a file", f.Name, in.q.Type)
		case p.flags(id):
			fault(&f.From, "Take it off the list", "the field “%s” tells that someone must not be found", f.Name)
		case piece != "" && (in.q.Type != "address" || !slices.Contains(answer.AddressParts, piece)):
			fault(&f.From, "Write <address question>."+strings.Join(answer.AddressParts, ", or ."), "“%s” is not a part of an address", f.From)
		}
	}
}

// actors are the roles to which some step gives the record to act on.
func (p *Pathway) actors() []string {
	var out []string
	for i := range p.Steps {
		for _, g := range p.Steps[i].Grants {
			if role, is := strings.CutPrefix(g.To, "role:"); is && slices.Contains(g.May, "act") {
				out = append(out, role)
			}
		}
	}
	return out
}

// ExportList writes every export of every pathway as a Markdown page: what each
// field of the file is called, which question it holds and which codes it can be.
func (l *Library) ExportList() string {
	var b strings.Builder
	b.WriteString(exportHead)
	for _, p := range l.All() {
		for i := range p.Exports {
			e := &p.Exports[i]
			fmt.Fprintf(&b, "\n## %s: %s\n\nExport `%s` of the pathway `%s`. For: %s. Made by: %s.\n\n%s\n", p.Title, e.Title, e.ID, p.Name, e.Receiver, strings.Join(e.By, ", "), strings.TrimSpace(e.Words))
			for j := range e.Parts {
				x := &e.Parts[j]
				of := p
				if x.Of != "" {
					if other, ok := l.Get(x.Of); ok {
						of = other
					}
				}
				of.exportTable(&b, x)
			}
		}
	}
	return b.String()
}

const exportHead = `# Files for national databases

What is sent to a national database is entered or uploaded there by a person: none of them offers this program a public interface. A worker with the
right role makes a file on the record’s page “Exports”, and a second person first makes sure that it is about the right child. This page is written
from the folders: change them there, and then run ` + "`go test ./pathways -run TestExports -update`" + `.

The same file comes as JSON and as CSV. In JSON it is one object:

| key | holds |
| --- | --- |
| ` + "`format`, `format_version`" + ` | ` + "`frontdoor-export`" + `, 1 |
| ` + "`export`, `pathway`, `pathway_version`, `pathway_text`" + ` | which list made it; the last is the hash of the record’s own text |
| ` + "`receiver`, `reference`" + ` | who it is for; the record’s reference |
| ` + "`made_at`" + ` | when, UTC |
| ` + "`fields`" + ` | a list with one element a field, as below |

In CSV (UTF-8, commas, quotation marks as RFC 4180 has them, lines end with CR LF) the first line holds the names, and each further line one field.

| column | holds |
| --- | --- |
| ` + "`reference`" + ` | the record’s reference (CSV only; in JSON it stands once) |
| ` + "`part`" + ` | the receiver’s form |
| ` + "`edition`" + ` | the edition of that form as it was written down |
| ` + "`form`" + ` | 1, or which of several forms of the part, from 1 |
| ` + "`field`" + ` | the name in the tables below |
| ` + "`row`" + ` | empty; or which row of a list, from 1; or the code that the row is |
| ` + "`value`" + ` | a code; a date as 2026-10-24; a time as 2026-10-24T20:00:00+01:00; yes, no or not_known; a number; several codes apart by semicolons; or words |
| ` + "`words`" + ` | the value as people read it |
| ` + "`not_known`" + ` | why it is not known |
| ` + "`left_out`" + ` | why it stays in the record: an address, a phone number or a name that must not be known never gets into a file |

Every field of the list is there, also when it was not answered: then value, not_known and left_out are all empty. In CSV what begins with ` + "`= + - @`" + ` or a tab
stands after an apostrophe, so that no spreadsheet runs it; JSON holds it as it is.
`

func (p *Pathway) exportTable(b *strings.Builder, x *ExportPart) {
	edition := x.Edition
	if strings.HasPrefix(edition, "answer.") {
		edition = "as " + p.eventsWords([]string{edition}) + " says"
	}
	times := ""
	if x.Of != "" {
		times = " One form for each record of “" + p.Title + "”."
	}
	fmt.Fprintf(b, "\n### Part `%s`\n\nEdition: %s.%s\n\n| field | question | type | row | codes |\n| --- | --- | --- | --- | --- |\n", x.Part, strings.TrimSuffix(edition, "."), times)
	for _, f := range x.Fields {
		id, piece := f.Question()
		in := p.questions[id]
		label, kind, row := in.q.Label, in.q.Type, ""
		if piece != "" {
			kind = "text"
			label += " (" + piece + ")"
		}
		if in.group != "" {
			row = "each " + p.item(in.group)
		}
		var codes []string
		for _, c := range in.codes {
			codes = append(codes, "`"+c.Code+"` "+c.Label)
		}
		if g := p.groups[in.group]; g != nil && g.codes != nil {
			var of []string
			for _, c := range g.codes {
				of = append(of, "`"+c.Code+"` "+c.Label)
			}
			row += ": " + strings.Join(of, "; ")
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells("`"+f.Name+"`", label, kind, row, strings.Join(codes, "; ")), " | "))
	}
}
