package book

import (
	"html/template"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// kind is what a block of a text is.
type kind int

const (
	paragraph kind = iota
	heading        // of a section or below it
	list
	item
	table
	alert
	rule
	picture // its words are the spans
)

// block is one block of a text, as every copy of it draws.
type block struct {
	kind  kind
	id    string // of a heading
	level int    // of a heading: 2 and below
	spans []span
	kids  []block
	rows  []row
	// number is that of an item of a numbered list, from 1.
	number int
	tick   bool   // an item with a box to tick
	tone   string // of an alert: danger, say, details or empty
	src    string // of a picture
}

type row struct {
	cells [][]span
	head  bool
}

// span is words in one style.
type span struct {
	text         string
	bold, italic bool
	href         string
	br           bool // the line ends here
}

// blocks reads the HTML of a section. It takes whatever HTML it is given.
func blocks(section template.HTML) []block {
	around := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(string(section)), around)
	if err != nil {
		// Only a reader that fails gives an error, and a string's does not.
		return []block{{kind: paragraph, spans: []span{{text: string(section)}}}}
	}
	for _, n := range nodes {
		around.AppendChild(n)
	}
	return children(around)
}

// children reads the blocks inside a node. Words that stand between blocks are
// paragraphs of their own.
func children(n *html.Node) []block {
	var out []block
	var loose []span
	flush := func() {
		if said(loose) {
			out = append(out, block{kind: paragraph, spans: loose})
		}
		loose = nil
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if made, is := one(c); is {
			flush()
			out = append(out, made...)
		} else {
			loose = append(loose, inline(c, span{})...)
		}
	}
	flush()
	return out
}

func one(n *html.Node) ([]block, bool) {
	if n.Type != html.ElementNode {
		return nil, false
	}
	switch n.DataAtom {
	case atom.P, atom.Summary, atom.Pre:
		spans := withoutPictures(n, span{bold: n.DataAtom == atom.Summary || strings.Contains(attr(n, "class"), "font-weight-bold")})
		if n.DataAtom == atom.Pre {
			spans = lines(spans)
		}
		var out []block
		if said(spans) {
			out = append(out, block{kind: paragraph, spans: spans})
		}
		return append(out, pictures(n)...), true
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return []block{{kind: heading, id: attr(n, "id"), level: max(2, int(n.Data[1]-'0')), spans: within(n, span{})}}, true
	case atom.Hr:
		return []block{{kind: rule}}, true
	case atom.Ul, atom.Ol:
		b := block{kind: list}
		number := 0
		if n.DataAtom == atom.Ol {
			number = 1
			if at, err := strconv.Atoi(attr(n, "start")); err == nil && at >= 0 && at < 1e9 {
				number = at
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			one := block{kind: item, kids: children(c), number: number, tick: strings.Contains(attr(c, "class"), "app-tick")}
			if number > 0 {
				number++
			}
			b.kids = append(b.kids, one)
		}
		return []block{b}, true
	case atom.Table:
		b := block{kind: table}
		rows(n, &b)
		return []block{b}, true
	case atom.Div, atom.Blockquote, atom.Details, atom.Section:
		class := attr(n, "class")
		b := block{kind: alert, kids: children(n)}
		switch {
		case strings.Contains(class, "danger"):
			b.tone = "danger"
		case strings.Contains(class, "app-say"):
			b.tone = "say"
		case n.DataAtom == atom.Details:
			b.tone = "details"
		case n.DataAtom == atom.Div && !strings.Contains(class, "inset"):
			return b.kids, true // a wrapper, such as that of what details hold
		}
		return []block{b}, true
	case atom.Script, atom.Style, atom.Template:
		return nil, true
	}
	return nil, false
}

func rows(n *html.Node, into *block) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if c.DataAtom != atom.Tr {
			rows(c, into)
			continue
		}
		r := row{head: true}
		for cell := c.FirstChild; cell != nil; cell = cell.NextSibling {
			if cell.Type != html.ElementNode {
				continue
			}
			head := cell.DataAtom == atom.Th
			r.head = r.head && head
			r.cells = append(r.cells, within(cell, span{bold: head}))
		}
		if len(r.cells) > 0 {
			into.rows = append(into.rows, r)
		}
	}
}

// pictures are those within a paragraph. They are drawn after its words.
func pictures(n *html.Node) []block {
	var out []block
	for c := range n.Descendants() {
		if c.DataAtom == atom.Img {
			out = append(out, block{kind: picture, src: attr(c, "src"), spans: []span{{text: attr(c, "alt")}}})
		}
	}
	return out
}

func withoutPictures(n *html.Node, style span) []span {
	var out []span
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Img {
			out = append(out, inline(c, style)...)
		}
	}
	return out
}

func within(n *html.Node, style span) []span {
	var out []span
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, inline(c, style)...)
	}
	return out
}

func inline(n *html.Node, style span) []span {
	switch {
	case n.Type == html.TextNode:
		style.text = n.Data
		return []span{style}
	case n.Type != html.ElementNode:
		return nil
	}
	switch n.DataAtom {
	case atom.Strong, atom.B:
		style.bold = true
	case atom.Em, atom.I:
		style.italic = true
	case atom.A:
		style.href = attr(n, "href")
	case atom.Br:
		style.br = true
		return []span{style}
	case atom.Input, atom.Script, atom.Style, atom.Template:
		return nil
	case atom.Img:
		style.text = "[Picture: " + attr(n, "alt") + "]"
		return []span{style}
	}
	out := within(n, style)
	if _, is := blockLike[n.DataAtom]; is {
		out = append(out, span{br: true})
	}
	return out
}

// blockLike are the blocks that end a line where they stand among words.
var blockLike = map[atom.Atom]struct{}{atom.P: {}, atom.Div: {}, atom.Li: {}, atom.Tr: {}, atom.Td: {}, atom.Th: {}}

// lines keeps the line ends of text that was laid out by its writer.
func lines(spans []span) []span {
	var out []span
	for _, s := range spans {
		for i, l := range strings.Split(strings.TrimRight(s.text, "\n"), "\n") {
			if i > 0 {
				out = append(out, span{br: true})
			}
			s.text = l
			out = append(out, s)
		}
	}
	return out
}

func said(spans []span) bool {
	for _, s := range spans {
		if strings.TrimSpace(s.text) != "" {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words are the words of spans, with one space for each break.
func words(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
		if s.br {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
