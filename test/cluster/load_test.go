package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// load is people at work, who note what the program told them is saved. Answers
// that are errors must be clear: 503, with a page that says what to do, and
// nothing else.
type load struct {
	t     *testing.T
	base  string
	hands []*hand
	stop  chan struct{}
	all   sync.WaitGroup

	mu     sync.Mutex
	acks   []time.Time // of every acknowledged save, in order
	errors []time.Time // of every answer that was an error
	begun  time.Time
}

// hand is one of the people.
type hand struct {
	*load
	name string
	c    *live.Client
	act  func(context.Context) bool // one thing; true when it is acknowledged
	n    int
	look func() // fails the test unless everything acknowledged is there

	sent, resent int
	pending      func() bool // something is being sent and was not acknowledged
}

// pause is between two acts of a hand: nobody is faster, and two processors are
// shared with the database.
const pause = 25 * time.Millisecond

// newLoad gets everyone ready on a program that runs.
func newLoad(t *testing.T, base string, accounts []*live.Account) *load {
	t.Helper()
	l := &load{t: t, base: base, stop: make(chan struct{})}
	sent, err := browser(t, base).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range accounts {
		l.noter(fmt.Sprintf("noter%d", i), a, sent.Record)
	}
	l.typist("typist")
	l.sender("sender")
	return l
}

func (l *load) hand(name string) *hand {
	h := &hand{load: l, name: name, c: browser(l.t, l.base)}
	l.hands = append(l.hands, h)
	return h
}

// noter writes entries in a record's log.
func (l *load) noter(name string, a *live.Account, rec string) {
	l.t.Helper()
	h := l.hand(name)
	if err := h.c.SignIn(l.t.Context(), a); err != nil {
		l.t.Fatal(err)
	}
	page := "/records/" + rec + "/entries"
	form := get(l.t, h.c, page).Form("/entries")
	var had, tried []string
	h.act = func(ctx context.Context) bool {
		text := fmt.Sprintf("%s said %d.", name, h.n)
		tried = append(tried, text)
		p, err := h.c.Submit(ctx, form, url.Values{"kind": {"call"}, "text": {text}})
		if h.took(p, err) {
			had = append(had, text)
			return true
		}
		return false
	}
	h.look = func() {
		all := get(l.t, h.c, page).Text()
		for _, text := range tried {
			n := strings.Count(all, text)
			if saved := slices.Contains(had, text); saved && n != 1 || n > 1 {
				l.t.Errorf("%q: acknowledged %t, there %d times", text, saved, n)
			}
		}
	}
}

// typist types on one page of a referral, saved as it is typed.
func (l *load) typist(name string) {
	l.t.Helper()
	h := l.hand(name)
	d, err := h.c.Begin(l.t.Context())
	if err == nil {
		err = h.c.Answer(l.t.Context(), d, live.Neighbour(), "/happening")
	}
	if err != nil {
		l.t.Fatal(err)
	}
	form, page := d.Page.Form(""), d.Page.Path()
	had, maybe := "", []string(nil)
	h.act = func(ctx context.Context) bool {
		text := fmt.Sprintf("%s typed %d.", name, h.n)
		maybe = append(maybe, text)
		if err := h.c.Autosave(ctx, form, url.Values{"public_saw": {text}}); err != nil {
			h.failed(err.Error(), !strings.HasPrefix(err.Error(), "not saved") || strings.HasPrefix(err.Error(), "not saved: 503"))
			return false
		}
		had, maybe = text, nil
		return true
	}
	h.look = func() {
		got := get(l.t, h.c, page).Form("").Values.Get("public_saw")
		if got != had && !slices.Contains(maybe, got) {
			l.t.Errorf("%s: %q is there, %q was acknowledged last and then %q sent", name, got, had, maybe)
		}
	}
}

// sender sends one referral after the other, and each again until it is told
// that it was sent.
func (l *load) sender(name string) {
	h := l.hand(name)
	var d *live.Draft
	var send *live.Form
	var sent []live.Sent
	h.act = func(ctx context.Context) bool {
		if d == nil {
			var err error
			if d, err = h.c.Begin(ctx); err != nil || d.Page == nil || d.Page.Status != http.StatusOK {
				if d != nil && d.Page != nil {
					h.took(d.Page, nil)
				}
				d, send = nil, nil
				return false
			}
		}
		if send == nil {
			page := d.Page
			if strings.HasSuffix(page.Path(), "/check") {
				send = page.Form("/send")
				return false
			}
			p, err := h.c.Next(ctx, page, live.Neighbour())
			if !h.took(p, err) {
				return false
			}
			if p.Status == http.StatusOK {
				d.Page = p
			} else if again, err := h.c.Get(ctx, "/refer/"+d.ID); err == nil && again.Status == http.StatusOK {
				d.Page = again
			}
			return true
		}
		p, err := h.c.Submit(ctx, send, nil)
		if !h.took(p, err) {
			h.resent++
			return false
		}
		out := live.Sent{Code: d.Code, Record: strings.TrimPrefix(location(p), "/refer/sent/"), Reference: p.ByID("reference")}
		sent = append(sent, out)
		h.sent++
		d, send = nil, nil
		return true
	}
	h.pending = func() bool { return send != nil }
	h.look = func() {
		seen := map[string]bool{}
		for _, s := range sent {
			if seen[s.Record] || s.Record == "" {
				l.t.Errorf("the receipt of one referral named %q, as another's", s.Record)
			}
			seen[s.Record] = true
		}
		for _, s := range sent[max(0, len(sent)-2):] {
			if s.Reference == "" {
				continue // the receipt itself did not come
			}
			if p, err := browser(l.t, l.base).Status(l.t.Context(), s); err != nil || !p.Says(s.Reference) {
				l.t.Errorf("the sender cannot see what was acknowledged: %v", err)
			}
		}
	}
}

// location is where the answer to a form led.
func location(p *live.Page) string {
	if len(p.Hops) > 1 {
		path, _, _ := strings.Cut(p.Hops[1].Path, "?")
		return path
	}
	u, err := url.Parse(p.Header.Get("Location"))
	if err != nil {
		return ""
	}
	return u.Path
}

// took tells whether a form was taken, and that what came instead was clear.
func (h *hand) took(p *live.Page, err error) bool {
	if p != nil && len(p.Hops) > 0 {
		last := p.Hops[len(p.Hops)-1]
		if last.Status >= 400 {
			says := ""
			switch {
			case last.Status != http.StatusServiceUnavailable:
				says = "status " + fmt.Sprint(last.Status)
			case p.Header.Get("Retry-After") == "":
				says = "no Retry-After"
			case !p.Says("Try again", "999"):
				says = "nothing that helps"
			case last.Method == http.MethodPost && !p.Says("Keep this page open"):
				says = "nothing of what was sent"
			}
			h.failed(fmt.Sprintf("%s %s: %s\n%s", last.Method, last.Path, says, p.Text()), says == "")
		}
	}
	if err != nil {
		h.failed(err.Error(), true) // the connection itself: that of a program that is there is never lost
		h.t.Errorf("%s: no answer: %v", h.name, err)
	}
	return p.Accepted()
}

func (h *hand) failed(what string, clear bool) {
	if !clear {
		h.t.Errorf("%s: an error that is not clear: %s", h.name, what)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.errors = append(h.errors, time.Now())
}

// begin sets everyone to work.
func (l *load) begin() {
	l.begun = time.Now()
	for _, h := range l.hands {
		l.all.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				case <-time.After(pause):
				}
				h.n++
				if h.act(l.t.Context()) {
					l.mu.Lock()
					l.acks = append(l.acks, time.Now())
					l.mu.Unlock()
				}
			}
		})
	}
}

// more waits until some more saves were acknowledged.
func (l *load) more(n int) {
	l.t.Helper()
	to := l.count() + n
	until(l.t, "more saves", func() bool { return l.count() >= to })
}

// count is how many saves were acknowledged so far.
func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acks)
}

// end lets everyone stop, after each finished what it was at, and checks that
// everything acknowledged is there and nothing twice.
func (l *load) end(o live.Options) {
	l.t.Helper()
	close(l.stop)
	l.all.Wait()
	for _, h := range l.hands {
		for range 50 { // what was pressed and not answered is pressed again
			if h.pending != nil && h.pending() {
				h.act(l.t.Context())
			}
		}
		h.look()
	}
	sent := 1 // the one that entries are written on
	resent := 0
	for _, h := range l.hands {
		sent, resent = sent+h.sent, resent+h.resent
	}
	live.Open(l.t, o, true, func(p *live.Opened) {
		records := 0
		err := p.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`select count(*) from record`).Scan(&records)
		})
		if err != nil || records != sent {
			l.t.Errorf("%d referrals were acknowledged and there are %d: %v", sent, records, err)
		}
	})
	took := time.Since(l.begun)
	l.t.Logf("%d saves acknowledged in %s, %d referrals of them (%d sent again), %d answers were errors, longest time without a save %s",
		len(l.acks), took.Round(100*time.Millisecond), sent, resent, len(l.errors), l.gap().Round(10*time.Millisecond))
	runs(l.t, o, 0, "nothing differs", "verify")
}

// gap is the longest time in which nothing was acknowledged.
func (l *load) gap() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	longest, last := time.Duration(0), l.begun
	for _, at := range l.acks {
		longest, last = max(longest, at.Sub(last)), at
	}
	return longest
}
