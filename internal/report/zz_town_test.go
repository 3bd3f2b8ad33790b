package report_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/report"
	"frontdoor/internal/store"
	"frontdoor/reports"
)

func TestZZTown(t *testing.T) {
	dir := os.Getenv("ZZ_TOWN")
	if dir == "" {
		t.Skip()
	}
	key, err := store.LoadOrCreateKey("/tmp/county/key", dir)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.OpenEmbedded(t.Context(), dir, key)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	now := time.Date(2026, 11, 18, 14, 20, 0, 0, time.UTC)
	for _, q := range []string{
		`select count(*) from (select count(*) c, body from revision group by body)`,
		`select count(*) from (select record, count(*) c, group_concat(body) b from revision group by record order by b)`,
		`select count(*) from (select body from audit order by body desc limit 400000)`,
		`select count(*) from (select record, max(recorded_at) from revision group by record)`,
		`select length(group_concat(body)) from revision`,
	} {
		at := time.Now()
		err := db.Read(context.Background(), func(tx *store.Tx) error {
			var n string
			if err := tx.QueryRow(q).Scan(&n); err != nil {
				return err
			}
			fmt.Println(n)
			return nil
		})
		fmt.Println(q, err, time.Since(at))
	}
	all, err := report.Load(reports.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		p := report.LastWeeks(now)
		p.From = calendar.DateOf(now).AddDays(-350)
		at := time.Now()
		_, err := report.Run(t.Context(), db, &agency.Register{}, r, p, now)
		fmt.Println(r.Name, err, time.Since(at))
	}
	b, _ := os.ReadFile("/proc/self/status")
	fmt.Println(string(b))
}
