package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Acts of reading, as the audit log names them.
const (
	actRead   = "read"
	actKnown  = store.ActKnown
	actAcross = "tell-across" // another authority learned that there is a record
	actStatus = "read-status"
	actSearch = "search"
	actFile   = "open-file"

	actAskFirst = "tell-ask-first" // somebody who works with the same people was told to seek advice
)

// View is everything one reader may see of one record.
type View struct {
	Record      record.Record
	Pathway     *pathway.Pathway
	Facts       pathway.Facts
	Decision    access.Decision
	Answers     answer.Set   // opened for this reader
	Held        []answer.Key // sealed answers this reader may not see
	Sources     map[answer.Key]Source
	Steps       []pathway.StepState
	Clocks      []record.Clock
	Entries     []record.Entry
	Messages    []record.Message
	Files       []record.File
	Sent        []record.Document
	People      []store.RecordPerson
	Died        map[string]calendar.Date // children of it who have died, by person, as any record says
	AskFirst    AskFirst                 // what to ask before anybody is contacted
	MayHaveDied []MayHaveDied            // children who may be one who has died, and what was said of it
	Started     []Related
	Parent      *Related
	Grants      []access.Grant
	Locks       []access.Restriction
	Kept        []access.Exclusion // workers kept away by a conflict of interest
	Confirmed   bool               // the sender's work email was confirmed
	Names       map[string]string  // worker id or principal → name to show
}

// Source says when and by whom an answer was last given, and from which record
// it was carried.
type Source struct {
	Seq  int
	At   time.Time
	By   string
	From string // reference of the record it was carried from
}

// Related is a record tied to another, as much of it as the reader may see.
type Related struct {
	Record record.Record
	Title  string
	State  pathway.State
	May    bool // the reader may open it
	Clock  *record.Clock
}

// Open reads a record for a worker and leaves a line in the audit log.
func (d *Desk) Open(ctx context.Context, by By, id string) (*View, error) {
	return d.open(ctx, by, id, 0)
}

// OpenAt reads a record as it stood at one of its revisions.
func (d *Desk) OpenAt(ctx context.Context, by By, id string, revision int) (*View, error) {
	return d.open(ctx, by, id, revision)
}

// open reads on a view of the database that nobody waits for, and then writes the
// line in the log. Only when that line is safe on disk is anything shown.
func (d *Desk) open(ctx context.Context, by By, id string, revision int) (*View, error) {
	var v *View
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.View) {
			return errNotThere
		}
		v, err = d.viewOf(tx, by, l, revision)
		// Rules of the page are worked out after this view has ended.
		l.near.read = func(fn func(*store.Tx) error) error { return d.DB.Read(ctx, fn) }
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := d.logOnly(ctx, by, actRead, id, map[string]string{"pathway": v.Record.Pathway}); err != nil {
		return nil, err
	}
	if err := d.logAskFirst(ctx, by, v.AskFirst); err != nil {
		return nil, err
	}
	return v, nil
}

func (d *Desk) viewOf(tx *store.Tx, by By, l loaded, revision int) (*View, error) {
	v := &View{Record: l.rec, Pathway: l.p, Facts: l.f, Decision: l.dec, Sources: map[answer.Key]Source{}, Names: map[string]string{}}
	revs, err := tx.Revisions(l.rec.ID)
	if err != nil {
		return nil, err
	}
	if revision > 0 {
		if revision > len(revs) {
			return nil, errNotThere
		}
		revs = revs[:revision]
		v.Record = record.Fold(l.rec, revs)
	}
	var who naming
	given := map[answer.Key]Source{}
	if l.rec.Parent != "" {
		if v.Parent, err = d.related(tx, by, l.rec.Parent); err != nil {
			return nil, err
		}
	}
	if v.Parent != nil {
		if given, err = d.givenBefore(tx, l); err != nil {
			return nil, err
		}
	}
	v.Answers = v.Record.Answers.Clone()
	if v.Held, err = d.openFor(l.p, l.rec.ID, l.f.Actor.Roles, v.Answers); err != nil {
		return nil, err
	}
	for _, r := range revs {
		for k := range r.Changes {
			s := Source{Seq: r.Seq, At: r.HappenedAt, By: r.By}
			if r.Kind == record.Created && v.Parent != nil && carried(l.p, k) {
				if was, ok := given[k]; ok {
					s = was
					who.add(was.By)
				}
				s.From = v.Parent.Record.Reference
			}
			v.Sources[k] = s
		}
		who.add(r.By)
	}
	if revision == 0 {
		v.Steps = l.p.StepsFor(l.f)
	}
	if v.Clocks, err = tx.Clocks(l.rec.ID); err != nil {
		return nil, err
	}
	if v.Entries, err = d.entries(tx, l.rec.ID); err != nil {
		return nil, err
	}
	for _, e := range v.Entries {
		v.Confirmed = v.Confirmed || e.Kind == EmailConfirmed
		who.add(e.By)
	}
	if v.Messages, err = d.openMessages(l.messages); err != nil {
		return nil, err
	}
	for _, m := range v.Messages {
		who.add(m.By)
	}
	if v.Files, err = d.files(tx, l.rec.ID); err != nil {
		return nil, err
	}
	if v.Sent, err = d.documents(tx, l.rec.ID); err != nil {
		return nil, err
	}
	v.People, v.Died = l.people, map[string]calendar.Date{}
	children := childrenOf(l.people)
	each, err := sameOfEach(tx, children)
	if err != nil {
		return nil, err
	}
	for i, rp := range children {
		if died := each[i].died(); !died.IsZero() {
			v.Died[rp.Person.ID] = died
		}
	}
	if v.MayHaveDied, err = mayHaveDied(tx, children, each); err != nil {
		return nil, err
	}
	if v.AskFirst, err = d.asksFirst(tx, by, l.rec.ID, l.people); err != nil {
		return nil, err
	}
	kept, err := d.keptOf(tx, by, l.started)
	if err != nil {
		return nil, err
	}
	// The reference, the stage and the clock of one that is kept would tell of it.
	started := slices.DeleteFunc(slices.Clone(l.started), func(s record.Record) bool { return slices.Contains(kept, s.ID) })
	if v.Started, err = d.relatedTo(tx, by, started...); err != nil {
		return nil, err
	}
	v.Grants, v.Locks, v.Kept = l.rows.grants, l.rows.restrictions, l.rows.exclusions
	for _, x := range v.Kept {
		who.add("worker:" + x.Worker)
	}
	for _, g := range v.Grants {
		who.add(string(g.To))
		who.add("worker:" + g.By)
	}
	for _, m := range v.MayHaveDied {
		for _, a := range m.Answers {
			who.add(a.By)
		}
	}
	who.add("worker:" + l.rec.Allocated)
	return v, who.read(tx, v.Names)
}

// givenBefore says who gave each answer on the record that this one was started
// from, and when: what was carried keeps its first source.
func (d *Desk) givenBefore(tx *store.Tx, l loaded) (map[answer.Key]Source, error) {
	revs, err := tx.Revisions(l.rec.Parent)
	out := map[answer.Key]Source{}
	for _, r := range revs {
		if r.RecordedAt.After(l.rec.CreatedAt) {
			break
		}
		for k := range r.Changes {
			out[k] = Source{Seq: r.Seq, At: r.HappenedAt, By: r.By}
		}
	}
	return out, err
}

// carried tells whether a pathway takes an answer over from the record it
// follows: each question is named, also those asked of rows.
func carried(p *pathway.Pathway, k answer.Key) bool {
	g, _, q := k.Split()
	return slices.Contains(p.Carry, q) && (g == "" || slices.Contains(p.Carry, g))
}

// naming gathers workers whose names will be shown, to read them all at once.
type naming struct{ ids []string }

// add takes any principal; those that are not workers need no name.
func (n *naming) add(principal string) {
	if id, is := strings.CutPrefix(principal, "worker:"); is && id != "" && !slices.Contains(n.ids, id) {
		n.ids = append(n.ids, id)
	}
}

// read puts the names beside their principals.
func (n *naming) read(tx *store.Tx, into map[string]string) error {
	if len(n.ids) == 0 {
		return nil
	}
	titles, err := tx.WorkerTitles(n.ids)
	for id, title := range titles {
		into["worker:"+id] = title
	}
	return err
}

// Who is the name to show for a principal: a worker's name and job, or what
// the one who acted was to the record.
func (v *View) Who(principal string, d *Desk) string {
	if n := v.Names[principal]; n != "" {
		return n
	}
	return d.Who(principal)
}

// Who names a principal that is not a worker.
func (d *Desk) Who(principal string) string {
	kind, rest, _ := strings.Cut(principal, ":")
	switch kind {
	case "code", "visitor":
		return "the sender"
	case "source":
		return "the source of this report"
	case "system", "pathway":
		return "Frontdoor"
	case "team":
		if t, ok := d.Place.Register.Team(rest); ok {
			return t.Name
		}
	case "role":
		role, at, _ := strings.Cut(rest, "@")
		r, _ := d.Place.Register.Role(role)
		a, _ := d.Place.Register.Authority(at)
		return r.Label + ", " + a.Name
	}
	return "someone who is no longer listed"
}

// keptOf gives those of some records that a lock or an exclusion keeps from the
// worker.
func (d *Desk) keptOf(tx *store.Tx, by By, list []record.Record) ([]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i, rec := range list {
		ids[i] = rec.ID
	}
	kept, err := tx.KeptFrom(by.Worker(), by.Now, ids)
	if err != nil {
		return nil, err
	}
	secret, err := d.secretFrom(tx, by, list)
	return append(kept, secret...), err
}

// secretFrom gives those of some records that are on a pathway restricted to some
// roles and were not given to the one who acts.
func (d *Desk) secretFrom(tx *store.Tx, by By, list []record.Record) ([]string, error) {
	var ids []string
	for _, rec := range list {
		if p, ok := d.Pathways.Get(rec.Pathway); ok && len(p.Restricted) > 0 {
			ids = append(ids, rec.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.AccessOf(ids)
	return slices.DeleteFunc(ids, func(id string) bool {
		return by.Kind == "system" || access.Decide(by.Viewer, rows[id].Grants, rows[id].Restrictions, rows[id].Exclusions).Any()
	}), err
}

// related is one record tied to another; nil when it is on a restricted pathway
// and not the reader's.
func (d *Desk) related(tx *store.Tx, by By, id string) (*Related, error) {
	rec, err := tx.Record(id)
	if err != nil {
		return nil, err
	}
	if secret, err := d.secretFrom(tx, by, []record.Record{rec}); err != nil || len(secret) > 0 {
		return nil, err
	}
	list, err := d.relatedTo(tx, by, rec)
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func (d *Desk) relatedTo(tx *store.Tx, by By, recs ...record.Record) ([]Related, error) {
	if len(recs) == 0 {
		return nil, nil
	}
	ids := make([]string, len(recs))
	for i, rec := range recs {
		ids[i] = rec.ID
	}
	may, err := d.mayView(tx, by, ids)
	if err != nil {
		return nil, err
	}
	clocks, err := tx.ClocksOf(ids)
	if err != nil {
		return nil, err
	}
	out := make([]Related, len(recs))
	for i, rec := range recs {
		p, err := d.pathway(tx, rec.Hash)
		if err != nil {
			return nil, err
		}
		out[i] = Related{Record: rec, Title: p.Title, May: may[rec.ID]}
		if st, ok := p.State(rec.State); ok {
			out[i].State = *st
		}
		if n := slices.IndexFunc(clocks, func(c record.Clock) bool { return c.Record == rec.ID && c.Open() }); n >= 0 {
			out[i].Clock = &clocks[n]
		}
	}
	return out, nil
}

// Revisions gives the full history of a record to someone who may view it.
func (d *Desk) Revisions(ctx context.Context, by By, id string) ([]record.Revision, *View, error) {
	var revs []record.Revision
	v, err := d.Open(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		revs, err = tx.Revisions(id)
		return err
	})
	for i := range revs {
		if _, e := d.openFor(v.Pathway, id, v.Facts.Actor.Roles, revs[i].Changes); e != nil {
			err = e
		}
	}
	return revs, v, err
}

// Status is what the sender of a record may see of it.
type Status struct {
	Record   record.Record
	Pathway  *pathway.Pathway
	State    pathway.State
	Stages   []Stage
	Clocks   []record.Clock // those of the sender: acknowledgement, decision, feedback
	Sent     []record.Document
	Messages []record.Message
	Steps    []pathway.StepState // what the sender may do: withdraw, answer a question
	Answers  answer.Set          // what they sent, for signed-in professionals only
	Mine     bool
	Disagree bool // the outcome is known, so it may be disagreed with
}

// Stage is one line of the sender's time line.
type Stage struct {
	Name string // received, looking, decided, closed
	At   time.Time
}

// Status reads the sender's view and leaves a line in the audit log. Nothing of
// the case is in it for a public sender: only stages, times, what was written
// for them, and the messages.
func (d *Desk) Status(ctx context.Context, by By, id string) (*Status, error) {
	var s *Status
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Status) {
			return errNotThere
		}
		s = &Status{Record: l.rec, Pathway: l.p, Mine: l.source || l.rec.Author == string(by.Principal)}
		if st, ok := l.p.State(l.rec.State); ok {
			s.State = *st
		}
		revs, err := tx.Revisions(id)
		if err != nil {
			return err
		}
		last := ""
		for _, r := range revs {
			if st, ok := l.p.State(r.To); ok && r.To != "" && st.Sender != last {
				s.Stages = append(s.Stages, Stage{Name: st.Sender, At: r.RecordedAt})
				last = st.Sender
			}
		}
		clocks, err := tx.Clocks(id)
		if err != nil {
			return err
		}
		for _, c := range clocks {
			if def, ok := l.p.Clock(c.Clock); ok && def.Sender != "" {
				c.Label = def.Sender
				s.Clocks = append(s.Clocks, c)
			}
		}
		docs, err := d.documents(tx, id)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if doc.To == "referrer" && doc.Withheld == "" {
				s.Sent = append(s.Sent, doc)
			}
		}
		s.Disagree = len(s.Sent) > 0
		if s.Messages, err = d.openMessages(l.messages); err != nil {
			return err
		}
		s.Steps = l.p.StepsFor(l.f)
		if by.Kind == "worker" && s.Mine && len(revs) > 0 {
			s.Answers = revs[0].Changes.Clone()
			if err := d.openAll(l.p, id, s.Answers); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.log(tx, by, actStatus, id, nil); err != nil {
			return err
		}
		return tx.MarkMessagesRead(id, false, by.Now)
	}); err != nil {
		return nil, err
	}
	return s, nil
}

// OpenKinds counts the open records a worker may see, by pathway.
func (d *Desk) OpenKinds(ctx context.Context, by By) (map[string]int, error) {
	var out map[string]int
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		out, err = tx.OpenKinds(store.BoardQuery{Principals: by.Viewer.Principals, Worker: by.Worker(), Now: by.Now})
		return err
	})
	return out, err
}

// Board lists the records a worker may see, by stage and nearest clock.
func (d *Desk) Board(ctx context.Context, by By, q store.BoardQuery) (store.BoardPage, error) {
	q.Principals, q.Worker, q.Now = by.Viewer.Principals, by.Worker(), by.Now
	for _, b := range d.Place.Ratings {
		q.Ratings = append(q.Ratings, b.ID)
	}
	q.Checks = d.checks()
	var page store.BoardPage
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		page, err = tx.Board(q)
		return err
	})
	if err != nil {
		return page, err
	}
	if q.Text != "" {
		err = d.logOnly(ctx, by, actSearch, "board", map[string]string{"hits": itoa(page.Total)})
	}
	return page, err
}

// checks names the pathways that are questions to agencies, and the states in
// which one has been answered.
func (d *Desk) checks() map[string][]string {
	out := map[string][]string{}
	for _, p := range d.Pathways.All() {
		if !p.IsCheck {
			continue
		}
		out[p.Name] = []string{}
		for _, s := range p.States {
			if s.Answered || s.End {
				out[p.Name] = append(out[p.Name], s.ID)
			}
		}
	}
	return out
}

// WhoLooked lists who read or acted on a record, newest first, for those who
// may view it.
func (d *Desk) WhoLooked(ctx context.Context, by By, id string, limit int) ([]audit.Event, *View, error) {
	v, err := d.Open(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	var events []audit.Event
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		if events, err = tx.AuditOf(id, limit, 0); err != nil {
			return err
		}
		return namesOf(tx, events, v.Names)
	})
	return events, v, err
}

// AuditTrail searches the whole log, for those whose role looks after it. The
// search is itself logged.
func (d *Desk) AuditTrail(ctx context.Context, by By, q store.AuditQuery) ([]audit.Event, map[string]string, error) {
	if !by.May("audit", &d.Place.Register) {
		return nil, nil, errForbidden
	}
	names := map[string]string{}
	var events []audit.Event
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if events, err = tx.AuditSearch(q); err != nil {
			return err
		}
		return namesOf(tx, events, names)
	})
	if err != nil {
		return nil, nil, err
	}
	if err := d.logOnly(ctx, by, "search-audit", q.Subject, nil); err != nil {
		return nil, nil, err
	}
	return events, names, nil
}

func namesOf(tx *store.Tx, events []audit.Event, into map[string]string) error {
	var who naming
	for _, e := range events {
		who.add(e.Actor)
	}
	return who.read(tx, into)
}

// Lookup finds a record by the reference someone reads out, if they may see it, or
// could before it was destroyed.
func (d *Desk) Lookup(ctx context.Context, by By, reference string) (record.Record, error) {
	var rec record.Record
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if rec, err = tx.RecordByReference(strings.ToUpper(strings.TrimSpace(reference))); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		dec, err := d.access(tx, by, rec.ID)
		if err != nil {
			return err
		}
		if dec.Any() {
			return nil
		}
		// Asked also where a record is kept from them, so that both take the same work.
		gone, err := tx.DestroyedAs(strings.ToUpper(strings.TrimSpace(reference)))
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if err == nil && rec.ID == "" && d.mayReadStub(by, gone) {
			rec.ID = gone.Record
			return nil
		}
		return hidden{errNotThere, rec.ID}
	})
	if err != nil {
		return record.Record{}, err
	}
	return rec, nil
}

// Latest is a mark that moves when anything on any record changes.
func (d *Desk) Latest(ctx context.Context) (int64, error) {
	var n int64
	err := d.DB.Look(ctx, func(tx *store.Tx) error {
		var err error
		n, err = tx.Latest()
		return err
	})
	return n, fault.Wrap(err, fault.Unavailable, "The board cannot be refreshed just now.")
}
