package casework_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/tool"
)

// A record that a form is one part of is a real one: whoever may not score begins
// it and works on it all the same, no rule reads the form’s own answers, and only
// the part that was made with the practice example says so.
func TestAFormThatIsPartOfARecord(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		s := caseworktest.Scene(t, "domestic_abuse/tests/usual_road.yaml")
		worker := caseworktest.Worker(t, d, "Sam Visitor", "health_practitioner", "thurrock", "")
		manager := caseworktest.Worker(t, d, "Mo Manager", "social_care_manager", "thurrock", "")
		c := &clinic{T: t, d: d, worker: worker, manager: manager}
		begin := func() *casework.View {
			by := c.by(worker, 0)
			rec, err := d.Begin(t.Context(), by, "domestic_abuse", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Given(s.Given)})
			c.must(err)
			return c.open(by, rec)
		}
		checklist := func(v *casework.View, more answer.Set) error {
			changes := answer.Set{"check_at": answer.Text("2026-03-17T10:30"), "check_tool": answer.Text("here"), "check_ticks": answer.Text("1")}
			for _, row := range v.Answers.Rows("dash") {
				changes[answer.RowKey("dash", row, "dash_answer")] = answer.Text("no")
			}
			changes.Apply(more)
			_, err := d.TakeStep(t.Context(), c.by(worker, 0), v.Record.ID, "checklist", 0, changes)
			return err
		}

		v := begin()
		if len(v.Answers.Rows("dash")) != 17 || strings.Contains(v.Record.Names, tool.PracticeMark) || !slices.Equal(v.Pathway.PracticeParts(v.Facts), []string{"The checklist"}) {
			t.Errorf("%q, %v: %v", v.Record.Names, v.Pathway.PracticeParts(v.Facts), v.Answers.Rows("dash"))
		}
		if name := v.Pathway.RowName(v.Facts, "dash", "fear"); !strings.HasSuffix(name, "(practice example)") {
			t.Errorf("an item is called %q", name)
		}
		c.must(checklist(v, answer.Set{answer.RowKey("dash", "fear", "dash_answer"): answer.Text("yes")}))
		v = c.open(c.by(worker, 0), v.Record)
		if r := v.Pathway.ToolResults(v.Facts, "dash"); len(r) == 0 || r[0].Value != "1 of 17" || !strings.Contains(r[0].Label, tool.PracticeMark) {
			t.Errorf("%+v", r)
		}

		// The holder's own comes, with other items, other answers and a licence. Whoever
		// is not trained begins the record and says what was used; the trained score.
		form := caseworktest.Form(t, `"gcp2"`, `"dash"`, `graded_care_profile`, `domestic_abuse`, `"roles": ["social_worker", "social_care_manager"], "trained": true`, `"roles": [], "trained": true`)
		caseworktest.Import(t, d, form, manager, far(), tool.AfterRead, caseworktest.Start)
		v = begin()
		if !slices.Equal(v.Answers.Rows("dash"), []string{"x1", "x2"}) || len(v.Pathway.PracticeParts(v.Facts)) > 0 || v.Facts.Tools["dash"].May.Wording {
			t.Errorf("%v", v.Answers.Rows("dash"))
		}
		c.refused(checklist(v, nil), "There is no record that you attended")
		_, err := d.TakeStep(t.Context(), c.by(worker, 0), v.Record.ID, "checklist", 0, answer.Set{"check_at": answer.Text("2026-03-17T10:30"), "check_tool": answer.Text("licensed"), "check_edition": answer.Text("Ours"), "check_ticks": answer.Text("2")})
		c.must(err)
		caseworktest.Train(t, d, worker, calendar.NewDate(2026, 3, 2), caseworktest.Start)
		graded := answer.Set{answer.RowKey("dash", "x1", "dash_answer"): answer.Text("5"), answer.RowKey("dash", "x2", "dash_answer"): answer.Text("na")}
		c.must(checklist(v, graded))
		if v = c.open(c.by(worker, 0), v.Record); v.Answers.Text("dash/x1/dash_answer") != "5" {
			t.Error("what was scored is not there")
		}
	})
}
