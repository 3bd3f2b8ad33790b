package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// onward begins what a record is carried on into, with what is known here. Its
// form is that of everything that is begun.
func (d *door) onward(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	draft, err := d.Desk.StartAbout(r.Context(), a.By, r.PathValue("id"), r.PathValue("pathway"))
	if err != nil {
		return err
	}
	return room.See(w, r, "/refer/"+draft.ID)
}

// rowsView is one group whose rows steps add or are about: visits, actions,
// who was told.
type rowsView struct {
	ID, Title string
	Table     parts.Table
	All       *parts.Details // every answer about every row
}

// byStep tells whether rows of a group come about, or are answered, in steps.
func byStep(p *pathway.Pathway, group string) bool {
	return slices.ContainsFunc(p.Steps, func(s pathway.Step) bool { return s.Group() == group })
}

// defaultColumns is how many questions a table shows where the group names none.
const defaultColumns = 4

// rows gives the tables of what steps added, newest first. acts says that the
// reader may act from here.
func (d *door) rows(v *casework.View, acts bool) []rowsView {
	var out []rowsView
	for i := range v.Pathway.Groups {
		g := &v.Pathway.Groups[i]
		if rows := v.Answers.Rows(g.ID); len(rows) > 0 && byStep(v.Pathway, g.ID) {
			out = append(out, d.groupRows(v, g, rows, acts))
		}
	}
	return out
}

func (d *door) groupRows(v *casework.View, g *pathway.Group, rows []string, acts bool) rowsView {
	p := v.Pathway
	asked := askedOf(p, g.ID)
	columns := g.Columns
	for _, q := range asked {
		if len(g.Columns) == 0 && len(columns) < defaultColumns {
			columns = append(columns, q.ID)
		}
	}
	f := v.Facts
	f.Answers = v.Answers
	out := rowsView{ID: "rows-" + g.ID, Title: g.Title}
	t := parts.Table{Caption: g.Title, CaptionSize: "m", Stack: true, RowHeaders: true}
	if !g.Listed() {
		rows = newestFirst(v, g, rows)
	}
	named := g.Listed() || len(g.Name) > 0 && !slices.ContainsFunc(g.Name, func(id string) bool { return slices.Contains(columns, id) })
	if named {
		t.Head = append(t.Head, parts.Cell{Text: capital(g.Item)})
	}
	for _, id := range columns {
		if q, ok := p.Question(id); ok {
			t.Head = append(t.Head, parts.Cell{Text: q.Heading()})
		}
	}
	due := slices.ContainsFunc(p.Clocks, func(c pathway.Clock) bool { return c.Each == g.ID })
	if due {
		t.Head = append(t.Head, parts.Cell{Text: "Due"})
	}
	can := acts && slices.ContainsFunc(v.Steps, func(s pathway.StepState) bool { return s.Step.Row == g.ID && s.Open })
	if can {
		t.Head = append(t.Head, parts.Cell{Text: "What you can do"})
	}
	names := d.names(v)
	var all parts.Body
	for _, row := range rows {
		var line []parts.Cell
		if named {
			line = append(line, parts.Cell{Text: p.RowName(f, g.ID, row)})
		}
		for _, id := range columns {
			line = append(line, d.rowCell(v, g.ID, row, id, names))
		}
		if due {
			line = append(line, d.rowDue(v, g.ID, row))
		}
		if can {
			line = append(line, rowSteps(v, g.ID, row))
		}
		t.Rows = append(t.Rows, line)
		if card := d.rowCard(v, g, row, asked, names); len(card.Rows) > 0 {
			all = append(all, card)
		}
	}
	out.Table = t
	if len(all) > 0 {
		out.All = &parts.Details{Summary: "Everything recorded: " + strings.ToLower(g.Title), Body: all}
	}
	return out
}

// askedOf are the questions that steps ask about rows of a group, each once.
func askedOf(p *pathway.Pathway, group string) []*pathway.Question {
	var out []*pathway.Question
	for i := range p.Steps {
		for j := range p.Steps[i].Ask {
			q := &p.Steps[i].Ask[j]
			if q.Group == group && !slices.ContainsFunc(out, func(x *pathway.Question) bool { return x.ID == q.ID }) {
				out = append(out, q)
			}
		}
	}
	return out
}

// newestFirst orders rows by when it was so, where the step that adds them asks
// that, or else by when they were added.
func newestFirst(v *casework.View, g *pathway.Group, rows []string) []string {
	when := ""
	for i := range v.Pathway.Steps {
		if s := &v.Pathway.Steps[i]; s.Adds == g.ID && v.Pathway.GroupOf(s.Happened) == g.ID {
			when = s.Happened
		}
	}
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	if when != "" {
		slices.SortStableFunc(rows, func(a, b string) int {
			return strings.Compare(v.Answers.Text(answer.RowKey(g.ID, b, when)), v.Answers.Text(answer.RowKey(g.ID, a, when)))
		})
	}
	return rows
}

func (d *door) rowCell(v *casework.View, group, row, question string, names map[string]string) parts.Cell {
	k := answer.RowKey(group, row, question)
	switch {
	case slices.Contains(v.Held, k):
		return parts.Cell{Body: parts.Body{parts.Sealed{}}}
	case v.Answers[k].Empty():
		return parts.Cell{Text: "–"}
	}
	return parts.Cell{Body: form.Lines(words(v, question, k, names))}
}

// rowDue says how the clock of a row that is nearest stands.
func (d *door) rowDue(v *casework.View, group, row string) parts.Cell {
	for _, open := range []bool{true, false} {
		for _, c := range v.Clocks {
			if def, ok := v.Pathway.Clock(c.Clock); ok && def.Each == group && c.Row() == row && c.Open() == open {
				return parts.Cell{Body: parts.Body{d.TimeLeft(v.Pathway, c, v.Record.Authority, v.Facts.Now, false)}}
			}
		}
	}
	return parts.Cell{Text: "–"}
}

// rowSteps are the steps that the reader can take on a row.
func rowSteps(v *casework.View, group, row string) parts.Cell {
	var out parts.Body
	for _, s := range v.Steps {
		if s.Step.Row != group || s.Row != row || !s.Open {
			continue
		}
		out = append(out, parts.HTML("<li>"), parts.Link{Text: s.Step.Label, Href: stepHref(v.Record.ID, s), Hidden: ": " + rowTitle(v, group, row)}, parts.HTML("</li>"))
	}
	if len(out) == 0 {
		return parts.Cell{Text: "–"}
	}
	return parts.Cell{Body: slices.Concat(parts.Body{parts.HTML(`<ul class="govuk-list fd-do">`)}, out, parts.Body{parts.HTML("</ul>")})}
}

func rowTitle(v *casework.View, group, row string) string {
	f := v.Facts
	f.Answers = v.Answers
	return v.Pathway.RowName(f, group, row)
}

// stepHref is where a step's form is; a step about a row is about one.
func stepHref(id string, s pathway.StepState) string {
	href := "/records/" + id + "/steps/" + s.Step.ID
	if s.Row != "" {
		href += "?row=" + s.Row
	}
	return href
}

func (d *door) rowCard(v *casework.View, g *pathway.Group, row string, asked []*pathway.Question, names map[string]string) parts.SummaryList {
	card := parts.SummaryList{Card: &parts.Card{Title: rowTitle(v, g.ID, row), Level: 3}}
	said := d.source(v)
	for _, q := range asked {
		if line, ok := d.answerLine(v, q, answer.RowKey(g.ID, row, q.ID), q.Heading(), names, said); ok {
			card.Rows = append(card.Rows, line)
		}
	}
	return card
}

// answerLine is one answer given in a step; false when there is none.
func (d *door) answerLine(v *casework.View, q *pathway.Question, k answer.Key, label string, names map[string]string, said func(answer.Key) string) (parts.SummaryRow, bool) {
	held := slices.Contains(v.Held, k)
	if v.Answers[k].Empty() && !held {
		return parts.SummaryRow{}, false
	}
	line := parts.SummaryRow{Key: label}
	switch {
	case held:
		line.Body = parts.Body{parts.Sealed{}}
	case q.Guarded:
		line.Body = append(parts.Body{parts.HTML(`<strong>`), parts.Text(guardedWords), parts.HTML(`</strong><br>`)}, form.Lines(words(v, q.ID, k, names))...)
	default:
		line.Body = form.Lines(words(v, q.ID, k, names))
	}
	if from := said(k); from != "" {
		line.Body = append(line.Body, parts.HTML(`<div class="govuk-hint govuk-!-margin-bottom-0 govuk-!-font-size-16">`), parts.Text(from), parts.HTML(`</div>`))
	}
	return line, true
}

// workedOut is what was worked out from the answers, each with how; nil when the
// pathway works out nothing.
func workedOut(p *pathway.Pathway, f pathway.Facts) *parts.SummaryList {
	list := parts.SummaryList{Card: &parts.Card{Title: "Worked out from the answers"}}
	for _, g := range p.ToolGroups() {
		for _, x := range p.ToolResults(f, g.ID) {
			list.Rows = append(list.Rows, workedRow(x.Label, or(x.Value, "Nothing scored yet"), x.How))
		}
	}
	for _, w := range p.WorkedOutNow(f) {
		value := w.Value
		if !w.Known {
			value = "Not yet: an answer it needs is missing"
		}
		list.Rows = append(list.Rows, workedRow(w.Label, value, w.Explain))
	}
	if len(list.Rows) == 0 {
		return nil
	}
	return &list
}

func workedRow(label, value, explain string) parts.SummaryRow {
	return parts.SummaryRow{Key: label, Body: parts.Body{
		parts.Text(value), parts.HTML(`<div class="govuk-hint govuk-!-margin-bottom-0 govuk-!-font-size-16">`), parts.Text(explain), parts.HTML(`</div>`),
	}}
}

// toolLinks lead to the forms of others that score groups of the record.
func toolLinks(v *casework.View) []parts.Link {
	var out []parts.Link
	for _, g := range v.Pathway.ToolGroups() {
		if v.Facts.Tools[g.ID] != nil {
			out = append(out, parts.Link{Text: g.Title + ": score, read or compare", Href: "/records/" + v.Record.ID + "/tools/" + g.ID})
		}
	}
	return out
}

// clockTitle names a clock, and the row it is about.
func clockTitle(v *casework.View, label, clock, row string) string {
	if def, ok := v.Pathway.Clock(clock); ok && row != "" {
		return label + ": " + rowTitle(v, def.Each, row)
	}
	return label
}
