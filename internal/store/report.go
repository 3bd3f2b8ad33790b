package store

import (
	"database/sql"
	"time"

	"frontdoor/internal/fault"
)

// ReportLimit is how many rows a report may have.
const ReportLimit = 5000

// ReportQuery is one run of a report's select.
type ReportQuery struct {
	SQL       string // a single select that reads its bounds from the table period
	From, To  time.Time
	Authority string // '' for all
	Now       time.Time
	Year      time.Time // twelve months before To
	// BeforeFrom and BeforeTo are the same weeks a year earlier.
	BeforeFrom, BeforeTo time.Time
}

// ReportTable is what a report's select gave, every value as text and null as
// nothing.
type ReportTable struct {
	Columns []string
	Rows    [][]string
}

// Report runs a report's select. It stands inside another, so that anything
// but one select is an error of syntax; call it in [DB.Read], where nothing can
// be written. The table period has one row: from_at, to_at (the first instant
// after), authority, now_at, year_at, before_from and before_to. The table given
// has the answers of records, one in a row: record, question (its key, as
// group/row/question) and said, a code or text, or of several codes the list as
// ["a","b"]; an answer that is sealed stays so. The table took has the clocks
// that have stopped: clock and days, the whole days they ran. More than
// ReportLimit rows are refused with fault.Invalid.
func (tx *Tx) Report(q ReportQuery) (ReportTable, error) {
	var t ReportTable
	rows, err := tx.Query(`with period as (select cast($1 as text) as from_at, cast($2 as text) as to_at, cast($3 as text) as authority,
		cast($4 as text) as now_at, cast($5 as text) as year_at, cast($7 as text) as before_from, cast($8 as text) as before_to),
		given as not materialized (select r.id as record, e.key as question, coalesce(e.value ->> 't', e.value ->> 'l') as said
			from record r, `+tx.eachOf("r.answers")+` e),
		took as not materialized (select c.id as clock, `+tx.daysBetween("c.started_at", "c.stopped_at")+` as days from clock c where c.stopped_at is not null)
		select * from (`+"\n"+q.SQL+"\n"+`) report limit $6`, q.From, q.To, q.Authority, q.Now, q.Year, ReportLimit+1, q.BeforeFrom, q.BeforeTo)
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }()
	if t.Columns, err = rows.rows.Columns(); err != nil {
		return t, mapError(err)
	}
	for rows.Next() {
		if len(t.Rows) == ReportLimit {
			return t, fault.New(fault.Invalid, "This report has too many rows to show. Choose fewer weeks, or one authority.")
		}
		values := make([]sql.NullString, len(t.Columns))
		into := make([]any, len(values))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return t, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = v.String
		}
		t.Rows = append(t.Rows, row)
	}
	return t, rows.Err()
}
