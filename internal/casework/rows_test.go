package casework_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Two pathways for these tests: plain work with rows, and restricted work that
// follows it.
const plainText = `
pathway: plain
version: 1
title: Plain work
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
    person: { role: child, given_names: given_names, nhs_number: nhs_number, died: died_on }
  - { id: actions, item: action, title: Actions }
  - { id: parts, item: part, title: Parts, of: parts }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: nhs_number, type: nhs_number, label: NHS number }
      - { id: died_on, type: date, label: Died on }
  - page: words
    title: Words
    questions:
      - { id: words, type: textarea, label: Words, required: true }
      - { id: photo, type: files, label: Photograph }
  - page: later
    title: Later
    show_if: state != "begun"
    questions:
      - { id: later_words, type: textarea, label: Later, required: true }
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
  - id: agree
    label: Agree an action
    from: open
    by: [social_worker, social_care_manager]
    adds: actions
    ask:
      - { id: what, group: actions, type: text, label: What, required: true }
      - { id: owner, group: actions, type: worker, label: Who }
    grants:
      - { key: o, to: "worker:owner", may: [view, act], why: They do it., if: known(row.owner) }
    notices:
      - { to: ["worker:owner"], message: yours }
  - id: done
    label: Done
    from: open
    by: ["worker:owner"]
    row: actions
    ask:
      - { id: done_words, group: actions, type: text, label: How, required: true }
  - id: write
    label: Write
    from: open
    by: [social_worker]
    documents: [to_parents, to_school, to_victim]
  - { id: shut, label: Shut, from: open, to: shut, by: [social_care_manager], complete: true }
documents:
  - { id: to_parents, title: To the parents, to: parents, message: letter, allow: [words] }
  - { id: to_school, title: To the school, to: school, message: letter, allow: [words] }
  - { id: to_victim, title: To the victim, to: victim, message: letter, allow: [words] }
clocks:
  - { id: hours, code: H, label: Hours, from: created, until: [state.shut], within: 72 hours, warn: [48 hours, 24 hours, 2 hours], law: l, owner: [social_care_manager] }
`

const secretText = `
pathway: secret
version: 1
title: Secret work
summary: x
owner: testers
reference: "{authority}"
follows: [plain]
restricted: [lado]
carry: [children, given_names, photo]
groups:
  - { id: children, item: child, title: Children, name: [given_names], person: { role: child, given_names: given_names } }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
  - page: secret_words
    title: Words
    questions:
      - { id: photo, type: files, label: Photograph }
      - { id: before, type: textarea, label: What was written, fill: parent.words }
      - { id: secret_words_now, type: textarea, label: Words, required: true }
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

// small is a desk with those two pathways alone.
func small(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	made(t, map[string]string{
		"plain/pathway.yaml":       plainText,
		"plain/codes/parts.csv":    "code,label,hint\none,First,\ntwo,Second,\n",
		"plain/messages/yours.md":  "Something is yours.",
		"plain/messages/letter.md": "{{q.words}}",
		"secret/pathway.yaml":      secretText,
	}, test)
}

func (o office) plain(more answer.Set) record.Record {
	o.t.Helper()
	answers := answer.Set{"words": answer.Text("He is thin."), "children": answer.List("r1"), "children/r1/given_names": answer.Text("Archie")}
	answers.Apply(more)
	rec, err := o.Begin(o.t.Context(), o.by("social_worker"), "plain", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answers})
	if err != nil {
		o.t.Fatal(err)
	}
	return rec
}

// Two people add a row at the same time, and each is kept under its own id; a row
// of codes is there from the beginning.
func TestRowsAddedAtOnce(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		rec := o.plain(nil)
		if got := rec.Answers.Rows("parts"); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("parts are %v", got)
		}
		for who, what := range map[string]string{"social_worker": "Ring the school", "social_care_manager": "Ring the GP"} {
			if _, err := o.TakeStep(t.Context(), o.by(who), rec.ID, "agree", 1, answer.Set{"actions/new/what": answer.Text(what)}); err != nil {
				t.Fatal(err)
			}
		}
		v := o.open(o.by("social_worker"), rec.ID)
		rows := v.Answers.Rows("actions")
		if len(rows) != 2 || rows[0] == rows[1] || slices.Contains(rows, pathway.NewRow) {
			t.Fatalf("rows %v", rows)
		}
		for _, row := range rows {
			if v.Answers.Text(answer.RowKey("actions", row, "what")) == "" {
				t.Errorf("row %s is empty", row)
			}
		}
		revs, _, err := o.Revisions(t.Context(), o.by("social_worker"), rec.ID)
		if err != nil || revs[1].Row != rows[0] || revs[2].Row != rows[1] {
			t.Errorf("%v: the revisions do not say which row: %+v", err, revs)
		}
		_, err = o.TakeStep(t.Context(), o.by("social_worker"), rec.ID, "agree", 0, answer.Set{})
		kind(t, err, fault.Invalid)
	})
}

// Whoever a row names is told, is given the record and may take its step, and
// nobody else may.
func TestWhoARowNames(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		rec := o.plain(nil)
		owner, other := o.by("school_lead"), o.by("school_lead#2")
		_, err := o.Open(t.Context(), owner, rec.ID)
		kind(t, err, fault.NotFound)
		if _, err := o.TakeStep(t.Context(), o.by("social_worker"), rec.ID, "agree", 0, answer.Set{"actions/new/what": answer.Text("Ring"), "actions/new/owner": answer.Text(owner.Worker())}); err != nil {
			t.Fatal(err)
		}
		told, err := o.Notices(t.Context(), owner, 10)
		if err != nil || len(told) != 1 || told[0].Message != "yours" {
			t.Errorf("%v: told %v", err, told)
		}
		row := o.open(owner, rec.ID).Answers.Rows("actions")[0]
		_, err = o.TakeStep(t.Context(), o.by("social_care_manager"), rec.ID, "done/"+row, 0, answer.Set{answer.RowKey("actions", row, "done_words"): answer.Text("x")})
		kind(t, err, fault.Forbidden)
		_, err = o.TakeStep(t.Context(), other, rec.ID, "done/"+row, 0, answer.Set{answer.RowKey("actions", row, "done_words"): answer.Text("x")})
		kind(t, err, fault.NotFound)
		_, err = o.TakeStep(t.Context(), owner, rec.ID, "done/r404", 0, answer.Set{})
		kind(t, err, fault.NotFound)
		if _, err := o.TakeStep(t.Context(), owner, rec.ID, "done/"+row, 0, answer.Set{answer.RowKey("actions", row, "done_words"): answer.Text("By phone")}); err != nil {
			t.Fatal(err)
		}
	})
}

// A record is carried on into another with its answers and files, and who may
// read the second is its own matter: nobody else learns that it is there.
func TestCarriedOn(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		worker, manager, lado := o.by("social_worker"), o.by("social_care_manager"), o.by("lado")
		rec := o.plain(nil)
		f, err := o.AddFile(t.Context(), worker, "", rec.ID, "note.txt", []byte("What the child said."), false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Answer(t.Context(), worker, rec.ID, 1, answer.Set{"photo": answer.List(f.ID)}, ""); err != nil {
			t.Fatal(err)
		}
		if got := o.Onward(worker, o.open(worker, rec.ID)); len(got) != 1 || got[0].Name != "secret" {
			t.Errorf("onward to %v", got)
		}
		if got := o.Onward(manager, o.open(manager, rec.ID)); len(got) != 0 {
			t.Errorf("a manager could begin %v", got)
		}
		_, err = o.StartAbout(t.Context(), manager, rec.ID, "secret")
		kind(t, err, fault.Forbidden)
		_, err = o.StartAbout(t.Context(), lado, rec.ID, "secret")
		kind(t, err, fault.NotFound)

		draft, err := o.StartAbout(t.Context(), worker, rec.ID, "secret")
		if err != nil || draft.Answers.Text("before") != "He is thin." || draft.Answers.Text("children/r1/given_names") != "Archie" {
			t.Fatalf("%v: begins with %v", err, draft.Answers)
		}
		if _, err := o.SaveDraft(t.Context(), worker, draft.ID, answer.Set{"secret_words_now": answer.Text("An adult here.")}, ""); err != nil {
			t.Fatal(err)
		}
		sent, err := o.Send(t.Context(), worker, draft.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		v := o.open(lado, sent.Record.ID)
		files := v.Answers["photo"].List
		if len(files) != 1 || files[0] == f.ID || len(v.Files) != 1 || v.Files[0].Name != "note.txt" {
			t.Fatalf("files %v, %v", files, v.Files)
		}
		if _, content, err := o.OpenFile(t.Context(), lado, files[0]); err != nil || string(content) != "What the child said." {
			t.Errorf("%v: %s", err, content)
		}
		_, _, err = o.OpenFile(t.Context(), lado, f.ID)
		kind(t, err, fault.NotFound)
		if v.Record.Parent != rec.ID || v.Parent == nil || v.Parent.May {
			t.Errorf("parent %+v", v.Parent)
		}
		if s := v.Sources["children/r1/given_names"]; s.From != rec.Reference {
			t.Errorf("the source is %+v", s)
		}

		// To the manager, who sees the first, the second is not there.
		_, err = o.Open(t.Context(), manager, sent.Record.ID)
		kind(t, err, fault.NotFound)
		if got := o.open(manager, rec.ID).Started; len(got) != 0 {
			t.Errorf("the first record tells of %v", got)
		}
		known, _, err := o.Known(t.Context(), manager, rec.ID)
		if err != nil || len(known.People) != 1 || len(known.People[0].Records)+len(known.People[0].Candidates) != 0 {
			t.Errorf("%v: what is known tells of it: %+v", err, known.People)
		}
		page, err := o.Board(t.Context(), manager, store.BoardQuery{Limit: 50})
		if err != nil || page.Total != 1 {
			t.Errorf("%v: the board counts %d", err, page.Total)
		}
		if _, err := o.BreakGlass(t.Context(), manager, sent.Reference, "I want to see it"); err == nil {
			t.Error("the glass was broken")
		}
		if _, _, err := o.Verify(t.Context(), "", nil); err != nil {
			t.Error(err)
		}
	})
}

// Once a child has died nothing goes to the family, from any record about them.
func TestNothingGoesToTheFamilyOfAChildWhoDied(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		worker := o.by("social_worker")
		nhs := answer.Set{"children/r1/nhs_number": answer.Text("943 476 5919")}
		first := o.plain(nhs)
		withheld := func(rec record.Record) (out []string) {
			previews, err := o.PreviewStep(t.Context(), worker, rec.ID, "write", nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, pv := range previews {
				if pv.Withheld != "" {
					out = append(out, pv.Doc.To)
				}
			}
			return out
		}
		if got := withheld(first); got != nil {
			t.Errorf("withheld before: %v", got)
		}
		died := o.plain(nhs)
		if _, err := o.Answer(t.Context(), worker, died.ID, 1, answer.Set{"children/r1/died_on": answer.Text("2026-03-16")}, ""); err != nil {
			t.Fatal(err)
		}
		for _, rec := range []record.Record{first, died} {
			if got := withheld(rec); !slices.Equal(got, []string{"parents", "victim"}) {
				t.Errorf("withheld: %v", got)
			}
		}
		if _, err := o.TakeStep(t.Context(), worker, first.ID, "write", 0, answer.Set{}); err != nil {
			t.Fatal(err)
		}
		for _, doc := range o.open(worker, first.ID).Sent {
			if theirs := doc.To != "school"; theirs != strings.Contains(doc.Withheld, "has died") || theirs && doc.Body != "" {
				t.Errorf("%s: %q %q", doc.To, doc.Withheld, doc.Body)
			}
		}
		if other := o.plain(answer.Set{"children/r1/nhs_number": answer.Text("9434765870")}); withheld(other) != nil {
			t.Error("another child’s family hears nothing")
		}
	})
}

// Each warning of a clock is told once, and then that it has run out.
func TestEachWarningIsToldOnce(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		o.plain(nil)
		begin := o.now
		for _, x := range []struct {
			after time.Duration
			told  int
		}{{time.Hour, 0}, {24 * time.Hour, 1}, {25 * time.Hour, 0}, {48 * time.Hour, 1}, {71 * time.Hour, 1}, {71*time.Hour + time.Minute, 0}, {73 * time.Hour, 1}, {99 * time.Hour, 0}} {
			if n, err := o.TellClocks(t.Context(), begin.Add(x.after)); err != nil || n != x.told {
				t.Errorf("after %v: %d told, want %d (%v)", x.after, n, x.told, err)
			}
		}
	})
}

// An id that was another question's is not used again: the program does not start.
func TestAnIdIsNotUsedAgain(t *testing.T) {
	small(t, func(t *testing.T, o office) {
		load := func(text string) *pathway.Library {
			lib, faults := pathway.LoadAll(fstest.MapFS{"secret/pathway.yaml": {Data: []byte(strings.Replace(text, "follows: [plain]\n", "", 1))}}, caseworktest.Partnership().Place)
			if lib == nil {
				t.Fatal(faults)
			}
			return lib
		}
		o.Pathways = load(strings.Replace(secretText, "id: secret_words_now, type: textarea", "id: secret_words_now, type: text", 1))
		if err := o.KeepPathwayTexts(t.Context(), o.now); err != nil {
			t.Errorf("words that are words still: %v", err)
		}
		o.Pathways = load(strings.Replace(secretText, "id: secret_words_now, type: textarea", "id: secret_words_now, type: date", 1))
		if err := o.KeepPathwayTexts(t.Context(), o.now); err == nil || !strings.Contains(err.Error(), "was that of another question") {
			t.Errorf("kept: %v", err)
		}
	})
}
