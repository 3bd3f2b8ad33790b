package casework_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// office is a desk with the people of a front door at work.
type office struct {
	*casework.Desk
	t   *testing.T
	now time.Time
}

// made runs a test on each engine, at a desk that knows only pathways made for it,
// given by the names of their files.
func made(t *testing.T, files map[string]string, test func(t *testing.T, o office)) {
	t.Helper()
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) { test(t, knows(t, d, files)) })
}

// knows is a desk that knows only these pathways.
func knows(t *testing.T, d *casework.Desk, files map[string]string) office {
	t.Helper()
	folders := fstest.MapFS{}
	for name, text := range files {
		folders[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, faults := pathway.LoadAll(folders, caseworktest.Partnership().Place)
	if lib == nil {
		t.Fatal(faults)
	}
	d.Pathways = lib
	if err := d.KeepPathwayTexts(t.Context(), caseworktest.Start); err != nil {
		t.Fatal(err)
	}
	return office{d, t, caseworktest.Start}
}

func each(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		test(t, office{d, t, caseworktest.Start})
	})
}

// by is someone of a role in Thurrock; "mash_manager#2" is another of them.
func (o office) by(name string) casework.By {
	role, _, _ := strings.Cut(name, "#")
	w := caseworktest.Worker(o.t, o.Desk, name, role, "thurrock", "")
	return casework.ByWorker(w, &o.Place.Register, o.now)
}

func (o office) later(d time.Duration) office {
	o.now = o.now.Add(d)
	return o
}

// worry is a neighbour's worry about one child, and what the front door has
// then.
func (o office) worry(given, family, born string) record.Record {
	o.t.Helper()
	answers := answer.Set{
		"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"),
		"child_area": answer.Text("thurrock"), "public_saw": answer.Text("He was outside on his own in the dark."),
		"public_when": answer.Text("Most evenings"), "children": answer.List("r1"), "children/r1/given_names": answer.Text(given),
		"children/r1/family_name": answer.Text(family), "lives_with": answer.Text("His mum"), "how_know": answer.Text("I live next door"),
		"stay_anonymous": answer.Text("yes"),
	}
	if born != "" {
		answers["children/r1/born"] = answer.Text(born)
	}
	rec, err := o.Begin(o.t.Context(), casework.ByVisitor("v", o.now), "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: answers})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

func (o office) open(by casework.By, id string) *casework.View {
	o.t.Helper()
	v, err := o.Open(o.t.Context(), by, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func kind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Fatalf("got %v, want a fault of kind %v", err, want)
	}
}

func TestTwoPeopleSaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		a, b := o.by("mash_officer"), o.by("mash_officer#2")

		// Different answers are both kept.
		if _, err := o.Answer(t.Context(), a, rec.ID, 1, answer.Set{"public_when": answer.Text("Every evening")}, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Answer(t.Context(), b, rec.ID, 1, answer.Set{"lives_with": answer.Text("His mum and her friend")}, ""); err != nil {
			t.Fatal(err)
		}
		v := o.open(a, rec.ID)
		if v.Answers.Text("public_when") != "Every evening" || v.Answers.Text("lives_with") != "His mum and her friend" {
			t.Errorf("an answer was lost: %v", v.Answers)
		}

		// The same answer shows both and changes nothing.
		_, err := o.Answer(t.Context(), b, rec.ID, 1, answer.Set{"public_when": answer.Text("At weekends")}, "")
		var c *casework.Conflict
		if !errors.As(err, &c) || len(c.Fields) != 1 || c.Fields[0].Mine != "At weekends" || c.Fields[0].Theirs != "Every evening" {
			t.Fatalf("got %v, want a conflict with both answers", err)
		}
		kind(t, err, fault.Conflict)
		if got := o.open(a, rec.ID).Answers.Text("public_when"); got != "Every evening" {
			t.Errorf("a conflict changed the answer to %q", got)
		}
		// Having seen both, the choice is kept.
		if _, err := o.Answer(t.Context(), b, rec.ID, c.Revision, answer.Set{"public_when": answer.Text("At weekends")}, "The sender rang"); err != nil {
			t.Fatal(err)
		}
		if v := o.open(a, rec.ID); v.Answers.Text("public_when") != "At weekends" || v.Record.Revision != 4 {
			t.Errorf("revision %d, %q", v.Record.Revision, v.Answers.Text("public_when"))
		}

		// Two children added at the same time are both there.
		for i, by := range []casework.By{a, b} {
			row := []string{"rx", "ry"}[i]
			if _, err := o.Answer(t.Context(), by, rec.ID, 4, answer.Set{
				"children": answer.List("r1", row), answer.RowKey("children", row, "given_names"): answer.Text("Sibling " + row),
			}, ""); err != nil {
				t.Fatal(err)
			}
		}
		if rows := o.open(a, rec.ID).Answers.Rows("children"); len(rows) != 3 {
			t.Errorf("rows %v, want three children", rows)
		}
	})
}

func TestManySavesLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		by := o.by("mash_officer")
		var wg sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = o.Answer(t.Context(), by, rec.ID, 1, answer.Set{answer.RowKey("children", "r1", "q"+string(rune('a'+i))): answer.Text("kept")}, "")
			})
		}
		wg.Wait()
		v := o.open(by, rec.ID)
		for i, err := range errs {
			k := answer.RowKey("children", "r1", "q"+string(rune('a'+i)))
			if err != nil || v.Answers.Text(k) != "kept" {
				t.Errorf("save %d: %v, kept %q", i, err, v.Answers.Text(k))
			}
		}
		if v.Record.Revision != 1+len(errs) {
			t.Errorf("revision %d, want %d", v.Record.Revision, 1+len(errs))
		}
	})
}

func TestLinkedPeopleAndThirdContact(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		first := o.later(-40*24*time.Hour).worry("Mohammed", "Smyth", "2019-04-05")
		second := o.later(-20*24*time.Hour).worry("Muhammad", "Smith", "2019-05-04") // day and month swapped
		old := o.later(-400*24*time.Hour).worry("Mohammed", "Smyth", "2019-04-05")
		third := o.worry("Mohamed", "Smith", "2019-04-05")
		worker := o.by("mash_social_worker")

		k, _, err := o.Known(t.Context(), worker, third.ID)
		if err != nil || len(k.People) != 1 {
			t.Fatalf("known: %+v %v", k, err)
		}
		var candidate person.Person
		for _, c := range k.People[0].Candidates {
			if len(c.Score.Reasons) == 0 {
				t.Errorf("a match without a reason: %+v", c)
			}
			if c.Records[0].Record == second.ID {
				candidate = c.Person
			}
		}
		if candidate.ID == "" {
			t.Fatalf("the child with swapped day and month is not among %d candidates", len(k.People[0].Candidates))
		}
		me := k.People[0].On.Person.ID
		kind(t, o.LinkPerson(t.Context(), worker, third.ID, me, candidate.ID, ""), fault.Invalid)
		if err := o.LinkPerson(t.Context(), worker, third.ID, me, candidate.ID, "Same mother and school"); err != nil {
			t.Fatal(err)
		}
		for _, c := range k.People[0].Candidates {
			if c.Person.ID != candidate.ID {
				if err := o.LinkPerson(t.Context(), worker, third.ID, me, c.Person.ID, "Same mother"); err != nil {
					t.Fatal(err)
				}
			}
		}
		k, _, err = o.Known(t.Context(), worker, third.ID)
		if err != nil || k.Count != 3 {
			t.Errorf("%d contacts in 12 months, want 3 (not the one 400 days ago): %v", k.Count, err)
		}
		records := map[string]bool{}
		for _, r := range k.People[0].Records {
			records[r.Record] = true
		}
		if !records[first.ID] || !records[second.ID] || !records[old.ID] {
			t.Errorf("earlier contacts %v, want all three", records)
		}
		// Undoing a link loses nothing and takes nothing with it.
		for _, l := range k.People[0].Links {
			if err := o.UnlinkPerson(t.Context(), worker, third.ID, l.ID, "Another child"); err != nil {
				t.Fatal(err)
			}
		}
		k, _, err = o.Known(t.Context(), worker, third.ID)
		if err != nil || len(k.People[0].Same) != 0 || len(k.People[0].Candidates) < 2 {
			t.Errorf("after undoing: %d same, %d candidates, %v", len(k.People[0].Same), len(k.People[0].Candidates), err)
		}
	})
}

func TestDraftsComeBack(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		me, someone := casework.ByVisitor("one", o.now), casework.ByVisitor("two", o.now)
		dr, err := o.StartDraft(t.Context(), me, "referral", answer.Set{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.SaveDraft(t.Context(), me, dr.ID, answer.Set{"public_saw": answer.Text("He was out")}, "saw"); err != nil {
			t.Fatal(err)
		}
		// Another device saves another answer: both are there.
		if _, err := o.SaveDraft(t.Context(), me, dr.ID, answer.Set{"public_when": answer.Text("Yesterday")}, "when"); err != nil {
			t.Fatal(err)
		}
		// So are answers that arrive in the same moment.
		var wg sync.WaitGroup
		keys := []answer.Key{"lives_with", "how_know", "where_words", "public_name", "public_safe_way", "child_says"}
		for _, k := range keys {
			wg.Go(func() {
				if _, err := o.SaveDraft(t.Context(), me, dr.ID, answer.Set{k: answer.Text("typed")}, "when"); err != nil {
					t.Errorf("%s: %v", k, err)
				}
			})
		}
		wg.Wait()
		if got, err := o.Draft(t.Context(), me, dr.ID); err != nil || len(got.Answers) != 2+len(keys) {
			t.Errorf("%d answers kept, want %d (%v)", len(got.Answers), 2+len(keys), err)
		}
		_, err = o.Draft(t.Context(), someone, dr.ID)
		kind(t, err, fault.NotFound)
		_, err = o.SaveDraft(t.Context(), someone, dr.ID, answer.Set{"public_saw": answer.Text("Nothing")}, "")
		kind(t, err, fault.NotFound)
		got, err := o.Draft(t.Context(), casework.ByVisitor("one", o.now.Add(time.Hour)), dr.ID)
		if err != nil || got.Answers.Text("public_saw") != "He was out" || got.Answers.Text("public_when") != "Yesterday" || got.Place != "when" {
			t.Fatalf("draft %+v, %v", got, err)
		}
		// What is not complete is not sent, says what is missing, and stays.
		_, err = o.Send(t.Context(), me, dr.ID, "hash")
		kind(t, err, fault.Invalid)
		if _, err := o.Draft(t.Context(), me, dr.ID); err != nil {
			t.Fatalf("a refused send lost the draft: %v", err)
		}
		// Kept for 28 days after the last word, then let go.
		if err := o.DropOldDrafts(t.Context(), o.now.Add(27*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Draft(t.Context(), me, dr.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.DropOldDrafts(t.Context(), o.now.Add(29*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		_, err = o.Draft(t.Context(), me, dr.ID)
		kind(t, err, fault.NotFound)
	})
}

func TestAllocateAllOrNone(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		a, b := o.worry("Archie", "Sample", ""), o.worry("Kit", "Other", "")
		manager, worker := o.by("mash_manager"), o.by("mash_social_worker")
		if err := o.Restrict(t.Context(), manager, b.ID, "high_risk", "A threat", nil); err != nil {
			t.Fatal(err)
		}
		if err := o.Allocate(t.Context(), manager, []string{a.ID, b.ID}, worker.Worker()); err == nil {
			t.Fatal("gave a locked record to someone it does not name")
		}
		if v := o.open(manager, a.ID); v.Record.Allocated != "" {
			t.Error("half of a refused allocation was kept")
		}
		if err := o.Allocate(t.Context(), manager, []string{a.ID}, worker.Worker()); err != nil {
			t.Fatal(err)
		}
		if v := o.open(worker, a.ID); v.Record.Allocated != worker.Worker() {
			t.Errorf("allocated to %q", v.Record.Allocated)
		}
	})
}

func TestVerifyNamesWhatWasChanged(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		if _, diffs, err := o.Verify(t.Context(), "", nil); err != nil || len(diffs) != 0 {
			t.Fatalf("a clean database differs: %v %v", diffs, err)
		}
		err := o.DB.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(`update record set state = 'closed' where id = $1`, rec.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, diffs, err := o.Verify(t.Context(), "", nil)
		if err != nil || len(diffs) == 0 || !strings.Contains(diffs[0].What, rec.Reference) {
			t.Errorf("a changed view was not named: %v %v", diffs, err)
		}
	})
}

// A letter about a family with an address that must not be told goes only after
// a second person has read exactly that letter.
func TestSecondPersonChecksLetters(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		officer, manager := o.by("mash_officer"), o.by("mash_manager")
		ctx := t.Context()
		if _, err := o.Answer(ctx, officer, rec.ID, 1, answer.Set{
			"children/r1/home_address":    {Parts: map[string]string{"line1": "1 Hidden House", "postcode": "RM17 6SL"}},
			"children/r1/home_disclosure": answer.Text(string(person.NeverPrint)),
		}, "The mother told us"); err != nil {
			t.Fatal(err)
		}
		take := func(by casework.By, step string, changes answer.Set) error {
			v := o.open(by, rec.ID)
			if step == "decide" {
				if _, _, err := o.Known(ctx, by, rec.ID); err != nil {
					t.Fatal(err)
				}
			}
			_, err := o.TakeStep(ctx, by, rec.ID, step, v.Record.Revision, changes)
			return err
		}
		for _, s := range []struct {
			by      casework.By
			step    string
			changes answer.Set
		}{
			{manager, "screen", answer.Set{"rating": answer.Text("green"), "rating_reason": answer.Text("No harm seen")}},
			{manager, "decide", answer.Set{
				"decision_consent": answer.Text("not_needed"), "decision_consent_words": answer.Text("Nothing is decided that needs it"),
				"children/r1/outcome": answer.Text("advice"), "children/r1/level_decided": answer.Text("1"), "children/r1/rationale": answer.Text("The family centre sees them"),
			}},
		} {
			if err := take(s.by, s.step, s.changes); err != nil {
				t.Fatalf("%s: %v", s.step, err)
			}
		}
		letters := answer.Set{
			"referrer_words": answer.Text("Thank you. Someone is helping."), "parents_letter": answer.Text("send"),
			"parents_words": answer.Text("We have spoken with the family centre."), "child_told_how": answer.Text("Not told: too young"),
		}
		dr, err := o.StepDraft(ctx, officer, rec.ID, "send_outcome")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.SaveDraft(ctx, officer, dr.ID, letters, ""); err != nil {
			t.Fatal(err)
		}
		kind(t, take(officer, "send_outcome", letters), fault.Forbidden)
		safe := casework.Verdict{Safe: true, Words: "No place or school is in it."}
		kind(t, o.CheckLetters(ctx, officer, rec.ID, "send_outcome", officer.Principal, "", safe), fault.Forbidden)
		waiting, err := o.LettersToCheck(ctx, manager, rec.ID)
		if err != nil || len(waiting) != 1 || len(waiting[0].Previews) == 0 || waiting[0].Checked != "" {
			t.Fatalf("letters to check: %+v %v", waiting, err)
		}
		for _, pv := range waiting[0].Previews {
			if strings.Contains(pv.Body, "Hidden House") {
				t.Error("a letter holds the address")
			}
		}
		kind(t, o.CheckLetters(ctx, manager, rec.ID, "send_outcome", officer.Principal, "what someone else saw", safe), fault.Conflict)
		if err := o.CheckLetters(ctx, manager, rec.ID, "send_outcome", officer.Principal, casework.LettersHash(waiting[0].Previews), safe); err != nil {
			t.Fatal(err)
		}
		// One word changed after the check is another letter.
		changed := letters.Clone()
		changed["referrer_words"] = answer.Text("They live at Hidden House.")
		kind(t, take(officer, "send_outcome", changed), fault.Forbidden)
		if err := take(officer, "send_outcome", letters); err != nil {
			t.Fatal(err)
		}
	})
}

// Who an adult is to each child, and who holds parental responsibility, reach
// the index of people as the sender gave them.
func TestRelationshipsReachTheIndex(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		by := o.by("mash_officer")
		if _, err := o.Answer(t.Context(), by, rec.ID, 1, answer.Set{
			"adults": answer.List("a1"), "adults/a1/adult_given_names": answer.Text("Dana"), "adults/a1/adult_family_name": answer.Text("Sample"),
			"adults/a1/adult_relation": answer.Text("mother"), "adults/a1/adult_pr": answer.Text("yes"), "adults/a1/adult_in_household": answer.Text("no"),
		}, ""); err != nil {
			t.Fatal(err)
		}
		var child, mother person.Person
		for _, rp := range o.open(by, rec.ID).People {
			if rp.Role == "child" {
				child = rp.Person
			} else {
				mother = rp.Person
			}
		}
		if len(mother.Relationships) != 1 {
			t.Fatalf("relationships %+v", mother.Relationships)
		}
		r := mother.Relationships[0]
		if r.From != mother.ID || r.To != child.ID || r.Kind != person.Mother || r.ParentalResponsibility != person.Yes || r.LivesWith != person.No {
			t.Errorf("relationship %+v", r)
		}
	})
}
