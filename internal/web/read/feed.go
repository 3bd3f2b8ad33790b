package read

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
)

// The Atom Syndication Format, RFC 4287.

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Summary   string   `xml:"summary"`
	Content   atomText `xml:"content"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Base string `xml:"xml:base,attr"`
	Text string `xml:",chardata"`
}

// publishedDate is the day in a piece of news's key.
func publishedDate(p *guidance.Page) calendar.Date {
	d, err := calendar.ParseDate(strings.TrimPrefix(p.Key, "news/")[:len("2026-11-21")])
	if err != nil {
		return p.Checked
	}
	return d
}

func publishedOn(p *guidance.Page) string { return publishedDate(p).Long() }

func instant(d calendar.Date) string { return d.Start().UTC().Format(time.RFC3339) }

// atom is the news as a feed: what has not ended, the newest first.
func (rd *reading) atom(w http.ResponseWriter, v *visit) error {
	feed := atomFeed{
		Lang: "en-GB", ID: rd.Site.Base + "/news", Title: "News and events: " + rd.Site.Name, Author: atomAuthor{rd.Site.Name}, Updated: instant(v.today),
		Links: []atomLink{{"self", "application/atom+xml", rd.Site.Base + "/news.atom"}, {"alternate", "text/html", rd.Site.Base + "/news"}},
	}
	var newest calendar.Date
	for _, p := range v.lib.News {
		changed := publishedDate(p)
		if p.Checked.After(changed) {
			changed = p.Checked
		}
		if changed.After(newest) {
			newest = changed
			feed.Updated = instant(changed)
		}
		if p.Expired(v.today) {
			continue
		}
		at := rd.Site.Base + p.Path()
		feed.Entries = append(feed.Entries, atomEntry{
			ID: rd.Site.Base + "/" + p.Key, Title: p.Title, Published: instant(publishedDate(p)), Updated: instant(changed),
			Link: atomLink{"alternate", "text/html", at}, Summary: p.Summary, Content: atomText{"html", at, string(p.Text.HTML())},
		})
	}
	return sendXML(w, "application/atom+xml; charset=utf-8", feed)
}

type urlSet struct {
	XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []urlEntry `xml:"url"`
}

type urlEntry struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemapXML lists what search engines may find, by the protocol of
// sitemaps.org.
func (rd *reading) sitemapXML(w http.ResponseWriter, v *visit) error {
	var set urlSet
	add := func(path string, changed calendar.Date) {
		e := urlEntry{Loc: rd.Site.Base + path}
		if !changed.IsZero() {
			e.LastMod = changed.String()
		}
		set.URLs = append(set.URLs, e)
	}
	add("/", calendar.Date{})
	for _, l := range places {
		if rd.offered(l.Href) {
			add(l.Href, calendar.Date{})
		}
	}
	for _, a := range guidance.Audiences {
		if len(v.lib.Of(a, "")) > 0 {
			add("/"+string(a), calendar.Date{})
		}
	}
	for _, t := range v.lib.Topics {
		add(topicPath(t), calendar.Date{})
	}
	for _, p := range v.lib.Pages {
		add(p.Path(), p.Checked)
	}
	if len(v.lib.Chapters) > 0 {
		add("/manual", calendar.Date{})
	}
	for _, p := range v.lib.Chapters {
		add(p.Path(), p.Checked)
	}
	for _, p := range v.lib.News {
		if !p.Expired(v.today) {
			add(p.Path(), p.Checked)
		}
	}
	return sendXML(w, "application/xml; charset=utf-8", set)
}

func sendXML(w http.ResponseWriter, kind string, what any) error {
	out, err := xml.Marshal(what)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(append([]byte(xml.Header), out...))
	return err
}
