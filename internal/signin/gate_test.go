package signin_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

const good = "otter lamp velvet drum"

var home = signin.Source{Addr: "192.0.2.1", Device: "Firefox on Windows"}

func newGate(t *testing.T, db *store.DB) *signin.Gate {
	t.Helper()
	sealer, err := seal.New([]byte("the key of these tests, 32 bytes.")[:seal.KeySize])
	if err != nil {
		t.Fatal(err)
	}
	passwords, err := secret.NewPasswords(2)
	if err != nil {
		t.Fatal(err)
	}
	return &signin.Gate{DB: db, Sealer: sealer, Passwords: passwords}
}

// someone is a worker with an account, set up with an app.
type someone struct {
	agency.Worker
	shared   string // the app's
	recovery []string
	token    string
}

func invited(t *testing.T, g *signin.Gate, email string) (agency.Worker, string) {
	t.Helper()
	w, token, err := g.Add(t.Context(), "operator", agency.Worker{
		Name: "Sam Okoro", Email: email, Agency: "thurrock_council", Memberships: []agency.Membership{{Team: "thurrock_front_door", Role: "mash_officer"}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return w, token
}

func enrol(t *testing.T, g *signin.Gate, email string) *someone {
	t.Helper()
	w, invitation := invited(t, g, email)
	p := &someone{Worker: w}
	token, s, err := g.Accept(t.Context(), invitation, good, home, noon)
	if err != nil {
		t.Fatal(err)
	}
	if s.Full() || !s.Enrolling() {
		t.Fatal("an invitation alone signs in")
	}
	one, err := g.BeginApp(t.Context(), s, w, "Frontdoor", noon)
	if err != nil {
		t.Fatal(err)
	}
	p.shared = one.Secret
	if s, _, err = g.Who(t.Context(), token, noon); err != nil {
		t.Fatal(err)
	}
	if p.token, p.recovery, err = g.FinishApp(t.Context(), s, w, p.code(t, noon), noon); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.Who(t.Context(), token, noon); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the token from before the second factor still works: %v", err)
	}
	return p
}

func (p *someone) code(t *testing.T, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(p.shared, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSignInWithAnApp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		ctx, now := t.Context(), noon.Add(time.Minute)
		half, s, err := g.Password(ctx, " SAM@example.org ", good, home, now)
		if err != nil {
			t.Fatal(err)
		}
		if s.Full() || s.Enrolling() {
			t.Error("a password alone signs in, or begins again")
		}
		code := p.code(t, now)
		full, s, err := g.Second(ctx, half, code, home, now)
		if err != nil || !s.Full() {
			t.Fatalf("full %v, %v", s.Full(), err)
		}
		if _, w, err := g.Who(ctx, full, now); err != nil || w.ID != p.ID {
			t.Errorf("signed in as %q: %v", w.ID, err)
		}
		if _, _, err := g.Who(ctx, half, now); fault.KindOf(err) != fault.SignIn {
			t.Errorf("the half session lives on: %v", err)
		}
		half, _, err = g.Password(ctx, "sam@example.org", good, home, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.Second(ctx, half, code, home, now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the same code twice: %v", err)
		}
		if _, _, err := g.Second(ctx, half, p.code(t, now.Add(30*time.Second)), home, now.Add(30*time.Second)); err != nil {
			t.Errorf("the next code: %v", err)
		}
	})
}

func TestWrongAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		enrol(t, g, "sam@example.org")
		gone := enrol(t, g, "gone@example.org")
		if err := g.Left(t.Context(), "operator", gone.ID, noon); err != nil {
			t.Fatal(err)
		}
		invited(t, g, "new@example.org")
		var want string
		for i, c := range [][2]string{{"sam@example.org", "otter lamp velvet drums"}, {"nobody@example.org", good}, {"gone@example.org", good}, {"new@example.org", ""}, {"", ""}} {
			src := home
			src.Addr = fmt.Sprintf("192.0.2.%d", 10+i)
			_, _, err := g.Password(t.Context(), c[0], c[1], src, noon.Add(time.Minute))
			if err == nil || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%s: %v", c[0], err)
			}
			if want == "" {
				want = fault.SafeText(err)
			}
			if got := fault.SafeText(err); got != want {
				t.Errorf("%s is told %q, another %q", c[0], got, want)
			}
			attempts := 0
			// Every one of them is counted and logged, so they cost the same.
			err = db.Read(t.Context(), func(tx *store.Tx) error {
				events, err := tx.AuditSearch(store.AuditQuery{Act: "sign-in-refused", Limit: 100})
				attempts = len(events)
				return err
			})
			if err != nil || attempts != i+1 {
				t.Errorf("%s: %d refusals logged, want %d (%v)", c[0], attempts, i+1, err)
			}
		}
	})
}

func TestRecoveryCodeWorksOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		half := func() string {
			token, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		if _, _, err := g.Second(t.Context(), half(), p.recovery[3], home, noon); err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.Second(t.Context(), half(), p.recovery[3], home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("twice: %v", err)
		}
		full, s, err := g.Second(t.Context(), half(), p.recovery[4], home, noon)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := g.NewRecoveryCodes(t.Context(), s, noon)
		if err != nil || len(fresh) != len(p.recovery) {
			t.Fatalf("%d new codes: %v", len(fresh), err)
		}
		if _, _, err := g.Second(t.Context(), half(), p.recovery[5], home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an old code after new ones were made: %v", err)
		}
		if _, _, err := g.Who(t.Context(), full, noon); err != nil {
			t.Error(err)
		}
	})
}

func TestInvitationWorksOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		_, token := invited(t, g, "sam@example.org")
		if _, _, err := g.Accept(t.Context(), token, "short", home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a weak password: %v", err)
		}
		if _, _, err := g.Accept(t.Context(), token, good, home, noon.Add(signin.InvitationLasts)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("after it ran out: %v", err)
		}
		if _, _, err := g.Accept(t.Context(), token, good, home, noon.Add(signin.InvitationLasts-time.Second)); err != nil {
			t.Errorf("in time: %v", err)
		}
		if _, _, err := g.Accept(t.Context(), token, good, home, noon); fault.KindOf(err) != fault.NotFound {
			t.Errorf("twice: %v", err)
		}
		if _, err := g.Invited(t.Context(), "guessed", noon); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a guess: %v", err)
		}
	})
}

func TestAccountWithoutSecondFactorCanDoNothingElse(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	_, invitation := invited(t, g, "sam@example.org")
	if _, _, err := g.Accept(t.Context(), invitation, good, home, noon); err != nil {
		t.Fatal(err)
	}
	token, s, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
	if err != nil || s.Full() || !s.Enrolling() {
		t.Fatalf("full %v, enrolling %v: %v", s.Full(), s.Enrolling(), err)
	}
	if _, _, err := g.Second(t.Context(), token, "", home, noon); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an empty code: %v", err)
	}
}

func TestLeaverLosesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		_, invitation := invited(t, g, "other@example.org")
		if err := g.Left(t.Context(), "operator", p.ID, noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		now := noon.Add(time.Minute)
		if _, _, err := g.Who(t.Context(), p.token, now); fault.KindOf(err) != fault.SignIn {
			t.Errorf("the session lives on: %v", err)
		}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, home, now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the password still works: %v", err)
		}
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			w, err := tx.Worker(p.ID)
			if err == nil && (len(w.Roles(now)) != 0 || w.LeftAt.IsZero()) {
				t.Errorf("still holds %v", w.Roles(now))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := g.Invited(t.Context(), invitation, now); err != nil {
			t.Errorf("someone else's invitation went too: %v", err)
		}
	})
}

func TestResetTakesEverythingAway(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		invitation, err := g.Reset(t.Context(), "worker:admin", p.ID, noon)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.Who(t.Context(), p.token, noon); fault.KindOf(err) != fault.SignIn {
			t.Errorf("the session lives on: %v", err)
		}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the old password works: %v", err)
		}
		token, s, err := g.Accept(t.Context(), invitation, "velvet drum otter lamp", home, noon)
		if err != nil || !s.Enrolling() {
			t.Fatalf("enrolling %v: %v", s.Enrolling(), err)
		}
		if _, _, err := g.Second(t.Context(), token, p.recovery[0], home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an old recovery code works: %v", err)
		}
		if _, _, err := g.Second(t.Context(), token, p.code(t, noon.Add(time.Minute)), home, noon.Add(time.Minute)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the old app works: %v", err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		// Used every so often it lasts, up to the longest shift and not beyond.
		at := noon
		for at.Before(noon.Add(signin.Longest - signin.Idle)) {
			at = at.Add(signin.Idle - time.Minute)
			s, _, err := g.Who(t.Context(), p.token, at)
			if err != nil {
				t.Fatalf("after %v: %v", at.Sub(noon), err)
			}
			if err := g.Seen(t.Context(), s, at); err != nil {
				t.Fatal(err)
			}
		}
		// A page that fetches by itself is not somebody at the keyboard.
		board := enrol(t, g, "board@example.org")
		for _, left := range []time.Duration{time.Minute, 0} {
			if _, _, err := g.Who(t.Context(), board.token, noon.Add(signin.Idle-left)); err != nil {
				t.Errorf("%v before the idle limit: %v", left, err)
			}
		}
		if _, _, err := g.Who(t.Context(), board.token, noon.Add(signin.Idle+time.Second)); fault.KindOf(err) != fault.SignIn {
			t.Errorf("a board that nobody watches is still signed in: %v", err)
		}
		if _, _, err := g.Who(t.Context(), p.token, noon.Add(signin.Longest)); fault.KindOf(err) != fault.SignIn {
			t.Errorf("after the longest: %v", err)
		}
		q := enrol(t, g, "idle@example.org")
		if _, _, err := g.Who(t.Context(), q.token, noon.Add(signin.Idle)); err != nil {
			t.Errorf("at the idle limit: %v", err)
		}
		r := enrol(t, g, "idle2@example.org")
		if _, _, err := g.Who(t.Context(), r.token, noon.Add(signin.Idle+time.Second)); fault.KindOf(err) != fault.SignIn {
			t.Errorf("just after it: %v", err)
		}
	})
}

func TestOwnSessionsOnly(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	p, other := enrol(t, g, "sam@example.org"), enrol(t, g, "other@example.org")
	mine, _, err := g.Who(t.Context(), p.token, noon)
	if err != nil {
		t.Fatal(err)
	}
	theirs, _, err := g.Who(t.Context(), other.token, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.EndSession(t.Context(), mine, theirs.ID, noon); fault.KindOf(err) != fault.NotFound {
		t.Errorf("ended someone else's session: %v", err)
	}
	half, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := g.Second(t.Context(), half, p.recovery[0], home, noon)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := g.Sessions(t.Context(), p.ID, noon); err != nil || len(list) != 2 {
		t.Fatalf("%d sessions: %v", len(list), err)
	}
	if err := g.EndSession(t.Context(), mine, "", noon); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.Who(t.Context(), second, noon); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the other session lives on: %v", err)
	}
	for _, token := range []string{p.token, other.token} {
		if _, _, err := g.Who(t.Context(), token, noon); err != nil {
			t.Errorf("one that should live: %v", err)
		}
	}
}

func TestChangingThePasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	p := enrol(t, g, "sam@example.org")
	mine, w, err := g.Who(t.Context(), p.token, noon)
	if err != nil {
		t.Fatal(err)
	}
	half, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.ChangePassword(t.Context(), mine, w, "not it at all", "velvet drum otter lamp", home, noon); fault.KindOf(err) != fault.Invalid {
		t.Errorf("with a wrong old one: %v", err)
	}
	if err := g.ChangePassword(t.Context(), mine, w, good, "velvet drum otter lamp", home, noon); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.Who(t.Context(), half, noon); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the other session lives on: %v", err)
	}
	if _, _, err := g.Who(t.Context(), p.token, noon); err != nil {
		t.Error(err)
	}
	if _, _, err := g.Password(t.Context(), "sam@example.org", "velvet drum otter lamp", home, noon); err != nil {
		t.Error(err)
	}
}

// A stranger who tries passwords all day does not keep the owner out.
func TestOthersCannotLockSomeoneOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		p := enrol(t, g, "sam@example.org")
		now := noon.Add(time.Hour)
		for i := range 40 {
			src := signin.Source{Addr: fmt.Sprintf("198.51.100.%d", i)}
			if _, _, err := g.Password(t.Context(), "sam@example.org", "guess guess guess", src, now); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		known := signin.Source{Addr: "203.0.113.9", Known: g.NewDevice(p.ID)}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, known, now); err != nil {
			t.Errorf("the owner's own device: %v", err)
		}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, signin.Source{Addr: "203.0.113.10"}, now); err != nil {
			t.Errorf("the owner on a new device: %v", err)
		}
		// The one who guesses from one place must wait, even with the right one.
		bad := signin.Source{Addr: "198.51.100.200"}
		for range 2 {
			_, _, _ = g.Password(t.Context(), "sam@example.org", "guess guess guess", bad, now)
		}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, bad, now); fault.KindOf(err) != fault.TooMany {
			t.Errorf("whoever guesses does not wait: %v", err)
		}
		// A device that is someone else's counts as unknown.
		forged := signin.Source{Addr: "198.51.100.200", Known: g.NewDevice("another")}
		if _, _, err := g.Password(t.Context(), "sam@example.org", good, forged, now); fault.KindOf(err) != fault.TooMany {
			t.Errorf("another's device token helps: %v", err)
		}
	})
}

func TestCodesAreCountedToo(t *testing.T) {
	t.Parallel()
	g := newGate(t, storetest.Open(t))
	p := enrol(t, g, "sam@example.org")
	half, _, err := g.Password(t.Context(), "sam@example.org", good, home, noon)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, _, err := g.Second(t.Context(), half, "000000", home, noon); fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	}
	if _, _, err := g.Second(t.Context(), half, p.code(t, noon.Add(30*time.Second)), home, noon); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the right code after five wrong ones, at once: %v", err)
	}
	later := noon.Add(10 * time.Second)
	if _, _, err := g.Second(t.Context(), half, p.code(t, later.Add(30*time.Second)), home, later); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestReceiptCodesAreThrottled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		ctx := t.Context()
		for i := range 5 {
			if _, _, err := g.ComeBack(ctx, fmt.Sprintf("0000 0000 0000 000%d", i), "", home, noon); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		if _, _, err := g.ComeBack(ctx, "0000 0000 0000 0009", "", home, noon); fault.KindOf(err) != fault.TooMany {
			t.Errorf("the sixth guess: %v", err)
		}
		if _, _, err := g.ComeBack(ctx, "0000 0000 0000 0009", "", signin.Source{Addr: "203.0.113.77"}, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("someone elsewhere is kept out: %v", err)
		}
		logged := 0
		err := db.Read(ctx, func(tx *store.Tx) error {
			events, err := tx.AuditSearch(store.AuditQuery{Act: "code-refused", Actor: audit.ActorPublic, Limit: 100})
			logged = len(events)
			return err
		})
		if err != nil || logged != 6 {
			t.Errorf("%d refusals logged, want 6: %v", logged, err)
		}
	})
}

func TestVisitorComesBackToWhatTheyWrote(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		g := newGate(t, db)
		ctx := t.Context()
		code, id, token, err := g.NewVisitor(ctx, home, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := g.Visitor(ctx, token, noon.Add(signin.VisitorIdle)); err != nil || got != id {
			t.Errorf("in time: %q, %v", got, err)
		}
		if shown, err := g.VisitorCode(ctx, token, noon); err != nil || shown != code {
			t.Errorf("the code shown again: %v", err)
		}
		if err := g.Leave(ctx, token, noon); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Visitor(ctx, token, noon); fault.KindOf(err) != fault.SignIn {
			t.Errorf("after leaving: %v", err)
		}
		// Nothing was written under it, so the code opens nothing.
		if _, _, err := g.ComeBack(ctx, code, "", home, noon); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a code with nothing under it: %v", err)
		}
	})
}
