// Package partnership loads and checks a partnership's folder: its words, the
// letters its references begin with, its rating bands and levels of need, the
// lengths it has set, who works where, and with them its contacts, calendars
// and postcodes. It gives the place that pathways are loaded into.
package partnership

import (
	"io/fs"
	"maps"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
)

// Partnership is one folder, read and checked. It does not change once loaded.
type Partnership struct {
	ID    string
	Name  string
	Short string
	// Demo is on only in the demonstration: every page then says so.
	Demo bool

	Register  agency.Register
	Ratings   []Band // the most urgent first
	Levels    []Level
	Grades    []Band   // of case audits, the best first
	Bands     Standing // of the ratings
	Threshold Standing // of the levels; Version names the threshold text
	Local     map[string]Authority
	// LockReview is how long a record stays locked to named workers before somebody
	// looks at it again: 90 days where the partnership sets nothing. Locks says where
	// it comes from.
	LockReview calendar.Length
	Locks      Standing
	// Settings are the lengths the partnership has set, by pathway and name.
	Settings map[string]map[string]pathway.Setting

	Calendars map[string]*calendar.Calendar // by authority
	Contacts  *contact.Directory
	Areas     person.Areas

	// Folder is where all this was read from, with the texts beside it.
	Folder fs.FS

	// Place is what the pathways of this partnership are loaded into. Its Now is
	// for the caller to set.
	Place pathway.Place

	words map[string]string
}

// Standing says where local facts come from, when they were last checked (an
// ISO date, or empty) and whether the partnership has confirmed them.
type Standing struct {
	Version   string
	Source    string
	Checked   string
	Confirmed bool
}

// Band is one rating, whose length is a setting of each pathway, or one grade of case
// audits.
type Band struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	Hint  string `yaml:"hint"`
}

// Level is one level of need of the partnership's threshold document.
type Level struct {
	ID      string   `yaml:"id"`
	Label   string   `yaml:"label"`
	Hint    string   `yaml:"hint"`
	Basis   []string `yaml:"basis"`   // where in law help at this level stands; more than one where areas differ
	Consent string   `yaml:"consent"` // needed, expected, not_needed
	Lead    string   `yaml:"lead"`    // who leads, in words
}

// Authority is what one authority calls things.
type Authority struct {
	Letters   string            `yaml:"letters"` // what its references begin with
	Words     map[string]string `yaml:"words"`
	Source    string            `yaml:"source"`
	Checked   string            `yaml:"checked"`
	Confirmed bool              `yaml:"confirmed"`
}

// Word is what an authority calls something: its own word, or else the
// partnership's. The key itself comes back when nobody has named it.
func (p *Partnership) Word(authority, key string) string {
	if w := p.Local[authority].Words[key]; w != "" {
		return w
	}
	if w := p.words[key]; w != "" {
		return w
	}
	return key
}

// Words are all the words an authority uses, by key.
func (p *Partnership) Words(authority string) map[string]string {
	out := maps.Clone(p.words)
	maps.Copy(out, p.Local[authority].Words)
	return out
}

// Letters are what the references of an authority begin with.
func (p *Partnership) Letters(authority string) string { return p.Local[authority].Letters }

// Level finds a level of need.
func (p *Partnership) Level(id string) (Level, bool) {
	for _, l := range p.Levels {
		if l.ID == id {
			return l, true
		}
	}
	return Level{}, false
}

// place gathers what pathways may know of the partnership.
func (p *Partnership) place() pathway.Place {
	place := pathway.Place{Settings: p.Settings, Lists: map[string][]pathway.Code{}}
	for _, r := range p.Register.Roles {
		place.Roles = append(place.Roles, r.ID)
	}
	add := func(list, code, label, hint string, extra map[string]string) {
		place.Lists[list] = append(place.Lists[list], pathway.Code{Code: code, Label: label, Hint: hint, Extra: extra})
	}
	for _, a := range p.Register.Authorities {
		add("authorities", a.ID, a.Name, "", nil)
	}
	for _, a := range p.Register.Agencies {
		add("agencies", a.ID, a.Name, "", map[string]string{"kind": a.Kind})
	}
	for _, t := range p.Register.Teams {
		add("teams", t.ID, t.Name, "", map[string]string{"agency": t.Agency})
	}
	for _, r := range p.Register.Roles {
		add("roles", r.ID, r.Label, "", nil)
	}
	for _, b := range p.Ratings {
		add("ratings", b.ID, b.Label, b.Hint, nil)
	}
	for _, g := range p.Grades {
		add("audit_grades", g.ID, g.Label, g.Hint, nil)
	}
	for _, l := range p.Levels {
		add("levels", l.ID, l.Label, l.Hint, map[string]string{"consent": l.Consent, "lead": l.Lead})
	}
	return place
}
