package report_test

import (
	"strconv"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
)

// audit puts a case into the sample.
func (o office) audit(authority, theme string, n int) string {
	o.t.Helper()
	rec, err := o.Begin(o.t.Context(), o.by("auditor", ""), "case_audit", casework.Beginning{Authority: authority, Step: "begin", Answers: answer.Set{
		"audit_theme": answer.Text("x"), "audit_about": answer.Text(theme), "audit_rule": answer.Text("x"), "audit_case": answer.Text("x"), "audit_code": answer.Text("N" + strconv.Itoa(n)),
		"audit_authority": answer.Text(authority), "audit_from": answer.Text("2025-01-01"), "audit_until": answer.Text("2025-12-31"), "audit_given": answer.Text("x"),
	}})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec.ID
}

// audited are the two agencies that look at their part of a case, and who does it.
func (o office) audited(id string) map[string]casework.By {
	o.t.Helper()
	out := map[string]casework.By{"health": o.by("health_practitioner", "health"), "social_care": o.by("social_care_manager", "")}
	for _, agency := range []string{"health", "social_care"} {
		o.take(o.by("auditor", ""), id, "add_part", answer.Set{
			"parts/new/part_agency": answer.Text(agency), "parts/new/part_worker": answer.Text(out[agency].Worker()), "parts/new/part_apart": answer.Text("yes"),
			"parts/new/part_due": answer.Text(calendar.DateOf(o.now).AddDays(20).String()),
		})
	}
	return out
}

// settles has both agencies grade, and the meeting agree on grades and what was missing.
func (o office) settles(id, health, social, together string, gaps ...string) {
	o.t.Helper()
	who, auditor := o.audited(id), o.by("auditor", "")
	rec, err := o.Open(o.t.Context(), auditor, id)
	if err != nil {
		o.t.Fatal(err)
	}
	rows := rec.Answers.Rows("parts")
	for i, agency := range []string{"health", "social_care"} {
		k := func(q string) answer.Key { return answer.RowKey("parts", rows[i], q) }
		o.take(who[agency], id, "grade/"+rows[i], answer.Set{
			k("part_known"): answer.Text("yes"), k("part_voice"): answer.Text("x"), k("part_family"): answer.Text("x"), k("part_well"): answer.Text("x"), k("part_gaps"): answer.Text("x"),
			k("part_together"): answer.Text("x"), k("part_change"): answer.Text("some"), k("part_grade"): answer.Text("good"), k("part_why"): answer.Text("x"),
		})
	}
	at := o.now.Add(time.Hour)
	o.take(auditor, id, "to_meeting", answer.Set{"meeting_at": answer.Text(at.In(calendar.London).Format("2006-01-02T15:04")), "meeting_place": answer.Text("x"), "meeting_chair": answer.Text(auditor.Worker())})
	o = o.later(2 * time.Hour)
	auditor = o.by("auditor", "")
	for i, grade := range []string{health, social} {
		k := func(q string) answer.Key { return answer.RowKey("parts", rows[i], q) }
		set := answer.Set{k("part_settled"): answer.Text(grade)}
		if grade != "good" {
			set[k("part_settled_why")] = answer.Text("x")
		}
		o.take(auditor, id, "settle/"+rows[i], set)
	}
	o.take(auditor, id, "met", answer.Set{
		"met_at": answer.Text(at.In(calendar.London).Format("2006-01-02T15:04")), "met_who": answer.Text("x"), "met_strengths": answer.Text("x"), "met_learning": answer.Text("x"),
		"met_gaps": answer.List(gaps...), "met_grade": answer.Text(together), "met_why": answer.Text("x"), "met_again": answer.Text("2027-01-01"),
	})
}

// audits are a round: six settled cases of one theme, one of another that waits, one
// that was taken out, and one of another area.
func (o office) audits() {
	for i, grade := range []string{"good", "good", "good", "good", "needs", "strong"} {
		id, social, together, gaps := o.audit("thurrock", "neglect", i), "needs", "needs", []string{"recording", "history"}
		switch i {
		case 0:
			social = "poor"
		case 5:
			together, gaps = "good", []string{"none"}
		}
		o.settles(id, grade, social, together, gaps...)
	}
	o.audited(o.audit("thurrock", "exploitation", 6))
	out := o.audit("thurrock", "neglect", 7)
	o.audited(out)
	o.take(o.by("auditor", ""), out, "drop", answer.Set{"drop_why": answer.Text("x")})
	o.audit("essex", "neglect", 8)
}
