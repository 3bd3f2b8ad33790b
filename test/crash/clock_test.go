package crash

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/post"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// machine is the whole program on a clock of its own that goes on by itself and
// can be stepped either way, as a machine's clock is put right.
type machine struct {
	*live.Opened
	t      *testing.T
	url    string
	start  time.Time
	began  time.Time
	off    atomic.Int64 // how far the clock is from the true time
	passed atomic.Int64 // how far the true time was put on
	mail   atomic.Int64
	outbox post.Outbox
}

// now is what the machine's clock says.
func (m *machine) now() time.Time { return m.real().Add(time.Duration(m.off.Load())) }

// real is the true time, as people's phones show it.
func (m *machine) real() time.Time {
	return m.start.Add(time.Since(m.began)).Add(time.Duration(m.passed.Load()))
}

// pass lets true time pass.
func (m *machine) pass(d time.Duration) { m.passed.Add(int64(d)) }

// wrong sets how wrong the clock is.
func (m *machine) wrong(by time.Duration) { m.off.Store(int64(by)) }

// newMachine starts the program at a London time on a place with accounts.
func newMachine(t *testing.T, london string, people ...live.Person) (*machine, []*live.Account) {
	t.Helper()
	start, _, err := calendar.ParseTime(london)
	if err != nil {
		t.Fatal(err)
	}
	o := live.Place(t)
	accounts := live.Accounts(t, o, people...)
	m := &machine{t: t, start: start, began: time.Now()}
	ready, end := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		live.Open(t, o, false, func(p *live.Opened) {
			m.Opened = p
			close(ready)
			<-end
		})
	})
	t.Cleanup(done.Wait)
	t.Cleanup(func() { close(end) })
	<-ready
	server := httptest.NewUnstartedServer(nil)
	m.url = "http://" + server.Listener.Addr().String()
	passwords, err := secret.NewPasswords(1)
	if err != nil {
		t.Fatal(err)
	}
	gate := &signin.Gate{DB: m.Desk.DB, Sealer: m.Desk.Sealer, Passwords: passwords}
	if gate.Passkeys, err = secret.NewPasskeys("localhost", "Frontdoor", "http://localhost"); err != nil {
		t.Fatal(err)
	}
	st, err := site.New(site.Config{
		Desk: m.Desk, Gate: gate, Sign: m.Sign, Base: m.url, Now: m.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Send: func(ctx context.Context, mail post.Mail) error {
			m.mail.Add(1)
			return m.outbox.Send(ctx, mail)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = st.Handler()
	server.Start()
	ctx, stop := context.WithCancel(context.Background())
	done.Go(func() {
		if err := st.Run(ctx); err != nil {
			t.Errorf("the background work ended: %v", err)
		}
	})
	t.Cleanup(func() {
		server.Close()
		stop()
	})
	return m, accounts
}

// signIn signs in with what a phone on true time shows.
func (m *machine) signIn(c *live.Client, a *live.Account) error {
	code, err := totp.GenerateCode(a.Secret, m.real())
	if err != nil {
		m.t.Fatal(err)
	}
	return c.SignInWith(m.t.Context(), a, code)
}

// within waits until something is so, in the machine's own running time.
func (m *machine) within(what string, so func() bool) {
	m.t.Helper()
	for range 600 {
		if so() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	m.t.Errorf("%s: not after 12 seconds", what)
}

// verify checks everything, and that the log is in the order things were done in
// whatever the clock said.
func (m *machine) verify() {
	m.t.Helper()
	_, diffs, err := m.Desk.Verify(m.t.Context(), m.Sign.Public(), nil)
	if err != nil || len(diffs) > 0 {
		m.t.Errorf("verify: %v %v", err, diffs)
	}
}

// job is how long from now a kind of job next runs; false when none waits.
func (m *machine) job(kind string) (time.Duration, bool) {
	var at time.Time
	err := m.Desk.DB.Read(m.t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`select min(run_at) from job where kind = $1 and done_at is null and failed_at is null`, kind).Scan(&at)
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return at.Sub(m.now()), !at.IsZero()
}

// steps are how a clock goes wrong.
var steps = map[string]time.Duration{"an hour on": time.Hour, "an hour back": -time.Hour, "a day on": 24 * time.Hour, "a day back": -24 * time.Hour}

// A clock that is stepped while people work and then put right loses nothing,
// shuts nobody out and leaves no work waiting for a time that is far off.
func TestClockStepped(t *testing.T) {
	t.Parallel()
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, accounts := newMachine(t, "2026-03-17T10:00", live.Person{Name: "Sol Worker", Role: "mash_social_worker"}, live.Person{Name: "Sal Worker", Role: "mash_social_worker"})
			sol, sal := accounts[0], accounts[1]
			social := live.NewClient(m.url)
			if err := m.signIn(social, sol); err != nil {
				t.Fatal(err)
			}
			before, err := live.NewClient(m.url).Refer(t.Context(), live.Neighbour())
			if err != nil {
				t.Fatal(err)
			}
			writing := live.NewClient(m.url)
			dr, err := writing.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m.within("the first jobs", func() bool { d, ok := m.job("clocks.tell"); return ok && d > 0 && d <= time.Minute })

			m.wrong(step)
			// Who writes goes on, at most after typing their code again.
			if err := writing.Answer(t.Context(), dr, live.Neighbour(), "/happening"); err != nil {
				if err = writing.ComeBack(t.Context(), dr); err == nil {
					err = writing.Answer(t.Context(), dr, live.Neighbour(), "/happening")
				}
				if err != nil {
					t.Errorf("who was writing is shut out: %v", err)
				}
			}
			during, err := live.NewClient(m.url).Refer(t.Context(), live.Neighbour())
			if err != nil {
				t.Fatal(err)
			}
			// With a wrong clock the codes of phones are wrong: nobody comes in by
			// one, and trying must not shut them out once the clock is right.
			for range 6 {
				if err := m.signIn(live.NewClient(m.url), sal); err == nil {
					t.Error("a code of another hour was taken")
				}
			}
			m.within("the jobs of the wrong time", func() bool { d, ok := m.job("clocks.tell"); return ok && d > 0 && d <= time.Minute })

			m.wrong(0)
			m.within("the jobs once the clock is right", func() bool { d, ok := m.job("clocks.tell"); return ok && d <= time.Minute })
			for _, job := range []string{"attempts.prune", "audit.checkpoint"} {
				m.within(job, func() bool { d, ok := m.job(job); return ok && d <= time.Hour })
			}
			m.pass(6 * time.Minute) // no wait for wrong codes is longer at first
			if err := m.signIn(live.NewClient(m.url), sal); err != nil {
				t.Errorf("once the clock is right, a worker is shut out: %v", err)
			}
			after, err := live.NewClient(m.url).Refer(t.Context(), live.Neighbour())
			if err != nil {
				t.Fatal(err)
			}
			for _, sent := range []live.Sent{before, during, after} {
				p, err := live.NewClient(m.url).Status(t.Context(), sent)
				if err != nil {
					t.Error(err)
					continue
				}
				if text := strings.ReplaceAll(p.Text(), sent.Reference, ""); strings.Contains(text, "-1") || strings.Contains(text, "minus") || !strings.Contains(text, "hear") {
					t.Errorf("a sender reads: %s", text)
				}
			}
			fresh := live.NewClient(m.url)
			m.pass(time.Minute)
			if err := m.signIn(fresh, sol); err != nil {
				t.Fatal(err)
			}
			for _, sent := range []live.Sent{before, during, after} {
				for _, page := range []string{"", "/clocks", "/history", "/entries"} {
					if p, err := fresh.Get(t.Context(), "/records/"+sent.Record+page); err != nil || p.Status != 200 {
						t.Errorf("%s: %v %d", page, err, p.Status)
					} else if text := p.Text(); strings.Contains(text, " -") && page == "/clocks" {
						t.Errorf("a clock says: %s", text)
					}
				}
			}
			if p, err := fresh.AddEntry(t.Context(), during.Record, "call", "Rang the school."); err != nil || !p.Accepted() {
				t.Errorf("a record of the wrong time takes no entry: %v", err)
			}
			if p, err := fresh.Step(t.Context(), during.Record, "screen", live.Values("rating", "red", "rating_reason", "He may come back.")); err != nil || !p.Accepted() {
				t.Errorf("a record of the wrong time takes no step: %v", err)
			}
			m.verify()
		})
	}
}

// A mail of the wrong time goes out when the clock is right, not a day later.
func TestClockSteppedMailGoes(t *testing.T) {
	t.Parallel()
	m, _ := newMachine(t, "2026-03-17T10:00")
	m.wrong(24 * time.Hour)
	at := m.now()
	err := m.Desk.DB.Write(t.Context(), func(tx *store.Tx) error {
		m.wrong(0) // put right before it could go
		return tx.Enqueue(at, store.Job{Kind: casework.MailJob, RunAt: at.Add(time.Second), Payload: struct{}{}})
	})
	if err != nil {
		t.Fatal(err)
	}
	m.pass(2 * time.Minute)
	m.within("a mail of a wrong day is taken up", func() bool {
		tried := 0
		err := m.Desk.DB.Read(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`select count(*) from job where kind = $1 and (attempts > 0 or done_at is not null)`, casework.MailJob).Scan(&tried)
		})
		if err != nil {
			t.Fatal(err)
		}
		return tried == 1
	})
}

// A session that was seen by a clock gone wrong ends as any other does.
func TestClockSteppedSessionEnds(t *testing.T) {
	t.Parallel()
	m, accounts := newMachine(t, "2026-03-17T10:00", live.Person{Name: "Sol Worker", Role: "mash_social_worker"})
	m.wrong(24 * time.Hour)
	c := live.NewClient(m.url)
	code, err := totp.GenerateCode(accounts[0].Secret, m.now())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SignInWith(t.Context(), accounts[0], code); err != nil {
		t.Fatal(err)
	}
	m.wrong(0)
	m.pass(signin.Idle + 2*time.Minute)
	if p, err := c.Get(t.Context(), "/board"); err != nil || p.Path() == "/board" {
		t.Errorf("a session of a wrong day is open half an hour after anyone was here: %v", err)
	}
}
