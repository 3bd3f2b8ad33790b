package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Work with a family for these tests, and restricted work that follows it.
const familyText = `
pathway: family
version: 1
title: Family work
summary: x
owner: testers
reference: "{authority}"
offered: Work
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-03-01" }
groups:
  - id: children
    item: child
    title: Children
    name: [given_names]
    person: { role: child, given_names: given_names, born: born, nhs_number: nhs_number, address: home, address_flag: home_flag }
  - id: adults
    item: adult
    title: Adults
    name: [adult_names]
    person: { role: adult, given_names: adult_names, relation: adult_relation, parental: adult_pr, in_household: adult_in }
  - { id: actions, item: action, title: Actions, columns: [what, owner, due] }
  - { id: visits, item: visit, title: Visits }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: born, type: date, label: Born }
      - { id: nhs_number, type: nhs_number, label: NHS number }
      - { id: home, type: address, label: Home, sealed: true, sealed_to: [social_care_manager] }
      - { id: home_flag, type: radios, codes: flag, label: Who may learn it }
  - page: adult
    title: Adult
    repeat: adults
    questions:
      - { id: adult_names, type: text, label: Name }
      - { id: adult_relation, type: radios, codes: relation, label: Relation }
      - { id: adult_pr, type: yes_no_not_known, label: Parental responsibility }
      - { id: adult_in, type: yes_no_not_known, label: Lives with them }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants:
      - { key: a, to: author, may: [view, act], why: They began it. }
      - { key: m, to: "role:social_care_manager", may: [view, act], why: They look after it. }
  - id: give
    label: Give
    from: open
    by: [social_care_manager]
    allocates: worker
    ask: [{ id: worker, type: worker, label: Worker, required: true }]
    grants:
      - { key: w, to: "worker:worker", may: [view, act], why: They have it. }
  - id: agree
    label: Agree an action
    from: open
    by: [social_worker, social_care_manager]
    adds: actions
    ask:
      - { id: what, group: actions, type: text, label: What, required: true }
      - { id: owner, group: actions, type: worker, label: Who }
      - { id: due, group: actions, type: date, label: When }
    grants:
      - { key: o, to: "worker:owner", may: [view, act], why: They do it., if: known(row.owner) }
  - id: done
    label: Done
    from: open
    by: [social_care_manager, social_worker, "worker:owner"]
    row: actions
    allow_if: [{ if: "!taken.done", else: It is done. }]
    ask: [{ id: done_words, group: actions, type: text, label: How, required: true }]
  - id: visit
    label: Visit
    from: open
    by: [social_worker]
    adds: visits
    happened: visit_at
    ask:
      - { id: visit_at, group: visits, type: datetime, label: When, required: true }
      - { id: visit_seen, group: visits, type: yes_no, label: Seen, required: true }
  - id: decide
    label: Decide
    from: open
    by: [social_care_manager]
    qualified: true
    ask: [{ id: outcome, group: children, type: radios, codes: outcome, label: Outcome }]
  - id: offer
    label: Ask someone to lead
    from: open
    by: [social_worker]
    ask: [{ id: next, type: worker, label: Who, required: true }]
    grants:
      - { key: n, to: "worker:next", may: [view, act], why: They were asked. }
  - { id: accept, label: I will lead, from: open, by: ["worker:next"] }
  - { id: shut, label: Shut, from: open, to: shut, by: [social_care_manager] }
clocks:
  - { id: action, code: A, label: Action done, each: actions, from: step.agree, until: [step.done, state.shut], due: answer.due, warn: [1 working day], law: l, owner: [social_care_manager] }
  - { id: visit, code: V, label: Child visited, from: [step.begin, step.visit], until: [step.visit, state.shut], counts_if: row.visit_seen, within: 10 working days, law: l, owner: [allocated] }
  - { id: decide, code: D, label: Decided, from: step.begin, until: [step.decide, state.shut], within: 20 working days, law: l, owner: [social_care_manager] }
roles: { children: children, seen: visit_seen }
`

const hushText = `
pathway: hush
version: 1
title: Hush work
summary: x
owner: testers
reference: "{authority}"
follows: [family]
restricted: [lado]
carry: [children, given_names, born]
groups:
  - { id: children, item: child, title: Children, name: [given_names], person: { role: child, given_names: given_names, born: born, died: died_on } }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: born, type: date, label: Born }
      - { id: died_on, type: date, label: Died on }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants:
      - { key: l, to: "role:lado", may: [view, act], why: It is theirs. }
  - { id: shut, label: Shut, from: open, to: shut, by: [lado] }
`

func household(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	made(t, map[string]string{
		"family/pathway.yaml":       familyText,
		"family/codes/flag.csv":     "code,label,hint\nopen,Open,\nnever-print,Never,\n",
		"family/codes/relation.csv": "code,label,hint\nmother,Mother,\nother,Someone else,\n",
		"family/codes/outcome.csv":  "code,label,hint\nplan,A plan,\nnone,Nothing more,\n",
		"hush/pathway.yaml":         hushText,
	}, test)
}

// siblings is work with Ava and Leo and their mother.
func (o office) siblings(by casework.By, more answer.Set) record.Record {
	o.t.Helper()
	answers := answer.Set{
		"children": answer.List("r1", "r2"), "children/r1/given_names": answer.Text("Ava"), "children/r1/born": answer.Text("2015-04-01"),
		"children/r2/given_names": answer.Text("Leo"), "children/r1/home_flag": answer.Text("never-print"),
		"children/r1/home": {Parts: map[string]string{"line1": "1 Refuge Road", "postcode": "RM17 6SL"}},
		"adults":           answer.List("a1"), "adults/a1/adult_names": answer.Text("Mia"), "adults/a1/adult_relation": answer.Text("mother"),
		"adults/a1/adult_pr": answer.Text("yes"), "adults/a1/adult_in": answer.Text("yes"),
	}
	answers.Apply(more)
	rec, err := o.Begin(o.t.Context(), by, "family", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answers})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// personOn is the id of whoever a row of a record is about.
func (o office) personOn(id, group, row string) string {
	o.t.Helper()
	found := ""
	if err := o.DB.Read(o.t.Context(), func(tx *store.Tx) error {
		on, err := tx.PeopleOf(id)
		for _, rp := range on {
			if rp.Group == group && rp.Row == row {
				found = rp.Person.ID
			}
		}
		return err
	}); err != nil || found == "" {
		o.t.Fatal(err, "nobody there")
	}
	return found
}

func (o office) child(by casework.By, id string) *casework.Child {
	o.t.Helper()
	c, err := o.Child(o.t.Context(), by, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// references are the records that a child's page shows.
func references(c *casework.Child) []string {
	var out []string
	for _, s := range c.On {
		out = append(out, s.Record.Reference)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A child's page shows the records that its reader may see, and nothing of any
// other: not their names for the child, not a count, not that they are there.
func TestChildIsWhatTheReaderMaySee(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		worker, manager, lado := o.by("social_worker"), o.by("social_care_manager"), o.by("lado")
		rec := o.siblings(worker, nil)
		ava := o.personOn(rec.ID, "children", "r1")
		draft, err := o.StartAbout(t.Context(), worker, rec.ID, "hush")
		if err != nil {
			t.Fatal(err)
		}
		sent, err := o.Send(t.Context(), worker, draft.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		hush := sent.Record
		// What the restricted record says changes the entry that both share.
		if _, err := o.Answer(t.Context(), lado, hush.ID, hush.Revision, answer.Set{
			"children/r1/given_names": answer.Text("Ava Hidden"), "children/r1/died_on": answer.Text("2026-03-01"),
		}, "As told"); err != nil {
			t.Fatal(err)
		}
		c := o.child(manager, ava)
		if got := references(c); !slices.Equal(got, []string{rec.Reference}) || c.Name != "Ava" || c.More {
			t.Errorf("the manager sees %v of %q", got, c.Name)
		}
		if !c.On[0].Person.Died.IsZero() {
			t.Error("a record that is not theirs tells the manager of a death")
		}
		if c := o.child(lado, ava); !slices.Equal(references(c), []string{hush.Reference}) || c.Name != "Ava Hidden" || len(c.Around) != 1 {
			t.Errorf("the designated officer sees %v of %q with %v", references(c), c.Name, c.Around)
		}
		for _, role := range []string{"police_officer", "auditor", "mash_manager"} {
			_, err := o.Child(t.Context(), o.by(role), ava)
			kind(t, err, fault.NotFound)
			_, err = o.Family(t.Context(), o.by(role), ava)
			kind(t, err, fault.NotFound)
		}
		_, err = o.Child(t.Context(), manager, "nobody")
		kind(t, err, fault.NotFound)

		// Each record of which something was shown was read.
		reads := 0
		if err := o.DB.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.AuditOf(rec.ID, 100, 0)
			for _, e := range events {
				if e.Act == "read" && e.Actor == string(manager.Principal) && e.Detail["page"] == "person" {
					reads++
				}
			}
			return err
		}); err != nil || reads != 1 {
			t.Errorf("%v: %d reads of the record in the log", err, reads)
		}

		// A lock takes it away from whoever it does not name.
		if err := o.Restrict(t.Context(), manager, rec.ID, "high_risk", "A threat", []string{manager.Worker()}); err != nil {
			t.Fatal(err)
		}
		_, err = o.Child(t.Context(), worker, ava)
		kind(t, err, fault.NotFound)
		if list := o.actions(worker, casework.ActionsMine).List; len(list) != 0 {
			t.Errorf("the list of actions tells of a locked record: %v", list)
		}
	})
}

// An address that is sealed to others is not on the page, and one that must never
// be printed carries its warning.
func TestChildsAddress(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		worker, manager := o.by("social_worker"), o.by("social_care_manager")
		rec := o.siblings(worker, nil)
		ava := o.personOn(rec.ID, "children", "r1")
		seat := o.child(worker, ava).On[0]
		if len(seat.Person.Addresses) != 0 || !seat.HeldFact("home") {
			t.Errorf("a worker it is sealed from sees %v", seat.Person.Addresses)
		}
		for _, v := range o.child(worker, ava).On[0].Revisions {
			if strings.Contains(string(v.Bytes()), "Refuge") {
				t.Error("a revision tells of it")
			}
		}
		homes := o.child(manager, ava).On[0].Person.Addresses
		if len(homes) != 1 || homes[0].Disclosure != person.NeverPrint || homes[0].Warning() == "" {
			t.Errorf("the manager sees %v", homes)
		}
	})
}

// Two entries that a worker joined are one child to whoever may see both, until
// somebody says that they are not.
func TestChildJoinedAndApart(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		mine, theirs, manager := o.by("social_worker"), o.later(time.Hour).by("social_worker#2"), o.by("social_care_manager")
		first, second := o.siblings(mine, nil), o.siblings(theirs, answer.Set{"children/r1/given_names": answer.Text("Avie")})
		a, b := o.personOn(first.ID, "children", "r1"), o.personOn(second.ID, "children", "r1")
		if err := o.LinkPerson(t.Context(), manager, first.ID, a, b, "Same mother and birthday"); err != nil {
			t.Fatal(err)
		}
		c := o.child(manager, a)
		if len(references(c)) != 2 || len(c.Same) != 2 || c.Name != "Avie" {
			t.Errorf("joined: %v, %v, %q", references(c), c.Same, c.Name)
		}
		if c := o.child(mine, a); !slices.Equal(references(c), []string{first.Reference}) || len(c.Links) != 0 || c.Name != "Ava" {
			t.Errorf("whoever sees one of them sees %v, %v, %q", references(c), c.Links, c.Name)
		}
		if err := o.UnlinkPerson(t.Context(), manager, first.ID, c.Links[0].ID, "Cousins"); err != nil {
			t.Fatal(err)
		}
		if c := o.child(manager, a); !slices.Equal(references(c), []string{first.Reference}) || len(c.Links) != 1 || c.Links[0].Undone == nil {
			t.Errorf("apart: %v, %v", references(c), c.Links)
		}
	})
}

// The children of a family are those on the same records and those of the same
// parent, each once.
func TestFamily(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		worker, manager := o.by("social_worker"), o.by("social_care_manager")
		first := o.siblings(worker, nil)
		second := o.siblings(worker, answer.Set{
			"children": answer.List("r1"), "children/r1/given_names": answer.Text("Nia"), "children/r1/home_flag": {}, "children/r1/home": {},
			"children/r2/given_names": {}, "children/r1/born": {},
		})
		other := o.siblings(worker, answer.Set{"adults/a1/adult_relation": answer.Text("other"), "children/r1/given_names": answer.Text("Zed")})
		mother := o.personOn(first.ID, "adults", "a1")
		for _, rec := range []record.Record{second, other} {
			if err := o.LinkPerson(t.Context(), manager, rec.ID, o.personOn(rec.ID, "adults", "a1"), mother, "The same Mia"); err != nil {
				t.Fatal(err)
			}
		}
		family := func(by casework.By, id string) (*casework.Family, []string) {
			t.Helper()
			f, err := o.Family(t.Context(), by, id)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range f.Children {
				names = append(names, c.Name)
			}
			return f, names
		}
		ava := o.personOn(first.ID, "children", "r1")
		f, names := family(manager, ava)
		if !slices.Equal(names, []string{"Ava", "Leo", "Nia"}) || len(f.Adults) != 1 || f.Adults[0].Name != "Mia" || len(f.Because[f.Children[2].ID]) == 0 {
			t.Errorf("the family is %v with %v because %v", names, f.Adults, f.Because)
		}
		if _, names := family(manager, mother); !slices.Contains(names, "Ava") || !slices.Contains(names, "Nia") {
			t.Errorf("from the mother: %v", names)
		}
		// Where the join is not to be seen, nobody is reached through it.
		if err := o.Restrict(t.Context(), manager, second.ID, "high_risk", "A threat", []string{manager.Worker()}); err != nil {
			t.Fatal(err)
		}
		if _, names := family(worker, ava); slices.Contains(names, "Nia") {
			t.Errorf("a locked record is reached: %v", names)
		}
	})
}

func (o office) actions(by casework.By, whose string) *casework.Actions {
	o.t.Helper()
	list, err := o.Actions(o.t.Context(), by, whose)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// step takes a step.
func (o office) step(by casework.By, id, step string, changes answer.Set) {
	o.t.Helper()
	if _, err := o.TakeStep(o.t.Context(), by, id, step, 0, changes); err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
}

func whats(list *casework.Actions) []string {
	out := []string{}
	for _, a := range list.List {
		out = append(out, a.What)
	}
	return out
}

// One list holds what waits for a worker: actions that name them, limits of
// records that are theirs, what they alone were asked. Others' late actions are
// on the list of those who answer for the record.
func TestActions(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		worker, owner, manager, stranger := o.by("social_worker"), o.by("early_help_worker"), o.by("social_care_manager"), o.by("social_worker#9")
		rec := o.siblings(worker, nil)
		o.step(worker, rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Ring the school"), "actions/new/owner": answer.Text(owner.Worker()), "actions/new/due": answer.Text("2026-03-20")})
		o.step(worker, rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("No limit"), "actions/new/owner": answer.Text(owner.Worker())})
		o.step(worker, rec.ID, "agree", answer.Set{"actions/new/what": answer.Text("Nobody named"), "actions/new/due": answer.Text("2026-03-19")})

		want := func(by casework.By, whose string, what ...string) {
			t.Helper()
			if got := whats(o.actions(by, whose)); !slices.Equal(got, what) {
				t.Errorf("%s of %s: %q, want %q", whose, by.Worker(), got, what)
			}
		}
		want(owner, casework.ActionsMine, "Ring the school", "No limit")
		// A row that is the reader themself, such as a guest, is called by what is to be done.
		named := owner
		named.Viewer.Worker.Name = "Ring"
		want(named, casework.ActionsMine, "Done", "No limit")
		// The one who began it has what nobody else was named for.
		want(worker, casework.ActionsMine, "Nobody named", "Child visited")
		want(manager, casework.ActionsTeam, "Nobody named", "Decided")
		want(manager, casework.ActionsMine)
		want(stranger, casework.ActionsMine)
		want(stranger, casework.ActionsTeam)
		want(manager, casework.ActionsLate)

		// Given to a worker, the record's limits are theirs, and the team's are those
		// that only somebody else can meet.
		o.step(manager, rec.ID, "give", answer.Set{"worker": answer.Text(stranger.Worker())})
		want(stranger, casework.ActionsMine, "Nobody named", "Child visited")
		want(worker, casework.ActionsMine)
		want(manager, casework.ActionsTeam, "Decided")

		// The owner is told before and after, and so are those who answer for it.
		o = o.later(74 * time.Hour)
		for _, who := range []*casework.By{&worker, &owner, &manager, &stranger} {
			who.Now, who.Viewer.Now = o.now, o.now
		}
		told := func(by casework.By) []string {
			t.Helper()
			list, err := o.Notices(t.Context(), by, 50)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, n := range list {
				if strings.HasPrefix(n.Message, "clock_") && n.To == access.ToWorker(by.Worker()) {
					out = append(out, n.Message)
				}
			}
			return out
		}
		if _, err := o.TellClocks(t.Context(), o.now); err != nil {
			t.Fatal(err)
		}
		if got := told(owner); !slices.Equal(got, []string{"clock_warn"}) {
			t.Errorf("before, the owner is told %v", got)
		}
		o = o.later(8 * 24 * time.Hour)
		for _, who := range []*casework.By{&worker, &owner, &manager, &stranger} {
			who.Now, who.Viewer.Now = o.now, o.now
		}
		if _, err := o.TellClocks(t.Context(), o.now); err != nil {
			t.Fatal(err)
		}
		if got := told(owner); !slices.Contains(got, "clock_overdue") {
			t.Errorf("after, the owner is told %v", got)
		}
		if got := told(worker); len(got) != 0 {
			t.Errorf("someone who has nothing to do is told %v", got)
		}

		// Late: on the owner's own list first, and on the list of who answers for it.
		if list := o.actions(owner, casework.ActionsMine).List; len(list) != 2 || !list[0].Late(o.now) || list[1].Late(o.now) {
			t.Errorf("the owner's list is %v", list)
		}
		want(manager, casework.ActionsLate, "Nobody named", "Ring the school")
		want(stranger, casework.ActionsLate, "Ring the school")
		want(worker, casework.ActionsLate, "Nobody named", "Ring the school")
		want(owner, casework.ActionsLate)
		late := o.actions(manager, casework.ActionsLate)
		if who := late.List[1].Who; !slices.Equal(who, []string{owner.Worker()}) || late.Names["worker:"+owner.Worker()] == "" {
			t.Errorf("the late action is %v's, %v", who, late.Names)
		}

		// Done, it leaves the list and can be seen for four weeks.
		row := o.actions(owner, casework.ActionsMine).List[0].Row
		o.step(owner, rec.ID, "done/"+row, answer.Set{answer.RowKey("actions", row, "done_words"): answer.Text("By phone")})
		want(owner, casework.ActionsMine, "No limit")
		want(owner, casework.ActionsDone, "Ring the school")
		owner.Now = o.now.Add(29 * 24 * time.Hour)
		owner.Viewer.Now = owner.Now
		want(owner, casework.ActionsDone)
	})
}

// Who alone was asked has it on their list until they have answered, and again
// when they are asked again.
func TestActionsAsked(t *testing.T) {
	household(t, func(t *testing.T, o office) {
		worker, lead := o.by("social_worker"), o.by("early_help_worker")
		rec := o.siblings(worker, nil)
		ask := func() {
			o.step(worker, rec.ID, "offer", answer.Set{"next": answer.Text(lead.Worker())})
		}
		ask()
		if got := whats(o.actions(lead, casework.ActionsMine)); !slices.Equal(got, []string{"I will lead"}) {
			t.Errorf("asked: %q", got)
		}
		o.step(lead, rec.ID, "accept", nil)
		if got := whats(o.actions(lead, casework.ActionsMine)); len(got) != 0 {
			t.Errorf("answered: %q", got)
		}
		if got := whats(o.actions(lead, casework.ActionsDone)); !slices.Equal(got, []string{"I will lead"}) {
			t.Errorf("done: %q", got)
		}
	})
}
