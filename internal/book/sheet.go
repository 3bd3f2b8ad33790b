package book

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"frontdoor/internal/calendar"
)

// Sheet is a letter or a copy of a record, to be printed for one reader.
type Sheet struct {
	Title     string // names nobody: readers show it, and lists of files
	Reference string // of the record
	For       string // whom it is for; on its first page only
	Date      calendar.Date
	Publisher string // the partnership's name
	Contact   string // whom to ask
	Mark      string // on every page, such as that it may not be given to anyone
	Body      template.HTML
}

// PrintSheet draws a sheet on A4 pages with the structure that screen readers go
// by. Every page says the reference, the date, who it is from and its own number.
// The same sheet always gives the same bytes.
func PrintSheet(s Sheet) ([]byte, error) {
	total := drawnSheet(s, 0).PageCount()
	p := drawnSheet(s, total)
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("draw a sheet: %w", err)
	}
	return p.tags.put(out.Bytes())
}

func drawnSheet(s Sheet, total int) *printer {
	p := &printer{Fpdf: fpdf.New("P", "mm", "A4", ""), left: margin, right: pageWide - margin, total: total, level: -1, tags: newTags()}
	for _, f := range typefaces {
		p.AddUTF8FontFromBytes(plainFamily, f.style, f.data)
	}
	if needsWide(s.Title, s.Reference, s.For, s.Publisher, s.Contact, string(s.Body)) {
		for _, f := range wideFaces {
			p.AddUTF8FontFromBytes(wideFamily, f.style, f.data)
		}
	}
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(margin, top, margin)
	day := time.Date(s.Date.Year(), s.Date.Month(), s.Date.Day(), 0, 0, 0, 0, time.UTC)
	p.SetCreationDate(day)
	p.SetModificationDate(day)
	p.SetCatalogSort(true)
	p.SetTitle(printable(s.Title+". "+s.Reference), true)
	p.SetAuthor(printable(s.Publisher), true)
	p.SetProducer("Frontdoor", true)
	p.SetLang("en-GB")
	p.SetHeaderFunc(func() { p.besides(func() { p.sheetHead(s) }) })
	p.SetFooterFunc(func() { p.besides(func() { p.sheetFoot(s) }) })

	p.page()
	p.bookmark(s.Title, 0)
	p.tag("P", func() { p.plain(s.Publisher, 11, span{bold: true}) })
	p.space(6)
	p.tag("H1", func() { p.plain(s.Title, 20, span{bold: true}) })
	p.space(3)
	if s.For != "" {
		p.tag("P", func() { p.paragraph([]span{{text: "For: ", bold: true}, {text: s.For}}, 11) })
	}
	p.tag("P", func() { p.paragraph([]span{{text: "Reference: ", bold: true}, {text: s.Reference}}, bodyType) })
	p.tag("P", func() { p.paragraph([]span{{text: "Date: ", bold: true}, {text: s.Date.Long()}}, bodyType) })
	p.space(5)
	body := blocks(s.Body)
	lift(body)
	p.sheetBlocks(body)
	if s.Contact != "" {
		p.need(20)
		p.space(3)
		p.tag("H2", func() {
			p.bookmark("If you have a question", 1)
			p.plain("If you have a question", 14, span{bold: true})
		})
		p.space(1.5)
		p.tag("P", func() { p.plain(s.Contact, bodyType, span{}) })
	}
	return p
}

// sheetBlocks draws a text whose headings are bookmarks too.
func (p *printer) sheetBlocks(all []block) {
	for i, b := range all {
		switch {
		case b.kind == heading:
			room := 30.0
			if i+1 < len(all) && all[i+1].kind == heading {
				room += 15
			}
			p.need(room)
			p.bookmark(words(b.spans), b.level-1)
		case b.kind == paragraph && !slices.ContainsFunc(b.spans, func(s span) bool { return !s.bold }):
			p.need(4 * bodyType * point * lineHigh) // names what comes under it
		}
		p.block(b)
	}
}

// lift raises headings so that the highest comes right under the title.
func lift(all []block) {
	least := 0
	for _, b := range all {
		if b.kind == heading && (least == 0 || b.level < least) {
			least = b.level
		}
	}
	for i := range all {
		if all[i].kind == heading {
			all[i].level -= least - 2
		}
	}
}

func (p *printer) sheetHead(s Sheet) {
	p.ink(80, 90, 95)
	half := (pageWide - 2*margin) / 2
	p.fitted(s.Reference+", "+s.Date.Short(), margin, 14, half-2, "L")
	p.fitted(s.Publisher, margin+half, 14, half, "R")
	if s.Mark != "" {
		p.ink(148, 37, 20)
		p.fitted(s.Mark, margin, 9, 2*half, "L")
	}
}

func (p *printer) sheetFoot(s Sheet) {
	p.SetDrawColor(177, 180, 182)
	p.SetLineWidth(0.2)
	p.Line(margin, pageHigh-19, pageWide-margin, pageHigh-19)
	p.ink(80, 90, 95)
	p.fitted("Page "+strconv.Itoa(p.PageNo())+" of "+strconv.Itoa(max(p.total, p.PageNo())), pageWide-margin-30, pageHigh-18, 30, "R")
	p.fitted(s.Contact, margin, pageHigh-18, pageWide-2*margin-32, "L")
}
