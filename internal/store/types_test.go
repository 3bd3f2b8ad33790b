package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// fillAll puts a row into every table of the schema.
func fillAll(t *testing.T, db *store.DB) {
	t.Helper()
	w := aWorker(t, db, "Ada Okafor")
	p, q := aPerson("Amy", "Stone"), aPerson("Amy", "Stone")
	r := created(t, db, "TH-1", func(r *record.Record) { r.Names, r.Allocated = "Amy Stone", w.ID })
	from := person.Source{Record: r.ID, At: morning, By: "worker:w"}
	p.Names[0].From, p.Names[0].Until, p.Names[0].Source = calendar.NewDate(2016, 5, 4), calendar.NewDate(2017, 5, 4), from
	p.Died = calendar.NewDate(2026, 1, 2)
	p.Identifiers = []person.Identifier{{ID: "i", Kind: person.NHS, Value: "9434765919", Valid: true, Source: from}}
	p.Addresses = []person.Address{{ID: "a", Kind: person.Home, Lines: []string{"1 High Street"}, From: calendar.NewDate(2020, 1, 1), WithheldFrom: []string{"x"}, Source: from}}
	p.Phones = []person.Phone{{ID: "p", Number: "01702 215007", Safe: person.No, Source: from}}
	p.Relationships = []person.Relationship{{ID: "r", From: p.ID, To: q.ID, Kind: person.Sibling, Since: calendar.NewDate(2020, 1, 1), Source: from}}
	kept(t, db, q, p)
	other := created(t, db, "TH-2")
	d := aDraft("visitor:v")
	c := aClock(r, morning)
	c.StoppedAt, c.More = morning, []time.Time{morning}
	logged(t, db, 3)
	root, err := signer.Sign(3, [32]byte{}, morning)
	if err != nil {
		t.Fatal(err)
	}
	write(t, db, func(tx *store.Tx) error {
		return errors.Join(
			tx.SetMemberships(w.ID, []agency.Membership{{Team: "mash", Role: "screener", From: morning, Until: morning}}),
			tx.AddLink(record.Link{From: r.ID, To: other.ID, Kind: "about", At: morning}),
			tx.PutClocks([]record.Clock{c, aClock(r, morning)}),
			tx.AddEntry(record.Entry{ID: "e", Record: r.ID, Kind: "note", HappenedAt: morning, RecordedAt: morning, Guarded: true}),
			tx.AddMessage(record.Message{ID: "m", Record: r.ID, At: morning, ReadAt: morning, Inward: true}),
			tx.AddDocument(record.Document{ID: "d", Record: r.ID, SentAt: morning}),
			tx.AddLetterCheck(record.Check{ID: "lc", Record: r.ID, Act: record.CheckAsked, At: morning}),
			tx.AddCopy(record.Copy{ID: "cg", Record: r.ID, Kind: "file", At: morning}),
			tx.PutDraft(d, []byte("sealed")),
			tx.AddFile(record.File{ID: "f", Draft: d.ID, Size: 3, Scan: "clean", Flags: []string{"location"}, AddedAt: morning}, []byte("123")),
			tx.AddCode(r.ID, "hash", morning),
			tx.AddGrants([]access.Grant{{ID: "g", Record: r.ID, To: mash, May: []access.Right{access.View}, From: morning, Until: morning}}),
			tx.AddRestriction(access.Restriction{ID: "x", Record: r.ID, At: morning, ReviewBy: morning, LiftedAt: morning, Named: []string{w.ID}}),
			tx.AddExclusion(access.Exclusion{Record: r.ID, Worker: w.ID, At: morning}),
			tx.PutAccount(store.Account{Worker: w.ID, TOTPSecret: []byte{1}, TOTPStep: 5, RecoveryHashes: []string{"1"}, CreatedAt: morning, PasswordAt: morning}),
			tx.AddInvitation(store.Invitation{ID: "i", Worker: w.ID, TokenHash: "h", ExpiresAt: morning, UsedAt: morning}),
			tx.PutSession(store.Session{ID: "s", Worker: w.ID, CreatedAt: morning, SeenAt: morning, ExpiresAt: morning, EndedAt: morning, SecondAt: morning, ReauthAt: morning}),
			tx.AddAttempt(store.Attempt{Kind: "password", Key: "k", At: morning, OK: true}),
			tx.LinkPersonToRecord(r.ID, p.ID, "children", "r1", "child"),
			tx.AddSameAs(person.SameAs{ID: "sa", A: p.ID, B: q.ID, Source: from}),
			tx.UndoSameAs("sa", "worker:w", "no", morning),
			tx.AddCheckpoint(string(root), morning),
			tx.AddMeetingInvite(store.MeetingInvite{ID: "mi", Record: r.ID, UID: "u", Act: store.MeetingRequest, Worker: w.ID, Starts: morning, Ends: morning, At: morning}),
			tx.AddMeetingTogether(store.MeetingTogether{ID: "mt", Record: r.ID, Meeting: "m", Together: "t", Act: store.MeetingJoin, At: morning}),
			tx.AddNotice(store.Notice{ID: "n", To: mash, Record: r.ID, At: morning}),
			tx.MarkNoticeRead("n", w.ID, morning),
			tx.SetMeta("k", "123"),
			fillDied(tx, r.ID, p.ID, q.ID),
			fillSources(tx, r.ID),
			fillBulletin(tx, w.ID),
			fillRetention(tx, r.ID, p.ID),
			fillTexts(tx, w.ID),
			fillTools(tx, r.ID, w.ID),
			tx.PutLinkCheck(store.LinkCheck{URL: "https://example.org/", Answers: true, Said: "It answers.", At: morning}),
		)
	})
}

func fillDied(tx *store.Tx, rec, dead, who string) error {
	_, err := tx.AskDied(store.DiedQuestion{ID: "dq", Dead: dead, Person: who, At: morning})
	return errors.Join(err,
		tx.AnswerDied(store.DiedAnswer{ID: "da", Question: "dq", Same: true, Why: "x", Joined: "sa", By: "worker:w", At: morning, Record: rec}),
		tx.HoldMessage(store.HeldMessage{ID: "hm", Record: rec, Kind: store.HeldMail, Body: "sealed", By: "worker:w", At: morning}),
		tx.EndHold("hm", "kept", "worker:w", morning),
	)
}

func fillSources(tx *store.Tx, rec string) error {
	_, err := tx.ReadAsSource("n", []access.Principal{mash}, morning)
	return errors.Join(err,
		tx.AddSource(rec, "lookup", "sealed"),
		tx.AddRedaction(store.Redaction{ID: "rd", Record: rec, Source: rec, Decision: "bring", By: "worker:w", At: morning}),
	)
}

func fillRetention(tx *store.Tx, rec, who string) error {
	day := calendar.NewDate(2032, 3, 17)
	return errors.Join(
		tx.PutRetention(store.Retention{Record: rec, Ruled: true, Rule: "Work with a child", Until: day, Longer: day, State: store.RetentionDue, WorkedAt: morning, DueAt: morning}),
		tx.AddRetentionAct(store.RetentionAct{ID: "ra", Record: rec, Act: store.KeptLonger, By: "worker:w", Until: day, At: morning}),
		tx.AddHold(store.Hold{ID: "lh", Kind: store.HoldPerson, Person: who, By: "worker:w", At: morning}),
		tx.AddHold(store.Hold{ID: "lh2", Kind: store.HoldRecord, Record: rec, By: "worker:w", At: morning}),
		tx.LiftHold("lh2", "worker:x", "sealed", morning),
		tx.AddDestruction(store.Destruction{ID: "ds", Record: "gone", Reference: "TH-0", BegunAt: morning, ClosedAt: morning, Keep: day, ProposedBy: "worker:w", ProposedAt: morning, ApprovedBy: "worker:x", ApprovedAt: morning}),
		tx.EndDestruction("ds", store.DestructionDone, "system", "", map[string]int64{"record": 1}, morning),
	)
}

func fillTexts(tx *store.Tx, worker string) error {
	_, err := tx.LockTexts()
	hash, err2 := tx.AddTextContent([]byte("# Words"))
	err3 := tx.AddTextChange(store.TextChange{ID: "tc", Kind: "write", Name: "guidance/pages/about/x.md", Content: hash, Author: worker, Why: "New.", At: morning})
	_, err4 := tx.AddTextAct(store.TextAct{Change: "tc", Act: "published", Actor: worker, From: morning, At: morning})
	err5 := tx.PutTextDraft(store.TextDraft{Worker: worker, Name: "guidance/pages/about/x.md", Content: "more", Base: "tc", At: morning, Version: 1})
	return errors.Join(err, err2, err3, err4, err5)
}

func fillTools(tx *store.Tx, rec, worker string) error {
	on := calendar.NewDate(2026, 12, 1)
	_, err := tx.AddToolEdition(store.ToolEdition{ID: "te", Tool: "gcp2", Edition: "1", Title: "T", Holder: "H", Body: "{}", SHA256: "s", From: on, At: morning, Author: "system"})
	err2 := tx.AddToolLicence(store.ToolLicence{ID: "tl", Tool: "gcp2", Holder: "H", Number: "1", Until: on, Accountable: worker, After: "read", At: morning, Author: "system"})
	_, err3 := tx.TellTool("tl", "60 days", morning)
	err4 := tx.AddRecordTool(store.RecordTool{Record: rec, Group: "scores", Tool: "gcp2", Edition: "te", Began: morning})
	err5 := tx.AddCourseAttended(store.CourseAttended{ID: "ca", Worker: worker, Course: "C", Session: "S", On: on, Trainer: "T", At: morning, Author: "system"})
	_, err6 := tx.UndoCourseAttended("ca", "Mistake.", "system", morning)
	_, err7 := tx.TellCourse(worker, "gcp2", on, "60 days", morning)
	return errors.Join(err, err2, err3, err4, err5, err6, err7)
}

func fillBulletin(tx *store.Tx, worker string) error {
	both := store.Choices{Audiences: []string{"parents"}, Topics: []string{"news"}}
	_, err := tx.AddNewsletterAsk(store.NewsletterAsk{ID: "na", EmailKey: "k", TokenHash: "h", Choices: both, AskedAt: morning, Until: morning}, 3)
	_, err2 := tx.AddRelease(store.Release{ID: "2026-12", Kind: "edition", Changes: []store.ReleaseChange{{What: "x"}}, From: calendar.NewDate(2026, 12, 1), At: morning})
	return errors.Join(
		err, err2,
		tx.PutSubscriber(store.Subscriber{ID: "ns", EmailKey: "k", LeaveHash: "l", Choices: both, ConfirmedAt: morning, ChangedAt: morning}),
		tx.PutIssue(store.NewsletterIssue{ID: "ni", Number: 1, Picks: []store.Pick{{Key: "k"}}, Choices: both, Revision: 1, MadeAt: morning, ChangedAt: morning, SentAt: morning, DroppedAt: morning}),
		tx.AddDelivery("ni", "ns", 1),
		tx.AddSuggestion(store.Suggestion{ID: "sg", Reference: "SG-1", TokenHash: "t", State: "new", Due: calendar.NewDate(2026, 12, 1), MadeAt: morning, ChangedAt: morning}),
		tx.AddSuggestionStep(store.SuggestionStep{Suggestion: "sg", Seq: 1, At: morning, Author: "worker:" + worker, State: "group", Due: calendar.NewDate(2026, 12, 1)}, ""),
		tx.LockRelease("2026-12"),
		tx.AddReleaseStep(store.ReleaseStep{Release: "2026-12", Agency: "police", At: morning, Act: store.ReleaseConfirmed, Worker: worker, Teams: []string{"t"}}),
		tx.AddNomination(store.Nomination{ID: "nn", Agency: "police", Place: store.PlaceNominated, Worker: worker, From: morning}),
		tx.EndNomination("police", store.PlaceNominated, morning, worker),
	)
}

var isoDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// SQLite keeps whatever it is given, whatever a column was declared as; so the
// values themselves are looked at. The names of columns say which text is an
// instant and which a date.
func TestEveryValueHasTheTypeOfItsColumn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fillAll(t, db)
		tables := read(t, db, (*store.Tx).Tables)
		for _, table := range tables {
			if table == "job" || table == "migration" { // tested where they are written
				continue
			}
			kinds := read(t, db, func(tx *store.Tx) (map[string]string, error) { return tx.ColumnKinds(table) })
			if len(list(t, db, `select 'x' from `+table)) == 0 {
				t.Errorf("%s has no row: fill it, so that its types are looked at", table)
			}
			for column, kind := range kinds {
				if db.Engine() == "sqlite" {
					want := map[string]string{"text": "text", "jsonb": "text", "bigint": "integer", "boolean": "integer", "bytea": "blob"}[kind]
					for _, got := range list(t, db, `select distinct typeof(`+column+`) from `+table+` where `+column+` is not null`) {
						if got != want {
							t.Errorf("%s.%s is %s and holds %s", table, column, kind, got)
						}
					}
				}
				if kind != "text" && kind != "jsonb" {
					continue
				}
				for _, v := range list(t, db, `select cast(`+column+` as text) from `+table+` where `+column+` is not null`) {
					if problem := wrongText(column, kind, v); problem != "" {
						t.Errorf("%s.%s: %s", table, column, problem)
					}
				}
			}
		}
	})
}

func wrongText(column, kind, v string) string {
	switch {
	case kind == "jsonb":
		if !json.Valid([]byte(v)) || !strings.ContainsAny(v[:1], "{[") {
			return fmt.Sprintf("%q is no document", v)
		}
	case strings.HasSuffix(column, "_at") || column == "review_by" || column == "next_due":
		if at, err := store.ParseInstant(v); err != nil || at.Before(morning.AddDate(0, 0, -7)) {
			return fmt.Sprintf("%q is no instant", v)
		}
	case strings.HasSuffix(column, "_date") || column == "date" || column == "died":
		if !isoDate.MatchString(v) {
			return fmt.Sprintf("%q is no date", v)
		}
	}
	return ""
}

func TestTheAppendOnlyTables(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fillAll(t, db)
		query := `select tbl_name from sqlite_schema where type = 'trigger' and name like '%\_no\_update' escape '\' order by 1`
		if db.Engine() == "postgres" {
			query = `select distinct c.relname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname like '%\_append\_only' order by 1`
		}
		tables := list(t, db, query)
		for _, needed := range []string{"revision", "entry", "message", "audit", "document", "letter_check", "copy_given", "meeting_invite", "meeting_together", "died_question", "died_answer", "held_message", "held_end", "pathway_text", "retention_act", "destruction", "destruction_end"} {
			if !slices.Contains(tables, needed) {
				t.Errorf("%s can be changed", needed)
			}
		}
		for _, table := range tables {
			kinds := read(t, db, func(tx *store.Tx) (map[string]string, error) { return tx.ColumnKinds(table) })
			for column := range kinds {
				for _, query := range []string{"update " + table + " set " + column + " = " + column, "delete from " + table} {
					wants(t, writeErr(db, func(tx *store.Tx) error { _, err := tx.Exec(query); return err }), store.ErrAppendOnly)
				}
				break
			}
		}
	})
}

func TestABackupHoldsEveryTable(t *testing.T) {
	t.Parallel()
	storetest.EachUnmigrated(t, func(t *testing.T, target *store.DB) {
		db := storetest.Open(t)
		fillAll(t, db)
		parent := created(t, db, "TH-3")
		created(t, db, "TH-4", func(r *record.Record) { r.Parent = parent.ID })
		file := filepath.Join(t.TempDir(), "backup")
		if _, err := db.Backup(t.Context(), file, storetest.Key, morning); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Restore(t.Context(), file, storetest.Key, target, morning); err != nil {
			t.Fatal(err)
		}
		for _, table := range read(t, db, (*store.Tx).Tables) {
			if table == "migration" {
				continue
			}
			count := `select cast(count(*) as text) from ` + table
			same(t, list(t, target, count), list(t, db, count))
		}
		if rep := verify(t, target); !rep.OK() || rep.Size == 0 {
			t.Errorf("the log does not hold after the restore: %+v", rep)
		}
		wants(t, writeErr(target, func(tx *store.Tx) error { _, err := tx.Exec(`delete from revision`); return err }), store.ErrAppendOnly)
	})
}
