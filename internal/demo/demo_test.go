package demo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/demo"
	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// tuesday is an ordinary working day, 14:20 in London.
var tuesday = time.Date(2026, 11, 24, 14, 20, 0, 0, time.UTC)

func desk(t testing.TB, db *store.DB) (*casework.Desk, *signin.Gate) {
	t.Helper()
	d := caseworktest.Desk(t, db)
	passwords, err := secret.NewPasswords(1)
	if err != nil {
		t.Fatal(err)
	}
	return d, &signin.Gate{DB: db, Sealer: d.Sealer, Passwords: passwords, Words: []string{"Frontdoor", "Southend", "Essex", "Thurrock"}}
}

func verify(t testing.TB, d *casework.Desk) int {
	t.Helper()
	n, diffs, err := d.Verify(t.Context(), "", nil)
	if err != nil || len(diffs) > 0 {
		t.Errorf("verify: %v %v", diffs, err)
	}
	return n
}

func worker(t testing.TB, d *casework.Desk, list []demo.Account, role string) agency.Worker {
	t.Helper()
	i := slices.IndexFunc(list, func(a demo.Account) bool { return a.Role == role })
	if i < 0 {
		t.Fatalf("no account for %s", role)
	}
	var w agency.Worker
	err := d.DB.Read(t.Context(), func(tx *store.Tx) error {
		var err error
		w, err = tx.WorkerByEmail(list[i].Email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func board(t testing.TB, d *casework.Desk, by casework.By, q store.BoardQuery) store.BoardPage {
	t.Helper()
	q.Limit = 500
	page, err := d.Board(t.Context(), by, q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// The whole world is there, on both engines, and nobody can tell it from one
// that people made by hand.
func TestWorld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, gate := desk(t, db)
		list, err := demo.Fill(t.Context(), d, gate, demo.Options{Now: tuesday})
		if err != nil {
			t.Fatal(err)
		}
		records := verify(t, d)

		reg := &d.Place.Register
		manager := casework.ByWorker(worker(t, d, list, "MASH manager"), reg, tuesday)
		states, checks, passed := map[string]int{}, map[string]int{}, map[string]int{}
		for _, role := range []string{"MASH manager", "MASH manager, Essex", "MASH manager, Southend"} {
			by := casework.ByWorker(worker(t, d, list, role), reg, tuesday)
			for pathway, into := range map[string]map[string]int{"referral": states, "agency_check": checks, "follow_on": passed} {
				for _, row := range board(t, d, by, store.BoardQuery{Pathways: []string{pathway}}).Rows {
					into[row.Record.State]++
				}
			}
		}
		expectStates(t, "referral", states, "received edt_offered edt_holding day_offered returned screened gathering ready awaiting_second transfer_offered withdrawn decided outcome_sent merged closed")
		expectStates(t, "agency_check", checks, "sent talk detail_given declined closed")
		expectStates(t, "follow_on", passed, "received accepted started sent_back finished")

		third := find(t, d, manager, "Kathryn")
		known, _, err := d.Known(t.Context(), manager, third)
		if err != nil {
			t.Fatal(err)
		}
		if known.Count < 3 || len(known.People[0].Candidates) == 0 {
			t.Errorf("third contact: %d contacts, %d possible matches", known.Count, len(known.People[0].Candidates))
		}
		for _, due := range []string{store.DueOverdue, store.DueToday} {
			if page := board(t, d, manager, store.BoardQuery{Pathways: []string{"referral"}, Due: due, OpenOnly: true}); page.Total == 0 {
				t.Errorf("no referral is due %s", due)
			}
		}
		expectLocked(t, d, list)
		expectWork(t, d, list)
		expectWaitingLetters(t, d, manager)
		signIn(t, gate, list)

		again, err := demo.Fill(t.Context(), d, gate, demo.Options{Now: tuesday.Add(48 * time.Hour)})
		if err != nil || !slices.Equal(list, again) {
			t.Errorf("filled again: %v", err)
		}
		if n := verify(t, d); n != records {
			t.Errorf("filled again: %d records, were %d", n, records)
		}
	})
}

// expectWork checks that there is an account of every role, and that whoever signs
// in to records finds some that are open; who keeps closed ones, some to decide on.
func expectWork(t *testing.T, d *casework.Desk, list []demo.Account) {
	t.Helper()
	held := map[string]bool{}
	for _, a := range list {
		w := worker(t, d, list, a.Role)
		by := casework.ByWorker(w, &d.Place.Register, tuesday)
		for _, role := range w.Roles(tuesday) {
			held[role] = true
		}
		if len(by.Viewer.Principals) == 0 {
			continue
		}
		open, err := d.OpenKinds(t.Context(), by)
		if err != nil {
			t.Fatal(err)
		}
		if len(open) == 0 && !d.MayKeep(by) {
			t.Errorf("nothing is open for %s", a.Role)
		}
	}
	for _, role := range d.Place.Register.Roles {
		if !held[role.ID] {
			t.Errorf("nobody is %s", role.ID)
		}
	}
	by := casework.ByWorker(worker(t, d, list, "Records manager"), &d.Place.Register, tuesday)
	kept, err := d.Retentions(t.Context(), by, store.RetentionQuery{})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, k := range kept.Rows {
		states[k.State]++
	}
	expectStates(t, "closed record", states, store.RetentionDue+" "+store.RetentionProposed+" "+store.RetentionKept)
	if gone, n, err := d.Stubs(t.Context(), by, 10, 0); err != nil || n != 1 || len(gone) != 1 {
		t.Errorf("%d records were destroyed: %v", n, err)
	}
}

func expectStates(t *testing.T, pathway string, got map[string]int, want string) {
	t.Helper()
	for _, s := range strings.Fields(want) {
		if got[s] == 0 {
			t.Errorf("no %s is %s; there are %v", pathway, s, slices.Sorted(maps.Keys(got)))
		}
	}
}

func find(t *testing.T, d *casework.Desk, by casework.By, name string) string {
	t.Helper()
	page := board(t, d, by, store.BoardQuery{Pathways: []string{"referral"}, Text: name})
	if len(page.Rows) != 1 {
		t.Fatalf("%d referrals about %s", len(page.Rows), name)
	}
	return page.Rows[0].Record.ID
}

// The locked record is there for those it names and not for anybody else.
func expectLocked(t *testing.T, d *casework.Desk, list []demo.Account) {
	t.Helper()
	for role, want := range map[string]int{"MASH manager": 1, "Second MASH manager": 1, "MASH social worker": 1, "MASH officer": 0, "EDT worker": 0, "System administrator": 0} {
		by := casework.ByWorker(worker(t, d, list, role), &d.Place.Register, tuesday)
		if page := board(t, d, by, store.BoardQuery{Pathways: []string{"referral"}, Text: "Oscar"}); page.Total != want {
			t.Errorf("%s sees %d records about Oscar, want %d", role, page.Total, want)
		}
	}
}

// Letters on the record with the hidden address wait for a second person, and
// none of them holds the address.
func expectWaitingLetters(t *testing.T, d *casework.Desk, by casework.By) {
	t.Helper()
	waiting, err := d.LettersToCheck(t.Context(), by, find(t, d, by, "Amina"))
	if err != nil || len(waiting) != 1 || waiting[0].Checked != "" {
		t.Fatalf("letters that wait for a second person: %v %v", waiting, err)
	}
	for _, pv := range waiting[0].Previews {
		if strings.Contains(pv.Body, "refuge,") || strings.Contains(pv.Body, "9ZY") {
			t.Errorf("a letter shows the address: %s", pv.Body)
		}
	}
}

func signIn(t *testing.T, gate *signin.Gate, list []demo.Account) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range list {
		if seen[a.Email] || seen[a.TOTPSecret] || a.Name == "" || a.Team == "" || a.What == "" || !strings.HasSuffix(a.Email, "@example.org") {
			t.Errorf("account %+v", a)
		}
		seen[a.Email], seen[a.TOTPSecret] = true, true
		if err := secret.CheckPassword(a.Password, append([]string{a.Name, a.Email, "Frontdoor"}, gate.Words...)...); err != nil {
			t.Errorf("%s: %v", a.Role, err)
		}
	}
	// A password takes a long time to check, so the first two stand for all.
	for _, a := range list[:2] {
		src := signin.Source{Addr: "192.0.2.1"}
		half, _, err := gate.Password(t.Context(), a.Email, a.Password, src, tuesday)
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.GenerateCode(a.TOTPSecret, tuesday)
		if err != nil {
			t.Fatal(err)
		}
		token, s, err := gate.Second(t.Context(), half, code, src, tuesday)
		if err != nil || !s.Full() {
			t.Fatalf("%s: %v", a.Role, err)
		}
		if _, w, err := gate.Who(t.Context(), token, tuesday); err != nil || w.Name != a.Name {
			t.Errorf("signed in as %q: %v", w.Name, err)
		}
	}
}

// The acts themselves go through at night, at weekends, on bank holidays and in
// the hour that comes twice.
func TestAnyTime(t *testing.T) {
	t.Parallel()
	if underRace {
		t.Skip("minutes under the race detector, which sees the same acts in TestWorld: run without it")
	}
	for name, now := range map[string]time.Time{
		"just after opening on a Monday":   time.Date(2026, 11, 23, 9, 1, 0, 0, time.UTC),
		"just after closing on a Friday":   time.Date(2026, 11, 27, 16, 31, 0, 0, time.UTC),
		"Christmas Day":                    time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC),
		"as the clocks go forward":         time.Date(2027, 3, 28, 1, 20, 0, 0, time.UTC),
		"the hour that comes twice, again": time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, gate := desk(t, storetest.Open(t))
			if _, err := demo.Fill(t.Context(), d, gate, demo.Options{Now: now, Records: 2}); err != nil {
				t.Fatal(err)
			}
			verify(t, d)
			nothingLater(t, d, now)
		})
	}
}

// nothingLater checks that nothing in the world happened after now, and that
// the log reads in order.
func nothingLater(t *testing.T, d *casework.Desk, now time.Time) {
	t.Helper()
	err := d.DB.Read(t.Context(), func(tx *store.Tx) error {
		var last time.Time
		events, err := tx.AuditSearch(store.AuditQuery{Limit: 5000})
		slices.Reverse(events)
		for _, e := range events {
			if e.At.Before(last) || e.At.After(now) {
				t.Errorf("%s by %s at %s comes after %s", e.Act, e.Actor, e.At, last)
			}
			last = e.At
		}
		if err != nil {
			return err
		}
		return tx.AllRecordIDs(func(id string) error {
			rec, err := tx.Record(id)
			if rec.UpdatedAt.After(now) || rec.CreatedAt.After(now) {
				t.Errorf("a record was changed at %s, after %s", rec.UpdatedAt, now)
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// As many generated referrals as were asked for come on top of the story, and
// they are the same every time.
func TestGenerated(t *testing.T) {
	t.Parallel()
	if underRace {
		t.Skip("minutes under the race detector, which sees the same acts in TestWorld: run without it")
	}
	names := func() []string {
		d, gate := desk(t, storetest.Open(t))
		list, err := demo.Fill(t.Context(), d, gate, demo.Options{Now: tuesday, Records: 30, People: 60})
		if err != nil {
			t.Fatal(err)
		}
		verify(t, d)
		about := map[string]string{} // by reference: one that is offered is on two boards
		for _, role := range []string{"MASH manager", "MASH manager, Essex", "MASH manager, Southend"} {
			by := casework.ByWorker(worker(t, d, list, role), &d.Place.Register, tuesday)
			for _, row := range board(t, d, by, store.BoardQuery{Pathways: []string{"referral"}}).Rows {
				about[row.Record.Reference] = row.Names
			}
		}
		return slices.Sorted(maps.Values(about))
	}
	first := names()
	if want := 34 + 30; len(first) != want {
		t.Errorf("%d referrals, want %d", len(first), want)
	}
	if second := names(); !slices.Equal(first, second) {
		t.Errorf("another time it was other families: %v and %v", first, second)
	}
}

// Made-up children never stand among real ones.
func TestRefusesWhatIsInUse(t *testing.T) {
	t.Parallel()
	d, gate := desk(t, storetest.Open(t))
	caseworktest.Worker(t, d, "somebody", "mash_officer", "thurrock", "")
	if _, err := demo.Fill(t.Context(), d, gate, demo.Options{Now: tuesday}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("filled a database in use: %v", err)
	}
}
