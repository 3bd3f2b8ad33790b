package mash

import (
	"net/http"

	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// sourceView asks why somebody must know whom a record came from, and then says it
// once.
type sourceView struct {
	Frame       frame
	Heading, ID string
	Name        string
	Why         parts.Textarea
}

var sourcePage = page[sourceView]("source", "frame")

func (d *door) askSource(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawSource(w, r, a, http.StatusOK, "", nil)
}

func (d *door) drawSource(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, name string, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !d.Desk.MayRevealSource(v) {
		return fault.New(fault.NotFound, "There is nobody to name here, or your role is not told.")
	}
	view := sourceView{Frame: d.frame(r, v, ""), Heading: heading(v, "Whom it came from"), ID: v.Record.ID, Name: name, Why: parts.Textarea{
		Field: parts.Field{Name: "why", ID: "why", Label: "Why must you know?", Hint: "It stays on the record and in the log, with your name.", Error: errs.For("why")},
		Value: r.PostFormValue("why"), Rows: 3, Autosize: true, Spellcheck: "true",
	}}
	return drawRecord(d, sourcePage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) revealSource(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	name, err := d.Desk.RevealSource(r.Context(), a.By, r.PathValue("id"), r.PostFormValue("why"))
	var errs fault.Fields
	if asFields(err, &errs) {
		return d.drawSource(w, r, a, http.StatusUnprocessableEntity, "", errs)
	}
	if err != nil {
		return err
	}
	return d.drawSource(w, r, a, http.StatusOK, name, nil)
}
