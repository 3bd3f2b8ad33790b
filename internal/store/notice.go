package store

import (
	"cmp"
	"slices"
	"strings"
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

// NoticesLast is how long a notice is given. What it told of stands on the board
// and on its clock for as long as there is something to do; a front door's ten
// years of notices are no news to whoever joins it.
const NoticesLast = 28 * 24 * time.Hour

// NoticesFor gives the notices of the last 28 days to any of a worker's
// principals that this worker has not read, newest first. A notice to a team is
// read by each of its workers for themselves. One about a record that they may
// not know of now is not given: a lock would be told of by the words before it.
func (tx *Tx) NoticesFor(principals []access.Principal, worker string, now time.Time, limit int) ([]Notice, error) {
	var all []Notice
	for _, p := range principals { // each in the order of its own index, until there are enough
		list, err := queryAll(tx, func(row row) (Notice, error) {
			var n Notice
			var to string
			err := row.Scan(&n.ID, &to, &n.Record, &n.Message, &n.At)
			n.To = access.Principal(to)
			return n, err
		}, `select n.id, n.principal, coalesce(n.record, ''), n.message, n.made_at from notice n
			where n.principal = $1 and n.made_at > $6 and not exists (select 1 from notice_read d where d.notice = n.id and d.worker = $2)
				and (n.record is null or not `+kept("n.record", "$2", "$4")+`
					and (select 1 from access_grant g where g.record = n.record and `+tx.inList("g.principal", 5)+`
						and `+liveGrant("g", "$4")+` limit 1) is not null)
			order by n.made_at desc, n.id desc limit $3`, string(p), worker, orLimit(limit), now, texts(principals), now.Add(-NoticesLast))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b Notice) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID)) })
	return all[:min(len(all), orLimit(limit))], nil
}

// MarkNoticeRead notes when a worker first read a notice. One that there is not is
// no error: whether there is one is nobody else's to know.
func (tx *Tx) MarkNoticeRead(id, worker string, at time.Time) error {
	_, err := tx.Exec(`insert into notice_read (notice, worker, read_at) select n.id, $2, $3 from notice n
		where n.id = $1 on conflict (notice, worker) do nothing`, id, worker, at)
	return err
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
