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
	"text/template/parse"

	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
)

// PageT is one page: its template, and the type its template is written for.
type PageT[View any] struct {
	name string
	tmpl func() *template.Template // made when the page is first drawn
}

// pageData is what the layout sees. A page's own template sees only its View.
type pageData[View any] struct {
	Chrome Chrome
	View   View
}

// Registered is a page as tests see it, to check its template against its type.
type Registered struct {
	Name string
	// Template makes the page's template anew; it panics on one that does not parse.
	Template func() *template.Template
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

// functions never know about a request: a template is shared by all.
var functions = template.FuncMap{"asset": assets.Path}

// layout holds the layout and every part, and is never drawn itself.
var layout = template.Must(parts.Templates().Funcs(functions).ParseFS(templates, "templates/layout.html"))

// Page makes a page from template files. One of them defines "main", which is
// given the View; one may define "before", drawn above the main part, where a
// record's identity bar goes. A template named "fragment-x" is drawn alone when
// script asks for the element x again. All the parts can be used.
//
// Call it for a package variable. The template is made when the page is first
// drawn: every page at once took a quarter of a second of each start, and of
// each command. A test of all pages finds one that does not parse.
func Page[View any](name string, fsys fs.FS, files ...string) *PageT[View] {
	make := func() *template.Template { return pageTemplate(name, fsys, files) }
	var zero pageData[View]
	pagesMu.Lock()
	defer pagesMu.Unlock()
	pages = append(pages, Registered{Name: name, Template: make, Data: zero})
	return &PageT[View]{name: name, tmpl: sync.OnceValue(make)}
}

// pageTemplate is a page's own templates, and of the layout and the parts only
// those that it draws: a copy of all of them is 40 times as large.
func pageTemplate(name string, fsys fs.FS, files []string) *template.Template {
	t := template.Must(template.New("page").Option("missingkey=error").Funcs(functions).ParseFS(fsys, files...))
	if t.Lookup("main") == nil {
		panic("web: page " + name + ` does not define "main"`)
	}
	var add func(name string)
	add = func(name string) {
		if t.Lookup(name) != nil {
			return
		}
		if part := layout.Lookup(name); part != nil {
			template.Must(t.AddParseTree(name, part.Tree.Copy()))
			drawn(part.Tree.Root, add)
		}
	}
	add("layout")
	for _, own := range t.Templates() {
		if own.Tree != nil {
			drawn(own.Tree.Root, add)
		}
	}
	return t.Lookup("layout")
}

// drawn gives the names of the templates that a piece of one draws.
func drawn(node parse.Node, name func(string)) {
	branches := func(b *parse.BranchNode) {
		drawn(b.List, name)
		drawn(b.ElseList, name)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, each := range n.Nodes {
			drawn(each, name)
		}
	case *parse.TemplateNode:
		name(n.Name)
	case *parse.IfNode:
		branches(&n.BranchNode)
	case *parse.RangeNode:
		branches(&n.BranchNode)
	case *parse.WithNode:
		branches(&n.BranchNode)
	}
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
		err = p.tmpl().Execute(buf, pageData[View]{Chrome: chrome, View: view})
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

// Draw gives the whole page, for what is sent in another way than as the answer
// to the request for it.
func (p *PageT[View]) Draw(chrome Chrome, view View) ([]byte, error) {
	var buf bytes.Buffer
	if err := p.tmpl().Execute(&buf, pageData[View]{Chrome: chrome, View: view}); err != nil {
		return nil, fmt.Errorf("draw page %s: %w", p.name, err)
	}
	return buf.Bytes(), nil
}

func (p *PageT[View]) fragment(r *http.Request) *template.Template {
	name := r.Header.Get("X-Fragment")
	if name == "" {
		return nil
	}
	return p.tmpl().Lookup("fragment-" + name)
}
