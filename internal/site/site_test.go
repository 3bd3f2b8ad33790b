package site_test

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/demo"
	"frontdoor/internal/post"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web/webtest"
)

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { webtest.Main(m) }

// Every page of the program is made by the time this package is loaded.
func TestEveryPageFitsItsType(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

func config(t *testing.T, db *store.DB) site.Config {
	t.Helper()
	secretKey := []byte("the key of these tests, 32 bytes.")[:seal.KeySize]
	sealer, err := seal.New(secretKey)
	if err != nil {
		t.Fatal(err)
	}
	passwords, err := secret.NewPasswords(2)
	if err != nil {
		t.Fatal(err)
	}
	passkeys, err := secret.NewPasskeys("frontdoor.example", "Frontdoor", "https://frontdoor.example")
	if err != nil {
		t.Fatal(err)
	}
	sign, err := audit.NewKey("frontdoor/test", secretKey)
	if err != nil {
		t.Fatal(err)
	}
	return site.Config{
		Desk: &casework.Desk{DB: db, Place: caseworktest.Partnership(), Pathways: caseworktest.Library(), Sealer: sealer},
		Gate: &signin.Gate{DB: db, Sealer: sealer, Passwords: passwords, Passkeys: passkeys},
		Sign: sign, Base: "https://frontdoor.example", Now: func() time.Time { return noon }, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}
}

func start(t *testing.T, c site.Config) *site.Site {
	t.Helper()
	s, err := site.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(s *site.Site, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://frontdoor.example"+path, nil))
	return w
}

// forAnyone are the routes that answer people who are not signed in. A route
// that is not here must not.
var forAnyone = map[string]bool{
	"/{$}": true, "/contact": true, "/begin": true, "/api/who-to-call": true, "/refer": true, "/refer/return": true, "/status": true, "/hide": true,
	"/confirm/{record}/{token}": true, "/accessibility": true, "/privacy": true, "/cookies": true, "/sign-in": true, "/account/passkey.js": true,
	"/healthz": true, "/readyz": true, "/robots.txt": true,
}

// The demonstration's routes are only in the demonstration.
var demoOnly = regexp.MustCompile(`^/demo(/|$)`)

func TestNobodySeesStaffPagesWithoutSigningIn(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, storetest.Open(t)))
	routes := patterns(t)
	if len(routes) < 40 {
		t.Fatalf("only %d routes were found", len(routes))
	}
	for _, route := range routes {
		path := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(strings.ReplaceAll(route, "{$}", ""), "0190aaaa-0000-7000-8000-000000000000")
		w := get(s, path)
		switch {
		case demoOnly.MatchString(route):
			if w.Code != http.StatusNotFound {
				t.Errorf("GET %s answers %d outside the demonstration", route, w.Code)
			}
		case forAnyone[route]:
			if w.Code != http.StatusOK && w.Code != http.StatusSeeOther && w.Code != http.StatusUnprocessableEntity {
				t.Errorf("GET %s answers anyone with %d", route, w.Code)
			}
		case w.Code == http.StatusSeeOther:
			if to := w.Header().Get("Location"); !strings.HasPrefix(to, "/sign-in") && !strings.HasPrefix(to, "/refer") && !strings.HasPrefix(to, "/status") {
				t.Errorf("GET %s sends someone not signed in to %s", route, to)
			}
		case w.Code == http.StatusOK || w.Code >= 500:
			t.Errorf("GET %s answers someone not signed in with %d", route, w.Code)
		}
		if w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("GET %s has no content security policy", route)
		}
		if c := w.Header().Get("Cache-Control"); c != "no-store" && route != "/account/passkey.js" {
			t.Errorf("GET %s may be kept: %q", route, c)
		}
	}
}

// patterns reads every GET route from the source of the rooms: a mux does not
// tell what it holds.
func patterns(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"../web/public", "../web/mash", "../web/account", "."} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if text, err := strconv.Unquote(l.Value); err == nil {
						if path, ok := strings.CutPrefix(text, "GET /"); ok && !strings.Contains(path, " ") {
							out = append(out, "/"+path)
						}
					}
				}
				return true
			})
		}
	}
	return out
}

func TestCookiesAndHeadersAreForHTTPS(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, storetest.Open(t)))
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "https://frontdoor.example/sign-out", nil)
	s.Handler().ServeHTTP(w, r)
	cookie := w.Result().Cookies()
	if len(cookie) != 1 || !cookie[0].Secure || !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteStrictMode || !strings.HasPrefix(cookie[0].Name, "__Host-") {
		t.Errorf("cookies %v", cookie)
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security")
	}
}

func TestAnotherHostIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, storetest.Open(t)))
	for host, want := range map[string]int{"frontdoor.example": 200, "FRONTDOOR.example": 200, "evil.example": 421, "localhost": 421} {
		r := httptest.NewRequest(http.MethodGet, "/sign-in", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
	for _, base := range []string{"", "frontdoor.example", "ftp://frontdoor.example", "https://frontdoor.example/path"} {
		c := config(t, storetest.Open(t))
		c.Base = base
		if _, err := site.New(c); err == nil {
			t.Errorf("%q is taken as an address", base)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	storetest.EachUnmigrated(t, func(t *testing.T, db *store.DB) {
		s := start(t, config(t, db))
		if w := get(s, "/healthz"); w.Code != 200 {
			t.Errorf("alive: %d", w.Code)
		}
		if w := get(s, "/readyz"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "waiting") {
			t.Errorf("before migrations: %d %s", w.Code, w.Body)
		}
		if err := db.Migrate(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		w := get(s, "/readyz")
		var detail map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &detail); err != nil || w.Code != 200 || !strings.Contains(detail["mail"], "no mail server") {
			t.Errorf("%d %v %v", w.Code, detail, err)
		}
		if w := get(s, "/metrics"); w.Code != http.StatusNotFound {
			t.Errorf("the counts are shown to anyone: %d", w.Code)
		}
		m := httptest.NewRecorder()
		s.Metrics().ServeHTTP(m, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, want := range []string{`frontdoor_http_requests_total{route="GET /readyz",status="200"} 1`, `frontdoor_jobs{state="failed"} 0`} {
			if !strings.Contains(m.Body.String(), want) {
				t.Errorf("the counts lack %s:\n%s", want, m.Body)
			}
		}
	})
}

// The background work signs the log once there is something in it, and an
// untouched log verifies against what was signed.
func TestRunSignsTheLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := config(t, db)
		if _, _, err := c.Gate.Password(t.Context(), "nobody@example.org", "x", signin.Source{}, noon); err == nil {
			t.Fatal("signed in as nobody")
		}
		s := start(t, c)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		var points [][]byte
		for len(points) == 0 {
			if err := db.Read(t.Context(), func(tx *store.Tx) error {
				var err error
				points, err = tx.Checkpoints()
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if p, err := audit.VerifyCheckpoint(points[0], c.Sign.Public()); err != nil || p.Size <= 2 { // the texts of the pathways, the refusal, and the pages
			t.Errorf("size %d: %v", p.Size, err)
		}
		if _, differences, err := c.Desk.Verify(t.Context(), c.Sign.Public(), points); err != nil || len(differences) > 0 {
			t.Errorf("%v, %v", differences, err)
		}
	})
}

func TestRunMakesBackups(t *testing.T) {
	t.Parallel()
	c := config(t, storetest.Open(t))
	made := make(chan time.Time, 1)
	c.Backup = func(_ context.Context, now time.Time) error { made <- now; return nil }
	clock := site.NewClock(func() time.Time { return noon }, noon)
	c.Now = clock.Now
	s := start(t, c)
	if w := get(s, "/readyz"); !strings.Contains(w.Body.String(), `"backup":"none yet"`) {
		t.Error(w.Body)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	var at time.Time
	for at.IsZero() {
		// A day goes by as often as it takes.
		if err := clock.Set(clock.Now().Add(24 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		select {
		case at = <-made:
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if w := get(s, "/readyz"); !strings.Contains(w.Body.String(), `"backup":"last made `+at.Format(time.RFC3339)) {
		t.Error(w.Body)
	}
}

// No log line holds what someone typed, searched for or asked for.
func TestLogHoldsNothingTyped(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := config(t, storetest.Open(t))
	c.Log = slog.New(slog.NewJSONHandler(&log, nil))
	s := start(t, c)
	get(s, "/records/0190aaaa-0000-7000-8000-000000000000?q=Jane+Smith")
	get(s, "/Jane-Smith")
	r := httptest.NewRequest(http.MethodPost, "https://frontdoor.example/sign-in", strings.NewReader("email=jane.smith%40example.org&password=hunter"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = "192.0.2.7:1234"
	s.Handler().ServeHTTP(httptest.NewRecorder(), r)
	for _, word := range []string{"ane", "mith", "hunter", "192.0.2.7", "0190aaaa"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log holds %q:\n%s", word, log.String())
		}
	}
	if !strings.Contains(log.String(), "POST /sign-in") {
		t.Error("the log does not hold the request at all")
	}
}

func TestDemoClockOnlyGoesForward(t *testing.T) {
	t.Parallel()
	real := noon
	c := site.NewClock(func() time.Time { return real }, noon.Add(-48*time.Hour))
	if got := c.Now(); !got.Equal(noon.Add(-48 * time.Hour)) {
		t.Errorf("begins at %v", got)
	}
	if err := c.Set(noon.Add(-49 * time.Hour)); err == nil {
		t.Error("it goes back")
	}
	if err := c.Set(noon); err != nil {
		t.Fatal(err)
	}
	real = real.Add(time.Minute)
	if got := c.Now(); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("a minute later it shows %v", got)
	}
}

func TestDemonstration(t *testing.T) {
	db := storetest.Open(t)
	c := config(t, db)
	clock := site.NewClock(time.Now, noon)
	accounts, err := demo.Fill(t.Context(), c.Desk, c.Gate, demo.Options{Now: clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	d := &site.Demo{Outbox: &post.Outbox{}, Clock: clock}
	for _, a := range accounts {
		d.Accounts = append(d.Accounts, site.DemoAccount{Group: a.Group, Role: a.Role, Name: a.Name, Team: a.Team, Email: a.Email, Password: a.Password, Secret: a.TOTPSecret})
	}
	srv := httptest.NewUnstartedServer(nil)
	c.Base, c.Now, c.Demo, c.Send = "http://"+srv.Listener.Addr().String(), clock.Now, d, d.Outbox.Send
	srv.Config.Handler = start(t, c).Handler()
	srv.Start()
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	p := webtest.Browser(t)
	p.Open(srv.URL + "/demo")
	p.Check()
	p.Shot("demo")
	for i := range d.Accounts[:6] {
		p.Open(srv.URL + "/demo")
		p.Follow("section:nth-of-type(" + strconv.Itoa(i+1) + ") form button")
		if at := strings.TrimPrefix(p.URL(), srv.URL); at == "/sign-in" || at == "/demo/sign-in" {
			t.Errorf("signing in as %s ends at %s", d.Accounts[i].Role, at)
		}
	}
	p.Open(srv.URL + "/demo/clock")
	p.Check()
	p.Follow("main form:last-of-type button")
	if !strings.Contains(p.Text("main"), "24 March 2026") {
		t.Errorf("a week on: %s", p.Text("main"))
	}
	p.Open(srv.URL + "/demo/outbox")
	p.Check()
}
