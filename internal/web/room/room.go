// Package room is what every room of the site needs of the house: who is
// asking, the desk where acts happen, the gate where people sign in, and the
// frame round each page.
package room

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/publishing"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// House is the whole program as its rooms see it.
type House struct {
	Desk  *casework.Desk
	Gate  *signin.Gate
	Front *web.Front
	Site  *web.Site
	Texts *publishing.Texts
	// Demo is set in the demo world: pages say so, and its clock can be set.
	Demo bool
	// Routes are those of the whole site, to know which addresses lead somewhere.
	Routes Mux

	// Nominated tells whether a worker passes releases on in their agency; nil in a
	// house without that room.
	Nominated func(context.Context, casework.By) (bool, error)

	moment atomic.Pointer[Moment]
}

// Leads tells whether the site answers at an address. A house of a few rooms
// does not offer the way to the others.
func (h *House) Leads(path string) bool {
	if h.Routes == nil {
		return false
	}
	_, pattern := h.Routes.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}})
	return pattern != ""
}

// Mux takes the routes of a room. That of the site notes each with who may come.
type Mux interface {
	Handle(pattern string, h http.Handler)
	// Handler is the route that a request would take, and its pattern.
	Handler(r *http.Request) (http.Handler, string)
}

// Who may come to a route.
const (
	Anyone = "anyone"
	Worker = "worker" // a signed-in worker
)

// Asker is a signed-in worker and the request's instant.
type Asker struct {
	By      casework.By
	Worker  agency.Worker
	Session signin.Session
	// Roles are the roles held now; Team is the first team's name.
	Roles []string
	Team  string
}

// Holds tells whether the worker has one of some roles.
func (a *Asker) Holds(roles ...string) bool {
	for _, have := range a.Roles {
		for _, want := range roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// May tells whether one of the worker's roles has a program-wide power.
func (a *Asker) May(h *House, power string) bool {
	return a.By.May(power, &h.Desk.Place.Register)
}

// StaffHandler is a page for signed-in workers.
type StaffHandler func(w http.ResponseWriter, r *http.Request, a *Asker) error

// Staff lets a signed-in worker in and sends everyone else to sign in, keeping
// where they were.
func (h *House) Staff(fn StaffHandler) http.Handler {
	return web.Guarded{Who: Worker, Handler: h.Front.Handle(func(w http.ResponseWriter, r *http.Request) error {
		a, err := h.Asker(r)
		if err != nil {
			return err
		}
		// Before anything is done: half a form must not pass for a form left half empty.
		if r.Method == http.MethodPost {
			if err := web.ReadForm(r); err != nil {
				return err
			}
		}
		err = fn(w, r, a)
		if h.destroyed(r, a, err) {
			return See(w, r, "/retention/destroyed/"+r.PathValue("id"))
		}
		h.refused(r, a.By, err)
		return err
	})}
}

// destroyed tells whether a record that is not there was one that the worker could
// open and that was destroyed since.
func (h *House) destroyed(r *http.Request, a *Asker, err error) bool {
	return fault.KindOf(err) == fault.NotFound && strings.HasPrefix(r.Pattern, "GET /records/{id}") &&
		h.Leads("/retention") && h.Desk.WasDestroyed(r.Context(), a.By, r.PathValue("id"))
}

// refused notes who was kept out, and of what.
func (h *House) refused(r *http.Request, by casework.By, err error) {
	if k := fault.KindOf(err); err == nil || k != fault.Forbidden && k != fault.NotFound {
		return
	}
	id := r.PathValue("id") + r.PathValue("record") // an address has one of them at most
	if failed := h.Desk.Refused(r.Context(), by, id, err); failed != nil {
		h.Front.Log.Error("refusal not logged", "id", web.RequestID(r), "cause", failed.Error())
	}
}

// Asker is the signed-in worker of a request, or a fault of kind SignIn.
func (h *House) Asker(r *http.Request) (*Asker, error) {
	now := web.Now(r)
	s, w, err := h.Gate.Who(r.Context(), signin.WorkerToken(r), now)
	if err != nil {
		return nil, err
	}
	if !s.Full() {
		return nil, fault.New(fault.SignIn, "Finish signing in first.")
	}
	if !byItself(r) {
		if err := h.Gate.Seen(r.Context(), s, now); err != nil {
			return nil, err
		}
	}
	a := &Asker{Worker: w, Session: s, By: casework.ByWorker(w, &h.Desk.Place.Register, now), Roles: w.Roles(now)}
	a.By.Route = r.Pattern
	for _, m := range w.Memberships {
		if t, ok := h.Desk.Place.Register.Team(m.Team); ok && m.Live(now) {
			a.Team = t.Name
			break
		}
	}
	return a, nil
}

// byItself tells a fetch that a page makes with nobody at the keyboard: a live
// board on an unattended screen must not keep its session alive.
func byItself(r *http.Request) bool {
	return r.Header.Get("X-Fragment") != "" || strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}

// Writer is whoever writes a referral: a signed-in worker, or a visitor known
// only by the code they were given. Err is of kind SignIn when neither.
func (h *House) Writer(r *http.Request) (casework.By, *Asker, error) {
	if a, err := h.Asker(r); err == nil {
		return a.By, a, nil
	}
	id, err := h.Gate.Visitor(r.Context(), signin.VisitorToken(r), web.Now(r))
	if err != nil {
		return casework.By{}, nil, err
	}
	by := casework.ByVisitor(id, web.Now(r))
	by.Route = r.Pattern
	return by, nil, nil
}

// Holder is whoever has shown a receipt code in this browser.
func (h *House) Holder(r *http.Request) (casework.By, string, error) {
	rec, err := h.Gate.Receipt(r.Context(), signin.VisitorToken(r), web.Now(r))
	if err != nil {
		return casework.By{}, "", err
	}
	by := casework.ByCode(rec, web.Now(r))
	by.Route = r.Pattern
	return by, rec, nil
}

// Public is a page for anyone.
func (h *House) Public(fn web.Handler) http.Handler {
	return web.Guarded{Who: Anyone, Handler: h.Front.Handle(func(w http.ResponseWriter, r *http.Request) error {
		err := fn(w, r)
		if err == nil || r.PathValue("record") == "" {
			return err
		}
		if a, no := h.Asker(r); no == nil {
			h.refused(r, a.By, err)
		} else if by, _, no := h.Holder(r); no == nil {
			h.refused(r, by, err)
		}
		return err
	})}
}

// StaffChrome frames a page for a signed-in worker.
func (h *House) StaffChrome(r *http.Request, a *Asker, title string) web.Chrome {
	c := web.Chrome{Site: h.Site, Title: title, Staff: true, Worker: a.Worker.Name, Team: a.Team, Emergency: h.Moment(web.Now(r)).Emergency}
	add := func(text, href string) {
		c.Nav = append(c.Nav, parts.Link{Text: text, Href: href, Current: r.URL.Path == href || strings.HasPrefix(r.URL.Path, href+"/")})
	}
	cases := len(a.By.Viewer.Principals) > 0
	if h.Works(a.By.Viewer.Worker, a.By.Now) && cases {
		add("Board", "/board")
	}
	if cases && h.Leads("/actions") {
		add("My actions", "/actions")
	}
	if a.May(h, "people") {
		add("People", "/people")
	}
	if cases && h.Leads("/meetings") {
		add("Meetings", "/meetings")
	}
	if cases {
		add("My referrals", "/sent")
		add("Refer", "/refer")
		if slices.ContainsFunc(h.Desk.Pathways.All(), func(p *pathway.Pathway) bool { return h.Desk.MayBegin(a.By, p) }) {
			add("Start", "/begin")
		}
	}
	if a.May(h, "reports") {
		add("Reports", "/reports")
	}
	if cases && h.Leads("/tools") || a.May(h, "tools") {
		add("Tools", "/tools")
	}
	if a.May(h, "accounts") {
		add("Workers", "/workers")
	}
	if a.May(h, "audit") {
		add("Audit log", "/audit")
	}
	if h.Desk.MayKeep(a.By) && h.Leads("/retention") {
		add("Retention", "/retention")
	}
	if h.Leads("/manual") {
		add("Manual", "/manual")
	}
	if a.May(h, publishing.PowerWrite) && h.Leads("/texts") {
		add("Texts", "/texts")
	}
	if h.releases(r, a) {
		add("Releases", "/releases")
	}
	add("Who to call", "/contact")
	add("Your account", "/account")
	return c
}

// releases tells whether a worker has releases to pass on or to look after. A page
// is not kept from anyone because that cannot be told.
func (h *House) releases(r *http.Request, a *Asker) bool {
	if h.Nominated == nil {
		return false
	}
	if a.May(h, "releases") {
		return true
	}
	held, err := h.Nominated(r.Context(), a.By)
	return err == nil && held
}

// Works tells whether one of a worker's roles takes a step of any pathway, or is
// one of the few that may be given a record of one: such a worker has a board.
func (h *House) Works(w agency.Worker, now time.Time) bool {
	roles := w.Roles(now)
	held := func(role string) bool { return slices.Contains(roles, role) }
	for _, p := range h.Desk.Pathways.All() {
		if slices.ContainsFunc(p.Restricted, held) {
			return true
		}
		for i := range p.Steps {
			if slices.ContainsFunc(p.Steps[i].By, held) {
				return true
			}
		}
	}
	return false
}

// publicNav is the menu for anyone: whom the site speaks to, then what can be
// done here. What fewer come for is at the foot of every page.
var publicNav = []parts.Link{
	{Text: "Young people", Href: "/young-people"},
	{Text: "Parents and carers", Href: "/parents"},
	{Text: "Professionals", Href: "/professionals"},
	{Text: "Who to call", Href: "/contact"},
	{Text: "Tell us about a child", Href: "/refer"},
	{Text: "Search", Href: "/search"},
}

// ofReading are the places of the menu that not every house has.
var ofReading = []string{"/young-people", "/parents", "/professionals", "/search"}

// PublicChrome frames a page for anyone, with the way out at once.
func (h *House) PublicChrome(r *http.Request, title string, exit bool) web.Chrome {
	c := web.Chrome{Site: h.Site, Title: title, ExitThisPage: exit, Emergency: h.Moment(web.Now(r)).Emergency}
	for _, l := range publicNav {
		if slices.Contains(ofReading, l.Href) && !h.Leads(l.Href) {
			continue
		}
		l.Current = r.URL.Path == l.Href || strings.HasPrefix(r.URL.Path, l.Href+"/")
		c.Nav = append(c.Nav, l)
	}
	return c
}

// Next is where to go after signing in: a path of this site, or the start.
func Next(r *http.Request, otherwise string) string {
	next := r.FormValue("next")
	u, err := url.Parse(next)
	if err != nil || next == "" || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return otherwise
	}
	return next
}

// See sends the reader to another page after a form was accepted.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
