package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// RestrictionKinds are why a record may be locked to named workers, with the
// words for each.
var RestrictionKinds = []struct{ ID, Label string }{
	{"staff_or_relative", "It is about someone who works here, or a relative of theirs"},
	{"adoption", "An adoption is being planned or has happened"},
	{"high_profile", "Someone in it is protected, or the press may be interested"},
	{"serious_review", "A child has died or been seriously hurt"},
	{"high_risk", "Another serious risk if more people knew"},
}

const (
	// ActGlassRefused is trying to open a locked record in an emergency without a
	// way in.
	ActGlassRefused = "break-glass-refused"
	// glassOpen is how long breaking the glass lets a worker see a record.
	glassOpen = time.Hour
)

// Restrict locks a record to the workers it names. The one who locks it is
// always among them.
func (d *Desk) Restrict(ctx context.Context, by By, rec, kind, reason string, named []string) error {
	var faults fault.Fields
	if !slices.ContainsFunc(RestrictionKinds, func(k struct{ ID, Label string }) bool { return k.ID == kind }) {
		faults.Add("kind", "Choose why this record must be locked")
	}
	if strings.TrimSpace(reason) == "" {
		faults.Add("reason", "Say why, for whoever reviews this")
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.mayRestrict(tx, by, rec)
		if err != nil {
			return err
		}
		review, err := d.lockReview(l, by)
		if err != nil {
			return err
		}
		if !slices.Contains(named, by.Worker()) {
			named = append(named, by.Worker())
		}
		id := store.NewID(by.Now)
		sealed, err := d.sealText("restriction", id, reason)
		if err != nil {
			return err
		}
		r := access.Restriction{ID: id, Record: rec, Kind: kind, Reason: sealed, By: by.Worker(), At: by.Now, ReviewBy: review, Named: named}
		if err := tx.AddRestriction(r); err != nil {
			return err
		}
		return d.log(tx, by, "restrict", rec, map[string]string{"kind": kind, "named": itoa(len(named))})
	})
}

// lockReview is when somebody must look again at a lock that is set or kept now, by
// the partnership's own length.
func (d *Desk) lockReview(l loaded, by By) (time.Time, error) {
	due, err := d.calendarFor(l.rec.Authority).Due(by.Now, d.Place.LockReview, calendar.Options{})
	return due.At, err
}

// RestrictionReason opens the reason of a restriction for those it names.
func (d *Desk) RestrictionReason(r access.Restriction) string {
	text, err := d.openText("restriction", r.ID, r.Reason)
	if err != nil {
		return ""
	}
	return text
}

// NameOnRestriction changes whom a lock names.
func (d *Desk) NameOnRestriction(ctx context.Context, by By, rec, id string, named []string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.mayRestrict(tx, by, rec); err != nil {
			return err
		}
		if !slices.Contains(named, by.Worker()) {
			named = append(named, by.Worker())
		}
		if err := ofRecord(tx, rec, id); err != nil {
			return err
		}
		if err := tx.SetRestrictionNamed(id, named); err != nil {
			return err
		}
		return d.log(tx, by, "change-restriction", rec, map[string]string{"named": itoa(len(named))})
	})
}

// LiftRestriction ends a lock.
func (d *Desk) LiftRestriction(ctx context.Context, by By, rec, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.mayRestrict(tx, by, rec); err != nil {
			return err
		}
		if err := ofRecord(tx, rec, id); err != nil {
			return err
		}
		if err := tx.LiftRestriction(id, by.Worker(), by.Now); err != nil {
			return err
		}
		return d.log(tx, by, "lift-restriction", rec, nil)
	})
}

// KeepRestriction notes that somebody looked at a lock again and that it stays: it
// is to be looked at once more after the same time.
func (d *Desk) KeepRestriction(ctx context.Context, by By, rec, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.mayRestrict(tx, by, rec)
		if err != nil {
			return err
		}
		if err := ofRecord(tx, rec, id); err != nil {
			return err
		}
		review, err := d.lockReview(l, by)
		if err != nil {
			return err
		}
		if err := tx.ReviewRestriction(id, review); err != nil {
			return err
		}
		return d.log(tx, by, "keep-restriction", rec, nil)
	})
}

// RestrictionNotice is the notice that a lock is to be looked at again.
const RestrictionNotice = "lock_review"

// RemindRestrictions tells those whom a lock names that it is to be looked at
// again: on the day, and again for as long as nobody has, when the last notice is
// not shown any more.
func (d *Desk) RemindRestrictions(ctx context.Context, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.RestrictionsToReview(now)
		if err != nil {
			return err
		}
		by := BySystem(now)
		for _, r := range due {
			since := now.Add(-store.NoticesLast)
			if r.ReviewBy.After(since) {
				since = r.ReviewBy
			}
			told, err := tx.NoticedSince(r.Record, RestrictionNotice, since)
			if err != nil {
				return err
			}
			if told {
				continue
			}
			for _, w := range r.Named {
				if err := d.noticeTo(tx, by, record.Record{ID: r.Record}, access.ToWorker(w), RestrictionNotice); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ofRecord makes sure that a lock is one that holds on this very record: who may
// change the locks of one record may not change another's.
func ofRecord(tx *store.Tx, rec, id string) error {
	locks, err := tx.RestrictionsOf(rec)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(locks, func(r access.Restriction) bool { return r.ID == id && r.LiftedAt.IsZero() }) {
		return errNotThere
	}
	return nil
}

func (d *Desk) mayRestrict(tx *store.Tx, by By, rec string) (loaded, error) {
	l, err := d.load(tx, by, rec, true)
	if err != nil {
		return l, err
	}
	if !l.dec.May(access.View) || !by.May("restrict", &d.Place.Register) {
		return l, errForbidden
	}
	if l.dec.Broken {
		return l, fault.New(fault.Forbidden, "You have this record open in an emergency. Only the people its lock names can change who may open it.")
	}
	return l, nil
}

// BreakGlass opens a locked record for an hour to a worker who would see it but
// for the lock, when a child cannot wait. Whoever locked it is told at once.
// The answer is the same whether there is no such record or no way in.
func (d *Desk) BreakGlass(ctx context.Context, by By, reference, reason string) (string, error) {
	if len(strings.TrimSpace(reason)) < 10 {
		return "", fault.Fields{{Key: "reason", Text: "Say why a child cannot wait for someone who is named"}}
	}
	if !by.May("break_glass", &d.Place.Register) {
		return "", errForbidden
	}
	var opened string
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		ref, err := secret.ParseReference(reference)
		if err != nil {
			return fault.Fields{{Key: "reference", Text: "Check the reference: it does not look right"}}
		}
		rec, err := tx.RecordByReference(ref)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		// Read also when there is no such record, as in load.
		grants, locks, excluded, err := tx.AccessRows(rec.ID)
		if err != nil {
			return err
		}
		if dec := access.Decide(by.Viewer, grants, locks, excluded); !dec.Restricted {
			return d.log(tx, by, ActGlassRefused, rec.ID, nil)
		}
		g := access.Grant{
			ID: store.NewID(by.Now), Record: rec.ID, To: by.Principal, May: []access.Right{access.View, access.Act},
			Why: "Opened in an emergency although locked", Key: access.BreakGlass, From: by.Now, Until: by.Now.Add(glassOpen), By: by.Worker(),
		}
		if err := tx.AddGrants([]access.Grant{g}); err != nil {
			return err
		}
		named := by
		named.Purpose = "" // the reason is kept sealed as an entry, not in the log
		if err := d.log(tx, named, "break-glass", rec.ID, nil); err != nil {
			return err
		}
		told := map[string]bool{}
		for _, r := range locks {
			for _, w := range append([]string{r.By}, r.Named...) {
				if told[w] || !r.LiftedAt.IsZero() {
					continue
				}
				told[w] = true
				if err := d.noticeTo(tx, by, rec, access.ToWorker(w), "glass_broken"); err != nil {
					return err
				}
			}
		}
		opened = rec.ID
		return d.addEntry(tx, by, record.Entry{Record: rec.ID, Kind: "break_glass", Text: "Opened although locked. Reason given: " + reason})
	})
	if err == nil && opened == "" {
		return "", fault.New(fault.NotFound, "There is no locked record with that reference that you could open. Check it, or ring whoever gave it to you.")
	}
	return opened, err
}

// DeclareConflict keeps a worker away from a record: they or a relative are in
// it. A worker may declare it of themselves; who may restrict, of anyone.
func (d *Desk) DeclareConflict(ctx context.Context, by By, rec, worker, why string) error {
	if strings.TrimSpace(why) == "" {
		return fault.Fields{{Key: "why", Text: "Say what the conflict is, in a few words without names"}}
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, true)
		if err != nil {
			return err
		}
		if worker != by.Worker() && (!l.dec.May(access.View) || l.dec.Broken || !by.May("restrict", &d.Place.Register)) {
			return errForbidden
		}
		if err := tx.AddExclusion(access.Exclusion{Record: rec, Worker: worker, Why: why, At: by.Now, By: by.Worker()}); err != nil {
			return err
		}
		return d.log(tx, by, "declare-conflict", rec, map[string]string{"worker": worker})
	})
}

// GiveAccess lets one more worker view, or work on, a record.
func (d *Desk) GiveAccess(ctx context.Context, by By, rec, worker, why string, act bool) error {
	if strings.TrimSpace(why) == "" {
		return fault.Fields{{Key: "why", Text: "Say why they need it"}}
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.mayRestrict(tx, by, rec); err != nil {
			return err
		}
		w, err := tx.Worker(worker)
		if err != nil || !w.LeftAt.IsZero() {
			return fault.Fields{{Key: "worker", Text: "Choose someone who works here now"}}
		}
		may := []access.Right{access.View}
		if act {
			may = append(may, access.Act)
		}
		g := access.Grant{ID: store.NewID(by.Now), Record: rec, To: access.ToWorker(worker), May: may, Why: why, From: by.Now, By: by.Worker()}
		if err := tx.AddGrants([]access.Grant{g}); err != nil {
			return err
		}
		return d.log(tx, by, "give-access", rec, map[string]string{"worker": worker})
	})
}

// EndAccess ends a grant that was made by hand.
func (d *Desk) EndAccess(ctx context.Context, by By, rec, grant string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.mayRestrict(tx, by, rec); err != nil {
			return err
		}
		grants, err := tx.Grants(rec)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.ID == grant && g.By != "pathway" {
				if err := tx.EndGrant(grant, by.Now); err != nil {
					return err
				}
				return d.log(tx, by, "end-access", rec, map[string]string{"to": string(g.To)})
			}
		}
		return errNotThere
	})
}
