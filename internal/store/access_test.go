package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestGrantsEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		byHand := grant(r, "worker:x", access.View, access.Act, access.Status)
		byHand.Key = ""
		one, two := grant(r, mash, access.View), grant(r, "team:police", access.Act)
		one.Key, two.Key = "screen", "ask"
		soon := grant(r, "team:housing", access.View)
		soon.Key, soon.Until = "screen", morning.Add(time.Minute)
		granted(t, db, byHand, one, two, soon)
		end := morning.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.EndGrants(r.ID, []string{"screen", "none", ""}, end) })
		one.Until = end
		// One that ended sooner stays, and no line of the pathway ends what was given by hand.
		same(t, read(t, db, func(tx *store.Tx) ([]access.Grant, error) { return tx.Grants(r.ID) }), []access.Grant{byHand, one, two, soon})
		write(t, db, func(tx *store.Tx) error { return tx.EndGrant(byHand.ID, end) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.EndGrant(byHand.ID, end.Add(time.Hour)) }), store.ErrNone)
	})
}

func TestRestrictionsAndExclusions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := aWorker(t, db, "Ada Okafor"), aWorker(t, db, "Ben Cole")
		r := created(t, db, "TH-1")
		x := access.Restriction{ID: store.NewID(morning), Record: r.ID, Kind: "adoption", Reason: "sealed", By: a.ID, At: morning, ReviewBy: morning.Add(time.Hour), Named: []string{a.ID}}
		write(t, db, func(tx *store.Tx) error { return tx.AddRestriction(x) })
		of := func() []access.Restriction {
			return read(t, db, func(tx *store.Tx) ([]access.Restriction, error) { return tx.RestrictionsOf(r.ID) })
		}
		restricted := func() bool {
			return read(t, db, func(tx *store.Tx) (bool, error) { r, err := tx.Record(r.ID); return r.Restricted, err })
		}
		same(t, of(), []access.Restriction{x})
		if !restricted() {
			t.Error("the record does not say that it is restricted")
		}
		review := func(before time.Time) int {
			return len(read(t, db, func(tx *store.Tx) ([]access.Restriction, error) { return tx.RestrictionsToReview(before) }))
		}
		if review(x.ReviewBy) != 0 || review(x.ReviewBy.Add(1000)) != 1 {
			t.Error("the review is not due at its time")
		}
		next := x.ReviewBy.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.ReviewRestriction(x.ID, next) })
		if review(next) != 0 || review(next.Add(1000)) != 1 {
			t.Error("the next review is not due at its time")
		}
		x.ReviewBy = next
		write(t, db, func(tx *store.Tx) error { return tx.SetRestrictionNamed(x.ID, []string{b.ID}) })
		write(t, db, func(tx *store.Tx) error { return tx.LiftRestriction(x.ID, b.ID, morning) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.LiftRestriction(x.ID, a.ID, morning) }), store.ErrNone)
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.ReviewRestriction(x.ID, next) }), store.ErrNone)
		x.Named, x.LiftedAt, x.LiftedBy = []string{b.ID}, morning, b.ID
		same(t, of(), []access.Restriction{x})
		if restricted() || review(x.ReviewBy.Add(time.Hour)) != 0 {
			t.Error("a lifted restriction still holds")
		}

		out := access.Exclusion{Record: r.ID, Worker: a.ID, Why: "a relative", At: morning, By: b.ID}
		write(t, db, func(tx *store.Tx) error { return tx.AddExclusion(out) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.AddExclusion(out) }), store.ErrExists)
		same(t, read(t, db, func(tx *store.Tx) ([]access.Exclusion, error) { return tx.Exclusions(r.ID) }), []access.Exclusion{out})
		write(t, db, func(tx *store.Tx) error { return tx.DropExclusion(r.ID, a.ID) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.DropExclusion(r.ID, a.ID) }), store.ErrNone)
	})
}

func TestWorkersAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		live := agency.Membership{Team: "mash", Role: "screener", From: morning}
		past := agency.Membership{Team: "mash", Role: "manager", From: morning, Until: morning.Add(time.Hour)}
		a := agency.Worker{ID: store.NewID(morning), Name: "Zoë O'Brien", Email: "Zoe@Example.org", JobTitle: "Screener", Phone: "01702 000000", Agency: "council", Memberships: []agency.Membership{live, past}}
		b := agency.Worker{ID: store.NewID(morning), Name: "Ben Cole", Email: "ben@example.org", Agency: "police", LeftAt: morning}
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutWorker(a); err != nil {
				return err
			}
			return tx.PutWorker(b)
		})
		same(t, read(t, db, func(tx *store.Tx) (agency.Worker, error) { return tx.Worker(a.ID) }), a)
		same(t, read(t, db, func(tx *store.Tx) (agency.Worker, error) { return tx.WorkerByEmail(" zoe@example.ORG ") }), a)
		wants(t, db.Read(context.Background(), func(tx *store.Tx) error { _, err := tx.WorkerByEmail("no@example.org"); return err }), store.ErrNone)
		twin := agency.Worker{ID: store.NewID(morning), Name: "Other", Email: "ZOE@example.org"}
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.PutWorker(twin) }), store.ErrExists)

		later := morning.Add(time.Hour)
		for name, tt := range map[string]struct {
			f    store.WorkerFilter
			want []agency.Worker
		}{
			"all now":               {store.WorkerFilter{Now: later}, []agency.Worker{a}},
			"also those who left":   {store.WorkerFilter{Now: later, Left: true}, []agency.Worker{b, a}},
			"an agency":             {store.WorkerFilter{Now: later, Left: true, Agency: "police"}, []agency.Worker{b}},
			"a role held now":       {store.WorkerFilter{Now: later, Role: "screener", Teams: []string{"other", "mash"}}, []agency.Worker{a}},
			"another team":          {store.WorkerFilter{Now: later, Teams: []string{"other"}}, nil},
			"a role that has ended": {store.WorkerFilter{Now: later, Role: "manager"}, nil},
			"the start of a word":   {store.WorkerFilter{Now: later, Text: "obr ZOE"}, []agency.Worker{a}},
			"the inside of a word":  {store.WorkerFilter{Now: later, Text: "brien"}, nil},
			"a limit":               {store.WorkerFilter{Now: later, Left: true, Limit: 1}, []agency.Worker{b}},
		} {
			t.Log(name)
			same(t, read(t, db, func(tx *store.Tx) ([]agency.Worker, error) { return tx.Workers(tt.f) }), tt.want)
		}
		a.Memberships = []agency.Membership{past}
		write(t, db, func(tx *store.Tx) error { return tx.SetMemberships(a.ID, a.Memberships) })
		same(t, read(t, db, func(tx *store.Tx) (agency.Worker, error) { return tx.Worker(a.ID) }), a)
	})
}

func session(worker string, id string) store.Session {
	return store.Session{ID: id, Worker: worker, CreatedAt: morning, SeenAt: morning, ExpiresAt: morning.Add(8 * time.Hour), Device: "a phone", SecondAt: morning, Data: map[string]string{"page": "board"}}
}

func TestSomeoneWhoLeftHoldsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w, other := aWorker(t, db, "Ada Okafor"), aWorker(t, db, "Ben Cole")
		r := created(t, db, "TH-1")
		granted(t, db, grant(r, access.ToWorker(w.ID), access.View), grant(r, access.ToWorker(other.ID), access.View))
		write(t, db, func(tx *store.Tx) error {
			if err := tx.SetMemberships(w.ID, []agency.Membership{{Team: "mash", Role: "screener", From: morning}}); err != nil {
				return err
			}
			for _, s := range []store.Session{session(w.ID, "s1"), session(w.ID, "s2"), session(other.ID, "s3")} {
				if err := tx.PutSession(s); err != nil {
					return err
				}
			}
			if err := tx.PutAccount(store.Account{Worker: w.ID, CreatedAt: morning}); err != nil {
				return err
			}
			return tx.AddInvitation(store.Invitation{ID: "i", Worker: w.ID, TokenHash: "h", ExpiresAt: morning.Add(48 * time.Hour)})
		})
		left := morning.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.MarkLeft(w.ID, left) })

		got := read(t, db, func(tx *store.Tx) (agency.Worker, error) { return tx.Worker(w.ID) })
		if !got.LeftAt.Equal(left) || !got.Memberships[0].Until.Equal(left) {
			t.Errorf("the worker has not left: %+v", got)
		}
		sessions := func(id string) int {
			return len(read(t, db, func(tx *store.Tx) ([]store.Session, error) { return tx.SessionsOf(id) }))
		}
		if sessions(w.ID) != 0 || sessions(other.ID) != 1 {
			t.Errorf("sessions left %d and %d, want 0 and 1", sessions(w.ID), sessions(other.ID))
		}
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.PutSession(session(w.ID, "s1")) }), store.ErrStale)
		for _, g := range read(t, db, func(tx *store.Tx) ([]access.Grant, error) { return tx.Grants(r.ID) }) {
			if g.Live(left) != (g.To == access.ToWorker(other.ID)) {
				t.Errorf("the grant to %s is live: %v", g.To, g.Live(left))
			}
		}
		if p := board(t, db, store.BoardQuery{Worker: w.ID, Principals: []access.Principal{access.ToWorker(w.ID)}, Now: left}); p.Total != 0 {
			t.Error("the board still shows the record to someone who left")
		}
		if a := read(t, db, func(tx *store.Tx) (store.Account, error) { return tx.Account(w.ID) }); !a.Disabled {
			t.Error("the account still opens")
		}
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.UseInvitation("i", left) }), store.ErrStale)
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.MarkLeft("nobody", left) }), store.ErrNone)
	})
}

func TestAMembershipThatEndedOpensNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		reg := &agency.Register{
			Teams: []agency.Team{{ID: "mash", Authorities: []string{"thurrock"}}},
			Roles: []agency.Role{{ID: "screener", Cases: true}},
		}
		w := aWorker(t, db, "Ada Okafor")
		end := morning.Add(2 * time.Hour)
		write(t, db, func(tx *store.Tx) error {
			return tx.SetMemberships(w.ID, []agency.Membership{{Team: "mash", Role: "screener", From: morning, Until: end}})
		})
		r := created(t, db, "TH-1")
		granted(t, db, grant(r, mash, access.View))
		for at, want := range map[time.Time]int{end.Add(-1000): 1, end: 0} {
			kept := read(t, db, func(tx *store.Tx) (agency.Worker, error) { return tx.Worker(w.ID) })
			v := access.WorkerViewer(kept, reg, at)
			if v.Principals == nil {
				v.Principals = []access.Principal{}
			}
			if p := board(t, db, store.BoardQuery{Worker: w.ID, Principals: v.Principals, Now: at}); p.Total != want {
				t.Errorf("at %v the board shows %d, want %d", at, p.Total, want)
			}
		}
	})
}

func TestAccountsInvitationsAndAttempts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := aWorker(t, db, "Ada Okafor")
		a := store.Account{Worker: w.ID, PasswordHash: "$argon2id$", TOTPSecret: []byte{0, 1, 255}, TOTPStep: 1 << 40, Passkeys: json.RawMessage(`[{"n":[1,2],"id":"x"}]`), RecoveryHashes: []string{"a", "b"}, CreatedAt: morning, PasswordAt: morning, MustEnrol: true}
		get := func() store.Account {
			return read(t, db, func(tx *store.Tx) (store.Account, error) { return tx.Account(w.ID) })
		}
		write(t, db, func(tx *store.Tx) error { return tx.PutAccount(a) })
		same(t, get(), a)
		a.TOTPSecret, a.Passkeys, a.RecoveryHashes, a.MustEnrol, a.PasswordAt = nil, nil, nil, false, time.Time{}
		write(t, db, func(tx *store.Tx) error { return tx.PutAccount(a) })
		a.Passkeys, a.RecoveryHashes = json.RawMessage(`[]`), []string{}
		same(t, get(), a)

		i := store.Invitation{ID: "i", Worker: w.ID, TokenHash: "h", ExpiresAt: morning.Add(time.Hour)}
		write(t, db, func(tx *store.Tx) error { return tx.AddInvitation(i) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.UseInvitation("i", i.ExpiresAt) }), store.ErrStale)
		write(t, db, func(tx *store.Tx) error { return tx.UseInvitation("i", morning) })
		wants(t, writeErr(db, func(tx *store.Tx) error { return tx.UseInvitation("i", morning) }), store.ErrStale)
		i.UsedAt = morning
		same(t, read(t, db, func(tx *store.Tx) (store.Invitation, error) { return tx.InvitationByHash("h") }), i)

		write(t, db, func(tx *store.Tx) error {
			for n, ok := range []bool{false, false, true, false} {
				if err := tx.AddAttempt(store.Attempt{Kind: "password", Key: "k", At: morning.Add(time.Duration(n) * time.Minute), OK: ok}); err != nil {
					return err
				}
			}
			return tx.AddAttempt(store.Attempt{Kind: "totp", Key: "k", At: morning.Add(time.Hour)})
		})
		since := func() []time.Time {
			return read(t, db, func(tx *store.Tx) ([]time.Time, error) {
				return tx.AttemptsSince("password", "k", morning.Add(time.Minute))
			})
		}
		same(t, since(), []time.Time{morning.Add(time.Minute), morning.Add(3 * time.Minute)})
		write(t, db, func(tx *store.Tx) error { return tx.PruneAttempts(morning.Add(2 * time.Minute)) })
		same(t, since(), []time.Time{morning.Add(3 * time.Minute)})
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := aWorker(t, db, "Ada Okafor")
		a, b := session(w.ID, "a"), session(w.ID, "b")
		b.SeenAt = morning.Add(time.Hour)
		code := session("", "c")
		code.SecondAt = time.Time{}
		write(t, db, func(tx *store.Tx) error {
			for _, s := range []store.Session{a, b, code} {
				if err := tx.PutSession(s); err != nil {
					return err
				}
			}
			return nil
		})
		same(t, read(t, db, func(tx *store.Tx) (store.Session, error) { return tx.Session("c") }), code)
		same(t, read(t, db, func(tx *store.Tx) ([]store.Session, error) { return tx.SessionsOf(w.ID) }), []store.Session{b, a})
		a.SeenAt, a.ReauthAt, a.Data = morning.Add(2*time.Hour), morning, map[string]string{}
		write(t, db, func(tx *store.Tx) error { return tx.PutSession(a) })
		same(t, read(t, db, func(tx *store.Tx) (store.Session, error) { return tx.Session("a") }), a)
		end := morning.Add(3 * time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.EndSessionsOf(w.ID, end, "a") })
		same(t, read(t, db, func(tx *store.Tx) ([]store.Session, error) { return tx.SessionsOf(w.ID) }), []store.Session{a})
		write(t, db, func(tx *store.Tx) error { return tx.EndSession("a", end) })
		write(t, db, func(tx *store.Tx) error { return tx.EndSession("a", end.Add(time.Hour)) })
		a.EndedAt = end
		same(t, read(t, db, func(tx *store.Tx) (store.Session, error) { return tx.Session("a") }), a)
		wants(t, writeErr(db, func(tx *store.Tx) error { a.EndedAt = time.Time{}; return tx.PutSession(a) }), store.ErrStale)
	})
}
