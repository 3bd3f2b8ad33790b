// Package read is the room where people read: the first page, the pages for
// young people, for parents and carers and for professionals, the procedures
// manual, the glossary, everyone who can be called, news, and the lists of all
// of it for people and for machines.
//
// A page is drawn once for everyone who is not signed in, and kept for as long
// as its texts and the opening hours stand as they do (see copies.go). It sets no
// cookie, and nothing that is read is noted.
package read

import (
	"embed"
	"net/http"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

// reading is the room.
type reading struct {
	*room.House
	copies copies
}

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	rd := &reading{House: h}
	on := func(pattern string, fn page) { mux.Handle("GET "+pattern, h.Public(rd.serve(fn))) }

	on("/{$}", rd.home)
	for _, a := range guidance.Audiences {
		on("/"+string(a), rd.start(a))
		on("/"+string(a)+"/{page}", rd.named(a))
	}
	on("/page/{code}", rd.coded)
	on("/topics/{audience}/{topic}", rd.topic)
	on("/glossary", rd.glossary)
	on("/contacts", rd.contacts)
	on("/news", rd.news)
	on("/news/{page}", rd.newsPage)
	on("/sitemap", rd.sitemap)
	on("/manual", rd.manual)
	on("/manual/{chapter}", rd.chapter)

	mux.Handle("GET /pictures/{file}", h.Public(rd.file))
	mux.Handle("GET /documents/{file}", h.Public(rd.file))

	on("/news.atom", rd.atom)
	on("/sitemap.xml", rd.sitemapXML)
}

// visit is one request for a page: what is in force, and who asks.
type visit struct {
	*http.Request
	lib    *guidance.Library
	moment *room.Moment
	today  calendar.Date
	asker  *room.Asker // nil when nobody is signed in

	// sensitive is set by a page of which a browser is to keep nothing.
	sensitive bool
}

// page draws one page of a visit.
type page func(w http.ResponseWriter, v *visit) error

// notHere is the answer where there is no page.
func notHere() error {
	return fault.New(fault.NotFound, "There is no page at this address. It may have moved or been taken away. Try the menu at the top.")
}

// visit looks up what every page needs. When the database cannot say who is
// signed in, the page is for anyone.
func (rd *reading) visit(r *http.Request) (*visit, error) {
	now := web.Now(r)
	lib, err := rd.Texts.At(r.Context(), now)
	if err != nil {
		return nil, err
	}
	v := &visit{Request: r, lib: lib, moment: rd.Moment(now), today: calendar.DateOf(now)}
	if signin.WorkerToken(r) != "" {
		v.asker, _ = rd.Asker(r)
	}
	return v, nil
}

// chrome frames a page. With exit it has the way out at once, by a button or by
// one press of Escape: nothing that is typed on these pages could be lost.
func (rd *reading) chrome(v *visit, title string, exit bool) web.Chrome {
	if v.asker != nil {
		return rd.StaffChrome(v.Request, v.asker, title)
	}
	c := rd.PublicChrome(v.Request, title, exit)
	c.LeaveOnEscape = exit
	return c
}

// under marks where in the menu a page stands whose address does not say so.
func under(c *web.Chrome, href string) {
	for i := range c.Nav {
		c.Nav[i].Current = c.Nav[i].Href == href
	}
}

// printed is the last line on paper: when it was printed and where to look again.
func (rd *reading) printed(v *visit) string {
	return "Printed on " + v.today.Long() + " from " + rd.Site.Base + v.URL.Path + ". Numbers and hours change: look again before you rely on them."
}

// audienceNames are what the audiences are called, as their pages' first heading.
var audienceNames = map[guidance.Audience]string{
	guidance.YoungPeople: "Young people", guidance.Parents: "Parents and carers", guidance.Professionals: "Professionals", guidance.About: "About this service",
}

// crumbs show where a page sits: its audience, and its topic if it has one.
func crumbs(lib *guidance.Library, p *guidance.Page) []parts.Link {
	out := []parts.Link{{Text: "Start", Href: "/"}, {Text: audienceNames[p.Audience], Href: "/" + string(p.Audience)}}
	if t, ok := topicOf(lib, p.Audience, p.Topic); ok {
		out = append(out, parts.Link{Text: t.Title, Href: topicPath(t)})
	}
	return out
}

func topicOf(lib *guidance.Library, a guidance.Audience, key string) (guidance.Topic, bool) {
	for _, t := range lib.Topics {
		if t.Audience == a && t.Key == key {
			return t, true
		}
	}
	return guidance.Topic{}, false
}

func topicPath(t guidance.Topic) string { return "/topics/" + string(t.Audience) + "/" + t.Key }
