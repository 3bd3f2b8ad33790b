package read

import (
	"net/http"

	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
)

// door is one of the ways in on the first page.
type door struct{ Title, Href, Text string }

// doorText is what stands under each door.
var doors = map[guidance.Audience]door{
	guidance.YoungPeople:   {Title: "I am a young person", Text: "Someone to talk to, your rights, and how to get a picture taken down."},
	guidance.Parents:       {Title: "I am a parent or carer", Text: "Help for your family, your baby, your child online, and when you are afraid."},
	guidance.Professionals: {Title: "I work with children", Text: "Thresholds, referring, practice tools and the procedures."},
}

type homeView struct {
	Doors    []door
	News     []newsLine
	Search   bool
	Manual   bool
	Services bool
}

var homePage = web.Page[homeView]("read/home", files, "templates/home.html", "templates/bits.html")

// newsOnHome is how many pieces of news the first page shows.
const newsOnHome = 3

// home is the first page: whom to ring this minute, then whom the site is for,
// then what can be done here.
func (rd *reading) home(w http.ResponseWriter, v *visit) error {
	view := homeView{Search: rd.Leads("/search"), Manual: len(v.lib.Chapters) > 0, Services: rd.Leads("/services")}
	for _, a := range guidance.Audiences {
		if d, ok := doors[a]; ok && len(v.lib.Of(a, "")) > 0 {
			d.Href = "/" + string(a)
			view.Doors = append(view.Doors, d)
		}
	}
	view.News = current(v)
	view.News = view.News[:min(newsOnHome, len(view.News))]
	c := rd.chrome(v, "Start", true)
	c.Emergency.Large = true
	c.LeaveOnEscape = false // the search box
	return homePage.Render(w, v.Request, http.StatusOK, c, view)
}
