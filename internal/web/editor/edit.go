package editor

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/pathway"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type editView struct {
	Title, File, ReadAt string
	Base                string
	Version             int
	Content             parts.Textarea
	Why                 parts.Textarea
	Saved               parts.SaveStatus
	Dropped             bool // there is a draft that can be dropped
	Moved               string
	Open                []openRow
	Preview             previewView
	Picture             bool
	History, Move       string
	IsPage              bool
}

// previewView is the text as readers will see it, and what is wrong with it.
type previewView struct {
	Shown    bool
	Title    string
	Summary  string
	HTML     template.HTML
	Wrong    []string
	Look     []string // warnings
	Age      string
	Contacts string
}

var (
	editPage    = web.Page[editView]("editor/edit", files, "templates/edit.html", "templates/preview.html")
	previewPage = web.Page[editView]("editor/preview", files, "templates/previewed.html", "templates/preview.html")
)

var errNoText = fault.New(fault.NotFound, "There is no such text. Choose one from the list of all texts.")

// typed is what a form of the edit page sent.
func typed(r *http.Request) publishing.Draft {
	version, _ := strconv.Atoi(r.PostFormValue("version")) // 0 when it is no number: then it was not kept before
	return publishing.Draft{
		Name: r.PostFormValue("file"), Base: r.PostFormValue("base"), Version: version,
		Content: strings.ReplaceAll(r.PostFormValue("content"), "\r\n", "\n"),
	}
}

func (d *desk) edit(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	name := r.URL.Query().Get("file")
	live, there, err := d.Texts.Begin(r.Context(), name)
	if err != nil {
		return err
	}
	draft, has, err := d.Texts.Draft(r.Context(), by(r, a), name)
	if err != nil {
		return err
	}
	if !there && !has {
		return errNoText
	}
	if !has {
		draft = publishing.Draft{Name: name, Base: live.Change}
		if isText(name) {
			content, err := d.Texts.Content(r.Context(), live.Hash)
			if err != nil {
				return err
			}
			draft.Content = string(content)
		}
	}
	return d.drawEdit(w, r, a, http.StatusOK, draft, has, "", nil)
}

// drawEdit draws the form with what was typed.
func (d *desk) drawEdit(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, draft publishing.Draft, kept bool, why string, wrong fault.Fields) error {
	n, err := d.names(r)
	if err != nil {
		return err
	}
	v := editView{
		Title: n.file(draft.Name), File: draft.Name, ReadAt: address(n.lib, draft.Name), Base: draft.Base, Version: draft.Version,
		Content: parts.Textarea{
			Field: parts.Field{Name: "content", Label: "Text", LabelSize: "m", Error: wrong.For("content"), Classes: "fd-markdown", Attributes: parts.Attrs{{Name: "data-markdown", Value: "1"}}},
			Value: draft.Content, Rows: 28, Spellcheck: "true",
		},
		Why: parts.Textarea{Field: parts.Field{
			Name: "why", Label: "What do you change, and why?", LabelSize: "m", Hint: "One or two sentences, for the person who looks at it and for the history. Needed when you ask for review.", Error: wrong.For("why"),
		}, Value: why, Rows: 2},
		Saved: parts.SaveStatus{Text: "What you type is kept as your draft."}, Dropped: kept,
		Picture: !isText(draft.Name), History: historyHref(draft.Name), Move: "/texts/move" + query("file", draft.Name), IsPage: strings.HasSuffix(draft.Name, ".md"),
	}
	open, err := d.Texts.Open(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Name == draft.Name || c.NewName == draft.Name {
			v.Open = append(v.Open, row(n, c))
		}
	}
	live, there, err := d.Texts.Begin(r.Context(), draft.Name)
	if err != nil {
		return err
	}
	switch {
	case there && live.Change != draft.Base && draft.Base != "":
		v.Moved = "Another change to this text came into force after you began. See it in the history, take over what you need, and then use “I have seen it”."
	case there && draft.Base == "" && draft.Version > 0:
		v.Moved = "Someone else has published a text at this address since you began. See it in the history, take over what you need, and then use “I have seen it”."
	}
	if !v.Picture {
		if v.Preview, err = d.look(r, a, draft, why); err != nil {
			return err
		}
	}
	c := d.chrome(r, a, v.Title, parts.Link{Text: "All texts", Href: "/texts/files"})
	c.Errors, c.Wide = wrong, true
	return editPage.Render(w, r, status, c, v)
}

// look draws what readers would see, with what is wrong.
func (d *desk) look(r *http.Request, a *room.Asker, draft publishing.Draft, why string) (previewView, error) {
	v := previewView{Shown: true}
	checked, err := d.Texts.Check(r.Context(), a.By.Now, publishing.Proposal{Name: draft.Name, Content: []byte(draft.Content), Base: draft.Base, Why: why})
	if wrong, ok := problems(err); ok {
		for _, f := range wrong {
			v.Wrong = append(v.Wrong, f.Text)
		}
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.Wrong, v.Look = sortFaults(checked.Faults)
	if p := page(checked.Lib, draft.Name); p != nil && p.Text != nil {
		v.Title, v.Summary, v.HTML = p.Title, p.Summary, p.Text.HTML()
		if age := p.Measure.Age(); age > 0 && p.Audience.Public() {
			v.Age = fmt.Sprintf("Reading age %.1f. Pages for the public are kept to %d.", age, guidance.MaxReadingAge)
		} else if age > 0 {
			v.Age = fmt.Sprintf("Reading age %.1f.", age)
		}
	} else if strings.HasSuffix(draft.Name, ".yaml") && len(v.Wrong) == 0 {
		v.Contacts = "The list can be read, and everything that pages take from it is there."
	}
	return v, nil
}

func sortFaults(faults pathway.Faults) (wrong, look []string) {
	for _, f := range faults {
		if f.Warning {
			look = append(look, faultWords(f))
		} else {
			wrong = append(wrong, faultWords(f))
		}
	}
	return wrong, look
}

// faultWords are what is wrong, with the line to look at.
func faultWords(f pathway.Fault) string {
	s := f.Text
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	if f.Do != "" {
		s += " " + f.Do + "."
	}
	if f.Line > 0 {
		return fmt.Sprintf("Line %d: %s", f.Line, s)
	}
	return s
}

// preview is asked for by script while someone types.
func (d *desk) preview(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	draft := typed(r)
	look, err := d.look(r, a, draft, "")
	if err != nil {
		return err
	}
	return previewPage.Render(w, r, http.StatusOK, d.chrome(r, a, "What readers will see"), editView{Preview: look})
}

type kept struct {
	Saved  string            `json:"saved"`
	Values map[string]string `json:"values"`
	Error  string            `json:"error,omitempty"`
}

// keep keeps a draft while it is typed, for script.
func (d *desk) keep(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	draft := typed(r)
	if !r.PostForm.Has("content") { // only the reason changed
		return json.NewEncoder(w).Encode(kept{Saved: clock(a)})
	}
	saved, err := d.Texts.SaveDraft(r.Context(), by(r, a), draft)
	w.Header().Set("Content-Type", "application/json")
	if wrong, ok := problems(err); ok {
		w.WriteHeader(http.StatusConflict)
		return json.NewEncoder(w).Encode(kept{Error: wrong[0].Text})
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(kept{Saved: clock(a), Values: map[string]string{"version": strconv.Itoa(saved.Version)}})
}

func clock(a *room.Asker) string { return a.By.Now.In(calendar.London).Format("15:04") }

func (d *desk) editDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	draft, why, me := typed(r), strings.TrimSpace(r.PostFormValue("why")), by(r, a)
	switch r.PostFormValue("do") {
	case "drop":
		if err := d.Texts.DropDraft(r.Context(), me, draft.Name); err != nil {
			return err
		}
		return room.See(w, r, "/texts?done=dropped")
	case "seen":
		// From here on the draft begins from the text as it is now.
		live, _, err := d.Texts.Begin(r.Context(), draft.Name)
		if err != nil {
			return err
		}
		draft.Base = live.Change
	}
	saved, err := d.Texts.SaveDraft(r.Context(), me, draft)
	if wrong, ok := problems(err); ok {
		return d.drawEdit(w, r, a, http.StatusUnprocessableEntity, draft, true, why, wrong)
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("do") != "ask" {
		return d.drawEdit(w, r, a, http.StatusOK, saved, true, why, nil)
	}
	c, err := d.ask(r, me, publishing.Proposal{Name: saved.Name, Content: []byte(saved.Content), Base: saved.Base, Why: why})
	if wrong, ok := problems(err); ok {
		var moved *publishing.Moved
		if errors.As(err, &moved) {
			wrong = fault.Fields{{Key: "content", Text: "The text has changed since you began. Read how, below, before you ask for review"}}
		}
		return d.drawEdit(w, r, a, http.StatusUnprocessableEntity, saved, true, why, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, changeHref(c.ID)+"?done=asked")
}

// ask asks for review of what can be published as it is.
func (d *desk) ask(r *http.Request, me publishing.By, p publishing.Proposal) (publishing.Change, error) {
	checked, err := d.Texts.Check(r.Context(), me.Now, p)
	if err != nil {
		return publishing.Change{}, err
	}
	for _, f := range checked.Faults {
		if !f.Warning {
			return publishing.Change{}, &publishing.Faulty{Faults: checked.Faults}
		}
	}
	return d.Texts.Ask(r.Context(), me, p)
}
