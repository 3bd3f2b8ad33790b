// Package directory is the room where people find things: the search over
// everything the partnership publishes, the directory of services, the same
// directory for other programs (Open Referral UK), and the documents library.
//
// What is searched for is never logged, kept or sent anywhere: it is in the
// address of the reader's own browser alone, and no page leads out with it.
package directory

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/services"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

// dir is the room.
type dir struct{ *room.House }

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	d := &dir{h}
	on := func(pattern string, fn web.Handler) { mux.Handle(pattern, h.Public(fn)) }
	on("GET /search", d.search)
	on("GET /services", d.services)
	on("GET /services/{id}", d.service)
	on("GET /documents", d.documents)
	for pattern, fn := range map[string]open{
		"/api/oruk": d.metadata, "/api/oruk/{$}": d.metadata,
		"/api/oruk/services": d.feedServices, "/api/oruk/services/{id}": d.feedService,
		"/api/oruk/organizations":             d.feedOrganizations,
		"/api/oruk/taxonomies":                d.feedTaxonomies,
		"/api/oruk/taxonomies/{id}":           d.feedTaxonomy,
		"/api/oruk/taxonomy_terms":            d.feedTerms,
		"/api/oruk/taxonomy_terms/{id}":       d.feedTerm,
		"/api/oruk/service_at_locations":      d.feedLocations,
		"/api/oruk/service_at_locations/{id}": d.feedLocation,
	} {
		on("GET "+pattern, d.feed(fn))
	}
}

// texts are those in force now.
func (d *dir) texts(r *http.Request) (*guidance.Library, error) {
	return d.Texts.At(r.Context(), web.Now(r))
}

// chrome frames a page. Typed words could be lost on those with a form, so only
// the others can be left with the Escape key.
func (d *dir) chrome(r *http.Request, title string, typed bool) web.Chrome {
	if signin.WorkerToken(r) != "" {
		if a, err := d.Asker(r); err == nil {
			return d.StaffChrome(r, a, title)
		}
	}
	c := d.PublicChrome(r, title, true)
	c.LeaveOnEscape = !typed
	return c
}

// card is a service as a page shows it.
type card struct {
	Name, Path, About, Organization string
	Phones                          []number
	TextTo, Sms, Email, Site        string
	// State is "Open now" or "Closed now"; empty when the hours are not known.
	State       string
	Open        bool
	When, Hours string
	Alert       string
	Checked     string
	Stale       bool
	Confirmed   bool
	Facts       []string // what is short: ages, cost, where
}

type number struct{ Number, Tel, Note string }

func numbers(phones []contact.Phone) []number {
	var out []number
	for _, p := range phones {
		out = append(out, number{p.Number, contact.Tel(p.Number), p.Note})
	}
	return out
}

// called is a card of how to reach a service.
func called(name string, s contact.Service, o contact.Option, st contact.Status) card {
	c := card{
		Name: name, When: o.When(), Hours: o.Hours, TextTo: s.TextTo, Sms: contact.Tel(s.TextTo), Email: s.Email, Site: s.Web, About: s.For,
		Checked: o.Checked.Long(), Confirmed: o.Confirmed,
	}
	if c.Site != "" && !strings.Contains(c.Site, "://") {
		c.Site = "https://" + c.Site
	}
	c.Phones = numbers(s.Phones)
	if st.Known {
		c.Open, c.State = st.Open, "Closed now"
		if st.Open {
			c.State = "Open now"
		}
	}
	return c
}

// cardOf is a service of the directory at an instant.
func cardOf(d *services.Directory, s *services.Service, at time.Time) card {
	c := called(s.Name, s.Call, d.Option(s, at), d.Open(s, at))
	c.Path, c.About, c.Organization, c.Site, c.Alert = s.Path(), s.About, s.Organization.Name, s.URL, s.Alert
	if c.Organization == c.Name {
		c.Organization = ""
	}
	c.Stale = d.Stale(s, calendar.DateOf(at))
	if s.Status == services.Pausing {
		c.When, c.State = "It is closed for a time.", "Closed now"
	}
	var areas []string
	for _, a := range s.Areas {
		areas = append(areas, d.AreaName(a))
	}
	for _, f := range []string{strings.Join(areas, ", "), s.Ages(), s.Cost} {
		if f != "" {
			c.Facts = append(c.Facts, f)
		}
	}
	return c
}

// contacts are cards of contacts, in the order of their keys. One that nobody has
// checked for so many days is marked.
func contacts(all *contact.Directory, keys []string, at time.Time, stale int) []card {
	var out []card
	for _, key := range keys {
		if s, ok := all.Find(key); ok {
			c := called(s.Name, s, all.Option(s, "", at), all.Status(s, at))
			c.Stale = stale > 0 && s.Checked.DaysTo(calendar.DateOf(at)) > stale
			out = append(out, c)
		}
	}
	return out
}
