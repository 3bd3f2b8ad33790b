package editor

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type editionView struct {
	Waiting  []openRow
	Key      parts.Input
	Title    parts.Input
	From     parts.Input
	Summary  parts.Textarea
	Chapters []editionChapter
	Release  parts.Button
	Now      string
}

// editionChapter asks what an edition changes in one chapter.
type editionChapter struct {
	Title        string
	What, Effect parts.Textarea
	Roles        parts.Checkboxes
}

var editionPage = web.Page[editionView]("editor/edition", files, "templates/edition.html")

var errPublish = fault.New(fault.Forbidden, "Your role writes texts and does not publish them. Ask a colleague who publishes.")

func (d *desk) edition(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawEdition(w, r, a, http.StatusOK, nil)
}

func (d *desk) drawEdition(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, wrong fault.Fields) error {
	if !a.May(d.House, publishing.PowerPublish) {
		return errPublish
	}
	n, err := d.names(r)
	if err != nil {
		return err
	}
	waiting, err := d.Texts.Waiting(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	today := calendar.DateOf(a.By.Now)
	value := func(name, otherwise string) string {
		if r.Method == http.MethodPost {
			return r.PostFormValue(name)
		}
		return otherwise
	}
	field := func(name, label, hint string) parts.Field {
		return parts.Field{Name: name, Label: label, Hint: hint, Error: wrong.For(name)}
	}
	v := editionView{
		Key:     parts.Input{Field: field("key", "Short name of the edition", "For example "+today.String()[:7]+". It is part of addresses and never changes."), Value: value("key", today.String()[:7]), Width: 10},
		Title:   parts.Input{Field: field("title", "Title", "For example: SET Procedures, January 2027"), Value: value("title", "")},
		From:    parts.Input{Field: field("from", "Day it comes into force", "Today or later. It comes into force at midnight, when the day begins; today, at once."), Type: "date", Value: value("from", today.String())},
		Summary: parts.Textarea{Field: field("summary", "What is new, in a few sentences", "People read this first."), Value: value("summary", ""), Rows: 3},
		Release: parts.Button{Text: "Release the edition", Once: true},
	}
	if e, ok, err := d.Texts.EditionAt(r.Context(), a.By.Now); err != nil {
		return err
	} else if ok {
		v.Now = e.Title
	}
	for _, c := range waiting {
		one := row(n, c)
		v.Waiting = append(v.Waiting, one)
		key := chapterKey(c)
		if key == "" || slices.ContainsFunc(v.Chapters, func(x editionChapter) bool { return x.What.Name == "what-"+key }) {
			continue
		}
		roles := parts.Checkboxes{Field: parts.Field{Name: "roles-" + key, Label: "Whose work does it change?", Hint: "Choose none when it is everyone’s."}, Small: true, Values: r.PostForm["roles-"+key]}
		for _, role := range d.Desk.Place.Register.Roles {
			roles.Items = append(roles.Items, parts.Choice{Value: role.ID, Label: role.Label})
		}
		v.Chapters = append(v.Chapters, editionChapter{
			Title: one.Title, Roles: roles,
			What:   parts.Textarea{Field: field("what-"+key, "What changed", ""), Value: value("what-"+key, c.Why), Rows: 2},
			Effect: parts.Textarea{Field: field("effect-"+key, "What that means for people’s work", "What do they do differently from that day?"), Value: value("effect-"+key, ""), Rows: 2},
		})
	}
	c := d.chrome(r, a, "Release an edition")
	c.Errors = wrong
	return editionPage.Render(w, r, status, c, v)
}

// chapterKey is the chapter that a change is about; empty for the order of the
// manual.
func chapterKey(c publishing.Change) string {
	name := c.Name
	if c.Kind == publishing.Rename {
		name = c.NewName
	}
	key, ok := strings.CutSuffix(strings.TrimPrefix(name, "guidance/manual/"), ".md")
	if !ok {
		return ""
	}
	return key
}

func (d *desk) editionDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !a.May(d.House, publishing.PowerPublish) {
		return errPublish
	}
	e := guidance.Edition{
		Key: strings.TrimSpace(r.PostFormValue("key")), Title: strings.TrimSpace(r.PostFormValue("title")), Summary: strings.TrimSpace(r.PostFormValue("summary")),
	}
	from, err := calendar.ParseDate(strings.TrimSpace(r.PostFormValue("from")))
	if err != nil {
		return d.drawEdition(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "from", Text: "Enter the day it comes into force, such as 2027-01-04"}})
	}
	e.From = from
	waiting, err := d.Texts.Waiting(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		key := chapterKey(c)
		if key == "" || slices.ContainsFunc(e.Changes, func(x guidance.Change) bool { return x.Chapter == key }) {
			continue
		}
		e.Changes = append(e.Changes, guidance.Change{
			Chapter: key, What: strings.TrimSpace(r.PostFormValue("what-" + key)), Effect: strings.TrimSpace(r.PostFormValue("effect-" + key)), Roles: r.PostForm["roles-"+key],
		})
	}
	err = d.Texts.Release(r.Context(), by(r, a), e)
	if wrong, ok := problems(err); ok {
		return d.drawEdition(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/texts?done=released")
}
