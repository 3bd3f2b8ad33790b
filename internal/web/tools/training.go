package tools

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type trainingView struct {
	None     bool // no imported form asks for training
	Worker   parts.Select
	Session  parts.Radios
	On       parts.DateInput
	Trainer  parts.Input
	Go       parts.Button
	Attended parts.Table
	Undo     *undoForm
}

// undoForm takes back what was recorded by mistake.
type undoForm struct {
	Which parts.Select
	Why   parts.Input
	Go    parts.Button
}

var trainingPage = web.Page[trainingView]("tools/training", files, "templates/training.html")

var errTraining = fault.New(fault.Forbidden, "Your role does not record training. What you attended yourself stands under “Tools”.")

func (d *desk) training(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawTraining(w, r, a, nil)
}

// between the course and the session of a choice.
const between = " — "

func (d *desk) drawTraining(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	if !d.may(a, powers.training) {
		return errTraining
	}
	all, names, err := d.Desk.Attendance(r.Context(), a.By, true)
	if err != nil {
		return err
	}
	sessions, err := d.sessions(r, a)
	if err != nil {
		return err
	}
	v := trainingView{
		None:     len(sessions) == 0,
		Session:  parts.Radios{Field: parts.Field{Name: "session", Label: "Which session?", LabelSize: "s", Error: f.For("session")}, Value: r.PostFormValue("session")},
		On:       dateInput(r, "on", "When was it attended?", "For example, 27 3 2026.", f),
		Trainer:  parts.Input{Field: parts.Field{Name: "trainer", Label: "Who taught it?", LabelSize: "s", Error: f.For("trainer")}, Value: r.PostFormValue("trainer"), Width: 30},
		Go:       parts.Button{Text: "Record the attendance", Once: true},
		Attended: attendance(all, names, "Who attended what", true),
	}
	for _, s := range sessions {
		v.Session.Items = append(v.Session.Items, parts.Choice{Value: s, Label: s})
	}
	workers, err := d.everyone(r, a)
	if err != nil {
		return err
	}
	v.Worker = parts.Select{Field: parts.Field{Name: "worker", Label: "Who attended?", LabelSize: "s", Error: f.For("worker")}, Items: workers, Value: r.PostFormValue("worker")}
	u := undoForm{
		Which: parts.Select{Field: parts.Field{Name: "which", Label: "Which attendance?", LabelSize: "s"}, Items: []parts.Option{{Text: "Choose one"}}, Value: r.PostFormValue("which")},
		Why:   parts.Input{Field: parts.Field{Name: "why", Label: "Why does it not count?", LabelSize: "s", Error: f.For("why")}, Value: r.PostFormValue("why"), Width: 30},
		Go:    parts.Button{Text: "It does not count", Variant: "secondary", Once: true},
	}
	for _, x := range all {
		if x.Undone == "" {
			u.Which.Items = append(u.Which.Items, parts.Option{Value: x.ID, Text: names["worker:"+x.Worker] + ": " + x.Session + ", " + x.On.Short()})
		}
	}
	if len(u.Which.Items) > 1 {
		v.Undo = &u
	}
	c := d.chrome(r, a, "Training for tools", parts.Link{Text: "Tools", Href: "/tools"})
	c.Errors = f
	return trainingPage.Render(w, r, status(f), c, v)
}

// sessions are those that a form in force asks for.
func (d *desk) sessions(r *http.Request, a *room.Asker) ([]string, error) {
	all, err := d.Desk.Tools(r.Context(), a.By)
	var out []string
	for i := range all {
		if all[i].Form == nil {
			continue
		}
		n := all[i].Form.Needs
		for _, s := range append(slices.Clone(n.Sessions), n.Refresher) {
			if x := n.Course + between + s; s != "" && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out, err
}

// everyone are the workers now, by name, without the one who asks.
func (d *desk) everyone(r *http.Request, a *room.Asker) ([]parts.Option, error) {
	out := []parts.Option{{Text: "Choose a worker"}}
	err := d.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		list, err := tx.Workers(store.WorkerFilter{Now: web.Now(r)})
		for _, x := range list {
			if x.ID == a.Worker.ID || len(x.Roles(web.Now(r))) == 0 {
				continue
			}
			text := x.Name
			if x.JobTitle != "" {
				text += ", " + x.JobTitle
			}
			out = append(out, parts.Option{Value: x.ID, Text: text})
		}
		return err
	})
	return out, err
}

func attendance(list []store.CourseAttended, names map[string]string, caption string, who bool) parts.Table {
	t := parts.Table{Caption: caption, CaptionSize: "m", Stack: true, RowHeaders: true}
	if who {
		t.Head = append(t.Head, parts.Cell{Text: "Who"})
	}
	t.Head = append(t.Head, parts.Cell{Text: "Session"}, parts.Cell{Text: "When"}, parts.Cell{Text: "Taught by"}, parts.Cell{Text: "Recorded"})
	for _, x := range list {
		var row []parts.Cell
		if who {
			row = append(row, parts.Cell{Text: names["worker:"+x.Worker]})
		}
		recorded := calendar.DateOf(x.At).Short() + ", " + names[x.Author]
		if x.Undone != "" {
			recorded += ". Does not count: " + x.Undone
		}
		t.Rows = append(t.Rows, append(row, parts.Cell{Text: x.Course + between + x.Session}, parts.Cell{Text: x.On.Short()}, parts.Cell{Text: x.Trainer}, parts.Cell{Text: recorded}))
	}
	return t
}

func (d *desk) attend(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	course, session, _ := strings.Cut(r.PostFormValue("session"), between)
	known, err := d.sessions(r, a)
	if err != nil {
		return err
	}
	if !slices.Contains(known, r.PostFormValue("session")) {
		course, session = "", ""
	}
	err = d.Desk.Attend(r.Context(), a.By, store.CourseAttended{Worker: r.PostFormValue("worker"), Course: course, Session: session, On: day(r, "on"), Trainer: r.PostFormValue("trainer")})
	if f, ok := wrong(err); ok {
		return d.drawTraining(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/tools/training?done=attended")
}

func (d *desk) undo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	err := d.Desk.UndoAttend(r.Context(), a.By, r.PostFormValue("which"), r.PostFormValue("why"))
	if f, ok := wrong(err); ok {
		return d.drawTraining(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/tools/training?done=undone")
}
