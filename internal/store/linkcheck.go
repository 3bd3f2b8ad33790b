package store

import "time"

// LinkCheck is what an address of another site answered when it was last asked.
type LinkCheck struct {
	URL     string
	Answers bool
	Said    string // in words
	At      time.Time
}

// PutLinkCheck keeps what an address answered, in place of what it did before.
func (tx *Tx) PutLinkCheck(c LinkCheck) error {
	_, err := tx.Exec(`insert into link_check (url, answers, said, checked_at) values ($1, $2, $3, $4)
		on conflict (url) do update set answers = excluded.answers, said = excluded.said, checked_at = excluded.checked_at`, c.URL, c.Answers, c.Said, c.At)
	return err
}

// LinkChecks are all that is kept, by address.
func (tx *Tx) LinkChecks() ([]LinkCheck, error) {
	return queryAll(tx, func(r row) (LinkCheck, error) {
		var c LinkCheck
		return c, r.Scan(&c.URL, &c.Answers, &c.Said, &c.At)
	}, `select url, answers, said, checked_at from link_check order by url`)
}

// DropLinkChecks forgets what was asked last before an instant: addresses that no
// text leads to any more.
func (tx *Tx) DropLinkChecks(before time.Time) error {
	_, err := tx.Exec(`delete from link_check where checked_at < $1`, before)
	return err
}
