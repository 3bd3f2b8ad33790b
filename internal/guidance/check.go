package guidance

import (
	"regexp"
	"slices"
	"strings"
)

// check looks at every page with all of them known.
func (l *loader) check() {
	for _, p := range l.lib.byKey {
		l.front(p)
		l.goes(p)
		l.numbers(p)
	}
	l.documents()
	l.urgent()
}

func (l *loader) front(p *Page) {
	needs := func(ok bool, format string, args ...any) {
		if !ok {
			l.add(p.File, 1, format, args...)
		}
	}
	needs(p.Title != "", "The page needs a title.")
	needs(p.Summary != "", "The page needs a summary of one or two sentences. Lists and search show it.")
	needs(p.Owner != "", "The page needs an owner: a role, such as Partnership business team.")
	needs(!p.Checked.IsZero(), "The page needs checked, the day its text was last compared with its sources, as 2026-11-21.")
	needs(!p.Review.IsZero() || p.Kind == News || p.Kind == Event, "The page needs review, the day it is checked next.")
	needs(slices.Contains([]Kind{Plain, Checklist, News, Campaign, Event}, p.Kind), "The kind %q is not known. Use checklist, news, campaign or event, or leave it out.", p.Kind)
	if strings.HasPrefix(p.Key, "news/") {
		needs(p.Kind == News || p.Kind == Campaign || p.Kind == Event, "News says its kind: news, campaign or event.")
		needs(!p.Expires.IsZero(), "News needs expires, the last day it is shown.")
	} else if p.Topic != "" {
		needs(l.topicOrder(p) >= 0, "There is no topic %q for this audience in topics.yaml.", p.Topic)
	}
	if l.place.Contacts != nil {
		for _, c := range p.Contacts {
			_, ok := l.place.Contacts.Find(c)
			needs(ok, "There is no contact %s in contacts.yaml.", c)
		}
	}
	for _, target := range p.Related {
		needs(strings.HasPrefix(target, "page:") || strings.HasPrefix(target, "manual:"), "What is related is written as page:parents/alcohol or manual:neglect, and not as %s.", target)
		if why := l.leads(target); why != "" {
			l.add(p.File, 1, "%s", why)
		}
	}
	for _, s := range p.Sources {
		needs(s.Text != "" && (s.URL == "" || strings.HasPrefix(s.URL, "https://")), "Each source has text, and an address that begins with https:// if it has one.")
	}
	if strings.HasPrefix(p.Key, "manual/") {
		// These addresses of the manual are pages about it.
		needs(!slices.Contains([]string{"manual/changes", "manual/compare", "manual/copy"}, p.Key), "A chapter cannot have this address. Give its file another name.")
		for _, s := range p.Text.Sections {
			if !s.Given {
				l.add(p.File, l.at[p]+s.Line-1, "Each section of a chapter has a key that stays when its title changes. Write it after the title, as {#signs}.")
			}
		}
	}
	if age := p.Measure.Age(); p.Audience.Public() && age > MaxReadingAge && p.Readable == "" {
		l.add(p.File, 1, "The reading age is %.1f: %.1f words to a sentence, %.2f letters to a word. Public pages are kept to %d. Use shorter sentences and commoner words.",
			age, float64(p.Measure.Words)/float64(p.Measure.Sentences), float64(p.Measure.Letters)/float64(p.Measure.Words), MaxReadingAge)
	}
}

// goes checks that every link leads somewhere.
func (l *loader) goes(p *Page) {
	for _, link := range p.Text.Links {
		target := link.Target
		if strings.HasPrefix(target, "#") {
			if !slices.Contains(p.Text.Keys, target[1:]) {
				l.add(p.File, l.at[p]+link.Line-1, "There is no heading %s on this page.", target)
			}
			continue
		}
		if why := l.leads(target); why != "" {
			l.add(p.File, l.at[p]+link.Line-1, "%s", why)
		}
	}
}

// leads says why a target leads nowhere, or nothing.
func (l *loader) leads(target string) string {
	kind, rest, _ := strings.Cut(target, ":")
	key, section, inside := strings.Cut(rest, "#")
	switch kind {
	case "manual":
		key = "manual/" + key
		fallthrough
	case "page":
		p, ok := l.lib.page(key)
		switch {
		case !ok:
			return "There is no page " + key + "."
		case inside && !slices.Contains(p.Text.Keys, section):
			return "There is no heading #" + section + " on the page " + key + "."
		}
	case "contact":
		if l.place.Contacts != nil {
			if _, ok := l.place.Contacts.Find(rest); !ok {
				return "There is no contact " + rest + " in contacts.yaml."
			}
		}
	case "service":
		if _, ok := l.lib.Services.Find(rest); !ok {
			return "There is no service " + rest + " in services.yaml."
		}
	default:
		if strings.HasPrefix(target, "/") {
			route, _, _ := strings.Cut(target, "?")
			route, _, _ = strings.Cut(route, "#")
			if l.place.Leads != nil && !l.place.Leads(route) {
				return "There is nothing at " + route + "."
			}
		}
	}
	return ""
}

// A telephone number, as one is written here: it begins with 0 or +, and has
// eight digits or more with single spaces between them. 999, 101 and their like
// stay the same everywhere.
var phone = regexp.MustCompile(`(?:\+|\b0)\d(?:[ -]?\d){6,}\b`)

// numbers refuses telephone numbers typed into a text, which would grow old
// there.
func (l *loader) numbers(p *Page) {
	for i, line := range strings.Split(p.Body, "\n") {
		if strings.Contains(line, "](https://") {
			continue
		}
		if m := phone.FindString(line); m != "" {
			l.add(p.File, l.at[p]+i, "The number %s would grow old here. Keep it in contacts.yaml and write {contact:key}.", m)
		}
	}
}
