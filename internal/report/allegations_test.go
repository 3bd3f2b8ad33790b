package report_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/report"
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

// evaluates answers whoever told, and says what it is; of what meets the criteria,
// which of them.
func (o office) evaluates(id, decision string, criteria ...string) {
	o.t.Helper()
	o.take(o.lado(), id, "take", answer.Set{"lado_worker": answer.Text(o.lado().Worker()), "reply_words": answer.Text("Thank you")})
	set := answer.Set{
		"al_contact": answer.Text("referral"), "al_pattern": answer.Text("Nothing"), "al_transferable": answer.Text("no"), "al_child_referral": answer.Text("no_child"),
		"al_clear": answer.Text("no"), "al_decision": answer.Text(decision), "al_decision_why": answer.Text("x"), "al_advice": answer.Text("x"),
	}
	if decision == "criteria" {
		set["al_criteria"] = answer.List(criteria...)
		if slices.Equal(criteria, []string{"SUIT"}) {
			set["al_transferable"] = answer.Text("yes")
		}
	}
	o.take(o.lado(), id, "evaluate", set)
	if decision == "criteria" {
		o.alleges(id, "conduct")
	}
}

func (o office) alleges(id, kind string) {
	o.t.Helper()
	o.take(o.lado(), id, "add_allegation", answer.Set{
		"allegations/new/allegation_what": answer.Text("He shouts"), "allegations/new/allegation_kind": answer.Text(kind),
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

// decidesWork is an employer's decision about the adult's work, and what else was considered.
func (o office) decidesWork(id, what string, instead ...string) {
	o.t.Helper()
	o.take(o.lado(), id, "suspend", answer.Set{
		"suspensions/new/suspension_on": answer.Text("2026-03-16"), "suspensions/new/suspension_else": answer.List(instead...),
		"suspensions/new/suspension_what": answer.Text(what), "suspensions/new/suspension_why": answer.Text("x"),
		"suspensions/new/suspension_support": answer.Text("x"), "suspensions/new/suspension_review": answer.Text("2026-04-30"),
	})
}

func (o office) meets(id, kind string) {
	o.t.Helper()
	o.take(o.lado(), id, "meet", answer.Set{
		"meetings/new/meeting_at": answer.Text(o.now.In(calendar.London).Format("2006-01-02T15:04")), "meetings/new/meeting_kind": answer.Text(kind), "meetings/new/meeting_who": answer.List("police"),
		"meetings/new/meeting_child": answer.Text("x"), "meetings/new/meeting_others": answer.Text("x"), "meetings/new/meeting_decided": answer.Text("x"),
	})
}

func (o office) strand(id, strand, state string) {
	o.t.Helper()
	k := func(q string) answer.Key { return answer.RowKey("strands", strand, q) }
	set := answer.Set{k("strand_state"): answer.Text(state), k("strand_on"): answer.Text("2026-03-16"), k("strand_ref"): answer.Text("x"), k("strand_words"): answer.Text("x")}
	if state != "not_needed" {
		set[k("strand_began")] = answer.Text("2026-03-16")
	}
	o.take(o.lado(), id, "strand/"+strand, set)
}

// ends ends a record of which one duty was sent and the other is none.
func (o office) ends(id string) {
	o.t.Helper()
	o.take(o.lado(), id, "duty/regulator", answer.Set{"duties/regulator/duty_is": answer.Text("no"), "duties/regulator/duty_why": answer.Text("x")})
	for _, s := range []string{"police", "social_care", "employer"} {
		o.strand(id, s, "not_needed")
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
// A year before there were six in Thurrock, and advice was given on five.
func (o office) allegations() {
	before := o.later(-52 * week)
	for i := range 5 {
		before.later(time.Hour).evaluates(before.accuse("thurrock", 14+i, "primary"), "advice")
	}
	before.accuse("thurrock", 19, "primary")
	for i := range 5 {
		o.later(time.Hour).evaluates(o.accuse("thurrock", i, "primary"), "advice")
	}
	o.later(time.Hour).evaluates(o.accuse("thurrock", 5, "health"), "low_level")
	var met []string
	for i, decided := range []string{"substantiated", "unsubstantiated", "unfounded", "", "ongoing", "substantiated"} {
		id := o.accuse("thurrock", 6+i, []string{"sport", "early_years", "fostering", "police", "transport", "primary"}[i])
		late := o.later(time.Duration(i) * 12 * time.Hour)
		late.evaluates(id, "criteria", [][]string{{"HARM"}, {"HARM", "OFFENCE"}, {"HARM", "RISK"}, {"HARM"}, {"SUIT"}, {"HARM", "RISK", "OFFENCE"}}[i]...)
		if i == 5 {
			late.alleges(id, "sexual")
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
	work := o.later(3 * 24 * time.Hour)
	work.decidesWork(met[0], "suspended", "duties")
	work.decidesWork(met[0], "changed", "supervision")
	work.decidesWork(met[1], "changed", "supervision", "site")
	work.decidesWork(met[2], "left", "none")
	work.decidesWork(met[3], "works", "none")
	work.decidesWork(met[5], "suspended", "none")
	work.meets(met[0], "discussion")
	work.meets(met[1], "strategy")
	work.strand(met[0], "police", "going")
	work.strand(met[1], "police", "ended")
	last := o.later(4 * 24 * time.Hour)
	last.refers(met[5], "dbs", true)
	last.ends(met[5])
}

// Held on the last day, held late, not held at all: five cases of one day, four weeks on.
func TestMeetingsInTime(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		o := office{d, t, caseworktest.Start}
		var met []string
		for i := range 5 {
			id := o.accuse("thurrock", i, "health")
			o.evaluates(id, "criteria", "HARM")
			met = append(met, id)
		}
		due := o.later(28 * 24 * time.Hour)
		due.meets(met[0], "strategy")
		due.later(24*time.Hour).meets(met[1], "review")
		// The weeks in which the first five limits began, seen when they have run out; and the week of the meetings.
		for from, want := range map[time.Time]string{
			o.now:   "thurrock 5 1 1 0 0 3 0 0 0 0 0",
			due.now: "thurrock 2 0 0 0 2 0 2 0 1 1 0",
		} {
			p := report.LastWeeks(from)
			p.From = p.To
			if got := unhidden(t, d, "allegation_meetings", p, due.now.Add(25*time.Hour)); got != want {
				t.Errorf("from %s: %s, want %s", from, got, want)
			}
		}
	})
}

// Before five have ended nothing is told of how long they took. Seven end after 0, 10, 20, 30, 40, 50 and 60 days and two go on.
func TestLengthsOfAllegations(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		o := office{d, t, caseworktest.Start}
		run := func(n int) string {
			table, err := report.Run(t.Context(), d.DB, d.Place, shipped(t, "allegation_lengths"), report.LastWeeks(o.now), o.now.AddDate(0, 3, 0))
			if err != nil || len(table.Rows) != n {
				t.Fatalf("%v, %v", table, err)
			}
			var out []string
			for _, c := range table.Rows[0] {
				out = append(out, c.Text)
			}
			return strings.Join(out, " ")
		}
		var met []string
		for i := range 9 {
			id := o.accuse("thurrock", i, "health")
			o.evaluates(id, "criteria", "HARM")
			o.finds(id, "substantiated")
			met = append(met, id)
		}
		for i, id := range met[:7] {
			if i == 4 {
				if got, want := run(1), "Thurrock Council 9 fewer than 5 hidden hidden hidden"; got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			last := o.later(time.Duration(i)*10*24*time.Hour + time.Hour)
			last.refers(id, "dbs", true)
			last.ends(id)
		}
		if got, want := run(1), "Thurrock Council 9 hidden fewer than 5 30 60"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
