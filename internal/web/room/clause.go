package room

import (
	"context"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// Clause is a section of the manual to read beside a form, as it is in force when
// the page is asked for; nil when there is none. A manual that cannot be read
// never keeps anyone from a form.
func (h *House) Clause(r *http.Request, ref string) *parts.Clause {
	now := web.Now(r)
	c, ok := h.cited(r.Context(), ref, now)
	if !ok {
		return nil
	}
	out := &parts.Clause{Chapter: c.page.Title, Section: c.title, Href: c.page.Path() + "#" + c.key, Body: beside(c.html, c.page.Path())}
	if e, ok := c.lib.Manual.EditionOn(calendar.DateOf(now)); ok {
		out.Edition = "Edition: " + e.Title + ". In force since " + e.From.Long() + "."
	} else {
		out.Edition = "The text as it is on " + calendar.DateOf(now).Long() + ". No edition is in force yet."
	}
	return out
}

// Cited is a section of the manual with the version that was in force at an
// instant, and a link to that version; false when there was none. Texts are
// never changed, only followed by others, so that the instant says which it was,
// also on a day on which another came into force.
func (h *House) Cited(ctx context.Context, ref string, at time.Time) (parts.Link, bool) {
	c, ok := h.cited(ctx, ref, at)
	if !ok {
		return parts.Link{}, false
	}
	day := calendar.DateOf(at)
	words := c.page.Title + ", " + c.title + ", "
	if e, ok := c.lib.Manual.EditionOn(day); ok {
		words += "edition of " + e.From.Long()
	} else {
		words += "as it was on " + day.Long()
	}
	return parts.Link{Text: words, Href: c.page.Path() + "?on=" + publishing.On(at) + "#" + c.key}, true
}

// cited is a section that was found.
type cited struct {
	lib        *guidance.Library
	page       *guidance.Page
	key, title string
	html       template.HTML
}

func (h *House) cited(ctx context.Context, ref string, at time.Time) (cited, bool) {
	if ref == "" || h.Texts == nil {
		return cited{}, false
	}
	lib, err := h.Texts.At(ctx, at)
	if err != nil {
		h.Front.Log.Error("the manual cannot be read", "cause", err.Error())
		return cited{}, false
	}
	p, _, ok := lib.Linked("manual:" + ref)
	if !ok {
		return cited{}, false
	}
	_, key, _ := strings.Cut(ref, "#")
	s, ok := p.Section(key)
	return cited{lib, p, key, s.Title, s.HTML}, ok
}

var (
	ownHeading = regexp.MustCompile(`^\s*<h2[^>]*>.*?</h2>`)
	subHeading = regexp.MustCompile(`<(/?)h3(?: id="[^"]*")?`)
)

// beside makes a section fit beside a form: its heading is the one that opens it,
// its own ids would be taken for those of the form, and its links must not lead
// away from what is being typed.
func beside(section template.HTML, chapter string) template.HTML {
	html := ownHeading.ReplaceAllString(string(section), "")
	html = subHeading.ReplaceAllString(html, "<${1}h2")
	html = strings.ReplaceAll(html, `<a href="#`, `<a href="`+chapter+`#`)
	html = strings.ReplaceAll(html, `<a `, `<a target="_blank" `)
	return template.HTML(html)
}
