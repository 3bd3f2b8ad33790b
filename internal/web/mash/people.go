package mash

import (
	"net/http"

	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// peopleView is the search of the index, and what it found.
type peopleView struct {
	Words  parts.Input
	Found  string
	More   string // that not all were found
	People []foundView
}

type foundView struct {
	Href, Name, Born, Address string
	Why                       []string
	Records                   []parts.Link
}

var peoplePage = page[peopleView]("people")

func (d *door) people(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !a.May(d.House, "people") {
		return fault.New(fault.Forbidden, "Your role does not look people up. Ask your manager if it should.")
	}
	return d.drawPeople(w, r, a, http.StatusOK, peopleView{Words: peopleWords("", "")}, nil)
}

func peopleWords(value, wrong string) parts.Input {
	return parts.Input{
		Field: parts.Field{
			Name: "q", ID: "q", Label: "Names, date of birth, NHS number, postcode, phone or reference", Error: wrong,
			Hint: "In any order. Every search is logged with who made it.",
		}, Value: value, Spellcheck: "false",
	}
}

func (d *door) drawPeople(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, view peopleView, errs fault.Fields) error {
	c := d.chrome(r, a, "People")
	c.Errors = errs
	return peoplePage.Render(w, r, status, c, view)
}

// findPeople searches. The words come in the body: an address with a name in it
// is kept in histories.
func (d *door) findPeople(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	typed := r.PostForm.Get("q")
	if len([]rune(typed)) < 2 {
		errs := fault.Fields{{Key: "q", Text: "Enter a name, a number or a date of birth"}}
		return d.drawPeople(w, r, a, http.StatusUnprocessableEntity, peopleView{Words: peopleWords(typed, errs[0].Text)}, errs)
	}
	found, more, err := d.Desk.FindPeople(r.Context(), a.By, typed)
	if err != nil {
		return err
	}
	view := peopleView{Words: peopleWords(typed, ""), Found: plural(len(found), "person", "people") + " on records you may see"}
	if more && len(found) > 0 {
		view.Found = "The closest " + view.Found
		view.More = "There may be more. Add a date of birth, a postcode or another name to find fewer."
	}
	for _, c := range found {
		one := foundView{Href: "/people/" + c.Person.ID, Name: c.Person.Called(), Born: c.Person.BirthWords(), Address: c.Person.HomeWords(person.List)}
		for _, reason := range c.Score.Reasons {
			one.Why = append(one.Why, reason.Text)
		}
		for _, pr := range c.Records {
			one.Records = append(one.Records, d.recordLink(pr))
		}
		view.People = append(view.People, one)
	}
	return d.drawPeople(w, r, a, http.StatusOK, view, nil)
}

// glassView asks why a locked record must be opened now.
type glassView struct {
	Reference parts.Input
	Reason    parts.Textarea
	Warning   parts.WarningText
}

var glassPage = page[glassView]("glass")

func (d *door) glass(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !a.May(d.House, "break_glass") {
		return fault.New(fault.Forbidden, "Your role does not open locked records. Ask a manager of the front door.")
	}
	return d.drawGlass(w, r, a, http.StatusOK, nil)
}

func (d *door) drawGlass(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	view := glassView{
		Reference: parts.Input{Field: parts.Field{Name: "reference", ID: "reference", Label: "Reference of the record", Error: errs.For("reference")}, Value: r.PostForm.Get("reference"), Width: 20, Spellcheck: "false"},
		Reason:    parts.Textarea{Field: parts.Field{Name: "reason", ID: "reason", Label: "Why can a child not wait?", Error: errs.For("reason")}, Value: r.PostForm.Get("reason"), Rows: 4},
		Warning:   parts.WarningText{Text: "Whoever locked it is told at once, with your reason. You can see it for one hour. Everything you open is logged."},
	}
	c := d.chrome(r, a, "Open a locked record in an emergency")
	c.Errors, c.BackHref = errs, "/board"
	return glassPage.Render(w, r, status, c, view)
}

func (d *door) breakGlass(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, err := d.Desk.BreakGlass(r.Context(), a.By, r.PostForm.Get("reference"), r.PostForm.Get("reason"))
	var errs fault.Fields
	switch {
	case err == nil:
		return room.See(w, r, "/records/"+id+"?done=opened")
	case asFields(err, &errs):
		return d.drawGlass(w, r, a, http.StatusUnprocessableEntity, errs)
	case fault.KindOf(err) == fault.NotFound:
		errs.Add("reference", "%s", fault.SafeText(err))
		return d.drawGlass(w, r, a, http.StatusUnprocessableEntity, errs)
	}
	return err
}
