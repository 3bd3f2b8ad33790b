package book

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"frontdoor/internal/guidance"
)

//go:embed epub/*
var epubFiles embed.FS

// The functions keep the templates' output well formed: whatever stands in a text
// is escaped.
var epubPages = template.Must(template.New("").Funcs(template.FuncMap{
	"x": clean, "url": func(s string) string { return html.EscapeString(s) },
}).ParseFS(epubFiles, "epub/*.xhtml", "epub/*.opf", "epub/*.xml"))

type epubView struct {
	Copy
	Parts    []epubPart
	Modified string
	Pictures []drawn
}

type epubPart struct {
	Title    string
	Chapters []epubChapter
}

type epubChapter struct {
	*guidance.Page
	Part string
	Body string
}

// File is the chapter's name in the book.
func (c epubChapter) File() string { return ChapterKey(c.Page) + ".xhtml" }

// Short are the days of a chapter, as its end says them.
func (c epubChapter) Days() string {
	var said []string
	if !c.Checked.IsZero() {
		said = append(said, "Last checked "+c.Checked.Long()+".")
	}
	if !c.Review.IsZero() {
		said = append(said, "Next review "+c.Review.Long()+".")
	}
	return strings.Join(said, " ")
}

// EPUB makes an EPUB 3 book of a copy. The same copy always gives the same
// bytes.
func EPUB(c Copy) ([]byte, error) {
	v := epubView{Copy: c}
	changed := c.Edition.From
	text := &bookText{Copy: c, pictures: map[string]drawn{}}
	for _, p := range c.parts() {
		part := epubPart{Title: p.title}
		for _, ch := range p.chapters {
			var body strings.Builder
			for _, s := range ch.Text.Sections {
				text.wellFormed(&body, ch, string(s.HTML))
			}
			part.Chapters = append(part.Chapters, epubChapter{ch, p.title, body.String()})
			if ch.Checked.After(changed) {
				changed = ch.Checked
			}
		}
		v.Parts = append(v.Parts, part)
	}
	for _, src := range slices.Sorted(maps.Keys(text.pictures)) {
		v.Pictures = append(v.Pictures, text.pictures[src])
	}
	if changed.IsZero() {
		v.Modified = "2000-01-01T00:00:00Z" // a book has to say; a manual with no dates has none
	} else {
		v.Modified = time.Date(changed.Year(), changed.Month(), changed.Day(), 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, method uint16, fill func(*bytes.Buffer) error) error {
		var b bytes.Buffer
		if err := fill(&b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			return err
		}
		_, err = w.Write(b.Bytes())
		return err
	}
	drawn := func(page string, view any) func(*bytes.Buffer) error {
		return func(b *bytes.Buffer) error { return epubPages.ExecuteTemplate(b, page, view) }
	}
	plain := func(name string) func(*bytes.Buffer) error {
		return func(b *bytes.Buffer) error {
			data, err := epubFiles.ReadFile("epub/" + name)
			b.Write(data)
			return err
		}
	}
	type file struct {
		name string
		fill func(*bytes.Buffer) error
	}
	// A reader finds out what the file is by its first bytes: this one is first
	// and is not packed.
	if err := put("mimetype", zip.Store, func(b *bytes.Buffer) error { b.WriteString("application/epub+zip"); return nil }); err != nil {
		return nil, err
	}
	files := []file{
		{"META-INF/container.xml", plain("container.xml")},
		{"EPUB/book.opf", drawn("book.opf", v)},
		{"EPUB/nav.xhtml", drawn("nav.xhtml", v)},
		{"EPUB/cover.xhtml", drawn("cover.xhtml", v)},
		{"EPUB/style.css", plain("style.css")},
	}
	for _, p := range v.Parts {
		for _, ch := range p.Chapters {
			files = append(files, file{"EPUB/" + ch.File(), drawn("chapter.xhtml", ch)})
		}
	}
	for _, p := range v.Pictures {
		files = append(files, file{"EPUB/" + p.File(), func(b *bytes.Buffer) error { b.Write(p.data); return nil }})
	}
	for _, f := range files {
		if err := put(f.name, zip.Deflate, f.fill); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// clean is text that may stand in XML: escaped, and without the characters that
// XML has no way to write.
func clean(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000:
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// kept are the elements a book keeps, with what of theirs it keeps. Of others,
// only what they hold is kept.
var kept = map[atom.Atom][]string{
	atom.P: {"class"}, atom.H2: {"id"}, atom.H3: {"id"}, atom.H4: {"id"}, atom.H5: {"id"}, atom.H6: {"id"},
	atom.Ul: {"class"}, atom.Ol: {"start"}, atom.Li: {"class"}, atom.A: {"href"},
	atom.Strong: nil, atom.Em: nil, atom.Code: nil, atom.Pre: nil, atom.Br: nil, atom.Hr: nil, atom.Blockquote: nil,
	atom.Div: {"class"}, atom.Span: {"class"},
	atom.Table: nil, atom.Thead: nil, atom.Tbody: nil, atom.Tr: nil, atom.Th: nil, atom.Td: nil,
}

// File is a picture's name in the book.
func (d drawn) File() string { return "pictures/" + d.name }

// Media is what kind of file it is.
func (d drawn) Media() string { return d.media }

// bookText is the text of a book, with the pictures that are in it.
type bookText struct {
	Copy
	pictures map[string]drawn // by their address on the site
}

// wellFormed writes the HTML of a section as XHTML, with its links leading where
// they lead from a book.
func (c *bookText) wellFormed(b *strings.Builder, ch *guidance.Page, section string) {
	around := &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := xhtml.ParseFragment(strings.NewReader(section), around)
	if err != nil {
		b.WriteString("<p>" + clean(section) + "</p>")
		return
	}
	for _, n := range nodes {
		c.node(b, ch, n)
	}
}

func (c *bookText) node(b *strings.Builder, ch *guidance.Page, n *xhtml.Node) {
	inside := func() {
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			c.node(b, ch, k)
		}
	}
	if n.Type == xhtml.TextNode {
		b.WriteString(clean(n.Data))
		return
	}
	if n.Type != xhtml.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template:
		return
	case atom.Input:
		b.WriteString("☐ ")
		return
	case atom.Img:
		src := attr(n, "src")
		pic, ok := c.pictures[src]
		if !ok {
			if pic, ok = c.picture(src); ok {
				c.pictures[src] = pic
			}
		}
		if ok {
			b.WriteString(`<img src="` + clean(pic.File()) + `" alt="` + clean(attr(n, "alt")) + `"/>`)
		} else {
			b.WriteString(clean("[Picture: " + attr(n, "alt") + "]"))
		}
		return
	case atom.Details: // always open: not every reader can open them
		b.WriteString(`<div class="details">`)
		inside()
		b.WriteString("</div>")
		return
	case atom.Summary:
		b.WriteString("<p><strong>")
		inside()
		b.WriteString("</strong></p>")
		return
	}
	attrs, ok := kept[n.DataAtom]
	if !ok {
		inside()
		return
	}
	var said strings.Builder
	for _, name := range attrs {
		value := attr(n, name)
		if name == "href" {
			value = c.inBook(ch, value)
		}
		if value != "" {
			said.WriteString(" " + name + `="` + clean(value) + `"`)
		}
	}
	if n.DataAtom == atom.A && said.Len() == 0 {
		inside()
		return
	}
	if n.DataAtom == atom.Br || n.DataAtom == atom.Hr {
		b.WriteString("<" + n.Data + "/>")
		return
	}
	b.WriteString("<" + n.Data + said.String() + ">")
	inside()
	b.WriteString("</" + n.Data + ">")
}

// inBook is where a link leads from a chapter of the book.
func (c Copy) inBook(from *guidance.Page, href string) string {
	chapter, head, address := c.goes(from, href)
	if chapter == nil {
		return address
	}
	to := ""
	if chapter != from || head == "" {
		to = ChapterKey(chapter) + ".xhtml"
	}
	if head != "" {
		to += "#" + head
	}
	return to
}
