package casework

import (
	"context"
	"errors"
	"slices"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// HoldRecord puts a legal hold on a record. With its people, a hold is also put on
// everyone it is about: no record about them is destroyed, whether there is one now
// or later, until the holds are lifted.
func (d *Desk) HoldRecord(ctx context.Context, by By, id, why string, people bool) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		rec, err := d.keeper(tx, by, id, true)
		if err != nil {
			return err
		}
		holds := []store.Hold{{Kind: store.HoldRecord, Record: id}}
		if people {
			list, err := tx.PeopleOf(id)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return fault.Fields{{Key: "on", Text: "Nobody is named on this record. Hold the record itself"}}
			}
			var done []string
			for _, rp := range list {
				if !slices.Contains(done, rp.Person.ID) {
					done = append(done, rp.Person.ID)
					holds = append(holds, store.Hold{Kind: store.HoldPerson, Person: rp.Person.ID})
				}
			}
		}
		for _, h := range holds {
			h.Pathway, h.Authority = rec.Pathway, rec.Authority
			if err := d.addHold(tx, by, h, why, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// HoldAll puts a legal hold on every record of a pathway in an authority, whether
// there is one now or later: an inquiry asks for it. Empty is all of them.
func (d *Desk) HoldAll(ctx context.Context, by By, pathway, authority, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	if !d.inScope(d.retentionScopes(by), pathway, authority) {
		return fault.New(fault.Forbidden, "You can hold only records that you look after. Choose fewer, or ask a colleague who covers more.")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return d.addHold(tx, by, store.Hold{Kind: store.HoldAll, Pathway: pathway, Authority: authority}, why, "")
	})
}

func (d *Desk) addHold(tx *store.Tx, by By, h store.Hold, why, about string) error {
	h.ID, h.By, h.At = store.NewID(by.Now), string(by.Principal), by.Now
	var err error
	if h.Reason, err = d.sealText("hold", h.ID, why); err != nil {
		return err
	}
	if err := tx.AddHold(h); err != nil {
		return err
	}
	return d.log(tx, by, "legal-hold", about, map[string]string{"hold": h.ID, "on": h.Kind, "pathway": h.Pathway, "authority": h.Authority})
}

// LiftHold ends a hold. Whoever placed it cannot lift it: a second person agrees
// that its reason is gone.
func (d *Desk) LiftHold(ctx context.Context, by By, id, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := tx.Hold(id)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if err != nil || !d.inScope(d.retentionScopes(by), h.Pathway, h.Authority) {
			return errNotThere
		}
		if h.Record != "" {
			if _, err := d.keeper(tx, by, h.Record, true); err != nil {
				return err
			}
		}
		switch {
		case !h.LiftedAt.IsZero():
			return fault.New(fault.Conflict, "This hold has been lifted already.")
		case h.By == string(by.Principal):
			return fault.New(fault.Forbidden, "You placed this hold, so a second person must lift it.")
		}
		sealed, err := d.sealText("hold lifted", h.ID, why)
		if err != nil {
			return err
		}
		if err := tx.LiftHold(id, string(by.Principal), sealed, by.Now); err != nil {
			return err
		}
		return d.log(tx, by, "lift-hold", h.Record, map[string]string{"hold": h.ID, "on": h.Kind})
	})
}

// Holds lists the holds on records that somebody looks after, those that stand
// first.
func (d *Desk) Holds(ctx context.Context, by By) ([]HoldShown, error) {
	scopes := d.retentionScopes(by)
	if len(scopes) == 0 {
		return nil, errForbidden
	}
	var out []HoldShown
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Holds()
		if err != nil {
			return err
		}
		var ids []string
		for _, h := range all {
			if h.Record != "" {
				ids = append(ids, h.Record)
			}
		}
		kept, err := tx.KeptFrom(by.Worker(), by.Now, ids)
		if err != nil {
			return err
		}
		var who naming
		names := map[string]string{}
		all = slices.DeleteFunc(all, func(h store.Hold) bool {
			return !d.holdIsTheirs(scopes, h) || slices.Contains(kept, h.Record)
		})
		for _, h := range all {
			who.add(h.By)
			who.add(h.LiftedBy)
		}
		if err := who.read(tx, names); err != nil {
			return err
		}
		for _, h := range all {
			shown := d.holdShown(h, by, names)
			if h.Record != "" {
				rec, err := tx.Record(h.Record)
				if err != nil {
					return err
				}
				shown.On = "Record " + rec.Reference
			}
			out = append(out, shown)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, "list", "holds", nil)
}

// holdIsTheirs tells whether a hold reaches any record that somebody looks after.
func (d *Desk) holdIsTheirs(scopes []store.RetentionScope, h store.Hold) bool {
	return slices.ContainsFunc(scopes, func(s store.RetentionScope) bool {
		return (h.Authority == "" || slices.Contains(s.Authorities, h.Authority)) && (h.Pathway == "" || slices.Contains(s.Pathways, h.Pathway))
	})
}

func (d *Desk) holdShown(h store.Hold, by By, names map[string]string) HoldShown {
	out := HoldShown{Hold: h, Who: d.named(names, h.By)}
	out.Why = d.opened("hold", h.ID, h.Reason)
	if !h.LiftedAt.IsZero() {
		out.LiftedWho, out.LiftedFor = d.named(names, h.LiftedBy), d.opened("hold lifted", h.ID, h.LiftedWhy)
	}
	title, place := "", ""
	if p, ok := d.Pathways.Get(h.Pathway); ok {
		title = p.Title
	}
	if a, ok := d.Place.Register.Authority(h.Authority); ok {
		place = a.Name
	}
	switch {
	case h.Kind == store.HoldRecord:
		out.On = "This record"
	case h.Kind == store.HoldPerson:
		out.On = "Every record about one person"
	case title == "" && place == "":
		out.On = "Every record"
	case title == "":
		out.On = "Every record of " + place
	case place == "":
		out.On = "Every record of “" + title + "”"
	default:
		out.On = "Every record of “" + title + "” in " + place
	}
	out.MayLift = h.LiftedAt.IsZero() && h.By != string(by.Principal) && d.inScope(d.retentionScopes(by), h.Pathway, h.Authority)
	return out
}

// opened is a reason to be read; a reason that cannot be opened is said to be so.
func (d *Desk) opened(kind, id, sealed string) string {
	text, err := d.openText(kind, id, sealed)
	if err != nil {
		return "The reason cannot be read back."
	}
	return text
}
