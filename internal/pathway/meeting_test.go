package pathway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

const meetText = `
pathway: meet
version: 1
title: Meetings
summary: x
owner: testers
reference: "{authority}"
groups:
  - { id: invited, item: person, title: Invited, name: [who] }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: begin, label: Begin, from: begun, to: open, by: social_worker, grants: { key: a, to: "role:social_worker", may: [view, act], why: x } }
  - { id: arrange, label: Arrange, from: open, by: social_worker, ask: [ { id: met_at, type: datetime, label: When }, { id: minutes, type: number, label: Minutes } ] }
  - { id: add, label: Add, from: open, by: social_worker, adds: invited, ask: [ { id: who, group: invited, type: text, label: Who }, { id: colleague, group: invited, type: worker, label: Worker }, { id: kin, group: invited, type: yes_no, label: Family } ] }
  - { id: count, label: Count, from: open, by: social_worker, ask: [ { id: came, group: invited, type: yes_no, label: Came } ] }
  - { id: hold, label: Hold, from: open, by: social_worker }
  - { id: shut, label: Shut, from: open, to: shut, by: social_worker }
meetings:
  - { id: talk, title: Talk, at: met_at, lasts: answer.minutes, invited: invited, worker: colleague, family: row.kin, invite: [arrange, add], held: hold, afresh: came, attendance: count, came: came, quorum: { if: "q.invited.exists(i, i.came)", explain: x } }
`

func meet(t *testing.T, replace ...string) (*pathway.Pathway, pathway.Faults) {
	t.Helper()
	text := meetText
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("no %q to replace", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	return pathway.Load(fstest.MapFS{"pathway.yaml": {Data: []byte(text)}}, place())
}

// What a step says must be asked anew counts no more, of every row.
func TestAfresh(t *testing.T) {
	t.Parallel()
	p, faults := meet(t, "  - { id: hold,", "  - { id: hold, afresh: [minutes, came],")
	if p == nil {
		t.Fatal(faults)
	}
	f := facts(answer.Set{
		"met_at": answer.Text("2026-10-25T01:30"), "minutes": answer.Text("90"), "invited": answer.List("r1", "r2"),
		"invited/r1/came": answer.Text("yes"), "invited/r2/came": answer.Text("no"),
	}, "open", worker)
	if got := fmt.Sprint(p.Anew("hold", f).Keys()); got != "[invited/r1/came invited/r2/came minutes]" {
		t.Errorf("begin anew: %s", got)
	}
	if _, faults := meet(t, "  - { id: hold,", "  - { id: hold, afresh: [minuets],"); !strings.Contains(faults.Error(), "Did you mean “minutes”") {
		t.Errorf("%v", faults)
	}
}

// A meeting ends when it was held; the next of its steps begins another, whose
// answers begin anew.
func TestGatherings(t *testing.T) {
	t.Parallel()
	p, faults := meet(t)
	if p == nil {
		t.Fatal(faults)
	}
	f := facts(answer.Set{
		"met_at": answer.Text("2026-10-25T01:30"), "minutes": answer.Text("90"), "invited": answer.List("r1", "r2", "r3"),
		"invited/r1/colleague": answer.Text("w1"), "invited/r2/colleague": answer.Text("w1"), "invited/r1/came": answer.Text("yes"), "invited/r3/kin": answer.Text("no"),
	}, "open", worker)
	act := func(steps ...string) {
		for _, s := range steps {
			f.Acts = append(f.Acts, pathway.Act{Step: s, At: now})
		}
	}
	look := func(number int, open bool, anew string) {
		t.Helper()
		g := p.Gatherings(f)[0]
		if g.Number != number || g.Open != open {
			t.Errorf("after %v: meeting %d, open %v; want %d, %v", f.Acts, g.Number, g.Open, number, open)
		}
		_, cleared := p.Anew(anew, f)["invited/r1/came"]
		if cleared == open {
			t.Errorf("after %v: answers begin anew: %v", f.Acts, cleared)
		}
	}
	act("begin", "arrange")
	g := p.Gatherings(f)[0]
	if g.Ends.Sub(g.At) != 90*time.Minute || len(g.Invited) != 2 || !g.Invited[0].Family || g.Invited[1].Family {
		t.Errorf("%+v", g)
	}
	look(1, true, "count")
	act("count", "add")
	look(1, true, "arrange")
	act("hold")
	look(1, false, "count")
	act("count")
	if n := p.Gatherings(f)[0]; n.Number != 2 || n.Open {
		t.Errorf("%+v", n)
	}
	act("arrange")
	look(2, true, "count")

	if enough, known := p.Enough(g.Meeting, f); !enough || !known {
		t.Errorf("enough %v, known %v", enough, known)
	}
	delete(f.Answers, "invited/r1/came")
	if enough, known := p.Enough(g.Meeting, f); enough || known {
		t.Errorf("nobody noted: enough %v, known %v", enough, known)
	}
}

func TestMeetingFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"at: met_at", "at: met_on", "there is no question “met_on”"},
		{"lasts: answer.minutes", "lasts: 3 days", "cannot last “3 days”"},
		{"invited: invited, worker", "invited: guests, worker", "there is no group “guests”"},
		{"worker: colleague, ", "", "nobody could be invited"},
		{"invite: [arrange, add], ", "", "never begins or never ends"},
		{"attendance: count", "attendance: add", "takes no attendance of everyone"},
		{"held: hold", "held: held", "there is no step “held”"},
		{"afresh: came", "afresh: minutes", "“minutes” is not asked of the group"},
		{"family: row.kin", "family: row.kind", "there is no “row.kind”"},
		{", explain: x }", " }", "has not both its parts"},
		{"title: Talk,", "title: Talk, agenda: nothing,", "there is no code list codes/nothing.csv"},
		{"title: Talk,", "title: Talk, ring: nobody,", "there is no thing to ring about “nobody”"},
		{"title: Talk,", "title: Talk, answer: hold,", "nobody can answer by “hold”"},
		{"title: Talk,", "title: Talk, minutes: sheet,", "there is no document “sheet”"},
		{"title: Talk,", "title: Talk, together: [arrange, hold],", "“hold” is not about the meeting “talk” as a whole"},
		{"title: Talk,", "title: Talk, together: [arrange, add],", "“add” is about one record’s own rows"},
		{"title: Talk,", "title: Talk, off: shut, together: [arrange, shut],", "“shut” would move every other record"},
		{"title: Talk,", "title: Talk, together: count,", "nothing sets the time of the meeting “talk” for every record"},
		{"title: Talk,", "title: Talk, without: { notes: x },", "a meeting has no part “notes”"},
		{"title: Talk,", "title: Talk, without: { attendance: x },", "has “attendance”, and without: says that it has none"},
		{"title: Talk,", "title: Talk, without: { chair: \"\" },", "it is not said why the meeting “talk” has no “chair”"},
	} {
		if p, faults := meet(t, c.from, c.to); p != nil || !strings.Contains(faults.Error(), c.want) {
			t.Errorf("%q: want %q, got %v", c.to, c.want, faults)
		}
	}
}

// Of each part of a meeting it is said where it is or why there is none, and what is
// agreed there has a limit and somebody who does it.
func TestPartsOfAMeeting(t *testing.T) {
	t.Parallel()
	actions := []string{
		"groups:\n", "groups:\n  - { id: deeds, item: action, title: Actions }\n",
		"  - { id: hold, label: Hold, from: open, by: social_worker }\n",
		"  - { id: hold, label: Hold, from: open, by: social_worker }\n  - { id: agree, label: Agree, from: open, by: social_worker, adds: deeds, ask: [ { id: deed, group: deeds, type: text, label: What }, { id: doer, group: deeds, type: worker, label: Who }, { id: due, group: deeds, type: date, label: By when } ] }\n  - { id: did, label: Done, from: open, by: [social_worker], row: deeds }\n",
		"title: Talk,", "title: Talk, actions: deeds,",
	}
	clock := "law:\n  l: { kind: local_procedure, text: x, source: x, checked: \"2026-03-01\" }\nclocks:\n  - { id: deed, code: D, label: Done, each: deeds, from: step.agree, until: [step.did, state.shut], due: answer.due, law: l, owner: [social_worker] }\nmeetings:\n"
	for _, c := range []struct {
		replace  []string
		has, not string
	}{
		{nil, "the meeting “talk” has no “chair”", "on no list"},
		{nil, "has no “report_due”", "has no “owner”"},
		{[]string{"title: Talk,", "title: Talk, without: { chair: Nobody leads it. },"}, "has no “minutes”", "has no “chair”"},
		{actions, "on no list, because no clock runs for each action", "has no “actions”"},
		{append(slices.Clone(actions), "meetings:\n", clock), "the meeting “talk” has no “owner”", "on no list"},
		{append(slices.Clone(actions), "meetings:\n", clock, "by: [social_worker], row: deeds", "by: [social_worker, \"worker:doer\"], row: deeds"), "has no “chair”", "has no “owner”"},
		{append(slices.Clone(actions), "meetings:\n", clock, "title: Talk,", "title: Talk, without: { owner: Nobody may read it. },"), "has no “chair”", "has no “owner”"},
	} {
		p, faults := meet(t, c.replace...)
		if p == nil || !strings.Contains(faults.Error(), c.has) || strings.Contains(faults.Error(), c.not) {
			t.Errorf("%q: want %q and not %q, got %v", c.replace, c.has, c.not, faults)
		}
	}
}

// An address that is asked for is one to which something goes: of anyone, or of
// somebody at work.
func TestAnAddressIsUsed(t *testing.T) {
	t.Parallel()
	ask := "      - { id: action_owner, group: actions, type: worker, label: \"Who?\" }"
	with := []string{ask, ask + "\n      - { id: action_mail, group: actions, type: email, label: Email }"}
	for owner, told := range map[string]bool{"": true, `, "email:action_mail"`: false, `, "work_email:action_mail"`: false} {
		edit := with
		if owner != "" {
			edit = append(slices.Clone(with), "owner: [social_worker], warn", "owner: [social_worker"+owner+"], warn")
		}
		l, faults := plans(t, "plan/pathway.yaml", edit...)
		if l == nil {
			t.Fatalf("%s: %v", owner, faults)
		}
		if got := strings.Contains(faults.Error(), "nothing is ever sent to the address “action_mail”"); got != told {
			t.Errorf("%q: %v", owner, faults)
		}
	}
	if l, faults := plans(t, "plan/pathway.yaml", "owner: [social_worker], warn", `owner: ["work_email:action_what"], warn`); l != nil || !strings.Contains(faults.Error(), "“action_what” is a question of type text") {
		t.Errorf("words as an address: %v", faults)
	}
}
