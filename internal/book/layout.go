package book

import (
	"strconv"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansbolditalic"
	"github.com/go-fonts/liberation/liberationsansitalic"
	"github.com/go-fonts/liberation/liberationsansregular"

	"frontdoor/internal/guidance"
)

// Measures of the page: A4, in millimetres.
const (
	pageWide   = 210.0
	pageHigh   = 297.0
	margin     = 20.0
	top        = 24.0
	bottom     = pageHigh - 24
	lineHigh   = 1.42 // of a line, as a multiple of its type's size
	bodyType   = 10.0 // points
	smallType  = 8.0
	point      = 25.4 / 72
	indentWide = 6.0
	barWide    = 4.0
)

var typefaces = []struct {
	style string
	data  []byte
}{
	{"", liberationsansregular.TTF},
	{"B", liberationsansbold.TTF},
	{"I", liberationsansitalic.TTF},
	{"BI", liberationsansbolditalic.TTF},
}

// missing stands where words are in a script that the typeface does not have, or
// that it would join wrongly: they are never printed as something else.
const missing = "[read this on the site]"

// printable gives the text with nothing in it that cannot be drawn rightly.
func printable(s string) string {
	can := plainHas()
	var b strings.Builder
	gone := false // inside words that cannot be drawn
	for _, r := range s {
		switch {
		case r == '\u00ad' || r == '\u200b' || r == '\u2060' || r == '\ufeff' || unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r):
			// Says where a word may break, or nothing.
		case unicode.IsSpace(r) && r != '\u00a0':
			b.WriteByte(' ')
		case can(r) && !unicode.In(r, unicode.Hebrew, unicode.Arabic):
			gone = false
			b.WriteRune(r)
		case !gone:
			gone = true
			b.WriteString(missing)
		}
	}
	return b.String()
}

// piece is a word, or the part of one that is in one style.
type piece struct {
	text   string
	style  string // as fpdf names them
	href   string
	wide   float64
	space  bool   // stands after a space
	family string // of letters
	read   string // how it is read, where its letters stand otherwise
	right  bool   // reads from the right
}

type line struct {
	pieces []piece
	wide   float64
}

// printer draws on pages.
type printer struct {
	*fpdf.Fpdf
	copy  Copy
	check string // the address that tells whether the copy is current
	y     float64
	left  float64
	right float64 // where text ends, from the left edge
	bars  []bar   // of the alerts that are open
	// before and total are where everything stood, and how many pages there were,
	// when the copy was drawn the first time; stands is where it stands now.
	before, stands map[string]int
	total          int
	links          map[string]int // by place of the copy
	running        string         // what the head of each page says
	at             *guidance.Page // the chapter being drawn
	base, level    int            // of the chapter's bookmark, and of the last
	tags           *tags          // of a sheet; a copy of the manual has none
	aside          bool           // what is drawn is no part of the text
}

type bar struct {
	x       float64
	r, g, b int
}

func (p *printer) face(style string, size float64) { p.SetFont(plainFamily, style, size) }

// faceOf sets the face that a piece is drawn in.
func (p *printer) faceOf(w piece, size float64) { p.SetFont(w.family, w.style, size) }

// parted gives the runs of a text. The manual is for print and for the site, where
// every letter can be read; a sheet is all that its reader has.
func (p *printer) parted(text string) []run {
	if p.tags == nil {
		return []run{{text: printable(text), family: plainFamily}}
	}
	return runs(text)
}

func (p *printer) ink(r, g, b int) { p.SetTextColor(r, g, b) }

func (p *printer) black() { p.ink(11, 12, 12) }

// broken puts spans into lines of a width.
func (p *printer) broken(spans []span, size, width float64) []line {
	p.face("", size)
	gap := p.GetStringWidth(" ")
	var out []line
	var now line
	end := func() {
		out = append(out, now)
		now = line{}
	}
	var word []piece // pieces that no space parts
	put := func() {
		if len(word) == 0 {
			return
		}
		wide := 0.0
		for _, w := range word {
			wide += w.wide
		}
		lead := 0.0
		if len(now.pieces) > 0 && word[0].space {
			lead = gap
		}
		if len(now.pieces) > 0 && now.wide+lead+wide > width {
			end()
			lead = 0
		}
		if len(now.pieces) == 0 {
			word[0].space = false
		}
		now.wide += lead
		for _, w := range word {
			// A word wider than the line is cut where it must be.
			for now.wide+w.wide > width && len([]rune(w.text)) > 1 {
				head, tail := p.cut(w, size, width-now.wide, len(now.pieces) == 0)
				if head.text != "" {
					now.pieces, now.wide = append(now.pieces, head), now.wide+head.wide
				}
				end()
				tail.space = false
				w = tail
				if w.text == "" {
					break
				}
			}
			if w.text != "" {
				now.pieces, now.wide = append(now.pieces, w), now.wide+w.wide
			}
		}
		word = nil
	}
	space := false
	for _, s := range spans {
		if s.br {
			put()
			end()
			space = false
			continue
		}
		style := ""
		if s.bold {
			style += "B"
		}
		if s.italic {
			style += "I"
		}
		for _, r := range p.parted(s.text) {
			text := r.text
			for text != "" {
				rest := strings.TrimLeft(text, " ")
				if len(rest) < len(text) {
					put()
					space = true
				}
				var bit string
				if i := strings.IndexByte(rest, ' '); i >= 0 {
					bit, text = rest[:i], rest[i:]
				} else {
					bit, text = rest, ""
				}
				if bit != "" {
					one := piece{text: bit, style: style, href: s.href, space: space, family: r.family, read: r.read, right: r.right}
					p.faceOf(one, size)
					one.wide = p.GetStringWidth(bit)
					word = append(word, one)
					space = false
				}
			}
		}
	}
	put()
	if len(now.pieces) > 0 {
		end()
	}
	return out
}

// cut parts a word at a width. A line that holds nothing yet takes one letter at
// least.
func (p *printer) cut(w piece, size, width float64, empty bool) (head, tail piece) {
	p.faceOf(w, size)
	letters := []rune(w.text)
	n := 0
	for n < len(letters) && p.GetStringWidth(string(letters[:n+1])) <= width {
		n++
	}
	if n == 0 && empty {
		n = 1
	}
	head, tail = w, w
	head.read, tail.read = "", ""
	head.text, tail.text = string(letters[:n]), string(letters[n:])
	head.wide, tail.wide = p.GetStringWidth(head.text), p.GetStringWidth(tail.text)
	return head, tail
}

// drawLine draws one line with its top at y.
func (p *printer) drawLine(l line, x, y, size float64) {
	high := size * point * lineHigh
	base := y + high*0.74
	p.face("", size)
	gap := p.GetStringWidth(" ")
	order, gaps := asWritten(l.pieces)
	at, after := make([]float64, len(l.pieces)), make([]bool, len(l.pieces))
	for n, i := range order {
		if gaps[n] {
			x += gap
		}
		at[i], after[i] = x, gaps[n]
		x += l.pieces[i].wide
	}
	// Drawn as it is read, wherever each word stands.
	for i := 0; i < len(l.pieces); {
		first := l.pieces[i]
		// Words of one style are drawn together, so that they are found together.
		text, wide := first.text, first.wide
		next := i + 1
		for next < len(l.pieces) && first.goesWith(l.pieces[next]) && at[next] > at[next-1] {
			if l.pieces[next].space {
				text, wide = text+" ", wide+gap
			}
			text, wide = text+l.pieces[next].text, wide+l.pieces[next].wide
			next++
		}
		x := at[i]
		p.faceOf(first, size)
		if first.href != "" {
			p.ink(18, 64, 90)
			p.link(first.href, x, y, wide, high)
			p.SetDrawColor(18, 64, 90)
			p.SetLineWidth(0.15)
			p.Line(x, base+0.6, x+wide, base+0.6)
		}
		p.spoken(first.read, func() {
			p.marked(func() {
				// A space drawn as one is a space to whoever copies the words.
				if after[i] && p.tags != nil {
					p.Text(x-gap, base, " ")
				}
				p.Text(x, base, text)
			})
		})
		if first.href != "" {
			p.black()
		}
		i = next
	}
}

// goesWith tells whether two pieces are drawn alike, one after the other.
func (w piece) goesWith(next piece) bool {
	return next.style == w.style && next.href == w.href && next.family == w.family && !next.right && !w.right
}

// link makes a place of the page lead where a link of the text leads.
func (p *printer) link(href string, x, y, wide, high float64) {
	if p.at == nil {
		p.LinkString(x, y, wide, high, href)
		return
	}
	chapter, head, address := p.copy.goes(p.at, href)
	if chapter == nil {
		if address != "" {
			p.LinkString(x, y, wide, high, address)
		}
		return
	}
	p.Link(x, y, wide, high, p.place(chapter.Key+"#"+head))
}

// place is the link that leads to a place of the copy.
func (p *printer) place(key string) int {
	id, ok := p.links[key]
	if !ok {
		id = p.AddLink()
		p.links[key] = id
	}
	return id
}

// here notes that a place of the copy is at the present line.
func (p *printer) here(key string) {
	p.SetLink(p.place(key), p.y, p.PageNo())
	p.stands[key] = p.PageNo()
}

// page begins a new one.
func (p *printer) page() {
	p.AddPage()
	p.y = top
	p.black()
}

// need begins a new page unless so much room is left.
func (p *printer) need(high float64) {
	if p.y+high > bottom {
		p.page()
	}
}

// space leaves some, with the bars of alerts going on.
func (p *printer) space(high float64) {
	high = min(high, max(0, bottom-p.y))
	p.drawBars(high)
	p.y += high
}

func (p *printer) drawBars(high float64) {
	for _, b := range p.bars {
		p.SetFillColor(b.r, b.g, b.b)
		p.Rect(b.x, p.y, 1, high, "F")
	}
}

// paragraph draws spans between left and right.
func (p *printer) paragraph(spans []span, size float64) {
	high := size * point * lineHigh
	lines := p.broken(spans, size, p.right-p.left)
	for i, l := range lines {
		// No first line alone at the end of a page, and no last alone at its start.
		if i == 0 && len(lines) > 1 || i == len(lines)-2 && i > 0 {
			p.need(2 * high)
		}
		p.need(high)
		p.drawBars(high)
		p.drawLine(l, p.left, p.y, size)
		p.y += high
	}
}

// blocks draws a text.
func (p *printer) blocks(all []block) {
	for _, b := range all {
		p.block(b)
	}
}

var tones = map[string]bar{"danger": {0, 148, 37, 20}, "say": {0, 15, 122, 82}, "details": {0, 177, 180, 182}, "": {0, 18, 64, 90}}

func (p *printer) block(b block) {
	switch b.kind {
	case heading:
		size, before := 14.0, 5.0
		if b.level > 2 {
			size, before = 11.0, 3.0
		}
		p.need(before + size*point*lineHigh + 3*bodyType*point*lineHigh)
		if p.y > top {
			p.space(before)
		}
		if p.at != nil && b.id != "" {
			p.here(p.at.Key + "#" + b.id)
			p.bookmark(words(b.spans), p.base+b.level-1)
		}
		p.tag("H"+strconv.Itoa(min(b.level, 6)), func() { p.paragraph(embolden(b.spans), size) })
		p.space(1.5)
	case paragraph:
		p.tag("P", func() { p.paragraph(b.spans, bodyType) })
		p.space(2.2)
	case list:
		p.tag("L", func() {
			for _, one := range b.kids {
				p.item(one)
			}
		})
		p.space(1)
	case item:
		p.item(b)
	case table:
		p.table(b)
	case alert:
		tone := tones[b.tone]
		tone.x = p.left
		p.need(4 * bodyType * point * lineHigh)
		p.space(0.8)
		p.bars = append(p.bars, tone)
		p.left += barWide
		narrow := p.right - p.left
		if narrow < 40 { // no deeper: there would be no room for words
			p.left -= barWide
		}
		p.tag("BlockQuote", func() { p.blocks(b.kids) })
		if narrow >= 40 {
			p.left -= barWide
		}
		p.bars = p.bars[:len(p.bars)-1]
		p.space(2.2)
	case picture:
		p.picture(b)
	case rule:
		p.need(4)
		p.SetDrawColor(177, 180, 182)
		p.SetLineWidth(0.3)
		p.Line(p.left, p.y+1.5, p.right, p.y+1.5)
		p.y += 4
	}
}

func (p *printer) item(b block) { p.tag("LI", func() { p.itemOf(b) }) }

func (p *printer) itemOf(b block) {
	high := bodyType * point * lineHigh
	p.need(high)
	if len(b.kids) == 0 {
		return
	}
	step := indentWide
	if p.right-p.left-step < 40 {
		step = 0
	}
	mark := func() {
		p.tag("Lbl", func() { p.marked(func() { p.itemMark(b, high) }) })
	}
	// The mark stands beside the first line, wherever that comes to stand.
	if b.kids[0].kind == paragraph && len(p.broken(b.kids[0].spans, bodyType, p.right-p.left-step)) > 1 {
		p.need(2 * high)
	}
	if step > 0 {
		mark()
	}
	p.left += step
	p.tag("LBody", func() {
		for i, k := range b.kids {
			p.block(k)
			if k.kind == paragraph && i == 0 && len(b.kids) == 1 {
				p.y -= 1.2 // items of one line stand close
			}
		}
	})
	p.left -= step
}

// itemMark draws what stands before an item.
func (p *printer) itemMark(b block, high float64) {
	switch {
	case b.tick:
		p.SetDrawColor(11, 12, 12)
		p.SetLineWidth(0.3)
		p.Fpdf.Rect(p.left, p.y+high*0.16, 3.2, 3.2, "D")
	case b.number > 0:
		p.face("", bodyType)
		p.Text(p.left, p.y+high*0.74, strconv.Itoa(b.number)+".")
	default:
		p.face("", bodyType)
		p.Text(p.left+1, p.y+high*0.74, "•")
	}
}

func embolden(spans []span) []span {
	out := make([]span, len(spans))
	for i, s := range spans {
		s.bold = true
		out[i] = s
	}
	return out
}
