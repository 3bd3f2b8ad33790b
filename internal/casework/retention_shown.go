package casework

import (
	"context"
	"errors"
	"slices"

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

// KeptUntil says until when a record is kept, to whoever has opened it.
func (d *Desk) KeptUntil(ctx context.Context, by By, v *View) (*KeptUntil, error) {
	out := &KeptUntil{Open: v.Record.ClosedAt.IsZero(), MayDecide: d.inScope(d.retentionScopes(by), v.Record.Pathway, v.Record.Authority)}
	if p, ok := d.Pathways.Get(v.Record.Pathway); ok {
		out.Rules = p.KeepRules()
	}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if !out.Open {
			if out.Kept, err = tx.Retention(v.Record.ID); err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
		}
		holds, err := tx.HoldsOn(v.Record.ID)
		if err != nil {
			return err
		}
		for _, h := range holds {
			if on := holdOn(h); !slices.Contains(out.Holds, on) {
				out.Holds = append(out.Holds, on)
			}
		}
		return nil
	})
	return out, err
}
