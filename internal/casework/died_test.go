package casework_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
)

const lettersText = `
pathway: letters
version: 1
title: Letters to a family
summary: x
owner: testers
reference: "{authority}"
offered: Work
groups:
  - id: children
    item: child
    title: Children
    name: [given_names, family_name]
    person: { role: child, given_names: given_names, family_name: family_name, born: born, died: died_on }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: family_name, type: text, label: Last name }
      - { id: born, type: date, label: Born }
      - { id: died_on, type: date, label: Died on }
  - page: you
    title: You
    questions:
      - { id: sender_email, type: email, label: Email }
      - { id: words, type: text, label: Words }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker, school_lead, system, public]
    grants:
      - { key: a, to: author, may: [status], why: They began it. }
      - { key: m, to: "role:social_worker", may: [view, act], why: They look after it. }
  - id: write
    label: Write to them
    from: open
    by: [social_worker]
    documents: [home, school, sender]
  - { id: shut, label: Shut, from: open, to: shut, by: [social_worker], notices: [{ to: author, message: news }] }
documents:
  - { id: home, title: Home, to: parents, message: home, allow: [words] }
  - { id: school, title: School, to: school, message: home, allow: [words] }
  - { id: sender, title: Sender, to: referrer, message: home, allow: [words] }
roles: { children: children, sender_email: sender_email }
`

var lettersFiles = map[string]string{
	"letters/pathway.yaml": lettersText, "letters/messages/home.md": "{{q.words}}\n", "letters/messages/news.md": "There is news.\n",
	"hidden/pathway.yaml": strings.NewReplacer(
		"pathway: letters", "pathway: hidden\nrestricted: [lado]", `"role:social_worker", may: [view, act]`, `"role:lado", may: [view, act]`,
		"by: [social_worker]", "by: [lado]", "offered: Work", "offered: Elsewhere", "by: [social_worker, school_lead, system, public]", "by: [school_lead, system, public]").Replace(lettersText),
	"hidden/messages/home.md": "{{q.words}}\n", "hidden/messages/news.md": "There is news.\n",
}

func (o office) household(pathway, given, born, died string) record.Record {
	o.t.Helper()
	set := answer.Set{
		"children": answer.List("r1"), "children/r1/given_names": answer.Text(given), "children/r1/family_name": answer.Text("Smith"),
		"children/r1/born": answer.Text(born), "words": answer.Text("Come on Tuesday."), "sender_email": answer.Text("home@family.example"),
	}
	if died != "" {
		set["children/r1/died_on"] = answer.Text(died)
	}
	rec, err := o.Begin(o.t.Context(), casework.ByVisitor("v-"+given+born+died+pathway, o.now), pathway, casework.Beginning{Authority: "thurrock", Step: "begin", Answers: set})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

// mailed counts the mails that wait to go out.
func (o office) mailed() int {
	o.t.Helper()
	return len(queuedMails(o.t, o.Desk))
}

// A child of the same name and birth as one who has died, with no number: whatever
// goes to the family waits until somebody has said whether it is the same child, and
// goes or stays by what they say.
func TestAChildWhoMayHaveDied(t *testing.T) {
	made(t, lettersFiles, func(t *testing.T, o office) {
		worker := o.by("social_worker")
		live, other := o.household("letters", "Ada", "2015-05-05", ""), o.household("letters", "Eve", "2015-05-05", "")
		// The death stands on a record that nobody of these may know of.
		o.household("hidden", "ADA", "2015-05-05", "2026-03-16")
		later := o.household("letters", "Ada", "2015-05-05", "")

		told, err := o.Notices(t.Context(), worker, 20)
		if err != nil || len(told) != 2 || told[0].Message != "may_have_died" || told[0].Record == told[1].Record {
			t.Fatalf("%v: told %+v", err, told)
		}
		write := func(rec record.Record) (out []string) {
			t.Helper()
			if _, err := o.TakeStep(t.Context(), worker, rec.ID, "write", 0, nil); err != nil {
				t.Fatal(err)
			}
			for _, doc := range o.open(worker, rec.ID).Sent {
				switch {
				case doc.Withheld != "" && doc.Body != "":
					t.Errorf("%s is withheld and holds %q", doc.To, doc.Body)
				case doc.Withheld != "":
					out = append(out, doc.To+" waits")
				default:
					out = append(out, doc.To+" went")
				}
			}
			return out
		}
		is := func(when string, got []string, want ...string) {
			t.Helper()
			slices.Sort(got) // letters of one moment have no order
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		is("a twin with another name", write(other), "parents went", "school went", "referrer went")
		before := o.mailed()
		is("before anyone said", write(live), "parents waits", "school went", "referrer went")
		if n := o.mailed(); n != before {
			t.Errorf("%d mails went to what may be the family", n-before)
		}

		v := o.open(worker, live.ID)
		if len(v.MayHaveDied) != 1 || !v.MayHaveDied[0].Open() || v.MayHaveDied[0].Died.String() != "2026-03-16" || len(v.Died) != 0 {
			t.Fatalf("asked %+v, died %v", v.MayHaveDied, v.Died)
		}
		q := v.MayHaveDied[0].Question
		say := func(rec, question string, same bool, why string) error {
			return o.SayWhetherDied(t.Context(), worker, rec, question, same, why)
		}
		kind(t, o.SayWhetherDied(t.Context(), o.by("school_lead"), live.ID, q, true, "x"), fault.NotFound)
		kind(t, say(other.ID, q, true, "x"), fault.NotFound)
		if say(live.ID, q, false, " ") == nil {
			t.Error("nobody said why")
		}
		if err := say(live.ID, q, false, "I saw her today"); err != nil {
			t.Fatal(err)
		}
		v = o.open(worker, live.ID)
		sent := 0
		for _, doc := range v.Sent {
			if doc.To == "parents" && doc.Withheld == "" && strings.HasPrefix(doc.Body, "Come on Tuesday") {
				sent++
			}
		}
		if n := o.mailed(); sent != 1 || n != before+1 {
			t.Errorf("after “not the same” %d letters and %d mails went", sent, n-before)
		}
		if said := v.MayHaveDied[0].Answers; len(said) != 1 || said[0].Why != "I saw her today" || said[0].Same {
			t.Errorf("kept %+v", said)
		}

		// It is the same child on the other record, so nothing goes and nothing held ever does.
		q = o.open(worker, later.ID).MayHaveDied[0].Question
		is("on the record that came later", write(later), "parents waits", "school went", "referrer went")
		if err := say(later.ID, q, true, "The same home"); err != nil {
			t.Fatal(err)
		}
		v = o.open(worker, later.ID)
		if len(v.Died) != 1 || o.mailed() != before+1 {
			t.Errorf("died %v, %d mails", v.Died, o.mailed()-before)
		}
		known, _, err := o.Known(t.Context(), worker, later.ID)
		if err != nil || len(known.People[0].Links)+len(known.People[0].Records) != 0 {
			t.Errorf("%v: what is known tells of the hidden record: %+v", err, known.People[0])
		}
		// A slip can be put right: they are two children after all.
		if err := say(later.ID, q, false, "I looked at the wrong file"); err != nil {
			t.Fatal(err)
		}
		if v = o.open(worker, later.ID); len(v.Died) != 0 || len(v.MayHaveDied) != 1 || len(v.MayHaveDied[0].Answers) != 2 {
			t.Errorf("after the correction: died %v, %+v", v.Died, v.MayHaveDied)
		}
		if _, _, err := o.Verify(t.Context(), "", nil); err != nil {
			t.Error(err)
		}
	})
}

// Whoever sends without an account is asked to confirm their address by a mail; not
// while the child may be one who has died, and never once the child has.
func TestNoConfirmingMailAboutAChildWhoHasDied(t *testing.T) {
	made(t, lettersFiles, func(t *testing.T, o office) {
		send := func(given, died string) record.Record {
			t.Helper()
			me := casework.ByVisitor("v-"+given+died, o.now)
			set := answer.Set{
				"children": answer.List("r1"), "children/r1/given_names": answer.Text(given), "children/r1/family_name": answer.Text("Smith"),
				"children/r1/born": answer.Text("2015-05-05"), "sender_email": answer.Text("home@family.example"),
			}
			if died != "" {
				set["children/r1/died_on"] = answer.Text(died)
			}
			dr, err := o.StartDraft(t.Context(), me, "letters", nil)
			if err == nil {
				_, err = o.SaveDraft(t.Context(), me, dr.ID, set, "")
			}
			if err != nil {
				t.Fatal(err)
			}
			sent, err := o.Send(t.Context(), me, dr.ID, "hash"+given+died)
			if err != nil {
				t.Fatal(err)
			}
			return sent.Record
		}
		send("Eve", "")
		if n := o.mailed(); n != 1 {
			t.Fatalf("%d mails to somebody who told of a child who lives", n)
		}
		send("Ada", "2026-03-16")
		if n := o.mailed(); n != 1 {
			t.Errorf("%d mails went about a child who has died", n-1)
		}
		later := send("Ada", "")
		if n := o.mailed(); n != 1 {
			t.Errorf("%d mails went about a child who may have died", n-1)
		}
		w := caseworktest.Worker(t, o.Desk, "Sal Social", "social_worker", later.Authority, "")
		worker := casework.ByWorker(w, &o.Place.Register, o.now)
		if err := o.SayWhetherDied(t.Context(), worker, later.ID, o.open(worker, later.ID).MayHaveDied[0].Question, false, "She is here"); err != nil {
			t.Fatal(err)
		}
		if mails := queuedMails(t, o.Desk); len(mails) != 2 || mails[1].Template != "confirm_email" {
			t.Errorf("after “not the same” there are %+v", mails)
		}
	})
}
