// Package services is a partnership's directory of services: who can help, whom,
// with what, where, when and for how much. Its parts are those of Open Referral
// UK, so that the same list can be read by people (List, Find) and by other
// programs ([Feed]).
//
// Where help is given is published only where it may be. A refuge or any other
// service with an undisclosed address has no address in the file at all: what is
// not written down cannot leak.
package services

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
)

// Audience is whom a service is for.
type Audience string

// The audiences of services.
const (
	Children      Audience = "children"
	Parents       Audience = "parents"
	Adults        Audience = "adults"
	Professionals Audience = "professionals"
)

// Audiences are all of them, in the order they are offered, with their names.
var Audiences = []struct {
	Key  Audience
	Name string
}{
	{Children, "Children and young people"}, {Parents, "Parents and carers"}, {Adults, "Any adult"}, {Professionals, "People who work with children"},
}

// Everywhere is the area of a service for the whole country.
const Everywhere = "everywhere"

// Status says whether a service is there to be used, in Open Referral's words.
type Status string

// The states of a service.
const (
	Active  Status = "active"
	Pausing Status = "temporarily closed"
	Ended   Status = "defunct"
)

// Topic is what services help with.
type Topic struct {
	Key  string `yaml:"key"`
	Name string `yaml:"name"`
	// About says what belongs to it.
	About string `yaml:"about"`
}

// Organization runs services.
type Organization struct {
	Key   string `yaml:"key"`
	Name  string `yaml:"name"`
	About string `yaml:"about"`
	URL   string `yaml:"url,omitempty"`
}

// Location is a place where a service is given, with an address that may be
// published.
type Location struct {
	Name     string `yaml:"name"`
	Street   string `yaml:"street"`
	Town     string `yaml:"town"`
	County   string `yaml:"county"`
	Postcode string `yaml:"postcode"`
	// Access says how people get in and round.
	Access string `yaml:"access,omitempty"`
}

// Service is one entry of the directory.
type Service struct {
	Key          string
	Name         string
	About        string // what it does, in a sentence or two
	Organization *Organization
	For          []Audience
	Topics       []*Topic
	Areas        []string // ids of authorities, or Everywhere
	// MinAge and MaxAge are in years; nil where there is no limit.
	MinAge, MaxAge *int
	Eligibility    string // who may use it, in words
	Cost           string // "Free", or what it costs
	Languages      []string
	Access         []string // what makes it easier to use
	// Call is how to reach it: name, numbers, email, hours.
	Call contact.Service
	URL  string
	// Locations are empty for an undisclosed one, always.
	Locations   []Location
	Undisclosed bool
	Status      Status
	Alert       string // what to know before anything else
	Source      string
	Checked     calendar.Date // the day its entry was last compared with its source
	Confirmed   bool          // by the service itself
}

// Path is the address of its page. Like that of a sensitive page of guidance, it
// says nothing of what the service is for, because a browser keeps it.
func (s *Service) Path() string { return "/services/" + code(s.Key) }

// Code stands for the topic in an address, for the same reason.
func (t *Topic) Code() string { return code(t.Key) }

func code(key string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:10] }

// Ages are its ages in words; empty when it has no limits.
func (s *Service) Ages() string {
	switch {
	case s.MinAge != nil && s.MaxAge != nil:
		return "Ages " + itoa(*s.MinAge) + " to " + itoa(*s.MaxAge)
	case s.MinAge != nil:
		return "Age " + itoa(*s.MinAge) + " and over"
	case s.MaxAge != nil:
		return "Up to age " + itoa(*s.MaxAge)
	}
	return ""
}

// Directory is the whole list, read and checked. It does not change.
type Directory struct {
	StaleAfter int // days since its check after which an entry is marked
	Topics     []*Topic
	Services   []*Service // by name

	contacts *contact.Directory
	byKey    map[string]*Service
}

// Find gives the service of a key.
func (d *Directory) Find(key string) (*Service, bool) {
	s, ok := d.byKey[key]
	return s, ok
}

// At gives the service whose page is at an address, by the end of it: what stands
// for its key, or the key itself.
func (d *Directory) At(end string) (*Service, bool) {
	if s, ok := d.byKey[end]; ok {
		return s, true
	}
	i := slices.IndexFunc(d.Services, func(s *Service) bool { return code(s.Key) == end })
	if i < 0 {
		return nil, false
	}
	return d.Services[i], true
}

// Topic gives the topic of a key, or of what stands for it in an address.
func (d *Directory) Topic(key string) (*Topic, bool) {
	i := slices.IndexFunc(d.Topics, func(t *Topic) bool { return t.Key == key || t.Code() == key })
	if i < 0 {
		return nil, false
	}
	return d.Topics[i], true
}

// UsesContact tells whether an entry of the directory stands for a contact.
func (d *Directory) UsesContact(id string) bool {
	return slices.ContainsFunc(d.Services, func(s *Service) bool { return s.Call.ID == id })
}

// Stale tells whether an entry has not been checked for too long.
func (d *Directory) Stale(s *Service, today calendar.Date) bool {
	return s.Checked.DaysTo(today) > d.StaleAfter
}

// Open tells whether a service answers at an instant.
func (d *Directory) Open(s *Service, at time.Time) contact.Status {
	if d.contacts == nil || s.Status != Active {
		return contact.Status{Known: s.Status != Active}
	}
	return d.contacts.Status(s.Call, at)
}

// Option is a service as something to call at an instant.
func (d *Directory) Option(s *Service, at time.Time) contact.Option {
	if d.contacts == nil {
		return contact.Option{Name: s.Name, Checked: s.Checked, Confirmed: s.Confirmed}
	}
	return d.contacts.Option(s.Call, "", at)
}

// AreaName is what an area is called.
func (d *Directory) AreaName(id string) string {
	if id == Everywhere {
		return "All of England"
	}
	if d.contacts != nil {
		for _, a := range d.contacts.Authorities() {
			if a.ID == id {
				return a.Name
			}
		}
	}
	return id
}

// Filter narrows the list. What is empty lets everything through.
type Filter struct {
	Who   Audience
	What  string // a topic's key
	Where string // an authority's id: its own services, and those for everywhere
	// OpenNow leaves those that are known to answer at the instant.
	OpenNow bool
}

// List gives the services that meet a filter, local ones first, then by name.
// unknown counts those that OpenNow left out only because nobody has told their
// hours.
func (d *Directory) List(f Filter, at time.Time) (list []*Service, unknown int) {
	for _, s := range d.Services {
		if s.Status == Ended || f.Who != "" && !slices.Contains(s.For, f.Who) ||
			f.What != "" && !slices.ContainsFunc(s.Topics, func(t *Topic) bool { return t.Key == f.What }) ||
			f.Where != "" && !slices.Contains(s.Areas, f.Where) && !slices.Contains(s.Areas, Everywhere) {
			continue
		}
		if f.OpenNow {
			st := d.Open(s, at)
			if !st.Known {
				unknown++
			}
			if !st.Known || !st.Open {
				continue
			}
		}
		list = append(list, s)
	}
	return list, unknown
}

func (d *Directory) sort() {
	slices.SortStableFunc(d.Services, func(a, b *Service) int {
		national := func(s *Service) int {
			if slices.Contains(s.Areas, Everywhere) {
				return 1
			}
			return 0
		}
		return cmp.Or(national(a)-national(b), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
}
