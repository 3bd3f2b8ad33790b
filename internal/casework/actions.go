package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Whose actions are asked for.
const (
	ActionsMine = "mine" // what waits for the worker by name
	ActionsTeam = "team" // what waits for one of their roles, where nobody has it
	ActionsLate = "late" // late actions of others on records the worker answers for
	ActionsDone = "done" // what they did in the last four weeks
)

// Action is one thing that waits for someone on one record.
type Action struct {
	In    *Chronology
	Step  *pathway.Step // the step to take
	Group string        // of the row it is about, if one
	Row   string
	What  string        // in words
	Clock *record.Clock // the limit that runs; nil where there is none
	// Who are the workers whom answers name to do it.
	Who []string
	// DoneAt is when it was done, of what is done.
	DoneAt time.Time
}

// Due is its limit; zero when there is none.
func (a Action) Due() time.Time {
	if a.Clock == nil {
		return time.Time{}
	}
	return a.Clock.DueAt
}

// Late tells whether its limit has passed.
func (a Action) Late(now time.Time) bool { return a.Clock != nil && now.After(a.Clock.DueAt) }

// Actions is one list over every record.
type Actions struct {
	List    []Action // late first, then by limit; those without one last
	Names   map[string]string
	Workers map[string]agency.Worker
	// More is set when there are more records than one list looks through: those
	// whose limits come first are in it.
	More bool
}

const (
	// mostActed is how many open records one list looks through.
	mostActed = 300
	// mostDone is how many done things are shown.
	mostDone = 200
	// doneFor is how long what is done can be seen.
	doneFor = 28 * 24 * time.Hour
)

// Actions gives what waits for a worker, over every record that they may see. It
// reads records in order to list what is to be done, as a board does, and like a
// board it leaves no line for each.
func (d *Desk) Actions(ctx context.Context, by By, whose string) (*Actions, error) {
	out := &Actions{Names: map[string]string{}}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		w := waiting{d: d, tx: tx, by: by, out: out}
		if whose == ActionsDone {
			if err := w.done(); err != nil {
				return err
			}
		} else if err := w.open(whose); err != nil {
			return err
		}
		var who naming
		for _, a := range out.List {
			for _, id := range append(a.Who, a.In.Record.Allocated) {
				who.add(string(access.ToWorker(id)))
			}
		}
		return who.read(tx, out.Names)
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, actSearch, "actions", map[string]string{"whose": whose, "hits": itoa(len(out.List))})
}

// waiting gathers what waits for one worker.
type waiting struct {
	d   *Desk
	tx  *store.Tx
	by  By
	out *Actions
}

// open gathers from the open records.
func (w *waiting) open(whose string) error {
	q := store.BoardQuery{Principals: w.by.Viewer.Principals, Worker: w.by.Worker(), Now: w.by.Now, OpenOnly: true, Sort: store.SortDue, Limit: mostActed}
	switch whose {
	case ActionsMine:
		q.Principals = []access.Principal{w.by.Principal}
	case ActionsLate:
		q.Due = store.DueOverdue
	}
	list, err := w.board(q)
	if err != nil {
		return err
	}
	if whose == ActionsMine { // given to a role, and then to one who holds it
		q.Principals, q.Allocated = w.by.Viewer.Principals, w.by.Worker()
		more, err := w.board(q)
		if err != nil {
			return err
		}
		for _, c := range more {
			if !slices.ContainsFunc(list, func(x *Chronology) bool { return x.Record.ID == c.Record.ID }) {
				list = append(list, c)
			}
		}
	}
	var have map[string]agency.Worker
	if whose == ActionsTeam {
		if have, err = w.allocated(list); err != nil {
			return err
		}
	}
	for _, c := range list {
		switch whose {
		case ActionsMine:
			w.mine(c)
		case ActionsTeam:
			w.team(c, have)
		case ActionsLate:
			w.late(c)
		}
	}
	slices.SortStableFunc(w.out.List, func(a, b Action) int {
		if (a.Clock == nil) != (b.Clock == nil) {
			if a.Clock == nil {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Due().Compare(b.Due()), cmp.Compare(a.In.Record.ID, b.In.Record.ID))
	})
	return nil
}

// board reads the records of a board as far as the list needs them.
func (w *waiting) board(q store.BoardQuery) ([]*Chronology, error) {
	if len(q.Principals) == 0 || w.by.Worker() == "" || len(w.by.Viewer.Principals) == 0 {
		return nil, nil
	}
	page, err := w.tx.Board(q)
	if err != nil {
		return nil, err
	}
	w.out.More = w.out.More || page.Total > len(page.Rows)
	ids := make([]string, len(page.Rows))
	for i, row := range page.Rows {
		ids[i] = row.Record.ID
	}
	return w.read(ids)
}

// read reads some records without what is written on them: what waits for someone
// follows from the answers, the steps taken and the clocks.
func (w *waiting) read(ids []string) ([]*Chronology, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := w.tx.AccessOf(ids)
	if err != nil {
		return nil, err
	}
	recs, err := w.tx.RecordsByID(ids)
	if err != nil {
		return nil, err
	}
	r := w.d.reading(w.tx, w.by)
	for _, rec := range recs {
		dec := access.Decide(w.by.Viewer, rows[rec.ID].Grants, rows[rec.ID].Restrictions, rows[rec.ID].Exclusions)
		if !dec.May(access.View) {
			continue
		}
		p, err := w.d.pathway(w.tx, rec.Hash)
		if err != nil {
			return nil, err
		}
		r.have[rec.ID] = &Chronology{Record: rec, Pathway: p, Decision: dec, Grants: rows[rec.ID].Grants}
	}
	if err := cmp.Or(
		each(r, ids, w.tx.ClocksOf, func(v record.Clock) string { return v.Record }, func(c *Chronology, v record.Clock) { c.Clocks = append(c.Clocks, v) }),
		each(r, ids, w.tx.RevisionsOf, func(v record.Revision) string { return v.Record }, func(c *Chronology, v record.Revision) { c.Revisions = append(c.Revisions, v) }),
	); err != nil {
		return nil, err
	}
	var out []*Chronology
	for _, id := range ids {
		c := r.have[id]
		if c == nil {
			continue
		}
		c.Facts = w.d.factsOf(w.by, c.Record, c.Decision, c.Revisions)
		c.Answers = c.Record.Answers.Clone()
		if c.Held, err = w.d.openFor(c.Pathway, id, c.Facts.Actor.Roles, c.Answers); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// add puts one thing on the list, with what it is in words.
func (w *waiting) add(a Action) {
	if a.What == "" && a.Clock != nil {
		a.What = a.Clock.Label
	}
	if a.Row != "" {
		a.What = w.words(a)
	}
	w.out.List = append(w.out.List, a)
}

// words says what a row is about, or what is to be done where the row is the reader
// themself, such as a guest of a meeting.
func (w *waiting) words(a Action) string {
	words := a.In.Pathway.RowWords(a.In.Read(), a.Group, a.Row)
	if me := w.by.Viewer.Worker.Name; me != "" && strings.HasPrefix(words, me) {
		return a.Step.Label
	}
	return words
}

// limit is one clock of a record that runs.
type limit struct {
	*record.Clock
	def *pathway.Clock
	// named are the workers whom answers name to see to it: of a row those of the
	// row, and only without them whoever leads the record.
	named []string
}

// limits are the clocks of a record that run.
func (c *Chronology) limits() []limit {
	var out []limit
	for i := range c.Clocks {
		clock := &c.Clocks[i]
		def, ok := c.Pathway.Clock(clock.Clock)
		if !ok || !clock.Open() {
			continue
		}
		named := c.Pathway.Named(&pathway.Step{By: namedIn(c.Pathway, def)}, c.Record.Answers, clock.Row())
		if len(named) == 0 {
			named = c.Pathway.AnswerFor(def, c.Record.Answers, clock.Row())
		}
		out = append(out, limit{clock, def, named})
	}
	return out
}

// holds tells whether the record is the worker's: given to them, or begun by them
// and given to nobody.
func (w *waiting) holds(c *Chronology) bool {
	return c.Record.Allocated == w.by.Worker() || c.Record.Allocated == "" && c.Record.Author == string(w.by.Principal)
}

// isMine tells whether it is for the worker to see to a limit. A row with someone
// of its own is theirs, not the one's who has the record.
func (w *waiting) isMine(c *Chronology, l limit) bool {
	return slices.Contains(l.named, w.by.Worker()) || w.holds(c) && (l.Row() == "" || len(l.named) == 0)
}

// next is the step by which the reader can stop a clock; nil when they cannot.
func (c *Chronology) next(def *pathway.Clock, row string) *pathway.Step {
	for _, s := range c.Pathway.Stops(def) {
		of := row
		if s.Row != "" && s.Row != def.Each {
			of = ""
		}
		if s.Row != "" && of == "" {
			for _, any := range c.Record.Answers.Rows(s.Row) {
				if c.Pathway.MayTake(s, c.Facts, any) {
					return s
				}
			}
			continue
		}
		if c.Pathway.MayTake(s, c.Facts, of) {
			return s
		}
	}
	return nil
}

// mine adds what waits for the worker by name: limits that an answer, or the
// record itself, gives to them; rows of theirs without a limit; and what they
// alone were asked.
func (w *waiting) mine(c *Chronology) {
	me := w.by.Worker()
	for _, l := range c.limits() {
		if step := c.next(l.def, l.Row()); step != nil && w.isMine(c, l) {
			w.add(Action{In: c, Step: step, Group: l.def.Each, Row: l.Row(), Clock: l.Clock, Who: l.named})
		}
	}
	for i := range c.Pathway.Steps {
		s := &c.Pathway.Steps[i]
		switch {
		case s.Adds != "" || !slices.ContainsFunc(s.By, isNamed):
		case s.Row != "":
			for _, row := range c.Record.Answers.Rows(s.Row) {
				if c.rowOf(s) && slices.Contains(c.Pathway.Named(s, c.Record.Answers, row), me) && !c.took(s, row) && !w.has(c, s, row) && c.Pathway.OpenTo(s, c.Facts, row) {
					w.add(Action{In: c, Step: s, Group: s.Row, Row: row, Who: []string{me}})
				}
			}
		case !slices.ContainsFunc(s.By, func(by string) bool { return !isNamed(by) }):
			if slices.Contains(c.Pathway.Named(s, c.Record.Answers, ""), me) && !c.since(s, me) && c.Pathway.OpenTo(s, c.Facts, "") {
				w.add(Action{In: c, Step: s, What: s.Label, Who: []string{me}})
			}
		}
	}
}

// has tells whether a step on a row is on the list already, with its limit.
func (w *waiting) has(c *Chronology, s *pathway.Step, row string) bool {
	return slices.ContainsFunc(w.out.List, func(a Action) bool { return a.In == c && a.Step == s && a.Row == row })
}

// isNamed tells that a word of by: stands for whoever an answer names.
func isNamed(by string) bool { return strings.HasPrefix(by, "worker:") }

// rowOf tells whether it is a question of the rows themselves that gives a step to
// the worker: one who leads the whole record does not have every row to do.
func (c *Chronology) rowOf(s *pathway.Step) bool {
	return slices.ContainsFunc(s.By, func(by string) bool {
		return isNamed(by) && c.Pathway.GroupOf(strings.TrimPrefix(by, "worker:")) == s.Row
	})
}

// took tells whether a step was taken on a row.
func (c *Chronology) took(s *pathway.Step, row string) bool {
	return slices.ContainsFunc(c.Facts.Acts, func(a pathway.Act) bool { return a.Step == s.ID && a.Row == row })
}

// since tells whether the worker has answered what they were asked: any step that
// is for them alone, since an answer last named them.
func (c *Chronology) since(s *pathway.Step, me string) bool {
	asked, answered := 0, 0
	for _, v := range c.Revisions {
		for k := range v.Changes {
			if _, _, id := k.Split(); slices.Contains(s.By, "worker:"+id) {
				asked = v.Seq
			}
		}
		step, ok := c.Pathway.Step(v.Step)
		if ok && v.By == string(access.ToWorker(me)) && slices.ContainsFunc(step.By, func(by string) bool { return slices.Contains(s.By, by) }) {
			answered = v.Seq
		}
	}
	return answered > asked
}

// allocated reads the workers who have some records.
func (w *waiting) allocated(list []*Chronology) (map[string]agency.Worker, error) {
	var ids []string
	for _, c := range list {
		if id := c.Record.Allocated; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	found, err := w.tx.WorkersByID(ids)
	out := make(map[string]agency.Worker, len(found))
	for _, one := range found {
		out[one.ID] = one
	}
	return out, err
}

// team adds the limits that one of the worker's roles can meet, where nobody was
// named for it and the one who has the record could not do it.
func (w *waiting) team(c *Chronology, have map[string]agency.Worker) {
	for _, l := range c.limits() {
		step := c.next(l.def, l.Row())
		if step == nil || len(l.named) > 0 || !slices.ContainsFunc(step.By, func(by string) bool { return slices.Contains(c.Facts.Actor.Roles, by) }) {
			continue
		}
		if who := have[c.Record.Allocated]; who.ID != "" && slices.ContainsFunc(step.By, func(by string) bool { return who.Holds(by, w.by.Now) }) {
			continue
		}
		w.add(Action{In: c, Step: step, Group: l.def.Each, Row: l.Row(), Clock: l.Clock})
	}
}

// late adds the actions of others that are late on a record the worker answers
// for: they have it, they began it, they lead it, or the clock is one of their
// role's.
func (w *waiting) late(c *Chronology) {
	for _, l := range c.limits() {
		if l.Row() == "" || !w.by.Now.After(l.DueAt) || w.isMine(c, l) {
			continue
		}
		owns := w.holds(c) || c.Record.Author == string(w.by.Principal) && c.Decision.May(access.Act) ||
			slices.Contains(c.Pathway.AnswerFor(l.def, c.Record.Answers, l.Row()), w.by.Worker()) ||
			slices.ContainsFunc(l.def.Owner, func(owner string) bool { return slices.Contains(c.Facts.Actor.Roles, owner) })
		if m := c.Pathway.MeetingOfActions(l.def.Each); m != nil && m.ChairOf(c.Record.Answers) == w.by.Worker() {
			owns = true
		}
		if owns {
			w.add(Action{In: c, Step: c.next(l.def, l.Row()), Group: l.def.Each, Row: l.Row(), Clock: l.Clock, Who: l.named})
		}
	}
}

// namedIn are the words "worker:<question>" of the steps that stop a clock whose
// questions are asked of its rows: those who do it, not those who lead the record.
func namedIn(p *pathway.Pathway, def *pathway.Clock) []string {
	var out []string
	for _, s := range p.Stops(def) {
		for _, by := range s.By {
			if isNamed(by) && p.GroupOf(strings.TrimPrefix(by, "worker:")) == def.Each && def.Each != "" && !slices.Contains(out, by) {
				out = append(out, by)
			}
		}
	}
	return out
}

// done gathers what the worker did: steps that something waited for.
func (w *waiting) done() error {
	revs, err := w.tx.StepsBy(string(w.by.Principal), w.by.Now.Add(-doneFor), mostDone)
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range revs {
		if !slices.Contains(ids, v.Record) {
			ids = append(ids, v.Record)
		}
	}
	w.out.More = len(revs) == mostDone
	list, err := w.read(ids)
	if err != nil {
		return err
	}
	for _, v := range revs {
		i := slices.IndexFunc(list, func(c *Chronology) bool { return c.Record.ID == v.Record })
		if i < 0 {
			continue
		}
		c := list[i]
		s, ok := c.Pathway.Step(v.Step)
		if !ok {
			continue
		}
		a := Action{In: c, Step: s, Row: v.Row, Group: s.Group(), What: s.Label, DoneAt: v.HappenedAt}
		for i := range c.Clocks {
			if k := &c.Clocks[i]; k.StoppedBy == s.ID && k.StoppedAt.Equal(v.HappenedAt) && (k.Row() == "" || k.Row() == v.Row) {
				a.Clock = k
			}
		}
		if s.Row == "" && a.Clock == nil && !slices.ContainsFunc(s.By, isNamed) {
			continue // nothing waited for it
		}
		if v.Row != "" {
			a.What = w.words(a)
		}
		w.out.List = append(w.out.List, a)
	}
	return nil
}
