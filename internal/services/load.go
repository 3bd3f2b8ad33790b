package services

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
)

type file struct {
	StaleAfter    int             `yaml:"stale_after_days"`
	Topics        []*Topic        `yaml:"topics"`
	Organizations []*Organization `yaml:"organizations"`
	Services      []entry         `yaml:"services"`
}

type entry struct {
	Key          string                  `yaml:"key"`
	Name         string                  `yaml:"name"`
	Organization string                  `yaml:"organization"`
	About        string                  `yaml:"about"`
	For          []Audience              `yaml:"for"`
	Topics       []string                `yaml:"topics"`
	Areas        []string                `yaml:"areas"`
	Ages         struct{ From, To *int } `yaml:"ages"`
	Eligibility  string                  `yaml:"eligibility"`
	Cost         string                  `yaml:"cost"`
	Languages    []string                `yaml:"languages"`
	Access       []string                `yaml:"access"`
	// Contact is an entry of contacts.yaml, where numbers, hours, source and
	// checked then stand once.
	Contact   string          `yaml:"contact"`
	Phones    []contact.Phone `yaml:"phones"`
	Text      string          `yaml:"text"`
	Email     string          `yaml:"email"`
	Hours     any             `yaml:"hours"`
	URL       string          `yaml:"url"`
	Address   string          `yaml:"address"` // public or undisclosed, where help is given in a place
	Locations []Location      `yaml:"locations"`
	Status    Status          `yaml:"status"`
	Alert     string          `yaml:"alert"`
	Source    string          `yaml:"source"`
	Checked   calendar.Date   `yaml:"checked"`
	Confirmed bool            `yaml:"confirmed"`
}

var (
	keyRule   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	phoneRule = regexp.MustCompile(`^[0-9]([0-9 ]*[0-9])?( ext [0-9]+)?$`)
	emailRule = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	// A postcode anywhere in a text, with or without its space.
	postcode = regexp.MustCompile(`(?i)\b(GIR ?0AA|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})\b`)
	// A house number before the name of a road.
	street = regexp.MustCompile(`(?i)\b[0-9]+[a-z]?,? +([a-z’'-]+ +){1,3}(road|street|avenue|lane|close|drive|way|gardens|grove|court|crescent|terrace|place|square|hill|park|walk|rise)\b`)
)

func itoa(n int) string { return strconv.Itoa(n) }

// Load reads a services.yaml. The contacts are those that entries may stand for.
// The faults name file and line; an entry with a fault is left out of the
// directory unless what is wrong is only missing words, so that nothing that
// should not be shown is.
func Load(text, name string, contacts *contact.Directory) (*Directory, pathway.Faults) {
	l := &loader{name: name, text: text, d: &Directory{contacts: contacts, byKey: map[string]*Service{}}}
	y, err := calendar.ReadYAML([]byte(text), name, &l.in)
	if err != nil {
		l.note(err)
		return l.d, l.faults
	}
	l.yaml = y
	l.read()
	return l.d, l.faults
}

type loader struct {
	name   string
	text   string
	in     file
	yaml   *calendar.YAML
	d      *Directory
	faults pathway.Faults
}

func (l *loader) note(err error) {
	_, line, sentence := calendar.Located(err)
	l.faults = append(l.faults, pathway.Fault{File: l.name, Line: line, Text: sentence})
}

func (l *loader) wrong(path []any, sentence string, args ...any) {
	l.note(l.yaml.Fault(fmt.Sprintf(sentence, args...), path...))
}

func (l *loader) read() {
	l.d.StaleAfter, l.d.Topics = l.in.StaleAfter, l.in.Topics
	if l.d.StaleAfter < 1 {
		l.wrong([]any{"stale_after_days"}, "Say after how many days without a check an entry is marked, as stale_after_days: 183.")
		l.d.StaleAfter = 183
	}
	seen := map[string]bool{}
	for i, t := range l.in.Topics {
		if !keyRule.MatchString(t.Key) || t.Name == "" || t.About == "" || seen[t.Key] {
			l.wrong([]any{"topics", i}, "Each topic has a key of its own in small letters, digits and hyphens, a name, and about.")
		}
		seen[t.Key] = true
	}
	clear(seen)
	for i, o := range l.in.Organizations {
		if !keyRule.MatchString(o.Key) || o.Name == "" || o.About == "" || seen[o.Key] {
			l.wrong([]any{"organizations", i}, "Each organization has a key of its own in small letters, digits and hyphens, a name, and about.")
		}
		if o.URL != "" && !isURL(o.URL) {
			l.wrong([]any{"organizations", i, "url"}, "Write the whole address, beginning with https://.")
		}
		seen[o.Key] = true
	}
	for i := range l.in.Services {
		if s := l.service(i); s != nil {
			l.d.byKey[s.Key] = s
			l.d.Services = append(l.d.Services, s)
		}
	}
	l.d.sort()
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && strings.Contains(u.Host, ".")
}

// service reads one entry; nil when it cannot be shown.
func (l *loader) service(i int) *Service {
	e := &l.in.Services[i]
	before := len(l.faults)
	wrong := func(field, sentence string, args ...any) { l.wrong([]any{"services", i, field}, sentence, args...) }

	if _, taken := l.d.byKey[e.Key]; taken || !keyRule.MatchString(e.Key) {
		wrong("key", "Give each service a key of its own, in small letters, digits and hyphens.")
		return nil
	}
	s := &Service{
		Key: e.Key, Name: e.Name, About: e.About, For: e.For, Areas: e.Areas, MinAge: e.Ages.From, MaxAge: e.Ages.To, Eligibility: e.Eligibility, Cost: e.Cost,
		Languages: e.Languages, Access: e.Access, URL: e.URL, Locations: e.Locations, Undisclosed: e.Address == "undisclosed",
		Status: e.Status, Alert: e.Alert, Source: e.Source, Checked: e.Checked, Confirmed: e.Confirmed,
	}
	if s.Status == "" {
		s.Status = Active
	}
	if e.Name == "" || e.About == "" {
		wrong("name", "The service needs a name and about: what it does, in a sentence or two.")
	}
	if n := slices.IndexFunc(l.in.Organizations, func(o *Organization) bool { return o.Key == e.Organization }); n >= 0 {
		s.Organization = l.in.Organizations[n]
	} else {
		wrong("organization", "There is no organization %q. List it above.", e.Organization)
	}
	for _, key := range e.Topics {
		if n := slices.IndexFunc(l.in.Topics, func(t *Topic) bool { return t.Key == key }); n >= 0 {
			s.Topics = append(s.Topics, l.in.Topics[n])
		} else {
			wrong("topics", "There is no topic %q. List it above.", key)
		}
	}
	for _, a := range e.For {
		if !slices.Contains([]Audience{Children, Parents, Adults, Professionals}, a) {
			wrong("for", "%q is nobody the directory knows. Use children, parents, adults or professionals.", a)
		}
	}
	for _, a := range e.Areas {
		if a != Everywhere && (l.d.contacts == nil || !slices.ContainsFunc(l.d.contacts.Authorities(), func(one contact.Authority) bool { return one.ID == a })) {
			wrong("areas", "%q is not one of the authorities, or everywhere.", a)
		}
	}
	if len(e.For) == 0 || len(e.Topics) == 0 || len(e.Areas) == 0 {
		wrong("for", "Say for whom it is (for), what it helps with (topics) and where (areas).")
	}
	if from, to := e.Ages.From, e.Ages.To; from != nil && *from < 0 || to != nil && *to > 130 || from != nil && to != nil && *from > *to {
		wrong("ages", "Give ages in years, the younger first, as {from: 11, to: 18}.")
	}
	if !slices.Contains([]Status{Active, Pausing, Ended}, s.Status) {
		wrong("status", "The status is active, temporarily closed or defunct.")
	}
	if e.URL != "" && !isURL(e.URL) {
		wrong("url", "Write the whole address, beginning with https://.")
	}
	l.call(e, s, wrong)
	if s.Checked.IsZero() || s.Source == "" {
		wrong("checked", "Say where these facts come from (source) and on which day they were last compared with it (checked).")
	}
	l.place(i, s, wrong)
	if len(l.faults) > before {
		return nil
	}
	return s
}

// call is how to reach a service: as contacts.yaml has it, or as the entry does.
func (l *loader) call(e *entry, s *Service, wrong func(field, sentence string, args ...any)) {
	if e.Contact != "" {
		c, ok := contact.Service{}, false
		if l.d.contacts != nil {
			c, ok = l.d.contacts.Find(e.Contact)
		}
		if !ok {
			wrong("contact", "There is no contact %s in contacts.yaml.", e.Contact)
			return
		}
		if len(e.Phones) > 0 || e.Text != "" || e.Email != "" || e.Hours != nil || e.Source != "" || !e.Checked.IsZero() || e.Confirmed {
			wrong("contact", "Numbers, email, hours, source, checked and confirmed of %s stand in contacts.yaml, and only there. Take them out here.", e.Contact)
		}
		s.Call, s.Source, s.Checked, s.Confirmed = c, c.Source, c.Checked, c.Confirmed
		if s.URL == "" && c.Web != "" {
			s.URL = c.Web
			if !strings.Contains(s.URL, "://") {
				s.URL = "https://" + s.URL
			}
		}
		return
	}
	for _, p := range e.Phones {
		if !phoneRule.MatchString(p.Number) {
			wrong("phones", "Write each phone number in digits and spaces, such as 01375 652802.")
		}
	}
	if e.Text != "" && !phoneRule.MatchString(e.Text) {
		wrong("text", "Write the number in digits.")
	}
	if e.Email != "" && !emailRule.MatchString(e.Email) {
		wrong("email", "Write an email address, such as help@example.org.")
	}
	if len(e.Phones) == 0 && e.Text == "" && e.Email == "" && e.URL == "" {
		wrong("key", "Say how to reach the service: contact, phones, text, email or url.")
	}
	if e.Hours == nil {
		e.Hours = "not known"
	}
	hours, err := contact.ParseHours(e.Hours)
	if err != nil {
		wrong("hours", "%s", fault.SafeText(err))
	}
	s.Call = contact.Service{
		Name: e.Name, Authority: contact.Any, Phones: e.Phones, TextTo: e.Text, Email: e.Email, Web: e.URL, For: e.About, Hours: hours,
		Source: e.Source, Checked: e.Checked, Confirmed: e.Confirmed,
	}
}

// place holds addresses to what may be known of them.
func (l *loader) place(i int, s *Service, wrong func(field, sentence string, args ...any)) {
	e := &l.in.Services[i]
	switch e.Address {
	case "":
		if len(e.Locations) > 0 {
			wrong("locations", "Say whether the address may be known: address: public, or address: undisclosed and then no locations.")
		}
	case "public":
		if len(e.Locations) == 0 {
			wrong("address", "A public address stands under locations.")
		}
		for _, p := range e.Locations {
			if p.Name == "" || p.Street == "" || p.Town == "" || p.County == "" || !postcode.MatchString(p.Postcode) {
				wrong("locations", "Each location has name, street, town, county and postcode.")
			}
		}
	case "undisclosed":
		const take = "The address of this service is undisclosed, so it may not be in this file at all. Take it out, here and wherever else the file is kept."
		if len(e.Locations) > 0 {
			wrong("locations", take)
		}
		if s.Call.Address != "" {
			wrong("contact", "The address of this service is undisclosed, and contacts.yaml has one. Take it out there.")
		}
		texts := []string{l.lines(i), s.Call.Note, s.Call.For, s.Call.Email, s.Call.Source}
		for _, p := range s.Call.Phones {
			texts = append(texts, p.Note)
		}
		if slices.ContainsFunc(texts, func(t string) bool { return postcode.MatchString(t) || street.MatchString(t) }) {
			wrong("address", take)
		}
		s.Locations = nil
	default:
		wrong("address", "Write address: public or address: undisclosed.")
	}
}

// lines are the lines of an entry as they are in the file, remarks and all.
func (l *loader) lines(i int) string {
	line := func(i int) int {
		_, n, _ := calendar.Located(l.yaml.Fault(".", "services", i))
		return n
	}
	all := strings.Split(l.text, "\n")
	from, to := max(1, line(i)), len(all)+1
	if i+1 < len(l.in.Services) {
		to = max(from, line(i+1))
	}
	return strings.Join(all[from-1:to-1], "\n")
}
