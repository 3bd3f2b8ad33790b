package casework_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
)

const reviewText = `
pathway: review
version: 1
title: A review
summary: x
owner: testers
reference: "{authority}"
offered: Work
restricted: [lado]
groups:
  - id: children
    item: child
    title: Children
    name: [given_names]
    person: { role: child, given_names: given_names }
  - { id: recs, item: recommendation, title: Recommendations, name: [rec_what] }
pages:
  - page: child
    title: Child
    repeat: children
    questions: [{ id: given_names, type: text, label: Name }]
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [lado]
    grants:
      - { key: m, to: "role:lado", may: [view, act], why: They review it. }
  - id: add
    label: Add one
    from: open
    by: [lado]
    adds: recs
    ask:
      - { id: rec_what, group: recs, type: text, label: What, required: true }
      - { id: rec_who, group: recs, type: text, label: Who, required: true }
      - { id: rec_due, group: recs, type: date, label: Due, required: true }
  - id: done
    label: Done
    from: open
    by: [lado]
    row: recs
    ask:
      - { id: rec_is, group: recs, type: yes_no, label: Was it done, required: true }
      - { id: rec_on, group: recs, type: date, label: When, required: true }
  - id: look
    label: Look again
    from: open
    by: [lado]
    row: recs
    ask:
      - { id: rec_kept, group: recs, type: yes_no, label: Is it how people work, required: true }
      - { id: rec_kept_on, group: recs, type: date, label: Seen, required: true }
  - { id: shut, label: Shut, from: open, to: shut, by: [lado] }
recommends:
  - { source: Review, group: recs, what: rec_what, who: rec_who, due: rec_due, done: rec_on, given_up: "known(row.rec_is) && !row.rec_is", tested: rec_kept_on, embedded: "known(row.rec_kept) && row.rec_kept", readers: [partnership_officer] }
roles: { children: children }
`

// What reviews recommended stands on one list. That it was done is one thing and that
// it is how people work another. Some read it without the record, and then nothing
// that names a child.
func TestRecommendations(t *testing.T) {
	sourceText := strings.NewReplacer("pathway: review", "pathway: other", "restricted: [lado]\n", "", "source: Review", "source: Audit", ", readers: [partnership_officer]", "",
		"by: [lado]", "by: [social_worker]", "role:lado", "role:social_worker", "offered: Work", "offered: Elsewhere").Replace(reviewText)
	made(t, map[string]string{"review/pathway.yaml": reviewText, "other/pathway.yaml": sourceText}, func(t *testing.T, o office) {
		lado, social, officer := o.by("lado"), o.by("social_worker"), o.by("partnership_officer")
		begin := func(by casework.By, pathway string) string {
			t.Helper()
			rec, err := o.Begin(t.Context(), by, pathway, casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Set{
				"children": answer.List("r1"), "children/r1/given_names": answer.Text("Fred"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			return rec.ID
		}
		step := func(by casework.By, id, ref string, pairs ...string) {
			t.Helper()
			row, set := "new", answer.Set{}
			if _, r, ok := strings.Cut(ref, "/"); ok {
				row = r
			}
			for i := 0; i < len(pairs); i += 2 {
				set[answer.RowKey("recs", row, pairs[i])] = answer.Text(pairs[i+1])
			}
			if _, err := o.TakeStep(t.Context(), by, id, ref, 0, set); err != nil {
				t.Fatal(err)
			}
		}
		review, audit := begin(lado, "review"), begin(social, "other")
		for _, what := range []string{"Ask about sleep", "Train each year", "Tell Fred’s school", "Share the rota"} {
			step(lado, review, "add", "rec_what", what, "rec_who", "Health", "rec_due", "2026-03-16")
		}
		step(social, audit, "add", "rec_what", "Write it down", "rec_who", "Social care", "rec_due", "2026-06-01")
		rows := o.open(lado, review).Answers.Rows("recs")
		step(lado, review, "done/"+rows[0], "rec_is", "yes", "rec_on", "2026-03-10")
		step(lado, review, "done/"+rows[1], "rec_is", "yes", "rec_on", "2026-03-10")
		step(lado, review, "look/"+rows[1], "rec_kept", "yes", "rec_kept_on", "2026-03-15")
		step(lado, review, "done/"+rows[3], "rec_is", "no", "rec_on", "2026-03-10")

		lists := func(by casework.By, want ...string) {
			t.Helper()
			list, err := o.Recommendations(t.Context(), by)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, one := range list {
				words := one.What
				if one.Names {
					words = "(names somebody)"
				}
				late := ""
				if one.Late(calendar.DateOf(o.now)) {
					late = " late"
				}
				if one.Record.ID != "" {
					late += " here"
				}
				got = append(got, one.Source+": "+words+", "+one.State+late)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s reads\n%s\nwant\n%s", by.Viewer.Worker.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		lists(lado, "Review: Tell Fred’s school, open late here", "Review: Ask about sleep, done here", "Review: Train each year, embedded here", "Review: Share the rota, given_up here")
		lists(officer, "Review: (names somebody), open late", "Review: Ask about sleep, done", "Review: Train each year, embedded", "Review: Share the rota, given_up")
		lists(social, "Audit: Write it down, open here")
		step(lado, review, "look/"+rows[0], "rec_kept", "no", "rec_kept_on", "2026-03-16")
		lists(officer, "Review: (names somebody), open late", "Review: Ask about sleep, not", "Review: Train each year, embedded", "Review: Share the rota, given_up")
	})
}
