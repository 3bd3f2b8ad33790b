package casework_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
)

// Whoever passed work on learns that what it was carried on in has ended, and why. Of a
// record that is locked they learn nothing.
func TestTheEndOfALockedRecordIsNotTold(t *testing.T) {
	t.Parallel()
	for name, locked := range map[string]bool{"open": false, "locked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := caseworktest.Open(t)
			s := caseworktest.Scene(t, "follow_on/tests/usual_road.yaml")
			pl := &player{t: t, d: d, s: s, name: s.Pathway, started: map[string]string{}, looked: map[string]bool{}}
			for _, a := range s.Acts[:3] {
				at, _, _ := calendar.ParseTime(a.At)
				pl.act(a.Step, a, at)
			}
			at := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)
			by := pl.by("social_care_manager", at)
			id := pl.act("follow", act{Follow: "child_assessment", By: "social_care_manager", Answers: map[string]any{
				"referral_on": "2026-03-02", "assess_started": "2026-03-05", "assess_why": "x", "assess_told": "yes", "children/r1/unborn": "no", "children/r1/home_address": map[string]any{"line1": "1 Sample Street", "town": "Grays"},
			}}, at)
			if locked {
				if err := d.Restrict(t.Context(), by, id, "staff_or_relative", "A colleague’s niece", nil); err != nil {
					t.Fatal(err)
				}
			}
			rec, err := pl.read(id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.TakeStep(t.Context(), by, id, "stop", rec.Revision, answer.Set{"stop_why": answer.Text("mistake"), "stop_words": answer.Text("There is one already.")}); err != nil {
				t.Fatal(err)
			}
			from, err := pl.read(pl.root.ID)
			if err != nil {
				t.Fatal(err)
			}
			rows := from.Answers.Rows("carried")
			if locked != (len(rows) == 0) {
				t.Fatalf("locked: %v, and %d ends were told", locked, len(rows))
			}
			if locked {
				return
			}
			if how := from.Answers.Text(answer.RowKey("carried", rows[0], "carried_how")); !strings.HasPrefix(how, "Stopped: ") {
				t.Errorf("it ended %q", how)
			}
			if what := from.Answers.Text(answer.RowKey("carried", rows[0], "carried_what")); !strings.Contains(what, rec.Reference) {
				t.Errorf("what has ended is %q", what)
			}
		})
	}
}
