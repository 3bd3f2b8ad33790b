package book

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/qr"

	"frontdoor/internal/guidance"
)

// PDF draws a copy on A4 pages: a first page that says what it is and how to
// find out whether it is current, the contents, the chapters, and bookmarks.
// Every page says the edition, since when it is in force, and its own number.
//
// It has no tags for screen readers, and says so: the page of the site is the
// version for them. The same copy always gives the same bytes.
func PDF(c Copy) ([]byte, error) {
	// Drawn twice: the contents name pages that are known only when all is drawn.
	first := printed(c, nil, 0)
	p := printed(c, first.stands, first.PageCount())
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s: %w", c.Title(), err)
	}
	return out.Bytes(), nil
}

func printed(c Copy, before map[string]int, total int) *printer {
	p := &printer{
		Fpdf: fpdf.New("P", "mm", "A4", ""), copy: c, check: c.Check(), left: margin, right: pageWide - margin,
		before: before, stands: map[string]int{}, total: total, links: map[string]int{}, level: -1,
	}
	for _, f := range typefaces {
		p.AddUTF8FontFromBytes(plainFamily, f.style, f.data)
	}
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(margin, top, margin)
	day := time.Date(c.Edition.From.Year(), c.Edition.From.Month(), c.Edition.From.Day(), 0, 0, 0, 0, time.UTC)
	p.SetCreationDate(day)
	p.SetModificationDate(day)
	p.SetCatalogSort(true)
	p.SetTitle(printable(c.Title()+". "+c.Standing()), true)
	p.SetAuthor(printable(c.Publisher), true)
	p.SetSubject(printable("Is this copy current? "+p.check), true)
	p.SetProducer("Frontdoor", true)
	p.SetLang("en-GB")
	p.SetHeaderFunc(p.head)
	p.SetFooterFunc(p.foot)

	p.cover()
	for _, part := range c.parts() {
		for i, ch := range part.chapters {
			p.chapter(part, ch, i == 0)
		}
	}
	return p
}

// head is at the top of every page but the first.
func (p *printer) head() {
	if p.PageNo() == 1 {
		return
	}
	p.ink(80, 90, 95)
	p.fitted(p.copy.Library.Manual.Title, margin, 14, (pageWide-2*margin)/2-2, "L")
	p.fitted(p.running, pageWide/2, 14, pageWide/2-margin, "R")
}

// foot is at the end of every page.
func (p *printer) foot() {
	p.SetDrawColor(177, 180, 182)
	p.SetLineWidth(0.2)
	p.Line(margin, pageHigh-19, pageWide-margin, pageHigh-19)
	p.ink(80, 90, 95)
	number := "Page " + strconv.Itoa(p.PageNo()) + " of " + strconv.Itoa(max(p.total, p.PageNo()))
	p.fitted(p.copy.Standing(), margin, pageHigh-18, pageWide-2*margin-32, "L")
	p.fitted(number, pageWide-margin-30, pageHigh-18, 30, "R")
	wide := p.fitted("Is this copy current? "+p.check, margin, pageHigh-14, pageWide-2*margin, "L")
	p.LinkString(margin, pageHigh-14, wide, 4, p.check)
}

// fitted draws one line of small type, shortened to the room there is, and gives
// its width.
func (p *printer) fitted(text string, x, y, wide float64, align string) float64 {
	p.face("", smallType)
	text = printable(text)
	if p.GetStringWidth(text) > wide {
		letters := []rune(text)
		for len(letters) > 0 && p.GetStringWidth(string(letters)+"…") > wide {
			letters = letters[:len(letters)-1]
		}
		text = string(letters) + "…"
	}
	took := p.GetStringWidth(text)
	if align == "R" {
		x += wide - took
	}
	p.marked(func() { p.Text(x, y+3, text) })
	return took
}

// bookmark adds one, no deeper than one step below the last.
func (p *printer) bookmark(title string, level int) {
	level = min(level, p.level+1)
	p.level = level
	if title = printable(title); title == "" {
		title = "…"
	}
	p.Bookmark(title, level, p.y)
}

// plain is a paragraph of one style.
func (p *printer) plain(text string, size float64, style span) {
	style.text = text
	p.paragraph([]span{style}, size)
}

// cover is the first page, and the contents.
func (p *printer) cover() {
	c := p.copy
	p.page()
	p.bookmark(c.Title(), 0)
	p.plain(c.Publisher, 11, span{})
	p.space(14)
	p.plain(c.Title(), 26, span{bold: true})
	p.space(3)
	if c.Chapter != nil {
		p.plain("A chapter of "+c.Library.Manual.Title, 12, span{})
		p.space(2)
	}
	p.plain(c.Standing(), 12, span{})
	p.space(8)
	at := p.y
	p.qr(pageWide-margin-34, at, 34)
	p.right -= 42
	p.plain("Is this copy current?", 12, span{bold: true})
	p.plain("Procedures change, and a printed page cannot know it. Before you rely on this copy, point a phone’s camera at the square or open this address. It says whether this copy is still in force and, if not, what replaced it.", bodyType, span{})
	p.space(1)
	p.plain(p.check, smallType, span{href: p.check})
	p.right += 42
	p.y = max(p.y, at+36)
	p.space(4)
	if c.Library.Manual.Standing != "" {
		p.bars = []bar{tones[""]}
		p.bars[0].x = p.left
		p.left += barWide
		p.plain(c.Library.Manual.Standing, bodyType, span{})
		p.left -= barWide
		p.bars = nil
		p.space(4)
	}
	p.plain("Read it on the site instead if you use a screen reader or want larger type: this PDF is for print and has no tags. ", bodyType, span{})
	p.plain(c.Address(), bodyType, span{href: c.Address()})
	p.space(6)
	p.contents()
}

func (p *printer) contents() {
	parts := p.copy.parts()
	if p.copy.Chapter != nil && len(p.copy.Chapter.Text.Sections) < 2 {
		return
	}
	p.need(30)
	p.plain("Contents", 14, span{bold: true})
	p.space(2)
	for _, part := range parts {
		if part.title != "" {
			p.need(14)
			p.space(2)
			p.plain(part.title, 11, span{bold: true})
			p.space(1)
		}
		for _, ch := range part.chapters {
			if p.copy.Chapter == nil {
				p.entry(ch.Title, ch.Key+"#")
				continue
			}
			for _, s := range ch.Text.Sections {
				if s.Title != "" {
					p.entry(s.Title, ch.Key+"#"+s.Key)
				}
			}
		}
	}
}

// entry is one line of the contents.
func (p *printer) entry(title, key string) {
	high := bodyType * point * lineHigh
	lines := p.broken([]span{{text: title}}, bodyType, p.right-p.left-14)
	for i, l := range lines {
		p.need(high)
		p.drawLine(l, p.left, p.y, bodyType)
		p.Link(p.left, p.y, p.right-p.left, high, p.place(key))
		if i == len(lines)-1 {
			p.face("", bodyType)
			// The first time round the page is not known yet; the room is the same.
			number := strconv.Itoa(p.before[key])
			wide := p.GetStringWidth(number)
			p.SetDrawColor(177, 180, 182)
			p.SetLineWidth(0.15)
			p.Line(p.left+l.wide+2, p.y+high*0.74, p.right-wide-2, p.y+high*0.74)
			p.Text(p.right-wide, p.y+high*0.74, number)
		}
		p.y += high
	}
}

// qr draws the address that tells whether the copy is current, for a camera. An
// address too long for one is left to be typed.
func (p *printer) qr(x, y, size float64) {
	code, err := qr.Encode(p.check, qr.M, qr.Auto)
	if err != nil {
		return
	}
	n := code.Bounds().Dx()
	step := size / float64(n)
	p.SetFillColor(11, 12, 12)
	for j := range n {
		for i := 0; i < n; i++ {
			from := i
			for i < n && dark(code.At(i, j).RGBA()) {
				i++
			}
			if i > from {
				p.Rect(x+float64(from)*step, y+float64(j)*step, float64(i-from)*step, step, "F")
			}
		}
	}
	p.LinkString(x, y, size, size, p.check)
}

func dark(r, _, _, _ uint32) bool { return r < 0x8000 }

// chapter begins on a page of its own.
func (p *printer) chapter(part part, ch *guidance.Page, first bool) {
	p.at, p.running = ch, ch.Title
	p.page()
	p.base = 0
	if first && part.title != "" {
		p.bookmark(part.title, 0)
	}
	if part.title != "" {
		p.plain(part.title, smallType, span{})
		p.space(1)
		p.base = 1
	}
	p.here(ch.Key + "#")
	p.bookmark(ch.Title, p.base)
	p.plain(ch.Title, 20, span{bold: true})
	p.space(3)
	if ch.Summary != "" {
		p.plain(ch.Summary, 11, span{})
		p.space(3)
	}
	for _, s := range ch.Text.Sections {
		p.blocks(blocks(s.HTML))
	}
	p.colophon(ch)
	p.at = nil
}

// colophon says who looks after a chapter and where it comes from.
func (p *printer) colophon(ch *guidance.Page) {
	p.need(20)
	p.block(block{kind: rule})
	said := ""
	if ch.Owner != "" {
		said = "Looked after by: " + ch.Owner + ". "
	}
	if !ch.Checked.IsZero() {
		said += "Last checked " + ch.Checked.Short() + ". "
	}
	if !ch.Review.IsZero() {
		said += "Next review " + ch.Review.Short() + "."
	}
	p.plain(said, smallType, span{})
	for _, s := range ch.Sources {
		line := []span{{text: "Source: " + s.Text}}
		if s.URL != "" {
			line = append(line, span{text: " " + s.URL, href: s.URL})
		}
		p.paragraph(line, smallType)
	}
}
