package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

const (
	// PowerRetention lets a role decide how long records of its authorities are
	// kept: those of every pathway that is not restricted to other roles.
	PowerRetention = "retention"
	// PowerRetentionOwn lets a role decide it for the records of pathways that are
	// restricted to it, and for no others.
	PowerRetentionOwn = "retention_own"
)

// RetentionJob is how often the program looks for records whose time is over.
const RetentionJob = 24 * time.Hour

// noticeRetention names the neutral sentence of a notice.
const noticeRetention = "retention_due"

// retentionScopes are the records whose keeping a worker may decide on.
func (d *Desk) retentionScopes(by By) []store.RetentionScope {
	var out []store.RetentionScope
	for _, m := range by.Viewer.Worker.Memberships {
		team, ok := d.Place.Register.Team(m.Team)
		role, known := d.Place.Register.Role(m.Role)
		if !ok || !known || !m.Live(by.Now) || !role.Cases || len(by.Viewer.Principals) == 0 {
			continue
		}
		var names []string
		for _, p := range d.Pathways.All() {
			own := slices.Contains(p.Restricted, role.ID)
			if own && (slices.Contains(role.May, PowerRetentionOwn) || slices.Contains(role.May, PowerRetention)) ||
				len(p.Restricted) == 0 && slices.Contains(role.May, PowerRetention) {
				names = append(names, p.Name)
			}
		}
		if len(names) > 0 {
			out = append(out, store.RetentionScope{Authorities: team.Authorities, Pathways: names})
		}
	}
	return out
}

// MayKeep tells whether a worker decides how long any records are kept.
func (d *Desk) MayKeep(by By) bool { return len(d.retentionScopes(by)) > 0 }

// inScope tells whether records of a pathway in an authority are among some
// scopes. An empty name asks for all of them.
func (d *Desk) inScope(scopes []store.RetentionScope, pathway, authority string) bool {
	all := func(of []string, one string, every []string) bool {
		if one != "" {
			return slices.Contains(of, one)
		}
		return !slices.ContainsFunc(every, func(x string) bool { return !slices.Contains(of, x) })
	}
	var authorities, open []string
	for _, a := range d.Place.Register.Authorities {
		authorities = append(authorities, a.ID)
	}
	for _, p := range d.Pathways.All() {
		if len(p.Restricted) == 0 { // who holds everything need not know of the others
			open = append(open, p.Name)
		}
	}
	return slices.ContainsFunc(scopes, func(s store.RetentionScope) bool {
		return all(s.Authorities, authority, authorities) && all(s.Pathways, pathway, open)
	})
}

// keeper reads a record for whoever decides on its keeping. To others it is not
// there, nor to those whom a lock or an exclusion keeps from it.
func (d *Desk) keeper(tx *store.Tx, by By, id string, lock bool) (record.Record, error) {
	var rec record.Record
	var err error
	if lock {
		rec, err = tx.LockRecord(id)
	} else {
		rec, err = tx.Record(id)
	}
	if err != nil && !errors.Is(err, store.ErrNone) {
		return rec, err
	}
	kept, err := tx.KeptFrom(by.Worker(), by.Now, []string{id})
	if err != nil {
		return rec, err
	}
	if rec.ID == "" || len(kept) > 0 || !d.inScope(d.retentionScopes(by), rec.Pathway, rec.Authority) {
		return rec, hidden{errNotThere, rec.ID}
	}
	return rec, nil
}

// keepUntil works out until when a record is kept that a revision closed, or
// changed when it was closed, and forgets it for one that is open again. What was
// proposed for the record as it was does not hold any more.
func (d *Desk) keepUntil(tx *store.Tx, by By, l *loaded, wasClosed bool) error {
	if l.rec.ClosedAt.IsZero() && !wasClosed {
		return nil
	}
	before, err := tx.Retention(l.rec.ID)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return err
	}
	if before.State == store.RetentionProposed || before.State == store.RetentionApproved {
		if err := d.lapse(tx, BySystem(by.Now), l.rec.ID, store.DestructHasLapsed, "", "The record was changed."); err != nil {
			return err
		}
	}
	if l.rec.ClosedAt.IsZero() {
		if before.Record == "" {
			return nil
		}
		return tx.DropRetention(l.rec.ID)
	}
	return tx.PutRetention(d.worked(l.rec, l.p, l.f, before))
}

// worked is until when a closed record is kept. The rules are those of today, on
// the answers as they are; a decision to keep it longer stands.
func (d *Desk) worked(rec record.Record, p *pathway.Pathway, f pathway.Facts, before store.Retention) store.Retention {
	if now, ok := d.Pathways.Get(rec.Pathway); ok {
		p = now
	}
	kept := p.Keep(f, calendar.DateOf(rec.ClosedAt))
	r := store.Retention{
		Record: rec.ID, Ruled: kept.Ruled, Rule: kept.Rule, Until: kept.Until, Longer: before.Longer, Sum: kept.Sum,
		Source: kept.Law.Source, Unconfirmed: kept.Unconfirmed, Basis: p.KeepBasis(), State: store.RetentionKept, WorkedAt: f.Now,
	}
	if before.State == store.RetentionDue && over(r, f.Now) {
		r.State, r.DueAt = before.State, before.DueAt
	}
	return r
}

// lapse ends what was proposed or approved for a record.
func (d *Desk) lapse(tx *store.Tx, by By, id, act, sealed, why string) error {
	a := store.RetentionAct{ID: store.NewID(by.Now), Record: id, Act: act, By: string(by.Principal), Reason: sealed, At: by.Now}
	if err := tx.AddRetentionAct(a); err != nil {
		return err
	}
	dest, err := tx.DestructionOf(id)
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil || dest.End != "" {
		return err
	}
	if err := tx.EndDestruction(dest.ID, act, string(by.Principal), why, nil, by.Now); err != nil {
		return err
	}
	return d.log(tx, by, "destruction-"+act, id, nil)
}

// RunRetention works out anew what came from other rules, asks for a review of
// every record whose time is over, and tells those who look after them. It gives
// how many reviews it asked for.
func (d *Desk) RunRetention(ctx context.Context, now time.Time) (int, error) {
	if err := d.workAnew(ctx, now); err != nil {
		return 0, err
	}
	asked := 0
	tell := map[access.Principal]bool{}
	for {
		var ids []string
		err := d.DB.Read(ctx, func(tx *store.Tx) error {
			var err error
			ids, err = tx.RetentionOver(today(now), 100)
			return err
		})
		if err != nil || len(ids) == 0 {
			return asked, errors.Join(err, d.tellKeepers(ctx, now, tell))
		}
		done := 0
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			done = 0
			for _, id := range ids {
				rec, err := tx.LockRecord(id)
				if err != nil {
					return err
				}
				r, err := tx.Retention(id)
				if errors.Is(err, store.ErrNone) || err == nil && (r.State != store.RetentionKept || !over(r, now)) {
					continue // it was opened again, or somebody decided
				}
				if err != nil {
					return err
				}
				r.State, r.DueAt = store.RetentionDue, now
				if err := tx.PutRetention(r); err != nil {
					return err
				}
				if err := d.log(tx, BySystem(now), "retention-due", id, nil); err != nil {
					return err
				}
				for _, to := range d.keepersOf(rec) {
					tell[to] = true
				}
				done++
			}
			return nil
		})
		if err != nil || done == 0 {
			return asked, errors.Join(err, d.tellKeepers(ctx, now, tell))
		}
		asked += done
	}
}

// over tells whether the last day on which a record must be kept has passed.
func over(r store.Retention, now time.Time) bool {
	return r.Ruled && !r.Keep().IsZero() && r.Keep().Before(today(now))
}

// keepersOf are the roles that decide on the keeping of a record.
func (d *Desk) keepersOf(rec record.Record) []access.Principal {
	p, ok := d.Pathways.Get(rec.Pathway)
	var out []access.Principal
	for _, role := range d.Place.Register.Roles {
		own := ok && slices.Contains(p.Restricted, role.ID)
		if own && (slices.Contains(role.May, PowerRetentionOwn) || slices.Contains(role.May, PowerRetention)) ||
			ok && len(p.Restricted) == 0 && slices.Contains(role.May, PowerRetention) {
			out = append(out, access.ToRole(role.ID, rec.Authority))
		}
	}
	return out
}

// tellKeepers says once, however many there are, that reviews wait. The notice is
// about no record, so it names none.
func (d *Desk) tellKeepers(ctx context.Context, now time.Time, to map[access.Principal]bool) error {
	if len(to) == 0 {
		return nil
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for p := range to {
			if err := tx.AddNotice(store.Notice{ID: store.NewID(now), To: p, Message: noticeRetention, At: now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// workAnew works out until when closed records are kept that were closed before
// the program could, or whose rules or lengths are others now.
func (d *Desk) workAnew(ctx context.Context, now time.Time) error {
	basis := map[string]string{}
	for _, p := range d.Pathways.All() {
		basis[p.Name] = p.KeepBasis()
	}
	for after := ""; ; {
		var list []store.Closed
		err := d.DB.Read(ctx, func(tx *store.Tx) error {
			var err error
			list, err = tx.ClosedAfter(after, 500)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Record
		list = slices.DeleteFunc(list, func(c store.Closed) bool { return basis[c.Pathway] == "" || c.Basis == basis[c.Pathway] })
		for part := range slices.Chunk(list, 50) {
			var some []workedAnew
			err := d.DB.Read(ctx, func(tx *store.Tx) error {
				var err error
				some, err = d.workSome(tx, now, part)
				return err
			})
			if err == nil && len(some) > 0 {
				err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.keepSome(tx, now, some) })
			}
			if err != nil {
				return err
			}
		}
	}
}

// workedAnew is how long a closed record is kept, and the record and what was known
// before as they were when that was worked out.
type workedAnew struct {
	rec          record.Record
	before, next store.Retention
}

// workSome works it out beside the writer: after a rule has changed there may be
// hundreds of thousands, and nobody's save waits for them.
func (d *Desk) workSome(tx *store.Tx, now time.Time, list []store.Closed) ([]workedAnew, error) {
	var some []workedAnew
	for _, c := range list {
		l, err := d.load(tx, BySystem(now), c.Record, false)
		if errors.Is(err, store.ErrNone) || fault.KindOf(err) == fault.NotFound || err == nil && l.rec.ClosedAt.IsZero() {
			continue
		}
		if err != nil {
			return nil, err
		}
		before, err := tx.Retention(c.Record)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return nil, err
		}
		some = append(some, workedAnew{l.rec, before, d.worked(l.rec, l.p, l.f, before)})
	}
	return some, nil
}

// keepSome keeps what was worked out, but for records of which somebody has changed
// anything since: what they did worked it out too, or the next night does.
func (d *Desk) keepSome(tx *store.Tx, now time.Time, some []workedAnew) error {
	for _, w := range some {
		rec, err := tx.LockRecord(w.rec.ID)
		if errors.Is(err, store.ErrNone) {
			continue // it was destroyed
		}
		if err != nil {
			return err
		}
		before, err := tx.Retention(w.rec.ID)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if rec.Revision != w.rec.Revision || before != w.before {
			continue
		}
		if before.State == store.RetentionProposed || before.State == store.RetentionApproved {
			if w.next.Until == before.Until && w.next.Ruled == before.Ruled {
				w.next.State, w.next.DueAt = before.State, before.DueAt
			} else if err := d.lapse(tx, BySystem(now), w.rec.ID, store.DestructHasLapsed, "", "The rule was changed."); err != nil {
				return err
			}
		}
		if err := tx.PutRetention(w.next); err != nil {
			return err
		}
	}
	return nil
}
