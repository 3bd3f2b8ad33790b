// Package shelf is the room of copies of the manual: the PDF and the EPUB, what a
// copy says of itself when it is asked whether it is current, what changed from
// one edition to another, and the copy that a device keeps for when it has no
// connection. All of it is for anyone.
package shelf

import (
	"embed"
	"net/http"
	"slices"
	"time"

	"frontdoor/internal/book"
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

// shelf is the room.
type shelf struct {
	*room.House
	made  copies
	whole bundles
}

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	s := &shelf{House: h}
	on := func(pattern string, fn web.Handler) { mux.Handle("GET "+pattern, h.Public(fn)) }

	on("/manual.pdf", s.download(pdf))
	on("/manual.epub", s.download(epub))
	on("/manual/{chapter}/pdf", s.download(pdf))
	on("/manual/copy", s.copyPage)
	on("/manual/changes", s.changes)
	on("/manual/compare", s.compareAll)
	on("/manual/{chapter}/compare", s.compareOne)

	on("/offline", s.offline)
	on("/offline/bundle.json", s.bundle)
	on("/offline/version.json", s.version)
	on("/sw.js", worker)
	on("/manifest.webmanifest", s.manifest)
}

// chrome frames a page: for a signed-in worker as their other pages are.
func (s *shelf) chrome(r *http.Request, a *room.Asker, title string) web.Chrome {
	c := s.PublicChrome(r, title, false)
	if a != nil {
		c = s.StaffChrome(r, a, title)
	}
	c.Breadcrumbs = []parts.Link{{Text: "Manual", Href: "/manual"}}
	return c
}

// asker is the signed-in worker, or nil for anyone else. These pages are the
// same for everyone but for their frame.
func (s *shelf) asker(r *http.Request) *room.Asker {
	if signin.WorkerToken(r) == "" {
		return nil
	}
	a, err := s.Asker(r)
	if err != nil {
		return nil
	}
	return a
}

var (
	errEdition = fault.New(fault.NotFound, "There is no edition of that name. The list of changes names those there are.")
	errChapter = fault.New(fault.NotFound, "There is no such chapter in this edition. The manual lists its chapters.")
)

// text is the manual as it stood: its library, and the edition that was in force.
type text struct {
	lib     *guidance.Library
	edition guidance.Edition
}

// visit is one request: when it comes, the manual in force and the editions that
// are known then, the newest first.
type visit struct {
	*http.Request
	now      time.Time
	day      calendar.Date
	today    text
	begun    bool // false before the first edition comes into force
	editions []guidance.Edition
}

func (s *shelf) visit(r *http.Request) (*visit, error) {
	v := &visit{Request: r, now: web.Now(r), day: calendar.DateOf(web.Now(r))}
	var err error
	if v.today.lib, err = s.Texts.At(r.Context(), v.now); err != nil {
		return nil, err
	}
	v.today.edition, v.begun = book.EditionOn(v.today.lib.Manual, v.day)
	v.editions, err = s.Texts.Editions(r.Context(), v.now)
	return v, err
}

// at is where an edition stands in the list of all, the newest at 0; -1 when
// there is none of the key.
func (v *visit) at(key string) int {
	return slices.IndexFunc(v.editions, func(e guidance.Edition) bool { return e.Key == key })
}

// since are the editions after one, up to and with another, the newest first.
func (v *visit) since(from, to string) []guidance.Edition {
	first, last := v.at(to), v.at(from)
	if first < 0 || last < first {
		return nil
	}
	return v.editions[first:last]
}

// asked is the manual that an address asks for: that of an edition, of a day, or
// of today.
func (s *shelf) asked(v *visit) (text, error) {
	q := v.URL.Query()
	if key := q.Get("edition"); key != "" {
		return s.edition(v, key)
	}
	if q.Get("on") == "" {
		return v.today, nil
	}
	r, err := s.Texts.Read(v.Context(), q.Get("on"), v.now)
	if err != nil {
		return text{}, err
	}
	e, _ := book.EditionOn(r.Lib.Manual, r.Day)
	return text{r.Lib, e}, nil
}

// edition is an edition as it stood at the end of its time: as it stands today
// when nothing has replaced it.
func (s *shelf) edition(v *visit, key string) (text, error) {
	if key == v.today.edition.Key {
		return v.today, nil
	}
	lib, e, err := s.Texts.EditionLibrary(v.Context(), key, v.now)
	if fault.KindOf(err) == fault.NotFound {
		err = errEdition
	}
	return text{lib, e}, err
}

// chapterOf is the chapter of a key.
func chapterOf(lib *guidance.Library, key string) (*guidance.Page, error) {
	p, ok := lib.Find("manual/" + key)
	if !ok {
		return nil, errChapter
	}
	return p, nil
}
