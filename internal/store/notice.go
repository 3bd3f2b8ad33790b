package store

import (
	"time"

	"frontdoor/internal/access"
)

// Notice is a neutral line for a worker or a team, shown when they are signed
// in.
type Notice struct {
	ID      string
	To      access.Principal
	Record  string // empty when it is about none
	Message string // the name of the neutral text, never content
	At      time.Time
}

// AddNotice keeps a notice.
func (tx *Tx) AddNotice(n Notice) error {
	_, err := tx.Exec(`insert into notice (id, principal, record, message, made_at) values ($1, $2, $3, $4, $5)`,
		n.ID, string(n.To), orNull(n.Record), n.Message, n.At)
	return err
}

// NoticesFor gives the notices to any of a worker's principals that this
// worker has not read, newest first. A notice to a team is read by each of its
// workers for themselves.
func (tx *Tx) NoticesFor(principals []access.Principal, worker string, limit int) ([]Notice, error) {
	return queryAll(tx, func(row row) (Notice, error) {
		var n Notice
		var to string
		err := row.Scan(&n.ID, &to, &n.Record, &n.Message, &n.At)
		n.To = access.Principal(to)
		return n, err
	}, `select n.id, n.principal, coalesce(n.record, ''), n.message, n.made_at from notice n
		where `+tx.inList("n.principal", 1)+` and not exists (select 1 from notice_read d where d.notice = n.id and d.worker = $2)
		order by n.made_at desc, n.id desc limit $3`, texts(principals), worker, orLimit(limit))
}

// MarkNoticeRead notes when a worker first read a notice.
func (tx *Tx) MarkNoticeRead(id, worker string, at time.Time) error {
	_, err := tx.Exec(`insert into notice_read (notice, worker, read_at) values ($1, $2, $3) on conflict (notice, worker) do nothing`, id, worker, at)
	return err
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
