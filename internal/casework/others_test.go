package casework_test

import (
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
)

// A plan of which a child has one, and which others write into.
const plansText = `
pathway: plans
version: 1
title: A plan
summary: x
owner: testers
reference: "{authority}"
offered: Work
groups:
  - id: children
    item: child
    title: Children
    name: [given_names, family_name]
    person: { role: child, given_names: given_names, family_name: family_name, born: born }
  - { id: notes, item: note, title: Notes }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: family_name, type: text, label: Last name }
      - { id: born, type: date, label: Born }
  - page: more
    title: More
    questions:
      - { id: twice, type: yes_no, label: "May there be two?" }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [school_lead, mash_manager]
    allow_if:
      - { if: 'known(q.twice) || !others.plans.exists(s, s == "open")', else: There is one already. }
    grants:
      - { key: a, to: author, may: [view, act], why: They began it. }
      - { key: m, to: "role:mash_manager", may: [view, act], why: They look after it. }
  - id: note
    label: A note from elsewhere
    from: open
    by: [system]
    adds: notes
    allow_if:
      - { if: 'row.words != "no"', else: That is no note. }
    ask:
      - { id: words, group: notes, type: text, label: Words, required: true }
  - id: tell
    label: Tell the others
    from: open
    by: [school_lead, mash_manager]
    ask:
      - { id: told, type: text, label: What, required: true }
    takes:
      - { pathway: plans, step: note, answers: { words: q.told } }
  - id: join
    label: Join
    from: open
    to: shut
    by: [school_lead, mash_manager]
    ask:
      - { id: into, type: record, label: Into, required: true }
    takes:
      - { pathway: plans, record: into, step: note, answers: { words: '"joined"' } }
  - { id: shut, label: Shut, from: open, to: shut, by: [school_lead, mash_manager] }
roles: { children: children }
`

func (o office) planned(by casework.By, born string, twice bool) (record.Record, error) {
	set := answer.Set{
		"children": answer.List("r1"), "children/r1/given_names": answer.Text("Ann"), "children/r1/family_name": answer.Text("Smith"), "children/r1/born": answer.Text(born),
	}
	if twice {
		set["twice"] = answer.Text("yes")
	}
	return o.Begin(o.t.Context(), by, "plans", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: set})
}

func (o office) notes(id string) []string {
	o.t.Helper()
	v := o.open(o.by("mash_manager"), id)
	var out []string
	for _, row := range v.Answers.Rows("notes") {
		out = append(out, v.Answers.Text(answer.RowKey("notes", row, "words")))
	}
	return out
}

func refusedWith(t *testing.T, what string, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(fault.SafeText(err), words) {
		t.Errorf("%s: %q, want %q", what, fault.SafeText(err), words)
	}
}

// What a colleague has begun about a child is not begun again, also where they may not
// open it; what is locked away from them is not told.
func TestOthersAboutTheSameChild(t *testing.T) {
	made(t, map[string]string{"plans/pathway.yaml": plansText}, func(t *testing.T, o office) {
		first, second, manager := o.by("school_lead"), o.by("school_lead#2"), o.by("mash_manager")
		one, err := o.planned(first, "2016-05-01", false)
		if err != nil {
			t.Fatal(fault.SafeText(err))
		}
		_, err = o.planned(second, "2016-05-01", false)
		refusedWith(t, "a second one", err, "There is one already.")
		if _, err := o.planned(second, "2011-02-03", false); err != nil {
			t.Errorf("another child of the name: %s", fault.SafeText(err))
		}
		if err := o.Restrict(t.Context(), manager, one.ID, "staff_or_relative", "A colleague’s niece", nil); err != nil {
			t.Fatal(fault.SafeText(err))
		}
		if _, err := o.planned(second, "2016-05-01", false); err != nil {
			t.Errorf("the answer tells of a record that is locked: %s", fault.SafeText(err))
		}
	})
}

// A step taken on other records is taken with this one or not at all, as far as
// whoever acts may know of them.
func TestTakesOnOthers(t *testing.T) {
	made(t, map[string]string{"plans/pathway.yaml": plansText}, func(t *testing.T, o office) {
		first, second, manager := o.by("school_lead"), o.by("school_lead#2"), o.by("mash_manager")
		one, err := o.planned(first, "2016-05-01", false)
		if err != nil {
			t.Fatal(fault.SafeText(err))
		}
		two, err := o.planned(second, "2016-05-01", true)
		if err != nil {
			t.Fatal(fault.SafeText(err))
		}
		tell := func(by casework.By, words string) error {
			_, err := o.TakeStep(t.Context(), by, two.ID, "tell", 0, answer.Set{"told": answer.Text(words)})
			return err
		}
		if err := tell(second, "Come on Monday"); err != nil {
			t.Fatal(fault.SafeText(err))
		}
		if got := o.notes(one.ID); len(got) != 1 || got[0] != "Come on Monday" {
			t.Errorf("it stands in the other as %v", got)
		}
		if err := tell(second, "no"); err != nil {
			t.Errorf("whoever may not open the other is told that it refuses: %s", fault.SafeText(err))
		}
		refusedWith(t, "whoever may open the other", tell(manager, "no"), "That is no note.")
		if got := o.notes(one.ID); len(got) != 1 {
			t.Errorf("a refused note stands there: %v", got)
		}
		_, err = o.TakeStep(t.Context(), second, two.ID, "join", 0, answer.Set{"into": answer.Text(one.ID)})
		refusedWith(t, "into one that they may not open", err, "Choose another record that you can open")
		if _, err := o.TakeStep(t.Context(), manager, two.ID, "join", 0, answer.Set{"into": answer.Text(one.ID)}); err != nil {
			t.Fatal(fault.SafeText(err))
		}
		if got := o.notes(one.ID); len(got) != 2 {
			t.Errorf("it stands in the one that was joined as %v", got)
		}
		if _, err := o.TakeStep(t.Context(), first, one.ID, "shut", 0, nil); err != nil {
			t.Fatal(fault.SafeText(err))
		}
		if _, err := o.planned(second, "2016-05-01", false); err != nil {
			t.Errorf("one that has ended keeps another away: %s", fault.SafeText(err))
		}
	})
}
