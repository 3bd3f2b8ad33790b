package bulletin_test

import (
	"encoding/xml"
	"io/fs"
	"net/http"
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
	"frontdoor/internal/store"
	"frontdoor/internal/web/bulletin"
	"frontdoor/internal/web/roomtest"
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
	*roomtest.World
	desk *desk.Desk
}

func newWorld(t *testing.T) *world {
	t.Helper()
	work := caseworktest.Open(t)
	place := *work.Place
	place.Folder = folder()
	work.Place = &place
	w := roomtest.Open(t, work, start, bulletin.Register)
	return &world{w, &desk.Desk{Desk: work, Texts: w.House.Texts, Site: w.House.Site.Base}}
}

// worker makes a worker of a team and signs them in.
func (w *world) worker(name, team, role string) (agency.Worker, *http.Cookie) {
	w.T.Helper()
	t, ok := w.desk.Place.Register.Team(team)
	if !ok {
		w.T.Fatalf("no team %s", team)
	}
	from := start.AddDate(-1, 0, 0)
	x := agency.Worker{
		ID: store.NewID(from), Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org", Agency: t.Agency,
		Memberships: []agency.Membership{{Team: team, Role: role, From: from}},
	}
	w.Must(w.desk.DB.Write(w.T.Context(), func(tx *store.Tx) error { return tx.PutWorker(x) }))
	return x, w.Cookie(x)
}

func (w *world) by(x agency.Worker) casework.By {
	return casework.ByWorker(x, &w.desk.Place.Register, w.Now())
}

// mails gives the mails that wait.
func (w *world) mails() []post.Mail {
	w.T.Helper()
	var out post.Outbox
	ctx := w.T.Context()
	p := (&post.Post{Desk: w.desk.Desk, Site: w.desk.Site, Send: out.Send, Now: w.Now}).Job()
	batches := w.desk.Batches(out.Send, w.Now)
	run := func() error {
		stop := make(chan struct{})
		ctx, cancel := contextUntil(ctx, stop)
		defer cancel()
		go func() {
			defer close(stop)
			for {
				var c store.JobCounts
				if err := w.desk.DB.Read(ctx, func(tx *store.Tx) (err error) { c, err = tx.JobCounts(w.Now()); return err }); err != nil || c.Running == 0 && c.Oldest.IsZero() {
					return
				}
				time.Sleep(2 * time.Millisecond)
			}
		}()
		return w.desk.DB.RunJobs(ctx, w.Now, map[string]store.Handler{casework.MailJob: p, desk.BatchJob: batches})
	}
	w.Must(run())
	return out.All()
}

var link = regexp.MustCompile(`https://frontdoor\.example(/\S+)`)

func TestTheNewsletterFromTheFirstAskToTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Get(nil, "/newsletter", 200, "Get our newsletter by email", "Parents and carers")
	half := url.Values{"email": {"pat@example.org"}, "audience": {"parents"}}
	w.Post(nil, "/newsletter", half, 422, "Choose what you want to hear about", `value="pat@example.org"`, `value="parents" checked`, "There is a problem")
	full := url.Values{"email": {"pat@example.org"}, "audience": {"parents"}, "topic": {"news"}}
	for range 2 { // known or not, the answer is the same
		got := w.Post(nil, "/newsletter", full, http.StatusSeeOther)
		if to := got.Header().Get("Location"); to != "/newsletter?sent" {
			t.Errorf("leads to %s", to)
		}
	}
	w.Get(nil, "/newsletter?sent", 200, "Look in your email", "!pat@")
	mails := w.mails()
	if len(mails) != 2 {
		t.Fatalf("%+v", mails)
	}
	confirm := link.FindStringSubmatch(mails[0].Text)[1]
	w.Get(nil, confirm, 200, "Press the button") // a mail program that looks at links confirms nothing
	done := w.Post(nil, confirm, nil, 200, "You will get the newsletter").Body.String()
	w.Post(nil, confirm, nil, 404, "This link does not work")
	leave := regexp.MustCompile(`/newsletter/leave/[\w-]+`).FindString(done)
	w.Get(nil, leave, 200, "Leave the newsletter", "Save my choices", "!pat@")
	choices := strings.Replace(leave, "/leave/", "/choices/", 1)
	w.Post(nil, choices, url.Values{"audience": {"parents"}}, 422, "Choose what you want to hear about")
	w.Post(nil, choices, url.Values{"audience": {"parents"}, "topic": {"manual"}}, http.StatusSeeOther)
	w.Get(nil, leave, 200, `value="manual" checked`)
	w.Post(nil, strings.Replace(choices, "choices/", "choices/x", 1), full, 404)

	// What a mail program does by itself (RFC 8058): no cookie, no origin, one press.
	w.Post(nil, leave, url.Values{"List-Unsubscribe": {"One-Click"}}, 200, "You have left")
	w.Post(nil, leave, url.Values{"List-Unsubscribe": {"One-Click"}}, 200, "You have left")
	w.Get(nil, leave, 200, "You do not get the newsletter")

	for range 8 {
		w.Post(nil, "/newsletter", full, http.StatusSeeOther)
	}
	w.Post(nil, "/newsletter", full, 422, "Wait an hour", `value="pat@example.org"`)
}

func TestAnIssueIsWrittenSentAndRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	_, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	_, officer := w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
	for _, path := range []string{"/newsletter/write", "/newsletter/write/new", "/suggestions", "/releases", "/releases/new", "/releases/nominations", "/releases/nominations/essex_police"} {
		w.Get(officer, path, 403)
		w.Get(nil, path, 401)
	}
	w.Get(editor, "/newsletter/write/nothing", 404)
	w.Get(nil, "/newsletter/issues", 200, "No newsletter has been sent yet")
	w.Get(nil, "/newsletter/issues/1", 404)

	half := url.Values{"revision": {"0"}, "intro": {"Kept <b>words</b>."}, "more": {"parents/nowhere"}, "topic": {"news"}}
	w.Post(editor, "/newsletter/write/new", half, 422, "Give the issue a title", "There is no page parents/nowhere", "Kept &lt;b&gt;words", `value="parents/nowhere"`, `value="news" checked`)
	full := url.Values{
		"revision": {"0"}, "title": {"Winter"}, "intro": {"Hello <script>alert(1)</script>. See [neglect](manual:neglect)."}, "more": {"/parents/alcohol"},
		"audience": {"parents"}, "topic": {"news"},
	}
	w.Post(editor, "/newsletter/write/new", full, 422, "HTML is not used here", "&lt;script&gt;", "!<script>alert")
	full.Set("intro", "Hello. See [neglect](manual:neglect).")
	preview := w.Post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	w.Get(editor, preview, 200, "Subject: Newsletter, December 2026", "* Alcohol", "!Send to everyone", "A second person who may publish")
	at := strings.TrimSuffix(preview, "/preview")
	w.Get(editor, at, 200, `value="parents/alcohol" checked`, `name="revision" value="1"`)
	w.Get(manager, preview, 200, "Send to everyone who wants it")
	w.Post(editor, at+"/send", url.Values{"revision": {"1"}}, 403)
	w.Post(manager, at+"/send", url.Values{"revision": {"7"}}, 422, "Somebody else changed this")
	w.Post(manager, at+"/send", url.Values{"revision": {"1"}}, http.StatusSeeOther)
	w.Get(manager, preview, 200, "0 taken by the mail server", "We do not track readers", "!Send to everyone")
	w.Get(editor, at, http.StatusSeeOther)
	w.Get(manager, "/newsletter/write", 200, "Winter", "Ann Manager")

	w.Get(nil, "/newsletter/issues", 200, "Winter", "/newsletter/issues/1")
	w.Get(nil, "/newsletter/issues/1", 200, `href="/manual/neglect"`, `href="/parents/alcohol"`)
	got := w.Get(nil, "/newsletter.atom", 200, "https://frontdoor.example/newsletter/issues/1")
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Updated string   `xml:"updated"`
		Entries []struct {
			Title string `xml:"title"`
		} `xml:"entry"`
	}
	w.Must(xml.Unmarshal(got.Body.Bytes(), &feed))
	if len(feed.Entries) != 1 || feed.Entries[0].Title != "Winter" || feed.Updated != "2026-12-16T10:00:00Z" || !strings.HasPrefix(got.Header().Get("Content-Type"), "application/atom+xml") {
		t.Errorf("%+v", feed)
	}
}

func TestASuggestionFromASectionToItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	_, officer := w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
	w.Get(nil, "/suggest?to=manual/neglect%23signs", 200, "Neglect: Signs", "Do not write about a child", "call 999", `href="/contact"`, "Your email address")
	w.Get(nil, "/suggest?to=page:parents/alcohol", 200, "Alcohol")
	w.Get(nil, "/suggest?to=manual:neglect", 200, "Neglect")
	w.Get(nil, "/suggest", 200, "The site as a whole")
	w.Get(nil, "/suggest?to=manual", 200, "Procedures")
	w.Get(nil, "/suggest?to=manual/neglect%23gone", 200, "Neglect")
	w.Get(nil, "/suggest?to=parents/nothing", 404)
	w.Get(officer, "/suggest?to=manual/neglect", 200, "!Your email address", "Olga Officer")
	form := url.Values{"to": {"manual/neglect#signs"}, "words": {"Say it <i>plainly</i>."}, "email": {"pat"}}
	w.Post(nil, "/suggest", form, 422, "Enter an email address", "Say it &lt;i&gt;plainly", `value="manual/neglect#signs"`)
	form.Set("email", "pat@example.org")
	answer := w.Post(nil, "/suggest", form, http.StatusSeeOther).Header().Get("Location")
	w.Get(nil, answer, 200, "We have it.", "Neglect: Signs", "!plainly", "!pat@")
	w.Get(nil, "/suggest/answer/nonsense", 404)

	list := w.Get(editor, "/suggestions?state=new", 200, "Neglect: Signs", "New: 1").Body.String()
	at := regexp.MustCompile(`/suggestions/[0-9a-f-]{36}`).FindString(list)
	w.Get(officer, at, 404)
	w.Get(nil, at, 401)
	w.Get(editor, "/suggestions?state=declined", 200, "There is none")
	w.Get(editor, at, 200, "Say it &lt;i&gt;plainly", "who is told by mail", "!pat@")
	w.Post(editor, at, url.Values{"seq": {"0"}, "state": {"declined"}, "note": {""}}, 422, "Write why", `value="declined" checked`)
	w.Post(editor, at, url.Values{"seq": {"0"}, "state": {"group"}, "assigned": {"team:thurrock_front_door"}, "due": {"soon"}, "note": {"Look at it"}}, 422, "Enter the day by which they answer", "Look at it", `value="team:thurrock_front_door" selected`)
	w.Post(editor, at, url.Values{"seq": {"0"}, "state": {"group"}, "assigned": {"team:thurrock_front_door"}, "due": {"2027-01-20"}, "note": {"Look at it"}}, http.StatusSeeOther)
	w.Get(officer, "/suggestions", 200, "Neglect: Signs", "!New: ")
	w.Get(officer, at, 200, "Look at it", "!Decline it")
	w.Post(officer, at, url.Values{"seq": {"1"}, "note": {"I agree."}}, http.StatusSeeOther)
	w.Post(officer, at, url.Values{"seq": {"2"}, "state": {"accepted"}}, 403)
	w.Post(editor, at, url.Values{"seq": {"2"}, "state": {"accepted"}, "note": {"Thank you, we will."}}, http.StatusSeeOther)
	w.Get(nil, answer, 200, "We agree", "Thank you, we will.", "!Look at it", "!I agree.")
	if mails := w.mails(); len(mails) != 1 || !strings.Contains(mails[0].Text, "https://frontdoor.example"+answer) {
		t.Errorf("%+v", mails)
	}

	w.Post(officer, "/suggest", url.Values{"to": {"parents/alcohol"}, "words": {"More."}}, http.StatusSeeOther)
	w.Get(officer, "/suggest/mine", 200, "Alcohol", "We have it.")
	w.Get(editor, "/suggest/mine", 200, "You have suggested nothing yet")
	for range 5 {
		w.Post(nil, "/suggest", url.Values{"words": {"x"}}, http.StatusSeeOther)
		if w.Later(time.Minute); w.Now().Sub(start) == 4*time.Minute {
			break
		}
	}
	w.Post(nil, "/suggest", url.Values{"words": {"one too many"}}, 422, "Wait an hour", "one too many")
}

func TestAReleaseIsPassedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	head, cookie := w.worker("Hope Head", "thurrock_schools", "referrer")
	teacher, other := w.worker("Tom Teacher", "thurrock_schools", "referrer")
	w.Get(cookie, "/releases", 403)
	w.Get(manager, "/releases/nominations", 200, "Nobody")
	w.Get(manager, "/releases/nominations/thurrock_schools", 200, "Hope Head", "Tom Teacher")
	w.Get(manager, "/releases/nominations/nowhere", 404)
	w.Post(manager, "/releases/nominations/thurrock_schools", url.Values{"nominated": {"nobody"}}, 422, "Choose somebody who works for this agency")
	w.Post(manager, "/releases/nominations/thurrock_schools", url.Values{"nominated": {head.ID}, "stand_in": {teacher.ID}, "lead": {""}}, http.StatusSeeOther)
	w.Post(cookie, "/releases/nominations/thurrock_schools", url.Values{"nominated": {""}}, 403)
	w.Get(cookie, "/releases", 200, "There is nothing to pass on yet", `href="/releases"`, "!Mark a page")
	w.Post(manager, "/releases/new", url.Values{"about": {"parents/nowhere"}, "what": {"Kept."}}, 422, "Enter the address of a page", "Write what people do differently", "Kept.")
	at := w.Post(manager, "/releases/new", url.Values{"about": {"/parents/alcohol"}, "summary": {"New words."}, "what": {"A number."}, "effect": {"=Give it."}}, http.StatusSeeOther).Header().Get("Location")
	w.Get(cookie, "/releases", 200, "Alcohol", "New words.", "Told", "Schools and early years in Thurrock", "!Nobody nominated")
	w.Get(cookie, at, 200, "A number.", "I have passed this on", "Which teams", "!Essex Police", "!CSV")
	table := strings.Replace(at, "/releases/", "/releases/csv/", 1)
	w.Get(cookie, table, 403)
	w.Post(cookie, at, url.Values{"agency": {"thurrock_schools"}}, 422, "Choose the teams you passed it on to")
	w.Post(cookie, at, url.Values{"agency": {"essex_police"}, "note": {"All"}}, 404)
	w.Post(cookie, at, url.Values{"agency": {"thurrock_schools"}, "team": {"thurrock_schools"}, "note": {"=cmd"}}, http.StatusSeeOther)
	w.Get(other, at, 200, "Passed on: 16 Dec 2026", "!I have passed this on")
	w.Get(manager, at, 200, "Essex Police", "Nobody nominated", "Hope Head", "Passed on in 1 of")
	csv := w.Get(manager, table, 200, "Agency,State,Nominated", "Safeguarding leads of schools and early years in Thurrock; =cmd").Body.String()
	if strings.Contains(csv, ",=") || strings.Contains(csv, "\n=") {
		t.Errorf("a spreadsheet would reckon with it: %s", csv)
	}
	w.Get(manager, "/releases", 200, "1 of ", "Mark a page that must be passed on")
	w.Must(w.desk.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.MarkLeft(head.ID, w.Now()) }))
	w.Get(manager, "/releases/nominations", 200, "Has left: nobody", "!Hope Head")
	w.Get(manager, "/releases/nothing", 404)
}

// Every page stands in a real browser, without a fault that axe finds.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
	x, manager := w.worker("Ann Manager", "partnership_office", "partnership_manager")
	head, cookie := w.worker("Hope Head", "thurrock_schools", "referrer")
	ctx := t.Context()
	w.Must(w.desk.Nominate(ctx, w.by(x), "thurrock_schools", store.PlaceNominated, head.ID))
	rel, err := w.desk.MarkPiece(ctx, w.by(x), desk.Marked{About: "parents/alcohol", Summary: "New words.", What: "A number.", Effect: "Give it."})
	w.Must(err)
	full := url.Values{"revision": {"0"}, "title": {"Winter"}, "intro": {"Hello. See [neglect](manual:neglect)."}, "more": {"parents/alcohol"}, "audience": {"parents"}, "topic": {"news"}}
	preview := w.Post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	w.Post(manager, strings.Replace(preview, "/preview", "/send", 1), url.Values{"revision": {"1"}}, http.StatusSeeOther)
	draft := w.Post(editor, "/newsletter/write/new", full, http.StatusSeeOther).Header().Get("Location")
	answer := w.Post(nil, "/suggest", url.Values{"to": {"manual/neglect#signs"}, "words": {"Say it plainly."}}, http.StatusSeeOther).Header().Get("Location")
	suggestion := regexp.MustCompile(`/suggestions/[0-9a-f-]{36}`).FindString(w.Get(editor, "/suggestions", 200).Body.String())
	w.Post(editor, suggestion, url.Values{"seq": {"0"}, "state": {"accepted"}, "note": {"We will."}}, http.StatusSeeOther)

	server := w.Serve()
	p := webtest.Browser(t)
	look := func(c *http.Cookie, paths ...string) {
		p.Open(server + "/nowhere")
		if c != nil {
			p.As(c)
		}
		for _, path := range paths {
			if status := p.Open(server + path); status != 200 {
				t.Fatalf("%s: status %d", path, status)
			}
			p.Check()
		}
	}
	look(nil, "/newsletter", "/newsletter?sent", "/newsletter/confirm/x", "/newsletter/leave/x", "/newsletter/issues", "/newsletter/issues/1", "/suggest?to=manual/neglect%23signs", answer)
	p.Open(server + "/newsletter")
	p.Fill("#email", "pat")
	p.Follow("form[action='/newsletter'] button")
	p.WaitText("main", "There is a problem")
	p.Check()
	look(cookie, "/releases", "/releases/"+rel.ID, "/suggest/mine")
	look(manager, "/releases", "/releases/"+rel.ID, "/releases/new", "/releases/nominations", "/releases/nominations/thurrock_schools")
	look(editor, "/newsletter/write", preview, draft, strings.TrimSuffix(draft, "/preview"), "/suggestions", suggestion)
	p.Shot("bulletin-suggestion")
}
