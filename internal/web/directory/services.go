package directory

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/fault"
	"frontdoor/internal/services"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

type servicesView struct {
	Text             parts.Input
	Who, What, Where parts.Select
	OpenNow          bool
	Asked            bool
	ClearHref        string
	Count            string
	Meant            string
	Unknown          int // left out because nobody told their hours
	OpenHref         string
	Cards            []card
}

var servicesPage = web.Page[servicesView]("directory/services", files, "templates/services.html", "templates/bits.html")

// services lists the directory, narrowed by a form that works without script.
func (d *dir) services(w http.ResponseWriter, r *http.Request) error {
	lib, err := d.texts(r)
	if err != nil {
		return err
	}
	list, at, q := lib.Services, web.Now(r), r.URL.Query()
	f := services.Filter{Who: services.Audience(q.Get("who")), Where: q.Get("where"), OpenNow: q.Get("open") != ""}
	v := servicesView{
		OpenNow: f.OpenNow, Asked: len(q) > 0, ClearHref: "/services",
		Text:  parts.Input{Field: parts.Field{Name: "q", Label: "In your own words (optional)"}, Value: q.Get("q"), Type: "search"},
		Who:   parts.Select{Field: parts.Field{Name: "who", Label: "Who is it for?"}, Value: string(f.Who), Items: []parts.Option{{Text: "Anyone"}}},
		What:  parts.Select{Field: parts.Field{Name: "what", Label: "What about?"}, Items: []parts.Option{{Text: "Anything"}}},
		Where: parts.Select{Field: parts.Field{Name: "where", Label: "Where?"}, Value: f.Where, Items: []parts.Option{{Text: "Anywhere"}}},
	}
	if t, ok := list.Topic(q.Get("what")); ok {
		f.What, v.What.Value = t.Key, t.Code()
	}
	for _, a := range services.Audiences {
		v.Who.Items = append(v.Who.Items, parts.Option{Value: string(a.Key), Text: a.Name})
	}
	for _, t := range list.Topics {
		v.What.Items = append(v.What.Items, parts.Option{Value: t.Code(), Text: t.Name})
	}
	for _, a := range d.Moment(at).Contacts.Authorities() {
		v.Where.Items = append(v.Where.Items, parts.Option{Value: a.ID, Text: a.Name})
	}
	found, unknown := list.List(f, at)
	if text := strings.TrimSpace(q.Get("q")); text != "" {
		var keys []string
		keys, v.Meant = lib.SearchServices(text)
		all := found
		if f.OpenNow {
			// Those whose hours are not known are counted among the ones asked for.
			without := f
			without.OpenNow = false
			all, _ = list.List(without, at)
			unknown = 0
			for _, s := range all {
				if slices.Contains(keys, s.Key) && !list.Open(s, at).Known {
					unknown++
				}
			}
		}
		found = slices.DeleteFunc(found, func(s *services.Service) bool { return !slices.Contains(keys, s.Key) })
		slices.SortStableFunc(found, func(a, b *services.Service) int { return slices.Index(keys, a.Key) - slices.Index(keys, b.Key) })
	}
	for _, s := range found {
		v.Cards = append(v.Cards, cardOf(list, s, at))
	}
	v.Count, v.Unknown = count(len(found), "service", "services"), unknown
	if unknown > 0 {
		more := url.Values{}
		for name, values := range q {
			if name != "open" {
				more[name] = values
			}
		}
		v.OpenHref = "/services?" + more.Encode()
	}
	return servicesPage.Render(w, r, http.StatusOK, d.chrome(r, "Services", true), v)
}

type serviceView struct {
	Card      card
	For       string
	Topics    []parts.Link
	Rows      parts.SummaryList
	Locations []services.Location
	Hidden    bool // where it is may not be known
	Source    string
	StaleDays int
	Paused    bool
	Ended     bool
}

var servicePage = web.Page[serviceView]("directory/service", files, "templates/service.html", "templates/bits.html")

// service shows one service.
func (d *dir) service(w http.ResponseWriter, r *http.Request) error {
	lib, err := d.texts(r)
	if err != nil {
		return err
	}
	list, at := lib.Services, web.Now(r)
	s, ok := list.At(r.PathValue("id"))
	if !ok {
		return fault.New(fault.NotFound, "There is no service at this address. It may have closed. Look for another in the directory of services.")
	}
	if r.URL.Path != s.Path() {
		http.Redirect(w, r, s.Path(), http.StatusMovedPermanently)
		return nil
	}
	v := serviceView{
		Card: cardOf(list, s, at), Locations: s.Locations, Hidden: s.Undisclosed, Source: s.Source, StaleDays: list.StaleAfter,
		Paused: s.Status == services.Pausing, Ended: s.Status == services.Ended,
	}
	row := func(name string, values ...string) {
		if text := strings.Join(slices.DeleteFunc(values, func(s string) bool { return s == "" }), ", "); text != "" {
			v.Rows.Rows = append(v.Rows.Rows, parts.SummaryRow{Key: name, Value: text})
		}
	}
	var who, areas []string
	for _, a := range services.Audiences {
		if slices.Contains(s.For, a.Key) {
			who = append(who, a.Name)
		}
	}
	for _, a := range s.Areas {
		areas = append(areas, list.AreaName(a))
	}
	row("Who it is for", who...)
	row("Ages", s.Ages())
	row("Who can use it", s.Eligibility)
	row("Where", areas...)
	row("Cost", s.Cost)
	row("Languages", s.Languages...)
	row("Easier to use", s.Access...)
	row("Run by", s.Organization.Name)
	for _, t := range s.Topics {
		v.Topics = append(v.Topics, parts.Link{Text: t.Name, Href: "/services?" + url.Values{"what": {t.Code()}}.Encode()})
	}
	// A browser keeps the title: it does not say what help was looked for.
	c := d.chrome(r, "Help and advice", false)
	c.Breadcrumbs = []parts.Link{{Text: "Services", Href: "/services"}}
	c.PrintFoot = "Numbers and hours change: look again before you rely on them."
	return servicePage.Render(w, r, http.StatusOK, c, v)
}

// count is a number of things in words.
func count(n int, one, many string) string {
	switch n {
	case 0:
		return "No " + many
	case 1:
		return "1 " + one
	}
	return itoa(n) + " " + many
}
