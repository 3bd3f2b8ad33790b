// Package editor is the room where the partnership's own staff write what it
// publishes: pages, the manual, contacts, services and news. What one person
// writes another looks at before anyone reads it.
package editor

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

type desk struct{ *room.House }

// textBytes is what a form with a text may send; fileBytes one with a file.
const (
	textBytes = 4 << 20
	fileBytes = 24 << 20
)

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	d := &desk{h}
	on := func(pattern string, fn room.StaffHandler) {
		mux.Handle(pattern, web.Allow(textBytes, time.Minute, h.Staff(d.writers(fn))))
	}
	on("GET /texts", d.start)
	on("GET /texts/files", d.files)
	on("GET /texts/new", d.newForm)
	on("POST /texts/new", d.newDo)
	on("GET /texts/edit", d.edit)
	on("POST /texts/edit", d.editDo)
	on("POST /texts/draft", d.keep)
	on("POST /texts/preview", d.preview)
	on("GET /texts/history", d.history)
	on("GET /texts/move", d.move)
	on("POST /texts/move", d.moveDo)
	on("GET /texts/change/{change}", d.change)
	on("POST /texts/change/{change}", d.changeDo)
	on("POST /texts/restore/{change}", d.restore)
	on("GET /texts/content/{change}", d.content)
	on("GET /texts/edition", d.edition)
	on("POST /texts/edition", d.editionDo)
	on("GET /texts/upload", d.upload)
	mux.Handle("POST /texts/upload", web.Allow(fileBytes, 2*time.Minute, h.Staff(d.writers(d.uploadDo))))
	on("GET /texts/list", d.entries)
	on("POST /texts/list", d.listDo)
	on("GET /texts/entry", d.entry)
	on("POST /texts/entry", d.entryDo)
	on("GET /texts/links", d.links)
	on("POST /texts/links", d.linksDo)
	on("GET /texts/import", d.intake)
	mux.Handle("POST /texts/import", web.Allow(fileBytes, 2*time.Minute, h.Staff(d.writers(d.intakeDo))))
	on("POST /texts/import/keep", d.intakeKeep)
}

var errRole = fault.New(fault.Forbidden, "Your role does not write the partnership’s texts. To suggest a change, use “Suggest a change” on the page.")

// writers lets in those who write texts or look at what others wrote.
func (d *desk) writers(fn room.StaffHandler) room.StaffHandler {
	return func(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
		if !a.May(d.House, publishing.PowerWrite) && !a.May(d.House, publishing.PowerPublish) {
			return errRole
		}
		return fn(w, r, a)
	}
}

func by(r *http.Request, a *room.Asker) publishing.By {
	return publishing.By{Worker: a.Worker, Now: a.By.Now, Route: r.Pattern}
}

// chrome frames a page of the room.
func (d *desk) chrome(r *http.Request, a *room.Asker, title string, crumbs ...parts.Link) web.Chrome {
	c := d.StaffChrome(r, a, title)
	if r.URL.Path != "/texts" {
		c.Breadcrumbs = append([]parts.Link{{Text: "Texts", Href: "/texts"}}, crumbs...)
	}
	if done, ok := doneWords[r.URL.Query().Get("done")]; ok && r.Method == http.MethodGet {
		c.Notice, c.NoticeDone = done, true
	}
	return c
}

// doneWords say what just happened.
var doneWords = map[string]string{
	"asked":     "Sent for a second person to look at. Nobody else sees it until it is published.",
	"published": "Published.",
	"scheduled": "It is published on the day you chose, at midnight.",
	"approved":  "Approved. It comes into force with the next edition of the manual.",
	"corrected": "Corrected in the edition in force.",
	"declined":  "Declined. Whoever wrote it sees your reason.",
	"withdrawn": "Taken back.",
	"released":  "The edition is released.",
	"uploaded":  "Sent for a second person to look at. Once it is published, pages can use it.",
	"imported":  "Kept as your drafts. Nothing is published. Look at each, then ask for review.",
	"dropped":   "The draft is gone.",
	"kept":      "Kept in your draft. Ask for review when you have changed all you want.",
	"restored":  "The old text was sent for a second person to look at.",
}

// library is what readers see now.
func (d *desk) library(r *http.Request) (*guidance.Library, error) {
	return d.Texts.At(r.Context(), web.Now(r))
}

// names finds what people and files are called on the pages of the room.
type names struct {
	d      *desk
	ctx    context.Context
	lib    *guidance.Library
	people map[string]string
}

func (d *desk) names(r *http.Request) (*names, error) {
	lib, err := d.library(r)
	return &names{d: d, ctx: r.Context(), lib: lib, people: map[string]string{publishing.Program: "the program"}}, err
}

// person is the name of a worker.
func (n *names) person(id string) string {
	if name, ok := n.people[id]; ok {
		return name
	}
	name := "a worker who left"
	_ = n.d.Desk.DB.Read(n.ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err == nil {
			name = w.Name
		}
		return err
	})
	n.people[id] = name
	return name
}

// file is what a file is called: a page's title, or else its name.
func (n *names) file(name string) string {
	if p := page(n.lib, name); p != nil && p.Title != "" {
		return p.Title
	}
	if words, ok := fileWords[name]; ok {
		return words
	}
	return strings.TrimPrefix(name, "guidance/")
}

// fileWords are the names of the files that are no pages.
var fileWords = map[string]string{
	"contacts.yaml":               "Who to call",
	"guidance/services.yaml":      "Services directory",
	"guidance/documents.yaml":     "Documents library",
	"guidance/facts.yaml":         "Dated facts",
	"guidance/glossary.yaml":      "Glossary",
	"guidance/synonyms.yaml":      "Words people search for",
	"guidance/urgent.yaml":        "Searches that show help first",
	"guidance/thresholds.yaml":    "Threshold aid",
	"guidance/topics.yaml":        "Topics",
	"guidance/manual/manual.yaml": "Order and editions of the manual",
}

// page is the page, chapter or news of a file; nil when it is none of them.
func page(lib *guidance.Library, name string) *guidance.Page {
	inside := strings.TrimPrefix(name, "guidance/")
	for _, list := range [][]*guidance.Page{lib.Pages, lib.Chapters, lib.News} {
		for _, p := range list {
			if p.File == inside {
				return p
			}
		}
	}
	return nil
}

func editHref(name string) string    { return "/texts/edit?" + url.Values{"file": {name}}.Encode() }
func historyHref(name string) string { return "/texts/history?" + url.Values{"file": {name}}.Encode() }
func changeHref(id string) string    { return "/texts/change/" + url.PathEscape(id) }

func isManual(name string) bool { return strings.HasPrefix(name, "guidance/manual/") }

func isText(name string) bool {
	ext := path.Ext(name)
	return ext == ".md" || ext == ".yaml"
}

// stateWords say where a change stands.
func stateWords(c publishing.Change) (string, string) {
	switch c.State {
	case publishing.Asked:
		return "Waiting for a second person", "yellow"
	case publishing.Approved:
		return "Approved for the next edition", "blue"
	case publishing.Declined:
		return "Declined", "red"
	case publishing.Withdrawn:
		return "Taken back", "grey"
	case publishing.Scheduled:
		return "Published on " + calendar.DateOf(c.From).Long(), "purple"
	case publishing.InForce:
		return "In force", "green"
	}
	return "Replaced", "grey"
}

// kindWords say what a change does.
func kindWords(c publishing.Change) string {
	switch {
	case c.Kind == publishing.Remove:
		return "takes the text away"
	case c.Kind == publishing.Rename:
		return "gives the text another address"
	case c.Base == "":
		return "new"
	}
	return "changes the text"
}

// problems takes the sentences to show on a form out of an error; false when the
// error is of another kind.
func problems(err error) (fault.Fields, bool) {
	var fields fault.Fields
	if errors.As(err, &fields) {
		return fields, true
	}
	var faulty *publishing.Faulty
	if errors.As(err, &faulty) {
		var out fault.Fields
		for _, f := range faulty.Faults {
			if !f.Warning {
				out.Add("content", "%s", faultWords(f))
			}
		}
		return out, true
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Forbidden:
		return fault.Fields{{Text: fault.SafeText(err)}}, true
	}
	return nil, false
}
