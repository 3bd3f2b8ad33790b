package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// KeepLonger decides that a closed record is kept until a later date than its rule
// says, or, where no rule gives one, until a date at all. What was proposed for it
// does not hold any more.
func (d *Desk) KeepLonger(ctx context.Context, by By, id string, until calendar.Date, why string) error {
	why, err := reason(why)
	var faults fault.Fields
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	if until.IsZero() || !until.After(today(by.Now)) {
		faults.Add("until", "Enter a date after today")
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		_, r, err := d.review(tx, by, id)
		if err != nil {
			return err
		}
		if !until.After(r.Keep()) {
			return fault.Fields{{Key: "until", Text: "Enter a date after " + r.Keep().Long() + ": it is kept until then already"}}
		}
		if r.State == store.RetentionProposed || r.State == store.RetentionApproved {
			if err := d.stop(tx, by, id, why); err != nil {
				return err
			}
		}
		r.Longer, r.State, r.DueAt = until, store.RetentionKept, time.Time{}
		if err := tx.PutRetention(r); err != nil {
			return err
		}
		if err := d.decided(tx, by, store.RetentionAct{Record: id, Act: store.KeptLonger, Until: until}, why); err != nil {
			return err
		}
		return d.log(tx, by, "keep-longer", id, map[string]string{"until": until.String()})
	})
}

// ProposeDestruction proposes that a record be destroyed whose time is over. A
// second person must agree.
func (d *Desk) ProposeDestruction(ctx context.Context, by By, id, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		rec, r, err := d.review(tx, by, id)
		if err != nil {
			return err
		}
		if r.State == store.RetentionProposed || r.State == store.RetentionApproved {
			return fault.New(fault.Conflict, "Its destruction has been proposed already.")
		}
		if err := d.mayGo(tx, by, rec, r); err != nil {
			return err
		}
		seen, err := tx.Seen(id)
		if err != nil {
			return err
		}
		if r.State = store.RetentionProposed; r.DueAt.IsZero() {
			r.DueAt = by.Now
		}
		if err := tx.PutRetention(r); err != nil {
			return err
		}
		if err := d.decided(tx, by, store.RetentionAct{Record: id, Act: store.DestructProposed, Seen: seen}, why); err != nil {
			return err
		}
		return d.log(tx, by, "propose-destruction", id, nil)
	})
}

// StopDestruction takes back a proposal or an approval that was not carried out.
// Anyone who looks after the record can: not destroying needs one person only.
func (d *Desk) StopDestruction(ctx context.Context, by By, id, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		_, r, err := d.review(tx, by, id)
		if err != nil {
			return err
		}
		if r.State != store.RetentionProposed && r.State != store.RetentionApproved {
			return fault.New(fault.Conflict, "There is no proposal to stop.")
		}
		r.State = store.RetentionDue
		if err := tx.PutRetention(r); err != nil {
			return err
		}
		return d.stop(tx, by, id, why)
	})
}

// stop notes that what was proposed or approved does not happen.
func (d *Desk) stop(tx *store.Tx, by By, id, why string) error {
	if err := d.decided(tx, by, store.RetentionAct{Record: id, Act: store.DestructStopped}, why); err != nil {
		return err
	}
	dest, err := tx.DestructionOf(id)
	if err == nil && dest.End == "" {
		if err := tx.EndDestruction(dest.ID, store.DestructionStopped, string(by.Principal), "", nil, by.Now); err != nil {
			return err
		}
	} else if err != nil && !errors.Is(err, store.ErrNone) {
		return err
	}
	return d.log(tx, by, "stop-destruction", id, nil)
}

// ApproveDestruction agrees, as a second person, that a record be destroyed. It is
// refused when anything has changed since it was proposed. The record goes when
// [Desk.Destroy] is run next; until then anyone can stop it.
func (d *Desk) ApproveDestruction(ctx context.Context, by By, id, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		rec, r, err := d.review(tx, by, id)
		if err != nil {
			return err
		}
		if r.State != store.RetentionProposed {
			return fault.New(fault.Conflict, "There is no proposal to decide on. Somebody else may just have decided.")
		}
		acts, err := tx.RetentionActs(id)
		if err != nil {
			return err
		}
		proposed := lastProposal(acts)
		if proposed.By == "" || proposed.By == string(by.Principal) {
			return fault.New(fault.Forbidden, "You proposed this, so a second person must decide.")
		}
		if err := d.mayGo(tx, by, rec, r); err != nil {
			return err
		}
		seen, err := tx.Seen(id)
		if err != nil {
			return err
		}
		if seen != proposed.Seen {
			return fault.New(fault.Conflict, "Something on this record has changed since its destruction was proposed. Stop the proposal; the record must be looked at and proposed again.")
		}
		return d.approve(tx, by, rec, r, proposed, why)
	})
}

func (d *Desk) approve(tx *store.Tx, by By, rec record.Record, r store.Retention, proposed store.RetentionAct, why string) error {
	said, err := d.openText("retention", proposed.ID, proposed.Reason)
	if err != nil {
		return err
	}
	p, err := d.pathway(tx, rec.Hash)
	if err != nil {
		return err
	}
	dest := store.Destruction{
		ID: store.NewID(by.Now), Record: rec.ID, Reference: rec.Reference, Pathway: rec.Pathway, Title: p.Title, Authority: rec.Authority,
		BegunAt: rec.CreatedAt, ClosedAt: rec.ClosedAt, Rule: r.Rule, Keep: r.Keep(), ProposedBy: proposed.By, ProposedAt: proposed.At,
		ApprovedBy: string(by.Principal), ApprovedAt: by.Now, Seen: proposed.Seen,
	}
	if dest.Proposed, err = d.sealText("destruction proposed", dest.ID, said); err != nil {
		return err
	}
	if dest.Approved, err = d.sealText("destruction approved", dest.ID, why); err != nil {
		return err
	}
	if dest.Readers, err = readers(tx, by, rec.ID); err != nil {
		return err
	}
	if err := tx.AddDestruction(dest); err != nil {
		return err
	}
	r.State = store.RetentionApproved
	if err := tx.PutRetention(r); err != nil {
		return err
	}
	if err := d.decided(tx, by, store.RetentionAct{Record: rec.ID, Act: store.DestructApproved, Seen: proposed.Seen}, why); err != nil {
		return err
	}
	return d.log(tx, by, "approve-destruction", rec.ID, map[string]string{"destruction": dest.ID, "proposed-by": proposed.By})
}

// readers are those who may open a record now: they may read later that it was
// destroyed.
func readers(tx *store.Tx, by By, id string) (store.Readers, error) {
	var out store.Readers
	grants, locks, kept, err := tx.AccessRows(id)
	if err != nil {
		return out, err
	}
	for _, g := range grants {
		if g.Live(by.Now) && slices.Contains(g.May, access.View) && g.Key != access.BreakGlass && !slices.Contains(out.To, string(g.To)) {
			out.To = append(out.To, string(g.To))
		}
	}
	for _, l := range locks {
		if !l.LiftedAt.IsZero() {
			continue
		}
		if !out.Lock {
			out.Named = l.Named
		} else {
			out.Named = slices.DeleteFunc(slices.Clone(out.Named), func(w string) bool { return !slices.Contains(l.Named, w) })
		}
		out.Lock = true
	}
	for _, x := range kept {
		out.Never = append(out.Never, x.Worker)
	}
	return out, nil
}

// review reads a closed record, locked, for a decision about its keeping.
func (d *Desk) review(tx *store.Tx, by By, id string) (record.Record, store.Retention, error) {
	rec, err := d.keeper(tx, by, id, true)
	if err != nil {
		return rec, store.Retention{}, err
	}
	r, err := tx.Retention(id)
	if errors.Is(err, store.ErrNone) {
		err = fault.New(fault.Conflict, "Nothing can be decided about this record now: it is open, or it has only just closed.")
	}
	return rec, r, err
}

// mayGo refuses a record that must not be destroyed, and someone who may be in it.
func (d *Desk) mayGo(tx *store.Tx, by By, rec record.Record, r store.Retention) error {
	why, err := d.whyKept(tx, rec, r, by.Now)
	if err != nil {
		return err
	}
	if len(why) > 0 {
		return fault.New(fault.Conflict, "This record cannot be destroyed. "+why[0])
	}
	subject, err := d.isSubject(tx, by, rec.ID)
	if err == nil && subject {
		err = fault.New(fault.Forbidden, whySubject)
	}
	return err
}

// decided keeps a decision with its reason sealed.
func (d *Desk) decided(tx *store.Tx, by By, a store.RetentionAct, why string) error {
	a.ID, a.By, a.At = store.NewID(by.Now), string(by.Principal), by.Now
	var err error
	if a.Reason, err = d.sealText("retention", a.ID, why); err != nil {
		return err
	}
	return tx.AddRetentionAct(a)
}
