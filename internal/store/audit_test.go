package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func event(i int) audit.Event {
	return audit.Event{
		At: morning.Add(time.Duration(i) * time.Minute), Actor: fmt.Sprint("worker:w", i%3), Act: []string{"read", "search"}[i%2],
		Subject: []string{"r1", "r2", ""}[i%3], Route: "GET /records/{id}", Detail: map[string]string{"hits": fmt.Sprint(i)},
	}
}

func logged(t testing.TB, db *store.DB, n int) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for i := range n {
			if err := tx.Audit(event(i)); err != nil {
				return err
			}
		}
		return nil
	})
}

func verify(t testing.TB, db *store.DB, kept ...[]byte) audit.Report {
	t.Helper()
	return read(t, db, func(tx *store.Tx) (audit.Report, error) {
		size, err := tx.AuditSize()
		if err != nil {
			return audit.Report{}, err
		}
		return audit.VerifyAll(audit.Log{Rows: tx.AuditRows(), Size: size, Hashes: tx.HashReader(), Checkpoints: kept, Public: signer.Public()})
	})
}

var signer = func() *audit.Key {
	k, err := audit.NewKey("audit.frontdoor.example", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return k
}()

func TestTheLogIsSearched(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		same(t, read(t, db, (*store.Tx).AuditSize), int64(0))
		logged(t, db, 12)
		same(t, read(t, db, (*store.Tx).AuditSize), int64(12))
		for name, tt := range map[string]struct {
			q    store.AuditQuery
			want []int64
		}{
			"newest first":       {store.AuditQuery{Limit: 3}, []int64{11, 10, 9}},
			"the next page":      {store.AuditQuery{Limit: 3, Before: 9}, []int64{8, 7, 6}},
			"by someone":         {store.AuditQuery{Actor: "worker:w1"}, []int64{10, 7, 4, 1}},
			"about something":    {store.AuditQuery{Subject: "r1"}, []int64{9, 6, 3, 0}},
			"an act":             {store.AuditQuery{Act: "search", Subject: "r2"}, []int64{7, 1}},
			"from up to, not at": {store.AuditQuery{From: event(4).At, To: event(7).At}, []int64{6, 5, 4}},
			"none":               {store.AuditQuery{Actor: "worker:nobody"}, nil},
		} {
			t.Log(name)
			var got []int64
			for _, e := range read(t, db, func(tx *store.Tx) ([]audit.Event, error) { return tx.AuditSearch(tt.q) }) {
				got = append(got, e.Seq)
				want := event(int(e.Seq))
				want.Seq = e.Seq
				same(t, e, want)
			}
			same(t, got, tt.want)
		}
		same(t, read(t, db, func(tx *store.Tx) ([]audit.Event, error) { return tx.AuditBy("worker:w1", 1, 5) })[0].Seq, int64(4))
		e := event(0)
		e.Act, e.Subject, e.Actor = store.ActKnown, "r1", "worker:w0"
		write(t, db, func(tx *store.Tx) error { return tx.Audit(e) })
		for actor, want := range map[string]bool{"worker:w0": true, "worker:w1": false} {
			if got := read(t, db, func(tx *store.Tx) (bool, error) { return tx.LookedKnown("r1", actor) }); got != want {
				t.Errorf("%s looked %v, want %v", actor, got, want)
			}
		}
		e.Detail = map[string]string{"name": "Zoë O'Brien's address"}
		if writeErr(db, func(tx *store.Tx) error { return tx.Audit(e) }) == nil {
			t.Error("the log took what somebody typed")
		}
	})
}

func TestTheLogVerifies(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		created(t, db, "TH-1")
		logged(t, db, 1100) // more than is read at a time
		size := read(t, db, (*store.Tx).AuditSize)
		root := read(t, db, func(tx *store.Tx) (audit.Hash, error) { return audit.TreeHash(size, tx.HashReader()) })
		note, err := signer.Sign(size, root, morning)
		if err != nil {
			t.Fatal(err)
		}
		write(t, db, func(tx *store.Tx) error { return tx.AddCheckpoint(string(note), morning) })
		points := read(t, db, (*store.Tx).Checkpoints)
		same(t, points, [][]byte{note})
		logged(t, db, 5)
		rep := verify(t, db, points...)
		if !rep.OK() || rep.Size != size+6 || // the checkpoint's own row is logged too
			rep.Covered != size {
			t.Errorf("report %+v", rep)
		}
		if writeErr(db, func(tx *store.Tx) error { return tx.AddCheckpoint("nothing", morning) }) == nil {
			t.Error("a checkpoint that is none was kept")
		}
	})
}

func TestALogChangedBehindTheProgramIsSeen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		logged(t, db, 9)
		off := `alter table audit disable trigger all`
		if db.Engine() == "sqlite" {
			off = `drop trigger audit_no_update`
		}
		execute(t, db, off)
		execute(t, db, `update audit set body = replace(body, 'worker:w1', 'worker:w2') where seq = 4`)
		rep := verify(t, db)
		if len(rep.Problems) != 1 || rep.Problems[0].Seq != 4 {
			t.Errorf("problems %+v, want event 4", rep.Problems)
		}
	})
}

func TestEventsAddedAtOnceKeepOneOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const writers, each = 6, 5
		errs := make(chan error, writers)
		for range writers {
			go func() {
				var err error
				for i := range each {
					if err = writeErr(db, func(tx *store.Tx) error { return tx.Audit(event(i)) }); err != nil {
						break
					}
				}
				errs <- err
			}()
		}
		for range writers {
			wants(t, <-errs, nil)
		}
		if rep := verify(t, db); !rep.OK() || rep.Size != writers*each {
			t.Errorf("report %+v", rep)
		}
	})
}

// Thirty read while somebody else writes, which is more than there are connections.
// Nobody who reads waits for them, what cannot be kept fails alone, and who leaves
// is told at once.
func TestWhoWaitsForTheLogSharesACommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		logged(t, db, 1)
		holds, goOn, held := make(chan bool), make(chan bool), make(chan error, 1)
		go func() {
			held <- writeErr(db, func(tx *store.Tx) error {
				if _, err := tx.Exec(`update audit_head set mark = mark where id = 1`); err != nil {
					return err
				}
				holds <- true
				<-goOn
				return nil
			})
		}()
		<-holds
		const readers = 30
		bad, worse := errors.New("not to be logged"), errors.New("a panic")
		errs := make([]chan error, readers)
		for i := range errs {
			errs[i] = make(chan error, 1)
			go func() {
				defer func() {
					if recover() != nil {
						errs[i] <- worse
					}
				}()
				errs[i] <- db.WriteShared(t.Context(), func(tx *store.Tx) error {
					switch i {
					case 7:
						return bad
					case 8:
						panic("what cannot be")
					}
					return tx.Audit(event(i))
				})
			}()
		}
		leaves, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			left <- db.WriteShared(leaves, func(tx *store.Tx) error { return tx.Audit(event(readers)) })
		}()
		for range readers {
			if n := read(t, db, (*store.Tx).AuditSize); n != 1 {
				t.Errorf("%d lines while the log is held", n)
			}
		}
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left was told %v", err)
		}
		close(goOn)
		wants(t, <-held, nil)
		for i, c := range errs {
			wants(t, <-c, map[int]error{7: bad, 8: worse}[i])
		}
		if rep := verify(t, db); !rep.OK() || rep.Size < readers-1 || rep.Size > readers { // who left may have come first
			t.Errorf("report %+v", rep)
		}
	})
}
