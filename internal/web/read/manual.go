package read

import (
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/prose"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// asked is the text of the manual that was asked for: the one in force now, at
// another time, or of an edition.
type asked struct {
	publishing.Reading
	query string // keeps the question in links between its pages, such as ?on=2026-11-21
}

// manualAt finds the text that the address asks for.
func (rd *reading) manualAt(v *visit) (out asked, err error) {
	q, now := v.URL.Query(), web.Now(v.Request)
	if key := q.Get("edition"); key != "" {
		if out.Lib, out.Edition, err = rd.Texts.EditionLibrary(v.Context(), key, now); err != nil {
			return out, err
		}
		out.HasEdition, out.Day, out.query = true, lastDay(v.lib, out.Edition, v.today), "?edition="+url.QueryEscape(key)
		out.At = now
		return out, nil
	}
	if out.Reading, err = rd.Texts.Read(v.Context(), q.Get("on"), now); err != nil {
		return out, err
	}
	switch {
	case out.Exact:
		out.query = "?on=" + url.QueryEscape(publishing.On(out.At))
	case q.Get("on") != "":
		out.query = "?on=" + out.Day.String()
	}
	return out, nil
}

// when is the day of the text, or the minute where that was asked for.
func (a asked) when() string {
	if a.Exact {
		return calendar.Show(a.At)
	}
	return a.Day.Long()
}

// next is the first edition that is not yet in force on a day.
func next(lib *guidance.Library, on calendar.Date) (guidance.Edition, bool) {
	var out guidance.Edition
	found := false
	for _, e := range lib.Manual.Editions {
		if e.From.After(on) {
			out, found = e, true
		}
	}
	return out, found
}

// lastDay is the day on which an edition is read: today while it is in force,
// its last day when another has replaced it, its first when it is to come.
func lastDay(lib *guidance.Library, e guidance.Edition, today calendar.Date) calendar.Date {
	if e.From.After(today) {
		return e.From
	}
	if after, ok := next(lib, e.From); ok && !after.From.After(today) {
		return after.From.AddDays(-1)
	}
	return today
}

// banner says what is read when it is not the text in force today.
type banner struct {
	Text, Href string // Href leads to the text in force
}

// editionLine is the edition and date of what is read, as every page of the
// manual shows it.
type editionLine struct {
	Title, Standing, Edition, From, On, Key string
	// None: no edition is in force on the day, and Soon is the first to come.
	None   bool
	Soon   string
	Banner *banner
	// Turned says that the text changed during the day whose text this is, and
	// Earlier leads to the text before that.
	Turned, Earlier string
}

// editionLine says what is read. It is of one chapter when one is named.
func (rd *reading) editionLine(v *visit, a asked, chapter string) (editionLine, error) {
	m := a.Lib.Manual
	l := editionLine{Title: m.Title, Standing: strings.TrimSpace(m.Standing), On: a.when(), None: !a.HasEdition}
	if a.HasEdition {
		l.Edition, l.From, l.Key = a.Edition.Title, a.Edition.From.Long(), a.Edition.Key
	} else if e, ok := next(a.Lib, a.Day); ok {
		l.Soon = e.Title + ", which comes into force on " + e.From.Long()
	}
	if v.URL.Query().Get("on") != "" && !a.Exact {
		turns, err := rd.Texts.Turns(v.Context(), a.At, chapter)
		if err != nil {
			return l, err
		}
		if len(turns) > 0 {
			last := turns[len(turns)-1]
			l.Turned = "The text changed during this day. This is how it stands since " + calendar.Show(last) + "."
			l.Earlier = v.URL.Path + "?on=" + url.QueryEscape(publishing.On(last.Add(-time.Microsecond)))
		}
	}
	today, ok, err := rd.Texts.EditionAt(v.Context(), web.Now(v.Request))
	if err != nil || a.Day == v.today && (!a.Exact || a.Lib == v.lib) {
		return l, err
	}
	l.Banner = &banner{Href: v.URL.Path}
	switch {
	case a.At.After(web.Now(v.Request)) || a.Day.After(v.today):
		l.Banner.Text = "This is the text for " + a.when() + ". It is not in force yet."
	case a.HasEdition && ok && today.Key != a.Edition.Key:
		l.Banner.Text = "This is a past edition, as it stood on " + a.when() + ". It is no longer in force."
	default:
		l.Banner.Text = "This is the text as it stood on " + a.when() + ". It may have been corrected since."
	}
	return l, nil
}

// chapters are the parts of the manual with their chapters.
func chapters(lib *guidance.Library, query string) []group {
	var out []group
	for _, part := range lib.Manual.Parts {
		g := group{Title: part.Title}
		for _, key := range part.Chapters {
			if p, ok := lib.Find("manual/" + key); ok {
				g.Pages = append(g.Pages, line{p.Title, p.Path() + query, p.Summary})
			}
		}
		out = append(out, g)
	}
	return out
}

type editionRow struct{ Title, Href, From, Summary, State string }

type manualView struct {
	editionLine
	Groups                    []group
	Editions                  []editionRow
	PDF, EPUB                 string
	Changes, Suggest, Offline bool
}

var manualPage = web.Page[manualView]("read/manual", files, "templates/manual.html", "templates/bits.html")

// manual is the list of chapters.
func (rd *reading) manual(w http.ResponseWriter, v *visit) error {
	if len(v.lib.Chapters) == 0 {
		return notHere()
	}
	a, err := rd.manualAt(v)
	if err != nil {
		return err
	}
	of, err := rd.editionLine(v, a, "")
	if err != nil {
		return err
	}
	editions, err := rd.Texts.Editions(v.Context(), web.Now(v.Request))
	if err != nil {
		return err
	}
	view := manualView{
		editionLine: of, Groups: chapters(a.Lib, a.query),
		Changes: rd.offered("/manual/changes"), Suggest: rd.Leads("/suggest"), Offline: rd.Leads("/offline"),
	}
	if rd.Leads("/manual.pdf") {
		view.PDF, view.EPUB = "/manual.pdf"+a.query, "/manual.epub"+a.query
	}
	now, _, err := rd.Texts.EditionAt(v.Context(), web.Now(v.Request))
	if err != nil {
		return err
	}
	for _, e := range editions {
		row := editionRow{e.Title, "/manual?edition=" + url.QueryEscape(e.Key), e.From.Long(), strings.TrimSpace(e.Summary), "Past"}
		switch {
		case e.From.After(v.today):
			row.State = "Not yet in force"
		case e.Key == now.Key:
			row.State, row.Href = "In force", "/manual"
		}
		view.Editions = append(view.Editions, row)
	}
	c := rd.chrome(v, a.Lib.Manual.Title, false)
	c.Breadcrumbs, c.PrintFoot = append(start[:1:1], parts.Link{Text: "Professionals", Href: "/professionals"}), rd.printedManual(v, view.editionLine)
	under(&c, "/professionals")
	if v.asker != nil {
		under(&c, "/manual")
	}
	return manualPage.Render(w, v.Request, http.StatusOK, c, view)
}

func (rd *reading) printedManual(v *visit, l editionLine) string {
	if l.None {
		return rd.printed(v)
	}
	return l.Title + ", edition “" + l.Edition + "”, in force from " + l.From + ". " + rd.printed(v)
}

// section is one section of a chapter with what can be done about it.
type section struct {
	Key, Title string
	HTML       template.HTML
	// Cite is how to cite it: words, then its address with the date.
	Cite, Address string
	Suggest       string
}

type chapterView struct {
	editionLine
	Chapter, Summary string
	Part             string
	Contents         []heading
	Sections         []section
	Cards            []card
	Related          []heading
	Trust            standing
	Address          string
	Pages            parts.Pagination
	PDF              string
	Compare          string
}

var chapterPage = web.Page[chapterView]("read/chapter", files, "templates/chapter.html", "templates/bits.html")

// chapter is one chapter of the manual, as it stands on the day asked.
func (rd *reading) chapter(w http.ResponseWriter, v *visit) error {
	a, err := rd.manualAt(v)
	if err != nil {
		return err
	}
	asks := v.PathValue("chapter")
	p, err := rd.Texts.Chapter(v.Context(), a.Lib, asks, web.Now(v.Request))
	if name, isPDF := strings.CutSuffix(asks, ".pdf"); err != nil && isPDF {
		http.Redirect(w, v.Request, "/manual/"+url.PathEscape(name)+"/pdf"+a.query, http.StatusMovedPermanently)
		return nil
	}
	if fault.KindOf(err) == fault.NotFound {
		return notHere()
	}
	if err != nil {
		return err
	}
	key := path.Base(p.Key)
	if key != asks && a.query == "" {
		return notHere() // it has another address now, to which draw leads
	}
	of, err := rd.editionLine(v, a, key)
	if err != nil {
		return err
	}
	page := rd.viewOf(v, p)
	view := chapterView{
		editionLine: of, Chapter: p.Title, Summary: p.Summary, Cards: page.Cards, Related: page.Related,
		Trust: page.Standing, Address: page.Address,
	}
	for _, s := range p.Text.Sections {
		view.Sections = append(view.Sections, rd.section(a, p, s))
		if s.Title != "" {
			view.Contents = append(view.Contents, heading{s.Title, "#" + s.Key})
		}
	}
	for _, part := range a.Lib.Manual.Parts {
		for _, k := range part.Chapters {
			if k == key {
				view.Part = part.Title
			}
		}
	}
	view.Pages = between(a, p)
	if rd.Leads(p.Path() + "/pdf") {
		view.PDF = p.Path() + "/pdf" + a.query
	}
	if a.HasEdition && a.Edition.Replaces != "" && rd.Leads(p.Path()+"/compare") {
		view.Compare = p.Path() + "/compare?from=" + url.QueryEscape(a.Edition.Replaces) + "&to=" + url.QueryEscape(a.Edition.Key)
	}
	c := rd.chrome(v, p.Title, false)
	c.Breadcrumbs = append(start[:1:1], parts.Link{Text: a.Lib.Manual.Title, Href: "/manual" + a.query})
	c.PrintFoot = rd.printedManual(v, view.editionLine)
	under(&c, "/professionals")
	if v.asker != nil {
		under(&c, "/manual")
	}
	return chapterPage.Render(w, v.Request, http.StatusOK, c, view)
}

func (rd *reading) section(a asked, p *guidance.Page, s prose.Section) section {
	out := section{Key: s.Key, Title: s.Title, HTML: s.HTML}
	if s.Title == "" {
		return out
	}
	out.Cite = a.Lib.Manual.Title + ", " + p.Title + ", “" + s.Title + "”, "
	if a.HasEdition {
		out.Cite += "edition “" + a.Edition.Title + "”, "
	}
	on := a.Day.String()
	if a.Exact {
		on = publishing.On(a.At)
	}
	out.Cite += "as it stood on " + a.when()
	out.Address = rd.Site.Base + p.Path() + "?on=" + on + "#" + s.Key
	if rd.Leads("/suggest") {
		out.Suggest = "/suggest?to=" + p.Key + "%23" + s.Key
	}
	return out
}

// between leads to the chapters before and after.
func between(a asked, p *guidance.Page) parts.Pagination {
	nav := parts.Pagination{Label: "Chapters"}
	for i, c := range a.Lib.Chapters {
		if c.Key != p.Key {
			continue
		}
		if i > 0 {
			nav.Previous, nav.PreviousText, nav.PreviousLabel = a.Lib.Chapters[i-1].Path()+a.query, "Previous chapter", a.Lib.Chapters[i-1].Title
		}
		if i+1 < len(a.Lib.Chapters) {
			nav.Next, nav.NextText, nav.NextLabel = a.Lib.Chapters[i+1].Path()+a.query, "Next chapter", a.Lib.Chapters[i+1].Title
		}
	}
	return nav
}

// isChapterRoute tells whether an address would be answered as a chapter.
func (rd *reading) isChapterRoute(at string) bool {
	_, pattern := rd.Routes.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: at}})
	return path.Base(pattern) == "{chapter}"
}
