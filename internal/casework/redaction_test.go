package casework_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
)

const peopleText = `
groups:
  - id: people
    item: person
    title: People
    max: 4
    name: [given]
    person: { role: child, given_names: given, family_name: last, born: born }
pages:
  - page: who
    title: Who
    repeat: people
    questions:
      - { id: given, type: text, label: First name, required: true }
      - { id: last, type: text, label: Last name, required: true }
      - { id: born, type: date, label: Born, required: true }
`

const requestText = `
pathway: request
version: 1
title: A request
summary: x
owner: testers
reference: "{authority}"
offered: Requests
restricted: [records_officer]
` + peopleText + `
states:
  - { id: begun, label: Begun, start: true }
  - { id: working, label: Working, sender: looking, board: Work }
  - { id: ready, label: Ready, end: true, sender: closed }
steps:
  - id: begin
    label: Send
    from: begun
    to: working
    by: [social_worker]
    grants: [{ key: o, to: "role:records_officer", may: [view, act], why: They answer. }]
  - id: block
    label: Hold back
    from: working
    by: [records_officer]
    ask: [{ id: why_not, type: radios, codes: ground, label: Ground }]
  - id: ready
    label: Ready
    from: working
    to: ready
    by: [records_officer]
    allow_if:
      - { if: "count.records_brought > 0 && count.versions_made == 1", else: "Make both versions first." }
redaction:
  title: What is held
  words: This is what we hold.
  about: people
  by: [records_officer]
  in: [working]
  ground: why_not
`

const heldText = `
pathway: held
version: 1
title: A file
summary: x
owner: testers
reference: "{authority}"
offered: Work
` + peopleText + `
  - page: what
    title: What
    questions:
      - { id: words, type: textarea, label: What happened, required: true }
      - { id: quiet, type: text, label: Told in trust, sealed: true, sealed_to: [social_care_manager] }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, sender: looking, board: Work }
  - { id: shut, label: Shut, end: true, sender: closed }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants: [{ key: a, to: author, may: [view, act], why: They work on it. }]
  - { id: shut, label: Shut, from: open, to: shut, by: [author] }
  - id: clear
    label: Clear
    from: open
    by: [author]
    ask: [{ id: clear_is, type: yes_no, label: May it be told, required: true }]
`

// redacting makes a request about Kim Sample, a file about her, and one that may not
// leave before it was cleared.
func redacting(o office) (request, file, kept string) {
	o.t.Helper()
	kim := func(more answer.Set) answer.Set {
		set := answer.Set{
			"people": answer.List("r1"), "people/r1/given": answer.Text("Kim"), "people/r1/last": answer.Text("Sample"), "people/r1/born": answer.Text("2010-05-05"),
		}
		set.Apply(more)
		return set
	}
	begin := func(pw string, more answer.Set) string {
		rec, err := o.Begin(o.t.Context(), o.by("social_worker"), pw, casework.Beginning{Authority: "thurrock", Step: "begin", Answers: kim(more)})
		if err != nil {
			o.t.Fatal(err)
		}
		return rec.ID
	}
	file = begin("held", answer.Set{"words": answer.Text("Her aunt Lou rang. Lou is afraid of him."), "quiet": answer.Text("Secret words")})
	kept = begin("kept", answer.Set{"words": answer.Text("A grey car.")})
	return begin("request", nil), file, kept
}

var redactionFiles = map[string]string{
	"request/pathway.yaml": requestText, "request/codes/ground.csv": "code,label,hint\nharm,Likely to do harm,\nthird,Somebody else,\n",
	"held/pathway.yaml": heldText,
	"kept/pathway.yaml": strings.ReplaceAll(heldText, "pathway: held", "pathway: kept") + "leaves: { if: taken.clear && q.clear_is, else: Nothing of it leaves yet. }\n",
}

// Each block of a record is given, given without some words, or held back on a
// ground; nothing is made before all are decided, and both versions and every step
// on the way are kept.
func TestRedactionBlockByBlock(t *testing.T) {
	made(t, redactionFiles, func(t *testing.T, o office) {
		ctx := t.Context()
		request, file, _ := redacting(o)
		officer := o.by("records_officer")
		// Whoever began it, or has no role in it, decides nothing and sees nothing.
		if _, err := o.Redacting(ctx, o.by("social_worker#2"), request); err == nil {
			t.Error("somebody without the request looks for records")
		}
		found, err := o.Redacting(ctx, officer, request)
		if err != nil || len(found) != 1 || found[0].Record != file || found[0].Brought {
			t.Fatalf("found %+v, %v", found, err)
		}
		if _, err := o.RequestBlocks(ctx, officer, request, file); err == nil {
			t.Error("a record that was not brought is read")
		}
		if err := o.BringRecord(ctx, officer, request, found[0].Reference, true); err != nil {
			t.Fatal(err)
		}
		sheet, err := o.RequestBlocks(ctx, officer, request, file)
		if err != nil {
			t.Fatal(err)
		}
		block := func(part string) casework.Block {
			t.Helper()
			i := slices.IndexFunc(sheet.Blocks, func(b casework.Block) bool { return strings.HasSuffix(b.Key, part) })
			if i < 0 {
				t.Fatalf("no block %s of %+v", part, sheet.Blocks)
			}
			return sheet.Blocks[i]
		}
		if q := block("quiet"); q.Shut == "" || strings.Contains(q.Text, "Secret") {
			t.Errorf("what is sealed is read: %+v", q)
		}
		seen := map[string]string{}
		all := map[string]casework.BlockDecision{}
		for _, b := range sheet.Blocks {
			seen[b.Key], all[b.Key] = b.Hash, casework.BlockDecision{Decision: pathway.BlockGive}
		}
		// What is sealed cannot be given, a ground and a reason are asked for, and the words must be there.
		if err := o.DecideBlocks(ctx, officer, request, file, all, seen); err == nil {
			t.Error("a sealed answer was given")
		}
		all[block("quiet").Key] = casework.BlockDecision{Decision: pathway.BlockWithhold, Ground: "harm", Why: "It is sealed.", Quiet: true}
		for _, wrong := range []casework.BlockDecision{
			{Decision: pathway.BlockRedact, Ground: "third", Why: "x"},
			{Decision: pathway.BlockRedact, Ground: "third", Why: "x", Hide: []string{"Pat"}},
			{Decision: pathway.BlockRedact, Hide: []string{"Lou"}, Why: "x"},
			{Decision: pathway.BlockWithhold, Ground: "harm"},
			{Decision: "burn"},
		} {
			all[block("words").Key] = wrong
			var f fault.Fields
			if err := o.DecideBlocks(ctx, officer, request, file, all, seen); !errors.As(err, &f) {
				t.Errorf("%+v is taken: %v", wrong, err)
			}
		}
		all[block("words").Key] = casework.BlockDecision{Decision: pathway.BlockRedact, Ground: "third", Why: "She is not asked.", Hide: []string{"aunt lou", "Lou"}}
		stale := map[string]string{}
		for k := range seen {
			stale[k] = "another"
		}
		kind(t, o.DecideBlocks(ctx, officer, request, file, all, stale), fault.Conflict)
		v, err := o.PreviewVersions(ctx, officer, request)
		if err != nil || v.Undecided != len(sheet.Blocks) {
			t.Fatalf("%+v, %v", v, err)
		}
		kind(t, o.MakeVersions(ctx, officer, request, v.Hash), fault.Conflict)
		if _, err := o.TakeStep(ctx, officer, request, "ready", 0, nil); err == nil {
			t.Error("ready without the versions")
		}
		if err := o.DecideBlocks(ctx, officer, request, file, all, seen); err != nil {
			t.Fatal(err)
		}
		if v, err = o.PreviewVersions(ctx, officer, request); err != nil || v.Undecided != 0 {
			t.Fatalf("%+v, %v", v, err)
		}
		for _, never := range []string{"Lou", "lou", "Secret", "trust", "sealed", "She is not asked"} {
			if strings.Contains(v.Out, never) {
				t.Errorf("what goes out says %q:\n%s", never, v.Out)
			}
		}
		if !strings.Contains(v.Out, "is afraid of him") || !strings.Contains(v.Out, "Somebody else") || !strings.Contains(v.Whole, "aunt Lou rang") || !strings.Contains(v.Whole, "She is not asked") || strings.Contains(v.Whole, "Secret") {
			t.Errorf("out:\n%s\nwhole:\n%s", v.Out, v.Whole)
		}
		kind(t, o.MakeVersions(ctx, officer, request, "another"), fault.Conflict)
		if err := o.MakeVersions(ctx, officer, request, v.Hash); err != nil {
			t.Fatal(err)
		}
		read := o.readFor(file)
		if v, err = o.PreviewVersions(ctx, officer, request); err != nil || len(v.Made) != 2 {
			t.Fatalf("%+v, %v", v, err)
		}
		if now := o.readFor(file); now != read+1 {
			t.Errorf("both versions were looked at, and the file’s log has %d lines of it after %d", now, read)
		}
		pdf, c, err := o.OpenVersion(ctx, officer, request, v.Made[0].ID)
		if err != nil || len(pdf) == 0 || bytes.Contains(pdf, []byte("Lou")) || c.PDF == "" {
			t.Errorf("%d bytes, %+v, %v", len(pdf), c, err)
		}
		if _, _, err := o.OpenVersion(ctx, o.by("social_worker#2"), request, v.Made[0].ID); err == nil {
			t.Error("somebody else opens a version")
		}
		if list, _, err := o.CopiesGiven(ctx, officer, request); err != nil || len(list) != 0 {
			t.Errorf("versions stand among the copies given: %v %v", list, err)
		}
		// What changes afterwards is decided anew.
		worker := o.by("social_worker")
		if _, err := o.TakeStep(ctx, worker, file, "clear", 0, answer.Set{"clear_is": answer.Text("yes")}); err != nil {
			t.Fatal(err)
		}
		if v, err = o.PreviewVersions(ctx, officer, request); err != nil || v.Undecided == 0 {
			t.Errorf("something new is given undecided: %+v, %v", v, err)
		}
		// A lock closes it to the request too.
		if err := o.DB.Read(ctx, func(tx *store.Tx) error {
			on, err := tx.AuditOf(file, 100, 0)
			for _, act := range []string{"find-for-request", "bring-to-request", "read-for-request"} {
				if !slices.ContainsFunc(on, func(e audit.Event) bool { return e.Act == act && e.Actor == string(officer.Principal) }) {
					t.Errorf("the file’s log does not say %s", act)
				}
			}
			if err != nil {
				return err
			}
			of, err := tx.AuditOf(request, 100, 0)
			for _, act := range []string{"find-for-request", "decide-block", "make-versions", "open-version"} {
				if !slices.ContainsFunc(of, func(e audit.Event) bool { return e.Act == act }) {
					t.Errorf("the request’s log does not say %s", act)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.TakeStep(ctx, officer, request, "ready", 0, nil); err != nil {
			t.Error(err)
		}
		kind(t, o.BringRecord(ctx, officer, request, file, false), fault.Conflict)
		if _, diffs, err := o.Verify(ctx, "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}

// Of a record that must not leave before it was cleared not even that it is there is
// said; cleared, it is found, and when that is taken back it is gone again.
func TestNothingLeavesBeforeItIsCleared(t *testing.T) {
	made(t, redactionFiles, func(t *testing.T, o office) {
		ctx := t.Context()
		request, _, kept := redacting(o)
		officer, worker := o.by("records_officer"), o.by("social_worker")
		there := func() bool {
			t.Helper()
			found, err := o.Redacting(ctx, officer, request)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(found, func(f casework.FoundRecord) bool { return f.Record == kept })
		}
		if there() {
			t.Error("it is named before it was cleared")
		}
		if err := o.BringRecord(ctx, officer, request, kept, true); err == nil {
			t.Error("it is brought before it was cleared")
		}
		for i, said := range []string{"no", "yes", "no"} {
			if _, err := o.TakeStep(ctx, worker, kept, "clear", 0, answer.Set{"clear_is": answer.Text(said)}); err != nil {
				t.Fatal(err)
			}
			if there() != (said == "yes") {
				t.Errorf("%d: cleared %s, and it is there: %v", i, said, there())
			}
			if said == "yes" {
				if err := o.BringRecord(ctx, officer, request, kept, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := o.RequestBlocks(ctx, officer, request, kept); err == nil {
			t.Error("it is read after the clearance was taken back")
		}
		if _, err := o.PreviewVersions(ctx, officer, request); err == nil {
			t.Error("a version is made of it after the clearance was taken back")
		}
	})
}

// A lock, and a conflict of interest, hold against whoever answers a request too.
func TestARequestOpensNoLock(t *testing.T) {
	made(t, redactionFiles, func(t *testing.T, o office) {
		ctx := t.Context()
		request, file, _ := redacting(o)
		officer := o.by("records_officer")
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			return tx.AddRestriction(access.Restriction{ID: store.NewID(o.now), Record: file, Kind: "high_risk", Reason: "x", By: "system", At: o.now, ReviewBy: o.now.AddDate(0, 3, 0)})
		}); err != nil {
			t.Fatal(err)
		}
		found, err := o.Redacting(ctx, officer, request)
		if err != nil || len(found) != 0 {
			t.Errorf("a locked record is named: %+v, %v", found, err)
		}
		if err := o.BringRecord(ctx, officer, request, file, true); err == nil {
			t.Error("a locked record is brought")
		}
	})
}

// readFor counts how often the log of a record says that it was read for a request.
func (o office) readFor(id string) int {
	o.t.Helper()
	n := 0
	err := o.DB.Read(o.t.Context(), func(tx *store.Tx) error {
		on, err := tx.AuditOf(id, 1000, 0)
		for _, e := range on {
			if e.Act == "read-for-request" {
				n++
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}
