package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// world makes changes that a board must show, each in a transaction of its own.
type world struct {
	r       *rand.Rand
	workers []agency.Worker
	records []record.Record
	locks   []string
	grants  []string
	n       int
}

func (w *world) of(n int) int { return w.r.IntN(n) }

func (w *world) worker() agency.Worker { return w.workers[w.of(len(w.workers))] }

func (w *world) who() access.Principal {
	return []access.Principal{mash, "team:police", access.ToWorker(w.worker().ID), access.ToRole("screener", "thurrock")}[w.of(4)]
}

// act does one thing and gives what it was, or nothing when it was not possible.
func (w *world) act(t *testing.T, db *store.DB) string {
	t.Helper()
	w.n++
	now := morning.Add(time.Duration(w.n) * time.Minute)
	if len(w.records) < 3 || w.of(6) == 0 {
		rec := created(t, db, fmt.Sprintf("TH-%04d", w.n), func(r *record.Record) {
			r.CreatedAt, r.UpdatedAt = now, now
			r.Rating, r.Team = []string{"red", "amber", ""}[w.of(3)], []string{"mash", ""}[w.of(2)]
			if len(w.records) > 0 && w.of(3) == 0 {
				r.Parent, r.Pathway, r.State = w.records[w.of(len(w.records))].ID, "agency_check", []string{"sent", "answered"}[w.of(2)]
			}
		})
		w.records = append(w.records, rec)
		granted(t, db, grant(rec, mash, access.View))
		write(t, db, func(tx *store.Tx) error {
			return tx.AddNotice(store.Notice{ID: store.NewID(now), To: w.who(), Record: rec.ID, Message: "allocated", At: now})
		})
		return "a record"
	}
	i := w.of(len(w.records))
	rec := w.records[i]
	name, done := "", false
	write(t, db, func(tx *store.Tx) error {
		switch w.of(12) {
		case 0, 1:
			name = "a revision"
			saved, rev := next(rec, now, []string{"new", "screened", "answered"}[w.of(3)])
			if saved.Allocated = ""; w.of(2) == 0 {
				saved.Allocated = w.worker().ID
			}
			if saved.ClosedAt = (time.Time{}); w.of(5) == 0 {
				saved.ClosedAt = now
			}
			w.records[i], done = saved, true
			return tx.SaveRevision(saved, rev)
		case 2, 3:
			name, done = "a grant", true
			g := grant(rec, w.who(), []access.Right{access.View, access.Act, access.Status}[w.of(3)])
			if w.of(3) == 0 {
				g.Until = now.Add(time.Duration(w.of(90)) * time.Minute)
			}
			if w.of(6) == 0 {
				g.Key = access.BreakGlass
			}
			w.grants = append(w.grants, g.ID)
			return tx.AddGrants([]access.Grant{g})
		case 4:
			if name = "a grant's end"; len(w.grants) > 0 {
				done = tx.EndGrant(w.grants[w.of(len(w.grants))], now) == nil
			}
			return nil
		case 5:
			name, done = "a restriction", true
			x := access.Restriction{ID: store.NewID(now), Record: rec.ID, Kind: "adoption", Reason: "sealed", By: w.workers[0].ID, At: now}
			if w.of(2) == 0 {
				x.Named = []string{w.worker().ID}
			}
			w.locks = append(w.locks, x.ID)
			return tx.AddRestriction(x)
		case 6:
			if name = "whom a lock names"; len(w.locks) > 0 {
				done = true
				return tx.SetRestrictionNamed(w.locks[w.of(len(w.locks))], []string{w.worker().ID, w.workers[1].ID})
			}
			return nil
		case 7:
			if name = "a lock lifted"; len(w.locks) > 0 {
				done = tx.LiftRestriction(w.locks[w.of(len(w.locks))], w.workers[0].ID, now) == nil
			}
			return nil
		case 8:
			name = "an exclusion"
			x := access.Exclusion{Record: rec.ID, Worker: w.worker().ID, Why: "a relative", At: now, By: w.workers[0].ID}
			if list, err := tx.Exclusions(rec.ID); err != nil || len(list) > 0 {
				done = err == nil
				return tx.DropExclusion(rec.ID, list[0].Worker)
			}
			done = true
			return tx.AddExclusion(x)
		case 9:
			name, done = "a clock", true
			return tx.PutClocks([]record.Clock{aClock(rec, now.Add(time.Duration(w.of(200)-100)*time.Hour))})
		case 10:
			name, done = "a message", true
			return tx.AddMessage(record.Message{ID: store.NewID(now), Record: rec.ID, At: now, Inward: true, Text: "sealed"})
		default:
			name, done = "a worker", true
			who := w.worker()
			who.Name += " again"
			who.Memberships = []agency.Membership{{Team: []string{"mash", "police"}[w.of(2)], Role: "screener", From: morning}}
			if w.of(4) == 0 {
				return tx.MarkLeft(who.ID, now.Add(30*time.Minute))
			}
			return tx.PutWorker(who)
		}
	})
	if !done {
		return ""
	}
	return name
}

// byQuery reads as a transaction does that writes: from the database alone.
func byQuery[T any](t *testing.T, db *store.DB, fn func(*store.Tx) (T, error)) T {
	t.Helper()
	var out T
	write(t, db, func(tx *store.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out
}

// What boards hold in memory is what the database says after every change, on the
// node that made it and on any other, for every worker and in every order.
func TestBoardsInMemoryAreWhatTheDatabaseSays(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, nodes ...*store.DB) {
		w := &world{r: rand.New(rand.NewPCG(5, 8))}
		for _, name := range []string{"Ada Okafor", "Ben Cole", "Cy Day"} {
			w.workers = append(w.workers, aWorker(t, nodes[0], name))
		}
		acts := 150
		if testing.Short() {
			acts = 60
		}
		for i := range acts {
			did := w.act(t, nodes[w.of(len(nodes))])
			if did == "" || i%3 == 0 { // some see several changes at once
				continue
			}
			now := morning.Add(time.Duration(w.n)*time.Minute + time.Nanosecond)
			me := w.worker()
			q := store.BoardQuery{
				Principals: []access.Principal{mash, access.ToWorker(me.ID)}, Worker: me.ID, Now: now, OpenOnly: true, Limit: 5, Offset: w.of(3),
				Sort: []string{"", store.SortDue, store.SortReceived, store.SortRating, store.SortReference, store.SortUpdated}[w.of(6)], Desc: w.of(2) == 0,
				Checks: map[string][]string{"agency_check": {"answered"}}, Ratings: [][]string{nil, {"red", "amber"}}[w.of(2)],
			}
			switch w.of(9) {
			case 0:
				q.Due = []string{store.DueOverdue, store.DueToday, store.DueSoon}[w.of(3)]
			case 1:
				q.Rating = "red"
			case 2:
				q.Allocated = me.ID
			case 3:
				q.NotAllocated = true
			case 4:
				q.Pathways, q.States = []string{"contact"}, []string{"new"}
			case 5:
				q.Team, q.Authority = "mash", "thurrock"
			case 6:
				q.Principals = q.Principals[:1]
			}
			for n, db := range nodes {
				t.Logf("after %s (%d), node %d, %+v", did, i, n, q)
				same(t, board(t, db, q), byQuery(t, db, func(tx *store.Tx) (store.BoardPage, error) { return tx.Board(q) }))
				f := store.WorkerFilter{Teams: []string{"mash", "other"}, Now: now}
				workers := func(tx *store.Tx) ([]agency.Worker, error) { return tx.Workers(f) }
				same(t, read(t, db, workers), byQuery(t, db, workers))
				notices := func(tx *store.Tx) ([]store.Notice, error) { return tx.NoticesFor(q.Principals, me.ID, now, 4) }
				same(t, read(t, db, notices), byQuery(t, db, notices))
			}
			if t.Failed() {
				return
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); check(t, storetest.Open(t)) })
	t.Run("postgres, two nodes", func(t *testing.T) {
		t.Parallel()
		one, url := storetest.OpenPostgres(t)
		two, err := store.OpenPostgres(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = two.Close() })
		check(t, one, two)
	})
}

// A server that takes another's place may never have had the last that the other
// had: nothing that is remembered of it is shown.
func TestBoardsForgetAServerThatLostSomething(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		other := storetest.Open(t)
		for i, one := range []*store.DB{db, other} {
			for n := range 2 + i {
				granted(t, one, grant(created(t, one, fmt.Sprintf("TH-%d%d", i, n)), mash, access.View))
			}
			if p := board(t, one, store.BoardQuery{OpenOnly: true}); p.Total != 2+i {
				t.Fatalf("the board shows %d, want %d", p.Total, 2+i)
			}
		}
		db.Remembers(other) // it is further than the one that took its place
		left := references(board(t, db, store.BoardQuery{OpenOnly: true}))
		slices.Sort(left) // they came in at the same moment
		same(t, left, []string{"TH-00", "TH-01"})
		db.Remembers(other)
		for n := range 3 { // and now that one is as far, or further, with another history
			granted(t, db, grant(created(t, db, fmt.Sprintf("TH-2%d", n)), mash, access.View))
		}
		if p := board(t, db, store.BoardQuery{OpenOnly: true}); p.Total != 5 {
			t.Errorf("the board shows %d, want 5: %v", p.Total, references(p))
		}
	})
}

func TestABoardForgetsWhatWasDestroyed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		granted(t, db, grant(r, mash, access.View))
		asked := created(t, db, "CH-1", func(c *record.Record) { c.Parent, c.Pathway, c.ClosedAt = r.ID, "agency_check", morning })
		q := store.BoardQuery{OpenOnly: true, Checks: map[string][]string{"agency_check": {"answered"}}}
		for i, id := range []string{asked.ID, r.ID} {
			if p := board(t, db, q); p.Total != 1 || p.Rows[0].AnsweredChecks != 1-i {
				t.Fatalf("before %d is destroyed: %+v", i, p)
			}
			write(t, db, func(tx *store.Tx) error {
				_, err := tx.Destroy(id)
				return err
			})
		}
		if p := board(t, db, q); p.Total != 0 {
			t.Errorf("what was destroyed is on the board: %+v", p)
		}
	})
}
