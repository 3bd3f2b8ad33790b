package mash

import (
	"net/http"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// messagesView is what the sender and the front door have written to each other.
type messagesView struct {
	Frame   frame
	Heading string
	Talk    parts.Messages
	May     bool
	Once    string
	SaveTo  string
	Text    parts.Textarea
	Saved   parts.SaveStatus
}

var messagesPage = page[messagesView]("messages", "frame")

var messageAsked = []pathway.Asked{{Question: &pathway.Question{ID: "message", Type: "textarea"}, Key: "message"}}

func (d *door) messages(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	dr, err := d.noteDraft(r, a, messageDraft)
	if err != nil {
		return err
	}
	return d.drawMessages(w, r, a, dr.Answers, http.StatusOK, nil)
}

func (d *door) drawMessages(w http.ResponseWriter, r *http.Request, a *room.Asker, typed answer.Set, status int, errs fault.Fields) error {
	id := r.PathValue("id")
	v, err := d.Desk.Open(r.Context(), a.By, id)
	if err != nil {
		return err
	}
	view := messagesView{
		Frame: d.frame(r, v, "messages"), Heading: heading(v, "Messages"), Once: room.Once(r), May: v.Decision.May("act"), SaveTo: "/records/" + id + "/messages/save",
		Talk: parts.Messages{Label: "Messages with the sender"},
		Text: parts.Textarea{
			Field: parts.Field{Name: "message", ID: "message", Label: "Write to the sender", Hint: "The sender reads this. Name no child and nothing that others told you.", Error: errs.For("message")},
			Value: typed.Text("message"), Rows: 5, Autosize: true, Spellcheck: "true",
		},
	}
	for _, m := range v.Messages {
		view.Talk.Items = append(view.Talk.Items, parts.Message{
			ID: m.ID, Sender: capital(v.Who(m.By, d.Desk)), Text: m.Text, Date: calendar.DateOf(m.At).Long(), Time: m.At.In(calendar.London).Format("15:04"), Machine: machine(m.At), Sent: !m.Inward,
		})
	}
	if status == http.StatusOK {
		if err := d.Desk.ReadMessages(r.Context(), a.By, id); err != nil {
			return err
		}
	}
	return drawRecord(d, messagesPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) sendMessage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	var none pathway.Pathway
	typed := none.Read(messageAsked, r.PostForm)
	a.By.Once = r.PostForm.Get(room.OnceName)
	err := d.Desk.SendMessage(r.Context(), a.By, id, typed.Text("message"))
	var errs fault.Fields
	switch {
	case err == nil:
		if err := d.dropNote(r, a, messageDraft); err != nil {
			return err
		}
		return room.See(w, r, "/records/"+id+"/messages?done=message")
	case asFields(err, &errs):
		return d.drawMessages(w, r, a, typed, http.StatusUnprocessableEntity, errs)
	}
	return err
}

func (d *door) saveMessage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.saveNote(w, r, a, messageDraft, messageAsked)
}
