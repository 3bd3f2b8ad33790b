package casework

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// Trained is somebody whose training for a form in force lasts until a day.
type Trained struct {
	Worker agency.Worker
	Tool   string
	Form   *tool.Package
	Until  calendar.Date // the last day of it
}

// trained are those who attended all that a form in force asks for and whose training
// runs out one day, or has. Who does not work here any more is not among them.
func (d *Desk) trained(tx *store.Tx, now time.Time) ([]Trained, error) {
	editions, err := tx.ToolEditions()
	if err != nil {
		return nil, err
	}
	attended, err := tx.CoursesAttended("")
	if err != nil {
		return nil, err
	}
	of := map[string][]tool.Attended{}
	for _, a := range attended {
		if a.Undone == "" {
			of[a.Worker] = append(of[a.Worker], tool.Attended{Course: a.Course, Session: a.Session, On: a.On})
		}
	}
	var out []Trained
	today := calendar.DateOf(now)
	for _, id := range d.toolIDs(editions) {
		e, err := tx.ToolInForce(id, today)
		if errors.Is(err, store.ErrNone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		form, err := formOf(e)
		if err != nil {
			return nil, err
		}
		for worker, list := range of {
			c := form.Competence(list, today)
			if c.Until.IsZero() {
				continue
			}
			w, err := tx.Worker(worker)
			if err != nil {
				return nil, err
			}
			if len(w.Roles(now)) > 0 {
				out = append(out, Trained{Worker: w, Tool: id, Form: form, Until: c.Until})
			}
		}
	}
	slices.SortFunc(out, func(a, b Trained) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Worker.Name, b.Worker.Name), cmp.Compare(a.Worker.ID, b.Worker.ID), cmp.Compare(a.Tool, b.Tool))
	})
	return out, nil
}

// Trained lists whose training runs out, the first to run out first: of every form for
// those who look after training, and else of the forms whose licence somebody answers
// for.
func (d *Desk) Trained(ctx context.Context, by By) ([]Trained, error) {
	var out []Trained
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if out, err = d.trained(tx, by.Now); err != nil || d.mayKeep(by, PowerTraining) == nil {
			return err
		}
		mine := map[string]bool{}
		for _, t := range out {
			l, _, err := licenceOf(tx, t.Tool)
			if err != nil {
				return err
			}
			mine[t.Tool] = l != nil && l.Accountable == by.Worker()
		}
		out = slices.DeleteFunc(out, func(t Trained) bool { return !mine[t.Tool] })
		return nil
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, d.logOnly(ctx, by, "read-attendance", "", nil)
}

// RemindTraining tells a worker, and whoever answers for the form's licence, that their
// training runs out within 60 days, again within 14, and when it has: each once. Where
// nobody answers for it, those who look after the partnership's tools are told.
func (d *Desk) RemindTraining(ctx context.Context, now time.Time) error {
	var all []Trained // read beside the writer: there may be many
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		all, err = d.trained(tx, now)
		return err
	})
	if err != nil || len(all) == 0 {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		told := map[string]bool{} // forms of somebody who was told now
		for _, t := range all {
			left := calendar.DateOf(now).DaysTo(t.Until)
			what := toldNow(left)
			if what == "" || left < -EndsSoon { // what ended long ago is no news
				continue
			}
			first, err := tx.TellCourse(t.Worker.ID, t.Tool, t.Until, what, now)
			if err != nil {
				return err
			}
			if !first {
				continue
			}
			told[t.Tool] = true
			if err := d.tellWorkers(tx, BySystem(now), []agency.Worker{t.Worker}, TrainingNotice); err != nil {
				return err
			}
		}
		for form := range told {
			to, err := d.answersFor(tx, form, now)
			if err != nil {
				return err
			}
			if err := d.tellWorkers(tx, BySystem(now), to, TrainingOfNotice); err != nil {
				return err
			}
		}
		return nil
	})
}

// EndsSoon is how many days before its end a licence or training is shown as one that
// runs out soon.
const EndsSoon = 60

// answersFor is whoever is accountable for a form's licence, or else those who look after
// the partnership's tools.
func (d *Desk) answersFor(tx *store.Tx, form string, now time.Time) ([]agency.Worker, error) {
	l, _, err := licenceOf(tx, form)
	if err != nil {
		return nil, err
	}
	if l != nil {
		w, err := tx.Worker(l.Accountable)
		if err != nil || len(w.Roles(now)) > 0 {
			return []agency.Worker{w}, err
		}
	}
	return d.toolKeepers(tx, now)
}
