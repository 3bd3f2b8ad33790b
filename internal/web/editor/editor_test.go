package editor_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/web/editor"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room on a real desk and database.
type world struct{ *roomtest.World }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{roomtest.Open(t, caseworktest.Open(t), caseworktest.Start.AddDate(1, 0, 0), editor.Register)}
	w.Must(w.House.Texts.Ship(t.Context(), w.Now()))
	return w
}

// person is a signed-in worker of a role.
type person struct {
	*world
	who    agency.Worker
	cookie *http.Cookie
}

func (w *world) person(name, role string) *person {
	w.T.Helper()
	who := caseworktest.Worker(w.T, w.Desk, name, role, "thurrock", "")
	return &person{world: w, who: who, cookie: w.Cookie(who)}
}

func (p *person) get(path string, status int, holds ...string) string {
	p.T.Helper()
	return p.Get(p.cookie, path, status, holds...).Body.String()
}

// post sends a form and gives where it leads, or the page when it stays.
func (p *person) post(path string, status int, form url.Values, holds ...string) string {
	p.T.Helper()
	got := p.Post(p.cookie, path, form, status, holds...)
	if to := got.Header().Get("Location"); to != "" {
		return to
	}
	return got.Body.String()
}

func (p *person) send(path string, status int, name string, data []byte, fields url.Values, holds ...string) string {
	p.T.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		_ = m.WriteField(k, v[0])
	}
	if name != "" {
		f, _ := m.CreateFormFile("file", name)
		_, _ = f.Write(data)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	got := p.Do(p.cookie, r, status, holds...)
	if to := got.Header().Get("Location"); to != "" {
		return to
	}
	return got.Body.String()
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(base|version)" value="([^"]*)"`)

// form is what the edit page of a file holds now, and its text.
func (p *person) form(name string) url.Values {
	p.T.Helper()
	page := p.get("/texts/edit?"+url.Values{"file": {name}}.Encode(), http.StatusOK)
	v := url.Values{"file": {name}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		v.Set(m[1], m[2])
	}
	lib, err := p.House.Texts.At(p.T.Context(), p.Now())
	if err != nil {
		p.T.Fatal(err)
	}
	text, _ := lib.File(strings.TrimPrefix(name, "guidance/"))
	v.Set("content", text)
	return v
}

const (
	alcohol = "guidance/pages/parents/alcohol.md"
	neglect = "guidance/manual/neglect.md"
)

func TestWhoComesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for role, status := range map[string]int{
		"partnership_editor": 200, "partnership_manager": 200, "mash_manager": 403, "mash_social_worker": 403, "referrer": 403, "administrator": 403,
	} {
		p := w.person(role, role)
		for _, path := range []string{"/texts", "/texts/files", "/texts/new", "/texts/upload", "/texts/import", "/texts/links"} {
			p.get(path, status)
		}
	}
}

// One writes, another publishes, readers see it, and the old text is still there.
func TestAChangeIsWrittenPublishedAndRestored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person("Ana Writer", "partnership_manager"), w.person("Ben Second", "partnership_manager")
	f := ana.form(alcohol)
	old := f.Get("content")
	f.Set("content", strings.TrimRight(old, "\n")+"\n\nYou are not alone.\n")
	f.Set("do", "look")
	ana.post("/texts/edit", http.StatusOK, f, "You are not alone.", "Reading age")
	f = ana.form(alcohol)
	f.Set("content", strings.TrimRight(old, "\n")+"\n\nYou are not alone.\n")
	f.Set("do", "ask")
	ana.post("/texts/edit", http.StatusUnprocessableEntity, f, "why-error", "You are not alone.")
	f = ana.form(alcohol)
	f.Set("content", strings.TrimRight(old, "\n")+"\n\nYou are not alone.\n")
	f.Set("do", "ask")
	f.Set("why", "Parents said that the page is cold.")
	to := ana.post("/texts/edit", http.StatusSeeOther, f)
	change, _, _ := strings.Cut(to, "?")
	ana.get(change, http.StatusOK, "someone else must look at it", "Waiting for a second person", `!value="publish"`)
	ana.post(change, http.StatusUnprocessableEntity, url.Values{"do": {"publish"}})
	ben.get("/texts", http.StatusOK, "Ana Writer", "Parents said that the page is cold.")
	ben.get(change, http.StatusOK, "<ins>", "You are not alone.", `value="publish"`)
	ben.post(change, http.StatusUnprocessableEntity, url.Values{"do": {"publish"}, "from": {"tomorrow"}}, "from-error")
	ben.post(change, http.StatusSeeOther, url.Values{"do": {"publish"}})
	ben.get(change, http.StatusOK, "In force", "Ben Second published it")
	if text := ana.form(alcohol).Get("content"); !strings.HasSuffix(text, "You are not alone.\n") {
		t.Error("readers do not see the change")
	}
	// Two writers at once: the second is told, and keeps what they typed.
	late := ben.form(alcohol)
	f = ana.form(alcohol)
	f.Set("content", old)
	f.Set("do", "ask")
	f.Set("why", "Back to before.")
	second, _, _ := strings.Cut(ana.post("/texts/edit", http.StatusSeeOther, f), "?")
	ben.post(second, http.StatusSeeOther, url.Values{"do": {"publish"}})
	late.Set("content", strings.TrimRight(old, "\n")+"\n\nMine.\n")
	late.Set("do", "ask")
	late.Set("why", "Mine.")
	ben.post("/texts/edit", http.StatusUnprocessableEntity, late, "has changed since you began", "Mine.", "I have seen it")

	history := ana.get("/texts/history?file="+url.QueryEscape(alcohol), http.StatusOK, "Parents said that the page is cold.", "Back to before.", "Replaced", "In force")
	if !strings.Contains(history, change) {
		t.Error("the first change is not in the history")
	}
	ana.post(strings.Replace(change, "/texts/change/", "/texts/restore/", 1), http.StatusSeeOther, url.Values{"reason": {"It was better."}})
}

func TestWhatIsWrongIsSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.person("Ana Writer", "partnership_editor")
	for typed, say := range map[string]string{
		"\n## More {#more}\n\n[a trap](javascript:alert(1))\n":          "Line ",
		"\n## More {#more}\n\n<script>alert(1)</script>\n":              "HTML",
		"\n## More {#more}\n\n[gone](page:parents/no-such-page)\n":      "no-such-page",
		"\n## More {#more}\n\nRing 01702 123456 any day of the week.\n": "Line ",
		"\n## More {#more}\n\n![](pictures/nothing.png)\n":              "Line ",
	} {
		f := ana.form(alcohol)
		f.Set("content", f.Get("content")+typed)
		f.Set("why", "A test of what is refused.")
		f.Set("do", "ask")
		page := ana.post("/texts/edit", http.StatusUnprocessableEntity, f, say, "Put right before it can be published")
		if strings.Contains(page, "<script>alert") || strings.Contains(page, `href="javascript`) {
			t.Errorf("%q came through", typed)
		}
		f = ana.form(alcohol)
		f.Set("do", "drop")
		ana.post("/texts/edit", http.StatusSeeOther, f)
	}
	ana.get("/texts/edit?file=nothing", http.StatusNotFound)
	ana.get("/texts/change/nothing", http.StatusNotFound)
	// Script keeps the draft; from another page of the same file it is told.
	f := ana.form(alcohol)
	f.Set("content", "x")
	ana.post("/texts/draft", http.StatusOK, f, `"version"`)
	ana.post("/texts/draft", http.StatusConflict, f, "error")
}

func TestANewPageAndAnotherAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person("Ana Writer", "partnership_editor"), w.person("Ben Second", "partnership_manager")
	ana.post("/texts/new", http.StatusUnprocessableEntity, url.Values{}, "kind-error", "title-error")
	ana.post("/texts/new", http.StatusUnprocessableEntity, url.Values{"kind": {"parents"}, "title": {"Alcohol"}}, "already")
	to := ana.post("/texts/new", http.StatusSeeOther, url.Values{"kind": {"professionals"}, "title": {`Our "new" clinic`}})
	ana.get(to, http.StatusOK, "Our \\&#34;new\\&#34; clinic")
	ana.get("/texts", http.StatusOK, "our-new-clinic")
	ana.get("/texts/move?file="+url.QueryEscape(alcohol), http.StatusOK, "Take it away")
	ana.post("/texts/move", http.StatusUnprocessableEntity, url.Values{"file": {alcohol}}, "what-error", "why-error")
	ana.post("/texts/move", http.StatusUnprocessableEntity, url.Values{"file": {alcohol}, "what": {"remove"}, "why": {"Old."}})
	move := ana.post("/texts/move", http.StatusSeeOther, url.Values{"file": {"guidance/pages/parents/activity-packs.md"}, "what": {"rename"}, "address": {"things-to-do"}, "why": {"Clearer."}})
	change, _, _ := strings.Cut(move, "?")
	for _, do := range []string{"publish", "approve", "decline", "correct"} {
		ana.post(change, http.StatusForbidden, url.Values{"do": {do}, "reason": {"x"}})
	}
	ben.get(change, http.StatusOK, "gives the text another address")
}

func TestAnEditionIsReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person("Ana Writer", "partnership_editor"), w.person("Ben Second", "partnership_manager")
	ana.get("/texts/edition", http.StatusForbidden)
	ben.get("/texts/edition", http.StatusOK, "No approved change waits")
	f := ana.form(neglect)
	f.Set("content", strings.TrimRight(f.Get("content"), "\n")+"\n\nLook at the whole week.\n")
	f.Set("why", "A review asked for it.")
	f.Set("do", "ask")
	change, _, _ := strings.Cut(ana.post("/texts/edit", http.StatusSeeOther, f), "?")
	ben.get(change, http.StatusOK, "Approve for the next edition", "Publish now as a correction")
	ben.post(change, http.StatusSeeOther, url.Values{"do": {"approve"}})
	ben.get("/texts", http.StatusOK, "Release an edition of the manual")
	ben.post("/texts/edition", http.StatusUnprocessableEntity, url.Values{"key": {"2027-04"}, "from": {"2027-04-01"}}, "title-error", "effect-neglect-error")
	ben.post("/texts/edition", http.StatusSeeOther, url.Values{
		"key": {"2027-04"}, "title": {"Procedures, April 2027"}, "from": {"2027-04-01"}, "summary": {"Neglect."},
		"what-neglect": {"The whole week."}, "effect-neglect": {"Ask about the weekend too."}, "roles-neglect": {"mash_social_worker"},
	})
	if strings.Contains(ana.form(neglect).Get("content"), "the whole week") {
		t.Error("the edition is in force before its day")
	}
	w.Set(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC))
	ana2 := w.person("Ana Again", "partnership_editor")
	if !strings.Contains(ana2.form(neglect).Get("content"), "the whole week") {
		t.Error("the edition is not in force on its day")
	}
}

func TestPicturesAndDocumentsComeIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person("Ana Writer", "partnership_editor"), w.person("Ben Second", "partnership_manager")
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	ana.send("/texts/upload", http.StatusUnprocessableEntity, "", nil, nil, "file-error", "why-error")
	ana.send("/texts/upload", http.StatusUnprocessableEntity, "x.png", []byte("<svg onload=alert(1)>"), url.Values{"why": {"x"}}, "file-error")
	ana.send("/texts/upload", http.StatusUnprocessableEntity, "x.svg", []byte("<svg/>"), url.Values{"why": {"x"}}, "file-error")
	change, _, _ := strings.Cut(ana.send("/texts/upload", http.StatusSeeOther, "Bus Map.PNG", dot.Bytes(), url.Values{"why": {"Ours."}}), "?")
	ben.get(change, http.StatusOK, "bus-map.png", "/texts/content/")
	ben.post(change, http.StatusSeeOther, url.Values{"do": {"publish"}})
	ana.get("/texts/upload", http.StatusOK, "[what it shows](pictures/bus-map.png)")
}

func TestAWordDocumentBecomesDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.person("Ana Writer", "partnership_editor")
	ana.send("/texts/import", http.StatusUnprocessableEntity, "", nil, nil, "Choose a Word document")
	ana.send("/texts/import", http.StatusUnprocessableEntity, "x.docx", make([]byte, 21<<20), nil, "larger than 20 MB")
	text := "# Neglect\n\nOur own words.\n\n## What to do {#ours}\n\nAct.\n\n# 2. Swimming lessons\n\nWatch.\n"
	ana.send("/texts/import", http.StatusOK, "ours.md", []byte(text), nil, "Our own words.", "In place of: Neglect", "Numbers were taken off")
	form := url.Values{
		"title-0": {"Neglect"}, "where-0": {"neglect"}, "content-0": {"Our own words.\n\n## What to do {#ours}\n\nAct.\n"},
		"title-1": {"Swimming lessons"}, "where-1": {"neglect"}, "content-1": {"Watch.\n"},
	}
	ana.post("/texts/import/keep", http.StatusUnprocessableEntity, form, "Two chapters would go to one place", "Watch.")
	form.Set("where-1", "new")
	ana.post("/texts/import/keep", http.StatusSeeOther, form)
	page := ana.get("/texts/edit?file="+url.QueryEscape(neglect), http.StatusOK, "Our own words.", "title: Neglect")
	if !strings.Contains(page, "What to do {#do}") {
		t.Error("a section lost the key that links to it use")
	}
	ana.get("/texts/edit?file="+url.QueryEscape("guidance/manual/swimming-lessons.md"), http.StatusOK, "Watch.")
	// A second import does not write over what is being written.
	ana.post("/texts/import/keep", http.StatusUnprocessableEntity, form, "You have a draft")
}
