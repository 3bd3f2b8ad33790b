package shelf

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"strconv"

	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
)

type offlineView struct {
	Manual, Edition string
	Chapters        int
	Checklists      []string
	Size            string
}

var offlinePage = web.Page[offlineView]("shelf/offline", files, "templates/offline.html", "templates/keeping.html")

// offline says what a device can keep, and lets the reader keep it. Nothing is
// kept, and no worker is put there, before they ask.
func (s *shelf) offline(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bundleNow(r)
	if err != nil {
		return err
	}
	v := offlineView{Manual: b.manual, Edition: b.Says, Chapters: b.chapters, Checklists: b.checklists, Size: b.size()}
	c := s.PublicChrome(r, "Use this site without a connection", false)
	if a := s.asker(r); a != nil {
		c = s.StaffChrome(r, a, c.Title)
	}
	return offlinePage.Render(w, r, http.StatusOK, c, v)
}

// size is how much room the copy takes, in whole megabytes or in kilobytes.
func (b *bundle) size() string {
	n := len(b.json) + 400_000 // the style sheet and the script
	if n >= 1_000_000 {
		return strconv.Itoa((n+999_999)/1_000_000) + " MB"
	}
	return strconv.Itoa((n+99_999)/100_000*100) + " KB"
}

// bundle sends everything that a device keeps, in one answer, so that a copy is
// whole or is not there. It is the same for everyone and holds nobody's name.
func (s *shelf) bundle(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bundleNow(r)
	if err != nil {
		return err
	}
	return sendJSON(w, b.json)
}

// version says which copy is the newest, so that an older one knows that it is.
func (s *shelf) version(w http.ResponseWriter, r *http.Request) error {
	b, err := s.bundleNow(r)
	if err != nil {
		return err
	}
	out, err := json.Marshal(b.stamp)
	if err != nil {
		return err
	}
	return sendJSON(w, out)
}

func sendJSON(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	_, err := w.Write(b)
	_ = err // the reader has gone; there is nobody to tell
	return nil
}

//go:embed sw.js
var workerScript []byte

// worker is the script that answers for the site when there is no connection,
// on a device whose reader asked for that.
func worker(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Service-Worker-Allowed", "/")
	_, _ = w.Write(workerScript)
	return nil
}

// manifest describes the site to a device that puts it on its home screen, under
// a name and a picture that say nothing of what it is about.
func (s *shelf) manifest(w http.ResponseWriter, _ *http.Request) error {
	type icon struct {
		Src   string `json:"src"`
		Sizes string `json:"sizes"`
		Type  string `json:"type"`
	}
	h := w.Header()
	h.Set("Content-Type", "application/manifest+json")
	h.Set("Cache-Control", "no-cache")
	return json.NewEncoder(w).Encode(map[string]any{
		"name": "Notes and links", "short_name": "Notes", "lang": "en-GB", "start_url": "/", "scope": "/", "display": "minimal-ui",
		"background_color": "#ffffff", "theme_color": "#ffffff",
		"icons": []icon{
			{assets.Path("notes-192.png"), "192x192", "image/png"},
			{assets.Path("notes-512.png"), "512x512", "image/png"},
			{assets.Path("notes.svg"), "any", "image/svg+xml"},
		},
	})
}

// keptView is one page as a device keeps it.
type keptView struct {
	Copy                     keptCopy
	Title, Summary, Standing string
	Body                     body
	Groups                   []keptGroup
	Keeping                  bool // it has the buttons that look after the copy
}

// keptCopy says of which day and edition a copy is.
type keptCopy struct{ Made, MadeOn, Edition string }

type keptGroup struct {
	Title, Note string
	Links       []parts.Link
	Numbers     []keptNumber
}

// keptNumber is a service to call. Its hours are told in words: a page that is
// kept does not know what time it is when it is read.
type keptNumber struct {
	ID, Name, Hours, For, Checked string
	Phones                        []keptPhone
	Text, Sms                     string
}

type keptPhone struct{ Number, Tel, Note string }

var keptPage = web.Page[keptView]("shelf/kept", files, "templates/kept.html", "templates/keeping.html")

// keptChrome frames a page that is kept: it leads only to what is kept too, and
// there is nobody signed in on it.
func (s *shelf) keptChrome(title string, exit bool) web.Chrome {
	site := *s.Site
	site.SignInHref, site.SignOutHref = "", ""
	site.Footer = nil
	return web.Chrome{Site: &site, Title: title, ExitThisPage: exit, Nav: []parts.Link{
		{Text: "Phone numbers", Href: "/contacts"}, {Text: "Manual", Href: "/manual"}, {Text: "What is kept", Href: "/offline"},
	}}
}

// checklistsOf are the checklists of a library.
func checklistsOf(lib *guidance.Library) []*guidance.Page {
	var out []*guidance.Page
	for _, p := range lib.Pages {
		if p.Kind == guidance.Checklist {
			out = append(out, p)
		}
	}
	return out
}
