package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/post"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// An invitation keeps its name in the calendar and raises its sequence with each
// change: a time across the night the clocks change, a place, being taken off,
// and being called off. The same twice sends nothing.
func TestMeetingSequence(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		school := o.workerNamed("school_lead", "school_lead")
		mine := o.add("social_worker", rec.ID, answer.Set{"worker": answer.Text(school.ID)})
		outside := o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("gp@surgery.example")})
		o.wants("before there is a day", o.mails())
		o.arrange(rec.ID, "2026-03-27T10:00")
		first := o.mails()
		o.wants("the day is set", first, "school_lead@example.org request 0 2026-03-27T10:00Z", "gp@surgery.example request 0 2026-03-27T10:00Z")
		for _, m := range first {
			inside := strings.HasPrefix(m.To, "school")
			if strings.Contains(m.Text, "/meetings") != inside || strings.Contains(m.Event.Where, "/meetings") != inside {
				t.Errorf("to %s: %s %s", m.To, m.Text, m.Event.Where)
			}
			if !strings.Contains(m.Text, "Friday 27 March 2026, 10:00 (about 2 hours)") {
				t.Errorf("when: %s", m.Text)
			}
		}
		o.arrange(rec.ID, "2026-03-27T10:00")
		o.wants("nothing changed", o.mails())

		// The clocks go forward on 29 March: ten o'clock is another instant.
		o.arrange(rec.ID, "2026-03-30T10:00")
		second := o.mails()
		o.wants("moved", second, "school_lead@example.org request 1 2026-03-30T09:00Z", "gp@surgery.example request 1 2026-03-30T09:00Z")
		for _, m := range second {
			if !slices.ContainsFunc(first, func(f post.Mail) bool { return f.To == m.To && f.Event.UID == m.Event.UID }) {
				t.Errorf("%s has another name for the same meeting", m.To)
			}
			if !strings.Contains(m.Text, "30 March 2026, 10:00") {
				t.Errorf("when: %s", m.Text)
			}
		}
		o.take("social_worker", rec.ID, "arrange", answer.Set{"meet_at": answer.Text("2026-03-30T10:00"), "meet_place": answer.Text("Elsewhere")})
		o.wants("another place", o.mails(), "school_lead@example.org request 2 2026-03-30T09:00Z", "gp@surgery.example request 2 2026-03-30T09:00Z")

		o.take("social_worker", rec.ID, "off_list/"+outside, answer.Set{answer.RowKey("invited", outside, "off_why"): answer.Text("x")})
		o.wants("taken off", o.mails(), "gp@surgery.example cancel 3 2026-03-30T09:00Z")
		o.take("social_care_manager", rec.ID, "call_off", nil)
		o.wants("called off", o.mails(), "school_lead@example.org cancel 3 2026-03-30T09:00Z")

		// Another begins under another name, and what was answered for the last is gone.
		o.take("school_lead", rec.ID, "reply/"+mine, answer.Set{answer.RowKey("invited", mine, "reply"): answer.Text("coming")})
		o.arrange(rec.ID, "2026-04-20T10:00")
		third := o.mails()
		o.wants("another", third, "school_lead@example.org request 0 2026-04-20T09:00Z")
		if slices.ContainsFunc(first, func(f post.Mail) bool { return f.Event.UID == third[0].Event.UID }) {
			t.Error("another meeting has the name of the first")
		}
		if v := o.open(o.by("social_worker"), rec.ID); !v.Answers[answer.RowKey("invited", mine, "reply")].Empty() {
			t.Error("an answer to the last meeting counts for the next")
		}
		// Held: nothing more goes, and the next steps bring nothing back.
		later := o.later(35 * 24 * time.Hour)
		later.take("social_care_manager", rec.ID, "hold", answer.Set{"held_words": answer.Text("x")})
		later.wants("held", later.mails())
		later.take("social_care_manager", rec.ID, "shut", nil)
		later.wants("shut", later.mails())
		if _, diffs, err := o.Verify(t.Context(), "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}

// Who is told changes with the record: another address, a chair, a worker who may
// not open it, a record that ends.
func TestWhoIsInvited(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		chair := o.workerNamed("conference_chair", "conference_chair")
		manager := o.workerNamed("social_care_manager#2", "social_care_manager")
		o.arrange(rec.ID, "2026-03-20T10:00")
		// A chair to whom the record was not given is not told of it.
		o.take("social_worker", rec.ID, "arrange", answer.Set{"meet_at": answer.Text("2026-03-20T10:00"), "meet_place": answer.Text("x"), "chair": answer.Text(chair.ID)})
		o.wants("kept from it", o.mails())
		o.take("social_worker", rec.ID, "arrange", answer.Set{"meet_at": answer.Text("2026-03-20T10:00"), "meet_place": answer.Text("x"), "chair": answer.Text(manager.ID)})
		o.wants("chair", o.mails(), manager.Email+" request 0 2026-03-20T10:00Z")
		// Named twice, told once.
		o.add("social_worker", rec.ID, answer.Set{"worker": answer.Text(manager.ID)})
		o.wants("twice", o.mails())
		row := o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("old@a.example")})
		o.wants("outside", o.mails(), "old@a.example request 0 2026-03-20T10:00Z")
		k := answer.RowKey("invited", row, "email")
		if _, err := o.Answer(t.Context(), o.by("social_worker"), rec.ID, 0, answer.Set{k: answer.Text("new@a.example")}, "It was wrong."); err != nil {
			t.Fatal(err)
		}
		o.wants("another address", o.mails(), "old@a.example cancel 1 2026-03-20T10:00Z", "new@a.example request 0 2026-03-20T10:00Z")
		o.take("social_care_manager", rec.ID, "shut", nil)
		o.wants("the record ends", o.mails(), "new@a.example cancel 1 2026-03-20T10:00Z", manager.Email+" cancel 1 2026-03-20T10:00Z")
	})
}

// Two who invite at the same moment send one invitation for each they invited.
func TestTwoInviteAtOnce(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		o.arrange(rec.ID, "2026-03-20T10:00")
		by := []casework.By{o.by("social_worker"), o.by("social_care_manager")}
		var wg sync.WaitGroup
		errs := make([]error, 10)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = o.TakeStep(t.Context(), by[i%2], rec.ID, "invite", 1, answer.Set{
					"invited/new/who": answer.Text("x"), "invited/new/kind": answer.Text("agency"), "invited/new/email": answer.Text(fmt.Sprintf("p%d@a.example", i)),
				})
			})
		}
		wg.Wait()
		var want []string
		for i, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("p%d@a.example request 0 2026-03-20T10:00Z", i))
		}
		o.wants("at once", o.mails(), want...)
	})
}

// Nothing goes to the family of a child who has died: neither an invitation, nor
// that it is off, nor a reminder. Others are told.
func TestMeetingAfterADeath(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		o.arrange(rec.ID, "2026-03-20T10:00")
		o.add("social_worker", rec.ID, answer.Set{"kind": answer.Text("family"), "email": answer.Text("mum@home.example"), "report_due": answer.Text("2026-03-18")})
		o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("gp@surgery.example")})
		o.wants("alive", o.mails(), "mum@home.example request 0 2026-03-20T10:00Z", "gp@surgery.example request 0 2026-03-20T10:00Z")
		if _, err := o.Answer(t.Context(), o.by("social_worker"), rec.ID, 0, answer.Set{"children/r1/died_on": answer.Text("2026-03-16")}, "x"); err != nil {
			t.Fatal(err)
		}
		o.take("social_care_manager", rec.ID, "call_off", nil)
		o.wants("died", o.mails(), "gp@surgery.example cancel 1 2026-03-20T10:00Z")
		o.arrange(rec.ID, "2026-03-25T10:00")
		o.wants("another", o.mails(), "gp@surgery.example request 0 2026-03-25T10:00Z")
		if _, err := o.TellClocks(t.Context(), o.now.AddDate(0, 0, 7)); err != nil {
			t.Fatal(err)
		}
		o.wants("reminded", o.mails())
	})
}

// A report that is late is told to the one asked and to the chair; what was agreed
// with somebody outside reminds them by a mail that says nothing.
func TestMeetingReminders(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		school := o.workerNamed("school_lead", "school_lead")
		o.arrange(rec.ID, "2026-03-27T10:00")
		mine := o.add("social_worker", rec.ID, answer.Set{"worker": answer.Text(school.ID), "report_due": answer.Text("2026-03-20")})
		o.take("social_care_manager", rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Visit Mrs Quillfeather"), "actions/new/action_email": answer.Text("gp@surgery.example"), "actions/new/action_due": answer.Text("2026-03-20")})
		o.mails()
		list, err := o.MyMeetings(t.Context(), o.by("school_lead"))
		if err != nil || len(list) != 1 || len(list[0].Answer) != 2 || list[0].ReportIn || list[0].ReportDue.String() != "2026-03-20" {
			t.Fatalf("mine: %+v %v", list, err)
		}
		late := o.later(7 * 24 * time.Hour)
		if _, err := o.TellClocks(t.Context(), late.now); err != nil {
			t.Fatal(err)
		}
		late.wants("late", late.mails(), "gp@surgery.example: Something you agreed to do is due")
		for _, who := range []string{"school_lead", "social_care_manager"} {
			told, err := o.Notices(t.Context(), late.by(who), 50)
			if err != nil || !slices.ContainsFunc(told, func(n store.Notice) bool { return n.Message == "clock_overdue" && n.Record == rec.ID }) {
				t.Errorf("%s was not told: %v %v", who, told, err)
			}
		}
		late.take("school_lead", rec.ID, "report/"+mine, answer.Set{answer.RowKey("invited", mine, "report_words"): answer.Text("He is tired.")})
		list, err = late.MyMeetings(t.Context(), late.by("school_lead"))
		if err != nil || len(list) != 1 || !list[0].ReportIn {
			t.Errorf("mine: %+v %v", list, err)
		}
	})
}

// The list of meetings is a worker's own: of records they may open, and not of
// those that are over.
func TestMyMeetings(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		school := o.workerNamed("school_lead", "school_lead")
		o.arrange(rec.ID, "2026-03-20T10:00")
		mine := o.add("social_worker", rec.ID, answer.Set{"worker": answer.Text(school.ID)})
		count := func(o office, who string) int {
			t.Helper()
			list, err := o.MyMeetings(t.Context(), o.by(who))
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		if a, b := count(o, "school_lead"), count(o, "social_worker"); a != 1 || b != 0 {
			t.Errorf("%d and %d", a, b)
		}
		if n := count(o.later(74*time.Hour), "school_lead"); n != 0 {
			t.Errorf("%d that are over", n)
		}
		// A step that is theirs alone is nobody else's.
		_, err := o.TakeStep(t.Context(), o.by("social_worker"), rec.ID, "reply/"+mine, 0, answer.Set{answer.RowKey("invited", mine, "reply"): answer.Text("coming")})
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("another answered for them: %v", err)
		}
		_, err = o.TakeStep(t.Context(), o.by("school_lead"), rec.ID, "arrange", 0, answer.Set{"meet_at": answer.Text("2026-03-21T10:00"), "meet_place": answer.Text("x")})
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the wrong role moved it: %v", err)
		}
		if err := o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.EndGrants(rec.ID, []string{"i"}, o.now) }); err != nil {
			t.Fatal(err)
		}
		if n := count(o.later(time.Minute), "school_lead"); n != 0 {
			t.Error("listed though they may not open it")
		}
	})
}

// No mail about a meeting holds a word of the record, whatever its answers are.
func TestMeetingMailsSayNothing(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		school := o.workerNamed("school_lead", "school_lead")
		o.arrange(rec.ID, "2026-03-20T10:00")
		o.add("social_worker", rec.ID, answer.Set{"worker": answer.Text(school.ID), "report_due": answer.Text("2026-03-18")})
		outside := o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("gp@surgery.example"), "report_due": answer.Text("2026-03-18")})
		o.take("social_care_manager", rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Visit Mrs Quillfeather"), "actions/new/action_email": answer.Text("gp@surgery.example"), "actions/new/action_due": answer.Text("2026-03-18")})
		o.take("social_worker", rec.ID, "arrange", answer.Set{"meet_at": answer.Text("2026-03-23T10:00"), "meet_place": answer.Text("12 Wimbledon Terrace")})
		o.take("social_worker", rec.ID, "off_list/"+outside, answer.Set{answer.RowKey("invited", outside, "off_why"): answer.Text("He hurt Archibald")})
		if _, err := o.TellClocks(t.Context(), o.now.AddDate(0, 0, 7)); err != nil {
			t.Fatal(err)
		}
		v := o.open(o.by("social_worker"), rec.ID)
		all := o.mails()
		if len(all) < 6 {
			t.Fatalf("%d mails", len(all))
		}
		for _, m := range all {
			text := m.Subject + "\n" + m.Text
			if m.Event != nil {
				text += strings.ReplaceAll(string(m.Event.Calendar("no-reply@frontdoor.example", m.To, o.now)), "\r\n ", "")
			}
			text = strings.ToLower(strings.ReplaceAll(text, strings.ToLower(m.To), ""))
			words := []string{rec.ID, rec.Reference, "the talk", "gather", school.Name, school.ID}
			for k, a := range v.Answers {
				if _, _, id := k.Split(); id == "meet_at" || id == "report_due" || id == "action_due" || id == "email" || id == "action_email" {
					continue // times, which go, and addresses, where it goes
				}
				words = append(words, strings.Fields(a.Text)...)
			}
			for _, w := range words {
				if w = strings.ToLower(strings.Trim(w, ".,’")); len(w) > 3 && strings.Contains(text, w) {
					t.Errorf("the mail “%s” to %s holds %q:\n%s", m.Subject, m.To, w, text)
				}
			}
		}
	})
}

// Whoever is asked to a meeting that the front door may not know of is told to ring
// those who do know.
func TestWhomToRing(t *testing.T) {
	gatheringOf(t, strings.Replace(gatherText, "    title: The talk", "    title: The talk\n    ring: adult-in-trust", 1), func(t *testing.T, o office, rec record.Record) {
		o.arrange(rec.ID, "2026-03-20T10:00")
		o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("hr@school.example")})
		all := o.mails()
		at, err := o.Contacts(o.now).Decide(contact.Ask{Authority: "thurrock", Caller: contact.Professional, About: contact.AboutAdult, At: o.now})
		if err != nil || len(all) != 1 || at.Phone == "" || !strings.Contains(all[0].Text, "ring "+at.Phone) {
			t.Errorf("%v, %q: %+v", err, at.Phone, all)
		}
	})
}

// One that was held in between takes nobody the day that was set.
func TestHeldInBetween(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		o.arrange(rec.ID, "2026-03-27T10:00")
		o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("gp@surgery.example")})
		o.mails()
		o.take("social_care_manager", rec.ID, "hold", answer.Set{"held_words": answer.Text("It could not wait.")})
		o.wants("held in between", o.mails())
		o.add("social_worker", rec.ID, answer.Set{"email": answer.Text("late@surgery.example")})
		o.take("social_care_manager", rec.ID, "hold", answer.Set{"held_words": answer.Text("Again.")})
		o.mails()
		o.take("social_care_manager", rec.ID, "call_off", nil)
		for _, m := range o.mails() {
			if !m.Event.Cancel {
				t.Errorf("to %s: %+v", m.To, m.Event)
			}
		}
		v := o.open(o.by("social_worker"), rec.ID)
		list, err := o.MeetingsOf(t.Context(), o.by("social_worker"), v)
		if err != nil || len(list) != 1 || list[0].Open || len(list[0].Past) != 3 {
			t.Errorf("%+v %v", list, err)
		}
	})
}
