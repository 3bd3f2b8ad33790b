package casework

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// forms are the editions read so far, by the hash of their files.
var forms sync.Map

// formOf reads a kept edition.
func formOf(e store.ToolEdition) (*tool.Package, error) {
	key := e.SHA256
	if e.Practice {
		key = "practice " + key
	}
	if p, ok := forms.Load(key); ok {
		return p.(*tool.Package), nil
	}
	p, faults := tool.Parse([]byte(e.Body))
	if p == nil {
		return nil, fault.Wrap(faults, fault.Internal, "The form that this was scored with could not be read.")
	}
	p.Practice = e.Practice
	forms.Store(key, p)
	return p, nil
}

// sheets are the forms that score groups of a record, as the one who acts may see
// them.
func (d *Desk) sheets(tx *store.Tx, by By, p *pathway.Pathway, rec string) (map[string]*pathway.Sheet, error) {
	if len(p.ToolGroups()) == 0 {
		return nil, nil
	}
	pinned, err := tx.RecordTools([]string{rec})
	if err != nil {
		return nil, err
	}
	out := map[string]*pathway.Sheet{}
	for _, t := range pinned {
		e, err := tx.ToolEdition(t.Edition)
		if err != nil {
			return nil, err
		}
		g, _ := p.Group(t.Group)
		if out[t.Group], err = d.sheet(tx, by, g, e, t.Began); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sheet is an edition as it scores a group, which is nil when its pathway has it no
// more.
func (d *Desk) sheet(tx *store.Tx, by By, g *pathway.Group, e store.ToolEdition, began time.Time) (*pathway.Sheet, error) {
	form, err := formOf(e)
	if err != nil {
		return nil, err
	}
	may, err := d.standing(tx, by, form, began)
	sheet := &pathway.Sheet{Form: form, Edition: e.ID, May: may, Began: began}
	if g != nil {
		sheet.Part = g.Part
	}
	return sheet, err
}

// lacks gives where a form asks for less than a pathway that uses it.
func (d *Desk) lacks(form *tool.Package) tool.Faults {
	var out tool.Faults
	for _, p := range d.Pathways.All() {
		for _, g := range p.ToolGroups() {
			if g.Tool() == form.ID {
				out = append(out, g.Lacks(form)...)
			}
		}
	}
	return out
}

// standing is what the one who acts may do with a form. began is when a scoring
// was begun, zero for one that is about to begin.
func (d *Desk) standing(tx *store.Tx, by By, form *tool.Package, began time.Time) (tool.Standing, error) {
	if by.Kind == "system" {
		return tool.Standing{}, nil
	}
	if len(d.lacks(form)) > 0 {
		return tool.Standing{Refused: "The file with which " + form.Called() + " was imported does not ask for the licence or the training that it needs, so nobody can score with it. Ask whoever looks after the partnership’s tools."}, nil
	}
	attended, err := attendedBy(tx, by.Worker())
	if err != nil {
		return tool.Standing{}, err
	}
	licence, who, err := licenceOf(tx, form.ID)
	if err != nil {
		return tool.Standing{}, err
	}
	var day calendar.Date
	if !began.IsZero() {
		day = calendar.DateOf(began)
	}
	reader := tool.Reader{Roles: by.Viewer.Worker.Roles(by.Now), Attended: attended}
	return form.Stand(reader, licence, who, day, calendar.DateOf(by.Now)), nil
}

func attendedBy(tx *store.Tx, worker string) ([]tool.Attended, error) {
	if worker == "" {
		return nil, nil
	}
	rows, err := tx.CoursesAttended(worker)
	var out []tool.Attended
	for _, a := range rows {
		if a.Undone == "" {
			out = append(out, tool.Attended{Course: a.Course, Session: a.Session, On: a.On})
		}
	}
	return out, err
}

// licenceOf is the licence of a form that counts, and the name of who answers for
// it; nil when none was recorded.
func licenceOf(tx *store.Tx, id string) (*tool.Licence, string, error) {
	all, err := tx.ToolLicences(id)
	if err != nil || len(all) == 0 {
		return nil, "", err
	}
	l := all[0]
	w, err := tx.Worker(l.Accountable)
	return &tool.Licence{Holder: l.Holder, Number: l.Number, Until: l.Until, Accountable: l.Accountable, After: l.After}, w.Name, err
}

// inForce is the edition with which a scoring begun now is made: the imported one,
// or the practice example where none is, or where practice was asked for. It is not
// there for a group that is only there when the form is imported.
func (d *Desk) inForce(tx *store.Tx, by By, g *pathway.Group, practise bool) (store.ToolEdition, bool, error) {
	if !practise {
		e, err := tx.ToolInForce(g.Tool(), calendar.DateOf(by.Now))
		if err == nil || !errors.Is(err, store.ErrNone) {
			return e, err == nil, err
		}
	}
	example, body, ok := tool.PracticeOf(g.Tool())
	if !ok || g.IfImported {
		return store.ToolEdition{}, false, nil
	}
	sum := tool.Checksum(body)
	return store.ToolEdition{
		ID: "practice-" + example.ID + "-" + sum[len(sum)-16:], Tool: example.ID, Edition: example.Edition, Title: example.Title, Holder: example.Holder,
		Practice: true, Body: string(body), SHA256: sum, From: calendar.DateOf(by.Now), At: by.Now, Author: "system",
	}, true, nil
}

// beginTools chooses the edition of each form that a new record is scored with,
// and gives the record its items as rows. Whoever may not score does not begin,
// unless another record does it for them.
func (d *Desk) beginTools(tx *store.Tx, by By, l *loaded, b *Beginning) ([]store.RecordTool, error) {
	var out []store.RecordTool
	for _, g := range l.p.ToolGroups() {
		for k := range b.Answers {
			if group, _, _ := k.Split(); group == g.ID || string(k) == g.ID {
				delete(b.Answers, k) // the rows are those of the edition, and are scored on the record
			}
		}
		practise := g.Practise != "" && b.Answers.Text(answer.Key(g.Practise)) == "yes"
		e, there, err := d.inForce(tx, by, g, practise)
		if err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		sheet, err := d.sheet(tx, by, g, e, by.Now)
		if err != nil {
			return nil, err
		}
		if sheet.May.Refused != "" && !b.System && !g.Beside() {
			return nil, fault.New(fault.Forbidden, sheet.May.Refused)
		}
		if _, err := tx.AddToolEdition(e); e.Practice && err != nil {
			return nil, err
		}
		if l.f.Tools == nil {
			l.f.Tools = map[string]*pathway.Sheet{}
		}
		l.f.Tools[g.ID] = sheet
		var rows []string
		for _, it := range sheet.Form.Items() {
			rows = append(rows, it.ID)
		}
		b.Answers[answer.Key(g.ID)] = answer.List(rows...)
		out = append(out, store.RecordTool{Record: l.rec.ID, Group: g.ID, Tool: e.Tool, Edition: e.ID, Practice: e.Practice, Began: by.Now})
	}
	return out, nil
}

// mayBeginTools refuses, before anything is typed, a form of which the one who
// acts may not score the tools.
func (d *Desk) mayBeginTools(tx *store.Tx, by By, p *pathway.Pathway) error {
	for _, g := range p.ToolGroups() {
		if g.Beside() || g.Practise != "" {
			continue // without the tool, or only for practice, it can still be begun
		}
		e, there, err := d.inForce(tx, by, g, false)
		if err != nil || !there {
			return err
		}
		sheet, err := d.sheet(tx, by, g, e, time.Time{})
		if err != nil {
			return err
		}
		if sheet.May.Refused != "" {
			return fault.New(fault.Forbidden, sheet.May.Refused)
		}
	}
	return nil
}

// Scoring is a record that was scored with a form.
type Scoring struct {
	Record   record.Record
	Title    string
	Group    string
	Edition  string // as its holder names it
	Practice bool
	Began    time.Time
	Earlier  bool // begun before the record it is compared with
}

// Scorings are the other records of the same child that were scored with the same
// form as a group of a record, the newest first: those that the one who acts may
// open, and no other. What was made with a practice example stands apart.
func (d *Desk) Scorings(ctx context.Context, by By, v *View, group string) ([]Scoring, error) {
	sheet := v.Facts.Tools[group]
	if sheet == nil {
		return nil, nil
	}
	var children []string
	for _, rp := range v.People {
		if rp.Role == "child" {
			children = append(children, rp.Person.ID)
		}
	}
	var out []Scoring
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		same, err := tx.SameAsOf(children)
		if err != nil {
			return err
		}
		for _, s := range same {
			if s.Undone == nil {
				children = append(children, s.A, s.B)
			}
		}
		about, err := tx.RecordsOf(children)
		if err != nil {
			return err
		}
		var ids []string
		for _, pr := range about {
			if pr.Record != v.Record.ID && !slices.Contains(ids, pr.Record) {
				ids = append(ids, pr.Record)
			}
		}
		may, err := d.mayView(tx, by, ids)
		if err != nil {
			return err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return !may[id] })
		pinned, err := tx.RecordTools(ids)
		if err != nil {
			return err
		}
		for _, t := range pinned {
			if t.Tool != sheet.Form.ID || t.Practice != sheet.Form.Practice {
				continue
			}
			rec, err := tx.Record(t.Record)
			if err != nil {
				return err
			}
			p, err := d.pathway(tx, rec.Hash)
			if err != nil {
				return err
			}
			e, err := tx.ToolEdition(t.Edition)
			if err != nil {
				return err
			}
			out = append(out, Scoring{Record: rec, Title: p.Title, Group: t.Group, Edition: e.Edition, Practice: t.Practice, Began: t.Began, Earlier: t.Began.Before(sheet.Began)})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Scoring) int { return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(b.Record.ID, a.Record.ID)) })
	return out, err
}

// toldBefore are the days before the end of a licence, or of somebody's training, on
// which people are told.
var toldBefore = []struct {
	days int
	what string
}{{-1, "ended"}, {14, "14 days"}, {EndsSoon, "60 days"}}

// toldNow is what is told so many days before an end; empty when nothing is yet.
func toldNow(left int) string {
	for _, t := range toldBefore {
		if left <= t.days {
			return t.what
		}
	}
	return ""
}

// The notices, and the mails, that a licence runs out, and that training does: to
// whoever was trained, and to whoever answers for the form.
const (
	ToolNotice       = "tool_licence"
	TrainingNotice   = "tool_training"
	TrainingOfNotice = "tool_training_of"
)

// RemindLicences tells whoever is accountable for a licence, and those who look
// after the partnership's tools, that it runs out within 60 days, again within 14,
// and when it has: each once.
func (d *Desk) RemindLicences(ctx context.Context, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.ToolLicences("")
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, l := range all {
			if seen[l.Tool] {
				continue
			}
			seen[l.Tool] = true
			what := toldNow(calendar.DateOf(now).DaysTo(l.Until))
			if what == "" {
				continue
			}
			if first, err := tx.TellTool(l.ID, what, now); err != nil {
				return err
			} else if !first {
				continue
			}
			accountable, err := tx.Worker(l.Accountable)
			if err != nil {
				return err
			}
			keepers, err := d.toolKeepers(tx, now)
			if err != nil {
				return err
			}
			to := append([]agency.Worker{accountable}, slices.DeleteFunc(keepers, func(w agency.Worker) bool { return w.ID == accountable.ID })...)
			if err := d.tellWorkers(tx, BySystem(now), to, ToolNotice); err != nil {
				return err
			}
		}
		return nil
	})
}

// toolKeepers are those who look after the partnership's tools.
func (d *Desk) toolKeepers(tx *store.Tx, now time.Time) ([]agency.Worker, error) {
	var out []agency.Worker
	for _, role := range d.Place.Register.Roles {
		if !slices.Contains(role.May, PowerTools) {
			continue
		}
		list, err := tx.Workers(store.WorkerFilter{Role: role.ID, Now: now})
		if err != nil {
			return nil, err
		}
		for _, w := range list {
			if !slices.ContainsFunc(out, func(o agency.Worker) bool { return o.ID == w.ID }) {
				out = append(out, w)
			}
		}
	}
	return out, nil
}

// tellWorkers gives each a notice and a mail, in the same neutral words.
func (d *Desk) tellWorkers(tx *store.Tx, by By, to []agency.Worker, message string) error {
	for _, w := range to {
		if err := tx.AddNotice(store.Notice{ID: store.NewID(by.Now), To: access.ToWorker(w.ID), Message: message, At: by.Now}); err != nil {
			return err
		}
		if w.Email == "" {
			continue
		}
		if err := d.QueueMail(tx, by, w.Email, message, nil); err != nil {
			return err
		}
	}
	return nil
}
