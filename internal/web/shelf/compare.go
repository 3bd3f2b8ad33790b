package shelf

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/book"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// two are the editions that an address asks to be compared, the older first,
// with their texts. Left out, they are the edition in force and the one it
// replaced.
func (s *shelf) two(v *visit) (from, to text, err error) {
	q := v.URL.Query()
	to = v.today
	if key := q.Get("to"); key != "" {
		if to, err = s.edition(v, key); err != nil {
			return
		}
	}
	key := q.Get("from")
	if key == "" {
		key = to.edition.Replaces
	}
	if key == "" {
		err = fault.New(fault.NotFound, "There is no earlier edition to compare this one with.")
		return
	}
	if from, err = s.edition(v, key); err != nil {
		return
	}
	if v.at(from.edition.Key) < v.at(to.edition.Key) {
		from, to = to, from
	}
	return
}

// between gives the two texts that a request compares and the chapters that
// differ.
func (s *shelf) between(r *http.Request) (v *visit, from, to text, list []publishing.ChapterChange, err error) {
	if v, err = s.visit(r); err != nil {
		return
	}
	if from, to, err = s.two(v); err != nil {
		return
	}
	list, err = s.Texts.Between(r.Context(), from.edition.Key, to.edition.Key, v.now)
	return
}

type pairView struct {
	From, To         string
	FromDate, ToDate string
	Choose           chooseView
}

type chooseView struct {
	Action   string
	From, To parts.Select
	Show     parts.Button
}

func (v *visit) pair(from, to text, action string) pairView {
	choose := chooseView{Action: action, Show: parts.Button{Text: "Compare", Variant: "secondary"}}
	items := func(name, label, chosen string) parts.Select {
		sel := parts.Select{Field: parts.Field{Name: name, Label: label}, Value: chosen}
		for _, e := range v.editions {
			sel.Items = append(sel.Items, parts.Option{Value: e.Key, Text: e.Title + ", from " + e.From.Short()})
		}
		return sel
	}
	choose.From, choose.To = items("from", "Earlier edition", from.edition.Key), items("to", "Later edition", to.edition.Key)
	return pairView{
		From: from.edition.Title, To: to.edition.Title,
		FromDate: from.edition.From.Long(), ToDate: to.edition.From.Long(), Choose: choose,
	}
}

type compareView struct {
	pairView
	Chapters []chapterChange
	Same     []string // titles of chapters that are as they were
}

type chapterChange struct {
	Title, State, Href string
	Words              []changeView
}

var comparePage = web.Page[compareView]("shelf/compare", files, "templates/compare.html", "templates/bits.html")

// compareAll says of two editions which chapters changed, with the editors' words
// on what that means.
func (s *shelf) compareAll(w http.ResponseWriter, r *http.Request) error {
	v, from, to, list, err := s.between(r)
	if err != nil {
		return err
	}
	view := compareView{pairView: v.pair(from, to, "/manual/compare")}
	query := "/compare?" + url.Values{"from": {from.edition.Key}, "to": {to.edition.Key}}.Encode()
	named := map[*guidance.Page]bool{}
	for _, c := range list {
		one := chapterChange{State: "Changed", Href: "/manual/" + c.Chapter + query, Words: s.words(to.lib, c)}
		switch {
		case c.Before == nil:
			one.Title, one.State = c.After.Title, "New"
		case c.After == nil:
			one.Title, one.State = c.Before.Title, "Taken out"
		default:
			one.Title = c.After.Title
			if same(c.Before, c.After) {
				one.State = "The same words"
			}
		}
		named[c.After] = true
		view.Chapters = append(view.Chapters, one)
	}
	for _, p := range to.lib.Chapters {
		if !named[p] {
			view.Same = append(view.Same, p.Title)
		}
	}
	return comparePage.Render(w, r, http.StatusOK, s.chrome(r, s.asker(r), "What changed between two editions"), view)
}

// words are the editors' words on a chapter, the newest first.
func (s *shelf) words(lib *guidance.Library, c publishing.ChapterChange) []changeView {
	var out []changeView
	for _, w := range slices.Backward(c.Words) {
		out = append(out, s.changeView(lib, w.Edition, w.Change))
	}
	return out
}

// same tells whether no words of a chapter changed.
func same(was, now *guidance.Page) bool {
	return !slices.ContainsFunc(book.Compare(was, now), func(c book.SectionChange) bool { return c.State != book.Same })
}

type chapterView struct {
	pairView
	Title    string
	Words    []changeView
	Sections []sectionView
	None     bool // nothing changed
	Read     string
}

type sectionView struct {
	Key, Title, Was, State string
	Moved                  bool
	Blocks                 []blockView
}

type blockView struct {
	// Same is how many paragraphs that did not change are folded here, and Text
	// their words; otherwise Diff is one that did.
	Same  int
	Texts []string
	State string
	Diff  parts.Diff
}

var chapterPage = web.Page[chapterView]("shelf/chapter", files, "templates/chapter.html", "templates/bits.html")

// compareOne sets two texts of one chapter beside each other, word by word.
func (s *shelf) compareOne(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("chapter")
	v, from, to, list, err := s.between(r)
	if err != nil {
		return err
	}
	view := chapterView{pairView: v.pair(from, to, "/manual/"+name+"/compare"), None: true}
	i := slices.IndexFunc(list, func(c publishing.ChapterChange) bool { return c.Chapter == name })
	if i < 0 { // no word of it changed
		p, err := chapterOf(to.lib, name)
		if err != nil {
			return err
		}
		view.Title, view.Read = p.Title, readAt(p, to)
	} else {
		c := list[i]
		view.Words = s.words(to.lib, c)
		if c.After != nil {
			view.Title, view.Read = c.After.Title, readAt(c.After, to)
		} else {
			view.Title, view.Read = c.Before.Title, readAt(c.Before, from)
		}
		for _, section := range book.Compare(c.Before, c.After) {
			view.None = view.None && section.State == book.Same
			if section.Key == "" && section.State == book.Same {
				continue
			}
			view.Sections = append(view.Sections, viewOf(section))
		}
	}
	return chapterPage.Render(w, r, http.StatusOK, s.chrome(r, s.asker(r), "Compare two texts of a chapter"), view)
}

func readAt(p *guidance.Page, of text) string {
	return p.Path() + "?edition=" + url.QueryEscape(of.edition.Key)
}

func viewOf(c book.SectionChange) sectionView {
	v := sectionView{Key: c.Key, Title: c.Title, Was: c.Was, State: states[c.State], Moved: c.Moved && c.State != book.Moved}
	if v.Title == "" {
		v.Title = "Title and beginning"
	}
	if c.State == book.Same || c.State == book.Moved {
		return v
	}
	for _, b := range c.Blocks {
		if b.State == book.Same {
			text := b.Parts[0].Text
			if n := len(v.Blocks); n > 0 && v.Blocks[n-1].Same > 0 {
				v.Blocks[n-1].Same++
				v.Blocks[n-1].Texts = append(v.Blocks[n-1].Texts, text)
				continue
			}
			v.Blocks = append(v.Blocks, blockView{Same: 1, Texts: []string{text}})
			continue
		}
		one := blockView{State: string(b.State)}
		for _, p := range b.Parts {
			one.Diff.Pieces = append(one.Diff.Pieces, parts.DiffPiece{
				Text: p.Text, Change: map[book.State]string{book.New: "in", book.Gone: "out"}[p.State],
			})
		}
		v.Blocks = append(v.Blocks, one)
	}
	return v
}

type changesView struct {
	Title    string
	Editions []editionView
	Role     parts.Select
	Show     parts.Button
	Chosen   string // the role that was chosen, in words
	Own      bool   // it is the worker's own
	Any      bool
}

type editionView struct {
	Title, From, Summary, State string
	Read, Compare               string
	Changes                     []changeView
	Left                        int // changes that are not for the role
}

var changesPage = web.Page[changesView]("shelf/changes", files, "templates/changes.html", "templates/bits.html")

// Choices that are no role: none, and those of the worker who asks.
const everyone, ownRoles = "all", "own"

// changes lists the editions with what each changed, for everyone or for a role.
// A signed-in worker is shown what is for theirs.
func (s *shelf) changes(w http.ResponseWriter, r *http.Request) error {
	at, err := s.visit(r)
	if err != nil {
		return err
	}
	a := s.asker(r)
	all, today := at.editions, at.today
	roles := s.rolesOf(all)
	chosen := r.URL.Query()["role"]
	own := false
	switch {
	case a != nil && (len(chosen) == 0 || slices.Contains(chosen, ownRoles)):
		chosen, own = a.Roles, true
	case slices.Contains(chosen, everyone) || slices.Contains(chosen, ownRoles) || slices.Contains(chosen, ""):
		chosen = nil
	}
	v := changesView{
		Title: today.lib.Manual.Title, Own: own && len(chosen) > 0, Any: len(all) > 0,
		Role: s.roleSelect(roles, chosen, own, a), Show: parts.Button{Text: "Show", Variant: "secondary"},
	}
	var names []string
	for _, id := range chosen {
		names = append(names, s.roleName(id))
	}
	v.Chosen = strings.Join(names, ", ")
	for _, e := range all {
		one := editionView{Title: e.Title, From: e.From.Long(), Summary: strings.TrimSpace(e.Summary), Read: "/manual?edition=" + url.QueryEscape(e.Key)}
		switch {
		case e.Key == today.edition.Key && at.begun:
			one.State, one.Read = "In force", "/manual"
		case !at.begun || at.at(e.Key) < at.at(today.edition.Key):
			one.State = "Not in force yet"
		default:
			one.State = "Replaced"
		}
		if e.Replaces != "" {
			one.Compare = "/manual/compare?" + url.Values{"from": {e.Replaces}, "to": {e.Key}}.Encode()
		}
		for _, c := range e.Changes {
			if len(chosen) > 0 && len(c.Roles) > 0 && !slices.ContainsFunc(c.Roles, func(id string) bool { return slices.Contains(chosen, id) }) {
				one.Left++
				continue
			}
			one.Changes = append(one.Changes, s.changeView(today.lib, e, c))
		}
		v.Editions = append(v.Editions, one)
	}
	return changesPage.Render(w, r, http.StatusOK, s.chrome(r, a, "What changed in the manual"), v)
}

// rolesOf are the roles that any change is for, in the order of their names.
func (s *shelf) rolesOf(all []guidance.Edition) []string {
	var out []string
	for _, e := range all {
		for _, c := range e.Changes {
			for _, id := range c.Roles {
				if !slices.Contains(out, id) {
					out = append(out, id)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(s.roleName(a), s.roleName(b)) })
	return out
}

func (s *shelf) roleSelect(roles, chosen []string, own bool, a *room.Asker) parts.Select {
	sel := parts.Select{Field: parts.Field{Name: "role", Label: "What changed for"}, Value: everyone}
	if a != nil && len(a.Roles) > 0 {
		sel.Items = append(sel.Items, parts.Option{Value: ownRoles, Text: "Me: my own roles"})
	}
	sel.Items = append(sel.Items, parts.Option{Value: everyone, Text: "Everyone"})
	for _, id := range roles {
		sel.Items = append(sel.Items, parts.Option{Value: id, Text: s.roleName(id)})
	}
	switch {
	case own:
		sel.Value = ownRoles
	case len(chosen) > 0:
		sel.Value = chosen[0]
	}
	return sel
}
