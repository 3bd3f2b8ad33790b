package store

import (
	"time"

	"frontdoor/internal/record"
)

const clockColumns = `c.id, c.record, c.clock, c.code, c.label, c.started_at, c.due_at, c.act_at, c.warn_at,
	c.sum, c.calendar, c.law, c.stopped_at, c.stopped_by, c.cancelled`

// clockOpen is the condition of the partial indexes on clocks that run.
const clockOpen = `c.stopped_at is null and c.cancelled = ''`

func scanClock(row row) (record.Clock, error) {
	var c record.Clock
	return c, row.Scan(&c.ID, &c.Record, &c.Clock, &c.Code, &c.Label, &c.StartedAt, &c.DueAt, &c.ActAt, &c.WarnAt,
		&c.Sum, &c.Calendar, &c.Law, &c.StoppedAt, &c.StoppedBy, &c.Cancelled)
}

// PutClocks keeps clocks, new or changed. A clock whose limit moved is told of
// anew.
func (tx *Tx) PutClocks(clocks []record.Clock) error {
	for _, c := range clocks {
		n, err := tx.Exec(`insert into clock (id, record, clock, code, label, started_at, due_at, act_at, warn_at,
				sum, calendar, law, stopped_at, stopped_by, cancelled, told)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '')
			on conflict (id) do update set clock = excluded.clock, code = excluded.code, label = excluded.label,
				started_at = excluded.started_at, due_at = excluded.due_at, act_at = excluded.act_at, warn_at = excluded.warn_at,
				sum = excluded.sum, calendar = excluded.calendar, law = excluded.law, stopped_at = excluded.stopped_at,
				stopped_by = excluded.stopped_by, cancelled = excluded.cancelled,
				told = case when clock.due_at = excluded.due_at then clock.told else '' end
			where clock.record = excluded.record`,
			c.ID, c.Record, c.Clock, c.Code, c.Label, c.StartedAt, c.DueAt, c.ActAt, c.WarnAt,
			c.Sum, c.Calendar, c.Law, c.StoppedAt, c.StoppedBy, c.Cancelled)
		if err != nil {
			return err
		}
		if n == 0 { // the id is another record's
			return ErrExists
		}
		for _, at := range c.More {
			if _, err := tx.Exec(`insert into clock_warning (clock, warn_at, told) values ($1, $2, $3)`, c.ID, at, false); err != nil {
				return err
			}
		}
		tx.keep("clock", c.ID)
		tx.keep("record", c.Record)
		if _, err := tx.Exec(`update record set next_due = (select min(c.due_at) from clock c where c.record = $1 and `+clockOpen+`)
			where id = $1`, c.Record); err != nil {
			return err
		}
	}
	if len(clocks) == 0 {
		return nil
	}
	return tx.moved()
}

// Clocks gives a record's clocks, nearest limit first.
func (tx *Tx) Clocks(id string) ([]record.Clock, error) {
	return queryAll(tx, scanClock, `select `+clockColumns+` from clock c where c.record = $1 order by c.due_at, c.id`, id)
}

// ClocksOf gives the clocks of several records, nearest limit first.
func (tx *Tx) ClocksOf(ids []string) ([]record.Clock, error) {
	return queryAll(tx, scanClock, `select `+clockColumns+` from clock c where `+tx.inList("c.record", 1)+` order by c.due_at, c.id`, ids)
}

// What people can be told of a clock.
const (
	ToldWarn    = "warn"    // it is due soon
	ToldOverdue = "overdue" // its working deadline has passed
)

// ClocksToTell gives running clocks whose working deadline has passed (ActAt,
// which comes before the limit so that people are told while they are there),
// or one of whose warning times has, and of which nobody has been told that yet;
// the longest overdue first.
func (tx *Tx) ClocksToTell(now time.Time, limit int) ([]record.Clock, error) {
	return queryAll(tx, scanClock, `select `+clockColumns+` from clock c where `+clockOpen+`
		and (coalesce(c.act_at, c.due_at) <= $1 and c.told <> 'overdue' or c.warn_at <= $1 and c.told = ''
			or c.told <> 'overdue' and exists (select 1 from clock_warning w where w.clock = c.id and w.warn_at <= $1 and not w.told))
		order by c.due_at, c.id limit $2`, now, limit)
}

// MarkTold notes that people were told at a moment of a clock: ToldWarn or
// ToldOverdue. It belongs in the transaction that sends the notices; ErrStale when
// another node told them first, and then nothing may be sent.
func (tx *Tx) MarkTold(id, what string, at time.Time) error {
	n, err := tx.Exec(`update clock set told = $2 where id = $1 and told <> $2 and told <> 'overdue'`, id, what)
	if err != nil {
		return err
	}
	m, err := tx.Exec(`update clock_warning set told = $3 where clock = $1 and warn_at <= $2 and not told`, id, at, true)
	if err == nil && n+m == 0 {
		err = ErrStale
	}
	return err
}
