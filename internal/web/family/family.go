// Package family is the room of what belongs together: a child through every
// record, the children of a family side by side, and one list of what waits for a
// worker.
//
// It names no pathway, state or question: what a page shows comes from the
// pathway's own text, and what may be shown from the desk.
package family

import (
	"cmp"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

type hall struct{ *room.House }

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	d := &hall{h}
	staff := func(pattern string, fn room.StaffHandler) {
		mux.Handle(pattern, h.Staff(func(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
			if len(a.By.Viewer.Principals) == 0 {
				return errCases
			}
			return fn(w, r, a)
		}))
	}
	staff("GET /people/{id}", d.child)
	staff("GET /people/{id}/family", d.family)
	staff("GET /actions", d.actions)
	staff("GET /recommendations", d.recommendations)
}

var errCases = fault.New(fault.Forbidden, "Your role does not see records. Ask your manager if it should.")

func page[V any](name string, extra ...string) *web.PageT[V] {
	list := []string{"templates/" + name + ".html"}
	for _, e := range extra {
		list = append(list, "templates/"+e+".html")
	}
	return web.Page[V]("family/"+name, files, list...)
}

// chrome frames a page of this room.
func (d *hall) chrome(r *http.Request, a *room.Asker, title string) web.Chrome {
	c := d.StaffChrome(r, a, title)
	c.Wide = true
	c.PrintFoot = "Official-sensitive. Printed by " + a.Worker.Name + " on " + calendar.Show(web.Now(r)) + ". Keep it locked away and shred it after use."
	return c
}

// recordLink leads to a record, with what kind it is for those who hear it.
func recordLink(c *casework.Chronology) parts.Link {
	return parts.Link{Text: c.Record.Reference, Href: "/records/" + c.Record.ID, Hidden: " " + c.Pathway.Title}
}

// who is the name to show for a principal.
func (d *hall) who(principal string, names map[string]string) string {
	return cmp.Or(names[principal], d.Desk.Who(principal))
}

// byID are the names of workers, teams and files as answers hold them.
func (d *hall) byID(c *casework.Chronology, names map[string]string) map[string]string {
	out := map[string]string{}
	for who, name := range names {
		if id, ok := access.Principal(who).Worker(); ok {
			out[id] = name
		}
	}
	for _, t := range d.Desk.Place.Register.Teams {
		out[t.ID] = t.Name
	}
	for _, f := range c.Files {
		out[f.ID] = f.Name
	}
	return out
}

// called is how a question is spoken of where its answer stands.
func called(q *pathway.Question) string { return strings.TrimSuffix(q.Heading(), "?") }

// machine is an instant as the time element wants it.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// count says how many in words: "1 limit", "2 limits".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// once adds a text that is not there yet.
func once(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
