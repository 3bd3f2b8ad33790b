// Package book makes copies of the procedures manual that leave the site: a PDF
// to print, an EPUB to read, and the comparison of two editions. It is given the
// texts and gives bytes; it asks nothing and keeps nothing.
//
// Every copy names its edition and carries an address that tells, on the day it
// is asked, whether the copy is still current.
package book

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
)

// Copy is what is copied: the whole manual, or one chapter of it.
type Copy struct {
	Library *guidance.Library
	Edition guidance.Edition
	// Chapter is the one chapter; nil for the whole manual.
	Chapter   *guidance.Page
	Publisher string // the partnership's name
	Base      string // the site's address, such as https://frontdoor.example
	// Picture gives the bytes of a picture by its address in the texts. When nil,
	// and where there is none, a picture's words stand for it.
	Picture func(src string) ([]byte, bool)
}

// ChapterKey is a chapter's key within the manual, as neglect.
func ChapterKey(p *guidance.Page) string { return path.Base(p.Key) }

// EditionOn is the edition in force on a day. Before the first comes into force
// it is that one, and begun is false. A manual with no editions gives an empty
// one.
func EditionOn(m guidance.Manual, day calendar.Date) (e guidance.Edition, begun bool) {
	if e, begun = m.EditionOn(day); !begun && len(m.Editions) > 0 {
		e = m.Editions[len(m.Editions)-1]
	}
	return e, begun
}

// Mark is a short sum of the text copied. It changes with every word of it, also
// where an edition is corrected without a new one, or a number in it changes.
func (c Copy) Mark() string {
	return c.sum(func(io.Writer, *guidance.Page) {})[:12]
}

// Key is a sum of all that a copy shows: copies of one key are the same bytes.
func (c Copy) Key() string {
	return c.sum(func(w io.Writer, p *guidance.Page) {
		fmt.Fprintf(w, "%v\x00", p.Front)
		for _, s := range p.Text.Sections {
			fmt.Fprintf(w, "%s\x00", s.HTML)
		}
	}) + fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%v\x00%v\x00%v\x00%v\x00%v\x00%v", c.Edition, c.Publisher, c.Base, c.Library.Manual.Title, c.Library.Manual.Standing, c.Library.Manual.Parts)))
}

func (c Copy) sum(more func(w io.Writer, p *guidance.Page)) string {
	sum := sha256.New()
	for _, p := range c.chapters() {
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", p.Title, p.Summary, p.Body)
		for _, s := range p.Text.Sections {
			fmt.Fprintf(sum, "%s\x00", s.Text)
		}
		more(sum, p)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Check is the address that tells whether the copy is current.
func (c Copy) Check() string {
	q := url.Values{"edition": {c.Edition.Key}, "text": {c.Mark()}}
	if c.Chapter != nil {
		q.Set("chapter", ChapterKey(c.Chapter))
	}
	return c.Base + "/manual/copy?" + q.Encode()
}

// Address is where the copied text is read on the site.
func (c Copy) Address() string {
	if c.Chapter != nil {
		return c.Base + c.Chapter.Path()
	}
	return c.Base + "/manual"
}

// Title is what is copied, in words.
func (c Copy) Title() string {
	if c.Chapter != nil {
		return c.Chapter.Title
	}
	return c.Library.Manual.Title
}

// Standing says which edition a copy is of and since when it is in force.
func (c Copy) Standing() string {
	if c.Edition.Key == "" {
		return "No edition"
	}
	return c.Edition.Title + ". In force from " + c.Edition.From.Long() + "."
}

func (c Copy) chapters() []*guidance.Page {
	if c.Chapter != nil {
		return []*guidance.Page{c.Chapter}
	}
	return c.Library.Chapters
}

// parts are the manual's parts with the chapters that are copied. Those that
// stand in none come last, under an empty title.
func (c Copy) parts() []part {
	if c.Chapter != nil {
		return []part{{chapters: []*guidance.Page{c.Chapter}}}
	}
	var out []part
	placed := map[*guidance.Page]bool{}
	for _, p := range c.Library.Manual.Parts {
		one := part{key: p.Key, title: p.Title}
		for _, key := range p.Chapters {
			if ch, ok := c.Library.Find("manual/" + key); ok && !placed[ch] {
				one.chapters, placed[ch] = append(one.chapters, ch), true
			}
		}
		if len(one.chapters) > 0 {
			out = append(out, one)
		}
	}
	var loose part
	for _, ch := range c.Library.Chapters {
		if !placed[ch] {
			loose.chapters = append(loose.chapters, ch)
		}
	}
	if len(loose.chapters) > 0 {
		out = append(out, loose)
	}
	return out
}

type part struct {
	key, title string
	chapters   []*guidance.Page
}

// goes turns a link of a text into where it leads from a copy: a place within
// the copy (a chapter's key and a heading's, which may be empty), or an address.
func (c Copy) goes(from *guidance.Page, href string) (chapter *guidance.Page, heading, address string) {
	switch {
	case strings.HasPrefix(href, "#"):
		chapter, heading = from, href[1:]
	case strings.HasPrefix(href, "/manual/"):
		where, section, _ := strings.Cut(href, "#")
		if ch, ok := c.Library.Find(strings.TrimPrefix(where, "/")); ok && (c.Chapter == nil || ch == c.Chapter) {
			chapter, heading = ch, section
		}
	}
	if chapter != nil {
		for _, key := range chapter.Text.Keys {
			if key == heading {
				return chapter, heading, ""
			}
		}
		return chapter, "", ""
	}
	if strings.HasPrefix(href, "/") {
		return nil, "", c.Base + href
	}
	return nil, "", href
}
