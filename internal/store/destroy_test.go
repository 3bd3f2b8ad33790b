package store_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// destroyed carries a destruction out as the program does.
func destroyed(t *testing.T, db *store.DB, id string) map[string]int64 {
	t.Helper()
	var rows map[string]int64
	write(t, db, func(tx *store.Tx) error {
		d := store.Destruction{ID: "dd", Record: id, Reference: "TH-0", BegunAt: morning, ClosedAt: morning, ProposedBy: "worker:a", ProposedAt: morning, ApprovedBy: "worker:b", ApprovedAt: morning}
		if err := tx.AddDestruction(d); err != nil {
			return err
		}
		var err error
		if rows, err = tx.Destroy(id); err != nil {
			return err
		}
		return tx.EndDestruction(d.ID, store.DestructionDone, "system", "", rows, morning)
	})
	return rows
}

// everywhere names the tables in which a word stands, whatever the column.
func everywhere(t *testing.T, db *store.DB, word string) []string {
	t.Helper()
	var out []string
	for _, table := range append(read(t, db, (*store.Tx).Tables), "record_word", "person_key") {
		for column := range read(t, db, func(tx *store.Tx) (map[string]string, error) { return tx.ColumnKinds(table) }) {
			if len(list(t, db, `select 'x' from `+table+` where cast(`+column+` as text) like '%`+word+`%' limit 1`)) > 0 && !slices.Contains(out, table) {
				out = append(out, table)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Whatever tables there will be: a row that names a record or a person goes with
// them, and the log still holds.
func TestDestroyTakesEveryRow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fillAll(t, db)
		id := list(t, db, `select id from record where reference = 'TH-1'`)[0]
		amy := list(t, db, `select person from record_person`)[0]
		guards := list(t, db, guardsQuery(db))
		rows := destroyed(t, db, id)
		for _, table := range []string{"record", "revision", "entry", "message", "message_read", "document", "clock", "clock_warning", "access_grant", "restriction", "restriction_named", "exclusion", "link", "notice", "notice_read", "receipt_code", "person", "person_version", "person_name", "retention", "retention_act", "legal_hold", "same_as", "person_relationship", "record_word", "letter_check", "meeting_invite", "meeting_together"} {
			if rows[table] == 0 {
				t.Errorf("nothing of %s went", table)
			}
		}
		for word, may := range map[string][]string{
			id:  {"audit", "destruction"},
			amy: {"audit"},
			// The other Amy is on no record, and was related to her alone.
			"amy stone": nil,
		} {
			for _, table := range everywhere(t, db, word) {
				if !slices.Contains(may, table) && !(word == amy && table == "person_version") {
					t.Errorf("%q is still in %s", word, table)
				}
			}
		}
		same(t, list(t, db, guardsQuery(db)), guards)
		wants(t, writeErr(db, func(tx *store.Tx) error { _, err := tx.Exec(`delete from revision`); return err }), store.ErrAppendOnly)
		if rep := verify(t, db); !rep.OK() {
			t.Errorf("the log does not hold: %+v", rep)
		}
		if problems := read(t, db, (*store.Tx).VerifyKept); len(problems) > 0 {
			t.Errorf("kept: %+v", problems)
		}
		if problems := read(t, db, (*store.Tx).VerifyCopies); len(problems) > 0 {
			t.Errorf("copies: %+v", problems)
		}
		if gone := read(t, db, (*store.Tx).LoggedWithoutRecord); len(gone) > 0 {
			t.Errorf("missing: %v", gone)
		}
		if err := db.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
		created(t, db, "TH-9") // and it goes on working
	})
}

// guardsQuery names every trigger, and what it says or whether it is on.
func guardsQuery(db *store.DB) string {
	if db.Engine() == "postgres" {
		return `select c.relname || ' ' || t.tgname || ' ' || t.tgenabled::text from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal order by 1`
	}
	return `select name || ' ' || sql from sqlite_schema where type = 'trigger' order by 1`
}

// Someone who is on another record stays whole, and so does the record that was
// started from the one destroyed.
func TestDestroyLeavesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first := created(t, db, "TH-1", func(r *record.Record) { r.Names = "Amy Stone" })
		second := created(t, db, "TH-2", func(r *record.Record) { r.Parent, r.Names = first.ID, "Amy Stone" })
		from := person.Source{Record: first.ID, At: morning, By: "worker:w"}
		amy, mum, joined := aPerson("Amy", "Stone"), aPerson("Kim", "Stone"), aPerson("Amy", "Stone")
		amy.Names[0].Source, mum.Names[0].Source = from, from
		mum.Relationships = []person.Relationship{{ID: "r", From: mum.ID, To: amy.ID, Kind: person.Mother, Source: from}}
		kept(t, db, amy, mum, joined)
		write(t, db, func(tx *store.Tx) error {
			for _, l := range []struct{ rec, who, row string }{{first.ID, amy.ID, "r1"}, {second.ID, amy.ID, "r1"}, {first.ID, mum.ID, "r2"}, {second.ID, joined.ID, "r3"}} {
				if err := tx.LinkPersonToRecord(l.rec, l.who, "children", l.row, "child"); err != nil {
					return err
				}
			}
			if err := tx.AddSameAs(person.SameAs{ID: "s", A: amy.ID, B: joined.ID, Source: from}); err != nil {
				return err
			}
			return tx.AddLink(record.Link{From: first.ID, To: second.ID, Kind: "started", At: morning})
		})
		destroyed(t, db, first.ID)
		p := read(t, db, func(tx *store.Tx) (person.Person, error) { return tx.Person(amy.ID) })
		if len(p.Names) != 1 || p.Names[0].Given != "Amy" || p.Names[0].Source.Record != "" || len(p.Relationships) != 0 {
			t.Errorf("who stays: %+v", p)
		}
		if people := read(t, db, func(tx *store.Tx) ([]person.Person, error) { return tx.People([]string{mum.ID, joined.ID}) }); len(people) != 1 || people[0].ID != joined.ID {
			t.Errorf("who is left: %+v", people)
		}
		if r := read(t, db, func(tx *store.Tx) (record.Record, error) { return tx.Record(second.ID) }); r.Parent != "" {
			t.Errorf("it still follows %s", r.Parent)
		}
		same(t, list(t, db, `select cast(count(*) as text) from same_as where source_record is null`), []string{"1"})
		for name, find := range map[string]func(*store.Tx) ([]store.KeptProblem, error){"kept": (*store.Tx).VerifyKept, "copies": (*store.Tx).VerifyCopies} {
			if problems := read(t, db, find); len(problems) > 0 {
				t.Errorf("%s: %+v", name, problems)
			}
		}
	})
}

// Rows that vanish with nobody's decision are named, though the log says that they
// are gone.
func TestVanishedWithoutADecision(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		write(t, db, func(tx *store.Tx) error {
			return tx.AddEntry(record.Entry{ID: "e", Record: r.ID, Kind: "note", HappenedAt: morning, RecordedAt: morning})
		})
		write(t, db, func(tx *store.Tx) error { _, err := tx.Destroy(r.ID); return err })
		if gone := read(t, db, (*store.Tx).LoggedWithoutRecord); !slices.Equal(gone, []string{r.ID}) {
			t.Errorf("missing: %v", gone)
		}
		problems := read(t, db, (*store.Tx).VerifyKept)
		if !slices.ContainsFunc(problems, func(p store.KeptProblem) bool {
			return p.Table == "entry" && p.Of == r.ID && strings.Contains(p.Text, "nobody decided")
		}) {
			t.Errorf("kept: %+v", problems)
		}
	})
}

// What was begun and not finished leaves nothing behind: neither a row less nor a
// guard less.
func TestADestructionThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		guards := list(t, db, guardsQuery(db))
		err := writeErr(db, func(tx *store.Tx) error {
			if _, err := tx.Destroy(r.ID); err != nil {
				return err
			}
			return store.ErrNone
		})
		wants(t, err, store.ErrNone)
		same(t, list(t, db, guardsQuery(db)), guards)
		same(t, list(t, db, `select reference from record`), []string{"TH-1"})
		if problems := read(t, db, (*store.Tx).VerifyKept); len(problems) > 0 {
			t.Errorf("kept: %+v", problems)
		}
	})
}

// The account that serves can destroy nothing, whatever it was told to do.
func TestTheServingAccountDestroysNothing(t *testing.T) {
	t.Parallel()
	db, address := storetest.OpenPostgres(t)
	r := created(t, db, "TH-1")
	account := "serves_" + strings.ToLower(rand.Text())
	write(t, db, func(tx *store.Tx) error { _, err := tx.Exec(`create role ` + account + ` login`); return err })
	t.Cleanup(func() {
		_ = db.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Exec(`drop owned by ` + account + `; drop role ` + account)
			return err
		})
	})
	if err := db.LetUse(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(account)
	serving, err := store.OpenPostgres(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = serving.Close() }()
	if err := serving.Read(t.Context(), (*store.Tx).MayDestroy); fault.KindOf(err) != fault.Invalid {
		t.Errorf("may destroy: %v", err)
	}
	if err := writeErr(serving, func(tx *store.Tx) error { _, err := tx.Destroy(r.ID); return err }); err == nil {
		t.Error("it destroyed a record")
	}
	same(t, list(t, db, `select reference from record`), []string{"TH-1"})
	if err := db.Read(t.Context(), (*store.Tx).MayDestroy); err != nil {
		t.Errorf("the owner: %v", err)
	}
}
