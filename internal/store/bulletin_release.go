package store

import (
	"time"

	"frontdoor/internal/calendar"
)

// ReleaseChange is what changed in one text, and what that means for the people
// who work by it.
type ReleaseChange struct {
	What   string   `json:"what"`
	Effect string   `json:"effect"`
	Path   string   `json:"path"` // address of the text; may be empty
	Roles  []string `json:"roles"`
}

// Release is something to be passed on in every agency. It is never changed.
type Release struct {
	ID      string // key of the edition, or an id
	Kind    string // edition or piece
	Title   string
	Path    string // where it is read
	Summary string
	Changes []ReleaseChange
	From    calendar.Date // in force from this day
	At      time.Time
	Author  string
}

const releaseColumns = `id, kind, title, path, summary, changes, from_date, released_at, author`

func scanRelease(row row) (Release, error) {
	var r Release
	var changes JSON[[]ReleaseChange]
	err := row.Scan(&r.ID, &r.Kind, &r.Title, &r.Path, &r.Summary, &changes, &r.From, &r.At, &r.Author)
	r.Changes = changes.V
	return r, err
}

// AddRelease keeps a release and says whether it is new.
func (tx *Tx) AddRelease(r Release) (bool, error) {
	n, err := tx.Exec(`insert into release (`+releaseColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
		r.ID, r.Kind, r.Title, r.Path, r.Summary, JSON[[]ReleaseChange]{orEmpty(r.Changes)}, r.From, r.At, r.Author)
	if n == 1 {
		tx.keep("release", r.ID)
	}
	return n == 1, err
}

// Release reads a release.
func (tx *Tx) Release(id string) (Release, error) {
	return queryOne(tx, scanRelease, `select `+releaseColumns+` from release where id = $1`, id)
}

// Releases gives releases, newest first.
func (tx *Tx) Releases(limit int) ([]Release, error) {
	return queryAll(tx, scanRelease, `select `+releaseColumns+` from release order by released_at desc, id desc limit $1`, orLimit(limit))
}

// The acts of a release in an agency.
const (
	ReleaseTold      = "told"      // a nominated person was told of it
	ReleaseChased    = "chased"    // they were reminded
	ReleaseLead      = "lead"      // the agency's lead was told that nobody has confirmed it
	ReleaseUnnamed   = "unnamed"   // there was nobody to tell
	ReleaseConfirmed = "confirmed" // it was passed on
)

// ReleaseStep is what happened with a release in one agency. It is never
// changed.
type ReleaseStep struct {
	Release string
	Agency  string
	Seq     int
	At      time.Time
	Act     string
	Worker  string   // who was told, or who confirmed
	Teams   []string // to whom it was passed on: ids of teams
	Note    string   // to whom else
}

const releaseStepColumns = `release, agency, seq, happened_at, act, worker, teams, note`

func scanReleaseStep(row row) (ReleaseStep, error) {
	var s ReleaseStep
	var teams JSON[[]string]
	err := row.Scan(&s.Release, &s.Agency, &s.Seq, &s.At, &s.Act, &s.Worker, &teams, &s.Note)
	s.Teams = teams.V
	return s, err
}

// LockRelease holds a release, so that nobody else adds a step of it until the
// transaction ends.
func (tx *Tx) LockRelease(id string) error {
	_, err := queryOne(tx, scanValue[string], `select id from release where id = $1`+tx.lockRow(), id)
	return err
}

// AddReleaseStep adds the next step of a release in an agency. The transaction
// holds the release ([Tx.LockRelease]).
func (tx *Tx) AddReleaseStep(s ReleaseStep) error {
	tx.keep("release_step", s.Release)
	_, err := tx.Exec(`insert into release_step (`+releaseStepColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.Release, s.Agency, s.Seq, s.At, s.Act, s.Worker, JSON[[]string]{orEmpty(s.Teams)}, s.Note)
	return err
}

// ReleaseSteps gives the steps of a release in all agencies, each agency's first
// to last.
func (tx *Tx) ReleaseSteps(release string) ([]ReleaseStep, error) {
	return queryAll(tx, scanReleaseStep, `select `+releaseStepColumns+` from release_step where release = $1 order by agency, seq`, release)
}

// The places of a nomination.
const (
	PlaceNominated = "nominated"
	PlaceStandIn   = "stand_in"
	PlaceLead      = "lead"
)

// Nomination is who passes releases on in an agency, or stands in, or leads.
type Nomination struct {
	ID      string
	Agency  string
	Place   string
	Worker  string
	From    time.Time
	Until   time.Time
	Author  string
	EndedBy string
}

const nominationColumns = `id, agency, place, worker, from_at, until_at, author, ended_by`

func scanNomination(row row) (Nomination, error) {
	var n Nomination
	return n, row.Scan(&n.ID, &n.Agency, &n.Place, &n.Worker, &n.From, &n.Until, &n.Author, &n.EndedBy)
}

// AddNomination keeps a nomination. ErrExists when the place is taken.
func (tx *Tx) AddNomination(n Nomination) error {
	tx.keep("nomination", n.ID)
	_, err := tx.Exec(`insert into nomination (`+nominationColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`, n.ID, n.Agency, n.Place, n.Worker, n.From, n.Until, n.Author, n.EndedBy)
	return err
}

// EndNomination ends who holds a place, if anyone does.
func (tx *Tx) EndNomination(agency, place string, at time.Time, by string) error {
	_, err := tx.keepAll("nomination", `update nomination set until_at = $3, ended_by = $4 where agency = $1 and place = $2 and until_at is null returning id`, agency, place, at, by)
	return err
}

// Nominations gives all that have not been ended. Someone in them may have left.
func (tx *Tx) Nominations() ([]Nomination, error) {
	return queryAll(tx, scanNomination, `select `+nominationColumns+` from nomination where until_at is null order by agency, place`)
}

// NominationsOf gives those of a worker that have not been ended.
func (tx *Tx) NominationsOf(worker string) ([]Nomination, error) {
	return queryAll(tx, scanNomination, `select `+nominationColumns+` from nomination where worker = $1 and until_at is null order by agency, place`, worker)
}
