package read_test

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"frontdoor/internal/web/webtest"
)

// serve puts the site where a browser can reach it.
func (w *world) serve() string {
	s := httptest.NewServer(w.site.Handler())
	w.t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// shown are the pages of which pictures are kept, by name.
var shown = map[string]string{
	"home": "/", "young-people": "/young-people", "parents": "/parents", "professionals": "/professionals", "topic": "/topics/parents/online",
	"checklist": "/parents/safer-sleep-checklist", "manual": "/manual", "chapter": "/manual/neglect", "glossary": "/glossary", "contacts": "/contacts",
	"sitemap": "/sitemap", "news": "/news", "past": "/manual/neglect?on=2026-11-01", "pictures": "/young-people/pictures", "hide": "/hide",
}

// Every page can be read by everyone, and on the narrowest phone. The whole
// check is made on as many pages as it takes to see each kind of element in each
// place; what the words of a page can get wrong, and its width, on all others that
// have words of their own, as they are sent.
func TestEveryPageInTheBrowser(t *testing.T) {
	w := newWorld(t, news)
	pages := crawl(t, w, copies)
	at := w.serve()
	whole := wholly(pages)
	var wholes, words, asks []string
	for path, c := range pages {
		switch {
		case c.doc.FirstChild == nil:
		case whole[path]:
			wholes = append(wholes, path)
		case strings.HasPrefix(path, "/suggest?"):
			asks = append(asks, path)
		default:
			words = append(words, path)
		}
	}
	// These are one form with the name of a section, which the section's own page
	// shows as well: those with the longest names are as wide as any.
	slices.SortFunc(asks, func(a, b string) int { return cmp.Or(len(pages[b].plain)-len(pages[a].plain), cmp.Compare(a, b)) })
	words = append(words, asks[:min(len(asks), 5)]...)
	slices.Sort(wholes)
	slices.Sort(words)
	t.Logf("%d pages wholly, %d by their words", len(wholes), len(words))
	next := make(chan func(p *webtest.Page), len(wholes)+len(words))
	for _, path := range wholes { // the long ones first
		next <- func(p *webtest.Page) {
			p.Open(at + path)
			p.Axe()
			p.Fits()
		}
	}
	for _, path := range words {
		next <- func(p *webtest.Page) {
			if status := p.Turn(path); status != http.StatusOK {
				t.Errorf("%s answers %d", path, status)
			}
			p.AxeWords()
			p.Fits()
		}
	}
	close(next)
	for tab := range 2 {
		t.Run(fmt.Sprint(tab), func(t *testing.T) {
			t.Parallel()
			p := webtest.Browser(t)
			p.Width(webtest.Narrow)
			p.Open(at + "/glossary")
			for look := range next {
				look(p)
			}
		})
	}
}

// Nothing is lost to those who zoom in, choose their own colours, or print from a
// device that is set to dark.
func TestHowAScreenIsSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news)
	at := w.serve()
	p := webtest.Browser(t)
	p.Zoom()
	for _, path := range shown {
		p.Open(at + path)
		p.Fits()
		p.Clear()
	}
	few := []string{"/", "/young-people", "/manual/neglect", "/parents/safer-sleep-checklist"}
	p = webtest.Browser(t)
	p.Width(webtest.Narrow)
	p.Forced()
	for _, path := range few {
		p.Open(at + path)
		p.Axe()
		p.Fits()
	}
	p = webtest.Browser(t)
	p.PrintMedia(true)
	for _, path := range few {
		p.Open(at + path)
		ink := p.Eval(`[...document.querySelectorAll('body, main, main *')].filter(e => e.checkVisibility() && e.textContent.trim()).map(e => {
			const light = c => { const [r, g, b, a = 1] = c.match(/[\d.]+/g).map(Number); return a === 0 ? 255 : (r * 299 + g * 587 + b * 114) / 1000 }
			const s = getComputedStyle(e)
			return light(s.color) > 128 || light(s.backgroundColor) < 225 ? e.tagName + '.' + e.className + ' ' + s.color + ' on ' + s.backgroundColor : ''
		}).filter(Boolean).slice(0, 5).join('; ')`)
		if ink != "" {
			t.Errorf("%s prints light words or dark paper: %s", path, ink)
		}
	}
	// What a reader folds away on a screen, such as that the manual is a starting
	// text, is on paper.
	p.Open(at + "/manual/neglect")
	if !p.Seen(".govuk-details__text") {
		t.Error("what the manual says of itself does not print")
	}
}

// wholly chooses pages that together hold every kind of element of all pages in
// every place it stands: an element's style comes from its class and those around.
func wholly(pages map[string]*crawled) map[string]bool {
	holds := map[string]map[string]bool{}
	left := map[string]bool{}
	for path, c := range pages {
		holds[path] = map[string]bool{}
		for n := range c.doc.Descendants() {
			if n.Type == html.ElementNode {
				kind := kindOf(n.Parent.Parent) + ">" + kindOf(n.Parent) + ">" + kindOf(n)
				holds[path][kind], left[kind] = true, true
			}
		}
	}
	out := map[string]bool{}
	for len(left) > 0 {
		best, most := "", 0
		for path, kinds := range holds {
			fresh := 0
			for kind := range kinds {
				if left[kind] {
					fresh++
				}
			}
			if fresh > most || fresh == most && path < best {
				best, most = path, fresh
			}
		}
		out[best] = true
		for kind := range holds[best] {
			delete(left, kind)
		}
	}
	return out
}

// kindOf is an element's name, classes and part in the page.
func kindOf(n *html.Node) string {
	if n == nil || n.Type != html.ElementNode {
		return ""
	}
	return n.Data + "." + attr(n, "class") + "/" + attr(n, "type") + attr(n, "role")
}

// Pictures are taken when somewhere to keep them is named.
func TestPictures(t *testing.T) {
	if os.Getenv("FRONTDOOR_SHOTS") == "" {
		t.Skip("FRONTDOOR_SHOTS names no folder")
	}
	w := newWorld(t, news)
	at := w.serve()
	p := webtest.Browser(t)
	for name, path := range shown {
		p.Open(at + path)
		p.Shot("read-" + name)
	}
	p.Forced()
	p.Open(at + "/")
	p.Shot("read-forced-home")
}

// The lists that people carry fit on one side of A4.
func TestChecklistsPrintOnOneSide(t *testing.T) {
	w := newWorld(t, nil)
	at := w.serve()
	p := webtest.Browser(t)
	for _, path := range []string{"/parents/transport-signs", "/parents/safer-sleep-checklist", "/parents/tutor-checklist"} {
		p.Open(at + path)
		pdf := p.PDF()
		if n := bytes.Count(pdf, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s prints on %d pages", path, n)
		}
		keep(t, "read-print-"+path[strings.LastIndex(path, "/")+1:]+".pdf", pdf)
	}
}

// keep writes what was printed beside the pictures, when somewhere is named.
func keep(t *testing.T, name string, b []byte) {
	t.Helper()
	if dir := os.Getenv("FRONTDOOR_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// One press of Escape leaves a page that must be left fast, and going back does
// not bring it up again.
func TestEscapeLeaves(t *testing.T) {
	w := newWorld(t, nil)
	at := w.serve()
	p := webtest.Browser(t)
	p.Open(at + "/glossary")
	p.Open(at + "/young-people/pictures")
	if got := p.Title(); strings.Contains(strings.ToLower(got), "nude") || strings.Contains(p.URL(), "pictures") {
		t.Errorf("the browser keeps %q at %s", got, p.URL())
	}
	before := p.Visited()
	p.Offline(true) // nothing outside this machine is asked for
	p.Eval(`(setTimeout(() => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})), 10), '')`)
	after := before
	for range 250 {
		if after = p.Visited(); !strings.HasPrefix(after[len(after)-1], at) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if last := after[len(after)-1]; strings.HasPrefix(last, at) {
		t.Errorf("the page is still open: %s", last)
	}
	if len(after) != len(before) {
		t.Errorf("the history has %d pages and had %d", len(after), len(before))
	}
}
