package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// toldAfter are the notices that somebody has some days later, by message.
func (o office) toldAfter(days int, by casework.By) []string {
	o.t.Helper()
	by.Now = o.now.AddDate(0, 0, days)
	by.Viewer.Now = by.Now
	list, err := o.Notices(o.t.Context(), by, 100)
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, n := range list {
		out = append(out, n.Message)
	}
	slices.Sort(out)
	return out
}

// The chair of a meeting is told once that an action of it is late, inside and by a
// mail that says nothing of it; without a chair whoever has the record is.
func TestLateActionsAreToldToTheChair(t *testing.T) {
	gathering(t, func(t *testing.T, o office, rec record.Record) {
		ctx := t.Context()
		chair := o.workerNamed("social_care_manager#2", "social_care_manager")
		o.take("social_worker", rec.ID, "arrange", answer.Set{"meet_at": answer.Text("2026-03-20T10:00"), "meet_place": answer.Text("x"), "chair": answer.Text(chair.ID)})
		o.take("social_care_manager", rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Visit Mrs Quillfeather"), "actions/new/action_due": answer.Text("2026-03-18")})
		o.mails()
		late := func(days int) []string {
			var out []string
			for range 2 { // each night it is looked at again
				if _, err := o.TellClocks(ctx, o.now.AddDate(0, 0, days)); err != nil {
					t.Fatal(err)
				}
				for _, m := range o.mails() {
					if strings.Contains(m.Text, "Quillfeather") || strings.Contains(m.Text, rec.Reference) || strings.Contains(m.Text, rec.ID) {
						t.Errorf("the mail says of what: %s", m.Text)
					}
					out = append(out, m.To+": "+m.Subject)
				}
				days++
			}
			return out
		}
		if got := late(3); !slices.Equal(got, []string{chair.Email + ": Something agreed in a meeting is late"}) {
			t.Errorf("mails: %v", got)
		}
		by := casework.ByWorker(chair, &o.Place.Register, o.now.AddDate(0, 0, 5))
		told := o.toldAfter(5, by)
		if n := slices.Index(told, casework.ActionLate); n < 0 || slices.Contains(told[n+1:], casework.ActionLate) {
			t.Errorf("told: %v", told)
		}
		if list, err := o.Actions(ctx, by, casework.ActionsLate); err != nil || len(list.List) != 1 {
			t.Errorf("the list: %+v %v", list, err)
		}

		// A chair who may no longer open it is not told; the role that leads it is.
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			chair.LeftAt = o.now.Add(time.Hour)
			return tx.PutWorker(chair)
		}); err != nil {
			t.Fatal(err)
		}
		o.take("social_care_manager", rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Ring"), "actions/new/action_due": answer.Text("2026-03-25")})
		o.mails()
		if got := late(20); len(got) > 0 {
			t.Errorf("mails: %v", got)
		}
		if told := o.toldAfter(25, o.by("social_care_manager")); !slices.Contains(told, casework.ActionLate) {
			t.Errorf("the role was told: %v", told)
		}
	})
}

// What somebody outside agreed to do reminds them by a mail that says nothing, before
// its day and after. Once a child has died nothing goes where the family's address may
// stand; whoever was asked at work is reminded all the same.
func TestRemindersAfterADeath(t *testing.T) {
	work := strings.Replace(gatherText, `"email:action_email"`, `"email:action_email", "work_email:action_work"`, 1)
	work = strings.Replace(work, "      - { id: action_due,", "      - { id: action_work, group: actions, type: email, label: At work }\n      - { id: action_due,", 1)
	gatheringOf(t, work, func(t *testing.T, o office, rec record.Record) {
		o.take("social_care_manager", rec.ID, "agree", answer.Set{
			"actions/new/what": answer.Text("Visit Mrs Quillfeather"), "actions/new/action_due": answer.Text("2026-03-20"),
			"actions/new/action_email": answer.Text("mum@home.example"), "actions/new/action_work": answer.Text("gp@surgery.example"),
		})
		o.add("social_worker", rec.ID, answer.Set{"kind": answer.Text("family"), "email": answer.Text("dad@home.example"), "report_due": answer.Text("2026-03-20")})
		o.add("social_worker", rec.ID, answer.Set{"kind": answer.Text("agency"), "email": answer.Text("school@a.example"), "report_due": answer.Text("2026-03-20")})
		o.mails()
		tell := func(at time.Time) []string {
			t.Helper()
			if _, err := o.TellClocks(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			var to []string
			for _, m := range o.mails() {
				if strings.Contains(m.Text, "Quillfeather") || strings.Contains(m.Text, rec.Reference) || strings.Contains(m.Text, rec.ID) {
					t.Errorf("%s: %s", m.Subject, m.Text)
				}
				if m.Subject == "Something you agreed to do is due" {
					to = append(to, m.To)
				}
			}
			slices.Sort(to)
			return to
		}
		everyone := []string{"dad@home.example", "gp@surgery.example", "mum@home.example", "school@a.example"}
		if got := tell(time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)); !slices.Equal(got, everyone) {
			t.Errorf("before its day: %v", got)
		}
		if _, err := o.Answer(t.Context(), o.by("social_worker"), rec.ID, 0, answer.Set{"children/r1/died_on": answer.Text("2026-03-16")}, "x"); err != nil {
			t.Fatal(err)
		}
		if got := tell(o.now.AddDate(0, 0, 7)); !slices.Equal(got, []string{"gp@surgery.example", "school@a.example"}) {
			t.Errorf("late, after the child died: %v", got)
		}
	})
}
