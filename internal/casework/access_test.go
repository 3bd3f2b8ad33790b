package casework_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

func TestNobodyElseSeesIt(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		for _, role := range []string{"referrer", "researcher", "early_help_worker", "partnership_manager", "auditor", "administrator", "social_care_manager"} {
			by := o.by(role)
			_, err := o.Open(t.Context(), by, rec.ID)
			kind(t, err, fault.NotFound)
			_, missing := o.Open(t.Context(), by, "no such record")
			if err.Error() != missing.Error() {
				t.Errorf("%s can tell a record they may not see from none: %v / %v", role, err, missing)
			}
			_, err = o.Status(t.Context(), by, rec.ID)
			kind(t, err, fault.NotFound)
			if page, err := o.Board(t.Context(), by, store.BoardQuery{}); err != nil || page.Total != 0 {
				t.Errorf("%s sees %d on the board (%v)", role, page.Total, err)
			}
			if _, err := o.Lookup(t.Context(), by, rec.Reference); err == nil {
				t.Errorf("%s finds it by its reference", role)
			}
		}
		// Another authority's front door is no nearer.
		w := caseworktest.Worker(t, o.Desk, "essex manager", "mash_manager", "essex", "")
		_, err := o.Open(t.Context(), casework.ByWorker(w, &o.Place.Register, o.now), rec.ID)
		kind(t, err, fault.NotFound)
		// The sender sees the status and nothing of the case.
		s, err := o.Status(t.Context(), casework.ByCode(rec.ID, o.now), rec.ID)
		if err != nil || len(s.Answers) != 0 || len(s.Stages) != 1 || s.Stages[0].Name != "received" {
			t.Errorf("status %+v, %v", s, err)
		}
		_, err = o.Open(t.Context(), casework.ByCode(rec.ID, o.now), rec.ID)
		kind(t, err, fault.NotFound)
		// The code of one record opens no other.
		other := o.worry("Kit", "Other", "")
		_, err = o.Status(t.Context(), casework.ByCode(other.ID, o.now), rec.ID)
		kind(t, err, fault.NotFound)
	})
}

// However many of a name a worker may not see, whom they may see is found; and where
// more are of that name than are shown, that is said.
func TestSearchGoesPastThoseWhoMayNotBeSeen(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		worker := o.by("mash_social_worker")
		locked := o.worry("Archie", "Sample", "")
		if err := o.Restrict(t.Context(), o.by("mash_manager"), locked.ID, "staff_or_relative", "A colleague’s nephew", nil); err != nil {
			t.Fatal(err)
		}
		caseworktest.People(t, o.Desk, locked.ID, "Jon", "Carver", 130, o.now)
		mine := o.worry("Jon", "Carver", "")
		found, more, err := o.FindPeople(t.Context(), worker, "Carver Jon")
		if err != nil || len(found) != 1 || found[0].Records[0].Record != mine.ID || more {
			t.Errorf("%d found, more %v: %v", len(found), more, err)
		}
		caseworktest.People(t, o.Desk, mine.ID, "Jon", "Carver", 130, o.now)
		if found, more, err = o.FindPeople(t.Context(), worker, "Carver Jon"); err != nil || len(found) != 50 || !more {
			t.Errorf("%d found, more %v: %v", len(found), more, err)
		}
	})
}

func TestLockedRecordAndBrokenGlass(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		manager, worker := o.by("mash_manager"), o.by("mash_social_worker")
		o.open(worker, rec.ID)
		kind(t, o.Restrict(t.Context(), o.by("mash_officer"), rec.ID, "staff_or_relative", "A colleague’s nephew", nil), fault.Forbidden)
		if err := o.Restrict(t.Context(), manager, rec.ID, "staff_or_relative", "A colleague’s nephew", nil); err != nil {
			t.Fatal(err)
		}
		o.open(manager, rec.ID)
		_, err := o.Open(t.Context(), worker, rec.ID)
		kind(t, err, fault.NotFound)
		if page, err := o.Board(t.Context(), worker, store.BoardQuery{}); err != nil || page.Total != 0 {
			t.Errorf("a locked record is on the board: %d, %v", page.Total, err)
		}
		if _, _, err := o.FindPeople(t.Context(), worker, "Archie Sample"); err != nil {
			t.Fatal(err)
		} else if found, _, _ := o.FindPeople(t.Context(), worker, "Archie Sample"); len(found) != 0 {
			t.Error("a search finds a child known only by a locked record")
		}

		// Someone who could not see it unlocked cannot break the glass, and is
		// told no more than that.
		outsider := casework.ByWorker(caseworktest.Worker(t, o.Desk, "essex sw", "mash_social_worker", "essex", ""), &o.Place.Register, o.now)
		_, errOut := o.BreakGlass(t.Context(), outsider, rec.Reference, "A child is at the station now")
		kind(t, errOut, fault.NotFound)
		_, err = o.BreakGlass(t.Context(), worker, rec.Reference, "now")
		kind(t, err, fault.Invalid)
		id, err := o.BreakGlass(t.Context(), worker, rec.Reference, "The child is at the police station now and nobody named is on duty")
		if err != nil || id != rec.ID {
			t.Fatalf("break glass: %v %v", id, err)
		}
		o.open(worker, rec.ID)
		notices, err := o.Notices(t.Context(), manager, 10)
		if err != nil || len(notices) == 0 || notices[0].Message != "glass_broken" {
			t.Errorf("the one who locked it was not told: %v %v", notices, err)
		}
		// It closes by itself.
		_, err = o.Open(t.Context(), o.later(61*time.Minute).by("mash_social_worker"), rec.ID)
		kind(t, err, fault.NotFound)

		// Lifting gives it back.
		v := o.open(manager, rec.ID)
		if err := o.LiftRestriction(t.Context(), manager, rec.ID, v.Locks[0].ID); err != nil {
			t.Fatal(err)
		}
		o.open(o.later(2*time.Hour).by("mash_social_worker"), rec.ID)
	})
}

// A lock that nobody has looked at again is told of to those it names, once a month,
// until somebody has.
func TestALockIsLookedAtAgain(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		manager, named := o.by("mash_manager"), o.by("mash_social_worker")
		if err := o.Restrict(t.Context(), manager, rec.ID, "high_risk", "A threat", []string{named.Worker()}); err != nil {
			t.Fatal(err)
		}
		day := 24 * time.Hour
		told := func(after time.Duration, want int) {
			t.Helper()
			at := o.later(after)
			for range 2 { // a job may run twice
				if err := o.RemindRestrictions(t.Context(), at.now); err != nil {
					t.Fatal(err)
				}
			}
			for _, who := range []string{"mash_manager", "mash_social_worker", "mash_officer"} {
				list, err := o.Notices(t.Context(), at.by(who), 50)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, x := range list {
					if x.Message == casework.RestrictionNotice && x.Record == rec.ID {
						n++
					}
				}
				if who == "mash_officer" {
					want = 0 // the lock does not name them
				}
				if n != want {
					t.Errorf("after %v: %s was told %d times, want %d", after, who, n, want)
				}
			}
		}
		if by := o.open(manager, rec.ID).Locks[0].ReviewBy; calendar.DateOf(by) != calendar.DateOf(o.now).AddDays(o.Place.LockReview.N) || o.Place.LockReview.String() != "90 days" {
			t.Errorf("looked at again by %s, %s after it was locked", by, o.Place.LockReview)
		}
		told(89*day, 0)
		told(91*day, 1)
		told(92*day, 1)
		told(120*day, 1) // the first is not shown any more
		lock := o.open(manager, rec.ID).Locks[0].ID
		late := o.later(120 * day)
		kind(t, o.KeepRestriction(t.Context(), late.by("mash_officer"), rec.ID, lock), fault.NotFound)
		kind(t, o.KeepRestriction(t.Context(), late.by("mash_social_worker"), rec.ID, lock), fault.Forbidden)
		other := o.worry("Kit", "Other", "")
		kind(t, o.KeepRestriction(t.Context(), late.by("mash_manager"), other.ID, lock), fault.NotFound)
		if err := o.KeepRestriction(t.Context(), late.by("mash_manager"), rec.ID, lock); err != nil {
			t.Fatal(err)
		}
		told(160*day, 0)
		told(211*day, 1)
		if err := o.LiftRestriction(t.Context(), o.later(212*day).by("mash_manager"), rec.ID, lock); err != nil {
			t.Fatal(err)
		}
		told(260*day, 0)
	})
}

func TestALockIsChangedThroughItsOwnRecordOnly(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		locked, mine := o.worry("Archie", "Sample", ""), o.worry("Bella", "Sample", "")
		manager, other := o.by("mash_manager"), o.by("mash_manager#2")
		if err := o.Restrict(t.Context(), manager, locked.ID, "staff_or_relative", "The other manager’s nephew", nil); err != nil {
			t.Fatal(err)
		}
		lock := o.open(manager, locked.ID).Locks[0].ID
		kind(t, o.LiftRestriction(t.Context(), other, mine.ID, lock), fault.NotFound)
		kind(t, o.NameOnRestriction(t.Context(), other, mine.ID, lock, nil), fault.NotFound)
		_, err := o.Open(t.Context(), other, locked.ID)
		kind(t, err, fault.NotFound)
		if named := o.open(manager, locked.ID).Locks[0].Named; len(named) != 1 || named[0] != manager.Worker() {
			t.Errorf("the lock names %v", named)
		}
	})
}

func TestConflictOfInterestShutsOneOut(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		me, other := o.by("mash_social_worker"), o.by("mash_social_worker#2")
		kind(t, o.DeclareConflict(t.Context(), me, rec.ID, other.Worker(), "Knows them"), fault.Forbidden)
		if err := o.DeclareConflict(t.Context(), me, rec.ID, me.Worker(), "They are my neighbours"); err != nil {
			t.Fatal(err)
		}
		_, err := o.Open(t.Context(), me, rec.ID)
		kind(t, err, fault.NotFound)
		o.open(other, rec.ID)
	})
}

func TestEveryReadIsInTheLog(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		worker := o.by("mash_social_worker")
		worker.Route = "GET /records/{id}"
		o.open(worker, rec.ID)
		if _, _, err := o.Known(t.Context(), worker, rec.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Status(t.Context(), casework.ByCode(rec.ID, o.now), rec.ID); err != nil {
			t.Fatal(err)
		}
		events, _, err := o.WhoLooked(t.Context(), o.by("mash_officer"), rec.ID, 50)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, e := range events {
			seen[e.Act+" by "+strings.SplitN(e.Actor, ":", 2)[0]] = true
			for _, v := range e.Detail {
				if strings.Contains(v, "Archie") || strings.Contains(v, "Sample") {
					t.Errorf("the log holds a name: %+v", e)
				}
			}
		}
		for _, want := range []string{"read by worker", "look-known by worker", "read-status by code"} {
			if !seen[want] {
				t.Errorf("%q is not in the log: %v", want, seen)
			}
		}
	})
}

func TestLeaverLosesEverything(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		by := o.by("mash_officer")
		o.open(by, rec.ID)
		err := o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.MarkLeft(by.Worker(), o.now) })
		if err != nil {
			t.Fatal(err)
		}
		var again casework.By
		err = o.DB.Read(t.Context(), func(tx *store.Tx) error {
			w, err := tx.Worker(by.Worker())
			again = casework.ByWorker(w, &o.Place.Register, o.now.Add(time.Second))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Open(t.Context(), again, rec.ID)
		kind(t, err, fault.NotFound)
		if len(again.Viewer.Principals) != 0 {
			t.Errorf("a leaver still holds %v", again.Viewer.Principals)
		}
	})
}

func TestGrantsOpenStepsOnlyInTheRoleTheyWereGivenFor(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		// A researcher shown the record by hand may look and take no step of it.
		r := o.by("researcher")
		if err := o.GiveAccess(t.Context(), o.by("mash_manager"), rec.ID, r.Worker(), "To help with one question", false); err != nil {
			t.Fatal(err)
		}
		v := o.open(r, rec.ID)
		if len(v.Steps) != 0 || v.Decision.May(access.Act) {
			t.Errorf("may act: %v", v.Steps)
		}
		_, err := o.TakeStep(t.Context(), r, rec.ID, "screen", v.Record.Revision, answer.Set{"rating": answer.Text("red"), "rating_reason": answer.Text("x")})
		kind(t, err, fault.Forbidden)
	})
}
