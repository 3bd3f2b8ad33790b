package bulletin_test

import (
	"encoding/xml"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/agency"
	desk "frontdoor/internal/bulletin"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/post"
	"frontdoor/internal/publishing"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/bulletin"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
	"frontdoor/internal/web/webtest"
	"frontdoor/partnerships"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

var start = time.Date(2026, 12, 16, 10, 0, 0, 0, time.UTC)

const head = "---\ntitle: %\nsummary: A summary.\nowner: Partnership business team\nchecked: 2026-10-01\nreview: 2027-11-01\n---\n"

// folder is the shipped partnership with a few texts.
var folder = sync.OnceValue(func() fs.FS {
	page := func(title, body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Replace(head, "%", title, 1) + body)}
	}
	contacts, err := fs.ReadFile(partnerships.FS, "set/contacts.yaml")
	if err != nil {
		panic(err)
	}
	return fstest.MapFS{
		"contacts.yaml":                     {Data: contacts},
		"guidance/pages/parents/alcohol.md": page("Alcohol", "\n## Now {#now}\n\nDrink can harm.\n"),
		"guidance/manual/neglect.md":        page("Neglect", "\n## Signs {#signs}\n\nFirst words.\n"),
		"guidance/manual/manual.yaml":       {Data: []byte("title: Procedures\nstanding: Ours\neditions:\n  - key: e1\n    title: First\n    from: 2026-01-01\n    summary: The first.\nparts:\n  - key: a\n    title: A\n    chapters: [neglect]\n")},
	}
})

// world is the room on a real desk and database.
type world struct {
	t      *testing.T
	now    time.Time
	desk   *desk.Desk
	server http.Handler
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := storetest.Open(t)
	work := caseworktest.Desk(t, db)
	place := *work.Place
	place.Folder = folder()
	work.Place = &place
	w := &world{t: t, now: start, desk: &desk.Desk{Desk: work, Texts: publishing.New(db, &place), Site: "https://frontdoor.example"}}
	h := &room.House{
		Desk: work, Gate: &signin.Gate{DB: db, Sealer: work.Sealer}, Texts: w.desk.Texts,
		Site: &web.Site{
			Name: "Anytown Safeguarding Children Partnership", Base: w.desk.Site, SignInHref: "/sign-in", SignOutHref: "/sign-out",
			Footer: []parts.Link{{Text: "Accessibility", Href: "/accessibility"}}, FooterText: "If a child is in danger now, call 999.",
		},
	}
	h.Front = &web.Front{
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: web.NewMetrics(), Now: func() time.Time { return w.now },
		Chrome: func(*http.Request) web.Chrome { return web.Chrome{Site: h.Site} },
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	bulletin.Register(mux, h)
	w.server = h.Front.Wrap(mux)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// worker makes a worker of a team and signs them in.
func (w *world) worker(name, team, role string) (agency.Worker, *http.Cookie) {
	w.t.Helper()
	t, ok := w.desk.Place.Register.Team(team)
	if !ok {
		w.t.Fatalf("no team %s", team)
	}
	from := start.AddDate(-1, 0, 0)
	x := agency.Worker{
		ID: store.NewID(from), Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org", Agency: t.Agency,
		Memberships: []agency.Membership{{Team: team, Role: role, From: from}},
	}
	token, hash := secret.NewToken()
	s := store.Session{ID: hash, Worker: x.ID, CreatedAt: w.now, SeenAt: w.now, SecondAt: w.now, ExpiresAt: w.now.Add(13 * time.Hour)}
	w.must(w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		if err := tx.PutWorker(x); err != nil {
			return err
		}
		return tx.PutSession(s)
	}))
	return x, signin.WorkerCookie(token, false)
}

func (w *world) by(x agency.Worker) casework.By {
	return casework.ByWorker(x, &w.desk.Place.Register, w.now)
}

// do sends a request, and checks its status and what is and is not on the page; a
// word to be missed begins with "!".
func (w *world) do(c *http.Cookie, method, path string, form url.Values, status int, holds ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c != nil {
		r.AddCookie(c)
	}
	got := httptest.NewRecorder()
	w.server.ServeHTTP(got, r)
	if got.Code != status {
		w.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got.Code, status, got.Body)
	}
	for _, h := range holds {
		word, not := strings.CutPrefix(h, "!")
		if strings.Contains(got.Body.String(), word) == not {
			w.t.Errorf("%s %s: wanted %q: %s", method, path, h, got.Body)
		}
	}
	if set := got.Header().Get("Set-Cookie"); set != "" && c == nil {
		w.t.Errorf("%s %s sets a cookie", method, path)
	}
	return got
}

func (w *world) get(c *http.Cookie, path string, status int, holds ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(c, http.MethodGet, path, nil, status, holds...)
}

func (w *world) post(c *http.Cookie, path string, form url.Values, status int, holds ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(c, http.MethodPost, path, form, status, holds...)
}

// mails gives the mails that wait.
func (w *world) mails() []post.Mail {
	w.t.Helper()
	var out post.Outbox
	ctx := w.t.Context()
	p := (&post.Post{Desk: w.desk.Desk, Site: w.desk.Site, Send: out.Send, Now: func() time.Time { return w.now }}).Job()
	batches := w.desk.Batches(out.Send, func() time.Time { return w.now })
	run := func() error {
		stop := make(chan struct{})
		ctx, cancel := contextUntil(ctx, stop)
		defer cancel()
		go func() {
			defer close(stop)
			for {
				var c store.JobCounts
				if err := w.desk.DB.Read(ctx, func(tx *store.Tx) (err error) { c, err = tx.JobCounts(w.now); return err }); err != nil || c.Running == 0 && c.Oldest.IsZero() {
					return
				}
				time.Sleep(2 * time.Millisecond)
			}
		}()
		return w.desk.DB.RunJobs(ctx, func() time.Time { return w.now }, map[string]store.Handler{casework.MailJob: p, desk.BatchJob: batches})
	}
	w.must(run())
	return out.All()
}

var link = regexp.MustCompile(`https://frontdoor\.example(/\S+)`)

func TestTheNewsletterFromTheFirstAskToTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(nil, "/newsletter", 200, "Get our newsletter by email", "Parents and carers")
	half := url.Values{"email": {"pat@example.org"}, "audience": {"parents"}}
	w.post(nil, "/newsletter", half, 422, "Choose what you want to hear about", `value="pat@example.org"`, `value="parents" checked`, "There is a problem")
	full := url.Values{"email": {"pat@example.org"}, "audience": {"parents"}, "topic": {"news"}}
	for range 2 { // known or not, the answer is the same
		got := w.post(nil, "/newsletter", full, http.StatusSeeOther)
		if to := got.Header().Get("Location"); to != "/newsletter?sent" {
			t.Errorf("leads to %s", to)
		}
	}
	w.get(nil, "/newsletter?sent", 200, "Look in your email", "!pat@")
	mails := w.mails()
	if len(mails) != 2 {
		t.Fatalf("%+v", mails)
	}
	confirm := link.FindStringSubmatch(mails[0].Text)[1]
	w.get(nil, confirm, 200, "Press the button") // a mail program that looks at links confirms nothing
	done := w.post(nil, confirm, nil, 200, "You will get the newsletter").Body.String()
	w.post(nil, confirm, nil, 404, "This link does not work")
	leave := regexp.MustCompile(`/newsletter/leave/[\w-]+`).FindString(done)
	w.get(nil, leave, 200, "Leave the newsletter", "Save my choices", "!pat@")
	choices := strings.Replace(leave, "/leave/", "/choices/", 1)
	w.post(nil, choices, url.Values{"audience": {"parents"}}, 422, "Choose what you want to hear about")
	w.post(nil, choices, url.Values{"audience": {"parents"}, "topic": {"manual"}}, http.StatusSeeOther)
	w.get(nil, leave, 200, `value="manual" checked`)
	w.post(nil, strings.Replace(choices, "choices/", "choices/x", 1), full, 404)

	// What a mail program does by itself (RFC 8058): no cookie, no origin, one press.
	w.post(nil, leave, url.Values{"List-Unsubscribe": {"One-Click"}}, 200, "You have left")
	w.post(nil, leave, url.Values{"List-Unsubscribe": {"One-Click"}}, 200, "You have left")
	w.get(nil, leave, 200, "You do not get the newsletter")

	for range 8 {
		w.post(nil, "/newsletter", full, http.StatusSeeOther)
	}
	w.post(nil, "/newsletter", full, 422, "Wait an hour", `value="pat@example.org"`)
}

func TestAnIssueIsWrittenSentAndRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	_, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	_, officer := w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
	for _, path := range []string{"/newsletter/write", "/newsletter/write/new", "/suggestions", "/releases", "/releases/new", "/releases/nominations", "/releases/nominations/essex_police"} {
		w.get(officer, path, 403)
		w.get(nil, path, 401)
	}
	w.get(editor, "/newsletter/write/nothing", 404)
	w.get(nil, "/newsletter/issues", 200, "No newsletter has been sent yet")
	w.get(nil, "/newsletter/issues/1", 404)

	half := url.Values{"revision": {"0"}, "intro": {"Kept <b>words</b>."}, "more": {"parents/nowhere"}, "topic": {"news"}}
	w.post(editor, "/newsletter/write/new", half, 422, "Give the issue a title", "There is no page parents/nowhere", "Kept &lt;b&gt;words", `value="parents/nowhere"`, `value="news" checked`)
	full := url.Values{
		"revision": {"0"}, "title": {"Winter"}, "intro": {"Hello <script>alert(1)</script>. See [neglect](manual:neglect)."}, "more": {"/parents/alcohol"},
		"audience": {"parents"}, "topic": {"news"},
	}
	w.post(editor, "/newsletter/write/new", full, 422, "HTML is not used here", "&lt;script&gt;", "!<script>alert")
	full.Set("intro", "Hello. See [neglect](manual:neglect).")
	preview := w.post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	w.get(editor, preview, 200, "Subject: Newsletter, December 2026", "* Alcohol", "!Send to everyone", "A second person who may publish")
	at := strings.TrimSuffix(preview, "/preview")
	w.get(editor, at, 200, `value="parents/alcohol" checked`, `name="revision" value="1"`)
	w.get(manager, preview, 200, "Send to everyone who wants it")
	w.post(editor, at+"/send", url.Values{"revision": {"1"}}, 403)
	w.post(manager, at+"/send", url.Values{"revision": {"7"}}, 422, "Somebody else changed this")
	w.post(manager, at+"/send", url.Values{"revision": {"1"}}, http.StatusSeeOther)
	w.get(manager, preview, 200, "0 taken by the mail server", "We do not track readers", "!Send to everyone")
	w.get(editor, at, http.StatusSeeOther)
	w.get(manager, "/newsletter/write", 200, "Winter", "Ann Manager")

	w.get(nil, "/newsletter/issues", 200, "Winter", "/newsletter/issues/1")
	w.get(nil, "/newsletter/issues/1", 200, `href="/manual/neglect"`, `href="/parents/alcohol"`)
	got := w.get(nil, "/newsletter.atom", 200, "https://frontdoor.example/newsletter/issues/1")
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Updated string   `xml:"updated"`
		Entries []struct {
			Title string `xml:"title"`
		} `xml:"entry"`
	}
	w.must(xml.Unmarshal(got.Body.Bytes(), &feed))
	if len(feed.Entries) != 1 || feed.Entries[0].Title != "Winter" || feed.Updated != "2026-12-16T10:00:00Z" || !strings.HasPrefix(got.Header().Get("Content-Type"), "application/atom+xml") {
		t.Errorf("%+v", feed)
	}
}

func TestASuggestionFromASectionToItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	_, officer := w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
	w.get(nil, "/suggest?to=manual/neglect%23signs", 200, "Neglect: Signs", "Do not write about a child", "call 999", `href="/contact"`, "Your email address")
	w.get(nil, "/suggest?to=page:parents/alcohol", 200, "Alcohol")
	w.get(nil, "/suggest?to=manual:neglect", 200, "Neglect")
	w.get(nil, "/suggest", 200, "The site as a whole")
	w.get(nil, "/suggest?to=manual", 200, "Procedures")
	w.get(nil, "/suggest?to=manual/neglect%23gone", 200, "Neglect")
	w.get(nil, "/suggest?to=parents/nothing", 404)
	w.get(officer, "/suggest?to=manual/neglect", 200, "!Your email address", "Olga Officer")
	form := url.Values{"to": {"manual/neglect#signs"}, "words": {"Say it <i>plainly</i>."}, "email": {"pat"}}
	w.post(nil, "/suggest", form, 422, "Enter an email address", "Say it &lt;i&gt;plainly", `value="manual/neglect#signs"`)
	form.Set("email", "pat@example.org")
	answer := w.post(nil, "/suggest", form, http.StatusSeeOther).Header().Get("Location")
	w.get(nil, answer, 200, "We have it.", "Neglect: Signs", "!plainly", "!pat@")
	w.get(nil, "/suggest/answer/nonsense", 404)

	list := w.get(editor, "/suggestions?state=new", 200, "Neglect: Signs", "New: 1").Body.String()
	at := regexp.MustCompile(`/suggestions/[0-9a-f-]{36}`).FindString(list)
	w.get(officer, at, 404)
	w.get(nil, at, 401)
	w.get(editor, "/suggestions?state=declined", 200, "There is none")
	w.get(editor, at, 200, "Say it &lt;i&gt;plainly", "who is told by mail", "!pat@")
	w.post(editor, at, url.Values{"seq": {"0"}, "state": {"declined"}, "note": {""}}, 422, "Write why", `value="declined" checked`)
	w.post(editor, at, url.Values{"seq": {"0"}, "state": {"group"}, "assigned": {"team:thurrock_front_door"}, "due": {"soon"}, "note": {"Look at it"}}, 422, "Enter the day by which they answer", "Look at it", `value="team:thurrock_front_door" selected`)
	w.post(editor, at, url.Values{"seq": {"0"}, "state": {"group"}, "assigned": {"team:thurrock_front_door"}, "due": {"2027-01-20"}, "note": {"Look at it"}}, http.StatusSeeOther)
	w.get(officer, "/suggestions", 200, "Neglect: Signs", "!New: ")
	w.get(officer, at, 200, "Look at it", "!Decline it")
	w.post(officer, at, url.Values{"seq": {"1"}, "note": {"I agree."}}, http.StatusSeeOther)
	w.post(officer, at, url.Values{"seq": {"2"}, "state": {"accepted"}}, 403)
	w.post(editor, at, url.Values{"seq": {"2"}, "state": {"accepted"}, "note": {"Thank you, we will."}}, http.StatusSeeOther)
	w.get(nil, answer, 200, "We agree", "Thank you, we will.", "!Look at it", "!I agree.")
	if mails := w.mails(); len(mails) != 1 || !strings.Contains(mails[0].Text, "https://frontdoor.example"+answer) {
		t.Errorf("%+v", mails)
	}

	w.post(officer, "/suggest", url.Values{"to": {"parents/alcohol"}, "words": {"More."}}, http.StatusSeeOther)
	w.get(officer, "/suggest/mine", 200, "Alcohol", "We have it.")
	w.get(editor, "/suggest/mine", 200, "You have suggested nothing yet")
	for range 5 {
		w.post(nil, "/suggest", url.Values{"words": {"x"}}, http.StatusSeeOther)
		if w.now = w.now.Add(time.Minute); w.now.Sub(start) == 4*time.Minute {
			break
		}
	}
	w.post(nil, "/suggest", url.Values{"words": {"one too many"}}, 422, "Wait an hour", "one too many")
}

func TestAReleaseIsPassedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	head, cookie := w.worker("Hope Head", "thurrock_schools", "referrer")
	teacher, other := w.worker("Tom Teacher", "thurrock_schools", "referrer")
	w.get(cookie, "/releases", 403)
	w.get(manager, "/releases/nominations", 200, "Nobody")
	w.get(manager, "/releases/nominations/thurrock_schools", 200, "Hope Head", "Tom Teacher")
	w.get(manager, "/releases/nominations/nowhere", 404)
	w.post(manager, "/releases/nominations/thurrock_schools", url.Values{"nominated": {"nobody"}}, 422, "Choose somebody who works for this agency")
	w.post(manager, "/releases/nominations/thurrock_schools", url.Values{"nominated": {head.ID}, "stand_in": {teacher.ID}, "lead": {""}}, http.StatusSeeOther)
	w.post(cookie, "/releases/nominations/thurrock_schools", url.Values{"nominated": {""}}, 403)
	w.get(cookie, "/releases", 200, "There is nothing to pass on yet", `href="/releases"`, "!Mark a page")
	w.post(manager, "/releases/new", url.Values{"about": {"parents/nowhere"}, "what": {"Kept."}}, 422, "Enter the address of a page", "Write what people do differently", "Kept.")
	at := w.post(manager, "/releases/new", url.Values{"about": {"/parents/alcohol"}, "summary": {"New words."}, "what": {"A number."}, "effect": {"=Give it."}}, http.StatusSeeOther).Header().Get("Location")
	w.get(cookie, "/releases", 200, "Alcohol", "New words.", "Told", "Schools and early years in Thurrock", "!Nobody nominated")
	w.get(cookie, at, 200, "A number.", "I have passed this on", "Which teams", "!Essex Police", "!CSV")
	table := strings.Replace(at, "/releases/", "/releases/csv/", 1)
	w.get(cookie, table, 403)
	w.post(cookie, at, url.Values{"agency": {"thurrock_schools"}}, 422, "Choose the teams you passed it on to")
	w.post(cookie, at, url.Values{"agency": {"essex_police"}, "note": {"All"}}, 404)
	w.post(cookie, at, url.Values{"agency": {"thurrock_schools"}, "team": {"thurrock_schools"}, "note": {"=cmd"}}, http.StatusSeeOther)
	w.get(other, at, 200, "Passed on: 16 Dec 2026", "!I have passed this on")
	w.get(manager, at, 200, "Essex Police", "Nobody nominated", "Hope Head", "Passed on in 1 of")
	csv := w.get(manager, table, 200, "Agency,State,Nominated", "Safeguarding leads of schools and early years in Thurrock; =cmd").Body.String()
	if strings.Contains(csv, ",=") || strings.Contains(csv, "\n=") {
		t.Errorf("a spreadsheet would reckon with it: %s", csv)
	}
	w.get(manager, "/releases", 200, "1 of ", "Mark a page that must be passed on")
	w.must(w.desk.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.MarkLeft(head.ID, w.now) }))
	w.get(manager, "/releases/nominations", 200, "Has left: nobody", "!Hope Head")
	w.get(manager, "/releases/nothing", 404)
}

// Every page stands in a real browser, without a fault that axe finds.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	x, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	head, cookie := w.worker("Hope Head", "thurrock_schools", "referrer")
	ctx := t.Context()
	w.must(w.desk.Nominate(ctx, w.by(x), "thurrock_schools", store.PlaceNominated, head.ID))
	rel, err := w.desk.MarkPiece(ctx, w.by(x), desk.Marked{About: "parents/alcohol", Summary: "New words.", What: "A number.", Effect: "Give it."})
	w.must(err)
	full := url.Values{"revision": {"0"}, "title": {"Winter"}, "intro": {"Hello. See [neglect](manual:neglect)."}, "more": {"parents/alcohol"}, "audience": {"parents"}, "topic": {"news"}}
	preview := w.post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	w.post(manager, strings.Replace(preview, "/preview", "/send", 1), url.Values{"revision": {"1"}}, http.StatusSeeOther)
	draft := w.post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	answer := w.post(nil, "/suggest", url.Values{"to": {"manual/neglect#signs"}, "words": {"Say it plainly."}}, http.StatusSeeOther).Header().Get("Location")
	suggestion := regexp.MustCompile(`/suggestions/[0-9a-f-]{36}`).FindString(w.get(editor, "/suggestions", 200).Body.String())
	w.post(editor, suggestion, url.Values{"seq": {"0"}, "state": {"accepted"}, "note": {"We will."}}, http.StatusSeeOther)

	server := httptest.NewServer(w.server)
	t.Cleanup(server.Close)
	p := webtest.Browser(t)
	look := func(c *http.Cookie, paths ...string) {
		p.Open(server.URL + "/nowhere")
		if c != nil {
			p.Eval("document.cookie = '" + c.Name + "=" + c.Value + "; path=/'; 'ok'")
		}
		for _, path := range paths {
			if status := p.Open(server.URL + path); status != 200 {
				t.Fatalf("%s: status %d", path, status)
			}
			p.Check()
		}
	}
	look(nil, "/newsletter", "/newsletter?sent", "/newsletter/confirm/x", "/newsletter/leave/x", "/newsletter/issues", "/newsletter/issues/1", "/suggest?to=manual/neglect%23signs", answer)
	p.Open(server.URL + "/newsletter")
	p.Fill("#email", "pat")
	p.Follow("form[action='/newsletter'] button")
	p.WaitText("main", "There is a problem")
	p.Check()
	look(cookie, "/releases", "/releases/"+rel.ID, "/suggest/mine")
	look(manager, "/releases", "/releases/"+rel.ID, "/releases/new", "/releases/nominations", "/releases/nominations/thurrock_schools")
	look(editor, "/newsletter/write", preview, draft, strings.TrimSuffix(draft, "/preview"), "/suggestions", suggestion)
	p.Shot("bulletin-suggestion")
}
