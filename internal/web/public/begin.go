package public

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"
)

// beginView is what someone may begin besides telling of a worry, by heading.
type beginView struct {
	Worker   bool
	Sections []beginSection
}

type beginSection struct {
	Title string
	Kinds []beginKind
}

type beginKind struct{ Name, Title, Summary string }

var beginPage = web.Page[beginView]("public/begin", files, "templates/begin.html")

// told are the pathways that begin with anyone telling the front door of a child.
func (p *pub) told() []*pathway.Pathway {
	return slices.DeleteFunc(p.Desk.Pathways.All(), func(x *pathway.Pathway) bool {
		first, ok := x.Beginning()
		return !ok || !x.CountsAsContact || x.About != "" || !slices.Contains(first.By, "author")
	})
}

// others are the further pathways that someone may begin by themselves, by their
// heading.
func (p *pub) others(a *room.Asker) []*pathway.Pathway {
	by := casework.By{Kind: "public"}
	if a != nil {
		by = a.By
	}
	told := p.told()
	out := slices.DeleteFunc(p.Desk.Pathways.All(), func(x *pathway.Pathway) bool { return slices.Contains(told, x) || !p.Desk.MayBegin(by, x) })
	slices.SortStableFunc(out, func(x, y *pathway.Pathway) int { return strings.Compare(x.Offered, y.Offered) })
	return out
}

// beginOther offers them. Each leads to the form that everything that is begun has.
func (p *pub) beginOther(w http.ResponseWriter, r *http.Request) error {
	a := p.asker(r)
	v := beginView{Worker: a != nil}
	for _, x := range p.others(a) {
		if n := len(v.Sections); n == 0 || v.Sections[n-1].Title != x.Offered {
			v.Sections = append(v.Sections, beginSection{Title: x.Offered})
		}
		s := &v.Sections[len(v.Sections)-1]
		s.Kinds = append(s.Kinds, beginKind{x.Name, x.Title, x.Summary})
	}
	return beginPage.Render(w, r, http.StatusOK, p.chrome(r, a, "Start something else"), v)
}
