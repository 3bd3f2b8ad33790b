package bulletin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
)

// Places are those of a nomination, with their words.
var Places = []Option{{store.PlaceNominated, "Nominated person"}, {store.PlaceStandIn, "Stand-in"}, {store.PlaceLead, "Agency’s lead"}}

// The kinds of release.
const (
	Edition = "edition" // of the manual
	Piece   = "piece"   // a text marked as one that must be passed on
)

// chasedFor is how long a release that nobody confirms is looked at.
const chasedFor = 400 * 24 * time.Hour

// breath is what lies between two reminders at least, also when the program was
// away for weeks and all are due at once.
const breath = 3 * 24 * time.Hour

// Holders are who holds the places of an agency now: nobody who has left, or who
// works elsewhere by now.
type Holders struct {
	Nominated, StandIn, Lead agency.Worker
	// Gone are the places whose holder left or moved: nobody holds them.
	Gone []string
}

// holders reads who holds which place in every agency.
func holders(tx *store.Tx, now time.Time) (map[string]Holders, error) {
	list, err := tx.Nominations()
	if err != nil {
		return nil, err
	}
	out := map[string]Holders{}
	for _, n := range list {
		w, err := tx.Worker(n.Worker)
		if err != nil {
			return nil, err
		}
		h := out[n.Agency]
		switch {
		case !here(w, now) || w.Agency != n.Agency:
			h.Gone = append(h.Gone, n.Place)
		case n.Place == store.PlaceNominated:
			h.Nominated = w
		case n.Place == store.PlaceStandIn:
			h.StandIn = w
		case n.Place == store.PlaceLead:
			h.Lead = w
		}
		out[n.Agency] = h
	}
	return out, nil
}

// told is who is told of a release first.
func (h Holders) told() agency.Worker {
	if h.Nominated.ID != "" {
		return h.Nominated
	}
	return h.StandIn
}

// Nominate says who holds a place in an agency from now on; nobody when worker is
// empty.
func (d *Desk) Nominate(ctx context.Context, by casework.By, agencyID, place, worker string) error {
	if !d.may(by, Power) {
		return errRole
	}
	if _, ok := d.Place.Register.Agency(agencyID); !ok || !slices.ContainsFunc(Places, func(o Option) bool { return o.Key == place }) {
		return errNone
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if worker != "" {
			w, err := tx.Worker(worker)
			if err != nil && !errors.Is(err, store.ErrNone) {
				return err
			}
			if !here(w, by.Now) || w.Agency != agencyID {
				return fault.Fields{{Key: place, Text: "Choose somebody who works for this agency"}}
			}
		}
		if err := tx.EndNomination(agencyID, place, by.Now, by.Worker()); err != nil {
			return err
		}
		if worker != "" {
			n := store.Nomination{ID: store.NewID(by.Now), Agency: agencyID, Place: place, Worker: worker, From: by.Now, Author: by.Worker()}
			if err := tx.AddNomination(n); err != nil {
				return err
			}
		}
		return d.log(tx, by, "nominate", worker, map[string]string{"agency": agencyID, "place": place})
	})
}

// AgencyHolders is an agency and who holds its places.
type AgencyHolders struct {
	Agency agency.Agency
	Holders
}

// Nominations gives who holds the places of every agency.
func (d *Desk) Nominations(ctx context.Context, by casework.By) ([]AgencyHolders, error) {
	if !d.may(by, Power) {
		return nil, errRole
	}
	var out []AgencyHolders
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := holders(tx, by.Now)
		for _, a := range d.Place.Register.Agencies {
			out = append(out, AgencyHolders{a, all[a.ID]})
		}
		return err
	})
	return out, err
}

// Candidates are the workers of an agency who can be nominated.
func (d *Desk) Candidates(ctx context.Context, by casework.By, agencyID string) (list []agency.Worker, err error) {
	if !d.may(by, Power) {
		return nil, errRole
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Workers(store.WorkerFilter{Agency: agencyID, Now: by.Now})
		return err
	})
	return list, err
}

// Holds tells whether a worker holds a place in any agency now.
func (d *Desk) Holds(ctx context.Context, by casework.By) (bool, error) {
	held := false
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.NominationsOf(by.Worker())
		held = slices.ContainsFunc(list, func(n store.Nomination) bool { return n.Agency == by.Viewer.Worker.Agency })
		return err
	})
	return held, err
}

// Marked is a piece that somebody marks as one that must be passed on.
type Marked struct {
	About                 string // key of the page or news
	Summary, What, Effect string
}

// MarkPiece makes a release of a text.
func (d *Desk) MarkPiece(ctx context.Context, by casework.By, in Marked) (store.Release, error) {
	var rel store.Release
	if !d.may(by, Power) {
		return rel, errRole
	}
	lib, err := d.Texts.At(ctx, by.Now)
	if err != nil {
		return rel, err
	}
	var wrong fault.Fields
	page, ok := lib.Find(strings.Trim(in.About, "/ "))
	if !ok {
		wrong.Add("about", "Enter the address of a page, chapter or piece of news, such as manual/neglect")
	}
	for _, f := range []struct{ key, label, text string }{
		{"summary", "what it is, in one sentence", in.Summary},
		{"what", "what changed", in.What},
		{"effect", "what people do differently from now on", in.Effect},
	} {
		if n := len([]rune(strings.TrimSpace(f.text))); n == 0 {
			wrong.Add(f.key, "%s", "Write "+f.label)
		} else if n > 1000 {
			wrong.Add(f.key, "Keep it to 1000 characters")
		}
	}
	if err := wrong.Err(); err != nil {
		return rel, err
	}
	rel = store.Release{
		ID: store.NewID(by.Now), Kind: Piece, Title: page.Title, Path: page.Path(), Summary: strings.TrimSpace(in.Summary), At: by.Now, Author: by.Worker(),
		Changes: []store.ReleaseChange{{What: strings.TrimSpace(in.What), Effect: strings.TrimSpace(in.Effect), Path: page.Path()}},
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.release(tx, by, rel) })
	return rel, err
}

// release keeps a release, unless it is there already, and tells every agency.
func (d *Desk) release(tx *store.Tx, by casework.By, rel store.Release) error {
	added, err := tx.AddRelease(rel)
	if err != nil || !added {
		return err
	}
	if err := d.log(tx, by, "release", rel.ID, map[string]string{"kind": rel.Kind}); err != nil {
		return err
	}
	return d.chase(tx, by, rel)
}

// Run is the job behind releases: it finds editions that were released since it
// last looked, tells those who are nominated, and chases those who have not
// confirmed. It may run at any time and as often as it likes.
func (d *Desk) Run(ctx context.Context, now time.Time) error {
	by := casework.BySystem(now)
	fresh, err := d.editions(ctx, now)
	if err != nil {
		return err
	}
	for _, e := range fresh {
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.release(tx, by, e) }); err != nil {
			return err
		}
	}
	var all []store.Release
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.Releases(200)
		return err
	})
	if err != nil {
		return err
	}
	for _, rel := range all {
		if now.Sub(rel.At) > chasedFor || rel.Kind == Edition && !among(fresh, rel.ID) {
			continue
		}
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.chase(tx, by, rel) }); err != nil {
			return err
		}
	}
	return nil
}

// editions gives the editions of the manual that were released here. One that
// came with the program before anything was released is nobody's news.
func (d *Desk) editions(ctx context.Context, now time.Time) ([]store.Release, error) {
	first, err := d.Texts.Editions(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	all, err := d.Texts.Editions(ctx, now)
	if err != nil {
		return nil, err
	}
	var out []store.Release
	for _, e := range slices.Backward(all) {
		if slices.ContainsFunc(first, func(x guidance.Edition) bool { return x.Key == e.Key }) {
			continue
		}
		rel := store.Release{ID: e.Key, Kind: Edition, Title: e.Title, Path: "/manual?edition=" + e.Key, Summary: e.Summary, From: e.From, At: now}
		for _, c := range e.Changes {
			rel.Changes = append(rel.Changes, store.ReleaseChange{What: c.What, Effect: c.Effect, Path: "/manual/" + c.Chapter + "?edition=" + e.Key, Roles: c.Roles})
		}
		out = append(out, rel)
	}
	return out, nil
}

func among(list []store.Release, id string) bool {
	return slices.ContainsFunc(list, func(r store.Release) bool { return r.ID == id })
}

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

func (h Holders) include(worker string) bool {
	return worker != "" && (h.Nominated.ID == worker || h.StandIn.ID == worker || h.Lead.ID == worker)
}

func none(err error) error {
	if errors.Is(err, store.ErrNone) {
		return errNone
	}
	return err
}

// TeamsOf are the teams of an agency.
func (d *Desk) TeamsOf(agencyID string) []agency.Team {
	var out []agency.Team
	for _, t := range d.Place.Register.Teams {
		if t.Agency == agencyID {
			out = append(out, t)
		}
	}
	return out
}

// ReleaseView is a release, and how it stands in the agencies that the reader may
// see: those in which they hold a place, or all.
type ReleaseView struct {
	store.Release
	Receipts []Receipt
	Own      []Receipt
	// TakenBack tells that the edition was released, and recalled before its day.
	TakenBack bool
}

// Releases gives the newest releases with how each stands for the reader.
func (d *Desk) Releases(ctx context.Context, by casework.By, limit int) ([]ReleaseView, error) {
	var out []ReleaseView
	there, err := d.editions(ctx, by.Now)
	if err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Releases(limit)
		if err != nil {
			return err
		}
		for _, rel := range list {
			v, err := d.view(tx, by, rel)
			if err != nil {
				return err
			}
			v.TakenBack = rel.Kind == Edition && !among(there, rel.ID)
			out = append(out, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if held, err := d.Holds(ctx, by); err != nil || !held && !d.may(by, Power) {
		return nil, errors.Join(err, errRole)
	}
	return out, nil
}

// Release reads one release. Whoever has no part in it is told the same as when
// there is none.
func (d *Desk) Release(ctx context.Context, by casework.By, id string) (ReleaseView, error) {
	var v ReleaseView
	there, err := d.editions(ctx, by.Now)
	if err != nil {
		return v, err
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		rel, err := tx.Release(id)
		if err != nil {
			return none(err)
		}
		v, err = d.view(tx, by, rel)
		v.TakenBack = rel.Kind == Edition && !among(there, rel.ID)
		return err
	})
	if err == nil && len(v.Own) == 0 && len(v.Receipts) == 0 {
		return v, errNone
	}
	return v, err
}

func (d *Desk) view(tx *store.Tx, by casework.By, rel store.Release) (ReleaseView, error) {
	v := ReleaseView{Release: rel}
	list, err := d.receipts(tx, rel.ID, by.Now)
	for _, r := range list {
		if r.Holders.include(by.Worker()) {
			v.Own = append(v.Own, r)
		}
	}
	if d.may(by, Power) {
		v.Receipts = list
	}
	return v, err
}

// Exported notes that the table of a release was taken away as a spreadsheet.
func (d *Desk) Exported(ctx context.Context, by casework.By, release string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return d.log(tx, by, audit.ActExport, release, map[string]string{"kind": "release"})
	})
}

// Names gives the names of workers by id.
func (d *Desk) Names(ctx context.Context, ids []string) (names map[string]string, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		names, err = tx.WorkerTitles(ids)
		return err
	})
	return names, err
}

// Count is how many agencies confirmed a release, and how many there are.
func (v ReleaseView) Count() string {
	done := 0
	for _, r := range v.Receipts {
		if r.Done() {
			done++
		}
	}
	return fmt.Sprintf("%d of %d", done, len(v.Receipts))
}
