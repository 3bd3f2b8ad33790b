package shelf

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
)

type body = template.HTML

// stamp says which copy it is.
type stamp struct {
	// Version changes with every word of what is kept.
	Version string `json:"version"`
	// Edition is the manual's edition, and Says its name and since when it is in
	// force, in a sentence.
	Edition string `json:"edition"`
	Says    string `json:"says"`
	// Made is the day of the copy, and MadeOn the same in words.
	Made   string `json:"made"`
	MadeOn string `json:"madeOn"`
}

// bundle is all that a device keeps.
type bundle struct {
	stamp
	// Pages are whole pages by address, and Start the address of that which stands
	// for every page that is not kept.
	Pages map[string]string `json:"pages"`
	Start string            `json:"start"`
	// Assets are what the pages load.
	Assets []string `json:"assets"`

	json       []byte
	manual     string
	chapters   int
	checklists []string
}

// bundles keeps the last bundle: until texts, contacts or the day change it is
// the same.
type bundles struct {
	mu       sync.Mutex
	lib      *guidance.Library
	contacts *contact.Directory
	day      calendar.Date
	last     *bundle
}

// startPath is where the page stands that is shown for those not kept.
const startPath = "/offline"

func (s *shelf) bundleNow(r *http.Request) (*bundle, error) {
	v, err := s.visit(r)
	if err != nil {
		return nil, err
	}
	t, contacts, day := v.today, s.Moment(v.now).Contacts, v.day
	s.whole.mu.Lock()
	defer s.whole.mu.Unlock()
	if s.whole.last != nil && s.whole.lib == t.lib && s.whole.contacts == contacts && s.whole.day == day {
		return s.whole.last, nil
	}
	b, err := s.makeBundle(t, contacts, day)
	if err != nil {
		return nil, err
	}
	s.whole.lib, s.whole.contacts, s.whole.day, s.whole.last = t.lib, contacts, day, b
	return b, nil
}

// maker puts a bundle together, and sums up what is in it.
type maker struct {
	*bundle
	shelf *shelf
	sum   hash.Hash
	err   error
}

func (m *maker) page(path string, v keptView, tab string, exit bool) {
	fmt.Fprintf(m.sum, "%s\x00%s\x00%s\x00%s\x00%s\x00%v\x00", path, v.Title, v.Summary, v.Standing, v.Body, v.Groups)
	v.Copy = keptCopy{m.Made, m.MadeOn, m.Says}
	html, err := keptPage.Draw(m.shelf.keptChrome(tab, exit), v)
	if err != nil && m.err == nil {
		m.err = err
	}
	m.Pages[path] = string(html)
	for _, found := range picture.FindAllStringSubmatch(string(v.Body), -1) {
		if !slices.Contains(m.Assets, found[1]) {
			m.Assets = append(m.Assets, found[1])
		}
	}
}

var picture = regexp.MustCompile(`src="(/pictures/[^"]+)"`)

func (s *shelf) makeBundle(t text, contacts *contact.Directory, day calendar.Date) (*bundle, error) {
	m := &maker{shelf: s, sum: sha256.New(), bundle: &bundle{
		Pages: map[string]string{}, Start: startPath, manual: t.lib.Manual.Title, chapters: len(t.lib.Chapters),
		Assets: []string{assets.Path("frontdoor.css"), assets.Path("frontdoor.js"), assets.Path("favicon.svg"), assets.Path("offline.js")},
	}}
	m.Made, m.MadeOn = day.String(), day.Long()
	m.Edition, m.Says = t.edition.Key, s.copyOf(t, nil).Standing()

	start := keptView{Keeping: true, Title: "You are not connected", Summary: "This device keeps a copy of these pages. Others need a connection."}
	numbers := keptGroup{Title: "Phone numbers", Links: []parts.Link{{Text: "Who to call, by day and by night", Href: "/contacts"}}}
	lists := keptGroup{Title: "Checklists"}
	for _, p := range checklistsOf(t.lib) {
		m.checklists = append(m.checklists, p.Title)
		lists.Links = append(lists.Links, parts.Link{Text: p.Title, Href: p.Path()})
		m.page(p.Path(), keptView{Title: p.Title, Summary: p.Summary, Body: p.Text.HTML()}, p.TabTitle(), p.Sensitive || p.Audience.Public())
	}
	start.Groups = append(start.Groups, numbers)
	if len(lists.Links) > 0 {
		start.Groups = append(start.Groups, lists)
	}

	manual := keptView{Title: t.lib.Manual.Title, Standing: t.lib.Manual.Standing}
	for _, part := range t.lib.Manual.Parts {
		g := keptGroup{Title: part.Title}
		for _, key := range part.Chapters {
			if p, ok := t.lib.Find("manual/" + key); ok {
				g.Links = append(g.Links, parts.Link{Text: p.Title, Href: p.Path()})
			}
		}
		manual.Groups = append(manual.Groups, g)
	}
	for _, p := range t.lib.Chapters {
		m.page(p.Path(), keptView{Title: p.Title, Summary: p.Summary, Body: p.Text.HTML()}, p.Title, false)
	}
	if len(t.lib.Chapters) > 0 {
		m.page("/manual", manual, manual.Title, false)
		start.Groups = append(start.Groups, keptGroup{Title: "Manual", Links: []parts.Link{{Text: manual.Title, Href: "/manual"}}})
	}

	who := keptView{
		Title: "Who to call, by day and by night", Groups: numberGroups(contacts),
		Summary: "This copy does not know what time it is. Look at the hours under each number.",
	}
	m.page("/contacts", who, who.Title, false)
	m.page("/contact", who, who.Title, false)
	m.page(startPath, start, start.Title, false)
	if m.err != nil {
		return nil, m.err
	}
	fmt.Fprint(m.sum, m.Edition, m.Says, m.Assets)
	m.Version = hex.EncodeToString(m.sum.Sum(nil))[:16]
	var err error
	m.json, err = json.Marshal(m.bundle)
	return m.bundle, err
}

// numberGroups are all services with their hours in words: first who comes when
// a child is in danger, then each area's door by day and its team by night.
func numberGroups(d *contact.Directory) []keptGroup {
	danger := keptGroup{Title: "In danger now"}
	every := keptGroup{Title: "Anywhere"}
	for _, s := range d.Services(contact.Any) {
		switch {
		case s.Role == contact.Emergency:
			danger.Numbers = append(danger.Numbers, numberOf(d, s))
		case s.Authority == contact.Any:
			every.Numbers = append(every.Numbers, numberOf(d, s))
		}
	}
	out := []keptGroup{danger}
	for _, a := range d.Authorities() {
		g := keptGroup{Title: a.Name}
		var day, night string
		for _, s := range d.Services(a.ID) {
			if s.Authority != a.ID {
				continue
			}
			g.Numbers = append(g.Numbers, numberOf(d, s))
			switch s.Role {
			case contact.FrontDoor:
				day = "Ring " + s.Name + " on " + s.Phone().Number + " while it is open: " + d.HoursText(s) + "."
			case contact.OutOfHours:
				night = " At all other times ring " + s.Name + " on " + s.Phone().Number + "."
			}
		}
		g.Note = day + night
		out = append(out, g)
	}
	return append(out, every)
}

func numberOf(d *contact.Directory, s contact.Service) keptNumber {
	n := keptNumber{ID: s.ID, Name: s.Name, Hours: strings.TrimSuffix(d.HoursText(s), "."), For: s.For, Text: s.TextTo, Sms: contact.Tel(s.TextTo)}
	n.Checked = "Last checked " + s.Checked.Long() + "."
	if !s.Confirmed {
		n.Checked += " Not confirmed locally."
	}
	for _, p := range s.Phones {
		n.Phones = append(n.Phones, keptPhone{p.Number, contact.Tel(p.Number), p.Note})
	}
	return n
}
