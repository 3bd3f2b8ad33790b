// Package web draws pages and carries requests: the layout every page shares,
// typed pages, the guards round every route, error pages, and what is measured.
//
// It knows nothing of records or the database. Each room of the service (public
// pages, the front door's board, accounts) is a package below this one: it
// embeds its own templates, makes a Page for each, and gives its handlers to
// Front.
package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
)

// PageT is one page: its template, and the type its template is written for.
type PageT[View any] struct {
	name string
	tmpl *template.Template
}

// pageData is what the layout sees. A page's own template sees only its View.
type pageData[View any] struct {
	Chrome Chrome
	View   View
}

// Registered is a page as tests see it, to check its template against its type.
type Registered struct {
	Name     string
	Template *template.Template
	// Data is a zero value of what the template is given.
	Data any
}

var (
	pagesMu sync.Mutex
	pages   []Registered
)

// Pages lists every page made so far in this program, by name.
func Pages() []Registered {
	pagesMu.Lock()
	defer pagesMu.Unlock()
	out := slices.Clone(pages)
	slices.SortFunc(out, func(a, b Registered) int { return strings.Compare(a.Name, b.Name) })
	return out
}

var layout = template.Must(template.Must(parts.Templates().
	// Functions here never know about a request: a template is shared by all.
	Funcs(template.FuncMap{"asset": assets.Path}).
	Clone()).ParseFS(templates, "templates/layout.html"))

// Page makes a page from template files. One of them defines "main", which is
// given the View; one may define "before", drawn above the main part, where a
// record's identity bar goes. A template named "fragment-x" is drawn alone when
// script asks for the element x again. All the parts can be used.
//
// Call it for a package variable: it panics on a template that does not parse.
func Page[View any](name string, fsys fs.FS, files ...string) *PageT[View] {
	t := template.Must(template.Must(layout.Clone()).ParseFS(fsys, files...))
	if t.Lookup("main") == nil {
		panic("web: page " + name + ` does not define "main"`)
	}
	p := &PageT[View]{name: name, tmpl: t.Lookup("layout")}
	var zero pageData[View]
	pagesMu.Lock()
	defer pagesMu.Unlock()
	pages = append(pages, Registered{Name: name, Template: template.Must(t.Clone()).Lookup("layout"), Data: zero})
	return p
}

// Name is what the page was made with.
func (p *PageT[View]) Name() string { return p.name }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws the whole page, then sends it with the status. When script asks
// for one piece by the X-Fragment header and the page has a template of that
// name, only the piece is drawn. Nothing is sent if drawing fails.
func (p *PageT[View]) Render(w http.ResponseWriter, r *http.Request, status int, chrome Chrome, view View) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() < 1<<20 {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	var err error
	if piece := p.fragment(r); piece != nil {
		err = piece.Execute(buf, view)
	} else {
		err = p.tmpl.Execute(buf, pageData[View]{Chrome: chrome, View: view})
	}
	if err != nil {
		return fmt.Errorf("draw page %s: %w", p.name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// The reader has gone; there is nobody to tell.
		_, _ = w.Write(buf.Bytes())
	}
	return nil
}

func (p *PageT[View]) fragment(r *http.Request) *template.Template {
	name := r.Header.Get("X-Fragment")
	if name == "" {
		return nil
	}
	return p.tmpl.Lookup("fragment-" + name)
}
