package mash

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// editView is one page of a record's form, to correct it.
type editView struct {
	Frame   frame
	Heading string
	ID      string
	Action  string
	SaveTo  string
	Based   int
	Body    template.HTML
	Fields  parts.Body
	First   bool // nothing on the page was answered before
	Held    bool
	Reason  parts.Textarea
	Saved   parts.SaveStatus
}

var editPage = page[editView]("edit", "frame")

// editing is one page being corrected.
type editing struct {
	v    *casework.View
	page *pathway.Page
	row  string
	ask  func(answer.Set) []pathway.Asked
	held bool
	// group is set when the row is not there yet and is being added to it.
	group string
	// first is set when nothing on the page was answered before: it is answered
	// then, and nothing is changed for which a reason could be given.
	first bool
}

var rowForm = regexp.MustCompile(`^r[0-9a-f]{12}$`)

// added makes room for a row that is being added: "new" asks for one, and the
// form then goes on with the id it was given.
func (e *editing) added(r *http.Request) {
	i := slices.IndexFunc(e.v.Pathway.Pages, func(p pathway.Page) bool { return p.ID == r.PathValue("page") })
	if i < 0 || e.v.Pathway.Pages[i].Repeat == "" {
		return
	}
	group := e.v.Pathway.Pages[i].Repeat
	rows := e.v.Answers.Rows(group)
	if e.row == "new" {
		b := make([]byte, 6)
		_, _ = rand.Read(b) // never fails: the program ends instead
		e.row = "r" + hex.EncodeToString(b)
	}
	if slices.Contains(rows, e.row) || !rowForm.MatchString(e.row) {
		return
	}
	e.group = group
	e.v.Answers = e.v.Answers.Clone()
	e.v.Answers[answer.Key(group)] = answer.List(append(slices.Clone(rows), e.row)...)
}

// title says what the page does.
func (e *editing) title() string {
	if g, ok := e.v.Pathway.Group(e.group); ok {
		return "Add " + article(g.Item)
	}
	if e.first {
		return "Answer “" + or(e.page.Section, e.page.Title) + "”"
	}
	return "Correct “" + or(e.page.Section, e.page.Title) + "”"
}

// next is where the next page stands on which nothing was answered yet.
func (e *editing) next(have answer.Set) string {
	f := e.v.Facts
	f.Answers = have
	passed := false
	for _, s := range e.v.Pathway.Shown(f) {
		if s.Page.ID == e.page.ID && s.Row == e.row {
			passed = true
			continue
		}
		asked := slices.ContainsFunc(s.Questions, func(x pathway.Asked) bool {
			return !have[x.Key].Empty() || x.Question.Type == "files" || x.Question.Type == "tool" || slices.Contains(e.v.Held, x.Key)
		})
		if passed && !asked && len(s.Questions) > 0 {
			return editHref(e.v.Record.ID, s.Page.ID, s.Row)
		}
	}
	return ""
}

// draft is the name of what is being typed on the page.
func (e *editing) draft() string { return "(edit) " + e.page.ID + " " + e.row }

func (e *editing) action() string { return editHref(e.v.Record.ID, e.page.ID, e.row) }

func (d *door) editing(r *http.Request, a *room.Asker) (*editing, error) {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if !v.Decision.May("act") {
		return nil, fault.New(fault.Forbidden, "You can read this record and not change it.")
	}
	e := &editing{v: v, row: r.URL.Query().Get("row")}
	e.added(r)
	e.ask = func(set answer.Set) []pathway.Asked {
		f := v.Facts
		f.Answers = set
		shown, ok := v.Pathway.Page(f, r.PathValue("page"), e.row)
		if !ok {
			return nil
		}
		e.page = shown.Page
		// An answer that this reader may not see is not for them to change.
		return slices.DeleteFunc(shown.Questions, func(x pathway.Asked) bool {
			held := slices.Contains(v.Held, x.Key)
			e.held = e.held || held
			// Files are added on their own page.
			return held || x.Question.Type == "files"
		})
	}
	asked := e.ask(v.Answers)
	if len(asked) == 0 {
		return nil, errNoPage
	}
	e.first = e.group == "" && !e.held && !slices.ContainsFunc(asked, func(x pathway.Asked) bool { return !v.Answers[x.Key].Empty() })
	return e, nil
}

func (d *door) edit(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	e, err := d.editing(r, a)
	if err != nil {
		return err
	}
	dr, err := d.noteDraft(r, a, e.draft())
	if err != nil {
		return err
	}
	// What was typed began from the record as it then was, and may be older than
	// what someone else has saved since.
	based := e.v.Record.Revision
	if len(dr.Answers) > 0 {
		based = dr.Based
	}
	return d.drawEdit(w, r, a, e, based, dr.Answers, dr.Answers.Text(reasonKey), http.StatusOK, nil)
}

// reasonKey holds the reason of a correction in its draft.
const reasonKey = "(reason)"

func (d *door) drawEdit(w http.ResponseWriter, r *http.Request, a *room.Asker, e *editing, based int, typed answer.Set, reason string, status int, errs fault.Fields) error {
	v := e.v
	have := v.Answers.Clone()
	have.Apply(typed)
	reveal, asked := form.Reveals(v.Pathway, have, e.ask)
	view := editView{
		Frame: d.frame(r, v, "-"), Heading: e.title() + ": " + v.Record.Reference, ID: v.Record.ID,
		Action: e.action(), Based: based, First: e.first, Held: e.held,
		Fields: form.Fields(v.Pathway, asked, have, errs, form.Options{Title: e.page.Title, Reveal: reveal, Files: v.Files}),
		Reason: parts.Textarea{
			Field: parts.Field{Name: "reason", ID: "reason", Label: "Why is this changed?", LabelSize: "s", Hint: "What it said before is kept, with your reason.", Error: errs.For("reason")},
			Value: reason, Rows: 2,
		},
	}
	view.SaveTo = strings.Replace(view.Action, "/edit/"+e.page.ID, "/edit/"+e.page.ID+"/save", 1)
	if e.page.Body != "" {
		view.Body = prose.Words(e.page.Body)
	}
	return drawRecord(d, editPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) saveEdit(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	e, err := d.editing(r, a)
	if err != nil {
		return err
	}
	return d.KeepTyped(w, r, a, e.v.Record.ID, e.draft(), func(kept answer.Set) answer.Set {
		have := e.v.Answers.Clone()
		have.Apply(kept)
		changes := form.ReadPart(e.v.Pathway, r.PostForm, have, e.ask)
		if r.PostForm.Has("reason") {
			changes[reasonKey] = answer.Text(r.PostForm.Get("reason"))
		}
		return changes
	})
}

// correct writes the changed answers with the reason.
func (d *door) correct(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	e, err := d.editing(r, a)
	if err != nil {
		return err
	}
	v := e.v
	began, resolved := revisions(r)
	based := began
	changes := form.Read(v.Pathway, r.PostForm, v.Answers, e.ask)
	unchosen := keep(r, v.Answers, changes)
	if len(unchosen) == 0 && resolved > 0 {
		based = resolved
	}
	have := v.Answers.Clone()
	have.Apply(changes)
	asked := e.ask(have)
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	errs := v.Pathway.Check(asked, have, web.Now(r))
	if reason == "" && !e.first {
		errs.Add("reason", "Say why this is changed")
	}
	more := slices.ContainsFunc(asked, func(x pathway.Asked) bool { return !slices.Contains(r.PostForm[form.MarkName], string(x.Key)) })
	if more && len(errs) == 0 {
		errs.Add("", "There is more to answer because of what you chose. It is below.")
	}
	if len(errs) > 0 {
		return d.drawEdit(w, r, a, e, began, changes, reason, http.StatusUnprocessableEntity, errs)
	}
	// The form sends the whole page. What its writer left as they saw it is not
	// theirs, and must not undo what someone else has changed since.
	seen := v.Answers
	if began > 0 && began < v.Record.Revision {
		old, err := d.Desk.OpenAt(r.Context(), a.By, v.Record.ID, began)
		if err != nil {
			return err
		}
		seen = old.Answers
	}
	for k, x := range changes {
		if x.Equal(seen[k]) {
			delete(changes, k)
		}
	}
	if e.group != "" {
		changes[answer.Key(e.group)] = v.Answers[answer.Key(e.group)]
	}
	after, err := d.Desk.Answer(r.Context(), a.By, v.Record.ID, based, changes, reason)
	var clash *casework.Conflict
	switch {
	case errors.As(err, &clash):
		return d.drawConflict(w, r, a, v, "Correct", began, clash, unchosen)
	case err != nil:
		return err
	}
	if err := d.dropNote(r, a, e.draft()); err != nil {
		return err
	}
	done := "corrected"
	switch {
	case after.Revision == v.Record.Revision:
		done = "same"
	case e.first:
		done = "answered"
	}
	if next := e.next(have); e.first && next != "" && r.PostForm.Get("go") == "next" {
		return room.See(w, r, next)
	}
	if e.group != "" {
		// Someone who was left out is asked about page by page.
		f := v.Facts
		f.Answers = have
		if next, ok := v.Pathway.Next(f, e.page.ID, e.row); ok && next.Row == e.row && next.Page.Repeat == e.group {
			return room.See(w, r, editHref(v.Record.ID, next.Page.ID, e.row))
		}
	}
	return room.See(w, r, "/records/"+v.Record.ID+"?done="+done)
}
