package guidance

import (
	"cmp"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/find"
	"frontdoor/internal/prose"
	"frontdoor/internal/services"
)

// FoundKind says what something found is: an audience's page, or one of these.
type FoundKind string

// The kinds of things that are found. Pages are of the kind of their audience.
const (
	FoundSection  FoundKind = "manual"
	FoundService  FoundKind = "service"
	FoundNumber   FoundKind = "number" // someone to call that is not in the directory of services
	FoundDocument FoundKind = "document"
	FoundWord     FoundKind = "word"
	FoundNews     FoundKind = "news"
)

// FoundKinds are all of them, in the order they are offered.
var FoundKinds = []FoundKind{
	FoundKind(YoungPeople), FoundKind(Parents), FoundKind(Professionals), FoundSection, FoundService, FoundNumber, FoundDocument, FoundWord, FoundNews, FoundKind(About),
}

// Found is one thing that a search found. Of what it is, one is set: Page (with
// Section, where most of it stands), Service, Number, Document or Term.
type Found struct {
	Kind    FoundKind
	Title   []find.Piece
	Excerpt []find.Piece
	Path    string

	Page     *Page
	Section  string // the title of the section
	Service  *services.Service
	Number   *contact.Service
	Document *Document
	Term     *Term
}

// Search is a question.
type Search struct {
	Text string
	// Kind leaves only one kind; empty leaves all.
	Kind  FoundKind
	Today calendar.Date // decides what has expired
	// From and Most cut a page out of what was found; Most of 0 gives all.
	From, Most int
}

// Results answer a search.
type Results struct {
	Found []Found // the page asked for
	Total int     // of the kind asked for
	Kinds map[FoundKind]int
	// Some is set when nothing has all that was asked for: these have a part.
	Some bool
	// Meant is the question as it was understood, if a word was taken for another.
	Meant string
	// Urgent is what to show before anything else.
	Urgent []*Urgent
}

// perChapter is how many sections of one chapter are shown: the rest would hide
// other chapters.
const perChapter = 3

// excerpt is about how long the piece of text is that is shown, in bytes.
const excerpt = 230

// entry is what one text of the index belongs to.
type entry struct {
	Found
	body    string
	expires calendar.Date
}

// searching is the library made ready for searches.
type searching struct {
	index   *find.Index
	entries []entry
	urgent  *find.Phrases
}

// Search finds what the library says about something. Nothing that is asked is
// kept.
func (l *Library) Search(s Search) Results {
	x := l.searchable()
	a := x.index.Find(s.Text, func(i int) bool {
		e := x.entries[i].expires
		return e.IsZero() || !s.Today.After(e)
	})
	r := Results{Some: a.Some, Meant: a.Meant, Kinds: map[FoundKind]int{}}
	for _, i := range x.urgent.In(x.index, s.Text) {
		r.Urgent = append(r.Urgent, l.Urgent[i])
	}
	chapters := map[*Page]int{}
	var hits []int
	for _, h := range a.Hits {
		e := x.entries[h.Text]
		if e.Kind == FoundSection {
			if chapters[e.Page]++; chapters[e.Page] > perChapter {
				continue
			}
		}
		r.Kinds[e.Kind]++
		if s.Kind == "" || s.Kind == e.Kind {
			hits = append(hits, h.Text)
		}
	}
	r.Total = len(hits)
	from := min(max(0, s.From), len(hits))
	to := len(hits)
	if s.Most > 0 {
		to = min(from+s.Most, to)
	}
	for _, i := range hits[from:to] {
		r.Found = append(r.Found, x.entries[i].show(a, i))
	}
	return r
}

// show marks what was asked for, and of a page shows the section that has most
// of it.
func (e entry) show(a find.Answer, text int) Found {
	f := e.Found
	f.Title = a.Mark(f.Title[0].Text)
	if f.Page == nil || f.Kind == FoundSection {
		f.Excerpt = a.Excerpt(e.body, excerpt)
		return f
	}
	part, _ := a.Part(text)
	if part < 0 {
		f.Excerpt = a.Excerpt(f.Page.Summary, excerpt)
		return f
	}
	s := f.Page.Text.Sections[part]
	f.Excerpt = a.Excerpt(s.Text, excerpt)
	if s.Key != "" {
		f.Section, f.Path = s.Title, e.Page.Path()+"#"+s.Key
	}
	return f
}

// searchable is the library made ready, at the first search.
func (l *Library) searchable() *searching {
	l.search.Do(func() { l.found = l.searching() })
	return l.found
}

// searching gathers everything that can be found.
func (l *Library) searching() *searching {
	x := &searching{}
	var texts []find.Text
	add := func(e entry, t find.Text) {
		e.Title = []find.Piece{{Text: t.Title}}
		e.body = cmp.Or(e.body, strings.TrimSpace(t.Summary+"\n"+strings.Join(t.Body, "\n")))
		x.entries = append(x.entries, e)
		texts = append(texts, t)
	}
	for _, p := range slices.Concat(l.Pages, l.News) {
		if p.Text == nil {
			continue
		}
		kind := FoundKind(p.Audience)
		if strings.HasPrefix(p.Key, "news/") {
			kind = FoundNews
		}
		var body []string
		for _, s := range p.Text.Sections {
			body = append(body, s.Title+"\n"+s.Text)
		}
		add(entry{Found: Found{Kind: kind, Path: p.Path(), Page: p}, expires: p.Expires}, find.Text{Title: p.Title, Also: p.Was, Summary: p.Summary, Body: body})
	}
	for _, p := range l.Chapters {
		if p.Text == nil {
			continue
		}
		// The chapter is found by its own name; a section by what is in it.
		add(entry{Found: Found{Kind: FoundSection, Path: p.Path(), Page: p}}, find.Text{Title: p.Title, Also: p.Was, Summary: p.Summary})
		for _, s := range p.Text.Sections {
			path := p.Path()
			if s.Key != "" {
				path += "#" + s.Key
			}
			add(entry{Found: Found{Kind: FoundSection, Path: path, Page: p, Section: s.Title}, body: s.Text},
				find.Text{Title: cmp.Or(s.Title, p.Title), Summary: p.Title, Body: []string{s.Text}})
		}
	}
	for _, s := range l.Services.Services {
		if s.Status == services.Ended {
			continue
		}
		also := []string{s.Organization.Name}
		for _, t := range s.Topics {
			also = append(also, t.Name)
		}
		add(entry{Found: Found{Kind: FoundService, Path: s.Path(), Service: s}}, find.Text{Title: s.Name, Also: also, Summary: s.About, Body: []string{s.Eligibility}})
	}
	if l.contacts != nil {
		for _, c := range l.contacts.Services(contact.Any) {
			if !l.Services.UsesContact(c.ID) {
				add(entry{Found: Found{Kind: FoundNumber, Path: "/contacts#" + c.ID, Number: &c}}, find.Text{Title: c.Name, Summary: c.For, Body: []string{c.Note}})
			}
		}
	}
	for _, d := range l.Documents {
		add(entry{Found: Found{Kind: FoundDocument, Path: d.Path(), Document: d}}, find.Text{Title: d.Title, Also: []string{d.KindName(), d.Owner}, Summary: d.Says})
	}
	for i := range l.Terms {
		t := &l.Terms[i]
		add(entry{Found: Found{Kind: FoundWord, Path: "/glossary#" + prose.Key(t.Term), Term: t}}, find.Text{Title: t.Term, Also: t.Also, Summary: t.Meaning})
	}
	var sets [][]string
	var known []string
	for _, u := range l.Urgent {
		sets = append(sets, u.Words)
		known = append(known, u.Words...)
	}
	x.index, x.urgent = find.New(texts, l.Synonyms, known...), find.NewPhrases(sets)
	return x
}

// SearchServices gives the keys of the services of the directory that answer a
// question, best first, and the question as it was understood if a word was
// taken for another.
func (l *Library) SearchServices(text string) (keys []string, meant string) {
	x := l.searchable()
	a := x.index.Find(text, func(i int) bool { return x.entries[i].Service != nil })
	for _, h := range a.Hits {
		keys = append(keys, x.entries[h.Text].Service.Key)
	}
	return keys, a.Meant
}
