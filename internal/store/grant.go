package store

import (
	"slices"
	"time"

	"frontdoor/internal/access"
)

// AddGrants keeps grants.
func (tx *Tx) AddGrants(grants []access.Grant) error {
	for _, g := range grants {
		if _, err := tx.Exec(`insert into access_grant (id, record, principal, may_view, may_act, may_status, why, line, from_at, until_at, author)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			g.ID, g.Record, string(g.To), slices.Contains(g.May, access.View), slices.Contains(g.May, access.Act),
			slices.Contains(g.May, access.Status), g.Why, g.Key, g.From, g.Until, g.By); err != nil {
			return err
		}
	}
	if len(grants) == 0 {
		return nil
	}
	return tx.moved()
}

// endGrants ends the chosen grants at a moment. One that has ended already, or
// ends sooner, stays as it is.
func (tx *Tx) endGrants(at time.Time, where string, args ...any) (int64, error) {
	n, err := tx.Exec(`update access_grant set until_at = $1 where (until_at is null or until_at > $1) and `+where, append([]any{at}, args...)...)
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
func (tx *Tx) Grants(id string) ([]access.Grant, error) {
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
		from access_grant where record = $1 order by from_at, id`, id)
}

const restrictionColumns = `id, record, kind, reason, author, made_at, review_by, lifted_at, lifted_by`

// AddRestriction keeps a restriction and whom it names.
func (tx *Tx) AddRestriction(r access.Restriction) error {
	if _, err := tx.Exec(`insert into restriction (id, record, kind, reason, author, made_at, review_by, lifted_at, lifted_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Record, r.Kind, r.Reason, r.By, r.At, r.ReviewBy, r.LiftedAt, r.LiftedBy); err != nil {
		return err
	}
	return tx.SetRestrictionNamed(r.ID, r.Named)
}

// LiftRestriction ends a restriction; ErrNone when it was lifted already.
func (tx *Tx) LiftRestriction(id, by string, at time.Time) error {
	if err := changed(tx.Exec(`update restriction set lifted_at = $3, lifted_by = $2 where id = $1 and lifted_at is null`, id, by, at)); err != nil {
		return err
	}
	return tx.moved()
}

// SetRestrictionNamed makes the given workers the only ones a restriction
// lets through.
func (tx *Tx) SetRestrictionNamed(id string, workers []string) error {
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

func (tx *Tx) restrictions(where string, args ...any) ([]access.Restriction, error) {
	list, err := queryAll(tx, func(row row) (access.Restriction, error) {
		var r access.Restriction
		return r, row.Scan(&r.ID, &r.Record, &r.Kind, &r.Reason, &r.By, &r.At, &r.ReviewBy, &r.LiftedAt, &r.LiftedBy)
	}, `select `+restrictionColumns+` from restriction where `+where, args...)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Named, err = queryAll(tx, scanValue[string], `select worker from restriction_named where restriction = $1 order by worker`, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// AddExclusion keeps one worker away from one record; ErrExists when they are
// kept away already.
func (tx *Tx) AddExclusion(x access.Exclusion) error {
	if _, err := tx.Exec(`insert into exclusion (record, worker, why, made_at, author) values ($1, $2, $3, $4, $5)`,
		x.Record, x.Worker, x.Why, x.At, x.By); err != nil {
		return err
	}
	return tx.moved()
}

// DropExclusion lets a worker back to a record; ErrNone when they were not
// kept away.
func (tx *Tx) DropExclusion(id, worker string) error {
	if err := changed(tx.Exec(`delete from exclusion where record = $1 and worker = $2`, id, worker)); err != nil {
		return err
	}
	return tx.moved()
}

// Exclusions gives who is kept away from a record.
func (tx *Tx) Exclusions(id string) ([]access.Exclusion, error) {
	return queryAll(tx, func(row row) (access.Exclusion, error) {
		var x access.Exclusion
		return x, row.Scan(&x.Record, &x.Worker, &x.Why, &x.At, &x.By)
	}, `select record, worker, why, made_at, author from exclusion where record = $1 order by made_at, worker`, id)
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
