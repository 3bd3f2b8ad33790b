package bulletin

import (
	"context"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// Receipt is how a release stands in one agency.
type Receipt struct {
	Agency    agency.Agency
	Holders   Holders
	Told      string // who was told last: worker's id
	ToldAt    time.Time
	Chased    int // reminders since then
	ChasedAt  time.Time
	LeadAt    time.Time // when the agency's lead was told that nobody has confirmed
	Confirmed store.ReleaseStep
	gap       bool // there was nobody to tell when this was last looked at
	steps     int
}

// Unnamed tells whether there is nobody who could be told of it.
func (r Receipt) Unnamed() bool { return !r.Done() && r.Holders.told().ID == "" }

// Done tells whether it was passed on.
func (r Receipt) Done() bool { return !r.Confirmed.At.IsZero() }

// Late tells whether it was chased to the end without an answer.
func (r Receipt) Late() bool { return !r.Done() && !r.LeadAt.IsZero() }

// receipts work out how a release stands in every agency from its steps.
func (d *Desk) receipts(tx *store.Tx, rel string, now time.Time) ([]Receipt, error) {
	held, err := holders(tx, now)
	if err != nil {
		return nil, err
	}
	steps, err := tx.ReleaseSteps(rel)
	if err != nil {
		return nil, err
	}
	at := map[string]*Receipt{}
	var out []Receipt
	for _, a := range d.Place.Register.Agencies {
		out = append(out, Receipt{Agency: a, Holders: held[a.ID]})
	}
	for i := range out {
		at[out[i].Agency.ID] = &out[i]
	}
	for _, s := range steps {
		r, ok := at[s.Agency]
		if !ok {
			continue // an agency that is not in the register any more
		}
		r.steps++
		switch s.Act {
		case store.ReleaseTold:
			r.Told, r.ToldAt, r.Chased, r.ChasedAt, r.LeadAt, r.gap = s.Worker, s.At, 0, time.Time{}, time.Time{}, false
		case store.ReleaseChased:
			r.Chased++
			r.ChasedAt = s.At
		case store.ReleaseLead:
			r.LeadAt = s.At
		case store.ReleaseUnnamed:
			r.gap = true
		case store.ReleaseConfirmed:
			r.Confirmed = s
		}
	}
	return out, nil
}

// chase does what is due for a release in every agency that has not confirmed
// it: tells who is nominated, reminds, and at last tells the agency's lead.
// Reminders go while the agency's front door is open.
func (d *Desk) chase(tx *store.Tx, by casework.By, rel store.Release) error {
	if err := tx.LockRelease(rel.ID); err != nil {
		return err
	}
	list, err := d.receipts(tx, rel.ID, by.Now)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Done() {
			continue
		}
		if err := d.chaseOne(tx, by, rel, r); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) chaseOne(tx *store.Tx, by casework.By, rel store.Release, r Receipt) error {
	step := func(act, worker string) error {
		return tx.AddReleaseStep(store.ReleaseStep{Release: rel.ID, Agency: r.Agency.ID, Seq: r.steps + 1, At: by.Now, Act: act, Worker: worker})
	}
	to := r.Holders.told()
	if to.ID == "" {
		if r.gap { // noted once for each time that there is nobody
			return nil
		}
		return step(store.ReleaseUnnamed, "")
	}
	if r.Told != to.ID || r.gap {
		if err := d.tell(tx, by, to, "release_new", "release", nil, true); err != nil {
			return err
		}
		return step(store.ReleaseTold, to.ID)
	}
	cal := d.calendarOf(r.Agency.ID)
	if !cal.IsOpen(by.Now) || !r.ChasedAt.IsZero() && by.Now.Sub(r.ChasedAt) < breath {
		return nil
	}
	due := func(name string, days int) (bool, error) {
		l := d.length(name, calendar.Length{N: days, Unit: calendar.Days})
		x, err := cal.Due(r.ToldAt, l, calendar.Options{RollForward: l.Unit.CountsDays()})
		return err == nil && !calendar.DateOf(by.Now).Before(calendar.DateOf(x.At)), err
	}
	for n, name := range []string{"release_first", "release_second"} {
		if r.Chased > n {
			continue
		}
		now, err := due(name, 7*(n+1))
		if err != nil || !now {
			return err
		}
		for _, w := range []agency.Worker{r.Holders.Nominated, r.Holders.StandIn} {
			if w.ID == "" {
				continue
			}
			if err := d.tell(tx, by, w, "release_reminder", "release_reminder", nil, true); err != nil {
				return err
			}
		}
		return step(store.ReleaseChased, to.ID)
	}
	if !r.LeadAt.IsZero() {
		return nil
	}
	if now, err := due("release_lead", 21); err != nil || !now {
		return err
	}
	lead := r.Holders.Lead
	if lead.ID != "" {
		if err := d.tell(tx, by, lead, "release_lead", "release_lead", nil, true); err != nil {
			return err
		}
	}
	return step(store.ReleaseLead, lead.ID)
}

// Confirming is how a release was passed on: to teams, or to others in words.
// Teams are named and no persons.
type Confirming struct {
	Agency string
	Teams  []string
	Note   string
}

// Confirm says that a release was passed on in an agency. Somebody who holds a
// place there may.
func (d *Desk) Confirm(ctx context.Context, by casework.By, release string, in Confirming) error {
	in.Note = strings.TrimSpace(in.Note)
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := d.own(tx, by, release, in.Agency)
		if err != nil {
			return err
		}
		if r.Done() {
			return nil
		}
		var wrong fault.Fields
		var teams []string
		for _, t := range d.TeamsOf(in.Agency) {
			if slices.Contains(in.Teams, t.ID) {
				teams = append(teams, t.ID)
			}
		}
		if len(teams) == 0 && in.Note == "" {
			wrong.Add("team", "Choose the teams you passed it on to, or write who else")
		}
		if len([]rune(in.Note)) > 200 {
			wrong.Add("note", "Keep it to 200 characters")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		err = tx.AddReleaseStep(store.ReleaseStep{
			Release: release, Agency: in.Agency, Seq: r.steps + 1, At: by.Now, Act: store.ReleaseConfirmed, Worker: by.Worker(), Teams: teams, Note: in.Note,
		})
		if err != nil {
			return err
		}
		return d.log(tx, by, "passed-on", release, map[string]string{"agency": in.Agency})
	})
}

// own gives how a release stands in an agency, for somebody who holds a place in
// it. It holds the release.
func (d *Desk) own(tx *store.Tx, by casework.By, release, agencyID string) (Receipt, error) {
	if _, err := tx.Release(release); err != nil {
		return Receipt{}, none(err)
	}
	if err := tx.LockRelease(release); err != nil {
		return Receipt{}, err
	}
	list, err := d.receipts(tx, release, by.Now)
	if err != nil {
		return Receipt{}, err
	}
	for _, r := range list {
		if r.Agency.ID == agencyID && r.Holders.include(by.Worker()) {
			return r, nil
		}
	}
	return Receipt{}, errNone
}
