package signin_test

import (
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestProvingAgainGivesANewToken(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	p := enrol(t, g, "sam@example.org")
	now := noon.Add(20 * time.Minute)
	s, _, err := g.Who(t.Context(), p.token, now)
	if err != nil || s.Recent(now) {
		t.Fatalf("recent %v, %v", s.Recent(now), err)
	}
	if _, err := g.Reauth(t.Context(), s, "000000", home, now); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a wrong code: %v", err)
	}
	token, err := g.Reauth(t.Context(), s, p.code(t, now), home, now)
	if err != nil {
		t.Fatal(err)
	}
	if fresh, _, err := g.Who(t.Context(), token, now); err != nil || !fresh.Recent(now) || !fresh.ExpiresAt.Equal(s.ExpiresAt) {
		t.Errorf("recent %v, until %v: %v", fresh.Recent(now), fresh.ExpiresAt, err)
	}
	if _, _, err := g.Who(t.Context(), p.token, now); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the token from before lives on: %v", err)
	}
	logged(t, g, "prove-again", 1)
}

func TestANewInvitationEndsTheOld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		w, first := invited(t, g, "sam@example.org")
		second, err := g.Reset(t.Context(), "operator", w.ID, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Invited(t.Context(), first, noon.Add(time.Hour)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the first still opens the account: %v", err)
		}
		if _, err := g.Invited(t.Context(), second, noon.Add(time.Hour)); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusedPasskeyIsLogged(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	var err error
	if g.Passkeys, err = secret.NewPasskeys("localhost", "Frontdoor", "http://localhost"); err != nil {
		t.Fatal(err)
	}
	_, token, err := g.BeginPasskeyAlone(t.Context(), home, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.FinishPasskeyAlone(t.Context(), token, []byte("{}"), home, noon); fault.KindOf(err) != fault.SignIn {
		t.Errorf("%v", err)
	}
	logged(t, g, "sign-in-refused", 1)
	// Someone who has none is told so.
	enrol(t, g, "sam@example.org")
	half, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.BeginPasskey(t.Context(), half, noon); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

// logged counts the lines of the log about one kind of act.
func logged(t *testing.T, g *signin.Gate, act string, want int) {
	t.Helper()
	err := g.DB.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.AuditSearch(store.AuditQuery{Act: act, Limit: 100})
		if err == nil && len(events) != want {
			t.Errorf("%d lines say %s, want %d", len(events), act, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
