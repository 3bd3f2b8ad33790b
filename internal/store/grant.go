package store

import (
	"slices"
	"time"

	"frontdoor/internal/access"
)

// AddGrants keeps grants.
func (tx *Tx) AddGrants(grants []access.Grant) error {
	if len(grants) == 0 {
		return nil
	}
	rows := make([][]any, len(grants))
	for i, g := range grants {
		tx.keep("access_grant", g.ID)
		rows[i] = []any{
			g.ID, g.Record, string(g.To), slices.Contains(g.May, access.View), slices.Contains(g.May, access.Act),
			slices.Contains(g.May, access.Status), g.Why, g.Key, g.From, g.Until, g.By,
		}
	}
	if err := tx.insertAll(`access_grant (id, record, principal, may_view, may_act, may_status, why, line, from_at, until_at, author)`, rows); err != nil {
		return err
	}
	return tx.moved()
}

// endGrants ends the chosen grants at a moment. One that has ended already, or
// ends sooner, stays as it is.
func (tx *Tx) endGrants(at time.Time, where string, args ...any) (int64, error) {
	n, err := tx.keepAll("access_grant", `update access_grant set until_at = $1 where (until_at is null or until_at > $1) and `+where+` returning id`, append([]any{at}, args...)...)
	if err != nil || n == 0 {
		return n, err
	}
	return n, tx.moved()
}

// EndGrants ends a record's grants that these lines of the pathway made.
func (tx *Tx) EndGrants(id string, keys []string, at time.Time) error {
	_, err := tx.endGrants(at, `record = $2 and line <> '' and `+tx.inList("line", 3), id, keys)
	return err
}

// EndGrant ends one grant; ErrNone when it does not hold any more.
func (tx *Tx) EndGrant(id string, at time.Time) error {
	return changed(tx.endGrants(at, `id = $2`, id))
}

// Grants gives all grants of a record, also those that ended, oldest first.
func (tx *Tx) Grants(id string) ([]access.Grant, error) { return tx.grants(`record = $1`, id) }

func (tx *Tx) grants(where string, arg any) ([]access.Grant, error) {
	return queryAll(tx, func(row row) (access.Grant, error) {
		var g access.Grant
		var to string
		var view, act, status bool
		err := row.Scan(&g.ID, &g.Record, &to, &view, &act, &status, &g.Why, &g.Key, &g.From, &g.Until, &g.By)
		g.To = access.Principal(to)
		for _, r := range []struct {
			held bool
			access.Right
		}{{view, access.View}, {act, access.Act}, {status, access.Status}} {
			if r.held {
				g.May = append(g.May, r.Right)
			}
		}
		return g, err
	}, `select id, record, principal, may_view, may_act, may_status, why, line, from_at, until_at, author
		from access_grant where `+where+` order by from_at, id`, arg)
}

const restrictionColumns = `id, record, kind, reason, author, made_at, review_by, lifted_at, lifted_by`

// AddRestriction keeps a restriction and whom it names.
func (tx *Tx) AddRestriction(r access.Restriction) error {
	tx.keep("restriction", r.ID)
	if _, err := tx.Exec(`insert into restriction (id, record, kind, reason, author, made_at, review_by, lifted_at, lifted_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Record, r.Kind, r.Reason, r.By, r.At, r.ReviewBy, r.LiftedAt, r.LiftedBy); err != nil {
		return err
	}
	return tx.SetRestrictionNamed(r.ID, r.Named)
}

// LiftRestriction ends a restriction; ErrNone when it was lifted already.
func (tx *Tx) LiftRestriction(id, by string, at time.Time) error {
	tx.keep("restriction", id)
	if err := changed(tx.Exec(`update restriction set lifted_at = $3, lifted_by = $2 where id = $1 and lifted_at is null`, id, by, at)); err != nil {
		return err
	}
	return tx.moved()
}

// SetRestrictionNamed makes the given workers the only ones a restriction
// lets through.
func (tx *Tx) SetRestrictionNamed(id string, workers []string) error {
	if err := tx.keepSet("restriction_named", "restriction", id); err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from restriction_named where restriction = $1`, id); err != nil {
		return err
	}
	for _, w := range workers {
		if _, err := tx.Exec(`insert into restriction_named (restriction, worker) values ($1, $2) on conflict (restriction, worker) do nothing`, id, w); err != nil {
			return err
		}
	}
	return tx.moved()
}

// RestrictionsOf gives a record's restrictions, also those lifted, oldest
// first.
func (tx *Tx) RestrictionsOf(id string) ([]access.Restriction, error) {
	return tx.restrictions(`record = $1 order by made_at, id`, id)
}

// RestrictionsToReview gives restrictions that hold and whose review falls
// before a moment, the longest overdue first.
func (tx *Tx) RestrictionsToReview(before time.Time) ([]access.Restriction, error) {
	return tx.restrictions(`lifted_at is null and review_by < $1 order by review_by, id`, before)
}

// ReviewRestriction lets a restriction stand until its next review; ErrNone when
// it was lifted.
func (tx *Tx) ReviewRestriction(id string, next time.Time) error {
	tx.keep("restriction", id)
	return changed(tx.Exec(`update restriction set review_by = $2 where id = $1 and lifted_at is null`, id, next))
}

func (tx *Tx) restrictions(where string, args ...any) ([]access.Restriction, error) {
	list, err := queryAll(tx, func(row row) (access.Restriction, error) {
		var r access.Restriction
		return r, row.Scan(&r.ID, &r.Record, &r.Kind, &r.Reason, &r.By, &r.At, &r.ReviewBy, &r.LiftedAt, &r.LiftedBy)
	}, `select `+restrictionColumns+` from restriction where `+where, args...)
	if err != nil {
		return nil, err
	}
	ids, at := make([]string, len(list)), map[string]*access.Restriction{}
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	// Asked also when there is none, so that a record with a lock and one without
	// take the same work.
	rows, err := tx.Query(`select restriction, worker from restriction_named where `+tx.inList("restriction", 1)+` order by worker`, ids)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, worker string
		if err := rows.Scan(&id, &worker); err != nil {
			return nil, err
		}
		at[id].Named = append(at[id].Named, worker)
	}
	return list, rows.Err()
}

// kept is the condition that a record is kept from a worker at a moment: by an
// exclusion, or by a lock that does not name them and that they have not opened
// in an emergency. It is what [access.Decide] decides, for many records at once.
func kept(rec, worker, now string) string {
	return `(exists (select 1 from exclusion kx where kx.record = ` + rec + ` and kx.worker = ` + worker + `)
		or exists (select 1 from restriction kr where kr.record = ` + rec + ` and kr.lifted_at is null
			and not exists (select 1 from restriction_named kn where kn.restriction = kr.id and kn.worker = ` + worker + `)
			and (select 1 from access_grant kg where kg.record = ` + rec + ` and kg.principal = 'worker:' || ` + worker + `
				and kg.line = '` + access.BreakGlass + `' and ` + liveGrant("kg", now) + ` limit 1) is null))`
}

// liveGrant is the condition that a grant holds at a moment: [access.Grant.Live].
func liveGrant(g, now string) string {
	return `(` + g + `.until_at is null or ` + g + `.from_at <= ` + now + ` and ` + g + `.until_at > ` + now + `)`
}

// KeptFrom gives those of some records that a lock or an exclusion keeps from a
// worker at a moment.
func (tx *Tx) KeptFrom(worker string, now time.Time, ids []string) ([]string, error) {
	return queryAll(tx, scanValue[string], `select r.id from record r where `+tx.inList("r.id", 1)+` and `+kept("r.id", "$2", "$3")+` order by r.id`, ids, worker, now)
}

// MayView gives those of some records that the holder of some principals may view
// at a moment, with the same work for one that is locked as for one that is not. It
// is what [access.Decide] decides.
func (tx *Tx) MayView(principals []access.Principal, worker string, now time.Time, ids []string) (map[string]bool, error) {
	return tx.held(`g.may_view`, principals, worker, now, ids)
}

// held gives those of some records on which one of some principals holds a grant of
// a kind, and that nothing keeps from the worker.
func (tx *Tx) held(kind string, principals []access.Principal, worker string, now time.Time, ids []string) (map[string]bool, error) {
	list, err := queryAll(tx, scanValue[string], `select i.value from `+tx.items(1, "i")+` where not `+kept("i.value", "$2", "$3")+`
		and (select 1 from access_grant g where g.record = i.value and `+tx.inList("g.principal", 4)+` and `+kind+` and `+liveGrant("g", "$3")+` limit 1) is not null`,
		ids, worker, now, texts(principals))
	out := make(map[string]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// AddExclusion keeps one worker away from one record; ErrExists when they are
// kept away already.
func (tx *Tx) AddExclusion(x access.Exclusion) error {
	if err := tx.keepSet("exclusion", "record", x.Record); err != nil {
		return err
	}
	if _, err := tx.Exec(`insert into exclusion (record, worker, why, made_at, author) values ($1, $2, $3, $4, $5)`,
		x.Record, x.Worker, x.Why, x.At, x.By); err != nil {
		return err
	}
	return tx.moved()
}

// DropExclusion lets a worker back to a record; ErrNone when they were not
// kept away.
func (tx *Tx) DropExclusion(id, worker string) error {
	if err := tx.keepSet("exclusion", "record", id); err != nil {
		return err
	}
	if err := changed(tx.Exec(`delete from exclusion where record = $1 and worker = $2`, id, worker)); err != nil {
		return err
	}
	return tx.moved()
}

// Exclusions gives who is kept away from a record.
func (tx *Tx) Exclusions(id string) ([]access.Exclusion, error) {
	return tx.exclusions(`record = $1`, id)
}

func (tx *Tx) exclusions(where string, arg any) ([]access.Exclusion, error) {
	return queryAll(tx, func(row row) (access.Exclusion, error) {
		var x access.Exclusion
		return x, row.Scan(&x.Record, &x.Worker, &x.Why, &x.At, &x.By)
	}, `select record, worker, why, made_at, author from exclusion where `+where+` order by made_at, worker`, arg)
}

// AccessRows gives everything [access.Decide] reads about a record.
func (tx *Tx) AccessRows(id string) (grants []access.Grant, restrictions []access.Restriction, exclusions []access.Exclusion, err error) {
	if grants, err = tx.Grants(id); err != nil {
		return
	}
	if restrictions, err = tx.RestrictionsOf(id); err != nil {
		return
	}
	exclusions, err = tx.Exclusions(id)
	return
}

// Access is everything [access.Decide] reads about one record.
type Access struct {
	Grants       []access.Grant
	Restrictions []access.Restriction
	Exclusions   []access.Exclusion
}

// AccessOf is AccessRows for several records at once, by their ids. A record
// without any rows has none here, and is open to nobody.
func (tx *Tx) AccessOf(ids []string) (map[string]Access, error) {
	grants, err := tx.grants(tx.inList("record", 1), ids)
	if err != nil {
		return nil, err
	}
	restrictions, err := tx.restrictions(tx.inList("record", 1)+` order by made_at, id`, ids)
	if err != nil {
		return nil, err
	}
	exclusions, err := tx.exclusions(tx.inList("record", 1), ids)
	if err != nil {
		return nil, err
	}
	out := map[string]Access{}
	of := func(id string, put func(*Access)) {
		a := out[id]
		put(&a)
		out[id] = a
	}
	for _, g := range grants {
		of(g.Record, func(a *Access) { a.Grants = append(a.Grants, g) })
	}
	for _, r := range restrictions {
		of(r.Record, func(a *Access) { a.Restrictions = append(a.Restrictions, r) })
	}
	for _, x := range exclusions {
		of(x.Record, func(a *Access) { a.Exclusions = append(a.Exclusions, x) })
	}
	return out, nil
}
