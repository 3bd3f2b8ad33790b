package read

import (
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// asked is the text of the manual that was asked for: the one in force today,
// or on another date, or of an edition.
type asked struct {
	lib     *guidance.Library
	on      calendar.Date // the day whose text it is
	edition guidance.Edition
	known   bool   // whether an edition was in force on that day
	query   string // keeps the question in links between its pages, such as ?on=2026-11-21
}

// manualAt finds the text that the address asks for.
func (rd *reading) manualAt(v *visit) (asked, error) {
	q, now := v.URL.Query(), web.Now(v.Request)
	out := asked{lib: v.lib, on: v.today}
	at := now
	switch {
	case q.Get("edition") != "":
		var err error
		if out.lib, out.edition, err = rd.Texts.EditionLibrary(v.Context(), q.Get("edition"), now); err != nil {
			return out, err
		}
		out.known, out.on, out.query = true, lastDay(v.lib, out.edition, v.today), "?edition="+url.QueryEscape(out.edition.Key)
		return out, nil
	case q.Get("on") != "":
		on, err := calendar.ParseDate(q.Get("on"))
		if err != nil {
			return out, fault.New(fault.Invalid, "Write the date in the address as 2026-11-21, after on=.")
		}
		out.on, out.query = on, "?on="+on.String()
		if on != v.today {
			at = on.End()
		}
	}
	var err error
	if at != now {
		if out.lib, err = rd.Texts.At(v.Context(), at); err != nil {
			return out, err
		}
	}
	out.edition, out.known, err = rd.Texts.EditionAt(v.Context(), at)
	return out, err
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
}

func (rd *reading) editionLine(v *visit, a asked) (editionLine, error) {
	m := a.lib.Manual
	l := editionLine{Title: m.Title, Standing: strings.TrimSpace(m.Standing), On: a.on.Long(), None: !a.known}
	if a.known {
		l.Edition, l.From, l.Key = a.edition.Title, a.edition.From.Long(), a.edition.Key
	} else if e, ok := next(a.lib, a.on); ok {
		l.Soon = e.Title + ", which comes into force on " + e.From.Long()
	}
	today, ok, err := rd.Texts.EditionAt(v.Context(), web.Now(v.Request))
	if a.on == v.today || err != nil {
		return l, err
	}
	l.Banner = &banner{Href: v.URL.Path}
	switch {
	case a.on.After(v.today):
		l.Banner.Text = "This is the text for " + a.on.Long() + ". It is not in force yet."
	case a.known && ok && today.Key != a.edition.Key:
		l.Banner.Text = "This is a past edition, as it stood on " + a.on.Long() + ". It is no longer in force."
	default:
		l.Banner.Text = "This is the text as it stood on " + a.on.Long() + ". It may have been corrected since."
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
	of, err := rd.editionLine(v, a)
	if err != nil {
		return err
	}
	editions, err := rd.Texts.Editions(v.Context(), web.Now(v.Request))
	if err != nil {
		return err
	}
	view := manualView{
		editionLine: of, Groups: chapters(a.lib, a.query),
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
	c := rd.chrome(v, a.lib.Manual.Title, false)
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
	key := v.PathValue("chapter")
	p, ok := a.lib.Find("manual/" + key)
	if name, isPDF := strings.CutSuffix(key, ".pdf"); !ok && isPDF {
		http.Redirect(w, v.Request, "/manual/"+url.PathEscape(name)+"/pdf"+a.query, http.StatusMovedPermanently)
		return nil
	}
	if !ok {
		return notHere()
	}
	of, err := rd.editionLine(v, a)
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
	for _, part := range a.lib.Manual.Parts {
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
	if a.known && a.edition.Replaces != "" && rd.Leads(p.Path()+"/compare") {
		view.Compare = p.Path() + "/compare?from=" + url.QueryEscape(a.edition.Replaces) + "&to=" + url.QueryEscape(a.edition.Key)
	}
	c := rd.chrome(v, p.Title, false)
	c.Breadcrumbs = append(start[:1:1], parts.Link{Text: a.lib.Manual.Title, Href: "/manual" + a.query})
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
	out.Cite = a.lib.Manual.Title + ", " + p.Title + ", “" + s.Title + "”, "
	if a.known {
		out.Cite += "edition “" + a.edition.Title + "”, "
	}
	out.Cite += "as it stood on " + a.on.Long()
	out.Address = rd.Site.Base + p.Path() + "?on=" + a.on.String() + "#" + s.Key
	if rd.Leads("/suggest") {
		out.Suggest = "/suggest?to=" + p.Key + "%23" + s.Key
	}
	return out
}

// between leads to the chapters before and after.
func between(a asked, p *guidance.Page) parts.Pagination {
	nav := parts.Pagination{Label: "Chapters"}
	for i, c := range a.lib.Chapters {
		if c.Key != p.Key {
			continue
		}
		if i > 0 {
			nav.Previous, nav.PreviousText, nav.PreviousLabel = a.lib.Chapters[i-1].Path()+a.query, "Previous chapter", a.lib.Chapters[i-1].Title
		}
		if i+1 < len(a.lib.Chapters) {
			nav.Next, nav.NextText, nav.NextLabel = a.lib.Chapters[i+1].Path()+a.query, "Next chapter", a.lib.Chapters[i+1].Title
		}
	}
	return nav
}

// isChapterRoute tells whether an address would be answered as a chapter.
func (rd *reading) isChapterRoute(at string) bool {
	_, pattern := rd.Routes.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: at}})
	return path.Base(pattern) == "{chapter}"
}
