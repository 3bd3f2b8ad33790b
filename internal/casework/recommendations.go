package casework

import (
	"cmp"
	"context"
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Recommendation is something that a review, a panel or an audit said is to change.
type Recommendation struct {
	pathway.Recommendation
	Record  record.Record // empty where the reader may not see it
	Pathway *pathway.Pathway
	// Names is set where the reader may not see the record and the words may name
	// somebody: then they are not shown.
	Names bool
}

// Late tells whether it is not done and its day has passed.
func (r Recommendation) Late(today calendar.Date) bool {
	return r.State == pathway.RecommendationOpen && !r.Due.IsZero() && r.Due.Before(today)
}

// Recommendations is one list of what is to change, from every pathway that
// recommends something: of the records that somebody may see, and of the others
// what their role may read without them. Open ones come first, the earliest limit
// at the top.
func (d *Desk) Recommendations(ctx context.Context, by By) ([]Recommendation, error) {
	var out []Recommendation
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		for _, p := range d.Pathways.All() {
			if len(p.Recommends) == 0 {
				continue
			}
			list, err := d.recommendationsOf(tx, by, p)
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rank := []string{pathway.RecommendationOpen, pathway.RecommendationNot, pathway.RecommendationDone, pathway.RecommendationEmbedded, pathway.RecommendationGivenUp}
	slices.SortStableFunc(out, func(a, b Recommendation) int {
		return cmp.Or(cmp.Compare(slices.Index(rank, a.State), slices.Index(rank, b.State)), a.Due.Compare(b.Due), cmp.Compare(a.Source, b.Source))
	})
	return out, d.logOnly(ctx, by, actSearch, "recommendations", map[string]string{"hits": itoa(len(out))})
}

func (d *Desk) recommendationsOf(tx *store.Tx, by By, p *pathway.Pathway) ([]Recommendation, error) {
	recs, err := tx.RecordsOfPathway(p.Name)
	if err != nil || len(recs) == 0 {
		return nil, err
	}
	kept, err := d.keptOf(tx, by, recs)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(recs))
	for i, rec := range recs {
		ids[i] = rec.ID
	}
	rows, err := tx.AccessOf(ids)
	if err != nil {
		return nil, err
	}
	all, err := tx.RevisionsOf(ids)
	if err != nil {
		return nil, err
	}
	revs := map[string][]record.Revision{}
	for _, v := range all {
		revs[v.Record] = append(revs[v.Record], v)
	}
	var out []Recommendation
	for _, rec := range recs {
		at := rows[rec.ID]
		dec := access.Decide(by.Viewer, at.Grants, at.Restrictions, at.Exclusions)
		sees := dec.May(access.View) && !slices.Contains(kept, rec.ID)
		if !sees && apart(by, at.Restrictions, at.Exclusions) {
			continue
		}
		list := p.Recommendations(d.factsOf(by, rec, dec, revs[rec.ID]))
		list = slices.DeleteFunc(list, func(one pathway.Recommendation) bool {
			return !sees && !slices.ContainsFunc(one.Readers, func(role string) bool { return by.Viewer.Worker.Holds(role, by.Now) })
		})
		var marks []mark
		if !sees && len(list) > 0 {
			l, err := d.load(tx, BySystem(by.Now), rec.ID, false)
			if err != nil {
				return nil, err
			}
			if marks, err = d.marksOf(tx, l, nil); err != nil {
				return nil, err
			}
		}
		for _, one := range list {
			r := Recommendation{Recommendation: one, Pathway: p, Record: rec}
			if !sees {
				r.Record = record.Record{}
				if r.Names = len(toldIn(one.What, marks)) > 0; r.Names {
					r.What = ""
				}
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// apart tells whether a record is locked, or the reader is kept from it by name:
// then nothing of it is read in another way.
func apart(by By, locks []access.Restriction, kept []access.Exclusion) bool {
	return slices.ContainsFunc(locks, func(r access.Restriction) bool { return r.LiftedAt.IsZero() }) ||
		slices.ContainsFunc(kept, func(e access.Exclusion) bool { return e.Worker == by.Worker() })
}
