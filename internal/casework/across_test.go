package casework_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
)

const watchText = `
pathway: watch
version: 1
title: Watch
summary: x
owner: testers
reference: "{authority}"
offered: Work
restricted: [lado]
known_across: { group: adults, to: [lado], ring: adult-in-trust, words: Ring them. }
groups:
  - id: adults
    item: adult
    title: Adults
    max: 1
    name: [first, last]
    person: { role: adult, given_names: first, family_name: last, born: adult_born }
pages:
  - page: adult
    title: Adult
    repeat: adults
    questions:
      - { id: first, type: text, label: Name }
      - { id: last, type: text, label: Last name }
      - { id: adult_born, type: date, label: Born }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: judged, label: Judged, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [school_lead]
    grants:
      - { key: a, to: author, may: [status], why: They began it. }
      - { key: m, to: "role:lado", may: [view, act], why: They look after it. }
  - id: judge
    label: Judge
    from: open
    to: judged
    by: [lado]
    marks: [history_looked]
    ask:
      - { id: pattern, type: text, label: Pattern, show_if: count.same_person > 0, require_if: count.same_person > 0 }
  - { id: again, label: Look again, from: judged, by: [lado], marks: [history_looked], ask: [ { id: pattern } ] }
  - id: shut
    label: Shut
    from: judged
    to: shut
    by: [lado]
    allow_if: [ { if: count.same_person_new == 0, else: Look again first. } ]
roles: { children: adults }
`

// Three front doors each have a record about one adult, who is the same by name and
// birth. Each learns that there are others and whom to ring, and no word of theirs;
// none can judge without saying what pattern they make, or end without having looked
// at what came since.
func TestOtherAreasKnowOfTheSamePerson(t *testing.T) {
	made(t, map[string]string{"watch/pathway.yaml": watchText}, func(t *testing.T, o office) {
		in := func(role, authority string) casework.By {
			w := caseworktest.Worker(t, o.Desk, role+"@"+authority, role, authority, "")
			return casework.ByWorker(w, &o.Place.Register, o.now)
		}
		begin := func(authority, first, born string) record.Record {
			t.Helper()
			rec, err := o.Begin(t.Context(), in("school_lead", authority), "watch", casework.Beginning{Authority: authority, Step: "begin", Answers: answer.Set{
				"adults": answer.List("r1"), "adults/r1/first": answer.Text(first), "adults/r1/last": answer.Text("Quibble"), "adults/r1/adult_born": answer.Text(born),
			}})
			if err != nil {
				t.Fatal(err)
			}
			return rec
		}
		take := func(by casework.By, id, step string, set answer.Set) error {
			_, err := o.TakeStep(t.Context(), by, id, step, 0, set)
			return err
		}
		essex, southend := begin("essex", "Kim", "1980-05-05"), begin("southend", "Kim", "1980-05-05")
		begin("essex", "Robin", "1991-01-01") // somebody else
		o = o.later(time.Hour)
		here := begin("thurrock", "Kim", "1980-05-05")
		lado := in("lado", "thurrock")

		if err := take(lado, here.ID, "judge", nil); err == nil {
			t.Fatal("judged before anybody looked")
		}
		k, v, err := o.Known(t.Context(), lado, here.ID)
		if err != nil || len(k.Elsewhere) != 2 || k.Elsewhere[0].Authority != "essex" || k.Elsewhere[1].Authority != "southend" || k.Elsewhere[0].Phone == "" {
			t.Fatalf("%v: known elsewhere %+v", err, k.Elsewhere)
		}
		for _, p := range k.People {
			if len(p.Candidates) != 0 || len(p.Records) != 0 && p.Records[0].Record != here.ID {
				t.Errorf("more was told than that there is one: %+v", p)
			}
		}
		if v.Facts.Actor.ID == "" {
			t.Error("nobody looked")
		}
		if err := take(lado, here.ID, "judge", nil); err == nil || !strings.Contains(fault.SafeText(err), "pattern") {
			t.Errorf("judged without the pattern: %v", err)
		}
		if told := notes(t, o, in("lado", "essex"), "known_across"); len(told) != 0 {
			t.Errorf("told before anybody looked: %v", told)
		}
		if err := take(lado, here.ID, "judge", answer.Set{"pattern": answer.Text("Three clubs, one coach")}); err != nil {
			t.Fatal(err)
		}
		// Each of the others is led to their own record, and may not open this one.
		for who, own := range map[string]record.Record{"essex": essex, "southend": southend} {
			told := notes(t, o, in("lado", who), "known_across")
			if len(told) != 1 || told[0] != own.ID {
				t.Errorf("%s was told %v, want of %s", who, told, own.ID)
			}
			_, err := o.Open(t.Context(), in("lado", who), here.ID)
			kind(t, err, fault.NotFound)
		}
		// The log of the other record says that it was told of.
		looked, _, err := o.WhoLooked(t.Context(), in("lado", "essex"), essex.ID, 50)
		found := false
		for _, e := range looked {
			found = found || e.Act == "tell-across"
		}
		if err != nil || !found {
			t.Errorf("%v: nothing in the log of the other record: %+v", err, looked)
		}

		o = o.later(time.Hour)
		lado = in("lado", "thurrock")
		begin("essex", "Kim", "1980-05-05")
		if err := take(lado, here.ID, "shut", nil); err == nil || !strings.Contains(fault.SafeText(err), "Look again first") {
			t.Errorf("ended without looking at what came since: %v", err)
		}
		if _, _, err := o.Known(t.Context(), lado, here.ID); err != nil {
			t.Fatal(err)
		}
		o = o.later(time.Minute)
		lado = in("lado", "thurrock")
		if err := take(lado, here.ID, "again", answer.Set{"pattern": answer.Text("A fourth")}); err != nil {
			t.Fatal(err)
		}
		if err := take(lado, here.ID, "shut", nil); err != nil {
			t.Error(err)
		}
	})
}

// notes are the records of which someone was told something.
func notes(t *testing.T, o office, by casework.By, message string) (out []string) {
	t.Helper()
	all, err := o.Notices(t.Context(), by, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		if n.Message == message {
			out = append(out, n.Record)
		}
	}
	return out
}
