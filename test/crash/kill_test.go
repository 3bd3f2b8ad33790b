package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
	"frontdoor/test/live"
)

// kills is how often the ordinary run kills the program. FRONTDOOR_SOAK gives
// another number.
const kills = 20

// perWorld is how many kills one data folder sees before the next begins anew:
// a check of everything takes longer the more there is.
const perWorld = 60

// Everything the program acknowledged is there after it was killed, wherever it
// was just then, and nothing is half there.
func TestKill(t *testing.T) {
	n := kills
	if s := os.Getenv("FRONTDOOR_SOAK"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("FRONTDOOR_SOAK is a number of kills, not %q", s)
		}
	}
	seed := rand.Uint64()
	if s := os.Getenv("FRONTDOOR_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("FRONTDOOR_SEED: %v", err)
		}
	}
	t.Logf("FRONTDOOR_SEED=%d", seed)
	began, total := time.Now(), tally{}
	for done := 0; done < n; {
		some := min(perWorld, n-done)
		w := newWorld(t, seed+uint64(done))
		for i := range some {
			// Time for the last check is kept back.
			if end, ok := t.Deadline(); ok && time.Until(end) < 90*time.Second {
				t.Fatalf("time for only %d of %d kills: give more with -timeout", done+i, n)
			}
			w.round(w.s.Kill)
			if t.Failed() {
				t.FailNow()
			}
		}
		total.add(w.end())
		done += some
		t.Logf("%d of %d kills in %s: %s", done, n, time.Since(began).Round(time.Second), total)
		if n > kills {
			// Seen while it runs, which may be for hours.
			fmt.Printf("%d of %d kills in %s: %s\n", done, n, time.Since(began).Round(time.Second), total)
		}
	}
	if total.acks == 0 || total.sent == 0 || total.facts == 0 {
		t.Errorf("nothing was done: %s", total)
	}
}

// tally is what was done and looked for.
type tally struct {
	acks, sent, resent, facts, records int
	// half is files of a draft whose upload was cut off after the file was kept
	// and before it became an answer. They were not acknowledged.
	half int
}

func (t *tally) add(u tally) {
	t.acks += u.acks
	t.sent += u.sent
	t.resent += u.resent
	t.facts += u.facts
	t.half += u.half
	t.records += u.records
}

func (t tally) String() string {
	return fmt.Sprintf("%d acknowledged saves, %d referrals sent (%d of them answered by nothing but the second press), %d acts of workers, %d records; %d uploads cut off between the file and its answer", t.acks, t.sent, t.resent, t.facts, t.records, t.half)
}

// world is one data folder with those who work on it.
type world struct {
	t       *testing.T
	s       *live.Server
	rand    *rand.Rand
	acks    atomic.Int64
	down    atomic.Bool
	pressed chan struct{}
	recs    records
	writers []*writer
	workers []*worker
	reader  *live.Client
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	return newWorldAt(t, live.Place(t), seed)
}

func newWorldAt(t *testing.T, o live.Options, seed uint64) *world {
	t.Helper()
	accounts := live.Accounts(t, o,
		live.Person{Name: "Asha Noor", Role: "referrer", Kind: "school"}, live.Person{Name: "Nick Nurse", Role: "referrer", Kind: "health"},
		live.Person{Name: "Sol Worker", Role: "mash_social_worker"}, live.Person{Name: "Sal Worker", Role: "mash_social_worker"},
		live.Person{Name: "Mina Manager", Role: "mash_manager"}, live.Person{Name: "Omar Officer", Role: "mash_officer"})
	w := &world{t: t, s: live.Start(t, o), rand: newRand(seed, 0), pressed: make(chan struct{}, 1)}
	n := 0
	hand := func(who string) *hand {
		n++
		c := live.NewClient(w.s.URL())
		c.Forwarded = fmt.Sprintf("10.0.0.%d", n)
		t.Cleanup(c.Close)
		return &hand{who: who, c: c, rand: newRand(seed, n), acks: &w.acks, share: w.recs.add, pressed: func() {
			select {
			case w.pressed <- struct{}{}:
			default:
			}
		}}
	}
	for i := range 9 {
		wr := &writer{hand: hand(fmt.Sprintf("neighbour%d", i)), base: live.Neighbour(), marker: "public_saw"}
		wr.forget()
		w.writers = append(w.writers, wr)
	}
	for i, a := range accounts[:2] {
		wr := &writer{hand: hand(fmt.Sprintf("professional%d", i)), account: a, base: live.Professional(), marker: "worry_facts"}
		wr.forget()
		w.writers = append(w.writers, wr)
	}
	for i, a := range accounts[2:5] {
		w.workers = append(w.workers, &worker{hand: hand(fmt.Sprintf("worker%d", i)), account: a, manager: i == 2, recs: &w.recs, drafts: map[string]*draft{}})
	}
	w.reader = hand("reader").c
	if err := w.reader.SignIn(t.Context(), accounts[5]); err != nil {
		t.Fatal(err)
	}
	return w
}

// round lets everyone work for a moment, kills the program in some way, starts it
// again and looks.
func (w *world) round(kill func()) {
	w.t.Helper()
	w.down.Store(false)
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	var all sync.WaitGroup
	for _, act := range w.acts() {
		all.Go(func() {
			for !w.down.Load() {
				if err := act(ctx); err != nil {
					// What fails while it goes down was not acknowledged: an answer
					// that never came, or one that says it could not be saved.
					var wrong *live.Wrong
					if !w.down.Load() || errors.As(err, &wrong) && wrong.Page.Status != http.StatusServiceUnavailable {
						w.t.Error(err)
					}
					return
				}
			}
		})
	}
	at := time.Now()
	w.wait()
	w.down.Store(true)
	kill()
	cancel()
	all.Wait()
	if w.t.Failed() {
		w.t.Fatalf("the program said:\n%s", w.s.Log())
	}
	worked := time.Since(at)
	at = time.Now()
	if err := w.s.Up(); err != nil {
		w.t.Fatalf("it does not start again: %v", err)
	}
	up := time.Since(at)
	at = time.Now()
	w.look(false)
	w.t.Logf("worked %s, up after %s, looked for %s, %d acks", worked.Round(time.Millisecond), up.Round(time.Millisecond), time.Since(at).Round(time.Millisecond), w.acks.Load())
}

// wait waits for the moment to kill: any, or just after someone pressed a button
// that does much at once.
func (w *world) wait() {
	// On a slow machine a kill before anything was saved shows nothing.
	from := w.acks.Load()
	for range 400 {
		if w.acks.Load() >= from+5 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Duration(100+w.rand.IntN(500)) * time.Millisecond)
	if w.rand.IntN(2) == 0 {
		return
	}
	select {
	case <-w.pressed: // an old press
	default:
	}
	select {
	case <-w.pressed:
		time.Sleep(time.Duration(w.rand.IntN(30_000)) * time.Microsecond)
	case <-time.After(2 * time.Second):
	}
}

func (w *world) acts() []func(context.Context) error {
	var out []func(context.Context) error
	for _, x := range w.writers {
		out = append(out, x.act)
	}
	for _, x := range w.workers {
		out = append(out, x.act)
	}
	return out
}

// end looks for everything there ever was, through the program and in the
// database, and gives the count.
func (w *world) end() tally {
	w.t.Helper()
	w.look(true)
	out := tally{acks: int(w.acks.Load())}
	for _, x := range w.writers {
		out.sent += len(x.sent)
		out.resent += x.resent
		out.half += x.half
		for _, s := range x.sent[max(0, len(x.sent)-3):] {
			if s.Code == "" {
				continue
			}
			c := live.NewClient(w.s.URL())
			c.Forwarded = x.c.Forwarded
			if p, err := c.Status(w.t.Context(), s.Sent); err != nil || !p.Says(s.Reference) {
				w.t.Errorf("the sender of %s cannot see it: %v", s.Reference, err)
			}
			c.Close()
		}
	}
	for _, x := range w.workers {
		out.facts += len(x.had)
		out.half += x.half
	}
	w.s.Kill()
	said, code := live.Run(w.t, w.s.Place(), "verify")
	if code != 0 {
		w.t.Errorf("verify ended with %d: %s", code, said)
	}
	_, _ = fmt.Sscanf(said, "%d", &out.records)
	return out
}

// look is one look at everything after a restart.
type look struct {
	*live.Opened
	t      *testing.T
	now    time.Time
	reader *live.Client
	found  map[string]int    // how many referrals hold words
	record map[string]string // and the last that does
	pages  map[string]*live.Page
}

func (l *look) fail(format string, args ...any) { l.t.Errorf(format, args...) }

func (l *look) by(a *live.Account) casework.By {
	return casework.ByWorker(a.Worker, &l.Desk.Place.Register, l.now)
}

// page reads a page as a worker does, once.
func (l *look) page(path string) *live.Page {
	if p := l.pages[path]; p != nil {
		return p
	}
	p, err := l.reader.Get(l.t.Context(), path)
	if err != nil || p.Status != http.StatusOK {
		l.t.Fatalf("%s: %v %+v", path, err, p)
	}
	l.pages[path] = p
	return p
}

func (w *world) look(all bool) {
	w.t.Helper()
	live.Open(w.t, w.s.Place(), true, func(o *live.Opened) {
		l := &look{Opened: o, t: w.t, now: time.Now(), reader: w.reader, found: map[string]int{}, record: map[string]string{}, pages: map[string]*live.Page{}}
		l.referrals()
		for _, x := range w.writers {
			x.check(l, all)
		}
		for _, x := range w.workers {
			x.check(l, all)
		}
		l.whole()
		if all {
			l.sound()
		}
		_, diffs, err := o.Desk.Verify(w.t.Context(), o.Sign.Public(), nil)
		if err != nil {
			w.t.Errorf("verify: %v", err)
		}
		for _, d := range diffs {
			w.t.Errorf("verify: %s: %s", d.What, d.Text)
		}
	})
	if w.t.Failed() {
		w.t.Logf("the program said:\n%s", w.s.Log())
	}
}

// referrals counts every referral by the words that tell it apart.
func (l *look) referrals() {
	err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
		var ids []string
		if err := tx.AllRecordIDs(func(id string) error { ids = append(ids, id); return nil }); err != nil {
			return err
		}
		for _, id := range ids {
			rec, err := tx.Record(id)
			if err != nil {
				return err
			}
			if rec.Parent != "" {
				continue
			}
			for _, k := range []answer.Key{"public_saw", "worry_facts"} {
				if text := rec.Answers.Text(k); text != "" {
					l.found[text]++
					l.record[text] = id
				}
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// halves are what must never be there: parts of an act whose other parts are
// not. Each counts them.
var halves = map[string]string{
	"files without content":                          `select count(*) from file left join file_content on file = file.id where file_content.file is null`,
	"content without a file":                         `select count(*) from file_content where file not in (select id from file)`,
	"files of a draft that is gone":                  `select count(*) from file where record is null and draft not in (select id from draft)`,
	"records without a grant":                        `select count(*) from record where not exists (select 1 from access_grant g where g.record = record.id)`,
	"records without a clock":                        `select count(*) from record where pathway = 'referral' and not exists (select 1 from clock c where c.record = record.id)`,
	"records that cannot be searched for":            `select count(*) from record where not exists (select 1 from record_word x where x.record = record.id)`,
	"referrals without a notice to the front door":   `select count(*) from record where pathway = 'referral' and not exists (select 1 from notice n where n.record = record.id and n.message = 'new')`,
	"referrals without the line that they were sent": `select count(*) from record where pathway = 'referral' and 1 <> (select count(*) from audit a where a.act = 'send' and a.subject = record.id)`,
	"lines that something was sent and is not there": `select count(*) from audit where act = 'send' and subject not in (select id from record)`,
	"referrals of the public without a code":         `select count(*) from record where author like 'code:%' and parent is null and not exists (select 1 from receipt_code c where c.record = record.id)`,
	"messages and lines about them that differ":      `select abs((select count(*) from message) - (select count(*) from audit where act = 'send-message'))`,
	"decisions without work that follows":            `select count(*) from record where state = 'decided' and not exists (select 1 from record f where f.parent = record.id)`,
	"work that follows without a decision":           `select count(*) from record f where f.pathway = 'follow_on' and not exists (select 1 from record d where d.id = f.parent and d.state = 'decided')`,
	"people of a record that are not there":          `select count(*) from record_person where person not in (select id from person)`,
	"records whose people are not known":             `select count(*) from record where pathway = 'referral' and not exists (select 1 from record_person p where p.record = record.id)`,
}

// whole looks for halves.
func (l *look) whole() {
	for what, query := range halves {
		n := 0
		err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error { return tx.QueryRow(query).Scan(&n) })
		if err != nil {
			l.t.Fatalf("%s: %v", what, err)
		}
		if n != 0 {
			l.fail("%d %s", n, what)
		}
	}
}

// sound asks the engine whether its own file is.
func (l *look) sound() {
	for _, check := range []string{"pragma integrity_check", "pragma foreign_key_check"} {
		err := l.Desk.DB.Read(l.t.Context(), func(tx *store.Tx) error {
			rows, err := tx.Query(check)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				said := ""
				if check == "pragma integrity_check" {
					if err := rows.Scan(&said); err != nil {
						return err
					}
				}
				if said != "ok" {
					l.fail("%s: %s", check, said)
				}
			}
			return rows.Err()
		})
		if err != nil {
			l.t.Fatalf("%s: %v", check, err)
		}
	}
}
