package aid

import (
	"net/http"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/threshold"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

type nextView struct {
	About   string
	Unknown int
	Levels  []levelView
	Empty   []string // levels of which nothing was chosen
	Family  bool
	Begin   []beginView
	Saw     string
	Change  []parts.Hidden
	Edition edition
	When    string
}

// levelView is what was chosen at one level and what to do about it.
type levelView struct {
	Label, Hint string
	First       bool // the highest of all: what to do now
	Chosen      []chosenView
	Do          []string
	Links       []threshold.Link
	Call        *callView  // who to ring now
	Ask         []callView // who gives advice: of each area where it is not known which
}

type chosenView struct{ Text, Hint, Why string }

// callView is who to ring at this moment.
type callView struct {
	contact.Option
	Tel  string
	Next string
	Also []contact.Option
}

type beginView struct{ Pathway, Title, Summary string }

var nextPage = web.Page[nextView]("aid/next", files, "templates/next.html", "templates/bits.html")

// next shows, level by level, where what was chosen stands and what to do.
func (x *helper) next(w http.ResponseWriter, r *http.Request) error {
	t, err := x.list(r)
	if err != nil {
		return err
	}
	a := x.asker(r)
	c, err := read(r, a)
	if err != nil {
		return err
	}
	now := web.Now(r)
	if errs := c.check(t, x.Moment(now).Contacts); len(errs) > 0 {
		return x.startWith(w, r, c, errs)
	}
	matched, unknown := t.Match(c.Signs, c.Age)
	if len(matched) == 0 {
		return x.signsWith(w, r, t, c, fault.Fields{{Key: signName, Text: "Choose at least one thing that you see. If nothing fits, ring the front door and say it in your own words"}})
	}
	age, _ := t.Age(c.Age)
	v := nextView{About: age.About, Unknown: unknown, Family: c.As == family, Change: c.carry(true), Edition: editionOf(t), Saw: t.Words(matched, c.Age), When: calendar.Show(now)}
	seen, begin := map[string]bool{}, false
	for _, m := range matched {
		seen[m.Level.Level] = true
		begin = begin || m.Level.Begin
		one, err := x.level(t, m, c, age, r)
		if err != nil {
			return err
		}
		v.Levels = append(v.Levels, one)
	}
	for _, l := range t.Levels {
		if !seen[l.Level] {
			v.Empty = append(v.Empty, short(x.called(l.Level).Label))
		}
	}
	if begin {
		for _, p := range x.TakesSigns(a) {
			v.Begin = append(v.Begin, beginView{p.Name, p.Title, p.Summary})
		}
	}
	chrome := x.chrome(r, a, "What to do next")
	chrome.BackHref = "/thresholds"
	chrome.PrintFoot = "Made on " + v.When + ". Nothing of it was kept. Signs: edition " + t.Edition + ". It decides nothing. Keep this where nobody else reads it."
	return nextPage.Render(w, r, http.StatusOK, chrome, v)
}

// called is how the partnership calls a level and what it says of it.
func (x *helper) called(id string) partnership.Level {
	if l, ok := x.Desk.Place.Level(id); ok {
		return l
	}
	return partnership.Level{ID: id, Label: "Level " + id}
}

// short is a level's name without what it is about: "Level 2".
func short(label string) string {
	name, _, _ := strings.Cut(label, ":")
	return name
}

func (x *helper) level(t *threshold.Thresholds, m threshold.Matched, c choices, age threshold.Age, r *http.Request) (levelView, error) {
	l := x.called(m.Level.Level)
	v := levelView{Label: l.Label, Hint: l.Hint, First: m.Level.Level == t.Highest(), Do: m.Level.Do}
	if c.As == family {
		v.Do = m.Level.Family
	}
	for _, k := range m.Level.Links {
		if path, _, _ := strings.Cut(k.Href, "#"); x.Leads(path) {
			v.Links = append(v.Links, k)
		}
	}
	for _, s := range m.Chosen {
		v.Chosen = append(v.Chosen, chosenView{s.Sign.Text, s.Sign.Hint, "You chose it under " + s.Domain.Label + ": " + s.Area.Label + ", for " + age.About + "."})
	}
	if m.Level.Call == "" {
		return v, nil
	}
	now := web.Now(r)
	directory := x.Moment(now).Contacts
	ask := contact.Ask{Authority: c.Where, Caller: contact.Professional, About: contact.About(m.Level.Call), Urgency: contact.Soon, At: now}
	if c.As == family {
		ask.Caller = contact.Parent
	}
	who, err := directory.Decide(ask)
	switch {
	case err != nil:
		return v, err
	case v.First:
		v.Call = &callView{Option: who.Option, Tel: contact.Tel(who.Phone), Next: who.Next, Also: who.Also}
	case c.Where != contact.UnknownArea:
		v.Ask = []callView{{Option: who.Option, Tel: contact.Tel(who.Phone)}}
	default:
		for _, area := range directory.Authorities() {
			ask.Authority = area.ID
			if who, err = directory.Decide(ask); err != nil {
				return v, err
			}
			v.Ask = append(v.Ask, callView{Option: who.Option, Tel: contact.Tel(who.Phone)})
		}
	}
	return v, nil
}

type allView struct {
	Levels  []wholeLevel
	Edition edition
	Version string // of the words of the levels themselves
}

type wholeLevel struct {
	ID, Label, Hint, Lead, Basis, Consent string
	Domains                               []wholeDomain
}

type wholeDomain struct {
	Label string
	Signs []wholeSign
}

type wholeSign struct{ Text, Hint, Ages string }

var allPage = web.Page[allView]("aid/all", files, "templates/all.html", "templates/bits.html")

var consents = map[string]string{
	"needed": "The family agrees first.", "expected": "The family is asked to agree.",
	"not_needed": "No agreement is needed. The family is told, unless that could put someone at risk.",
}

// all is the whole list, level by level, to read and to print.
func (x *helper) all(w http.ResponseWriter, r *http.Request) error {
	t, err := x.list(r)
	if err != nil {
		return err
	}
	a := x.asker(r)
	v := allView{Edition: editionOf(t), Version: x.Desk.Place.Threshold.Version}
	var domains []string
	for _, d := range t.Domains {
		domains = append(domains, d.ID)
	}
	for _, l := range t.Levels {
		named := x.called(l.Level)
		one := wholeLevel{ID: "level-" + l.Level, Label: named.Label, Hint: named.Hint, Lead: named.Lead, Basis: strings.Join(named.Basis, ", "), Consent: consents[named.Consent]}
		for _, g := range t.Of(domains, "") {
			for _, s := range g.Signs {
				if s.Level != l.Level {
					continue
				}
				if n := len(one.Domains); n == 0 || one.Domains[n-1].Label != g.Domain.Label {
					one.Domains = append(one.Domains, wholeDomain{Label: g.Domain.Label})
				}
				d := &one.Domains[len(one.Domains)-1]
				d.Signs = append(d.Signs, wholeSign{s.Text, s.Hint, ages(t, s)})
			}
		}
		v.Levels = append(v.Levels, one)
	}
	chrome := x.chrome(r, a, "All signs, by level of need")
	chrome.BackHref = "/thresholds"
	chrome.PrintFoot = "Signs: edition " + t.Edition + ", in use from " + t.From.Long() + ". " + t.Standing
	return allPage.Render(w, r, http.StatusOK, chrome, v)
}

// ages says which ages a sign is about, and nothing where it is about all.
func ages(t *threshold.Thresholds, s threshold.Sign) string {
	if len(s.Ages) == 0 || len(s.Ages) == len(t.Ages) {
		return ""
	}
	var out []string
	for _, a := range t.Ages {
		if s.At(a.ID) {
			out = append(out, a.Label)
		}
	}
	return strings.Join(out, ", ")
}
