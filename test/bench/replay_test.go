package main

import (
	"path/filepath"
	"testing"
	"time"

	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// What one sent referral adds can be added again, as often as one likes, on both
// engines: else the rate of that would be one of errors.
func TestTheRowsOfOneReferralAreAddedAgain(t *testing.T) {
	t.Parallel()
	sent, err := oneSend(t.Context(), t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if sent.count < 40 || len(sent.fresh) < 10 {
		t.Fatalf("only %d rows with %d ids of their own", sent.count, len(sent.fresh))
	}
	dir := t.TempDir()
	_, url := storetest.OpenPostgres(t)
	for name, p := range map[string]place{
		"sqlite":   {data: filepath.Join(dir, "data"), key: filepath.Join(dir, "key")},
		"postgres": {database: url, key: filepath.Join(dir, "key-of-postgres")},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := p.open(t.Context(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = o.desk.DB.Close() }()
			if err := sent.begin(t.Context(), o.desk.DB); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := o.desk.DB.Write(t.Context(), func(tx *store.Tx) error { return sent.play(tx, time.Now()) }); err != nil {
					t.Fatal(err)
				}
			}
			var records, people, lines int
			if err := o.desk.DB.Read(t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(`select (select count(*) from record), (select count(distinct person) from record_person), (select count(*) from audit)`).Scan(&records, &people, &lines)
			}); err != nil {
				t.Fatal(err)
			}
			if records != 3 || people < 6 || lines < 3 {
				t.Errorf("%d records, %d people and %d lines of the log after three times", records, people, lines)
			}
		})
	}
}
