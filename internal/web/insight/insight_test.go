package insight_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/insight"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room on a real desk and database.
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
		Desk: w.desk, Gate: &signin.Gate{DB: db, Sealer: w.desk.Sealer},
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
	insight.Register(mux, h)
	w.server = h.Front.Wrap(mux)
	return w
}

// worries are neighbours' worries about children, one each.
func (w *world) worries(authority string, count int) {
	w.t.Helper()
	for i := range count {
		_, err := w.desk.Begin(w.t.Context(), casework.ByVisitor("v", w.now), "referral", casework.Beginning{Authority: authority, Step: "submit", Answers: answer.Set{
			"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text(authority),
			"public_saw": answer.Text("He was outside on his own."), "public_when": answer.Text("Most evenings"), "children": answer.List("r1"),
			"children/r1/given_names": answer.Text("Archie" + strconv.Itoa(i)), "children/r1/family_name": answer.Text("Sample"),
			"lives_with": answer.Text("His mum"), "how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
		}})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) worker(name, role, authority string) agency.Worker {
	w.t.Helper()
	return caseworktest.Worker(w.t, w.desk, name, role, authority, "")
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

// get opens a page, and checks its status and what is and is not on it; a word
// to be missed begins with "!".
func (w *world) get(c *http.Cookie, path string, status int, holds ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if c != nil {
		r.AddCookie(c)
	}
	got := httptest.NewRecorder()
	w.server.ServeHTTP(got, r)
	if got.Code != status {
		w.t.Fatalf("%s: status %d, want %d: %s", path, got.Code, status, got.Body)
	}
	for _, h := range holds {
		word, not := strings.CutPrefix(h, "!")
		if strings.Contains(got.Body.String(), word) == not {
			w.t.Errorf("%s: wanted %q: %s", path, h, got.Body)
		}
	}
	return got
}

func TestWhoSeesReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paths := []string{"/reports", "/reports/decisions", "/reports/decisions/csv"}
	for role, status := range map[string]int{
		"mash_manager": 200, "social_care_manager": 200, "partnership_manager": 200, "auditor": 200,
		"mash_officer": 403, "mash_social_worker": 403, "researcher": 403, "referrer": 403, "administrator": 403, "edt_worker": 403,
	} {
		c := w.cookie(w.worker(role, role, "thurrock"))
		for _, path := range paths {
			w.get(c, path, status)
		}
	}
	for _, path := range paths {
		w.get(nil, path, http.StatusUnauthorized)
	}
	manager := w.cookie(w.worker("mash_manager", "mash_manager", "thurrock"))
	w.get(manager, "/reports", 200, "Decisions in time", "Senders told in time", "Answers from agencies", "Children who come back", `href="/reports"`)
	w.get(manager, "/reports/nothing", http.StatusNotFound)
}

// A manager of one front door sees its numbers and nobody else's; the
// partnership's office sees all. Nothing names a child or a record.
func TestReportKeepsToItsAuthorities(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worries("thurrock", 6)
	w.worries("essex", 7)
	w.worries("southend", 2)
	manager := w.cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	office := w.cookie(w.worker("Pat Partnership", "partnership_manager", "thurrock"))

	own := w.get(manager, "/reports/decisions", 200, "Thurrock Council", "16 Mar 2026", "!Essex County", "!Southend-on-Sea", "How this is counted",
		"The limit was met.", "Whole weeks from Monday 16 February 2026 to Sunday 22 March 2026", "0%", "!Sample", "!Archie", "!fewer than")
	w.get(manager, "/reports/decisions?authority=essex", http.StatusForbidden, "!Essex County")
	w.get(manager, "/reports/decisions?authority=", http.StatusForbidden)
	w.get(manager, "/reports/decisions/csv?authority=essex", http.StatusForbidden)
	w.get(office, "/reports/decisions", 200, "Thurrock Council", "Essex County Council", "Southend-on-Sea City Council", "fewer than 5", "hidden")
	w.get(office, "/reports/decisions?authority=essex&from=2026-03-17&to=2026-03-17", 200, ">7<", `<option value="essex" selected`)

	csv := w.get(manager, "/reports/decisions/csv?from=2026-03-20&to=2026-03-20", 200).Body.String()
	if want := "Week beginning,Authority,Contacts,Decided in time,Decided late,Still in time,Overdue,In time (%)\n16 Mar 2026,Thurrock Council,6,0,0,6,0,0%\n"; csv != want {
		t.Errorf("CSV %q, want %q", csv, want)
	}
	if !strings.Contains(own.Body.String(), "/reports/decisions/csv?authority=thurrock&amp;from=2026-02-16&amp;to=2026-03-22") {
		t.Error("the page does not lead to its spreadsheet")
	}
	small := w.get(office, "/reports/decisions/csv?authority=southend", 200).Body.String()
	if !strings.Contains(small, "Southend-on-Sea City Council,fewer than 5,fewer than 5,fewer than 5,fewer than 5,fewer than 5,hidden") {
		t.Errorf("the spreadsheet tells a small number: %s", small)
	}
}

func TestWrongDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	for query, want := range map[string]string{
		"from=nonsense":                 "Enter a date, such as 2026-03-17",
		"from=":                         "Enter a date, such as 2026-03-17",
		"from=2026-03-18&to=2026-03-17": "Enter a last day that is not before the first",
		"from=2020-03-18&to=2026-03-17": "Choose a year or less",
	} {
		w.get(c, "/reports/decisions?"+query, http.StatusUnprocessableEntity, "There is a problem", want, "!How this is counted")
		w.get(c, "/reports/decisions/csv?"+query, http.StatusUnprocessableEntity)
	}
	w.get(c, "/reports/decisions?from=2025-01-01&to=2025-01-31", 200, "There was nothing to count.")
}

func TestRunningIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	w.get(c, "/reports/feedback", 200)
	w.get(c, "/reports/feedback/csv", 200)
	w.get(c, "/reports/feedback?authority=essex", http.StatusForbidden)
	err := w.desk.DB.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.AuditOf("report:feedback", 10, 0)
		if err != nil {
			return err
		}
		if len(events) != 2 || events[0].Act != "export" || events[1].Act != "list" || !strings.HasPrefix(events[0].Actor, "worker:") {
			t.Errorf("the log holds %+v", events)
		}
		for _, e := range events {
			if e.Detail["authority"] != "thurrock" || e.Detail["from"] != "2026-02-16" || e.Detail["to"] != "2026-03-22" {
				t.Errorf("the log does not say what was counted: %+v", e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worries("thurrock", 6)
	w.worries("southend", 2)
	c := w.cookie(w.worker("Pat Partnership", "partnership_manager", "thurrock"))
	server := httptest.NewServer(w.server)
	t.Cleanup(server.Close)
	p := webtest.Browser(t)
	p.Open(server.URL + "/nowhere")
	p.Eval(`document.cookie = '` + c.Name + `=` + c.Value + `; path=/'; 'ok'`)
	for name, path := range map[string]string{
		"list": "/reports", "decisions": "/reports/decisions", "agency": "/reports/agency_answers", "repeat": "/reports/repeat_contacts",
	} {
		if status := p.Open(server.URL + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		if path != "/reports" {
			p.Click("#counted summary")
		}
		p.Check()
		p.Shot("insight-" + name)
	}
	p.Open(server.URL + "/reports/decisions?from=2027-01-01")
	p.Check()
	p.Open(server.URL + "/reports/decisions")
	p.PrintMedia(true)
	p.Check()
	if p.Seen("form[action='/reports/decisions']") {
		t.Error("the form is printed")
	}
}
