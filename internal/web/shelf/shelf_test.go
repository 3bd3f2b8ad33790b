package shelf_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web/read"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/shelf"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room on a real database, with a manual of three chapters.
type world struct{ *roomtest.World }

const front = "---\ntitle: %TITLE%\nsummary: About %TITLE%.\nowner: Group\nchecked: 2026-01-02\nreview: 2027-01-02\n---\n\n"

func page(title, text string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.ReplaceAll(front, "%TITLE%", title) + text)}
}

// texts are the files of a small partnership: its own guidance over the shipped
// contacts.
func texts(t *testing.T, manual string) fstest.MapFS {
	t.Helper()
	contacts, err := fs.ReadFile(caseworktest.Partnership().Folder, "contacts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"contacts.yaml":                          {Data: contacts},
		"guidance/manual/manual.yaml":            {Data: []byte(manual)},
		"guidance/manual/neglect.md":             page("Neglect", "## Signs {#signs}\n\nLook at the child. [Roles](manual:roles#who) {contact:thurrock_mash}\n\n## Then {#then}\n\n- [ ] Write it down\n\n| Who | What |\n| --- | --- |\n| Police | Ask |\n"),
		"guidance/manual/roles.md":               page("Roles", "## Who {#who}\n\nAll of us.\n"),
		"guidance/pages/parents/sleep.md":        {Data: []byte(strings.Replace(strings.ReplaceAll(front, "%TITLE%", "Sleep"), "owner", "kind: checklist\nowner", 1) + "- [ ] On the back\n- [ ] In a clear cot\n")},
		"guidance/pages/professionals/secret.md": page("A page that is not kept", "Words.\n"),
	}
}

const firstManual = `title: Procedures
standing: Ours
editions:
  - {key: "2026-03", title: Second edition, from: 2026-03-10, replaces: "2025-09", summary: What is new, changes: [{chapter: neglect, what: The table is new, effect: Ask the police first, roles: [mash_manager, Head teachers]}, {chapter: roles, what: Shorter, effect: Nothing}]}
  - {key: "2025-09", title: First edition, from: 2025-09-01, summary: The beginning}
parts: [{key: a, title: Part A, chapters: [neglect, roles]}]
`

func newWorld(t *testing.T, files fs.FS) *world {
	t.Helper()
	desk := caseworktest.Open(t)
	place := *caseworktest.Partnership()
	place.Folder = files
	desk.Place = &place
	w := &world{roomtest.Open(t, desk, caseworktest.Start, read.Register, shelf.Register)}
	w.House.Site.ExitHref = "/nowhere"
	w.Must(w.House.Texts.Ship(t.Context(), w.Now().AddDate(-1, 0, 0)))
	return w
}

// publish puts a new text in force as its editor and a second person do: as a
// correction, or with an edition.
func (w *world) publish(name string, text *fstest.MapFile, edition *guidance.Edition) {
	w.T.Helper()
	ctx := w.T.Context()
	editor := caseworktest.Worker(w.T, w.Desk, "Eve Editor "+name, "partnership_editor", "thurrock", "")
	second := caseworktest.Worker(w.T, w.Desk, "Sam Second "+name, "partnership_manager", "thurrock", "")
	by := func(who agency.Worker) publishing.By {
		return publishing.By{Worker: who, Now: w.Now(), Route: "POST /texts"}
	}
	base, _, err := w.House.Texts.Begin(ctx, name)
	if err != nil {
		w.T.Fatal(err)
	}
	c, err := w.House.Texts.Ask(ctx, by(editor), publishing.Proposal{Name: name, Content: text.Data, Base: base.Change, Why: "Because."})
	if err != nil {
		w.T.Fatal(err)
	}
	if edition == nil {
		err = w.House.Texts.Correct(ctx, by(second), "A word was wrong.", c.ID)
	} else if err = w.House.Texts.Approve(ctx, by(second), c.ID); err == nil {
		err = w.House.Texts.Release(ctx, by(second), *edition)
	}
	if err != nil {
		w.T.Fatal(err)
	}
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	for path, want := range map[string][3]string{
		"/manual.pdf":                       {"application/pdf", "%PDF-", "manual-2026-03.pdf"},
		"/manual.pdf?edition=2025-09":       {"application/pdf", "%PDF-", "manual-2025-09.pdf"},
		"/manual.pdf?on=2025-12-24":         {"application/pdf", "%PDF-", "manual-2025-09.pdf"},
		"/manual.pdf?on=2025-01-01":         {"application/pdf", "%PDF-", "manual-2025-09.pdf"}, // before the first edition, of which it is the text
		"/manual/neglect/pdf":               {"application/pdf", "%PDF-", "neglect-2026-03.pdf"},
		"/manual.epub":                      {"application/epub+zip", "PK", "manual-2026-03.epub"},
		"/manual/roles/pdf?on=2026-03-17":   {"application/pdf", "%PDF-", "roles-2026-03.pdf"},
		"/manual/roles/pdf?edition=2025-09": {"application/pdf", "%PDF-", "roles-2025-09.pdf"},
	} {
		got := w.Get(nil, path, 200)
		if h := got.Header(); h.Get("Content-Type") != want[0] || !strings.HasPrefix(got.Body.String(), want[1]) || !strings.Contains(h.Get("Content-Disposition"), want[2]) {
			t.Errorf("%s: %v", path, h)
		}
	}
	first := w.Get(nil, "/manual/neglect/pdf", 200)
	r := httptest.NewRequest(http.MethodGet, "/manual/neglect/pdf", nil)
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if w.Handler.ServeHTTP(again, r); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("the same copy was sent again: %d", again.Code)
	}
	w.Get(nil, "/manual.pdf?edition=none", 404, "There is no edition of that name")
	w.Get(nil, "/manual.pdf?on=yesterday", 422, "Write the date")
	w.Get(nil, "/manual/none/pdf", 404, "There is no such chapter")
}

// The address in a copy is the one that tells whether it is current.
func TestIsThisCopyCurrent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	b := w.Get(nil, "/manual.epub", 200).Body.String()
	whole := address(t, b)
	w.Get(nil, whole, 200, "This copy is current", "Second edition", `href="/manual"`)
	w.Get(nil, "/manual/copy?edition=2026-03", 200, "This copy is current")
	w.Get(nil, "/manual/copy?edition=2026-03&chapter=neglect&text=000000000000", 200, "This copy is out of date", "corrected after", `href="/manual/neglect"`)
	w.Get(nil, "/manual/copy?edition=2025-09&chapter=neglect", 200, "This copy was replaced", "It was replaced on Tuesday 10 March 2026 by “Second edition”",
		"The table is new", "Ask the police first", "Front door manager, Head teachers", "!Shorter", "/manual/neglect/compare?from=2025-09&amp;to=2026-03")
	w.Get(nil, "/manual/copy?edition=2025-09", 200, "The table is new", "Shorter", "/manual/compare?from=2025-09&amp;to=2026-03")
	start := w.Now()
	w.Set(time.Date(2025, 8, 1, 12, 0, 0, 0, time.UTC))
	w.Get(nil, "/manual/copy?edition=2025-09", 200, "This copy is not in force yet", "Until then, no edition is in force.")
	w.Get(nil, "/manual/changes", 200, "Not in force yet", "!govuk-tag--green")
	w.Set(start)
	w.Get(nil, "/manual/copy", 422, "names its edition")
	w.Get(nil, "/manual/copy?edition=x", 404)
	w.Get(nil, "/manual/copy?edition=2026-03&chapter=x", 404)

	// A word is corrected without a new edition.
	w.Set(w.Now().Add(time.Hour))
	w.publish("guidance/manual/roles.md", page("Roles", "## Who {#who}\n\nEach of us.\n"), nil)
	w.Get(nil, whole, 200, "This copy is out of date", "was corrected after your copy was made", "Corrected on: Tuesday 17 March 2026.")
	w.Get(nil, "/manual/copy?edition=2026-03&chapter=neglect&text=000000000000", 200, "out of date", "!Corrected on")

	// The next edition is released, and comes into force.
	w.publish("guidance/manual/neglect.md", page("Neglect", "## Signs {#signs}\n\nLook at the child, and listen.\n"), &guidance.Edition{
		Key: "2026-04", Title: "Third edition", From: calendar.NewDate(2026, 4, 1), Summary: "Listening.",
		Changes: []guidance.Change{{Chapter: "neglect", What: "Listening is new", Effect: "Listen", Roles: []string{"edt_worker"}}},
	})
	w.Get(nil, "/manual/copy?edition=2026-04", 200, "This copy is not in force yet", "Wednesday 1 April 2026")
	w.Get(nil, "/manual.pdf?edition=2026-04", 200)
	w.Set(time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC))
	w.Get(nil, "/manual/copy?edition=2026-04", 200, "This copy is current")
	w.Get(nil, whole, 200, "This copy was replaced", "“Third edition”", "Listening is new")
	w.Get(nil, "/manual/copy?edition=2026-03&chapter=roles", 200, "This copy was replaced", "named no change")
	w.Get(nil, "/manual/changes", 200, "Third edition", "In force", "Listening is new", "/manual/compare?from=2026-03&amp;to=2026-04")
	w.Get(nil, "/manual/compare", 200, "Neglect", "Listening is new", "Not changed", "<li>Roles</li>", "!The table is new")
	w.Get(nil, "/manual/compare?from=2025-09", 200, "Listening is new", "The table is new", "Ask the police first")
	w.Get(nil, "/manual/neglect/compare", 200, "Listening is new", "added: </span>, and listen.</ins>",
		`id="signs"`, "Taken out", "<del><span class=\"govuk-visually-hidden\">removed: </span>Police | Ask</del>", `/manual/neglect?edition=2026-04`)
	w.Get(nil, "/manual/neglect/pdf?edition=2026-03", 200)
}

// address is the address in a book that tells whether it is current.
func address(t *testing.T, epub string) string {
	t.Helper()
	c := regexp.MustCompile(`manual/copy\?[^<"]+`).FindString(unpacked(t, epub, "EPUB/book.opf"))
	if c == "" {
		t.Fatal("the book does not say")
	}
	return "/" + strings.ReplaceAll(c, "&amp;", "&")
}

func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	w.Get(nil, "/manual/changes", 200, "Second edition", "In force", "First edition", "Replaced", "The table is new", "Shorter", "!for other roles")
	w.Get(nil, "/manual/changes?role=Head+teachers", 200, "You see what changed for Head teachers", "The table is new", "Shorter")
	w.Get(nil, "/manual/changes?role=edt_worker", 200, "!The table is new", "Shorter", "1 change is for other roles")
	w.Get(nil, "/manual/changes?role=all", 200, "The table is new", "Shorter")
	manager := w.Cookie(caseworktest.Worker(t, w.Desk, "Mina Manager", "mash_manager", "thurrock", ""))
	w.Get(manager, "/manual/changes", 200, "your own roles: Front door manager", "The table is new", "Mina Manager")
	officer := w.Cookie(caseworktest.Worker(t, w.Desk, "Olu Officer", "mash_officer", "thurrock", ""))
	w.Get(officer, "/manual/changes", 200, "!The table is new", "Shorter", "1 change is for other roles")
	w.Get(officer, "/manual/changes?role=all", 200, "The table is new")
	w.Get(officer, "/manual/changes?role=own", 200, "!The table is new")
}

func TestCompareWithoutChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	// The editors said what changed, and the words are the same: both are told.
	w.Get(nil, "/manual/compare?from=2025-09&to=2026-03", 200, "The same words", "The table is new", `href="/manual/neglect/compare?from=2025-09&amp;to=2026-03"`)
	w.Get(nil, "/manual/compare", 200, "“First edition”", "“Second edition”")
	w.Get(nil, "/manual/neglect/compare?from=2026-03&to=2025-09", 200, "The text is the same in both", "From “First edition”")
	w.Get(nil, "/manual/none/compare", 404)
	w.Get(nil, "/manual/compare?to=2025-09", 404, "There is no earlier edition")
	w.Get(nil, "/manual/compare?from=x", 404)
}

func TestKeptOnADevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	manager := w.Cookie(caseworktest.Worker(t, w.Desk, "Mina Manager", "mash_manager", "thurrock", ""))
	w.Get(nil, "/offline", 200, "Keep a copy on this device", "Procedures: 2 chapters", "Checklist: Sleep", "Nothing is kept until you press the button", "/manual.pdf", "offline.js")
	w.Get(manager, "/offline", 200, "Mina Manager")

	// What is kept is the same for everyone, and names nobody.
	plain := w.Get(nil, "/offline/bundle.json", 200).Body.String()
	if w.Get(manager, "/offline/bundle.json", 200, "!Mina").Body.String() != plain {
		t.Error("a worker is sent another copy")
	}
	var b struct {
		Version, Edition, Says, Made, Start string
		Pages                               map[string]string
		Assets                              []string
	}
	if err := json.Unmarshal([]byte(plain), &b); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"/manual":         {"Part A", `href="/manual/neglect"`, "You are not connected", "Tuesday 17 March 2026", "Second edition", `data-kept-made="2026-03-17"`},
		"/manual/neglect": {`<h2 id="signs"`, `href="/manual/roles#who"`, "01375 652802", "Write it down"},
		"/parents/sleep":  {"In a clear cot"},
		"/contacts": {
			`id="thurrock_mash"`, "Ring Thurrock MASH on 01375 652802 while it is open: Monday to Friday 09:00 to 16:30, closed on public holidays",
			"At all other times ring Thurrock Emergency Duty Team on 01375 372468.", `href="tel:999"`, "Not confirmed locally",
		},
		"/offline": {`href="/contacts"`, `href="/parents/sleep"`, "Remove the copy"},
	} {
		text := strings.Join(strings.Fields(b.Pages[path]), " ")
		for _, h := range want {
			if !strings.Contains(text, h) {
				t.Errorf("%s: no %q in %s", path, h, text)
			}
		}
		// Who answers depends on the hour, which a page that is kept does not know.
		for _, never := range []string{"Ring now", "open until", "is closed now", "Open now", "/sign-in", "Sign in"} {
			if strings.Contains(text, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
	}
	if _, ok := b.Pages["/professionals/secret"]; ok || len(b.Pages) != 7 {
		t.Errorf("%d pages are kept", len(b.Pages))
	}
	for _, a := range b.Assets {
		w.Get(nil, a, 200)
	}
	var v struct{ Version, Edition, Says string }
	if err := json.Unmarshal(w.Get(nil, "/offline/version.json", 200).Body.Bytes(), &v); err != nil || v.Version != b.Version || v.Edition != "2026-03" {
		t.Errorf("%v: %+v", err, v)
	}
	// The next day it is the same copy; a new word makes it another.
	version := func(w *world) string {
		if err := json.Unmarshal(w.Get(nil, "/offline/version.json", 200).Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		return v.Version
	}
	w.Set(w.Now().AddDate(0, 0, 1))
	if version(w) != b.Version {
		t.Error("a day made it another copy")
	}
	files := texts(t, firstManual)
	files["guidance/pages/parents/sleep.md"].Data = append(files["guidance/pages/parents/sleep.md"].Data, "- [ ] No pillow\n"...)
	if version(newWorld(t, files)) == b.Version {
		t.Error("a new word left it the same copy")
	}
}

func TestWorkerAndManifest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	got := w.Get(nil, "/sw.js", 200, "addEventListener('fetch'", "credentials: 'omit'")
	if h := got.Header(); h.Get("Content-Type") != "text/javascript; charset=utf-8" || h.Get("Cache-Control") != "no-cache" || h.Get("Service-Worker-Allowed") != "/" {
		t.Error(h)
	}
	var m struct {
		Name, Short string `json:"-"`
		Icons       []struct{ Src string }
	}
	body := w.Get(nil, "/manifest.webmanifest", 200, `"name":"Notes and links"`, "!child", "!Child", "!safeguarding", "!Frontdoor").Body.Bytes()
	if err := json.Unmarshal(body, &m); err != nil || len(m.Icons) != 3 {
		t.Fatalf("%v: %s", err, body)
	}
	for _, i := range m.Icons {
		if _, err := url.Parse(i.Src); err != nil {
			t.Error(err)
		}
		w.Get(nil, i.Src, 200)
	}
}
