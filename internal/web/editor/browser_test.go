package editor_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdoor/internal/publishing"
	"frontdoor/internal/web/webtest"
)

const manager = "partnership_manager"

// seat is a person of the room at a browser.
type seat struct {
	*webtest.Page
	t  testing.TB
	at string
}

// sit opens a browser that is signed in as the person.
func (p *person) sit(at string) *seat {
	p.T.Helper()
	s := &seat{webtest.Browser(p.T), p.T, at}
	s.Width(webtest.Narrow)
	s.Open(at + "/nowhere")
	s.As(p.cookie)
	return s
}

// look checks the page that is open, on the narrowest phone and, where two
// columns stand side by side, on a desktop too.
func (s *seat) look(name string, says ...string) {
	s.t.Helper()
	s.Look("editor-"+name, says...)
}

func (s *seat) open(path, name string, says ...string) {
	s.t.Helper()
	if status := s.Open(s.at + path); status != http.StatusOK {
		s.t.Fatalf("%s: status %d", path, status)
	}
	s.look(name, says...)
}

// asked asks for review of a text with more at its end, and gives the change.
func (p *person) asked(name, more, why string) string {
	p.T.Helper()
	f := p.form(name)
	f.Set("content", strings.TrimRight(f.Get("content"), "\n")+"\n\n"+more+"\n")
	f.Set("why", why)
	f.Set("do", "ask")
	change, _, _ := strings.Cut(p.post("/texts/edit", http.StatusSeeOther, f), "?")
	return change
}

// Every state of the room can be read by everyone, on the narrowest phone too.
func TestEveryPageInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.Serve()
	ana, ben := w.person("Ana Writer", manager), w.person("Ben Second", manager)

	s := ana.sit(server)
	s.open("/texts", "desk-empty", "Nothing waits for anyone.", "You have no drafts.")
	page := ana.asked(alcohol, "You are not alone.", "Parents said that the page is cold.")
	chapter := ana.asked(neglect, "Look at the whole week.", "A review asked for it.")
	s.open(page, "change-own", "someone else must look at it")
	s.open("/texts/edit?file="+url.QueryEscape(alcohol), "edit", "A change to this text is open")
	s.Wait(".fd-toolbar")

	// What is wrong is shown beside what is typed, and again above it.
	s.Eval(`(() => { const e = document.querySelector('textarea[name=content]'); e.focus(); e.setSelectionRange(e.value.length, e.value.length); document.execCommand('insertText', false, '\n## More {#more}\n\n[a trap](javascript:alert(1)) and [gone](page:parents/no-such-page)\n'); return '' })()`)
	s.WaitText("#preview", "Put right before it can be published")
	s.WaitText("[data-autosave-status]", "Saved")
	s.look("edit-preview")
	s.Width(webtest.Desktop)
	s.look("edit-preview")
	s.Width(webtest.Narrow)
	s.Follow("button[value=ask]")
	s.look("edit-faults", "There is a problem", "no-such-page")
	s.open("/texts", "desk", "Parents said that the page is cold.", "Your child and alcohol")

	s.open("/texts/files", "files", "Neglect")
	s.open("/texts/new", "new")
	s.Follow("main form button")
	s.look("new-errors", "There is a problem", "Enter a title")
	s.open("/texts/move?file="+url.QueryEscape(alcohol), "move")
	s.open("/texts/links", "links", "addresses")
	s.open("/texts/upload", "upload")
	s.Follow("main form button[type=submit]")
	s.look("upload-errors", "Choose a picture or a PDF")
	s.open("/texts/import", "import")
	s.Follow("main form button[type=submit]")
	s.look("import-errors", "Choose a Word document")
	ours := filepath.Join(t.TempDir(), "ours.md")
	if err := os.WriteFile(ours, []byte("# Neglect\n\nOur own words.\n\n## What to do {#ours}\n\nAct.\n\n# 2. Swimming lessons\n\nWatch.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Upload("input[type=file]", ours)
	s.Follow("main form button[type=submit]")
	s.Eval(`(document.querySelectorAll('main details').forEach(e => { e.open = true }), '')`)
	s.look("import-result", "Swimming lessons", "Numbers were taken off")
	s.Fill("[name=content-1]", "Watch <b>them</b>.")
	s.Eval(`(document.querySelector('[name=where-1]').value = 'neglect', '')`)
	s.Follow("main form button[type=submit]")
	s.look("import-faults", "Two chapters would go to one place", "To put right before it can be published", "HTML is not used here")

	// The second person.
	s = ben.sit(server)
	s.open(page, "change", "You are not alone.", "Decide")
	s.Follow("button[value=decline]")
	s.look("change-errors", "There is a problem")
	ben.post(page, http.StatusSeeOther, url.Values{"do": {"publish"}})
	ben.post(chapter, http.StatusSeeOther, url.Values{"do": {"approve"}})
	s.open(page, "change-done", "In force", "Ben Second published it")
	s.open("/texts/history?file="+url.QueryEscape(alcohol), "history", "In force")
	s.open("/texts/edition", "edition", "Neglect")
	s.Eval(`(document.querySelectorAll('main details').forEach(e => { e.open = true }), '')`)
	s.Follow("main form button[type=submit]")
	s.look("edition-errors", "There is a problem")

	// Without script the page keeps and shows what was typed.
	s.NoScript()
	s.open("/texts/edit?file="+url.QueryEscape(alcohol), "edit-plain", "What do you change, and why?")
	s.Follow("button[value=look]")
	s.look("edit-plain-kept", "You are not alone.")
	if _, has, err := w.House.Texts.Draft(t.Context(), publishing.By{Worker: ben.who, Now: w.Now()}, alcohol); err != nil || !has {
		t.Errorf("the draft was not kept: %v", err)
	}
}
