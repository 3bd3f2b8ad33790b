package editor

import (
	"errors"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"

	"frontdoor/internal/book"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/listing"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type changeView struct {
	ID, Title, File, NewName string
	Kind                     string
	Tag                      parts.Tag
	Why, Facts               string
	Acts                     []string
	Moved                    *movedView
	Picture                  string // address of a picture or document to look at
	IsPicture                bool
	Entries                  []comparedPart // of a list
	NoChange                 bool
	Head                     []comparedBlock // the lines that readers do not see
	Preview                  previewView
	Wrong                    []string

	CanPublish, CanApprove, CanDecline, CanCorrect, CanWithdraw, CanRestore, CanWrite bool
	Own                                                                               string
	From                                                                              parts.Input
	Reason                                                                            parts.Textarea
	EditHref, HistoryHref                                                             string
}

type movedView struct{ Href string }

// comparedPart is one entry of a list as it was and as it would be.
type comparedPart struct {
	Title, Note string
	Blocks      []comparedBlock
}

type comparedBlock struct{ HTML template.HTML }

var changePage = web.Page[changeView]("editor/change", files, "templates/change.html", "templates/preview.html")

func (d *desk) change(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawChange(w, r, a, http.StatusOK, nil)
}

func (d *desk) drawChange(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, wrong fault.Fields) error {
	c, err := d.Texts.Change(r.Context(), a.By.Now, r.PathValue("change"))
	if err != nil {
		return err
	}
	n, err := d.names(r)
	if err != nil {
		return err
	}
	words, colour := stateWords(c)
	v := changeView{
		ID: c.ID, Title: n.file(c.Name), File: c.Name, NewName: c.NewName, Kind: kindWords(c), Tag: parts.Tag{Text: words, Colour: colour}, Why: c.Why,
		Facts: n.person(c.Author) + " on " + calendar.Show(c.At), EditHref: editHref(c.Name), HistoryHref: historyHref(c.Name),
		From:   parts.Input{Field: parts.Field{Name: "from", Label: "Day it is published (optional)", Hint: "Leave empty to publish it now. On a later day it is published at midnight, when the day begins.", Error: wrong.For("from")}, Type: "date", Value: r.PostFormValue("from")},
		Reason: parts.Textarea{Field: parts.Field{Name: "reason", Label: "Why?", Hint: "Needed to decline, to take back and to correct. Whoever wrote it reads this.", Error: wrong.For("reason")}, Value: r.PostFormValue("reason"), Rows: 2},
	}
	for _, act := range c.Acts {
		v.Acts = append(v.Acts, actWords(n, act))
	}
	d.may(&v, c, a)
	if err := d.compare(r, a, c, &v); err != nil {
		return err
	}
	page := d.chrome(r, a, v.Title, parts.Link{Text: "History", Href: v.HistoryHref})
	page.Errors, page.Wide = wrong, true
	return changePage.Render(w, r, status, page, v)
}

// actDone say what was done to a change.
var actDone = map[string]string{
	"asked": "asked for review", "approved": "approved it", "declined": "declined it", "published": "published it", "corrected": "published it as a correction",
	"recalled": "took back that it is published", "withdrawn": "took it back",
}

func actWords(n *names, act publishing.Act) string {
	s := n.person(act.By) + " " + actDone[act.Act] + " on " + calendar.Show(act.At)
	if act.From.After(act.At) {
		s += ", to come into force on " + calendar.Show(act.From)
	}
	if act.Edition != "" {
		s += ", with edition " + act.Edition
	}
	if act.Why != "" && act.Act != "asked" {
		s += ". Why: " + act.Why
	}
	return s
}

// may says what this reader can do with a change. The acts themselves check
// again.
func (d *desk) may(v *changeView, c publishing.Change, a *room.Asker) {
	publisher, own, manual := a.May(d.House, publishing.PowerPublish), c.Author == a.Worker.ID, isManual(c.Name)
	v.CanWrite = a.May(d.House, publishing.PowerWrite) && isText(c.Name)
	judge := publisher && !own
	switch c.State {
	case publishing.Asked:
		v.CanDecline = judge
		v.CanPublish, v.CanApprove, v.CanCorrect = judge && !manual, judge && manual, judge && manual
		v.CanWithdraw = own || publisher
		if own {
			v.Own = "You wrote this, so someone else must look at it."
		}
	case publishing.Approved:
		v.CanPublish, v.CanCorrect = judge && !manual, judge && manual
		v.CanWithdraw = own || publisher
	case publishing.Scheduled:
		v.CanWithdraw = own || publisher
	case publishing.InForce, publishing.Past:
		v.CanRestore = v.CanWrite && c.State == publishing.Past && c.Kind == publishing.Write
	}
}

// compare shows what a change does to what readers see.
func (d *desk) compare(r *http.Request, a *room.Asker, c publishing.Change, v *changeView) error {
	if c.Superseded && (c.State == publishing.Asked || c.State == publishing.Approved) {
		v.Moved = &movedView{Href: historyHref(c.Name)}
	}
	if c.Kind == publishing.Write && !isText(c.Name) {
		v.Picture, v.IsPicture = "/texts/content/"+c.ID, path.Ext(c.Name) != ".pdf"
		return nil
	}
	before, after, err := d.both(r, a, c)
	if err != nil {
		return err
	}
	open := c.State == publishing.Asked || c.State == publishing.Approved
	if open {
		checked, err := d.Texts.CheckChanges(r.Context(), a.By.Now, c.ID)
		if problem, ok := problems(err); ok {
			for _, f := range problem {
				v.Wrong = append(v.Wrong, f.Text)
			}
		} else if err != nil {
			return err
		} else {
			v.Wrong, v.Preview.Look = sortFaults(checked.Faults)
			name := c.Name
			if c.Kind == publishing.Rename {
				name = c.NewName
			}
			if p := page(checked.Lib, name); p != nil && p.Text != nil {
				v.Preview = previewView{Shown: true, Title: p.Title, Summary: p.Summary, HTML: p.Text.HTML(), Look: v.Preview.Look}
			}
		}
	}
	v.Entries = d.comparedEntries(r, c.Name, before, after)
	if len(v.Entries) == 0 {
		v.Head = differences(before, after)
	}
	v.NoChange = len(v.Head)+len(v.Entries) == 0 && c.Kind == publishing.Write
	return nil
}

// differences are the lines that differ between two texts.
func differences(before, after string) []comparedBlock {
	var out []comparedBlock
	for _, b := range book.CompareText(before, after) {
		if b.State != book.Same {
			out = append(out, comparedBlock{compared(b)})
		}
	}
	return out
}

// comparedEntries are the entries that differ in a list; none when the text is no
// list or cannot be read as one.
func (d *desk) comparedEntries(r *http.Request, name, before, after string) []comparedPart {
	lib, err := d.library(r)
	if err != nil {
		return nil
	}
	all := lists(lib, d.Texts.Directory(web.Now(r)))
	i := slices.IndexFunc(all, func(l *listing.List) bool { return l.File == name })
	if i < 0 {
		return nil
	}
	changes, err := all[i].Changes(before, after)
	if err != nil {
		return nil
	}
	var out []comparedPart
	for _, c := range changes {
		part := comparedPart{Title: all[i].NameIn(c), Blocks: differences(c.Before, c.After)}
		switch {
		case c.ID == "":
			part.Title = "The rest of the list"
		case c.Before == "":
			part.Note = "New"
		case c.After == "":
			part.Note = "Taken out"
		}
		out = append(out, part)
	}
	return out
}

// both are the text that a change began from, and the text it makes.
func (d *desk) both(r *http.Request, a *room.Asker, c publishing.Change) (before, after string, err error) {
	text := func(hash string) (string, error) {
		if hash == "" {
			return "", nil
		}
		b, err := d.Texts.Content(r.Context(), hash)
		return string(b), err
	}
	if c.Base != "" {
		base, err := d.Texts.Change(r.Context(), a.By.Now, c.Base)
		if err != nil {
			return "", "", err
		}
		if before, err = text(base.Hash); err != nil {
			return "", "", err
		}
	}
	if c.Kind == publishing.Remove {
		return before, "", nil
	}
	if after, err = text(c.Hash); err != nil {
		return "", "", err
	}
	if c.Kind == publishing.Rename && c.Hash == "" {
		after = before
	}
	return before, after, nil
}

// compared draws one paragraph with what is gone struck out and what is new
// marked, and says both to those who do not see it.
func compared(b book.BlockChange) template.HTML {
	var out strings.Builder
	for _, p := range b.Parts {
		words := template.HTMLEscapeString(p.Text)
		switch p.State {
		case book.Gone:
			out.WriteString(`<del><span class="govuk-visually-hidden"> (gone: </span>` + words + `<span class="govuk-visually-hidden">) </span></del>`)
		case book.New:
			out.WriteString(`<ins><span class="govuk-visually-hidden"> (new: </span>` + words + `<span class="govuk-visually-hidden">) </span></ins>`)
		default:
			out.WriteString(words)
		}
	}
	return template.HTML(out.String())
}

func (d *desk) changeDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, me, reason := r.PathValue("change"), by(r, a), strings.TrimSpace(r.PostFormValue("reason"))
	var err error
	done := ""
	switch r.PostFormValue("do") {
	case "publish", "approve", "decline", "correct":
		if !a.May(d.House, publishing.PowerPublish) {
			return errPublish
		}
	}
	switch r.PostFormValue("do") {
	case "publish":
		var from calendar.Date
		if day := strings.TrimSpace(r.PostFormValue("from")); day != "" {
			if from, err = calendar.ParseDate(day); err != nil {
				return d.drawChange(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "from", Text: "Enter a date, such as 2026-12-01"}})
			}
		}
		done = "published"
		if from.After(calendar.DateOf(a.By.Now)) {
			done = "scheduled"
		}
		err = d.Texts.Publish(r.Context(), me, from, id)
	case "approve":
		done, err = "approved", d.Texts.Approve(r.Context(), me, id)
	case "decline":
		done, err = "declined", d.Texts.Decline(r.Context(), me, reason, id)
	case "correct":
		done, err = "corrected", d.Texts.Correct(r.Context(), me, reason, id)
	case "withdraw":
		done, err = "withdrawn", d.Texts.Withdraw(r.Context(), me, reason, id)
	default:
		err = fault.Fields{{Text: "Choose what to do with this change"}}
	}
	if wrong, ok := problems(err); ok {
		var moved *publishing.Moved
		if errors.As(err, &moved) {
			wrong = fault.Fields{{Text: "The text has changed since this was begun. Whoever wrote it takes the other change over, and asks again"}}
		}
		for i := range wrong {
			if wrong[i].Key == "why" {
				wrong[i].Key = "reason"
			} else if wrong[i].Key != "from" && wrong[i].Key != "reason" {
				wrong[i].Key = ""
			}
		}
		return d.drawChange(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, changeHref(id)+"?done="+done)
}

func (d *desk) restore(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	c, err := d.Texts.Restore(r.Context(), by(r, a), r.PathValue("change"), strings.TrimSpace(r.PostFormValue("reason")))
	if wrong, ok := problems(err); ok {
		for i := range wrong {
			if wrong[i].Key == "why" {
				wrong[i].Key = "reason"
			}
		}
		return d.drawChange(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, changeHref(c.ID)+"?done=restored")
}

// content shows a picture or a document that is not published yet to those who
// look at it.
func (d *desk) content(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	c, err := d.Texts.Change(r.Context(), a.By.Now, r.PathValue("change"))
	if err != nil {
		return err
	}
	kind := map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif", ".pdf": "application/pdf"}[path.Ext(c.Name)]
	if kind == "" || c.Hash == "" {
		return errNoText
	}
	b, err := d.Texts.Content(r.Context(), c.Hash)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	if kind == "application/pdf" {
		w.Header().Set("Content-Disposition", "attachment; filename=\""+path.Base(c.Name)+"\"")
	}
	_, err = w.Write(b)
	return err
}

type historyView struct {
	Title, File, Edit string
	Rows              []openRow
	There             bool
}

var historyPage = web.Page[historyView]("editor/history", files, "templates/history.html")

func (d *desk) history(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	name := r.URL.Query().Get("file")
	all, err := d.Texts.History(r.Context(), a.By.Now, name)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errNoText
	}
	n, err := d.names(r)
	if err != nil {
		return err
	}
	_, there, err := d.Texts.Begin(r.Context(), name)
	if err != nil {
		return err
	}
	v := historyView{Title: n.file(name), File: name, Edit: editHref(name), There: there}
	for _, c := range all {
		one := row(n, c)
		one.Title = kindTitle(c)
		one.Facts = n.person(c.Author) + " on " + calendar.Show(c.At)
		v.Rows = append(v.Rows, one)
	}
	return historyPage.Render(w, r, http.StatusOK, d.chrome(r, a, "History: "+v.Title), v)
}

func kindTitle(c publishing.Change) string {
	switch {
	case c.Kind == publishing.Remove:
		return "Taken away"
	case c.Kind == publishing.Rename:
		return "Moved to another address"
	case c.Base == "":
		return "First text"
	}
	return "Changed"
}

type moveView struct {
	Title, File string
	Links       []string
	What        parts.Radios
	Address     parts.Input
	Why         parts.Textarea
	Go          parts.Button
}

var movePage = web.Page[moveView]("editor/move", files, "templates/move.html")

func (d *desk) move(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawMove(w, r, a, http.StatusOK, r.URL.Query().Get("file"), nil)
}

func (d *desk) drawMove(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, name string, wrong fault.Fields) error {
	if _, there, err := d.Texts.Begin(r.Context(), name); err != nil {
		return err
	} else if !there || !strings.HasSuffix(name, ".md") {
		return errNoText
	}
	n, err := d.names(r)
	if err != nil {
		return err
	}
	v := moveView{
		Title: n.file(name), File: name,
		What: parts.Radios{Field: parts.Field{Name: "what", Label: "What do you want to do?", LabelSize: "m", Error: wrong.For("what")}, Value: r.PostFormValue("what"), Items: []parts.Choice{
			{Value: "rename", Label: "Give it another address", Hint: "The old address leads to the new one from then on."},
			{Value: "remove", Label: "Take it away", Hint: "Its history stays. Pages that link to it must be changed first."},
		}},
		Address: parts.Input{Field: parts.Field{Name: "address", Label: "New last part of the address", Hint: "Small letters and hyphens. Only to give it another address.", Error: wrong.For("address")}, Value: r.PostFormValue("address"), Width: 20},
		Why:     parts.Textarea{Field: parts.Field{Name: "why", Label: "Why?", LabelSize: "m", Error: wrong.For("why")}, Value: r.PostFormValue("why"), Rows: 2},
		Go:      parts.Button{Text: "Ask for review", Once: true},
	}
	if r.PostFormValue("address") == "" {
		v.Address.Value = strings.TrimSuffix(path.Base(name), ".md")
	}
	c := d.chrome(r, a, "Move or take away: "+v.Title)
	c.Errors = wrong
	return movePage.Render(w, r, status, c, v)
}

func (d *desk) moveDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	name := r.PostFormValue("file")
	live, there, err := d.Texts.Begin(r.Context(), name)
	if err != nil {
		return err
	}
	if !there {
		return errNoText
	}
	p := publishing.Proposal{Name: name, Base: live.Change, Why: strings.TrimSpace(r.PostFormValue("why"))}
	var wrong fault.Fields
	switch r.PostFormValue("what") {
	case "rename":
		p.Kind, p.NewName = publishing.Rename, path.Dir(name)+"/"+strings.TrimSpace(r.PostFormValue("address"))+".md"
	case "remove":
		p.Kind = publishing.Remove
	default:
		wrong.Add("what", "Choose what you want to do")
	}
	if p.Why == "" {
		wrong.Add("why", "Say why")
	}
	if len(wrong) > 0 {
		return d.drawMove(w, r, a, http.StatusUnprocessableEntity, name, wrong)
	}
	c, err := d.ask(r, by(r, a), p)
	if wrong, ok := problems(err); ok {
		for i := range wrong {
			switch wrong[i].Key {
			case "name", "new_name", "content":
				wrong[i].Key = "address"
			}
		}
		return d.drawMove(w, r, a, http.StatusUnprocessableEntity, name, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, changeHref(c.ID)+"?done=asked")
}
