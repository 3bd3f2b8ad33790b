package casework_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/unicode/norm"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// A pathway with everything that a copy must and must not hold.
const paperText = `
pathway: paper
version: 1
title: Work on paper
summary: x
owner: testers
reference: "{authority}"
offered: Work
groups:
  - id: children
    item: child
    title: Children
    name: [given_names, family_name]
    person: { role: child, given_names: given_names, family_name: family_name, address: home, address_flag: home_flag, died: died_on, whereabouts: [school] }
  - id: adults
    item: adult
    title: Adults
    name: [adult_given, adult_family]
    person: { role: adult, given_names: adult_given, family_name: adult_family, address: adult_home, address_flag: adult_flag, phone: adult_phone, parental: adult_pr, identity_flag: adult_hidden }
  - { id: visits, item: visit, title: Visits }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: First names }
      - { id: family_name, type: text, label: Last name }
      - { id: home, type: address, label: Address }
      - { id: home_flag, type: select, codes: flag, label: Who may know }
      - { id: school, type: text, label: School }
      - { id: died_on, type: date, label: Died on }
      - { id: own_words, type: textarea, label: Own words }
      - { id: secret, type: text, label: Secret fact, sealed: true, sealed_to: [social_worker] }
  - page: adult
    title: Adult
    repeat: adults
    questions:
      - { id: adult_given, type: text, label: First names }
      - { id: adult_family, type: text, label: Last name }
      - { id: adult_pr, type: yes_no_not_known, label: Parental responsibility }
      - { id: adult_home, type: address, label: Address }
      - { id: adult_flag, type: select, codes: flag, label: Who may know }
      - { id: adult_phone, type: phone, label: Phone }
      - { id: adult_hidden, type: yes_no, label: "Must nobody know who they are?" }
      - { id: adult_said, type: textarea, label: What they said }
  - page: worry
    title: Worry
    questions:
      - { id: worries, type: textarea, label: "What worries you?", short: Worry }
      - { id: well, type: textarea, label: "What is well?" }
      - { id: inside, type: textarea, label: For us alone, guarded: true }
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
      - { key: w, to: "role:social_worker", may: [view, act], why: They work on it. }
      - { key: m, to: "role:social_care_manager", may: [view, act], why: They look after it. }
      - { key: c, to: "role:conference_chair", may: [view], why: They read it. }
  - id: decide
    label: Decide
    from: open
    by: [social_care_manager]
    ask:
      - { id: decided, type: textarea, label: "What is decided?", required: true }
  - id: visit
    label: Visit
    from: open
    by: [social_worker]
    adds: visits
    ask:
      - { id: visit_words, group: visits, type: textarea, label: "What was seen?", required: true }
  - { id: shut, label: Shut, from: open, to: shut, by: [social_care_manager] }
copies:
  - id: family
    title: Your copy
    to: [child, parent, adult]
    words: This is yours.
    parts:
      - { heading: Who this is about, group: children, show: [given_names, family_name, home, school, own_words] }
      - { heading: You, group: adults, show: [adult_given, adult_family, adult_phone, adult_said] }
      - { heading: What we are worried about, show: [worries] }
      - { heading: What is going well, show: [well] }
      - { heading: What was decided, step: decide, show: [decided], as: { decided: "Decision" } }
      - { heading: Only when well, if: known(q.well), body: You did this. }
  - id: agency
    title: For agencies
    to: [agency]
    parts:
      - { heading: Children, group: children, pages: [child] }
      - { heading: Adults, group: adults, pages: [adult] }
      - { heading: Worry, pages: [worry] }
      - { heading: Visits, group: visits, show: [visit_words] }
  - { id: file, title: For the file, to: [file], parts: [ { heading: Children, group: children, pages: [child] }, { heading: Worry, pages: [worry] } ] }
`

func papers(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	made(t, map[string]string{
		"paper/pathway.yaml":   paperText,
		"paper/codes/flag.csv": "code,label,hint\nopen,Anyone,\nnever-print,Nobody,\nask,Ask,\n",
	}, test)
}

// family is a record about two children, their mother, and their father who
// lives elsewhere.
func (o office) family(more answer.Set) record.Record {
	o.t.Helper()
	set := answer.Set{
		"children": answer.List("r1", "r2"), "children/r1/given_names": answer.Text("Archie"), "children/r1/family_name": answer.Text("Sample"),
		"children/r1/home":      {Parts: map[string]string{"line1": "7 Open Road", "postcode": "RM17 6SL"}},
		"children/r1/home_flag": answer.Text("open"), "children/r1/school": answer.Text("Harbour Primary"), "children/r1/own_words": answer.Text("I like my dog."),
		"children/r1/secret": answer.Text("SEALEDWORD"), "children/r2/given_names": answer.Text("Beth"), "children/r2/family_name": answer.Text("Sample"),
		"adults": answer.List("a1", "a2"), "adults/a1/adult_given": answer.Text("Dana"), "adults/a1/adult_family": answer.Text("Sample"), "adults/a1/adult_pr": answer.Text("yes"),
		"adults/a1/adult_said": answer.Text("Dana said this."), "adults/a2/adult_given": answer.Text("Ed"), "adults/a2/adult_family": answer.Text("Other"),
		"adults/a2/adult_pr": answer.Text("yes"), "adults/a2/adult_phone": answer.Text("01632 960111"), "adults/a2/adult_said": answer.Text("Ed said that."),
		"worries": answer.Text("He is often alone."), "well": answer.Text("They eat together."), "inside": answer.Text("GUARDEDWORD"),
	}
	set.Apply(more)
	rec, err := o.Begin(o.t.Context(), o.by("social_worker"), "paper", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: set})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

func (o office) preview(by casework.By, rec string, w casework.Wanted) *casework.Paper {
	o.t.Helper()
	p, err := o.PreviewCopy(o.t.Context(), by, rec, w)
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return p
}

// pdfText is what can be read out of a PDF; the test is skipped without the
// program that reads it.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("no pdftotext on this machine")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(norm.NFKC.String(string(out))), " ")
}

func holdsAll(t *testing.T, text string, list ...string) {
	t.Helper()
	for _, s := range list {
		if !strings.Contains(text, s) {
			t.Errorf("it does not hold %q: %s", s, text)
		}
	}
}

func holdsNone(t *testing.T, text string, list ...string) {
	t.Helper()
	for _, s := range list {
		if strings.Contains(text, s) {
			t.Errorf("it holds %q", s)
		}
	}
}

var toMother = casework.Wanted{Copy: "family", To: "parent/adults/a1"}

// Each reader gets what the list says, and nothing else.
func TestACopyHoldsWhatItsReaderMayHave(t *testing.T) {
	papers(t, func(t *testing.T, o office) {
		rec := o.family(nil)
		worker := o.by("social_worker")
		mother := o.preview(worker, rec.ID, toMother)
		holdsAll(t, mother.Body, "This is yours", "Archie Sample", "Beth Sample", "7 Open Road", "Harbour Primary", "Dana said this", "He is often alone", "## What is going well", "You did this")
		holdsNone(t, mother.Body, "Ed said", "960111", "SEALED", "GUARDED", "What was decided")
		if mother.Second || mother.Reader.Name != "Dana Sample" {
			t.Errorf("%+v", mother.Reader)
		}
		why := map[string]string{}
		for _, l := range mother.Left {
			why[string(l.Key)] = l.Why
		}
		for key, want := range map[string]string{
			"children/r1/secret": pathway.LeftSealed, "inside": pathway.LeftGuarded, "adults/a2/adult_said": pathway.LeftOther, "adults/a1/adult_pr": pathway.LeftUnnamed,
		} {
			if why[key] != want {
				t.Errorf("%s is left out as %q, want %q", key, why[key], want)
			}
		}
		child := o.preview(worker, rec.ID, casework.Wanted{Copy: "family", To: "child/children/r1"})
		holdsAll(t, child.Body, "Archie Sample", "I like my dog")
		holdsNone(t, child.Body, "Beth", "Dana", "Ed ", "SEALED", "GUARDED")
		agency := o.preview(worker, rec.ID, casework.Wanted{Copy: "agency", To: "agency/essex_police"})
		holdsAll(t, agency.Body, "Archie", "Dana", "960111", "He is often alone")
		holdsNone(t, agency.Body, "SEALED", "GUARDED", "Who may know", "Must nobody know")
		file := o.preview(worker, rec.ID, casework.Wanted{Copy: "file", To: "file"})
		holdsAll(t, file.Body, "Who may know")
		holdsNone(t, file.Body, "SEALED", "GUARDED")

		// A decision can be given by itself once it was made.
		only := toMother
		only.Only = "decide"
		_, err := o.PreviewCopy(t.Context(), worker, rec.ID, only)
		kind(t, err, fault.Conflict)
		if _, err := o.TakeStep(t.Context(), o.by("social_care_manager"), rec.ID, "decide", 0, answer.Set{"decided": answer.Text("A plan.")}); err != nil {
			t.Fatal(err)
		}
		decision := o.preview(worker, rec.ID, only)
		holdsAll(t, decision.Body, "What was decided", "Date: Tuesday 17 March 2026", "Decision", "A plan")
		holdsNone(t, decision.Body, "Archie", "He is often alone", "Dana said")

		// Nobody else gets what is not for them, and nobody gets another's list.
		for _, w := range []casework.Wanted{{Copy: "agency", To: "parent/adults/a1"}, {Copy: "family", To: "agency/essex_police"}, {Copy: "family", To: "parent/adults/a9"}, {Copy: "family", To: "file"}} {
			_, err := o.PreviewCopy(t.Context(), worker, rec.ID, w)
			kind(t, err, fault.Conflict)
		}
		_, err = o.PreviewCopy(t.Context(), worker, rec.ID, casework.Wanted{Copy: "x", To: "file"})
		kind(t, err, fault.NotFound)
	})
}

// What was given is kept with the hash of its bytes, opens as the same bytes, and
// every act is in the log.
func TestWhatWasGivenIsKept(t *testing.T) {
	papers(t, func(t *testing.T, o office) {
		long := strings.TrimSpace(strings.Repeat("endless ", 2500))
		rec := o.family(answer.Set{
			"children/r1/given_names": answer.Text("محمد Łucja 👧"), "children/r1/own_words": answer.Text(long), "well": answer.Text(strings.Repeat("w", 900)),
		})
		worker, reader := o.by("social_worker"), o.by("conference_chair")
		paper := o.preview(worker, rec.ID, toMother)
		if !slices.Contains(paper.Unprintable, "sign U+1F467") || slices.ContainsFunc(paper.Unprintable, func(s string) bool { return strings.Contains(s, "Arabic") }) {
			t.Errorf("unprintable: %q", paper.Unprintable)
		}
		_, err := o.GiveCopy(t.Context(), reader, rec.ID, toMother, paper.Hash)
		kind(t, err, fault.Forbidden)
		_, err = o.GiveCopy(t.Context(), o.by("mash_officer"), rec.ID, toMother, paper.Hash)
		kind(t, err, fault.NotFound)
		_, err = o.GiveCopy(t.Context(), worker, rec.ID, toMother, "what someone else saw")
		kind(t, err, fault.Conflict)
		given, err := o.GiveCopy(t.Context(), worker, rec.ID, toMother, paper.Hash)
		if err != nil {
			t.Fatal(err)
		}
		// The record goes on, and what was given stays as it was.
		if _, err := o.Answer(t.Context(), worker, rec.ID, 1, answer.Set{"worries": answer.Text("Something else."), "adults": answer.List("a2")}, ""); err != nil {
			t.Fatal(err)
		}
		list, _, err := o.CopiesGiven(t.Context(), reader, rec.ID)
		if err != nil || len(list) != 1 || list[0].Who != "Dana Sample" || list[0].Row != "a1" || list[0].By != string(worker.Principal) || list[0].CheckedBy != "" {
			t.Fatalf("%v %+v", err, list)
		}
		var first []byte
		for range 2 {
			got, err := o.later(3*24*60*60*1e9).OpenCopy(t.Context(), reader, rec.ID, given.ID)
			if err != nil {
				t.Fatal(err)
			}
			hash := sha256.Sum256(got.Bytes)
			if !got.Same || hex.EncodeToString(hash[:]) != given.PDF || first != nil && string(first) != string(got.Bytes) {
				t.Error("other bytes than were given")
			}
			first = got.Bytes
		}
		text := pdfText(t, first)
		holdsAll(t, text, "Your copy", rec.Reference, "Tuesday 17 March 2026", "For: Dana Sample", "Page 1 of ", "محمد", "Łucja", "[sign U+1F467 not printed]", "He is often alone", "If you have a question", o.Place.Name)
		holdsNone(t, text, "SEALED", "GUARDED", "Something else", "Ed said")
		if n := strings.Count(text, "endless"); n != 2500 {
			t.Errorf("%d of 2500 words were printed", n)
		}
		if n := strings.Count(text, "w"); n < 900 {
			t.Error("a word wider than the page was lost")
		}
		if strings.Contains(string(first), "Dana") || strings.Contains(string(first), "Archie") {
			t.Error("the file names someone outside its pages")
		}
		// Nobody may be given it who is not on the record any more.
		_, err = o.GiveCopy(t.Context(), worker, rec.ID, toMother, paper.Hash)
		kind(t, err, fault.Conflict)
		acts := map[string]int{}
		err = o.DB.Read(t.Context(), func(tx *store.Tx) error {
			events, err := tx.AuditOf(rec.ID, 100, 0)
			for _, e := range events {
				acts[e.Act]++
			}
			return err
		})
		if err != nil || acts["preview-copy"] != 1 || acts["give-copy"] != 1 || acts["open-copy"] != 2 {
			t.Errorf("%v: the log has %v", err, acts)
		}
		if _, diffs, err := o.Verify(t.Context(), "", nil); err != nil || len(diffs) > 0 {
			t.Error(err, diffs)
		}
	})
}

// hide flags the father's address, which the worry also names.
var hide = answer.Set{
	"adults/a2/adult_home": {Parts: map[string]string{"line1": "1 Hidden House", "postcode": "RM17 6SL"}}, "adults/a2/adult_flag": answer.Text(string(person.NeverPrint)),
	"worries": answer.Text("He saw him at 1, HIDDEN house."), "well": answer.Text("Post goes to rm176sl."),
}

// An address that must not be known is in no copy, nor what tells of it, whoever
// wrote it wherever.
func TestWhatMustNotBeKnownIsInNoCopy(t *testing.T) {
	papers(t, func(t *testing.T, o office) {
		rec := o.family(hide)
		worker := o.by("social_worker")
		for _, w := range []casework.Wanted{
			toMother, {Copy: "family", To: "parent/adults/a2"}, {Copy: "family", To: "child/children/r1"}, {Copy: "agency", To: "agency/essex_police"}, {Copy: "file", To: "file"},
		} {
			paper := o.preview(worker, rec.ID, w)
			holdsNone(t, strings.ToLower(strings.ReplaceAll(paper.Body, "\\", "")), "hidden house", "rm17", "1, hidden")
			if paper.Second != (w.To != "file") {
				t.Errorf("%s: a second person: %v", w.To, paper.Second)
			}
			if w.To != "file" {
				holdsNone(t, paper.Body, "960111")
			}
			if w == toMother {
				holdsNone(t, paper.Body, "Harbour Primary")
			}
			for _, l := range paper.Left {
				if strings.Contains(strings.ToLower(l.Label+l.Why), "hidden house") {
					t.Error("what was left out is told")
				}
			}
		}
		// Someone whose identity must not be known is named to nobody but themselves.
		who := o.family(answer.Set{"adults/a2/adult_hidden": answer.Text("yes"), "worries": answer.Text("Other Ed was there."), "well": answer.Text("Fine.")})
		agency := o.preview(worker, who.ID, casework.Wanted{Copy: "agency", To: "agency/essex_police"})
		holdsNone(t, agency.Body, "Ed", "Other", "960111")
		holdsAll(t, agency.Body, "Dana", "Fine")
		own := o.preview(worker, who.ID, casework.Wanted{Copy: "family", To: "parent/adults/a2"})
		if !own.Second || strings.Contains(own.Reader.Name, "Ed") {
			t.Errorf("%+v", own.Reader)
		}
	})
}

// A flag on any person of the record holds a copy back until a second person has
// looked at exactly these words.
func TestASecondPersonLooksAtACopy(t *testing.T) {
	papers(t, func(t *testing.T, o office) {
		ctx := t.Context()
		rec := o.family(nil)
		worker, other, manager, chair := o.by("social_worker"), o.by("social_worker#2"), o.by("social_care_manager"), o.by("conference_chair")
		give := func(by casework.By, hash string) error {
			_, err := o.GiveCopy(ctx, by, rec.ID, toMother, hash)
			return err
		}
		// Another worker flags an address between the preview and the giving.
		before := o.preview(worker, rec.ID, toMother)
		if _, err := o.Answer(ctx, other, rec.ID, 1, answer.Set{"adults/a2/adult_home": hide["adults/a2/adult_home"], "adults/a2/adult_flag": hide["adults/a2/adult_flag"]}, ""); err != nil {
			t.Fatal(err)
		}
		kind(t, give(worker, before.Hash), fault.Conflict)
		paper := o.preview(worker, rec.ID, toMother)
		if !paper.Second || paper.Hash == before.Hash {
			t.Fatal("the flag is not seen")
		}
		kind(t, give(worker, paper.Hash), fault.Forbidden)

		ask := func(by casework.By, why string) error {
			return o.AskForCopyCheck(ctx, by, rec.ID, toMother, paper.Hash, why)
		}
		kind(t, ask(worker, " "), fault.Invalid)
		kind(t, ask(chair, "She asked for it"), fault.Forbidden)
		if err := ask(worker, "She asked for it"); err != nil {
			t.Fatal(err)
		}
		asked := func(by casework.By) casework.CopyToCheck {
			list, err := o.CopiesToCheck(ctx, by, rec.ID)
			if err != nil || len(list) != 1 {
				t.Fatalf("%v: %d wait", err, len(list))
			}
			return list[0]
		}
		waiting := asked(manager)
		if waiting.Mine || waiting.Why != "She asked for it" || waiting.Paper == nil || waiting.Paper.Hash != paper.Hash || !asked(worker).Mine {
			t.Fatalf("%+v", waiting)
		}
		no, yes := casework.Verdict{Words: "The school gives it away."}, casework.Verdict{Safe: true, Words: "No place is in it."}
		check := func(by casework.By, v casework.Verdict) error {
			return o.CheckCopy(ctx, by, rec.ID, waiting.ID, paper.Hash, v)
		}
		kind(t, check(worker, yes), fault.Forbidden) // not whoever asked
		kind(t, check(chair, yes), fault.Forbidden)  // may only read
		kind(t, check(o.by("mash_officer"), yes), fault.NotFound)
		kind(t, check(manager, casework.Verdict{Safe: true}), fault.Invalid)
		kind(t, o.CheckCopy(ctx, manager, rec.ID, waiting.ID, "what someone else saw", yes), fault.Conflict)
		if err := check(manager, no); err != nil {
			t.Fatal(err)
		}
		if s := asked(worker).State; !s.Declined || s.Words != no.Words || s.By != string(manager.Principal) {
			t.Errorf("%+v", s)
		}
		kind(t, give(worker, paper.Hash), fault.Forbidden)
		if err := ask(worker, "Ring her first"); err != nil {
			t.Fatal(err)
		}
		waiting = asked(manager)
		// Two agree at the same moment: one line is kept, and neither is refused.
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, by := range []casework.By{manager, other} {
			wg.Go(func() { errs[i] = check(by, yes) })
		}
		wg.Wait()
		if errs[0] != nil || errs[1] != nil {
			t.Fatal(errs)
		}
		agreed := 0
		if err := o.DB.Read(ctx, func(tx *store.Tx) error {
			list, err := tx.LetterChecks(rec.ID)
			for _, c := range list {
				if c.Act == record.CheckAgreed {
					agreed++
				}
				if strings.Contains(c.Words, "place") || strings.Contains(c.Words, "school") {
					t.Error("what was said stands in the database in clear")
				}
			}
			return err
		}); err != nil || agreed != 1 {
			t.Errorf("%v: agreed %d times", err, agreed)
		}
		state := asked(worker).State
		by, first := other, manager
		if state.By == string(other.Principal) {
			by, first = manager, other
		}
		kind(t, give(first, paper.Hash), fault.Forbidden) // who agreed does not give it
		_ = by
		if err := give(worker, paper.Hash); err != nil {
			t.Fatal(err, fault.SafeText(err))
		}
		list, names, err := o.CopiesGiven(ctx, worker, rec.ID)
		if err != nil || len(list) != 1 || list[0].CheckedBy != state.By || names[state.By] == "" {
			t.Errorf("%v %+v %v", err, list, names)
		}
		if left, err := o.CopiesToCheck(ctx, worker, rec.ID); err != nil || len(left) != 0 {
			t.Errorf("%v: %d still wait", err, len(left))
		}
		// One word more is another copy.
		if _, err := o.Answer(ctx, worker, rec.ID, 0, answer.Set{"well": answer.Text("They eat and play.")}, ""); err != nil {
			t.Fatal(err)
		}
		kind(t, give(worker, o.preview(worker, rec.ID, toMother).Hash), fault.Forbidden)
		if _, diffs, err := o.Verify(ctx, "", nil); err != nil || len(diffs) > 0 {
			t.Error(err, diffs)
		}
	})
}

// A lock for adoption, for one, is a flag too; and once a child has died nothing
// is given to the family.
func TestLockedAndDead(t *testing.T) {
	papers(t, func(t *testing.T, o office) {
		ctx := t.Context()
		rec := o.family(nil)
		worker := o.by("social_worker")
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			id, _ := worker.Principal.Worker()
			return tx.AddRestriction(access.Restriction{ID: store.NewID(o.now), Record: rec.ID, Kind: "adoption", Reason: "x", By: "w", At: o.now, ReviewBy: o.now.AddDate(0, 0, 90), Named: []string{id}})
		}); err != nil {
			t.Fatal(err)
		}
		if p := o.preview(worker, rec.ID, toMother); !p.Second {
			t.Error("no second person for a locked record")
		}
		died := o.family(nil)
		if _, err := o.Answer(ctx, worker, died.ID, 1, answer.Set{"children/r2/died_on": answer.Text("2026-03-16")}, ""); err != nil {
			t.Fatal(err)
		}
		_, err := o.PreviewCopy(ctx, worker, died.ID, toMother)
		kind(t, err, fault.Forbidden)
		offers, _, err := o.CopyOffers(ctx, worker, died.ID)
		if err != nil || len(offers) != 3 {
			t.Fatalf("%v %d", err, len(offers))
		}
		for _, offer := range offers {
			for _, r := range offer.Readers {
				if (r.Withheld != "") != pathway.FamilyReader(r.Kind) {
					t.Errorf("%s: %q", r.Kind, r.Withheld)
				}
			}
		}
		o.preview(worker, died.ID, casework.Wanted{Copy: "agency", To: "agency/essex_police"})
	})
}
