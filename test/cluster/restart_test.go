package cluster_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"frontdoor/test/live"
)

// program is the real program on a server of the test's own, with accounts.
func program(t *testing.T, database string) (*live.Server, []*live.Account) {
	t.Helper()
	o := live.Place(t)
	o.Data, o.Database = "", database
	s := live.Start(t, o)
	return s, live.Accounts(t, s.Place(), people...)
}

// PostgreSQL is stopped in two ways and started again, and its connections are
// cut, while people work. Nothing acknowledged is lost, and the program goes on by
// itself.
func TestServerRestartsUnderLoad(t *testing.T) {
	t.Parallel()
	pg := newMachine(t).primary("one")
	pg.sql("postgres", createDatabase("frontdoor", "postgres"))
	s, accounts := program(t, urlOf("postgres", "frontdoor", pg))
	l := newLoad(t, s.URL(), accounts)
	l.begin()
	l.more(20 * soak)
	for _, mode := range []string{"fast", "immediate"} {
		pg.stop(mode)
		away(t, s)
		pg.start()
		l.more(20 * soak)
	}
	db := pg.open("postgres", "postgres")
	cut := 0
	for range 8 * soak {
		cut += value[int](t, db, `select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'frontdoor'`)
		l.more(3)
	}
	if cut < 8 {
		t.Errorf("only %d connections were cut", cut)
	}
	l.end(s.Place())
	stillTheSame(t, s)
}

// away checks what the program does while there is no database.
func away(t *testing.T, s *live.Server) {
	t.Helper()
	c := browser(t, s.URL())
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		if p, err := c.Get(t.Context(), path); err != nil || p.Status != want {
			t.Errorf("%s without a database: %d, want %d, %v", path, p.Status, want, err)
		}
	}
	// Whoever comes now still reads whom to call.
	for _, path := range []string{"/", "/contact"} {
		if p := get(t, c, path); !bytes.Contains(p.Body, []byte(`href="tel:999"`)) {
			t.Errorf("%s without a database does not say whom to call: %d", path, p.Status)
		}
	}
}

// stillTheSame checks that the program was never restarted and met nothing that
// it did not expect.
func stillTheSame(t *testing.T, s *live.Server) {
	t.Helper()
	select {
	case <-s.Ended():
		t.Error("the program ended")
	default:
	}
	log := s.Log()
	if n := strings.Count(log, `"msg":"serving"`); n != 1 {
		t.Errorf("the program was started %d times", n)
	}
	for _, bad := range []string{`"kind":"internal"`, `"msg":"panic"`, `job panicked`} {
		if got := lines(log, bad); got != "" {
			t.Errorf("in the log:\n%s", got)
		}
	}
}

// The connection is lost between a commit and its answer, so that nobody knows
// whether it was done. What the sender is told is true, and sending again does
// not do it twice, whether it had been done or not.
func TestAnswerToACommitIsLost(t *testing.T) {
	t.Parallel()
	pg := newMachine(t).primary("one", "fsync = off")
	pg.sql("postgres", createDatabase("frontdoor", "postgres"))
	w := newWire(t, pg)
	s, accounts := program(t, w.url("frontdoor"))
	db := pg.open("postgres", "frontdoor")
	worker := signedIn(t, s.URL(), accounts[0])
	// lose makes the next commit of a transaction be lost, and sends a form that
	// causes it.
	lose := func(t *testing.T, l loss, c *live.Client, f *live.Form, values url.Values) {
		t.Helper()
		w.lose.Store(&l)
		p, err := c.Submit(t.Context(), f, values)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-w.lost:
		default:
			t.Fatalf("no commit was lost: %d %s", p.Status, p.Text())
		}
		if p.Status != http.StatusServiceUnavailable || p.Header.Get("Retry-After") == "" ||
			!p.Says("We cannot be sure that what you just sent was saved.", "reload it to send the same again", "999") {
			t.Errorf("%d, Retry-After %q: %s", p.Status, p.Header.Get("Retry-After"), p.Text())
		}
	}
	for name, l := range map[string]loss{
		"it was saved":     {words: "insert into revision"},
		"it was not saved": {words: "insert into revision", before: true},
	} {
		t.Run(name, func(t *testing.T) {
			before := value[int](t, db, "select count(*) from record")
			for _, again := range []string{"reload", "go back"} {
				c := browser(t, s.URL())
				d, err := c.Begin(t.Context())
				if err == nil {
					err = c.Answer(t.Context(), d, live.Neighbour(), "/check")
				}
				if err != nil {
					t.Fatal(err)
				}
				f := d.Page.Form("/send")
				lose(t, l, c, f, nil)
				var p *live.Page
				if again == "reload" {
					p, err = c.Submit(t.Context(), f, nil)
				} else if p, err = c.Get(t.Context(), d.Page.Path()); err == nil && p.Form("/send") != nil {
					p, err = c.Submit(t.Context(), p.Form("/send"), nil) // it was not saved, so the form is there
				}
				if err != nil || !strings.HasPrefix(p.Path(), "/refer/sent/") || p.ByID("reference") == "" || !p.Says(d.Code) {
					t.Fatalf("%s: %v, %s: %s", again, err, p.Path(), p.Text())
				}
				if p, err := browser(t, s.URL()).Status(t.Context(), live.Sent{Reference: p.ByID("reference"), Code: d.Code}); err != nil {
					t.Errorf("the sender cannot come back: %v %s", err, p.Text())
				}
			}
			if n := value[int](t, db, "select count(*) from record") - before; n != 2 {
				t.Errorf("two referrals made %d records", n)
			}
		})
	}
	for name, l := range map[string]loss{"a step was saved": {words: "insert into revision"}, "a step was not saved": {words: "insert into revision", before: true}} {
		t.Run(name, func(t *testing.T) {
			sent, err := browser(t, s.URL()).Refer(t.Context(), live.Neighbour())
			if err != nil {
				t.Fatal(err)
			}
			f := get(t, worker, "/records/"+sent.Record+"/steps/screen").Form("/steps/screen")
			values := url.Values{"rating": {"amber"}, "rating_reason": {"What the neighbour heard."}}
			lose(t, l, worker, f, values)
			p, err := worker.Submit(t.Context(), f, values)
			if err != nil || p.Status >= 500 {
				t.Fatalf("sent again: %v %s", err, p.Text())
			}
			t.Logf("sent again: %d %s, accepted %t: %.300s", p.Status, p.Path(), p.Accepted(), p.Text())
			if n := value[int](t, db, "select count(*) from revision where record = $1 and step = 'screen'", sent.Record); n != 1 {
				t.Errorf("the step was taken %d times", n)
			}
			if p := get(t, worker, "/records/"+sent.Record); !p.Says("What the neighbour heard.") && !p.Says("Amber") {
				t.Errorf("the record does not show the step: %s", p.Text())
			}
		})
	}
	stillTheSame(t, s)
	runs(t, s.Place(), 0, "nothing differs", "verify")
}
