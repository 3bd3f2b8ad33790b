package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// bulkWorld is one record of each kind of row, with its mother and child.
type bulkWorld struct {
	rec    record.Record
	revs   []record.Revision
	clock  record.Clock
	people []person.Person
	beside store.Beside
}

func newBulkWorld() bulkWorld {
	r := aRecord("TH-7KQ4-M2XD")
	r.Names = "Ada Brook"
	first := firstRevision(r)
	second := record.Revision{
		Record: r.ID, Seq: 2, Based: 1, RecordedAt: morning.Add(time.Hour), HappenedAt: morning.Add(time.Hour), By: "worker:w", Kind: record.Stepped,
		Step: "screen", From: "new", To: "open",
	}
	w := bulkWorld{rec: r, revs: []record.Revision{first, second}}
	w.clock = record.Clock{
		ID: store.NewID(morning), Record: r.ID, Clock: "decide", StartedAt: morning, DueAt: morning.Add(9 * time.Hour),
		ActAt: morning.Add(8 * time.Hour), WarnAt: morning.Add(7 * time.Hour), Sum: "1 working day",
	}
	from := person.Source{Record: r.ID, At: morning, By: "worker:w"}
	child, mother := aPerson("Brook", "Ada"), aPerson("Brook", "Mary")
	child.Names[0].Source = from
	child.Births = []person.Birth{{ID: "b", Kind: person.Born, Date: calendar.NewDate(2017, 3, 4), Source: from}}
	mother.Relationships = []person.Relationship{{
		ID: "m", From: mother.ID, To: child.ID, Kind: "mother", ParentalResponsibility: person.Yes, LivesWith: person.Yes, Source: from,
	}}
	w.people = []person.Person{child, mother}
	w.beside = store.Beside{
		Grants:   []access.Grant{{ID: "g", Record: r.ID, To: "role:mash_officer@thurrock", May: []access.Right{access.View, access.Act}, Key: "officers", From: morning, By: "pathway"}},
		Entries:  []record.Entry{{ID: "e", Record: r.ID, Seq: 1, Kind: "call", HappenedAt: morning, RecordedAt: morning, By: "worker:w", Text: "sealed"}},
		Messages: []record.Message{{ID: "s", Record: r.ID, At: morning, By: "worker:w", Text: "sealed", ReadAt: morning}},
		Notices:  []store.Notice{{ID: "n", To: "worker:w", Record: r.ID, Message: "new", At: morning}},
		People:   []store.RecordPerson{{Person: child, Group: "children", Row: "r1", Role: "child"}, {Person: mother, Group: "adults", Row: "r1", Role: "adult"}},
	}
	return w
}

// asSaved is the record after its second revision.
func (w bulkWorld) asSaved() record.Record {
	r := w.rec
	r.Revision, r.State, r.UpdatedAt = 2, "open", w.revs[1].RecordedAt
	return r
}

func (w bulkWorld) inBulk(b *store.Bulk) error {
	if err := b.People(w.people); err != nil {
		return err
	}
	revs := slices.Clone(w.revs)
	if err := b.Record(w.asSaved(), revs, []record.Clock{w.clock}); err != nil {
		return err
	}
	if err := b.Beside(w.rec.ID, w.beside); err != nil {
		return err
	}
	b.Code(w.rec.ID, "codehash", morning)
	for _, v := range revs {
		e, err := store.RevisionEvent(v)
		if err != nil {
			return err
		}
		if err := b.Event(e); err != nil {
			return err
		}
	}
	for _, e := range b.Kept(morning.Add(time.Hour)) {
		if err := b.Event(e); err != nil {
			return err
		}
	}
	return nil
}

// oneByOne keeps the same through the ordinary acts.
func (w bulkWorld) oneByOne(tx *store.Tx) error {
	errs := []error{tx.CreateRecord(w.rec, w.revs[0])}
	for _, p := range w.people {
		errs = append(errs, tx.PutPerson(p))
	}
	errs = append(
		errs, tx.PutClocks([]record.Clock{w.clock}), tx.SaveRevision(w.asSaved(), w.revs[1]), tx.AddGrants(w.beside.Grants),
		tx.AddEntry(w.beside.Entries[0]), tx.AddMessage(w.beside.Messages[0]), tx.AddNotice(w.beside.Notices[0]), tx.AddCode(w.rec.ID, "codehash", morning),
	)
	for _, rp := range w.beside.People {
		errs = append(errs, tx.LinkPersonToRecord(w.rec.ID, rp.Person.ID, rp.Group, rp.Row, rp.Role))
	}
	return errors.Join(errs...)
}

func withText(t *testing.T, db *store.DB) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		return tx.PutPathwayText(textHash, "contact", 3, map[string]string{"pathway.yaml": "x"}, morning)
	})
	logged(t, db, 5)
}

// rows is every row of the tables that a bulk load fills, as text.
func rows(t *testing.T, db *store.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table, columns := range store.BulkColumns() {
		if strings.HasPrefix(table, "audit") {
			continue // holds the same in other events
		}
		parts := make([]string, len(columns))
		for i, c := range columns {
			parts[i] = "coalesce(cast(" + c + " as text), 'none')"
			if c == "answers" || c == "body" && table == "person_version" { // PostgreSQL spaces a document its own way
				parts[i] = "replace(" + parts[i] + ", ' ', '')"
			}
		}
		out[table] = list(t, db, "select "+strings.Join(parts, " || '|' || ")+" from "+table+" order by 1")
	}
	return out
}

func TestABulkLoadKeepsWhatTheActsKeep(t *testing.T) {
	t.Parallel()
	w := newBulkWorld()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withText(t, db)
		shape := schema(t, db)
		if err := db.Bulk(context.Background(), w.inBulk); err != nil {
			t.Fatal(err)
		}
		var acts *store.DB
		if db.Engine() == "sqlite" {
			acts = storetest.Open(t)
		} else {
			acts, _ = storetest.OpenPostgres(t)
		}
		withText(t, acts)
		write(t, acts, w.oneByOne)
		same(t, rows(t, db), rows(t, acts))
		same(t, schema(t, db), shape)
		if rep := verify(t, db); !rep.OK() {
			t.Errorf("the log: %+v", rep.Problems)
		}
		same(t, read(t, db, func(tx *store.Tx) ([]store.KeptProblem, error) { return tx.VerifyKept() }), []store.KeptProblem(nil))
		// It goes on as usual, and what is forever stays so.
		write(t, db, func(tx *store.Tx) error { return tx.CreateRecord(aRecordAndRevision("TH-2222-2222")) })
		if rep := verify(t, db); !rep.OK() {
			t.Errorf("the log after the next act: %+v", rep.Problems)
		}
		wants(t, writeErr(db, func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from revision`)
			return err
		}), store.ErrAppendOnly)
		if err := db.Bulk(context.Background(), w.inBulk); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a database with records was filled: %v", err)
		}
	})
}

func aRecordAndRevision(ref string) (record.Record, record.Revision) {
	r := aRecord(ref)
	return r, firstRevision(r)
}

// schema is every index, constraint and trigger.
func schema(t *testing.T, db *store.DB) []string {
	t.Helper()
	if db.Engine() == "sqlite" {
		return list(t, db, `select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_schema order by 1`)
	}
	return list(t, db, `select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = current_schema()::regnamespace
		union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = current_schema()::regnamespace
		union all select tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal order by 1`)
}

func TestABulkLoadThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	w := newBulkWorld()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withText(t, db)
		broken := errors.New("broken")
		if err := db.Bulk(context.Background(), func(b *store.Bulk) error { return errors.Join(w.inBulk(b), broken) }); !errors.Is(err, broken) {
			t.Errorf("error %v", err)
		}
		err := db.Bulk(context.Background(), func(b *store.Bulk) error {
			return errors.Join(w.inBulk(b), b.Record(w.asSaved(), slices.Clone(w.revs), nil)) // the same key twice
		})
		if err == nil {
			t.Error("one record was kept twice")
		}
	})
}
