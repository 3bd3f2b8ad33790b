package report_test

import (
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
)

// goes records that a child of Thurrock is missing.
func (o office) goes(given string, signs ...string) string {
	o.t.Helper()
	rec, err := o.Begin(o.t.Context(), o.by("social_care_manager", ""), "missing_episode", casework.Beginning{Authority: "thurrock", Step: "report", Answers: answer.Given(map[string]any{
		"missing_from": o.now.Add(-time.Hour).Format("2006-01-02T15:04"), "missing_place": "Home", "missing_police": "1", "missing_risk": "medium", "missing_words": "A blue coat.",
		"missing_before": "first", "missing_care": "family", "missing_signs": anys(signs),
		"children": []any{map[string]any{"given_names": given, "family_name": "Sample", "unborn": "no", "born": "2012-03-01", "home_address": map[string]any{"line1": "1 Sample Street", "town": "Grays"}, "home_disclosure": "open"}},
	})})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec.ID
}

func (o office) back(id string) {
	o.t.Helper()
	o.take(o.by("social_care_manager", ""), id, "found", answer.Set{
		"returned_at": answer.Text(o.now.Format("2006-01-02T15:04")), "returned_where": answer.Text("Home"), "returned_well": answer.Text("Well"),
		"returned_police": answer.Text("yes"), "returned_safe": answer.Text("yes"),
	})
}

func (o office) offers(id string) {
	o.t.Helper()
	o.take(o.by("rhi_worker", ""), id, "offer", answer.Set{"offered_at": answer.Text(o.now.Format("2006-01-02T15:04")), "offered_how": answer.Text("By phone")})
}

// missing are five times that children went: one is interviewed within three days, one
// after four, one says no, one is not asked, and one is still away.
func (o office) missing() {
	var ids []string
	for i, signs := range [][]string{{"none"}, {"online", "money"}, {"older"}, {"none"}, {"none"}} {
		ids = append(ids, o.goes("Gone"+names[i], signs...))
		if i < 4 {
			o.later(time.Hour).back(ids[i])
		}
	}
	for i, after := range []time.Duration{10 * time.Hour, 96 * time.Hour} {
		at := o.later(after)
		at.take(at.by("rhi_worker", ""), ids[i], "interview", answer.Set{
			"interview_at": answer.Text(at.now.Format("2006-01-02T15:04")), "interview_who": answer.Text("x"), "interview_apart": answer.Text("yes"), "interview_alone": answer.Text("yes"),
			"interview_share": answer.Text("x"), "interview_push": answer.List("made"), "interview_child": answer.Text("x"), "interview_with": answer.Text("x"), "interview_harm": answer.Text("x"),
			"interview_online": answer.Text("x"), "interview_help": answer.Text("x"), "interview_flags": answer.List("criminal"),
		})
	}
	at := o.later(20 * time.Hour)
	at.offers(ids[2])
	at.take(at.by("rhi_worker", ""), ids[2], "refuse", answer.Set{"refused_at": answer.Text(at.now.Format("2006-01-02T15:04")), "refused_why": answer.Text("x"), "refused_then": answer.Text("x")})
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}
