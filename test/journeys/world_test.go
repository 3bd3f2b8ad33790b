// Package journeys walks through the program as its users do, in a real
// browser, and checks every page on the way for accessibility and width. Each
// journey has a world of its own, with its own clock.
package journeys

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/post"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

const (
	password = "seven quiet lanterns 42"
	// shared is what every worker's authenticator app of these worlds holds.
	shared = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// passwords hashes the one password once.
var passwords = sync.OnceValues(func() (*secret.Passwords, error) { return secret.NewPasswords(2) })

// world is the whole program on an empty database, with a clock that the
// journey sets.
type world struct {
	t      *testing.T
	clock  *site.Clock
	desk   *casework.Desk
	gate   *signin.Gate
	outbox *post.Outbox
	site   *site.Site
	base   string
}

// at begins a world at a London time, such as "2026-03-17T10:00".
func at(t *testing.T, london string) *world {
	t.Helper()
	start, _, err := calendar.ParseTime(london)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	w := &world{t: t, clock: site.NewClock(time.Now, start), desk: caseworktest.Desk(t, db), outbox: &post.Outbox{}}
	hasher, err := passwords()
	if err != nil {
		t.Fatal(err)
	}
	sign, err := audit.NewKey("frontdoor/journeys", []byte("a key for tests, 32 bytes long.."))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	w.base = "http://localhost:" + server.Listener.Addr().String()[strings.LastIndex(server.Listener.Addr().String(), ":")+1:]
	keys, err := secret.NewPasskeys("localhost", "Frontdoor", w.base)
	if err != nil {
		t.Fatal(err)
	}
	w.gate = &signin.Gate{DB: db, Sealer: w.desk.Sealer, Passwords: hasher, Passkeys: keys}
	s, err := site.New(site.Config{
		Desk: w.desk, Gate: w.gate, Sign: sign, Base: w.base, Now: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Send: w.outbox.Send,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.site = s
	server.Config.Handler = s.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return w
}

// set puts the world's clock forward to a London time.
func (w *world) set(london string) {
	w.t.Helper()
	to, _, err := calendar.ParseTime(london)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.clock.Set(to); err != nil {
		w.t.Fatal(err)
	}
}

// worker makes a worker of Thurrock with a password and an authenticator app.
// Kind is the kind of agency, where the role is one of several agencies'.
func (w *world) worker(name, role, kind string) agency.Worker {
	w.t.Helper()
	who := caseworktest.Worker(w.t, w.desk, name, role, "thurrock", kind)
	hasher, err := passwords()
	if err != nil {
		w.t.Fatal(err)
	}
	hash, err := hasher.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	sealed, err := w.desk.Sealer.Seal([]byte(shared), seal.Binding{Kind: "account", ID: who.ID, Field: "totp"})
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		return tx.PutAccount(store.Account{Worker: who.ID, PasswordHash: hash, TOTPSecret: sealed, CreatedAt: w.clock.Now(), PasswordAt: w.clock.Now()})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

// tab is a browser with cookies of its own.
type tab struct {
	*webtest.Page
	w     *world
	name  string // begins the names of its pictures
	taken int
}

// tab opens a browser for someone; name is for pictures.
func (w *world) tab(name string) *tab {
	return &tab{Page: webtest.Browser(w.t), w: w, name: name}
}

// goTo opens a path and checks the page.
func (b *tab) goTo(path string) {
	b.w.t.Helper()
	if status := b.Open(b.w.base + path); status >= 400 {
		b.w.t.Fatalf("%s: status %d: %s", path, status, b.Text("main"))
	}
	b.look("")
}

// press follows a link or button by its words and checks the page it leads to.
func (b *tab) press(words string) {
	b.w.t.Helper()
	b.mark(words)
	b.Follow("[data-press]")
	b.look("")
}

// mark finds a button or link by its words, so that it can be pressed.
func (b *tab) mark(words string) {
	b.w.t.Helper()
	found := b.Eval(fmt.Sprintf(`(() => {
		document.querySelectorAll('[data-press]').forEach(e => e.removeAttribute('data-press'))
		const said = e => (e.innerText || e.value || '').replace(/\s+/g, ' ').trim()
		const all = [...document.querySelectorAll('button, a[href], input[type=submit], summary')].filter(e => e.checkVisibility())
		const rank = e => (e.closest('main') ? 0 : 2) + (e.tagName === 'A' ? 1 : 0)
		all.sort((x, y) => rank(x) - rank(y))
		const e = all.find(e => said(e) === %[1]q) || all.find(e => said(e).startsWith(%[1]q)) || all.find(e => said(e).includes(%[1]q))
		if (!e) return 'there are: ' + all.map(said).join(' | ')
		e.setAttribute('data-press', '')
		return ''
	})()`, words))
	if found != "" {
		b.w.t.Fatalf("%s: nothing to press says %q; %s\n%s", b.URL(), words, found, b.Text("main"))
	}
}

// look checks the page, wide and narrow, and keeps a picture of it when it has
// a name.
func (b *tab) look(name string) {
	b.w.t.Helper()
	b.Check()
	if name != "" {
		b.taken++
		b.Shot(fmt.Sprintf("%s-%02d-%s", b.name, b.taken, name))
	}
}

// choose ticks a radio or checkbox by its label's words within a question whose
// control has the name. With several of one name the value decides.
func (b *tab) choose(name, value string) {
	b.w.t.Helper()
	found := b.Eval(fmt.Sprintf(`(() => {
		const all = [...document.getElementsByName(%[1]q)]
		const e = all.find(e => e.value === %[2]q && (e.type === 'radio' || e.type === 'checkbox'))
		if (e) { if (!e.checked) e.click(); return '' }
		const s = all.find(e => e.tagName === 'SELECT')
		if (s && [...s.options].some(o => o.value === %[2]q)) { s.value = %[2]q; s.dispatchEvent(new Event('change', {bubbles: true})); return '' }
		return 'there are: ' + all.map(e => e.type + ' ' + e.value).join(', ') + '; names: ' + [...document.querySelectorAll('[name]')].map(e => e.name).join(', ')
	})()`, name, value))
	if found != "" {
		b.w.t.Fatalf("%s: no choice %s=%s; %s", b.URL(), name, value, found)
	}
}

// write types words into the control with a name.
func (b *tab) write(name, words string) {
	b.w.t.Helper()
	selector := fmt.Sprintf("[name=%q]", name)
	if !b.Has(selector) {
		b.w.t.Fatalf("%s: no control %s; there are %s\n%s", b.URL(), name, b.Eval(`[...document.querySelectorAll('[name]')].map(e => e.name).join(', ')`), b.Text("main"))
	}
	b.Fill(selector, words)
}

// says fails the journey when the page does not hold the words.
func (b *tab) says(words ...string) {
	b.w.t.Helper()
	// By script in one go: a page that updates itself may be swapped meanwhile.
	text := b.Eval(`document.body.textContent.replace(/\s+/g, ' ').trim()`)
	for _, s := range words {
		if !strings.Contains(text, s) {
			b.w.t.Fatalf("%s does not say %q:\n%s", b.URL(), s, b.Text("main"))
		}
	}
}

// saysNot fails the journey when the page holds any of the words.
func (b *tab) saysNot(words ...string) {
	b.w.t.Helper()
	html := b.Eval("document.documentElement.outerHTML")
	for _, s := range words {
		if strings.Contains(html, s) {
			b.w.t.Errorf("%s says %q and must not", b.URL(), s)
		}
	}
}

// code is what the authenticator app shows now. A code works once, so the
// clock moves on by a step first.
func (w *world) code() string {
	w.t.Helper()
	if err := w.clock.Set(w.clock.Now().Add(31 * time.Second)); err != nil {
		w.t.Fatal(err)
	}
	code, err := totp.GenerateCode(shared, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// signIn signs in by the sign-in page, as a person does.
func (b *tab) signIn(who agency.Worker) {
	b.w.t.Helper()
	b.goTo("/sign-in")
	b.write("email", who.Email)
	b.write("password", password)
	b.press("Continue")
	b.write("code", b.w.code())
	b.press("Sign in")
}

// endSessions ends every session of a worker, as a long break would.
func (w *world) endSessions(who agency.Worker) {
	w.t.Helper()
	err := w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error { return tx.EndSessionsOf(who.ID, w.clock.Now(), "") })
	if err != nil {
		w.t.Fatal(err)
	}
}
