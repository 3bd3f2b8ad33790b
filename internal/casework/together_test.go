package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

var togetherText = strings.Replace(gatherText, "    invite: [arrange, invite]\n", "    invite: [arrange, invite]\n    together: [arrange, call_off, attend, reply]\n", 1)

// siblings are records of two children who were on one record before.
func siblings(t *testing.T, test func(t *testing.T, o office, ann, ben record.Record)) {
	t.Helper()
	gatheringOf(t, togetherText, func(t *testing.T, o office, rec record.Record) {
		begin := func(name string) record.Record {
			kid, err := o.Begin(t.Context(), o.by("social_worker"), "gather", casework.Beginning{Authority: "thurrock", Step: "begin", Parent: rec.ID, Answers: answer.Set{
				"children": answer.List(name), answer.RowKey("children", name, "given_names"): answer.Text(name), answer.RowKey("children", name, "family_name"): answer.Text("Quillfeather"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			return kid
		}
		test(t, o, begin("ann"), begin("ben"))
	})
}

// named invites someone by name.
func (o office) named(rec, name string, row answer.Set) string {
	o.t.Helper()
	row["who"] = answer.Text(name)
	return o.add("social_worker", rec, row)
}

// One meeting about two: whoever is on both lists is asked once, its time and its
// end are those of both, who came is noted once, what is decided is not.
func TestOneMeetingAboutTwo(t *testing.T) {
	siblings(t, func(t *testing.T, o office, ann, ben record.Record) {
		ctx, by := t.Context(), o.by("social_worker")
		school := o.workerNamed("school_lead", "school_lead")
		both := o.named(ann.ID, "Sol School", answer.Set{"worker": answer.Text(school.ID)})
		bothBen := o.named(ben.ID, "Sol of the school", answer.Set{"worker": answer.Text(school.ID)})
		o.named(ann.ID, "Gil Practice", answer.Set{"email": answer.Text("gp@surgery.example")})
		gpBen := o.named(ben.ID, "The practice", answer.Set{"email": answer.Text("GP@surgery.example")})
		mum, mumBen := o.named(ann.ID, "Jo Quillfeather", answer.Set{}), o.named(ben.ID, "Jo Quillfeather", answer.Set{})
		only := o.named(ben.ID, "Nell Nursery", answer.Set{"email": answer.Text("nell@nursery.example")})
		o.arrange(ann.ID, "2026-03-27T10:00")
		o.arrange(ben.ID, "2026-03-26T14:00")
		o.mails()

		if kin, err := o.Kin(ctx, by, o.open(by, ann.ID), "talk"); err != nil || len(kin) != 1 || kin[0].Record.ID != ben.ID {
			t.Fatalf("kin: %v %v", kin, err)
		}
		if err := o.MeetTogether(ctx, by, ann.ID, "talk", []string{ben.ID}); err != nil {
			t.Fatal(err)
		}
		o.wants("joined", o.mails(), "school_lead@example.org cancel 1 2026-03-26T14:00Z", "GP@surgery.example cancel 1 2026-03-26T14:00Z", "nell@nursery.example request 1 2026-03-27T10:00Z")
		o.arrange(ben.ID, "2026-03-30T10:00")
		o.wants("moved from the other", o.mails(), "school_lead@example.org request 1 2026-03-30T09:00Z", "gp@surgery.example request 1 2026-03-30T09:00Z", "nell@nursery.example request 2 2026-03-30T09:00Z")
		if v := o.open(by, ann.ID); v.Answers.Text("meet_at") != "2026-03-30T10:00" {
			t.Errorf("at %s", v.Answers.Text("meet_at"))
		}
		if mine, err := o.MyMeetings(ctx, o.by("school_lead")); err != nil || len(mine) != 1 || len(mine[0].With) != 1 || mine[0].With[0].ID != ben.ID {
			t.Errorf("mine: %+v %v", mine, err)
		}

		// Each says once whether they come.
		o.take("school_lead", ann.ID, "reply/"+both, answer.Set{answer.RowKey("invited", both, "reply"): answer.Text("coming")})
		if v := o.open(by, ben.ID); v.Answers.Text(answer.RowKey("invited", bothBen, "reply")) != "coming" {
			t.Error("the answer is not on the other list")
		}

		// Who came, on one page: those on both lists once.
		manager := o.by("social_care_manager")
		v := o.open(manager, ann.ID)
		also, rows, err := o.Also(ctx, manager, v, "attend")
		if err != nil || len(also) != 1 || also[0].Record.ID != ben.ID || !slices.Equal(rows[0], []string{only}) {
			t.Fatalf("also: %v %v %v", also, rows, err)
		}
		came := answer.Set{}
		for _, row := range v.Answers.Rows("invited") {
			came[answer.RowKey("invited", row, "came")] = answer.Text("came")
		}
		came[answer.RowKey("invited", mum, "came")] = answer.Text("sorry")
		if _, err := o.TakeStep(ctx, manager, ann.ID, "attend", 0, came); err == nil {
			t.Error("nobody said whether the one who is on the other list alone came")
		}
		nell := answer.RowKey("invited", only, "came")
		if _, err := o.TakeStepWith(ctx, manager, ann.ID, "attend", 0, came, map[string]answer.Set{ben.ID: {nell: answer.Text("sorry"), "words": answer.Text("No.")}}); err != nil {
			t.Fatalf("%v %s", err, fault.SafeText(err))
		}
		v = o.open(manager, ben.ID)
		for row, want := range map[string]string{bothBen: "came", gpBen: "came", mumBen: "sorry", only: "sorry"} {
			if got := v.Answers.Text(answer.RowKey("invited", row, "came")); got != want {
				t.Errorf("%s of the other list: %q", row, got)
			}
		}
		if v.Answers.Text("words") != "" {
			t.Error("something else was written")
		}

		// What is decided is decided for one; the other is still to be held.
		o.now = o.now.Add(14 * 24 * time.Hour)
		o.take("social_care_manager", ann.ID, "hold", answer.Set{"held_words": answer.Text("Ann is safe.")})
		by = o.by("social_worker")
		list, err := o.MeetingsOf(ctx, by, o.open(by, ann.ID))
		if err != nil || len(list) != 1 || len(list[0].With) != 1 || !list[0].With[0].Going || list[0].Open {
			t.Fatalf("%+v %v", list, err)
		}
		if v := o.open(by, ben.ID); v.Answers.Text("held_words") != "" {
			t.Error("decided for both")
		}
		o.take("social_care_manager", ben.ID, "hold", answer.Set{"held_words": answer.Text("Ben is not.")})

		// The next is of both again; calling it off too.
		o.mails()
		o.arrange(ann.ID, "2026-04-20T10:00")
		o.wants("the next", o.mails(), "school_lead@example.org request 0 2026-04-20T09:00Z", "gp@surgery.example request 0 2026-04-20T09:00Z", "nell@nursery.example request 0 2026-04-20T09:00Z")
		o.take("social_care_manager", ben.ID, "call_off", nil)
		o.wants("called off from the other", o.mails(), "school_lead@example.org cancel 1 2026-04-20T09:00Z", "gp@surgery.example cancel 1 2026-04-20T09:00Z", "nell@nursery.example cancel 1 2026-04-20T09:00Z")

		// By itself again: each has its own invitations.
		o.arrange(ann.ID, "2026-04-21T10:00")
		o.mails()
		if err := o.MeetApart(ctx, by, ben.ID, "talk"); err != nil {
			t.Fatal(err)
		}
		o.wants("apart", o.mails(), "school_lead@example.org request 0 2026-04-21T09:00Z", "GP@surgery.example request 0 2026-04-21T09:00Z")
		o.arrange(ann.ID, "2026-04-22T10:00")
		o.wants("alone", o.mails(), "school_lead@example.org request 1 2026-04-22T09:00Z", "gp@surgery.example request 1 2026-04-22T09:00Z")
		if _, diffs, err := o.Verify(ctx, "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
		for _, id := range []string{ann.ID, ben.ID} {
			events, _, err := o.WhoLooked(ctx, by, id, 200)
			if err != nil || !slices.ContainsFunc(events, func(e audit.Event) bool { return e.Act == "meet-together" }) {
				t.Errorf("the log of %s does not tell that its meeting is about two: %v", id, err)
			}
		}
	})
}

// Whoever may not act on all of them cannot move the meeting of one, and is told of
// no record that is kept from them; the letters of one child go to those on its list.
func TestMeetingAboutTwoKeepsEachApart(t *testing.T) {
	siblings(t, func(t *testing.T, o office, ann, ben record.Record) {
		ctx, by := t.Context(), o.by("social_worker")
		school := o.workerNamed("school_lead", "school_lead")
		other := o.workerNamed("social_worker#2", "social_worker")
		o.named(ann.ID, "Sol School", answer.Set{"worker": answer.Text(school.ID)})
		o.named(ann.ID, "Other Worker", answer.Set{"worker": answer.Text(other.ID)})
		if err := o.MeetTogether(ctx, o.by("school_lead"), ann.ID, "talk", []string{ben.ID}); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.NotFound {
			t.Errorf("someone who holds no meetings: %v", err)
		}
		if err := o.MeetTogether(ctx, by, ann.ID, "talk", []string{ann.ID}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("itself: %v", err)
		}
		if err := o.MeetTogether(ctx, by, ann.ID, "talk", []string{ben.ID}); err != nil {
			t.Fatal(err)
		}
		if err := o.MeetTogether(ctx, by, ben.ID, "talk", []string{ann.ID}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("twice: %v", err)
		}
		// Sol is on Ann's list alone: asked by hers, and sees nothing of Ben.
		o.arrange(ann.ID, "2026-03-27T10:00")
		mine, err := o.MyMeetings(ctx, o.by("school_lead"))
		if err != nil || len(mine) != 1 || mine[0].Record.ID != ann.ID || len(mine[0].With) != 0 {
			t.Errorf("%+v %v", mine, err)
		}
		sol := o.by("school_lead")
		list, err := o.MeetingsOf(ctx, sol, o.open(sol, ann.ID))
		if err != nil || len(list[0].With) != 1 || list[0].With[0].May || list[0].With[0].Chronology != nil {
			t.Errorf("sees %+v %v", list, err)
		}
		// A worker who acts on Ann's record and not on Ben's.
		second := o.by("social_worker#2")
		second.Viewer = access.WorkerViewer(other, &o.Place.Register, o.now)
		second.Principal = access.ToWorker(other.ID)
		_, err = o.TakeStep(ctx, second, ann.ID, "arrange", 0, answer.Set{"meet_at": answer.Text("2026-03-28T10:00"), "meet_place": answer.Text("x")})
		if fault.KindOf(err) != fault.Forbidden || strings.Contains(fault.SafeText(err), ben.Reference) {
			t.Errorf("moved by one who may not act on both: %v %s", err, fault.SafeText(err))
		}
		if v := o.open(by, ann.ID); v.Answers.Text("meet_at") != "2026-03-27T10:00" {
			t.Error("half moved")
		}
		if err := o.MeetApart(ctx, second, ann.ID, "talk"); err != nil {
			t.Errorf("to have it by itself: %v", err)
		}
		if _, err := o.TakeStep(ctx, second, ann.ID, "arrange", 0, answer.Set{"meet_at": answer.Text("2026-03-28T10:00"), "meet_place": answer.Text("x")}); err != nil {
			t.Errorf("by itself: %v", err)
		}
		if v := o.open(by, ben.ID); v.Answers.Text("meet_at") != "2026-03-27T10:00" {
			t.Error("the other moved too")
		}
	})
}

// A record that ends leaves the meeting to the others.
func TestOneOfTwoEnds(t *testing.T) {
	siblings(t, func(t *testing.T, o office, ann, ben record.Record) {
		by := o.by("social_worker")
		o.named(ann.ID, "Gil", answer.Set{"email": answer.Text("gp@surgery.example")})
		o.named(ben.ID, "Gil", answer.Set{"email": answer.Text("gp@surgery.example")})
		o.named(ann.ID, "Ada", answer.Set{"email": answer.Text("ada@a.example")})
		if err := o.MeetTogether(t.Context(), by, ann.ID, "talk", []string{ben.ID}); err != nil {
			t.Fatal(err)
		}
		o.arrange(ann.ID, "2026-03-27T10:00")
		o.mails()
		o.take("social_care_manager", ann.ID, "shut", nil)
		o.wants("one ends", o.mails(), "ada@a.example cancel 1 2026-03-27T10:00Z")
		o.arrange(ben.ID, "2026-03-27T11:00")
		o.wants("moved by the other", o.mails(), "gp@surgery.example request 1 2026-03-27T11:00Z")
		if err := o.DB.Read(t.Context(), func(tx *store.Tx) error {
			sent, err := tx.MeetingInvites(ben.ID)
			if err == nil && (len(sent) != 1 || sent[0].Sequence != 1) {
				t.Errorf("%+v", sent)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
