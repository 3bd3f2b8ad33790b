package casework_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// Work with a rule by outcome, restricted work with another, and work with none.
const filedText = `
pathway: filed
version: 1
title: Filed work
owner: testers
reference: "{authority}"
law:
  l: { kind: local_procedure, text: x, source: Our schedule, checked: "2026-03-01" }
settings:
  grown: { text: x, default: 25 years, source: x }
  short: { text: x, default: 6 months, source: x }
retention:
  - { if: 'known(q.outcome) && q.outcome == "harm"', words: Harm was found., law: l, keep: [{ for: setting.grown, from: born }] }
  - { words: Nothing was found., law: l, keep: [{ for: setting.short, from: closed }] }
groups:
  - id: children
    item: child
    title: Children
    name: [given_names]
    person: { role: child, given_names: given_names, family_name: family_name, born: born }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: family_name, type: text, label: Last name }
      - { id: born, type: date, label: Date of birth, not_known: true }
      - { id: secret_words, type: textarea, label: Words, sealed: true, sealed_to: [social_worker] }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants:
      - { key: a, to: author, may: [view, act], why: They began it. }
      - { key: m, to: "role:social_care_manager", may: [view, act], why: They look after it. }
  - id: shut
    label: Shut
    from: open
    to: shut
    by: [author]
    ask:
      - { id: outcome, type: radios, codes: outcomes, label: Outcome }
  - { id: reopen, label: Open again, from: shut, to: open, by: [author] }
roles:
  children: children
`

var filedFolder = map[string]string{
	"filed/pathway.yaml":       filedText,
	"filed/codes/outcomes.csv": "code,label,hint\nharm,Harm,\nnothing,Nothing,\n",
	"apart/pathway.yaml":       strings.NewReplacer("pathway: filed", "pathway: apart", "reference:", "restricted: [lado]\nreference:", "role:social_care_manager", "role:lado").Replace(filedText),
	"apart/codes/outcomes.csv": "code,label,hint\nharm,Harm,\nnothing,Nothing,\n",
	"unruled/pathway.yaml": func() string {
		before, after, _ := strings.Cut(strings.Replace(filedText, "pathway: filed", "pathway: unruled", 1), "retention:\n")
		_, after, _ = strings.Cut(after, "groups:\n")
		return before + "groups:\n" + after
	}(),
	"unruled/codes/outcomes.csv": "code,label,hint\nharm,Harm,\nnothing,Nothing,\n",
}

// archive is a desk whose records are of those pathways.
func archive(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	made(t, filedFolder, test)
}

// file makes a record of a pathway about one child and closes it.
func (o office) file(name, outcome, born string) record.Record {
	o.t.Helper()
	by := o.by("social_worker")
	given := answer.Set{
		"children": answer.List("r1"), "children/r1/given_names": answer.Text("Archie"), "children/r1/family_name": answer.Text("Sample"),
		"children/r1/secret_words": answer.Text("Nobody must know"),
	}
	if born != "" {
		given["children/r1/born"] = answer.Text(born)
	}
	rec, err := o.Begin(o.t.Context(), by, name, casework.Beginning{Authority: "thurrock", Step: "begin", Answers: given})
	if err != nil {
		o.t.Fatal(err)
	}
	if outcome == "" {
		return rec
	}
	return o.shut(rec, outcome)
}

func (o office) shut(rec record.Record, outcome string) record.Record {
	o.t.Helper()
	rec, err := o.TakeStep(o.t.Context(), o.by("social_worker"), rec.ID, "shut", rec.Revision, answer.Set{"outcome": answer.Text(outcome)})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

// over is so much later that what was closed at the start has been kept for long
// enough, with the reviews asked for.
func (o office) over() office {
	o.t.Helper()
	o = o.later(200 * 24 * time.Hour)
	if _, err := o.RunRetention(o.t.Context(), o.now); err != nil {
		o.t.Fatal(err)
	}
	return o
}

func (o office) kept(rec record.Record) *casework.RetentionCase {
	o.t.Helper()
	c, err := o.RetentionOf(o.t.Context(), o.by("records_officer"), rec.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// agreed is a record whose destruction two people have decided.
func (o office) agreed(rec record.Record) {
	o.t.Helper()
	o.must(o.ProposeDestruction(o.t.Context(), o.by("records_officer"), rec.ID, why))
	o.must(o.ApproveDestruction(o.t.Context(), o.by("records_manager"), rec.ID, why))
}

func (o office) destroy() []casework.Destroyed {
	o.t.Helper()
	out, err := o.Destroy(o.t.Context(), o.now, nil)
	o.must(err)
	return out
}

func (o office) verified() []casework.Difference {
	o.t.Helper()
	_, diff, err := o.Verify(o.t.Context(), "", nil)
	o.must(err)
	return diff
}

const why = "Its time is over and nothing speaks for keeping it."

func TestKeptUntilByOutcome(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		harm, nothing, unborn := o.file("filed", "harm", "2016-02-29"), o.file("filed", "nothing", ""), o.file("filed", "harm", "")
		open, unruled := o.file("filed", "", ""), o.file("unruled", "nothing", "")
		if k := o.kept(harm).Kept; k.Until.String() != "2041-03-01" || k.Rule != "Harm was found." || !strings.Contains(k.Sum, "29 February 2016") || k.Source != "Our schedule" || !k.Unconfirmed {
			t.Errorf("%+v", k)
		}
		if k := o.kept(nothing).Kept; k.Until.String() != "2026-09-17" || k.State != store.RetentionKept {
			t.Errorf("%+v", k)
		}
		if k := o.kept(open).Kept; k.Record != "" {
			t.Errorf("an open record is kept until %+v", k)
		}
		// Without a date nothing is ever due, and nothing can be proposed.
		o = o.over()
		for rec, said := range map[string]string{unborn.ID: "Nobody can say", unruled.ID: "no rule of its own", open.ID: "It is open", harm.ID: "must be kept up to and including"} {
			c, err := o.RetentionOf(t.Context(), o.by("records_officer"), rec)
			o.must(err)
			if c.MayPropose || len(c.Why) == 0 || !strings.Contains(c.Why[0], said) {
				t.Errorf("%s: %+v", said, c.Why)
			}
			kind(t, o.ProposeDestruction(t.Context(), o.by("records_officer"), rec, why), fault.Conflict)
		}
		if c := o.kept(nothing); c.Kept.State != store.RetentionDue || !c.MayPropose || c.Leave != 1 || c.Holding["revision"] != 2 {
			t.Errorf("%+v", c)
		}
		if n, err := o.Notices(t.Context(), o.by("records_manager"), 9); err != nil || len(n) != 1 || n[0].Record != "" {
			t.Errorf("told: %+v %v", n, err)
		}
		// Opened again it is kept, and worked out anew when it closes.
		worker := o.by("social_worker")
		rec, err := o.TakeStep(t.Context(), worker, nothing.ID, "reopen", 2, answer.Set{})
		o.must(err)
		if k := o.kept(rec).Kept; k.Record != "" {
			t.Errorf("opened again: %+v", k)
		}
		o.shut(rec, "harm")
		if k := o.kept(rec).Kept; !k.Until.IsZero() || !strings.Contains(k.Sum, "“Date of birth” is not known") {
			t.Errorf("closed with another outcome: %+v", k)
		}
		// Somebody decides; then its time can be over, but not for a pathway without a rule.
		day := calendar.DateOf(o.now).AddDays(10)
		o.must(o.KeepLonger(t.Context(), o.by("records_officer"), unborn.ID, day, "The baby was never named to us."))
		kind(t, o.KeepLonger(t.Context(), o.by("records_officer"), unborn.ID, day, "Once more until the same day."), fault.Invalid)
		o.must(o.KeepLonger(t.Context(), o.by("records_officer"), unruled.ID, day, "Somebody should look at it again."))
		o = o.later(11 * 24 * time.Hour)
		if n, err := o.RunRetention(t.Context(), o.now); err != nil || n != 1 {
			t.Errorf("%d reviews, %v", n, err)
		}
		if c := o.kept(unborn); !c.MayPropose || len(c.Acts) != 1 || c.Acts[0].Why != "The baby was never named to us." {
			t.Errorf("%+v", c)
		}
		if diff := o.verified(); len(diff) > 0 {
			t.Errorf("%+v", diff)
		}
	})
}

func TestDestructionByTwoPeople(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		rec := o.file("filed", "nothing", "2016-05-04")
		other := o.file("filed", "nothing", "")
		worker := o.by("social_worker")
		content := []byte(strings.Repeat("x", 100_000))
		_, err := o.AddFile(t.Context(), worker, "", rec.ID, "plan.txt", content, false)
		o.must(err)
		o.must(o.AddEntry(t.Context(), worker, record.Entry{Record: rec.ID, Kind: "note", HappenedAt: o.now, Text: "Spoke to Archie"}, ""))
		o = o.over()
		officer, manager := o.by("records_officer"), o.by("records_manager")
		kind(t, o.ProposeDestruction(t.Context(), o.by("social_care_manager"), rec.ID, why), fault.NotFound)
		kind(t, o.ProposeDestruction(t.Context(), officer, rec.ID, "short"), fault.Invalid)
		o.must(o.ProposeDestruction(t.Context(), officer, rec.ID, why))
		kind(t, o.ApproveDestruction(t.Context(), officer, rec.ID, why), fault.Forbidden)

		// A hold in between stops it. Another person lifts it.
		o.must(o.HoldRecord(t.Context(), manager, rec.ID, "A court has asked for these papers.", true))
		kind(t, o.ApproveDestruction(t.Context(), manager, rec.ID, why), fault.Conflict)
		holds, err := o.Holds(t.Context(), officer)
		o.must(err)
		if len(holds) != 2 {
			t.Fatalf("%d holds, want one on the record and one on the child", len(holds))
		}
		for _, h := range holds {
			kind(t, o.LiftHold(t.Context(), manager, h.ID, why), fault.Forbidden)
			o.must(o.LiftHold(t.Context(), officer, h.ID, "The court has finished with them."))
			kind(t, o.LiftHold(t.Context(), officer, h.ID, why), fault.Conflict)
		}

		// Two approve at once: one of them does.
		third := o.by("records_manager#2")
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, by := range []casework.By{manager, third} {
			wg.Go(func() { errs[i] = o.ApproveDestruction(context.WithoutCancel(t.Context()), by, rec.ID, why) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("two approvers: %v, %v", errs[0], errs[1])
		}
		// Nothing has gone yet, and everyone who could see it still can.
		o.open(worker, rec.ID)
		if _, err := o.Stub(t.Context(), worker, rec.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("stub: %v", err)
		}

		done := o.destroy()
		if len(done) != 1 || done[0].Lapsed != "" || done[0].Rows["file_content"] != 1 || done[0].Rows["person"] != 1 {
			t.Fatalf("%+v", done)
		}
		if again := o.destroy(); len(again) != 0 {
			t.Errorf("again: %+v", again)
		}
		_, err = o.Open(t.Context(), worker, rec.ID)
		kind(t, err, fault.NotFound)
		o.open(worker, other.ID)
		s, err := o.Stub(t.Context(), o.by("social_care_manager"), rec.ID)
		if err != nil || s.Reference != rec.Reference || s.WhyProposed != why || s.Rule != "Nothing was found." || !strings.Contains(s.Proposer, "records_officer") {
			t.Errorf("stub %+v, %v", s, err)
		}
		for _, who := range []string{"mash_manager", "auditor", "referrer"} {
			_, err = o.Stub(t.Context(), o.by(who), rec.ID)
			kind(t, err, fault.NotFound)
		}
		if list, n, err := o.Stubs(t.Context(), officer, 10, 0); err != nil || n != 1 || len(list) != 1 {
			t.Errorf("stubs %d, %v", n, err)
		}
		if diff := o.verified(); len(diff) > 0 {
			t.Errorf("%+v", diff)
		}
		// Whoever looks after the log still sees who did what with it, and when.
		events, _, err := o.AuditTrail(t.Context(), o.by("auditor"), store.AuditQuery{Subject: rec.ID, Limit: 100})
		o.must(err)
		var acts []string
		for _, e := range events {
			acts = append(acts, e.Act)
		}
		for _, act := range []string{"revision", "propose-destruction", "legal-hold", "approve-destruction", "destroyed", "read-stub"} {
			if !slices.Contains(acts, act) {
				t.Errorf("the log does not say %s: %v", act, acts)
			}
		}
	})
}

func TestWhatChangesInBetweenStopsIt(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		entry, revised, late, linked, stopped := o.file("filed", "nothing", ""), o.file("filed", "nothing", ""), o.file("filed", "nothing", ""), o.file("filed", "nothing", ""), o.file("filed", "nothing", "")
		o = o.over()
		worker, officer, manager := o.by("social_worker"), o.by("records_officer"), o.by("records_manager")
		for _, rec := range []record.Record{entry, revised, linked} {
			o.must(o.ProposeDestruction(t.Context(), officer, rec.ID, why))
		}
		note := func(rec record.Record) {
			o.must(o.AddEntry(t.Context(), worker, record.Entry{Record: rec.ID, Kind: "note", HappenedAt: o.now, Text: "A call about it"}, ""))
		}
		note(entry)
		kind(t, o.ApproveDestruction(t.Context(), manager, entry.ID, why), fault.Conflict)
		if c := o.kept(entry); c.MayApprove || len(c.Why) != 1 || !strings.Contains(c.Why[0], "has changed since") {
			t.Errorf("%+v", c.Why)
		}
		_, err := o.Answer(t.Context(), worker, revised.ID, 2, answer.Set{"children/r1/family_name": answer.Text("Other")}, "Misspelt")
		o.must(err)
		kind(t, o.ApproveDestruction(t.Context(), manager, revised.ID, why), fault.Conflict)
		_, err = o.Begin(t.Context(), worker, "filed", casework.Beginning{Authority: "thurrock", Step: "begin", Parent: linked.ID, Answers: answer.Set{}})
		o.must(err)
		kind(t, o.ApproveDestruction(t.Context(), manager, linked.ID, why), fault.Conflict)

		// After the approval too, until the moment it is carried out.
		o.agreed(late)
		o.agreed(stopped)
		note(late)
		o.must(o.StopDestruction(t.Context(), worker2(o), stopped.ID, "Somebody asked for it after all."))
		done := o.destroy()
		if len(done) != 1 || !strings.Contains(done[0].Lapsed, "has changed since") {
			t.Fatalf("%+v", done)
		}
		for _, rec := range []record.Record{entry, revised, late, linked, stopped} {
			o.open(worker, rec.ID)
		}
		if c := o.kept(late); c.Kept.State != store.RetentionDue || !c.MayPropose || c.Destroys != nil {
			t.Errorf("%+v", c)
		}
		// Looked at again, it can go.
		o.agreed(late)
		o.agreed(stopped)
		if done := o.destroy(); len(done) != 2 || done[0].Lapsed+done[1].Lapsed != "" {
			t.Errorf("%+v", done)
		}
		if diff := o.verified(); len(diff) > 0 {
			t.Errorf("%+v", diff)
		}
	})
}

func worker2(o office) casework.By { return o.by("records_officer#2") }

// Who may decide, and about what.
func TestWhoDecidesOnKeeping(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		plain, apart := o.file("filed", "nothing", ""), o.file("apart", "nothing", "")
		o = o.over()
		officer, lado := o.by("records_officer"), o.by("lado")
		for _, x := range []struct {
			by   casework.By
			sees []string
		}{{officer, []string{plain.ID}}, {lado, []string{apart.ID}}} {
			list, err := o.Retentions(t.Context(), x.by, store.RetentionQuery{})
			o.must(err)
			var got []string
			for _, r := range list.Rows {
				got = append(got, r.Record)
			}
			if !slices.Equal(got, x.sees) {
				t.Errorf("they see %v, want %v", got, x.sees)
			}
		}
		_, err := o.RetentionOf(t.Context(), officer, apart.ID)
		kind(t, err, fault.NotFound)
		kind(t, o.HoldRecord(t.Context(), officer, apart.ID, why, false), fault.NotFound)
		kind(t, o.HoldAll(t.Context(), officer, "apart", "thurrock", why), fault.Forbidden)
		kind(t, o.HoldAll(t.Context(), officer, "filed", "", why), fault.Forbidden)
		_, err = o.Retentions(t.Context(), o.by("mash_manager"), store.RetentionQuery{})
		kind(t, err, fault.Forbidden)
		elsewhere := casework.ByWorker(caseworktest.Worker(t, o.Desk, "essex records", "records_officer", "essex", ""), &o.Place.Register, o.now)
		_, err = o.RetentionOf(t.Context(), elsewhere, plain.ID)
		kind(t, err, fault.NotFound)

		// One hold over everything of a kind, now and later.
		o.must(o.HoldAll(t.Context(), officer, "filed", "thurrock", "A national inquiry has begun."))
		later := o.file("filed", "nothing", "")
		for _, rec := range []record.Record{plain, later} {
			if c := o.kept(rec); len(c.Holds) != 1 || c.Holds[0].Why != "A national inquiry has begun." {
				t.Errorf("%+v", c.Holds)
			}
		}
		if list, err := o.Retentions(t.Context(), officer, store.RetentionQuery{Held: true}); err != nil || list.Total != 2 {
			t.Errorf("%d held, %v", list.Total, err)
		}
		kind(t, o.ProposeDestruction(t.Context(), officer, plain.ID, why), fault.Conflict)

		// Nobody decides about a record that may be about themselves, or that they are
		// kept away from.
		namesake := caseworktest.Worker(t, o.Desk, "Archie Sample", "lado", "thurrock", "")
		kind(t, o.ProposeDestruction(t.Context(), casework.ByWorker(namesake, &o.Place.Register, o.now), apart.ID, why), fault.Forbidden)
		o.must(o.DeclareConflict(t.Context(), lado, apart.ID, lado.Worker(), "A relative is in it"))
		_, err = o.RetentionOf(t.Context(), lado, apart.ID)
		kind(t, err, fault.NotFound)
		if list, err := o.Retentions(t.Context(), lado, store.RetentionQuery{}); err != nil || list.Total != 0 {
			t.Errorf("%d listed, %v", list.Total, err)
		}
	})
}

// It is cut off in the middle, wherever that is, and simply run again.
func TestDestructionIsCutOffAndRunAgain(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		rec := o.file("filed", "nothing", "")
		o = o.over()
		o.agreed(rec)
		for _, at := range []string{`delete from "person"`, `delete from "revision"`, `delete from "record"`, "insert into destruction_end"} {
			ctx, cut := context.WithCancel(t.Context())
			_, err := o.Destroy(store.Traced(ctx, func(statement string) {
				if strings.HasPrefix(statement, at) {
					cut()
				}
			}), o.now, nil)
			cut()
			if err == nil {
				t.Fatalf("not cut off at %s", at)
			}
			o.open(o.by("social_worker"), rec.ID)
			if diff := o.verified(); len(diff) > 0 {
				t.Fatalf("cut off at %s: %+v", at, diff)
			}
		}
		if done := o.destroy(); len(done) != 1 || done[0].Lapsed != "" {
			t.Fatalf("%+v", done)
		}
		if diff := o.verified(); len(diff) > 0 {
			t.Errorf("%+v", diff)
		}
	})
}

// A backup from before brings the record back. The list takes it away again, with
// nobody asked, and what is not on the list stays.
func TestARestoredBackupIsDestroyedAgain(t *testing.T) {
	t.Parallel()
	storetest.EachUnmigrated(t, func(t *testing.T, target *store.DB) {
		o := knows(t, caseworktest.Open(t), filedFolder)
		gone, stays := o.file("filed", "nothing", ""), o.file("filed", "nothing", "")
		o = o.over()
		file := filepath.Join(t.TempDir(), "backup")
		_, err := o.DB.Backup(t.Context(), file, storetest.Key, o.now)
		o.must(err)
		o.agreed(gone)
		o.destroy()
		list, err := o.DestroyedList(t.Context(), o.now)
		o.must(err)
		if strings.Contains(string(list), gone.Reference) {
			t.Error("the list can be read without the key")
		}

		_, err = store.Restore(t.Context(), file, storetest.Key, target, o.now)
		o.must(err)
		back := o
		back.Desk = &casework.Desk{DB: target, Place: o.Place, Pathways: o.Pathways, Sealer: o.Sealer}
		worker := o.by("social_worker")
		back.open(worker, gone.ID)
		if _, err := back.Destroy(t.Context(), o.now, []byte("x"+string(list))); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a list that was changed: %v", err)
		}
		for i, want := range []int{1, 0} {
			done, err := back.Destroy(t.Context(), o.now, list)
			if err != nil || len(done) != want {
				t.Fatalf("run %d: %+v, %v", i, done, err)
			}
		}
		_, err = back.Open(t.Context(), worker, gone.ID)
		kind(t, err, fault.NotFound)
		back.open(worker, stays.ID)
		if s, err := back.Stub(t.Context(), worker, gone.ID); err != nil || s.WhyApproved != why {
			t.Errorf("stub %+v, %v", s, err)
		}
		if diff := back.verified(); len(diff) > 0 {
			t.Errorf("%+v", diff)
		}
		again, err := back.DestroyedList(t.Context(), o.now)
		o.must(err)
		if done, err := o.Destroy(t.Context(), o.now, again); err != nil || len(done) != 0 {
			t.Errorf("carried on: %+v, %v", done, err)
		}
	})
}

// How long a record is kept is worked out beside the writer when a rule has changed.
// What somebody does to it meanwhile, such as opening it again, stands.
func TestChangedWhileTheRuleIsWorkedOut(t *testing.T) {
	archive(t, func(t *testing.T, o office) {
		rec, other := o.file("filed", "nothing", ""), o.file("filed", "nothing", "")
		for _, r := range []record.Record{rec, other} {
			old := o.kept(r).Kept
			old.Basis = "another rule"
			o.must(o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutRetention(old) }))
		}
		changed, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			done <- o.DB.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.LockRecord(rec.ID); err != nil {
					return err
				}
				err := tx.DropRetention(rec.ID)
				close(changed)
				<-release
				return err
			})
		}()
		<-changed
		go func() {
			_, err := o.RunRetention(t.Context(), o.now)
			done <- err
		}()
		time.Sleep(300 * time.Millisecond) // it has read what was so before, and waits
		close(release)
		o.must(<-done)
		o.must(<-done)
		o.must(o.DB.Read(t.Context(), func(tx *store.Tx) error {
			if got, err := tx.Retention(rec.ID); !errors.Is(err, store.ErrNone) {
				t.Errorf("what was done meanwhile was undone: %+v, %v", got, err)
			}
			got, err := tx.Retention(other.ID)
			if got.Basis == "another rule" {
				t.Errorf("nothing was worked out: %+v", got)
			}
			return err
		}))
	})
}
