package live

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// Hop is one answer on the way to a page.
type Hop struct {
	Method, Path string // Path with its query
	Status       int
}

// Page is what came back.
type Page struct {
	Status int
	URL    *url.URL // where the last redirect led
	Header http.Header
	Body   []byte
	// Hops are all answers, the page's own last. After a form was accepted there
	// are at least two: the first is a redirect.
	Hops []Hop

	doc func() *html.Node
}

func newPage() *Page {
	p := &Page{}
	p.doc = sync.OnceValue(func() *html.Node {
		n, err := html.Parse(bytes.NewReader(p.Body))
		if err != nil {
			n = &html.Node{}
		}
		return n
	})
	return p
}

// Accepted says that a form was taken: the program answered it with another
// page to go to. It is true even when that page never came.
func (p *Page) Accepted() bool {
	return p != nil && len(p.Hops) > 0 && p.Hops[0].Method == http.MethodPost && p.Hops[0].Status == http.StatusSeeOther
}

// Path is the page's path without the query.
func (p *Page) Path() string { return p.URL.Path }

// Title is the words of the title.
func (p *Page) Title() string { return words(find(p.doc(), tag("title"))) }

// Text is the words of the main part of the page, with single spaces.
func (p *Page) Text() string {
	if main := find(p.doc(), tag("main")); main != nil {
		return words(main)
	}
	return words(p.doc())
}

// Says tells whether the main part of the page holds all the words.
func (p *Page) Says(all ...string) bool {
	text := p.Text()
	return !slices.ContainsFunc(all, func(s string) bool { return !strings.Contains(text, s) })
}

// ByID is the words of an element, or empty.
func (p *Page) ByID(id string) string {
	return words(find(p.doc(), func(n *html.Node) bool { return attr(n, "id") == id }))
}

// Errors is what the page says at its top is wrong with a form.
func (p *Page) Errors() string {
	return words(find(p.doc(), func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "govuk-error-summary") }))
}

// Link is a link with its words.
type Link struct{ Text, Href string }

// Links are all links of the page.
func (p *Page) Links() []Link {
	var out []Link
	for _, n := range all(p.doc(), tag("a")) {
		if href := attr(n, "href"); href != "" {
			out = append(out, Link{words(n), href})
		}
	}
	return out
}

// Form is a form with what a browser would send of it as it stands.
type Form struct {
	Method, Action string // Action as an address
	Multipart      bool
	// Autosave is where the script saves what is typed; empty for none.
	Autosave string
	Values   url.Values
	// Names are all controls that can be filled in, ticked or not.
	Names []string
	// Files are the controls that take files.
	Files []string
}

// Has tells whether the form has a control.
func (f *Form) Has(name string) bool { return slices.Contains(f.Names, name) }

// Forms are the forms of the main part of the page that are sent by POST.
func (p *Page) Forms() []*Form {
	top := find(p.doc(), tag("main"))
	if top == nil {
		top = p.doc()
	}
	var out []*Form
	for _, n := range all(top, tag("form")) {
		if f := p.form(n); f.Method == http.MethodPost {
			out = append(out, f)
		}
	}
	return out
}

// Form is the first such form whose action ends so; the first of all for an
// empty end; nil when there is none.
func (p *Page) Form(end string) *Form {
	for _, f := range p.Forms() {
		if u, err := url.Parse(f.Action); err == nil && strings.HasSuffix(u.Path, end) {
			return f
		}
	}
	return nil
}

func (p *Page) form(n *html.Node) *Form {
	f := &Form{Method: strings.ToUpper(attr(n, "method")), Multipart: attr(n, "enctype") == "multipart/form-data", Values: url.Values{}}
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	abs := func(ref string) string {
		u, err := p.URL.Parse(ref)
		if err != nil {
			return p.URL.String()
		}
		return u.String()
	}
	f.Action = abs(attr(n, "action"))
	if save := attr(n, "data-autosave"); save != "" {
		f.Autosave = abs(save)
	}
	for _, c := range all(n, func(n *html.Node) bool { return n.Data == "input" || n.Data == "textarea" || n.Data == "select" }) {
		name := attr(c, "name")
		if name == "" || has(c, "disabled") {
			continue
		}
		kind := attr(c, "type")
		switch {
		case c.Data == "textarea":
			f.Values.Add(name, strings.TrimPrefix(raw(c), "\n"))
		case c.Data == "select":
			options := all(c, tag("option"))
			chosen := slices.IndexFunc(options, func(o *html.Node) bool { return has(o, "selected") })
			if len(options) > 0 {
				f.Values.Add(name, value(options[max(0, chosen)]))
			}
		case kind == "file":
			f.Files = append(f.Files, name)
			continue
		case kind == "submit" || kind == "button" || kind == "reset" || kind == "image":
			continue
		case kind == "radio" || kind == "checkbox":
			if has(c, "checked") {
				f.Values.Add(name, value(c))
			}
		default:
			f.Values.Add(name, attr(c, "value"))
			if kind == "hidden" {
				continue
			}
		}
		if !slices.Contains(f.Names, name) {
			f.Names = append(f.Names, name)
		}
	}
	return f
}

// value is what a choice sends.
func value(n *html.Node) string {
	if has(n, "value") {
		return attr(n, "value")
	}
	if n.Data == "option" {
		return words(n)
	}
	return "on"
}

func tag(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && n.Data == name }
}

func all(top *html.Node, is func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range top.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			out = append(out, n)
		}
	}
	return out
}

func find(top *html.Node, is func(*html.Node) bool) *html.Node {
	for n := range top.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return n
		}
	}
	return nil
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// raw is the text of a node as it is.
func raw(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && (c.Parent == nil || c.Parent.Data != "script" && c.Parent.Data != "style") {
			b.WriteString(c.Data)
			if c.Parent != n {
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

func words(n *html.Node) string { return strings.Join(strings.Fields(raw(n)), " ") }
