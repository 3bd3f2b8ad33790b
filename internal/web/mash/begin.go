package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/pathway"
	"frontdoor/internal/web/room"
)

// beginView is the work that a worker may begin by themselves, by heading.
type beginView struct{ Sections []beginSection }

type beginSection struct {
	Title string
	Kinds []beginKind
}

type beginKind struct{ Name, Title, Summary string }

var beginPage = page[beginView]("begin")

// begin offers what a worker may begin. Each leads to the form that everything
// that is begun has.
func (d *door) begin(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	kinds := slices.DeleteFunc(d.Desk.Pathways.All(), func(p *pathway.Pathway) bool { return !d.Desk.MayBegin(a.By, p) })
	slices.SortStableFunc(kinds, func(x, y *pathway.Pathway) int { return strings.Compare(x.Offered, y.Offered) })
	var v beginView
	for _, p := range kinds {
		if n := len(v.Sections); n == 0 || v.Sections[n-1].Title != p.Offered {
			v.Sections = append(v.Sections, beginSection{Title: p.Offered})
		}
		s := &v.Sections[len(v.Sections)-1]
		s.Kinds = append(s.Kinds, beginKind{p.Name, p.Title, p.Summary})
	}
	return beginPage.Render(w, r, http.StatusOK, d.StaffChrome(r, a, "Start something new"), v)
}
