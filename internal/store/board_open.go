package store

import (
	"bytes"
	"cmp"
	"errors"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/record"
)

// openRecords holds what a board shows of every open record, and who may know of
// it, in memory: they are few and are looked at all day. It is never trusted by
// itself. Each transaction that uses it first reads from the audit log which
// rows were changed since, on whichever node: no row that decides anything here
// changes without a line there ([keptTables]), and the log has one order, that of
// the commits. Those records are read again before anything is shown. What the log
// does not tell of (messages read, workers' names) is read for each page.
type openRecords struct {
	mu    sync.Mutex // held by whoever brings it up to date
	state atomic.Pointer[openState]
	turns atomic.Int64 // how often it was
}

// openState is all open records as they stood when the log was of a size. It and
// what it holds never change.
type openState struct {
	turn int64
	size int64      // of the audit log
	last audit.Hash // of its last event: another history of the same length has another
	rows []*openRow // by nearest limit, none last, then by id
	at   map[string]*openRow
	// staff are all workers by name, also those who left: the teams that a board's
	// worker gives work to, and whose name stands beside it.
	staff []agency.Worker
	names map[string]string // of workers, by id
}

// openRow is one open record.
type openRow struct {
	rec      record.Record // without answers
	clock    *record.Clock // the running one whose limit is nearest
	limits   []limit       // of all that run
	started  []startedRow
	grants   []openGrant
	locks    [][]string // whom each restriction that holds names
	excluded []string
}

type (
	limit      struct{ due, warn time.Time }
	startedRow struct{ id, pathway, state string } // a record started from it; no state when it is closed
	openGrant  struct {
		to          who
		from, until time.Time
		works       bool // it may view or act, not only follow how it goes
		glass       bool // it was opened in an emergency
	}
)

// mostChanges is how many events of the log are read to learn what changed; after
// more, all open records are read anew.
const mostChanges = 5000

// openState gives the open records as this transaction sees them, or newer.
func (tx *Tx) openState() (*openState, error) {
	if had, _, _, err := tx.usable(); err != nil || had != nil {
		return had, err
	}
	tx.open.mu.Lock()
	defer tx.open.mu.Unlock()
	had, size, follows, err := tx.usable() // others may have been first
	if err != nil || had != nil {
		return had, err
	}
	next := &openState{}
	var changed []string // all when nil
	staff := true
	if had = tx.open.state.Load(); follows && size-had.size <= mostChanges {
		if changed, staff, err = tx.changedSince(had.size); err != nil {
			return nil, err
		}
		*next = *had
		changed = had.withStarters(changed)
	}
	next.size = size
	if staff {
		if err := tx.readStaff(next); err != nil {
			return nil, err
		}
	}
	if next.last, err = tx.lastHash(size); err != nil {
		return nil, err
	}
	// Most of the log says only who looked.
	if changed == nil || len(changed) > 0 {
		if err := tx.readRows(next, changed); err != nil {
			return nil, err
		}
	}
	next.turn = tx.open.turns.Add(1)
	tx.open.state.Store(next)
	return next, nil
}

// readRows reads some open records anew, or all, into a state that has what stood
// before, if anything. That itself is not changed: others use it.
func (tx *Tx) readRows(into *openState, changed []string) error {
	fresh := map[string]*openRow{}
	if err := tx.readOpen(fresh, changed); err != nil {
		return err
	}
	at, gone := map[string]*openRow{}, map[*openRow]bool{}
	maps.Copy(at, into.at)
	for _, id := range changed {
		gone[at[id]] = true
		delete(at, id)
	}
	maps.Copy(at, fresh)
	before := func(a, b *openRow) int { return byLimit(a, b, false) }
	add := slices.SortedFunc(maps.Values(fresh), before)
	rows := make([]*openRow, 0, len(at))
	for _, r := range into.rows {
		for ; len(add) > 0 && before(add[0], r) < 0; add = add[1:] {
			rows = append(rows, add[0])
		}
		if !gone[r] {
			rows = append(rows, r)
		}
	}
	into.at, into.rows = at, append(rows, add...)
	return nil
}

// usable gives what is in memory when it is as this transaction sees the database,
// or newer. Otherwise it says how long the log is here, and whether it goes on from
// where what is in memory stands: a server that takes another's place may never
// have had the last that the other had.
func (tx *Tx) usable() (had *openState, size int64, follows bool, err error) {
	had = tx.open.state.Load()
	place := int64(0)
	if had != nil && had.size > 0 {
		place = audit.HashIndex(had.size - 1)
	}
	var last []byte
	err = tx.QueryRow(`select h.size, (select a.hash from audit_hash a where a.place = $1) from audit_head h where h.id = 1`, place).Scan(&size, &last)
	if errors.Is(err, ErrNone) {
		err = nil // nothing was written yet
	}
	switch {
	case err != nil || had == nil:
	case size < had.size && had.turn > tx.turn:
		return had, size, false, nil // it was brought further after this transaction began
	case size >= had.size && (had.size == 0 || bytes.Equal(last, had.last[:])):
		if size == had.size {
			return had, size, true, nil
		}
		return nil, size, true, nil
	}
	return nil, size, false, err
}

// lastHash is the hash of the last event of a log of a size.
func (tx *Tx) lastHash(size int64) (audit.Hash, error) {
	if size == 0 {
		return audit.Hash{}, nil
	}
	list, err := tx.HashReader().ReadHashes([]int64{audit.HashIndex(size - 1)})
	if err != nil {
		return audit.Hash{}, err
	}
	return list[0], nil
}

// changedSince gives the records of which a board may show something else since
// the log had a size, never nil, and whether any worker's row may be another.
func (tx *Tx) changedSince(size int64) (changed []string, staff bool, err error) {
	type event struct{ act, subject, body string }
	events, err := queryAll(tx, func(row row) (event, error) {
		var e event
		return e, row.Scan(&e.act, &e.subject, &e.body)
	}, `select act, subject, case when act = $2 then body else '' end from audit where seq >= $1 and act in ($2, $3) order by seq`,
		size, ActKept, ActRevision)
	if err != nil {
		return nil, false, err
	}
	ids, locks := map[string]bool{}, []string{}
	for _, e := range events {
		if e.act == ActRevision {
			ids[e.subject] = true
			continue
		}
		ev, err := audit.ParseEvent([]byte(e.body))
		if err != nil {
			return nil, false, err
		}
		for _, line := range ev.Detail {
			parts := strings.Fields(line)
			if len(parts) != 4 {
				return nil, false, errors.New("store: an event of the log that says what was kept cannot be read")
			}
			switch parts[0] {
			case "record", "clock", "access_grant", "restriction", "exclusion":
				ids[parts[2]] = true
			case "restriction_named":
				locks = append(locks, parts[2])
			case "worker", "membership":
				staff = true
			}
		}
	}
	changed = slices.AppendSeq([]string{}, maps.Keys(ids))
	// What stands on another row: whom a lock names, and how far what was started is.
	also, err := queryAll(tx, scanValue[string], `select record from restriction where `+tx.inList("id", 1)+`
		union select parent from record where parent is not null and `+tx.inList("id", 2), locks, changed)
	return append(changed, also...), staff, err
}

// withStarters adds to some records those from which they were started: of one that
// was destroyed the database does not say so any more.
func (s *openState) withStarters(changed []string) []string {
	is := make(map[string]bool, len(changed))
	for _, id := range changed {
		is[id] = true
	}
	for _, r := range s.rows {
		if slices.ContainsFunc(r.started, func(c startedRow) bool { return is[c.id] }) {
			changed = append(changed, r.rec.ID)
		}
	}
	return changed
}

// readStaff reads every worker.
func (tx *Tx) readStaff(into *openState) (err error) {
	into.staff, err = tx.workers(`select ` + workerColumns + ` from worker w order by w.name_fold, w.id`)
	into.names = make(map[string]string, len(into.staff))
	for i := range into.staff {
		w := &into.staff[i]
		into.names[w.ID] = w.Name
		w.Memberships = slices.Clip(w.Memberships)
	}
	return err
}

// inTeams gives those who hold a membership of one of some teams, by name.
func (s *openState) inTeams(teams []string, now time.Time) []agency.Worker {
	now = now.Truncate(time.Microsecond)
	lasts := func(end time.Time) bool { return end.IsZero() || end.After(now) }
	var out []agency.Worker
	for _, w := range s.staff {
		if lasts(w.LeftAt) && slices.ContainsFunc(w.Memberships, func(m agency.Membership) bool {
			return !m.From.After(now) && lasts(m.Until) && slices.Contains(teams, m.Team)
		}) {
			out = append(out, w)
		}
	}
	return out
}

// readOpen reads open records: all, or those of a list that are open.
func (tx *Tx) readOpen(into map[string]*openRow, ids []string) error {
	args, one := []any{}, func(column string) string {
		return column + ` in (select o.id from record o where o.closed_at is null)`
	}
	own := `r.closed_at is null`
	if ids != nil {
		args, one = []any{ids}, func(column string) string { return tx.inList(column, 1) }
		own += ` and ` + one("r.id")
	}
	records, err := queryAll(tx, scanRecord, `select `+boardColumns+` from record r where `+own, args...)
	if err != nil {
		return err
	}
	rows, same := map[string]*openRow{}, oneOfEach{}
	for _, r := range records {
		for _, s := range []*string{&r.Pathway, &r.Hash, &r.Authority, &r.State, &r.Rating, &r.Team, &r.StartedBy} {
			*s = same.of(*s)
		}
		r.Answers = nil
		rows[r.ID] = &openRow{rec: r}
	}
	clocks, err := queryAll(tx, scanClock, `select `+clockColumns+` from clock c where `+one("c.record")+` and `+clockOpen+`
		order by c.record, c.due_at, c.id`, args...)
	if err != nil {
		return err
	}
	for _, c := range clocks {
		if r := rows[c.Record]; r != nil {
			if r.limits = append(r.limits, limit{c.DueAt, c.WarnAt}); r.clock == nil {
				r.clock = &c
			}
		}
	}
	grants, err := tx.Query(`select g.record, g.principal, g.from_at, g.until_at, g.may_view or g.may_act, g.line = $`+strconv.Itoa(len(args)+1)+`
		from access_grant g where `+one("g.record"), append(slices.Clone(args), access.BreakGlass)...)
	if err != nil {
		return err
	}
	defer func() { _ = grants.Close() }()
	for grants.Next() {
		var id, to string
		var g openGrant
		if err := grants.Scan(&id, &to, &g.from, &g.until, &g.works, &g.glass); err != nil {
			return err
		}
		if r := rows[id]; r != nil {
			g.to = whoOf(same.of(to))
			r.grants = append(r.grants, g)
		}
	}
	if err := grants.Err(); err != nil {
		return err
	}
	started, err := queryAll(tx, func(row row) (v [4]string, err error) {
		return v, row.Scan(&v[0], &v[1], &v[2], &v[3])
	}, `select s.parent, s.id, s.pathway, case when s.closed_at is null then s.state else '' end from record s where `+one("s.parent"), args...)
	if err != nil {
		return err
	}
	for _, v := range started {
		if r := rows[v[0]]; r != nil {
			r.started = append(r.started, startedRow{v[1], same.of(v[2]), same.of(v[3])})
		}
	}
	for _, q := range []struct {
		query string
		put   func(r *openRow, a, b string)
	}{
		{`select x.record, x.id, coalesce(n.worker, '') from restriction x left join restriction_named n on n.restriction = x.id
				where x.lifted_at is null and ` + one("x.record") + ` order by x.record, x.id`, func(r *openRow, lock, worker string) {
			if n := len(r.locks); n == 0 || r.locks[n-1][0] != lock {
				r.locks = append(r.locks, []string{lock})
			}
			r.locks[len(r.locks)-1] = append(r.locks[len(r.locks)-1], worker)
		}},
		{`select x.record, x.worker, '' from exclusion x where ` + one("x.record"), func(r *openRow, worker, _ string) {
			r.excluded = append(r.excluded, worker)
		}},
	} {
		found, err := queryAll(tx, func(row row) (v [3]string, err error) {
			return v, row.Scan(&v[0], &v[1], &v[2])
		}, q.query, args...)
		if err != nil {
			return err
		}
		for _, v := range found {
			if r := rows[v[0]]; r != nil {
				q.put(r, v[1], v[2])
			}
		}
	}
	maps.Copy(into, rows)
	return nil
}

// oneOfEach keeps one copy of each of a few texts that come again and again.
type oneOfEach map[string]string

func (t oneOfEach) of(s string) string {
	if had, ok := t[s]; ok {
		return had
	}
	t[s] = s
	return s
}

// who is a principal, with a number that tells most of them apart: a board compares
// tens of thousands. Package unique would do, but to ask it waits for the collector.
type who struct {
	sum  uint64
	name string
}

var whoSeed = maphash.MakeSeed()

func whoOf(name string) who { return who{maphash.String(whoSeed, name), name} }

// asker is someone who asks which records they may know of.
type asker struct {
	principals []who
	self       who
	worker     string
	now        time.Time
}

func askerOf(principals []access.Principal, worker string, now time.Time) asker {
	a := asker{self: whoOf(string(access.ToWorker(worker))), worker: worker, now: now.Truncate(time.Microsecond)} // as the database has it
	for _, p := range principals {
		a.principals = append(a.principals, whoOf(string(p)))
	}
	return a
}

// locked tells whether a restriction that does not name the worker holds.
func (r *openRow) locked(worker string) bool {
	return slices.ContainsFunc(r.locks, func(named []string) bool { return worker == "" || !slices.Contains(named[1:], worker) })
}

// held tells whether one of the asker's principals holds a grant on the record, and
// one to work with it where that is asked.
func (r *openRow) held(a asker, works bool) bool {
	for i := range r.grants {
		g := &r.grants[i]
		if (g.works || !works) && slices.Contains(a.principals, g.to) && g.live(a.now) {
			return true
		}
	}
	return false
}

func (g *openGrant) live(now time.Time) bool {
	return access.Grant{From: g.from, Until: g.until}.Live(now)
}

// shown tells whether the asker may view the record or act on it, and no exclusion
// or restriction keeps them from it: what [access.Decide] decides. One that was
// opened in an emergency does not come onto boards by that.
func (r *openRow) shown(a asker) bool {
	return !slices.Contains(r.excluded, a.worker) && !r.locked(a.worker) && r.held(a, true)
}

// known tells whether the asker may know of the record, as [kept] and a grant of any
// kind decide.
func (r *openRow) known(a asker) bool {
	if slices.Contains(r.excluded, a.worker) || !r.held(a, false) {
		return false
	}
	return !r.locked(a.worker) || slices.ContainsFunc(r.grants, func(g openGrant) bool { return g.glass && g.to == a.self && g.live(a.now) })
}

// knownOf gives those of some records that the holder of some principals may know
// of: to whom a grant of any kind was made, and whom nothing keeps from it.
func (tx *Tx) knownOf(principals []access.Principal, worker string, now time.Time, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if tx.open != nil && len(ids) > 0 {
		s, err := tx.openState()
		if err != nil {
			return nil, err
		}
		a := askerOf(principals, worker, now)
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			r := s.at[id]
			if r != nil && r.known(a) {
				out[id] = true
			}
			return r != nil
		})
	}
	if len(ids) == 0 {
		return out, nil
	}
	more, err := tx.held(`true`, principals, worker, now, ids)
	maps.Copy(out, more)
	return out, err
}

// due tells whether a limit of the record is one of those asked for.
func (r *openRow) due(which string, now, today time.Time) bool {
	return slices.ContainsFunc(r.limits, func(l limit) bool {
		switch which {
		case DueOverdue:
			return l.due.Before(now)
		case DueToday:
			return !l.due.Before(now) && !l.due.After(today)
		case DueSoon:
			return !l.warn.IsZero() && !l.warn.After(now) && l.due.After(today)
		}
		return true
	})
}

// openPage counts the open records and gives those of a page, as a query for them
// would ([Tx.openBoard]).
func (tx *Tx) openPage(page *BoardPage, q BoardQuery) error {
	s, err := tx.openState()
	if err != nil {
		return err
	}
	a := askerOf(q.Principals, q.Worker, q.Now)
	today := calendar.DateOf(q.Now).End()
	unlike := func(asked, is string) bool { return asked != "" && asked != is }
	var found []*openRow
	for _, r := range s.rows {
		if len(q.Pathways) > 0 && !slices.Contains(q.Pathways, r.rec.Pathway) ||
			unlike(q.Authority, r.rec.Authority) || unlike(q.Rating, r.rec.Rating) || unlike(q.Allocated, r.rec.Allocated) || unlike(q.Team, r.rec.Team) ||
			q.NotAllocated && r.rec.Allocated != "" || q.Due != "" && !r.due(q.Due, a.now, today) || !r.shown(a) {
			continue
		}
		page.ByState[r.rec.State]++
		if len(q.States) == 0 || slices.Contains(q.States, r.rec.State) {
			found = append(found, r)
		}
	}
	if q.Desc || q.Sort != "" && q.Sort != SortDue {
		slices.SortFunc(found, q.order)
	}
	page.Total = len(found)
	found = found[min(max(q.Offset, 0), len(found)):]
	found = found[:min(orLimit(q.Limit), len(found))]
	for _, r := range found {
		row := BoardRow{Record: r.rec, Names: r.rec.Names, AllocatedName: s.names[r.rec.Allocated]}
		row.Record.Answers = answer.Set{}
		if r.clock != nil {
			c := *r.clock
			row.Clock = &c
		}
		for _, s := range r.started {
			q.countCheck(&row, s.pathway, s.state)
		}
		page.Rows = append(page.Rows, row)
	}
	return tx.countUnread(page.Rows)
}

func byLimit(a, b *openRow, desc bool) int {
	var x, y time.Time
	if a.clock != nil {
		x = a.clock.DueAt
	}
	if b.clock != nil {
		y = b.clock.DueAt
	}
	if x.IsZero() != y.IsZero() {
		if x.IsZero() {
			return 1
		}
		return -1
	}
	n := cmp.Or(x.Compare(y), strings.Compare(a.rec.ID, b.rec.ID))
	if desc {
		n = -n
	}
	return n
}

// order compares as boardOrder sorts.
func (q BoardQuery) order(a, b *openRow) int {
	n := 0
	switch q.Sort {
	case SortReceived:
		n = a.rec.CreatedAt.Compare(b.rec.CreatedAt)
	case SortReference:
		n = strings.Compare(a.rec.Reference, b.rec.Reference)
	case SortUpdated:
		n = a.rec.UpdatedAt.Compare(b.rec.UpdatedAt)
	case SortRating:
		if len(q.Ratings) == 0 {
			n = strings.Compare(a.rec.Rating, b.rec.Rating)
			break
		}
		x, y := slices.Index(q.Ratings, a.rec.Rating), slices.Index(q.Ratings, b.rec.Rating)
		if (x < 0) != (y < 0) {
			return cmp.Compare(y, x) // one that is not in the list comes last
		}
		n = cmp.Compare(x, y)
	default:
		return byLimit(a, b, q.Desc)
	}
	if n = cmp.Or(n, strings.Compare(a.rec.ID, b.rec.ID)); q.Desc {
		n = -n
	}
	return n
}
