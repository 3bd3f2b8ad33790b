package account_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web/account"
	"frontdoor/internal/web/room"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestPagesFitTheirTypes(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

const good = "otter lamp velvet drum"

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

// house is the room alone, where a browser can reach it, and one page to come
// back to.
type house struct {
	*roomtest.World
	URL  string
	gate *signin.Gate
	sent chan url.Values
}

func open(t *testing.T) *house {
	t.Helper()
	passwords, err := secret.NewPasswords(2)
	if err != nil {
		t.Fatal(err)
	}
	w := roomtest.Open(t, caseworktest.Open(t), noon, account.Register)
	h := &house{World: w, gate: w.House.Gate, sent: make(chan url.Values, 1)}
	h.gate.Passwords = passwords
	w.House.Front.SignIn = account.SignInAgain(w.Mux, w.House)
	w.Mux.Handle("GET /work", w.House.Staff(func(w http.ResponseWriter, _ *http.Request, a *room.Asker) error {
		_, err := io.WriteString(w, "work of "+a.Worker.Name)
		return err
	}))
	w.Mux.Handle("POST /work", w.House.Staff(func(w http.ResponseWriter, r *http.Request, _ *room.Asker) error {
		if err := r.ParseForm(); err != nil {
			return err
		}
		h.sent <- r.PostForm
		return nil
	}))
	h.URL = w.Serve()
	h.gate.Passkeys, err = secret.NewPasskeys("localhost", "Frontdoor", strings.Replace(h.URL, "127.0.0.1", "localhost", 1))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// someone has an account with an app.
type someone struct {
	agency.Worker
	shared   string
	recovery []string
}

func (p someone) code(t testing.TB, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(p.shared, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (h *house) worker(email, team, role string) someone {
	h.T.Helper()
	ctx, now := h.T.Context(), h.Now()
	w, invitation, err := h.gate.Add(ctx, "operator", agency.Worker{Name: "Sam Okoro", Email: email, Agency: "partnership", Memberships: []agency.Membership{{Team: team, Role: role}}}, now)
	if err != nil {
		h.T.Fatal(err)
	}
	_, s, err := h.gate.Accept(ctx, invitation, good, signin.Source{}, now)
	if err != nil {
		h.T.Fatal(err)
	}
	one, err := h.gate.BeginApp(ctx, s, w, "Frontdoor", now)
	if err != nil {
		h.T.Fatal(err)
	}
	p := someone{Worker: w, shared: one.Secret}
	if _, p.recovery, err = h.gate.FinishApp(ctx, s, w, p.code(h.T, now), now); err != nil {
		h.T.Fatal(err)
	}
	return p
}

// visitor is a browser without script.
type visitor struct {
	*http.Client
	h *house
}

func (h *house) visitor() *visitor {
	h.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.T.Fatal(err)
	}
	return &visitor{&http.Client{Jar: jar}, h}
}

// page asks for a page or, with values, sends a form; it gives the status, the
// path it ended at and the words.
func (v *visitor) page(path string, form url.Values) (int, string, string) {
	v.h.T.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = v.Get(v.h.URL + path)
	} else {
		res, err = v.PostForm(v.h.URL+path, form)
	}
	if err != nil {
		v.h.T.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.h.T.Fatal(err)
	}
	return res.StatusCode, res.Request.URL.RequestURI(), string(b)
}

func (v *visitor) signIn(p someone, next string) string {
	v.h.T.Helper()
	v.h.Later(30 * time.Second) // each code works once
	if code, at, _ := v.page("/sign-in", url.Values{"email": {p.Email}, "password": {good}, "next": {next}}); code != 200 || !strings.HasPrefix(at, "/sign-in/second") {
		v.h.T.Fatalf("after the password: %d at %s", code, at)
	}
	_, at, _ := v.page("/sign-in/second", url.Values{"code": {p.code(v.h.T, v.h.Now())}, "next": {next}})
	return at
}

func TestSignInReturnsToThePage(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.worker("sam@example.org", "thurrock_front_door", "mash_officer")
	v := h.visitor()
	code, at, _ := v.page("/work?list=mine", nil)
	if code != 200 || at != "/sign-in?next=%2Fwork%3Flist%3Dmine" {
		t.Fatalf("not signed in: %d at %s", code, at)
	}
	half := h.visitor()
	half.page("/sign-in", url.Values{"email": {p.Email}, "password": {good}})
	if _, at, _ := half.page("/work", nil); at != "/sign-in/second?next=%2Fwork" {
		t.Errorf("half way through, sent to %s", at)
	}
	if at := v.signIn(p, "/work?list=mine"); at != "/work?list=mine" {
		t.Errorf("landed at %s", at)
	}
	if _, at, _ := v.page("/sign-in?next=//evil.example", nil); strings.Contains(at, "evil") {
		t.Errorf("sent to %s", at)
	}
	if _, _, body := v.page("/sign-out", url.Values{}); !strings.Contains(body, "Sign in") {
		t.Error("signing out does not end at the sign-in page")
	}
	if _, at, _ := v.page("/work", nil); !strings.HasPrefix(at, "/sign-in") {
		t.Errorf("after signing out: %s", at)
	}
}

func TestWrongSignInSaysOneThing(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.worker("sam@example.org", "thurrock_front_door", "mash_officer")
	said := func(email, password string) string {
		code, _, body := h.visitor().page("/sign-in", url.Values{"email": {email}, "password": {password}})
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", email, code)
		}
		return strings.ReplaceAll(body, email, "")
	}
	if said("sam@example.org", "not the password") != said("nobody@example.org", "not the password") {
		t.Error("the page tells which accounts there are")
	}
}

// What is sent after the session ran out comes back once the same worker has
// signed in, and never to another.
func TestFormSentTooLateIsKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, other := h.worker("sam@example.org", "thurrock_front_door", "mash_officer"), h.worker("other@example.org", "thurrock_front_door", "mash_officer")
	kept := regexp.MustCompile(`name="kept" value="([^"]+)"`)
	late := func() (*visitor, string) {
		v := h.visitor()
		v.signIn(p, "/work")
		h.Later(signin.Idle + time.Minute)
		code, _, body := v.page("/work", url.Values{"note": {"She said “he hit me”"}, "who": {"a", "b"}})
		found := kept.FindStringSubmatch(body)
		if code != http.StatusUnauthorized || found == nil {
			t.Fatalf("%d: %s", code, body)
		}
		if strings.Contains(body, "hit me") {
			t.Error("what was typed is shown to whoever is at the keyboard")
		}
		return v, found[1]
	}
	finish := func(v *visitor, who someone, held string) string {
		h.Later(time.Minute)
		_, _, body := v.page("/sign-in", url.Values{"email": {who.Email}, "password": {good}, "kept": {held}, "next": {"/work"}})
		if !kept.MatchString(body) {
			t.Fatalf("not carried on: %s", body)
		}
		_, _, body = v.page("/sign-in/second", url.Values{"code": {who.code(t, h.Now())}, "kept": {held}, "next": {"/work"}})
		return body
	}
	v, held := late()
	body := finish(v, p, held)
	if !strings.Contains(body, `action="/work"`) || !strings.Contains(body, "hit me") || strings.Count(body, `name="who"`) != 2 {
		t.Errorf("not offered again: %s", body)
	}
	v, held = late()
	if body := finish(v, other, held); strings.Contains(body, "hit me") || !strings.Contains(body, "work of") {
		t.Errorf("offered to someone else: %s", body)
	}
}

func TestInvitationToWork(t *testing.T) {
	h := open(t)
	boss := h.worker("boss@example.org", "program_office", "administrator")
	p := webtest.Browser(t)
	p.Open(h.URL + "/sign-in")
	p.Check()
	p.Shot("account-sign-in")
	h.Later(30 * time.Second)
	p.Keys("#email", boss.Email)
	p.Keys("#password", good)
	p.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	p.Check()
	p.Shot("account-second")
	p.Keys("#code", boss.code(t, h.Now()))
	p.Follow("main form button")
	if got := p.URL(); got != h.URL+"/workers" {
		t.Fatalf("an administrator lands at %s", got)
	}
	p.Check()
	p.Shot("account-workers")
	p.Open(h.URL + "/workers/new")
	p.Check()
	p.Follow("main form button")
	if got := p.Text(".govuk-error-summary"); !strings.Contains(got, "Choose a team") {
		t.Errorf("sent empty: %s", got)
	}
	p.Check()
	p.Keys("#name", "Priya Raman")
	p.Keys("#email", "priya@example.org")
	p.Eval(`document.querySelector('#team').value = 'thurrock_front_door', document.querySelector('#role').value = 'mash_officer', ''`)
	p.Follow("main form button")
	p.Check()
	p.Shot("account-invited")
	link := p.Text("#link")
	if !strings.HasPrefix(link, h.URL+"/invitation/") {
		t.Fatalf("link %q", link)
	}
	p.Follow("main p:last-of-type a")
	p.Check()
	p.Shot("account-worker")
	p.Open(p.URL() + "/left")
	p.Check()
	p.Open(h.URL + "/account")
	p.Check()
	p.Shot("account-security")
	for _, path := range []string{"/account/password", "/account/again", "/account/acts", "/account/second-factor", "/account/second-factor/app"} {
		if code := p.Open(h.URL + path); code != 200 {
			t.Errorf("%s: %d", path, code)
		}
		p.Check()
	}

	q := webtest.Browser(t)
	q.Open(link)
	q.Check()
	q.Shot("account-invitation")
	q.Keys("#password", "password1234")
	q.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	if got := q.Text(".govuk-error-summary"); !strings.Contains(got, "easy to guess") {
		t.Errorf("a weak password: %s", got)
	}
	q.Keys("#password", "velvet drum otter lamp")
	q.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	q.Check()
	q.Shot("account-second-factor")
	q.Follow(`a[href="/account/second-factor/app"]`)
	q.Check()
	q.Shot("account-app")
	if got := q.Eval(`(async () => { const i = document.querySelector('main img'); await i.decode(); return String(i.naturalWidth) })()`); got != "240" {
		t.Errorf("the picture is %s wide", got)
	}
	shared := strings.ReplaceAll(q.Text("#key"), " ", "")
	code, err := totp.GenerateCode(shared, h.Now())
	if err != nil {
		t.Fatal(err)
	}
	q.Keys("#code", code)
	q.Follow("main form button")
	q.Check()
	q.Shot("account-recovery")
	if n := q.Eval(`String(document.querySelectorAll('#codes li').length)`); n != strconv.Itoa(secret.RecoveryCodes) {
		t.Errorf("%s recovery codes", n)
	}
	q.Follow("main form button")
	q.Open(h.URL + "/account/recovery")
	if q.Has("#codes") {
		t.Error("the recovery codes are shown a second time")
	}
	if code := q.Open(h.URL + "/workers"); code != http.StatusForbidden {
		t.Errorf("a front door officer asks for the workers: %d", code)
	}
	if code := q.Open(link); code != http.StatusNotFound {
		t.Errorf("the invitation again: %d", code)
	}
}

func TestAdministratorCannotRaiseThemselves(t *testing.T) {
	t.Parallel()
	h := open(t)
	boss, peer := h.worker("boss@example.org", "program_office", "administrator"), h.worker("peer@example.org", "program_office", "administrator")
	officer := h.worker("officer@example.org", "thurrock_front_door", "mash_officer")
	v := h.visitor()
	v.signIn(boss, "")
	give := url.Values{"team": {"thurrock_front_door"}, "role": {"mash_manager"}}
	for _, c := range []struct {
		path string
		form url.Values
		want int
	}{
		{"/workers/" + boss.ID, give, 403},
		{"/workers/" + peer.ID, give, 403},
		{"/workers/" + peer.ID + "/reset", url.Values{}, 403},
		{"/workers/" + peer.ID + "/left", url.Values{}, 403},
		{"/workers/new", url.Values{"name": {"X"}, "email": {"x@example.org"}, "team": {"program_office"}, "role": {"administrator"}}, 422},
		{"/workers/new", url.Values{"name": {"X"}, "email": {"x@example.org"}, "team": {"thurrock_police"}, "role": {"mash_manager"}}, 422},
		{"/workers/" + officer.ID, url.Values{}, 422},
		{"/workers/" + officer.ID, url.Values{"keep": {"thurrock_front_door mash_officer"}, "team": {"thurrock_front_door"}, "role": {"mash_social_worker"}}, 200},
		{"/workers/" + officer.ID + "/left", url.Values{}, 200},
		{"/workers/" + officer.ID + "/reset", url.Values{}, 403},
		{"/audit", nil, 403},
	} {
		if got, _, body := v.page(c.path, c.form); got != c.want {
			t.Errorf("%s %v: %d, want %d\n%s", c.path, c.form, got, c.want, body)
		}
	}
	err := h.Desk.DB.Read(t.Context(), func(tx *store.Tx) error {
		w, err := tx.Worker(officer.ID)
		if err == nil && len(w.Memberships) != 2 {
			t.Errorf("the officer's history has %d lines, want 2", len(w.Memberships))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAuditLog(t *testing.T) {
	h := open(t)
	h.worker("officer@example.org", "thurrock_front_door", "mash_officer")
	auditor := h.worker("auditor@example.org", "partnership_office", "auditor")
	v := h.visitor()
	if at := v.signIn(auditor, ""); at != "/audit" {
		t.Errorf("an auditor lands at %s", at)
	}
	code, _, body := v.page("/audit", url.Values{"worker": {"officer@example.org"}, "act": {"set-up-app"}})
	if code != 200 || strings.Count(body, "Set up an app") != 2 { // the choice, and one line
		t.Errorf("%d, %d lines", code, strings.Count(body, "Set up an app")-1)
	}
	if code, _, body := v.page("/audit", url.Values{"worker": {"nobody@example.org"}, "from": {"yesterday"}}); code != 422 || !strings.Contains(body, "No worker has this email address") || !strings.Contains(body, "Enter a date") {
		t.Errorf("%d", code)
	}
	if code, _, _ := v.page("/audit", url.Values{"to": {"2026-03-16"}}); code != 200 {
		t.Errorf("%d", code)
	}
	if code, _, _ := v.page("/audit/checkpoint", nil); code != 404 {
		t.Errorf("before one is signed: %d", code)
	}
	key, err := audit.NewKey("frontdoor/test", []byte("the key of these tests, 32 bytes."))
	if err != nil {
		t.Fatal(err)
	}
	err = h.Desk.DB.Write(t.Context(), func(tx *store.Tx) error {
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		root, err := audit.TreeHash(size, tx.HashReader())
		if err != nil {
			return err
		}
		text, err := key.Sign(size, root, h.Now())
		if err != nil {
			return err
		}
		return tx.AddCheckpoint(string(text), h.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, text := v.page("/audit/checkpoint", nil)
	if _, err := audit.VerifyCheckpoint([]byte(text), key.Public()); err != nil {
		t.Errorf("%v: %s", err, text)
	}

	p := webtest.Browser(t)
	h.Later(30 * time.Second)
	p.Open(h.URL + "/sign-in?next=/audit")
	p.Keys("#email", auditor.Email)
	p.Keys("#password", good)
	p.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	p.Keys("#code", auditor.code(t, h.Now()))
	p.Follow("main form button")
	p.Check()
	p.Shot("account-audit")
}

func TestWithoutScript(t *testing.T) {
	h := open(t)
	boss := h.worker("boss@example.org", "program_office", "administrator")
	h.Later(30 * time.Second)
	p := webtest.Browser(t)
	p.NoScript()
	p.Width(webtest.Narrow)
	p.Open(h.URL + "/sign-in")
	p.Fits()
	if p.Seen("[data-passkey]") {
		t.Error("a passkey is offered where it cannot work")
	}
	p.Keys("#email", boss.Email)
	p.Keys("#password", good)
	p.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	p.Keys("#code", boss.code(t, h.Now()))
	p.Follow("main form button[type=submit]:not(.govuk-password-input__toggle)")
	for _, path := range []string{"/workers", "/workers/new", "/workers/" + boss.ID, "/account", "/account/second-factor/app"} {
		if code := p.Open(h.URL + path); code != 200 {
			t.Errorf("%s: %d", path, code)
		}
		p.Fits()
	}
}
