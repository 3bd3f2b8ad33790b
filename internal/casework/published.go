package casework

import (
	"context"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Published is what everyone may read of the records of a pathway. It names no
// record, and reading it is not reading one: each was agreed to before.
func (d *Desk) Published(ctx context.Context, now time.Time, id string) (*pathway.Pathway, []pathway.Published, error) {
	var p *pathway.Pathway
	for _, one := range d.Pathways.All() {
		if one.Publish != nil && one.Publish.ID == id {
			p = one
		}
	}
	if p == nil {
		return nil, nil, fault.New(fault.NotFound, "There is no such page.")
	}
	var out []pathway.Published
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		recs, err := tx.RecordsAfter(p.Name, p.Publish.Step)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			revs, err := tx.Revisions(rec.ID)
			if err != nil {
				return err
			}
			last := 0
			for i, r := range revs {
				if r.Step == p.Publish.Step {
					last = i + 1
				}
			}
			f := d.factsOf(By{Now: now}, rec, access.Decision{}, revs)
			if one, ok := p.MakePublished(f, record.Fold(rec, revs[:last]).Answers); ok {
				out = append(out, one)
			}
		}
		return nil
	})
	return p, out, err
}
