package directory

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/find"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

func itoa(n int) string { return strconv.Itoa(n) }

// perPage is how many things that were found stand on a page.
const perPage = 20

// kindNames are what the kinds of things are called, alone and as a choice.
var kindNames = map[guidance.FoundKind][2]string{
	guidance.FoundKind(guidance.YoungPeople):   {"For young people", "Young people"},
	guidance.FoundKind(guidance.Parents):       {"For parents and carers", "Parents and carers"},
	guidance.FoundKind(guidance.Professionals): {"For professionals", "Professionals"},
	guidance.FoundKind(guidance.About):         {"About this service", "About this service"},
	guidance.FoundSection:                      {"Procedures manual", "Manual"},
	guidance.FoundService:                      {"Service", "Services"},
	guidance.FoundNumber:                       {"Who to call", "Who to call"},
	guidance.FoundDocument:                     {"Document", "Documents"},
	guidance.FoundWord:                         {"What a word means", "Words"},
	guidance.FoundNews:                         {"News", "News"},
}

type searchView struct {
	Box     parts.Search
	Edition *editionView
	Urgent  []urgentView
	Asked   bool
	Count   string
	Meant   string
	Some    bool
	Kinds   []kindLink
	Found   []foundView
	Pages   parts.Pagination
}

// editionView says that another edition than today's is searched.
type editionView struct {
	Key, Title, From string
	Ahead            bool   // it is not in force yet
	Today            string // where today's text is searched
}

type urgentView struct {
	Title string
	Now   []string
	Cards []card
	More  string
}

type kindLink struct {
	Text    string
	Count   int
	Href    string
	Current bool
}

type foundView struct {
	Kind    string
	Href    string
	Title   []find.Piece
	Under   string
	Excerpt []find.Piece
	Phones  []number
	Name    string
}

var searchPage = web.Page[searchView]("directory/search", files, "templates/search.html", "templates/bits.html")

// search looks through everything that is published; or, when an edition is
// named, through that edition of the manual alone.
func (d *dir) search(w http.ResponseWriter, r *http.Request) error {
	at, q := web.Now(r), r.URL.Query()
	lib, err := d.texts(r)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(q.Get("q"))
	v := searchView{
		Box:   parts.Search{Field: parts.Field{Name: "q", Label: "Search for words", LabelSize: "m", Hint: "Pages, procedures, services, documents and numbers."}, Action: "/search", Value: text},
		Asked: text != "",
	}
	ask := guidance.Search{Text: text, Kind: guidance.FoundKind(q.Get("in")), Today: calendar.DateOf(at), Most: perPage}
	if _, known := kindNames[ask.Kind]; !known {
		ask.Kind = ""
	}
	keep := url.Values{"q": {text}}
	if key := q.Get("edition"); key != "" {
		then, e, err := d.Texts.EditionLibrary(r.Context(), key, at)
		if err != nil {
			return err
		}
		lib, ask.Kind = then, guidance.FoundSection
		keep.Set("edition", key)
		v.Edition = &editionView{Key: key, Title: e.Title, From: e.From.Long(), Ahead: e.From.After(ask.Today), Today: "/search?" + url.Values{"q": {text}}.Encode()}
	}
	page, _ := strconv.Atoi(q.Get("page"))
	page = max(1, page)
	ask.From = (page - 1) * perPage
	if v.Asked {
		d.answer(&v, lib, ask, keep, page, r)
	}
	c := d.chrome(r, "Search", true)
	return searchPage.Render(w, r, http.StatusOK, c, v)
}

func (d *dir) answer(v *searchView, lib *guidance.Library, ask guidance.Search, keep url.Values, page int, r *http.Request) {
	res := lib.Search(ask)
	v.Some, v.Meant, v.Count = res.Some, res.Meant, count(res.Total, "result", "results")
	directory := d.Moment(web.Now(r)).Contacts
	for _, u := range res.Urgent {
		x := urgentView{Title: u.Title, Now: u.Now, Cards: contacts(directory, u.Contacts, web.Now(r), lib.Services.StaleAfter)}
		if _, href, ok := lib.Linked(u.Page); ok {
			x.More = href
		}
		v.Urgent = append(v.Urgent, x)
	}
	to := func(kind guidance.FoundKind, page int) string {
		out := url.Values{}
		for name, values := range keep {
			out[name] = values
		}
		if kind != "" {
			out.Set("in", string(kind))
		}
		if page > 1 {
			out.Set("page", itoa(page))
		}
		return "/search?" + out.Encode()
	}
	if v.Edition == nil {
		total := 0
		for _, k := range guidance.FoundKinds {
			if n := res.Kinds[k]; n > 0 {
				total += n
				v.Kinds = append(v.Kinds, kindLink{kindNames[k][1], n, to(k, 1), k == ask.Kind})
			}
		}
		v.Kinds = append([]kindLink{{"Everything", total, to("", 1), ask.Kind == ""}}, v.Kinds...)
		if total == 0 {
			v.Kinds = nil
		}
	}
	for _, f := range res.Found {
		v.Found = append(v.Found, found(f, v.Edition))
	}
	if last := (res.Total + perPage - 1) / perPage; last > 1 {
		v.Pages = parts.Pagination{Label: "Pages of results", Pages: parts.Pages(page, last, func(n int) string { return to(ask.Kind, n) })}
		if page > 1 {
			v.Pages.Previous = to(ask.Kind, page-1)
		}
		if page < last {
			v.Pages.Next = to(ask.Kind, page+1)
		}
	}
}

func found(f guidance.Found, ed *editionView) foundView {
	out := foundView{Kind: kindNames[f.Kind][0], Href: f.Path, Title: f.Title, Excerpt: f.Excerpt, Under: f.Section}
	switch {
	case f.Kind == guidance.FoundSection:
		out.Under = ""
		if f.Section != "" {
			out.Under = f.Page.Title
		}
		if ed != nil {
			path, anchor, inside := strings.Cut(f.Path, "#")
			out.Href = path + "?" + url.Values{"edition": {ed.Key}}.Encode()
			if inside {
				out.Href += "#" + anchor
			}
		}
	case f.Service != nil:
		out.Under, out.Name = f.Service.Organization.Name, f.Service.Name
		if out.Under == out.Name {
			out.Under = ""
		}
		out.Phones = numbers(f.Service.Call.Phones)
	case f.Number != nil:
		out.Name, out.Phones = f.Number.Name, numbers(f.Number.Phones)
	case f.Document != nil:
		out.Under = f.Document.KindName() + ", " + itoa(f.Document.Year)
	}
	return out
}
