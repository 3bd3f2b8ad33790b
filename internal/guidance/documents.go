package guidance

import (
	"fmt"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
)

// documentsFile and urgentFile are two more of the files that are not pages.
const (
	servicesFile  = "services.yaml"
	documentsFile = "documents.yaml"
	urgentFile    = "urgent.yaml"
)

// DocumentKind says what sort of document it is.
type DocumentKind string

// DocumentKinds are the kinds of documents, in the order they are offered, with
// their names.
var DocumentKinds = []struct {
	Key  DocumentKind
	Name string
}{
	{"procedures", "Procedures and protocols"},
	{"strategy", "Strategies"},
	{"plan", "Plans"},
	{"threshold", "Thresholds"},
	{"annual-report", "Annual reports"},
	{"review", "Reviews and learning"},
	{"tool", "Tools and forms"},
	{"leaflet", "Leaflets and booklets"},
	{"law", "National law and guidance"},
	{"arrangements", "Arrangements and governance"},
}

// DocumentState says how far a document can be relied on.
type DocumentState string

// The states of documents.
const (
	Current   DocumentState = "current"
	Reviewing DocumentState = "being reviewed"
	History   DocumentState = "history"
	NotKnown  DocumentState = "not known"
)

// Document is one entry of the documents library.
type Document struct {
	Key     string        `yaml:"key"`
	Title   string        `yaml:"title"`
	Kind    DocumentKind  `yaml:"kind"`
	Year    int           `yaml:"year"` // it was made, or began to be used
	Edition string        `yaml:"edition,omitempty"`
	Owner   string        `yaml:"owner"`
	Says    string        `yaml:"says"` // what is in it, in two sentences of ours
	State   DocumentState `yaml:"state"`
	// Replaced is the key of the document that took its place.
	Replaced string `yaml:"replaced_by,omitempty"`
	// File is its name among the documents kept here, such as strategy.pdf; URL is
	// where it is kept elsewhere. Held is false while it is at neither.
	File string `yaml:"file,omitempty"`
	URL  string `yaml:"url,omitempty"`
	Held *bool  `yaml:"held,omitempty"`
	// Ask is the contact to ask for one that is not held.
	Ask string `yaml:"ask,omitempty"`
	// About is the page or chapter that says what holds today, such as
	// manual:police-protection.
	About     string        `yaml:"about,omitempty"`
	Source    string        `yaml:"source"`
	Checked   calendar.Date `yaml:"checked"`
	Confirmed bool          `yaml:"confirmed,omitempty"`
}

// Path is where it stands in the library.
func (d *Document) Path() string { return "/documents#" + d.Key }

// KindName is its kind in words.
func (d *Document) KindName() string {
	for _, k := range DocumentKinds {
		if k.Key == d.Kind {
			return k.Name
		}
	}
	return string(d.Kind)
}

// documents reads the documents library: the newest first.
func (l *loader) documents() {
	y := l.yaml(documentsFile, &l.lib.Documents)
	if y == nil {
		return
	}
	seen := map[string]bool{}
	for i, d := range l.lib.Documents {
		needs := func(ok bool, field, format string, args ...any) {
			if !ok {
				l.note(y.Fault(fmt.Sprintf(format, args...), i, field))
			}
		}
		needs(keyRule.MatchString(d.Key) && !seen[d.Key], "key", "Give each document a key of its own, in small letters, digits and hyphens.")
		seen[d.Key] = true
		needs(d.Title != "" && d.Says != "" && d.Owner != "" && d.Source != "" && !d.Checked.IsZero(), "title", "The document %s needs title, owner, says (what is in it), source and checked.", d.Key)
		needs(d.KindName() != string(d.Kind), "kind", "The kind %q is not known.", d.Kind)
		needs(d.Year >= 1900 && d.Year <= 2200, "year", "Give the year of %s.", d.Key)
		needs(slices.Contains([]DocumentState{Current, Reviewing, History, NotKnown}, d.State), "state", "The state of a document is current, being reviewed, history or not known.")
		needs(d.Replaced == "" || slices.ContainsFunc(l.lib.Documents, func(o *Document) bool { return o.Key == d.Replaced && o != d }), "replaced_by", "There is no other document %s here.", d.Replaced)
		needs(d.URL == "" || strings.HasPrefix(d.URL, "https://"), "url", "Write the whole address, beginning with https://.")
		needs(d.File == "" || d.URL == "", "file", "A document is kept here (file) or elsewhere (url), not both.")
		if d.File != "" {
			_, ok := l.lib.Kept("documents/" + d.File)
			needs(ok, "file", "There is no document %s here. Add the file first.", d.File)
		}
		here := d.File != "" || d.URL != ""
		needs(here || d.Held != nil && !*d.Held, "key", "Say where %s is kept (file or url), or held: false until it is.", d.Key)
		needs(!here || d.Held == nil || *d.Held, "held", "%s is kept somewhere, so it is held. Take held: false out.", d.Key)
		if d.Ask != "" && l.place.Contacts != nil {
			_, ok := l.place.Contacts.Find(d.Ask)
			needs(ok, "ask", "There is no contact %s in contacts.yaml.", d.Ask)
		}
		if d.About != "" {
			why := l.leads(d.About)
			needs(why == "" && strings.Contains(d.About, ":"), "about", "What is about it is written as page:… or manual:…. %s", why)
		}
	}
	slices.SortStableFunc(l.lib.Documents, func(a, b *Document) int { return b.Year - a.Year })
}

// Urgent is what is shown before anything else to someone who may be in danger,
// by the words they search for.
type Urgent struct {
	Key   string   `yaml:"key"`
	Words []string `yaml:"words"` // that people type
	Title string   `yaml:"title"`
	// Now is what to do now, one short sentence each.
	Now      []string `yaml:"now"`
	Contacts []string `yaml:"contacts"` // in this order
	// Page is where to read more, such as page:young-people/talk.
	Page string `yaml:"page,omitempty"`
}

// urgent reads what is shown first.
func (l *loader) urgent() {
	y := l.yaml(urgentFile, &l.lib.Urgent)
	if y == nil {
		return
	}
	seen := map[string]bool{}
	for i, u := range l.lib.Urgent {
		needs := func(ok bool, field, format string, args ...any) {
			if !ok {
				l.note(y.Fault(fmt.Sprintf(format, args...), i, field))
			}
		}
		needs(keyRule.MatchString(u.Key) && !seen[u.Key], "key", "Give each a key of its own, in small letters, digits and hyphens.")
		seen[u.Key] = true
		needs(len(u.Words) > 0 && u.Title != "" && len(u.Now) > 0, "words", "Each needs words that people type, title, and now: what to do.")
		needs(len(u.Contacts) > 0, "contacts", "Say whom to call.")
		for _, c := range u.Contacts {
			if l.place.Contacts != nil {
				_, ok := l.place.Contacts.Find(c)
				needs(ok, "contacts", "There is no contact %s in contacts.yaml.", c)
			}
		}
		if u.Page != "" {
			why := l.leads(u.Page)
			needs(why == "" && strings.Contains(u.Page, ":"), "page", "Where to read more is written as page:… or manual:…. %s", why)
		}
		// Whoever reads this is in no state to read much: a text too short to
		// measure is measured with itself.
		text := append([]string{u.Title}, u.Now...)
		m := measure(slices.Concat(text, text, text))
		needs(m.Age() <= MaxReadingAge, "now", "The reading age of %s is %.1f. These words are kept to %d.", u.Key, m.Age(), MaxReadingAge)
		for _, line := range text {
			needs(!phone.MatchString(line), "now", "Leave numbers to contacts.")
		}
	}
}
