package casework

import (
	"context"
	"errors"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/store"
)

// KeptUntil is until when a record is kept, as those who may view it are told.
type KeptUntil struct {
	Open  bool            // the record is; then Kept is empty
	Kept  store.Retention // empty until it was worked out
	Rules []string        // of the pathway, of which one counts once it is closed
	Holds []string        // what each legal hold is on, in words that name nobody
	// MayDecide tells whether the reader decides on it: they read the reasons.
	MayDecide bool
}

// KeptUntil says until when a record is kept, to whoever may view it.
func (d *Desk) KeptUntil(ctx context.Context, by By, id string) (*KeptUntil, error) {
	out := &KeptUntil{}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		dec, err := d.access(tx, by, id)
		if err != nil {
			return err
		}
		rec, err := tx.Record(id)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if rec.ID == "" || !dec.May(access.View) {
			return hidden{errNotThere, rec.ID}
		}
		if p, ok := d.Pathways.Get(rec.Pathway); ok {
			out.Rules = p.KeepRules()
		}
		out.Open = rec.ClosedAt.IsZero()
		if !out.Open {
			if out.Kept, err = tx.Retention(id); err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
		}
		holds, err := tx.HoldsOn(id)
		if err != nil {
			return err
		}
		for _, h := range holds {
			if on := holdOn(h); !slices.Contains(out.Holds, on) {
				out.Holds = append(out.Holds, on)
			}
		}
		out.MayDecide = d.inScope(d.retentionScopes(by), rec.Pathway, rec.Authority)
		return nil
	})
	return out, err
}
