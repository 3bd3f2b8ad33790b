package read

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// card is one service that can be called, as a page shows it.
type card struct {
	contact.Option
	Key, For, Note, Address string
	Phones                  []number
	Sms                     string
	// State is "Open now" or "Closed now"; empty when its hours are not known.
	State string
	Open  bool
	Site  string // the address of its own site
}

type number struct{ Number, Tel, Note string }

// cardOf is a service as it is in the visit's moment.
func cardOf(v *visit, s contact.Service) card {
	at := v.moment.From
	c := card{Option: v.moment.Contacts.Option(s, "", at), Key: s.ID, For: s.For, Note: s.Note, Address: s.Address, Sms: contact.Tel(s.TextTo)}
	for _, p := range s.Phones {
		c.Phones = append(c.Phones, number{p.Number, contact.Tel(p.Number), p.Note})
	}
	if st := v.moment.Contacts.Status(s, at); st.Known {
		c.Open, c.State = st.Open, "Closed now"
		if st.Open {
			c.State = "Open now"
		}
	}
	if c.Site = s.Web; c.Site != "" && !strings.Contains(c.Site, "://") {
		c.Site = "https://" + c.Site
	}
	return c
}

func cards(v *visit, keys []string) []card {
	var out []card
	for _, key := range keys {
		if s, ok := v.moment.Contacts.Find(key); ok {
			out = append(out, cardOf(v, s))
		}
	}
	return out
}

// heading is a line of what is on a page.
type heading struct{ Title, Href string }

// standing says how far a page can be trusted: whose it is, where it comes from
// and when it was looked at.
type standing struct {
	Owner, Checked, Review string
	Due                    bool // it should have been looked at again
	Sources                []guidance.Source
	Was                    string
}

func standingOf(v *visit, p *guidance.Page) standing {
	s := standing{Owner: p.Owner, Checked: p.Checked.Long(), Due: p.Due(v.today), Sources: p.Sources, Was: strings.Join(p.Was, ", ")}
	if !p.Review.IsZero() {
		s.Review = p.Review.Long()
	}
	return s
}

// contentsFrom is how many sections a page has before it lists them.
const contentsFrom = 4

type pageView struct {
	Title, Summary, Warning, Ages string
	Kind                          string // such as News; empty for a page of guidance
	Dates                         string
	Over                          string // when it ended
	Checklist                     bool
	Contents                      []heading
	Body                          template.HTML
	Cards                         []card
	Related                       []heading
	Standing                      standing
	Address                       string
}

var pagePage = web.Page[pageView]("read/page", files, "templates/page.html", "templates/bits.html")

// named gives a page by the address that says what it is about. That of a
// sensitive page leads on to its neutral one.
func (rd *reading) named(a guidance.Audience) page {
	return func(w http.ResponseWriter, v *visit) error {
		p, ok := v.lib.Find(string(a) + "/" + v.PathValue("page"))
		if !ok {
			return notHere()
		}
		if p.Sensitive {
			http.Redirect(w, v.Request, p.Path(), http.StatusMovedPermanently)
			return nil
		}
		return rd.show(w, v, p)
	}
}

// coded gives a sensitive page by its neutral address.
func (rd *reading) coded(w http.ResponseWriter, v *visit) error {
	p, ok := v.lib.FindCode(v.PathValue("code"))
	if !ok {
		return notHere()
	}
	return rd.show(w, v, p)
}

func (rd *reading) show(w http.ResponseWriter, v *visit, p *guidance.Page) error {
	view := rd.viewOf(v, p)
	c := rd.chrome(v, p.TabTitle(), p.Sensitive || p.Audience.Public())
	c.Breadcrumbs, c.PrintFoot = crumbs(v.lib, p), rd.printed(v)
	under(&c, "/"+string(p.Audience))
	v.sensitive = p.Sensitive
	return pagePage.Render(w, v.Request, http.StatusOK, c, view)
}

func (rd *reading) viewOf(v *visit, p *guidance.Page) pageView {
	view := pageView{
		Title: p.Title, Summary: p.Summary, Warning: p.Warning, Ages: p.Ages, Checklist: p.Kind == guidance.Checklist,
		Body: p.Text.HTML(), Cards: cards(v, p.Contacts), Standing: standingOf(v, p), Address: rd.Site.Base + p.Path(),
	}
	for _, s := range p.Text.Sections {
		if s.Title != "" {
			view.Contents = append(view.Contents, heading{s.Title, "#" + s.Key})
		}
	}
	if len(view.Contents) < contentsFrom || view.Checklist {
		view.Contents = nil
	}
	for _, target := range p.Related {
		if to, href, ok := v.lib.Linked(target); ok {
			view.Related = append(view.Related, heading{to.Title, href})
		}
	}
	return view
}

// line is a page in a list.
type line struct{ Title, Href, Summary string }

func lineOf(p *guidance.Page) line { return line{p.Title, p.Path(), p.Summary} }

type group struct {
	Title, Href, Summary string
	Pages                []line
}

type startView struct {
	Title, Lead string
	First       []line // what to do first, as buttons
	Cards       []card
	Groups      []group
	Young       bool
	Manual      bool
}

var startPage = web.Page[startView]("read/start", files, "templates/start.html", "templates/bits.html")

// leads are what stands first on the start page of each audience.
var leads = map[guidance.Audience]string{
	guidance.YoungPeople:   "These pages are for you. You do not have to say who you are, and we do not note what you read.",
	guidance.Parents:       "Being a parent is hard at times. Find out what to do, whom to ask, and what happens then.",
	guidance.Professionals: "For everyone who works or volunteers with children or their families.",
	guidance.About:         "What this service is, what it keeps and how it works.",
}

// start is where an audience begins: what to do first, then every subject.
func (rd *reading) start(a guidance.Audience) page {
	return func(w http.ResponseWriter, v *visit) error {
		pages := v.lib.Of(a, "")
		if len(pages) == 0 {
			return notHere()
		}
		view := startView{Title: audienceNames[a], Lead: leads[a], Young: a == guidance.YoungPeople, Manual: a == guidance.Professionals && len(v.lib.Chapters) > 0}
		var keys []string
		for _, p := range pages {
			if p.First == "" {
				continue
			}
			view.First = append(view.First, line{Title: p.First, Href: p.Path(), Summary: p.Summary})
			for _, key := range p.Contacts {
				// Those at the top of every page are not said again.
				if s, ok := v.moment.Contacts.Find(key); ok && !slices.Contains([]contact.Role{contact.Emergency, contact.FrontDoor, contact.OutOfHours}, s.Role) && !slices.Contains(keys, key) {
					keys = append(keys, key)
				}
			}
		}
		if a.Public() {
			view.Cards = cards(v, keys)
		}
		for _, t := range v.lib.Topics {
			if t.Audience == a {
				view.Groups = append(view.Groups, groupOf(v.lib, t))
			}
		}
		// What stands under no subject is listed all the same.
		other := group{Title: "More"}
		for _, p := range pages {
			if _, ok := topicOf(v.lib, a, p.Topic); !ok {
				other.Pages = append(other.Pages, lineOf(p))
			}
		}
		if len(other.Pages) > 0 {
			view.Groups = append(view.Groups, other)
		}
		c := rd.chrome(v, view.Title, a.Public())
		c.Breadcrumbs = []parts.Link{{Text: "Start", Href: "/"}}
		return startPage.Render(w, v.Request, http.StatusOK, c, view)
	}
}

func groupOf(lib *guidance.Library, t guidance.Topic) group {
	g := group{Title: t.Title, Href: topicPath(t), Summary: t.Summary}
	for _, p := range lib.Of(t.Audience, t.Key) {
		g.Pages = append(g.Pages, lineOf(p))
	}
	return g
}

type topicView struct {
	group
	Others []heading
}

var topicPage = web.Page[topicView]("read/topic", files, "templates/topic.html", "templates/bits.html")

// topic is one subject of an audience.
func (rd *reading) topic(w http.ResponseWriter, v *visit) error {
	a := guidance.Audience(v.PathValue("audience"))
	t, ok := topicOf(v.lib, a, v.PathValue("topic"))
	if !ok {
		return notHere()
	}
	view := topicView{group: groupOf(v.lib, t)}
	title := t.Title
	for _, p := range v.lib.Of(a, t.Key) {
		v.sensitive = v.sensitive || p.Sensitive
	}
	if v.sensitive {
		title = "Help and advice"
	}
	for _, other := range v.lib.Topics {
		if other.Audience == a && other.Key != t.Key {
			view.Others = append(view.Others, heading{other.Title, topicPath(other)})
		}
	}
	c := rd.chrome(v, title, v.sensitive || a.Public())
	c.Breadcrumbs = []parts.Link{{Text: "Start", Href: "/"}, {Text: audienceNames[a], Href: "/" + string(a)}}
	under(&c, "/"+string(a))
	return topicPage.Render(w, v.Request, http.StatusOK, c, view)
}
