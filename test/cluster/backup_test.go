package cluster_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// A backup that is made while people work restores into either engine, into a
// state that verify accepts, with everything that was acknowledged before it began.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	pg := newMachine(t).primary("one")
	pg.sql("postgres", createDatabase("frontdoor", "postgres"), createDatabase("from_sqlite", "postgres"), createDatabase("from_postgres", "postgres"))
	for engine, database := range map[string]string{"sqlite": "", "postgres": urlOf("postgres", "frontdoor", pg)} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			o := live.Place(t)
			o.Database = database
			accounts := live.Accounts(t, o, people...)
			s := live.Start(t, o)
			l := newLoad(t, s.URL(), accounts)
			l.begin()
			l.more(20 * soak)
			before := count(t, o)
			file := filepath.Join(t.TempDir(), "one.fdb")
			began := time.Now()
			runs(t, o, 0, "checked", "backup", file)
			made := time.Since(began)
			after := count(t, o)
			l.more(10)
			l.end(o)
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("a backup of %d KiB was made in %s, while the log grew from %d to %d lines", info.Size()>>10, made.Round(time.Millisecond), before.audit, after.audit)

			into := live.Place(t)
			into.Key = o.Key
			other := into
			other.Data, other.Database = "", urlOf("postgres", "from_"+engine, pg)
			for _, to := range []live.Options{into, other} {
				began := time.Now()
				runs(t, to, 0, "Restored", "restore", file)
				took := time.Since(began)
				runs(t, to, 0, "nothing differs", "verify")
				got := count(t, to)
				if got.audit < before.audit || got.audit > after.audit || got.entries < before.entries || got.entries > after.entries {
					t.Errorf("restored %+v, which is not between %+v and %+v", got, before, after)
				}
				t.Logf("restored in %s: %+v", took.Round(time.Millisecond), got)
			}
			// It serves, and people come back to what they knew.
			again := live.Start(t, other)
			get(t, browser(t, again.URL()), "/contact")
			signedIn(t, again.URL(), accounts[0])
		})
	}
}

type counts struct{ entries, audit int }

func count(t *testing.T, o live.Options) counts {
	t.Helper()
	var c counts
	live.Open(t, o, true, func(p *live.Opened) {
		err := p.Desk.DB.Read(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`select (select count(*) from entry), (select count(*) from audit)`).Scan(&c.entries, &c.audit)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return c
}
