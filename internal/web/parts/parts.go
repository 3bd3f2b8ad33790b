// Package parts holds the pieces pages are made of: the GOV.UK and Ministry of
// Justice design-system components the service uses, and a few of its own, each
// as a struct and a template.
//
// A page may call the template ({{template "govuk/button" .Submit}}) or the
// struct's Render method ({{.Submit.Render}}); both give the same HTML. Code
// that builds a page from definitions gathers a Body of any parts.
//
// The GOV.UK parts are checked against the design system's own published
// cases. The crown, its font and its licence mark belong to GOV.UK and are left
// out.
package parts

import (
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"sync"
)

// Part is anything that can draw itself as safe HTML.
type Part interface {
	Render() (template.HTML, error)
}

// Body is parts one after another.
type Body []Part

// Render draws the parts in order.
func (b Body) Render() (template.HTML, error) {
	var out strings.Builder
	for _, p := range b {
		h, err := p.Render()
		if err != nil {
			return "", err
		}
		out.WriteString(string(h))
	}
	return template.HTML(out.String()), nil
}

// HTML is markup already known to be safe: drawn by a template, or sanitised.
// Never make one from something typed.
type HTML template.HTML

// Render gives the markup as it is.
func (h HTML) Render() (template.HTML, error) { return template.HTML(h), nil }

// Text is plain words, escaped.
type Text string

// Render gives the words escaped.
func (t Text) Render() (template.HTML, error) {
	return template.HTML(template.HTMLEscapeString(string(t))), nil
}

// P is a paragraph of plain words.
type P string

// Render gives the paragraph.
func (p P) Render() (template.HTML, error) {
	return template.HTML(`<p class="govuk-body">` + template.HTMLEscapeString(string(p)) + `</p>`), nil
}

// Heading is a heading. Size is xl, l, m or s; m when empty.
type Heading struct {
	Level int
	Text  string
	Size  string
	ID    string
}

// Render gives the heading.
func (h Heading) Render() (template.HTML, error) { return draw("fd/heading", h) }

// List is a list of plain lines; numbered when Numbered.
type List struct {
	Items    []string
	Numbered bool
}

// Render gives the list.
func (l List) Render() (template.HTML, error) { return draw("fd/list", l) }

// Link is words that go somewhere. Without Href it is only words.
type Link struct {
	Text, Href string
	// Hidden is read out after the words but not seen, so that "Change" says what.
	Hidden     string
	Current    bool
	Attributes Attrs
}

// Render gives the link.
func (l Link) Render() (template.HTML, error) {
	if ownPath(l.Href) {
		return l.byHand()
	}
	return draw("fd/link", l)
}

// Attr is one more attribute on an element, such as a data- attribute.
type Attr struct{ Name, Value string }

// Attrs are more attributes on an element, in order.
type Attrs []Attr

var (
	attrName = regexp.MustCompile(`^[a-z][a-z0-9.-]*$`)
	// attrRefused are attributes that carry script, style or a destination:
	// those must go through a template, which escapes them for what they are.
	attrRefused = map[string]bool{
		"style": true, "href": true, "src": true, "srcset": true, "srcdoc": true,
		"action": true, "formaction": true, "data": true, "poster": true, "background": true,
	}
)

// HTML gives the attributes escaped, each with a space before it. It fails on
// a name that could carry script, style or a destination.
func (a Attrs) HTML() (template.HTMLAttr, error) {
	var out strings.Builder
	for _, x := range a {
		if !attrName.MatchString(x.Name) || strings.HasPrefix(x.Name, "on") || attrRefused[x.Name] {
			return "", fmt.Errorf("parts: attribute %q cannot be set this way", x.Name)
		}
		out.WriteString(" " + x.Name + `="` + template.HTMLEscapeString(x.Value) + `"`)
	}
	return template.HTMLAttr(out.String()), nil
}

//go:embed templates/*.html
var files embed.FS

// base is parsed once and only ever cloned: a set that has run cannot be.
var base = template.Must(template.New("parts").Option("missingkey=error").ParseFS(files, "templates/*.html"))

var ready = sync.OnceValue(func() *template.Template { return template.Must(base.Clone()) })

// Templates gives a fresh copy of every part's template, for a page to add its
// own to.
func Templates() *template.Template { return template.Must(base.Clone()) }

func draw(name string, data any) (template.HTML, error) {
	var out strings.Builder
	if err := ready().ExecuteTemplate(&out, name, data); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}
