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

// lastOfAll comes after every notice, also one of a clock that was ahead.
var lastOfAll = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// NoticesFor gives the notices of the last 28 days to any of a worker's
// principals that this worker has not read, newest first. A notice to a team is
// read by each of its workers for themselves. One about a record that they may
// not know of now is not given: a lock would be told of by the words before it.
func (tx *Tx) NoticesFor(principals []access.Principal, worker string, now time.Time, limit int) ([]Notice, error) {
	var all []Notice
	most := orLimit(limit)
	for _, p := range principals { // each in the order of its own index, until there are enough
		before, id := lastOfAll, ""
		for held := 0; held < most; {
			list, err := queryAll(tx, func(row row) (Notice, error) {
				n := Notice{To: p}
				return n, row.Scan(&n.ID, &n.Record, &n.Message, &n.At)
			}, `select n.id, coalesce(n.record, ''), n.message, n.made_at from notice n
				where n.principal = $1 and n.made_at > $2 and n.made_at <= $3 and (n.made_at < $3 or n.id < $4)
					and not exists (select 1 from notice_read d where d.notice = n.id and d.worker = $5)
				order by n.made_at desc, n.id desc limit $6`, string(p), now.Add(-NoticesLast), before, id, worker, most)
			if err != nil {
				return nil, err
			}
			var about []string
			for _, n := range list {
				if n.Record != "" && !slices.Contains(about, n.Record) {
					about = append(about, n.Record)
				}
			}
			known, err := tx.knownOf(principals, worker, now, about)
			if err != nil {
				return nil, err
			}
			for _, n := range list {
				if n.Record == "" || known[n.Record] {
					all, held = append(all, n), held+1
				}
			}
			if len(list) < most {
				break
			}
			before, id = list[len(list)-1].At, list[len(list)-1].ID
		}
	}
	slices.SortStableFunc(all, func(a, b Notice) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID)) })
	return all[:min(len(all), most)], nil
}

// NoticedSince tells whether anyone was told a thing about a record since a moment.
func (tx *Tx) NoticedSince(rec, message string, since time.Time) (bool, error) {
	return queryOne(tx, scanValue[bool], `select exists (select 1 from notice where record = $1 and message = $2 and made_at >= $3)`, rec, message, since)
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
