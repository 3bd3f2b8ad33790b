package mash

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/person"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// recordView is what was answered, and the steps that can be taken.
type recordView struct {
	Frame   frame
	Heading string
	// Past is the banner of an earlier version.
	Past      string
	PastHref  string
	Addresses []parts.SummaryList
	Answers   []answersCard
	Rows      []rowsView
	WorkedOut *parts.SummaryList
	// Onward are the pathways this record can be carried on into.
	Onward []onwardView
	Sender []string
	Main   []stepView
	Other  []stepView
	Closed []stepView
	// Add are links that add a child or an adult who was left out.
	Add []parts.Link
	// Tools lead to the forms of others that score the record.
	Tools []parts.Link
	May   bool
	Kept  *parts.SummaryList // not on an earlier version
}

// answersCard is one card of answers, to which the list of contents leads.
type answersCard struct {
	ID, Title string
	Body      parts.SummaryList
}

// onwardView is one pathway that a record can be carried on into.
type onwardView struct{ Title, Summary, Action string }

// stepView is one step as the record's page offers it.
type stepView struct {
	Label, Href string
	Qualified   bool
	Button      *stepButton
	Why         []string
	Look        string // where what is known is, when that must be looked at first
}

var recordPage = page[recordView]("record", "frame")

func (d *door) record(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	at, _ := strconv.Atoi(r.URL.Query().Get("at"))
	var v *casework.View
	var err error
	if at > 0 {
		v, err = d.Desk.OpenAt(r.Context(), a.By, id, at)
	} else {
		v, err = d.Desk.Open(r.Context(), a.By, id)
	}
	if err != nil {
		return err
	}
	view := recordView{Frame: d.frame(r, v, ""), Heading: heading(v, "Answers"), May: v.Decision.May("act") && at == 0}
	f := v.Facts
	f.Answers = v.Answers
	o := form.SummaryOptions{Source: d.source(v), Held: v.Held, Names: d.names(v)}
	if view.May {
		view.Add = additions(v)
		o.Change = func(page, row string) string { return editHref(id, page, row) }
	}
	for _, part := range append(d.stepAnswers(v), form.Summary(v.Pathway, f, o)...) {
		if list, ok := part.(parts.SummaryList); ok {
			view.Answers = append(view.Answers, answersCard{ID: "card-" + strconv.Itoa(len(view.Answers)+1), Title: list.CardTitle(), Body: list})
		}
	}
	view.Rows = d.rows(v, view.May)
	view.WorkedOut = workedOut(v.Pathway, f)
	if at == 0 {
		for _, p := range d.Desk.Onward(a.By, v) {
			view.Onward = append(view.Onward, onwardView{Title: p.Title, Summary: p.Summary, Action: "/records/" + id + "/onward/" + p.Name})
		}
	}
	if at == 0 {
		view.Tools = toolLinks(v)
		if view.Kept, err = d.kept(r, a, v); err != nil {
			return err
		}
	}
	view.Addresses = addresses(v)
	view.Sender = append(view.Sender, "Unless it says otherwise, "+d.first(v)+".")
	if at > 0 {
		view.Heading = heading(v, "Version "+strconv.Itoa(at))
		view.Past = "This is version " + strconv.Itoa(at) + " as it was on " + calendar.Show(v.Record.UpdatedAt) + ". It has changed since, or may have. Nothing can be done from here."
		view.PastHref = "/records/" + id
	}
	if v.Confirmed {
		view.Sender = append(view.Sender, "The sender has confirmed that their email address reaches them.")
	}
	view.steps(v)
	return drawRecord(d, recordPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

// additions are the groups to which a row can be added, each with the first page
// that would be asked about it.
func additions(v *casework.View) []parts.Link {
	const fresh = "new"
	var out []parts.Link
	for _, g := range v.Pathway.Groups {
		rows := v.Answers.Rows(g.ID)
		if g.Max > 0 && len(rows) >= g.Max || g.Listed() || byStep(v.Pathway, g.ID) {
			continue
		}
		f := v.Facts
		f.Answers = v.Answers.Clone()
		f.Answers[answer.Key(g.ID)] = answer.List(append(slices.Clone(rows), fresh)...)
		for i := range v.Pathway.Pages { // only these: all pages for each group are much to work out
			page := &v.Pathway.Pages[i]
			if page.Repeat != g.ID {
				continue
			}
			if _, ok := v.Pathway.Page(f, page.ID, fresh); ok {
				out = append(out, parts.Link{Text: "Add " + article(g.Item), Href: editHref(v.Record.ID, page.ID, fresh)})
				break
			}
		}
	}
	return out
}

func article(item string) string {
	if item != "" && strings.ContainsRune("aeiou", rune(item[0])) {
		return "an " + item
	}
	return "a " + item
}

func editHref(id, page, row string) string {
	href := "/records/" + id + "/edit/" + page
	if row != "" {
		href += "?row=" + row
	}
	return href
}

// steps sorts what can be done: the main steps, the others, and those that wait
// for something, with what.
func (v *recordView) steps(c *casework.View) {
	for _, s := range c.Steps {
		if s.Row != "" {
			continue // beside its row: see rows
		}
		one := stepView{Label: s.Step.Label, Href: stepHref(c.Record.ID, s), Qualified: s.Step.Qualified, Why: s.Refused}
		if len(s.Step.Ask) == 0 && len(s.Step.Documents) == 0 {
			one.Button = &stepButton{Text: s.Step.Label, Action: one.Href, Based: c.Record.Revision, Main: s.Step.Primary}
		}
		switch {
		case !s.Open:
			if len(s.Step.Marks) > 0 && c.Facts.Counts[s.Step.Marks[0]] == 0 {
				one.Look = "/records/" + c.Record.ID + "/known"
			}
			v.Closed = append(v.Closed, one)
		case s.Step.Primary:
			v.Main = append(v.Main, one)
		default:
			v.Other = append(v.Other, one)
		}
	}
}

// first says who gave the answers that the record began with, and when.
func (d *door) first(v *casework.View) string {
	for _, k := range v.Answers.Keys() {
		if s, ok := v.Sources[k]; ok && s.Seq == 1 {
			return "the answers are those of " + v.Who(s.By, d.Desk) + ", given on " + calendar.Show(s.At)
		}
	}
	return "the answers are those of the sender, given on " + calendar.Show(v.Record.CreatedAt)
}

// source says when and by whom an answer was given where that is not how the
// record began, and which record it came with.
func (d *door) source(v *casework.View) func(answer.Key) string {
	return func(k answer.Key) string {
		s, ok := v.Sources[k]
		if !ok || s.Seq == 1 && s.From == "" {
			return ""
		}
		said := capital(v.Who(s.By, d.Desk)) + ", " + calendar.ShowShort(s.At)
		if s.From != "" {
			said += ", from " + s.From
		}
		return said
	}
}

// names show the files, workers and teams that answers hold by id.
func (d *door) names(v *casework.View) map[string]string {
	out := map[string]string{}
	for _, f := range v.Files {
		out[f.ID] = f.Name
	}
	for _, t := range d.Desk.Place.Register.Teams {
		out[t.ID] = t.Name
	}
	for who, name := range v.Names {
		if id, ok := accessWorker(who); ok {
			out[id] = name
		}
	}
	return out
}

// stepAnswers are the answers given in steps, which the form's own pages do not
// hold: a card for each step taken, the latest answers as they stand.
func (d *door) stepAnswers(v *casework.View) parts.Body {
	p := v.Pathway
	inForm := map[string]bool{}
	for i := range p.Pages {
		for j := range p.Pages[i].Questions {
			inForm[p.Pages[i].Questions[j].ID] = true
		}
	}
	f := v.Facts
	f.Answers = v.Answers
	said := d.source(v)
	names := d.names(v)
	done := map[string]bool{}
	var out parts.Body
	for i := range p.Steps {
		s := &p.Steps[i]
		card := parts.SummaryList{Card: &parts.Card{Title: s.Label}}
		for j := range s.Ask {
			q := &s.Ask[j]
			if inForm[q.ID] || done[q.ID] || q.Group != "" && byStep(p, q.Group) {
				continue
			}
			done[q.ID] = true
			rows := []string{""}
			if q.Group != "" {
				rows = v.Answers.Rows(q.Group)
			}
			for _, row := range rows {
				k := answer.Key(q.ID)
				label := q.Heading()
				if row != "" {
					k = answer.RowKey(q.Group, row, q.ID)
					label = p.RowName(f, q.Group, row) + ": " + label
				}
				if line, ok := d.answerLine(v, q, k, label, names, said); ok {
					card.Rows = append(card.Rows, line)
				}
			}
		}
		if len(card.Rows) > 0 {
			out = append(out, card)
		}
	}
	return out
}

// words is an answer in words; ids of files, workers and teams by their names.
func words(v *casework.View, question string, k answer.Key, names map[string]string) string {
	group, _, _ := k.Split()
	if item := v.Pathway.ItemQuestion(group); item != nil && item.ID == question {
		q, _ := v.Pathway.QuestionAt(v.Facts, k)
		return v.Pathway.LabelIn(q, k, v.Answers)
	}
	return room.AnswerWords(v.Pathway, question, k, v.Answers, names)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// addresses are those of everyone on the record, each with what not to do with it.
func addresses(v *casework.View) []parts.SummaryList {
	var out []parts.SummaryList
	for _, rp := range v.People {
		for _, h := range rp.Person.Addresses {
			shown := h.Show(person.Audience{Kind: person.StaffWithNeed})
			if shown.Warning == "" {
				continue
			}
			out = append(out, parts.SummaryList{
				Card: &parts.Card{Title: "Address of " + rp.Person.Called()},
				Rows: []parts.SummaryRow{
					{Key: "Address", Value: join(", ", append(slices.Clone(shown.Lines), shown.Postcode)...)},
					{Key: "Take care", Body: parts.Body{parts.HTML("<strong>"), parts.Text(shown.Warning), parts.HTML("</strong>")}},
				},
			})
		}
	}
	return out
}
