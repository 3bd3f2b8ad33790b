package report_test

import (
	"strconv"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
)

// begins is the beginning of a pathway's usual road, for somebody else.
func (o office) begins(pathway, step, role, authority string, changes answer.Set) string {
	o.t.Helper()
	given := answer.Given(caseworktest.Scene(o.t, pathway+"/tests/usual_road.yaml").Given)
	given.Apply(changes)
	rec, err := o.Begin(o.t.Context(), o.by(role, ""), pathway, casework.Beginning{Authority: authority, Step: step, Answers: given})
	if err != nil {
		o.t.Fatal(pathway, err, fault.SafeText(err))
	}
	return rec.ID
}

// here is the time of day as somebody would enter it.
func (o office) here() answer.Answer {
	return answer.Text(o.now.In(calendar.London).Format("2006-01-02T15:04"))
}

// exploits begins an assessment, and sets a level when there is one.
func (o office) exploits(authority, given, level string, kinds ...string) string {
	o.t.Helper()
	id := o.begins("exploitation_assessment", "begin", "exploitation_lead", authority, answer.Set{"ex_kind": answer.List(kinds...), "children/r1/given_names": answer.Text(given)})
	if level == "" {
		return id
	}
	lead := o.by("exploitation_lead", "")
	pages := answer.Given(caseworktest.Scene(o.t, "exploitation_assessment/tests/usual_road.yaml").Acts[3].Write)
	if _, err := o.Answer(o.t.Context(), lead, id, 1, pages, ""); err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	o.take(lead, id, "finish", nil)
	set := answer.Set{"ex_level": answer.Text(level), "ex_level_why": answer.Text("x"), "ex_next": answer.List("watch")}
	o.take(o.by("social_care_manager", ""), id, "set_level", set)
	return id
}

// looks looks at a level again.
func (o office) looks(id, before, now string) {
	o.t.Helper()
	set := answer.Set{
		"reviews/new/review_at": o.here(), "reviews/new/review_with": answer.Text("x"), "reviews/new/review_child": answer.Text("x"),
		"reviews/new/review_before": answer.Text(before), "reviews/new/review_why": answer.Text("x"), "ex_level": answer.Text(now),
	}
	if now == "not_confirmed" {
		set["high_why"] = answer.Text("x")
	}
	o.take(o.by("exploitation_lead", ""), id, "review", set)
}

// exploited are seven assessments of six children in Thurrock and one in Essex: two
// children end lower, one of them in an assessment of its own, one higher and one the
// same; one was looked at once, and one has no level.
func (o office) exploited() {
	first := o.exploits("thurrock", "Archie", "known", "criminal")
	same := o.exploits("thurrock", "Bella", "suspected", "sexual", "online")
	higher := o.exploits("thurrock", "Corin", "suspected", "criminal")
	lower := o.exploits("thurrock", "Dilys", "suspected", "sexual")
	o.exploits("thurrock", "Edwin", "", "criminal")
	o.exploits("thurrock", "Fenna", "known", "peers")
	o.exploits("essex", "Kester", "", "criminal")
	o.later(time.Hour).looks(same, "suspected", "suspected")
	o.later(time.Hour).looks(higher, "suspected", "known")
	o.later(time.Hour).looks(lower, "suspected", "suspected")
	o.later(2*time.Hour).looks(lower, "suspected", "not_confirmed")
	second := o.later(48*time.Hour).exploits("thurrock", "Archie", "suspected", "criminal")
	if err := o.LinkPerson(o.t.Context(), o.by("exploitation_lead", ""), first, o.child(first), o.child(second), "Same mother and school"); err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
}

// victim is a MARAC referral, and that the coordinator takes it on, when it is said from
// whom it came.
func (o office) victim(authority, given, from string, changes answer.Set) string {
	o.t.Helper()
	set := answer.Set{"children/r1/given_names": answer.Text(given)}
	set.Apply(changes)
	id := o.begins("marac", "refer", "health_practitioner", authority, set)
	if from != "" {
		o.take(o.by("marac_coordinator", ""), id, "accept", answer.Set{
			"meeting_at": answer.Text(o.now.AddDate(0, 0, 3).Format("2006-01-02T15:04")), "mr_from": answer.Text(from), "idva_who": answer.Text("x"),
			"repeat_mark": answer.Text("no"), "accept_words": answer.Text("x"),
		})
		o.take(o.by("marac_coordinator", ""), id, "ask_agency", answer.Set{"research/new/research_agency": answer.Text("housing"), "research/new/research_who": answer.Text("x"), "research/new/research_by": answer.Text("2026-04-30")})
		o.take(o.by("marac_coordinator", ""), id, "answer/"+o.row(id, "research"), answer.Set{answer.RowKey("research", o.row(id, "research"), "research_result"): answer.Text("nothing"), answer.RowKey("research", o.row(id, "research"), "research_offer"): answer.Text("x")})
		o.take(o.by("marac_coordinator", ""), id, "children", answer.Set{"children/r1/children_done": answer.Text("open"), "children/r1/children_why": answer.Text("x")})
	}
	return id
}

// row is the first row of a group.
func (o office) row(id, group string) string {
	o.t.Helper()
	rec, err := o.Open(o.t.Context(), o.by("marac_coordinator", ""), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return rec.Answers.Rows(group)[0]
}

func (o office) hears(id, repeat string) {
	o.t.Helper()
	k := func(q string) answer.Key { return answer.RowKey("hearings", "new", q) }
	o.take(o.by("marac_coordinator", ""), id, "hear", answer.Set{
		k("heard_at"): o.here(), k("heard_repeat"): answer.Text(repeat), k("heard_chair"): answer.Text("x"), k("heard_who"): answer.List("police", "idva", "child_care"),
		k("heard_victim"): answer.Text("x"), k("heard_risk"): answer.Text("x"), k("heard_suspect"): answer.Text("x"), k("heard_flag"): answer.Text("yes"), k("heard_why"): answer.Text("x"),
	})
}

// maracs are seven referrals in Thurrock and one in Essex. Four are heard, one of them
// again within the year and one that another area had heard; the child in one of them is
// a victim of 17.
func (o office) maracs() {
	met := map[string]string{"Archie": "police", "Bella": "police", "Gwil": "police", "Corin": "health", "Dilys": "health"}
	for _, given := range []string{"Archie", "Bella", "Gwil", "Corin", "Dilys"} {
		set := answer.Set{}
		if given == "Bella" {
			set = answer.Set{"children/r1/child_victim": answer.Text("yes"), "children/r1/born": answer.Text("2008-12-01")}
		}
		id := o.victim("thurrock", given, met[given], set)
		if met[given] = id; given != "Dilys" {
			repeat := map[bool]string{true: "yes", false: "no"}[given == "Corin"]
			o.later(72*time.Hour).hears(id, repeat)
		}
	}
	k := func(q string) answer.Key { return answer.RowKey("incidents", "new", q) }
	again := o.later(96 * time.Hour)
	again.take(again.by("marac_coordinator", ""), met["Archie"], "again", answer.Set{
		k("incident_at"): again.here(), k("incident_words"): answer.Text("x"), k("incident_ref"): answer.Text("x"), k("incident_safe"): answer.Text("x"),
		"repeat_mark": answer.Text("yes"), "meeting_at": answer.Text(again.now.AddDate(0, 0, 1).Format("2006-01-02T15:04")),
	})
	again.later(24*time.Hour).hears(met["Archie"], "yes")
	o.take(o.by("marac_coordinator", ""), o.victim("thurrock", "Edwin", "", nil), "decline", answer.Set{
		"mr_from": answer.Text("idva"), "decline_why": answer.Text("x"), "decline_child": answer.Text("yes"), "accept_words": answer.Text("x"),
	})
	o.victim("thurrock", "Fenna", "", nil)
	o.victim("essex", "Kester", "", nil)
}

// dies notifies the death of a child so many days ago.
func (o office) dies(n, days int, expected string) string {
	o.t.Helper()
	signs := map[string]string{"no_unexpected": "sudden"}[expected]
	if signs == "" {
		signs = "none"
	}
	given := answer.Set{
		"cd_authority": answer.Text("thurrock"), "aware_at": o.here(), "expected": answer.Text(expected), "joint_signs": answer.List(signs),
		"children/r1/given_names": answer.Text(names[n]), "children/r1/family_name": answer.Text(names[(n*5+3)%len(names)] + "son"), "children/r1/nhs_number": answer.Answer{}, "children/r1/nhs_why": answer.Text("not_now"),
		"children/r1/born": answer.Text("20" + strconv.Itoa(10+n) + "-0" + strconv.Itoa(1+n) + "-11"), "children/r1/died_on": answer.Text(calendar.DateOf(o.now).AddDays(-days).String()),
	}
	return o.begins("child_death", "send", "health_practitioner", "thurrock", given)
}

// reviews takes a death to the panel, which meets two days on.
func (o office) reviews(id, category, found string) {
	o.t.Helper()
	team := o.by("cdop_coordinator", "")
	o.takes(id)
	o.take(team, id, "review_meeting", answer.Set{"review_at": o.here(), "review_who": answer.Text("x"), "review_family": answer.Text("x"), "review_words": answer.Text("x")})
	rec, err := o.Open(o.t.Context(), team, id)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, row := range rec.Answers.Rows("knew") {
		o.take(team, id, "got/"+row, answer.Set{answer.RowKey("knew", row, "form_state"): answer.Text("nothing"), answer.RowKey("knew", row, "form_words"): answer.Text("x")})
	}
	set := answer.Set{"analysis_edition": answer.Text("a_2022"), "analysis_category": answer.Text(category), "analysis_words": answer.Text("x")}
	for _, row := range rec.Answers.Rows("factors") {
		set[answer.RowKey("factors", row, "factor_score")] = answer.Text("0")
	}
	o.take(team, id, "analyse", set)
	o.take(team, id, "to_panel", answer.Set{
		"pack_age": answer.Text("1_4"), "pack_words": answer.Text("x"), "pack_factors": answer.Text("x"), "pack_checked": answer.Text("yes"), "pack_on": answer.Text(calendar.DateOf(o.now).AddDays(2).String()),
	})
	met := o.later(48 * time.Hour)
	met.take(met.by("cdop_coordinator", ""), id, "decide", answer.Set{
		"panel_at": met.here(), "panel_who": answer.Text("x"), "panel_category": answer.Text(category), "panel_change": answer.Text(found), "panel_why": answer.Text("x"), "panel_abuse": answer.Text("no"),
	})
}

// takes is the review team taking a death on.
func (o office) takes(id string) {
	o.t.Helper()
	team := o.by("cdop_coordinator", "")
	if _, _, err := o.Known(o.t.Context(), team, id); err != nil {
		o.t.Fatal(err)
	}
	o.take(team, id, "take", answer.Set{"first_one": answer.Text("yes"), "stop_letters": answer.Text("yes")})
}

// deaths are eight that are notified, and one a year before. The panel reviews five, one
// of them after more than a year; one waits for an inquest and one is another area's.
func (o office) deaths() {
	o.later(-52*week).dies(8, 1, "no_unexpected")
	for i, d := range []struct {
		days            int
		category, found string
	}{{200, "8", "yes"}, {300, "4", "no"}, {400, "10", "unclear"}, {100, "8", "yes"}, {250, "3", "yes"}} {
		expected := "yes_expected"
		if i == 4 {
			expected = "unclear"
		}
		id := o.dies(i, d.days, expected)
		if i == 4 {
			o.take(o.by("designated_doctor", ""), id, "expected_said", answer.Set{"expected_doctor": answer.Text("yes_expected"), "expected_why": answer.Text("x")})
			o.take(o.by("designated_doctor", ""), id, "joint", answer.Set{"joint_signs": answer.List("none"), "joint_with": answer.List("police"), "joint_is": answer.Text("no"), "joint_why": answer.Text("x")})
		}
		o.reviews(id, d.category, d.found)
	}
	o.dies(5, 2, "no_unexpected")
	waits := o.dies(6, 3, "no_unexpected")
	o.takes(waits)
	o.take(o.by("cdop_coordinator", ""), waits, "pause", answer.Set{"pause_why": answer.Text("inquest"), "pause_words": answer.Text("x"), "pause_until": answer.Text("2026-06-01")})
	o.take(o.by("cdop_coordinator", ""), o.dies(7, 4, "yes_expected"), "not_for_us", answer.Set{"not_ours_why": answer.Text("elsewhere"), "not_ours_words": answer.Text("x")})
}
