package hostile

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// botnet is the limits as the program keeps them, without a database: what each
// source may do depends on its own failures, and on whether a hundred have
// failed anywhere.
type botnet struct {
	own    [][]time.Time
	global []time.Time
}

// try makes a wrong guess from one source if it is let.
func (b *botnet) try(from int, now time.Time) bool {
	since := func(list []time.Time) []time.Time {
		i := 0
		for i < len(list) && now.Sub(list[i]) >= secret.Window {
			i++
		}
		return list[i:]
	}
	b.own[from], b.global = since(b.own[from]), since(b.global)
	verdict := secret.Receipt(secret.Past{Source: b.own[from], Global: b.global}, now)
	if !verdict.Allowed() {
		return false
	}
	b.own[from] = append(b.own[from], now)
	if !verdict.Pressure {
		b.global = append(b.global, now)
	}
	return true
}

// The sum for receipt codes. A guess counts only when it is compared; how many
// are is what the limits decide:
//
//   - from one source, never more than 12 in an hour while nobody else guesses,
//     and at most 5 in any hour once a hundred have failed anywhere;
//   - so S sources make at most 5·S guesses an hour, and 100 more;
//   - each is right with a chance of L/10¹⁶, where L is the number of codes that
//     open something. Of what was sent none opens without its reference as well,
//     so L is the drafts that nobody has sent.
//
// With a million guesses an hour that are all compared (200,000 sources and more)
// and 10,000 drafts, somebody who goes on for a whole year gets in with a chance
// of less than one in a hundred, to one unsent draft of somebody they cannot
// choose. Against one chosen code it is one in a million.
func TestAMillionGuessesGetNothing(t *testing.T) {
	t.Parallel()
	const minutes = 4 * 60
	for _, sources := range []int{1, 20, 1000} {
		b := &botnet{own: make([][]time.Time, sources)}
		perHour := make([]map[int]int, minutes/60)
		total := 0
		for m := range minutes {
			now := noon.Add(time.Duration(m) * time.Minute)
			for from := range sources {
				// As often as they like, without a pause, in that minute.
				for b.try(from, now) {
					if perHour[m/60] == nil {
						perHour[m/60] = map[int]int{}
					}
					perHour[m/60][from]++
					total++
				}
			}
		}
		most := 0
		for _, hour := range perHour {
			for _, n := range hour {
				most = max(most, n)
			}
		}
		bound := 12
		if sources >= 100 {
			bound = 5
		}
		t.Logf("%d sources for %d hours: %d guesses are compared, at most %d of one source in an hour", sources, minutes/60, total, most)
		// The sources that guess before the limit closes have five each.
		if most > max(bound, 6) || total > minutes/60*(bound*sources+100) {
			t.Errorf("%d sources: %d in an hour from one, %d in all", sources, most, total)
		}
	}

	year := func(guessesAnHour, codes float64) float64 {
		return -math.Expm1(8766 * guessesAnHour * math.Log1p(-codes/1e16))
	}
	if p := year(1e6, 10_000); p > 0.01 {
		t.Errorf("a year of a million guesses an hour finds one of 10,000 drafts with a chance of %v", p)
	}
	if p := year(1e6, 1); p > 1e-6 {
		t.Errorf("one chosen code is found with a chance of %v", p)
	}
	// Seven random letters of a reference are needed too for what was sent.
	if p := year(1e6, 100_000/math.Pow(31, 7)); p > 1e-9 {
		t.Errorf("one of 100,000 referrals is opened with a chance of %v", p)
	}
	t.Logf("chances in a year at 1,000,000 an hour: any of 10,000 drafts %.4f, one chosen code %.1e, any of 100,000 sent %.1e",
		year(1e6, 10_000), year(1e6, 1), year(1e6, 100_000/math.Pow(31, 7)))
}

// holder is somebody who is writing and has a real code.
func holder(t *testing.T, d *casework.Desk, g *signin.Gate) string {
	t.Helper()
	code, id, _, err := g.NewVisitor(t.Context(), signin.Source{Addr: "203.0.113.1"}, noon)
	must(t, err)
	_, err = d.StartDraft(t.Context(), casework.ByVisitor(id, noon), "referral", answer.Set{"danger": answer.Text("no")})
	must(t, err)
	return code
}

func count(t *testing.T, db *store.DB, query string) (n int64) {
	t.Helper()
	must(t, db.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(query).Scan(&n) }))
	return n
}

// The real gate on the real store lets as many guesses through as the sum says,
// while the attack runs the one who holds a code gets in, and neither the table
// of attempts nor the log grows with the attack.
func TestGuessingShutsNobodyOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := caseworktest.Desk(t, db)
		g := gate(t, d)
		code := holder(t, d, g)
		ctx := t.Context()
		sources, hours := 150, 2
		if db.Engine() == "postgres" {
			sources, hours = 120, 1
		}
		b := &botnet{own: make([][]time.Time, sources)}
		guesses, compared, want := 0, 0, 0
		for m := 0; m < hours*60; m += 5 {
			now := noon.Add(time.Duration(m) * time.Minute)
			for from := range sources {
				src := signin.Source{Addr: fmt.Sprintf("198.51.%d.%d", from/200, from%200)}
				_, _, err := g.ComeBack(ctx, fmt.Sprintf("%016d", guesses), "", src, now)
				guesses++
				switch fault.KindOf(err) {
				case fault.Invalid:
					compared++
				case fault.TooMany:
				default:
					t.Fatal(err)
				}
				if b.try(from, now) {
					want++
				}
			}
			// Somebody elsewhere with the right code, at the height of it.
			src := signin.Source{Addr: fmt.Sprintf("203.0.113.%d", 10+m%200)}
			if _, _, err := g.ComeBack(ctx, code, "", src, now); err != nil {
				t.Fatalf("after %d minutes the one who holds the code is kept out: %v", m, err)
			}
		}
		if compared != want {
			t.Errorf("%d guesses were compared; the limits alone say %d", compared, want)
		}
		t.Logf("%d guesses in %d hours, %d compared", guesses, hours, compared)
		attempts := count(t, db, `select count(*) from attempt`)
		if attempts > int64(compared+100*hours+1) {
			t.Errorf("%d guesses left %d rows", compared, attempts)
		}
		if lines := count(t, db, `select count(*) from audit where act = 'code-refused'`); lines > int64(101*hours) {
			t.Errorf("%d guesses left %d lines in the log", compared, lines)
		}
		if n := count(t, db, `select count(*) from audit where act = 'code-refused' and body like '%pressure%'`); n == 0 {
			t.Error("nobody is told that somebody guesses")
		}
	})
}

// At the very address of the one who guesses, such as a school with one address
// for all, the holder of a code waits as the other does: letting the right code
// through would be comparing every guess. The wait always ends: a try that is
// refused unseen does not make it longer, so whoever comes first after it is
// heard, and another network is not held up at all.
func TestAtTheAttackersAddressTheWaitEnds(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	code := holder(t, d, g)
	school := signin.Source{Addr: "198.51.100.7"}
	in := time.Duration(0)
	for s := 0; s < 4*3600; s += 30 {
		now := noon.Add(time.Duration(s) * time.Second)
		if s%120 == 0 { // a pupil who never stops
			_, _, _ = g.ComeBack(t.Context(), fmt.Sprintf("%016d", s), "", school, now)
			continue
		}
		if s < 600 {
			continue
		}
		if _, _, err := g.ComeBack(t.Context(), code, "", school, now); err == nil {
			in = time.Duration(s) * time.Second
			break
		}
	}
	if in == 0 || in > 90*time.Minute {
		t.Errorf("the holder at the same address got in after %v", in)
	}
	// A colleague's mistyped passwords there do not count against a code.
	other := signin.Source{Addr: "198.51.100.9"}
	for i := range 20 {
		_, _, _ = g.Password(t.Context(), fmt.Sprintf("a%d@example.org", i), "not the password", other, noon)
	}
	if _, _, err := g.ComeBack(t.Context(), code, "", other, noon); err != nil {
		t.Errorf("mistyped passwords shut out a referrer: %v", err)
	}
}

const password = "velvet drum otter lamp"

// member is a worker with an account and an app.
type member struct {
	agency.Worker
	shared   string
	recovery []string
}

func join(t *testing.T, g *signin.Gate, email string) member {
	t.Helper()
	ctx, src := t.Context(), signin.Source{Addr: "192.0.2.1"}
	w, token, err := g.Add(ctx, "operator", agency.Worker{
		Name: "Sam Okoro", Email: email, Agency: "thurrock_council", Memberships: []agency.Membership{{Team: "thurrock_front_door", Role: "mash_officer"}},
	}, noon)
	must(t, err)
	token, s, err := g.Accept(ctx, token, password, src, noon)
	must(t, err)
	one, err := g.BeginApp(ctx, s, w, "Frontdoor", noon)
	must(t, err)
	s, _, err = g.Who(ctx, token, noon)
	must(t, err)
	code, err := totp.GenerateCode(one.Secret, noon)
	must(t, err)
	_, recovery, err := g.FinishApp(ctx, s, w, code, noon)
	must(t, err)
	return member{w, one.Secret, recovery}
}

// Passwords: from one address at most 20 tries an hour on one account, from S
// addresses at most 8·S, and each costs the attacker what it costs us. While
// it goes on the owner comes in: from a browser they have used, at once and
// always; from a new one elsewhere, at once; from a new one at the attacker's
// own address, when a wait of at most half an hour is over.
func TestGuessingPasswordsLocksNobodyOut(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	m := join(t, g, "sam@example.org")
	known := g.NewDevice(m.ID)
	start := noon.Add(time.Hour)
	tried := map[string]int{}
	guess := func(addr string, now time.Time) {
		_, _, err := g.Password(t.Context(), m.Email, "guess guess guess", signin.Source{Addr: addr}, now)
		switch fault.KindOf(err) {
		case fault.Invalid:
			tried[addr]++
		case fault.TooMany:
		default:
			t.Fatal(err)
		}
	}
	for i := 0; i < 60; i += 5 {
		now := start.Add(time.Duration(i) * time.Minute)
		guess("198.51.100.1", now)
		guess("198.51.100.1", now.Add(time.Second))
		guess(fmt.Sprintf("198.51.101.%d", i), now)
		guess(fmt.Sprintf("198.51.101.%d", i), now)
		guess(fmt.Sprintf("198.51.101.%d", i), now)
		if i%20 != 0 {
			continue
		}
		for what, src := range map[string]signin.Source{
			"a known browser": {Addr: "203.0.113.5", Known: known}, "a known browser at the attacker's address": {Addr: "198.51.100.1", Known: known},
			"a new browser": {Addr: fmt.Sprintf("203.0.113.%d", 10+i)},
		} {
			if _, _, err := g.Password(t.Context(), m.Email, password, src, now); err != nil {
				t.Fatalf("after %d minutes, %s: %v", i, what, err)
			}
		}
	}
	for addr, n := range tried {
		if n > 20 {
			t.Errorf("%s tried %d passwords in an hour", addr, n)
		}
	}
	later := start.Add(59*time.Minute + 31*time.Minute)
	if _, _, err := g.Password(t.Context(), m.Email, password, signin.Source{Addr: "198.51.100.1"}, later); err != nil {
		t.Errorf("a new browser at the attacker's address, half an hour after the last guess: %v", err)
	}
}

// Whoever has the password and not the phone gets ten codes an hour from all
// addresses together, which are right once in four years. The owner still comes
// in, with a known browser or a recovery code.
func TestGuessingCodesWithThePassword(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	m := join(t, g, "sam@example.org")
	start := noon.Add(2 * time.Hour)
	thief, _, err := g.Password(t.Context(), m.Email, password, signin.Source{Addr: "198.51.100.1"}, start)
	must(t, err)
	right := func(at time.Time) string {
		code, err := totp.GenerateCode(m.shared, at)
		must(t, err)
		return code
	}
	for i := range 60 {
		src := signin.Source{Addr: fmt.Sprintf("198.51.100.%d", i)}
		now := start.Add(time.Duration(i) * 20 * time.Second)
		// Each sends what would be right if it were compared after ten.
		code := "000000"
		if i >= 10 {
			code = right(now)
		}
		_, s, err := g.Second(t.Context(), thief, code, src, now)
		if err == nil {
			t.Fatalf("try %d of an hour came in: %v", i, s.Worker)
		}
	}
	now := start.Add(21 * time.Minute)
	owner, _, err := g.Password(t.Context(), m.Email, password, signin.Source{Addr: "203.0.113.2", Known: g.NewDevice(m.ID)}, now)
	must(t, err)
	if _, _, err := g.Second(t.Context(), owner, right(now), signin.Source{Addr: "203.0.113.2", Known: g.NewDevice(m.ID)}, now); err != nil {
		t.Errorf("the owner on a known browser: %v", err)
	}
	owner, _, err = g.Password(t.Context(), m.Email, password, signin.Source{Addr: "203.0.113.3"}, now)
	must(t, err)
	if _, _, err := g.Second(t.Context(), owner, m.recovery[0], signin.Source{Addr: "203.0.113.3"}, now); err != nil {
		t.Errorf("the owner with a recovery code: %v", err)
	}
	// Three codes of a million are right at any moment; recovery codes have 12
	// letters of 31 and there are ten.
	if hours := 1e6 / 3 / 10; hours < 3*8766 {
		t.Errorf("a code is guessed once in %.0f hours", hours)
	}
	if p := 10 / math.Pow(31, 12) * 1e6 * 8766; p > 1e-6 {
		t.Errorf("a recovery code is guessed with a chance of %v a year", p)
	}
}

// Guesses sent all at the same moment are still looked at one after the other.
func TestManyGuessesAtOnceAreCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := caseworktest.Desk(t, db)
		p, err := secret.NewPasswords(4)
		must(t, err)
		g := &signin.Gate{DB: db, Sealer: d.Sealer, Passwords: p}
		m := join(t, g, "sam@example.org")
		half, _, err := g.Password(t.Context(), m.Email, password, signin.Source{Addr: "198.51.100.2"}, noon)
		must(t, err)
		burst := func(what string, most int, try func(i int) error) {
			t.Helper()
			var mu sync.Mutex
			compared := 0
			var wg sync.WaitGroup
			for i := range 40 {
				wg.Go(func() {
					err := try(i)
					mu.Lock()
					defer mu.Unlock()
					if fault.KindOf(err) == fault.Invalid {
						compared++
					}
				})
			}
			wg.Wait()
			if compared > most {
				t.Errorf("%s: %d of 40 sent at once were compared, want %d at most", what, compared, most)
			}
		}
		burst("passwords", 5, func(int) error {
			_, _, err := g.Password(context.Background(), m.Email, "guess guess guess", signin.Source{Addr: "198.51.100.1"}, noon)
			return err
		})
		burst("receipt codes", 5, func(i int) error {
			_, _, err := g.ComeBack(context.Background(), fmt.Sprintf("%016d", i), "", signin.Source{Addr: "198.51.100.3"}, noon)
			return err
		})
		before := count(t, db, `select count(*) from attempt where kind = 'second'`)
		burst("codes of an app", 40, func(i int) error {
			_, _, err := g.Second(context.Background(), half, "000000", signin.Source{Addr: fmt.Sprintf("198.51.102.%d", i)}, noon)
			return err
		})
		if n := count(t, db, `select count(*) from attempt where kind = 'second'`) - before; n > 10 {
			t.Errorf("%d codes sent at once from many addresses were compared", n)
		}
	})
}

func serve(t testing.TB, d *casework.Desk, g *signin.Gate, log io.Writer, now func() time.Time) *site.Site {
	t.Helper()
	s, err := site.New(site.Config{
		Desk: d, Gate: g, Base: "http://localhost", Now: now, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	must(t, err)
	return s
}

var changing = regexp.MustCompile(`value="[^"]*@example\.org"`)

// answered is everything of an answer that a stranger sees, without what is
// theirs anyway.
func answered(w *httptest.ResponseRecorder) string {
	h := w.Header().Clone()
	h.Del("X-Request-Id")
	h.Del("Content-Length") // the address that was typed stands in the page again
	var lines []string
	for k, v := range h {
		lines = append(lines, k+": "+strings.Join(v, "; "))
	}
	slices.Sort(lines)
	return fmt.Sprint(w.Code, "\n", strings.Join(lines, "\n"), "\n", changing.ReplaceAllString(w.Body.String(), "value"))
}

// apartFrom is the first line in which two answers differ.
func apartFrom(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("%q, not %q", a[i], strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""))
		}
	}
	return "shorter"
}

// Whether an account exists, is disabled, has left, was never set up, or only
// the password is wrong: status, headers, cookies, redirects and page are the
// same, and so is the work, of which one argon2 hash of 19 MiB is nearly all.
// Not in parallel: it measures memory.
func TestAnswersDoNotTellWhichAccountsExist(t *testing.T) {
	db := storetest.Open(t)
	d := caseworktest.Desk(t, db)
	g := gate(t, d)
	join(t, g, "sam@example.org")
	gone := join(t, g, "gone@example.org")
	must(t, g.Left(t.Context(), "operator", gone.ID, noon))
	reset := join(t, g, "reset@example.org")
	_, err := g.Reset(t.Context(), "operator", reset.ID, noon)
	must(t, err)
	now := noon.Add(time.Hour)
	s := serve(t, d, g, io.Discard, func() time.Time { return now })
	// The first page of all reads the partnership's texts, once, for whomever.
	s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost/sign-in", nil))
	want, wantFrom := "", ""
	for i, c := range []struct{ email, password string }{
		{"sam@example.org", "not the password"},
		{"SAM@example.org", "not the password"},
		{"nobody@example.org", "not the password"},
		{"gone@example.org", password},
		{"reset@example.org", password},
		{"reset@example.org", ""},
		{"sam@example.org", strings.Repeat("x", 5000)},
		{"nobody@example.org", strings.Repeat("x", 5000)},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/sign-in", strings.NewReader(url.Values{"email": {c.email}, "password": {c.password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = fmt.Sprintf("198.51.100.%d:4000", i)
		w := httptest.NewRecorder()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s.Handler().ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		if hashes := float64(after.TotalAlloc-before.TotalAlloc) / (19 << 20); hashes < 1 || hashes > 1.9 {
			t.Errorf("%s: memory of %.2f hashes was taken, want that of one", c.email, hashes)
		}
		got := answered(w)
		if want == "" {
			want, wantFrom = got, c.email
		}
		if got != want {
			t.Errorf("%s is answered otherwise than %s: %s", c.email, wantFrom, apartFrom(got, want))
		}
		if len(w.Result().Cookies()) > 0 || w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, cookies %v", c.email, w.Code, w.Result().Cookies())
		}
	}

	// Invitations and confirmations: nothing but 256 bits opens them, and every
	// wrong one is answered in the same way, used up, run out or made up.
	_, used, err := g.Add(t.Context(), "operator", agency.Worker{Name: "Una Used", Email: "una@example.org", Agency: "thurrock_council", Memberships: gone.Memberships}, noon)
	must(t, err)
	_, _, err = g.Accept(t.Context(), used, password, signin.Source{}, noon)
	must(t, err)
	want = ""
	for _, token := range []string{used, "guessed", strings.Repeat("A", 43), strings.Repeat("z", 4000)} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/invitation/"+token, nil))
		got := answered(w)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("an invitation that is none is answered otherwise: %s", apartFrom(got, want))
		}
	}
}
