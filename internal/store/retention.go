package store

import (
	"slices"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
)

// Retention is until when a closed record is kept, and how its review stands.
type Retention struct {
	Record      string
	Ruled       bool   // the pathway says how long
	Rule        string // which records the rule is about, in words
	Until       calendar.Date
	Longer      calendar.Date // somebody decided to keep it until then
	Sum         string        // how Until comes about
	Source      string        // where the length comes from
	Unconfirmed bool
	Basis       string
	State       string // RetentionKept and the others
	WorkedAt    time.Time
	DueAt       time.Time // when the review was asked for
}

// Keep is the last day on which the record must be kept; zero when nobody has
// said.
func (r Retention) Keep() calendar.Date {
	if r.Longer.After(r.Until) {
		return r.Longer
	}
	return r.Until
}

// The states of a review.
const (
	RetentionKept     = "kept"     // nothing is to be done yet
	RetentionDue      = "due"      // somebody must decide
	RetentionProposed = "proposed" // a second person must decide
	RetentionApproved = "approved" // waits for the command that destroys
)

const retentionColumns = `t.record, t.ruled, t.rule, t.until_date, t.longer_date, t.sum, t.source, t.unconfirmed, t.basis, t.state, t.worked_at, t.due_at`

func (r *Retention) into() []any {
	return []any{&r.Record, &r.Ruled, &r.Rule, &r.Until, &r.Longer, &r.Sum, &r.Source, &r.Unconfirmed, &r.Basis, &r.State, &r.WorkedAt, &r.DueAt}
}

// PutRetention keeps until when a record is kept. Whoever calls it has locked the
// record.
func (tx *Tx) PutRetention(r Retention) error {
	tx.keep("retention", r.Record)
	_, err := tx.Exec(`insert into retention (record, ruled, rule, until_date, longer_date, keep_date, sum, source, unconfirmed, basis, state, worked_at, due_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (record) do update set ruled = excluded.ruled, rule = excluded.rule, until_date = excluded.until_date,
			longer_date = excluded.longer_date, keep_date = excluded.keep_date, sum = excluded.sum, source = excluded.source,
			unconfirmed = excluded.unconfirmed, basis = excluded.basis, state = excluded.state, worked_at = excluded.worked_at, due_at = excluded.due_at`,
		r.Record, r.Ruled, r.Rule, r.Until, r.Longer, r.Keep(), r.Sum, r.Source, r.Unconfirmed, r.Basis, r.State, r.WorkedAt, r.DueAt)
	return err
}

// DropRetention forgets until when a record was kept: it is open again.
func (tx *Tx) DropRetention(id string) error {
	tx.keep("retention", id)
	_, err := tx.Exec(`delete from retention where record = $1`, id)
	return err
}

// Retention reads until when a record is kept; ErrNone for an open one.
func (tx *Tx) Retention(id string) (Retention, error) {
	return queryOne(tx, func(row row) (Retention, error) {
		var r Retention
		return r, row.Scan(r.into()...)
	}, `select `+retentionColumns+` from retention t where t.record = $1`, id)
}

// Closed is a closed record with what its retention was worked out from; empty
// when it never was.
type Closed struct{ Record, Pathway, Basis string }

// ClosedAfter gives closed records in the order of their ids, from after one.
func (tx *Tx) ClosedAfter(after string, limit int) ([]Closed, error) {
	return queryAll(tx, func(row row) (Closed, error) {
		var c Closed
		return c, row.Scan(&c.Record, &c.Pathway, &c.Basis)
	}, `select r.id, r.pathway, coalesce(t.basis, '') from record r left join retention t on t.record = r.id
		where r.closed_at is not null and r.id > $1 order by r.id limit $2`, after, limit)
}

// RetentionOver gives records whose time is over before a day and of which nobody
// was asked yet.
func (tx *Tx) RetentionOver(before calendar.Date, limit int) ([]string, error) {
	return queryAll(tx, scanValue[string], `select record from retention where state = $1 and ruled and keep_date < $2
		order by keep_date, record limit $3`, RetentionKept, before, limit)
}

// RetentionScope says which records somebody looks after: those of some pathways
// in some authorities.
type RetentionScope struct{ Authorities, Pathways []string }

// RetentionQuery chooses what is kept. Empty fields choose all.
type RetentionQuery struct {
	Scopes    []RetentionScope // none sees nothing
	Worker    string           // without those that a lock or an exclusion keeps from them
	Now       time.Time
	State     string
	Undated   bool // nobody can say until when
	NoRule    bool // undated because the pathway has no rule
	Held      bool
	HeldWhom  []string // the people that holds stand on
	Pathway   string
	Authority string
	Reference string
	Limit     int
	Offset    int
}

// RetentionRow is one record of the list.
type RetentionRow struct {
	Retention
	Reference, Pathway, Authority string
	ClosedAt                      time.Time
	Held                          bool
}

// heldNow is the condition that a hold stands on a record r; people is the number
// of the argument that lists the people that holds stand on.
func (tx *Tx) heldNow(people int) string {
	return `(exists (select 1 from legal_hold h where h.record = r.id and h.lifted_at is null)
		or exists (select 1 from legal_hold h where h.kind = 'all' and h.lifted_at is null
			and h.pathway in ('', r.pathway) and h.authority in ('', r.authority))
		or exists (select 1 from record_person hp where hp.record = r.id and ` + tx.inList("hp.person", people) + `))`
}

// Retentions gives a page of the closed records that somebody looks after, those
// whose time is over first, and how many there are.
func (tx *Tx) Retentions(q RetentionQuery) ([]RetentionRow, int, error) {
	if len(q.Scopes) == 0 {
		return nil, 0, nil
	}
	var c conditions
	c.args = []any{q.HeldWhom, q.Worker, q.Now}
	// Each argument is used by its number, whatever else is asked for.
	c.parts = append(c.parts, `not `+kept("r.id", "$2", "$3"))
	scope := ""
	for _, s := range q.Scopes {
		c.args = append(c.args, s.Authorities, s.Pathways)
		if scope != "" {
			scope += " or "
		}
		scope += `(` + tx.inList("r.authority", len(c.args)-1) + ` and ` + tx.inList("r.pathway", len(c.args)) + `)`
	}
	c.parts = append(c.parts, `(`+scope+`)`)
	if q.State != "" {
		c.add("t.state = %s", q.State)
	}
	if q.NoRule {
		c.parts = append(c.parts, "not t.ruled")
	}
	if q.Undated {
		c.parts = append(c.parts, "t.keep_date is null and t.ruled")
	}
	if q.Held {
		c.parts = append(c.parts, tx.heldNow(1))
	}
	if q.Pathway != "" {
		c.add("r.pathway = %s", q.Pathway)
	}
	if q.Authority != "" {
		c.add("r.authority = %s", q.Authority)
	}
	if q.Reference != "" {
		c.add("r.reference = %s", q.Reference)
	}
	from := ` from retention t join record r on r.id = t.record` + c.where()
	// The list of people is an argument of every query, so every query names it.
	total, err := queryOne(tx, scanValue[int], `select count(*)`+from+` and (`+tx.heldNow(1)+` or true)`, c.args...)
	if err != nil {
		return nil, 0, err
	}
	rows, err := queryAll(tx, func(row row) (RetentionRow, error) {
		var r RetentionRow
		return r, row.Scan(append(r.into(), &r.Reference, &r.Pathway, &r.Authority, &r.ClosedAt, &r.Held)...)
	}, `select `+retentionColumns+`, r.reference, r.pathway, r.authority, r.closed_at, `+tx.heldNow(1)+from+`
		order by case when t.keep_date is null then 1 else 0 end, t.keep_date, r.id limit `+c.arg(orLimit(q.Limit))+` offset `+c.arg(q.Offset), c.args...)
	return rows, total, err
}

// RetentionAct is one decision about keeping a record.
type RetentionAct struct {
	ID, Record, Act, By string
	Reason              string // sealed
	Until               calendar.Date
	Seen                string // hash of the record as it was then
	At                  time.Time
}

// The acts about keeping a record.
const (
	KeptLonger         = "longer"
	DestructProposed   = "proposed"
	DestructStopped    = "stopped"
	DestructApproved   = "approved"
	DestructHasLapsed  = "lapsed"
	DestructionDone    = "done"
	DestructionLapsed  = "lapsed"
	DestructionStopped = "stopped"
)

// AddRetentionAct keeps a decision. Whoever calls it has locked the record.
func (tx *Tx) AddRetentionAct(a RetentionAct) error {
	tx.keep("retention_act", a.ID)
	_, err := tx.Exec(`insert into retention_act (id, record, nth, act, author, reason, until_date, seen, happened_at)
		select $1, $2, coalesce(max(nth), 0) + 1, $3, $4, $5, $6, $7, $8 from retention_act where record = $2`, a.ID, a.Record, a.Act, a.By, a.Reason, a.Until, a.Seen, a.At)
	return err
}

// RetentionActs gives what was decided about a record, oldest first.
func (tx *Tx) RetentionActs(id string) ([]RetentionAct, error) {
	return queryAll(tx, func(row row) (RetentionAct, error) {
		var a RetentionAct
		return a, row.Scan(&a.ID, &a.Record, &a.Act, &a.By, &a.Reason, &a.Until, &a.Seen, &a.At)
	}, `select id, record, act, author, reason, until_date, seen, happened_at from retention_act where record = $1 order by nth`, id)
}

// Hold keeps records from being destroyed until it is lifted.
type Hold struct {
	ID, Kind           string // HoldRecord, HoldPerson, HoldAll
	Record, Person     string
	Pathway, Authority string // of HoldAll; empty is all
	Reason             string // sealed
	By                 string
	At                 time.Time
	LiftedAt           time.Time
	LiftedBy           string
	LiftedWhy          string // sealed
}

// What a hold can be on.
const (
	HoldRecord = "record"
	HoldPerson = "person"
	HoldAll    = "all"
)

const holdColumns = `h.id, h.kind, coalesce(h.record, ''), coalesce(h.person, ''), h.pathway, h.authority, h.reason, h.author, h.made_at, h.lifted_at, h.lifted_by, h.lifted_why`

func scanHold(row row) (Hold, error) {
	var h Hold
	return h, row.Scan(&h.ID, &h.Kind, &h.Record, &h.Person, &h.Pathway, &h.Authority, &h.Reason, &h.By, &h.At, &h.LiftedAt, &h.LiftedBy, &h.LiftedWhy)
}

// AddHold keeps a hold.
func (tx *Tx) AddHold(h Hold) error {
	tx.keep("legal_hold", h.ID)
	_, err := tx.Exec(`insert into legal_hold (id, kind, record, person, pathway, authority, reason, author, made_at, lifted_by, lifted_why)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '')`,
		h.ID, h.Kind, orNull(h.Record), orNull(h.Person), h.Pathway, h.Authority, h.Reason, h.By, h.At)
	return err
}

// LiftHold ends a hold; ErrNone when it was lifted already.
func (tx *Tx) LiftHold(id, by, why string, at time.Time) error {
	tx.keep("legal_hold", id)
	return changed(tx.Exec(`update legal_hold set lifted_at = $4, lifted_by = $2, lifted_why = $3 where id = $1 and lifted_at is null`, id, by, why, at))
}

// Hold reads a hold.
func (tx *Tx) Hold(id string) (Hold, error) {
	return queryOne(tx, scanHold, `select `+holdColumns+` from legal_hold h where h.id = $1`, id)
}

// Holds gives all holds, those that stand first, newest first.
func (tx *Tx) Holds() ([]Hold, error) {
	return queryAll(tx, scanHold, `select `+holdColumns+` from legal_hold h order by case when h.lifted_at is null then 0 else 1 end, h.made_at desc, h.id`)
}

// HoldsOn gives the holds that stand on a record: on itself, on anyone it is about
// or who was joined to them, or on everything of its kind.
func (tx *Tx) HoldsOn(id string) ([]Hold, error) {
	people, err := queryAll(tx, scanValue[string], `select distinct person from record_person where record = $1`, id)
	if err != nil {
		return nil, err
	}
	if people, err = tx.joined(people); err != nil {
		return nil, err
	}
	return queryAll(tx, scanHold, `select `+holdColumns+` from legal_hold h join record r on r.id = $1
		where h.lifted_at is null and (h.record = r.id or `+tx.inList("h.person", 2)+`
			or h.kind = 'all' and h.pathway in ('', r.pathway) and h.authority in ('', r.authority))
		order by h.made_at, h.id`, id, people)
}

// HeldPeople are those on whom a hold stands and whoever was joined to them.
func (tx *Tx) HeldPeople() ([]string, error) {
	people, err := queryAll(tx, scanValue[string], `select distinct person from legal_hold where person is not null and lifted_at is null`)
	if err != nil {
		return nil, err
	}
	return tx.joined(people)
}

// joined adds to people whoever a worker said is the same.
func (tx *Tx) joined(people []string) ([]string, error) {
	if len(people) == 0 {
		return []string{}, nil
	}
	links, err := tx.SameAsOf(people)
	if err != nil {
		return nil, err
	}
	clusters := person.Clusters(links)
	out := slices.Clone(people)
	for _, p := range people {
		out = append(out, person.Members(clusters, p)...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Destruction is what two people decided, and all that is left of a record.
type Destruction struct {
	ID         string        `json:"id"`
	Record     string        `json:"record"`
	Reference  string        `json:"reference"`
	Pathway    string        `json:"pathway"`
	Title      string        `json:"title"`
	Authority  string        `json:"authority"`
	BegunAt    time.Time     `json:"begun_at"`
	ClosedAt   time.Time     `json:"closed_at"`
	Rule       string        `json:"rule"`
	Keep       calendar.Date `json:"keep"`
	ProposedBy string        `json:"proposed_by"`
	ProposedAt time.Time     `json:"proposed_at"`
	Proposed   string        `json:"proposed_why"` // sealed
	ApprovedBy string        `json:"approved_by"`
	ApprovedAt time.Time     `json:"approved_at"`
	Approved   string        `json:"approved_why"` // sealed
	Seen       string        `json:"seen"`
	Readers    Readers       `json:"readers"`
	End        string        `json:"end"` // empty until it was carried out or called off
	EndAt      time.Time     `json:"end_at"`
	EndBy      string        `json:"end_by"`
	EndWhy     string        `json:"end_why"`
	// Rows is how many rows of each table went.
	Rows map[string]int64 `json:"rows"`
}

// Readers are those who could open a record when its destruction was approved.
type Readers struct {
	To    []string `json:"to,omitempty"`    // principals that it was granted to
	Named []string `json:"named,omitempty"` // the only workers that a lock let through; nil when there was none
	Lock  bool     `json:"lock,omitempty"`
	Never []string `json:"never,omitempty"` // workers kept away
}

const destructionColumns = `d.id, d.record, d.reference, d.pathway, d.title, d.authority, d.begun_at, d.closed_at, d.rule, d.keep_date,
	d.proposed_by, d.proposed_at, d.proposed_why, d.approved_by, d.approved_at, d.approved_why, d.seen, d.readers,
	coalesce(e.act, ''), e.happened_at, coalesce(e.author, ''), coalesce(e.why, ''), coalesce(e.rows_gone, '{}')`

const destructionTables = ` from destruction d left join destruction_end e on e.destruction = d.id`

func scanDestruction(row row) (Destruction, error) {
	var d Destruction
	var readers JSON[Readers]
	var rows JSON[map[string]int64]
	err := row.Scan(&d.ID, &d.Record, &d.Reference, &d.Pathway, &d.Title, &d.Authority, &d.BegunAt, &d.ClosedAt, &d.Rule, &d.Keep,
		&d.ProposedBy, &d.ProposedAt, &d.Proposed, &d.ApprovedBy, &d.ApprovedAt, &d.Approved, &d.Seen, &readers,
		&d.End, &d.EndAt, &d.EndBy, &d.EndWhy, &rows)
	d.Readers, d.Rows = readers.V, rows.V
	return d, err
}

// AddDestruction keeps what two people decided.
func (tx *Tx) AddDestruction(d Destruction) error {
	tx.keep("destruction", d.ID)
	_, err := tx.Exec(`insert into destruction (id, record, reference, pathway, title, authority, begun_at, closed_at, rule, keep_date,
			proposed_by, proposed_at, proposed_why, approved_by, approved_at, approved_why, seen, readers)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		d.ID, d.Record, d.Reference, d.Pathway, d.Title, d.Authority, d.BegunAt, d.ClosedAt, d.Rule, d.Keep,
		d.ProposedBy, d.ProposedAt, d.Proposed, d.ApprovedBy, d.ApprovedAt, d.Approved, d.Seen, JSON[Readers]{d.Readers})
	return err
}

// EndDestruction keeps how a destruction ended; ErrExists when it has already.
func (tx *Tx) EndDestruction(id, act, by, why string, rows map[string]int64, at time.Time) error {
	tx.keep("destruction_end", id)
	if rows == nil {
		rows = map[string]int64{}
	}
	_, err := tx.Exec(`insert into destruction_end (destruction, act, author, why, rows_gone, happened_at) values ($1, $2, $3, $4, $5, $6)`,
		id, act, by, why, JSON[map[string]int64]{rows}, at)
	return err
}

// Destruction reads one destruction.
func (tx *Tx) Destruction(id string) (Destruction, error) {
	return queryOne(tx, scanDestruction, `select `+destructionColumns+destructionTables+` where d.id = $1`, id)
}

// DestructionsWaiting are those approved and neither done nor called off, oldest
// first.
func (tx *Tx) DestructionsWaiting() ([]Destruction, error) {
	return queryAll(tx, scanDestruction, `select `+destructionColumns+destructionTables+` where e.act is null order by d.approved_at, d.id`)
}

// DestructionsDone are those carried out, oldest first.
func (tx *Tx) DestructionsDone() ([]Destruction, error) {
	return queryAll(tx, scanDestruction, `select `+destructionColumns+destructionTables+` where e.act = 'done' order by d.approved_at, d.id`)
}

// DestructionOf is the destruction of a record that waits or was carried out;
// ErrNone when there is none.
func (tx *Tx) DestructionOf(rec string) (Destruction, error) {
	return queryOne(tx, scanDestruction, `select `+destructionColumns+destructionTables+`
		where d.record = $1 and (e.act is null or e.act = 'done') order by d.approved_at desc, d.id desc limit 1`, rec)
}

// DestroyedAs is the destruction of the record that had a reference; ErrNone when
// there was none.
func (tx *Tx) DestroyedAs(reference string) (Destruction, error) {
	return queryOne(tx, scanDestruction, `select `+destructionColumns+destructionTables+` where d.reference = $1 and e.act = 'done'`, reference)
}

// DestructionsOf gives a page of those carried out in some authorities and of some
// pathways, newest first, and how many there are.
func (tx *Tx) DestructionsOf(scopes []RetentionScope, limit, offset int) ([]Destruction, int, error) {
	if len(scopes) == 0 {
		return nil, 0, nil
	}
	var c conditions
	scope := ""
	for _, s := range scopes {
		c.args = append(c.args, s.Authorities, s.Pathways)
		if scope != "" {
			scope += " or "
		}
		scope += `(` + tx.inList("d.authority", len(c.args)-1) + ` and ` + tx.inList("d.pathway", len(c.args)) + `)`
	}
	where := destructionTables + ` where e.act = 'done' and (` + scope + `)`
	total, err := queryOne(tx, scanValue[int], `select count(*)`+where, c.args...)
	if err != nil {
		return nil, 0, err
	}
	list, err := queryAll(tx, scanDestruction, `select `+destructionColumns+where+` order by e.happened_at desc, d.id desc limit `+
		c.arg(orLimit(limit))+` offset `+c.arg(offset), c.args...)
	return list, total, err
}

// OpenBeside tells whether the record that one came from, or any that came from it
// or is about it, is open.
func (tx *Tx) OpenBeside(id string) (bool, error) {
	return queryOne(tx, scanValue[bool], `select exists (select 1 from record r where r.closed_at is null and r.id <> $1 and (
		r.parent = $1 or r.id = (select parent from record where id = $1)
		or exists (select 1 from link l where l.from_record = $1 and l.to_record = r.id or l.to_record = $1 and l.from_record = r.id)))`, id)
}

// Holding is how much there is of what on a record: how many people go with it,
// how many stay because they are on others, and the rows of what people wrote or
// added.
func (tx *Tx) Holding(id string) (leave, stay int, rows map[string]int, err error) {
	gone, _, err := tx.peopleWith(id)
	if err != nil {
		return 0, 0, nil, err
	}
	on, err := queryOne(tx, scanValue[int], `select count(distinct person) from record_person where record = $1`, id)
	if err != nil {
		return 0, 0, nil, err
	}
	going, err := queryOne(tx, scanValue[int], `select count(distinct person) from record_person where record = $1 and `+tx.inList("person", 2), id, gone)
	if err != nil {
		return 0, 0, nil, err
	}
	rows = map[string]int{}
	for _, table := range []string{"revision", "entry", "message", "document", "file"} {
		if rows[table], err = queryOne(tx, scanValue[int], `select count(*) from `+table+` where record = $1`, id); err != nil {
			return 0, 0, nil, err
		}
	}
	return going, on - going, rows, nil
}
