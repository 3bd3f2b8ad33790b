package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Conflict says that someone else answered the same questions while this was
// being written. Both answers are kept until a person chooses.
type Conflict struct {
	Revision int // the revision to start from next time
	Fields   []Clash
}

// Clash is one question answered differently by two people.
type Clash struct {
	Key    answer.Key
	Label  string
	Mine   string
	Theirs string
	By     access.Principal
	At     time.Time
}

// Error is for logs; the page shows the answers side by side.
func (c *Conflict) Error() string {
	return fmt.Sprintf("%d answers were changed by someone else", len(c.Fields))
}

// Unwrap makes it a conflict to whoever asks for the kind.
func (c *Conflict) Unwrap() error {
	return fault.New(fault.Conflict, "Someone else changed the same answers while you were writing. Choose which to keep.")
}

// clash compares changes begun at one revision with what was saved since.
func clash(tx *store.Tx, p *pathway.Pathway, rec record.Record, based int, changes answer.Set) error {
	if based >= rec.Revision || based <= 0 {
		return nil
	}
	revs, err := tx.Revisions(rec.ID)
	if err != nil {
		return err
	}
	c := Conflict{Revision: rec.Revision}
	for _, k := range changes.Keys() {
		mine := changes[k]
		for i := len(revs) - 1; i >= 0 && revs[i].Seq > based; i-- {
			theirs, changed := revs[i].Changes[k]
			if !changed {
				continue
			}
			if isGroup(p, k) {
				changes[k] = answer.Answer{List: union(theirs.List, mine.List)}
			} else if !theirs.Equal(mine) {
				q, label := questionOf(p, k)
				c.Fields = append(c.Fields, Clash{
					Key: k, Label: label, Mine: p.Label(q, mine), Theirs: p.Label(q, theirs),
					By: access.Principal(revs[i].By), At: revs[i].RecordedAt,
				})
			}
			break
		}
	}
	if len(c.Fields) > 0 {
		return &c
	}
	return nil
}

func isGroup(p *pathway.Pathway, k answer.Key) bool {
	return slices.ContainsFunc(p.Groups, func(g pathway.Group) bool { return g.ID == string(k) })
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func questionOf(p *pathway.Pathway, k answer.Key) (*pathway.Question, string) {
	_, _, id := k.Split()
	q, ok := p.Question(id)
	if !ok {
		return &pathway.Question{ID: id, Type: "text", Label: id}, id
	}
	return q, q.Heading()
}

// TakeStep takes a step on a record with the answers to its questions. Based is
// the revision the worker had before them. It gives the record as it then is. A
// step about one row is named with it, "complete/r3"; the answers about a row
// that a step adds stand under the row pathway.NewRow.
func (d *Desk) TakeStep(ctx context.Context, by By, id, step string, based int, changes answer.Set) (record.Record, error) {
	return d.TakeStepWith(ctx, by, id, step, based, changes, nil)
}

// TakeStepWith takes a step that is about several records at once: also are the
// answers about those who are on the lists of the others alone, by record.
func (d *Desk) TakeStepWith(ctx context.Context, by By, id, step string, based int, changes answer.Set, also map[string]answer.Set) (record.Record, error) {
	var out record.Record
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		s, row, ok := stepOf(l.p, step)
		if !ok {
			return errNotThere
		}
		given, err := d.take(tx, by, &l, step, based, changes.Clone())
		if err != nil {
			return err
		}
		out = l.rec
		if err := d.takeTogether(tx, by, &l, s, row, given, also); err != nil {
			return err
		}
		return d.meet(tx, by, &l)
	})
	return out, err
}

// take takes a step on one record and gives the answers that it was taken on.
// Whoever was invited to its meetings is told afterwards, by [Desk.meet].
func (d *Desk) take(tx *store.Tx, by By, l *loaded, ref string, based int, changes answer.Set) (answer.Set, error) {
	s, row, ok := stepOf(l.p, ref)
	if !ok {
		return nil, errNotThere
	}
	if err := clash(tx, l.p, l.rec, based, changes); err != nil {
		return nil, err
	}
	l.f.Row, changes = onRow(l.rec, s, row, changes)
	for k, a := range l.p.Anew(s.ID, l.f) {
		if _, said := changes[k]; !said {
			changes[k] = a
		}
	}
	changes = l.rec.Answers.Diff(overlay(l.rec.Answers, changes))
	if text := l.p.ScoringRefused(l.f, changes); text != "" {
		return nil, fault.New(fault.Forbidden, text)
	}
	l.f.Answers.Apply(changes)
	given := l.f.Answers.Clone()
	taking, err := l.p.Take(s.ID, l.f)
	if l.near.err != nil {
		return nil, l.near.err
	}
	if err != nil {
		return nil, err
	}
	if err := d.secondChecked(tx, by, *l, taking); err != nil {
		return nil, err
	}
	rev := record.Revision{
		Kind: record.Stepped, Step: s.ID, Row: taking.Row, From: l.rec.State, To: taking.To, Changes: changes,
		Based: based, HappenedAt: happened(l.p, s, l.f),
	}
	if len(l.f.Actor.Roles) > 0 {
		rev.Role = roleFor(s, l.f.Actor)
	}
	if taking.Moves != "" {
		if _, ok := d.Place.Register.Authority(taking.Moves); !ok {
			return nil, fault.New(fault.Invalid, "Choose which front door this goes to.")
		}
		if !d.holdsIn(by, s.By, taking.Moves) {
			return nil, fault.New(fault.Forbidden, "Only someone of the front door that it goes to can accept it.")
		}
		rev.Authority = taking.Moves
	}
	if taking.Merges != "" {
		into, err := d.access(tx, by, taking.Merges)
		if err != nil {
			return nil, err
		}
		if taking.Merges == l.rec.ID || !into.May(access.View) {
			return nil, fault.New(fault.Invalid, "Choose another record that you can open for this one to join.")
		}
	}
	rev.Allocated, rev.Team = taking.Allocates, taking.Team
	if err := d.revise(tx, by, l, rev); err != nil {
		return nil, err
	}
	if err := d.effects(tx, by, l, taking); err != nil {
		return nil, err
	}
	if dr, _, err := tx.DraftFor(string(by.Principal), l.rec.ID, ref); err == nil {
		if err := tx.MoveFiles(dr.ID, l.rec.ID); err != nil {
			return nil, err
		}
	}
	return given, tx.DropDraftFor(string(by.Principal), l.rec.ID, ref)
}

// holdsIn tells whether the worker holds one of some roles in a team of an
// authority. A record moves only when the authority it moves to says so: the
// one that offers it cannot accept it for the other.
func (d *Desk) holdsIn(by By, roles []string, authority string) bool {
	for _, m := range by.Viewer.Worker.Memberships {
		team, _ := d.Place.Register.Team(m.Team)
		if m.Live(by.Now) && slices.Contains(roles, m.Role) && slices.Contains(team.Authorities, authority) {
			return true
		}
	}
	return false
}

func overlay(base, changes answer.Set) answer.Set {
	out := base.Clone()
	out.Apply(changes)
	return out
}

func roleFor(s *pathway.Step, a pathway.Actor) string {
	for _, r := range s.By {
		if slices.Contains(a.Roles, r) {
			return r
		}
	}
	return ""
}

// happened is when the step's act was so: the time asked for on its form, or now.
func happened(p *pathway.Pathway, s *pathway.Step, f pathway.Facts) time.Time {
	if s.Happened != "" {
		if t, _, err := calendar.ParseTime(f.Answers.Text(p.Key(s.Happened, f.Row))); err == nil {
			return t.UTC()
		}
	}
	return f.Now
}

// revise writes one revision and the current view that follows from it.
func (d *Desk) revise(tx *store.Tx, by By, l *loaded, rev record.Revision) error {
	rev.Record, rev.Seq = l.rec.ID, l.rec.Revision+1
	rev.By, rev.RecordedAt = string(l.as(by).Principal), by.Now
	if rev.HappenedAt.IsZero() {
		rev.HappenedAt = by.Now
	}
	if err := d.sealAnswers(l.p, l.rec.ID, rev.Changes); err != nil {
		return err
	}
	l.rec.Answers.Apply(rev.Changes)
	l.rec.Revision = rev.Seq
	if rev.To != "" {
		l.rec.State = rev.To
	}
	if rev.Authority != "" {
		l.rec.Authority = rev.Authority
	}
	if rev.Allocated != "" {
		l.rec.Allocated = rev.Allocated
	}
	if rev.Team != "" {
		l.rec.Team = rev.Team
	}
	l.rec.UpdatedAt = by.Now
	l.f.Answers, l.f.State, l.f.Authority = l.rec.Answers.Clone(), l.rec.State, l.rec.Authority
	if rev.Step != "" {
		l.f.Taken[rev.Step] = pathway.Taken{By: by.Worker(), At: rev.HappenedAt}
		l.f.Acts = append(l.f.Acts, pathway.Act{Step: rev.Step, Row: rev.Row, At: rev.HappenedAt})
	}
	wasClosed := !l.rec.ClosedAt.IsZero()
	d.view(l.p, &l.rec, l.f)
	if rev.Seq == 1 {
		if err := tx.CreateRecord(l.rec, rev); err != nil {
			return err
		}
	} else if err := tx.SaveRevision(l.rec, rev); err != nil {
		return err
	}
	if rev.Seq == 1 && l.source {
		if err := d.keepSource(tx, by, l.rec.ID); err != nil {
			return err
		}
	}
	if err := d.indexPeople(tx, l.as(by), l, rev.Changes); err != nil {
		return err
	}
	if err := d.keepUntil(tx, by, l, wasClosed); err != nil {
		return err
	}
	kind := "answers"
	if rev.Kind == record.Created {
		kind = "created"
	} else if rev.Step != "" {
		kind = "step"
	}
	return d.runClocks(tx, l, deadline.Event{
		Kind: kind, Step: rev.Step, Row: rev.Row, State: l.rec.State, At: rev.HappenedAt, Recorded: rev.RecordedAt,
	})
}

// runClocks starts, stops and cancels the record's clocks after an event.
func (d *Desk) runClocks(tx *store.Tx, l *loaded, ev deadline.Event) error {
	have, err := tx.Clocks(l.rec.ID)
	if err != nil {
		return err
	}
	put, err := deadline.Advance(l.p, d.calendarFor(l.rec.Authority), have, ev, l.f, func() string { return store.NewID(l.f.Now) })
	if err != nil {
		return err
	}
	for i := range put {
		put[i].Record = l.rec.ID
	}
	return tx.PutClocks(put)
}

// effects carries out what a step brings besides the revision: access, other
// records, documents, entries and notices.
func (d *Desk) effects(tx *store.Tx, by By, l *loaded, t pathway.Taking) error {
	ended, err := d.endedWorkers(tx, by, l, t)
	if err != nil {
		return err
	}
	if len(t.Ends) > 0 {
		if err := tx.EndGrants(l.rec.ID, t.Ends, by.Now); err != nil {
			return err
		}
	}
	if err := d.giveAccess(tx, by, l, t.Grants, ended); err != nil {
		return err
	}
	if t.Merges != "" {
		if err := tx.AddLink(record.Link{From: l.rec.ID, To: t.Merges, Kind: "merged_into", At: by.Now}); err != nil {
			return err
		}
	}
	if t.Step.Entry != "" {
		if err := d.stepEntry(tx, by, l, t.Step); err != nil {
			return err
		}
	}
	if err := d.takeOnOthers(tx, by, l, t.Takes); err != nil {
		return err
	}
	for _, st := range t.Starts {
		if err := d.start(tx, by, l, st); err != nil {
			return err
		}
	}
	if err := d.sendDocuments(tx, by, l, t.Documents); err != nil {
		return err
	}
	if err := d.tellOfEnd(tx, by, l, t); err != nil {
		return err
	}
	if err := d.tellAcross(tx, by, l, t.Step); err != nil {
		return err
	}
	return d.notify(tx, by, *l, t.Notices, ended)
}

// stepEntry writes the entry that a step leaves on the record: the words given
// to its first long question.
func (d *Desk) stepEntry(tx *store.Tx, by By, l *loaded, s *pathway.Step) error {
	for _, q := range s.Ask {
		if q.Type == "textarea" && q.Group == s.Group() {
			e := record.Entry{
				Record: l.rec.ID, Kind: s.Entry, HappenedAt: happened(l.p, s, l.f),
				Text: l.f.Answers.Text(l.p.Key(q.ID, l.f.Row)), Guarded: q.Guarded,
			}
			return d.addEntry(tx, l.as(by), e)
		}
	}
	return d.addEntry(tx, l.as(by), record.Entry{Record: l.rec.ID, Kind: s.Entry, HappenedAt: happened(l.p, s, l.f), Text: s.Label})
}

// giveAccess writes the grants that a step made. Ended are the workers whose grants it
// ended, by key.
func (d *Desk) giveAccess(tx *store.Tx, by By, l *loaded, made []pathway.MadeGrant, ended map[string][]access.Principal) error {
	var rows []access.Grant
	for _, g := range made {
		to, err := d.grantees(l, g.To)
		if err != nil {
			return err
		}
		if kind, key, _ := cut(g.To, ":"); kind == "ended" {
			to = ended[key]
		}
		rights := make([]access.Right, len(g.May))
		for i, m := range g.May {
			rights[i] = access.Right(m)
		}
		for _, p := range to {
			rows = append(rows, access.Grant{
				ID: store.NewID(by.Now), Record: l.rec.ID, To: p, May: rights, Why: g.Why, Key: g.Key,
				From: by.Now, By: "pathway",
			})
		}
	}
	return tx.AddGrants(rows)
}

// grantees turns a grant's "to" into principals.
func (d *Desk) grantees(l *loaded, to string) ([]access.Principal, error) {
	kind, name, _ := cut(to, ":")
	switch kind {
	case "role":
		return []access.Principal{access.ToRole(name, l.rec.Authority)}, nil
	case "team":
		return []access.Principal{access.ToTeam(name)}, nil
	case "parent":
		return []access.Principal{access.ToRole(name, l.rec.Authority)}, nil
	case "worker":
		return []access.Principal{access.ToWorker(name)}, nil
	case "author":
		if l.rec.Author == "" {
			return nil, nil
		}
		return []access.Principal{access.Principal(l.rec.Author)}, nil
	case "ended":
		return nil, nil // those whom [Desk.endedWorkers] found
	case "own_team":
		if l.rec.Team == "" {
			return nil, nil
		}
		return []access.Principal{access.ToTeam(l.rec.Team)}, nil
	}
	return nil, fault.New(fault.Internal, "This pathway gives access to someone the program does not know: "+to)
}

// start begins the record that a step of another starts.
func (d *Desk) start(tx *store.Tx, by By, l *loaded, st pathway.MadeStart) error {
	p, ok := d.Pathways.Get(st.Start.Pathway)
	if !ok {
		return fault.New(fault.Internal, "The pathway this step starts is not loaded.")
	}
	team, err := d.startTeam(l, st)
	if err != nil {
		return err
	}
	step := st.Start.Step
	if step == "" {
		b, ok := p.Beginning()
		if !ok {
			return fault.New(fault.Internal, "The pathway this step starts cannot begin.")
		}
		step = b.ID
	}
	known, err := d.known(p, *l)
	if err != nil {
		return err
	}
	onlyRow(known, st)
	onlyRows(known, st.Rows)
	known.Apply(st.Answers)
	author := string(by.Principal)
	_, err = d.begin(tx, by, p, Beginning{
		Authority: l.rec.Authority, Step: step, Answers: known, Parent: l.rec.ID, StartedBy: st.Step,
		Team: team, Each: st.Each, Author: author, System: true,
	})
	return err
}

// onlyRow keeps, in a record started for one row of a group, that row alone.
func onlyRow(known answer.Set, st pathway.MadeStart) {
	group := st.Start.Each
	if _, ok := known[answer.Key(group)]; !ok || st.Each == "" {
		return
	}
	known[answer.Key(group)] = answer.List(st.Each)
	for k := range known {
		if g, r, _ := k.Split(); g == group && r != st.Each {
			delete(known, k)
		}
	}
}

// onlyRows keeps, of some groups, the rows that go along.
func onlyRows(known answer.Set, along map[string][]string) {
	for group, rows := range along {
		if _, ok := known[answer.Key(group)]; !ok {
			continue
		}
		known[answer.Key(group)] = answer.List(rows...)
		for k := range known {
			if g, r, _ := k.Split(); g == group && r != "" && !slices.Contains(rows, r) {
				delete(known, k)
			}
		}
	}
}

func (d *Desk) startTeam(l *loaded, st pathway.MadeStart) (string, error) {
	kind, role := st.Team, ""
	if a, b, ok := cut(st.Team, "/"); ok {
		kind, role = a, b
	}
	if id, ok := d.Place.Register.Team(kind); ok {
		return id.ID, nil
	}
	if kind == "" {
		return "", nil
	}
	teams := d.Place.Register.TeamsFor(kind, role, l.rec.Authority)
	if len(teams) == 0 {
		return "", fault.New(fault.Invalid, fmt.Sprintf("No team is set up to be asked for %s here. Choose another, or ask your administrator to add the team.", kind))
	}
	return teams[0].ID, nil
}

// Beginning is what a record begins with.
type Beginning struct {
	Authority, Step, Parent, StartedBy, Team, Each, Author string
	Answers                                                answer.Set
	System                                                 bool // begun by a step of another record, which was allowed
}

// Begin makes a record at once, without a draft: a worker who takes down a call,
// or the world the demonstration starts with.
func (d *Desk) Begin(ctx context.Context, by By, name string, b Beginning) (record.Record, error) {
	p, ok := d.Pathways.Get(name)
	if !ok {
		return record.Record{}, errNotThere
	}
	if b.Author == "" {
		b.Author = string(by.Principal)
		if by.Worker() == "" {
			b.Author = authorCode
		}
	}
	b.System = false
	var l loaded
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		l, err = d.begin(tx, by, p, b)
		return err
	})
	return l.rec, err
}

// begin makes a record by its beginning step.
func (d *Desk) begin(tx *store.Tx, by By, p *pathway.Pathway, b Beginning) (loaded, error) {
	l := loaded{p: p}
	id := store.NewID(by.Now)
	b.Answers = b.Answers.Clone()
	b.Answers.Apply(p.Fixed())
	copies, err := renameFiles(tx, by, p, b.Parent, b.Answers)
	if err != nil {
		return l, err
	}
	ref, err := d.newReference(tx, p, b.Authority)
	if err != nil {
		return l, err
	}
	l.rec = record.Record{
		ID: id, Reference: ref, Pathway: p.Name, Version: p.Version, Hash: p.Hash, Authority: b.Authority,
		Answers: answer.Set{}, Author: b.Author, Parent: b.Parent, StartedBy: b.StartedBy, CreatedAt: by.Now, UpdatedAt: by.Now,
		Team: b.Team, Each: b.Each,
	}
	if b.Author == authorCode {
		l.rec.Author = string(access.ToCode(id))
	}
	if l.source, err = d.seals(tx, by, &l, b.Author); err != nil {
		return l, err
	}
	if l.source {
		l.rec.Author = string(toSource(id))
	}
	l.f = pathway.Facts{
		Answers: b.Answers, Now: by.Now, Created: by.Now, Authority: b.Authority, Each: b.Each, Taken: map[string]pathway.Taken{}, Counts: noCounts(),
		Actor: beginner(by),
	}
	l.f.Others = d.othersOf(by, &l, func(fn func(*store.Tx) error) error { return fn(tx) })
	if b.System {
		l.f.Actor.Roles = append(l.f.Actor.Roles, "system")
	}
	scored, err := d.beginTools(tx, by, &l, &b)
	if err != nil {
		return l, err
	}
	taking, err := p.Take(b.Step, l.f)
	if err != nil {
		return l, err
	}
	s, _ := p.Step(b.Step)
	rev := record.Revision{
		Kind: record.Created, Step: b.Step, To: taking.To, Changes: b.Answers.Clone(), Team: b.Team,
		HappenedAt: happened(p, s, l.f), Authority: b.Authority,
	}
	if err := d.revise(tx, by, &l, rev); err != nil {
		return l, err
	}
	for _, t := range scored {
		if err := tx.AddRecordTool(t); err != nil {
			return l, err
		}
	}
	if err := d.copyFiles(tx, by, b.Parent, id, copies); err != nil {
		return l, err
	}
	if b.Parent != "" {
		if err := tx.AddLink(record.Link{From: b.Parent, To: id, Kind: "started", At: by.Now}); err != nil {
			return l, err
		}
	}
	if err := d.effects(tx, by, &l, taking); err != nil {
		return l, err
	}
	if err := d.tellBegun(tx, by, l); err != nil {
		return l, err
	}
	return l, d.meet(tx, by, &l)
}

// Allocate gives records to a worker, all or none: the board's bulk act.
func (d *Desk) Allocate(ctx context.Context, by By, ids []string, to string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(to)
		if err != nil {
			return fault.New(fault.Invalid, "Choose a worker to give this to.")
		}
		for _, id := range ids {
			l, err := d.load(tx, by, id, true)
			if err != nil {
				return err
			}
			if !l.dec.May(access.Act) {
				return errForbidden
			}
			if !d.couldAct(tx, l, w, by.Now) {
				return fault.New(fault.Invalid, w.Name+" does not have access to every record you chose. Choose someone in the team that has them.")
			}
			if err := d.revise(tx, by, &l, record.Revision{Kind: record.Allocated, Allocated: to, Based: l.rec.Revision}); err != nil {
				return err
			}
			if err := d.noticeTo(tx, by, l.rec, access.ToWorker(to), "allocated"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) couldAct(tx *store.Tx, l loaded, w agency.Worker, now time.Time) bool {
	grants, restrictions, exclusions, err := tx.AccessRows(l.rec.ID)
	if err != nil {
		return false
	}
	return access.Decide(access.WorkerViewer(w, &d.Place.Register, now), grants, restrictions, exclusions).May(access.Act)
}

// Answer changes answers of a record. With a reason it is a correction.
func (d *Desk) Answer(ctx context.Context, by By, id string, based int, changes answer.Set, reason string) (record.Record, error) {
	var out record.Record
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		changes := changes.Clone()
		if err := clash(tx, l.p, l.rec, based, changes); err != nil {
			return err
		}
		changes = l.rec.Answers.Diff(overlay(l.rec.Answers, changes))
		out = l.rec
		if len(changes) == 0 {
			return nil
		}
		if text := l.p.ScoringRefused(l.f, changes); text != "" {
			return fault.New(fault.Forbidden, text)
		}
		rev := record.Revision{Kind: record.Answered, Based: based, Changes: changes, Reason: reason}
		if reason != "" {
			rev.Kind = record.Corrected
		}
		if err := d.revise(tx, by, &l, rev); err != nil {
			return err
		}
		out = l.rec
		return d.meet(tx, by, &l)
	})
	return out, err
}
