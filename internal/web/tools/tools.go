// Package tools is the room of forms that belong to others: which a partnership
// has, with their editions and licences; who is trained to use them; and the pages
// on which a record is scored with one, read, and compared with an earlier scoring
// of the same child.
//
// The words of a form are drawn only for those who may see them. What is made with
// a practice example says so on every page, also when it is printed.
package tools

import (
	"embed"
	"errors"
	"net/http"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

type desk struct{ *room.House }

// packageBytes is the most that a form with a package may send: the file, and what
// a browser adds to it.
const packageBytes = 3*tool.MaxBytes + 64<<10

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	d := &desk{h}
	staff := func(pattern string, fn room.StaffHandler) { mux.Handle(pattern, h.Staff(fn)) }
	large := func(pattern string, fn room.StaffHandler) {
		mux.Handle(pattern, web.Allow(packageBytes, time.Minute, h.Staff(fn)))
	}
	staff("GET /tools", d.list)
	staff("GET /tools/import", d.importPage)
	large("POST /tools/import", d.importDo)
	staff("GET /tools/training", d.training)
	staff("POST /tools/training", d.attend)
	staff("POST /tools/training/undo", d.undo)
	staff("GET /tools/forms/{tool}", d.form)
	staff("POST /tools/forms/{tool}/licence", d.licence)
	staff("GET /tools/forms/{tool}/editions/{edition}", d.edition)

	staff("GET /records/{id}/tools/{group}", d.sheet)
	staff("GET /records/{id}/tools/{group}/compare", d.compare)
	staff("GET /records/{id}/tools/{group}/score/{subarea}", d.score)
	staff("POST /records/{id}/tools/{group}/score/{subarea}", d.scored)
	staff("POST /records/{id}/tools/{group}/score/{subarea}/save", d.keepTyped)
}

var errNotThere = fault.New(fault.NotFound, "There is nothing here that you can open. Check the reference, or ask whoever sent you.")

// chrome frames a page, with who printed it at its foot.
func (d *desk) chrome(r *http.Request, a *room.Asker, title string, up ...parts.Link) web.Chrome {
	c := d.StaffChrome(r, a, title)
	c.Breadcrumbs = up
	c.PrintFoot = "Official-sensitive. Printed by " + a.Worker.Name + " on " + calendar.Show(web.Now(r)) + ". Keep it locked away and shred it after use."
	if said := saidDone[r.URL.Query().Get("done")]; said != "" && r.Method == http.MethodGet {
		c.Notice, c.NoticeDone = said, true
	}
	return c
}

// saidDone is what a page says was just done.
var saidDone = map[string]string{
	"imported": "The edition was imported.",
	"licence":  "The licence was recorded.",
	"attended": "The attendance was recorded.",
	"undone":   "The attendance does not count any more. What was recorded is kept.",
	"scored":   "Saved.",
}

// practice is the mark of a practice example; nil for the tool itself.
func practice(p *tool.Package) *parts.WarningText {
	if !p.Practice {
		return nil
	}
	return &parts.WarningText{Text: tool.PracticeWarning}
}

// wrong takes the faults of a form out of an error; false when it is another kind
// of error.
func wrong(err error) (fault.Fields, bool) {
	var f fault.Fields
	if errors.As(err, &f) {
		return f, true
	}
	if fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid {
		return fault.Fields{{Text: fault.SafeText(err)}}, true
	}
	return nil, false
}

// day is a date as three boxes send it; zero when it is none.
func day(r *http.Request, name string) calendar.Date {
	out, err := calendar.ParseDate(dateText(r, name))
	if err != nil {
		return calendar.Date{}
	}
	return out
}

// dateText puts the three boxes of a date together.
func dateText(r *http.Request, name string) string {
	y, m, d := r.PostFormValue(name+"-year"), r.PostFormValue(name+"-month"), r.PostFormValue(name+"-day")
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	return y + "-" + pad(m) + "-" + pad(d)
}

func dateInput(r *http.Request, name, label, hint string, f fault.Fields) parts.DateInput {
	return parts.DateInput{
		Field: parts.Field{Name: name, Label: label, LabelSize: "s", Hint: hint, Error: f.For(name)},
		Day:   r.PostFormValue(name + "-day"), Month: r.PostFormValue(name + "-month"), Year: r.PostFormValue(name + "-year"),
	}
}

func status(f fault.Fields) int {
	if len(f) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// may tells whether the worker looks after tools, or after training.
func (d *desk) may(a *room.Asker, power string) bool { return a.May(d.House, power) }

var powers = struct{ tools, training string }{casework.PowerTools, casework.PowerTraining}
