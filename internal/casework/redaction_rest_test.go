package casework_test

import (
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// What is left of a record is given in one act, by whoever has it before them as it
// is: but never what is sealed, about others, or hidden elsewhere.
func TestGiveTheRest(t *testing.T) {
	made(t, redactionFiles, func(t *testing.T, o office) {
		ctx := t.Context()
		request, _, _ := redacting(o)
		officer, worker := o.by("records_officer"), o.by("social_worker")
		rec, err := o.Begin(ctx, worker, "held", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Set{
			"people":          answer.List("r1", "r2"),
			"people/r1/given": answer.Text("Kim"), "people/r1/last": answer.Text("Sample"), "people/r1/born": answer.Text("2010-05-05"),
			"people/r2/given": answer.Text("Leo"), "people/r2/last": answer.Text("Sample"), "people/r2/born": answer.Text("2014-06-06"),
			"words": answer.Text("Kim came with Leo."), "quiet": answer.Text("Secret words"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		file := rec.ID
		note := func(text string, guarded bool) {
			t.Helper()
			if err := o.AddEntry(ctx, worker, record.Entry{Record: file, Kind: "note", HappenedAt: o.now, Text: text, Guarded: guarded}, ""); err != nil {
				t.Fatal(err)
			}
		}
		note("She likes school.", false)
		note("Mr Grey has a dog.", false)
		note("Mr Grey was seen.", false)
		note("Told by the police.", true)
		if err := o.BringRecord(ctx, officer, request, file, true); err != nil {
			t.Fatal(err)
		}
		sheet := func() *casework.RequestSheet {
			t.Helper()
			s, err := o.RequestBlocks(ctx, officer, request, file)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		// A word that is hidden in one block keeps the others that hold it apart.
		s := sheet()
		i := slices.IndexFunc(s.Blocks, func(b casework.Block) bool { return strings.Contains(b.Text, "dog") })
		grey := s.Blocks[i]
		if err := o.DecideBlocks(ctx, officer, request, file, map[string]casework.BlockDecision{grey.Key: {Decision: pathway.BlockRedact, Ground: "third", Why: "Not hers.", Hide: []string{"Mr Grey"}}}, map[string]string{grey.Key: grey.Hash}); err != nil {
			t.Fatal(err)
		}
		give, alone, seen := sheet().Rest()
		var texts []string
		for _, b := range give {
			texts = append(texts, b.Text)
		}
		slices.Sort(texts)
		if want := []string{"Kim", "Sample", "She likes school.", "Wednesday 5 May 2010"}; !slices.Equal(texts, want) || alone != 7 {
			t.Fatalf("given together: %q, %d apart; want %q and 7", texts, alone, want)
		}
		kind(t, o.GiveRest(ctx, officer, request, file, "another"), fault.Conflict)
		if err := o.GiveRest(ctx, o.by("social_worker#2"), request, file, seen); err == nil {
			t.Error("somebody without the request gives the rest")
		}
		// Something that came since was not read.
		note("She sings.", false)
		kind(t, o.GiveRest(ctx, officer, request, file, seen), fault.Conflict)
		give, _, seen = sheet().Rest()
		if err := o.GiveRest(ctx, officer, request, file, seen); err != nil {
			t.Fatal(err)
		}
		for _, b := range sheet().Blocks {
			together := slices.ContainsFunc(give, func(g casework.Block) bool { return g.Key == b.Key })
			if given := b.Decided != nil && b.Decided.Decision == pathway.BlockGive; given != together || given && b.DecideBy != string(officer.Principal) {
				t.Errorf("%q: given %v by %s, want %v", b.Text, given, b.DecideBy, together)
			}
		}
		left, alone, none := sheet().Rest()
		if len(left) != 0 || alone != 7 {
			t.Errorf("%d are left and %d apart", len(left), alone)
		}
		kind(t, o.GiveRest(ctx, officer, request, file, none), fault.Conflict)
		if err := o.DB.Read(ctx, func(tx *store.Tx) error {
			of, err := tx.AuditOf(request, 100, 0)
			if !slices.ContainsFunc(of, func(e audit.Event) bool {
				return e.Act == "give-rest" && e.Detail["record"] == file && e.Detail["blocks"] == "5"
			}) {
				t.Errorf("the log does not say it: %+v", of)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// What changed since is decided by itself.
		if _, err := o.TakeStep(ctx, worker, file, "clear", 0, answer.Set{"clear_is": answer.Text("yes")}); err != nil {
			t.Fatal(err)
		}
		if give, _, _ := sheet().Rest(); len(give) != 1 {
			t.Errorf("%d can be given after one answer came", len(give))
		}
		if _, err := o.TakeStep(ctx, worker, file, "clear", 0, answer.Set{"clear_is": answer.Text("no")}); err != nil {
			t.Fatal(err)
		}
		if _, diffs, err := o.Verify(ctx, "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}

// Of a record that is locked, which its own lock lets the officer read, every block is
// weighed by itself.
func TestALockedRecordIsWeighedBlockByBlock(t *testing.T) {
	made(t, redactionFiles, func(t *testing.T, o office) {
		ctx := t.Context()
		request, file, _ := redacting(o)
		officer := o.by("records_officer")
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			return tx.AddGrants([]access.Grant{{ID: store.NewID(o.now), Record: file, To: officer.Principal, May: []access.Right{access.View}, Why: "x", From: o.now}})
		}); err != nil {
			t.Fatal(err)
		}
		if err := o.BringRecord(ctx, officer, request, file, true); err != nil {
			t.Fatal(err)
		}
		s, err := o.RequestBlocks(ctx, officer, request, file)
		if err != nil {
			t.Fatal(err)
		}
		if give, _, _ := s.Rest(); len(give) == 0 {
			t.Fatal("nothing can be given together of an open record")
		}
		if err := o.DB.Write(ctx, func(tx *store.Tx) error {
			return tx.AddRestriction(access.Restriction{ID: store.NewID(o.now), Record: file, Kind: "high_risk", Reason: "x", By: "system", At: o.now, ReviewBy: o.now.AddDate(0, 3, 0), Named: []string{officer.Worker()}})
		}); err != nil {
			t.Fatal(err)
		}
		if s, err = o.RequestBlocks(ctx, officer, request, file); err != nil {
			t.Fatal(err)
		}
		if give, _, _ := s.Rest(); len(give) != 0 {
			t.Errorf("%d blocks of a locked record are given together", len(give))
		}
	})
}
