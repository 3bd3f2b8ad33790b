package cluster_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdoor/test/live"
)

// soak makes the loads of these tests longer: FRONTDOOR_SOAK is any number of kills
// to the tests of a single node, and ten times as much to these.
var soak = func() int {
	if os.Getenv("FRONTDOOR_SOAK") != "" {
		return 10
	}
	return 1
}()

// The primary is lost under load and its synchronous standby takes over; a new
// standby is made where it was, is away for a moment, and becomes the primary as
// planned work. All with the commands of docs/how-to/postgresql.md.
func TestPrimaryIsLost(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	one := m.primary("one")
	two := &server{m, "two", freePort(t)}
	o := live.Place(t)
	d := &drill{t: t, as: m.as, env: []string{
		"ONE=" + one.conninfo(), "TWO=" + two.conninfo(), "ONE_DATA=" + one.data(), "TWO_DATA=" + two.data(), "PRIMARY=" + two.conninfo(), "PGUSER=postgres", "KEY=" + o.Key,
		fmt.Sprintf("SERVERS=127.0.0.1:%d,127.0.0.1:%d", one.port, two.port), "OPTIONS=?sslmode=disable",
		"PATH=" + m.bin + ":" + filepath.Dir(live.Binary(t)) + ":" + os.Getenv("PATH"),
	}}
	d.run("pair-accounts")
	asRoot := *d
	asRoot.as = nil
	asRoot.run("pair-migrate")
	d.run("pair-standby")
	two.set()
	two.start()
	until(t, "the standby to follow", func() bool { return d.run("pair-follows") == "two|streaming|async\n" })
	d.run("pair-wait")
	synchronous(t, one)

	// The URL says nothing of which server takes writes: the program asks.
	o.Data, o.Database = "", fmt.Sprintf("postgres://frontdoor@127.0.0.1:%d,127.0.0.1:%d/frontdoor?sslmode=disable", one.port, two.port)
	s := live.Start(t, o)
	l := newLoad(t, s.URL(), live.Accounts(t, o, people...))
	l.begin()
	l.more(40 * soak)

	began := time.Now()
	one.kill()
	d.run("pair-promote")
	promoted := time.Since(began)
	l.more(40 * soak)
	t.Logf("lost and promoted in %s; longest time without a save so far %s", promoted.Round(10*time.Millisecond), l.gap().Round(10*time.Millisecond))

	d.run("pair-again")
	one.set()
	one.start()
	d.run("pair-again-wait")
	synchronous(t, two)
	l.more(20 * soak)

	// The standby is away: saves wait, until someone decides that they need not.
	one.stop("fast")
	db := two.open("postgres", "postgres")
	until(t, "saves to wait", func() bool {
		return value[int](t, db, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'") > 0
	})
	time.Sleep(200 * time.Millisecond) // answers that were on their way
	saved := l.count()
	time.Sleep(300 * time.Millisecond)
	if n := l.count() - saved; n > 0 {
		t.Errorf("%d saves were acknowledged that only one server has", n)
	}
	d.run("pair-alone")
	l.more(20 * soak)
	one.start()
	d.run("pair-again-wait")
	synchronous(t, two)
	l.more(10)
	two.stop("fast") // hands everything over before it ends
	one.promote()
	l.more(20 * soak)
	l.end(s.Place())
	stillTheSame(t, s)
}

// synchronous waits until a server's standby takes part in every commit.
func synchronous(t *testing.T, s *server) {
	t.Helper()
	db := s.open("postgres", "postgres")
	until(t, "the standby to be synchronous", func() bool {
		return value[int](t, db, "select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')") == 1
	})
}
