package store

import (
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/person"
)

const workerColumns = `w.id, w.name, w.email, w.job_title, w.phone, w.agency, w.left_at`

func scanWorker(row row) (agency.Worker, error) {
	var w agency.Worker
	return w, row.Scan(&w.ID, &w.Name, &w.Email, &w.JobTitle, &w.Phone, &w.Agency, &w.LeftAt)
}

// PutWorker keeps a worker, new or changed, with their memberships. ErrExists
// when another worker has the same email address, in capitals or not. Leaving
// is [Tx.MarkLeft]'s: w.LeftAt is taken only to bring back someone who left.
func (tx *Tx) PutWorker(w agency.Worker) error {
	tx.keep("worker", w.ID)
	if _, err := tx.Exec(`insert into worker (id, name, name_fold, email, email_fold, job_title, phone, agency, left_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (id) do update set name = excluded.name, name_fold = excluded.name_fold, email = excluded.email,
			email_fold = excluded.email_fold, job_title = excluded.job_title, phone = excluded.phone, agency = excluded.agency,
			left_at = excluded.left_at`,
		w.ID, w.Name, person.Fold(w.Name), w.Email, foldEmail(w.Email), w.JobTitle, w.Phone, w.Agency, w.LeftAt); err != nil {
		return err
	}
	return tx.SetMemberships(w.ID, w.Memberships)
}

// SetMemberships replaces a worker's memberships, past ones included.
func (tx *Tx) SetMemberships(worker string, list []agency.Membership) error {
	if err := tx.keepSet("membership", "worker", worker); err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from membership where worker = $1`, worker); err != nil {
		return err
	}
	for i, m := range list {
		if _, err := tx.Exec(`insert into membership (worker, place, team, role, from_at, until_at) values ($1, $2, $3, $4, $5, $6)`,
			worker, i, m.Team, m.Role, m.From, m.Until); err != nil {
			return err
		}
	}
	return nil
}

// Worker reads a worker with their memberships.
func (tx *Tx) Worker(id string) (agency.Worker, error) { return tx.worker(`w.id = $1`, id) }

// WorkerByEmail reads the worker with an email address, in capitals or not.
func (tx *Tx) WorkerByEmail(email string) (agency.Worker, error) {
	return tx.worker(`w.email_fold = $1`, foldEmail(email))
}

func (tx *Tx) worker(where string, arg string) (agency.Worker, error) {
	list, err := tx.workers(`select `+workerColumns+` from worker w where `+where, arg)
	if err == nil && len(list) == 0 {
		err = ErrNone
	}
	if err != nil {
		return agency.Worker{}, err
	}
	return list[0], nil
}

// WorkerTitles gives the names of some workers, each with what their job is when
// that is known, to stand beside what they did.
func (tx *Tx) WorkerTitles(ids []string) (map[string]string, error) {
	out := map[string]string{}
	type titled struct{ id, name, job string }
	list, err := queryAll(tx, func(row row) (titled, error) {
		var t titled
		return t, row.Scan(&t.id, &t.name, &t.job)
	}, `select id, name, job_title from worker where `+tx.inList("id", 1), ids)
	for _, t := range list {
		out[t.id] = t.name
		if t.job != "" {
			out[t.id] += ", " + t.job
		}
	}
	return out, err
}

// WorkerFilter chooses workers. Empty fields choose all.
type WorkerFilter struct {
	Agency string
	Teams  []string // holds a membership of one of them now
	Role   string   // holds it now, in one of Teams when those are given too
	Text   string   // words of the name, each from its start
	Now    time.Time
	Left   bool // also those who have left
	Limit  int  // all when 0
}

// Workers gives the chosen workers by name.
func (tx *Tx) Workers(f WorkerFilter) ([]agency.Worker, error) {
	if tx.open != nil && len(f.Teams) > 0 && f.Agency == "" && f.Role == "" && f.Text == "" && !f.Left && f.Limit == 0 {
		s, err := tx.openState()
		if err != nil {
			return nil, err
		}
		return s.inTeams(f.Teams, f.Now), nil
	}
	var c conditions
	if f.Agency != "" {
		c.add("w.agency = %s", f.Agency)
	}
	if !f.Left {
		c.add("(w.left_at is null or w.left_at > %s)", f.Now)
	}
	if len(f.Teams) > 0 || f.Role != "" {
		live := c.arg(f.Now)
		part := `w.id in (select m.worker from membership m where m.from_at <= ` + live + ` and (m.until_at is null or m.until_at > ` + live + `)`
		if len(f.Teams) > 0 {
			c.arg(f.Teams)
			part += ` and ` + tx.inList("m.team", len(c.args))
		}
		if f.Role != "" {
			part += ` and m.role = ` + c.arg(f.Role)
		}
		c.parts = append(c.parts, part+`)`)
	}
	for _, word := range person.Tokens(f.Text) {
		// Folded words hold letters and digits only, so nothing to escape.
		c.add("' ' || w.name_fold like %s", "% "+word+"%")
	}
	query := `select ` + workerColumns + ` from worker w` + c.where() + ` order by w.name_fold, w.id`
	if f.Limit > 0 {
		query += ` limit ` + c.arg(f.Limit)
	}
	return tx.workers(query, c.args...)
}

func (tx *Tx) workers(query string, args ...any) ([]agency.Worker, error) {
	list, err := queryAll(tx, scanWorker, query, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(list))
	ids := make([]string, len(list))
	for i, w := range list {
		at[w.ID], ids[i] = i, w.ID
	}
	type owned struct {
		worker string
		agency.Membership
	}
	memberships, err := queryAll(tx, func(row row) (owned, error) {
		var m owned
		return m, row.Scan(&m.worker, &m.Team, &m.Role, &m.From, &m.Until)
	}, `select worker, team, role, from_at, until_at from membership where `+tx.inList("worker", 1)+` order by worker, place`, ids)
	for _, m := range memberships {
		w := &list[at[m.worker]]
		w.Memberships = append(w.Memberships, m.Membership)
	}
	return list, err
}

// MarkLeft ends everything a worker holds: memberships, sessions, grants made
// to them by name, their account and invitations not used.
func (tx *Tx) MarkLeft(worker string, at time.Time) error {
	tx.keep("worker", worker)
	tx.keep("membership", worker)
	tx.keep("account", worker)
	if err := changed(tx.Exec(`update worker set left_at = $2 where id = $1`, worker, at)); err != nil {
		return err
	}
	for _, query := range []string{
		`update membership set until_at = $2 where worker = $1 and (until_at is null or until_at > $2)`,
		`update session set ended_at = $2 where worker = $1 and ended_at is null`,
	} {
		if _, err := tx.Exec(query, worker, at); err != nil {
			return err
		}
	}
	if err := tx.EndInvitations(worker, at); err != nil {
		return err
	}
	if _, err := tx.Exec(`update account set disabled = true where worker = $1`, worker); err != nil {
		return err
	}
	_, err := tx.endGrants(at, `principal = $2`, string(access.ToWorker(worker)))
	return err
}
