package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"frontdoor/internal/fault"
)

// What a Word document may hold at most: a file of a few hundred bytes can be
// packed so that it fills a disk.
const (
	maxPart  = 64 << 20 // one part of it, unpacked, in bytes
	maxParts = 5000
	maxDepth = 200 // of elements in each other
)

// errTooLarge is that a part unpacks to more than it may.
var errTooLarge = errors.New("part too large")

func broken(cause error) error {
	if errors.Is(cause, errTooLarge) {
		return fault.Wrap(cause, fault.Invalid, "This file unpacks to far more than a text needs, so it was not read. Open it in Word, take its pictures out, and save it under another name.")
	}
	return fault.Wrap(cause, fault.Invalid, "This file cannot be read as a Word document. Open it in Word, save it as “Word document (.docx)” and choose that.")
}

// element is one element of a part, with what is in it.
type element struct {
	name     string // local name
	attr     []xml.Attr
	children []*element
	text     string
}

func (e *element) get(name string) string {
	for _, a := range e.attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child is the first child of a path of names, or an empty element.
func (e *element) child(names ...string) *element {
next:
	for _, name := range names {
		for _, c := range e.children {
			if c.name == name {
				e = c
				continue next
			}
		}
		return &element{}
	}
	return e
}

func (e *element) has(names ...string) bool { return e.child(names...).name != "" }

// on tells whether a switch such as <w:b/> is on.
func (e *element) on(name string) bool {
	c := e.child(name)
	return c.name != "" && c.get("val") != "0" && c.get("val") != "false" && c.get("val") != "none"
}

func parse(r io.Reader) (*element, error) {
	dec := xml.NewDecoder(r)
	root := &element{}
	stack := []*element{root}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			if len(root.children) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, errors.New("elements too deep in each other")
			}
			e := &element{name: t.Name.Local, attr: t.Copy().Attr}
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.name == "t" {
				top.text += string(t)
			}
		}
	}
}

// docx is a Word document while it is read.
type docx struct {
	*draft
	parts map[string]*zip.File
	links map[string]string // by relationship
	level map[string]int    // of headings, by style
	title map[string]bool   // styles of the title of the whole
	list  map[string][]bool // by number, whether each level counts
	notes map[string]*element
	open  map[string]bool // footnotes being drawn
}

func word(name string, data []byte, whole bool) (Document, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Document{}, broken(err)
	}
	if len(z.File) > maxParts {
		return Document{}, broken(errTooLarge)
	}
	d := &docx{
		draft: &draft{name: name, whole: whole}, title: map[string]bool{}, parts: map[string]*zip.File{}, links: map[string]string{}, level: map[string]int{},
		list: map[string][]bool{}, notes: map[string]*element{}, open: map[string]bool{},
	}
	for _, f := range z.File {
		d.parts[f.Name] = f
		if strings.HasPrefix(f.Name, "word/comments") {
			d.note("Comments were left out.")
		}
	}
	main := "word/document.xml"
	if rels, err := d.part("_rels/.rels"); err == nil && rels != nil {
		for _, r := range rels.children {
			if strings.HasSuffix(r.get("Type"), "/officeDocument") {
				main = strings.TrimPrefix(path.Clean("/"+r.get("Target")), "/")
			}
		}
	}
	doc, err := d.part(main)
	if err != nil {
		return Document{}, broken(err)
	}
	if doc == nil || !doc.has("body") {
		return Document{}, broken(errors.New("no text part"))
	}
	dir := path.Dir(main)
	for _, read := range []struct {
		part string
		fn   func(*element)
	}{
		{dir + "/styles.xml", d.styles},
		{dir + "/numbering.xml", d.numbering},
		{dir + "/_rels/" + path.Base(main) + ".rels", d.relations},
		{dir + "/footnotes.xml", d.footnotes},
		{dir + "/endnotes.xml", d.footnotes},
	} {
		e, err := d.part(read.part)
		if err != nil {
			return Document{}, broken(err)
		}
		if e != nil {
			read.fn(e)
		}
	}
	d.body(doc.child("body"))
	return d.document()
}

// part reads one part; nil when there is none.
func (d *docx) part(name string) (*element, error) {
	f := d.parts[name]
	if f == nil {
		return nil, nil
	}
	if f.UncompressedSize64 > maxPart {
		return nil, errTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	// The size that a file gives of itself may be a lie.
	limited := &io.LimitedReader{R: r, N: maxPart + 1}
	e, err := parse(limited)
	if limited.N <= 0 {
		return nil, errTooLarge
	}
	return e, err
}

// styles finds which styles are headings, by their names or by the level of the
// outline that they or what they are based on give.
func (d *docx) styles(root *element) {
	based := map[string]string{}
	for _, s := range root.children {
		if s.name != "style" {
			continue
		}
		id := s.get("styleId")
		based[id] = s.child("basedOn").get("val")
		name := strings.ToLower(s.child("name").get("val"))
		var n int
		if name == "title" {
			d.level[id], d.title[id] = 1, true
		} else if _, err := fmt.Sscanf(name, "heading %d", &n); err == nil && n > 0 && n < 10 {
			d.level[id] = n
		} else if n := outline(s.child("pPr")); n > 0 {
			d.level[id] = n
		} else if strings.HasPrefix(name, "toc ") || name == "toc heading" {
			d.level[id] = -1 // a line of the table of contents
		}
	}
	for id := range based {
		at := id
		for range based {
			if d.level[at] != 0 || at == "" {
				break
			}
			at = based[at]
		}
		if d.level[id] == 0 && d.level[at] != 0 {
			d.level[id] = d.level[at]
		}
	}
}

// outline is the level that a paragraph's properties give it: 1 is the highest,
// 0 none.
func outline(pPr *element) int {
	v := pPr.child("outlineLvl").get("val")
	if len(v) == 1 && v[0] >= '0' && v[0] <= '8' {
		return int(v[0]-'0') + 1
	}
	return 0
}

// numbering finds which lists count and which have points.
func (d *docx) numbering(root *element) {
	abstract := map[string][]bool{}
	for _, a := range root.children {
		if a.name != "abstractNum" {
			continue
		}
		counts := make([]bool, 9)
		for _, l := range a.children {
			if v := l.get("ilvl"); l.name == "lvl" && len(v) == 1 && v[0] >= '0' && v[0] <= '8' {
				f := l.child("numFmt").get("val")
				counts[v[0]-'0'] = f != "bullet" && f != "none" && f != ""
			}
		}
		abstract[a.get("abstractNumId")] = counts
	}
	for _, n := range root.children {
		if n.name == "num" {
			d.list[n.get("numId")] = abstract[n.child("abstractNumId").get("val")]
		}
	}
}

func (d *docx) relations(root *element) {
	for _, r := range root.children {
		if strings.HasSuffix(r.get("Type"), "/hyperlink") {
			d.links[r.get("Id")] = r.get("Target")
		}
	}
}

func (d *docx) footnotes(root *element) {
	for _, n := range root.children {
		if n.get("type") == "" {
			d.notes[n.name+n.get("id")] = n
		}
	}
}

// body draws what stands under each other.
func (d *docx) body(e *element) {
	for _, c := range e.children {
		switch c.name {
		case "p":
			d.paragraph(c)
		case "tbl":
			d.table(c)
		case "sdt":
			if c.has("sdtPr", "docPartObj", "docPartGallery") && strings.Contains(c.child("sdtPr", "docPartObj", "docPartGallery").get("val"), "Contents") {
				continue // the table of contents makes itself
			}
			d.body(c.child("sdtContent"))
		case "ins", "customXml", "smartTag", "moveTo":
			d.body(c)
		case "del", "moveFrom":
			d.note("Text that was struck out with changes tracked was left out. Text that was put in was kept.")
		}
	}
}

func (d *docx) paragraph(p *element) {
	pPr := p.child("pPr")
	level := d.level[pPr.child("pStyle").get("val")]
	if level == 0 {
		level = outline(pPr)
	}
	if level < 0 {
		return
	}
	if level > 0 {
		if title := strings.Join(strings.Fields(plain(p)), " "); title != "" {
			d.blocks = append(d.blocks, block{level: level, text: title, whole: d.title[pPr.child("pStyle").get("val")]})
		}
		d.boxes(p)
		return
	}
	text := start(strings.TrimSpace(d.inline(p)))
	if text != "" {
		if num := pPr.child("numPr"); num.has("numId") && num.child("numId").get("val") != "0" {
			d.item(num, text)
		} else {
			d.blocks = append(d.blocks, block{text: text})
		}
	}
	d.boxes(p)
}

// item adds a line to a list. Lines that follow each other are one list.
func (d *docx) item(num *element, text string) {
	depth := 0
	if v := num.child("ilvl").get("val"); len(v) == 1 && v[0] > '0' && v[0] <= '8' {
		depth = min(int(v[0]-'0'), 3)
	}
	mark := "- "
	if counts := d.list[num.child("numId").get("val")]; len(counts) > depth && counts[depth] {
		mark = "1. "
	}
	line := strings.Repeat("    ", depth) + mark + strings.ReplaceAll(text, "\\\n", " ")
	if n := len(d.blocks); n > 0 && d.blocks[n-1].level == 0 && isList(d.blocks[n-1].text) {
		d.blocks[n-1].text += "\n" + line
		return
	}
	d.blocks = append(d.blocks, block{text: strings.TrimLeft(line, " ")})
}

func isList(s string) bool { return strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "1. ") }

// boxes draws the words of text boxes after the paragraph they hang on.
func (d *docx) boxes(e *element) {
	for _, c := range e.children {
		switch c.name {
		case "txbxContent":
			d.note("Words in text boxes were put after the paragraph that they stood beside.")
			d.body(c)
		case "Fallback": // the same box again, for older programs
		default:
			d.boxes(c)
		}
	}
}

// plain is the words of an element alone.
func plain(e *element) string {
	var out strings.Builder
	for _, c := range e.children {
		switch c.name {
		case "t":
			out.WriteString(c.text)
		case "tab", "br", "cr", "noBreakHyphen":
			out.WriteString(gap(c.name))
		case "del", "moveFrom", "txbxContent", "pPr", "rPr", "Fallback":
		default:
			out.WriteString(plain(c))
		}
	}
	return out.String()
}

func gap(name string) string {
	if name == "noBreakHyphen" {
		return "-"
	}
	return " "
}

// run is a stretch of words of one look.
type run struct {
	text         string
	bold, italic bool
	raw          bool // Markdown already
}

// inline draws the words of a paragraph with their looks and links.
func (d *docx) inline(e *element) string {
	var runs []run
	d.runs(e, &runs)
	var out strings.Builder
	for i := 0; i < len(runs); {
		r := runs[i]
		text := r.text
		for i++; i < len(runs) && !r.raw && !runs[i].raw && runs[i].bold == r.bold && runs[i].italic == r.italic; i++ {
			text += runs[i].text
		}
		if r.raw {
			out.WriteString(text)
			continue
		}
		core := strings.TrimSpace(text)
		mark := map[[2]bool]string{{true, false}: "**", {false, true}: "*", {true, true}: "***"}[[2]bool{r.bold, r.italic}]
		if core == "" || mark == "" {
			out.WriteString(escape(text))
			continue
		}
		// A mark must touch the words it marks, and no others.
		before := text[:len(text)-len(strings.TrimLeft(text, " \u00a0"))]
		after := text[len(strings.TrimRight(text, " \u00a0")):]
		out.WriteString(before + mark + escape(core) + mark + after)
	}
	return strings.Join(strings.FieldsFunc(out.String(), func(r rune) bool { return r == ' ' || r == '\t' || r == '\u00a0' }), " ")
}

func (d *docx) runs(e *element, out *[]run) {
	for _, c := range e.children {
		switch c.name {
		case "r":
			d.oneRun(c, out)
		case "hyperlink":
			d.hyperlink(c, out)
		case "ins", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "moveTo":
			d.runs(c, out)
		case "del", "moveFrom":
			d.note("Text that was struck out with changes tracked was left out. Text that was put in was kept.")
		}
	}
}

func (d *docx) oneRun(r *element, out *[]run) {
	look := r.child("rPr")
	if look.on("vanish") {
		d.note("Hidden text was left out.")
		return
	}
	bold, italic := look.on("b"), look.on("i")
	for _, c := range r.children {
		switch c.name {
		case "t":
			*out = append(*out, run{text: c.text, bold: bold, italic: italic})
		case "tab", "br", "cr", "noBreakHyphen":
			*out = append(*out, run{text: gap(c.name), bold: bold, italic: italic})
		case "footnoteReference", "endnoteReference":
			kind := strings.TrimSuffix(c.name, "Reference")
			if n, id := d.notes[kind+c.get("id")], kind+c.get("id"); n != nil && !d.open[id] {
				d.open[id] = true
				d.note("Footnotes were put in brackets where they belong.")
				if text := strings.Join(strings.Fields(plain(n)), " "); text != "" {
					*out = append(*out, run{text: " (" + text + ")"})
				}
				delete(d.open, id)
			}
		case "drawing", "pict", "object":
			if !contains(c, "txbxContent") {
				d.note("Pictures were left out. Put each one in again with a text that says what it shows.")
			}
		case "AlternateContent":
			if !contains(c, "txbxContent") {
				d.note("Pictures were left out. Put each one in again with a text that says what it shows.")
			}
		}
	}
}

func contains(e *element, name string) bool {
	for _, c := range e.children {
		if c.name == name || contains(c, name) {
			return true
		}
	}
	return false
}

// hyperlink keeps a link that leads to a safe address elsewhere, and of every
// other its words.
func (d *docx) hyperlink(h *element, out *[]run) {
	words := strings.Join(strings.Fields(plain(h)), " ")
	to := d.links[h.get("id")]
	u, err := url.Parse(to)
	if to == "" || err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		if to != "" {
			d.note("Links that do not begin with https:// were left out, and their words kept.")
		} else {
			d.note("Links inside the document were left out, and their words kept. Put in links to sections of the manual again.")
		}
		*out = append(*out, run{text: words})
		return
	}
	if words != "" {
		*out = append(*out, run{text: "[" + escape(words) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E").Replace(u.String()) + ")", raw: true})
	}
}

// table draws a table; its first row is its heading. A table of one cell is a
// box, and becomes its paragraphs.
func (d *docx) table(t *element) {
	var rows [][]*element
	wide := 0
	for _, r := range t.children {
		if r.name != "tr" {
			continue
		}
		var cells []*element
		for _, c := range r.children {
			if c.name == "sdt" {
				c = c.child("sdtContent", "tc")
			}
			if c.name == "tc" {
				cells = append(cells, c)
			}
		}
		wide = max(wide, len(cells))
		rows = append(rows, cells)
	}
	if wide == 0 {
		return
	}
	if wide == 1 {
		for _, r := range rows {
			for _, c := range r {
				d.body(c)
			}
		}
		return
	}
	var out strings.Builder
	for i, r := range rows {
		for c := range wide {
			text := ""
			if c < len(r) {
				text = d.cell(r[c])
			}
			out.WriteString("| " + text + " ")
		}
		out.WriteString("|\n")
		if i == 0 {
			out.WriteString(strings.Repeat("| --- ", wide) + "|\n")
		}
	}
	d.blocks = append(d.blocks, block{text: strings.TrimSpace(out.String())})
}

// cell is the words of a cell on one line.
func (d *docx) cell(c *element) string {
	var lines []string
	for _, p := range c.children {
		switch p.name {
		case "p":
			if s := strings.TrimSpace(d.inline(p)); s != "" {
				lines = append(lines, s)
			}
		case "tbl":
			d.note("A table inside a table became the words of its cell.")
			if s := strings.Join(strings.Fields(plain(p)), " "); s != "" {
				lines = append(lines, escape(s))
			}
		}
	}
	for i := range len(lines) - 1 {
		if !strings.ContainsAny(lines[i][len(lines[i])-1:], ".;:?!,") {
			lines[i] += ";"
		}
	}
	return strings.Join(lines, " ")
}
