package tools

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// head stands above every page of a scoring: whose it is, with which edition, and
// what the reader may not do.
type head struct {
	Heading   string
	Practice  *parts.WarningText
	Facts     parts.SummaryList
	Refused   string // why the reader cannot score
	NoWording string
	Copyright string
	Record    parts.Link
}

// scoring is a group of a record that is scored with a form, opened by someone.
type scoring struct {
	v     *casework.View
	g     *pathway.Group
	sheet *pathway.Sheet
	f     pathway.Facts // with the answers as this reader may see them
	base  string        // its address
}

// opened opens the record and finds the group.
func (d *desk) opened(r *http.Request, a *room.Asker, id string) (*scoring, error) {
	v, err := d.Desk.Open(r.Context(), a.By, id)
	if err != nil {
		return nil, err
	}
	return scoringOf(v, r.PathValue("group"))
}

func scoringOf(v *casework.View, group string) (*scoring, error) {
	g, ok := v.Pathway.Group(group)
	if !ok || v.Facts.Tools[group] == nil {
		return nil, errNotThere
	}
	s := &scoring{v: v, g: g, sheet: v.Facts.Tools[group], f: v.Facts, base: "/records/" + v.Record.ID + "/tools/" + group}
	s.f.Answers = v.Answers
	return s, nil
}

// asked are the questions about one item, as they show.
func (s *scoring) asked(f pathway.Facts, item string) []pathway.Asked {
	var out []pathway.Asked
	for i := range s.v.Pathway.Pages {
		if s.v.Pathway.Pages[i].Repeat != s.g.ID {
			continue
		}
		if shown, ok := s.v.Pathway.Page(f, s.v.Pathway.Pages[i].ID, item); ok {
			out = append(out, shown.Questions...)
		}
	}
	return out
}

// open tells whether the reader can score now.
func (s *scoring) open() bool {
	st, _ := s.v.Pathway.State(s.v.Record.State)
	return s.v.Decision.May("act") && s.sheet.May.Refused == "" && (st == nil || !st.End) && len(s.asked(s.f, s.sheet.Form.Items()[0].ID)) > 0
}

func (s *scoring) head(what string) head {
	p := s.sheet.Form
	h := head{
		Heading: what + ": " + s.v.Record.Reference, Practice: practice(p), Copyright: p.Copyright,
		Record: parts.Link{Text: "Back to the record", Href: "/records/" + s.v.Record.ID},
	}
	row := func(key, value string) {
		if value != "" {
			h.Facts.Rows = append(h.Facts.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	row("Child", s.v.Record.Names)
	for _, g := range s.v.Pathway.Groups {
		if g.Person != nil && g.Person.Role == "adult" && g.Max == 1 {
			for _, id := range s.f.Answers.Rows(g.ID) {
				row(g.Title, s.v.Pathway.RowName(s.f, g.ID, id))
			}
		}
	}
	row("Form", p.Title+", edition "+p.Edition)
	row("Begun", calendar.DateOf(s.sheet.Began).Long())
	h.Refused = s.sheet.May.Refused
	if !s.sheet.May.Wording {
		h.NoWording = "You see the numbers of the items and the answers, and not the words of the form: those are only for people who may use it."
	}
	return h
}

type sheetView struct {
	head
	Closed  string // why nothing can be scored now, when it is not the reader
	Areas   []sheetArea
	Worked  parts.Table
	Compare []parts.Link
}

type sheetArea struct {
	Title, About string
	Parts        []sheetPart
}

type sheetPart struct {
	Title  string
	Worked []string
	Table  parts.Table
	Score  *parts.Link
}

var sheetPage = web.Page[sheetView]("tools/sheet", files, "templates/sheet.html", "templates/head.html")

func (d *desk) sheet(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	s, err := d.opened(r, a, r.PathValue("id"))
	if err != nil {
		return err
	}
	p := s.sheet.Form
	v := sheetView{head: s.head("Scores")}
	open := s.open()
	if !open && v.Refused == "" && s.v.Decision.May("act") {
		v.Closed = "Nothing can be scored from where the record stands. Look at its page for what comes first."
		if !slices.ContainsFunc(s.v.Pathway.Pages, func(page pathway.Page) bool { return page.Repeat == s.g.ID }) {
			v.Closed = "Its questions are asked together, in a step of the record. Look at the record’s page."
		}
	}
	worked := p.Work(s.v.Pathway.Scores(s.g.ID, s.f.Answers), s.sheet.May.Wording)
	for i := range p.Areas {
		area := &p.Areas[i]
		x := sheetArea{Title: area.Title}
		if s.sheet.May.Wording {
			x.About = area.About
		}
		for j := range area.Subareas {
			sub := &area.Subareas[j]
			part := sheetPart{Title: sub.Title, Worked: workedOf(worked, sub.ID), Table: s.table(sub)}
			if open {
				part.Score = &parts.Link{Text: "Score", Href: s.base + "/score/" + sub.ID, Hidden: ": " + sub.Title}
			}
			x.Parts = append(x.Parts, part)
		}
		v.Areas = append(v.Areas, x)
	}
	v.Worked = workedTable(worked)
	others, err := d.Desk.Scorings(r.Context(), a.By, s.v, s.g.ID)
	if err != nil {
		return err
	}
	for _, o := range others {
		v.Compare = append(v.Compare, parts.Link{Text: "Compare with " + o.Record.Reference + ", begun " + calendar.DateOf(o.Began).Short(), Href: s.base + "/compare?with=" + o.Record.ID})
	}
	c := d.chrome(r, a, v.Heading, parts.Link{Text: s.v.Record.Reference, Href: "/records/" + s.v.Record.ID}, parts.Link{Text: "Scores"})
	return sheetPage.Render(w, r, http.StatusOK, c, v)
}

// workedOf is what was worked out for one sub-area.
func workedOf(all []tool.Worked, id string) []string {
	var out []string
	for _, x := range all {
		if x.Result.Of == tool.OfSubarea && x.Of == id && x.Value != "" {
			out = append(out, x.Result.Label+": "+x.Value+". "+x.How)
		}
	}
	return out
}

// workedTable is what was worked out for areas and for the whole form.
func workedTable(all []tool.Worked) parts.Table {
	t := parts.Table{Caption: "Worked out from the answers", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "What"}, {Text: "Result"}, {Text: "How it comes about"}}}
	for _, x := range all {
		if x.Result.Of == tool.OfSubarea {
			continue
		}
		label := x.Result.Label
		if x.Title != "" {
			label += ": " + x.Title
		}
		value := x.Value
		if value == "" {
			value = "Nothing scored yet"
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: label}, {Text: value}, {Text: x.How}})
	}
	return t
}

// table shows the items of a sub-area with what was answered about each.
func (s *scoring) table(sub *tool.Subarea) parts.Table {
	t := parts.Table{Caption: sub.Title, CaptionSize: "s", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Item"}}}
	questions := s.questions()
	for _, q := range questions {
		t.Head = append(t.Head, parts.Cell{Text: strings.TrimSuffix(q.Heading(), "?")})
	}
	for i := range sub.Items {
		it := &sub.Items[i]
		row := []parts.Cell{{Text: s.v.Pathway.RowName(s.f, s.g.ID, it.ID)}}
		for _, q := range questions {
			row = append(row, s.cell(answer.RowKey(s.g.ID, it.ID, q.ID)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (s *scoring) cell(k answer.Key) parts.Cell {
	for _, held := range s.v.Held {
		if held == k {
			return parts.Cell{Body: parts.Body{parts.Sealed{}}}
		}
	}
	x := s.f.Answers[k]
	q, ok := s.v.Pathway.QuestionAt(s.f, k)
	if !ok || x.Empty() {
		return parts.Cell{Text: "–"}
	}
	return parts.Cell{Body: form.Lines(s.v.Pathway.LabelIn(q, k, s.f.Answers))}
}

// questions are all that is asked about items, on pages or in steps, each once.
func (s *scoring) questions() []*pathway.Question {
	var out []*pathway.Question
	add := func(q *pathway.Question) {
		for _, have := range out {
			if have.ID == q.ID {
				return
			}
		}
		out = append(out, q)
	}
	p := s.v.Pathway
	for i := range p.Pages {
		for j := range p.Pages[i].Questions {
			if p.Pages[i].Repeat == s.g.ID {
				add(&p.Pages[i].Questions[j])
			}
		}
	}
	for i := range p.Steps {
		for j := range p.Steps[i].Ask {
			if q := &p.Steps[i].Ask[j]; q.Group == s.g.ID {
				add(q)
			}
		}
	}
	return out
}
