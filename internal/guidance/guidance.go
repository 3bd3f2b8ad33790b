// Package guidance reads what a partnership tells people: pages for
// professionals, for parents and carers and for children and young people, the
// procedures manual, and the facts, words, documents and services they speak of.
//
// It is a tree of files (the partnership's guidance folder, or the same files
// as edited since), read and checked as a whole into a [Library] that does not
// change. Every page says who looks after it, where it comes from, when it was
// last checked and when it is checked next.
package guidance

import (
	"crypto/sha256"
	"encoding/base32"
	"html/template"
	"path"
	"slices"
	"strings"
	"sync"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/prose"
	"frontdoor/internal/services"
)

// Audience is whom a page is written for.
type Audience string

// The audiences. About is for everyone: the service itself, and pages such as
// how to hide one's tracks.
const (
	Professionals Audience = "professionals"
	Parents       Audience = "parents"
	YoungPeople   Audience = "young-people"
	About         Audience = "about"
)

// Audiences are all of them, in the order they are offered.
var Audiences = []Audience{YoungPeople, Parents, Professionals, About}

// Public tells whether the audience's pages are kept to a reading age of 9.
func (a Audience) Public() bool { return a == Parents || a == YoungPeople }

// Source is where something that a page says comes from.
type Source struct {
	Text string `yaml:"text"`
	URL  string `yaml:"url,omitempty"`
}

// Front is what stands at the top of a page's file.
type Front struct {
	Title     string        `yaml:"title"`
	Tab       string        `yaml:"tab,omitempty"` // the neutral title that a browser keeps
	Summary   string        `yaml:"summary"`
	Kind      Kind          `yaml:"kind,omitempty"`
	Topic     string        `yaml:"topic,omitempty"`
	Order     int           `yaml:"order,omitempty"`
	First     string        `yaml:"first,omitempty"`     // what to do first: the words of its button where its audience starts
	Sensitive bool          `yaml:"sensitive,omitempty"` // has the way out at once
	Owner     string        `yaml:"owner"`
	Sources   []Source      `yaml:"sources,omitempty"`
	Checked   calendar.Date `yaml:"checked"`
	Review    calendar.Date `yaml:"review"`
	Ages      string        `yaml:"ages,omitempty"`
	Warning   string        `yaml:"warning,omitempty"`
	Contacts  []string      `yaml:"contacts,omitempty"`
	Related   []string      `yaml:"related,omitempty"`
	Was       []string      `yaml:"was,omitempty"` // older names
	Founding  []string      `yaml:"founding,omitempty"`
	Readable  string        `yaml:"readable,omitempty"` // why it may be harder to read
	From      calendar.Date `yaml:"from,omitempty"`     // an event's or a campaign's first day
	Expires   calendar.Date `yaml:"expires,omitempty"`
}

// Kind says how a page is used.
type Kind string

// The kinds of page.
const (
	Plain     Kind = ""
	Checklist Kind = "checklist" // to tick and print on one side of A4
	News      Kind = "news"
	Campaign  Kind = "campaign"
	Event     Kind = "event"
)

// Page is one page or one chapter of the manual.
type Page struct {
	Front
	Key      string // such as parents/alcohol, manual/neglect or news/2026-11-21-water
	File     string // its name in the folder
	Audience Audience
	Body     string // as written
	Text     *prose.Text
	Measure  Measure
}

// Path is the page's address. That of a sensitive page says nothing of what it
// is about, since a browser keeps the addresses it has been to: /page/ and a
// code made from the page's key.
func (p *Page) Path() string {
	if !p.Sensitive || strings.HasPrefix(p.Key, "manual/") {
		return "/" + p.Key
	}
	return "/page/" + code(p.Key)
}

// code stands for a page's key in an address.
func code(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}

// TabTitle is the title that a browser shows and keeps. That of a sensitive
// page says nothing of what it is about.
func (p *Page) TabTitle() string {
	switch {
	case p.Tab != "":
		return p.Tab
	case p.Sensitive:
		return "Help and advice"
	}
	return p.Title
}

// Section is the section or sub-section of a key.
func (p *Page) Section(key string) (prose.Section, bool) {
	i := slices.IndexFunc(p.Text.Sections, func(s prose.Section) bool { return s.Key == key })
	if i < 0 {
		return prose.Section{}, false
	}
	return p.Text.Sections[i], true
}

// Expired tells whether a page with an end is past it.
func (p *Page) Expired(today calendar.Date) bool {
	return !p.Expires.IsZero() && today.After(p.Expires)
}

// Due tells whether the page should have been checked again by today.
func (p *Page) Due(today calendar.Date) bool { return !p.Review.IsZero() && today.After(p.Review) }

// Part is a part of the manual.
type Part struct {
	Key      string   `yaml:"key"`
	Title    string   `yaml:"title"`
	Chapters []string `yaml:"chapters"`
}

// Manual is the order of the procedures manual, and what its text is.
type Manual struct {
	Title string `yaml:"title"`
	// Standing says whose text this is, as every page of the manual shows it.
	Standing string    `yaml:"standing"`
	Editions []Edition `yaml:"editions"` // newest first
	Parts    []Part    `yaml:"parts"`
}

// EditionOn is the edition in force on a day; false before the first comes into
// force.
func (m Manual) EditionOn(day calendar.Date) (Edition, bool) {
	for _, e := range m.Editions {
		if !e.From.After(day) {
			return e, true
		}
	}
	return Edition{}, false
}

// Edition is one edition of the manual as its readers know it.
type Edition struct {
	Key      string        `yaml:"key"`
	Title    string        `yaml:"title"`
	From     calendar.Date `yaml:"from"` // in force from this day
	Replaces string        `yaml:"replaces,omitempty"`
	Summary  string        `yaml:"summary"`
	Changes  []Change      `yaml:"changes,omitempty"`
}

// Change is what an edition changed in a chapter, and what that means for the
// people who work by it.
type Change struct {
	Chapter string   `yaml:"chapter"`
	What    string   `yaml:"what"`
	Effect  string   `yaml:"effect"`
	Roles   []string `yaml:"roles,omitempty"`
}

// Fact is something that may have changed since it was last checked.
type Fact struct {
	Text      string        `yaml:"text"`
	Source    string        `yaml:"source"`
	Checked   calendar.Date `yaml:"checked"`
	Confirmed bool          `yaml:"confirmed"`
}

// Term is a word of the field with its meaning.
type Term struct {
	Term    string   `yaml:"term"`
	Meaning string   `yaml:"meaning"`
	Also    []string `yaml:"also,omitempty"`
}

// Library is everything, read and checked. It does not change.
type Library struct {
	Pages    []*Page // by audience, topic, order and title
	Chapters []*Page // in the order of the manual
	News     []*Page // newest first
	Manual   Manual
	Topics   []Topic
	Facts    map[string]Fact
	Terms    []Term
	// Synonyms are what people type for what is written.
	Synonyms map[string][]string
	Services *services.Directory
	// Documents are the documents library, the newest first.
	Documents []*Document
	// Urgent is what is shown first to those who search for certain words.
	Urgent []*Urgent

	contacts *contact.Directory
	search   sync.Once // makes found
	found    *searching

	byKey  map[string]*Page
	byCode map[string]*Page
	files  map[string]string
	kept   map[string]string // hash of each picture and document, by name
	moved  map[string]string // keys that pages had before, and the keys they have
}

// Topic groups the pages of an audience.
type Topic struct {
	Key      string   `yaml:"key"`
	Title    string   `yaml:"title"`
	Audience Audience `yaml:"audience"`
	Summary  string   `yaml:"summary"`
}

// Find gives the page, chapter or piece of news of a key.
func (l *Library) Find(key string) (*Page, bool) {
	p, ok := l.byKey[key]
	return p, ok
}

// FindCode gives the page whose address has a code (see [Page.Path]).
func (l *Library) FindCode(c string) (*Page, bool) {
	p, ok := l.byCode[c]
	return p, ok
}

// page gives the page of a key, also of one that it had before.
func (l *Library) page(key string) (*Page, bool) {
	p, ok := l.byKey[key]
	if !ok {
		p, ok = l.byKey[l.moved[key]]
	}
	return p, ok
}

// Redirect gives the address of the page that was at another address before it was given
// another name.
func (l *Library) Redirect(from string) (string, bool) {
	for old, now := range l.moved {
		if from == "/"+old || from == "/page/"+code(old) {
			if p, ok := l.byKey[now]; ok && p.Path() != from {
				return p.Path(), true
			}
		}
	}
	return "", false
}

// Kept gives the address of a picture or a document: pictures/x.png or
// documents/x.pdf. The address is made from its bytes, so what is there never
// changes.
func (l *Library) Kept(name string) (href string, ok bool) {
	hash, ok := l.kept[name]
	if !ok {
		return "", false
	}
	folder, file, _ := strings.Cut(name, "/")
	return "/" + folder + "/" + hash + path.Ext(file), true
}

// Linked gives the page that a link such as page:parents/alcohol#act or
// manual:neglect leads to, and its address.
func (l *Library) Linked(target string) (p *Page, href string, ok bool) {
	kind, rest, _ := strings.Cut(target, ":")
	key, section, inside := strings.Cut(rest, "#")
	if kind == "manual" {
		key = "manual/" + key
	} else if kind != "page" {
		return nil, "", false
	}
	if p, ok = l.page(key); !ok {
		return nil, "", false
	}
	href = p.Path()
	if inside {
		href += "#" + section
	}
	return p, href, true
}

// Key is the anchor of a word in the glossary.
func (t Term) Key() string { return prose.Key(t.Term) }

// Of gives the pages of an audience and topic, in their order. An empty topic
// gives all of the audience.
func (l *Library) Of(a Audience, topic string) []*Page {
	var out []*Page
	for _, p := range l.Pages {
		if p.Audience == a && (topic == "" || p.Topic == topic) {
			out = append(out, p)
		}
	}
	return out
}

// Files are the names of all files read, in order.
func (l *Library) Files() []string {
	var names []string
	for name := range l.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// File is the text of a file as it was read.
func (l *Library) File(name string) (string, bool) {
	text, ok := l.files[name]
	return text, ok
}

// escaped is text as HTML.
func escaped(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) }
