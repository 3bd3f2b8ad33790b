package store_test

import (
	"context"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestClocksAreToldOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		c := aClock(r, morning.Add(48*time.Hour))
		c.ActAt = c.DueAt.Add(-7 * time.Hour)
		done := aClock(r, morning)
		done.StoppedAt, done.StoppedBy = morning, "decide"
		void := aClock(r, morning)
		void.Cancelled = "It was a duplicate."
		write(t, db, func(tx *store.Tx) error { return tx.PutClocks([]record.Clock{c, done, void}) })
		same(t, read(t, db, func(tx *store.Tx) ([]record.Clock, error) { return tx.Clocks(r.ID) }), []record.Clock{done, void, c})

		due := func(at time.Time) []record.Clock {
			return read(t, db, func(tx *store.Tx) ([]record.Clock, error) { return tx.ClocksToTell(at, 10) })
		}
		tell := func(what string) error {
			return writeErr(db, func(tx *store.Tx) error { return tx.MarkTold(c.ID, what, c.WarnAt) })
		}
		same(t, due(c.WarnAt.Add(-1000)), []record.Clock(nil))
		same(t, due(c.WarnAt), []record.Clock{c})
		wants(t, tell(store.ToldWarn), nil)
		wants(t, tell(store.ToldWarn), store.ErrStale)
		same(t, due(c.ActAt.Add(-1000)), []record.Clock(nil))
		same(t, due(c.ActAt), []record.Clock{c})
		wants(t, tell(store.ToldOverdue), nil)
		wants(t, tell(store.ToldOverdue), store.ErrStale)
		wants(t, tell(store.ToldWarn), store.ErrStale)
		same(t, due(c.DueAt.Add(time.Hour)), []record.Clock(nil))

		write(t, db, func(tx *store.Tx) error { return tx.PutClocks([]record.Clock{c}) }) // as it is: nothing new
		same(t, due(c.DueAt), []record.Clock(nil))
		c.DueAt, c.ActAt = c.DueAt.Add(time.Hour), c.ActAt.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.PutClocks([]record.Clock{c}) })
		same(t, due(c.ActAt), []record.Clock{c})
		if err := tell("nonsense"); err == nil {
			t.Error("a word nobody knows was kept")
		}
		other := created(t, db, "TH-2")
		c.Record = other.ID
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.PutClocks([]record.Clock{c}) }), store.ErrExists)
	})
}

func TestEntriesMessagesAndDocuments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		one := record.Entry{ID: store.NewID(morning), Record: r.ID, Kind: "visit", HappenedAt: morning.Add(-time.Hour), RecordedAt: morning, By: "worker:w", Text: "sealed1.x", Guarded: true}
		two := record.Entry{ID: store.NewID(morning), Record: r.ID, Kind: "note", HappenedAt: morning, RecordedAt: morning, By: "worker:w", Text: "sealed1.y"}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddEntry(one); err != nil {
				return err
			}
			return tx.AddEntry(two)
		})
		one.Seq, two.Seq = 1, 2
		same(t, read(t, db, func(tx *store.Tx) ([]record.Entry, error) { return tx.Entries(r.ID) }), []record.Entry{one, two})
		bad := two
		bad.ID = store.NewID(morning)
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.AddEntry(bad) }), store.ErrExists)
		bad.Seq, bad.Kind = 0, "gossip"
		if writeErr(db, func(tx *store.Tx) error { return tx.AddEntry(bad) }) == nil {
			t.Error("an entry of a kind nobody knows was kept")
		}

		in := record.Message{ID: store.NewID(morning), Record: r.ID, At: morning, By: "code:" + r.ID, Inward: true, Text: "sealed1.a"}
		out := record.Message{ID: store.NewID(morning), Record: r.ID, At: morning.Add(time.Minute), By: "worker:w", Text: "sealed1.b"}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddMessage(in); err != nil {
				return err
			}
			return tx.AddMessage(out)
		})
		first := morning.Add(time.Hour)
		for _, at := range []time.Time{first, first.Add(time.Hour)} { // the first time stays
			write(t, db, func(tx *store.Tx) error { return tx.MarkMessagesRead(r.ID, true, at) })
		}
		in.ReadAt = first
		same(t, read(t, db, func(tx *store.Tx) ([]record.Message, error) { return tx.Messages(r.ID) }), []record.Message{in, out})

		sent := record.Document{ID: store.NewID(morning), Record: r.ID, Doc: "outcome", Row: "r1", To: "referrer", Title: "What we decided", Body: "sealed1.c", SentAt: morning, By: "worker:w", Second: "w2"}
		held := record.Document{ID: store.NewID(morning), Record: r.ID, Doc: "outcome", To: "parents", Withheld: "It would put the child at risk.", By: "worker:w"}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddDocument(sent); err != nil {
				return err
			}
			return tx.AddDocument(held)
		})
		same(t, read(t, db, func(tx *store.Tx) ([]record.Document, error) { return tx.Documents(r.ID) }), []record.Document{sent, held})
	})
}

func TestEntriesAddedAtOnceEachHaveAPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		const writers = 8
		errs := make(chan error, writers)
		for range writers {
			go func() {
				errs <- writeErr(db, func(tx *store.Tx) error {
					return tx.AddEntry(record.Entry{ID: store.NewID(morning), Record: r.ID, Kind: "note", HappenedAt: morning, RecordedAt: morning})
				})
			}()
		}
		for range writers {
			wants(t, <-errs, nil)
		}
		for i, e := range read(t, db, func(tx *store.Tx) ([]record.Entry, error) { return tx.Entries(r.ID) }) {
			if e.Seq != i+1 {
				t.Errorf("place %d holds entry %d", i+1, e.Seq)
			}
		}
	})
}

func aDraft(owner string) record.Draft {
	return record.Draft{ID: store.NewID(morning), Owner: owner, Pathway: "contact", Place: "child", CreatedAt: morning, UpdatedAt: morning, Version: 1}
}

func TestDraftsAreNeverOverwritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		put := func(d record.Draft, sealed string) error {
			return writeErr(db, func(tx *store.Tx) error { return tx.PutDraft(d, []byte(sealed)) })
		}
		d := aDraft("visitor:v")
		wants(t, put(d, "one"), nil)
		wants(t, put(d, "again"), store.ErrStale)
		d.Version, d.UpdatedAt, d.Place, d.Based = 2, morning.Add(time.Minute), "sender", 4
		wants(t, put(d, "two"), nil)
		wants(t, put(d, "two from another device"), store.ErrStale)
		stranger := d
		stranger.Version, stranger.Owner = 3, "visitor:other"
		wants(t, put(stranger, "three"), store.ErrStale)
		missing := aDraft("visitor:v")
		missing.Version = 2
		wants(t, put(missing, "two"), store.ErrStale)

		var sealed []byte
		got := read(t, db, func(tx *store.Tx) (d record.Draft, err error) {
			d, sealed, err = tx.Draft(stranger.ID)
			return d, err
		})
		same(t, got, d)
		if string(sealed) != "two" {
			t.Errorf("kept %q, want %q", sealed, "two")
		}
	})
}

func TestDraftsOfAForm(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		d := aDraft("worker:w")
		d.Record, d.Step = r.ID, "screen"
		edit := aDraft("worker:w")
		edit.Record, edit.UpdatedAt = r.ID, morning.Add(time.Hour)
		fresh, fresh2 := aDraft("worker:w"), aDraft("worker:w") // two records not yet begun
		fresh.UpdatedAt, fresh2.UpdatedAt = morning.Add(-time.Hour), morning.Add(-2*time.Hour)
		write(t, db, func(tx *store.Tx) error {
			for _, d := range []record.Draft{d, edit, fresh, fresh2} {
				if err := tx.PutDraft(d, []byte("s")); err != nil {
					return err
				}
			}
			return nil
		})
		twin := aDraft("worker:w")
		twin.Record, twin.Step = r.ID, "screen"
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.PutDraft(twin, []byte("s")) }), store.ErrExists)
		same(t, read(t, db, func(tx *store.Tx) ([]record.Draft, error) { return tx.DraftsOf("worker:w") }), []record.Draft{edit, d, fresh, fresh2})
		same(t, read(t, db, func(tx *store.Tx) (record.Draft, error) {
			d, _, err := tx.DraftFor("worker:w", r.ID, "screen")
			return d, err
		}), d)
		same(t, read(t, db, func(tx *store.Tx) ([]string, error) { return tx.OldDrafts(morning) }), []string{fresh2.ID, fresh.ID})
		write(t, db, func(tx *store.Tx) error { return tx.DropDraftFor("worker:w", r.ID, "screen") })
		write(t, db, func(tx *store.Tx) error { return tx.DropDraftFor("worker:w", r.ID, "screen") })
		write(t, db, func(tx *store.Tx) error { return tx.DropDraft(fresh.ID) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.DropDraft(fresh.ID) }), store.ErrNone)
		same(t, read(t, db, func(tx *store.Tx) ([]record.Draft, error) { return tx.DraftsOf("worker:w") }), []record.Draft{edit, fresh2})
	})
}

func TestFilesMoveFromDraftToRecord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		d := aDraft("visitor:v")
		f := record.File{ID: store.NewID(morning), Draft: d.ID, Name: "sealed1.n", Type: "image/jpeg", Size: 3, SHA256: "ab", Scan: "clean", Flags: []string{"location"}, AddedAt: morning, By: "visitor:v", Guarded: true}
		gone := f
		gone.ID, gone.Flags = store.NewID(morning), nil
		content := []byte{0, 1, 255}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutDraft(d, []byte("s")); err != nil {
				return err
			}
			if err := tx.AddFile(f, content); err != nil {
				return err
			}
			return tx.AddFile(gone, content)
		})
		same(t, read(t, db, func(tx *store.Tx) ([]record.File, error) { return tx.FilesOfDraft(d.ID) }), []record.File{f, gone})
		write(t, db, func(tx *store.Tx) error { return tx.RemoveDraftFile(gone.ID) })
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.FileContent(gone.ID); return err }), store.ErrNone)
		write(t, db, func(tx *store.Tx) error {
			if err := tx.MoveFiles(d.ID, r.ID); err != nil {
				return err
			}
			return tx.DropDraft(d.ID)
		})
		f.Draft, f.Record = "", r.ID
		same(t, read(t, db, func(tx *store.Tx) ([]record.File, error) { return tx.FilesOf(r.ID) }), []record.File{f})
		same(t, read(t, db, func(tx *store.Tx) (record.File, error) { return tx.File(f.ID) }), f)
		same(t, read(t, db, func(tx *store.Tx) ([]byte, error) { return tx.FileContent(f.ID) }), content)
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.RemoveDraftFile(f.ID) }), store.ErrNone)
		nobodys := f
		nobodys.ID, nobodys.Record = store.NewID(morning), ""
		if writeErr(db, func(tx *store.Tx) error { return tx.AddFile(nobodys, content) }) == nil {
			t.Error("a file of no record and no draft was kept")
		}
	})
}

func TestDroppingADraftDropsItsFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := aDraft("visitor:v")
		f := record.File{ID: store.NewID(morning), Draft: d.ID, Scan: "unscanned", AddedAt: morning}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutDraft(d, []byte("s")); err != nil {
				return err
			}
			return tx.AddFile(f, []byte("x"))
		})
		write(t, db, func(tx *store.Tx) error { return tx.DropDraft(d.ID) })
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.File(f.ID); return err }), store.ErrNone)
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.FileContent(f.ID); return err }), store.ErrNone)
	})
}

func TestCodesTextsNoticesAndMeta(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		a, b := aWorker(t, db, "Ada Okafor"), aWorker(t, db, "Ben Cole")
		write(t, db, func(tx *store.Tx) error { return tx.AddCode(r.ID, "hash", morning) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.AddCode(r.ID, "hash", morning) }), store.ErrExists)
		same(t, read(t, db, func(tx *store.Tx) (string, error) { return tx.CodeHolder("hash") }), r.ID)
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.CodeHolder("guess"); return err }), store.ErrNone)

		write(t, db, func(tx *store.Tx) error {
			return tx.PutPathwayText(textHash, "contact", 9, map[string]string{"changed": "x"}, morning.Add(time.Hour))
		})
		same(t, read(t, db, func(tx *store.Tx) (map[string]string, error) { return tx.PathwayText(textHash) }), map[string]string{"pathway.yaml": "name: contact\n"})
		same(t, read(t, db, (*store.Tx).PathwayTexts), []store.PathwayVersion{{Hash: textHash, Name: "contact", Version: 3, At: morning}})

		n := store.Notice{ID: store.NewID(morning), To: mash, Record: r.ID, Message: "clock_warn", At: morning}
		own := store.Notice{ID: store.NewID(morning), To: access.ToWorker(a.ID), Message: "password_changed", At: morning.Add(time.Minute)}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.AddNotice(n); err != nil {
				return err
			}
			return tx.AddNotice(own)
		})
		notices := func(w string) []store.Notice {
			return read(t, db, func(tx *store.Tx) ([]store.Notice, error) {
				return tx.NoticesFor([]access.Principal{mash, access.ToWorker(w)}, w, morning.Add(time.Hour), 10)
			})
		}
		// What is older than four weeks is no news.
		for age, want := range map[time.Duration]int{store.NoticesLast - 2*time.Minute: 1, store.NoticesLast + 2*time.Minute: 0} {
			list := read(t, db, func(tx *store.Tx) ([]store.Notice, error) {
				return tx.NoticesFor([]access.Principal{access.ToWorker(a.ID)}, a.ID, own.At.Add(age), 10)
			})
			same(t, len(list), want)
		}
		// Of a record that they may not know of they are told nothing.
		same(t, notices(a.ID), []store.Notice{own})
		granted(t, db, grant(r, mash, access.View))
		same(t, notices(a.ID), []store.Notice{own, n})
		lock := access.Restriction{ID: store.NewID(morning), Record: r.ID, Kind: "high_risk", By: b.ID, At: morning, ReviewBy: morning, Named: []string{b.ID}}
		write(t, db, func(tx *store.Tx) error { return tx.AddRestriction(lock) })
		same(t, notices(a.ID), []store.Notice{own})
		same(t, notices(b.ID), []store.Notice{n})
		same(t, read(t, db, func(tx *store.Tx) ([]string, error) { return tx.KeptFrom(a.ID, morning, []string{r.ID}) }), []string{r.ID})
		same(t, read(t, db, func(tx *store.Tx) ([]string, error) { return tx.KeptFrom(b.ID, morning, []string{r.ID}) }), []string(nil))
		write(t, db, func(tx *store.Tx) error { return tx.LiftRestriction(lock.ID, b.ID, morning) })
		for range 2 {
			write(t, db, func(tx *store.Tx) error { return tx.MarkNoticeRead(n.ID, a.ID, morning) })
		}
		same(t, notices(a.ID), []store.Notice{own})
		same(t, notices(b.ID), []store.Notice{n})

		get := func() string { return read(t, db, func(tx *store.Tx) (string, error) { return tx.GetMeta("k") }) }
		same(t, get(), "")
		for _, v := range []string{"one", "two"} {
			write(t, db, func(tx *store.Tx) error { return tx.SetMeta("k", v) })
			same(t, get(), v)
		}
	})
}
