package mash_test

import (
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
	"frontdoor/internal/web/webtest"
	"frontdoor/pathways"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// world is the room on a real desk and database, with a clock that tests set.
type world struct {
	t      *testing.T
	now    time.Time
	desk   *casework.Desk
	server http.Handler
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := storetest.Open(t)
	w := &world{t: t, now: caseworktest.Start, desk: caseworktest.Desk(t, db)}
	h := &room.House{
		Desk: w.desk, Gate: &signin.Gate{DB: db, Sealer: w.desk.Sealer}, Texts: publishing.New(db, w.desk.Place),
		Site: &web.Site{
			Name: "Anytown Safeguarding Children Partnership", SignInHref: "/sign-in", SignOutHref: "/sign-out",
			Footer: []parts.Link{{Text: "Accessibility", Href: "/accessibility"}}, FooterText: "If a child is in danger now, call 999.",
		},
	}
	h.Front = &web.Front{
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: web.NewMetrics(), Now: func() time.Time { return w.now },
		Chrome: func(*http.Request) web.Chrome { return web.Chrome{Site: h.Site} },
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mash.Register(mux, h)
	w.server = h.Front.Wrap(mux)
	return w
}

// worker makes a worker, as caseworktest does.
func (w *world) worker(name, role, kind string) agency.Worker {
	w.t.Helper()
	return caseworktest.Worker(w.t, w.desk, name, role, "thurrock", kind)
}

// cookie is a session in which the worker has given their second factor.
func (w *world) cookie(who agency.Worker) *http.Cookie {
	w.t.Helper()
	token, hash := secret.NewToken()
	s := store.Session{ID: hash, Worker: who.ID, CreatedAt: w.now, SeenAt: w.now, SecondAt: w.now, ExpiresAt: w.now.Add(13 * time.Hour)}
	if err := w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error { return tx.PutSession(s) }); err != nil {
		w.t.Fatal(err)
	}
	return signin.WorkerCookie(token, false)
}

// tab is one worker's browser, without script.
type tab struct {
	w      *world
	cookie *http.Cookie
}

func (w *world) tab(who agency.Worker) *tab { return &tab{w, w.cookie(who)} }

type answered struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (b *tab) do(r *http.Request) answered {
	b.w.t.Helper()
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	rec := httptest.NewRecorder()
	b.w.server.ServeHTTP(rec, r)
	return answered{rec.Code, rec.Body.String(), rec.Header().Get("Location"), rec.Header()}
}

func (b *tab) get(path string) answered {
	b.w.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *tab) post(path string, form url.Values) answered {
	b.w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (a answered) want(t *testing.T, status int, holds ...string) answered {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, words(a.body))
	}
	for _, h := range holds {
		if !strings.Contains(a.body, h) {
			t.Errorf("the page does not say %q: %s", h, words(a.body))
		}
	}
	return a
}

func (a answered) without(t *testing.T, list ...string) answered {
	t.Helper()
	for _, h := range list {
		if strings.Contains(a.body, h) {
			t.Errorf("the page says %q", h)
		}
	}
	return a
}

// words is a page's main part without its markup, for a failure's message.
func words(html string) string {
	if _, main, ok := strings.Cut(html, "<main"); ok {
		html = main
	}
	var out strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			out.WriteByte(' ')
		case !in:
			out.WriteRune(r)
		}
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	return text[:min(len(text), 3000)]
}

// given are the answers of one of a pathway's own scenarios.
func (w *world) given(file string) answer.Set {
	w.t.Helper()
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		w.t.Fatal(err)
	}
	var s struct {
		Given map[string]any `yaml:"given"`
	}
	if err := yaml.Unmarshal(body, &s); err != nil {
		w.t.Fatal(err)
	}
	return answer.Given(s.Given)
}

// referral is a professional's referral of two children to Thurrock.
func (w *world) referral(change func(answer.Set)) record.Record {
	w.t.Helper()
	set := w.given("referral/tests/usual_road.yaml")
	if change != nil {
		change(set)
	}
	rec, err := w.desk.Begin(w.t.Context(), casework.ByVisitor("visitor", w.now), "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: set})
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// take takes a step as a worker, outside the pages.
func (w *world) take(who agency.Worker, id, step string, changes answer.Set) record.Record {
	w.t.Helper()
	by := casework.ByWorker(who, &w.desk.Place.Register, w.now)
	rec, err := w.desk.TakeStep(w.t.Context(), by, id, step, 0, changes)
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// read is a record as it is now.
func (w *world) read(id string) record.Record {
	w.t.Helper()
	var rec record.Record
	if err := w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(id)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return rec
}
