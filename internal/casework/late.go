package casework

import (
	"slices"

	"frontdoor/internal/access"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// ActionLate is the notice, and the mail, that an action agreed in a meeting is
// late. Neither says which, of what or of whom.
const ActionLate = "action_late"

// tellChair tells whoever chairs a meeting, once, that an action agreed in it was
// not done by its day: the worker recorded as its chair who may still open the
// record, or else the worker who has the record, or else the role that leads it,
// which is told inside alone. It gives those it told; nobody where the limit is of no meeting's action.
func (d *Desk) tellChair(tx *store.Tx, by By, rec record.Record, p *pathway.Pathway, def *pathway.Clock) ([]access.Principal, error) {
	m := p.MeetingOfActions(def.Each)
	if m == nil {
		return nil, nil
	}
	for _, id := range []string{m.ChairOf(rec.Answers), rec.Allocated} {
		w, err := d.whoMayOpen(tx, by, rec.ID, id)
		if err != nil {
			return nil, err
		}
		if w.ID == "" {
			continue
		}
		to := access.ToWorker(w.ID)
		if err := d.noticeTo(tx, by, rec, to, ActionLate); err != nil || w.Email == "" {
			return []access.Principal{to}, err
		}
		return []access.Principal{to}, d.QueueMail(tx, by, w.Email, ActionLate, nil)
	}
	i := slices.IndexFunc(def.Owner, func(owner string) bool { _, ok := d.Place.Register.Role(owner); return ok })
	if i < 0 {
		return nil, nil
	}
	to := access.ToRole(def.Owner[i], rec.Authority)
	if err := d.noticeTo(tx, by, rec, to, ActionLate); err != nil {
		return nil, err
	}
	return []access.Principal{to}, nil // what a role is told is not mailed: nobody could say to whom
}
