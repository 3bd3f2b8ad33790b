package casework

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// Powers over forms of others: to import them and record licences, and to record
// who attended their training.
const (
	PowerTools    = "tools"
	PowerTraining = "training"
)

// ToolPreview is what importing a package would do.
type ToolPreview struct {
	Form *tool.Package
	// Before is the edition in force until now; its id is empty when there is none.
	Before      store.ToolEdition
	Differences []tool.Difference
	// Warnings are what to look at before it is imported.
	Warnings []string
}

// mayKeep tells whether someone may look after tools. The program itself does what
// an operator asks of it at the terminal.
func (d *Desk) mayKeep(by By, power string) error {
	if by.Kind == "system" || by.May(power, &d.Place.Register) {
		return nil
	}
	return errForbidden
}

// PreviewTool reads a package and says what is wrong with it, as tool.Faults, or
// what importing it would do.
func (d *Desk) PreviewTool(ctx context.Context, by By, body []byte) (*ToolPreview, error) {
	if err := d.mayKeep(by, PowerTools); err != nil {
		return nil, err
	}
	var out *ToolPreview
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		out, err = d.previewTool(tx, by, body)
		return err
	})
	return out, err
}

func (d *Desk) previewTool(tx *store.Tx, by By, body []byte) (*ToolPreview, error) {
	form, faults := tool.Parse(body)
	if form == nil {
		return nil, faults
	}
	if example, _, ok := tool.PracticeOf(form.ID); ok && example.Copyright == form.Copyright {
		return nil, tool.Faults{{Path: "copyright", Text: "this is the practice example that ships with the program, or made from it. It is there without being imported, and is never the tool"}}
	}
	for i, role := range form.Wording.Roles {
		if _, ok := d.Place.Register.Role(role); !ok {
			faults = append(faults, tool.Fault{Path: "wording.roles[" + itoa(i) + "]", Text: "the partnership has no such role"})
		}
	}
	faults = append(faults, d.lacks(form)...)
	editions, err := tx.ToolEditions()
	if err != nil {
		return nil, err
	}
	sum := tool.Checksum(body)
	for _, e := range editions {
		if e.Tool != form.ID {
			continue
		}
		switch {
		case e.SHA256 == sum:
			faults = append(faults, tool.Fault{Path: "edition", Text: "this edition has been imported already"})
		case e.Edition == form.Edition:
			faults = append(faults, tool.Fault{Path: "edition", Text: "another file with this edition’s name has been imported. Records keep the edition they were made with, so a changed form needs a name of its own"})
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	out := &ToolPreview{Form: form, Warnings: d.toolWarnings(form)}
	out.Before, err = tx.ToolInForce(form.ID, calendar.DateOf(by.Now))
	if errors.Is(err, store.ErrNone) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	before, err := formOf(out.Before)
	if err != nil {
		return nil, err
	}
	out.Differences = tool.Differences(before, form)
	return out, nil
}

// toolWarnings are the pathways of a package that do not use it.
func (d *Desk) toolWarnings(form *tool.Package) []string {
	var out []string
	used := false
	for _, p := range d.Pathways.All() {
		for _, g := range p.ToolGroups() {
			if g.Tool() != form.ID {
				continue
			}
			used = true
			if lost := g.Unanswered(form); len(lost) > 0 {
				out = append(out, "Rules of “"+p.Title+"” look for the answer “"+strings.Join(lost, "”, “")+"”, which the form does not have: what depends on it will not be asked. Give the answer that means it that code.")
			}
		}
	}
	if !used {
		out = append(out, "No pathway uses a tool with the id “"+form.ID+"”, so nobody can score with it yet.")
	}
	for _, name := range form.UsedBy {
		p, ok := d.Pathways.Get(name)
		if !ok || !slices.ContainsFunc(p.ToolGroups(), func(g *pathway.Group) bool { return g.Tool() == form.ID }) {
			out = append(out, "The file names the pathway “"+name+"”, which is not there or does not use it.")
		}
	}
	return out
}

// LicenceGiven is a licence as somebody typed it. Accountable is a worker's id or
// email address.
type LicenceGiven struct {
	Holder, Number, Accountable, After string
	Until                              calendar.Date
}

// Empty tells whether nothing was typed.
func (g LicenceGiven) Empty() bool {
	return g.Holder == "" && g.Number == "" && g.Accountable == "" && g.Until.IsZero()
}

// ImportTool keeps an edition of a form, in force from a day that has not passed,
// with the licence to use it. It gives the faults as tool.Faults or fault.Fields.
func (d *Desk) ImportTool(ctx context.Context, by By, body []byte, from calendar.Date, given LicenceGiven) (store.ToolEdition, error) {
	if err := d.mayKeep(by, PowerTools); err != nil {
		return store.ToolEdition{}, err
	}
	var out store.ToolEdition
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		seen, err := d.previewTool(tx, by, body)
		if err != nil {
			return err
		}
		var fields fault.Fields
		if from.Before(calendar.DateOf(by.Now)) {
			fields.Add("from", "Give a day from which it is in force: today or later")
		}
		var licence store.ToolLicence
		if held, _, err := licenceOf(tx, seen.Form.ID); err != nil {
			return err
		} else if !given.Empty() || seen.Form.Needs.Licence && (held == nil || !held.Live(calendar.DateOf(by.Now))) {
			var wrong fault.Fields
			if licence, wrong, err = d.licence(tx, by, seen.Form.ID, given); err != nil {
				return err
			}
			fields = append(fields, wrong...)
		}
		if len(fields) > 0 {
			return fields
		}
		f := seen.Form
		out = store.ToolEdition{
			ID: store.NewID(by.Now), Tool: f.ID, Edition: f.Edition, Title: f.Title, Holder: f.Holder, Body: string(bytes.Clone(body)),
			SHA256: tool.Checksum(body), From: from, At: by.Now, Author: string(by.Principal),
		}
		if _, err := tx.AddToolEdition(out); err != nil {
			return err
		}
		if licence.ID != "" {
			if err := tx.AddToolLicence(licence); err != nil {
				return err
			}
		}
		return d.log(tx, by, "import-tool", f.ID, map[string]string{"edition": f.Edition, "from": from.String(), "sha256": out.SHA256})
	})
	return out, err
}

// licence checks a licence as it was typed.
func (d *Desk) licence(tx *store.Tx, by By, form string, g LicenceGiven) (store.ToolLicence, fault.Fields, error) {
	var fields fault.Fields
	l := store.ToolLicence{
		ID: store.NewID(by.Now), Tool: form, Holder: strings.TrimSpace(g.Holder), Number: strings.TrimSpace(g.Number), Until: g.Until,
		After: g.After, At: by.Now, Author: string(by.Principal),
	}
	if l.After == "" {
		l.After = tool.AfterRead
	}
	if l.Holder == "" || len(l.Holder) > 200 {
		fields.Add("holder", "Enter who holds the licence, in 200 characters or fewer")
	}
	if l.Number == "" || len(l.Number) > 100 {
		fields.Add("number", "Enter the licence’s number, in 100 characters or fewer")
	}
	if l.Until.Before(calendar.DateOf(by.Now)) {
		fields.Add("expires", "Enter the last day of the licence: today or later")
	}
	if !slices.Contains([]string{tool.AfterRead, tool.AfterFinish, tool.AfterNone}, l.After) {
		fields.Add("after", "Choose what may be done once the licence has run out")
	}
	named := strings.TrimSpace(g.Accountable)
	w, err := tx.Worker(named)
	if errors.Is(err, store.ErrNone) {
		w, err = tx.WorkerByEmail(named)
	}
	switch {
	case named == "" || errors.Is(err, store.ErrNone) || err == nil && len(w.Roles(by.Now)) == 0:
		fields.Add("accountable", "Enter the work email address of someone who works here and answers for the licence")
	case err != nil:
		return l, nil, err
	}
	l.Accountable = w.ID
	return l, fields, nil
}

// RecordLicence keeps a new or renewed licence for a form that was imported.
func (d *Desk) RecordLicence(ctx context.Context, by By, form string, g LicenceGiven) error {
	if err := d.mayKeep(by, PowerTools); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		editions, err := tx.ToolEditions()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(editions, func(e store.ToolEdition) bool { return e.Tool == form }) {
			return errNotThere
		}
		l, fields, err := d.licence(tx, by, form, g)
		if err != nil {
			return err
		}
		if len(fields) > 0 {
			return fields
		}
		if err := tx.AddToolLicence(l); err != nil {
			return err
		}
		return d.log(tx, by, "record-licence", form, map[string]string{"until": l.Until.String()})
	})
}

// ToolKept is one form with all that is kept about it.
type ToolKept struct {
	ID       string
	Form     *tool.Package       // the edition in force, or the practice example
	Editions []store.ToolEdition // imported, the newest first
	InForce  string              // id of the edition in force; empty when none is
	Licences []store.ToolLicence // the latest first
	Mine     tool.Standing       // what the one who asks may do in a scoring begun now
	Pathways []*pathway.Pathway  // that use it
	Scored   int                 // records scored with it, practice left out
	Names    map[string]string   // of accountable workers and authors
}

// Tools lists every form that a pathway uses or that was imported.
func (d *Desk) Tools(ctx context.Context, by By) ([]ToolKept, error) {
	var out []ToolKept
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		editions, err := tx.ToolEditions()
		if err != nil {
			return err
		}
		licences, err := tx.ToolLicences("")
		if err != nil {
			return err
		}
		scored, err := tx.Scorings()
		if err != nil {
			return err
		}
		for _, id := range d.toolIDs(editions) {
			k := ToolKept{ID: id, Scored: scored[id], Names: map[string]string{}}
			var who naming
			for _, e := range editions {
				if e.Tool == id {
					k.Editions = append(k.Editions, e)
					who.add(e.Author)
				}
			}
			for _, l := range licences {
				if l.Tool == id {
					k.Licences = append(k.Licences, l)
					who.add("worker:" + l.Accountable)
					who.add(l.Author)
				}
			}
			if err := d.toolKept(tx, by, &k); err != nil {
				return err
			}
			if err := who.read(tx, k.Names); err != nil {
				return err
			}
			out = append(out, k)
		}
		return nil
	})
	return out, err
}

func (d *Desk) toolKept(tx *store.Tx, by By, k *ToolKept) error {
	for _, p := range d.Pathways.All() {
		if slices.ContainsFunc(p.ToolGroups(), func(g *pathway.Group) bool { return g.Tool() == k.ID }) {
			k.Pathways = append(k.Pathways, p)
		}
	}
	e, err := tx.ToolInForce(k.ID, calendar.DateOf(by.Now))
	switch {
	case err == nil:
		k.InForce = e.ID
		if k.Form, err = formOf(e); err != nil {
			return err
		}
	case !errors.Is(err, store.ErrNone):
		return err
	default:
		example, _, ok := tool.PracticeOf(k.ID)
		if k.Form = example; !ok && len(k.Editions) > 0 { // imported, and in force only later
			if k.Form, err = formOf(k.Editions[0]); err != nil {
				return err
			}
		}
	}
	if k.Form == nil {
		return nil
	}
	k.Mine, err = d.standing(tx, by, k.Form, time.Time{})
	return err
}

// toolIDs are the forms that pathways use, that ship an example, or that were
// imported.
func (d *Desk) toolIDs(editions []store.ToolEdition) []string {
	out := tool.Known()
	for _, p := range d.Pathways.All() {
		for _, g := range p.ToolGroups() {
			out = append(out, g.Tool())
		}
	}
	for _, e := range editions {
		out = append(out, e.Tool)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ToolEdition reads one edition for someone who may see its wording, and leaves a
// line in the log. The practice example is read by anyone signed in, as "practice".
func (d *Desk) ToolEdition(ctx context.Context, by By, form, edition string) (*tool.Package, error) {
	if edition == "practice" {
		p, _, ok := tool.PracticeOf(form)
		if !ok {
			return nil, errNotThere
		}
		return p, nil
	}
	var sheet *pathway.Sheet
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		e, err := tx.ToolEdition(edition)
		if errors.Is(err, store.ErrNone) || err == nil && e.Tool != form {
			return errNotThere
		}
		if err != nil {
			return err
		}
		sheet, err = d.sheet(tx, by, nil, e, time.Time{})
		return err
	})
	if err != nil {
		return nil, err
	}
	if !sheet.May.Wording {
		return nil, fault.New(fault.Forbidden, "You cannot read the wording of "+sheet.Form.Called()+". "+sheet.May.Refused)
	}
	return sheet.Form, d.logOnly(ctx, by, "read-tool", form, map[string]string{"edition": edition})
}

// Attend records that a worker attended one session of a course.
func (d *Desk) Attend(ctx context.Context, by By, a store.CourseAttended) error {
	if err := d.mayKeep(by, PowerTraining); err != nil {
		return err
	}
	if a.Worker == by.Worker() {
		return fault.New(fault.Forbidden, "Someone else must record what you attended.")
	}
	var fields fault.Fields
	if a.Course == "" || a.Session == "" {
		fields.Add("session", "Choose the session that was attended")
	}
	if a.On.IsZero() || a.On.After(calendar.DateOf(by.Now)) {
		fields.Add("on", "Enter the day it was attended: today or earlier")
	}
	if a.Trainer = strings.TrimSpace(a.Trainer); a.Trainer == "" || len(a.Trainer) > 200 {
		fields.Add("trainer", "Enter who taught it, in 200 characters or fewer")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if w, err := tx.Worker(a.Worker); errors.Is(err, store.ErrNone) || err == nil && len(w.Roles(by.Now)) == 0 {
			fields.Add("worker", "Choose a worker")
		} else if err != nil {
			return err
		}
		if len(fields) > 0 {
			return fields
		}
		a.ID, a.At, a.Author = store.NewID(by.Now), by.Now, string(by.Principal)
		if err := tx.AddCourseAttended(a); err != nil {
			return err
		}
		return d.log(tx, by, "record-attendance", "worker:"+a.Worker, map[string]string{"course": a.Course, "session": a.Session, "on": a.On.String()})
	})
}

// UndoAttend takes back an attendance that was recorded by mistake.
func (d *Desk) UndoAttend(ctx context.Context, by By, id, why string) error {
	if err := d.mayKeep(by, PowerTraining); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > 500 {
		return fault.Fields{{Key: "why", Text: "Say in a few words why it does not count"}}
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.CoursesAttended("")
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(a store.CourseAttended) bool { return a.ID == id && a.Undone == "" })
		if i < 0 {
			return errNotThere
		}
		if _, err := tx.UndoCourseAttended(id, why, string(by.Principal), by.Now); err != nil {
			return err
		}
		return d.log(tx, by, "undo-attendance", "worker:"+all[i].Worker, map[string]string{"course": all[i].Course, "session": all[i].Session})
	})
}

// Attendance is what workers attended, for those who look after training; a worker
// who does not sees their own. It is the newest first, with the names of all.
func (d *Desk) Attendance(ctx context.Context, by By, everyone bool) ([]store.CourseAttended, map[string]string, error) {
	worker := by.Worker()
	if everyone {
		if err := d.mayKeep(by, PowerTraining); err != nil {
			return nil, nil, err
		}
		worker = ""
	}
	names := map[string]string{}
	var out []store.CourseAttended
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if out, err = tx.CoursesAttended(worker); err != nil {
			return err
		}
		var who naming
		for _, a := range out {
			who.add("worker:" + a.Worker)
			who.add(a.Author)
		}
		return who.read(tx, names)
	})
	if err == nil && everyone {
		err = d.logOnly(ctx, by, "read-attendance", "", nil)
	}
	return out, names, err
}
