package book

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// tags are the structure of a PDF, by which a screen reader tells a heading from
// a paragraph and reads a table by its cells. The typesetter knows nothing of
// them: marks are written into the pages, and put adds the tree afterwards.
type tags struct {
	root  *element
	now   *element
	pages [][]*element // by page and mark
}

// element is one part of the structure.
type element struct {
	role  string // as PDF names them: P, H1, TD
	scope string // of a TH
	read  string // how its words are read
	up    *element
	kids  []kid // in the order in which they are read
	id    int
}

// kid is a part of an element: another element, or a mark on a page.
type kid struct {
	part       *element
	page, mark int // from 0
}

func newTags() *tags {
	root := &element{role: "Document"}
	return &tags{root: root, now: root}
}

func (t *tags) open(role string) *element {
	e := &element{role: role, up: t.now}
	t.now.kids = append(t.now.kids, kid{part: e})
	t.now = e
	return e
}

// mark gives the next mark of a page to the part that is open.
func (t *tags) mark(page int) int {
	for len(t.pages) <= page {
		t.pages = append(t.pages, nil)
	}
	n := len(t.pages[page])
	t.pages[page] = append(t.pages[page], t.now)
	t.now.kids = append(t.now.kids, kid{page: page, mark: n})
	return n
}

// tag draws something as a part of the structure.
func (p *printer) tag(role string, draw func()) {
	if p.tags == nil {
		draw()
		return
	}
	before := p.tags.now
	p.tags.open(role)
	draw()
	p.tags.now = before
}

// marked draws words of the part that is open, or what is no part of the text.
func (p *printer) marked(draw func()) {
	switch {
	case p.tags == nil:
		draw()
		return
	case p.aside || p.tags.now == p.tags.root:
		p.RawWriteStr("/Artifact BMC")
	default:
		page := p.PageNo() - 1
		n := p.tags.mark(page)
		p.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", p.tags.now.role, n))
	}
	draw()
	p.RawWriteStr("EMC")
}

// besides draws what is no part of the text: the head and foot of a page, and
// the head of a table drawn again.
func (p *printer) besides(draw func()) {
	was := p.aside
	p.aside = true
	draw()
	p.aside = was
}

// Line draws one that is no part of the text.
func (p *printer) Line(x1, y1, x2, y2 float64) {
	p.besides(func() { p.marked(func() { p.Fpdf.Line(x1, y1, x2, y2) }) })
}

// Rect draws one that is no part of the text.
func (p *printer) Rect(x, y, w, h float64, style string) {
	p.besides(func() { p.marked(func() { p.Fpdf.Rect(x, y, w, h, style) }) })
}

// spoken draws words whose letters stand on the page otherwise than they are
// read: joined, or from right to left.
func (p *printer) spoken(words string, draw func()) {
	if words == "" {
		draw()
		return
	}
	p.tag("Span", func() {
		p.tags.now.read = words
		draw()
	})
}

// hexText is a text as PDF takes it anywhere.
func hexText(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

var (
	objStart = regexp.MustCompile(`^(\d+) 0 obj`)
	xrefAt   = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	trailers = regexp.MustCompile(`(?s)trailer\s*<<(.*?)>>\s*startxref`)
	rootRef  = regexp.MustCompile(`/Root (\d+) 0 R`)
	pageDict = regexp.MustCompile(`^\d+ 0 obj\s*<<\s*/Type /Page\s`)
)

var errNoPDF = errors.New("the typesetter made a PDF that cannot be read back")

// put adds the structure to a PDF that the typesetter has made.
func (t *tags) put(pdf []byte) ([]byte, error) {
	m := xrefAt.FindSubmatch(pdf)
	tr := trailers.FindSubmatch(pdf)
	if m == nil || tr == nil {
		return nil, errNoPDF
	}
	at, _ := strconv.Atoi(string(m[1]))
	objects, err := objectsOf(pdf, at)
	if err != nil {
		return nil, err
	}
	ref := rootRef.FindSubmatch(tr[1])
	if ref == nil {
		return nil, errNoPDF
	}
	root, _ := strconv.Atoi(string(ref[1]))
	if root < 1 || root > len(objects) {
		return nil, errNoPDF
	}
	// The pages, as they lie in the file, which is their order.
	var pages []int
	for i, o := range objects {
		if pageDict.Match(o) {
			pages = append(pages, i+1)
		}
	}
	tree := len(objects) + 1
	var all []*element
	var number func(e *element)
	number = func(e *element) {
		e.id = tree + 2 + len(all)
		all = append(all, e)
		for _, k := range e.kids {
			if k.part != nil {
				number(k.part)
			}
		}
	}
	number(t.root)
	for i, id := range pages {
		objects[id-1] = dictWith(objects[id-1], fmt.Sprintf("/StructParents %d /Tabs /S ", i))
	}
	objects[root-1] = dictWith(objects[root-1], fmt.Sprintf("/MarkInfo <</Marked true>> /ViewerPreferences <</DisplayDocTitle true>> /StructTreeRoot %d 0 R ", tree))
	objects = append(objects, fmt.Appendf(nil, "%d 0 obj\n<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>\nendobj\n", tree, t.root.id, tree+1, len(pages)))
	var parents strings.Builder
	for i := range pages {
		fmt.Fprintf(&parents, "%d [", i)
		if i < len(t.pages) {
			for _, e := range t.pages[i] {
				fmt.Fprintf(&parents, "%d 0 R ", e.id)
			}
		}
		parents.WriteString("] ")
	}
	objects = append(objects, fmt.Appendf(nil, "%d 0 obj\n<</Nums [%s]>>\nendobj\n", tree+1, parents.String()))
	for _, e := range all {
		objects = append(objects, e.object(tree, pages))
	}
	return assembled([]byte("%PDF-1.7\n"), objects, string(tr[1])), nil
}

func (e *element) object(tree int, pages []int) []byte {
	up := tree
	if e.up != nil {
		up = e.up.id
	}
	var kids strings.Builder
	for _, k := range e.kids {
		switch {
		case k.part != nil:
			fmt.Fprintf(&kids, "%d 0 R ", k.part.id)
		case k.page < len(pages):
			fmt.Fprintf(&kids, "<</Type /MCR /Pg %d 0 R /MCID %d>> ", pages[k.page], k.mark)
		}
	}
	more := ""
	if e.scope != "" {
		more = " /A <</O /Table /Scope /" + e.scope + ">>"
	}
	if e.read != "" {
		more += " /ActualText " + hexText(e.read)
	}
	return fmt.Appendf(nil, "%d 0 obj\n<</Type /StructElem /S /%s /P %d 0 R /K [%s]%s>>\nendobj\n", e.id, e.role, up, strings.TrimSpace(kids.String()), more)
}

// objectsOf cuts a PDF into its objects, of which the table at an offset tells
// where they lie.
func objectsOf(pdf []byte, at int) ([][]byte, error) {
	if at < 0 || at > len(pdf) {
		return nil, errNoPDF
	}
	var offsets []int
	for _, l := range strings.Split(string(pdf[at:]), "\n")[3:] {
		if !strings.HasSuffix(strings.TrimRight(l, " \r"), " n") {
			break
		}
		n, err := strconv.Atoi(l[:10])
		if err != nil {
			return nil, errNoPDF
		}
		offsets = append(offsets, n)
	}
	order := slices.Sorted(slices.Values(append(slices.Clone(offsets), at)))
	out := make([][]byte, len(offsets))
	for i, from := range offsets {
		j, _ := slices.BinarySearch(order, from)
		if j+1 >= len(order) || order[j+1] > len(pdf) {
			return nil, errNoPDF
		}
		o := pdf[from:order[j+1]]
		if m := objStart.FindSubmatch(o); m == nil || string(m[1]) != strconv.Itoa(i+1) {
			return nil, errNoPDF
		}
		out[i] = o
	}
	return out, nil
}

// dictWith puts something into the dictionary that an object is.
func dictWith(object []byte, more string) []byte {
	i := bytes.Index(object, []byte("<<")) + 2
	return slices.Concat(object[:i], []byte(more), object[i:])
}

var sizeOf = regexp.MustCompile(`/Size \d+`)

// assembled puts objects into one file.
func assembled(head []byte, objects [][]byte, trailer string) []byte {
	var out bytes.Buffer
	out.Write(head)
	out.WriteString("%\xe2\xe3\xcf\xd3\n") // says that the file is not text
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		out.Write(o)
		if !bytes.HasSuffix(o, []byte("\n")) {
			out.WriteByte('\n')
		}
	}
	at := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n", sizeOf.ReplaceAllString(trailer, "/Size "+strconv.Itoa(len(objects)+1)), at)
	return out.Bytes()
}
