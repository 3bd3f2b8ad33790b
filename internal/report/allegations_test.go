package report_test

import (
	"strconv"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
)

// lado is the designated officer of an area.
func (o office) lado() casework.By { return o.by("lado", "") }

// accuse tells the designated officer of an adult.
func (o office) accuse(authority string, n int, sector string) string {
	o.t.Helper()
	set := answer.Set{
		"danger": answer.Text("no"), "al_who": answer.Text("public"), "al_want": answer.Text("report"), "al_authority": answer.Text(authority), "al_urgent": answer.Text("no"),
		"work_place": answer.Text("A place"), "work_sector": answer.Text(sector), "work_role": answer.Text("Helper"), "work_basis": answer.Text("permanent"),
		"work_manager": answer.Text("Robin"), "al_elsewhere": answer.Text("no"), "al_own_children": answer.Text("no"), "al_before": answer.Text("no"),
		"al_words": answer.Text("She shouts."), "al_when": answer.Text("Today"), "al_from": answer.Text("seen"), "al_restraint": answer.Text("no"),
		"al_adult_knows": answer.Text("no"), "al_done": answer.List("nothing"), "accused": answer.List("r1"),
		"accused/r1/accused_given_names": answer.Text(names[n%len(names)]), "accused/r1/accused_family_name": answer.Text(names[(n*5+3)%len(names)] + "son"),
		"accused/r1/accused_born": answer.Text(strconv.Itoa(1950+n*3) + "-0" + strconv.Itoa(1+n%9) + "-1" + strconv.Itoa(n%10)),
	}
	if sector == "primary" {
		set["work_teacher"] = answer.Text("no")
	}
	rec, err := o.Begin(o.t.Context(), casework.ByVisitor("a", o.now), "allegation", casework.Beginning{Authority: authority, Step: "send", Answers: set})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec.ID
}

// evaluates answers whoever told, and says what it is.
func (o office) evaluates(id, decision string) {
	o.t.Helper()
	o.take(o.lado(), id, "take", answer.Set{"lado_worker": answer.Text(o.lado().Worker()), "reply_words": answer.Text("Thank you")})
	set := answer.Set{
		"al_contact": answer.Text("referral"), "al_pattern": answer.Text("Nothing"), "al_transferable": answer.Text("no"), "al_child_referral": answer.Text("no_child"),
		"al_clear": answer.Text("no"), "al_decision": answer.Text(decision), "al_decision_why": answer.Text("x"), "al_advice": answer.Text("x"),
	}
	if decision == "criteria" {
		set["al_criteria"] = answer.List("SUIT")
	}
	o.take(o.lado(), id, "evaluate", set)
	if decision == "criteria" {
		o.alleges(id)
	}
}

func (o office) alleges(id string) {
	o.t.Helper()
	o.take(o.lado(), id, "add_allegation", answer.Set{
		"allegations/new/allegation_what": answer.Text("He shouts"), "allegations/new/allegation_kind": answer.Text("conduct"),
		"allegations/new/allegation_more": answer.Text("no"), "allegations/new/allegation_words": answer.Text("x"),
	})
}

// finds gives each allegation of a record an outcome, in order.
func (o office) finds(id string, outcomes ...string) {
	o.t.Helper()
	rec, err := o.Open(o.t.Context(), o.lado(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	for i, outcome := range outcomes {
		row := rec.Answers.Rows("allegations")[i]
		k := func(q string) answer.Key { return answer.RowKey("allegations", row, q) }
		set := answer.Set{
			k("outcome_evidence"): answer.Text("x"), k("outcome"): answer.Text(outcome), k("outcome_why"): answer.Text("x"), k("outcome_on"): answer.Text("2026-03-16"),
		}
		if outcome != "substantiated" && outcome != "ongoing" && outcome != "transferred" {
			set[k("outcome_help")] = answer.Text("no")
		}
		o.take(o.lado(), id, "outcome/"+row, set)
	}
}

// refers says that there is a duty to refer, and sends it when it is sent.
func (o office) refers(id, duty string, sent bool) {
	o.t.Helper()
	k := func(q string) answer.Key { return answer.RowKey("duties", duty, q) }
	day := answer.Text(o.now.Format("2006-01-02"))
	o.take(o.lado(), id, "duty/"+duty, answer.Set{k("duty_is"): answer.Text("yes"), k("duty_why"): answer.Text("x"), k("duty_owner"): answer.Text("x"), k("duty_from"): day})
	if sent {
		o.take(o.lado(), id, "duty_sent/"+duty, answer.Set{k("duty_sent_on"): day, k("duty_ref"): answer.Text("D")})
	}
}

// ends ends a record of which one duty was sent and the other is none.
func (o office) ends(id string) {
	o.t.Helper()
	o.take(o.lado(), id, "duty/regulator", answer.Set{"duties/regulator/duty_is": answer.Text("no"), "duties/regulator/duty_why": answer.Text("x")})
	for _, s := range []string{"police", "social_care", "employer"} {
		k := func(q string) answer.Key { return answer.RowKey("strands", s, q) }
		o.take(o.lado(), id, "strand/"+s, answer.Set{k("strand_state"): answer.Text("not_needed"), k("strand_on"): answer.Text("2026-03-16"), k("strand_ref"): answer.Text("x"), k("strand_words"): answer.Text("x")})
	}
	for _, s := range []string{"adult", "child", "parents", "employer", "elsewhere"} {
		o.take(o.lado(), id, "told/"+s, answer.Set{answer.RowKey("told", s, "told_is"): answer.Text("no"), answer.RowKey("told", s, "told_why_not"): answer.Text("x")})
	}
	o.take(o.lado(), id, "close", answer.Set{
		"close_words": answer.Text("x"), "close_lessons": answer.Text("x"), "close_abuse": answer.Text("no"), "keep_until": answer.Text("2036-03-16"), "keep_why": answer.Text("x"),
	})
}

// allegations are the work of a designated officer: fourteen are told in Thurrock and
// one in Essex. Six meet the criteria; one of them has two allegations and has ended.
func (o office) allegations() {
	for i := range 5 {
		o.later(time.Hour).evaluates(o.accuse("thurrock", i, "primary"), "advice")
	}
	o.later(time.Hour).evaluates(o.accuse("thurrock", 5, "health"), "low_level")
	var met []string
	for i, decided := range []string{"substantiated", "unsubstantiated", "unfounded", "", "ongoing", "substantiated"} {
		id := o.accuse("thurrock", 6+i, []string{"sport", "early_years", "fostering", "police", "transport", "primary"}[i])
		late := o.later(time.Duration(i) * 12 * time.Hour)
		late.evaluates(id, "criteria")
		if i == 5 {
			late.alleges(id)
			late.finds(id, decided, "malicious")
		} else if decided != "" {
			late.finds(id, decided)
		}
		met = append(met, id)
	}
	o.accuse("thurrock", 12, "faith") // nobody has answered
	o.accuse("thurrock", 13, "faith")
	o.accuse("essex", 20, "sport")
	o.later(3*24*time.Hour).refers(met[0], "dbs", false)
	last := o.later(4 * 24 * time.Hour)
	last.refers(met[5], "dbs", true)
	last.ends(met[5])
}
