package store_test

import (
	"strings"
	"testing"

	"frontdoor/internal/access"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// BenchmarkBoard reads boards from half a million records, of which 2,000 are
// open. All were granted to the front door's team, and 20 to one worker.
func BenchmarkBoard(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			var db *store.DB
			if engine == "sqlite" {
				db = storetest.Open(b)
			} else {
				db, _ = storetest.OpenPostgres(b)
			}
			fillBoard(b, db)
			for _, q := range []struct {
				name string
				q    store.BoardQuery
			}{
				{"open", store.BoardQuery{OpenOnly: true}},
				{"open-overdue", store.BoardQuery{OpenOnly: true, Due: store.DueOverdue}},
				{"open-text", store.BoardQuery{OpenOnly: true, Text: "name00498 sur"}},
				{"open-own", store.BoardQuery{OpenOnly: true, Principals: []access.Principal{"worker:w"}}},
				{"all-updated", store.BoardQuery{Sort: store.SortUpdated, Desc: true}},
				{"all-due", store.BoardQuery{}},
				{"all-text", store.BoardQuery{Text: "name00498 sur"}},
				{"all-own", store.BoardQuery{Principals: []access.Principal{"worker:w"}}},
			} {
				b.Run(q.name, func(b *testing.B) {
					total := 0
					for b.Loop() {
						total = board(b, db, q.q).Total
					}
					b.ReportMetric(float64(total), "records")
				})
			}
		})
	}
}

func fillBoard(b *testing.B, db *store.DB) {
	b.Helper()
	const numbers = `with recursive n (i) as (select 1 union all select i + 1 from n where i < 500000) `
	const id = `'r' || substr('000000' || cast(i as text), length(cast(i as text)) + 1)`
	steps := []string{
		`insert into pathway_text (hash, name, version, files, kept_at) values ('0f00', 'contact', 1, '{}', 'x')`,
		numbers + `insert into record (id, reference, pathway, version, pathway_hash, authority, state, revision, answers, rating, team,
				author, started_by, names, urgent, demo, created_at, updated_at, closed_at)
			select ` + id + `, 'TH-' || ` + id + `, 'contact', 1, '0f00', 'thurrock', case when i > 498000 then 'new' else 'closed' end, 1,
				'{"happened": {"t": "` + strings.Repeat("What was seen and heard. ", 20) + `"}}', 'amber', 'mash', 'code:x', '', 'Name Surname', false, false,
				'2026-03-01T09:00:00.000000Z', '2026-03-01T09:00:00.' || substr(` + id + `, 2) || 'Z',
				case when i > 498000 then null else '2026-03-02T09:00:00.000000Z' end from n`,
		numbers + `insert into record_word (word, record) select 'name' || substr(` + id + `, 2), ` + id + ` from n`,
		`insert into record_word (word, record) select 'surname', id from record`,
		`insert into access_grant (id, record, principal, may_view, may_act, may_status, why, line, from_at, author)
			select 'g' || id, id, 'team:mash', true, true, false, 'why', 'line', '2026-03-01T09:00:00.000000Z', 'pathway' from record`,
		`insert into access_grant (id, record, principal, may_view, may_act, may_status, why, line, from_at, author)
			select 'w' || id, id, 'worker:w', true, true, false, 'why', 'line', '2026-03-01T09:00:00.000000Z', 'pathway' from record where id > 'r499980'`,
		`insert into clock (id, record, clock, code, label, started_at, due_at, warn_at, sum, calendar, law, stopped_at, stopped_by, cancelled, told)
			select 'c' || id, id, 'decide', 'C', 'Decide', created_at, '2026-03-17T0' || substr(id, 7, 1) || ':00:00.000000Z', created_at, '', '', '',
				closed_at, '', '', '' from record`,
		`update record set next_due = (select c.due_at from clock c where c.record = record.id) where closed_at is null`,
	}
	for _, s := range steps {
		write(b, db, func(tx *store.Tx) error { _, err := tx.Exec(s); return err })
	}
	if db.Engine() == "postgres" {
		write(b, db, func(tx *store.Tx) error { _, err := tx.Exec(`analyze`); return err })
	}
}
