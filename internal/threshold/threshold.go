// Package threshold is a partnership's list of signs at each level of need: what
// may be seen in a child's life, by the domains of the Assessment Framework and
// the child's age, and what to do next at each level.
//
// It helps people to think. It never adds signs up and never says which level a
// child is at: that is a judgement, and the partnership's threshold document and
// the front door decide.
package threshold

import (
	"slices"
	"strings"

	"frontdoor/internal/calendar"
)

// Thresholds is one edition of the list, read and checked. It does not change.
type Thresholds struct {
	Edition string        `yaml:"edition"`
	From    calendar.Date `yaml:"from"` // in use from this day
	Source  string        `yaml:"source"`
	// Standing says whose words these are and what decides, as each page shows it.
	Standing  string        `yaml:"standing"`
	Checked   calendar.Date `yaml:"checked"`
	Confirmed bool          `yaml:"confirmed"` // by the partnership
	Ages      []Age         `yaml:"ages"`
	Domains   []Domain      `yaml:"domains"`
	Levels    []Level       `yaml:"levels"` // the lowest first
	Signs     []Sign        `yaml:"signs"`
}

// Age is a span of ages that signs differ by.
type Age struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	About string `yaml:"about"` // in a sentence: "a child aged 5 to 10"
}

// Domain is a side of a child's life.
type Domain struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	Hint  string `yaml:"hint"`
	Areas []Area `yaml:"areas"`
}

// Area is a part of a domain, such as health.
type Area struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
}

// Level says what to do about what stands at a level of need. What the level is
// called and means is in the partnership's own list of levels.
type Level struct {
	Level string `yaml:"level"` // its id there
	// Call is what to ring about: child, early-help, or nothing.
	Call string `yaml:"call"`
	// Begin offers to begin writing with what was chosen.
	Begin bool `yaml:"begin"`
	// Do is what a professional does next, and Family what a parent or carer
	// can do, a sentence or two each.
	Do     []string `yaml:"do"`
	Family []string `yaml:"family"`
	Links  []Link   `yaml:"links"`
}

// Link leads from a level to a page, a chapter or an address of the program.
type Link struct {
	Text string `yaml:"text"`
	To   string `yaml:"to"` // as texts write links, such as page:professionals/caf
	// Href is the address it leads to, which the reader of all texts fills in.
	Href string `yaml:"-"`
}

// What a level may ask people to ring about.
const (
	CallChild     = "child"
	CallEarlyHelp = "early-help"
)

// Sign is one thing that may be seen.
type Sign struct {
	ID    string   `yaml:"id"` // never used again for another sign
	Level string   `yaml:"level"`
	Area  string   `yaml:"area"`
	Ages  []string `yaml:"ages"` // every age when empty
	Text  string   `yaml:"text"`
	Hint  string   `yaml:"hint"`
}

// At tells whether the sign is about an age.
func (s Sign) At(age string) bool { return len(s.Ages) == 0 || slices.Contains(s.Ages, age) }

// Age finds a span of ages.
func (t *Thresholds) Age(id string) (Age, bool) {
	i := slices.IndexFunc(t.Ages, func(a Age) bool { return a.ID == id })
	if i < 0 {
		return Age{}, false
	}
	return t.Ages[i], true
}

// Domain finds a domain.
func (t *Thresholds) Domain(id string) (Domain, bool) {
	i := slices.IndexFunc(t.Domains, func(d Domain) bool { return d.ID == id })
	if i < 0 {
		return Domain{}, false
	}
	return t.Domains[i], true
}

// place is where a sign stands in the domains.
func (t *Thresholds) place(area string) (d Domain, a Area) {
	for _, d := range t.Domains {
		for _, a := range d.Areas {
			if a.ID == area {
				return d, a
			}
		}
	}
	return Domain{}, Area{}
}

// Highest is the level above all others.
func (t *Thresholds) Highest() string {
	if len(t.Levels) == 0 {
		return ""
	}
	return t.Levels[len(t.Levels)-1].Level
}

func (t *Thresholds) order(level string) int {
	return slices.IndexFunc(t.Levels, func(l Level) bool { return l.Level == level })
}

// Group is the signs of one area of a domain.
type Group struct {
	Domain Domain
	Area   Area
	Signs  []Sign
}

// Of gives the signs of some domains at an age, area by area, what goes well
// first and the gravest last. An empty age stands for all ages.
func (t *Thresholds) Of(domains []string, age string) []Group {
	var out []Group
	for _, d := range t.Domains {
		if !slices.Contains(domains, d.ID) {
			continue
		}
		for _, a := range d.Areas {
			g := Group{Domain: d, Area: a}
			for _, s := range t.Signs {
				if s.Area == a.ID && (age == "" || s.At(age)) {
					g.Signs = append(g.Signs, s)
				}
			}
			slices.SortStableFunc(g.Signs, func(x, y Sign) int { return t.order(x.Level) - t.order(y.Level) })
			if len(g.Signs) > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

// Chosen is one sign that was chosen, and where it stands.
type Chosen struct {
	Sign   Sign
	Domain Domain
	Area   Area
}

// Matched is what was chosen of what stands at one level.
type Matched struct {
	Level  Level
	Chosen []Chosen
}

// Match sorts the signs that were chosen by level, the highest first, leaving
// out levels with none. Unknown counts those that are not in this edition, or
// not at this age: whoever chose them should look again.
func (t *Thresholds) Match(ids []string, age string) (out []Matched, unknown int) {
	known := map[string]bool{}
	for _, l := range slices.Backward(t.Levels) {
		m := Matched{Level: l}
		for _, s := range t.Signs {
			if s.Level != l.Level || !slices.Contains(ids, s.ID) || !s.At(age) {
				continue
			}
			d, a := t.place(s.Area)
			m.Chosen = append(m.Chosen, Chosen{Sign: s, Domain: d, Area: a})
			known[s.ID] = true
		}
		slices.SortStableFunc(m.Chosen, func(x, y Chosen) int {
			return slices.IndexFunc(t.Domains, func(d Domain) bool { return d.ID == x.Domain.ID }) - slices.IndexFunc(t.Domains, func(d Domain) bool { return d.ID == y.Domain.ID })
		})
		if len(m.Chosen) > 0 {
			out = append(out, m)
		}
	}
	for _, id := range ids {
		if !known[id] {
			unknown++
		}
	}
	return out, unknown
}

// Words are the signs that were chosen as the writer of a form would set them
// down: by domain, without a level, for which the form asks on its own.
func (t *Thresholds) Words(matched []Matched, age string) string {
	var b strings.Builder
	b.WriteString("Chosen from the list of signs")
	if a, ok := t.Age(age); ok {
		b.WriteString(" for " + a.About)
	}
	b.WriteString(" (edition " + t.Edition + "):\n")
	for _, d := range t.Domains {
		first := true
		for _, m := range slices.Backward(matched) {
			for _, c := range m.Chosen {
				if c.Domain.ID != d.ID {
					continue
				}
				if first {
					b.WriteString("\n" + d.Label + "\n")
					first = false
				}
				b.WriteString("- " + c.Sign.Text + "\n")
			}
		}
	}
	return strings.TrimSpace(b.String())
}
