package mash

import (
	"net/http"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// diedView asks, of each child of a record who may be one who has died, whether that
// is so. It says what agrees and what does not, and nothing else of the other entry.
type diedView struct {
	Frame   frame
	Heading string
	ID      string
	May     bool
	Asked   []diedQuestion
}

type diedQuestion struct {
	ID, Name, Died string
	Open           bool
	For, Against   []string
	Said           []string // what was answered, oldest first
	Answer         parts.Radios
	Why            parts.Input
}

var diedPage = page[diedView]("died", "frame")

func (d *door) died(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawDied(w, r, a, http.StatusOK, "", nil)
}

func (d *door) drawDied(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, about string, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(v.MayHaveDied) == 0 {
		return fault.New(fault.NotFound, "Nobody on this record is asked about here.")
	}
	view := diedView{Frame: d.frame(r, v, ""), Heading: heading(v, "A child who may have died"), ID: v.Record.ID, May: v.Decision.May(access.Act)}
	for _, m := range v.MayHaveDied {
		view.Asked = append(view.Asked, d.diedQuestion(v, m, about, r.PostFormValue("same"), r.PostFormValue("why"), errs))
	}
	return drawRecord(d, diedPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) diedQuestion(v *casework.View, m casework.MayHaveDied, about, same, why string, errs fault.Fields) diedQuestion {
	q := diedQuestion{ID: m.Question, Name: m.On.Person.Called(), Died: m.Died.Long(), Open: m.Open()}
	for _, reason := range m.Score.Reasons {
		if reason.Points > 0 {
			q.For = append(q.For, reason.Text)
		} else {
			q.Against = append(q.Against, reason.Text)
		}
	}
	for _, said := range m.Answers {
		words := "Not the same child"
		if said.Same {
			words = "The same child"
		}
		if said.Record != v.Record.ID { // whose words and name the reader may have no part in
			q.Said = append(q.Said, words+", said on another record on "+calendar.Show(said.At)+".")
			continue
		}
		q.Said = append(q.Said, words+", said by "+v.Who(said.By, d.Desk)+" on "+calendar.Show(said.At)+": "+said.Why)
	}
	if about != m.Question {
		same, why, errs = "", "", nil
	}
	q.Answer = parts.Radios{
		Field: parts.Field{Name: "same", ID: "same-" + m.Question, Label: "Is this the child who died?", Error: errs.For("same-" + m.Question)},
		Items: []parts.Choice{
			{Value: "yes", Label: "Yes, it is the same child", Hint: "Nothing goes to the family any more, from any record."},
			{Value: "no", Label: "No, it is another child", Hint: "What was held goes to the family now."},
		},
		Value: same,
	}
	q.Why = parts.Input{Field: parts.Field{Name: "why", ID: "why-" + m.Question, Label: "How do you know?", Error: errs.For("why-" + m.Question)}, Value: why}
	return q
}

func (d *door) sayDied(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, question, same := r.PathValue("id"), r.PostFormValue("question"), r.PostFormValue("same")
	var errs fault.Fields
	if same != "yes" && same != "no" {
		errs = append(errs, fault.Field{Key: "same-" + question, Text: "Say whether it is the same child"})
	}
	if errs == nil {
		err := d.Desk.SayWhetherDied(r.Context(), a.By, id, question, same == "yes", r.PostFormValue("why"))
		var wrong fault.Fields
		switch {
		case err == nil:
			return room.See(w, r, "/records/"+id+"/died")
		case !asFields(err, &wrong):
			return err
		}
		errs = fault.Fields{{Key: "why-" + question, Text: wrong[0].Text}}
	}
	return d.drawDied(w, r, a, http.StatusUnprocessableEntity, question, errs)
}
