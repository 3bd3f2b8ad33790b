package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// accessView says who can open a record and why, and changes it.
type accessView struct {
	Frame   frame
	Heading string
	ID      string
	Now     parts.Table
	Ended   *parts.Table
	Because []string
	Locks   []lockView
	// Restrict is set for those who may lock records and give access.
	Restrict bool
	Give     parts.Select
	GiveWhy  parts.Input
	GiveAct  parts.Checkboxes
	Kind     parts.Radios
	Reason   parts.Textarea
	Named    parts.Checkboxes
	Conflict parts.Textarea
	Whose    parts.Select
	// Kept are the workers whom a conflict of interest keeps away.
	Kept []string
	// Hand are the grants made by hand, which can be ended.
	Hand  []handGrant
	staff []agency.Worker
}

// lockView is one lock on the record.
type lockView struct {
	ID, Kind, Reason, By, Since, Review string
	Due                                 bool // the review has not happened in time
	Unconfirmed                         bool // how soon it comes is not confirmed locally
	Names                               []string
	Named                               parts.Checkboxes
}

type handGrant struct{ ID, Who string }

var accessPage = page[accessView]("access", "frame")

// rightWords say what a grant allows.
var rightWords = map[access.Right]string{access.View: "Read it", access.Act: "Work on it", access.Status: "See the sender’s page"}

func (d *door) access(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawAccess(w, r, a, http.StatusOK, nil)
}

func (d *door) drawAccess(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	now := web.Now(r)
	view := accessView{
		Frame: d.frame(r, v, "access"), Heading: heading(v, "Who can see this"), ID: v.Record.ID, Because: v.Decision.Because, Restrict: a.May(d.House, "restrict"),
		Conflict: parts.Textarea{Field: parts.Field{Name: "why", ID: "conflict-why", Label: "What is the conflict?", Hint: "A few words without names: a relative of mine is in it.", Error: errs.For("conflict-why")}, Rows: 2},
	}
	for _, x := range v.Kept {
		view.Kept = append(view.Kept, v.Who("worker:"+x.Worker, d.Desk)+": "+x.Why)
	}
	head := []parts.Cell{{Text: "Who"}, {Text: "May"}, {Text: "Why"}, {Text: "From"}, {Text: "Until"}, {Text: "Given by"}}
	view.Now = parts.Table{Caption: "Who can open it now", CaptionSize: "m", Stack: true, Head: head}
	if len(openLocks(v)) > 0 {
		view.Now.Caption = "Who could open it without the lock"
	}
	ended := parts.Table{Caption: "Who could before", Stack: true, Head: head}
	for _, g := range v.Grants {
		row, err := d.grantRow(r, v, g)
		if err != nil {
			return err
		}
		if g.Live(now) {
			view.Now.Rows = append(view.Now.Rows, row)
			if g.By != "pathway" && g.Key == "" {
				view.Hand = append(view.Hand, handGrant{ID: g.ID, Who: row[0].Text})
			}
		} else {
			ended.Rows = append(ended.Rows, row)
		}
	}
	if len(ended.Rows) > 0 {
		view.Ended = &ended
	}
	if view.Restrict {
		staff, err := d.around(r.Context(), v.Record.Authority, now)
		if err != nil {
			return err
		}
		view.forms(staff, r, errs)
		view.staff = staff
	}
	for _, l := range openLocks(v) {
		one, err := d.lockView(r, a, l, view.staff)
		if err != nil {
			return err
		}
		view.Locks = append(view.Locks, one)
	}
	return drawRecord(d, accessPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) grantRow(r *http.Request, v *casework.View, g access.Grant) ([]parts.Cell, error) {
	var may []string
	for _, right := range g.May {
		may = append(may, rightWords[right])
	}
	until, by := "While it lasts", "The pathway"
	if !g.Until.IsZero() {
		until = calendar.ShowShort(g.Until)
	}
	if g.By != "pathway" {
		var err error
		if by, err = d.worker(r, string(access.ToWorker(g.By))); err != nil {
			return nil, err
		}
	}
	return []parts.Cell{
		{Text: capital(v.Who(string(g.To), d.Desk))},
		{Text: strings.Join(may, ", ")},
		{Text: g.Why},
		{Text: calendar.ShowShort(g.From)},
		{Text: until},
		{Text: by},
	}, nil
}

func (d *door) lockView(r *http.Request, a *room.Asker, l access.Restriction, staff []agency.Worker) (lockView, error) {
	out := lockView{ID: l.ID, Since: calendar.Show(l.At), Review: calendar.DateOf(l.ReviewBy).Long(), Due: l.ReviewBy.Before(web.Now(r)), Unconfirmed: !d.Desk.Place.Locks.Confirmed}
	for _, k := range casework.RestrictionKinds {
		if k.ID == l.Kind {
			out.Kind = k.Label
		}
	}
	if slices.Contains(l.Named, a.Worker.ID) {
		out.Reason = d.Desk.RestrictionReason(l)
	}
	out.Named = parts.Checkboxes{Field: parts.Field{Name: "named", ID: "named-" + l.ID, Label: "Who may open it?"}, Values: l.Named, Small: true, Items: workerChoices(staff)}
	var err error
	if out.By, err = d.worker(r, string(access.ToWorker(l.By))); err != nil {
		return out, err
	}
	for _, id := range l.Named {
		name, err := d.worker(r, string(access.ToWorker(id)))
		if err != nil {
			return out, err
		}
		out.Names = append(out.Names, name)
	}
	return out, nil
}

func workerChoices(staff []agency.Worker) []parts.Choice {
	var out []parts.Choice
	for _, w := range staff {
		out = append(out, parts.Choice{Value: w.ID, Label: join(", ", w.Name, w.JobTitle)})
	}
	return out
}

// forms are the forms of those who may restrict, with what they typed.
func (v *accessView) forms(staff []agency.Worker, r *http.Request, errs fault.Fields) {
	typed := r.PostForm
	v.Give = parts.Select{Field: parts.Field{Name: "worker", ID: "worker", Label: "Who needs it?", Error: errs.For("worker")}, Items: workerOptions(staff, "Choose someone"), Value: typed.Get("worker")}
	v.GiveWhy = parts.Input{Field: parts.Field{Name: "why", ID: "why", Label: "Why do they need it?", Error: errs.For("why")}, Value: typed.Get("why")}
	v.GiveAct = parts.Checkboxes{Field: parts.Field{Name: "act", ID: "act", Label: "What may they do?"}, Items: []parts.Choice{{Value: "yes", Label: "Work on it, not only read it"}}, Small: true}
	v.Kind = parts.Radios{Field: parts.Field{Name: "kind", ID: "kind", Label: "Why must it be locked?", Error: errs.For("kind")}, Value: typed.Get("kind"), Small: true}
	for _, k := range casework.RestrictionKinds {
		v.Kind.Items = append(v.Kind.Items, parts.Choice{Value: k.ID, Label: k.Label})
	}
	v.Reason = parts.Textarea{Field: parts.Field{Name: "reason", ID: "reason", Label: "Say more, for whoever reviews this", Error: errs.For("reason")}, Value: typed.Get("reason"), Rows: 3}
	v.Named = parts.Checkboxes{Field: parts.Field{Name: "named", ID: "named", Label: "Who may still open it?", Hint: "You always can."}, Items: workerChoices(staff), Values: typed["named"], Small: true}
	v.Whose = parts.Select{Field: parts.Field{Name: "worker", ID: "conflict-worker", Label: "Whose conflict is it?"}, Items: workerOptions(staff, "Mine")}
}

// changeAccess does one act on the page of access.
func (d *door) changeAccess(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, f := r.PathValue("id"), r.PostForm
	ctx, by := r.Context(), a.By
	var err error
	done, next := "", "/records/"+id+"/access"
	switch r.PathValue("act") {
	case "give":
		done, err = "given", d.Desk.GiveAccess(ctx, by, id, f.Get("worker"), f.Get("why"), f.Get("act") != "")
	case "end":
		done, err = "ended", d.Desk.EndAccess(ctx, by, id, f.Get("grant"))
	case "restrict":
		done, err = "locked", d.Desk.Restrict(ctx, by, id, f.Get("kind"), f.Get("reason"), f["named"])
	case "name":
		done, err = "named", d.Desk.NameOnRestriction(ctx, by, id, f.Get("lock"), f["named"])
	case "keep":
		done, err = "kept-lock", d.Desk.KeepRestriction(ctx, by, id, f.Get("lock"))
	case "lift":
		done, err = "lifted", d.Desk.LiftRestriction(ctx, by, id, f.Get("lock"))
	case "conflict":
		who := or(f.Get("worker"), a.Worker.ID)
		done = "kept-away"
		if who == a.Worker.ID {
			done, next = "conflict", "/board"
		}
		if err = d.Desk.DeclareConflict(ctx, by, id, who, f.Get("why")); err != nil {
			var fields fault.Fields
			if asFields(err, &fields) {
				return d.drawAccess(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "conflict-why", Text: fields[0].Text}})
			}
		}
	default:
		return errNotWork
	}
	var errs fault.Fields
	if asFields(err, &errs) {
		return d.drawAccess(w, r, a, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, next+"?done="+done)
}
