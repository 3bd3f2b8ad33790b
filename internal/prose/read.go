package prose

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Place is what a text is read for: where its links lead, what the names in
// braces stand for and which pictures there are. A nil function knows nothing,
// and the text then may not use it.
type Place struct {
	// Link turns what a link names into an address. Outside tells that it leads
	// away from the service. Each of these says in wrong, as a sentence, why it
	// cannot do it.
	Link func(target string) (href string, outside bool, wrong string)
	// Name turns {kind:key} into HTML, such as the name and number of a contact.
	Name func(kind, key string) (html template.HTML, wrong string)
	// Picture turns the name of a picture into an address.
	Picture func(name string) (src, wrong string)
}

// Fault is something wrong with a text: the line, counted from 1, what it is
// and what to do about it.
type Fault struct {
	Line int
	Text string
}

// Section is a part of a text under one heading of the second level. The first
// has no title when the text does not begin with a heading.
type Section struct {
	Key   string // stable, for links: from {#key}, or made from the title
	Given bool   // the key was written, so that it outlives a new title
	Title string
	HTML  template.HTML
	Text  string // its words, without markup, for search
	Line  int
}

// Text is a text that was read.
type Text struct {
	Sections []Section
	Keys     []string // of every heading
	Links    []Link   // in order
	// Sentences are the running words of paragraphs and list items, for
	// measuring how hard they are to read. Headings and tables are left out.
	Sentences []string
}

// Link is one link of a text, as it was written.
type Link struct {
	Target string
	Line   int
}

// HTML is the whole text.
func (t *Text) HTML() template.HTML {
	var b strings.Builder
	for _, s := range t.Sections {
		b.WriteString(string(s.HTML))
	}
	return template.HTML(b.String())
}

// Words is the whole text without markup.
func (t *Text) Words() string {
	var all []string
	for _, s := range t.Sections {
		all = append(all, s.Title, s.Text)
	}
	return strings.TrimSpace(strings.Join(all, "\n"))
}

// Read reads Markdown written for a page. What is wrong with it is told by
// line; the text is given all the same, made safe, so that its writer can see
// it while they mend it.
func Read(markdown string, p Place) (*Text, []Fault) {
	r := &reader{place: p, source: []byte(strings.ReplaceAll(markdown, "\r\n", "\n")), out: &Text{}}
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(
			parser.WithHeadingAttribute(),
			parser.WithInlineParsers(util.Prioritized(names{}, 150)),
			parser.WithASTTransformers(util.Prioritized(r, 90), util.Prioritized(classes{}, 100))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(drawing{}, 50))),
	)
	doc := md.Parser().Parse(text.NewReader(r.source))
	for n := doc.FirstChild(); n != nil; {
		s := Section{Line: r.line(n)}
		var html bytes.Buffer
		if h, ok := n.(*ast.Heading); ok && h.Level <= 2 {
			key, _ := h.AttributeString("id")
			s.Key, s.Title = string(key.([]byte)), plain(h, r.source)
			_, s.Given = h.AttributeString("data-given")
			h.RemoveAttributes()
			h.SetAttributeString("id", key)
			h.SetAttributeString("class", []byte("govuk-heading-m"))
			_ = md.Renderer().Render(&html, r.source, n)
			n = n.NextSibling()
		}
		var words strings.Builder
		for n != nil {
			if h, ok := n.(*ast.Heading); ok {
				if h.Level <= 2 {
					break
				}
				key, _ := h.AttributeString("id")
				h.RemoveAttributes()
				h.SetAttributeString("id", key)
				h.SetAttributeString("class", []byte("govuk-heading-s"))
			}
			if err := md.Renderer().Render(&html, r.source, n); err != nil {
				r.fault(n, "This part cannot be drawn. Write it more simply.")
			}
			fmt.Fprintln(&words, plain(n, r.source))
			n = n.NextSibling()
		}
		s.HTML, s.Text = template.HTML(html.String()), strings.TrimSpace(words.String())
		r.out.Sections = append(r.out.Sections, s)
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
	return r.out, r.faults
}

// reader checks the parsed text and puts our own parts in the place of what
// Markdown has no word for.
type reader struct {
	place  Place
	source []byte
	out    *Text
	faults []Fault
}

func (r *reader) fault(n ast.Node, format string, args ...any) {
	r.faults = append(r.faults, Fault{r.line(n), fmt.Sprintf(format, args...)})
}

// line is where a node begins. An inline one has no place of its own but that
// of its block.
func (r *reader) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		at := -1
		switch {
		case n.Type() == ast.TypeInline:
			switch n := n.(type) {
			case *ast.Text:
				at = n.Segment.Start
			case *ast.RawHTML:
				at = n.Segments.At(0).Start
			case *ast.Link, *ast.Image:
				if t, ok := n.FirstChild().(*ast.Text); ok {
					at = t.Segment.Start
				}
			}
		case n.Lines().Len() > 0:
			at = n.Lines().At(0).Start
		default:
			for c := n.FirstChild(); c != nil && at < 0; c = c.FirstChild() {
				if c.Type() == ast.TypeInline {
					break
				}
				if c.Lines().Len() > 0 {
					at = c.Lines().At(0).Start
				}
			}
		}
		if at >= 0 {
			return 1 + bytes.Count(r.source[:min(at, len(r.source))], []byte("\n"))
		}
	}
	return 1
}

// Transform is goldmark's call when the text has been parsed.
func (r *reader) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var alerts []*ast.Blockquote
	var ticks []*ast.ListItem
	deepest := 1
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 {
				r.fault(n, "The page's title is its only heading of the first level. Begin this one with ##.")
				n.Level = 2
			}
			if n.Level > deepest+1 {
				r.fault(n, "This heading skips a level. Use ## for a section and ### inside one.")
			}
			deepest = n.Level
			r.heading(n)
		case *ast.Link:
			r.link(n)
		case *ast.AutoLink:
			r.fault(n, "Write a link as [words](address), so that people know where it leads.")
		case *ast.Image:
			r.picture(n)
		case *ast.RawHTML, *ast.HTMLBlock:
			r.fault(n, "HTML is not used here, and is left out. Write it in Markdown.")
		case *ast.Blockquote:
			alerts = append(alerts, n)
		case *ast.ListItem:
			ticks = append(ticks, n)
		case *name:
			r.name(n)
		case *east.TableCell:
			if n.Parent().Kind() == east.KindTableHeader && plain(n, r.source) == "" {
				r.fault(n.Parent(), "A column of this table has no heading. Write one, so that everyone can tell what stands in it.")
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range ticks {
		r.tick(n)
	}
	for _, n := range alerts {
		r.alert(n)
	}
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if in && (n.Kind() == ast.KindParagraph || n.Kind() == ast.KindTextBlock) {
			if s := plain(n, r.source); s != "" {
				r.out.Sentences = append(r.out.Sentences, s)
			}
		}
		return ast.WalkContinue, nil
	})
}

var keyRule = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func (r *reader) heading(h *ast.Heading) {
	title := plain(h, r.source)
	key, given := "", false
	if v, ok := h.AttributeString("id"); ok {
		if b, ok := v.([]byte); ok {
			key, given = string(b), true
		}
	}
	if given && !keyRule.MatchString(key) {
		r.fault(h, "The key {#%s} is written in small letters, digits and hyphens, and begins with a letter.", key)
		given = false
	}
	if !given {
		key = Key(title)
	}
	if slices.Contains(r.out.Keys, key) {
		if given {
			r.fault(h, "Two headings have the key {#%s}. Give one of them another.", key)
		}
		base := key
		for i := 2; slices.Contains(r.out.Keys, key); i++ {
			key = fmt.Sprintf("%s-%d", base, i)
		}
	}
	r.out.Keys = append(r.out.Keys, key)
	h.RemoveAttributes()
	h.SetAttributeString("id", []byte(key))
	if given {
		h.SetAttributeString("data-given", true)
	}
}

var notKey = regexp.MustCompile(`[^a-z0-9]+`)

// Key makes a key for links out of a title.
func Key(title string) string {
	key := strings.Trim(notKey.ReplaceAllString(strings.ToLower(strings.ReplaceAll(title, "’", "")), "-"), "-")
	if key == "" || key[0] >= '0' && key[0] <= '9' {
		key = strings.TrimSuffix("section-"+key, "-")
	}
	return key
}

func (r *reader) link(n *ast.Link) {
	target := string(n.Destination)
	r.out.Links = append(r.out.Links, Link{target, r.line(n)})
	if strings.TrimSpace(plain(n, r.source)) == "" {
		r.fault(n, "This link has no words. Write what it leads to between the brackets.")
	}
	n.Title = nil
	if r.place.Link == nil {
		n.Destination = nil
		r.fault(n, "A link cannot be used here.")
		return
	}
	href, outside, wrong := r.place.Link(target)
	if wrong != "" {
		n.Destination = nil
		r.fault(n, "%s", wrong)
		return
	}
	n.Destination = []byte(href)
	if outside {
		n.SetAttributeString("rel", []byte("noopener noreferrer"))
	}
}

func (r *reader) picture(n *ast.Image) {
	if strings.TrimSpace(plain(n, r.source)) == "" {
		r.fault(n, "This picture has no words for people who cannot see it. Write them between the brackets.")
	}
	n.Title = nil
	if r.place.Picture == nil {
		n.Destination = nil
		r.fault(n, "A picture cannot be used here.")
		return
	}
	src, wrong := r.place.Picture(string(n.Destination))
	if wrong != "" {
		r.fault(n, "%s", wrong)
	}
	n.Destination = []byte(src)
	n.SetAttributeString("loading", []byte("lazy"))
}

func (r *reader) name(n *name) {
	if r.place.Name == nil {
		r.fault(n, "{%s:%s} cannot be used here.", n.kind, n.key)
		return
	}
	html, wrong := r.place.Name(n.kind, n.key)
	if wrong != "" {
		r.fault(n, "%s", wrong)
		return
	}
	n.html = html
}

// plain is the words of a node without markup, with one space for each break.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if in {
				b.Write(util.UnescapePunctuations(n.Segment.Value(source)))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if in {
				b.Write(n.Value)
			}
		case *name:
			if in {
				b.WriteString(stripTags(string(n.html)))
			}
		case *alert:
			if in && n.title != "" {
				b.WriteString(n.title + " ")
			}
		default:
			if !in && n.Type() == ast.TypeBlock {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

var tag = regexp.MustCompile(`<[^>]*>`)

func stripTags(html string) string { return tag.ReplaceAllString(html, "") }
