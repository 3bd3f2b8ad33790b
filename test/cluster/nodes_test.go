package cluster_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/test/live"
)

// Two nodes serve one database behind one address, and everyone is moved between
// them all the time.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	_, database := storetest.OpenPostgres(t)
	mails := newMailbox(t)
	base, nodes := balancer(t, database, "--smtp", mails.addr, "--mail-from", "no-reply@example.org")
	accounts := live.Accounts(t, nodes[0].Place(), append(people, live.Person{Name: "Asha Noor", Role: "referrer", Kind: "school"})...)
	rec := walk(t, base, accounts)
	for i, n := range nodes {
		log := n.Log()
		for _, route := range []string{`"route":"POST /refer/{draft}/`, `"route":"GET /board"`} {
			if !strings.Contains(log, route) {
				t.Errorf("node %d never served %s: nothing is shown by this test", i+1, route)
			}
		}
		if bad := lines(log, `"level":"ERROR"`); bad != "" {
			t.Errorf("node %d:\n%s", i+1, bad)
		}
	}

	t.Run("live events", func(t *testing.T) { eventsReachTheOtherNode(t, base, nodes, accounts[0], rec) })
	t.Run("limits on guessing", func(t *testing.T) { limitsHold(t, base) })
	t.Run("sessions", func(t *testing.T) { sessionsEndEverywhere(t, base, nodes, accounts[1]) })
	t.Run("jobs", func(t *testing.T) { jobsRunOnce(t, nodes, mails) })
	runs(t, nodes[0].Place(), 0, "nothing differs", "verify")
}

// walk is a piece of work from the public's first word to a decision, by people
// who are moved between nodes. It gives the record.
func walk(t *testing.T, base string, accounts []*live.Account) string {
	t.Helper()
	ctx := t.Context()
	visitor := browser(t, base)
	sent, err := visitor.Refer(ctx, live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	if p, err := browser(t, base).Status(ctx, sent); err != nil || !p.Says(sent.Reference, "We have what you sent") {
		t.Fatalf("the sender's own page: %v", err)
	}

	worker, manager := signedIn(t, base, accounts[0]), signedIn(t, base, accounts[1])
	board := get(t, worker, "/board")
	if !board.Says(sent.Reference) {
		t.Fatalf("the board does not show it:\n%s", board.Text())
	}
	step(t, worker, sent.Record, "screen", url.Values{"rating": {"amber"}, "rating_reason": {"What the neighbour heard."}})
	if p, err := worker.AddFile(ctx, sent.Record, "note.txt", []byte("What was seen.")); err != nil || !p.Says("note.txt") {
		t.Fatalf("a file: %v\n%s", err, p.Text())
	}
	if p, err := worker.AddEntry(ctx, sent.Record, "call", "Rang the school."); err != nil || !p.Says("Rang the school.") {
		t.Fatalf("an entry: %v", err)
	}
	// What is typed on one node is there on the other.
	form := get(t, manager, "/records/"+sent.Record+"/steps/decide").Form("/steps/decide")
	if form != nil {
		if err := manager.Autosave(ctx, form, url.Values{"pattern": {"Typed on one node."}}); err != nil {
			t.Fatal(err)
		}
		if p := get(t, manager, "/records/"+sent.Record+"/steps/decide"); !strings.Contains(string(p.Body), "Typed on one node.") {
			t.Error("what was typed is not there on the other node")
		}
	}
	get(t, manager, "/records/"+sent.Record+"/known")
	step(t, manager, sent.Record, "decide", url.Values{
		"children/r1/outcome": {"s17"}, "children/r1/level_decided": {"4"}, "children/r1/level_differs": {"We know more."}, "children/r1/handover_words": {"See the child alone."},
		"children/r1/rationale": {"The child is alone at night."}, "decision_consent": {"not_safe"}, "decision_consent_words": {"Nobody was asked."},
		"pattern": {"The same each time."}, "unanswered": {"It cannot wait."}, "children/r1/passed_on": {"no"},
	})
	return sent.Record
}

// source numbers the places that browsers are at.
var source atomic.Int64

func browser(t *testing.T, base string) *live.Client {
	c, n := live.NewClient(base), source.Add(1)
	c.Forwarded = fmt.Sprintf("10.1.%d.%d", n/250, n%250+1)
	t.Cleanup(c.Close)
	return c
}

func signedIn(t *testing.T, base string, a *live.Account) *live.Client {
	t.Helper()
	c := browser(t, base)
	if err := c.SignIn(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	return c
}

func get(t *testing.T, c *live.Client, path string) *live.Page {
	t.Helper()
	p, err := c.Get(t.Context(), path)
	if err != nil || p.Status != http.StatusOK {
		t.Fatalf("%s: %v", path, &live.Wrong{Page: p, What: fmt.Sprint(err)})
	}
	return p
}

// step takes a step through as many pages as it has.
func step(t *testing.T, c *live.Client, rec, id string, values url.Values) {
	t.Helper()
	p := get(t, c, "/records/"+rec+"/steps/"+id)
	for range 4 {
		f := p.Form("/steps/" + id)
		if f == nil {
			break
		}
		var err error
		if p, err = c.Submit(t.Context(), f, values); err != nil {
			t.Fatal(err)
		}
		if p.Accepted() {
			return
		}
	}
	t.Fatal(&live.Wrong{Page: p, What: "the step " + id + " was not taken"})
}

// A board that listens to one node hears of what is saved on the other.
func eventsReachTheOtherNode(t *testing.T, base string, nodes []*live.Server, a *live.Account, rec string) {
	c := signedIn(t, base, a)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, node(base, nodes[0])+"/board/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Jar: c.HTTP.Jar}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	heard := make(chan time.Time, 100)
	go func() {
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() == "data: changed" {
				heard <- time.Now()
			}
		}
	}()
	<-heard // what was changed before it listened
	other := *c
	other.Base = node(base, nodes[1])
	saved := time.Now()
	if p, err := other.AddEntry(ctx, rec, "note", "Heard on the other node."); err != nil || !p.Accepted() {
		t.Fatalf("an entry: %v", err)
	}
	select {
	case at := <-heard:
		t.Logf("a board on the other node heard after %s, page and all", at.Sub(saved).Round(time.Millisecond))
	case <-ctx.Done():
		t.Error("the board on the other node was not told")
	}
}

// Guesses on both nodes are counted together.
func limitsHold(t *testing.T, base string) {
	c := browser(t, base)
	reference, err := secret.Reference("TH", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		p := get(t, c, "/status")
		p, err := c.Submit(t.Context(), p.Form("/status"), url.Values{"reference": {reference}, "code": {"1234 5678 9012 3456"}})
		if err != nil {
			t.Fatal(err)
		}
		// Five are free, whichever node they come to.
		if limited := strings.Contains(p.Text(), "too many times"); limited != (i >= 5) {
			t.Errorf("guess %d: limited %t, status %d: %s", i+1, limited, p.Status, p.Errors())
		}
	}
}

// Who signs out on one node is out on the other.
func sessionsEndEverywhere(t *testing.T, base string, nodes []*live.Server, a *live.Account) {
	c := signedIn(t, base, a)
	on := func(n int) string {
		there := *c
		there.Base = node(base, nodes[n])
		p, err := there.Get(t.Context(), "/board")
		if err != nil {
			t.Fatal(err)
		}
		return p.Path()
	}
	if on(0) != "/board" || on(1) != "/board" {
		t.Fatal("the session is not known on both nodes")
	}
	kept := *c.HTTP
	u, _ := url.Parse(base)
	cookies := slices.Clone(c.HTTP.Jar.Cookies(u))
	p := get(t, c, "/account")
	out, err := c.Post(t.Context(), "/sign-out", nil)
	if err != nil || out.Status >= 400 {
		t.Fatalf("signing out: %v, from %s", err, p.Path())
	}
	// Someone who kept the cookie gets in nowhere.
	c.HTTP = &kept
	c.HTTP.Jar.SetCookies(u, cookies)
	if on(0) == "/board" || on(1) == "/board" {
		t.Error("a session that was ended still works")
	}
}

// Work in the background is done once, whoever does it.
func jobsRunOnce(t *testing.T, nodes []*live.Server, mails *mailbox) {
	const many = 60
	address := func(i int) string { return fmt.Sprintf("worker%d@example.org", i) }
	live.Open(t, nodes[0].Place(), false, func(o *live.Opened) {
		now := time.Now().UTC()
		err := o.Desk.DB.Write(t.Context(), func(tx *store.Tx) error {
			for i := range many {
				m := casework.Mail{ID: store.NewID(now), Template: "confirm_email", Vars: map[string]string{"token": "t", "record": "r"}}
				var err error
				if m.Sealed, err = o.Desk.Sealer.SealText(address(i), seal.Binding{Kind: "mail", ID: m.ID}); err != nil {
					return err
				}
				if err := tx.Enqueue(now, store.Job{Kind: casework.MailJob, Payload: m}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var queued, done, attempts int
		until(t, "all mail to go", func() bool {
			err := o.Desk.DB.Read(t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(`select count(*), count(done_at), coalesce(sum(attempts), 0) from job where kind = 'mail'`).Scan(&queued, &done, &attempts)
			})
			if err != nil {
				t.Fatal(err)
			}
			return done == queued
		})
		if attempts != queued || queued < many {
			t.Errorf("%d mails queued, and %d attempts to send them", queued, attempts)
		}
	})
	got := mails.letters()
	for i := range many {
		if n := got[address(i)]; n != 1 {
			t.Errorf("mail %d came %d times", i, n)
		}
	}
}
