package shelf

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/book"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
)

type copyView struct {
	Title, Of string // what was copied, and of which edition
	// Current, Corrected, Replaced and Early: one of them is so.
	Current, Corrected, Replaced, Early bool
	// Gone: its chapter is not in the manual any more. Same: it was replaced, and
	// its words are those in force.
	Gone, Same         bool
	First              bool     // it is the first edition, and no other is in force before it
	Dates              []string // of corrections since
	Now, From          string   // the edition in force, and since when
	Read, PDF, Compare string
	Changes            []changeView
}

var copyPage = web.Page[copyView]("shelf/copy", files, "templates/copy.html", "templates/bits.html")

// copyPage tells whether a copy that someone holds is still in force. The copy
// says its edition, its chapter if it is of one, and a sum of its text.
func (s *shelf) copyPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visit(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	key, name := q.Get("edition"), q.Get("chapter")
	if key == "" {
		return fault.New(fault.Invalid, "The address of a copy names its edition. Open it as the copy shows it, or read the manual on this site.")
	}
	then, err := s.edition(v, key)
	if err != nil {
		return err
	}
	today := v.today
	view := copyView{
		Title: today.lib.Manual.Title, Of: then.edition.Title, Now: today.edition.Title, From: today.edition.From.Long(), Read: "/manual", PDF: "/manual.pdf",
	}
	var chapter *guidance.Page // as it is today
	if name != "" {
		was, err := chapterOf(then.lib, name)
		if err != nil {
			return err
		}
		view.Title = was.Title
		if now, _, ok := today.lib.Linked("manual:" + name); ok { // also under another name
			chapter = now
			view.Title, view.Read, view.PDF = now.Title, now.Path(), now.Path()+"/pdf"
		} else {
			view.Gone = true
		}
	}
	same := !view.Gone && q.Get("text") == s.copyOf(today, chapter).Mark()
	switch {
	case key == today.edition.Key:
		view.Corrected = view.Gone || !same && q.Get("text") != ""
		view.Current = !view.Corrected && v.begun
		view.Early, view.First = !view.Corrected && !v.begun, !v.begun
		if view.Corrected {
			if view.Dates, err = s.corrected(v, name); err != nil {
				return err
			}
		}
	case v.at(key) < v.at(today.edition.Key):
		view.Early, view.From = true, then.edition.From.Long()
	default:
		view.Replaced, view.Same = true, same
		for _, e := range v.since(key, today.edition.Key) {
			for _, c := range e.Changes {
				if name == "" || c.Chapter == name || chapter != nil && c.Chapter == book.ChapterKey(chapter) {
					view.Changes = append(view.Changes, s.changeView(today.lib, e, c))
				}
			}
		}
		query := url.Values{"from": {key}, "to": {today.edition.Key}}.Encode()
		if view.Compare = "/manual/compare?" + query; chapter != nil {
			view.Compare = chapter.Path() + "/compare?" + query
		}
	}
	return copyPage.Render(w, r, http.StatusOK, s.chrome(r, s.asker(r), "Is this copy current?"), view)
}

// corrected are the days on which the edition in force was corrected, or a
// chapter of it, the newest first.
func (s *shelf) corrected(v *visit, chapter string) ([]string, error) {
	list, err := s.Texts.Corrections(v.Context(), v.today.edition.Key, v.now)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range slices.Backward(list) {
		if day := calendar.DateOf(c.From).Long(); (chapter == "" || strings.HasSuffix(c.Name, "/"+chapter+".md")) && !slices.Contains(out, day) {
			out = append(out, day)
		}
	}
	return out, nil
}

// changeView is what an edition changed in a chapter, as pages show it.
type changeView struct {
	Edition, From string
	Chapter, Href string // Href is empty when the chapter is there no more
	What, Effect  string
	Roles         string
	Compare       string
}

func (s *shelf) changeView(lib *guidance.Library, e guidance.Edition, c guidance.Change) changeView {
	v := changeView{Edition: e.Title, From: e.From.Long(), Chapter: c.Chapter, What: c.What, Effect: c.Effect}
	if p, ok := lib.Find("manual/" + c.Chapter); ok {
		v.Chapter, v.Href = p.Title, p.Path()
		if e.Replaces != "" {
			v.Compare = p.Path() + "/compare?" + url.Values{"from": {e.Replaces}, "to": {e.Key}}.Encode()
		}
	}
	var names []string
	for _, id := range c.Roles {
		names = append(names, s.roleName(id))
	}
	v.Roles = strings.Join(names, ", ")
	return v
}

// roleName is a role in words: that of the partnership's folder, or as the
// editor wrote it.
func (s *shelf) roleName(id string) string {
	if role, ok := s.Desk.Place.Register.Role(id); ok && role.Label != "" {
		return role.Label
	}
	return id
}

// states are what became of a section, in words.
var states = map[book.State]string{
	book.Same: "Not changed", book.Changed: "Changed", book.Moved: "Moved, with the same words", book.New: "New", book.Gone: "Taken out",
}
