package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/record"
)

// AddSource keeps who a record came from, sealed, and the keyed hash by which they
// are known again.
func (tx *Tx) AddSource(rec, lookup, who string) error {
	tx.keep("record_source", rec)
	_, err := tx.Exec(`insert into record_source (record, lookup, who) values ($1, $2, $3)`, rec, lookup, who)
	return err
}

// Source gives the keyed hash and the sealed name of whom a record came from; both
// are empty where nothing is sealed.
func (tx *Tx) Source(rec string) (lookup, who string, err error) {
	err = tx.QueryRow(`select lookup, who from record_source where record = $1`, rec).Scan(&lookup, &who)
	if errors.Is(err, ErrNone) {
		err = nil
	}
	return lookup, who, err
}

// SourceOf gives the ids of the records that came from someone, by the keyed hashes
// of who they are.
func (tx *Tx) SourceOf(lookups []string) ([]string, error) {
	return queryAll(tx, scanValue[string], `select record from record_source where `+tx.inList("lookup", 1)+` order by record`, lookups)
}

// SentBySource lists those of some records that were not started by others, newest
// first.
func (tx *Tx) SentBySource(ids []string, limit int) ([]record.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r
		where `+tx.inList("r.id", 1)+` and r.started_by = '' order by r.created_at desc, r.id desc limit $2`, ids, limit)
}

// SourceNotices lists what sealed sources were told and have not read.
func (tx *Tx) SourceNotices(principals []access.Principal, worker string, now time.Time, limit int) ([]Notice, error) {
	var out []Notice
	for _, p := range principals {
		list, err := queryAll(tx, func(row row) (Notice, error) {
			n := Notice{To: p}
			return n, row.Scan(&n.ID, &n.Record, &n.Message, &n.At)
		}, `select n.id, coalesce(n.record, ''), n.message, n.made_at from notice n
			where n.principal = $1 and n.made_at > $2 and not exists (select 1 from source_read d where d.notice = n.id)
			order by n.made_at desc, n.id desc limit $3`, string(p), now.Add(-NoticesLast), orLimit(limit))
		if err != nil {
			return nil, err
		}
		var about []string
		for _, n := range list {
			about = append(about, n.Record)
		}
		known, err := tx.knownOf(principals, worker, now, about)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(list, func(n Notice) bool { return !known[n.Record] })...)
	}
	slices.SortStableFunc(out, func(a, b Notice) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID)) })
	return out, nil
}

// ReadAsSource notes that a notice to one of some sealed sources was read, and tells
// whether it was to one of them.
func (tx *Tx) ReadAsSource(id string, principals []access.Principal, at time.Time) (bool, error) {
	to, err := queryOne(tx, scanValue[string], `select principal from notice where id = $1`, id)
	if errors.Is(err, ErrNone) || err == nil && !slices.Contains(principals, access.Principal(to)) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(`insert into source_read (notice, read_at) values ($1, $2) on conflict (notice) do nothing`, id, at)
	return true, err
}
