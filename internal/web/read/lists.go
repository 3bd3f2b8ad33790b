package read

import (
	"net/http"
	"strings"

	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

var start = []parts.Link{{Text: "Start", Href: "/"}}

type term struct{ Key, Term, Meaning, Also string }

type glossaryView struct{ Terms []term }

var glossaryPage = web.Page[glossaryView]("read/glossary", files, "templates/glossary.html", "templates/bits.html")

// glossary is the words of the field, each with an anchor of its own.
func (rd *reading) glossary(w http.ResponseWriter, v *visit) error {
	var view glossaryView
	for _, t := range v.lib.Terms {
		view.Terms = append(view.Terms, term{t.Key(), t.Term, t.Meaning, strings.Join(t.Also, ", ")})
	}
	c := rd.chrome(v, "What words mean", false)
	c.Breadcrumbs, c.PrintFoot = start, rd.printed(v)
	return glossaryPage.Render(w, v.Request, http.StatusOK, c, view)
}

type contactGroup struct {
	Title string
	Cards []card
}

type contactsView struct{ Groups []contactGroup }

var contactsPage = web.Page[contactsView]("read/contacts", files, "templates/contacts.html", "templates/bits.html")

// contacts is everyone who can be called, those for all areas first.
func (rd *reading) contacts(w http.ResponseWriter, v *visit) error {
	all := contactGroup{Title: "Anywhere"}
	groups := []contactGroup{}
	for _, s := range v.moment.Contacts.Services(contact.Any) {
		if s.Authority == contact.Any {
			all.Cards = append(all.Cards, cardOf(v, s))
		}
	}
	for _, a := range v.moment.Contacts.Authorities() {
		g := contactGroup{Title: a.Name}
		for _, s := range v.moment.Contacts.Services(a.ID) {
			if s.Authority == a.ID {
				g.Cards = append(g.Cards, cardOf(v, s))
			}
		}
		groups = append(groups, g)
	}
	c := rd.chrome(v, "Phone numbers", true)
	c.Breadcrumbs, c.PrintFoot = start, rd.printed(v)
	v.sensitive = true
	return contactsPage.Render(w, v.Request, http.StatusOK, c, contactsView{append([]contactGroup{all}, groups...)})
}

// newsLine is a piece of news in a list.
type newsLine struct {
	line
	Kind, Dates string
}

// kindNames are the kinds of news as a reader sees them.
var kindNames = map[guidance.Kind]string{guidance.News: "News", guidance.Campaign: "Campaign", guidance.Event: "Event"}

// dates says when a piece of news holds.
func dates(p *guidance.Page) string {
	from := p.From.Long()
	if p.From.IsZero() {
		from = publishedOn(p)
	}
	switch {
	case p.Kind == guidance.News:
		return from
	case p.From == p.Expires:
		return from
	default:
		return from + " to " + p.Expires.Long()
	}
}

// current is the news that has not ended, the newest first.
func current(v *visit) []newsLine {
	var out []newsLine
	for _, p := range v.lib.News {
		if !p.Expired(v.today) {
			out = append(out, newsLine{lineOf(p), kindNames[p.Kind], dates(p)})
		}
	}
	return out
}

type newsView struct {
	Items      []newsLine
	Newsletter bool
}

var newsListPage = web.Page[newsView]("read/news", files, "templates/news.html", "templates/bits.html")

// news lists what has not ended.
func (rd *reading) news(w http.ResponseWriter, v *visit) error {
	c := rd.chrome(v, "News and events", false)
	c.Breadcrumbs = start
	return newsListPage.Render(w, v.Request, http.StatusOK, c, newsView{current(v), rd.Leads("/newsletter")})
}

// newsPage is one piece of news. One that has ended can still be read, by those
// who kept its address, and says so.
func (rd *reading) newsPage(w http.ResponseWriter, v *visit) error {
	p, ok := v.lib.Find("news/" + v.PathValue("page"))
	if !ok {
		return notHere()
	}
	view := rd.viewOf(v, p)
	view.Kind, view.Dates = kindNames[p.Kind], dates(p)
	if p.Expired(v.today) {
		view.Over = p.Expires.Long()
	}
	c := rd.chrome(v, p.TabTitle(), p.Sensitive)
	c.Breadcrumbs, c.PrintFoot = append(start[:1:1], parts.Link{Text: "News and events", Href: "/news"}), rd.printed(v)
	v.sensitive = p.Sensitive
	return pagePage.Render(w, v.Request, http.StatusOK, c, view)
}

type siteGroup struct {
	Title, Href string
	Groups      []group
}

type sitemapView struct{ Groups []siteGroup }

var sitemapPage = web.Page[sitemapView]("read/sitemap", files, "templates/sitemap.html", "templates/bits.html")

// places are the addresses of the site that no text stands at, where they lead
// somewhere.
var places = []line{
	{Title: "Who to call now", Href: "/contact"},
	{Title: "All phone numbers", Href: "/contacts"},
	{Title: "Tell us about a child", Href: "/refer"},
	{Title: "Check what happened", Href: "/status"},
	{Title: "Choose what you see: which help does a child need?", Href: "/thresholds"},
	{Title: "Services that can help", Href: "/services"},
	{Title: "Search", Href: "/search"},
	{Title: "News and events", Href: "/news"},
	{Title: "Newsletter by email", Href: "/newsletter"},
	{Title: "Documents", Href: "/documents"},
	{Title: "What words mean", Href: "/glossary"},
	{Title: "What changed in the manual", Href: "/manual/changes"},
	{Title: "Reading without a connection", Href: "/offline"},
	{Title: "Leave no trace", Href: "/hide"},
	{Title: "Privacy", Href: "/privacy"},
	{Title: "Cookies", Href: "/cookies"},
	{Title: "Accessibility", Href: "/accessibility"},
}

// offered tells whether a place of the site is there. What the manual has besides
// its chapters is told apart from a chapter that there is none of.
func (rd *reading) offered(path string) bool {
	if strings.HasPrefix(path, "/manual/") {
		return rd.Leads(path) && !rd.isChapterRoute(path)
	}
	return rd.Leads(path)
}

// sitemap lists everything that can be read.
func (rd *reading) sitemap(w http.ResponseWriter, v *visit) error {
	var view sitemapView
	site := siteGroup{Title: "What you can do here", Groups: []group{{}}}
	for _, l := range places {
		if rd.offered(l.Href) {
			site.Groups[0].Pages = append(site.Groups[0].Pages, l)
		}
	}
	view.Groups = append(view.Groups, site)
	for _, a := range guidance.Audiences {
		if len(v.lib.Of(a, "")) == 0 {
			continue
		}
		g := siteGroup{Title: audienceNames[a], Href: "/" + string(a)}
		for _, t := range v.lib.Topics {
			if t.Audience == a {
				g.Groups = append(g.Groups, groupOf(v.lib, t))
			}
		}
		view.Groups = append(view.Groups, g)
	}
	if len(v.lib.Chapters) > 0 {
		view.Groups = append(view.Groups, siteGroup{Title: v.lib.Manual.Title, Href: "/manual", Groups: chapters(v.lib, "")})
	}
	c := rd.chrome(v, "Site map", false)
	c.Breadcrumbs = start
	return sitemapPage.Render(w, v.Request, http.StatusOK, c, view)
}
