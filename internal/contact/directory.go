// Package contact answers one question: who do I call now?
//
// A [Directory] is the partnership's list of services, each with its numbers,
// hours, source and the date it was last checked. [Directory.Decide] takes who
// is asking, about what, where the child is and when, and gives one service to
// call first, with the reason in words and a short list of others. Nothing
// about the person who asks is kept.
package contact

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Role says what a service is for, and so when it is offered.
type Role string

// The roles a service can have.
const (
	Emergency      Role = "emergency"       // 999
	Police         Role = "police"          // not an emergency
	FrontDoor      Role = "front_door"      // an authority's MASH or hub
	OutOfHours     Role = "out_of_hours"    // an authority's emergency duty team
	LADO           Role = "lado"            // allegations about adults who work with children
	ChildDeath     Role = "child_death"     // child death review
	Transport      Role = "transport"       // police of the railways
	Crime          Role = "crime"           // what someone knows about a crime, without a name
	Helpline       Role = "helpline"        // adults worried about a child
	ChildHelpline  Role = "child_helpline"  // children themselves
	DomesticAbuse  Role = "domestic_abuse"  // telling of domestic abuse
	SexualViolence Role = "sexual_violence" // care after sexual violence
	SaferSleep     Role = "safer_sleep"     // advice, and support when a baby has died
	Business       Role = "business"        // the partnership's office
	Support        Role = "support"         // help and advice that the rules never send anyone to
)

// One service of each of these is needed by the rules: for every authority, or
// once for all of them.
var (
	perAuthority = []Role{FrontDoor, OutOfHours, LADO}
	forAll       = []Role{Emergency, Police, ChildDeath, Transport, Crime, Helpline, ChildHelpline, SaferSleep}
	otherRoles   = []Role{DomesticAbuse, SexualViolence, Business, Support}
)

// Any is the authority of a service that answers for all of them.
const Any = "any"

// Authority is a council with its own front door.
type Authority struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Phone is a number as people read it, and what to ask for or know.
type Phone struct {
	Number string `yaml:"number"`
	Note   string `yaml:"note"`
}

// Service is one line of the directory.
type Service struct {
	ID        string
	Name      string
	Role      Role
	Authority string // an authority's id, or Any
	Phones    []Phone
	TextTo    string // the number for text messages, if there is one
	Email     string
	Web       string
	Address   string
	For       string // what it is for, as a page says it
	Note      string
	Hours     Hours
	Source    string        // where these facts come from
	Checked   calendar.Date // when they were last checked
	Confirmed bool          // whether the service has confirmed them here
}

// Phone is the first number, or nothing.
func (s Service) Phone() Phone {
	if len(s.Phones) == 0 {
		return Phone{}
	}
	return s.Phones[0]
}

// Tel is a number as a phone dials it, for a tel: link. An extension is left
// out, since phones differ in how they dial one.
func Tel(number string) string {
	number, _, _ = strings.Cut(number, " ext ")
	return strings.ReplaceAll(number, " ", "")
}

// Directory is the services, and the calendar of each authority. It does not
// change once loaded and is safe to share.
type Directory struct {
	authorities []Authority
	services    []Service
	calendars   map[string]*calendar.Calendar
}

type fileService struct {
	ID        string  `yaml:"id"`
	Name      string  `yaml:"name"`
	Role      Role    `yaml:"role"`
	Authority string  `yaml:"authority"`
	Phones    []Phone `yaml:"phones"`
	Text      string  `yaml:"text"`
	Email     string  `yaml:"email"`
	Web       string  `yaml:"web"`
	Address   string  `yaml:"address"`
	For       string  `yaml:"for"`
	Note      string  `yaml:"note"`
	Hours     any     `yaml:"hours"`
	Source    string  `yaml:"source"`
	Checked   string  `yaml:"checked"`
	Confirmed bool    `yaml:"confirmed"`
}

type contactsFile struct {
	Authorities []Authority   `yaml:"authorities"`
	Services    []fileService `yaml:"services"`
}

var (
	idPattern    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	phonePattern = regexp.MustCompile(`^[0-9]([0-9 ]*[0-9])?( ext [0-9]+)?$`)
)

// Load reads a partnership's contacts.yaml, with the calendars its hours follow
// (see [calendar.Load]). Every fault names the file and line: a name it does
// not know, a number that cannot be dialled, an authority with no calendar, or
// a service the rules need that is not there.
func Load(data []byte, file string, calendars map[string]*calendar.Calendar) (*Directory, error) {
	var in contactsFile
	y, err := calendar.ReadYAML(data, file, &in)
	if err != nil {
		return nil, err
	}
	d := &Directory{calendars: calendars}
	for i, a := range in.Authorities {
		switch {
		case !idPattern.MatchString(a.ID) || a.ID == Any || a.ID == UnknownArea || a.Name == "":
			return nil, y.Fault("Give the authority an id, in small letters, and a name.", "authorities", i)
		case d.hasAuthority(a.ID):
			return nil, y.Fault(fmt.Sprintf("The authority %q is listed twice.", a.ID), "authorities", i)
		case calendars[a.ID] == nil:
			return nil, y.Fault(fmt.Sprintf("There is no calendar for %q. Add its opening hours to the calendar file.", a.ID), "authorities", i)
		}
		d.authorities = append(d.authorities, a)
	}
	if len(d.authorities) == 0 {
		return nil, y.Fault("List at least one authority.", "authorities")
	}
	for i, fs := range in.Services {
		s, err := d.service(y, fs, i)
		if err != nil {
			return nil, err
		}
		d.services = append(d.services, s)
	}
	for _, role := range forAll {
		if _, err := d.one(role, Any); err != nil {
			return nil, y.Fault(fault.SafeText(err), "services")
		}
	}
	for _, a := range d.authorities {
		for _, role := range perAuthority {
			if _, err := d.one(role, a.ID); err != nil {
				return nil, y.Fault(fault.SafeText(err), "services")
			}
		}
	}
	return d, nil
}

func (d *Directory) service(y *calendar.YAML, fs fileService, i int) (Service, error) {
	wrong := func(field, sentence string) (Service, error) {
		return Service{}, y.Fault(sentence, "services", i, field)
	}
	known := slices.Concat(perAuthority, forAll, otherRoles)
	_, taken := d.Find(fs.ID)
	switch {
	case !idPattern.MatchString(fs.ID):
		return wrong("id", "Give the service an id of small letters, digits and underscores.")
	case taken:
		return wrong("id", fmt.Sprintf("The id %q is used twice.", fs.ID))
	case fs.Name == "" || fs.For == "":
		return wrong("name", "Give the service a name, and say what it is for.")
	case !slices.Contains(known, fs.Role):
		return wrong("role", fmt.Sprintf("There is no role called %q.", fs.Role))
	case fs.Authority != Any && !d.hasAuthority(fs.Authority):
		return wrong("authority", fmt.Sprintf("%q is not one of the authorities, or any.", fs.Authority))
	case fs.Authority == Any && slices.Contains(perAuthority, fs.Role):
		return wrong("authority", "This role belongs to one authority. Name it.")
	case fs.Source == "":
		return wrong("source", "Say where these facts come from.")
	case len(fs.Phones) == 0 && fs.Role != LADO && slices.Contains(slices.Concat(perAuthority, forAll), fs.Role):
		return wrong("phones", "This service needs a phone number: people are sent to it by phone.")
	case fs.Text != "" && !phonePattern.MatchString(fs.Text):
		return wrong("text", "Write the number in digits.")
	}
	for _, p := range fs.Phones {
		if !phonePattern.MatchString(p.Number) {
			return wrong("phones", "Write each phone number in digits and spaces, such as 01375 652802 or 101 ext 180340.")
		}
	}
	checked, err := calendar.ParseDate(fs.Checked)
	if err != nil {
		return wrong("checked", "Give the date these facts were last checked, such as 2026-04-09.")
	}
	hours, err := parseHours(fs.Hours, fs.Authority)
	if err != nil {
		return wrong("hours", fault.SafeText(err))
	}
	return Service{
		ID: fs.ID, Name: fs.Name, Role: fs.Role, Authority: fs.Authority, Phones: fs.Phones, TextTo: fs.Text,
		Email: fs.Email, Web: fs.Web, Address: fs.Address, For: fs.For, Note: fs.Note, Hours: hours,
		Source: fs.Source, Checked: checked, Confirmed: fs.Confirmed,
	}, nil
}

// one is the service with a role for an authority. There must be exactly one.
func (d *Directory) one(role Role, authority string) (Service, error) {
	var found []Service
	for _, s := range d.services {
		if s.Role == role && s.Authority == authority {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return Service{}, fault.New(fault.Invalid, fmt.Sprintf("There must be exactly one service with the role %s for %s. There are %d.", role, authority, len(found)))
	}
	return found[0], nil
}

// must is one, for a role that Load has made sure of.
func (d *Directory) must(role Role, authority string) Service {
	s, err := d.one(role, authority)
	if err != nil {
		panic("contact: " + err.Error())
	}
	return s
}

func (d *Directory) hasAuthority(id string) bool {
	return slices.ContainsFunc(d.authorities, func(a Authority) bool { return a.ID == id })
}

// Authorities are the councils, in the order of the file.
func (d *Directory) Authorities() []Authority { return slices.Clone(d.authorities) }

// Calendar is an authority's calendar.
func (d *Directory) Calendar(authority string) (*calendar.Calendar, bool) {
	c, ok := d.calendars[authority]
	return c, ok && d.hasAuthority(authority)
}

// Find gives a service by its id.
func (d *Directory) Find(id string) (Service, bool) {
	i := slices.IndexFunc(d.services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return d.services[i], true
}

// Services are those that answer for an authority, in the order of the file:
// its own, and those for everyone. [Any] gives the whole directory.
func (d *Directory) Services(authority string) []Service {
	var out []Service
	for _, s := range d.services {
		if authority == Any || s.Authority == Any || s.Authority == authority {
			out = append(out, s)
		}
	}
	return out
}
