package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// morning is when the things in these tests happen: a Tuesday, 09:00 in London.
var morning = storetest.Now

const textHash = "0f00"

func write(t testing.TB, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func writeErr(db *store.DB, fn func(*store.Tx) error) error {
	return db.Write(context.Background(), fn)
}

func read[T any](t testing.TB, db *store.DB, fn func(*store.Tx) (T, error)) T {
	t.Helper()
	var v T
	if err := db.Read(context.Background(), func(tx *store.Tx) (err error) {
		v, err = fn(tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return v
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b calendar.Date) bool { return a == b })); diff != "" {
		t.Errorf("not what was kept (-want +got):\n%s", diff)
	}
}

func wants(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

// aRecord makes a record that a test may change before keeping it.
func aRecord(ref string) record.Record {
	return record.Record{
		ID: store.NewID(morning), Reference: ref, Pathway: "contact", Version: 3, Hash: textHash, Authority: "thurrock",
		State: "new", Revision: 1, Answers: answer.Set{"happened": answer.Text("He said he was afraid.")},
		Author: "code:x", CreatedAt: morning, UpdatedAt: morning,
	}
}

func firstRevision(r record.Record) record.Revision {
	return record.Revision{
		Record: r.ID, Seq: 1, RecordedAt: r.CreatedAt, HappenedAt: r.CreatedAt, By: r.Author, Kind: record.Created,
		Step: "submit", To: r.State, Changes: r.Answers,
	}
}

func create(tx *store.Tx, r record.Record) error {
	if err := tx.PutPathwayText(textHash, "contact", 3, map[string]string{"pathway.yaml": "name: contact\n"}, morning); err != nil {
		return err
	}
	return tx.CreateRecord(r, firstRevision(r))
}

func created(t testing.TB, db *store.DB, ref string, change ...func(*record.Record)) record.Record {
	t.Helper()
	r := aRecord(ref)
	for _, c := range change {
		c(&r)
	}
	write(t, db, func(tx *store.Tx) error { return create(tx, r) })
	return r
}

func aWorker(t testing.TB, db *store.DB, name string) agency.Worker {
	t.Helper()
	id := store.NewID(morning)
	w := agency.Worker{ID: id, Name: name, Email: id + "@example.org", Agency: "council"}
	write(t, db, func(tx *store.Tx) error { return tx.PutWorker(w) })
	return w
}

// next is the revision after r's latest, and r as it is then.
func next(r record.Record, at time.Time, state string) (record.Record, record.Revision) {
	rev := record.Revision{
		Record: r.ID, Seq: r.Revision + 1, Based: r.Revision, RecordedAt: at, HappenedAt: at.Add(-time.Minute), By: "worker:w1",
		Role: "screener", Kind: record.Stepped, Step: "screen", From: r.State, To: state,
		Changes: answer.Set{"rating": answer.Text("amber")},
	}
	r.Answers = r.Answers.Clone()
	r.Answers.Apply(rev.Changes)
	r.Revision, r.State, r.UpdatedAt, r.Rating = rev.Seq, state, at, "amber"
	return r, rev
}

func TestARecordComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := aWorker(t, db, "Ada Okafor")
		r := created(t, db, "TH-7KQ4-M2XD", func(r *record.Record) {
			r.Names, r.Urgent, r.Demo, r.Team, r.Parent, r.StartedBy = "Zoë O'Brien", true, true, "mash", "", "ask"
		})
		same(t, read(t, db, func(tx *store.Tx) (record.Record, error) { return tx.Record(r.ID) }), r)
		later := morning.Add(time.Hour)
		saved, rev := next(r, later, "screened")
		saved.Allocated, saved.ClosedAt, saved.Names, saved.Urgent = w.ID, later, "Zoe Smith", false
		write(t, db, func(tx *store.Tx) error { return tx.SaveRevision(saved, rev) })
		same(t, read(t, db, func(tx *store.Tx) (record.Record, error) { return tx.RecordByReference("TH-7KQ4-M2XD") }), saved)

		revs := read(t, db, func(tx *store.Tx) ([]record.Revision, error) { return tx.Revisions(r.ID) })
		first := firstRevision(r)
		link := audit.ChainHash(audit.ChainStart(r.ID), first.Bytes())
		first.Hash, rev.Prev = link.String(), link.String()
		rev.Hash = audit.ChainHash(link, rev.Bytes()).String()
		same(t, revs, []record.Revision{first, rev})
		fold := record.Fold(r, revs)
		same(t, fold.Answers, saved.Answers)

		taken := read(t, db, func(tx *store.Tx) ([]store.StepTaken, error) { return tx.StepsTaken(r.ID) })
		same(t, taken, []store.StepTaken{{"submit", r.Author, morning}, {"screen", "worker:w1", later.Add(-time.Minute)}})

		err := db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.Record("nothing"); return err })
		wants(t, err, store.ErrNone)
		wants(t, writeErr(db, func(tx *store.Tx) error { return create(tx, aRecord("TH-7KQ4-M2XD")) }), store.ErrExists)
	})
}

func TestEveryRevisionIsInTheLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		saved, rev := next(r, morning.Add(time.Hour), "screened")
		write(t, db, func(tx *store.Tx) error { return tx.SaveRevision(saved, rev) })
		revs := read(t, db, func(tx *store.Tx) ([]record.Revision, error) { return tx.Revisions(r.ID) })
		events := read(t, db, func(tx *store.Tx) ([]audit.Event, error) { return tx.AuditOf(r.ID, 10, 0) })
		if len(events) != 2 {
			t.Fatalf("%d events, want 2", len(events))
		}
		for i, rev := range revs {
			e := events[1-i] // newest first
			if e.Act != store.ActRevision || e.Actor != rev.By || e.Detail["revision-hash"] != rev.Hash || e.Detail["revision"] != fmt.Sprint(rev.Seq) {
				t.Errorf("revision %d is logged as %+v", rev.Seq, e)
			}
		}
		stored := read(t, db, func(tx *store.Tx) ([]audit.Revision, error) { return tx.StoredRevisions(r.ID) })
		logged := read(t, db, func(tx *store.Tx) (map[int64]string, error) { return tx.LoggedRevisions(r.ID) })
		same(t, logged, map[int64]string{1: revs[0].Hash, 2: revs[1].Hash})
		for i := range stored {
			stored[i].Logged = logged[stored[i].Number]
		}
		if problems := audit.CheckChain(r.ID, stored, 2); len(problems) > 0 {
			t.Errorf("the chain does not hold: %v", problems)
		}
	})
}

func TestAStaleRevisionIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		a, revA := next(r, morning.Add(time.Hour), "screened")
		b, revB := next(r, morning.Add(2*time.Hour), "closed")
		write(t, db, func(tx *store.Tx) error { return tx.SaveRevision(a, revA) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.SaveRevision(b, revB) }), store.ErrStale)
		same(t, read(t, db, func(tx *store.Tx) (record.Record, error) { return tx.Record(r.ID) }), a)
		if n := read(t, db, (*store.Tx).AuditSize); n != 4 { // each write logs its revision, and what the record's row became
			t.Errorf("the log has %d events, want 4: a refused revision left one", n)
		}
	})
}

func TestOneOfTwoRevisionsAtOnceWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		const writers = 6
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				saved, rev := next(r, morning.Add(time.Duration(i)*time.Minute), fmt.Sprint("state ", i))
				errs[i] = writeErr(db, func(tx *store.Tx) error { return tx.SaveRevision(saved, rev) })
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wants(t, err, store.ErrStale)
			}
		}
		if won != 1 {
			t.Errorf("%d of %d writers won, want 1", won, writers)
		}
		if revs := read(t, db, func(tx *store.Tx) ([]record.Revision, error) { return tx.Revisions(r.ID) }); len(revs) != 2 {
			t.Errorf("%d revisions, want 2", len(revs))
		}
	})
}

func TestListsOfRecords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		parent := created(t, db, "TH-1")
		child := created(t, db, "TH-2", func(r *record.Record) {
			r.Parent, r.StartedBy, r.CreatedAt, r.Author = parent.ID, "ask", morning.Add(time.Hour), "worker:a"
		})
		link := record.Link{From: parent.ID, To: child.ID, Kind: "started", At: morning}
		write(t, db, func(tx *store.Tx) error { return tx.AddLink(link) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.AddLink(link) }), store.ErrExists)
		for _, id := range []string{parent.ID, child.ID} {
			same(t, read(t, db, func(tx *store.Tx) ([]record.Link, error) { return tx.Links(id) }), []record.Link{link})
		}
		same(t, read(t, db, func(tx *store.Tx) ([]record.Record, error) { return tx.RecordsStartedBy(parent.ID) }), []record.Record{child})
		// What a worker sent themselves, and not what a step of theirs started.
		same(t, read(t, db, func(tx *store.Tx) ([]record.Record, error) { return tx.SentBy(access.Principal(parent.Author), 5) }), []record.Record{parent})
		if sent := read(t, db, func(tx *store.Tx) ([]record.Record, error) { return tx.SentBy("worker:a", 5) }); len(sent) != 0 {
			t.Errorf("sent: %v", sent)
		}
		same(t, read(t, db, func(tx *store.Tx) ([]string, error) {
			var ids []string
			return ids, tx.AllRecordIDs(func(id string) error { ids = append(ids, id); return nil })
		}), []string{parent.ID, child.ID})
		stop := errors.New("stop")
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error {
			return tx.AllRecordIDs(func(string) error { return stop })
		}), stop)
	})
}
